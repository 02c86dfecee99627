"""Simulation: how sure the dates of a plan are, by many draws of every duration."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from licences.law.durations import LEVELS, Duration, make_correction_levels, make_day_levels
from licences.law.working_days import find_date, find_finish, find_positions

if TYPE_CHECKING:
    from licences.law.preparation import Preparation
    from licences.planning.schedule import Plan

DRAWS = 10_000
SHARES = (0.5, 0.8, 0.9)
PROMISED = SHARES.index(0.8)  # the place of the share by which a day is given to others
Positions = NDArray[np.int32]
Lots = NDArray[np.uint16]
Links = Sequence[Sequence[int]]
Draws = NDArray[np.bool_]


@dataclass(frozen=True)
class Simulation:
    """What the draws of a plan say.

    finishes: for each dated step the day by which it is done in 50, 80 and 90 percent of the draws.
    launches: the same for the launch of each stage, the present first, None where nothing that it requires can be
    dated; launch: that of the present, as is all that follows. criticality: the share
    of draws in which a step decides the launch. decided_by: the share in which it is the one done
    last; where that one takes no time, what it waited for is. distribution: the working days on which the launch fell, and in how many draws.
    """

    draws: int
    seed: int
    finishes: Mapping[str, tuple[date, date, date]]
    launches: tuple[tuple[date, date, date] | None, ...]
    criticality: Mapping[str, float]
    decided_by: Mapping[str, float]
    distribution: Mapping[date, int]

    @property
    def launch(self) -> tuple[date, date, date] | None:
        return self.launches[0]


def simulate(plan: Plan, draws: int = DRAWS, seed: int = 0) -> Simulation:
    """Draws every preparation and duration ``draws`` times and works out when each step and the launch are done.

    The same plan and seed give the same answer. A step's draws depend on its code and the seed alone,
    so that two plans of one client are compared on the same luck.
    """
    steps = plan.dated
    where = {step.code: at for at, step in enumerate(steps)}
    before = [[where[code] for code in step.requires] for step in steps]
    queues = [[where[code] for code in step.queues_behind] for step in steps]
    starts, submits, ends = _draw_courses(plan, before, queues, draws, seed)
    every = [[where[code] for code in stage.required if code in where] for stage in plan.stages]
    launches = tuple(_find_shares(ends[ones].max(axis=0)) if ones else None for ones in every)
    required = every[0]
    finishes = {step.code: _find_shares(ends[at]) for at, step in enumerate(steps)}
    if not required:
        nothing = dict.fromkeys(finishes, 0.0)
        return Simulation(draws, seed, finishes, launches, nothing, {}, {})
    launch = ends[required].max(axis=0)
    last = {at: ends[at] == launch for at in required}
    deciding = np.zeros(ends.shape, dtype=np.bool_)
    for at in reversed(range(len(steps))):
        if at in last:
            deciding[at] |= last[at]
        for one in before[at]:
            deciding[one] |= deciding[at] & (ends[one] + 1 == starts[at])
        for one in queues[at]:
            deciding[one] |= deciding[at] & (submits[one] == starts[at])
    timed = _hand_back(last, [step.takes_time for step in steps], before, starts, ends)
    first = int(launch.min())
    counts = np.bincount(launch - first)
    return Simulation(
        draws=draws,
        seed=seed,
        finishes=finishes,
        launches=launches,
        criticality={step.code: float(deciding[at].mean()) for at, step in enumerate(steps)},
        decided_by={steps[at].code: float(is_last.mean()) for at, is_last in timed.items()},
        distribution={find_date(first + at): int(counts[at]) for at in map(int, np.flatnonzero(counts))},
    )


def _draw_courses(
    plan: Plan, before: Links, queues: Links, draws: int, seed: int
) -> tuple[Positions, Positions, Positions]:
    """When each step is begun, submitted and done in each draw: int32, a row a step."""
    steps, begin = plan.dated, int(find_positions(plan.start))
    starts = np.empty((len(steps), draws), dtype=np.int32)
    submits, ends = np.empty_like(starts), np.empty_like(starts)
    drawn = [_draw_lots(step.code, draws, seed) for step in steps]
    prepared = {
        at: step.remainder.draw_submissions(drawn[at][2])
        for at, step in enumerate(steps)
        if step.remainder is not None and not step.is_submitted
    }
    for at, (step, lots) in enumerate(zip(steps, drawn, strict=True)):
        if step.remainder is not None and step.is_submitted:
            starts[at] = submits[at] = begin
            ends[at] = step.remainder.draw_finishes(lots)
            continue
        release = plan.find_release(step)
        starts[at] = prepared.get(at, max(begin, release - step.preparation.likely_days))
        for one in before[at]:
            np.maximum(starts[at], ends[one] + 1, out=starts[at])
        for one in queues[at]:
            np.maximum(starts[at], prepared.get(one, submits[one]), out=starts[at])
        submits[at] = (
            starts[at] if step.is_begun else _draw_submissions(step.preparation, starts[at], lots[2])
        )
        if release > begin:
            np.maximum(submits[at], release, out=submits[at])
        if step.duration is not None:
            ends[at] = _draw_finishes(step.duration, submits[at], lots)
    return starts, submits, ends


def _draw_lots(code: str, draws: int, seed: int) -> Lots:
    """Random numbers of a step, which depend on its code and the seed alone: uint16, three rows."""
    generator = np.random.default_rng([seed, zlib.crc32(code.encode())])
    return generator.integers(0, LEVELS, (3, draws), dtype=np.uint16)


def _hand_back(
    last: Mapping[int, Draws],
    takes_time: Sequence[bool],
    before: Links,
    starts: Positions,
    ends: Positions,
) -> dict[int, Draws]:
    """In which draws each step is done last, where what takes no time gives way to what it waited for."""
    timed = dict(last)
    for at in sorted(last, reverse=True):
        if takes_time[at]:
            continue
        left = timed.pop(at)
        for one in before[at]:
            handed = left & (ends[one] + 1 == starts[at])
            timed[one] = timed[one] | handed if one in timed else handed
            left = left & ~handed
        if left.any():
            timed[at] = left
    return timed


def _draw_submissions(preparation: Preparation, starts: Positions, lots: Lots) -> Positions:
    """The day after each preparation, which begins at the start."""
    if not preparation.longest_days:
        return starts
    table = make_day_levels(preparation.shortest_days, preparation.likely_days, preparation.longest_days)
    submits: Positions = starts + table[lots]
    return submits


def _draw_finishes(duration: Duration, submits: Positions, lots: Lots) -> Positions:
    """A finish for each submission: the time drawn, no later than the law's limit, and a correction round."""
    table = make_day_levels(duration.shortest_days, duration.likely_days, duration.longest_days)
    finishes = find_finish(submits, table[lots[0]], duration.unit)
    if duration.limit_days is not None:
        latest = find_finish(submits, duration.limit_days, duration.limit_unit)
        np.minimum(finishes, latest, out=finishes)
    if duration.correction.chance:
        finishes += make_correction_levels(duration.correction)[lots[1]]
    done: Positions = finishes
    return done


def _find_shares(positions: Positions) -> tuple[date, date, date]:
    """The first day by which 50, 80 and 90 percent of the draws are done."""
    first = int(positions.min())
    until = np.cumsum(np.bincount(positions - first))
    reached = np.searchsorted(until, np.ceil(np.array(SHARES) * len(positions)))
    p50, p80, p90 = (find_date(first + int(at)) for at in reached)
    return p50, p80, p90
