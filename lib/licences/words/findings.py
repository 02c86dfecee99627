"""Sentences about verdicts: the reasons, what is not told, what would change them, what stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

import pandas as pd

from licences.assessment.explain import (
    FailedCondition,
    Finding,
    explain,
    find_failed_conditions,
    find_turns,
)
from licences.law.renewal_window import find_renewal_window
from licences.reading.tables import NONE
from licences.rules.expressions import Atom, Value
from licences.rules.facts import Fields, is_held, split_set
from licences.words.overrides import NoteView, OverriddenView, view_note, view_overridden
from licences.words.phrases import say_claims
from licences.words.remedies import say_conditions, say_steps, sort_ways
from licences.words.rows import say_local
from licences.words.texts import begin_sentence, say

if TYPE_CHECKING:
    from licences.law.catalogue import Catalogue
    from licences.law.in_force import Licence
    from licences.rules.kleene import Profile, Trace
    from licences.rules.logic import Rule


class SourceView(TypedDict):
    """Where a rule comes from; the address is None where none is known, the day is an ISO text."""

    legal_basis: str
    source_url: str | None
    checked_on: str


class TraceView(TypedDict, total=False):
    """A rule as it was answered: ``and``, ``or``, ``not`` with parts, ``always``, or ``fact`` with the rest.

    compare, bound: what is stated of the fact, as ``>=`` and 100, or ``has`` and a member. value: what the
    client told, None where nothing. truth: None where it cannot be told.
    """

    op: str
    truth: bool | None
    parts: list[TraceView]
    fact: str
    compare: str
    bound: bool | float | str
    value: bool | float | str | list[str] | None
    source: SourceView


_From = TypedDict("_From", {"from": NotRequired[str | None]})


class FindingView(_From):
    """A finding as ``licences assess --json`` promises it.

    verdict, because, missing_facts, would_change_if: of the rules, also where overridden says what we hold against them;
    the rest goes by what counts. from: of clients told in stages alone, the day of the stage from which the verdict is, None where it is
    so from the start.
    """

    client: str
    code: str
    verdict: str
    because: list[str]
    missing_facts: list[str]
    would_change_if: list[str]
    blockers: list[str]
    status: str
    last_day_to_apply: str | None
    implied_by: list[str] | None
    trading_without: bool | None
    legal_basis: str
    source_url: str | None
    checked_on: str
    local: list[str]
    overridden: OverriddenView | None
    notes: list[NoteView]


class TracedView(FindingView):
    """A finding with its rule, and the condition of obtaining it, as trees."""

    trace: TraceView
    condition_trace: TraceView | None


def find_counting(view: FindingView) -> str:
    """The verdict that counts: what we hold, else the rules'."""
    return view["overridden"]["verdict"] if view["overridden"] else view["verdict"]


def say_finding(finding: Finding, language: str, *, says_changes: bool = True) -> FindingView:
    """A finding in a reader's language; says_changes: also what would change it, which takes longest to find."""
    source = cite(finding.licence, language)
    begins_on = finding.begins_on.isoformat() if finding.begins_on else None
    return {
        "client": finding.client,
        "code": finding.code,
        "verdict": finding.by_rules,
        **({"from": begins_on} if finding.is_staged else {}),  # type: ignore[typeddict-item]
        "because": [
            *say_reasons(finding, language),
            say(language, "because.basis", basis=source["legal_basis"]),
        ],
        "missing_facts": list(finding.missing_facts),
        "would_change_if": list_changes(finding, language) if says_changes else [],
        "blockers": list_blockers_of(finding, language),
        "status": finding.status,
        "last_day_to_apply": _write_last_day(finding),
        "implied_by": list(finding.implied_by) or None,
        "trading_without": finding.trading_without,
        **source,
        "local": say_local(finding.licence, language),
        "overridden": view_overridden(finding.override),
        "notes": list(map(view_note, finding.notes)),
    }


def list_changes(finding: Finding, language: str) -> list[str]:
    """What would change a verdict of the rules."""
    rule, obligation = finding.licence.applies, str(finding.licence.row["obligation"])
    return list(_say_changes(rule, rule.find_kinds(finding.profile), obligation, language))


def _write_last_day(finding: Finding) -> str | None:
    """The last day to apply for the renewal of what is held or has expired; None where no expiry is told."""
    ends = finding.expires_on
    window = find_renewal_window(finding.licence.row, ends) if ends else None
    return window.last_day.isoformat() if window else None


def say_traced(finding: Finding, language: str, *, says_changes: bool = True) -> TracedView:
    """A finding in a reader's language, with its trees; says_changes: as ``say_finding``."""
    source, condition = cite(finding.licence, language), finding.condition_trace
    fields = finding.licence.applies.fields
    return {
        **say_finding(finding, language, says_changes=says_changes),
        "trace": view_trace(finding.trace, fields, source),
        "condition_trace": view_trace(condition, fields, source) if condition else None,
    }


def make_findings_frame(
    catalogue: Catalogue,
    profiles: pd.DataFrame,
    as_of: date,
    language: str = "zh",
    is_traced: bool = False,
) -> pd.DataFrame:
    """What each client needs on ``as_of`` and why, one row a client and licence in force.

    Columns are the keys of FindingView, or of TracedView where ``is_traced``. Lists are Python lists of
    str, dates are ISO texts, an unknown address is None.
    """
    found = explain(catalogue, profiles, as_of, language, over_stages=True)
    return frame_findings(say_findings(found, language, is_traced))


def say_findings(
    found: Iterable[Finding], language: str = "zh", is_traced: bool = False, *, says_changes: bool = True
) -> Iterator[FindingView]:
    """Findings in a reader's language, with their trees where ``is_traced``; says_changes: as ``say_finding``."""
    say_one: Callable[..., FindingView] = say_traced if is_traced else say_finding
    return (say_one(finding, language, says_changes=says_changes) for finding in found)


def frame_findings(views: Iterable[FindingView]) -> pd.DataFrame:
    """Findings as rows; ``from`` is missing where none of the clients is told in stages."""
    return pd.DataFrame(list(views), dtype=object)  # an address that is not known stays None


def say_status(
    status: str, implied_by: Iterable[str] | None, short: Callable[[str], str], language: str
) -> str:
    """Whether a licence is held, and where that follows from others from which; short: what a code is called."""
    names = say(language, "list").join(map(short, implied_by or ()))
    return say(language, f"status.{status}", names=names)


def say_reasons(finding: Finding, language: str) -> list[str]:
    """Why the verdict is as it is: the statements that decided it, and the answers that contradict them."""
    rule = finding.licence.applies
    claims = _say_claims_of(rule, tuple(map(finding.profile.get, rule.names)), language)
    doubts = [say(language, "because.contradiction", message=doubt.message) for doubt in finding.doubts]
    outside = [say(language, "because.outside")] if finding.is_outside else []
    return [*(claims or [say(language, "because.always")]), *outside, *doubts]


@lru_cache(maxsize=65536)
def _say_claims_of(rule: Rule, told: tuple[Value | None, ...], language: str) -> tuple[str, ...]:
    """The statements that decided a verdict, or keep it open; alike for all who told the rule the same."""
    profile = dict(zip(rule.names, told, strict=True))
    claims = say_claims(rule.explain(profile), rule.fields, language, profile)
    return tuple(map(begin_sentence, claims))


def cite(licence: Licence, language: str) -> SourceView:
    """Where the rule of a licence comes from, and on which day it was read there."""
    row = licence.row
    return {
        "legal_basis": row[f"legal_basis_{language}"],
        "source_url": row["source_url"] if isinstance(row["source_url"], str) else None,
        "checked_on": row["checked_on"].date().isoformat(),
    }


def view_trace(answered: Trace, fields: Fields, source: SourceView) -> TraceView:
    """A trace as plain values, each of its facts with the source of the rule."""
    atom = answered.atom
    if atom is None:
        parts = [view_trace(part, fields, source) for part in answered.parts]
        return {"op": answered.op, "truth": answered.truth, **({"parts": parts} if parts else {})}
    told: Any = answered.told
    if told is not None and fields[atom.field].type == "set":
        told = sorted(split_set(str(told)))
    return {
        "op": "fact",
        "truth": answered.truth,
        "fact": atom.field,
        "compare": atom.op,
        "bound": atom.value,
        "value": told,
        "source": source,
    }


def say_trace(view: TraceView, fields: Fields, language: str, depth: int = 0) -> list[str]:
    """A rule as indented lines, each part with a sign of its truth: yes, no, or a question mark."""
    indent, sign = "  " * depth, {True: "✓", False: "✗", None: "?"}[view["truth"]]
    if view["op"] == "fact":
        value = view["value"]
        told = (";".join(value) or NONE) if isinstance(value, list) else value
        claim = (Atom(view["fact"], view["compare"], view["bound"]), view["truth"])
        field = fields[view["fact"]]
        if field.type == "bool":  # the sign beside it answers what the label states
            answer = say(language, {True: "yes", False: "no", None: "not_told"}[view["truth"]])
            said = say(language, "claim.is_unnamed", label=field.label[language], answer=answer)
        else:
            (said,) = say_claims([claim], fields, language, {view["fact"]: told})
        return [f"{indent}{sign} {begin_sentence(said)}"]
    lines = [f"{indent}{sign} {say(language, 'trace.' + view['op'])}"]
    for part in view.get("parts", []):
        lines += say_trace(part, fields, language, depth + 1)
    return lines


@lru_cache(maxsize=65536)
def _say_changes(
    rule: Rule, kinds: tuple[Value | None, ...], obligation: str, language: str
) -> tuple[str, ...]:
    """What would change a verdict; alike for all answers of a kind."""
    profile = dict(zip(rule.names, kinds, strict=True))
    return tuple(
        say(
            language,
            "change",
            verdict=say(language, f"verdict.{obligation if wanted else 'not_needed'}"),
            claims=say(language, "and").join(say_conditions(claims, profile, rule.fields, language)),
        )
        for wanted, claims in find_turns(rule, kinds)
    )


def list_blockers_of(finding: Finding, language: str) -> list[str]:
    """As ``list_blockers``, of what is needed and not obtained."""
    if finding.verdict == "not_needed" or finding.is_obtained:
        return []
    return list_blockers(finding.licence, finding.profile, language)


def list_blockers(licence: Licence, profile: Profile, language: str) -> list[str]:
    """The conditions of a licence that a client is known to fail, each with what would meet it."""
    condition = licence.condition
    if condition is None or is_held(licence.code, profile):
        return []
    return list(_say_blockers(condition, tuple(profile.get(name) for name in condition.names), language))


@lru_cache(maxsize=65536)
def _say_blockers(condition: Rule, told: tuple[Value | None, ...], language: str) -> tuple[str, ...]:
    profile = dict(zip(condition.names, told, strict=True))
    failed = find_failed_conditions(condition, told)
    return tuple(say_blockers(failed, condition.fields, profile, language))


def say_blockers(
    failed: Iterable[FailedCondition], fields: Fields, profile: Profile, language: str
) -> list[str]:
    """Conditions that a client is known to fail, each with what would meet it."""
    said = []
    for condition in failed:
        told = say(language, "and").join(say_claims(condition.claims, fields, language, profile))
        ways = [
            say(language, "and").join(say_steps(way, profile, fields, language))
            for way in sort_ways(condition.ways, profile, fields)
        ]
        change, key = say(language, "blocker_or").join(ways), "blocker" if ways else "blocker_none"
        said.append(begin_sentence(say(language, key, claims=told, change=change)))
    return said
