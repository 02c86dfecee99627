"""Renewal window: the days on which the renewal of a licence that ends on a day can be applied for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from licences.law.working_days import (
    FIRST_YEAR,
    LAST_YEAR,
    Days,
    add_working_days,
    count_back,
    read_calendar,
)


@dataclass(frozen=True)
class RenewalWindow:
    """The first day of a renewal, None where no source tells it, and the last day to apply.

    grounds: of the two, none where the expiry is all there is. is_provisional: they were counted over
    holidays that have not been announced.
    """

    first_day: date | None
    last_day: date
    grounds: tuple[str, ...]
    is_provisional: bool


def find_renewal_window(row: Mapping[Any, Any], expires_on: date) -> RenewalWindow | None:
    """From the lead time before the expiry to the latest day that a rule allows, or else to the expiry.

    row: of the licence. None where the expiry lies past the calendar. Nothing is counted back from an expiry
    before it; the last day is then the expiry itself.
    """
    if expires_on.year >= LAST_YEAR:
        return None
    if expires_on.year <= FIRST_YEAR:
        return RenewalWindow(None, expires_on, (), is_provisional=False)
    unit, grounds = str(row["renewal_days_unit"]), []
    first_day, last_day = None, expires_on
    if not pd.isna(row["renewal_lead_days"]):
        first_day = count_back(expires_on, int(row["renewal_lead_days"]), unit)
        grounds.append(str(row["renewal_lead_days_basis"]))
    if not pd.isna(row["renewal_latest_days"]):
        last_day = count_back(expires_on, int(row["renewal_latest_days"]), unit)
        grounds.append(str(row["renewal_latest_days_basis"]))
    if last_day > expires_on:  # zero working days before an expiry that is none itself
        last_day = count_back(expires_on, 1, unit)
    is_provisional = unit == "working" and expires_on > read_calendar().announced_until
    return RenewalWindow(first_day, last_day, tuple(grounds), is_provisional)


def find_last_days(row: Mapping[Any, Any], expiries: Days) -> Days:
    """The last day to apply before each of any number of expiries, as ``find_renewal_window`` has it; NaT where it has none.

    row: of the licence.
    """
    past = expiries >= np.datetime64(f"{LAST_YEAR}-01-01", "D")
    counted = (expiries >= np.datetime64(f"{FIRST_YEAR + 1}-01-01", "D")) & ~past
    last = np.where(past, np.datetime64("NaT", "D"), expiries)
    unit = str(row["renewal_days_unit"])
    if not pd.isna(row["renewal_latest_days"]):
        last[counted] = _count_back(expiries[counted], int(row["renewal_latest_days"]), unit)
    is_after = last > expiries
    last[is_after] = _count_back(expiries[is_after], 1, unit)
    return last


def _count_back(days: Days, count: int, unit: str) -> Days:
    return add_working_days(days, -count) if unit == "working" else days - np.timedelta64(count, "D")
