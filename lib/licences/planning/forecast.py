"""Forecast: the answer to "when can we open?", with how sure it is, what falls due, what it costs and what is at stake."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pandas as pd

from licences.assessment.verdicts import Judgement, judge
from licences.law.catalogue import Catalogue
from licences.law.durations import find_weakest
from licences.law.in_force import find_law_for
from licences.planning.fees import Amounts, Cost, Quote, find_costs, find_quotes, find_total
from licences.planning.renewals import Renewal, find_renewals, find_untold_expiries
from licences.planning.risk import Risk, find_risk
from licences.planning.schedule import Plan, make_plan
from licences.planning.simulation import Simulation, simulate


@dataclass(frozen=True)
class PlanOptions:
    """How a client is to be planned for.

    start: the first day of work. include: verdicts to plan for beside ``required``. capacity: how
    many applications run at a time, None for no limit. seed: of the simulation.
    """

    start: date
    include: tuple[str, ...] = ()
    capacity: int | None = None
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Forecast:
    """A client's plan and what follows from it, each worked out when it is first asked for."""

    plan: Plan
    plan_options: PlanOptions

    @cached_property
    def simulation(self) -> Simulation:
        return simulate(self.plan, seed=self.plan_options.seed)

    @cached_property
    def renewals(self) -> tuple[Renewal, ...]:
        return find_renewals(self.plan)

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

    @cached_property
    def untold_expiries(self) -> tuple[str, ...]:
        return find_untold_expiries(self.plan)

    @cached_property
    def left_out(self) -> tuple[str, ...]:
        """What is required and cannot be dated, so that the launch leaves it out."""
        steps = self.plan.steps
        return tuple(step.code for step in steps if step.verdict == "required" and step.finish is None)

    @property
    def no_launch(self) -> str:
        """Why there is no launch: ``launch_done``, nothing required is left to obtain, or ``launch_none``, none has a date."""
        return "launch_none" if self.left_out else "launch_done"

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
        return find_weakest(
            ground
            for step in self.plan.dated
            if step.duration and self.simulation.criticality[step.code]
            for ground in (step.duration.spread_basis, step.duration.correction.basis)
        )


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
        plan = make_plan(
            law=find_law_for(catalogue, as_of, language, one.profile),
            client=one.client,
            profile=one.profile,
            held=one.held,
            verdicts=one.verdicts,
            start=plan_options.start,
            include=plan_options.include,
            capacity=plan_options.capacity,
            denied=one.denied,
        )
        yield Forecast(plan, plan_options)
