"""Table on a terminal of the companies of a group side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from licences.render.terminal import STYLES, make_table
from licences.words.texts import add_note

if TYPE_CHECKING:
    from licences.words.groups import CellView, GroupView, RowView

_NOTE_RATIO = 2


def draw_group(view: GroupView) -> list[RenderableType]:
    """One row a licence, one column a company, and what follows beside them."""
    names = [name for _, name in view.companies]
    table = make_table(
        view.title, [view.licence, *names, view.note], [_NOTE_RATIO, *([1] * len(names)), _NOTE_RATIO]
    )
    blank = [""] * (len(names) + 1)
    for _, heading, rows in view.parts:
        table.add_row(
            Text(add_note(heading, len(rows), view.language), style="bold"), *blank, end_section=True
        )
        for at, row in enumerate(rows, start=1):
            table.add_row(
                _name(row), *map(_draw, row.cells), Text("\n").join(map(Text, row.notes)),
                end_section=at == len(rows),
            )  # fmt: skip
    left = [Text(view.open, style="dim")] if view.open else []
    return [table, *left, Text(view.rule, style="bold"), Text()]


def _name(row: RowView) -> Text:
    return Text.assemble(row.short, "\n", (row.code, "dim"))


def _draw(cell: CellView) -> Text:
    said = [(cell.verdict_label, STYLES[cell.verdict]), (cell.status_label, STYLES.get(cell.status, ""))]
    lines = [Text(text, style=style) for text, style in [*said, (cell.begins, "bold")] if text]
    return Text("\n").join(lines)
