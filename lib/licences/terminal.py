"""Shows answers as tables on a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from licences.law import Law
from licences.wording import say

_STYLES = {
    "required": "bold red",
    "recommended": "yellow",
    "optional": "cyan",
    "undetermined": "magenta",
    "not_needed": "dim",
    "expired": "bold red",
    "expiring": "yellow",
    "held": "green",
}
_ORDER = ("required", "undetermined", "recommended", "optional")


def show(parts: Iterable[RenderableType]) -> None:
    """Prints to standard output, in colour where it is a terminal."""
    Console(highlight=False).print(Group(*parts))


def draw_assessment(
    findings: pd.DataFrame, profiles: pd.DataFrame, law: Law, as_of: date, language: str
) -> list[RenderableType]:
    """One table a client: what is needed or still open, required first; the rest is counted."""
    names = _name_rows(law, language)
    parts: list[RenderableType] = []
    for client, name in zip(profiles["client"], profiles["name"], strict=True):
        own = findings[findings["client"] == client]
        title = say(language, "assess.title", name=name, client=client, as_of=as_of.isoformat())
        table = _make_table(title, [say(language, f"assess.{column}") for column in ("licence", "why")])
        for verdict in _ORDER:
            rows = own[own["verdict"] == verdict].to_dict("records")
            if rows:
                heading = f"{say(language, f'verdict.{verdict}')} ({len(rows)})"
                table.add_row(Text(heading, style=_STYLES[verdict]), "", end_section=True)
            for at, row in enumerate(rows, start=1):
                missing = say(language, "list").join(
                    law.fields[field].label[language] for field in row["missing_facts"]
                )
                status = Text(say(language, f"status.{row['status']}"), style=_STYLES.get(row["status"], ""))
                reasons = [Text(text) for text in row["because"][:-1] if not missing]
                if missing:
                    reasons.append(Text(say(language, "assess.ask", labels=missing), style="magenta"))
                reasons += [Text(blocker, style="red") for blocker in row["blockers"]]
                table.add_row(
                    Text.assemble(names[row["code"]], "\n", (f"{row['code']} · ", "dim"), status),
                    Text("\n").join(reasons),
                    end_section=at == len(rows),
                )
        count = int((own["verdict"] == "not_needed").sum())
        parts += [table, Text(say(language, "assess.not_needed", count=count), style="dim"), Text()]
    return parts


def draw_questions(
    questions: pd.DataFrame, profiles: pd.DataFrame, law: Law, language: str
) -> list[RenderableType]:
    """One table a client: what to ask next, most telling first."""
    parts: list[RenderableType] = []
    for client, name in zip(profiles["client"], profiles["name"], strict=True):
        own = questions[questions["client"] == client]
        title = say(language, "questions.title", name=name, client=client)
        columns = ("question", "settles", "share")
        table = _make_table(title, [say(language, f"questions.{column}") for column in columns])
        for row in own.to_dict("records"):
            table.add_row(
                Text(f"{law.fields[row['field']].label[language]}\n{row['field']}"),
                Text(", ".join([*row["settles"], *(f"({code})" for code in row["conditions"])])),
                Text(f"{row['share']:.0%}", justify="right"),
            )
        parts += [table if len(own) else Text(f"{title}: {say(language, 'questions.none')}"), Text()]
    return parts


def _make_table(title: str, columns: Iterable[str]) -> Table:
    table = Table(
        title=Text(title, style="bold"),
        title_justify="left",
        header_style="bold",
        box=SIMPLE_HEAD,
        expand=True,
    )
    for column in columns:
        table.add_column(column, overflow="fold", ratio=1)
    return table


def _name_rows(law: Law, language: str) -> dict[str, str]:
    return dict(zip(law.catalogue["code"], law.catalogue[f"name_{language}"], strict=True))
