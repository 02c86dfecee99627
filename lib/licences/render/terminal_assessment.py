"""Tables on a terminal of what each client needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from licences.assessment.verdicts import BY_WEIGHT
from licences.law.in_force import LawInForce, find_law_for, find_law_in_force
from licences.law.local import PROVINCE
from licences.planning.deadlines import Deadline, find_deadlines
from licences.render.terminal import STYLES, draw_deadlines, draw_scope, make_table
from licences.rules.case_files import list_case_files
from licences.rules.facts import split_holdings
from licences.words.findings import find_counting, say_status, say_trace
from licences.words.overrides import say_note, say_why, view_note
from licences.words.texts import add_note, say

if TYPE_CHECKING:
    import pandas as pd

    from licences.law.catalogue import Catalogue
    from licences.words.findings import FindingView

# What cannot be told of a client that told little fills screens: past so many it stands in one paragraph.
MANY_OPEN = 20
_FIRST_QUESTIONS = 5


def draw_assessment(
    findings: Iterable[FindingView],
    profiles: pd.DataFrame,
    catalogue: Catalogue,
    as_of: date,
    language: str,
) -> Iterator[RenderableType]:
    """A client's deadlines, and one table: what is needed or still open, required first; the rest is counted.

    findings: client by client, in the order of ``profiles``. More than ``MANY_OPEN`` that cannot be told are named
    together, with what to ask first.
    """
    law = find_law_in_force(catalogue, as_of, language)
    columns = (profiles[column] for column in ("client", "name", "holds", PROVINCE))
    files, of_each = list_case_files(profiles), _gather(findings, profiles["client"])
    for case_file, told, client, name, holds, province in zip(files, of_each, *columns, strict=True):
        own = [{**row, "by_rules": row["verdict"], "verdict": find_counting(row)} for row in told]
        title = say(language, "assess.title", name=name, client=client, as_of=as_of.isoformat())
        table = make_table(title, [say(language, f"assess.{column}") for column in ("licence", "why")])
        for verdict in BY_WEIGHT[:-1]:
            rows = [row for row in own if row["verdict"] == verdict]
            if not rows:
                continue
            heading = add_note(say(language, f"verdict.{verdict}"), len(rows), language)
            table.add_row(Text(heading, style=STYLES[verdict]), "", end_section=True)
            if verdict == "undetermined" and len(rows) > MANY_OPEN and "trace" not in rows[0]:
                _add_open(table, rows, law)
                continue
            for at, row in enumerate(rows, start=1):
                table.add_row(_name(row, law), _reason(row, law), end_section=at == len(rows))
        for note in case_file.notes:
            if not note.code:
                yield Text(say_note(view_note(note), language), style="bold")
        of_client = find_law_for(catalogue, as_of, language, {PROVINCE: province})
        yield from draw_deadlines(_find_deadlines(own, split_holdings(holds), of_client), of_client)
        yield table
        yield from _draw_unneeded([row for row in own if row["verdict"] == "not_needed"], law)
        yield Text()
    yield from draw_scope(catalogue, as_of, language)


def _gather(findings: Iterable[FindingView], clients: Iterable[str]) -> Iterator[list[FindingView]]:
    """The findings of each client in turn, of one at a time; none where nothing is in force."""
    groups = groupby(findings, key=itemgetter("client"))
    group = next(groups, None)
    for client in clients:
        if group is None or group[0] != client:
            yield []
            continue
        yield list(group[1])
        group = next(groups, None)


def _draw_unneeded(rows: Sequence[Mapping[str, Any]], law: LawInForce) -> Iterator[RenderableType]:
    """What is not needed because we hold so, each with why, and how much there is in all."""
    language = law.language
    for row in rows:
        if row["overridden"]:
            why = say_why(row["overridden"], row["by_rules"], row["because"][:-1], language)
            yield Text(say(language, "note.of", name=law.short(row["code"]), note=why))
    if count := sum(row["code"] in law.catalogue.codes for row in rows):
        yield Text(say(language, "assess.not_needed", count=count), style="dim")


def _find_deadlines(
    own: Iterable[Mapping[str, Any]], held: Mapping[str, date | None], law: LawInForce
) -> tuple[Deadline, ...]:
    """The deadlines of a client, by its findings and what it holds."""
    statuses = {row["code"]: row["status"] for row in own if row["status"] != "not_held"}
    return find_deadlines(law, held, statuses, {row["code"]: row["verdict"] for row in own})


def _name(row: Mapping[str, Any], law: LawInForce) -> Text:
    """A licence by its short name, whether it is held, and its code; a prohibition is nothing to hold."""
    code, status = row["code"], row["status"]
    parts: list[str | tuple[str, str]] = [law.short(code)]
    if isinstance(row.get("from"), str):
        parts += ["\n", (say(law.language, "assess.from", day=row["from"]), "bold")]
    parts.append("\n")
    if code in law.catalogue.codes:
        said = say_status(status, row["implied_by"], law.short, law.language)
        parts += [(said, STYLES.get(status, "")), ("  ", "")]
    return Text.assemble(*parts, (code, "dim"))


def _reason(row: Mapping[str, Any], law: LawInForce) -> Text:
    """What the verdict rests on, or what to ask; what blocks, and what a province asks for."""
    language, fields = law.language, law.catalogue.fields
    if row["overridden"]:
        reasons = [Text(say_why(row["overridden"], row["by_rules"], row["because"][:-1], language))]
    elif row["missing_facts"]:
        reasons = [_ask([fields[field].label[language] for field in row["missing_facts"]], language)]
    elif row["verdict"] == "forbidden":
        # The law stands beside a prohibition, which is to be shown to whoever wants to sell all the same.
        reasons = [Text(text) for text in row["because"]]
        advice = law.entries[row["code"]].row[f"advice_{language}"]
        reasons += [Text(advice, style="bold")] if isinstance(advice, str) else []
    else:
        reasons = [Text(text) for text in row["because"][:-1]]
    reasons += [Text(blocker, style="red") for blocker in row["blockers"]]
    reasons += [Text(say_note(note, language), style="bold") for note in row["notes"]]
    reasons += [Text(local, style="cyan") for local in row["local"]]
    if "trace" in row:
        reasons += [Text(line, style="dim") for line in say_trace(row["trace"], fields, language)]
    return Text("\n").join(reasons)


def _ask(labels: Sequence[str], language: str) -> Text:
    return Text(say(language, "assess.ask", labels=say(language, "list").join(labels)), style="magenta")


def _add_open(table: Table, rows: Sequence[Mapping[str, Any]], law: LawInForce) -> None:
    """All that cannot be told, by short name, beside the facts that most of it waits for."""
    language, comma = law.language, say(law.language, "list")
    waiting = Counter(field for row in rows for field in row["missing_facts"])
    labels = [
        say(language, "assess.waits", label=law.catalogue.fields[field].label[language], count=count)
        for field, count in waiting.most_common(_FIRST_QUESTIONS)
    ]
    first = Text(say(language, "assess.ask_first"), style="magenta")
    lines = [first, *(Text(f"  {label}", style="magenta") for label in labels)]
    rest = len(waiting) - len(labels)
    if rest > 0:
        lines.append(Text(say(language, "assess.more_questions", count=rest), style="dim"))
    names = comma.join(law.short(row["code"]) for row in rows)
    table.add_row(Text(names), Text("\n").join(lines), end_section=True)
