"""Where a case stands, on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from rich.console import RenderableType
from rich.text import Text

from licences.analysis.case import Case
from licences.render.terminal import make_table
from licences.words.progress import ProgressView
from licences.words.texts import mark_day, say, say_day


def draw_progress(case: Case, view: ProgressView) -> Iterator[RenderableType]:
    """A heading, what became of the launch, and a table a question: done, with whom it lies, late, last days."""
    own = partial(say, case.language)
    yield Text(
        own("progress.heading", name=case.name, client=case.client, as_of=case.as_of), style="bold cyan"
    )
    if view["engaged_on"]:
        yield Text(own("progress.engaged", day=view["engaged_on"]))
    if view["launch"]:
        yield Text(view["launch"], style="red" if (view["moved_days"] or 0) > 0 else "bold")
    if not any(view[name] for name in ("done", "pending", "awaited", "late", "deadlines")):
        yield Text(own("progress.nothing"))
    if view["done"]:
        yield _draw(
            own("progress.done", day=view["since"]),
            [own("plan.step"), own("progress.column_day"), own("progress.column_what")],
            [[one["short"], say_day(one["on"]), one["what"]] for one in view["done"]],
        )
    if view["pending"]:
        yield _draw(
            own("progress.pending"),
            [own("plan.step"), own("progress.column_since"), own("progress.column_until"), own("progress.column_expected")],
            [[one["short"], say_day(one["since"]), one["until"], mark_day(one["expected_on"])] for one in view["pending"]],
        )  # fmt: skip
    if view["awaited"]:
        yield _draw(
            own("progress.awaited_of"),
            [own("plan.step"), own("progress.column_by"), own("progress.column_what")],
            [[one["short"], mark_day(one["by"]), one["what"]] for one in view["awaited"]],
        )
    if view["late"]:
        yield _draw(
            own("progress.late"),
            [own("plan.step"), own("progress.column_late")],
            [[one["short"], str(one["days"])] for one in view["late"]],
        )
    if view["deadlines"]:
        yield _draw(
            own("progress.deadlines"),
            [own("plan.step"), own("progress.column_day"), own("progress.column_what")],
            [[one["short"], say_day(one["day"]), one["what"]] for one in view["deadlines"]],
        )
    yield Text()


def _draw(title: str, columns: list[str], rows: list[list[str]]) -> RenderableType:
    table = make_table(title, columns, [2] * (len(columns) - 1) + [3])
    for row in rows:
        table.add_row(*map(Text, row))
    return table
