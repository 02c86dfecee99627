"""Typesetting of pages: Chinese marks where a template puts texts side by side, and English days that stay on a line."""

from __future__ import annotations

import re
from functools import cache

from licences.words.texts import read_texts

_KEPT = re.compile(r"(<(script|style|pre|code)\b.*?</\2>)", re.DOTALL)
_TAGS, _ENDS = r"((?:<[^<>]+>)*)", r"((?:</[^<>]+>)*)"
_NO_BREAK = "\N{NO-BREAK SPACE}"
_CHINESE = (
    # No blank behind a mark, as a template leaves one between two sentences.
    (re.compile(rf"([。，；：！？”）]){_TAGS} +{_TAGS}(?=[一-鿿“《（])"), r"\1\2\3"),
    # What a template sets behind a name: a colon, or something in brackets.
    (re.compile(rf"(?<=[一-鿿）”])(\*?){_ENDS}: ?(?=[^<>/\s\"])"), r"\1\2："),
    (re.compile(rf"(?<=[一-鿿）”]){_ENDS} \(([^()<>]+)\)"), r"\1（\2）"),
)


def typeset(html: str, language: str) -> str:
    """A page with marks and blanks as its language has them; scripts stay as they are."""
    parts = _KEPT.split(html)
    return "".join(
        part if part.startswith(("<script", "<style", "<pre", "<code")) else _set(part, language)
        for at, part in enumerate(parts)
        if at % 3 != 2  # the name of the element that is kept
    )


def _set(html: str, language: str) -> str:
    for pattern, replacement in _CHINESE if language == "zh" else _find_english():
        html = pattern.sub(replacement, html)
    return html


@cache
def _find_english() -> tuple[tuple[re.Pattern[str], str], ...]:
    months = "|".join(read_texts("en")["months"])
    return ((re.compile(rf"\b(\d{{1,2}}) ({months}) (?=\d{{4}}\b)"), rf"\1{_NO_BREAK}\2{_NO_BREAK}"),)
