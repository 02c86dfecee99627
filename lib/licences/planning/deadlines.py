"""Deadlines: of what a client holds, what runs out, is overdue or has a duty near, by its last day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import cast

import pandas as pd

from licences.assessment.holdings import DONE
from licences.book.events import Event
from licences.law.in_force import LawInForce, Licence
from licences.law.working_days import FIRST_YEAR, LAST_START_YEAR, add_working_days, find_working_day
from licences.planning.renewals import Renewal, list_expired, list_held

NEAR_DAYS = 60  # calendar days ahead within which nothing is left out
_RUNNING_OUT = frozenset({"expiring", "expired"})
DOUBTFUL = frozenset({"not_needed", "undetermined"})  # the verdicts on what may not be needed any more
UNDECIDED = frozenset(
    {"submitted", "accepted", "resubmitted"}
)  # the events after which the authority's clock runs


@dataclass(frozen=True)
class Deadline:
    """One thing to do about what a client holds; ``event`` has the rest of its dates and their ground.

    kind: ``renewal`` or ``duty``. last_day: to apply, or to do the duty. days_left: calendar days to it, negative
    where it has gone by. expires_on: None for a duty. status: ``expired``, ``expiring``, ``held`` or ``implied``.
    verdict: on what is held, whatever it is.
    """

    code: str
    kind: str
    last_day: date
    days_left: int
    expires_on: date | None
    status: str
    verdict: str
    event: Renewal

    @property
    def is_overdue(self) -> bool:
        """Whether its last day has gone by."""
        return self.days_left < 0

    @property
    def is_expired(self) -> bool:
        """Whether what it is about has ended."""
        return self.status == "expired"

    @property
    def is_doubtful(self) -> bool:
        """Whether what it is about is not needed, or it cannot be told whether it is."""
        return self.verdict in DOUBTFUL


def find_deadlines(
    law: LawInForce,
    held: Mapping[str, date | None],
    statuses: Mapping[str, str],
    verdicts: Mapping[str, str],
    near_days: int = NEAR_DAYS,
) -> tuple[Deadline, ...]:
    """What is running out or has, and whatever else has its last day within ``near_days``; overdue first, by days left.

    held: codes and when they expire. statuses: of what is held, was held, or is taken to be held, and is in
    force. Nothing is asked of the verdict: what is held runs out whether it is needed or not.
    """
    until = law.as_of + timedelta(days=near_days)
    kept = [code for code, status in statuses.items() if status in DONE]
    events = [*list_expired(law, held, statuses), *list_held(law, held, kept, until)]
    found = [
        Deadline(
            code=event.code,
            kind="renewal" if event.is_renewal else "duty",
            last_day=event.renew_by,
            days_left=(event.renew_by - law.as_of).days,
            expires_on=event.expires_on,
            status=statuses[event.code],
            verdict=verdicts.get(event.code, "not_needed"),
            event=event,
        )
        for event in events
        if event.renew_by <= until or (event.is_renewal and statuses[event.code] in _RUNNING_OUT)
    ]
    return tuple(sorted(found, key=lambda one: (one.last_day, one.code)))


def find_decision_deadline(course: Sequence[Event], entry: Licence) -> date | None:
    """The last day of the authority's limit for an application; None where no clock runs, or no day or limit is known.

    course: the events of one application, in order. The limit is that of the law, also where authorities usually
    take longer. It counts from the day after the last acceptance or
    submission, so that what a correction took is left out; one that ends on a free day ends on the next working day.

    Source: Administrative Licensing Law, art. 42 (the limit), 45 (what is left out) and 82 (working days);
    Civil Code, art. 201 (the first day is not counted) and 203 (the last day).
    """
    last = course[-1] if course else None
    limit = entry.row["statutory_days"]
    if last is None or last.kind not in UNDECIDED or last.happened_on is None or pd.isna(limit):
        return None
    if not FIRST_YEAR <= last.happened_on.year <= LAST_START_YEAR:
        return None
    return _count_on(last.happened_on, int(limit), str(entry.row["statutory_days_unit"]))


@lru_cache(maxsize=16384)
def _count_on(day: date, days: int, unit: str) -> date:
    if unit == "working":
        found = add_working_days(day + timedelta(days=1), max(days, 1) - 1)
    else:
        found = find_working_day(day + timedelta(days=days))
    return cast(date, found.astype(object))
