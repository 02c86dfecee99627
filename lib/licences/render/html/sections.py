"""What the client's page says, section by section; whatever a client typed is escaped."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from licences.analysis.case import Case, label_value
from licences.assessment.remedies import find_eligible, join_steps
from licences.law.catalogue import Catalogue
from licences.law.durations import find_weakest
from licences.law.in_force import Licence, UpcomingChange
from licences.law.working_days import read_calendar
from licences.planning.fees import Cost
from licences.planning.renewals import MONTHS, Renewal
from licences.planning.schedule import DONE, PhaseConflict, Step, find_phase_conflicts
from licences.planning.simulation import SHARES
from licences.words.phrases import say_value
from licences.words.texts import fill, mark_day, read_texts, say, say_number, say_share
from licences.words.upcoming import say_coming

SECTIONS = (
    "summary",
    "needed",
    "missing",
    "order",
    "plan",
    "steps",
    "launch",
    "renewals",
    "costs",
    "documents",
    "licences",
    "sources",
    "limits",
)
FRESH_DAYS = 365


class Section:
    """A piece of the page that a notebook shows as HTML."""

    def __init__(self, html: str) -> None:
        self.html = html

    def _repr_html_(self) -> str:
        return self.html


@cache
def make_environment() -> Environment:
    """The Jinja environment of all our templates; everything is escaped."""
    environment = Environment(
        loader=PackageLoader("licences.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["fill"] = fill
    environment.filters["number"] = say_number
    environment.filters["day"] = mark_day
    return environment


def make_section(case: Case, name: str) -> Section:
    """One section of SECTIONS about a client, as HTML."""
    template = make_environment().get_template("sections.html.j2")
    view = describe_case(case)
    return Section(
        str(getattr(template.make_module({"page": read_texts(case.language)["page"]}), name)(view))
    )


@lru_cache(maxsize=1)
def describe_case(case: Case) -> dict[str, Any]:
    """What the sections need to know, as plain values in the reader's language.

    Worked out once for all the sections of a case.
    """
    licences = {code: describe_licence(case, code) for code in case.findings.index}
    needed = {
        verdict: [licences[code] for code in case.find_codes(verdict)]
        for verdict in ("required", "undetermined", "recommended", "optional")
    }
    required = needed["required"]
    overdue = {
        event.code: event.renew_by
        for event in case.forecast.renewals
        if event.expires_on and event.renew_by < case.as_of
    }
    steps = [_describe_step(case, step, licences[step.code]) for step in case.steps]
    shown = [licence for verdict in ("required", "recommended", "optional") for licence in needed[verdict]]
    return {
        "case": case,
        "language": case.language,
        "needed": needed,
        "not_needed": [licences[code] for code in case.find_codes("not_needed")],
        "held_in_vain": _find_gone(case),
        "required": required,
        "to_obtain": [licence for licence in required if licence["status"] not in DONE],
        "blocked": [licence for licence in required if licence["blockers"] and licence["status"] not in DONE],
        "renew": [
            ChainMap({"overdue_since": overdue.get(licence["code"])}, licence)
            for licence in shown
            if licence["status"] in {"expiring", "expired"}
        ],
        "steps": steps,
        "dated": [step for step in steps if step["finish"]],
        "undated": [step for step in steps if not step["finish"]],
        "questions": [_describe_question(case, row) for row in case.questions.to_dict("records")],
        "warnings": [warning.message for warning in case.contradictions],
        "coming": [_describe_coming(change, case) for change in case.coming],
        "shown": shown,
        "checked": _find_age(case, shown),
        "launch": describe_launch(case),
        "no_launch": case.forecast.no_launch,
        "left_out": [case.name_code(code) for code in case.forecast.left_out],
        "conflicts": _describe_conflicts(case),
        "renewals": _describe_renewals(case),
        "untold_expiries": [case.name_code(code) for code in case.forecast.untold_expiries],
        "months": MONTHS,
        "costs": [_describe_cost(case, cost) for cost in case.forecast.costs],
        "capacity": case.plan.capacity,
        "profile": [
            (field.label[case.language], say_value(field, case.profile[field.name], case.language))
            for field in case.catalogue.fields.every
            if case.profile[field.name] is not None
        ],
    }


def describe_licence(case: Case, code: str) -> ChainMap[str, Any]:
    """What is said of a licence: of its row, which is the same for every client, and of this client's case."""
    finding, entry = (
        case.findings_by_code[code],
        case.law.entries[code],
    )
    row = describe_row(entry, case.language)
    ours = {
        "verdict": finding["verdict"],
        "status": finding["status"],
        "because": finding["because"][:-1],
        "missing": [case.catalogue.fields[name].label[case.language] for name in finding["missing_facts"]],
        "blockers": finding["blockers"],
        "changes": finding["would_change_if"],
        "obtainable": _say_obtainable(case, code),
        "age_days": (case.as_of - row["checked_on"]).days,
    }
    return ChainMap(ours, row)  # a row has many values, and each client's case would copy those of all rows


def _say_obtainable(case: Case, code: str) -> list[str]:
    """What would meet the condition of a licence that may be needed, where it is not met yet."""
    if case.findings_by_code[code]["verdict"] == "not_needed":
        return []
    aim = find_eligible(case.law.entries[code], case.profile, case.catalogue.fields, case.language)
    return [] if aim.reached else [join_steps(way, case.language) for way in aim.ways]


@lru_cache(maxsize=4096)
def describe_row(entry: Licence, language: str) -> dict[str, Any]:
    """What a row of the catalogue says, the same for every client, as plain values in the reader's language."""
    row = {str(name): _clean(value) for name, value in entry.row.items()}
    said = {name[: -len(language) - 1]: value for name, value in row.items() if name.endswith(f"_{language}")}
    return said | {
        "code": entry.code,
        "official_name": row["name_zh"],
        "kind": label_value("kind", row["kind"], language),
        "phase": label_value("phase", row["phase"], language),
        "level": say(language, "list").join(label_value("level", level, language) for level in row["level"]),
        "confidence": label_value("confidence", row["confidence"], language),
        "is_doubtful": row["confidence"] == "low",
        "time": _say_times(row, language),
        "limit": _say_number_of(row, "statutory_days", "statutory_days_unit", language),
        "validity": _say_number_of(row, "validity_years", None, language),
        "fee": _say_number_of(row, "fee_cny", None, language),
        "yearly_fee": _say_number_of(row, "yearly_fee_cny", None, language),
        "source": row["source"],
        "source_url": row["source_url"],
        "published_on": row["published_on"],
        "checked_on": row["checked_on"],
    }


def _clean(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.date()
    if isinstance(value, (tuple, list)):
        return list(value)
    return None if pd.isna(value) else value


def _say_times(row: Mapping[str, Any], language: str) -> str:
    """``5 – 15 – 30 working days (estimate)``; the weakest ground of the three is named."""
    names = [name for name in ("days_min", "days_likely", "days_max") if row[name] is not None]
    if not names:
        return ""
    weakest = find_weakest(row[f"{name}_basis"] for name in names)
    return say(
        language,
        "page.times",
        numbers=" – ".join(say_number(row[name]) for name in names),
        unit=label_value("days_unit", row["days_unit"], language),
        basis=label_value("days_likely_basis", weakest, language),
    )


def _say_number_of(row: Mapping[str, Any], name: str, unit: str | None, language: str) -> str:
    if row[name] is None:
        return ""
    key = f"page.number_of.{name}"
    basis = label_value(f"{name}_basis", row[f"{name}_basis"], language)
    unit_label = label_value(unit, row[unit], language) if unit else ""
    return say(language, key, number=say_number(float(row[name])), unit=unit_label, basis=basis)


def _describe_step(case: Case, step: Step, licence: Mapping[str, Any]) -> dict[str, Any]:
    percentiles = case.forecast.simulation.finishes.get(step.code)
    return {
        "step": step,
        "code": step.code,
        "name": step.name,
        "phase": licence["phase"],
        "advice": licence["advice"],
        "after": [case.name_code(needed) for needed in step.requires],
        "queue": [case.name_code(needed) for needed in step.queues_behind],
        "start": step.start,
        "finish": step.finish,
        "percentiles": _pair_percentiles(percentiles) if percentiles else [],
        "on_path": step.code in case.plan.critical_path,
        "basis": case.label("days_likely_basis", step.basis),
        "is_estimate": step.basis == "estimate",
        "missing": [case.catalogue.fields[name].label[case.language] for name in step.missing_facts],
        "blocked_by": step.blocked_by,
        "notes": step.notes,
    }


def _pair_percentiles(days: tuple[date, ...]) -> list[tuple[str, date]]:
    return list(zip(map(say_share, SHARES), days, strict=True))


def describe_launch(case: Case) -> dict[str, Any] | None:
    """The dates of the launch, what decides them, and how sure that is; None where there is no launch."""
    simulation, decider = case.forecast.simulation, case.forecast.decided_by
    if simulation.launch is None or decider is None:
        return None
    return {
        "days": _pair_percentiles(simulation.launch),
        "likely": case.plan.launch,
        "decider": case.name_code(decider),
        "decider_code": decider,
        "decider_share": say_share(simulation.decided_by[decider]),
        "path": [case.name_code(code) for code in case.plan.critical_path],
        "others": [
            (case.name_code(code), say_share(share))
            for code, share in sorted(simulation.decided_by.items(), key=lambda item: -item[1])
            if share >= 0.005 and code != decider
        ],
        "draws": simulation.draws,
        "is_estimate": case.forecast.basis == "estimate",
        "provisional": simulation.launch[-1] > read_calendar().announced_until,
        "one_sided": [step.name for step in case.plan.dated if step.duration and step.duration.is_one_sided],
    }


def _describe_conflicts(case: Case) -> list[str]:
    """Where the article's phases and ours disagree, in sentences; what is free to begin at once, in one."""
    conflicts, language = find_phase_conflicts(case.plan), case.language

    def label(phase: int) -> str:
        return case.label("phase", phase)

    def say_conflict(conflict: PhaseConflict) -> str:
        return say(
            language,
            f"page.conflict_{conflict.kind}",
            name=case.name_code(conflict.code),
            article=label(conflict.article_phase),
            phase=label(conflict.phase),
            names=say(language, "list").join(map(case.name_code, conflict.because_of)),
        )

    sentences = [say_conflict(conflict) for conflict in conflicts if conflict.kind != "free"]
    free = [case.name_code(conflict.code) for conflict in conflicts if conflict.kind == "free"]
    if free:
        sentences.append(say(language, "page.conflict_free", names=say(language, "list").join(free)))
    return sentences


def _describe_renewals(case: Case) -> list[dict[str, Any]]:
    """What falls due, one entry a licence and kind, each with all its dates."""
    grouped: dict[tuple[str, bool], list[Renewal]] = {}
    for event in case.forecast.renewals:
        grouped.setdefault((event.code, event.duty is None), []).append(event)
    return [
        {
            "code": code,
            "name": case.name_code(code),
            "is_renewal": is_renewal,
            "duty": events[0].duty,
            "is_planned": events[0].is_planned,
            "basis": say(case.language, "page.told")
            if events[0].basis == "told"
            else case.label("days_likely_basis", events[0].basis),
            "is_estimate": events[0].basis == "estimate",
            "events": [(event, event.renew_by < case.as_of) for event in events],
        }
        for (code, is_renewal), events in grouped.items()
    ]


def _describe_cost(case: Case, cost: Cost) -> dict[str, Any]:
    return {
        "phase": case.label("phase", cost.phase),
        "fee": cost.fee_cny,
        "yearly_fee": cost.yearly_fee_cny,
        "unknown": [case.name_code(code) for code in cost.unknown_fees],
        "unknown_yearly": [case.name_code(code) for code in cost.unknown_yearly_fees],
        "estimates": [case.name_code(code) for code in cost.estimates],
    }


def _describe_question(case: Case, row: Mapping[Any, Any]) -> dict[str, Any]:
    field = case.catalogue.fields[row["field"]]
    return {
        "field": field.name,
        "label": field.label[case.language],
        "help": field.help[case.language],
        "settles": [case.name_code(code) for code in row["settles"]],
        "conditions": [case.name_code(code) for code in row["conditions"]],
        "share": f"{row['share']:.0%}",
    }


def _describe_coming(change: UpcomingChange, case: Case) -> dict[str, Any]:
    return {
        "name": change.entry.name,
        "official_name": change.entry.row["name_zh"],
        "code": change.entry.code,
        "from": change.day,
        "what": say_coming(change, case.law, case.profile),
        "note": say_note(change, case.catalogue, case.language),
    }


def say_note(change: UpcomingChange, catalogue: Catalogue, language: str) -> str:
    """What is to be said of a change ahead: the note of what begins, or what follows what ends."""
    row = change.entry.row
    if change.kind != "end":
        return _clean(row[f"note_{language}"]) or ""
    code, rows = change.entry.code, catalogue.rows
    is_followed = (rows.loc[rows["code"] == code, "in_force_from"] > pd.Timestamp(change.day)).any()
    if is_followed or set(row["superseded_by"]) - {code}:
        return ""
    return say(language, "page.coming_end")


def _find_gone(case: Case) -> list[str]:
    """What the client holds of which no row is in force any more."""
    names = dict(zip(case.catalogue.rows["code"], case.catalogue.rows[f"name_{case.language}"], strict=True))
    return [f"{names[code]} ({code})" for code in case.held if code not in case.rows.index]


def _find_age(case: Case, licences: list[ChainMap[str, Any]]) -> dict[str, Any]:
    days: list[date] = [licence["checked_on"] for licence in licences]
    oldest = min(days, default=case.as_of)
    return {
        "oldest": oldest,
        "newest": max(days, default=case.as_of),
        "days": (case.as_of - oldest).days,
        "is_old": (case.as_of - oldest).days > FRESH_DAYS,
    }
