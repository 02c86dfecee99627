"""What every answer on a terminal shares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import repeat
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from licences.words.deadlines import view_deadlines
from licences.words.scope import say_scope
from licences.words.texts import say

if TYPE_CHECKING:
    from licences.law.catalogue import Catalogue
    from licences.law.in_force import LawInForce
    from licences.planning.deadlines import Deadline

STYLES = {
    "forbidden": "bold reverse red",
    "required": "bold red",
    "recommended": "yellow",
    "optional": "cyan",
    "undetermined": "magenta",
    "not_needed": "dim",
    "expired": "bold red",
    "expiring": "yellow",
    "held": "green",
    "implied": "green",
}


def show(parts: Iterable[RenderableType]) -> None:
    """Prints to standard output, in colour where it is a terminal."""
    console = Console(highlight=False)
    for part in parts:  # one by one, so that what is printed need not be kept
        console.print(part, crop=False)  # every part is folded to the width itself


def draw_scope(catalogue: Catalogue, as_of: date, language: str) -> list[RenderableType]:
    """What the answer covers, and what it does not."""
    return [Text(text, style="dim") for text in say_scope(catalogue, as_of, language)]


def draw_forbidden(verdicts: Mapping[str, str], law: LawInForce) -> list[RenderableType]:
    """What a client must not do at all, each in a line with its law."""
    return [
        Text(
            say(
                law.language,
                "forbidden_line",
                name=law.name(code),
                basis=law.entries[code].row[f"legal_basis_{law.language}"],
            ),
            style=STYLES["forbidden"],
        )
        for code, verdict in verdicts.items()
        if verdict == "forbidden"
    ]


def draw_deadlines(deadlines: Iterable[Deadline], law: LawInForce) -> list[RenderableType]:
    """What is held and runs out, or has a duty near: overdue first and in red, then by the days left."""
    views = view_deadlines(deadlines, law)
    if not views:
        return []
    language = law.language
    columns = [say(language, f"deadlines.column_{name}") for name in ("day", "left", "expires")]
    title = say(language, "deadlines.title")
    table = make_table(title, [say(language, "page.licence"), *columns], (4, 3, 3, 4))
    for one in views:
        name = Text(one["short"])
        if one["remark"]:
            name.append(f"\n{one['remark']}")
        name.append(f"\n{one['code']}", style="dim")
        ends = [str(one["expires_on"]) if one["expires_on"] else one["what"]]
        ends += [say(language, "deadlines.is_expired")] if one["deadline"].is_expired else []
        style = STYLES["expired"] if one["is_overdue"] else ""
        star = "*" if one["is_provisional"] else ""
        table.add_row(name, f"{one['last_day']}{star}", one["left"], "\n".join(ends), style=style)
    note = say(language, "deadlines.intro", as_of=law.as_of)
    return [table, Text(note, style="dim")]


def make_table(title: str, columns: Iterable[str], ratios: Iterable[int] = repeat(1)) -> Table:
    """An empty table as all of ours look; ratios: how wide each column is beside the others.

    A least width is given beside the ratio, for otherwise each cell would be measured, and to no end.
    """
    table = Table(
        title=Text(title, style="bold"),
        title_justify="left",
        header_style="bold",
        box=SIMPLE_HEAD,
        expand=True,
    )
    for column, ratio in zip(columns, ratios, strict=False):
        table.add_column(column, overflow="fold", ratio=ratio, width=1)
    return table
