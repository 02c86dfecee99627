"""Stages of a plan: what each brings, what it needs anew, and whether all is done before it begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from licences.law.working_days import count_working_days
from licences.planning.promise import DATES, Promise, find_promise
from licences.planning.simulation import PROMISED, Simulation
from licences.rules.facts import HELD

if TYPE_CHECKING:
    from licences.planning.needs import PlannedStage
    from licences.planning.schedule import Plan
    from licences.rules.expressions import Value


@dataclass(frozen=True)
class StagePlan:
    """What a plan says of one stage.

    begins_on: its first day, None for the present. changes: the facts that are otherwise than before it. codes: of the
    steps that it is the first to need. likely: the day on which all is done that it and the stages before it
    require, as far as it can be dated; launch: the same in 50, 80 and 90 percent of the draws, None where no date
    can be promised. late_days: by how many working days it would have to begin later; 0 where it need not, None where
    that cannot be told, and for the present.
    """

    begins_on: date | None
    changes: Mapping[str, Value]
    codes: tuple[str, ...]
    promise: Promise
    likely: date | None
    launch: tuple[date, date, date] | None
    late_days: int | None

    @property
    def done_on(self) -> date | None:
        """The day to give to others, or where none can be promised the likely one."""
        return self.launch[PROMISED] if self.launch else self.likely

    @property
    def is_late(self) -> bool:
        """Whether it begins before all is done that it requires."""
        return bool(self.late_days)


def find_stage_plans(plan: Plan, simulation: Simulation) -> tuple[StagePlan, ...]:
    """The present and what is to come, in order of time."""
    return tuple(_list_stage_plans(plan, simulation))


def _list_stage_plans(plan: Plan, simulation: Simulation) -> Iterator[StagePlan]:
    before: PlannedStage | None = None
    for stage, days in zip(plan.stages, simulation.launches, strict=True):
        promise = find_promise(plan, stage)
        launch = days if promise.kind == DATES else None
        yield StagePlan(
            begins_on=stage.begins_on,
            changes=_find_changes(before, stage) if before else {},
            codes=tuple(step.code for step in plan.steps if step.begins_on == stage.begins_on),
            promise=promise,
            likely=stage.launch,
            launch=launch,
            late_days=_count_late(stage, promise.kind, launch[PROMISED] if launch else stage.launch),
        )
        before = stage


def _find_changes(before: PlannedStage, stage: PlannedStage) -> dict[str, Value]:
    return {
        name: value
        for name, value in stage.profile.items()
        if name != HELD and value is not None and value != before.profile.get(name)
    }


def _count_late(stage: PlannedStage, kind: str, done_on: date | None) -> int | None:
    """The working days from the first of the stage up to the day on which all is done."""
    if stage.begins_on is None:
        return None
    if done_on is None:
        return 0 if kind == DATES else None
    return max(0, int(count_working_days(stage.begins_on, done_on)) + 1)
