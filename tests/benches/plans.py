"""Plans: how fast they are made and drawn; one date by the holidays library is the baseline of a draw."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date

import pandas as pd
from holidays import country_holidays

from benches.clients import AS_OF, START, find_catalogue, make_clients, read_clients
from benches.clock import time_call
from benches.measured import Figures, Measured
from licences.assessment.verdicts import StageJudgement
from licences.planning.forecast import PlanOptions, make_forecasts
from licences.planning.schedule import Plan, make_plan
from licences.planning.simulation import simulate
from licences.rules.logic import make_profile

STEPS, DRAWS = 40, 100_000
EVERYTHING = PlanOptions(START, ("recommended", "optional"))


def make_long_plan() -> Plan:
    """A plan of STEPS dated steps: a client that does nearly everything and holds nothing."""
    profile = read_clients().head(1).copy()
    for field in find_catalogue().fields.every:
        if field.type == "bool":
            profile[field.name] = pd.array([True], dtype="boolean")
    profile["holds"] = pd.Series([()], index=profile.index)
    profile["registered_capital_cny"] = pd.array([5e8], dtype="Float64")
    profile["foreign_share_percent"] = pd.array([0.0], dtype="Float64")
    plan = next(make_forecasts(find_catalogue(), profile, AS_OF, EVERYTHING)).plan
    if len(plan.dated) < STEPS:
        raise RuntimeError(f"the long plan has {len(plan.dated)} steps; {STEPS} are asked for")
    return replace(plan, steps=plan.dated[:STEPS])


def measure(count: int = 10_000) -> Figures:
    """One long plan drawn, made, made in stages, and the plans of many clients."""
    plan = make_long_plan()
    simulated = time_call(lambda: simulate(plan, DRAWS))
    yield Measured("simulation", simulated, _say_of_a_date(simulated / (DRAWS * STEPS)))
    law, verdicts, told = plan.law, dict(plan.verdicts), make_profile({})

    def make_one() -> Plan:
        return make_plan(law, "a", told, {}, verdicts, START, EVERYTHING.include)

    yield Measured("plan_one", time_call(make_one, 20) * 1000, f"{len(make_one().dated)} steps")
    yield _time_stages(plan)
    many = make_clients(count)
    began = time.perf_counter()
    planned = promised = 0
    for forecast in make_forecasts(find_catalogue(), many, AS_OF, EVERYTHING):
        planned += len(forecast.plan.steps)
        promised += forecast.is_promised
    seconds = time.perf_counter() - began
    yield Measured("plan_many", seconds, f"{planned:,} steps, {promised:,} can be promised dates")


def _say_of_a_date(seconds: float) -> str:
    calendar, counted = country_holidays("CN", years=range(2026, 2029)), 500
    by_library = (
        time_call(lambda: [calendar.get_nth_working_day(START, 45) for _ in range(counted)]) / counted
    )
    return f"a date {seconds * 1e9:.0f} ns, 1/{by_library / seconds:,.0f} of counting it with holidays"


def _time_stages(plan: Plan) -> Measured:
    """The same plan, a third of which is needed from the start, a third from April and a third from July on."""
    law, told = plan.law, make_profile({})
    stages = [
        StageJudgement(
            day,
            told,
            {
                code: verdict if place % 3 <= at else "not_needed"
                for place, (code, verdict) in enumerate(plan.verdicts.items())
            },
        )
        for at, day in enumerate((None, date(2027, 4, 1), date(2027, 7, 1)))
    ]

    def make_one() -> Plan:
        coming = [(stage, law) for stage in stages[1:]]
        return make_plan(law, "a", told, {}, stages[0].verdicts, START, EVERYTHING.include, coming=coming)

    return Measured("plan_stages", time_call(make_one, 20) * 1000, f"{len(make_one().dated)} steps")
