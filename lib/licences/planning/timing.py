"""Timing of one client's licences: when each could be had if nothing else had to be done, and what holds it up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from licences.assessment.verdicts import NEEDED
from licences.law.preparation import NOTHING, Preparation
from licences.law.working_days import find_finish, find_positions
from licences.planning.prerequisites import Before, Eligibility, find_eligibility

if TYPE_CHECKING:
    from licences.assessment.explain import FailedCondition
    from licences.law.in_force import LawInForce
    from licences.planning.applications import Course
    from licences.rules.kleene import Profile

NEVER = float("inf")


@dataclass(frozen=True)
class Obstacle:
    """What holds up a step.

    kind: ``fails_condition`` where the client fails ``failed``, until ``until`` where time lifts it;
    ``waits_for`` where ``codes`` cannot be dated, which it needs; ``undated`` where no time is known; ``refused`` where
    the authority said no, as ``course`` has it.
    """

    kind: str
    failed: tuple[FailedCondition, ...] = ()
    until: date | None = None
    codes: tuple[str, ...] = ()
    course: Course | None = None


class Timing:
    """When each licence of an edition could be had by one client, if nothing else had to be done."""

    def __init__(
        self,
        law: LawInForce,
        profile: Profile,
        verdicts: Mapping[str, str],
        done: Collection[str],
        begin: int,
        *,
        prepares: bool = True,
    ) -> None:
        self.law, self.profile, self.verdicts, self.done = law, profile, verdicts, done
        self.begin, self.prepares = begin, prepares
        self.earliest: dict[str, float] = {}
        self.eligibilities: dict[str, Eligibility] = {}

    def find_eligibility(self, code: str) -> Eligibility:
        """What blocks a licence when the plan begins; what time has lifted by then is no obstacle."""
        if code not in self.eligibilities:
            found = find_eligibility(self.law, code, self.profile)
            if found.until and find_positions(found.until) <= self.begin:
                found = Eligibility(missing_facts=found.missing_facts)
            self.eligibilities[code] = found
        return self.eligibilities[code]

    def find_preparation(self, code: str) -> Preparation:
        """How long an application is prepared; not at all where the plan begins with complete papers."""
        return self.law.entries[code].preparation if self.prepares else NOTHING

    def find_release(self, code: str) -> int:
        """The position from which an application can be prepared, so that it is complete when time lets it be."""
        until = self.find_eligibility(code).until
        if not until:
            return self.begin
        return max(self.begin, int(find_positions(until)) - self.find_preparation(code).likely_days)

    def is_blocked(self, code: str) -> bool:
        """Whether the client fails a condition that time does not lift."""
        eligibility = self.find_eligibility(code)
        return bool(eligibility.failed) and eligibility.until is None

    def find_earliest(self, code: str) -> float:
        """The position at which a licence can be had at the earliest, NEVER where that is not known."""
        if code not in self.earliest:
            self.earliest[code] = NEVER if self.is_blocked(code) else self._work_out_earliest(code)
        return self.earliest[code]

    def _work_out_earliest(self, code: str) -> float:
        entry, ready = self.law.entries[code], float(self.find_release(code))
        for group in entry.requires:
            if not any(one in self.done for one in group):
                applying = [one for one in group if self.verdicts.get(one) in NEEDED]
                ready = max(ready, min(map(self.find_earliest, applying), default=-1) + 1)
        if ready == NEVER or entry.duration is None:
            return NEVER
        submitted = int(ready) + self.find_preparation(code).likely_days
        return float(find_finish(submitted, entry.duration.likely_days, entry.duration.unit))


def find_blocked(
    before: Before,
    order: Iterable[str],
    timings: Mapping[str, Timing],
    courses: Mapping[str, Course],
) -> dict[str, Obstacle]:
    """The steps that cannot be dated, and why: an obstacle, no known time, or what they wait for.

    timings: of each code that by which it is judged. courses: of what was applied for; what the authority has, it
    decides, whatever we take the client to fail.
    """
    blocked: dict[str, Obstacle] = {}
    for code in order:
        timing = timings[code]
        stuck = [one for one in before[code] if one in blocked]
        course = courses.get(code)
        if course and course.is_refused:
            blocked[code] = Obstacle("refused", course=course)
        elif timing.is_blocked(code) and not (course and course.is_submitted):
            blocked[code] = Obstacle("fails_condition", timing.find_eligibility(code).failed)
        elif stuck:
            blocked[code] = Obstacle("waits_for", codes=tuple(sorted(stuck)))
        elif timing.law.entries[code].duration is None:
            blocked[code] = Obstacle("undated")
    return blocked
