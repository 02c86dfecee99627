"""Amounts: numbers as people write them, with separators, currency, 万 and 亿, a unit behind them."""

from __future__ import annotations

import re
from collections.abc import Collection

from licences.reading.characters import fold_width

_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?", re.ASCII)
_GROUPED = re.compile(
    r"[+-]?\d{1,3}(?:([, ']))\d{3}(?:\1\d{3})*(?:\.\d+)?|[+-]?\d{1,4}(?:,\d{4})+(?:\.\d+)?", re.ASCII
)
_YUAN_BEFORE = re.compile(r"^(?:人民币|rmb|cny|cn¥|¥)\s*", re.ASCII)
_YUAN_BEHIND = re.compile(r"\s*(?:人民币|rmb|cny|yuan|元整|元人民币|元)$")
_OTHER_MONEY = re.compile(
    r"美元|美金|港元|港币|欧元|日元|英镑|新台币|[$€£]|\b(?:usd?|hkd|eur|gbp|jpy|sgd|twd)\b"
)
_TIMES = {"万亿": 1e12, "百亿": 1e10, "十亿": 1e9, "亿": 1e8, "千万": 1e7, "百万": 1e6, "十万": 1e5, "万": 1e4, "w": 1e4,
          "千": 1e3, "k": 1e3, "thousand": 1e3, "million": 1e6, "billion": 1e9, "bn": 1e9}  # fmt: skip
_TIMED = re.compile(r"(.+?)\s*(" + "|".join(_TIMES) + r")")
_SPAN = re.compile(r"(?:(\d+(?:\.\d+)?)\s*(?:年|years?|yrs?))?\s*(?:(\d+(?:\.\d+)?)\s*(?:个?月|months?))?")
_VAGUE = re.compile(
    r"约|大概|左右|以上|以下|以内|超过|不到|不足|近|余|多|几|数|[<>≤≥~±]|about|approx|around|over|under|more|less"
)
_RANGE = re.compile(r"\d\s*[%万亿元]*\s*(?:-|–|—|~|至|到|\bto\b)\s*\d")

# What a unit in a header multiplies a number by; months are counted, so that a year has twelve.
UNITS = {"元": 1.0, "人民币元": 1.0, "人民币": 1.0, "rmb": 1.0, "cny": 1.0, "yuan": 1.0, "千元": 1e3, "万": 1e4,
         "万元": 1e4, "万元人民币": 1e4, "人民币万元": 1e4, "万元rmb": 1e4, "百万": 1e6, "百万元": 1e6, "千万元": 1e7, "亿": 1e8,
         "亿元": 1e8, "人": 1.0, "千人": 1e3, "万人": 1e4, "亿人": 1e8, "个": 1.0, "家": 1.0, "%": 1.0, "月": 1.0, "个月": 1.0,
         "months": 1.0, "thousand": 1e3, "million": 1e6, "people": 1.0}  # fmt: skip


class AmountError(ValueError):
    """A text is no number: what would be right, where that can be said."""

    def __init__(self, wrong: str = "", right: str = "") -> None:
        super().__init__(wrong, right)
        self.wrong, self.right = wrong, right


def read_amount(text: str, units: Collection[str]) -> float:
    """The number that a text says. units: what may stand behind it, in both languages, such as 元 and CNY.

    Raises: AmountError.
    """
    told = fold_width(text).strip().casefold().replace("￥", "¥").replace("％", "%")
    if _PLAIN.fullmatch(told):
        return float(told)
    if _OTHER_MONEY.search(told):
        raise AmountError("is in another currency", "work it out in yuan")
    if "cny" in {unit.casefold() for unit in units}:
        told = _YUAN_BEHIND.sub("", _YUAN_BEFORE.sub("", told))
    elif "个月" in units and any(mark in told for mark in ("年", "月", "year", "yr", "month")):
        return _read_months(told)
    else:
        for unit in (*units, "人", "个", "家", "名", "位", "级"):
            told = told.removesuffix(unit.casefold()).rstrip()
    return _read_sum(told)


def _read_sum(told: str) -> float:
    """A number with what it is multiplied by, or the sum of two such as 1亿2000万."""
    if not told:
        raise AmountError
    large, mark, rest = told.partition("亿")
    if mark and rest and "亿" not in rest and rest != "元":
        return _read_times(large + mark) + _read_times(rest)
    return _read_times(told)


def _read_times(told: str) -> float:
    timed = _TIMED.fullmatch(told)
    if timed:
        number, times = _read_plain(timed[1]), _TIMES[timed[2]]
        return float(f"{number * times:.15g}")
    return _read_plain(told)


def _read_plain(told: str) -> float:
    plain = told.strip()
    if _PLAIN.fullmatch(plain):
        return float(plain)
    if _GROUPED.fullmatch(plain):
        return float(re.sub("[, ']", "", plain))
    if _RANGE.search(plain):
        raise AmountError("is a range and no number", "write the one number that is so")
    if _VAGUE.search(plain):
        raise AmountError("is no exact number", "write the number alone, such as 5000000 or 500万")
    raise AmountError


def _read_months(told: str) -> float:
    found = _SPAN.fullmatch(told)
    if not found or not any(found.groups()):
        raise AmountError("says no number of months", "write the months that have passed, such as 18")
    return float(f"{float(found[1] or 0) * 12 + float(found[2] or 0):.15g}")


def find_unit(text: str) -> tuple[float, str] | None:
    """What a unit of a header multiplies by, and what is wrong with it; None where it is no unit that we know."""
    unit = fold_width(text).casefold().replace(" ", "").removeprefix("单位").strip(":")
    if unit in UNITS:
        return UNITS[unit], ""
    if _OTHER_MONEY.search(unit) and len(unit) <= 6:
        return 1.0, "is in another currency"
    return None
