"""What differs between two answers: licences, the launch, fees, and the facts behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from licences.assessment.holdings import DONE
from licences.assessment.verdicts import NEEDED
from licences.law.working_days import count_working_days
from licences.planning.promise import DATES
from licences.planning.simulation import PROMISED, SHARES

if TYPE_CHECKING:
    from licences.analysis.case import Case
    from licences.planning.forecast import Forecast

LaunchKind = Literal["compared", "of_others", "gone", "done", "new", "again", "opened", "none"]


@dataclass(frozen=True)
class Launch:
    """When the launch of an answer is, and which licences it is of.

    days: one a percentile of the simulation; None where no date can be promised, or nothing is left to obtain.
    likely: by likely times, of what has a date. is_promised: whether dates can be promised. undated: what is required and
    has no date, so that the launch leaves it out. awaited: what is required and not held, dated or not.
    undetermined: what it cannot be told of whether it is needed, and is not held.
    """

    days: tuple[date, date, date] | None
    undated: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()
    undetermined: tuple[str, ...] = ()
    likely: date | None = None
    is_promised: bool = True


@dataclass(frozen=True)
class LaunchMove:
    """How the launch moves from one answer to another.

    kind: ``compared``, both promise dates, or neither and both have a likely day, of the same licences;
    ``of_others``, the same, and what they leave out differs; ``gone``, the old one alone promises dates;
    ``done``, nothing required is left to obtain by the new one; ``new``, the new one alone promises dates;
    ``again``, it does since something is to be obtained again; ``opened``, the new one promises no date, and the
    one has a likely day or nothing to obtain, and the other has not; ``none``, neither has anything.
    days: where compared, the working days by which each percentile moves, or the likely day alone; later is
    positive.
    leaves_out: codes that the new answer requires and cannot date, while the old one left them in, or did
    not require them. leaves_open: codes that the old one waited for, and of which the new one cannot tell
    whether they are needed. takes_in: codes that the old one left out and the new one does not.
    """

    kind: LaunchKind
    days: tuple[int, ...] = ()
    leaves_out: tuple[str, ...] = ()
    leaves_open: tuple[str, ...] = ()
    takes_in: tuple[str, ...] = ()

    @property
    def moved_days(self) -> int | None:
        """The working days by which the day moves that is promised, or the likely day; None where that cannot be told."""
        if self.kind == "none" and not (self.leaves_out or self.leaves_open or self.takes_in):
            return 0  # what neither answer has, for the same reason, has not moved
        if len(self.days) == len(SHARES):
            return self.days[PROMISED]
        return self.days[0] if self.days else None


@dataclass(frozen=True)
class Fees:
    """Official fees of an answer in yuan: what is known added up, and the codes of which an amount is not known.

    fee_cny, yearly_fee_cny: None where no amount is known.
    """

    fee_cny: float | None
    yearly_fee_cny: float | None
    unknown_fees: tuple[str, ...] = ()
    unknown_yearly_fees: tuple[str, ...] = ()

    @property
    def known_cny(self) -> float:
        """What is known, one-off and yearly together."""
        return (self.fee_cny or 0.0) + (self.yearly_fee_cny or 0.0)

    @property
    def unknown(self) -> int:
        """How many amounts are not known."""
        return len(self.unknown_fees) + len(self.unknown_yearly_fees)


@dataclass(frozen=True)
class FeesMove:
    """By how much official fees move, one-off, yearly and together.

    An amount is None where one that it adds up is not known in one of the two answers alone; ``unknown``
    names the licences of these.
    """

    fee_cny: float | None
    yearly_fee_cny: float | None
    unknown: tuple[str, ...] = ()

    @property
    def moved_cny(self) -> float | None:
        """One-off and yearly fees together."""
        if self.fee_cny is None or self.yearly_fee_cny is None:
            return None
        return round(self.fee_cny + self.yearly_fee_cny, 2)


@dataclass(frozen=True)
class Comparison:
    """What one answer has and the other has not.

    gained, lost: codes that are needed (required, recommended or optional) in one alone. changed:
    other codes with the old and the new verdict. facts: the fields told differently. launches, fees: of
    the old and the new answer; fees of what is to be obtained and is held.
    """

    gained: tuple[str, ...]
    lost: tuple[str, ...]
    changed: tuple[tuple[str, str, str], ...]
    facts: tuple[str, ...]
    launches: tuple[Launch, Launch]
    fees: tuple[Fees, Fees]

    @property
    def launch_move(self) -> LaunchMove:
        return find_launch_move(*self.launches)

    @property
    def fees_move(self) -> FeesMove:
        return find_fees_move(*self.fees)


def compare_cases(old: Case, new: Case) -> Comparison:
    """The differences between two answers, which may be of other facts, another day or another law."""
    before, after = ({code: one.verdict for code, one in case.findings.items()} for case in (old, new))
    codes = [*after, *(code for code in before if code not in after)]
    verdicts = {
        code: (before.get(code, "not_needed"), after.get(code, "not_needed"))
        for code in codes
        if before.get(code, "not_needed") != after.get(code, "not_needed")
    }
    gained = tuple(code for code, (was, now) in verdicts.items() if now in NEEDED and was not in NEEDED)
    lost = tuple(code for code, (was, now) in verdicts.items() if was in NEEDED and now not in NEEDED)
    return Comparison(
        gained=gained,
        lost=lost,
        changed=tuple((code, *pair) for code, pair in verdicts.items() if code not in {*gained, *lost}),
        facts=tuple(name for name in new.profile if new.profile[name] != old.profile.get(name)),
        launches=(find_launch(old.forecast), find_launch(new.forecast)),
        fees=(find_fees(old.forecast), find_fees(new.forecast)),
    )


def find_launch(forecast: Forecast, at: int = 0) -> Launch:
    """The launch of a forecast, or of a later stage of it, and which licences it is of."""
    plan = forecast.plan
    stage = plan.stages[at]
    still = {code: verdict for code, verdict in stage.verdicts.items() if plan.statuses.get(code) not in DONE}
    is_promised = forecast.kinds[at] == DATES
    return Launch(
        days=forecast.simulation.launches[at] if is_promised else None,
        likely=stage.launch,
        is_promised=is_promised,
        undated=tuple(
            step.code for step in plan.steps if step.finish is None and step.code in stage.required
        ),
        awaited=tuple(code for code, verdict in still.items() if verdict == "required"),
        undetermined=tuple(code for code, verdict in still.items() if verdict == "undetermined"),
    )


def find_launch_move(old: Launch, new: Launch) -> LaunchMove:
    """How the launch moves; not a number where the two are not of the same licences.

    They are of the same where the new one leaves out what the old one left out. What it cannot be told of
    any more whether it is needed is left out too, so that a launch is not called earlier for an answer that
    is missing. What could not be told before and is required now is no such reason: the launch is later.
    """
    opened = [code for code in old.awaited if code in new.undetermined]
    leaves_out = _subtract(new.undated, old.undated)
    leaves_open = _subtract(opened, old.undated)
    takes_in = _subtract(old.undated, (*new.undated, *opened))
    days: tuple[int, ...] = ()
    kind: LaunchKind = "none"
    was, now = _list_days(old), _list_days(new)
    if len(was) == len(now) > 0:
        kind = "of_others" if leaves_out or leaves_open or takes_in else "compared"
        if kind == "compared":
            days = tuple(count_working_days(was, now).tolist())
    elif new.days:
        kind = "again" if old.is_promised else "new"
    elif new.is_promised:
        kind = "done" if was else "none"
    elif old.days:
        kind = "gone"
    elif old.is_promised or was or now:
        kind = "opened"
    return LaunchMove(kind, days, leaves_out, leaves_open, takes_in)


def _list_days(launch: Launch) -> tuple[date, ...]:
    return launch.days or ((launch.likely,) if launch.likely and not launch.is_promised else ())


def find_fees(forecast: Forecast) -> Fees:
    """The official fees of a forecast, over all phases."""
    costs = forecast.costs
    return Fees(
        fee_cny=_add(cost.fee_cny for cost in costs),
        yearly_fee_cny=_add(cost.yearly_fee_cny for cost in costs),
        unknown_fees=tuple(code for cost in costs for code in cost.unknown_fees),
        unknown_yearly_fees=tuple(code for cost in costs for code in cost.unknown_yearly_fees),
    )


def find_fees_move(old: Fees, new: Fees) -> FeesMove:
    """By how much fees move; what is not known in both answers alike moves nothing."""
    fees, unknown = _find_move(old.fee_cny, new.fee_cny, old.unknown_fees, new.unknown_fees)
    yearly, unknown_yearly = _find_move(
        old.yearly_fee_cny, new.yearly_fee_cny, old.unknown_yearly_fees, new.unknown_yearly_fees
    )
    return FeesMove(fees, yearly, tuple(dict.fromkeys((*unknown, *unknown_yearly))))


def _find_move(
    old: float | None, new: float | None, was_unknown: Iterable[str], is_unknown: Iterable[str]
) -> tuple[float | None, tuple[str, ...]]:
    """By how much an amount moves, and the codes of which it is not known in one of the two alone."""
    was, now = Counter(was_unknown), Counter(is_unknown)
    differ = (*(now - was).elements(), *(was - now).elements())
    return None if differ else round((new or 0.0) - (old or 0.0), 2), differ


def _subtract(codes: Iterable[str], others: Collection[str]) -> tuple[str, ...]:
    return tuple(code for code in codes if code not in others)


def _add(amounts: Iterable[float | None]) -> float | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None
