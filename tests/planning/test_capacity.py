"""Days counted by hand: no more is prepared at a time than the staff can take on, the most urgent first."""

from __future__ import annotations

from datetime import date
from random import Random

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from licences.law.working_days import find_date, find_finish, find_positions
from licences.planning.capacity import HORIZON_MONTHS, count_load, level

Row = tuple[str, str, str, str, int, int, str, tuple[str, ...]]
COLUMNS = ["client", "code", "start", "latest_start", "preparation_days", "days", "unit", "requires"]


def make_steps(*rows: Row) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=COLUMNS)
    return frame.astype({"start": "datetime64[s]", "latest_start": "datetime64[s]"})


def list_days(days: np.ndarray) -> list[date | None]:
    return list(days.astype(object))


def test_what_fits_is_left_where_it_is() -> None:
    steps = make_steps(
        ("a", "X", "2026-03-02", "2026-03-02", 5, 5, "working", ()),
        ("b", "X", "2026-03-09", "2026-03-09", 5, 5, "working", ()),
    )
    levelled = level(steps, 1)
    assert list_days(levelled.begun) == [date(2026, 3, 2), date(2026, 3, 9)]
    assert list_days(levelled.submitted) == [date(2026, 3, 9), date(2026, 3, 16)]
    assert list_days(levelled.finished)[0] == date(2026, 3, 13)
    assert levelled.late_days.tolist() == [0, 0]


def test_the_one_with_slack_waits_until_staff_is_free() -> None:
    steps = make_steps(
        ("a", "LOOSE", "2026-03-02", "2026-04-30", 5, 20, "working", ()),
        ("b", "TIGHT", "2026-03-02", "2026-03-02", 5, 20, "working", ()),
    )
    levelled = level(steps, 1)
    # TIGHT is prepared from Monday 2 to Friday 6; while the authority decides, LOOSE is prepared.
    assert list_days(levelled.begun) == [date(2026, 3, 9), date(2026, 3, 2)]
    assert not levelled.late_days.any()


def test_what_has_to_wait_beyond_its_slack_is_late_by_working_days() -> None:
    steps = make_steps(
        ("a", "X", "2026-03-02", "2026-03-02", 5, 1, "working", ()),
        ("b", "X", "2026-03-02", "2026-03-05", 5, 1, "working", ()),
    )
    levelled = level(steps, 1)
    assert list_days(levelled.begun)[1] == date(2026, 3, 9)
    assert levelled.late_days.tolist() == [0, 2]  # Friday 6 and Monday 9 March


def test_what_needs_no_preparation_needs_no_staff() -> None:
    rows = [(str(at), "X", "2026-03-02", "2026-03-02", 0, 9, "working", ()) for at in range(5)]
    assert set(list_days(level(make_steps(*rows), 1).begun)) == {date(2026, 3, 2)}


def test_what_requires_another_begins_after_it_wherever_that_went() -> None:
    steps = make_steps(
        ("a", "SECOND", "2026-03-09", "2026-12-01", 1, 1, "working", ("FIRST", "HELD_ALREADY")),
        ("a", "FIRST", "2026-03-02", "2026-11-02", 2, 3, "working", ()),
        ("b", "X", "2026-03-02", "2026-03-02", 5, 5, "working", ()),
    )
    levelled = level(steps, 1)
    # X is prepared until Friday 6, FIRST on 9 and 10, decided on 11, 12 and 13, SECOND on Monday 16.
    assert list_days(levelled.begun) == [date(2026, 3, 16), date(2026, 3, 9), date(2026, 3, 2)]


def test_what_is_under_way_stays_and_occupies_its_staff() -> None:
    steps = make_steps(
        ("a", "UNDER_WAY", "2026-02-24", "2026-02-24", 10, 20, "working", ()),
        ("b", "SUBMITTED", "2026-02-02", "2026-02-02", 5, 30, "working", ()),
        ("c", "TIGHT", "2026-03-02", "2026-03-02", 5, 5, "working", ()),
    ).assign(is_begun=[True, True, False])
    levelled = level(steps, 1)
    # UNDER_WAY is prepared from 24 February, a Saturday that makes up among them, to Friday 6 March
    assert list_days(levelled.begun) == [date(2026, 2, 24), date(2026, 2, 2), date(2026, 3, 9)]
    assert levelled.late_days.tolist() == [0, 0, 5]


def test_what_finds_no_place_in_the_horizon_has_no_date_and_is_not_called_late() -> None:
    rows = [(f"{at:03}", "X", "2026-03-02", "2026-03-02", 125, 1, "working", ()) for at in range(8)]
    levelled = level(make_steps(*rows), 1)
    ends = find_positions(date(2026 + HORIZON_MONTHS // 12, 3, 1))
    placed = [find_positions(date(2026, 3, 2)) + 125 * at < ends for at in range(8)]
    assert levelled.is_unplaced.tolist() == [not one for one in placed]
    assert 0 < sum(placed) < 8
    assert set(levelled.late_days[levelled.is_unplaced].tolist()) == {0}


def test_nothing_to_level_gives_nothing() -> None:
    assert len(level(make_steps(), 3).begun) == 0


@given(
    st.lists(
        st.tuples(
            st.integers(0, 60),
            st.integers(0, 90),
            st.integers(0, 20),
            st.integers(1, 40),
            st.sampled_from(["working", "calendar"]),
        ),
        min_size=1,
        max_size=30,
    ),
    st.integers(1, 5),
    st.randoms(use_true_random=False),
)
def test_no_day_is_overfull_and_the_order_of_the_rows_does_not_matter(
    told: list[tuple[int, int, int, int, str]], capacity: int, random: Random
) -> None:
    begin = int(find_positions(date(2026, 3, 2)))
    rows: list[Row] = []
    for at, (start, slack, prepared, days, unit) in enumerate(told):
        first, last = (find_date(begin + day).isoformat() for day in (start, start + slack))
        requires = (f"C{at - 1}",) if at % 3 else ()
        rows.append(("one", f"C{at}", first, last, prepared, days, unit, requires))
    steps = make_steps(*rows)
    levelled = level(steps, capacity)
    assert not levelled.is_unplaced.any()
    begun, submitted = find_positions(levelled.begun), find_positions(levelled.submitted)
    finished = find_positions(levelled.finished)
    for day in range(begun.min(), submitted.max() + 1):
        assert ((begun <= day) & (day < submitted)).sum() <= capacity
    assert (pd.Series(levelled.begun) >= steps["start"]).all()
    for at, (*_, prepared, days, unit, requires) in enumerate(rows):
        assert submitted[at] == begun[at] + prepared
        assert finished[at] == find_finish(int(submitted[at]), days, unit)
        for code in requires:
            assert begun[at] > finished[int(code[1:])]
    order = random.sample(range(len(rows)), len(rows))
    again = level(steps.iloc[order].reset_index(drop=True), capacity)
    assert list_days(again.begun) == list_days(levelled.begun[order])
    unlimited = level(steps, len(rows))
    assert (find_positions(unlimited.begun) <= begun).all() or capacity < len(rows)


def test_what_is_under_way_counts_in_each_month_that_it_touches() -> None:
    begun = np.array(["2026-03-30", "2026-03-02", "2026-05-04", "NaT"], dtype="datetime64[D]")
    finished = np.array(["2026-05-06", "2026-03-05", "2026-05-04", "NaT"], dtype="datetime64[D]")
    submitted = np.array(["2026-04-02", "2026-03-04", "2026-05-04", "NaT"], dtype="datetime64[D]")
    load = count_load(begun, submitted, finished, date(2026, 3, 9), 4)
    assert [f"{month:%Y-%m}" for month in load.index] == ["2026-03", "2026-04", "2026-05", "2026-06"]
    assert load["begun"].tolist() == [2, 0, 1, 0]
    assert load["under_way"].tolist() == [2, 1, 2, 0]
    assert load["preparing"].tolist() == [1, 1, 0, 0]  # one after the other in March; the third needs none
