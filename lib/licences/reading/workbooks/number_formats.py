"""Number formats: whether a cell shows its number as a day, as percents, or with zeros before it."""

from __future__ import annotations

import re

DAY, PERCENT, USUAL = "day", "percent", ""
# Formats that have a number and no text: those of every Excel, and the days of a Chinese one.
_DAYS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_PERCENTS = frozenset({9, 10})
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.')
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_BRACKETS = re.compile(r"\[[^\]]*\]")
_ZEROS = re.compile("0{2,15}")


def find_kind(number: int, text: str | None) -> str:
    """``day``, ``percent``, a text of zeros to be filled up with, or nothing for any other format.

    number, text: as a workbook keeps a format; the text is None where the number alone tells it.
    """
    if text is None:
        return DAY if number in _DAYS else PERCENT if number in _PERCENTS else USUAL
    shown = _ELAPSED.sub("h", _LITERAL.sub("", text[:1000]))
    shown = _BRACKETS.sub("", shown).lower()
    first = shown.partition(";")[0]
    if "%" in first:
        return PERCENT
    if _ZEROS.fullmatch(text):
        return text
    return DAY if re.search("[ymdhs]", first.replace("general", "")) else USUAL
