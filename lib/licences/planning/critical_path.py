"""Critical path: from when and until when each step can run, and which of them decide the end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from graphlib import TopologicalSorter
from itertools import pairwise
from typing import TYPE_CHECKING

from licences.law.working_days import find_finish, find_latest_start

if TYPE_CHECKING:
    from licences.law.durations import Duration


@dataclass(frozen=True)
class Network:
    """Steps, what each waits for, from when it can start, and how long it takes.

    before: the prerequisites of each step. releases: the position from which each can start, and
    so all steps. preparations: working days that staff prepares each, before its duration begins.
    queues: the steps whose preparation occupies the staff which a step needs. occupied: what is being prepared at the
    beginning, and the position at which it frees its staff; its own preparation is then behind it.
    """

    before: Mapping[str, Collection[str]]
    releases: Mapping[str, int]
    durations: Mapping[str, Duration]
    preparations: Mapping[str, int]
    queues: Mapping[str, Collection[str]] = field(default_factory=dict)
    occupied: Mapping[str, int] = field(default_factory=dict)

    def list_before(self, code: str) -> tuple[str, ...]:
        """What a step waits for: its prerequisites, and those whose preparation frees its staff."""
        return (*self.before[code], *self.queues.get(code, ()))

    def submit(self, code: str, start: int) -> int:
        """The position at which a step is submitted that is prepared from ``start`` on."""
        return start + self.preparations[code]

    def free(self, code: str, start: int) -> int:
        """The position at which the staff is free that prepares a step from ``start`` on."""
        return self.occupied.get(code, self.submit(code, start))

    def end(self, code: str, start: int) -> int:
        """The position at which a step ends that begins at ``start`` and takes the likely time."""
        duration = self.durations[code]
        return int(find_finish(self.submit(code, start), duration.likely_days, duration.unit))

    def find_earliest(self) -> tuple[dict[str, int], dict[str, int]]:
        """The earliest start and finish of each step, as positions."""
        starts: dict[str, int] = {}
        finishes: dict[str, int] = {}
        for code in self._order:
            after = [finishes[one] + 1 for one in self.before[code]]
            freed = [self.free(one, starts[one]) for one in self.queues.get(code, ())]
            starts[code] = max([self.releases[code], *after, *freed])
            finishes[code] = self.end(code, starts[code])
        return starts, finishes

    def choose(self, codes: Collection[str]) -> Network:
        """Some of the steps, without what they wait for outside them."""
        chosen = frozenset(codes)
        if len(chosen) == len(self.releases):
            return self
        return Network(
            before={code: [one for one in self.before[code] if one in chosen] for code in codes},
            releases={code: self.releases[code] for code in codes},
            durations={code: self.durations[code] for code in codes},
            preparations={code: self.preparations[code] for code in codes},
            queues={code: [one for one in self.queues.get(code, ()) if one in chosen] for code in codes},
            occupied={code: free for code, free in self.occupied.items() if code in chosen},
        )

    def find_latest(
        self, starts: Mapping[str, int], finishes: Mapping[str, int], bounds: Mapping[str, int]
    ) -> dict[str, int]:
        """The latest start of each step that keeps it, and what waits for it, within its bound.

        bounds: the position by which each has to be done, not before its finish.

        Where a duration in calendar days ends on a rest day, a later start can have the same end. A
        step is moved no further than its finish, so that the path that decides the launch has no slack.
        """
        bounds = dict(bounds)
        latest: dict[str, int] = {}
        for code in reversed(self._order):
            duration, bound = self.durations[code], bounds[code]
            possible = find_latest_start(bound, duration.likely_days, duration.unit)
            submitted = min(possible, bound - (finishes[code] - self.submit(code, starts[code])))
            latest[code] = min(latest.get(code, submitted), submitted - self.preparations[code])
            for one in self.before[code]:
                bounds[one] = min(bounds[one], latest[code] - 1)
            for one in set(self.queues.get(code, ())).difference(self.occupied):
                freed = latest[code] - self.preparations[one]
                latest[one] = min(latest.get(one, freed), freed)
        return latest

    def find_critical_path(
        self, starts: Mapping[str, int], finishes: Mapping[str, int], required: Collection[str]
    ) -> tuple[str, ...]:
        """From the required step that is done last back to the first: each ends, or frees staff, as the next begins."""
        path: list[str] = []
        last = max(required, key=lambda code: (finishes[code], code), default=None)
        while last is not None:
            path.append(last)
            driving = [one for one in self.before[last] if finishes[one] + 1 == starts[last]]
            queue = self.queues.get(last, ())
            driving += [one for one in queue if self.free(one, starts[one]) == starts[last]]
            last = min(driving, default=None)
        return tuple(reversed(path))

    def level(self, places: Mapping[str, tuple[int, ...]], capacity: int) -> Network:
        """The network with its steps in queues: at most ``capacity`` are prepared at a time.

        places: what goes before what, where both could begin. A serial schedule: the steps in this order, each at the first time when what
        it waits for is done and a member of staff is free as long as it is prepared. What needs no preparation
        needs no staff.
        Source: Kolisch (1996), European Journal of Operational Research 90(2), 320-333.
        """
        prepared: dict[int, int] = {}
        for until in self.occupied.values():
            for day in range(min(self.releases.values()), until):
                prepared[day] = prepared.get(day, 0) + 1
        starts: dict[str, int] = {}
        finishes: dict[str, int] = {}
        waiting = set(self.before)
        while waiting:
            ready = [code for code in waiting if waiting.isdisjoint(self.before[code])]
            code = min(ready, key=lambda one: (*places[one], one))
            waiting.remove(code)
            start = max([self.releases[code], *(finishes[one] + 1 for one in self.before[code])])
            while any(prepared.get(day, 0) >= capacity for day in range(start, self.submit(code, start))):
                start += 1
            starts[code], finishes[code] = start, self.end(code, start)
            for day in range(start, self.submit(code, start)):
                prepared[day] = prepared.get(day, 0) + 1
        hands = [[code] for code in sorted(self.occupied)]
        hands += [[] for _ in range(capacity - len(hands))]
        for code in sorted(filter(self.preparations.get, starts), key=lambda one: (starts[one], one)):
            hand = next(
                one for one in hands if not one or self.free(one[-1], starts[one[-1]]) <= starts[code]
            )
            hand.append(code)
        queues = {later: (earlier,) for hand in hands for earlier, later in pairwise(hand)}
        return replace(self, queues=queues)

    def find_deciding(self, required: Iterable[str]) -> set[str]:
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
