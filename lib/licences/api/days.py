"""Days as an analyst gives them: dates, or ISO texts."""

from __future__ import annotations

from datetime import date

from licences.errors import UsageError

Day = str | date


def read_day(name: str, day: Day | None) -> date | None:
    """A day; None for none. Raises: UsageError."""
    if day is None or isinstance(day, date):
        return day
    try:
        return date.fromisoformat(day)
    except (TypeError, ValueError):
        raise UsageError(f"{name}={day!r} is no day", "write it as 2026-11-23") from None
