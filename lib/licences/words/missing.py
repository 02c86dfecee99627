"""What is missing today, in words: of each what it puts at stake and by when it can be had."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, TypedDict

from licences.words.rows import view_row
from licences.words.texts import mark_day, say

if TYPE_CHECKING:
    from licences.planning.forecast import Forecast
    from licences.planning.missing import Missing

SHOWN = 8  # on a first page; the others are counted


class MissingView(TypedDict):
    """What an operating client does without: what it risks, by when that can be had, and both in a sentence."""

    code: str
    name: str
    short: str
    official_name: str
    is_forbidden: bool
    risk: str
    by: str
    finish: date | None
    text: str


def view_missing(forecast: Forecast) -> list[MissingView]:
    """What is missing today, most urgent first; empty for a client that is not known to trade."""
    return [_view_missing(one, forecast) for one in forecast.missing]


def _view_missing(one: Missing, forecast: Forecast) -> MissingView:
    language, entry = forecast.plan.law.language, forecast.plan.law.entries[one.code]
    unknown = [say(language, "page.today.fine_unknown")] if one.penalty.amount_cny is None else []
    risk = say(language, "page.today.and").join(filter(None, [view_row(entry, language)["fine"], *unknown]))
    by = _say_by(one, forecast.find_day(one.code, one.finish), language)
    return {
        "code": one.code,
        "name": entry.name,
        "short": forecast.plan.law.short(one.code),
        "official_name": entry.official_name,
        "is_forbidden": one.is_forbidden,
        "risk": risk,
        "by": by,
        "finish": one.finish,
        "text": say(language, "page.today.item", name=entry.name, risk=risk, by=by),
    }


def _say_by(one: Missing, day: date | None, language: str) -> str:
    if one.is_forbidden:
        return say(language, "page.today.forbidden")
    if day is None:
        return say(language, "page.today.undated")
    return say(language, "page.today.by", day=mark_day(day))


def say_more(count: int, language: str, where: str = "") -> str:
    """How many more are missing than are shown; empty where none is."""
    if count <= 0:
        return ""
    return say(language, "page.today.more_where" if where else "page.today.more", count=count, where=where)
