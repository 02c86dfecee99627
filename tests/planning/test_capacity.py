"""Months counted by hand: no more is begun in one than the staff can take on, the most urgent first."""

from __future__ import annotations

from datetime import date
from random import Random

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from licences.law.working_days import find_date, find_positions
from licences.planning.capacity import HORIZON_MONTHS, count_load, level

Row = tuple[str, str, str, str, int, str, tuple[str, ...]]
COLUMNS = ["client", "code", "start", "latest_start", "days", "unit", "requires"]


def make_steps(*rows: Row) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=COLUMNS)
    return frame.astype({"start": "datetime64[s]", "latest_start": "datetime64[s]"})


def list_days(days: np.ndarray) -> list[date | None]:
    return list(days.astype(object))


def test_what_fits_is_left_where_it_is() -> None:
    steps = make_steps(
        ("a", "X", "2026-03-02", "2026-03-02", 5, "working", ()),
        ("b", "X", "2026-04-01", "2026-04-01", 5, "working", ()),
    )
    levelled = level(steps, 1)
    assert list_days(levelled.begun) == [date(2026, 3, 2), date(2026, 4, 1)]
    assert list_days(levelled.finished)[0] == date(2026, 3, 6)
    assert levelled.late_days.tolist() == [0, 0]


def test_the_one_with_slack_waits_for_the_first_working_day_of_the_next_month() -> None:
    steps = make_steps(
        ("a", "LOOSE", "2026-03-02", "2026-04-30", 5, "working", ()),
        ("b", "TIGHT", "2026-03-02", "2026-03-02", 5, "working", ()),
    )
    levelled = level(steps, 1)
    assert list_days(levelled.begun) == [date(2026, 4, 1), date(2026, 3, 2)]
    assert not levelled.late_days.any()


def test_what_has_to_wait_beyond_its_slack_is_late_by_working_days() -> None:
    steps = make_steps(
        ("a", "X", "2026-03-02", "2026-03-02", 5, "working", ()),
        ("b", "X", "2026-03-02", "2026-03-30", 5, "working", ()),
    )
    levelled = level(steps, 1)
    assert list_days(levelled.begun)[1] == date(2026, 4, 1)
    assert levelled.late_days.tolist() == [0, 2]  # the 31st of March and the 1st of April


def test_what_requires_another_begins_after_it_wherever_that_went() -> None:
    steps = make_steps(
        ("a", "SECOND", "2026-03-09", "2026-12-01", 1, "working", ("FIRST", "HELD_ALREADY")),
        ("a", "FIRST", "2026-03-02", "2026-11-02", 5, "working", ()),
        ("b", "X", "2026-03-02", "2026-03-02", 5, "working", ()),
        ("c", "X", "2026-04-01", "2026-04-01", 5, "working", ()),
    )
    levelled = level(steps, 1)
    begun = list_days(levelled.begun)
    assert begun[1] == date(2026, 5, 6)  # March and April are full, and May begins with a holiday
    assert begun[0] == date(2026, 6, 1)


def test_what_becomes_free_within_a_month_can_begin_in_it() -> None:
    steps = make_steps(
        ("a", "FIRST", "2026-03-02", "2026-03-02", 5, "working", ()),
        ("a", "SECOND", "2026-03-09", "2026-03-09", 1, "working", ("FIRST",)),
    )
    assert list_days(level(steps, 2).begun) == [date(2026, 3, 2), date(2026, 3, 9)]


def test_what_finds_no_place_in_the_horizon_has_no_date_and_is_not_called_late() -> None:
    rows = [
        (f"{at:03}", "X", "2026-03-02", "2026-03-02", 1, "working", ()) for at in range(HORIZON_MONTHS + 2)
    ]
    levelled = level(make_steps(*rows), 1)
    assert levelled.is_unplaced.tolist() == [False] * HORIZON_MONTHS + [True] * 2
    assert levelled.late_days[-2:].tolist() == [0, 0]


def test_nothing_to_level_gives_nothing() -> None:
    assert len(level(make_steps(), 3).begun) == 0


@given(
    st.lists(
        st.tuples(
            st.integers(0, 60),
            st.integers(0, 90),
            st.integers(1, 40),
            st.sampled_from(["working", "calendar"]),
        ),
        min_size=1,
        max_size=HORIZON_MONTHS,
    ),
    st.integers(1, 5),
    st.randoms(use_true_random=False),
)
def test_no_month_is_overfull_and_the_order_of_the_rows_does_not_matter(
    told: list[tuple[int, int, int, str]], capacity: int, random: Random
) -> None:
    begin = int(find_positions(date(2026, 3, 2)))
    rows: list[Row] = []
    for at, (start, slack, days, unit) in enumerate(told):
        first, last = (find_date(begin + day).isoformat() for day in (start, start + slack))
        requires = (f"C{at - 1}",) if at % 3 else ()
        rows.append(("one", f"C{at}", first, last, days, unit, requires))
    steps = make_steps(*rows)
    levelled = level(steps, capacity)
    begun, finished = pd.Series(levelled.begun), pd.Series(levelled.finished)
    assert begun.dt.to_period("M").value_counts().max() <= capacity
    placed = begun.notna()
    assert (begun >= steps["start"])[placed].all()
    for at, row in enumerate(rows):
        for code in row[-1]:
            assert not placed[at] or begun[at] > finished[int(code[1:])]
    order = random.sample(range(len(rows)), len(rows))
    again = level(steps.iloc[order].reset_index(drop=True), capacity)
    assert list_days(again.begun) == list_days(levelled.begun[order])


def test_what_is_under_way_counts_in_each_month_that_it_touches() -> None:
    begun = np.array(["2026-03-30", "2026-03-02", "2026-05-04", "NaT"], dtype="datetime64[D]")
    finished = np.array(["2026-05-06", "2026-03-05", "2026-05-04", "NaT"], dtype="datetime64[D]")
    load = count_load(begun, finished, date(2026, 3, 9), 4)
    assert [f"{month:%Y-%m}" for month in load.index] == ["2026-03", "2026-04", "2026-05", "2026-06"]
    assert load["begun"].tolist() == [2, 0, 1, 0]
    assert load["under_way"].tolist() == [2, 1, 2, 0]
