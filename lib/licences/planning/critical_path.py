"""Critical path: from when and until when each step can run, and which of them decide the end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from graphlib import TopologicalSorter
from itertools import pairwise

from licences.law.durations import Duration
from licences.law.working_days import find_finish, find_latest_start


@dataclass(frozen=True)
class Network:
    """Steps, what each waits for, from when it can start, and how long it takes.

    before: the prerequisites of each step. releases: the position from which each can start, and
    so all steps. queues: the steps that free the staff which a step needs.
    """

    before: Mapping[str, Collection[str]]
    releases: Mapping[str, int]
    durations: Mapping[str, Duration]
    queues: Mapping[str, Collection[str]] = field(default_factory=dict)

    def list_before(self, code: str) -> tuple[str, ...]:
        """What a step waits for: its prerequisites, and those who free its staff."""
        return (*self.before[code], *self.queues.get(code, ()))

    def end(self, code: str, start: int) -> int:
        """The position at which a step ends that begins at ``start`` and takes the likely time."""
        duration = self.durations[code]
        return int(find_finish(start, duration.likely_days, duration.unit))

    def find_earliest(self) -> tuple[dict[str, int], dict[str, int]]:
        """The earliest start and finish of each step, as positions."""
        starts: dict[str, int] = {}
        finishes: dict[str, int] = {}
        for code in self._order:
            after = [finishes[one] + 1 for one in self.list_before(code)]
            starts[code] = max([self.releases[code], *after])
            finishes[code] = self.end(code, starts[code])
        return starts, finishes

    def find_latest(
        self, starts: Mapping[str, int], finishes: Mapping[str, int], required: Collection[str]
    ) -> dict[str, int]:
        """The latest start of each step that delays neither the launch nor the end of the plan.

        Where a duration in calendar days ends on a rest day, a later start can have the same end. A
        step is moved no further than its finish, so that the path that decides the launch has no slack.
        """
        if not starts:
            return {}
        end = max(finishes.values())
        launch = max((finishes[code] for code in required), default=end)
        bounds = {code: launch if code in required else end for code in starts}
        latest: dict[str, int] = {}
        for code in reversed(self._order):
            duration, bound = self.durations[code], bounds[code]
            possible = find_latest_start(bound, duration.likely_days, duration.unit)
            latest[code] = min(possible, bound - (finishes[code] - starts[code]))
            for one in self.list_before(code):
                bounds[one] = min(bounds[one], latest[code] - 1)
        return latest

    def find_critical_path(
        self, starts: Mapping[str, int], finishes: Mapping[str, int], required: Collection[str]
    ) -> tuple[str, ...]:
        """From the required step that is done last back to the first: each ends as the next begins."""
        path: list[str] = []
        last = max(required, key=lambda code: (finishes[code], code), default=None)
        while last is not None:
            path.append(last)
            waits_for = self.list_before(last)
            driving = [one for one in waits_for if finishes[one] + 1 == starts[last]]
            last = min(driving, default=None)
        return tuple(reversed(path))

    def level(self, required: Collection[str], capacity: int) -> Network:
        """The network with its steps in queues, so that at most ``capacity`` run at a time, the critical ones first.

        A serial schedule: the steps in order of their latest start, each at the first time when what
        it waits for is done and a member of staff is free as long as it takes.
        Source: Kolisch (1996), European Journal of Operational Research 90(2), 320-333.
        """
        latest = self.find_latest(*self.find_earliest(), required)
        deciding = self._find_deciding(required)
        running: dict[int, int] = {}
        starts: dict[str, int] = {}
        finishes: dict[str, int] = {}
        waiting = set(self.before)
        while waiting:
            ready = [code for code in waiting if waiting.isdisjoint(self.before[code])]
            code = min(ready, key=lambda one: (one not in deciding, latest[one], one))
            waiting.remove(code)
            start = max([self.releases[code], *(finishes[one] + 1 for one in self.before[code])])
            while any(running.get(day, 0) >= capacity for day in range(start, self.end(code, start) + 1)):
                start += 1
            starts[code], finishes[code] = start, self.end(code, start)
            for day in range(start, finishes[code] + 1):
                running[day] = running.get(day, 0) + 1
        free: list[list[str]] = [[] for _ in range(capacity)]
        for code in sorted(starts, key=lambda one: (starts[one], finishes[one], one)):
            hand = next(one for one in free if not one or finishes[one[-1]] < starts[code])
            hand.append(code)
        queues = {later: (earlier,) for hand in free for earlier, later in pairwise(hand)}
        return replace(self, queues=queues)

    def _find_deciding(self, required: Iterable[str]) -> set[str]:
        """What is required, and what it waits for."""
        found: set[str] = set()
        waiting = list(required)
        while waiting:
            code = waiting.pop()
            if code not in found:
                found.add(code)
                waiting += self.before[code]
        return found

    @cached_property
    def _order(self) -> list[str]:
        return list(
            TopologicalSorter({code: self.list_before(code) for code in self.releases}).static_order()
        )
