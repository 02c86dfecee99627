"""Times of a firm's own: estimated from its cases, pulled towards the catalogue's where the cases are few.

The logarithm of the working days is taken to be normal, with mean and variance unknown. What is known of them
before is the normal-inverse-chi-square distribution that has mean and variance of the catalogue's own times and counts as
``PRIOR_CASES`` cases for the mean, and ``PRIOR_FREEDOM`` for the variance. What is to be expected of the next case
is then a Student distribution of the logarithm. An application still under way has taken at least its days so far:
it enters with what is to be expected beyond them, and adds nothing to how many cases there are. The chance of being
sent back has a beta distribution before, with the catalogue's chance as its mean, worth ``CHANCE_CASES``.

Source: Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., sections 2.4 and 3.3; Dempster, Laird and Rubin
(1977), Journal of the Royal Statistical Society B 39(1), 1-38, for what is under way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from licences.law.durations import (
    OWN_CASES,
    WORKING_SHARE,
    Correction,
    Duration,
    OwnTime,
    find_chances,
    find_duration,
    find_limit,
    read_corrections,
)
from licences.law.rows import find_in_force
from licences.rules.case_files import CASE_FILE

if TYPE_CHECKING:
    from licences.law.own_cases import Cases

FEWEST = 3  # cases from which on a licence, or a province, has times of its own
PRIOR_CASES, PRIOR_FREEDOM = 1.0, 3.0
LEAST_SPREAD = 0.25  # of the logarithm: a catalogue that names one number is not that sure
CHANCE_CASES = 4.0
SHARES = (0.1, 0.5, 0.9)
FORGOTTEN = 3.0  # under way for so many times the longest case: rather an end that nobody recorded
MOST_DAYS = 2_000
_ROUNDS = 30
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class OwnTimes:
    """What the cases of a book say: by province (empty for all places) and code. From ``FEWEST`` cases on each."""

    by_place: Mapping[tuple[str, str], OwnTime] = field(default_factory=dict)

    def find(self, code: str, province: str = "") -> OwnTime | None:
        """The firm's own time of a licence in a province, or in all places."""
        return self.by_place.get((province, code))

    @cached_property
    def provinces(self) -> frozenset[str]:
        """The provinces with times of their own."""
        return frozenset(place for place, _ in self.by_place if place)

    def list_codes(self, province: str) -> list[str]:
        """The licences that have an own time in a province."""
        return [code for place, code in self.by_place if place == province]


NO_OWN_TIMES = OwnTimes()


@dataclass(frozen=True, eq=False)
class Belief:
    """What is believed of the logarithm of the days of some licences, a place of each array a licence.

    centre, spread: of the logarithm. weight, freedom: how many cases the centre and the spread are worth.
    """

    centre: Floats
    spread: Floats
    weight: Floats
    freedom: Floats

    def predict(self, shares: Sequence[float] = SHARES) -> Floats:
        """The percentiles of the working days of a next case, a row a licence."""
        from scipy.special import stdtrit

        scale = self.spread * np.sqrt(1 + 1 / self.weight)
        lots = stdtrit(self.freedom[:, None], np.asarray(shares))
        days: Floats = np.exp(np.minimum(self.centre[:, None] + scale[:, None] * lots, np.log(MOST_DAYS)))
        return days

    def weaken(self) -> Belief:
        """The same centre and spread, as what is known before other cases."""
        return Belief(self.centre, self.spread, *_weigh_prior(len(self.centre)))


def _weigh_prior(count: int) -> tuple[Floats, Floats]:
    return np.full(count, PRIOR_CASES), np.full(count, PRIOR_FREEDOM)


def make_prior(times: Sequence[Duration | None], own_centres: Floats) -> Belief:
    """What the catalogue says of some licences.

    own_centres: the mean logarithm of the firm's cases, which stands in where the catalogue says nothing.
    """
    said = [_find_moments(*_in_working_days(one)) if one else (np.nan, 2 * LEAST_SPREAD) for one in times]
    centre, spread = np.array(said, dtype=np.float64).reshape(-1, 2).T
    centre = np.where(np.isnan(centre), own_centres, centre)
    return Belief(centre, np.maximum(spread, LEAST_SPREAD), *_weigh_prior(len(times)))


def _in_working_days(time: Duration) -> tuple[int, int, int]:
    """The three points of a catalogue's time, none beyond the limit of the law."""
    share = 1.0 if time.unit == "working" else WORKING_SHARE
    points = [one * share for one in (time.shortest_days, time.likely_days, time.longest_days)]
    if time.limit_days is not None:
        limit = time.limit_days * (1.0 if time.limit_unit == "working" else WORKING_SHARE)
        points = [min(one, limit) for one in points]
    shortest, likely, longest = map(round, points)
    return shortest, likely, longest


@lru_cache(maxsize=1024)
def _find_moments(shortest: int, likely: int, longest: int) -> tuple[float, float]:
    """Mean and standard deviation of the logarithm of a time of three points; no time counts as a day."""
    chances = find_chances(shortest, likely, longest)
    logs = np.log(np.maximum(shortest + np.arange(len(chances)), 1))
    mean = float(chances @ logs)
    return mean, float(np.sqrt(chances @ (logs - mean) ** 2))


def learn(
    prior: Belief, at: Sequence[int], days: Any, waits_at: Sequence[int] = (), waited: Any = ()
) -> Belief:
    """What is believed of licences once cases are known.

    at: the licence of each decided case; days: its working days. waits_at, waited: the same of applications under
    way, which have taken so many days so far.
    """
    count, logs = len(prior.centre), np.log(np.maximum(np.asarray(days, dtype=np.float64), 1))
    known_at, open_at = np.asarray(at, dtype=np.int64), np.asarray(waits_at, dtype=np.int64)
    so_far = np.log(np.maximum(np.asarray(waited, dtype=np.float64), 1))

    def total(where: Any, numbers: Any = None) -> Floats:
        return np.bincount(where, numbers, minlength=count).astype(np.float64)

    cases, every = total(known_at), total(known_at) + total(open_at)
    weight, freedom = prior.weight + cases, prior.freedom + cases
    centre, spread = prior.centre, prior.spread
    for _ in range(_ROUNDS if len(open_at) else 1):
        first, second = _expect_beyond(so_far, centre[open_at], spread[open_at])
        mean = (total(known_at, logs) + total(open_at, first)) / np.maximum(every, 1)
        squares = (total(known_at, logs**2) + total(open_at, second)) / np.maximum(every, 1)
        varied = np.maximum(squares - mean**2, 0)
        pulled = (prior.weight * prior.centre + cases * mean) / weight
        away = prior.weight * cases / weight * (mean - prior.centre) ** 2
        wide = np.sqrt((prior.freedom * prior.spread**2 + cases * varied + away) / freedom)
        centre, spread = np.where(cases > 0, pulled, prior.centre), np.where(cases > 0, wide, prior.spread)
    return Belief(centre, spread, weight, freedom)


def _expect_beyond(so_far: Floats, centre: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """The mean and the mean square of a normal number of which it is known that it lies beyond another."""
    from scipy.special import log_ndtr

    lots = (so_far - centre) / spread
    ratio = np.exp(-0.5 * lots**2 - 0.5 * np.log(2 * np.pi) - log_ndtr(-lots))
    mean = centre + spread * ratio
    return mean, centre**2 + spread**2 + spread * ratio * (centre + so_far)


def make_own_times(rows: pd.DataFrame, corrections: pd.DataFrame, cases: Cases, as_of: date) -> OwnTimes:
    """The times of a firm's own of the licences of which it has ``FEWEST`` cases or more, and of provinces that have.

    rows, corrections: of the catalogue, of which the rows in force on ``as_of`` count.
    """
    decided = cases.decided
    counts = decided.groupby("code").size()
    in_force = find_in_force(rows, as_of)
    codes = [str(code) for code in counts.index[counts >= FEWEST] if code in in_force.index]
    if not codes:
        return NO_OWN_TIMES
    by_kind = read_corrections(corrections)
    told = in_force.loc[codes].to_dict("records")
    rounds = [by_kind[str(row["kind"])] for row in told]
    times = [find_duration(row, one) for row, one in zip(told, rounds, strict=True)]
    decided = decided[decided["code"].isin(codes)]
    waiting = drop_forgotten(cases)
    prior = make_prior(times, np.log(decided["days"]).groupby(decided["code"]).mean()[codes].to_numpy())
    everywhere = _estimate("", codes, prior, rounds, decided, waiting)
    found = {("", code): one for code, one in zip(codes, everywhere, strict=True)}
    here = decided[decided["province"] != ""].groupby(["province", "code"]).size()
    for province, sizes in here[here >= FEWEST].groupby(level="province"):
        own = [str(code) for code in sizes.index.get_level_values("code")]
        at = [codes.index(code) for code in own]
        chosen = Belief(*(part[at] for part in (prior.centre, prior.spread, prior.weight, prior.freedom)))
        is_there, waits_there = decided["province"] == province, waiting["province"] == province
        others = _learn_from(chosen, own, decided[~is_there], waiting[~waits_there]).weaken()
        there = _estimate(
            str(province), own, others, [rounds[one] for one in at], decided[is_there], waiting[waits_there]
        )
        found |= {(str(province), code): one for code, one in zip(own, there, strict=True)}
    return OwnTimes(found)


def drop_forgotten(cases: Cases) -> pd.DataFrame:
    """What is under way, without what has been so for so long that its end was rather not recorded.

    That is more than ``FORGOTTEN`` times the longest decided case of the licence; without one nothing is dropped.
    """
    most = FORGOTTEN * cases.decided.groupby("code")["days"].max().astype(np.float64)
    limits = cases.under_way["code"].map(most).fillna(np.inf)
    return cases.under_way[cases.under_way["days"] <= limits]


def _learn_from(prior: Belief, codes: Sequence[str], decided: pd.DataFrame, waiting: pd.DataFrame) -> Belief:
    places = {code: at for at, code in enumerate(codes)}
    known, open_ones = (frame[frame["code"].isin(codes)] for frame in (decided, waiting))
    at, open_at = ([places[code] for code in frame["code"]] for frame in (known, open_ones))
    return learn(prior, at, known["days"], open_at, open_ones["days"])


def _estimate(
    province: str,
    codes: Sequence[str],
    prior: Belief,
    rounds: Sequence[Correction],
    decided: pd.DataFrame,
    waiting: pd.DataFrame,
) -> list[OwnTime]:
    """The own time of each licence in a place; rounds: how often and how long the catalogue has it sent back."""
    expected = _learn_from(prior, codes, decided, waiting).predict()
    of_code = decided.groupby("code")
    found = []
    for at, code in enumerate(codes):
        own = of_code.get_group(code)
        sent_back = own.loc[own["returns"] > 0, "correction_days"]
        count, returned = len(own), len(sent_back)
        found.append(
            OwnTime(
                cases=count,
                median_days=float(own["days"].median()),
                p80_days=float(own["days"].quantile(0.8)),
                days=_take_three(expected[at]),
                returned=returned,
                chance=round((CHANCE_CASES * rounds[at].chance + returned) / (CHANCE_CASES + count), 4),
                correction_days=_expect_correction(rounds[at], sent_back) if returned >= FEWEST else None,
                province=province,
            )
        )
    return found


def _expect_correction(said: Correction, days: pd.Series) -> tuple[float, float, float]:
    """The percentiles of the working days for which papers are away, by the same estimate."""
    centre, spread = _find_moments(*said.days)
    belief = Belief(
        np.array([centre]), np.array([max(spread, LEAST_SPREAD)]), *_weigh_prior(1)
    )  # of one licence
    return _take_three(learn(belief, [0] * len(days), days).predict()[0])


def _take_three(percentiles: Floats) -> tuple[float, float, float]:
    early, middle, late = (round(float(one), 4) for one in percentiles)
    return early, middle, late


@lru_cache(maxsize=1024)
def find_three_points(days: tuple[float, float, float]) -> tuple[int, int, int]:
    """Shortest, likely and longest days whose beta distribution has the 10th and 90th of these percentiles.

    The likely time is the 50th. Both others are met to the day, but for times of a few days, of which the shortest
    is one.
    """
    early, middle, late = days
    leans, lows, highs = _tabulate_shapes()
    place = (middle - early) / max(late - early, 1e-9)
    lean = float(np.interp(0, leans - lows - place * (highs - lows), leans))
    low, high = (float(np.interp(lean, leans, one)) for one in (lows, highs))
    spread = (late - early) / (high - low)
    shortest = early - low * spread
    if shortest < 1:
        shortest = min(1.0, early)
        spread = (late - shortest) / high
    first, likely, last = (max(round(one), 1) for one in (shortest, middle, shortest + spread))
    return min(first, likely), likely, min(max(likely, last), MOST_DAYS)


@lru_cache(maxsize=1)
def _tabulate_shapes() -> tuple[Floats, Floats, Floats]:
    """Where the likely time lies between shortest and longest, 0 to 1; the 10th and the 90th percentile that follow."""
    from scipy.special import betaincinv

    leans = np.linspace(0, 1, 201)
    low, high = (betaincinv(1 + 4 * leans, 5 - 4 * leans, share) for share in (SHARES[0], SHARES[-1]))
    return leans, low, high


def lay_over(row: Mapping[Any, Any], correction: Correction, own: OwnTime | None) -> Duration | None:
    """The duration of a row of the catalogue, or that of the firm's own cases where it has any.

    A limit of the law that is a ceiling of the catalogue's time stays one, where the own likely time keeps it too.
    """
    said = find_duration(row, correction)
    if own is None:
        return said
    shortest, likely, longest = find_three_points(own.days)
    limit, limit_unit = find_limit(row, likely, "working")
    is_ceiling = said is not None and said.limit_days is not None
    days, basis = correction.days, correction.basis
    if own.correction_days:
        days, basis = find_three_points(own.correction_days), OWN_CASES
    return Duration(
        shortest_days=shortest,
        likely_days=likely,
        longest_days=longest,
        unit="working",
        basis=OWN_CASES,
        spread_basis=OWN_CASES,
        limit_days=limit if is_ceiling else None,
        limit_unit=limit_unit,
        correction=replace(correction, chance=own.chance, days=days, basis=basis),
        own=own,
    )


def estimate_own_times(
    rows: pd.DataFrame, corrections: pd.DataFrame, profiles: pd.DataFrame, as_of: date
) -> OwnTimes:
    """The times of a firm's own from all clients of its book; none where the clients are of no book."""
    if CASE_FILE not in profiles:
        return NO_OWN_TIMES
    from licences.law.own_cases import list_cases, read_case_events

    return make_own_times(rows, corrections, list_cases(read_case_events(profiles), as_of), as_of)
