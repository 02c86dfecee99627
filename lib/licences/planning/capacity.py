"""Capacity: applications spread over the days, so that no more are prepared at a time than staff can take on."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from licences.law.working_days import find_date, find_finish, find_positions, read_calendar

HORIZON_MONTHS = 36  # what finds no place so long after the first day finds none


@dataclass(frozen=True, eq=False)
class Levelled:
    """When each application is begun once no more than ``capacity`` are prepared at a time.

    begun, submitted, finished: ``datetime64[D]``, NaT where staff is free only beyond the horizon. late_days:
    working days beyond the latest start that the plan allows, 0 within its slack, int64.
    """

    capacity: int
    begun: NDArray[np.datetime64]
    submitted: NDArray[np.datetime64]
    finished: NDArray[np.datetime64]
    late_days: NDArray[np.int64]

    @property
    def is_unplaced(self) -> NDArray[np.bool_]:
        """Which applications find no place."""
        return np.isnat(self.begun)

    def choose(self, rows: NDArray[np.bool_]) -> Levelled:
        """Some of the applications, where the capacity of all has put them."""
        return Levelled(
            self.capacity, self.begun[rows], self.submitted[rows], self.finished[rows], self.late_days[rows]
        )


def level(steps: pd.DataFrame, capacity: int) -> Levelled:
    """Prepares at most ``capacity`` applications at a time, those first whose latest start is nearest.

    steps: one row an application: client, code, start, latest_start (``datetime64``, working days),
    preparation_days (working days that it occupies staff), days, unit, requires (codes of the same client, to be
    finished before; those not in ``steps`` are passed over); and, where any is under way, is_begun, which stays as it is
    and occupies its staff.

    An application never begins before its start, nor before the first working day after what it requires, nor
    before staff is free; what needs no preparation needs no staff. Equal claims go by the day from which they
    can begin, client, code, so that the order of the rows does not matter.

    A parallel schedule: day by day, whoever is free takes the most urgent of what can begin.
    Source: Kolisch (1996), European Journal of Operational Research 90(2), 320-333.
    """
    starts = find_positions(steps["start"].to_numpy())
    latest = find_positions(steps["latest_start"].to_numpy())
    prepared = steps["preparation_days"].tolist()
    days, units = steps["days"].tolist(), steps["unit"].tolist()
    is_begun = steps["is_begun"].tolist() if "is_begun" in steps else [False] * len(steps)
    names = list(zip(steps["client"].tolist(), steps["code"].tolist(), strict=True))
    waits, followers = _link(names, steps["requires"].tolist())
    ready, begun, finished = starts.tolist(), [-1] * len(names), [-1] * len(names)
    ends = _find_horizon(ready)
    coming = [(ready[at], names[at], at) for at, count in enumerate(waits) if count == 0]
    heapq.heapify(coming)
    waiting: list[tuple[int, int, tuple[str, str], int]] = []
    # until when each of the staff prepares something
    busy = [ready[at] + prepared[at] for at, under_way in enumerate(is_begun) if under_way]
    heapq.heapify(busy)

    def begin(at: int, day: int) -> None:
        begun[at] = day
        finished[at] = int(find_finish(day + prepared[at], days[at], units[at]))
        for follower in followers[at]:
            waits[follower] -= 1
            ready[follower] = max(ready[follower], finished[at] + 1)
            if waits[follower] == 0:
                heapq.heappush(coming, (ready[follower], names[follower], follower))

    while coming or waiting:
        day = min(coming[0][0] if coming else ends, busy[0] if waiting and busy else ends)
        if day >= ends:
            break
        while busy and busy[0] <= day:
            heapq.heappop(busy)
        while coming and coming[0][0] <= day:
            at = heapq.heappop(coming)[-1]
            if prepared[at] and not is_begun[at]:
                heapq.heappush(waiting, (int(latest[at]), ready[at], names[at], at))
            else:
                begin(at, ready[at])
        while waiting and len(busy) < capacity:
            at = heapq.heappop(waiting)[-1]
            begin(at, day)
            heapq.heappush(busy, day + prepared[at])
    placed = np.array(begun, dtype=np.int64)
    submitted = np.where(placed < 0, -1, placed + np.array(prepared, dtype=np.int64))
    late = np.where(placed < 0, 0, np.maximum(placed - latest, 0))
    return Levelled(capacity, _find_dates(placed), _find_dates(submitted), _find_dates(finished), late)


def _find_horizon(ready: Sequence[int]) -> int:
    """The position at which nothing begins any more: after the horizon, and after the last start of all."""
    months = np.datetime64(find_date(min(ready, default=0)), "M") + HORIZON_MONTHS
    return max(int(find_positions(months.astype("datetime64[D]"))), max(ready, default=0) + 1)


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


def _find_dates(positions: Sequence[int] | NDArray[np.int64]) -> NDArray[np.datetime64]:
    """The working days at the positions, NaT where there is none."""
    placed = np.asarray(positions, dtype=np.int64)
    return np.where(placed < 0, np.datetime64("NaT"), read_calendar().working[np.maximum(placed, 0)])


def count_load(begun: Any, submitted: Any, finished: Any, first: Any, months: int) -> pd.DataFrame:
    """How many applications are begun, in preparation and under way in each month.

    begun, submitted, finished: ``datetime64``; rows with NaT are left out. first: any day of the first month.
    One row a month (index: its first day): begun; preparing (the most that are prepared at a time); under_way
    (on some day of it); int64. What began earlier is counted from the first month on.
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
    edges = (origin + np.arange(months + 1)).astype("datetime64[D]")
    return pd.DataFrame(
        {
            "begun": np.bincount(inside, minlength=months),
            "preparing": _count_preparing(
                np.asarray(begun)[there], np.asarray(submitted)[there], find_positions(edges)
            ),
            "under_way": np.cumsum(steps)[:months],
        },
        index=pd.DatetimeIndex(edges[:-1], name="month"),
    )


def _count_preparing(begun: Any, submitted: Any, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """The most that are prepared on one working day between each two edges, which are positions."""
    begins, ends = (
        np.clip(find_positions(days) - edges[0], 0, edges[-1] - edges[0]) for days in (begun, submitted)
    )
    changes = np.zeros(edges[-1] - edges[0] + 1, dtype=np.int64)
    np.add.at(changes, begins, 1)
    np.add.at(changes, ends, -1)
    most: NDArray[np.int64] = np.maximum.reduceat(np.cumsum(changes), edges[:-1] - edges[0])
    return most
