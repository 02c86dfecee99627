"""Tables on a terminal of what to ask each client next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.text import Text

from licences.assessment.questions import find_settled_by_none
from licences.assessment.verdicts import is_outside
from licences.law.in_force import find_law_in_force
from licences.render.terminal import draw_forbidden, make_table
from licences.rules.facts import RARE
from licences.words.phrases import say_rare
from licences.words.texts import say

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import RenderableType

    from licences.assessment.verdicts import Judgement
    from licences.law.catalogue import Catalogue
    from licences.law.in_force import LawInForce

_NAMES_A_QUESTION = 8
_COLUMNS = {"question": 10, "settles": 11, "share": 3}


def draw_questions(
    questions: pd.DataFrame, judged: Iterable[Judgement], catalogue: Catalogue, as_of: date, language: str
) -> Iterator[RenderableType]:
    """One table a client: what is forbidden already, and what to ask next, what matters most first.

    What only few businesses have stands below it in one block, which one answer settles.
    """
    law = find_law_in_force(catalogue, as_of, language)
    of_client = questions.groupby("client").indices
    for one in judged:
        yield from draw_forbidden(one.verdicts, law)
        own = questions.iloc[of_client.get(one.client, [])]
        title = say(language, "questions.title", name=one.name, client=one.client)
        columns = {say(language, f"questions.{key}"): ratio for key, ratio in _COLUMNS.items()}
        table = make_table(title, columns, columns.values())
        rare = own["group"] == RARE
        for row in own[~rare].to_dict("records"):
            label = catalogue.fields[row["field"]].label[language]
            table.add_row(
                Text.assemble(label, "\n", (row["field"], "dim")),
                Text(_name_settled(row["settles"], row["conditions"], law)),
                Text(f"{row['share']:.0%}", justify="right"),
            )
        outside = [
            code for code, entry in law.entries.items() if is_outside(entry, one.verdicts[code], one.profile)
        ]
        yield table if len(own) else Text(f"{title}: {say(language, 'questions.none')}")
        if rare.any():
            yield from _draw_rare(own.loc[rare, "field"].tolist(), one, law)
        for code in outside:
            yield Text(say(language, "questions.outside", names=law.name(code)))
        yield Text()


def _draw_rare(names: Sequence[str], one: Judgement, law: LawInForce) -> list[RenderableType]:
    """What only few businesses have, by name, and how many licences one answer to all settles."""
    language, fields = law.language, law.catalogue.fields
    entries = {code: entry for code, entry in law.entries.items() if code not in one.overridden}
    settled = find_settled_by_none(entries, fields, one.profile, names)
    lines = [
        Text(say(language, "rare.title", count=len(names)), style="bold"),
        Text(say_rare(len(settled), language)),
        *(Text.assemble("· ", fields[name].label[language], " ", (name, "dim")) for name in names),
        Text(say(language, "rare.how"), style="dim"),
    ]
    return [Padding(line, (0, 0, 0, 2)) for line in lines]


def _name_settled(settles: Sequence[str], conditions: Sequence[str], law: LawInForce) -> str:
    """What an answer settles by short name, in brackets whether it can be obtained; past the first, how many."""
    names = [*(law.short(code) for code in settles), *(f"({law.short(code)})" for code in conditions)]
    shown = names[:_NAMES_A_QUESTION] if len(names) > _NAMES_A_QUESTION + 1 else names
    if len(shown) < len(names):
        shown.append(say(law.language, "questions.more", count=len(names) - len(shown)))
    return say(law.language, "list").join(shown)
