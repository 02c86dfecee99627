"""Deadlines: of what a client holds, what runs out, is overdue or has a duty near, by its last day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from licences.assessment.holdings import DONE
from licences.planning.renewals import Renewal, list_expired, list_held

if TYPE_CHECKING:
    from licences.law.in_force import LawInForce

NEAR_DAYS = 60  # calendar days ahead within which nothing is left out
_RUNNING_OUT = frozenset({"expiring", "expired"})
DOUBTFUL = frozenset({"not_needed", "undetermined"})  # the verdicts on what may not be needed any more


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
