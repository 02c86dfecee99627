"""Tables of answers on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from licences.assessment.remedies import Aim
from licences.assessment.verdicts import BY_WEIGHT, Judgement
from licences.law.catalogue import Catalogue
from licences.law.in_force import Licence, find_law_in_force
from licences.rules.facts import Fields
from licences.words.findings import say_trace
from licences.words.remedies import say_aim
from licences.words.texts import say

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


def show(parts: Iterable[RenderableType]) -> None:
    """Prints to standard output, in colour where it is a terminal."""
    Console(highlight=False).print(Group(*parts))


def draw_remedies(
    one: Judgement, entry: Licence, aims: Mapping[str, Aim], fields: Fields, as_of: date, language: str
) -> list[RenderableType]:
    """What it would take, aim by aim, each way on a line of its own."""
    title = say(
        language,
        "what_it_takes.title",
        name=one.name,
        client=one.client,
        licence=_name_both(entry),
        code=entry.code,
        as_of=as_of,
    )
    verdict = say(language, f"verdict.{one.verdicts[entry.code]}")
    parts = [Text(title, style="bold"), Text(say(language, "what_it_takes.verdict", verdict=verdict))]
    for name, aim in aims.items():
        first, *ways = say_aim(name, aim, one.profile, fields, language)
        parts += [Text(""), Text(first), *(Text(f"  {way}") for way in ways)]
    return [*parts, Text("")]


def _name_both(entry: Licence) -> str:
    official = entry.official_name
    return entry.name if entry.name == official else f"{entry.name} {official}"


def draw_assessment(
    findings: pd.DataFrame, profiles: pd.DataFrame, catalogue: Catalogue, as_of: date, language: str
) -> list[RenderableType]:
    """One table a client: what is needed or still open, required first; the rest is counted."""
    name_code = find_law_in_force(catalogue, as_of, language).name
    parts: list[RenderableType] = []
    for client, name in zip(profiles["client"], profiles["name"], strict=True):
        own = findings[findings["client"] == client]
        title = say(language, "assess.title", name=name, client=client, as_of=as_of.isoformat())
        table = make_table(title, [say(language, f"assess.{column}") for column in ("licence", "why")])
        for verdict in BY_WEIGHT[:-1]:
            rows = own[own["verdict"] == verdict].to_dict("records")
            if rows:
                heading = f"{say(language, f'verdict.{verdict}')} ({len(rows)})"
                table.add_row(Text(heading, style=_STYLES[verdict]), "", end_section=True)
            for at, row in enumerate(rows, start=1):
                missing = say(language, "list").join(
                    catalogue.fields[field].label[language] for field in row["missing_facts"]
                )
                status = Text(say(language, f"status.{row['status']}"), style=_STYLES.get(row["status"], ""))
                reasons = [Text(text) for text in row["because"][:-1] if not missing]
                if missing:
                    reasons.append(Text(say(language, "assess.ask", labels=missing), style="magenta"))
                reasons += [Text(blocker, style="red") for blocker in row["blockers"]]
                if "trace" in row:
                    lines = say_trace(row["trace"], catalogue.fields, language)
                    reasons += [Text(line, style="dim") for line in lines]
                table.add_row(
                    Text.assemble(name_code(row["code"]), "\n", (f"{row['code']} · ", "dim"), status),
                    Text("\n").join(reasons),
                    end_section=at == len(rows),
                )
        count = int((own["verdict"] == "not_needed").sum())
        parts += [table, Text(say(language, "assess.not_needed", count=count), style="dim"), Text()]
    return parts


def draw_questions(
    questions: pd.DataFrame, profiles: pd.DataFrame, catalogue: Catalogue, language: str
) -> list[RenderableType]:
    """One table a client: what to ask next, most telling first."""
    parts: list[RenderableType] = []
    for client, name in zip(profiles["client"], profiles["name"], strict=True):
        own = questions[questions["client"] == client]
        title = say(language, "questions.title", name=name, client=client)
        columns = ("question", "settles", "share")
        table = make_table(title, [say(language, f"questions.{column}") for column in columns])
        for row in own.to_dict("records"):
            table.add_row(
                Text(f"{catalogue.fields[row['field']].label[language]}\n{row['field']}"),
                Text(", ".join([*row["settles"], *(f"({code})" for code in row["conditions"])])),
                Text(f"{row['share']:.0%}", justify="right"),
            )
        parts += [table if len(own) else Text(f"{title}: {say(language, 'questions.none')}"), Text()]
    return parts


def make_table(title: str, columns: Iterable[str]) -> Table:
    """An empty table as all of ours look."""
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
