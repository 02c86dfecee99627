"""Applications under way: where each stands by its events, what is left of its time, and a plan that goes on from there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from licences.assessment.verdicts import judge
from licences.book.events import Event
from licences.law.catalogue import Catalogue
from licences.law.durations import LEVELS, Correction, Duration
from licences.law.in_force import find_law_in_force
from licences.law.preparation import NOTHING
from licences.law.working_days import count_working_days, find_date, find_positions, find_working_date
from licences.planning.applications import find_courses, find_limit_day, find_remainder
from licences.planning.forecast import Forecast, PlanOptions, make_forecasts
from licences.planning.moves import find_moves
from licences.planning.promise import DATES, NOT_BEFORE
from licences.planning.schedule import Step
from licences.planning.simulation import simulate
from licences.rules.case_files import add_case_files
from licences.rules.facts import split_holdings
from licences.rules.stages import find_present

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
CLIENT = "hello-hall"  # which needs SP, MLPS_2, PSB_FILING and others, and holds four


def at(day: date) -> int:
    return int(find_positions(day))


def forecast(
    catalogue: Catalogue,
    clients: pd.DataFrame,
    *events: Event,
    engaged_on: date | None = None,
    as_of: date = AS_OF,
    start: date = START,
    **how: Any,
) -> Forecast:
    """The forecast of the client with these events, as if from a book."""
    row = clients[clients["client"] == CLIENT]
    held = [
        Event(code, "granted", None, until=until)
        for code, until in split_holdings(row["holds"].iloc[0]).items()
    ]
    days = [pd.Timestamp(engaged_on) if engaged_on else pd.NaT]
    bare = row.assign(
        holds=pd.Series([()], index=row.index, dtype=object),
        engaged_on=pd.Series(days, index=row.index, dtype="datetime64[us]"),
    )
    kept = add_case_files(bare, {CLIENT: (*held, *events)}, {}, {})
    present = find_present(kept, as_of)
    return next(make_forecasts(catalogue, present, as_of, PlanOptions(start, **how), "en"))


def find_step(one: Forecast, code: str) -> Step:
    return next(step for step in one.plan.steps if step.code == code)


def test_without_events_the_plan_is_as_before(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    before = next(
        make_forecasts(
            catalogue, sample_clients[sample_clients["client"] == CLIENT], AS_OF, PlanOptions(START), "en"
        )
    )
    after = forecast(catalogue, sample_clients)
    assert after.plan.steps == before.plan.steps
    assert after.simulation == before.simulation
    assert after.baseline is None
    assert after.late == {}


def test_the_course_of_an_application_is_read_from_its_events() -> None:
    days = [date(2026, 9, day) for day in (1, 10, 15, 17, 25, 28)]
    kinds = ("preparing", "submitted", "accepted", "returned", "resubmitted")
    events = [Event("SP", kind, day) for kind, day in zip(kinds, days, strict=False)]
    course = find_courses(reversed(events))["SP"]
    assert (course.stage, course.began_on, course.submitted_on, course.accepted_on) == (
        "submitted",
        *days[:3],
    )
    assert (
        course.pause_days == count_working_days(days[3], days[4]) == 7
    )  # the Sunday among them makes up for a holiday
    granted = find_courses([*events, Event("SP", "granted", days[5], "B2-1", date(2031, 9, 27))])["SP"]
    assert (granted.stage, granted.decided_on, granted.number) == (None, days[5], "B2-1")
    again = find_courses(
        [*events, Event("SP", "refused", days[5], id=6), Event("SP", "submitted", days[5], id=7)]
    )["SP"]
    assert (again.began_on, again.submitted_on, again.pause_days, again.times_returned) == (
        None,
        days[5],
        0,
        0,
    )


DURATION = Duration(10, 20, 40, "working", "estimate", "estimate")
SUBMITTED = find_courses([Event("SP", "submitted", date(2026, 11, 2))])["SP"]


@pytest.mark.parametrize("passed", [0, 5, 12, 19, 25, 33])
def test_what_is_left_is_drawn_given_what_has_passed(passed: int) -> None:
    """Against draws of the whole time, of which those are thrown away that would have ended before."""
    first = at(date(2026, 11, 2))
    left = find_remainder(SUBMITTED, DURATION, NOTHING, first + passed)
    lots = np.random.default_rng(3).integers(0, LEVELS, (3, 200_000), dtype=np.uint16)
    whole = find_remainder(SUBMITTED, DURATION, NOTHING, first).draw_finishes(lots)
    rejected = whole[whole >= first + passed]
    drawn = left.draw_finishes(lots)
    assert drawn.min() >= first + passed
    shares = (0.1, 0.5, 0.8, 0.9)
    assert np.quantile(drawn, shares) == pytest.approx(np.quantile(rejected, shares), abs=1)
    assert drawn.mean() == pytest.approx(rejected.mean(), abs=0.15)
    assert left.likely == (first + 19 if passed <= 19 else int(np.median(rejected)))
    assert not left.is_overdue


def test_beyond_every_known_time_it_is_overdue_and_the_limit_of_the_law_comes_before_that() -> None:
    first = at(date(2026, 11, 2))
    late = find_remainder(SUBMITTED, DURATION, NOTHING, first + 40)
    assert late.is_overdue
    assert late.likely == first + 40
    limited = replace(DURATION, limit_days=30)
    inside = find_remainder(SUBMITTED, limited, NOTHING, first + 25)
    assert inside.finishes.max() == first + 30  # the day of submission is not counted
    assert not inside.is_overdue
    assert find_remainder(SUBMITTED, limited, NOTHING, first + 31).is_overdue
    # a limit beyond the longest known time leaves until then
    wide = find_remainder(SUBMITTED, replace(DURATION, limit_days=60), NOTHING, first + 45)
    assert (wide.likely, wide.is_overdue) == (first + 60, False)


def test_the_limit_runs_from_the_acceptance_and_stands_still_while_papers_are_corrected(
    catalogue: Catalogue,
) -> None:
    entry = find_law_in_force(catalogue, AS_OF).entries["ICP"]
    thirty = replace(entry, row={**entry.row, "statutory_days": 30, "statutory_days_unit": "working"})

    def limit(*events: tuple[str, date]) -> date | None:
        course = find_courses([Event("ICP", kind, day) for kind, day in events])["ICP"]
        return find_limit_day(course, thirty)

    submitted, accepted = ("submitted", date(2026, 11, 2)), ("accepted", date(2026, 11, 6))
    returned, again = ("returned", date(2026, 11, 9)), ("resubmitted", date(2026, 11, 19))
    assert limit(submitted) == find_date(at(date(2026, 11, 3)) + 29)
    assert limit(submitted, accepted) == find_date(at(date(2026, 11, 9)) + 29)
    assert limit(submitted, returned) is None
    # sent back before it was accepted, the limit begins with the papers that were complete
    assert limit(submitted, returned, again) == find_date(at(date(2026, 11, 20)) + 29)
    # sent back after that, it goes on
    assert limit(submitted, accepted, returned, again) == find_date(at(date(2026, 11, 9)) + 29 + 8)
    assert limit(submitted, returned, again, ("accepted", date(2026, 11, 20))) == find_date(
        at(date(2026, 11, 23)) + 29
    )


def test_while_it_is_sent_back_no_day_of_the_authority_passes() -> None:
    correction = Correction(0.5, (5, 8, 20))
    duration = replace(DURATION, correction=correction)
    returned = find_courses(
        [Event("SP", "submitted", date(2026, 11, 2)), Event("SP", "returned", date(2026, 11, 9))]
    )["SP"]
    lots = np.random.default_rng(4).integers(0, LEVELS, (3, 50_000), dtype=np.uint16)
    gone, soon = at(date(2026, 11, 9)), at(date(2026, 11, 10))
    early = find_remainder(returned, duration, NOTHING, soon)
    assert early.likely == at(date(2026, 11, 2)) + 19 + 8
    for waited in (15, 60):  # within and beyond the longest correction that is known
        later = find_remainder(returned, duration, NOTHING, gone + waited)
        assert not later.is_overdue
        assert (later.draw_finishes(lots) - gone).min() >= waited
        assert later.draw_finishes(lots).mean() > early.draw_finishes(lots).mean()


def test_what_the_authority_has_keeps_its_days_and_waits_for_nothing(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    plain = forecast(catalogue, sample_clients)
    began, submitted = date(2026, 10, 9), date(2026, 11, 2)
    told = forecast(
        catalogue, sample_clients, Event("SP", "preparing", began), Event("SP", "submitted", submitted)
    )
    step = find_step(told, "SP")
    assert (step.start, step.submit_on, step.requires) == (began, submitted, ())
    assert step.finish is not None
    assert START <= step.finish < find_step(plain, "SP").finish  # type: ignore[operator]
    assert find_moves(told.plan, {})["SP"].kind == "decision"
    again = forecast(
        catalogue,
        sample_clients,
        Event("SP", "preparing", began),
        Event("SP", "submitted", submitted),
        as_of=date(2026, 11, 30),
        start=date(2026, 12, 1),
    )
    assert find_step(again, "SP").finish == step.finish  # a rerun does not move it


def test_what_is_granted_is_no_step_and_what_is_refused_cannot_be_dated(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    submitted = Event("SP", "submitted", date(2026, 11, 2))
    granted = forecast(
        catalogue, sample_clients, submitted, Event("SP", "granted", date(2026, 11, 20), "B2-9")
    )
    assert "SP" not in {step.code for step in granted.plan.steps}
    assert "SP" in granted.plan.held
    refused = forecast(
        catalogue, sample_clients, submitted, Event("SP", "refused", date(2026, 11, 20), note="no staff")
    )
    step = find_step(refused, "SP")
    assert step.finish is None
    assert step.obstacle
    assert step.obstacle.kind == "refused"
    assert [reason.kind for reason in refused.promise.reasons][:1] == ["refused"]
    anew = forecast(
        catalogue,
        sample_clients,
        submitted,
        Event("SP", "refused", date(2026, 11, 20), id=2),
        Event("SP", "preparing", date(2026, 11, 21), id=3),
    )
    assert find_step(anew, "SP").finish


def test_no_date_is_promised_while_the_authority_is_overdue(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    assert forecast(catalogue, sample_clients).promise.kind == DATES
    told = forecast(catalogue, sample_clients, Event("SP", "submitted", date(2024, 1, 2)))
    assert find_step(told, "SP").is_overdue
    assert told.promise.kind == NOT_BEFORE
    assert [reason.kind for reason in told.promise.reasons] == ["overdue"]
    assert find_moves(told.plan, {})["SP"].kind == "chase"


def test_preparation_goes_on_and_the_network_agrees_with_the_draws(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    began = date(2026, 11, 9)
    told = forecast(catalogue, sample_clients, Event("MLPS_2", "preparing", began))
    plain = forecast(catalogue, sample_clients)
    step, before = find_step(told, "MLPS_2"), find_step(plain, "MLPS_2")
    assert step.start == began
    assert step.submit_on
    assert before.submit_on
    ahead = count_working_days(began, START)
    assert count_working_days(step.submit_on, before.submit_on) == ahead
    drawn, then = simulate(told.plan).finishes["MLPS_2"], simulate(plain.plan).finishes["MLPS_2"]
    assert 0 < count_working_days(drawn[0], then[0]) <= ahead + 1


def test_staff_that_prepares_already_is_not_free(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    events = [Event("MLPS_2", "preparing", date(2026, 11, 23)), Event("SP", "preparing", date(2026, 11, 23))]
    told = forecast(catalogue, sample_clients, *events, capacity=2)
    busy_until = min(
        one.submit_on for one in told.plan.steps if one.code in {"MLPS_2", "SP"} and one.submit_on
    )
    others = [
        step
        for step in told.plan.steps
        if step.code not in {"MLPS_2", "SP"} and step.preparation.likely_days and step.start
    ]
    assert others
    assert all(step.start >= busy_until for step in others if step.start)
    assert told.simulation.launch


def test_the_case_begins_when_it_was_engaged_and_says_what_is_late(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    engaged = date(2026, 10, 9)
    told = forecast(
        catalogue, sample_clients, Event("SP", "submitted", date(2026, 11, 2)), engaged_on=engaged
    )
    later = forecast(
        catalogue,
        sample_clients,
        Event("SP", "submitted", date(2026, 11, 2)),
        engaged_on=engaged,
        as_of=date(2026, 12, 14),
        start=date(2026, 12, 15),
    )
    began = find_working_date(engaged + timedelta(days=1))
    assert told.plan.began_on == later.plan.began_on == began
    assert told.baseline
    assert later.baseline
    assert told.baseline.launch == later.baseline.launch
    assert "SP" not in told.late
    assert told.late["MLPS_2"] == count_working_days(began, START)
    assert later.late["MLPS_2"] == count_working_days(began, date(2026, 12, 15))
    assert told.plan.launch
    assert told.baseline.launch
    assert told.plan.launch > told.baseline.launch
    ahead = forecast(catalogue, sample_clients, engaged_on=date(2027, 1, 4))
    assert ahead.plan.start == date(2027, 1, 4)
    assert ahead.baseline is None


def test_what_was_granted_since_the_beginning_was_planned_then(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    told = forecast(
        catalogue,
        sample_clients,
        Event("SP", "granted", date(2026, 11, 2), "B2-9"),
        engaged_on=date(2026, 10, 9),
    )
    assert told.baseline
    assert "SP" in {step.code for step in told.baseline.steps}
    assert "SP" not in {step.code for step in told.plan.steps}


def test_an_application_for_what_is_not_required_is_a_step(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    row = sample_clients[sample_clients["client"] == CLIENT]
    (judged,) = judge(catalogue, row, AS_OF)
    advised = next(code for code, verdict in judged.verdicts.items() if verdict == "recommended")
    told = forecast(catalogue, sample_clients, Event(advised, "preparing", date(2026, 11, 20)))
    assert find_step(told, advised).verdict == "recommended"
