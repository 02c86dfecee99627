"""Deadlines in a reader's language: the last day first, then the days left, then the expiry."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, TypedDict

from licences.words.texts import say

if TYPE_CHECKING:
    from licences.law.in_force import LawInForce
    from licences.planning.deadlines import Deadline
    from licences.planning.renewals import Renewal


class DeadlineView(TypedDict):
    """A deadline as every format shows it; ``deadline`` holds its figures, the rest is in the reader's language.

    what: a renewal, or what the duty is. last_day_label: what its last day is for. left: how many days are
    left, or since when it is overdue. expiry: on which day it expires or has, empty for a duty. remark: that
    it may not be needed any more, empty where it is needed. sentence: all of this, to be read after its name.
    """

    deadline: Deadline
    code: str
    name: str
    official_name: str
    short: str
    what: str
    last_day_label: str
    last_day: date
    left: str
    is_overdue: bool
    is_provisional: bool
    expires_on: date | None
    expiry: str
    remark: str
    sentence: str


def view_deadlines(deadlines: Iterable[Deadline], law: LawInForce) -> list[DeadlineView]:
    """Deadlines in their order: overdue first, then by the days left."""
    return [_view(one, law) for one in deadlines]


def _view(one: Deadline, law: LawInForce) -> DeadlineView:
    language, entry, event = law.language, law.entries[one.code], one.event
    own = f"deadlines.{one.kind}"
    label, left = say(language, f"{own}.last_day"), say_days_left(one.days_left, language)
    what = say_duty(event, language) or say(language, "deadlines.renewal.what")
    key = "expired" if one.is_expired else "expires"
    expiry = say(language, f"deadlines.{key}", day=one.expires_on) if one.expires_on else ""
    remark = say(language, f"deadlines.doubt.{one.verdict}") if one.is_doubtful else ""
    star = "*" if event.provisional else ""
    parts = [
        say(language, "deadlines.by", label=label, day=f"{one.last_day}{star}", left=left),
        expiry or what.rstrip(".。"),
        remark,
    ]
    return {
        "deadline": one,
        "code": one.code,
        "name": entry.name,
        "official_name": entry.official_name,
        "short": law.short(one.code),
        "what": what,
        "last_day_label": label,
        "last_day": one.last_day,
        "left": left,
        "is_overdue": one.is_overdue,
        "is_provisional": event.provisional,
        "expires_on": one.expires_on,
        "expiry": expiry,
        "remark": remark,
        "sentence": say(language, "deadlines.between").join(filter(None, parts)),
    }


def say_days_left(days_left: int, language: str) -> str:
    """How many calendar days are left to a last day, or by how many it has gone by."""
    if days_left == 0:
        return say(language, "deadlines.last_of_all")
    return say(language, "deadlines.left" if days_left > 0 else "deadlines.overdue", count=abs(days_left))


def say_duty(event: Renewal, language: str) -> str | None:
    """What has to be done on a day that recurs; None for a renewal."""
    return None if event.is_renewal else event.duty or say(language, "plan.duty")
