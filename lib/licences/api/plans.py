"""Plans for an analyst: in what order, by when, how sure, as objects to look into and as tidy frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from licences.api.answers import Answer
from licences.api.days import Day, read_day
from licences.errors import UnknownNameError
from licences.law.in_force import LawInForce
from licences.law.working_days import find_usual_start
from licences.planning.forecast import Forecast, PlanOptions, make_forecasts
from licences.planning.promise import Promise
from licences.planning.sensitivity import find_sensitivities
from licences.planning.simulation import SHARES
from licences.planning.stages import StagePlan
from licences.words.deadlines import say_duty
from licences.words.labels import label_value
from licences.words.plan_json import PlanJson, describe_plan
from licences.words.plans import view_steps

_DATES = (
    "start", "submit_on", "finish", "latest_start", "latest_submit_on", "latest_finish", "finish_p50", "finish_p80",
    "finish_p90", "begins_on", "not_before", "likely", "p50", "p80", "p90", "expires_on", "renew_from", "renew_by",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class ClientPlan:
    """One client's plan: its promise, launch, steps, deadlines and fees.

    Attributes
    ----------
    client, name : str
    promise : Promise
        Whether dates can be promised: its ``kind`` (``dates``, ``not_before``, ``none``), the day ``not_before``
        and the ``reasons`` against it, each with ``codes`` and ``fields``. As text: ``as_json()["promise"]["text"]``.
    launch : tuple of three dates or None
        By when every required step is done in 50, 80 and 90 percent of the draws; None where no date can be
        promised, or nothing is left to obtain.
    left_out : tuple of str
        What is required and cannot be dated; the launch leaves it out.
    stages : tuple of StagePlan
        Of a client told in stages the present and what is to come, each with its own launch and promise; of any other
        none. ``launch`` and ``left_out`` are those of the present.

    Examples
    --------
    >>> import licences as lc
    >>> answer = lc.assess(lc.read_clients(), as_of="2026-11-23", language="en")
    >>> plans = lc.plan(answer, start="2026-11-24")
    >>> plans["hello-hall"].launch[1].isoformat()
    '2027-04-19'
    >>> promise = plans["wander-work"].promise
    >>> promise.kind, promise.not_before.isoformat(), promise.reasons[0]
    ('not_before', '2027-05-25', Reason(kind='undated', codes=('SECURITY_ASSESSMENT',), fields=()))
    >>> plans["wander-work"].steps["code"].tolist()[:2]
    ['INCIDENT_REPORT', 'PLATFORM_RULES']
    """

    client: str
    name: str
    forecast: Forecast

    @property
    def promise(self) -> Promise:
        return self.forecast.promise

    @property
    def launch(self) -> tuple[date, date, date] | None:
        return self.forecast.launch

    @property
    def left_out(self) -> tuple[str, ...]:
        return self.forecast.left_out

    @property
    def stages(self) -> tuple[StagePlan, ...]:
        return self.forecast.stages

    @cached_property
    def steps(self) -> pd.DataFrame:
        """The steps in the plan's order; see ``Plans.frame``."""
        return _make_frame(self._list_steps())

    @cached_property
    def deadlines(self) -> pd.DataFrame:
        """What falls due in two years; see ``Plans.deadlines``."""
        return _make_frame(self._list_deadlines())

    @cached_property
    def fees(self) -> pd.DataFrame:
        """The fees, phase by phase; see ``Plans.fees``."""
        return _make_frame(self._list_fees())

    @cached_property
    def assumptions(self) -> pd.DataFrame:
        """By how much the launch moves with each time; see ``Plans.assumptions``."""
        return _make_frame(self._list_assumptions())

    def as_json(self) -> PlanJson:
        """The plan as ``licences plan --json`` prints it."""
        return describe_plan(self.forecast)

    @property
    def _law(self) -> LawInForce:
        return self.forecast.plan.law

    def _name_licence(self, code: str) -> dict[str, Any]:
        entry = self._law.entries[code]
        return {
            "client": self.client,
            "client_name": self.name,
            "code": code,
            "licence": entry.name,
            "official_name": entry.official_name,
        }

    def _list_launch(self) -> dict[str, Any]:
        p50, p80, p90 = self.launch or (None, None, None)
        forecast = self.forecast
        return {
            "client": self.client,
            "client_name": self.name,
            "promise": self.promise.kind,
            "not_before": self.promise.not_before,
            "likely": forecast.plan.launch,
            "p50": p50,
            "p80": p80,
            "p90": p90,
            "basis": forecast.basis if forecast.plan.launch else None,
            "decided_by": forecast.decided_by if self.launch else None,
            "left_out": list(self.left_out),
        }

    def _list_steps(self) -> Iterator[dict[str, Any]]:
        finishes = self.forecast.simulation.finishes
        for view in view_steps(self.forecast):
            step = view["step"]
            days = finishes.get(step.code, (None,) * len(SHARES))
            yield {
                **self._name_licence(step.code),
                "verdict": step.verdict,
                "phase": step.phase,
                "phase_label": view["phase"],
                "start": step.start,
                "submit_on": step.submit_on,
                "finish": step.finish,
                "latest_start": step.latest_start,
                "latest_submit_on": step.latest_submit_on,
                "latest_finish": step.latest_finish,
                "slack_days": step.slack_days,
                **({"begins_on": step.begins_on} if self.forecast.plan.is_staged else {}),
                **{f"finish_p{share:.0%}".rstrip("%"): day for share, day in zip(SHARES, days, strict=True)},
                "is_on_path": view["on_path"],
                "requires": list(step.requires),
                "basis": step.basis,
                "basis_label": view["basis"],
                "obstacle": step.obstacle.kind if step.obstacle else None,
                "blocked_by": view["blocked_by"],
            }

    def _list_deadlines(self) -> Iterator[dict[str, Any]]:
        for event in self.forecast.renewals:
            yield {
                **self._name_licence(event.code),
                "kind": "renewal" if event.is_renewal else "duty",
                "expires_on": event.expires_on,
                "renew_from": event.renew_from,
                "renew_by": event.renew_by,
                "days_left": (event.renew_by - self._law.as_of).days,
                "duty": say_duty(event, self._law.language),
                "is_planned": event.is_planned,
                "basis": event.basis,
            }

    def _list_fees(self) -> Iterator[dict[str, Any]]:
        for cost in self.forecast.costs:
            yield {
                "client": self.client,
                "client_name": self.name,
                "phase": cost.phase,
                "phase_label": label_value("phase", cost.phase, self._law.language),
                "fee_cny": cost.fee_cny,
                "yearly_fee_cny": cost.yearly_fee_cny,
                "market_min_cny": cost.market_min_cny,
                "market_max_cny": cost.market_max_cny,
                "our_fee_cny": cost.our_fee_cny,
                "unknown_fees": list(cost.unknown_fees),
                "unknown_yearly_fees": list(cost.unknown_yearly_fees),
                "unknown_market": list(cost.unknown_market),
            }

    def _list_assumptions(self) -> Iterator[dict[str, Any]]:
        for one in find_sensitivities(self.forecast.plan):
            yield {
                **self._name_licence(one.code),
                "preparation_days_min": one.preparation.shortest_days,
                "preparation_days_likely": one.preparation.likely_days,
                "preparation_days_max": one.preparation.longest_days,
                "days_min": one.duration.shortest_days,
                "days_likely": one.duration.likely_days,
                "days_max": one.duration.longest_days,
                "days_unit": one.duration.unit,
                "basis": one.duration.spread_basis,
                "launch_earlier_days": one.earlier_days,
                "launch_later_days": one.later_days,
            }


@dataclass(frozen=True, eq=False)
class Plans:
    """The plans of many clients; ``plans["shop"]`` is one of them.

    Examples
    --------
    >>> import licences as lc
    >>> answer = lc.assess(lc.read_clients(), as_of="2026-11-23", language="en")
    >>> plans = lc.plan(answer, start="2026-11-24")
    >>> plans.launches["promise"].value_counts().to_dict()
    {'not_before': 19, 'dates': 7}
    >>> plans.assumptions.columns.tolist()[-2:]
    ['launch_earlier_days', 'launch_later_days']
    """

    by_client: dict[str, ClientPlan]

    def __getitem__(self, client: str) -> ClientPlan:
        if client not in self.by_client:
            raise UnknownNameError("client", client, self.by_client)
        return self.by_client[client]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_client)

    def __len__(self) -> int:
        return len(self.by_client)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row a client and step: verdict, phase, dates, slack_days (working days), percentiles, basis.

        start: of its preparation; submit_on: to the authority. finish_p50 and so on: of the step alone, also where
        no launch can be promised. begins_on: of clients told in stages the first day of the stage that needs it,
        missing where the present does; there is no such column where no client is. obstacle:
        ``fails_condition``, ``waits_for`` or ``undated`` where something holds it up, and blocked_by
        says what in words.
        """
        return self._gather(lambda one: one._list_steps())  # noqa: SLF001 - both are this module's

    @cached_property
    def launches(self) -> pd.DataFrame:
        """One row a client: promise (its kind), not_before, likely launch, p50, p80, p90, decided_by, left_out."""
        return _make_frame(one._list_launch() for one in self.by_client.values())  # noqa: SLF001

    @cached_property
    def deadlines(self) -> pd.DataFrame:
        """One row a renewal or duty that falls due: its kind, first and last day, days_left (calendar days), and whether it is planned."""
        return self._gather(lambda one: one._list_deadlines())  # noqa: SLF001

    @cached_property
    def fees(self) -> pd.DataFrame:
        """One row a client and phase: official fees, market prices and the firm's own fees in yuan, missing where no amount is known."""
        return self._gather(lambda one: one._list_fees())  # noqa: SLF001

    @cached_property
    def assumptions(self) -> pd.DataFrame:
        """One row a client and dated step: by how many working days its times alone move the launch.

        launch_earlier_days with the shortest preparation and duration (zero or less), launch_later_days with
        the longest. preparation_days_ are working days, days_ are in days_unit.
        """
        return self._gather(lambda one: one._list_assumptions())  # noqa: SLF001

    def _gather(self, read: Any) -> pd.DataFrame:
        return _make_frame(row for one in self.by_client.values() for row in read(one))


def plan(
    answer: Answer,
    *,
    start: Day | None = None,
    include: Iterable[str] = (),
    capacity: int | None = None,
    seed: int = 0,
    prepares: bool = True,
) -> Plans:
    """In what order each client obtains what it needs, by when, and how sure that is.

    Parameters
    ----------
    answer : Answer
        What ``assess`` gave.
    start : date or ISO text, optional
        The first day of work; the next working day after the answer's by default.
    include : iterable of {"recommended", "optional"}
        Verdicts to plan for beside ``required``.
    capacity : int, optional
        How many applications are prepared at a time; no limit by default.
    seed : int
        Of the simulation; the same seed gives the same dates.
    prepares : bool
        Whether applications are prepared first; False where all papers are complete at the start.

    Raises
    ------
    LicencesError
        Where the calendar cannot plan from that day.

    Examples
    --------
    >>> import licences as lc
    >>> answer = lc.assess(lc.read_clients(), as_of="2026-11-23", language="en")
    >>> int(lc.plan(answer, start="2026-11-24").frame["slack_days"].min())
    0
    """
    options = PlanOptions(
        read_day("start", start) or find_usual_start(date.today(), answer.as_of),
        tuple(include),
        capacity,
        seed,
        prepares,
    )
    judged = answer.judgements
    ours, told = answer.clients.catalogue, answer.clients.frame
    forecasts = make_forecasts(ours, told, answer.as_of, options, answer.language, list(judged.values()))
    return Plans(
        {
            client: ClientPlan(client, judged[client].name, forecast)
            for client, forecast in zip(judged, forecasts, strict=True)
        }
    )


def _make_frame(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """A frame in which days are dates."""
    frame = pd.DataFrame(list(rows))
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in _DATES if name in frame})
