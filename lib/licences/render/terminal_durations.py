"""Table on a terminal of the firm's own times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from licences.render.terminal import make_table
from licences.words.texts import say_number

if TYPE_CHECKING:
    from licences.words.own_times import DurationsView

_RATIOS = (5, 2, 2, 2, 3, 3, 2, 4, 5)


def draw_durations(view: DurationsView) -> list[RenderableType]:
    """One row a licence, one below it for each province with cases enough, and how they are counted."""
    table = make_table(view["title"], view["columns"].values(), _RATIOS)
    for row in view["rows"]:
        numbers = (row["median"], row["p80"])
        table.add_row(
            Text.assemble(row["licence"], "\n", (row["code"], "dim")),
            str(row["cases"]),
            *("" if one is None else say_number(one) for one in numbers),
            row["sent_back"],
            "" if row["correction"] is None else say_number(row["correction"]),
            row["under_way"],
            row["expected"],
            row["catalogue"],
        )
    notes = [Text(note, style="dim") for note in view["notes"]]
    return [table, *notes] if view["rows"] else [Text(view["title"], style="bold"), *notes]
