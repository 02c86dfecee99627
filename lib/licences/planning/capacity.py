"""Capacity: applications spread over the months, so that no more are begun in one than staff can take on."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from licences.law.working_days import find_date, find_finish, find_positions

HORIZON_MONTHS = 36  # what finds no place so long after the first day finds none


@dataclass(frozen=True, eq=False)
class Levelled:
    """When each application is begun once no month has more than ``capacity`` beginnings.

    begun, finished: ``datetime64[D]``, NaT where no month of the horizon has room. late_days: working
    days beyond the latest start that the plan allows, 0 within its slack, int64.
    """

    capacity: int
    begun: NDArray[np.datetime64]
    finished: NDArray[np.datetime64]
    late_days: NDArray[np.int64]

    @property
    def is_unplaced(self) -> NDArray[np.bool_]:
        """Which applications find no place."""
        return np.isnat(self.begun)

    def choose(self, rows: NDArray[np.bool_]) -> Levelled:
        """Some of the applications, where the capacity of all has put them."""
        return Levelled(self.capacity, self.begun[rows], self.finished[rows], self.late_days[rows])


def level(steps: pd.DataFrame, capacity: int) -> Levelled:
    """Begins at most ``capacity`` applications a month, those first whose latest start is nearest.

    steps: one row an application: client, code, start, latest_start (``datetime64``, working days), days,
    unit, requires (codes of the same client, to be finished before; those not in ``steps`` are passed over).

    An application never begins before its start, nor before the first working day after what it requires;
    one that has to wait begins on the first working day of a later month. Equal claims go by start, client,
    code, so that the order of the rows does not matter.
    """
    starts = find_positions(steps["start"].to_numpy())
    latest = find_positions(steps["latest_start"].to_numpy())
    days, units = steps["days"].tolist(), steps["unit"].tolist()
    names = list(zip(steps["client"].tolist(), steps["code"].tolist(), strict=True))
    waits, followers = _link(names, steps["requires"].tolist())
    ready, begun, finished = starts.tolist(), [-1] * len(names), [-1] * len(names)
    months = _Months(ready)
    for at, count in enumerate(waits):
        if count == 0:
            months.put(at, ready[at])
    free: list[tuple[int, int, tuple[str, str], int]] = []
    for month in range(months.count):
        for at in months.waiting[month]:
            heapq.heappush(free, (int(latest[at]), ready[at], names[at], at))
        room = capacity
        while free and room:
            at = heapq.heappop(free)[-1]
            room -= 1
            begun[at] = max(ready[at], months.firsts[month])
            finished[at] = int(find_finish(begun[at], days[at], units[at]))
            for follower in followers[at]:
                waits[follower] -= 1
                ready[follower] = max(ready[follower], finished[at] + 1)
                if waits[follower] == 0 and months.put(follower, ready[follower]) == month:
                    heapq.heappush(free, (int(latest[follower]), ready[follower], names[follower], follower))
    placed = np.array(begun, dtype=np.int64)
    late = np.where(placed < 0, 0, np.maximum(placed - latest, 0))
    return Levelled(capacity, _find_dates(begun), _find_dates(finished), late)


class _Months:
    """The months from the first start on: their first working days, and what can begin from each on."""

    def __init__(self, ready: Sequence[int]) -> None:
        begins = np.datetime64(find_date(min(ready, default=0)), "M")
        last = np.datetime64(find_date(max(ready, default=0)), "M")
        self.count = max(HORIZON_MONTHS, int((last - begins).astype(int)) + 1)
        edges = (begins + np.arange(self.count + 1)).astype("datetime64[D]")
        self.firsts: list[int] = find_positions(edges).tolist()
        self.waiting: dict[int, list[int]] = defaultdict(list)

    def put(self, at: int, ready: int) -> int:
        """Lets an application wait for the month in which it is ready; that month."""
        month = int(np.searchsorted(self.firsts, ready, side="right")) - 1
        month = max(month, 0)
        self.waiting[month].append(at)
        return month


def _link(names: list[tuple[str, str]], requires: list[Any]) -> tuple[list[int], dict[int, list[int]]]:
    """How many others each application waits for, and which wait for it."""
    places = {name: at for at, name in enumerate(names)}
    waits, followers = [0] * len(names), defaultdict[int, list[int]](list)
    for at, (client, _) in enumerate(names):
        for code in requires[at]:
            before = places.get((client, code))
            if before is not None:
                waits[at] += 1
                followers[before].append(at)
    return waits, followers


def _find_dates(positions: list[int]) -> NDArray[np.datetime64]:
    return np.array(
        [np.datetime64("NaT") if one < 0 else np.datetime64(find_date(one)) for one in positions],
        dtype="datetime64[D]",
    )


def count_load(begun: Any, finished: Any, first: Any, months: int) -> pd.DataFrame:
    """How many applications are begun in each month, and how many are under way on some day of it.

    begun, finished: ``datetime64``; rows with NaT are left out. first: any day of the first month. One row
    a month (index: its first day): begun, under_way, int64. What began earlier is under way from the first.
    """
    begins = np.asarray(begun, dtype="datetime64[M]")
    ends = np.asarray(finished, dtype="datetime64[M]")
    origin = np.datetime64(first, "M")
    there = ~(np.isnat(begins) | np.isnat(ends))
    start, end = (begins[there] - origin).astype(int), (ends[there] - origin).astype(int)
    inside = start[(start >= 0) & (start < months)]
    steps = np.zeros(months + 1, dtype=np.int64)
    seen = (end >= 0) & (start < months)
    np.add.at(steps, np.clip(start[seen], 0, months), 1)
    np.add.at(steps, np.clip(end[seen] + 1, 0, months), -1)
    index = pd.DatetimeIndex((origin + np.arange(months)).astype("datetime64[D]"), name="month")
    return pd.DataFrame(
        {"begun": np.bincount(inside, minlength=months), "under_way": np.cumsum(steps)[:months]}, index=index
    )
