"""What the official fees come to, phase by phase, and which of them nobody could tell."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from licences.schedule import DONE, Plan

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
    held = [code for code, status in plan.statuses.items() if status in DONE]
    entries = plan.edition.entries
    costs = []
    for phase in sorted({entries[code].phase for code in (*obtained, *held)}):
        new = [code for code in obtained if entries[code].phase == phase]
        kept = [code for code in held if entries[code].phase == phase]
        fees = {code: entries[code].row["fee_cny"] for code in new}
        yearly = {code: entries[code].row["yearly_fee_cny"] for code in (*new, *kept)}
        due = [code for code in yearly if entries[code].row["kind"] == OCCUPATION]
        known = {code for code, amount in fees.items() if not pd.isna(amount)}
        known_yearly = {code for code, amount in yearly.items() if not pd.isna(amount)}
        guessed = [(code, "fee_cny_basis") for code in fees if code in known]
        guessed += [(code, "yearly_fee_cny_basis") for code in yearly if code in known_yearly]
        if new or known_yearly or due:
            costs.append(
                Cost(
                    phase=phase,
                    fee_cny=_add(fees[code] for code in fees if code in known),
                    yearly_fee_cny=_add(yearly[code] for code in yearly if code in known_yearly),
                    unknown_fees=tuple(code for code in fees if code not in known),
                    unknown_yearly_fees=tuple(code for code in due if code not in known_yearly),
                    estimates=tuple(
                        dict.fromkeys(c for c, column in guessed if entries[c].row[column] == "estimate")
                    ),
                )
            )
    return tuple(costs)


def _add(amounts: object) -> float | None:
    known = [float(amount) for amount in amounts]  # type: ignore[attr-defined]
    return sum(known) if known else None
