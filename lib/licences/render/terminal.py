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
from licences.assessment.verdicts import BY_WEIGHT, Judgement, is_outside
from licences.law.catalogue import Catalogue
from licences.law.in_force import LawInForce, Licence, find_law_in_force
from licences.law.kinds import OBLIGATIONS
from licences.rules.facts import Fields
from licences.words.findings import say_trace
from licences.words.remedies import say_aim
from licences.words.scope import say_scope
from licences.words.texts import say

_STYLES = {
    "forbidden": "bold reverse red",
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
    obligation = str(entry.row["obligation"])
    for name, aim in aims.items():
        if name == "eligible" and obligation in OBLIGATIONS.values():
            continue
        first, *ways = say_aim(name, aim, one.profile, fields, language, obligation)
        parts += [Text(""), Text(first), *(Text(f"  {way}") for way in ways)]
    return [*parts, Text("")]


def _name_both(entry: Licence) -> str:
    official = entry.official_name
    return entry.name if entry.name == official else f"{entry.name} {official}"


def draw_assessment(
    findings: pd.DataFrame, profiles: pd.DataFrame, catalogue: Catalogue, as_of: date, language: str
) -> list[RenderableType]:
    """One table a client: what is needed or still open, required first; the rest is counted."""
    law = find_law_in_force(catalogue, as_of, language)
    name_code = law.short
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
                is_licence = row["code"] in catalogue.codes
                # The law stands beside a prohibition, which is to be shown to whoever wants to sell all the same.
                told = row["because"] if verdict == "forbidden" else row["because"][:-1]
                reasons = [Text(text) for text in told if not missing]
                if verdict == "forbidden":
                    advice = law.entries[row["code"]].row[f"advice_{language}"]
                    reasons += [Text(advice, style="bold")] if isinstance(advice, str) else []
                if missing:
                    reasons.append(Text(say(language, "assess.ask", labels=missing), style="magenta"))
                reasons += [Text(blocker, style="red") for blocker in row["blockers"]]
                reasons += [Text(local, style="cyan") for local in row["local"]]
                if "trace" in row:
                    lines = say_trace(row["trace"], catalogue.fields, language)
                    reasons += [Text(line, style="dim") for line in lines]
                table.add_row(
                    Text.assemble(
                        name_code(row["code"]),
                        "\n",
                        (row["code"], "dim"),
                        " · " * is_licence,
                        status if is_licence else "",
                    ),
                    Text("\n").join(reasons),
                    end_section=at == len(rows),
                )
        count = int(((own["verdict"] == "not_needed") & own["code"].isin(catalogue.codes)).sum())
        parts += [table, Text(say(language, "assess.not_needed", count=count), style="dim"), Text()]
    return [*parts, *draw_scope(catalogue, as_of, language)]


def draw_questions(
    questions: pd.DataFrame, judged: Iterable[Judgement], catalogue: Catalogue, as_of: date, language: str
) -> list[RenderableType]:
    """One table a client: what is forbidden already, and what to ask next, most telling first."""
    law = find_law_in_force(catalogue, as_of, language)
    parts: list[RenderableType] = []
    for one in judged:
        client, name = one.client, one.name
        parts += draw_forbidden(one.verdicts, law)
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
        outside = [
            code for code, entry in law.entries.items() if is_outside(entry, one.verdicts[code], one.profile)
        ]
        parts += [table if len(own) else Text(f"{title}: {say(language, 'questions.none')}")]
        parts += [Text(say(language, "questions.outside", names=law.name(code))) for code in outside]
        parts.append(Text())
    return parts


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
            style=_STYLES["forbidden"],
        )
        for code, verdict in verdicts.items()
        if verdict == "forbidden"
    ]


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
