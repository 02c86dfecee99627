"""Typesetting of Chinese pages: marks as Chinese has them where a template puts texts side by side."""

from __future__ import annotations

import re

_KEPT = re.compile(r"(<(script|style|pre|code)\b.*?</\2>)", re.DOTALL)
_TAGS, _ENDS = r"((?:<[^<>]+>)*)", r"((?:</[^<>]+>)*)"
_RULES = (
    # No blank behind a mark, as a template leaves one between two sentences.
    (re.compile(rf"([。，；：！？”）]){_TAGS} +{_TAGS}(?=[一-鿿“《（])"), r"\1\2\3"),
    # What a template sets behind a name: a colon, or something in brackets.
    (re.compile(rf"(?<=[一-鿿）”])(\*?){_ENDS}: ?(?=[^<>/\s\"])"), r"\1\2："),
    (re.compile(rf"(?<=[一-鿿）”]){_ENDS} \(([^()<>]+)\)"), r"\1（\2）"),
)


def set_chinese(html: str) -> str:
    """A page in Chinese with full-width colons and brackets, and no blanks behind marks; scripts stay as they are."""
    parts = _KEPT.split(html)
    return "".join(
        part if part.startswith(("<script", "<style", "<pre", "<code")) else _set(part)
        for at, part in enumerate(parts)
        if at % 3 != 2  # the name of the element that is kept
    )


def _set(html: str) -> str:
    for pattern, replacement in _RULES:
        html = pattern.sub(replacement, html)
    return html
