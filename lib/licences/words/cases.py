"""A case in a reader's language: the one view from which every format takes what it shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypedDict

import pandas as pd

from licences.analysis.progress import has_progress
from licences.assessment.holdings import DONE
from licences.assessment.remedies import find_eligible
from licences.assessment.verdicts import BY_WEIGHT
from licences.book.notes import CLIENT
from licences.law.local import PROVINCE
from licences.law.renewal_window import find_renewal_window
from licences.planning.papers import find_undocumented
from licences.planning.promise import find_open
from licences.planning.renewals import MONTHS
from licences.words.citations import TextView, list_texts
from licences.words.deadlines import DeadlineView, view_deadlines
from licences.words.findings import list_blockers_of, list_changes, say_reasons, say_status
from licences.words.letter import LetterView, view_letter
from licences.words.missing import SHOWN, MissingView, say_more, view_missing
from licences.words.money import MoneyView, view_money
from licences.words.overrides import list_remarks, say_why, view_overridden
from licences.words.papers import PaperView, count_by_who, group_by_who, view_papers
from licences.words.phrases import say_rare, say_value
from licences.words.plans import (
    DueRow,
    DueView,
    LaunchView,
    StepView,
    merge_dues,
    say_conflicts,
    view_dues,
    view_launch,
    view_steps,
)
from licences.words.progress import ProgressView, view_progress
from licences.words.promise import PromiseView, view_promise
from licences.words.remedies import say_way
from licences.words.rows import RowView, clean_cell, view_row
from licences.words.scope import say_scope
from licences.words.stages import StageView, say_from, view_stages
from licences.words.texts import say
from licences.words.upcoming import say_coming

if TYPE_CHECKING:
    from licences.analysis.case import Case
    from licences.assessment.explain import Finding
    from licences.law.catalogue import Catalogue
    from licences.law.in_force import UpcomingChange

FRESH_DAYS = 365
_SHOWN = ("forbidden", "required", "recommended", "optional")


class LicenceView(RowView):
    """What is said of a licence in a client's case.

    status_text: the status in words. changes: what would change the verdict, of what has a card. obtainable: the ways to meet its condition. is_licence: whether it can be held, as a prohibition cannot.
    is_outside: whether the catalogue holds no rule for it, so that no answer settles it. last_day: to apply for
    the renewal of what is held or has expired, None where no expiry is told; it has a star where it is provisional. needed_from:
    from which day on the verdict is, empty where it is so from the start. remarks: the notes of it for the client.
    """

    verdict: str
    status: str
    status_text: str
    because: list[str]
    missing: list[str]
    blockers: list[str]
    changes: list[str]
    obtainable: list[str]
    age: str
    age_days: int
    is_licence: bool
    is_outside: bool
    last_day: date | None
    last_day_text: str
    needed_from: str
    remarks: list[str]


class QuestionView(TypedDict):
    """A fact still open, and the names of the licences that it settles or that have a condition of it.

    asked: its label as a question.
    """

    field: str
    label: str
    help: str
    settles: list[str]
    conditions: list[str]
    share: str
    is_rare: bool
    asked: str


class RareView(TypedDict):
    """The open facts that only few businesses have: what heads them, and what one answer to all settles."""

    title: str
    intro: str
    questions: list[QuestionView]


# A key of it is a keyword, so that it has no class of its own.
UpcomingView = TypedDict(
    "UpcomingView",
    {"name": str, "official_name": str, "code": str, "from": date, "what": str, "note": str},
)


class AgeView(TypedDict):
    """How old the sources of what is shown are."""

    oldest: date
    newest: date
    age: str
    is_old: bool


class CaseView(TypedDict):
    """A case, worked out once for all its formats.

    needed: by verdict, but for what is not needed. open, outside: what is undetermined, by whether answers
    can settle it. held: what is required and in hand; advised: what is recommended or optional. texts: what
    all that is shown rests on, first what is to be obtained does, numbered; cites: the numbers by code; texts_of_plan: how many of them that are. open_text: how many, and whether they could be required. not_needed: the licences among what is
    not. missing: what a client that trades is missing today, most urgent first; missing_first: what of it a first
    page shows, and missing_more how many more there are. stages: of a client told in stages, and of no other, the
    present and what is to come. remarks: what we hold against the rules, and our notes for the client.
    """

    case: Case
    language: str
    needed: dict[str, list[LicenceView]]
    forbidden: list[LicenceView]
    open: list[LicenceView]
    open_text: str
    outside: list[LicenceView]
    not_needed: list[LicenceView]
    held_in_vain: list[str]
    required: list[LicenceView]
    to_obtain: list[LicenceView]
    blocked: list[LicenceView]
    deadlines: list[DeadlineView]
    progress: ProgressView
    has_progress: bool
    steps: list[StepView]
    dated: list[StepView]
    undated: list[StepView]
    questions: list[QuestionView]
    rare: RareView | None
    remarks: list[str]
    warnings: list[str]
    coming: list[UpcomingView]
    shown: list[LicenceView]
    held: list[LicenceView]
    advised: list[LicenceView]
    texts: list[TextView]
    cites: dict[str, list[int]]
    texts_of_plan: int
    checked: AgeView
    missing: list[MissingView]
    missing_first: list[MissingView]
    missing_more: str
    letter: LetterView
    launch: LaunchView | None
    promise: PromiseView
    stages: list[StageView]
    conflicts: list[str]
    renewals: list[DueView]
    dues: list[DueRow]
    untold_expiries: list[str]
    months: int
    money: MoneyView
    papers: list[PaperView]
    papers_of: dict[str, int]
    papers_by: dict[str, list[PaperView]]
    undocumented: dict[str, str]
    capacity: int | None
    prepares: bool
    profile: list[tuple[str, str]]
    scope: list[str]
    local_note: str


@lru_cache(maxsize=1)
def view_case(case: Case) -> CaseView:
    """What every format needs to know of a case, in its reader's language."""
    licences = {code: view_licence(case, code) for code in case.findings}
    needed = {verdict: [licences[code] for code in case.find_codes(verdict)] for verdict in BY_WEIGHT[:-1]}
    required = needed["required"]
    steps = view_steps(case.forecast)
    to_obtain = [licence for licence in required if licence["status"] not in DONE]
    codes = list(
        dict.fromkeys([*(licence["code"] for licence in to_obtain), *(step["code"] for step in steps)])
    )
    papers = view_papers(case.plan, codes)
    open_ones = [licence for licence in needed["undetermined"] if not licence["is_outside"]]
    outside = [licence for licence in needed["undetermined"] if licence["is_outside"]]
    open_text = _say_open(case, open_ones)
    outside_text = say(case.language, "page.answer_outside") if outside else ""
    renewals = view_dues(case.forecast)
    missing = view_missing(case.forecast)
    shown = [licence for verdict in _SHOWN for licence in needed[verdict]]
    cited = [*to_obtain, *shown]
    rows = ((licence["code"], case.law.entries[licence["code"]].row) for licence in cited)
    texts, cites = list_texts(dict(rows).items(), case.language)
    questions = [_view_question(case, row) for row in case.questions.to_dict("records")]
    return {
        "case": case,
        "language": case.language,
        "needed": needed,
        "forbidden": needed["forbidden"],
        "open": open_ones,
        "open_text": open_text,
        "outside": outside,
        "not_needed": [
            licences[code] for code in case.find_codes("not_needed") if code in case.catalogue.codes
        ],
        "held_in_vain": _find_gone(case),
        "required": required,
        "to_obtain": to_obtain,
        "blocked": [licence for licence in required if licence["blockers"] and licence["status"] not in DONE],
        "deadlines": view_deadlines(case.forecast.deadlines, case.plan.law),
        "progress": view_progress(case),
        "has_progress": has_progress(case),
        "steps": steps,
        "dated": [step for step in steps if step["finish"]],
        "undated": [step for step in steps if not step["finish"]],
        "questions": questions,
        "rare": _view_rare(case, questions),
        "remarks": list(list_remarks(case.findings.values(), case.case_file.notes, case.law)),
        "warnings": [warning.message for warning in case.contradictions],
        "coming": [_view_coming(change, case) for change in case.coming],
        "shown": shown,
        "held": [licence for licence in required if licence["status"] in DONE],
        "advised": [*needed["recommended"], *needed["optional"]],
        "texts": texts,
        "cites": cites,
        "texts_of_plan": max((n for one in to_obtain for n in cites[one["code"]]), default=0),
        "checked": _find_age(case, shown),
        "missing": missing,
        "missing_first": missing[:SHOWN],
        "missing_more": say_more(
            len(missing) - SHOWN, case.language, say(case.language, "letter.goals_title")
        ),
        "letter": view_letter(case, papers, [open_text, outside_text]),
        "launch": view_launch(case.forecast),
        "promise": view_promise(case.forecast),
        "stages": view_stages(case.forecast),
        "conflicts": say_conflicts(case.plan),
        "renewals": renewals,
        "dues": merge_dues(renewals, case.language),
        "untold_expiries": [case.name_code(code) for code in case.forecast.untold_expiries],
        "months": MONTHS,
        "money": view_money(case.forecast),
        "papers": papers,
        "papers_of": count_by_who(papers),
        "papers_by": group_by_who(papers),
        "undocumented": {code: case.short(code) for code in find_undocumented(case.plan.law, codes)},
        "capacity": case.plan.capacity if case.plan.prepares else None,  # else it limits nothing
        "prepares": case.plan.prepares,
        "scope": say_scope(case.catalogue, case.as_of, case.language, with_edition=False),
        "local_note": _say_local_note(case, shown),
        "profile": [
            (field.label[case.language], say_value(field, case.profile[field.name], case.language))
            for field in case.catalogue.fields.every
            if case.profile[field.name] is not None
        ],
    }


def _say_open(case: Case, licences: list[LicenceView]) -> str:
    """How many cannot be judged yet, and whether they could be required; empty where there are none."""
    if not licences:
        return ""
    could_be = not set(find_open(case.plan)).isdisjoint(licence["code"] for licence in licences)
    key = "answer_open" if could_be else "answer_open_advised"
    return say(case.language, f"page.{key}", count=len(licences))


def view_licence(case: Case, code: str) -> LicenceView:
    """What is said of a licence: of its row, which is the same for every client, and of this client's case."""
    finding, expires_on = case.findings[code], case.held.get(code)
    window = find_renewal_window(finding.licence.row, expires_on) if expires_on else None
    row = view_row(finding.licence, case.language)
    is_told_more = finding.verdict != "not_needed" and not finding.override  # what is not needed has no card
    return {
        **row,
        "advice": None if finding.is_obtained else row["advice"],  # it says what to do instead of applying
        "verdict": finding.verdict,
        "status": finding.status,
        "status_text": say_status(finding.status, finding.implied_by, case.short, case.language),
        "because": _say_because(finding, case.language),
        "missing": []
        if finding.override
        else [case.catalogue.fields[name].label[case.language] for name in finding.missing_facts],
        "blockers": list_blockers_of(finding, case.language),
        "changes": list_changes(finding, case.language) if is_told_more else [],
        "obtainable": _say_obtainable(case, code),
        "age": _say_age(case, row["checked_on"]),
        "age_days": max(0, (case.as_of - row["checked_on"]).days),
        "is_licence": code in case.catalogue.codes,
        "is_outside": finding.is_outside,
        "last_day": window.last_day if window else None,
        "needed_from": say_from(finding.begins_on, case.language) if finding.begins_on else "",
        "last_day_text": f"{window.last_day}{'*' if window.is_provisional else ''}" if window else "",
        "remarks": [note.note for note in finding.notes if note.audience == CLIENT],
    }


def _say_because(finding: Finding, language: str) -> list[str]:
    """Why the verdict counts, without the legal basis, which stands in its own place."""
    reasons, ours = say_reasons(finding, language), view_overridden(finding.override)
    return [say_why(ours, finding.by_rules, reasons, language)] if ours else reasons


def _say_obtainable(case: Case, code: str) -> list[str]:
    """What would meet the condition of a licence that may be needed, where it is not met yet."""
    finding = case.findings[code]
    if finding.verdict == "not_needed":
        return []
    aim = find_eligible(finding.licence, finding.profile, is_implied=bool(finding.implied_by))
    return (
        []
        if aim.reached
        else [say_way(way, finding.profile, case.catalogue.fields, case.language) for way in aim.ways]
    )


def _say_local_note(case: Case, shown: list[LicenceView]) -> str:
    """Where provinces may differ: for all that is shown, or for all but what the client's province has settled."""
    names = [licence["name"] for licence in shown if licence["local"]]
    if not names:
        return say(case.language, "local.unknown")
    field = case.catalogue.fields[PROVINCE]
    province = field.values[str(case.profile[PROVINCE])][case.language]
    joined = say(case.language, "list").join(names)
    return say(case.language, "local.known", province=province, names=joined)


def _view_question(case: Case, row: Mapping[Any, Any]) -> QuestionView:
    field = case.catalogue.fields[row["field"]]
    return {
        "field": field.name,
        "label": field.label[case.language],
        "help": field.help[case.language],
        "settles": [case.name_code(code) for code in row["settles"]],
        "conditions": [case.name_code(code) for code in row["conditions"]],
        "share": f"{row['share']:.0%}",
        "is_rare": field.is_rare,
        "asked": say(case.language, f"letter.asked.{field.type}", label=field.label[case.language]),
    }


def _view_rare(case: Case, questions: list[QuestionView]) -> RareView | None:
    rare = [question for question in questions if question["is_rare"]]
    if not rare:
        return None
    return {
        "title": say(case.language, "rare.title", count=len(rare)),
        "intro": say_rare(len(case.settled_by_none), case.language),
        "questions": rare,
    }


def _view_coming(change: UpcomingChange, case: Case) -> UpcomingView:
    stage = case.find_concerned(change)
    return {
        "name": change.entry.name,
        "official_name": change.entry.official_name,
        "code": change.entry.code,
        "from": change.day,
        "what": say_coming(change, case.law, stage.profile if stage else case.profile, case.plan.kept),
        "note": say_note(change, case.catalogue, case.language),
    }


def say_note(change: UpcomingChange, catalogue: Catalogue, language: str) -> str:
    """What is to be said of a change ahead: the note of what begins, or what follows what ends."""
    row = change.entry.row
    if change.kind != "end":
        return clean_cell(row[f"note_{language}"]) or ""
    code, rows = change.entry.code, catalogue.rows
    is_followed = (rows.loc[rows["code"] == code, "in_force_from"] > pd.Timestamp(change.day)).any()
    if is_followed or set(row["superseded_by"]) - {code}:
        return ""
    return say(language, "page.coming_end")


def _find_gone(case: Case) -> list[str]:
    """What the client holds of which no row is in force any more."""
    gone = [code for code in case.held if code not in case.law.entries]
    return [case.catalogue.find_names(code, case.language)[0] for code in gone]


def _say_age(case: Case, checked_on: date) -> str:
    """How long before the day of the law a source was checked, or that it was checked on it or later."""
    days = (case.as_of - checked_on).days
    key = "days_ago" if days > 0 else "after_law" if days < 0 else "on_law_day"
    return say(case.language, f"page.{key}", days=days)


def _find_age(case: Case, licences: list[LicenceView]) -> AgeView:
    days: list[date] = [licence["checked_on"] for licence in licences]
    oldest = min(days, default=case.as_of)
    return {
        "oldest": oldest,
        "newest": max(days, default=case.as_of),
        "age": _say_age(case, oldest),
        "is_old": (case.as_of - oldest).days > FRESH_DAYS,
    }
