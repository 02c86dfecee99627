"""Audit of a readable catalogue: rows nobody tries, rules that nobody guards, old sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from licences.errors import Problem
from licences.law.catalogue import Catalogue
from licences.law.rows import BEGINNING, END
from licences.quality.coverage import Row, find_disagreements, is_noticed, list_rows
from licences.quality.scenarios import Scenario
from licences.rules.expressions import Always, And, Value
from licences.rules.facts import HELD
from licences.rules.logic import MAX_POINTS, Facts, Rule
from licences.rules.mutants import Mutant, find_example, make_mutants


@dataclass(frozen=True)
class Finding:
    """What the deep check finds: the problems, and of how many broken rules some case takes notice."""

    problems: tuple[Problem, ...]
    broken: int
    noticed: int

    @property
    def share(self) -> float:
        """Of the broken rules how many are noticed, 0 to 1; 1 where nothing can be broken."""
        return self.noticed / self.broken if self.broken else 1.0


def check_deeply(
    catalogue: Catalogue,
    profiles: pd.DataFrame,
    scenarios: Iterable[Scenario],
    as_of: date,
    max_age_days: int,
    files: tuple[str, str],
) -> Finding:
    """All that is doubtful about a catalogue whose every cell can be read.

    as_of: the day on which the sample clients are looked at and the age of sources counts. files: how
    the catalogue and the scenarios are called.
    """
    catalogue_file, scenario_file = files
    cases = list(scenarios)
    rows = list_rows(catalogue, cases)
    by_code: dict[str, list[Row]] = {}
    for row in rows:
        by_code.setdefault(row.code, []).append(row)
    facts, day = Facts(profiles, catalogue.fields, as_of), pd.Timestamp(as_of)
    problems: list[Problem] = []
    broken = noticed = 0
    for row in rows:
        in_force = row.period[0] <= day <= row.period[1]
        found = [
            *_find_untried(row, facts if in_force else None),
            *_find_idle_facts(row),
            *_find_exclusions(row, by_code),
            *_find_old_sources(row, day, max_age_days),
        ]
        for column, mutants in _list_mutants(row):
            for mutant in mutants:
                seen = any(is_noticed(case, row, column, mutant.rule) for case in row.cases)
                broken, noticed = broken + 1, noticed + seen
                found += [] if seen else [(column, *_say_unnoticed(mutant, row))]
        problems += [
            Problem(catalogue_file, row.line, column, wrong, right) for column, wrong, right in found
        ]
    problems += [
        Problem(scenario_file, case.line, key, wrong, "mend the scenario or the catalogue")
        for case in cases
        for key, wrong in find_disagreements(case, by_code)
    ]
    return Finding(tuple(sorted(set(problems))), broken, noticed)


Fault = tuple[str, str, str]
"""Column, what is wrong, what would be right."""


def _find_untried(row: Row, facts: Facts | None) -> Iterator[Fault]:
    """Answers that neither a scenario of the period nor, where there are ``facts``, a sample client reaches."""
    for column, rule in (("applies_when", row.applies), ("eligible_when", row.condition)):
        if rule is None:
            continue
        reached = {rule.decide(case.profile) for case in row.cases if row.code in _find_said(case, column)}
        if facts is not None:
            reached |= {*rule.evaluate(facts).to_list()} - {None}
        truth = rule.narrow({})
        said = {
            ("applies_when", True): (f"no scenario or sample client needs {row.code}", "one that does"),
            ("applies_when", False): (
                f"no scenario or sample client does without {row.code}",
                "one that does",
            ),
            ("eligible_when", True): (
                "no scenario or sample client meets the condition",
                "one that meets it",
            ),
            ("eligible_when", False): (
                "no scenario or sample client fails the condition",
                "one that fails it",
            ),
        }
        for answer in (True, False):
            if answer not in reached and (truth == answer).any():
                wrong, right = said[column, answer]
                days = " to ".join(_say_day(day) for day in row.period)
                yield column, wrong, f"add a scenario of {days}: {right}"


def _find_said(case: Scenario, column: str) -> Mapping[str, Any]:
    return case.expected if column == "applies_when" else case.blocked


def _find_idle_facts(row: Row) -> Iterator[Fault]:
    """Facts that an expression names and that never change its answer."""
    for column, rule in (("applies_when", row.applies), ("eligible_when", row.condition)):
        if rule is None or isinstance(rule.node, Always):
            continue
        if rule.narrow({}).all():
            yield column, "every client makes this expression true", "write True, or leave the cell empty"
            continue
        for name in sorted(set(rule.names) - set(rule.find_missing({}))):
            yield column, f"{name} never changes the answer", "take it out or mend it"


def _find_exclusions(row: Row, by_code: Mapping[str, list[Row]]) -> Iterator[Fault]:
    """Conditions that nobody can meet who needs the licence, and prerequisites that nobody needs with it."""
    if row.condition is not None and not _can_hold(row.applies, row.condition):
        yield "eligible_when", "whom it applies to can never meet the condition", "mend one of the two"
    for group in row.requires:
        others = [other for code in group for other in by_code.get(code, []) if _overlap(row, other)]
        if others and not any(_can_hold(row.applies, other.applies) for other in others):
            wrong = f"{' or '.join(group)} never applies to a client that needs {row.code}"
            yield "requires", wrong, "take it out or mend one of the expressions"


def _overlap(one: Row, other: Row) -> bool:
    return one.period[0] <= other.period[1] and other.period[0] <= one.period[1]


def _can_hold(*rules: Rule) -> bool:
    """Whether some client makes all of them true; what is too large to try counts as possible."""
    both = Rule("", And(tuple(rule.node for rule in rules)), rules[0].fields)
    if np.prod([len(axis.points) for axis in both.axes], dtype=float) > MAX_POINTS:
        return True
    return find_example(both) is not None


def _find_old_sources(row: Row, day: pd.Timestamp, max_age_days: int) -> Iterator[Fault]:
    """A source that was looked at too long ago; of a row that has ended it no longer matters."""
    age_days = (day - row.checked_on).days
    if row.period[1] >= day and age_days > max_age_days:
        since = (day - timedelta(days=max_age_days)).date()
        wrong = f"the source was checked {age_days} days ago"
        yield "checked_on", wrong, f"check it again; {since} or later is asked for"


def _say_unnoticed(mutant: Mutant, row: Row) -> tuple[str, str]:
    facts = {name: value for name, value in mutant.telling.items() if name != HELD}
    told = ", ".join(f"{name}: {_say_answer(value)}" for name, value in facts.items())
    holds = f" that holds {mutant.telling[HELD]}" if HELD in mutant.telling else ""
    days = " to ".join(_say_day(day) for day in row.period)
    return f"no scenario notices where {mutant.slip}", f"add one of {days}, such as {{{told}}}{holds}"


def _say_answer(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.15g}" if isinstance(value, float) else value


def _list_mutants(row: Row) -> Iterator[tuple[str, tuple[Mutant, ...]]]:
    yield "applies_when", make_mutants(row.applies)
    if row.condition is not None:
        yield "eligible_when", make_mutants(row.condition)


def _say_day(day: pd.Timestamp) -> str:
    return "…" if day in (BEGINNING, END) else f"{day:%Y-%m-%d}"
