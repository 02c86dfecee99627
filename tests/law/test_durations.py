"""How long things take: the three-point distribution, the law's limit, corrections."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licences.law.catalogue import Catalogue
from licences.law.durations import (
    LEVELS,
    Correction,
    find_chances,
    find_duration,
    make_correction_levels,
    make_day_levels,
)
from licences.law.rows import find_in_force

AS_OF = date(2026, 11, 23)
TIMES = st.lists(st.integers(0, 500), min_size=3, max_size=3).map(sorted)


@pytest.fixture
def rows(catalogue: Catalogue) -> pd.DataFrame:
    return find_in_force(catalogue.rows, AS_OF)


def make_row(**cells: object) -> dict[str, object]:
    names = ("days_min", "days_likely", "days_max", "statutory_days")
    empty = {column: pd.NA for name in names for column in (name, f"{name}_basis")}
    return empty | {"days_unit": "working", "statutory_days_unit": "working"} | cells


@given(TIMES)
def test_the_mean_is_that_of_the_three_point_method(times: list[int]) -> None:
    shortest, likely, longest = times
    chances = find_chances(shortest, likely, longest)
    assert len(chances) == longest - shortest + 1
    assert (chances >= 0).all()
    assert chances.sum() == pytest.approx(1)
    mean = (np.arange(shortest, longest + 1) * chances).sum()
    assert mean == pytest.approx((shortest + 4 * likely + longest) / 6)


@given(TIMES)
def test_the_table_of_lots_is_the_distribution(times: list[int]) -> None:
    levels = make_day_levels(*times)
    assert len(levels) == LEVELS
    assert (np.diff(levels) >= 0).all()
    counted = np.bincount(levels - times[0], minlength=times[2] - times[0] + 1) / LEVELS
    assert np.abs(counted - find_chances(*times)).max() <= 1.01 / LEVELS


def test_a_correction_comes_as_often_as_it_says_and_adds_its_days() -> None:
    levels = make_correction_levels(Correction(0.3, (5, 10, 20)))
    assert len(levels) == LEVELS
    assert (levels > 0).mean() == pytest.approx(0.3, abs=1e-4)
    assert levels[levels > 0].mean() == pytest.approx((5 + 4 * 10 + 20) / 6, abs=0.02)
    assert levels.max() == 20
    assert not make_correction_levels(Correction(0.0, (5, 10, 20))).any()
    assert make_correction_levels(Correction(1.0, (5, 10, 20))).min() == 5


def test_where_no_likely_time_is_known_the_limit_of_the_law_stands_for_it(rows: pd.DataFrame) -> None:
    duration = find_duration(rows.loc["IDC"])
    assert duration
    assert (duration.likely_days, duration.unit, duration.basis) == (60, "calendar", "rule_text")
    assert (duration.shortest_days, duration.longest_days, duration.is_one_sided) == (60, 60, True)


def test_what_has_neither_time_nor_limit_has_no_duration(rows: pd.DataFrame) -> None:
    assert find_duration(rows.loc["SECURITY_ASSESSMENT"]) is None


def test_a_limit_is_a_ceiling_unless_the_sources_call_a_longer_time_usual(rows: pd.DataFrame) -> None:
    food, protection = find_duration(rows.loc["FOOD_PLATFORM"]), find_duration(rows.loc["MLPS_3"])
    assert food
    assert (food.likely_days, food.limit_days, food.limit_unit) == (7, 7, "working")
    assert protection
    assert (protection.likely_days, rows.at["MLPS_3", "statutory_days"], protection.limit_days) == (
        63,
        10,
        None,
    )


def test_a_limit_in_calendar_days_is_compared_as_working_days() -> None:
    row = {"days_likely": 41, "days_likely_basis": "secondary", "statutory_days": 60, "statutory_days_basis": "rule_text",
           "statutory_days_unit": "calendar"}  # fmt: skip
    binding = find_duration(make_row(**row))
    assert binding
    assert (binding.limit_days, binding.limit_unit) == (60, "calendar")
    loose = find_duration(make_row(**(row | {"days_likely": 45})))
    assert loose
    assert loose.limit_days is None


def test_the_weakest_of_the_three_grounds_is_named_and_a_missing_end_is_said() -> None:
    duration = find_duration(
        make_row(days_min=3, days_min_basis="estimate", days_likely=5, days_likely_basis="rule_text")
    )
    assert duration
    assert (duration.basis, duration.spread_basis) == ("rule_text", "estimate")
    assert (duration.shortest_days, duration.longest_days, duration.is_one_sided) == (3, 5, True)
