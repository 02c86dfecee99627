"""Applications under way in a reader's language: where each stands, until when, whom to ask, and what is late."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from licences.planning.applications import PREPARING, RETURNED, Course
from licences.words.texts import join_sentences, say

if TYPE_CHECKING:
    from licences.book.events import Event
    from licences.law.in_force import LawInForce
    from licences.planning.schedule import Step

_END = ".。"


def say_standing(step: Step, law: LawInForce) -> str | None:
    """Where an application that was begun stands; None where none is."""
    course, entry = step.course, law.entries[step.code]
    if course is None:
        return None
    own = partial(say, law.language)
    authority = str(entry.row[f"authority_{law.language}"]).rstrip(_END)
    if course.is_refused:
        return _give_reason(own("application.refused", **_name_day(course.decided_on)), course, law.language)
    match course.stage:
        case None:
            return None
        case "preparing":
            return own("application.preparing", **_name_day(course.began_on))
        case "returned":
            said = own("application.returned", **_name_day(course.returned_on))
            return _give_reason(said, course, law.language)
    said = own("application.submitted", **_name_day(course.submitted_on))
    paused = own("application.paused", count=course.pause_days) if course.pause_days else None
    more: str | None
    if step.is_overdue:
        key = "overdue_limit" if step.is_beyond_limit else "overdue"
        ground = str(entry.row[f"legal_basis_{law.language}"]).rstrip(_END)
        if entry.row["kind"] == "licence":
            ground = own("list").join((ground, own("application.licensing_law")))
        more = own(f"application.{key}", limit=step.limit_on or law.as_of, authority=authority, ground=ground)
    else:
        more = own("application.limit", limit=step.limit_on) if step.limit_on else None
    return join_sentences((said, paused, more), law.language)


def say_late(days: int, language: str) -> str:
    """By how much something is late that should have been begun."""
    return say(language, "application.late", count=days)


def name_state(step: Step) -> str | None:
    """``preparing``, ``submitted``, ``returned``, ``overdue`` or ``refused``; None where nothing was begun."""
    if step.course is None:
        return None
    if step.course.is_refused:
        return "refused"
    if step.course.stage in {PREPARING, RETURNED}:
        return step.course.stage
    return "overdue" if step.is_overdue else "submitted"


def say_reason_of(one: Course | Event) -> str:
    """What the authority gave as its reason for a return or a refusal; empty where that is not recorded."""
    return one.note.rstrip(_END)


def _name_day(day: date | None) -> dict[str, date]:
    return {} if day is None else {"day": day}


def _give_reason(said: str, course: Course, language: str) -> str:
    """With what the authority gave as its reason, where that is recorded."""
    reason = say_reason_of(course)
    return say(language, "application.because", said=said.rstrip(_END), reason=reason) if reason else said
