"""Workbook of whom to call: a cover, and a row for each thing that is overdue, sent back or due soon."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from licences.analysis.due import Call
from licences.law.in_force import LawInForce
from licences.render.brand import Brand
from licences.render.excel.cells import Cell, Column, Day, Line, Table
from licences.render.excel.look import make_look
from licences.render.excel.writer import draw_book
from licences.words.due import (
    COLUMNS,
    CallView,
    list_cells,
    name_columns,
    name_own_columns,
    say_intro,
    say_none,
    view_calls,
)
from licences.words.texts import say

_WIDTHS = {
    "client": 26, "client_code": 16, "contact": 24, "licence": 18, "official": 26, "code": 18, "kind": 14,
    "concern": 26, "last_day": 12, "days_left": 10, "since_day": 12, "expires": 12, "missing": 40, "last_event": 14,
    "last_event_on": 12, "remark": 22,
}  # fmt: skip


_OWN_WIDTH = 20  # of a column of the firm's own


def make_due_workbook(
    calls: Sequence[Call], law: LawInForce, within_days: int, brand: Brand | None = None
) -> bytes:
    """The workbook as the bytes of an ``.xlsx`` file; what anybody typed is text, never a formula."""
    brand, own = brand or Brand(), partial(say, law.language)
    title, columns = own("due.file_title"), name_own_columns(calls)
    lines = [
        Line(title, style="title"),
        Line(own("due.as_of"), law.as_of),
        Line(own("due.counted"), len(calls)),
        Line(own("due.overdue_of"), sum(one.is_overdue for one in calls)),
        *([Line(own("workbook.prepared_by"), brand.firm)] if brand.firm else []),
        Line(None, say_intro(within_days, law.as_of, law.language)),
        Line(None, own("workbook.not_advice"), "alarm"),
    ]
    table = Table(
        name=own("due.sheet"),
        columns=[
            Column(label, width)
            for label, width in zip(
                name_columns(law.language, columns),
                [*(_WIDTHS[name] for name in COLUMNS), *[_OWN_WIDTH] * len(columns)],
                strict=True,
            )
        ],
        rows=[_list_row(view, columns) for view in view_calls(calls, law)],
        empty=say_none(within_days, law.as_of, law.language),
    )
    look = make_look(title, own("due.title"), law.as_of, brand, law.language)
    return draw_book(own("workbook.sheets.about"), lines, [table], look)


def _list_row(view: CallView, own: Sequence[str]) -> list[Cell]:
    """The cells of a call; its last day is red where it has gone by."""
    cells = zip([*COLUMNS, *own], list_cells(view, own), strict=True)
    return [
        Day(cell, view["is_provisional"], view["is_overdue"])
        if name == "last_day" and isinstance(cell, date)
        else cell
        for name, cell in cells
    ]
