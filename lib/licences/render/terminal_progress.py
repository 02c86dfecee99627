"""Where a case stands, on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from licences.render.terminal import make_table
from licences.words.texts import say

if TYPE_CHECKING:
    from licences.analysis.case import Case
    from licences.words.progress import ProgressView


def draw_progress(case: Case, view: ProgressView) -> Iterator[RenderableType]:
    """A heading, what became of the launch, and a table a question."""
    told = {"name": case.name, "client": case.client, "as_of": case.as_of}
    yield Text(say(case.language, "progress.heading", **told), style="bold cyan")
    if view["begun"]:
        yield Text(view["begun"])
    if view["launch"]:
        yield Text(view["launch"], style="red" if (view["moved_days"] or 0) > 0 else "bold")
    if not view["tables"]:
        yield Text(say(case.language, "progress.nothing"))
    for one in view["tables"]:
        table = make_table(one["title"], list(one["columns"]), [3, 2, 5])
        for row in one["rows"]:
            style = "red" if row["is_late"] else ""
            table.add_row(Text(row["name"]), Text(row["when"], style=style), Text(row["what"], style=style))
        yield table
    yield Text()
