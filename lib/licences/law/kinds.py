"""Kinds of rows that nobody applies for: prohibitions, and what lies outside the catalogue."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from licences.errors import Problem
from licences.law.rows import is_filled, split_prerequisites

# Each kind has an obligation of its own, which no other kind has.
OBLIGATIONS = {"prohibition": "forbidden", "outside": "undetermined"}
_OF_OBTAINING = (
    "requires", "eligible_when", "documents_zh", "days_min", "days_likely", "days_max", "statutory_days",
    "validity_years", "renewal_lead_days", "renewal_latest_days", "yearly_duty_zh", "duty_windows",
    "fee_cny", "yearly_fee_cny", "market_min_cny", "market_max_cny",
)  # fmt: skip


def can_be_held(rows: pd.DataFrame) -> pd.Series:
    """Of each row whether it is something that a client can hold."""
    return ~rows["kind"].isin(list(OBLIGATIONS))


def find_kind_problems(rows: pd.DataFrame, file: str) -> list[Problem]:
    """Kinds whose obligation is another's, prohibitions with a time or a fee, and those that something waits for."""
    return [Problem(file, *fault) for fault in _find_faults(rows)]


def _find_faults(rows: pd.DataFrame) -> Iterator[tuple[int, str, str, str]]:
    never = set(rows.loc[~can_be_held(rows), "code"])
    for line, row in rows.iterrows():
        at, kind, obligation = int(str(line)), row["kind"], row["obligation"]
        for own, ours in OBLIGATIONS.items():
            if (kind == own) != (obligation == ours):
                right = f"write {own} and {ours} together, or neither"
                yield at, "obligation", f"the kind is {kind} and the obligation {obligation}", right
        if kind in OBLIGATIONS:
            for column in _OF_OBTAINING:
                if column in row and is_filled(row[column]):
                    yield at, column, f"nobody applies for what is of the kind {kind}", "leave it empty"
        for group in split_prerequisites(row["requires"]):
            for code in never.intersection(group):
                yield at, "requires", f"{code} can never be obtained, so nothing waits for it", "take it out"
