"""Fees: what is asked officially, on the market and by the firm, phase by phase, and which of it nobody could tell."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from licences.law.durations import find_weakest

if TYPE_CHECKING:
    from licences.law.catalogue import Catalogue
    from licences.planning.schedule import Plan

# A telecom number carries an occupation fee for as long as it is held, whether or not we know the rate.
# Source: Telecommunications Regulation, art. 27.
OCCUPATION = "code"
MARKET = ("market_min_cny", "market_max_cny")


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """Fees in yuan: those known added up, those not known named by their codes.

    fee_cny, yearly_fee_cny: official; None where no amount is known. yearly_fee_cny counts what is obtained
    and what is held. market_min_cny, market_max_cny: what agents, assessors and certifiers charge; a price of
    which one end is not known is in neither, and named in unknown_market. market_basis: the weakest ground
    of these. our_fee_cny: the firm's own. estimates: the codes of which an amount rests on no source.
    """

    fee_cny: float | None = None
    yearly_fee_cny: float | None = None
    market_min_cny: float | None = None
    market_max_cny: float | None = None
    market_basis: str | None = None
    our_fee_cny: float | None = None
    unknown_fees: tuple[str, ...] = ()
    unknown_yearly_fees: tuple[str, ...] = ()
    unknown_market: tuple[str, ...] = ()
    estimates: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Cost(Amounts):
    """The fees of a phase."""

    phase: int


@dataclass(frozen=True)
class Quote:
    """What the firm asks for one licence, and what it says of that."""

    code: str
    our_fee_cny: float
    remark: str | None


def find_costs(plan: Plan) -> tuple[Cost, ...]:
    """The fees of what the plan obtains and the yearly fees of that and of what is held."""
    obtained = [step.code for step in plan.steps]
    ours = {quote.code: quote.our_fee_cny for quote in find_quotes(plan)}
    entries = plan.law.entries
    costs = []
    for phase in sorted({entries[code].phase for code in (*obtained, *plan.kept)}):
        new = [code for code in obtained if entries[code].phase == phase]
        all_of_it = [*new, *(code for code in plan.kept if entries[code].phase == phase)]
        rows = {code: entries[code].row for code in all_of_it}
        due = [code for code, row in rows.items() if row["kind"] == OCCUPATION]
        fees = _find_known(rows, new, "fee_cny")
        yearly = _find_known(rows, rows, "yearly_fee_cny")
        lows, highs = (_find_known(rows, new, end) for end in MARKET)
        priced = [code for code in lows if code in highs]
        if new or yearly or due:
            costs.append(
                Cost(
                    phase=phase,
                    fee_cny=_add(fees.values()),
                    yearly_fee_cny=_add(yearly.values()),
                    market_min_cny=_add(lows[code] for code in priced),
                    market_max_cny=_add(highs[code] for code in priced),
                    market_basis=_find_weakest(
                        rows[code][f"{end}_basis"] for code in priced for end in MARKET
                    ),
                    our_fee_cny=_add(ours[code] for code in new if code in ours),
                    unknown_fees=_subtract(new, fees),
                    unknown_yearly_fees=_subtract(due, yearly),
                    unknown_market=_subtract(new, priced),
                    estimates=_find_estimates(
                        rows, {"fee_cny": fees, "yearly_fee_cny": yearly, **dict.fromkeys(MARKET, priced)}
                    ),
                )
            )
    return tuple(costs)


def find_total(costs: Sequence[Cost]) -> Amounts:
    """The fees of all phases together."""
    return Amounts(
        fee_cny=_add(cost.fee_cny for cost in costs),
        yearly_fee_cny=_add(cost.yearly_fee_cny for cost in costs),
        market_min_cny=_add(cost.market_min_cny for cost in costs),
        market_max_cny=_add(cost.market_max_cny for cost in costs),
        market_basis=_find_weakest(cost.market_basis for cost in costs if cost.market_basis),
        our_fee_cny=_add(cost.our_fee_cny for cost in costs),
        unknown_fees=tuple(code for cost in costs for code in cost.unknown_fees),
        unknown_yearly_fees=tuple(code for cost in costs for code in cost.unknown_yearly_fees),
        unknown_market=tuple(code for cost in costs for code in cost.unknown_market),
        estimates=tuple(code for cost in costs for code in cost.estimates),
    )


def find_quotes(plan: Plan) -> tuple[Quote, ...]:
    """The firm's own fees for what the plan obtains, in the plan's order; none where the firm names none."""
    ours = _read_quotes(plan.law.catalogue)
    return tuple(ours[step.code] for step in plan.steps if step.code in ours)


@lru_cache(maxsize=8)
def _read_quotes(catalogue: Catalogue) -> dict[str, Quote]:
    rows = catalogue.our_fees.to_dict("records")
    remarks = [None if pd.isna(row["remark"]) else str(row["remark"]) for row in rows]
    return {
        str(row["code"]): Quote(str(row["code"]), float(row["fee_cny"]), remark)
        for row, remark in zip(rows, remarks, strict=True)
    }


def _find_known(rows: Mapping[str, Mapping[str, Any]], codes: Iterable[str], column: str) -> dict[str, float]:
    return {code: float(rows[code][column]) for code in codes if not pd.isna(rows[code][column])}


def _find_estimates(
    rows: Mapping[str, Mapping[str, Any]], counted: Mapping[str, Iterable[str]]
) -> tuple[str, ...]:
    """The codes of which an estimate is counted, column by column."""
    guessed = [
        code
        for column, codes in counted.items()
        for code in codes
        if rows[code][f"{column}_basis"] == "estimate"
    ]
    return tuple(dict.fromkeys(guessed))


def _find_weakest(grounds: Iterable[str]) -> str | None:
    told = list(grounds)
    return find_weakest(told) if told else None


def _subtract(codes: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    return tuple(code for code in codes if code not in known)


def _add(amounts: Iterable[float | None]) -> float | None:
    """The sum of what is known; None where nothing is."""
    known = [amount for amount in amounts if amount is not None]
    return float(sum(known)) if known else None
