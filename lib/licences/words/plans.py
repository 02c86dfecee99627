"""A plan in a reader's language: its steps, its launch and what falls due, as plain values."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, TypedDict

from licences.law.working_days import read_calendar
from licences.planning.phases import PhaseConflict, find_phase_conflicts
from licences.planning.simulation import SHARES
from licences.words.applications import say_late, say_standing
from licences.words.deadlines import say_duty
from licences.words.findings import say_blockers
from licences.words.labels import label_value
from licences.words.overrides import say_override
from licences.words.own_times import label_ground, say_own_time
from licences.words.stages import say_from
from licences.words.texts import say, say_share

if TYPE_CHECKING:
    from licences.planning.forecast import Forecast
    from licences.planning.prerequisites import PassedOver
    from licences.planning.renewals import Renewal
    from licences.planning.schedule import Plan, Step
    from licences.planning.timing import Obstacle
    from licences.rules.kleene import Profile


class StepView(TypedDict):
    """A step as every format shows it; ``step`` holds its figures, the rest is in the reader's language.

    short: what the trade calls it. after, queue: the short names of what it waits for. start: when its preparation
    begins; submit_on: when the authority gets it. waits: that it waits for staff, None where it does not. percentiles: pairs of a share and a day, none where no date can
    be promised. standing: where an application that was begun stands; late: by how much what was not begun is late; both None of any other. begins_on: the first day of the stage that needs it, needed_from says so; both None of a client that is not told in
    stages, and begins_on for what is needed from the start. on_path: whether it decides the launch. blocked_by: what holds it up, None where nothing does.
    """

    step: Step
    code: str
    name: str
    short: str
    phase: str
    advice: str | None
    after: list[str]
    queue: list[str]
    waits: str | None
    start: date | None
    submit_on: date | None
    finish: date | None
    percentiles: list[tuple[str, date]]
    begins_on: date | None
    needed_from: str | None
    on_path: bool
    basis: str
    is_estimate: bool
    missing: list[str]
    blocked_by: str | None
    standing: str | None
    late: str | None
    notes: list[str]


class LaunchView(TypedDict):
    """When the client can open, what decides that, and how sure it is."""

    days: list[tuple[str, date]]
    likely: date | None
    decider: str
    decider_code: str
    decider_share: str
    path: list[str]
    others: list[tuple[str, str]]
    draws: int
    is_estimate: bool
    provisional: bool
    one_sided: list[str]


class DueView(TypedDict):
    """What falls due of one licence and kind; events: each with whether its last day has gone by."""

    code: str
    name: str
    short: str
    is_renewal: bool
    duty: str | None
    is_planned: bool
    basis: str
    is_estimate: bool
    events: list[tuple[Renewal, bool]]


class DueRow(TypedDict):
    """A row of what falls due: what has to be done, said once; parts: the licences of which it is due on the same days."""

    is_renewal: bool
    duty: str | None
    parts: list[DueView]


def view_steps(forecast: Forecast) -> list[StepView]:
    """The steps of a plan, in its order."""
    return [_view_step(forecast, step) for step in forecast.plan.steps]


def _view_step(forecast: Forecast, step: Step) -> StepView:
    plan, law = forecast.plan, forecast.plan.law
    fields, advice = law.catalogue.fields, law.entries[step.code].row[f"advice_{law.language}"]
    percentiles = forecast.find_percentiles(step.code)
    return {
        "step": step,
        "code": step.code,
        "name": step.name,
        "short": law.short(step.code),
        "phase": label_value("phase", step.phase, law.language),
        "advice": advice if isinstance(advice, str) else None,
        "after": [law.short(needed) for needed in step.requires],
        "queue": [law.short(needed) for needed in step.queues_behind],
        "waits": _say_waits(step, plan),
        "start": step.start,
        "submit_on": step.submit_on,
        "finish": step.finish,
        "percentiles": _pair_percentiles(percentiles) if percentiles else [],
        "begins_on": step.begins_on,
        "needed_from": say_from(step.begins_on, law.language) if plan.is_staged else None,
        "on_path": step.code in plan.critical_path,
        "basis": label_ground(step.basis, [step], law.language),
        "is_estimate": step.basis == "estimate",
        "missing": [fields[name].label[law.language] for name in step.missing_facts],
        "blocked_by": say_obstacle(step, plan),
        "standing": None if step.obstacle else say_standing(step, law),
        "late": say_late(late, law.language) if (late := forecast.late.get(step.code)) else None,
        "notes": [
            *filter(None, [say_own_time(step, law)]),
            *(_say_passed_over(one, plan) for one in step.passed_over),
            *(
                say_override(one, law)
                for one in law.overrides
                if one.code == step.code and one.kind == "days"
            ),
        ],
    }


def say_obstacle(step: Step, plan: Plan) -> str | None:
    """What holds up a step; None where nothing does."""
    if step.obstacle is None:
        return None
    obstacle, language = step.obstacle, plan.law.language
    match obstacle.kind:
        case "waits_for":
            names = say(language, "list").join(map(plan.law.short, obstacle.codes))
            return say(language, "plan.waits", names=names)
        case "undated":
            return say(language, "plan.no_duration")
        case "refused":
            return say_standing(step, plan.law)
    blockers = _say_failed(obstacle, plan, plan.find_stage(step).profile)
    if obstacle.until is None:
        return "\n".join(blockers)
    return say(language, "plan.in_time", until=obstacle.until, blockers="; ".join(blockers))


def _say_waits(step: Step, plan: Plan) -> str | None:
    """Whose preparation occupies the staff that a step needs."""
    if not step.queues_behind:
        return None
    language = plan.law.language
    names = say(language, "list").join(map(plan.law.short, step.queues_behind))
    return say(language, "plan.waits_for_staff", names=names)


def _say_failed(obstacle: Obstacle, plan: Plan, profile: Profile) -> list[str]:
    return say_blockers(obstacle.failed, plan.law.catalogue.fields, profile, plan.law.language)


def _say_passed_over(passed: PassedOver, plan: Plan) -> str:
    names = say(plan.law.language, "or").join(map(plan.law.short, passed.codes))
    key = "plan.prerequisite_open" if passed.is_open else "plan.prerequisite_passed"
    return say(plan.law.language, key, names=names)


def _pair_percentiles(days: tuple[date, ...]) -> list[tuple[str, date]]:
    return list(zip(map(say_share, SHARES), days, strict=True))


def view_launch(forecast: Forecast) -> LaunchView | None:
    """The dates of the launch, what decides them, and how sure that is; None where no date can be promised."""
    plan, days = forecast.plan, forecast.launch
    decider = forecast.decided_by if days else None
    if days is None or decider is None:
        return None
    simulation, name = forecast.simulation, plan.law.short
    return {
        "days": _pair_percentiles(days),
        "likely": plan.launch,
        "decider": name(decider),
        "decider_code": decider,
        "decider_share": say_share(simulation.decided_by[decider]),
        "path": [name(code) for code in plan.critical_path],
        "others": [
            (name(code), say_share(share))
            for code, share in sorted(simulation.decided_by.items(), key=lambda item: -item[1])
            if share >= 0.005 and code != decider
        ],
        "draws": simulation.draws,
        "is_estimate": forecast.basis == "estimate",
        "provisional": days[-1] > read_calendar().announced_until,
        "one_sided": [
            plan.law.short(step.code) for step in plan.dated if step.duration and step.duration.is_one_sided
        ],
    }


def say_conflicts(plan: Plan) -> list[str]:
    """Where the article's phases and ours disagree, in sentences; what is free to begin at once, in one."""
    conflicts, language, name = find_phase_conflicts(plan), plan.law.language, plan.law.short

    def say_conflict(conflict: PhaseConflict) -> str:
        return say(
            language,
            f"page.conflict_{conflict.kind}",
            name=name(conflict.code),
            article=label_value("phase", conflict.article_phase, language),
            phase=label_value("phase", conflict.phase, language),
            names=say(language, "list").join(map(name, conflict.because_of)),
        )

    sentences = [say_conflict(conflict) for conflict in conflicts if conflict.kind != "free"]
    free = [name(conflict.code) for conflict in conflicts if conflict.kind == "free"]
    if free:
        sentences.append(say(language, "page.conflict_free", names=say(language, "list").join(free)))
    return sentences


def view_dues(forecast: Forecast) -> list[DueView]:
    """What falls due, one entry a licence and kind, each with all its dates."""
    law = forecast.plan.law
    grouped: dict[tuple[str, bool], list[Renewal]] = {}
    for event in forecast.due:
        grouped.setdefault((event.code, event.is_renewal), []).append(event)
    return [
        {
            "code": code,
            "name": law.name(code),
            "short": law.short(code),
            "is_renewal": is_renewal,
            "duty": say_duty(events[0], law.language),
            "is_planned": events[0].is_planned,
            "basis": say_ground(events[0], law.language),
            "is_estimate": events[0].basis == "estimate",
            "events": [(event, event.renew_by < law.as_of) for event in events],
        }
        for (code, is_renewal), events in grouped.items()
    ]


def merge_dues(dues: Iterable[DueView], language: str) -> list[DueRow]:
    """What falls due as rows: one a duty, whatever licences have it and on whatever days; one a renewal."""
    rows: dict[tuple[bool, str], list[DueView]] = {}
    for due in _merge_alike(dues, language):
        rows.setdefault((due["is_renewal"], due["duty"] or due["code"]), []).append(due)
    return [
        {"is_renewal": parts[0]["is_renewal"], "duty": parts[0]["duty"], "parts": parts}
        for parts in rows.values()
    ]


def _merge_alike(dues: Iterable[DueView], language: str) -> list[DueView]:
    """What falls due, with licences of which the same is due on the same days in one entry."""
    alike: dict[tuple[object, ...], list[DueView]] = {}
    for due in dues:
        days = tuple((event.renew_from, event.renew_by, event.expires_on) for event, _ in due["events"])
        alike.setdefault((due["is_renewal"], due["duty"], due["is_planned"], due["basis"], days), []).append(
            due
        )
    return [
        {**ours[0], "short": say(language, "list").join(due["short"] for due in ours)}
        for ours in alike.values()
    ]


def say_ground(event: Renewal, language: str) -> str:
    """On what the dates of a renewal rest."""
    told = event.basis == "told"
    return say(language, "page.told") if told else label_value("days_likely_basis", event.basis, language)
