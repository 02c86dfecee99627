"""Language of messages: which one a command speaks, and how a message is printed in it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from unicodedata import east_asian_width

LANGUAGES = ("zh", "en")
TEXTS = "zh"  # the language of texts where none is asked for
_CHINESE_OF_WINDOWS = 0x04  # the primary language of a Windows language id
_PRIMARY = 0x3FF
_PARTS = r"[\u2e80-\uffff]|[^\s\u2e80-\uffff]+\s*"  # compiled only for Chinese help: that takes long
_NEVER_FIRST = "，。；：、）”？"


def find_asked_language(words: Sequence[str]) -> str | None:
    """The language that ``--lang`` asks for among the words of a command, None for none that we speak."""
    asked = None
    for at, word in enumerate(words):
        if word == "--":
            break
        if word == "--lang" and at + 1 < len(words):
            asked = words[at + 1]
        elif word.startswith("--lang="):
            asked = word.removeprefix("--lang=")
    return asked if asked in LANGUAGES else None


def find_message_language(words: Sequence[str] = ()) -> str:
    """The language of messages: that of ``--lang``, else the locale's, else English."""
    return find_asked_language(words) or find_locale_language(os.environ)


def find_locale_language(environment: Mapping[str, str]) -> str:
    """``zh`` where the locale is Chinese, else ``en``; a locale C is English whatever LANGUAGE says."""
    told = next(
        (environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), ""
    )
    if not told and sys.platform == "win32":
        return _find_windows_language()
    if told and told.split(".")[0] not in {"C", "POSIX"}:
        told = environment.get("LANGUAGE") or told
    return "zh" if told.lower().startswith("zh") else "en"


def _find_windows_language() -> str:
    import ctypes

    windows = getattr(ctypes, "windll", None)
    if windows is None:
        return "en"
    return "zh" if windows.kernel32.GetUserDefaultUILanguage() & _PRIMARY == _CHINESE_OF_WINDOWS else "en"


def say(text: str, language: str) -> str:
    """An English message in a language; nothing is read for English."""
    if language == "en":
        return text
    from licences.words.problems import translate

    return translate(text, language)


def tell(text: object, language: str) -> None:
    """Prints a message, or what an error says, on standard error."""
    said = say_error(text, language) if isinstance(text, BaseException) else say(str(text), language)
    print(said, file=sys.stderr, flush=True)


def say_error(error: BaseException, language: str) -> str:
    """What an error says in a language; nothing is read for English."""
    if language == "en":
        return str(error)
    from licences.words.problems import say_error as say_in_chinese

    return say_in_chinese(error, language)


def fold(text: str, width: int) -> list[str]:
    """A text in lines that are at most so many columns wide; a Chinese character is two, and may end a line."""
    lines, used = [""], 0
    for part in re.findall(_PARTS, " ".join(text.split())):
        size = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in part)
        if used and used + size > width and part[0] not in _NEVER_FIRST:
            lines, used = [*lines, ""], 0
        lines[-1] += part
        used += size
    return [line.rstrip() for line in lines]
