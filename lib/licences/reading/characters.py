"""Characters that nobody sees: taken away where that changes nothing, named by code point where it would."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

# Zero width, joiners, direction marks, byte order marks and soft hyphens, as they come with copied text.
_NOTHING = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
# Blanks of other widths, and breaks of a line other than the usual ones.
_BLANK = "\u000b\u000c\u0085\u00a0\u2000-\u200a\u2028\u2029\u202f\u205f"
_WRONG = (
    "\u0001-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u115f\u1160\u3164\uffa0\ufff9-\uffff"
    "\ud800-\udfff\U000e0000-\U000e0fff"
)
_ODD = re.compile(f"[{_NOTHING}{_BLANK}{_WRONG}]")
_TAKEN = re.compile(f"[{_NOTHING}]")
_BLANKS = re.compile(f"[{_BLANK}]")
_REFUSED = re.compile(f"[{_WRONG}]")
_LOST = "\ufffd"
# What a spreadsheet may take for the beginning of a formula, also when the cell is edited later.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
# Of what is typed: controls, zero width and direction, halves of characters, breaks of a line.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def holds_odd_characters(text: str) -> bool:
    """Whether a text holds a character that cannot be seen, or a blank of another kind."""
    return _ODD.search(text) is not None


def take_away(text: str) -> str:
    """A text without the characters that cannot be seen and mean nothing; blanks of other kinds are usual ones."""
    if text.isascii() and text.isprintable():
        return text
    return _BLANKS.sub(" ", _TAKEN.sub("", text))


def find_wrong_character(text: str) -> tuple[str, str] | None:
    """The first character that no cell should hold: what is wrong with it, and what would be right."""
    found = _REFUSED.search(text)
    if not found:
        return None
    code = f"U+{ord(found[0]):04X}"
    if found[0] == _LOST:
        return f"holds {code}, which stands for a character that was lost", "type the cell anew"
    return f"holds {code}, which cannot be seen", "type the cell anew"


def find_unseen(text: str) -> str:
    """The first character that cannot be seen or breaks a line, as ``U+000A``; empty where there is none."""
    for sign in text:
        if unicodedata.category(sign) in _UNSEEN or ord(sign) & 0xFFFE == 0xFFFE:
            return f"U+{ord(sign):04X}"
    return ""


def fold_width(text: str) -> str:
    """A text with full-width letters, digits and marks as usual ones: ``１２％`` is ``12%``."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def fold(text: str) -> str:
    """A name as it is compared: whatever its width and its capitals, without what cannot be seen."""
    return fold_width(take_away(text)).strip().casefold()


def find_garbled(texts: Sequence[str]) -> list[int]:
    """Which texts are UTF-8 that was taken for a Chinese or Western encoding: ``鏈堢墮婀�`` for ``月牙湾``."""
    together = "\n".join(texts)
    if together.isascii() or not any(_GARBLED.search(raw) for raw in _list_encoded(together)):
        return []
    return [at for at, text in enumerate(texts) if any(map(_is_mostly_utf8, _list_encoded(text)))]


def is_lost(text: str) -> bool:
    """Whether a text has question marks, or what stands for bytes that were none of a text, in place of Chinese."""
    return _QUESTIONS.search(text) is not None or "锟斤拷" in text or "烫烫烫" in text


def _list_encoded(text: str) -> list[bytes]:
    return [text.encode(encoding, "ignore") for encoding in ("gb18030", "cp1252")]


def _is_mostly_utf8(raw: bytes) -> bool:
    """Whether what is not ASCII reads as Chinese in UTF-8, but for what was lost on the way."""
    told = _ASCII.sub(b"", raw)
    read = len(_UTF8_CHINESE.findall(told))
    return read >= 2 and read * 3 > len(told) * 0.7


_ASCII = re.compile(rb"[\x00-\x7f]+")
_UTF8_CHINESE = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}|\xef[\xbc\xbd][\x80-\xbf]")
_GARBLED = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}){2}")
_QUESTIONS = re.compile(r"\?{3}")
