"""Texts in the reader's language; every sentence lies in a file a language."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

import yaml

from licences.errors import UnknownNameError
from licences.law.working_days import read_calendar
from licences.reading.dictionary import LANGUAGES

_TEN_THOUSAND = 10_000


@cache
def read_texts(language: str) -> dict[str, Any]:
    """All texts of a language. Raises: UnknownNameError for a language that we do not speak."""
    if language not in LANGUAGES:
        raise UnknownNameError("language", language, LANGUAGES)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = files("licences.words").joinpath(f"{language}.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, loader))  # noqa: S506 - both are safe loaders


def say(language: str, key: str, **values: object) -> str:
    """The text under a key such as ``verdict.required``, filled in."""
    text: Any = read_texts(language)
    for part in key.split("."):
        text = text[part]
    return fill(str(text), **values)


class _Filler(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        one, bar, many = format_spec.partition("|")
        if not bar:
            return str(super().format_field(value, format_spec))
        return f"{value} {one if str(value) == '1' else many}"


_filler = _Filler()


def fill(text: str, **values: object) -> str:
    """A text with its gaps filled in; ``{count:day|days}`` is ``1 day`` or ``2 days``."""
    if not values:
        return text
    return _filler.format(text, **values) if "|" in text else text.format(**values)


def say_number(number: float) -> str:
    """A number as both languages write it: 1,000,000 or 12.5."""
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,}"


def say_amount(cny: float, language: str) -> str:
    """Yuan as a reader writes them: whole ten thousands are 3万 and 1.5万 in Chinese."""
    if language != "zh" or cny < _TEN_THOUSAND or cny % 1000:
        return say_number(cny)
    if cny >= _TEN_THOUSAND**2 and cny % (_TEN_THOUSAND * 1000) == 0:
        return f"{cny / _TEN_THOUSAND**2:g}亿"
    return f"{cny / _TEN_THOUSAND:,.1f}".removesuffix(".0") + "万"


def join_names(name: str, official: str) -> str:
    """A licence's name, and the official Chinese one in brackets where that is another."""
    return name if name == official else f"{name} ({official})"


def say_day(day: date | None) -> str:
    """A day as ISO text, a dash where there is none."""
    return "–" if day is None else day.isoformat()


def mark_day(day: date | None) -> str:
    """A day as ISO text, with a star where it lies past the last one whose holidays are announced."""
    return say_day(day) + ("*" if day and day > read_calendar().announced_until else "")


def say_share(share: float) -> str:
    """A share of 0 to 1 in whole percent; what rounds to all or nothing without being it says so."""
    if 0 < share < 0.005:
        return "<1%"
    return ">99%" if 0.995 <= share < 1 else f"{share:.0%}"
