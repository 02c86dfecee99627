"""Workbook of the firm's own times: how they are counted, and a row a licence to sort and filter."""

from __future__ import annotations

from functools import partial

from licences.law.in_force import LawInForce
from licences.render.brand import Brand
from licences.render.excel.cells import Column, Line, Table
from licences.render.excel.look import make_look
from licences.render.excel.writer import draw_book
from licences.words.own_times import DurationsView
from licences.words.texts import say

_WIDTHS = (34, 8, 9, 9, 16, 11, 12, 18, 34)


def make_durations_workbook(view: DurationsView, law: LawInForce, brand: Brand | None = None) -> bytes:
    """The own times as the bytes of an ``.xlsx`` file; the same arguments give the same bytes."""
    brand, own = brand or Brand(), partial(say, law.language)
    labels = [*view["columns"].values(), own("workbook.code")]
    table = Table(
        name=own("durations.sheet"),
        columns=[Column(label, width) for label, width in zip(labels, (*_WIDTHS, 22), strict=True)],
        rows=[
            (
                row["licence"],
                row["cases"],
                row["median"],
                row["p80"],
                row["sent_back"],
                row["correction"],
                row["under_way"],
                row["expected"],
                row["catalogue"],
                row["code"],
            )
            for row in view["rows"]
        ],
        empty=own("durations.none"),
    )
    look = make_look(own("durations.sheet"), view["title"], law.as_of, brand, law.language)
    front = [Line(view["title"], style="title"), *(Line(None, note) for note in view["notes"])]
    return draw_book(own("workbook.sheets.about"), front, [table], look)
