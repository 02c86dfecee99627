"""A firm's own times: from events to cases, and from cases to what is to be expected, with intervals that hold."""

from __future__ import annotations

import statistics
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from licences.book.events import Event
from licences.law.catalogue import Catalogue, add_own_times
from licences.law.durations import LEVELS, Correction, Duration, find_duration, make_day_levels
from licences.law.in_force import find_law_for, find_law_in_force
from licences.law.own_cases import Cases, list_cases
from licences.law.own_times import (
    LEAST_SPREAD,
    NO_OWN_TIMES,
    OwnTimes,
    drop_forgotten,
    find_three_points,
    learn,
    make_own_times,
    make_prior,
)
from licences.law.working_days import add_working_days
from licences.rules.case_files import CASE_FILE, CaseFile
from stopwatch import count_seconds

AS_OF = date(2026, 11, 23)
COURSE = tuple[tuple[str, str | None], ...]


def happen(*course: tuple[str, str | None], code: str = "ICP") -> tuple[Event, ...]:
    return tuple(
        Event(code, kind, date.fromisoformat(day) if day else None, id=at)
        for at, (kind, day) in enumerate(course, start=1)
    )


def count(*clients: tuple[Event, ...], province: str = "", as_of: date = AS_OF) -> Cases:
    return list_cases(((province, events) for events in clients), as_of)


def take(days: int, province: str = "", code: str = "ICP") -> tuple[str, tuple[Event, ...]]:
    """A client of which an application took so many working days."""
    ends = add_working_days(date(2026, 3, 2), days - 1).astype(object)
    return province, happen(("submitted", "2026-03-02"), ("granted", f"{ends}"), code=code)


def know(catalogue: Catalogue, clients: list[tuple[str, tuple[Event, ...]]]) -> Catalogue:
    """The catalogue with what a book of these clients adds."""
    frame = pd.DataFrame(
        {
            "client": [f"c{at}" for at in range(len(clients))],
            "province": [province for province, _ in clients],
            CASE_FILE: pd.Series([CaseFile(events=events) for _, events in clients], dtype=object),
        }
    )
    return add_own_times(catalogue, frame, AS_OF)


def test_days_run_from_the_submission_to_the_decision_without_the_correction() -> None:
    # 2026-03-02 is a Monday
    plain = happen(("submitted", "2026-03-02"), ("accepted", "2026-03-04"), ("granted", "2026-03-13"))
    corrected = happen(
        ("submitted", "2026-03-02"),
        ("returned", "2026-03-04"),
        ("resubmitted", "2026-03-09"),
        ("granted", "2026-03-13"),
    )
    cases = count(plain, corrected)
    assert cases.decided[["days", "returns", "correction_days"]].to_numpy().tolist() == [
        [10, 0, 0],
        [7, 1, 3],
    ]


def test_a_refusal_is_decided_too_and_the_next_application_is_another_case() -> None:
    cases = count(
        happen(
            ("submitted", "2026-03-02"),
            ("refused", "2026-03-06"),
            ("submitted", "2026-04-13"),
            ("granted", "2026-04-14"),
        )
    )
    assert cases.decided[["days", "is_refused"]].to_numpy().tolist() == [[5, True], [2, False]]


@pytest.mark.parametrize(
    "course",
    [
        (("submitted", "2026-03-02"), ("withdrawn", "2026-03-06")),
        (("granted", "2020-03-02"), ("submitted", "2026-03-02"), ("renewed", "2026-03-06")),
        (("granted", "2020-03-02"), ("submitted", "2026-03-02"), ("refused", "2026-03-06")),
        (("preparing", "2026-03-02"),),
    ],
)
def test_what_was_withdrawn_or_renewed_is_no_case(course: COURSE) -> None:
    cases = count(happen(*course))
    assert cases.decided.empty
    assert cases.under_way.empty


def test_a_case_whose_days_are_not_known_is_left_out_and_counted() -> None:
    untold = happen(("granted", None))
    half = happen(("submitted", None), ("granted", "2026-03-06"))
    sudden = happen(("granted", "2026-03-06"), code="EDI")
    cases = count(untold, half, sudden)
    assert cases.decided.empty
    assert cases.left_out == {"ICP": 2, "EDI": 1}


def test_what_happened_later_is_not_known_yet() -> None:
    events = happen(("submitted", "2026-03-02"), ("granted", "2026-03-13"))
    then = count(events, as_of=date(2026, 3, 6))
    assert then.decided.empty
    assert then.under_way["days"].tolist() == [5]
    assert count(events).under_way.empty


def test_the_clock_of_what_lies_with_the_client_stands_still() -> None:
    cases = count(happen(("submitted", "2026-03-02"), ("returned", "2026-03-06")))
    assert cases.under_way["days"].tolist() == [5]


def test_two_cases_say_nothing_and_three_do(catalogue: Catalogue) -> None:
    stated = find_law_in_force(catalogue, AS_OF).entries["ICP"].duration
    two, three = (know(catalogue, [take(20)] * many) for many in (2, 3))
    assert two is catalogue
    duration = find_law_in_force(three, AS_OF).entries["ICP"].duration
    assert stated is not None
    assert duration is not None
    assert (stated.basis, duration.basis) == ("estimate", "own_cases")
    assert duration.own is not None
    assert duration.own.cases == 3
    assert 20 < duration.likely_days < stated.likely_days


def test_the_more_cases_the_less_the_catalogue_counts(catalogue: Catalogue) -> None:
    likely = []
    for many in (3, 10, 30):
        duration = find_law_in_force(know(catalogue, [take(20)] * many), AS_OF).entries["ICP"].duration
        assert duration is not None
        likely.append(duration.likely_days)
    assert likely == sorted(likely, reverse=True)
    assert likely[-1] in (20, 21)


def test_the_share_sent_back_is_pulled_towards_the_catalogues(catalogue: Catalogue) -> None:
    sent_back = happen(
        ("submitted", "2026-03-02"),
        ("returned", "2026-03-04"),
        ("resubmitted", "2026-03-09"),
        ("granted", "2026-03-13"),
    )
    law = find_law_in_force(know(catalogue, [("", sent_back)] * 4), AS_OF)
    duration = law.entries["ICP"].duration
    assert duration is not None
    assert duration.correction.chance == pytest.approx((4 * 0.3 + 4) / 8)
    assert duration.correction.basis == "own_cases"
    without = find_law_in_force(know(catalogue, [take(10)] * 4), AS_OF).entries["ICP"].duration
    assert without is not None
    assert without.correction.chance == pytest.approx(4 * 0.3 / 8)
    assert (without.correction.basis, without.correction.days) == ("estimate", (5, 10, 20))


def test_a_province_has_times_of_its_own_from_three_cases_there(catalogue: Catalogue) -> None:
    beijing, shanghai = "110000", "310000"
    ours = know(catalogue, [take(60)] * 8 + [take(10, beijing)] * 3 + [take(12, shanghai)] * 2)
    found = {}
    for province in (beijing, shanghai, "440000"):
        duration = find_law_for(ours, AS_OF, "en", {"province": province}).entries["ICP"].duration
        assert duration is not None
        assert duration.own is not None
        found[province] = duration.own
    assert (found[beijing].province, found[beijing].cases) == (beijing, 3)
    assert found[shanghai] == found["440000"]
    assert (found[shanghai].province, found[shanghai].cases) == ("", 13)
    assert 10 < found[beijing].days[1] < 25 < found[shanghai].days[1]


def test_what_a_province_rules_goes_before_cases_of_others(catalogue: Catalogue) -> None:
    shanghai, code = {"province": "310000"}, "PUBLICATION_ONLINE"
    stated = find_law_for(catalogue, AS_OF, "en", shanghai).entries[code].duration
    elsewhere = know(catalogue, [take(40, code=code)] * 5)
    there = know(catalogue, [take(40, "310000", code)] * 5)
    assert find_law_for(elsewhere, AS_OF, "en", shanghai).entries[code].duration == stated
    duration = find_law_for(there, AS_OF, "en", shanghai).entries[code].duration
    assert duration is not None
    assert duration.basis == "own_cases"


def test_the_limit_of_the_law_stays_a_ceiling_where_it_was_one(catalogue: Catalogue) -> None:
    entries = find_law_in_force(catalogue, AS_OF).entries
    limited = next(
        code
        for code, entry in entries.items()
        if entry.duration and entry.duration.limit_days and entry.duration.limit_unit == "working"
        and entry.duration.limit_days >= 10 and code in catalogue.codes
    )  # fmt: skip
    stated = entries[limited].duration
    assert stated is not None
    assert stated.limit_days is not None
    within = find_law_in_force(know(catalogue, [take(5, code=limited)] * 9), AS_OF).entries[limited].duration
    beyond = find_law_in_force(
        know(catalogue, [take(4 * stated.limit_days, code=limited)] * 9), AS_OF
    ).entries[limited].duration  # fmt: skip
    assert within is not None
    assert beyond is not None
    assert within.limit_days == stated.limit_days
    assert beyond.limit_days is None  # whoever has waited longer does not believe in it


@pytest.mark.parametrize("median", [8, 20, 60, 200])
@pytest.mark.parametrize("spread", [0.15, 0.3, 0.5])
def test_the_plan_draws_from_the_percentiles_that_are_expected(median: float, spread: float) -> None:
    early, late = (median * np.exp(lot * spread) for lot in (-1.2816, 1.2816))
    points = find_three_points((early, median, late))
    levels = make_day_levels(*points)
    assert abs(levels[LEVELS // 10] - early) <= 1
    assert abs(levels[LEVELS * 9 // 10] - late) <= 1
    assert points[1] == round(median)


# A catalogue that says about 20 days, and truths that differ from it: the median of a licence by a factor that lies between
# 0.5 and 2 in 19 of 20, its spread from half to twice as much, of one of three shapes.
SAID = Duration(10, 19, 42, "working", "estimate", "estimate")
RUNS = 4_000


def draw(
    shape: str, centres: np.ndarray, spreads: np.ndarray, many: int, lots: np.random.Generator
) -> np.ndarray:
    """Working days, a row a licence, of a lognormal, a gamma or a beta distribution about these centres and of these spreads."""
    size, centre, spread = (len(centres), many), centres[:, None], spreads[:, None]
    if shape == "lognormal":
        return np.exp(centre + spread * lots.standard_normal(size))
    if shape == "gamma":
        many_parts = 1 / spread**2
        return np.exp(centre) * lots.gamma(np.broadcast_to(many_parts, size)) / many_parts
    # so far apart the ends of a beta distribution lie whose logarithm has this spread; its mode is exp(centre)
    shortest, longest = np.exp(centre - 2 * spread), np.exp(centre + 3.2 * spread)
    lean = (np.exp(centre) - shortest) / (longest - shortest)
    rising, falling = (np.broadcast_to(one, size) for one in (1 + 4 * lean, 5 - 4 * lean))
    return shortest + (longest - shortest) * lots.beta(rising, falling)


def find_coverage(shape: str, many: int, off: float, lots: np.random.Generator) -> float:
    """The share of next cases that fall between the 10th and the 90th percentile expected after so many."""
    prior = make_prior([SAID] * RUNS, np.zeros(RUNS))
    centres = prior.centre + lots.normal(0, off, RUNS)
    spreads = prior.spread * np.exp(lots.uniform(np.log(0.5), np.log(2), RUNS))
    days = draw(shape, centres, spreads, many + 1, lots)
    at = np.repeat(np.arange(RUNS), many)
    expected = learn(prior, at.tolist(), days[:, :-1].ravel()).predict()
    return float(np.mean((days[:, -1] >= expected[:, 0]) & (days[:, -1] <= expected[:, 2])))


@pytest.mark.parametrize("many", [3, 5, 10, 30])
@pytest.mark.parametrize("shape", ["lognormal", "gamma", "beta"])
def test_four_of_five_next_cases_fall_into_the_interval(shape: str, many: int) -> None:
    lots = np.random.default_rng([many, len(shape)])
    assert 0.75 <= find_coverage(shape, many, 0.35, lots) <= 0.85


def test_an_interval_that_trusts_the_catalogue_alone_would_not_hold() -> None:
    lots = np.random.default_rng(0)
    prior = make_prior([SAID] * RUNS, np.zeros(RUNS))
    spreads = prior.spread * np.exp(lots.uniform(np.log(0.5), np.log(2), RUNS))
    days = draw("lognormal", prior.centre + lots.normal(0, 0.35, RUNS), spreads, 1, lots)[:, 0]
    low, high = (
        float(one) for one in np.exp(prior.centre[0] + np.array([-1.2816, 1.2816]) * prior.spread[0])
    )
    assert np.mean((days >= low) & (days <= high)) < 0.7


def test_what_is_under_way_keeps_a_young_book_from_hoping() -> None:
    """A year after the first of many applications the quick ones are decided, and the slow ones are not yet."""
    lots = np.random.default_rng(5)
    days = np.exp(np.log(60) + 0.5 * lots.standard_normal(400))
    age = lots.uniform(1, 120, 400)
    is_done = days <= age
    prior = make_prior([SAID], np.zeros(1))
    hopeful = learn(prior, [0] * int(is_done.sum()), days[is_done]).predict()[0, 1]
    honest = learn(
        prior, [0] * int(is_done.sum()), days[is_done], [0] * int((~is_done).sum()), age[~is_done]
    ).predict()[0, 1]
    assert hopeful < 50
    assert honest == pytest.approx(60, rel=0.1)


def test_what_was_perhaps_forgotten_is_not_waited_for(catalogue: Catalogue) -> None:
    decided = [take(20)[1]] * 3
    forgotten = happen(("submitted", "2024-03-04"))
    waiting = happen(("submitted", "2026-11-02"))
    cases = count(*decided, forgotten, waiting)
    assert len(cases.under_way) == 2
    assert drop_forgotten(cases)["days"].tolist() == [16]
    without = make_own_times(catalogue.rows, catalogue.corrections, count(*decided, waiting), AS_OF)
    assert make_own_times(catalogue.rows, catalogue.corrections, cases, AS_OF) == without != NO_OWN_TIMES


def test_a_catalogue_without_a_time_is_filled_by_cases() -> None:
    prior = make_prior([None], np.log(np.array([30.0])))
    assert np.exp(prior.centre[0]) == pytest.approx(30)
    assert prior.spread[0] > LEAST_SPREAD


def test_a_catalogue_without_a_time_gets_one_in_the_law(catalogue: Catalogue) -> None:
    code = "ICP"
    rows = catalogue.rows.copy()
    rows.loc[rows["code"] == code, ["days_min", "days_likely", "days_max", "statutory_days"]] = pd.NA
    silent = replace(catalogue, rows=rows)
    assert find_law_in_force(silent, AS_OF).entries[code].duration is None
    duration = find_law_in_force(know(silent, [take(20)] * 3), AS_OF).entries[code].duration
    assert duration is not None
    assert duration.likely_days == 20


def test_no_day_and_no_client_is_kept_where_there_are_fewer_than_three(catalogue: Catalogue) -> None:
    ours = know(catalogue, [take(20)] * 3 + [take(33, code="EDI")] * 2)
    assert isinstance(ours.own_times, OwnTimes)
    assert list(ours.own_times.by_place) == [("", "ICP")]


def test_clients_of_a_file_change_nothing(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    assert add_own_times(catalogue, sample_clients, AS_OF) is catalogue


def test_learning_from_a_large_book_takes_as_much_longer_as_it_is_larger(catalogue: Catalogue) -> None:
    lots = np.random.default_rng(0)
    codes = sorted(catalogue.codes)[:100]
    clients = []
    for _ in range(10_000):
        events: list[Event] = []
        for code in lots.choice(codes, 2, replace=False):
            day = date(2022, 1, 3) + timedelta(days=int(lots.integers(1_500)))
            for kind in ("submitted", "returned", "resubmitted", "granted"):
                events.append(Event(str(code), kind, day))
                day += timedelta(days=int(lots.integers(1, 30)))
        clients.append((str(lots.choice(["110000", "310000", "440000"])), tuple(events)))

    def find_seconds(some: list[tuple[str, tuple[Event, ...]]]) -> float:
        with count_seconds() as find_gone:
            know(catalogue, some)
            return find_gone()

    find_seconds(clients[:10])  # the calendar is read once
    few = statistics.median(find_seconds(clients[:1_000]) for _ in range(3))
    assert find_seconds(clients) < 10 * few  # nothing worse than linear
    assert len(know(catalogue, clients).own_times.by_place) > 200


def test_corrections_and_rows_are_read_as_they_stand(catalogue: Catalogue) -> None:
    row = find_law_in_force(catalogue, AS_OF).entries["ICP"].row
    assert find_duration(row, Correction()) == replace(
        find_law_in_force(catalogue, AS_OF).entries["ICP"].duration or SAID, correction=Correction()
    )
