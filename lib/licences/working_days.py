"""The working days of mainland China, public holidays and make-up days taken into account."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

FIRST_YEAR, LAST_YEAR = 1990, 2060
Days = NDArray[np.datetime64]


@cache
def _read_calendar() -> tuple[Days, int]:
    """Every working day as ``datetime64[D]``, and the last year whose holidays have been announced.

    Source: the yearly notices of the State Council's general office, through the ``holidays`` library.
    A year is announced when the library knows its make-up working days.
    """
    from holidays import country_holidays  # only here: it takes half as long to import as pandas

    calendar = country_holidays("CN", years=range(FIRST_YEAR, LAST_YEAR + 1))
    days = np.arange(f"{FIRST_YEAR}-01-01", f"{LAST_YEAR + 1}-01-01", dtype="datetime64[D]")
    makes_up = np.array(sorted(calendar.weekend_workdays), dtype="datetime64[D]")
    free = np.array(sorted(calendar), dtype="datetime64[D]")
    monday_to_friday = (days.astype(np.int64) + 3) % 7 < 5
    works = (monday_to_friday & ~np.isin(days, free)) | np.isin(days, makes_up)
    return days[works], max(day.year for day in calendar.weekend_workdays)


def find_working_day(days: ArrayLike) -> Days:
    """The first working day on or after each day. ``days``: anything that becomes ``datetime64[D]``."""
    working, _ = _read_calendar()
    return working[_find_positions(days)]


def add_working_days(days: ArrayLike, count: Any) -> Days:
    """``count`` working days after (or, if negative, before) the first working day on or after each day."""
    working, _ = _read_calendar()
    return working[_find_positions(days) + np.asarray(count, dtype=np.int64)]


def count_working_days(first: ArrayLike, last: ArrayLike) -> NDArray[np.int64]:
    """How many working days lie from ``first`` up to but not including ``last``; negative if it is earlier."""
    return _find_positions(last) - _find_positions(first)


def is_provisional(days: ArrayLike) -> NDArray[np.bool_]:
    """Whether each day lies past the last year whose holidays have been announced."""
    _, announced = _read_calendar()
    return np.asarray(days, dtype="datetime64[D]") > np.datetime64(date(announced, 12, 31))


def _find_positions(days: ArrayLike) -> NDArray[np.int64]:
    working, _ = _read_calendar()
    return np.searchsorted(working, np.asarray(days, dtype="datetime64[D]"), side="left").astype(np.int64)
