"""Shows a change of law as tables on a terminal: the rows that differ, and whom to call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import shorten

import pandas as pd
from rich.console import RenderableType
from rich.text import Text

from licences.changes import Difference
from licences.terminal import make_table
from licences.tidings import find_profiles, make_rows_table, name_licence, say_move, tell
from licences.touched import Touched
from licences.wording import say

_STYLES = {"added": "bold red", "ended": "green", "superseded": "yellow", "changed": "cyan"}
_LONGEST = 160
_URGENT = 2  # ranks of new duties and of new questions


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
    return [*parts, _draw_clients(difference, touched, profiles)]


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


def _draw_clients(difference: Difference, touched: list[Touched], profiles: pd.DataFrame) -> RenderableType:
    language = difference.new.language
    columns = [say(language, f"changes.{name}") for name in ("client", "tell", "launch", "fees")]
    table = make_table(say(language, "changes.clients", count=len(touched)), columns)
    for column, ratio in zip(table.columns, (3, 8, 2, 2), strict=True):
        column.ratio = ratio
    told = find_profiles(difference, profiles, touched)
    for one in touched:
        said = tell(difference, one, told[one.client])
        table.add_row(
            Text.assemble(one.name, "\n", (one.client, "dim")),
            Text("\n".join(said), style="bold" if one.rank < _URGENT else ""),
            say_move(one.launch_moved_days, "working_days", language),
            say_move(one.fees_moved_cny, "cny", language),
            end_section=True,
        )
    return table
