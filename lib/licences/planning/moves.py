"""Next moves: who has to do something next so that a licence is obtained, and what is due in a stretch of days."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from licences.planning.applications import RETURNED, Course

if TYPE_CHECKING:
    from licences.planning.schedule import Plan, Step

WEEK_DAYS, MONTH_DAYS = 7, 30

Brought = Mapping[str, Mapping[str, int]]
"""By code how many papers the ``client``, a ``third_party`` and ``us`` each bring."""


@dataclass(frozen=True)
class Move:
    """Who moves next for a licence.

    who: ``client``, ``third_party``, ``us`` or ``authority``; None where others come first. kind: ``decision`` where the authority
    has it, ``chase`` where that takes longer than it may, ``correct`` where it was sent back, ``refused``; ``condition`` where the client
    fails one, ``answer`` where it is not told whether it does, ``wait`` for ``codes``, ``later`` where nothing is
    to be done before the plan has it begin, ``papers`` where that many have to come first, ``prepare`` otherwise.
    by: the day by which it has to be done, None where there is none.
    """

    code: str
    who: str | None
    kind: str
    papers: int = 0
    codes: tuple[str, ...] = ()
    by: date | None = None


@dataclass(frozen=True)
class Period:
    """What a plan has happen between two days, both within, by code.

    papers: what somebody else has to bring by then, as pairs of who and code.
    """

    first: date
    last: date
    papers: tuple[tuple[str, str], ...]
    prepare: tuple[str, ...]
    submit: tuple[str, ...]


def find_moves(plan: Plan, brought: Brought) -> dict[str, Move]:
    """The next move of each step, by code."""
    return {step.code: _find_move(step, plan, brought.get(step.code, {})) for step in plan.steps}


def _find_move(step: Step, plan: Plan, brought: Mapping[str, int]) -> Move:
    if step.course and (step.is_submitted or step.course.is_refused):
        return _find_move_of_course(step, step.course)
    obstacle = step.obstacle
    fails = bool(obstacle and obstacle.kind == "fails_condition" and obstacle.until is None)
    if fails or step.missing_facts:
        return Move(step.code, "client", "condition" if fails else "answer")
    if obstacle and obstacle.kind == "waits_for":
        return Move(step.code, None, "wait", codes=obstacle.codes)
    if step.start and step.start > plan.start + timedelta(days=MONTH_DAYS):
        return Move(step.code, None, "wait" if step.requires else "later", codes=step.requires)
    bringing = next(filter(brought.get, ("client", "third_party")), None)
    if bringing:
        return Move(step.code, bringing, "papers", papers=brought[bringing], by=step.submit_on)
    return Move(step.code, "us", "prepare", by=step.submit_on)


def _find_move_of_course(step: Step, course: Course) -> Move:
    """Who moves next for what the authority has, or has had."""
    if course.is_refused:
        return Move(step.code, "client", "refused")
    if course.stage == RETURNED:
        return Move(step.code, "client", "correct")
    if step.is_overdue:
        return Move(step.code, "us", "chase")
    return Move(step.code, "authority", "decision", by=step.limit_on)


def find_periods(plan: Plan, brought: Brought) -> tuple[Period, Period]:
    """The first week of a plan, and the rest of its first month."""
    week = plan.start + timedelta(days=WEEK_DAYS - 1)
    month = plan.start + timedelta(days=MONTH_DAYS - 1)
    return (
        _find_period(plan, plan.start, week, brought),
        _find_period(plan, week + timedelta(days=1), month, brought),
    )


def _find_period(plan: Plan, first: date, last: date, brought: Brought) -> Period:
    def list_by(day: str) -> Iterator[str]:
        dated = [(at, _rank(step), step.code) for step in plan.steps if (at := getattr(step, day))]
        return (code for at, _, code in sorted(dated) if first <= at <= last)

    submitted = tuple(list_by("submit_on"))
    return Period(
        first=first,
        last=last,
        papers=tuple(
            (who, code)
            for who in ("client", "third_party")
            for code in submitted
            if brought.get(code, {}).get(who)
        ),
        prepare=tuple(list_by("start")),
        submit=submitted,
    )


def _rank(step: Step) -> float:
    """What can wait least comes first."""
    return math.inf if step.slack_days is None else step.slack_days
