"""Tables of a change of law on a terminal: the rows that differ, and whom to call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

import pandas as pd
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from licences.render.terminal import make_table
from licences.words.labels import is_unit, name_field
from licences.words.messages import (
    find_messages,
    leaves_grounds_out,
    list_readable,
    name_licence,
    say_local_change,
)
from licences.words.sides import contrast
from licences.words.texts import add_note, say

if TYPE_CHECKING:
    from licences.analysis.impact import ClientImpact
    from licences.law.diff import Difference, RowChange

_STYLES = {"added": "bold red", "ended": "green", "superseded": "yellow", "changed": "cyan"}
_URGENCY = {"forbidden": "bold reverse red", "duty": "bold red", "question": "bold magenta"}


def draw_difference(
    difference: Difference, touched: Iterable[ClientImpact], profiles: pd.DataFrame
) -> list[RenderableType]:
    """What has changed in the catalogue, in words, and the clients that it touches, most urgent first."""
    language = difference.new.language
    days = {"old": difference.old.as_of.isoformat(), "new": difference.new.as_of.isoformat()}
    kind = "days" if difference.old.catalogue is difference.new.catalogue else "files"
    parts: list[RenderableType] = [
        Text(say(language, f"changes.title_{kind}", **days), style="bold"),
        Text(),
    ]
    if not (difference.rows or difference.local):
        return [*parts, Text(say(language, "changes.nothing"))]
    parts += _draw_rows(difference)
    if leaves_grounds_out(difference):
        parts.append(Text(say(language, "changes.without_sources"), style="dim"))
    parts += _draw_local(difference)
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
    by_code: dict[str, list[RowChange]] = {}
    for change in list_readable(difference):
        by_code.setdefault(change.code, []).append(change)
    for code, changes in by_code.items():
        kind = (say(language, f"changes.kinds.{kinds[code]}"), _STYLES[kinds[code]])
        title = Text.assemble(name_licence(difference, code), " · ", kind, (f"  {code}", "dim"))
        table = make_table("", columns)
        table.title = title
        for column, ratio in zip(table.columns, (2, 5, 5), strict=True):
            column.ratio = ratio
        for change in changes:
            old, new = contrast(difference, change)
            table.add_row(Text(name_field(change.field, language)), Text(old), Text(new))
        yield table


def _draw_local(difference: Difference) -> Iterator[RenderableType]:
    """What provinces say otherwise: a heading a licence and province, a line a change."""
    for _, changes in groupby(difference.local, key=lambda change: (change.province, change.code)):
        together = list(changes)
        code = together[0].code
        yield Text.assemble(name_licence(difference, code), (f" {code}", "dim"))
        told = [say_local_change(difference, change) for change in together if not is_unit(change.field)]
        yield _draw_sentences(told)
        yield Text()


def _draw_messages(
    difference: Difference, touched: list[ClientImpact], profiles: pd.DataFrame
) -> Iterator[RenderableType]:
    """What to tell, and below it a line for each client that is told so."""
    language = difference.new.language
    messages = find_messages(difference, touched, profiles)
    for matter, ours in groupby(messages, key=attrgetter("matter")):
        together = list(ours)
        title = say(language, f"changes.matters.{matter}")
        count = sum(len(one.touched) for one in together)
        yield Text.assemble("\n", (add_note(title, count, language), _URGENCY.get(matter, "bold")))
        for one in together:
            yield Text()
            yield _draw_sentences(one.sentences)
            for each in one.touched:
                yield Padding(Text.assemble(each.name, (f" {each.client}", "dim")), (0, 0, 0, 6))


def _draw_sentences(sentences: Iterable[str]) -> Table:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column()
    table.add_column(overflow="fold")  # Chinese has no space at which to break
    for sentence in sentences:
        table.add_row(Text(" •"), Text(sentence))
    return table
