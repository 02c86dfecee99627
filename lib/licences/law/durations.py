"""Duration of a licence, how sure that is, and what the law allows at most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

GROUNDS = ("estimate", "override", "experience", "own_cases", "secondary", "rule_text")
OWN_CASES = "own_cases"
LEVELS = 2**16
WORKING_SHARE = 5 / 7  # of calendar days, where holidays are left out of account


@dataclass(frozen=True)
class Correction:
    """The round in which an authority sends papers back: its clock stands still until they return.

    chance: 0 to 1. days: shortest, likely and longest, in working days.

    Source: Administrative Licensing Law, art. 32 (all corrections are named at once, so there is
    one round) and art. 45 (such time is outside the limit). How often and how long is an estimate.
    """

    chance: float = 0.0
    days: tuple[int, int, int] = (0, 0, 0)
    basis: str = "estimate"


@dataclass(frozen=True)
class OwnTime:
    """What the firm's own cases say of one licence, in all places or in a province; see ``law.own_times``.

    cases: how many an authority decided. median_days, p80_days: of these alone, in working days. days: the 10th,
    50th and 90th percentile of what is to be expected, pulled towards the catalogue's time. returned: how many
    cases were sent back at least once; chance: how likely that is, pulled likewise; correction_days: as ``days``,
    of the time that such a case was away, None where these are too few.
    """

    cases: int
    median_days: float
    p80_days: float
    days: tuple[float, float, float]
    returned: int
    chance: float
    correction_days: tuple[float, float, float] | None = None
    province: str = ""


@dataclass(frozen=True)
class Duration:
    """Days from a complete submission to the result, first and last day counted.

    basis: the ground of the likely time. spread_basis: the weakest ground of all three. limit_days:
    the time limit of the law, where it can bind. is_one_sided: the shortest or the longest time is
    not known, the likely one stands for it, and the spread is understated. own: the firm's own cases where the
    times follow from them.
    """

    shortest_days: int
    likely_days: int
    longest_days: int
    unit: str
    basis: str
    spread_basis: str
    is_one_sided: bool = False
    limit_days: int | None = None
    limit_unit: str = "working"
    correction: Correction = Correction()
    own: OwnTime | None = None

    @property
    def takes_time(self) -> bool:
        """Whether anything is waited for: a duty that is met on the day, or after the opening, takes none."""
        return self.longest_days > 0


def find_duration(row: Mapping[Any, Any], correction: Correction = Correction()) -> Duration | None:
    """The duration that a row of the catalogue states; None where it states neither time nor limit.

    Where no likely time is known the law's limit stands for it. A limit shorter than the likely time
    is no ceiling: what the sources call usual then holds more than the authority's own clock.
    """
    times = {name: None if pd.isna(row[name]) else int(row[name]) for name in _TIMES}
    likely, unit, basis = times["days_likely"], str(row["days_unit"]), str(row["days_likely_basis"])
    limit, limit_unit = times["statutory_days"], str(row["statutory_days_unit"])
    if likely is None:
        if limit is None:
            return None
        likely, basis = limit, str(row["statutory_days_basis"])
        if times["days_min"] is None and times["days_max"] is None:
            unit = limit_unit
    shortest, longest = times["days_min"], times["days_max"]
    grounds = [
        basis,
        *(str(row[f"{name}_basis"]) for name in ("days_min", "days_max") if times[name] is not None),
    ]
    binding, limit_unit = find_limit(row, likely, unit)
    return Duration(
        shortest_days=min(likely, likely if shortest is None else shortest),
        likely_days=likely,
        longest_days=max(likely, likely if longest is None else longest),
        unit=unit,
        basis=basis,
        spread_basis=find_weakest(grounds),
        is_one_sided=shortest is None or longest is None,
        limit_days=binding,
        limit_unit=limit_unit,
        correction=correction,
    )


def find_limit(row: Mapping[Any, Any], likely: int, unit: str) -> tuple[int | None, str]:
    """The time limit of the law with its unit where it can bind, that is where it is no shorter than the likely time."""
    limit, limit_unit = row["statutory_days"], str(row["statutory_days_unit"])
    if pd.isna(limit) or _in_working_days(int(limit), limit_unit) < _in_working_days(likely, unit):
        return None, limit_unit
    return int(limit), limit_unit


def find_weakest(grounds: Iterable[str]) -> str:
    """The weakest of some grounds; ``rule_text`` where there is none to doubt."""
    return min(grounds, key=GROUNDS.index, default=GROUNDS[-1])


_TIMES = ("days_min", "days_likely", "days_max", "statutory_days")


_known: dict[tuple[int, int, int], NDArray[np.float64]] = {}


def _in_working_days(days: int, unit: str) -> float:
    return days if unit == "working" else days * WORKING_SHARE


def read_corrections(corrections: pd.DataFrame) -> dict[str, Correction]:
    """The rows of ``corrections.csv`` by the kind of licence."""
    return {
        str(row["kind"]): Correction(
            row["chance_percent"] / 100,
            (row["days_min"], row["days_likely"], row["days_max"]),
            str(row["basis"]),
        )
        for row in corrections.to_dict("records")
    }


def find_chances(shortest: int, likely: int, longest: int) -> NDArray[np.float64]:
    """The chance of each whole day from ``shortest`` to ``longest``: float64, summing to 1.

    The beta distribution of the three-point method. What falls between two days is shared between
    them so that the mean stays (shortest + 4 likely + longest) / 6.
    Source: Malcolm et al. (1959), Operations Research 7(5), 646-669.
    """
    times = shortest, likely, longest
    if times not in _known:
        _known[times] = _work_out_chances(*times)
    return _known[times]


def _work_out_chances(shortest: int, likely: int, longest: int) -> NDArray[np.float64]:
    if shortest == longest:
        return np.ones(1)
    from scipy.special import betainc

    spread = longest - shortest
    rising = 1 + 4 * (likely - shortest) / spread
    falling = 1 + 4 * (longest - likely) / spread
    days = np.arange(spread + 1)
    between = np.diff(betainc(rising, falling, days / spread))
    moments = np.diff(betainc(rising + 1, falling, days / spread)) * spread * rising / (rising + falling)
    to_the_later = np.clip(moments - days[:-1] * between, 0, between)
    chances: NDArray[np.float64] = np.append(between - to_the_later, 0) + np.append(0, to_the_later)
    return chances


def know_chances(chances: Mapping[tuple[int, int, int], NDArray[np.float64]]) -> None:
    """Takes over what ``find_chances`` returned in another process; SciPy is then imported only for other times."""
    _known.update(chances)


@lru_cache(maxsize=1024)
def make_day_levels(shortest: int, likely: int, longest: int) -> NDArray[np.int16]:
    """The distribution as a table of LEVELS equally likely numbers of days, ascending, int16.

    A 16-bit random number picks from it, which is what makes a hundred thousand draws cheap.
    """
    until = np.cumsum(find_chances(shortest, likely, longest))
    reached = np.append(np.floor(until[:-1] * LEVELS + 0.5), LEVELS).astype(np.int64)
    return np.repeat(np.arange(shortest, longest + 1, dtype=np.int16), np.diff(reached, prepend=0))


@lru_cache(maxsize=1024)
def make_correction_levels(correction: Correction) -> NDArray[np.int16]:
    """The working days that a correction round adds, as LEVELS equally likely numbers, ascending, int16."""
    rounds = round(correction.chance * LEVELS)
    added = make_day_levels(*correction.days)[np.linspace(0, LEVELS - 1, rounds).astype(np.int64)]
    return np.concatenate([np.zeros(LEVELS - rounds, dtype=np.int16), added])
