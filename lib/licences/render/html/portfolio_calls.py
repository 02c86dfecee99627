"""Whom to call, as the first thing on the portfolio's page: few rows, and how many more there are."""

from __future__ import annotations

from typing import Any

from licences.analysis.portfolio import Portfolio
from licences.planning.deadlines import NEAR_DAYS
from licences.render.html.portfolio_summary import say_text
from licences.words.due import CallView, say_intro, say_none, view_calls
from licences.words.texts import mark_day, say, say_number

SHOWN = 20  # rows, which a reader takes in; a file has all


def describe_calls(portfolio: Portfolio) -> dict[str, Any]:
    """The head of the page and its first table, as plain values."""
    calls, language = portfolio.calls, portfolio.language
    more, clients = len(calls) - SHOWN, {one.client for one in calls}
    overdue = sum(one.is_overdue for one in calls)
    counted = say_text(portfolio, "calls_counted", count=len(calls), clients=len(clients), overdue=overdue)
    return {
        "title": say_text(portfolio, "title_of", count=len(portfolio.clients)),
        "dates": say(language, "page.dates", as_of=portfolio.as_of, start=portfolio.start),
        "calls_title": say(language, "portfolio.calls_title", count=NEAR_DAYS),
        "intro": say_intro(NEAR_DAYS, portfolio.as_of, language),
        "none": say_none(NEAR_DAYS, portfolio.as_of, language),
        "counted": counted if calls else "",
        "column": {
            name: say(language, f"due.{name}")
            for name in ("client", "licence", "last_day", "left", "concern")
        },
        "rows": [_describe(view, language) for view in view_calls(calls[:SHOWN], portfolio.law)],
        "more": say(language, "due.more", count=say_number(more)) if more > 0 else "",
        "is_starred": any(one.is_provisional for one in calls[:SHOWN]),
    }


def _describe(view: CallView, language: str) -> dict[str, Any]:
    official = view["official_name"]
    return {
        "client": view["name"],
        "contact": view["contact"] or view["client"],
        "own": [
            say(language, "word.label", label=name) + text
            for name, text in view["call"].extra.items()
            if text
        ],
        "name": view["licence"],
        "official": "" if official == view["licence"] else official,
        "day": mark_day(view["last_day"]),
        "left": view["left"],
        "is_late": view["is_overdue"],
        "what": view["what"],
        "beside": [text for text in (view["last"], view["remark"]) if text],
    }
