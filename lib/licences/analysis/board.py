"""Board of a case: the applications of a client by where each stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from licences.planning.applications import PREPARING, RETURNED, SUBMITTED, UNDECIDED, Course, find_limit_day
from licences.rules.applications import Standing, follow_events

if TYPE_CHECKING:
    from licences.analysis.case import Case
    from licences.planning.schedule import Step

TO_BEGIN, DECIDED = "to_begin", "decided"
COLUMNS = (TO_BEGIN, PREPARING, SUBMITTED, RETURNED, DECIDED)


@dataclass(frozen=True)
class Application:
    """What is applied for, or is to be.

    column: of COLUMNS. course: None where nothing is recorded. since: the day of the last event. by: the day until
    which the next thing has to happen at the latest: until which it is begun or submitted, decided by the law's limit, or its renewal
    applied for; None where there is none. is_late: whether that day has gone by, or it should have been begun by the first
    plan. number, until: of what is held, whatever becomes of the application.
    """

    code: str
    column: str
    course: Course | None
    since: date | None
    by: date | None
    is_late: bool
    number: str = ""
    until: date | None = None


def find_board(case: Case) -> list[Application]:
    """The steps of the plan, and what else anything is recorded of, column by column; in each what has its last day first."""
    steps = {step.code: step for step in case.steps}
    standings = follow_events(case.case_file.events)
    codes = dict.fromkeys((*steps, *case.plan.courses))
    renewals = {one.code: one.last_day for one in reversed(case.forecast.deadlines)}
    found = [_find_application(case, code, steps.get(code), standings.get(code), renewals) for code in codes]
    return sorted(found, key=lambda one: (COLUMNS.index(one.column), one.by or date.max))


def _find_application(
    case: Case, code: str, step: Step | None, standing: Standing | None, renewals: Mapping[str, date]
) -> Application:
    course = case.plan.courses.get(code)
    column = _find_column(course, step)
    by = _find_last_day(case, column, course, step, renewals.get(code))
    is_overdue = bool(step and step.is_overdue) or (by is not None and by < case.as_of)
    is_held = standing is not None and standing.is_held
    return Application(
        code=code,
        column=column,
        course=course,
        since=course.last_on if course else None,
        by=by,
        is_late=is_overdue or (column == TO_BEGIN and code in case.forecast.late),
        number=standing.number if standing and is_held else "",
        until=standing.until if standing and is_held else None,
    )


def _find_column(course: Course | None, step: Step | None) -> str:
    state = course.state if course else None
    if state in UNDECIDED:
        return SUBMITTED
    if state in {PREPARING, RETURNED}:
        return str(state)
    return DECIDED if state == "refused" or step is None else TO_BEGIN


def _find_last_day(
    case: Case, column: str, course: Course | None, step: Step | None, renewal: date | None
) -> date | None:
    if column == TO_BEGIN:
        return step.latest_start if step else None
    if column == PREPARING:
        return step.latest_submit_on if step else None
    entry = case.law.entries.get(course.code) if course else None
    if column == SUBMITTED:
        return find_limit_day(course, entry) if course and entry else None
    return renewal if column == DECIDED else None
