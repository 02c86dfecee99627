"""Applications under way: how far each has come by what happened, and what is left of its time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from licences.law.durations import LEVELS, Correction, Duration, make_correction_levels, make_day_levels
from licences.law.working_days import (
    FIRST_YEAR,
    LAST_START_YEAR,
    count_working_days,
    find_date,
    find_finish,
    find_positions,
)
from licences.rules.applications import follow_events, order_events

if TYPE_CHECKING:
    from licences.book.events import Event
    from licences.law.in_force import Licence
    from licences.law.preparation import Preparation

PREPARING, SUBMITTED, RETURNED = "preparing", "submitted", "returned"
UNDECIDED = frozenset({"submitted", "accepted", "resubmitted"})  # after which the authority has it
Positions = NDArray[np.int32]
Lots = NDArray[np.uint16]


@dataclass(frozen=True)
class Course:
    """How an application has gone so far.

    state: the kind of the event that happened last. began_on: the day on which its preparation began. submitted_on,
    accepted_on: of this application; returned_on: the last day on which it was sent back. pause_days: the working days
    between return and resubmission, in which the authority's time stood still; accepted_pause_days: those after the
    acceptance. decided_on: when it was granted or
    refused. note: of the last event. Days are None where they are not recorded.
    """

    code: str
    state: str
    began_on: date | None = None
    submitted_on: date | None = None
    accepted_on: date | None = None
    returned_on: date | None = None
    resubmitted_on: date | None = None
    pause_days: int = 0
    accepted_pause_days: int = 0
    times_returned: int = 0
    decided_on: date | None = None
    last_on: date | None = None
    number: str = ""
    until: date | None = None
    note: str = ""

    @property
    def stage(self) -> str | None:
        """``preparing``, ``submitted`` where the authority has it, ``returned``; None where nothing is under way."""
        if self.state == PREPARING and self.began_on:
            return PREPARING
        if self.submitted_on is None:
            return None
        return SUBMITTED if self.state in UNDECIDED else RETURNED if self.state == RETURNED else None

    @property
    def is_submitted(self) -> bool:
        """Whether the authority has it, or has had it and waits for corrections."""
        return self.stage in {SUBMITTED, RETURNED}

    @property
    def is_refused(self) -> bool:
        """Whether it was refused, and nothing was begun since."""
        return self.state == "refused"


def find_courses(events: Iterable[Event]) -> dict[str, Course]:
    """By code how the last application for it has gone; what happened on a day not known leaves no days behind."""
    courses: dict[str, Course] = {}
    for event in order_events(events):
        courses[event.code] = _follow(courses.get(event.code), event)
    return courses


def _follow(last: Course | None, event: Event) -> Course:
    day = event.happened_on
    is_anew = event.kind == PREPARING or (event.kind == SUBMITTED and last and last.state != PREPARING)
    before = Course(event.code, event.kind) if last is None or is_anew else last
    changes: dict[str, Any] = {}
    match event.kind:
        case "preparing":
            changes = {"began_on": day}
        case "submitted":
            changes = {"submitted_on": day}
        case "accepted":
            submitted = before.submitted_on or day
            changes = {"accepted_on": day, "submitted_on": submitted, "accepted_pause_days": 0}
        case "returned":
            changes = {"returned_on": day, "times_returned": before.times_returned + 1}
        case "resubmitted" if before.returned_on and day:
            paused = max(0, int(count_working_days(before.returned_on, day)))
            changes = {
                "resubmitted_on": day,
                "pause_days": before.pause_days + paused,
                "accepted_pause_days": before.accepted_pause_days + paused,
            }
        case "granted" | "renewed" | "changed" | "refused":
            changes = {"decided_on": day, "number": event.number, "until": event.until}
    return replace(before, state=event.kind, last_on=day, note=event.note, **changes)


@dataclass(frozen=True, eq=False)
class Remainder:
    """What is left of an application's time, seen from a position.

    submits, finishes: equally likely positions, ascending, int32; submits of what is prepared, finishes of what the
    authority has, with all that is known of its pauses. pauses: equally likely working days, ascending, until papers that
    were sent back are handed in again. correction: a round that may still come. is_overdue: whether it has taken longer than any time that
    was known, and than the law gives.
    """

    submits: Positions
    finishes: Positions
    pauses: Positions
    correction: Correction
    likely_submit: int
    likely: int
    is_overdue: bool = False

    def draw_finishes(self, lots: Lots) -> Positions:
        """A finish for each column of lots, which has three rows."""
        finishes: Positions = _pick(self.finishes, lots[0]) + _pick(self.pauses, lots[2])
        if self.correction.chance:
            finishes += make_correction_levels(self.correction)[lots[1]]
        return finishes

    def draw_submissions(self, lots: Lots) -> Positions:
        """A submission for each lot."""
        return _pick(self.submits, lots)


def _pick(levels: Positions, lots: Lots) -> Positions:
    picked: Positions = levels[(lots.astype(np.int64) * len(levels)) // LEVELS]
    return picked


def find_remainder(
    course: Course, duration: Duration | None, preparation: Preparation, begin: int
) -> Remainder:
    """What is left of an application that is under way and was not decided before ``begin``, a position.

    Each time is drawn from its distribution given what has passed already: those that would have ended before are
    left out. Where none is left it has taken longer than was known: it ends on the last day that the law allows, or where
    that has passed too, at ``begin`` at the earliest. While papers are being corrected the authority's time stands still.

    Source: Administrative Licensing Law, art. 32 (papers sent back once; without a word from the authority the
    application counts as accepted on the day it was received), art. 42 (the limit runs from acceptance), art. 45.
    """
    at_once = np.array([begin], dtype=np.int32)
    nothing = np.zeros(1, dtype=np.int32)
    if course.stage == PREPARING and course.began_on:
        submits = _list_preparation(preparation, int(find_positions(course.began_on)), begin)
        return Remainder(
            submits, at_once, nothing, Correction(), _find_middle(submits, preparation, course), begin
        )
    if duration is None or course.submitted_on is None:
        return Remainder(at_once, at_once, nothing, Correction(), begin, begin)
    first = int(find_positions(course.submitted_on))
    is_returned = course.stage == RETURNED and course.returned_on is not None
    returned = int(find_positions(course.returned_on)) if course.returned_on else begin
    floor = min(returned, begin) if is_returned else begin
    limit = None
    if duration.limit_days is not None and not is_returned:
        limit = _find_limit(course, duration.limit_days, duration.limit_unit)
    finishes, likely = _list_finishes(duration, first, limit, course.pause_days, floor)
    pauses = _list_pauses(duration.correction, returned, begin) if is_returned else nothing
    may_return = course.stage == SUBMITTED and course.accepted_on is None and not course.times_returned
    is_overdue = False
    if not len(finishes):
        likely = max(floor, limit or floor)
        finishes = np.array([likely], dtype=np.int32)
        is_overdue = not is_returned and likely == floor
    return Remainder(
        submits=at_once,
        finishes=finishes,
        pauses=pauses,
        correction=duration.correction if may_return and not is_overdue else Correction(),
        likely_submit=begin,
        likely=likely + _find_likely_pause(pauses, duration.correction, returned, begin, is_returned),
        is_overdue=is_overdue,
    )


def find_limit_day(course: Course, entry: Licence) -> date | None:
    """The last day of the authority's limit; None where no clock runs, or no day or limit is known.

    The limit is that of the law, also where authorities usually take longer. It counts from the day after the acceptance,
    or where none is recorded after the last submission; while papers are corrected after the acceptance it stands still. One
    that ends on a free day ends on the next working day.

    Source: Administrative Licensing Law, art. 32 (who hears nothing is accepted on the day of receipt), art. 42 (the limit),
    45 (what is left out) and 82 (working days); Civil Code, art. 201 (the first day is not counted) and 203 (the last day).
    """
    limit = entry.row["statutory_days"]
    if course.stage != SUBMITTED or pd.isna(limit):
        return None
    end = _find_limit(course, int(limit), str(entry.row["statutory_days_unit"]))
    return None if end is None else find_date(end)


def _find_limit(course: Course, days: int, unit: str) -> int | None:
    """The position of the last day of a limit; None where no day is known from which it counts."""
    since = course.accepted_on or course.resubmitted_on or course.submitted_on
    if since is None or not FIRST_YEAR <= since.year <= LAST_START_YEAR:
        return None
    return _count_on(since, days, unit) + (course.accepted_pause_days if course.accepted_on else 0)


@lru_cache(maxsize=16384)
def _count_on(day: date, days: int, unit: str) -> int:
    if unit == "working":
        return int(find_positions(day + timedelta(days=1))) + max(days, 1) - 1
    return int(find_positions(day + timedelta(days=days)))


def _list_finishes(
    duration: Duration, first: int, limit: int | None, paused: int, floor: int
) -> tuple[Positions, int]:
    """Equally likely finishes that are not before ``floor``, and the likely one of them; none where it has taken longer."""
    days = np.arange(duration.shortest_days, duration.longest_days + 1)
    by_day = np.asarray(find_finish(np.full(len(days), first), days, duration.unit), dtype=np.int32)
    by_day = (by_day + paused).astype(np.int32)
    if limit is not None:
        by_day = np.minimum(by_day, limit)
    levels = make_day_levels(duration.shortest_days, duration.likely_days, duration.longest_days)
    finishes: Positions = by_day[levels - duration.shortest_days]
    left = finishes[np.searchsorted(finishes, floor) :]
    likely = int(by_day[duration.likely_days - duration.shortest_days])
    if len(left) and likely < floor:
        likely = int(left[len(left) // 2])
    return left, likely


def _list_preparation(preparation: Preparation, began: int, begin: int) -> Positions:
    """Equally likely submissions from ``begin`` on of what has been prepared since ``began``."""
    levels = make_day_levels(preparation.shortest_days, preparation.likely_days, preparation.longest_days)
    submits = (began + levels).astype(np.int32)
    left: Positions = submits[np.searchsorted(submits, begin) :]
    return left if len(left) else np.array([begin], dtype=np.int32)


def _find_middle(submits: Positions, preparation: Preparation, course: Course) -> int:
    """The likely submission, or where that has gone by, the middle one of those that are left."""
    likely = int(find_positions(course.began_on)) + preparation.likely_days
    return likely if likely >= submits[0] else int(submits[len(submits) // 2])


def _list_pauses(correction: Correction, returned: int, begin: int) -> Positions:
    """Equally likely working days from the return until papers come back, which they have not before ``begin``."""
    passed = max(0, begin - returned)
    days = make_day_levels(*correction.days).astype(np.int32)
    left: Positions = days[np.searchsorted(days, passed) :]
    return left if len(left) else np.array([passed], dtype=np.int32)


def _find_likely_pause(
    pauses: Positions, correction: Correction, returned: int, begin: int, is_returned: bool
) -> int:
    if not is_returned:
        return 0
    likely = correction.days[1]
    return likely if likely >= max(0, begin - returned) else int(pauses[len(pauses) // 2])


def find_held(held: Mapping[str, date | None], events: Iterable[Event], day: date) -> dict[str, date | None]:
    """What of all that is held was held at the end of an earlier day: what was granted since is left out."""
    known = list(events)
    then = {code for code, one in follow_events(known, day).items() if one.is_held}
    recorded = {event.code for event in known}
    return {code: until for code, until in held.items() if code in then or code not in recorded}
