"""Progress of a case: what is done, what lies with the authority, what is late, and what that does to the launch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from licences.analysis.compare import find_launch, find_launch_move
from licences.planning.applications import SUBMITTED, Course, find_limit_day
from licences.planning.forecast import Forecast
from licences.planning.simulation import PROMISED
from licences.rules.applications import order_events

if TYPE_CHECKING:
    from licences.analysis.case import Case
    from licences.book.events import Event
    from licences.planning.deadlines import Deadline
    from licences.planning.schedule import Step

SINCE_DAYS = 30
_DONE = {"granted", "renewed", "changed", "refused", "withdrawn", "cancelled"}


@dataclass(frozen=True)
class Pending:
    """An application that lies with the authority.

    since: the day on which it was submitted. limit_on: the last day that the law gives, None where it sets none.
    expected_on: by likely times, None where it is no step of the plan, as a renewal is. is_overdue: whether that is longer than the
    law gives, or where it sets no limit, than any time that is known.
    """

    code: str
    course: Course
    since: date
    limit_on: date | None
    expected_on: date | None
    is_overdue: bool


@dataclass(frozen=True)
class LaunchSince:
    """What became of the launch that was planned at the beginning of a case.

    planned, now: the day to give to others where dates can be promised, else the likely one; None where there is none.
    moved_days: working days, later is positive; None where the two are not of the same licences, or cannot be told.
    """

    planned: date | None
    now: date | None
    moved_days: int | None


@dataclass(frozen=True)
class Progress:
    """Where a case stands.

    since: from which day on what was done is told. done: what was decided, or taken back, from then on, by day. pending: what lies with the authority, what
    is overdue first, then by the day that is expected. late: what should have been begun and has not, by working days, the latest first.
    launch: None where the case begins now. deadlines: of what is held.
    """

    since: date
    done: tuple[Event, ...]
    pending: tuple[Pending, ...]
    late: tuple[tuple[Step, int], ...]
    launch: LaunchSince | None
    deadlines: tuple[Deadline, ...]


def find_progress(case: Case, since: date | None = None) -> Progress:
    """How a case has come on since a day, by default within SINCE_DAYS."""
    since = since or case.as_of - timedelta(days=SINCE_DAYS)
    forecast = case.forecast
    dated = [event for event in order_events(case.case_file.events) if event.happened_on]
    late = {step.code: step for step in case.steps if step.code in forecast.late}
    return Progress(
        since=since,
        done=tuple(
            one for one in dated if one.kind in _DONE and one.happened_on and one.happened_on >= since
        ),
        pending=tuple(_list_pending(case)),
        late=tuple(
            (late[code], days) for code, days in sorted(forecast.late.items(), key=lambda pair: -pair[1])
        ),
        launch=find_launch_since(forecast),
        deadlines=forecast.deadlines,
    )


def find_launch_since(forecast: Forecast) -> LaunchSince | None:
    """What became of the launch since the beginning of a case; None where that is now."""
    if forecast.baseline is None:
        return None
    then = Forecast(forecast.baseline, forecast.plan_options)
    days = [one.launch[PROMISED] if one.launch else one.plan.launch for one in (then, forecast)]
    move = find_launch_move(find_launch(then), find_launch(forecast))
    return LaunchSince(days[0], days[1], move.moved_days)


def has_progress(case: Case) -> bool:
    """Whether there is anything to say of how a case has gone."""
    return case.plan.engaged_on is not None or any(one.happened_on for one in case.case_file.events)


def _list_pending(case: Case) -> list[Pending]:
    steps = {step.code: step for step in case.steps}
    found = []
    for code, course in case.plan.courses.items():
        entry = case.law.entries.get(code)
        if course.stage != SUBMITTED or course.submitted_on is None or entry is None:
            continue
        step = steps.get(code)
        limit_on = find_limit_day(course, entry)
        is_beyond = limit_on is not None and limit_on < case.as_of
        found.append(
            Pending(
                code=code,
                course=course,
                since=course.submitted_on,
                limit_on=limit_on,
                expected_on=step.finish if step and not step.is_beyond_known else None,
                is_overdue=step.is_overdue if step else is_beyond,
            )
        )
    return sorted(found, key=lambda one: (not one.is_overdue, one.expected_on or one.limit_on or date.max))
