"""Number formats: whether a cell shows its number as a day, as percents, in 万, in dollars, or with zeros before it."""

from __future__ import annotations

import re
from collections.abc import Callable

DAY, PERCENT, USUAL = "day", "percent", ""
# Formats that have a number and no text: those of every Excel, and the days of a Chinese one.
_DAYS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_PERCENTS = frozenset({9, 10})
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.')
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_BRACKETS = re.compile(r"\[[^\]]*\]")
_ZEROS = re.compile("0{2,15}")


_CURRENCY = re.compile(r"\[\$([^\]-]+)(?:-[^\]]*)?\]")
_YUAN = frozenset({"¥", "￥", "CN¥", "RMB", "CNY", "元", "人民币"})
_FOREIGN = re.compile(r"us\$|hk\$|usd|hkd|eur|jpy|gbp|[$€£]", re.IGNORECASE)
_UNIT = re.compile("[千百十]?[万亿]元?|千元|百元|个?月|年")
_SHIFTED = re.compile(r"""(?:!\.|\\\.|"\.")(0+)""")
UNIT = "unit:"  # before how a number is shifted and what stands around it


def find_kind(number: int, text: str | None) -> str:
    """``day``, ``percent``, a text of zeros to be filled up with, or nothing for any other format.

    Where a cell shows its number in another unit, such as 万 or dollars, ``unit:`` with what ``say_in_unit`` needs.

    number, text: as a workbook keeps a format; the text is None where the number alone tells it.
    """
    if text is None:
        return DAY if number in _DAYS else PERCENT if number in _PERCENTS else USUAL
    unit = _find_unit(text[:1000].partition(";")[0])
    if unit:
        return unit
    shown = _ELAPSED.sub("h", _LITERAL.sub("", text[:1000]))
    shown = _BRACKETS.sub("", shown).lower()
    first = shown.partition(";")[0]
    if "%" in first:
        return PERCENT
    if _ZEROS.fullmatch(text):
        return text
    return DAY if re.search("[ymdhs]", first.replace("general", "")) else USUAL


def _find_unit(text: str) -> str:
    """How a format shows a number in another unit; empty where it shows it as it is."""
    if not any(mark in text for mark in "#0?") or "%" in text:
        return ""
    currency = _CURRENCY.search(text)
    symbol = currency[1].strip() if currency else ""
    literals = "".join(one or other for one, other in re.findall(r'"([^"]*)"|\\(.)', text))
    bare = _BRACKETS.sub("", re.sub(r'"[^"]*"', "", text))
    if (symbol and symbol not in _YUAN) or (not symbol and _FOREIGN.search(literals + bare)):
        return f"{UNIT}0:{symbol or 'US$'}:"
    found = _UNIT.search(literals) or _UNIT.search(bare)
    if not found or re.search("[yYdDhHmMsS]", bare):
        return ""
    shifted = _SHIFTED.search(text)
    digits = re.sub(r'"[^"]*"|\\.|!.|_.', "", bare)
    commas = len(digits.rstrip()) - len(digits.rstrip().rstrip(","))
    return f"{UNIT}{3 * commas + (len(shifted[1]) if shifted else 0)}::{found[0]}"


def say_in_unit(number: float, kind: str, say: Callable[[float], str]) -> str:
    """A number as a format in another unit shows it, but for what is rounded away. say: how a number is written."""
    shift, before, behind = kind.removeprefix(UNIT).split(":")
    return before + say(float(f"{number / 10 ** int(shift):.15g}")) + behind
