"""How far the launch moves with the times of one step, against the plan made anew with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd

from licences.law.catalogue import Catalogue
from licences.law.in_force import find_law_in_force
from licences.law.working_days import count_working_days
from licences.planning.forecast import PlanOptions, make_forecasts
from licences.planning.schedule import Plan, make_plan
from licences.planning.sensitivity import find_sensitivities

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)


def plan_anew(plan: Plan, code: str, prepared_days: int, days: int) -> Plan:
    """The plan by a law in which one licence takes so many days to prepare and to decide."""
    law = find_law_in_force(plan.law.catalogue, AS_OF)
    entry = law.entries[code]
    assert entry.duration is not None
    slower = replace(
        entry,
        duration=replace(entry.duration, likely_days=days),
        preparation=replace(entry.preparation, likely_days=prepared_days),
    )
    changed = replace(law, entries={**law.entries, code: slower})
    return make_plan(changed, plan.client, plan.profile, plan.held, plan.verdicts, START)


def test_the_launch_moves_as_in_a_plan_made_anew(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    moved = 0
    for forecast in make_forecasts(catalogue, sample_clients, AS_OF, PlanOptions(START)):
        plan, found = forecast.plan, find_sensitivities(forecast.plan)
        assert {one.code for one in found} == ({step.code for step in plan.dated} if plan.launch else set())
        assert [one.range_days for one in found] == sorted((one.range_days for one in found), reverse=True)
        for one in found[:4]:
            for prepared_days, days, expected in (
                (one.preparation.shortest_days, one.duration.shortest_days, one.earlier_days),
                (one.preparation.longest_days, one.duration.longest_days, one.later_days),
            ):
                anew = plan_anew(plan, one.code, prepared_days, days)
                if anew.launch is None or {step.code: step.requires for step in anew.steps} != {
                    step.code: step.requires for step in plan.steps
                }:
                    continue  # with another time another alternative is the quicker one
                assert count_working_days(plan.launch, anew.launch) == expected
                moved += expected != 0
    assert moved > 20


def test_a_step_that_decides_nothing_moves_nothing(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    bazaar = sample_clients[sample_clients["client"] == "grand-bazaar"]
    plan = next(make_forecasts(catalogue, bazaar, AS_OF, PlanOptions(START))).plan
    found = {one.code: one for one in find_sensitivities(plan)}
    (decider,) = plan.critical_path
    assert found[decider].later_days > 0
    slack = {step.code: step.slack_days for step in plan.dated}
    for code, one in found.items():
        longer = one.duration.longest_days - one.duration.likely_days
        longer += one.preparation.longest_days - one.preparation.likely_days
        if longer < (slack[code] or 0) // 2:
            assert one.later_days == 0
