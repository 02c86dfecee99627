"""Cases of a firm: the applications of its book that an authority has decided, and how long each took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from licences.law.local import PROVINCE
from licences.law.working_days import find_positions
from licences.rules.applications import order_events
from licences.rules.case_files import CASE_FILE, list_case_files

if TYPE_CHECKING:
    from licences.book.events import Event

DECIDES = frozenset({"granted", "refused"})
_GIVES_UP = frozenset({"withdrawn", "cancelled", "renewed", "changed", "preparing"})
_COUNTS = DECIDES | {"submitted", "returned", "resubmitted"}


@dataclass(frozen=True, eq=False)
class Cases:
    """The applications for a licence that was not held, of all clients of a book.

    decided: one row each that was granted or refused; ``days`` are the authority's working days, first and last
    counted, without those between ``returned`` and ``resubmitted``; ``returns`` says how often it was sent back,
    ``correction_days`` how many working days that took in all. under_way: one row each that is not decided, with
    its ``days`` so far. Both have ``code``, ``province`` (empty where not told) and ``is_refused``. left_out: by
    code, how many were decided whose days are not known.
    """

    decided: pd.DataFrame
    under_way: pd.DataFrame
    left_out: Mapping[str, int]


@dataclass
class _Round:
    """One application from its submission on; ``paused`` is the day on which it was sent back and lies with the client."""

    code: str
    province: str
    submitted: date
    until: date | None = None
    pauses: list[tuple[date, date]] = field(default_factory=list)
    returns: int = 0
    paused: date | None = None
    is_refused: bool = False


def read_case_events(profiles: pd.DataFrame) -> Iterator[tuple[str, Sequence[Event]]]:
    """For each client of a book the province that it tells, empty for none, and what happened; nothing for others."""
    if CASE_FILE in profiles:
        told: Any = profiles[PROVINCE] if PROVINCE in profiles else [None] * len(profiles)
        for province, file in zip(told, list_case_files(profiles), strict=True):
            yield province if isinstance(province, str) else "", file.events


def list_cases(told: Iterator[tuple[str, Sequence[Event]]], as_of: date) -> Cases:
    """The cases of many clients as they stand at the end of a day.

    A renewal, a change and what was withdrawn are no case: another thing was asked for, or nothing was decided.
    """
    rounds: list[_Round] = []
    left_out: Counter[str] = Counter()
    for province, events in told:
        courses: dict[str, list[Event]] = {}
        for event in events:
            if event.happened_on is None or event.happened_on <= as_of:
                courses.setdefault(event.code, []).append(event)
        for code, course in courses.items():
            if any(event.happened_on is None and event.kind in _COUNTS for event in course):
                left_out[code] += sum(event.kind in DECIDES for event in course)
            else:
                found, without = _follow(code, province, order_events(course))
                rounds += found
                left_out[code] += without
    decided = [one for one in rounds if one.until is not None]
    pending = [one for one in rounds if one.until is None]
    return Cases(_measure(decided, as_of), _measure(pending, as_of), +left_out)


def _follow(code: str, province: str, course: Sequence[Event]) -> tuple[list[_Round], int]:
    """The rounds of one application, and how many decisions had no submission before them."""
    rounds: list[_Round] = []
    without, current, is_held = 0, None, False
    for event in course:
        day = event.happened_on
        if day is None:
            continue
        if event.kind == "submitted":
            current = None if is_held else _Round(code, province, day)
        elif event.kind in _GIVES_UP:
            current = None
        elif event.kind in DECIDES:
            if current is not None:
                current.until, current.is_refused = day, event.kind == "refused"
                rounds.append(current)
            elif not is_held:
                without += 1
            current = None
        elif current is not None and event.kind == "returned":
            current.returns, current.paused = current.returns + 1, day
        elif current is not None and event.kind == "resubmitted" and current.paused:
            current.pauses.append((current.paused, day))
            current.paused = None
        is_held = (is_held or event.kind == "granted") and event.kind != "cancelled"
    return [*rounds, *([current] if current else [])], without


def _measure(rounds: Sequence[_Round], as_of: date) -> pd.DataFrame:
    """Rounds as rows, their days counted all at once; the clock of what lies with the client stands still."""
    ends = [one.until or one.paused or as_of for one in rounds]
    pauses = [(at, *pause) for at, one in enumerate(rounds) for pause in one.pauses]
    away = np.zeros(len(rounds), dtype=np.int64)
    if pauses:
        at, left, back = zip(*pauses, strict=True)
        np.add.at(away, list(at), find_positions(list(back)) - find_positions(list(left)))
    span = find_positions(ends) - find_positions([one.submitted for one in rounds]) + 1
    return pd.DataFrame(
        {
            "code": pd.Series([one.code for one in rounds], dtype=object),
            "province": pd.Series([one.province for one in rounds], dtype=object),
            "days": np.maximum(span - away, 1),
            "returns": np.array([one.returns for one in rounds], dtype=np.int64),
            "correction_days": away,
            "is_refused": np.array([one.is_refused for one in rounds], dtype=np.bool_),
        }
    )
