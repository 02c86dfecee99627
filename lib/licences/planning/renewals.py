"""Renewals, and yearly or quarterly duties: what falls due while a licence is held, as dated events."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from licences.law.durations import find_weakest
from licences.law.renewal_window import find_renewal_window

if TYPE_CHECKING:
    from licences.law.in_force import LawInForce, Licence
    from licences.planning.schedule import Plan

MONTHS = 24


@dataclass(frozen=True)
class Renewal:
    """One thing that falls due: a renewal, or, where ``expires_on`` is None, a recurring duty.

    duty: what has to be done, in the words of the catalogue, where it has any. renew_from, renew_by: first and last day on which to do it; None where no source tells the first.
    is_planned: it follows from the plan, for a licence that is still to be obtained. basis: the
    ground of the dates, ``told`` where the client's own expiry is all there is. provisional: the
    dates were counted over holidays that have not been announced.
    """

    code: str
    expires_on: date | None
    renew_from: date | None
    renew_by: date
    duty: str | None
    is_planned: bool
    basis: str
    provisional: bool = False

    @property
    def is_renewal(self) -> bool:
        """Whether a licence ends then; else it is a duty that recurs."""
        return self.expires_on is not None


def find_renewals(plan: Plan, months: int = MONTHS) -> tuple[Renewal, ...]:
    """What falls due within ``months`` of the plan's day, by the last day on which it can be done."""
    until = _add_months(plan.as_of, months)
    events = list(list_held(plan.law, plan.held, plan.kept, until))
    for step in plan.dated:
        entry = plan.law.entries[step.code]
        if step.finish is not None:
            if not pd.isna(entry.row["validity_years"]):
                years = int(entry.row["validity_years"])
                expires_on = _add_months(step.finish, 12 * years) - timedelta(days=1)
                events += _find_renewal(entry, expires_on, planned=True, provisional=step.provisional)
            events += _find_duties(plan.law, entry, step.finish + timedelta(days=1), until, planned=True)
    within = [event for event in events if (event.renew_from or event.renew_by) <= until]
    return tuple(sorted(within, key=lambda event: (event.renew_by, event.code)))


def list_held(
    law: LawInForce, held: Mapping[str, date | None], codes: Collection[str], until: date
) -> Iterator[Renewal]:
    """The renewals of what is held, whenever they are, and its duties until a day. codes: of what is kept."""
    for code in codes:
        entry, expires_on = law.entries[code], held.get(code)
        if expires_on:
            yield from _find_renewal(entry, expires_on, planned=False)
        yield from _find_duties(law, entry, law.as_of, until, planned=False)


def list_expired(
    law: LawInForce, held: Mapping[str, date | None], statuses: Mapping[str, str]
) -> Iterator[Renewal]:
    """The renewals that what was held and has expired would have needed."""
    for code, status in statuses.items():
        expires_on = held.get(code)
        if status == "expired" and expires_on:
            yield from _find_renewal(law.entries[code], expires_on, planned=False)


def find_due(plan: Plan, months: int = MONTHS) -> tuple[Renewal, ...]:
    """What has expired and what falls due within ``months``, overdue first, by the last day on which it can be done."""
    events = [*list_expired(plan.law, plan.held, plan.statuses), *find_renewals(plan, months)]
    return tuple(sorted(events, key=lambda event: (event.renew_by, event.code)))


def find_untold_expiries(plan: Plan) -> tuple[str, ...]:
    """What is told as held for a fixed term without our knowing when it ends; the client is to be asked."""
    return tuple(
        code
        for code in plan.kept
        if code in plan.held
        and plan.held[code] is None
        and not pd.isna(plan.law.entries[code].row["validity_years"])
    )


def _find_renewal(
    entry: Licence, expires_on: date, planned: bool, provisional: bool = False
) -> Iterator[Renewal]:
    """The renewal of what ends on a day, on the days that its row gives."""
    window = find_renewal_window(entry.row, expires_on)
    if window is None:
        return
    grounds = (*(["estimate"] if planned else []), *window.grounds)
    yield Renewal(
        entry.code,
        expires_on,
        window.first_day,
        window.last_day,
        None,
        planned,
        find_weakest(grounds) if grounds else "told",
        provisional or window.is_provisional,
    )


def _find_duties(
    law: LawInForce, entry: Licence, first: date, until: date, planned: bool
) -> Iterator[Renewal]:
    """A duty in each of its windows; one that a plan brings about begins with the next whole window."""
    text = entry.row[f"yearly_duty_{law.language}"]
    duty = text if isinstance(text, str) else None
    basis = str(entry.row["duty_windows_basis"])
    for year in range(first.year, until.year + 1):
        for window in entry.row["duty_windows"]:
            begins, ends = (date.fromisoformat(f"{year}-{day}") for day in window.split(".."))
            begun = begins >= first if planned else ends >= first
            if begun and begins <= until:
                yield Renewal(entry.code, None, begins, ends, duty, planned, basis)


@lru_cache(maxsize=4096)
def _add_months(day: date, months: int) -> date:
    return (pd.Timestamp(day) + pd.DateOffset(months=months)).date()
