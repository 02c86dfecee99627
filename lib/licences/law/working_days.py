"""The working days of mainland China, public holidays and make-up days taken into account.

A *position* numbers the working days: two positions differ by the working days between them, so
that a plan can be worked out in whole numbers, for one client or for a hundred thousand draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from licences.reading.cache import remember

FIRST_YEAR, LAST_YEAR = 1990, 2060
LAST_START_YEAR = 2045  # of a plan: leaves room for the longest one before the calendar ends
Days = NDArray[np.datetime64]  # what takes days also takes a date or anything else that becomes datetime64[D]


@dataclass(frozen=True, eq=False)
class Calendar:
    """The calendar as an index: what is looked up instead of counted.

    working: every working day, ``datetime64[D]``. ordinals: the same as days since the first day
    of FIRST_YEAR, int32. positions: for each such day the position of the first working day on or
    after it, int32. announced_until: the last day of the last year whose holidays are announced.
    """

    working: Days
    ordinals: NDArray[np.int32]
    positions: NDArray[np.int32]
    announced_until: date


@cache
def read_calendar() -> Calendar:
    """The calendar from FIRST_YEAR to LAST_YEAR.

    A year is announced when the library knows its make-up working days.
    Source: the yearly notices of the State Council's general office, through the ``holidays`` library.
    """
    library = find_spec("holidays")
    if library is None or not library.submodule_search_locations:
        return _draw_up_calendar()
    china = Path(library.submodule_search_locations[0], "countries", "china.py")
    return remember("calendar", [china.read_bytes(), np.__version__.encode()], _draw_up_calendar)


def _draw_up_calendar() -> Calendar:
    from holidays import country_holidays  # only here: it takes half as long to import as pandas

    calendar = country_holidays("CN", years=range(FIRST_YEAR, LAST_YEAR + 1))
    days = np.arange(f"{FIRST_YEAR}-01-01", f"{LAST_YEAR + 1}-01-01", dtype="datetime64[D]")
    makes_up = np.array(sorted(calendar.weekend_workdays), dtype="datetime64[D]")
    free = np.array(sorted(calendar), dtype="datetime64[D]")
    monday_to_friday = (days.astype(np.int64) + 3) % 7 < 5
    works = (monday_to_friday & ~np.isin(days, free)) | np.isin(days, makes_up)
    return Calendar(
        working=days[works],
        ordinals=np.flatnonzero(works).astype(np.int32),
        positions=(np.cumsum(works) - works).astype(np.int32),
        announced_until=date(max(day.year for day in calendar.weekend_workdays), 12, 31),
    )


def find_working_day(days: Any) -> Days:
    """The first working day on or after each day."""
    return read_calendar().working[find_positions(days)]


def find_working_date(day: date) -> date:
    """The first working day on or after a day."""
    return find_date(int(find_positions(day)))


def find_usual_start(today: date, as_of: date) -> date:
    """The start where none is asked for: the next working day, after the day of the law where that is later.

    Where that is out of the calendar's reach it is as near to it as a plan can start.
    """
    within = min(max(today, as_of, date(FIRST_YEAR, 1, 1)), date(LAST_START_YEAR, 12, 1))
    return cast(date, find_working_day(within + timedelta(days=1)).astype(object))


def add_working_days(days: Any, count: Any) -> Days:
    """``count`` working days after (or, if negative, before) the first working day on or after each day."""
    return read_calendar().working[find_positions(days) + np.asarray(count, dtype=np.int64)]


def count_back(day: date, days: int, unit: str) -> date:
    """The day that lies ``days`` before another, in working or in calendar days."""
    if unit == "working":
        return cast(date, add_working_days(day, -days).astype(object))
    return day - timedelta(days=days)


def count_working_days(first: Any, last: Any) -> NDArray[np.int64]:
    """How many working days lie from ``first`` up to but not including ``last``; negative if it is earlier."""
    return find_positions(last) - find_positions(first)


def is_provisional(days: Any) -> NDArray[np.bool_]:
    """Whether each day lies past the last year whose holidays have been announced."""
    return np.asarray(days, dtype="datetime64[D]") > np.datetime64(read_calendar().announced_until)


def find_positions(days: Any) -> NDArray[np.int64]:
    """The position of the first working day on or after each day, int64."""
    working = read_calendar().working
    return np.searchsorted(working, np.asarray(days, dtype="datetime64[D]"), side="left").astype(np.int64)


@lru_cache(maxsize=16384)
def find_date(position: int) -> date:
    """The working day at a position."""
    day: date = read_calendar().working[position].astype(object)
    return day


def find_finish(starts: Any, days: Any, unit: str) -> Any:
    """The position at which work ends that begins at ``starts`` and takes ``days``, both ends counted.

    A duration in working days is worked on its first and its last day. One in calendar days ends on
    the first working day at or after its last day. Whole numbers or arrays of them.
    """
    last = np.maximum(days, 1) - 1
    if unit == "working":
        return starts + last
    calendar = read_calendar()
    return calendar.positions[calendar.ordinals[starts] + last]


def find_latest_start(finish: int, days: int, unit: str) -> int:
    """The last position from which work that takes ``days`` still ends by ``finish``."""
    last = max(days, 1) - 1
    if unit == "working":
        return finish - last
    calendar = read_calendar()
    return int(np.searchsorted(calendar.ordinals, calendar.ordinals[finish] - last, side="right")) - 1
