"""Times of a firm's own in words: on how many cases they rest, beside what the catalogue says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypedDict

from licences.law.durations import OWN_CASES, OwnTime
from licences.law.local import PROVINCE
from licences.planning.forecast import count_own_cases
from licences.words.labels import label_value
from licences.words.rows import clean_cell, say_times
from licences.words.texts import say, say_number, say_share

if TYPE_CHECKING:
    from licences.law.case_statistics import CaseStatistics
    from licences.law.in_force import LawInForce
    from licences.planning.schedule import Step


def label_ground(ground: str, steps: Iterable[Step], language: str) -> str:
    """On what the times of steps rest; where it is cases of the firm's own, on how many at least."""
    label = label_value("days_likely_basis", ground, language)
    cases = count_own_cases(steps) if ground == OWN_CASES else None
    return label if cases is None else say(language, "durations.ground", ground=label, cases=cases)


def say_own_time(step: Step, law: LawInForce) -> str | None:
    """Where the days of a step come from, where it is the firm's own cases; None for those of the catalogue."""
    own = step.duration.own if step.duration else None
    if own is None:
        return None
    early, middle, late = map(_round, own.days)
    said = say_catalogue(step.code, law) or say(law.language, "durations.nothing")
    numbers = {"median": _round(own.median_days), "p80": _round(own.p80_days), "returned": own.returned}
    where = (
        say(law.language, "durations.there", province=name_province(own.province, law))
        if own.province
        else ""
    )
    return say(
        law.language,
        "durations.note",
        cases=own.cases,
        where=where,
        catalogue=said,
        early=early,
        middle=middle,
        late=late,
        **numbers,
    )


def name_province(province: str, law: LawInForce) -> str:
    """What a province is called."""
    return law.catalogue.fields[PROVINCE].values[province][law.language]


def say_catalogue(code: str, law: LawInForce) -> str:
    """The catalogue's own times of a licence with their ground; empty where it has none, or the licence is not in force."""
    if code not in law.entries:
        return ""
    row = law.entries[code].row
    return say_times({str(name): clean_cell(value) for name, value in row.items()}, law.language)


def _round(days: float) -> str:
    """Days as a text has them: whole from ten on."""
    return say_number(round(days) if days >= 10 else round(days, 1))


class OwnTimeJson(TypedDict):
    """The firm's own cases that the days of a step follow from, in working days."""

    cases: int
    province: str | None
    median: float
    p80: float
    expected_p10: float
    expected_p50: float
    expected_p90: float
    returned: int


def describe_own_time(own: OwnTime) -> OwnTimeJson:
    """The cases behind a duration as ``plan --json`` has them."""
    early, middle, late = (round(one, 1) for one in own.days)
    return {
        "cases": own.cases,
        "province": own.province or None,
        "median": round(own.median_days, 1),
        "p80": round(own.p80_days, 1),
        "expected_p10": early,
        "expected_p50": middle,
        "expected_p90": late,
        "returned": own.returned,
    }


class CasesJson(TypedDict):
    """What the cases of a licence say, in all places or in a province; days are working days."""

    code: str
    province: str | None
    cases: int
    refused: int
    median_days: float | None
    p80_days: float | None
    returned: int
    returned_share: float | None
    correction_days: float | None
    under_way: int
    forgotten: int
    left_out: int
    basis: str | None
    expected_p10: float | None
    expected_p50: float | None
    expected_p90: float | None
    catalogue_min: int | None
    catalogue_likely: int | None
    catalogue_max: int | None
    catalogue_unit: str | None
    catalogue_basis: str | None


class DurationsJson(TypedDict):
    """The times of a firm's own, by licence."""

    as_of: str
    cases: int
    under_way: int
    left_out: int
    licences: list[CasesJson]


def describe_durations(
    rows: Iterable[CaseStatistics], left_out: Mapping[str, int], law: LawInForce
) -> DurationsJson:
    """The statistics of all licences as ``durations --json`` has them."""
    told = [_describe_row(one, law) for one in rows]
    whole = [one for one in told if one["province"] is None]
    return {
        "as_of": law.as_of.isoformat(),
        "cases": sum(one["cases"] for one in whole),
        "under_way": sum(one["under_way"] for one in whole),
        "left_out": sum(left_out.values()),
        "licences": told,
    }


def _describe_row(one: CaseStatistics, law: LawInForce) -> CasesJson:
    row = law.entries[one.code].row if one.code in law.entries else {}
    cells = {name: clean_cell(row[name]) if row else None for name in _CATALOGUE}
    early, middle, late = one.expected_days or (None, None, None)
    likely = cells["days_likely"]
    stated = cells["days_likely_basis"]
    return {
        "code": one.code,
        "province": one.province or None,
        "cases": one.cases,
        "refused": one.refused,
        "median_days": _cut(one.median_days),
        "p80_days": _cut(one.p80_days),
        "returned": one.returned,
        "returned_share": None if one.returned_share is None else round(one.returned_share, 4),
        "correction_days": _cut(one.correction_days),
        "under_way": one.under_way,
        "forgotten": one.forgotten,
        "left_out": one.left_out,
        "basis": OWN_CASES if one.expected_days else stated,
        "expected_p10": _cut(early),
        "expected_p50": _cut(middle),
        "expected_p90": _cut(late),
        "catalogue_min": _whole(cells["days_min"]),
        "catalogue_likely": _whole(likely),
        "catalogue_max": _whole(cells["days_max"]),
        "catalogue_unit": cells["days_unit"],
        "catalogue_basis": stated,
    }


_CATALOGUE = ("days_min", "days_likely", "days_max", "days_unit", "days_likely_basis")


def _cut(days: float | None) -> float | None:
    return None if days is None else round(days, 1)


def _whole(days: float | None) -> int | None:
    return None if days is None else int(days)


class DurationRow(TypedDict):
    """A row of the table of own times in the reader's language; figures are plain numbers, days working days.

    licence: its name, and the province where the row is of one. expected: by which percentiles plans are made.
    """

    code: str
    licence: str
    cases: int
    median: float | None
    p80: float | None
    sent_back: str
    returned_share: float | None
    correction: float | None
    under_way: str
    expected: str
    catalogue: str


class DurationsView(TypedDict):
    """The times of a firm's own as a table: title, labels of the columns, rows, and sentences below them."""

    title: str
    columns: dict[str, str]
    rows: list[DurationRow]
    notes: list[str]


COLUMNS = (
    "licence",
    "cases",
    "median",
    "p80",
    "sent_back",
    "correction",
    "under_way",
    "expected",
    "catalogue",
)


def view_durations(
    rows: Iterable[CaseStatistics], left_out: Mapping[str, int], law: LawInForce
) -> DurationsView:
    """The statistics of all licences in the reader's language."""
    rows, language = list(rows), law.language
    left, forgotten = sum(left_out.values()), sum(one.forgotten for one in rows if not one.province)
    notes = [say(language, "durations.counting"), say(language, "durations.using")]
    notes += [say(language, "durations.left_out", count=left)] if left else []
    notes += [say(language, "durations.forgotten", count=forgotten)] if forgotten else []
    return {
        "title": say(language, "durations.title", as_of=law.as_of),
        "columns": {name: say(language, f"durations.column_{name}") for name in COLUMNS},
        "rows": [_view_row(one, law) for one in rows],
        "notes": notes if rows else [say(language, "durations.none"), *notes[2:]],
    }


def _view_row(one: CaseStatistics, law: LawInForce) -> DurationRow:
    language = law.language
    name = law.short(one.code) if one.code in law.entries else law.catalogue.find_names(one.code, language)[0]
    share = one.returned_share
    refused = say(language, "durations.refused", count=one.refused) if one.refused else ""
    overdue = say(language, "durations.too_long", count=one.forgotten) if one.forgotten else ""
    sent_back = (
        "" if share is None else say(language, "durations.share", count=one.returned, share=say_share(share))
    )
    return {
        "code": one.code,
        "licence": say(
            language, "durations.in_province", name=name, province=name_province(one.province, law)
        )
        if one.province
        else name,
        "cases": one.cases,
        "median": _cut(one.median_days),
        "p80": _cut(one.p80_days),
        "sent_back": sent_back + refused,
        "returned_share": share,
        "correction": _cut(one.correction_days),
        "under_way": f"{one.under_way}{overdue}",
        "expected": " – ".join(map(_round, one.expected_days))
        if one.expected_days
        else say(language, "durations.by_catalogue"),
        "catalogue": say_catalogue(one.code, law),
    }
