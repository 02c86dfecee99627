"""Risk: what acting without a licence can cost today, by its number; fines are never added up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from licences.law.durations import find_weakest

if TYPE_CHECKING:
    from licences.law.in_force import Licence
    from licences.planning.schedule import Plan

_FINE = ("penalty_min_cny", "penalty_max_cny")


@dataclass(frozen=True)
class Penalty:
    """What a licence that is required and not held puts at stake.

    min_cny, max_cny: of the fine; None where not known. closes: whether the business may be closed; None
    where not known. fine_basis, closes_basis: the weakest ground of each, None where there is none.
    """

    code: str
    min_cny: float | None
    max_cny: float | None
    closes: bool | None
    fine_basis: str | None
    closes_basis: str | None

    @property
    def basis(self) -> str | None:
        """The weakest ground of all that is known."""
        grounds = [ground for ground in (self.fine_basis, self.closes_basis) if ground]
        return find_weakest(grounds) if grounds else None

    @property
    def amount_cny(self) -> float | None:
        """The most that is known of the fine: its upper end, else the lower one, which it may pass."""
        return self.min_cny if self.max_cny is None else self.max_cny


@dataclass(frozen=True)
class Risk:
    """What a client puts at stake, a penalty a licence, in the plan's order.

    highest: the one with the greatest fine, since fines are no sum of each other; None where no amount is
    known. closing: codes of which closing is possible. unknown: codes without an amount.
    """

    licences: tuple[Penalty, ...]
    highest: Penalty | None
    closing: tuple[str, ...]
    unknown: tuple[str, ...]


def find_risk(plan: Plan) -> Risk:
    """What is at stake for each licence that is required at present and not held."""
    penalties = tuple(find_penalty(plan.law.entries[step.code]) for step in plan.required_now)
    fined = {one: amount for one in penalties if (amount := one.amount_cny) is not None}
    return Risk(
        licences=penalties,
        highest=max(fined, key=lambda one: fined[one], default=None),
        closing=tuple(one.code for one in penalties if one.closes),
        unknown=tuple(one.code for one in penalties if one not in fined),
    )


def find_penalty(entry: Licence) -> Penalty:
    """What acting without a licence, or against a prohibition, puts at stake."""
    row = entry.row
    told = [name for name in _FINE if not pd.isna(row[name])]
    low, high = (float(row[name]) if name in told else None for name in _FINE)
    closes = None if pd.isna(row["penalty_closes"]) else row["penalty_closes"] == "yes"
    return Penalty(
        code=entry.code,
        min_cny=low,
        max_cny=high,
        closes=closes,
        fine_basis=find_weakest(str(row[f"{name}_basis"]) for name in told) if told else None,
        closes_basis=None if closes is None else str(row["penalty_closes_basis"]),
    )
