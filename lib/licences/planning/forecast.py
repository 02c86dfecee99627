"""The whole answer to "when can we open?": plan, how sure it is, what falls due, what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from licences.assessment.verdicts import Judgement, judge
from licences.law.catalogue import Catalogue
from licences.law.durations import find_weakest
from licences.law.in_force import find_law_in_force
from licences.law.working_days import read_calendar
from licences.planning.fees import Cost, find_costs
from licences.planning.renewals import Renewal, find_renewals, find_untold_expiries
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
    """An outlook for each client, in the file's order.

    judged: what ``judge`` gives, where it is at hand.

    Raises: UsageError where the plan cannot start on that day.
    """
    law = find_law_in_force(catalogue, as_of, language)
    for one in judged or judge(catalogue, profiles, as_of):
        plan = make_plan(
            law=law,
            client=one.client,
            profile=one.profile,
            held=one.held,
            verdicts=one.verdicts,
            start=plan_options.start,
            include=plan_options.include,
            capacity=plan_options.capacity,
        )
        yield Forecast(plan, plan_options)


def describe_forecast(forecast: Forecast) -> dict[str, Any]:
    """An outlook as ``licences plan --json`` promises it: dates are ISO texts, what is not known is None."""
    plan, simulation = forecast.plan, forecast.simulation
    launch = simulation.launch or (None, None, None)
    decider = forecast.decided_by
    return {
        "client": plan.client,
        "start": _say_day(plan.start),
        "as_of": _say_day(plan.as_of),
        "announced_until": _say_day(read_calendar().announced_until),
        "include": list(forecast.plan_options.include),
        "capacity": plan.capacity,
        "steps": [_describe_step(forecast, at) for at in range(len(plan.steps))],
        "critical_path": list(plan.critical_path),
        "launch": {
            "likely": _say_day(plan.launch),
            **dict(zip(("p50", "p80", "p90"), map(_say_day, launch), strict=True)),
            "basis": forecast.basis if plan.launch else None,
            "provisional": bool(
                simulation.launch and simulation.launch[-1] > read_calendar().announced_until
            ),
            "decided_by": decider,
            "decided_by_share": None if decider is None else round(simulation.decided_by[decider], 4),
            "left_out": list(forecast.left_out),
            "draws": simulation.draws,
            "seed": simulation.seed,
        },
        "missing_facts": list(forecast.missing_facts),
        "undetermined": [code for code, verdict in plan.verdicts.items() if verdict == "undetermined"],
        "renewals": [
            {
                name: _say_day(value) if isinstance(value, date) else value
                for name, value in asdict(event).items()
            }
            for event in forecast.renewals
        ],
        "expiry_not_told": list(forecast.untold_expiries),
        "costs": [
            {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(cost).items()}
            for cost in forecast.costs
        ],
    }


def _describe_step(forecast: Forecast, at: int) -> dict[str, Any]:
    step = forecast.plan.steps[at]
    duration = step.duration
    p50, p80, p90 = forecast.simulation.finishes.get(step.code, (None, None, None))
    return {
        "code": step.code,
        "name": step.name,
        "verdict": step.verdict,
        "phase": step.phase,
        "article_phase": step.article_phase,
        "forced_phase": step.forced_phase,
        "requires": list(step.requires),
        "queues_behind": list(step.queues_behind),
        "start": _say_day(step.start),
        "finish": _say_day(step.finish),
        "latest_start": _say_day(step.latest_start),
        "latest_finish": _say_day(step.latest_finish),
        "slack_days": step.slack_days,
        "critical": step.critical,
        "criticality": forecast.simulation.criticality.get(step.code),
        "finish_p50": _say_day(p50),
        "finish_p80": _say_day(p80),
        "finish_p90": _say_day(p90),
        "basis": step.basis,
        "days": None
        if duration is None
        else {
            "min": duration.shortest_days,
            "likely": duration.likely_days,
            "max": duration.longest_days,
            "unit": duration.unit,
            "basis": duration.spread_basis,
            "one_sided": duration.is_one_sided,
            "limit": duration.limit_days,
            "limit_unit": duration.limit_unit if duration.limit_days is not None else None,
            "correction_chance": duration.correction.chance,
            "correction_basis": duration.correction.basis,
        },
        "provisional": step.provisional,
        "blocked_by": step.blocked_by,
        "blocked_until": _say_day(step.blocked_until),
        "missing_facts": list(step.missing_facts),
        "notes": list(step.notes),
    }


def _say_day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
