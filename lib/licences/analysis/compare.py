"""What differs between two answers: licences, the launch, fees, and the facts behind them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from licences.analysis.case import Case
from licences.assessment.verdicts import NEEDED
from licences.law.working_days import count_working_days
from licences.planning.simulation import SHARES

PROMISED = 0.8


@dataclass(frozen=True)
class Move:
    """One date of the launch in both answers; ``moved_days`` are working days, later is positive."""

    share: float
    old: date | None
    new: date | None
    moved_days: int | None


@dataclass(frozen=True)
class Fees:
    """Official fees of an answer in yuan: what is known added up, and how many amounts are not known.

    fee_cny, yearly_fee_cny: None where no amount is known.
    """

    fee_cny: float | None
    yearly_fee_cny: float | None
    unknown: int


@dataclass(frozen=True)
class Comparison:
    """What one answer has and the other has not.

    gained, lost: codes that are needed (required, recommended or optional) in one alone. changed:
    other codes with the old and the new verdict. facts: the fields told differently. launch: one move
    a percentile of the simulation. old_fees, new_fees: of what is to be obtained and is held.
    """

    gained: tuple[str, ...]
    lost: tuple[str, ...]
    changed: tuple[tuple[str, str, str], ...]
    facts: tuple[str, ...]
    launch: tuple[Move, ...]
    old_fees: Fees
    new_fees: Fees

    @property
    def launch_moved_days(self) -> int | None:
        """By how many working days the launch moves that is kept in 80 percent of the draws."""
        return next(move.moved_days for move in self.launch if move.share == PROMISED)

    @property
    def fees_moved_cny(self) -> float:
        """By how much the known one-off and yearly fees move."""
        old, new = (
            (fees.fee_cny or 0) + (fees.yearly_fee_cny or 0) for fees in (self.old_fees, self.new_fees)
        )
        return new - old


def compare_cases(old: Case, new: Case) -> Comparison:
    """The differences between two answers, which may be of other facts, another day or another law."""
    before, after = ({code: one.verdict for code, one in case.findings.items()} for case in (old, new))
    codes = [*after, *(code for code in before if code not in after)]
    verdicts = {
        code: (before.get(code, "not_needed"), after.get(code, "not_needed"))
        for code in codes
        if before.get(code, "not_needed") != after.get(code, "not_needed")
    }
    gained = tuple(code for code, (was, now) in verdicts.items() if now in NEEDED and was not in NEEDED)
    lost = tuple(code for code, (was, now) in verdicts.items() if was in NEEDED and now not in NEEDED)
    return Comparison(
        gained=gained,
        lost=lost,
        changed=tuple((code, *pair) for code, pair in verdicts.items() if code not in {*gained, *lost}),
        facts=tuple(name for name in new.profile if new.profile[name] != old.profile.get(name)),
        launch=tuple(_find_moves(old.launch, new.launch)),
        old_fees=_add_fees(old),
        new_fees=_add_fees(new),
    )


def _find_moves(old: tuple[date, ...] | None, new: tuple[date, ...] | None) -> Iterable[Move]:
    for at, share in enumerate(SHARES):
        was, now = old[at] if old else None, new[at] if new else None
        moved = None if was is None or now is None else int(count_working_days(was, now))
        yield Move(share, was, now, moved)


def _add_fees(case: Case) -> Fees:
    costs = case.forecast.costs
    return Fees(
        fee_cny=_add(cost.fee_cny for cost in costs),
        yearly_fee_cny=_add(cost.yearly_fee_cny for cost in costs),
        unknown=sum(len(cost.unknown_fees) + len(cost.unknown_yearly_fees) for cost in costs),
    )


def _add(amounts: Iterable[float | None]) -> float | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None
