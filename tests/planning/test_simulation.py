"""How sure the dates are, against independent computations."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import pytest

from licences.law.catalogue import Catalogue
from licences.law.durations import Correction, Duration, find_chances
from licences.law.in_force import LawInForce, Licence
from licences.law.preparation import Preparation
from licences.law.working_days import add_working_days, count_working_days, find_finish, find_positions
from licences.planning.forecast import PlanOptions, make_forecasts
from licences.planning.schedule import Plan, make_plan
from licences.planning.simulation import Simulation, simulate
from licences.rules.expressions import Always
from licences.rules.facts import Fields
from licences.rules.logic import Rule

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
DRAWS = 200_000
ALWAYS = Rule("True", Always(True), Fields(()))
A, B = (5, 12, 30), (8, 10, 25)


def make(times: tuple[int, int, int], unit: str = "working", **more: object) -> Duration:
    return Duration(*times, unit, "estimate", "estimate", **more)  # type: ignore[arg-type]


def make_network(catalogue: Catalogue, **steps: tuple[Duration, tuple[str, ...]]) -> Plan:
    """Required steps that each wait for those named."""
    row = {"renewal_lead_days": pd.NA, "renewal_days_unit": pd.NA}
    entries = {
        code: Licence(code, code, 1, None, tuple((one,) for one in before), duration, ALWAYS, None, row)
        for code, (duration, before) in steps.items()
    }
    return make_plan(
        LawInForce(catalogue, AS_OF, "en", entries), "a", {}, {}, dict.fromkeys(steps, "required"), START
    )


def measure(simulation: Simulation) -> np.ndarray:
    """The launch of every draw, in working days from the start."""
    days = count_working_days(START, np.array(list(simulation.distribution), dtype="datetime64[D]"))
    return np.repeat(days, list(simulation.distribution.values()))


def work_out(times: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    return np.arange(times[0], times[2] + 1), find_chances(*times)


def test_the_mean_of_a_chain_is_the_sum_of_the_three_point_means(catalogue: Catalogue) -> None:
    made = make_network(catalogue, A=(make(A), ()), B=(make(B), ("A",)))
    launch = measure(simulate(made, DRAWS))
    means = [(low + 4 * likely + high) / 6 for low, likely, high in (A, B)]
    assert launch.mean() + 1 == pytest.approx(
        sum(means), abs=0.1
    )  # the first day is worked: n days end n - 1 later


def test_the_launch_of_a_chain_has_the_distribution_of_the_sum(catalogue: Catalogue) -> None:
    launch = measure(simulate(make_network(catalogue, A=(make(A), ()), B=(make(B), ("A",))), DRAWS))
    (first, one), (second, other) = work_out(A), work_out(B)
    exact = np.convolve(one, other)
    counted = np.bincount(launch + 1 - first[0] - second[0], minlength=len(exact)) / DRAWS
    assert np.abs(counted - exact).max() < 0.004


def test_the_launch_of_two_parallel_steps_has_the_distribution_of_the_later(catalogue: Catalogue) -> None:
    simulation = simulate(make_network(catalogue, A=(make(A), ()), B=(make(B), ())), DRAWS)
    (first, one), (second, other) = work_out(A), work_out(B)
    pairs = [
        (max(a, b), p * q)
        for (a, p), (b, q) in product(zip(first, one, strict=True), zip(second, other, strict=True))
    ]
    mean = sum(day * chance for day, chance in pairs)
    assert measure(simulation).mean() + 1 == pytest.approx(mean, abs=0.05)
    later = sum(
        p * q
        for (a, p), (b, q) in product(zip(first, one, strict=True), zip(second, other, strict=True))
        if a >= b
    )
    assert simulation.decided_by["A"] == simulation.criticality["A"] == pytest.approx(later, abs=0.005)


def test_a_preparation_is_drawn_beside_the_time_that_the_authority_takes(catalogue: Catalogue) -> None:
    (plain,) = make_network(catalogue, A=(make(A), ())).steps
    made = make_network(catalogue, A=(make(A), ()))
    prepared = replace(made, steps=(replace(plain, preparation=Preparation(*B)),))
    launch = measure(simulate(prepared, DRAWS))
    (first, one), (second, other) = work_out(A), work_out(B)
    exact = np.convolve(one, other)
    counted = np.bincount(launch + 1 - first[0] - second[0], minlength=len(exact)) / DRAWS
    assert np.abs(counted - exact).max() < 0.004
    assert simulate(made, DRAWS).finishes["A"] < simulate(prepared, DRAWS).finishes["A"]


def test_the_beta_distribution_agrees_with_another_library(catalogue: Catalogue) -> None:
    low, likely, high = A
    rising, falling = 1 + 4 * (likely - low) / (high - low), 1 + 4 * (high - likely) / (high - low)
    drawn = low + (high - low) * np.random.default_rng(1).beta(rising, falling, DRAWS)
    launch = measure(simulate(make_network(catalogue, A=(make(A), ())), DRAWS)) + 1
    for share in (0.1, 0.5, 0.8, 0.9, 0.99):
        assert np.quantile(launch, share) == pytest.approx(np.quantile(drawn, share), abs=0.6)


def test_the_limit_of_the_law_holds_but_for_a_correction_which_stops_its_clock(catalogue: Catalogue) -> None:
    limited = simulate(make_network(catalogue, A=(make(A, limit_days=15), ())), DRAWS)
    assert measure(limited).max() + 1 == 15
    corrected = make(A, limit_days=15, correction=Correction(0.25, (5, 10, 20)))
    with_round = measure(simulate(make_network(catalogue, A=(corrected, ())), DRAWS)) + 1
    assert with_round.max() == 15 + 20
    free, added = work_out(A), (5 + 4 * 10 + 20) / 6
    mean = (np.minimum(free[0], 15) * free[1]).sum() + 0.25 * added
    assert with_round.mean() == pytest.approx(mean, abs=0.1)


def test_a_correction_comes_whether_the_time_itself_is_short_or_long(catalogue: Catalogue) -> None:
    corrected = make(A, correction=Correction(0.25, (5, 10, 20)))
    launch = measure(simulate(make_network(catalogue, A=(corrected, ())), DRAWS)) + 1
    (first, free), (shortest, added) = work_out(A), work_out((5, 10, 20))
    exact = np.append(0.75 * free, np.zeros(20))
    exact[shortest[0] :] += 0.25 * np.convolve(free, added)
    counted = np.bincount(launch - first[0], minlength=len(exact)) / DRAWS
    assert np.abs(counted - exact).max() < 0.004


def test_of_two_that_are_waited_for_only_the_later_decides(catalogue: Catalogue) -> None:
    made = make_network(catalogue, A=(make(A), ()), B=(make(B), ()), C=(make((1, 2, 3)), ("A", "B")))
    criticality = simulate(made, DRAWS).criticality
    pairs = list(product(zip(*work_out(A), strict=True), zip(*work_out(B), strict=True)))
    assert criticality["C"] == 1
    assert criticality["A"] == pytest.approx(sum(p * q for (a, p), (b, q) in pairs if a >= b), abs=0.005)
    assert criticality["B"] == pytest.approx(sum(p * q for (a, p), (b, q) in pairs if b >= a), abs=0.005)


def test_a_limit_in_calendar_days_holds_for_a_time_in_working_days(catalogue: Catalogue) -> None:
    made = make_network(catalogue, A=(make((10, 12, 60), limit_days=21, limit_unit="calendar"), ()))
    last = max(simulate(made, DRAWS).distribution)
    assert last == date(2026, 12, 14)  # Tuesday 24 November is day one, Monday 14 December day twenty-one


def test_calendar_days_are_mapped_draw_by_draw(catalogue: Catalogue) -> None:
    made = make_network(catalogue, A=(make(A, "calendar"), ()))
    days, chances = work_out(A)
    ends = find_finish(int(find_positions(START)), days, "calendar") - int(find_positions(START))
    mean = (ends * chances).sum()
    assert measure(simulate(made, DRAWS)).mean() == pytest.approx(mean, abs=0.05)


def test_every_percentile_lies_on_a_working_day_and_they_ascend(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    for forecast in make_forecasts(
        catalogue, sample_clients, AS_OF, PlanOptions(START, ("recommended", "optional"))
    ):
        simulation = forecast.simulation
        for days in (*simulation.finishes.values(), simulation.launch or (START, START, START)):
            assert days[0] <= days[1] <= days[2]
            assert all(add_working_days(day, 0) == np.datetime64(day) for day in days)
        assert set(simulation.finishes) == {step.code for step in forecast.plan.dated}


def test_the_percentiles_are_the_first_days_by_which_so_many_draws_are_done(catalogue: Catalogue) -> None:
    made = make_network(catalogue, A=(make(A), ()), B=(make(B), ("A",)))
    for draws, seed in product((7, 10_000), range(5)):
        simulation = simulate(made, draws, seed)
        assert simulation.launch
        for share, day in zip((0.5, 0.8, 0.9), simulation.launch, strict=True):
            until = sum(count for done, count in simulation.distribution.items() if done <= day)
            before = sum(count for done, count in simulation.distribution.items() if done < day)
            assert before < share * draws <= until


def test_in_each_draw_some_required_step_is_last_and_decides(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    for forecast in make_forecasts(catalogue, sample_clients, AS_OF, PlanOptions(START)):
        shares = forecast.simulation
        assert sum(shares.decided_by.values()) >= 1
        assert all(shares.criticality[code] >= share for code, share in shares.decided_by.items())
        assert sum(shares.distribution.values()) == shares.draws


def test_the_same_seed_gives_the_same_answer_and_another_seed_another(catalogue: Catalogue) -> None:
    made = make_network(catalogue, A=(make(A), ()), B=(make(B), ()))
    assert simulate(made, 1000, 7) == simulate(made, 1000, 7)
    assert simulate(made, 1000, 7).distribution != simulate(made, 1000, 8).distribution


def test_a_step_more_does_not_change_the_luck_of_the_others(catalogue: Catalogue) -> None:
    alone = simulate(make_network(catalogue, B=(make(B), ())), 1000)
    together = simulate(make_network(catalogue, A=(make(A), ()), B=(make(B), ())), 1000)
    assert alone.finishes["B"] == together.finishes["B"]


def test_a_plan_without_steps_has_no_launch(catalogue: Catalogue) -> None:
    nothing = simulate(make_network(catalogue), 1000)
    assert (nothing.launch, nothing.finishes, nothing.distribution) == (None, {}, {})


def test_no_draw_of_a_step_that_waits_for_a_day_ends_before_its_shortest_time_from_then(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    profiles = sample_clients[sample_clients["client"] == "seven-month-lab"]
    forecast = next(
        make_forecasts(catalogue, profiles, AS_OF, PlanOptions(START, ("recommended", "optional")))
    )
    (step,) = (step for step in forecast.plan.steps if step.code == "HIGH_TECH")
    assert step.blocked_until
    assert step.duration
    assert step.preparation.shortest_days < step.preparation.likely_days
    soonest = add_working_days(step.blocked_until, step.duration.shortest_days - 1)
    assert forecast.simulation.finishes["HIGH_TECH"][0] >= soonest
