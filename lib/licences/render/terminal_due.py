"""Whom to call, on a terminal: a table, overdue first and in red."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from licences.render.terminal import STYLES, make_table
from licences.words.due import CallView, say_intro, say_none, view_calls
from licences.words.texts import say, say_day

if TYPE_CHECKING:
    from licences.analysis.due import Call
    from licences.law.in_force import LawInForce

SHOWN = 200  # rows; nobody reads more on a terminal, and a file has them all
_COLUMNS = ("client", "licence", "last_day", "concern")


def draw_calls(calls: Sequence[Call], law: LawInForce, within_days: int) -> list[RenderableType]:
    """The first of the calls as a table, and how many more there are; a sentence where there is none."""
    language = law.language
    if not calls:
        return [Text(say_none(within_days, law.as_of, language))]
    columns = [say(language, f"due.{name}") for name in _COLUMNS]
    table = make_table(say(language, "due.title"), columns, (4, 4, 3, 6))
    for view in view_calls(calls[:SHOWN], law):
        table.add_row(*_draw_row(view), style=STYLES["expired"] if view["is_overdue"] else "")
    more = len(calls) - SHOWN
    return [
        table,
        *([Text(say(language, "due.more", count=more))] if more > 0 else []),
        Text(say_intro(within_days, law.as_of, language), style="dim"),
    ]


def _draw_row(view: CallView) -> list[Text]:
    """The cells of a row; below what each is about stands what is told beside it."""
    official = "" if view["official_name"] == view["licence"] else view["official_name"]
    star = "*" if view["is_provisional"] else ""
    return [
        _stack(view["name"], view["contact"], view["client"]),
        _stack(view["licence"], official, view["code"]),
        _stack(f"{say_day(view['last_day'])}{star}", view["left"]),
        _stack(view["what"], view["remark"], view["missing"], view["last"]),
    ]


def _stack(*lines: str) -> Text:
    return Text("\n".join(filter(None, lines)))
