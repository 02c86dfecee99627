"""A plan as ``licences plan --json`` promises it: dates are ISO texts, what is not known is None."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, TypedDict

from licences.analysis.progress import find_launch_since
from licences.law.working_days import read_calendar
from licences.planning.forecast import Forecast, count_own_cases
from licences.words.applications import name_state
from licences.words.deadlines import say_duty
from licences.words.overrides import HeldView, NoteView, view_held, view_note
from licences.words.own_times import OwnTimeJson, describe_own_time
from licences.words.papers import view_papers
from licences.words.plans import StepView, view_steps
from licences.words.promise import say_promise, say_reason

if TYPE_CHECKING:
    from licences.law.durations import Duration
    from licences.law.in_force import LawInForce
    from licences.planning.deadlines import Deadline
    from licences.planning.fees import Amounts
    from licences.planning.missing import Missing
    from licences.planning.promise import Promise
    from licences.planning.renewals import Renewal
    from licences.planning.risk import Penalty, Risk
    from licences.planning.schedule import Step
    from licences.planning.stages import StagePlan


class PreparationJson(TypedDict):
    """How long an application is prepared, in working days."""

    min: int
    likely: int
    max: int
    basis: str


class DaysJson(TypedDict):
    """How long a licence takes, in ``unit``, and how often papers are sent back (0 to 1)."""

    min: int
    likely: int
    max: int
    unit: str
    basis: str
    one_sided: bool
    limit: int | None
    limit_unit: str | None
    correction_chance: float
    correction_basis: str
    own_cases: OwnTimeJson | None


_From = TypedDict(
    "_From", {"from": str | None}
)  # a key of it is a keyword, so that it has no class of its own


class ApplicationJson(TypedDict):
    """How the application for a step has gone: its state (``preparing``, ``submitted``, ``overdue``, ``returned``, ``refused``) and days.

    pause_days: the working days in which the authority's time stood still. limit_on: the last day that the law gives it.
    """

    state: str
    began_on: str | None
    submitted_on: str | None
    accepted_on: str | None
    returned_on: str | None
    decided_on: str | None
    pause_days: int
    limit_on: str | None
    text: str | None


class StepJson(_From):
    """A step; slack in working days, criticality and percentiles from the simulation."""

    code: str
    name: str
    short: str
    verdict: str
    phase: int
    article_phase: int | None
    forced_phase: int
    requires: list[str]
    queues_behind: list[str]
    start: str | None
    prepare_from: str | None
    submit_on: str | None
    finish: str | None
    latest_start: str | None
    latest_submit_on: str | None
    latest_finish: str | None
    slack_days: int | None
    critical: bool
    criticality: float | None
    finish_p50: str | None
    finish_p80: str | None
    finish_p90: str | None
    basis: str
    days: DaysJson | None
    preparation: PreparationJson
    provisional: bool
    blocked_by: str | None
    blocked_until: str | None
    missing_facts: list[str]
    application: ApplicationJson | None
    late_days: int
    notes: list[str]


class ReasonJson(TypedDict):
    """Why no date can be promised: all codes, and the facts that would settle it."""

    kind: str
    codes: list[str]
    fields: list[str]
    text: str


class PromiseJson(TypedDict):
    """What the client can be promised; text: all of it in sentences."""

    kind: str
    not_before: str | None
    reasons: list[ReasonJson]
    text: str


class LaunchJson(TypedDict):
    """By when every required step that can be dated is done; p50, p80, p90 and who decides only where dates can be promised.

    planned: as it was at the beginning of the case, the day to give to others where one could be promised, else the likely one;
    moved_days: by how many working days it has moved since; both None where the case begins now, moved_days also where that cannot
    be told.
    """

    likely: str | None
    planned: str | None
    moved_days: int | None
    p50: str | None
    p80: str | None
    p90: str | None
    basis: str | None
    own_cases: int | None
    provisional: bool
    decided_by: str | None
    decided_by_share: float | None
    left_out: list[str]
    draws: int
    seed: int


class StageLaunchJson(TypedDict):
    """By when every step that can be dated is done that a stage, or one before it, requires."""

    likely: str | None
    p50: str | None
    p80: str | None
    p90: str | None


class StageJson(_From):
    """A stage of a client: what is otherwise, what it needs anew, and by when that is done."""

    changes: dict[str, Any]
    codes: list[str]
    promise: PromiseJson
    launch: StageLaunchJson
    late_days: int | None


class RenewalJson(TypedDict):
    """A renewal, or a duty that recurs."""

    code: str
    expires_on: str | None
    renew_from: str | None
    renew_by: str
    duty: str | None
    is_planned: bool
    basis: str
    provisional: bool


class DeadlineJson(TypedDict):
    """Of what is held, what runs out, is overdue or has a duty near; days are calendar days."""

    code: str
    kind: str
    last_day: str
    days_left: int
    is_overdue: bool
    expires_on: str | None
    status: str
    verdict: str
    duty: str | None
    basis: str
    provisional: bool


class CostsTotalJson(TypedDict):
    """The fees of all phases together."""

    fee_cny: float | None
    yearly_fee_cny: float | None
    market_min_cny: float | None
    market_max_cny: float | None
    our_fee_cny: float | None
    unknown_fees: list[str]
    unknown_yearly_fees: list[str]
    unknown_market: list[str]


class CostJson(CostsTotalJson):
    """The fees of a phase in yuan; None where no amount is known."""

    phase: int
    estimates: list[str]


class PaperJson(TypedDict):
    """A paper to bring, once; the id is null for a text of a row's own."""

    id: str | None
    name: str
    brought_by: str
    needed_for: list[str]
    needed_by: str | None


class QuoteJson(TypedDict):
    """What the firm itself asks for a licence."""

    code: str
    short: str
    our_fee_cny: float
    remark: str | None


class PenaltyJson(TypedDict):
    """What a licence that is required and not held puts at stake, in yuan."""

    code: str
    min_cny: float | None
    max_cny: float | None
    closes: bool | None
    basis: str | None


class RiskJson(TypedDict):
    """What is at stake today; fines are never added up."""

    licences: list[PenaltyJson]
    highest: PenaltyJson | None
    closing: list[str]
    unknown: list[str]


class MissingJson(PenaltyJson):
    """What an operating client does without, or against a prohibition, and by when it can be had."""

    verdict: str
    finish: str | None


class PlanJson(TypedDict):
    """A client's plan."""

    client: str
    start: str
    goes_on_from: str
    as_of: str
    announced_until: str
    include: list[str]
    capacity: int | None
    preparation: bool
    promise: PromiseJson
    steps: list[StepJson]
    critical_path: list[str]
    launch: LaunchJson
    stages: list[StageJson]
    missing_facts: list[str]
    undetermined: list[str]
    forbidden: list[str]
    deadlines: list[DeadlineJson]
    renewals: list[RenewalJson]
    expiry_not_told: list[str]
    costs: list[CostJson]
    papers: list[PaperJson]
    costs_total: CostsTotalJson
    quotation: list[QuoteJson]
    risk: RiskJson
    missing_today: list[MissingJson]
    overrides: list[HeldView]
    notes: list[NoteView]


def describe_plan(forecast: Forecast) -> PlanJson:
    """A client's plan, with the texts in the language of its law."""
    plan, calendar = forecast.plan, read_calendar()
    return {
        "client": plan.client,
        "start": plan.began_on.isoformat(),
        "goes_on_from": plan.start.isoformat(),
        "as_of": plan.as_of.isoformat(),
        "announced_until": calendar.announced_until.isoformat(),
        "include": list(forecast.plan_options.include),
        "capacity": plan.capacity,
        "preparation": plan.prepares,
        "promise": _describe_promise(forecast.promise, forecast.launch, plan.law),
        "steps": [_describe_step(forecast, view) for view in view_steps(forecast)],
        "critical_path": list(plan.critical_path),
        "launch": _describe_launch(forecast),
        "stages": [_describe_stage(one, forecast) for one in forecast.stages],
        "missing_facts": list(forecast.missing_facts),
        "undetermined": [code for code, verdict in plan.verdicts.items() if verdict == "undetermined"],
        "forbidden": [code for code, verdict in plan.verdicts.items() if verdict == "forbidden"],
        "deadlines": [_describe_deadline(one, plan.law.language) for one in forecast.deadlines],
        "renewals": [_describe_renewal(event, plan.law.language) for event in forecast.renewals],
        "expiry_not_told": list(forecast.untold_expiries),
        "costs": [
            {"phase": cost.phase, **_describe_amounts(cost), "estimates": list(cost.estimates)}
            for cost in forecast.costs
        ],
        "papers": [
            {
                "id": paper["id"] or None,
                "name": paper["name"],
                "brought_by": paper["who"],
                "needed_for": paper["codes"],
                "needed_by": _write_day(paper["needed_by"]),
            }
            for paper in view_papers(plan)
        ],
        "costs_total": _describe_amounts(forecast.costs_total),
        "quotation": [
            {
                "code": quote.code,
                "short": plan.law.short(quote.code),
                "our_fee_cny": quote.our_fee_cny,
                "remark": quote.remark,
            }
            for quote in forecast.quotation
        ],
        "risk": _describe_risk(forecast.risk),
        "missing_today": [_describe_missing(one) for one in forecast.missing],
        "overrides": [view_held(one) for one in forecast.case_file.overrides if one.code in plan.law.entries],
        "notes": list(map(view_note, forecast.case_file.notes)),
    }


def _describe_amounts(amounts: Amounts) -> CostsTotalJson:
    return {
        "fee_cny": amounts.fee_cny,
        "yearly_fee_cny": amounts.yearly_fee_cny,
        "market_min_cny": amounts.market_min_cny,
        "market_max_cny": amounts.market_max_cny,
        "our_fee_cny": amounts.our_fee_cny,
        "unknown_fees": list(amounts.unknown_fees),
        "unknown_yearly_fees": list(amounts.unknown_yearly_fees),
        "unknown_market": list(amounts.unknown_market),
    }


def _describe_risk(risk: Risk) -> RiskJson:
    return {
        "licences": [_describe_penalty(one) for one in risk.licences],
        "highest": _describe_penalty(risk.highest) if risk.highest else None,
        "closing": list(risk.closing),
        "unknown": list(risk.unknown),
    }


def _describe_penalty(one: Penalty) -> PenaltyJson:
    return {
        "code": one.code,
        "min_cny": one.min_cny,
        "max_cny": one.max_cny,
        "closes": one.closes,
        "basis": one.basis,
    }


def _describe_missing(one: Missing) -> MissingJson:
    return {
        **_describe_penalty(one.penalty),
        "verdict": "forbidden" if one.is_forbidden else "required",
        "finish": _write_day(one.finish),
    }


def _describe_promise(
    promise: Promise, launch: tuple[date, date, date] | None, law: LawInForce
) -> PromiseJson:
    return {
        "kind": promise.kind,
        "not_before": _write_day(promise.not_before),
        "reasons": [
            {
                "kind": reason.kind,
                "codes": list(reason.codes),
                "fields": list(reason.fields),
                "text": say_reason(reason, law),
            }
            for reason in promise.reasons
        ],
        "text": say_promise(promise, launch, law),
    }


def _describe_stage(stage: StagePlan, forecast: Forecast) -> StageJson:
    p50, p80, p90 = map(_write_day, stage.launch or (None, None, None))
    return {
        "from": _write_day(stage.begins_on),
        "changes": dict(stage.changes),
        "codes": list(stage.codes),
        "promise": _describe_promise(stage.promise, stage.launch, forecast.plan.law),
        "launch": {"likely": _write_day(stage.likely), "p50": p50, "p80": p80, "p90": p90},
        "late_days": stage.late_days,
    }


def _describe_launch(forecast: Forecast) -> LaunchJson:
    plan, days, simulation = forecast.plan, forecast.launch, forecast.simulation
    since = find_launch_since(forecast)
    p50, p80, p90 = map(_write_day, days or (None, None, None))
    decider = forecast.decided_by if days else None
    return {
        "likely": _write_day(plan.launch),
        "planned": _write_day(since.planned) if since else None,
        "moved_days": since.moved_days if since else None,
        "p50": p50,
        "p80": p80,
        "p90": p90,
        "basis": forecast.basis if plan.launch else None,
        "own_cases": count_own_cases(forecast.deciding) if plan.launch else None,
        "provisional": bool(days and days[-1] > read_calendar().announced_until),
        "decided_by": decider,
        "decided_by_share": None if decider is None else round(simulation.decided_by[decider], 4),
        "left_out": list(forecast.left_out),
        "draws": simulation.draws,
        "seed": simulation.seed,
    }


def _describe_step(forecast: Forecast, view: StepView) -> StepJson:
    step = view["step"]
    p50, p80, p90 = map(_write_day, forecast.simulation.finishes.get(step.code, (None, None, None)))
    return {
        "code": step.code,
        "name": step.name,
        "short": view["short"],
        "verdict": step.verdict,
        "from": _write_day(step.begins_on),
        "phase": step.phase,
        "article_phase": step.article_phase,
        "forced_phase": step.forced_phase,
        "requires": list(step.requires),
        "queues_behind": list(step.queues_behind),
        "start": _write_day(step.start),
        "prepare_from": _write_day(step.prepare_from),
        "submit_on": _write_day(step.submit_on),
        "finish": _write_day(step.finish),
        "latest_start": _write_day(step.latest_start),
        "latest_submit_on": _write_day(step.latest_submit_on),
        "latest_finish": _write_day(step.latest_finish),
        "slack_days": step.slack_days,
        "critical": step.critical,
        "criticality": forecast.simulation.criticality.get(step.code),
        "finish_p50": p50,
        "finish_p80": p80,
        "finish_p90": p90,
        "basis": step.basis,
        "days": None if step.duration is None else _describe_days(step.duration),
        "preparation": {
            "min": step.preparation.shortest_days,
            "likely": step.preparation.likely_days,
            "max": step.preparation.longest_days,
            "basis": step.preparation.basis,
        },
        "provisional": step.provisional,
        "blocked_by": view["blocked_by"],
        "blocked_until": _write_day(step.blocked_until),
        "missing_facts": list(step.missing_facts),
        "application": _describe_application(step, view),
        "late_days": forecast.late.get(step.code, 0),
        "notes": view["notes"],
    }


def _describe_application(step: Step, view: StepView) -> ApplicationJson | None:
    course, state = step.course, name_state(step)
    if course is None or state is None:
        return None
    return {
        "state": state,
        "began_on": _write_day(course.began_on),
        "submitted_on": _write_day(course.submitted_on),
        "accepted_on": _write_day(course.accepted_on),
        "returned_on": _write_day(course.returned_on),
        "decided_on": _write_day(course.decided_on),
        "pause_days": course.pause_days,
        "limit_on": _write_day(step.limit_on),
        "text": view["standing"] or view["blocked_by"],
    }


def _describe_days(duration: Duration) -> DaysJson:
    return {
        "min": duration.shortest_days,
        "likely": duration.likely_days,
        "max": duration.longest_days,
        "unit": duration.unit,
        "basis": duration.spread_basis,
        "one_sided": duration.is_one_sided,
        "limit": duration.limit_days,
        "limit_unit": duration.limit_unit if duration.limit_days is not None else None,
        "correction_chance": duration.correction.chance,
        "correction_basis": duration.correction.basis,
        "own_cases": describe_own_time(duration.own) if duration.own else None,
    }


def _describe_deadline(one: Deadline, language: str) -> DeadlineJson:
    return {
        "code": one.code,
        "kind": one.kind,
        "last_day": one.last_day.isoformat(),
        "days_left": one.days_left,
        "is_overdue": one.is_overdue,
        "expires_on": _write_day(one.expires_on),
        "status": one.status,
        "verdict": one.verdict,
        "duty": say_duty(one.event, language),
        "basis": one.event.basis,
        "provisional": one.event.provisional,
    }


def _describe_renewal(event: Renewal, language: str) -> RenewalJson:
    return {
        "code": event.code,
        "expires_on": _write_day(event.expires_on),
        "renew_from": _write_day(event.renew_from),
        "renew_by": event.renew_by.isoformat(),
        "duty": say_duty(event, language),
        "is_planned": event.is_planned,
        "basis": event.basis,
        "provisional": event.provisional,
    }


def _write_day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
