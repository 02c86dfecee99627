"""Overrides laid over a licence for one client: how long it takes, and what it costs officially."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from licences.law.durations import Correction, Duration

if TYPE_CHECKING:
    from licences.book.overrides import Override
    from licences.law.in_force import Licence

OVERRIDE = "override"
"""The ground of what we hold in place of the catalogue."""


def lay_over_entry(entry: Licence, override: Override) -> Licence:
    """A licence with our days or our fee; a verdict changes nothing about it.

    Days are working days from the submission to the result, without a spread and without a round of
    corrections: whoever gives them has counted these.
    """
    if override.kind == "days":
        days = int(override.value)
        return replace(
            entry,
            duration=Duration(
                days, days, days, "working", OVERRIDE, OVERRIDE, correction=Correction(basis=OVERRIDE)
            ),
            row={
                **entry.row,
                "days_min": pd.NA,
                "days_likely": days,
                "days_max": pd.NA,
                "days_unit": "working",
                "days_min_basis": pd.NA,
                "days_likely_basis": OVERRIDE,
                "days_max_basis": pd.NA,
            },
        )
    if override.kind == "fee":
        return replace(entry, row={**entry.row, "fee_cny": float(override.value), "fee_cny_basis": OVERRIDE})
    return entry
