"""Grounds of the catalogue's facts: which have evidence, and how many rest on a text that was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from licences.errors import Problem
from licences.law.evidence import RULES, Key, Row, index_evidence, list_facts, list_keys
from licences.law.rows import find_in_force

_ASKED = "add what it rests on to evidence.csv: code, in_force_from, column, source, article"
Told = Mapping[Key, list[Row]]


@dataclass(frozen=True)
class Grounds:
    """What the facts rest on.

    problems: the facts of rows in force or to come that have no evidence. rules, rules_read: rule
    expressions in force, and those of them that rest on a text that was read. rows, rows_high: rows in force,
    and those whose confidence is high. with_evidence: facts that have some.
    """

    problems: tuple[Problem, ...]
    rules: int
    rules_read: int
    rows: int
    rows_high: int
    with_evidence: int

    @property
    def rules_read_share(self) -> float:
        """Of the rule expressions in force how many rest on a text that was read, 0 to 1."""
        return self.rules_read / self.rules if self.rules else 1.0

    @property
    def rows_high_share(self) -> float:
        """Of the rows in force how many are of confidence high, 0 to 1."""
        return self.rows_high / self.rows if self.rows else 1.0


def find_grounds(rows: pd.DataFrame, evidence: pd.DataFrame, day: pd.Timestamp, file: str) -> Grounds:
    """What the facts of a catalogue's rows rest on; rows that have ended before ``day`` no longer matter."""
    told, facts = index_evidence(evidence), list_facts()
    left = rows[~(rows["in_force_to"] < day)]
    keys = [
        (line, key)
        for line, row in zip(left.index, left.to_dict("records"), strict=True)
        for key in list_keys(row, facts)
    ]
    problems = [
        Problem(file, int(line), column, f"nothing tells what {column} of {code} rests on", _ASKED)
        for line, (code, start, column) in keys
        if (code, start, column) not in told
    ]
    in_force = find_in_force(rows, day.date())
    rules = [key for row in in_force.to_dict("records") for key in list_keys(row, RULES)]
    return Grounds(
        problems=tuple(problems),
        rules=len(rules),
        rules_read=sum(_is_read(told, key) for key in rules),
        rows=len(in_force),
        rows_high=int((in_force["confidence"] == "high").sum()),
        with_evidence=len(keys) - len(problems),
    )


def _is_read(told: Told, key: Key) -> bool:
    """Whether some source of a fact was read and says so."""
    return any(
        one["confidence"] == "high" and one["source_how"] != "second_hand" for one in told.get(key, ())
    )
