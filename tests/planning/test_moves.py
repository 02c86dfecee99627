"""Who moves next for each licence, and what is due in a plan's first week and in the rest of its first month."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions, make_forecasts
from licences.planning.moves import MONTH_DAYS, WEEK_DAYS, find_moves, find_periods
from licences.planning.schedule import Plan

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)


@pytest.fixture(scope="module")
def plans(catalogue: Catalogue, sample_clients: pd.DataFrame) -> dict[str, Plan]:
    forecasts = make_forecasts(catalogue, sample_clients, AS_OF, PlanOptions(START), "en")
    return {forecast.plan.client: forecast.plan for forecast in forecasts}


def test_who_fails_a_condition_moves_next_and_what_needs_it_waits(plans: dict[str, Plan]) -> None:
    plan = plans["paper-plane-post"]
    move = find_moves(plan, {"EXPRESS": {"client": 5}})["EXPRESS"]
    assert (move.who, move.kind, move.by) == ("client", "condition", None)


def test_who_brings_papers_moves_next_the_client_before_others_and_we_where_nobody_does(
    plans: dict[str, Plan],
) -> None:
    plan = plans["corner-shop"]
    steps = {step.code: step for step in plan.steps}
    for brought, who, kind, papers in (
        ({"client": 3, "third_party": 1, "us": 2}, "client", "papers", 3),
        ({"third_party": 1, "us": 2}, "third_party", "papers", 1),
        ({"us": 2}, "us", "prepare", 0),
        ({}, "us", "prepare", 0),
    ):
        move = find_moves(plan, {"APP_FILING": brought})["APP_FILING"]
        assert (move.who, move.kind, move.papers, move.by) == (
            who,
            kind,
            papers,
            steps["APP_FILING"].submit_on,
        )


def test_what_is_not_told_is_the_clients_to_answer(plans: dict[str, Plan]) -> None:
    plan = plans["wander-work"]
    asked = {step.code for step in plan.steps if step.missing_facts}
    moves = find_moves(plan, {})
    assert asked
    assert {code for code, move in moves.items() if move.kind == "answer"} == asked
    assert {moves[code].who for code in asked} == {"client"}


def test_what_begins_late_waits_for_what_comes_first(plans: dict[str, Plan]) -> None:
    plan = plans["old-willow"]
    move = find_moves(plan, {"PUBLICATION_ONLINE": {"client": 2}})["PUBLICATION_ONLINE"]
    assert (move.who, move.kind, move.codes) == (None, "wait", ("PUBLICATION_RETAIL",))


def test_every_step_has_one_move(plans: dict[str, Plan]) -> None:
    for plan in plans.values():
        assert list(find_moves(plan, {})) == [step.code for step in plan.steps]


def test_the_first_week_and_the_rest_of_the_month_hold_every_day_once(plans: dict[str, Plan]) -> None:
    for plan in plans.values():
        week, month = find_periods(plan, {})
        assert (week.last - week.first).days == WEEK_DAYS - 1
        assert month.first - week.last == timedelta(days=1)
        assert (month.last - week.first).days == MONTH_DAYS - 1
        for name, day in (("prepare", "start"), ("submit", "submit_on")):
            within = {
                step.code
                for step in plan.steps
                if (at := getattr(step, day)) and week.first <= at <= month.last
            }
            listed = [*getattr(week, name), *getattr(month, name)]
            assert len(listed) == len(set(listed))
            assert set(listed) == within


def test_within_a_day_that_comes_first_which_can_wait_least(plans: dict[str, Plan]) -> None:
    plan = plans["grand-bazaar"]
    slack = {step.code: step.slack_days for step in plan.steps}
    starts = {step.code: step.start for step in plan.steps}
    week, _ = find_periods(plan, {})
    first = [slack[code] for code in week.prepare if starts[code] == START]
    assert first == sorted(first, key=lambda days: float("inf") if days is None else days)
    assert first[0] == 0


def test_papers_are_due_when_their_application_is_submitted(plans: dict[str, Plan]) -> None:
    plan = plans["grand-bazaar"]
    brought = {step.code: {"client": 1} for step in plan.steps}
    week, month = find_periods(plan, brought)
    assert week.papers == tuple(("client", code) for code in week.submit)
    assert month.papers == tuple(("client", code) for code in month.submit)
    assert find_periods(plan, {})[0].papers == ()
