"""Overrides that change nothing any more: they have ended, or the rules have come to say the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from licences.assessment.verdicts import Judgement, judge
from licences.law.in_force import Licence, find_law_for
from licences.rules.case_files import CASE_FILE, list_case_files
from licences.rules.stages import find_present

if TYPE_CHECKING:
    from licences.book.overrides import Override
    from licences.law.catalogue import Catalogue


@dataclass(frozen=True)
class Idle:
    """An override of a client that changes nothing.

    why: ``ended`` on a day, ``gone`` where the licence is not in force any more, or ``alike`` where rules or
    catalogue say the same.
    """

    client: str
    override: Override
    why: str
    day: date | None = None


def find_idle(catalogue: Catalogue, profiles: pd.DataFrame, as_of: date) -> Iterator[Idle]:
    """The overrides that change nothing on a day, in the file's order; profiles: as they were read."""
    if CASE_FILE not in profiles:
        return
    every = list_case_files(profiles)
    has_any = [bool(one.overrides) for one in every]
    if not any(has_any):
        return
    chosen = profiles[has_any]
    judged = judge(catalogue, find_present(chosen, as_of), as_of)
    for one, case_file in zip(judged, list_case_files(chosen), strict=True):
        entries = find_law_for(catalogue, as_of, "en", one.profile).entries
        for override in case_file.overrides:
            entry = entries.get(override.code)
            if override.until is not None and override.until < as_of:
                yield Idle(one.client, override, "ended", override.until)
            elif entry is None:
                yield Idle(one.client, override, "gone")
            elif override.counts_on(as_of) and _is_alike(override, entry, one):
                yield Idle(one.client, override, "alike")


def _is_alike(override: Override, entry: Licence, one: Judgement) -> bool:
    """Whether the rules, in every stage, or the catalogue say what we hold."""
    if override.kind == "verdict":
        by_rules = {one.by_rules[entry.code], *(stage.by_rules[entry.code] for stage in one.stages)}
        return by_rules == {override.value}
    if override.kind == "fee":
        fee = entry.row["fee_cny"]
        return bool(not pd.isna(fee) and float(fee) == float(override.value))
    days = entry.duration
    if days is None or days.unit != "working":
        return False
    spread = {days.shortest_days, days.likely_days, days.longest_days}
    return spread == {int(override.value)} and not days.correction.chance
