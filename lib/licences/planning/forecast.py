"""Forecast: the answer to "when can we open?", with how sure it is, what falls due, what it costs and what is at stake."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import TYPE_CHECKING

import pandas as pd

from licences.assessment.operating import is_operating
from licences.assessment.verdicts import Judgement, find_deciding, judge
from licences.law.durations import find_weakest
from licences.law.in_force import find_law_for
from licences.planning.applications import find_courses, find_held
from licences.planning.deadlines import Deadline, find_deadlines
from licences.planning.fees import Amounts, Cost, Quote, find_costs, find_quotes, find_total
from licences.planning.lateness import find_late
from licences.planning.missing import Missing, find_missing
from licences.planning.promise import DATES, Promise, find_kind, find_promise
from licences.planning.renewals import Renewal, find_due, find_renewals, find_untold_expiries
from licences.planning.risk import Risk, find_risk
from licences.planning.schedule import Plan, Step, make_plan
from licences.planning.simulation import PROMISED, Simulation, simulate
from licences.planning.stages import StagePlan, find_stage_plans
from licences.rules.case_files import NO_CASE_FILE, CaseFile

if TYPE_CHECKING:
    from licences.law.catalogue import Catalogue


@dataclass(frozen=True)
class PlanOptions:
    """How a client is to be planned for.

    start: the first day of work. include: verdicts to plan for beside ``required``. capacity: how
    many applications are prepared at a time, None for no limit. seed: of the simulation. prepares: whether
    applications are prepared first, or all papers are complete at the start.
    """

    start: date
    include: tuple[str, ...] = ()
    capacity: int | None = None
    seed: int = 0
    prepares: bool = True


@dataclass(frozen=True, eq=False)
class Forecast:
    """A client's plan and what follows from it, each worked out when it is first asked for.

    make_baseline: works out the plan as it was at the beginning of the case, None where that is now.
    """

    plan: Plan
    plan_options: PlanOptions
    make_baseline: Callable[[], Plan] | None = None
    case_file: CaseFile = NO_CASE_FILE

    @cached_property
    def baseline(self) -> Plan | None:
        """The plan from the beginning of the case on, with nothing done, by what is known today; None where that is now."""
        return self.make_baseline() if self.make_baseline else None

    @cached_property
    def late(self) -> Mapping[str, int]:
        """By code of what should have been begun and has not, by how many working days it is late."""
        return find_late(self.plan, self.baseline) if self.baseline else {}

    @cached_property
    def simulation(self) -> Simulation:
        return simulate(self.plan, seed=self.plan_options.seed)

    @cached_property
    def renewals(self) -> tuple[Renewal, ...]:
        return find_renewals(self.plan)

    @cached_property
    def due(self) -> tuple[Renewal, ...]:
        return find_due(self.plan)

    @cached_property
    def deadlines(self) -> tuple[Deadline, ...]:
        plan = self.plan
        verdicts = {
            code: stage.verdicts[code]
            for code in plan.verdicts
            if (stage := find_deciding(plan.stages, code))
        }
        return find_deadlines(plan.law, plan.held, plan.statuses, verdicts)

    @cached_property
    def costs(self) -> tuple[Cost, ...]:
        return find_costs(self.plan)

    @cached_property
    def costs_total(self) -> Amounts:
        return find_total(self.costs)

    @cached_property
    def quotation(self) -> tuple[Quote, ...]:
        return find_quotes(self.plan)

    @cached_property
    def risk(self) -> Risk:
        return find_risk(self.plan)

    @property
    def is_operating(self) -> bool | None:
        """Whether the client trades today, so that what is missing comes before when it is complete; None where not told."""
        return is_operating(self.plan.profile)

    @cached_property
    def missing(self) -> tuple[Missing, ...]:
        return find_missing(self.plan)

    @cached_property
    def untold_expiries(self) -> tuple[str, ...]:
        return find_untold_expiries(self.plan)

    @cached_property
    def left_out(self) -> tuple[str, ...]:
        """What is required at present and cannot be dated, so that the launch leaves it out."""
        return tuple(step.code for step in self.plan.required_now if step.finish is None)

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kind of promise of each stage, the present first."""
        return tuple(find_kind(self.plan, stage) for stage in self.plan.stages)

    @property
    def is_promised(self) -> bool:
        """Whether dates can be promised."""
        return self.kinds[0] == DATES

    @cached_property
    def promise(self) -> Promise:
        return find_promise(self.plan)

    @cached_property
    def stages(self) -> tuple[StagePlan, ...]:
        """The present and what is to come; nothing where the client is not told in stages."""
        return find_stage_plans(self.plan, self.simulation) if self.plan.is_staged else ()

    @property
    def launch(self) -> tuple[date, date, date] | None:
        """By when all that is required is done in 50, 80 and 90 percent of the draws; None where no date can be promised."""
        return self.simulation.launch if self.is_promised else None

    def find_percentiles(self, code: str) -> tuple[date, date, date] | None:
        """The same for one step, where dates can be promised for the stage that it belongs to."""
        return self.simulation.finishes.get(code) if code in self.promised else None

    def find_day(self, code: str, likely: date | None) -> date | None:
        """The day to give to others for a step where dates can be promised, else the likely one."""
        days = self.find_percentiles(code)
        return days[PROMISED] if days else likely

    @cached_property
    def promised(self) -> frozenset[str]:
        """The steps of the stages for which dates can be promised."""
        stages = zip(self.plan.stages, self.kinds, strict=True)
        days = {stage.begins_on for stage, kind in stages if kind == DATES}
        return frozenset(step.code for step in self.plan.steps if step.begins_on in days)

    @cached_property
    def missing_facts(self) -> tuple[str, ...]:
        """The facts not told that decide whether a step can be obtained."""
        return tuple(dict.fromkeys(name for step in self.plan.steps for name in step.missing_facts))

    @cached_property
    def decided_by(self) -> str | None:
        """The required licence that is done last most often, None where none can be dated."""
        shares = self.simulation.decided_by
        return max(shares, key=lambda code: (shares[code], code), default=None)

    @cached_property
    def basis(self) -> str:
        """The weakest ground of the times that can decide the launch."""
        return find_weakest(ground for step in self.deciding for ground in list_grounds(step))

    @cached_property
    def deciding(self) -> tuple[Step, ...]:
        """The steps whose times can decide the launch."""
        criticality = self.simulation.criticality
        return tuple(step for step in self.plan.dated if step.duration and criticality[step.code])


def count_own_cases(steps: Iterable[Step]) -> int | None:
    """The fewest of the firm's own cases that the times of some steps rest on; None where none does."""
    owns = (step.duration.own for step in steps if step.duration)
    return min((own.cases for own in owns if own), default=None)


def list_grounds(step: Step) -> Iterator[str]:
    """The grounds of the times that a dated step's finish rests on."""
    if step.preparation.longest_days:
        yield step.preparation.basis
    if step.duration:
        yield from (step.duration.spread_basis, step.duration.correction.basis)


def make_forecasts(
    catalogue: Catalogue,
    profiles: pd.DataFrame,
    as_of: date,
    plan_options: PlanOptions,
    language: str = "zh",
    judged: Iterable[Judgement] | None = None,
) -> Iterator[Forecast]:
    """A forecast for each client, in the file's order.

    judged: what ``judge`` gives, where it is at hand.

    Raises: UsageError where the plan cannot start on that day.
    """
    for one in judged or judge(catalogue, profiles, as_of):
        overrides = one.case_file.overrides
        laws = (
            find_law_for(catalogue, as_of, language, stage.profile, overrides) for stage in one.stages[1:]
        )
        begin = partial(
            make_plan,
            law=find_law_for(catalogue, as_of, language, one.profile, overrides),
            client=one.client,
            profile=one.profile,
            verdicts=one.verdicts,
            include=plan_options.include,
            capacity=plan_options.capacity,
            denied=one.denied,
            prepares=plan_options.prepares,
            coming=list(zip(one.stages[1:], laws, strict=True)),
        )
        plan = begin(
            held=one.held,
            start=plan_options.start,
            engaged_on=one.engaged_on,
            courses=find_courses(one.case_file.events),
        )
        baseline = None
        if plan.engaged_on:
            held = find_held(one.held, one.case_file.events, plan.engaged_on)
            baseline = partial(begin, held=held, start=plan.engaged_on)
        yield Forecast(plan, plan_options, baseline, one.case_file)
