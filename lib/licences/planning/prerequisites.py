"""Prerequisites: pulled in, alternatives settled, and what is known to stand in the way of a licence."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from graphlib import TopologicalSorter
from heapq import heappop, heappush
from typing import TYPE_CHECKING

import pandas as pd

from licences.assessment.explain import FailedCondition, find_failed_conditions
from licences.assessment.verdicts import NEEDED

if TYPE_CHECKING:
    from licences.law.in_force import LawInForce
    from licences.rules.expressions import Value
    from licences.rules.kleene import Profile
    from licences.rules.logic import Rule

AGE = "company_age_months"
Before = dict[str, list[str]]  # by code what has to be there before it, alternatives settled


@dataclass(frozen=True)
class Eligibility:
    """Whether a client can obtain a licence, as far as it is told.

    failed: the conditions that it is known to fail. until: the day on which time lifts them; None where
    more than time is needed. missing_facts: not told, and deciding, once time has lifted what it can.
    """

    failed: tuple[FailedCondition, ...] = ()
    until: date | None = None
    missing_facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class PassedOver:
    """A prerequisite that a step does not wait for: one of these codes, of which none is needed.

    is_open: whether it cannot be told yet whether one of them is needed.
    """

    codes: tuple[str, ...]
    is_open: bool


def settle_prerequisites(
    law: LawInForce,
    chosen: Collection[str],
    verdicts: Mapping[str, str],
    done: Collection[str],
    find_earliest: Callable[[str], float],
    already: Collection[str] = (),
) -> tuple[Before, dict[str, list[PassedOver]]]:
    """By code what it waits for, and the prerequisites that are passed over.

    chosen: the codes to obtain. done: codes that are held, or taken as held. find_earliest: when a licence could be had
    at the earliest, asked only where that decides. already: what is obtained anyway, and waits for nothing new;
    it is among the codes only where something waits for it. Among alternatives the one that is held is taken,
    then one that is needed anyway, then the one that is had earlier; one that does not apply to the
    client is passed over and never pulled in.
    """
    needed = {*already, *chosen}
    settled = frozenset(already)

    def find_open(code: str) -> list[tuple[str, ...]]:
        groups = law.entries[code].requires
        return [group for group in groups if not any(one in done for one in group)]

    def find_unmet() -> list[list[str]]:
        unmet = []
        for code in law.entries:
            for group in find_open(code) if code in needed and code not in settled else ():
                applying = [one for one in group if verdicts.get(one) in NEEDED]
                if applying and needed.isdisjoint(group):
                    unmet.append(applying)
        return unmet

    while unmet := find_unmet():
        alone = {group[0] for group in unmet if len(group) == 1}
        needed |= alone or {min(unmet[0], key=find_earliest)}

    new = [code for code in law.entries if code in needed and code not in settled]
    before: Before = {code: [] for code in new}
    passed: dict[str, list[PassedOver]] = {}
    for code in new:
        for group in find_open(code):
            taken = [one for one in group if one in needed]
            if taken:
                first = taken[0] if len(taken) == 1 else min(taken, key=find_earliest)
                before.setdefault(first, [])
                before[code] += [] if first in before[code] else [first]
                continue
            still_open = any(verdicts.get(one) == "undetermined" for one in group)
            passed.setdefault(code, []).append(PassedOver(group, still_open))
    return before, passed


def order_steps(before: Before) -> list[str]:
    """The codes, each behind what it waits for; the first in the alphabet first where several could come."""
    sorter, ready, order = TopologicalSorter(before), list[str](), list[str]()
    sorter.prepare()
    while sorter.is_active():
        for code in sorter.get_ready():
            heappush(ready, code)
        order.append(heappop(ready))
        sorter.done(order[-1])
    return order


def find_eligibility(law: LawInForce, code: str, profile: Profile) -> Eligibility:
    """What is known about a client's meeting the conditions of a licence."""
    condition = law.entries[code].condition
    if condition is None:
        return Eligibility()
    told = tuple(profile.get(name) for name in condition.names)
    return _find_eligibility(condition, told, law.as_of)


@lru_cache(maxsize=65536)
def _find_eligibility(condition: Rule, told: tuple[Value | None, ...], as_of: date) -> Eligibility:
    """Time lifts an obstacle where the client fails only for its age, and would not at a later one."""
    failed = find_failed_conditions(condition, told)
    if not failed:
        return Eligibility(missing_facts=_find_missing(condition, told))
    where = condition.names.index(AGE) if AGE in condition.names else None
    age = None if where is None else told[where]
    if where is not None and isinstance(age, float):
        bounds = condition.axes[where].thresholds
        for reached in sorted(
            {reached for bound in bounds for reached in (bound, bound + 1) if reached > age}
        ):
            later = (*told[:where], reached, *told[where + 1 :])
            if not find_failed_conditions(condition, later):
                until = (pd.Timestamp(as_of) + pd.DateOffset(months=int(reached - age))).date()
                return Eligibility(failed, until, _find_missing(condition, later))
    return Eligibility(failed)


def _find_missing(condition: Rule, told: tuple[Value | None, ...]) -> tuple[str, ...]:
    return condition.find_missing(dict(zip(condition.names, told, strict=True)))
