"""What the client's page says, section by section; whatever a client typed is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from licences.case import Case
from licences.schedule import DONE
from licences.wording import read_texts, say, say_number, say_value

SECTIONS = (
    "summary",
    "needed",
    "missing",
    "order",
    "plan",
    "steps",
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
        loader=PackageLoader("licences"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = say_number
    return environment


def make_section(case: Case, name: str) -> Section:
    """One section of SECTIONS about a client, as HTML."""
    template = make_environment().get_template("sections.html.j2")
    view = describe_case(case)
    return Section(
        str(getattr(template.make_module({"page": read_texts(case.language)["page"]}), name)(view))
    )


def describe_case(case: Case) -> dict[str, Any]:
    """What the sections need to know, as plain values in the reader's language."""
    licences = {code: _describe_licence(case, code) for code in case.findings.index}
    needed = {
        verdict: [licences[code] for code in case.find_codes(verdict)]
        for verdict in ("required", "undetermined", "recommended", "optional")
    }
    required = needed["required"]
    steps = [_describe_step(case, step.code, licences) for step in case.steps]
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
        "renew": [licence for licence in shown if licence["status"] in {"expiring", "expired"}],
        "steps": steps,
        "dated": [step for step in steps if step["finish"]],
        "undated": [step for step in steps if not step["finish"]],
        "questions": [_describe_question(case, row) for row in case.questions.to_dict("records")],
        "warnings": [warning.message for warning in case.contradictions],
        "coming": [_describe_coming(case, row) for row in case.coming.to_dict("records")],
        "shown": shown,
        "checked": _find_age(case, shown),
        "launch": case.launch,
        "profile": [
            (field.label[case.language], say_value(field, case.profile[field.name], case.language))
            for field in case.law.fields.every
            if case.profile[field.name] is not None
        ],
    }


def _describe_licence(case: Case, code: str) -> dict[str, Any]:
    row: dict[str, Any] = {str(name): _clean(value) for name, value in case.rows.loc[code].items()}
    finding = case.findings.loc[code]
    language = case.language
    said = {name[: -len(language) - 1]: value for name, value in row.items() if name.endswith(f"_{language}")}
    return said | {
        "code": code,
        "official_name": row["name_zh"],
        "kind": case.label("kind", row["kind"]),
        "phase": case.label("phase", row["phase"]),
        "level": say(language, "list").join(case.label("level", level) for level in row["level"]),
        "confidence": case.label("confidence", row["confidence"]),
        "is_doubtful": row["confidence"] == "low",
        "verdict": finding["verdict"],
        "status": finding["status"],
        "because": finding["because"][:-1],
        "missing": [case.law.fields[name].label[language] for name in finding["missing_facts"]],
        "blockers": finding["blockers"],
        "changes": finding["would_change_if"],
        "time": _say_times(case, row),
        "limit": _say_number_of(case, row, "statutory_days", "statutory_days_unit"),
        "validity": _say_number_of(case, row, "validity_years", None),
        "fee": _say_number_of(case, row, "fee_cny", None),
        "yearly_fee": _say_number_of(case, row, "yearly_fee_cny", None),
        "source": row["source"],
        "source_url": row["source_url"],
        "published_on": row["published_on"],
        "checked_on": row["checked_on"],
        "age_days": (case.as_of - row["checked_on"]).days,
    }


def _clean(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.date()
    if isinstance(value, (tuple, list)):
        return list(value)
    return None if pd.isna(value) else value


def _say_times(case: Case, row: Mapping[str, Any]) -> str:
    """``5 – 15 – 30 working days (estimate)``; the weakest ground of the three is named."""
    names = [name for name in ("days_min", "days_likely", "days_max") if row[name] is not None]
    if not names:
        return ""
    grounds = [row[f"{name}_basis"] for name in names]
    weakest = next(ground for ground in ("estimate", "secondary", "rule_text") if ground in grounds)
    return say(
        case.language,
        "page.times",
        numbers=" – ".join(say_number(row[name]) for name in names),
        unit=case.label("days_unit", row["days_unit"]),
        basis=case.label("days_likely_basis", weakest),
    )


def _say_number_of(case: Case, row: Mapping[str, Any], name: str, unit: str | None) -> str:
    if row[name] is None:
        return ""
    key = f"page.number_of.{name}"
    basis = case.label(f"{name}_basis", row[f"{name}_basis"])
    unit_label = case.label(unit, row[unit]) if unit else ""
    return say(case.language, key, number=say_number(float(row[name])), unit=unit_label, basis=basis)


def _describe_step(case: Case, code: str, licences: Mapping[str, Any]) -> dict[str, Any]:
    step = next(step for step in case.steps if step.code == code)
    return {
        "code": code,
        "name": licences[code]["name"],
        "phase": licences[code]["phase"],
        "advice": licences[code]["advice"],
        "after": [licences[needed]["name"] for needed in step.requires],
        "start": step.start,
        "finish": step.finish,
        "basis": case.label("days_likely_basis", step.basis),
        "is_estimate": step.basis == "estimate",
        "provisional": step.provisional,
        "blocked_by": step.blocked_by,
        "notes": step.notes,
    }


def _describe_question(case: Case, row: Mapping[Any, Any]) -> dict[str, Any]:
    field = case.law.fields[row["field"]]
    return {
        "field": field.name,
        "label": field.label[case.language],
        "help": field.help[case.language],
        "settles": [case.name_code(code) for code in row["settles"]],
        "conditions": [case.name_code(code) for code in row["conditions"]],
        "share": f"{row['share']:.0%}",
    }


def _describe_coming(case: Case, row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "name": row[f"name_{case.language}"],
        "code": row["code"],
        "from": row["in_force_from"].date(),
        "note": _clean(row[f"note_{case.language}"]) or "",
    }


def _find_gone(case: Case) -> list[str]:
    """What the client holds of which no row is in force any more."""
    names = dict(zip(case.law.catalogue["code"], case.law.catalogue[f"name_{case.language}"], strict=True))
    return [f"{names[code]} ({code})" for code in case.held if code not in case.rows.index]


def _find_age(case: Case, licences: list[dict[str, Any]]) -> dict[str, Any]:
    days: list[date] = [licence["checked_on"] for licence in licences]
    oldest = min(days, default=case.as_of)
    return {
        "oldest": oldest,
        "newest": max(days, default=case.as_of),
        "days": (case.as_of - oldest).days,
        "is_old": (case.as_of - oldest).days > FRESH_DAYS,
    }
