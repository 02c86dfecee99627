"""Missing today: what a business that trades already does without, most urgent first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from licences.assessment.operating import is_operating
from licences.planning.risk import Penalty, find_penalty

if TYPE_CHECKING:
    from licences.planning.schedule import Plan


@dataclass(frozen=True)
class Missing:
    """What an operating client does against a prohibition, or without a licence that it needs.

    penalty: what that puts at stake. finish: by when it can be had, by likely times; None where it cannot
    be dated, and for what is forbidden, which no licence makes lawful.
    """

    penalty: Penalty
    is_forbidden: bool = False
    finish: date | None = None

    @property
    def code(self) -> str:
        return self.penalty.code

    @property
    def risk(self) -> tuple[bool, bool, bool, float, float]:
        """What is at stake, as a key that sorts the highest first.

        First what is forbidden; then where closing is known to be possible; then the highest fine that is
        known, what is not known after it, and of two that end alike the one that begins higher.
        """
        one = self.penalty
        most, least = one.amount_cny, one.min_cny
        return not self.is_forbidden, not one.closes, most is None, -(most or 0), -(least or 0)


def find_missing(plan: Plan) -> tuple[Missing, ...]:
    """What is missing today, most urgent first; nothing where the client is not known to trade."""
    if not is_operating(plan.profile):
        return ()
    entries = plan.law.entries
    forbidden = [
        Missing(find_penalty(entries[code]), is_forbidden=True)
        for code, verdict in plan.verdicts.items()
        if verdict == "forbidden"
    ]
    required = [Missing(find_penalty(entries[step.code]), finish=step.finish) for step in plan.required_now]
    return rank_missing([*forbidden, *required])


def rank_missing(missing: Iterable[Missing]) -> tuple[Missing, ...]:
    """The highest risk first; of the same risk what can be had sooner, and last what has no date."""
    return tuple(sorted(missing, key=lambda one: (one.risk, one.finish or date.max)))
