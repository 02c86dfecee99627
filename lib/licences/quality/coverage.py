"""Coverage of rules by scenarios: what one says of a row, and whether it would notice a broken rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from licences.law.catalogue import Catalogue
from licences.law.rows import BEGINNING, END, split_prerequisites
from licences.quality.scenarios import Scenario
from licences.rules.facts import is_held
from licences.rules.kleene import Profile
from licences.rules.logic import Rule, read_rule

Period = tuple[pd.Timestamp, pd.Timestamp]


@dataclass(frozen=True, eq=False)
class Row:
    """A row of the catalogue: its line, its period, its rules, and the cases that speak of it."""

    line: int
    code: str
    obligation: str
    period: Period
    applies: Rule
    condition: Rule | None
    requires: tuple[tuple[str, ...], ...]
    checked_on: pd.Timestamp
    cases: tuple[Scenario, ...]


def list_rows(catalogue: Catalogue, cases: Iterable[Scenario]) -> list[Row]:
    """The rows of the catalogue in its order, each with the cases of its period that name its code."""
    spoken: dict[str, list[Scenario]] = {}
    for case in cases:
        for code in {*case.expected, *case.blocked, *case.missing, *case.absent}:
            spoken.setdefault(code, []).append(case)
    rows = []
    for line, row in catalogue.rows.iterrows():
        code, condition = str(row["code"]), row["eligible_when"]
        first = BEGINNING if pd.isna(row["in_force_from"]) else row["in_force_from"]
        last = END if pd.isna(row["in_force_to"]) else row["in_force_to"]
        rows.append(
            Row(
                line=int(str(line)),
                code=code,
                obligation=str(row["obligation"]),
                period=(first, last),
                applies=read_rule(row["applies_when"], catalogue.fields),
                condition=read_rule(condition, catalogue.fields) if isinstance(condition, str) else None,
                requires=split_prerequisites(row["requires"]),
                checked_on=row["checked_on"],
                cases=tuple(
                    case for case in spoken.get(code, []) if first <= pd.Timestamp(case.as_of) <= last
                ),
            )
        )
    return rows


def is_noticed(case: Scenario, row: Row, column: str, broken: Rule) -> bool:
    """Whether a case comes out otherwise than it says where ``broken`` stands in the place of a rule."""
    if column == "applies_when":
        return not _agrees_on_verdict(case, row, broken)
    return row.code in case.blocked and _is_blocked(case.profile, row, broken) != case.blocked[row.code]


def _agrees_on_verdict(case: Scenario, row: Row, applies: Rule) -> bool:
    if row.code in case.expected and _find_verdict(case.profile, row, applies) != case.expected[row.code]:
        return False
    return row.code not in case.missing or set(applies.find_missing(case.profile)) == case.missing[row.code]


def _find_verdict(profile: Profile, row: Row, applies: Rule) -> str:
    answer = applies.decide(profile)
    if answer is None:
        return "undetermined"
    return row.obligation if answer else "not_needed"


def _is_blocked(profile: Profile, row: Row, condition: Rule | None) -> bool:
    if condition is None or row.applies.decide(profile) is False or is_held(row.code, profile):
        return False
    return any(part.decide(profile) is False for part in condition.split())


def find_disagreements(case: Scenario, by_code: Mapping[str, list[Row]]) -> Iterator[tuple[str, str]]:
    """What a case says and the catalogue does not."""
    day = pd.Timestamp(case.as_of)
    in_force = {
        code: next((row for row in rows if row.period[0] <= day <= row.period[1]), None)
        for code, rows in by_code.items()
    }
    for code in case.absent:
        if in_force[code] is not None:
            yield "not_in_force", f"{code} is in force on {case.as_of}"
    for code in {*case.expected, *case.blocked, *case.missing}:
        row = in_force[code]
        if row is None:
            yield "as_of", f"{code} is not in force on {case.as_of}"
            continue
        if not _agrees_on_verdict(case, row, row.applies):
            verdict = _find_verdict(case.profile, row, row.applies)
            yield case.expected.get(code, "missing"), f"the catalogue says {verdict} of {code}"
        if code in case.blocked and _is_blocked(case.profile, row, row.condition) != case.blocked[code]:
            key = "blocked" if case.blocked[code] else "not_blocked"
            yield key, f"the catalogue says otherwise of {code}"
