"""Shows a change of law as tables on a terminal: the rows that differ, and whom to call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from textwrap import shorten

import pandas as pd
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from licences.changes import Difference
from licences.terminal import make_table
from licences.tidings import find_messages, make_rows_table, name_licence
from licences.touched import Touched
from licences.wording import say

_STYLES = {"added": "bold red", "ended": "green", "superseded": "yellow", "changed": "cyan"}
_LONGEST = 160
_URGENCY = {"duty": "bold red", "question": "bold magenta"}


def draw_difference(
    difference: Difference, touched: Iterable[Touched], profiles: pd.DataFrame
) -> list[RenderableType]:
    """What has changed in the catalogue, in words, and the clients that it touches, most urgent first."""
    language = difference.new.language
    days = {"old": difference.old.as_of.isoformat(), "new": difference.new.as_of.isoformat()}
    kind = "days" if difference.old.law is difference.new.law else "files"
    parts: list[RenderableType] = [
        Text(say(language, f"changes.title_{kind}", **days), style="bold"),
        Text(),
    ]
    if not difference.rows:
        return [*parts, Text(say(language, "changes.nothing"))]
    parts += _draw_rows(difference)
    touched = list(touched)
    if not touched:
        return [*parts, Text(say(language, "changes.no_client"))]
    title = say(language, "changes.clients", count=len(touched), all=len(profiles))
    return [*parts, Text(title, style="bold"), *_draw_messages(difference, touched, profiles)]


def _draw_rows(difference: Difference) -> Iterator[RenderableType]:
    """One table a licence: its fields before and now."""
    language = difference.new.language
    columns = [say(language, f"changes.{name}") for name in ("field", "old", "new")]
    kinds = {change.code: change.change for change in reversed(difference.rows)}
    for code, rows in make_rows_table(difference).groupby("code", sort=False):
        title = Text.assemble(name_licence(difference, str(code)), (f" {code} · ", "dim"))
        change = kinds[str(code)]
        title.append(say(language, f"changes.kinds.{change}"), style=_STYLES[change])
        table = make_table("", columns)
        table.title = title
        for column, ratio in zip(table.columns, (2, 5, 5), strict=True):
            column.ratio = ratio
        for row in rows.to_dict("records"):
            old, new = (shorten(str(row[side]), _LONGEST, placeholder=" …") for side in ("old", "new"))
            table.add_row(Text(str(row["field"])), Text(old), Text(new))
        yield table


def _draw_messages(
    difference: Difference, touched: list[Touched], profiles: pd.DataFrame
) -> Iterator[RenderableType]:
    """What to tell, and below it a line for each client that is told so."""
    language = difference.new.language
    messages = find_messages(difference, touched, profiles)
    for matter, ours in groupby(messages, key=attrgetter("matter")):
        together = list(ours)
        title = say(language, f"changes.matters.{matter}")
        count = sum(len(one.touched) for one in together)
        yield Text.assemble("\n", (f"{title} ({count})", _URGENCY.get(matter, "bold")))
        for one in together:
            yield Text()
            yield _draw_sentences(one.sentences)
            for each in one.touched:
                yield Padding(Text.assemble(each.name, (f" {each.client}", "dim")), (0, 0, 0, 6))


def _draw_sentences(sentences: Iterable[str]) -> Table:
    table = Table.grid(padding=(0, 1, 0, 0))
    for sentence in sentences:
        table.add_row(Text(" •"), Text(sentence))
    return table
