"""Typesetting of pages: Chinese marks where a template puts texts side by side, and English days that stay on a line."""

from __future__ import annotations

import re
from functools import cache

from licences.words.texts import read_texts

_KEPT = re.compile(r"(<(script|style|pre|code)\b.*?</\2>)", re.DOTALL)
_TAGS = r"((?:<[^<>]+>)*)"
_CHINESE = re.compile(r"[一-鿿）”]")
_NO_BREAK = "\N{NO-BREAK SPACE}"
# No blank behind a mark, as a template leaves one between two sentences.
_GAP = re.compile(rf"([。，；：！？”）]){_TAGS} +{_TAGS}(?=[一-鿿“《（])")
# What a template sets behind a name: a colon, or something in brackets. Each is looked for by itself, and only then what
# stands before it: the other way round all the text would be tried, letter by letter.
_COLON = re.compile(r":(?<=[一-鿿）”*>]:) ?(?=[^<>/\s\"])")
_BRACKETS = re.compile(r" \((?<=[一-鿿）”>] \()([^()<>]+)\)")


def typeset(html: str, language: str) -> str:
    """A page with marks and blanks as its language has them; scripts stay as they are."""
    parts = _KEPT.split(html)
    return "".join(
        part if part.startswith(("<script", "<style", "<pre", "<code")) else _set(part, language)
        for at, part in enumerate(parts)
        if at % 3 != 2  # the name of the element that is kept
    )


def _set(html: str, language: str) -> str:
    if language == "zh":
        html = _GAP.sub(r"\1\2\3", html)
        html = _COLON.sub(lambda found: "：" if _follows_chinese(found, "*") else found[0], html)
        return _BRACKETS.sub(lambda found: f"（{found[1]}）" if _follows_chinese(found) else found[0], html)
    for pattern, replacement in _find_english():
        html = pattern.sub(replacement, html)
    return html


def _follows_chinese(found: re.Match[str], sign: str = "") -> bool:
    """Whether Chinese stands before it, with a sign and the ends of elements in between or without."""
    html, end = found.string, found.start()
    while html[end - 1] == ">":
        end = html.rfind("<", 0, end)
        if not html.startswith("</", end):
            return False
    end -= html[end - 1] == sign
    return end > 0 and bool(_CHINESE.match(html, end - 1))


@cache
def _find_english() -> tuple[tuple[re.Pattern[str], str], ...]:
    months = "|".join(read_texts("en")["months"])
    return ((re.compile(rf"\b(\d{{1,2}}) ({months}) (?=\d{{4}}\b)"), rf"\1{_NO_BREAK}\2{_NO_BREAK}"),)
