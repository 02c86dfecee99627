"""Fees: what the official ones come to, phase by phase, and which of them nobody could tell."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from licences.planning.schedule import Plan

# A telecom number carries an occupation fee for as long as it is held, whether or not we know the rate.
# Source: Telecommunications Regulation, art. 27.
OCCUPATION = "code"


@dataclass(frozen=True)
class Cost:
    """Official fees of a phase in yuan: those known added up, those not known named.

    fee_cny, yearly_fee_cny: None where no amount is known. yearly_fee_cny counts what is obtained
    and what is held. estimates: the codes of which an amount rests on no source.
    """

    phase: int
    fee_cny: float | None
    yearly_fee_cny: float | None
    unknown_fees: tuple[str, ...]
    unknown_yearly_fees: tuple[str, ...]
    estimates: tuple[str, ...]


def find_costs(plan: Plan) -> tuple[Cost, ...]:
    """The fees of what the plan obtains and the yearly fees of that and of what is held."""
    obtained = [step.code for step in plan.steps]
    entries = plan.law.entries
    costs = []
    for phase in sorted({entries[code].phase for code in (*obtained, *plan.kept)}):
        new = [code for code in obtained if entries[code].phase == phase]
        all_of_it = [*new, *(code for code in plan.kept if entries[code].phase == phase)]
        rows = {code: entries[code].row for code in all_of_it}
        due = [code for code, row in rows.items() if row["kind"] == OCCUPATION]
        fees = {code: rows[code]["fee_cny"] for code in new if not pd.isna(rows[code]["fee_cny"])}
        yearly = {
            code: row["yearly_fee_cny"] for code, row in rows.items() if not pd.isna(row["yearly_fee_cny"])
        }
        guessed = [code for code in fees if rows[code]["fee_cny_basis"] == "estimate"]
        guessed += [code for code in yearly if rows[code]["yearly_fee_cny_basis"] == "estimate"]
        if new or yearly or due:
            costs.append(
                Cost(
                    phase=phase,
                    fee_cny=float(sum(fees.values())) if fees else None,
                    yearly_fee_cny=float(sum(yearly.values())) if yearly else None,
                    unknown_fees=tuple(code for code in new if code not in fees),
                    unknown_yearly_fees=tuple(code for code in due if code not in yearly),
                    estimates=tuple(dict.fromkeys(guessed)),
                )
            )
    return tuple(costs)
