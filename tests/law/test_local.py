"""Rules of a province are read with the catalogue, and stand in the rows of who is registered there."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from licences.analysis.case import Case, make_case
from licences.analysis.impact import ClientImpact, find_impacts
from licences.batch.fingerprint import hash_inputs
from licences.law.catalogue import Catalogue
from licences.law.diff import LocalChange, compare_days, compare_laws
from licences.law.in_force import find_law_for, find_law_in_force
from licences.law.local import find_local_problems
from licences.planning.forecast import PlanOptions
from licences.rules.facts import make_profiles
from licences.words.cases import view_case, view_licence
from licences.words.json_views import describe_difference

AS_OF = date(2026, 11, 23)
COLUMNS = (
    "province", "code", "in_force_from", "in_force_to", "column", "value_zh", "value_en", "source", "article",
    "confidence",
)  # fmt: skip
SOURCES = {
    "read-rule": ("regulation", "article"),
    "heard-rule": ("regulation", "second_hand"),
    "guess": ("practice", "second_hand"),
}


def make_local(catalogue: Catalogue, *rows: dict[str, Any]) -> Catalogue:
    """The law with these local rules and no others."""
    local = pd.DataFrame(rows, columns=COLUMNS)
    for name in ("in_force_from", "in_force_to"):
        local[name] = pd.to_datetime(local[name])
    sources = pd.DataFrame(
        [
            {"id": name, "title_zh": f"《{name}》", "title_en": f"Act {name}", "kind": kind, "how": how}
            for name, (kind, how) in SOURCES.items()
        ]
    )
    local.index = pd.Index(range(2, 2 + len(local)))
    return replace(catalogue, local=local, sources=sources)


def rule(column: str, zh: str, en: str | None = None, **other: Any) -> dict[str, Any]:
    cells = {"province": "310000", "code": "EDI", "source": "read-rule", "article": "art 9"}
    return {**cells, "column": column, "value_zh": zh, "value_en": zh if en is None else en, **other}


def open_case(catalogue: Catalogue, province: str, language: str = "en", day: date = AS_OF) -> Case:
    cells = {
        "client": "c", "name": "C", "holds": "BUSINESS_LICENCE", "hosts_third_party_sellers": "yes",
        "completes_transactions_online": "yes", "has_website": "yes", "province": province,
    }  # fmt: skip
    profiles = make_profiles([cells], catalogue.fields, catalogue.codes, "test")
    return make_case(catalogue, profiles, day, PlanOptions(day), language)


def find_times(case: Case) -> tuple[Any, ...]:
    row = case.findings["EDI"].licence.row
    return row["days_likely"], row["days_max"], row["days_max_basis"]


@pytest.mark.parametrize(
    ("source", "basis"), [("read-rule", "rule_text"), ("heard-rule", "secondary"), ("guess", "estimate")]
)
def test_a_local_number_is_in_row_plan_and_words_and_its_ground_is_that_of_the_source(
    catalogue: Catalogue, source: str, basis: str
) -> None:
    cells = [rule("days_likely", "90", source=source), rule("days_max", "120", source=source)]
    ours = make_local(catalogue, *cells)
    there, elsewhere, untold = (open_case(ours, province) for province in ("310000", "110000", ""))
    assert find_times(there) == (90, 120, basis)
    assert find_times(elsewhere) == find_times(untold) != find_times(there)
    late, early = (
        next(step.finish for step in case.steps if step.code == "EDI") for case in (there, elsewhere)
    )
    assert late
    assert early
    assert late > early
    said = view_licence(there, "EDI")["local"]
    assert said[0] == f"Shanghai: Likely time: 90 working days (Act {source} art 9)"
    assert view_licence(elsewhere, "EDI")["local"] == view_licence(untold, "EDI")["local"] == []


def test_a_local_text_and_a_remark_are_said_in_the_readers_language(catalogue: Catalogue) -> None:
    ours = make_local(
        catalogue, rule("penalty_zh", "罚一元", "one yuan"), rule("remark", "先问", "Ask first")
    )
    zh, en = (view_licence(open_case(ours, "310000", language), "EDI") for language in ("zh", "en"))
    assert (zh["penalty"], en["penalty"]) == ("罚一元", "one yuan")
    assert zh["local"] == [
        "上海市：罚则：罚一元（《read-rule》 art 9）",
        "上海市：先问（《read-rule》 art 9）",
    ]
    assert en["local"][1] == "Shanghai: Ask first (Act read-rule art 9)"


def test_a_local_rule_holds_in_its_period_alone(catalogue: Catalogue) -> None:
    period = {"in_force_from": "2026-01-01", "in_force_to": "2026-12-31"}
    ours = make_local(catalogue, rule("days_max", "120", **period))
    days = {
        date(2025, 12, 31): False,
        date(2026, 1, 1): True,
        date(2026, 12, 31): True,
        date(2027, 1, 1): False,
    }
    for day, holds in days.items():
        law = find_law_for(ours, day, "en", {"province": "310000"})
        assert bool(law.entries["EDI"].row["days_max"] == 120) is holds
        assert (law is find_law_in_force(ours, day, "en")) is not holds


def test_that_provinces_may_differ_stands_only_where_nothing_is_known(catalogue: Catalogue) -> None:
    ours = make_local(catalogue, rule("days_max", "120"))
    known, unknown = (view_case(open_case(ours, one))["local_note"] for one in ("310000", "110000"))
    assert known.startswith("Rules of Shanghai are applied and marked for: ")
    assert unknown.startswith("Rules of provinces and cities can differ")


def test_a_rule_that_comes_or_goes_is_a_difference_and_touches_who_is_there_and_needs_the_licence(
    catalogue: Catalogue,
) -> None:
    ours = make_local(
        catalogue, rule("days_max", "120", in_force_from="2026-01-01"), rule("remark", "说", "said")
    )
    cells = [
        {"client": name, "name": name, "holds": "none", "hosts_third_party_sellers": sells,
         "completes_transactions_online": "yes", "province": province}
        for name, sells, province in (
            ("there", "yes", "310000"), ("elsewhere", "yes", "110000"), ("not_needed", "no", "310000"),
            ("untold", "yes", ""),
        )
    ]  # fmt: skip
    profiles = make_profiles(cells, catalogue.fields, catalogue.codes, "test")
    before, after = date(2025, 12, 31), date(2026, 1, 1)
    difference = compare_days(ours, before, after, "en")
    assert difference.local == (LocalChange("310000", "EDI", "days_max", None, "120"),)
    touched = {one.client: one for one in find_impacts(difference, profiles, PlanOptions(date(2026, 1, 5)))}
    assert [name for name, one in touched.items() if one.local] == ["there"]
    assert ClientImpact("a", "A", local=difference.local).matter == "rule"
    said = describe_difference(difference, touched.values(), profiles)
    assert said["local"] == [asdict(difference.local[0])]
    (there,) = [one for one in said["clients"] if one["client"] == "there"]
    assert any("Shanghai now has a rule of its own" in sentence for sentence in there["tell"])
    later = compare_laws(ours, make_local(catalogue, rule("remark", "新", "new")), AS_OF, "en")
    assert {(one.field, one.old, one.new) for one in later.local} == {
        ("days_max", "120", None),
        ("remark", "said", "new"),
    }


def test_two_values_for_the_same_time_are_a_problem_and_two_remarks_are_none(catalogue: Catalogue) -> None:
    ours = make_local(
        catalogue,
        rule("days_max", "120", in_force_from="2026-01-01"),
        rule("days_max", "90", in_force_to="2026-01-01"),
        rule("days_max", "60", in_force_to="2025-06-30", province="110000"),
        rule("remark", "一", "one"),
        rule("remark", "二", "two"),
    )
    (problem,) = find_local_problems(
        ours.local, ours.rows, ours.sources, ours.papers, ours.fields, "local.csv"
    )
    assert (problem.line, problem.column) == (3, "in_force_from")
    assert "days_max has a value in line 2 for the same time" in problem.wrong


def test_a_report_rests_on_the_local_rules_of_its_client_alone(catalogue: Catalogue) -> None:
    cells = [
        {"client": name, "name": name, "holds": "none", "hosts_third_party_sellers": "yes",
         "completes_transactions_online": "yes", "province": province}
        for name, province in (("there", "310000"), ("elsewhere", "110000"))
    ]  # fmt: skip
    profiles = make_profiles(cells, catalogue.fields, catalogue.codes, "test")
    notebook = b'{"metadata": {"licences": {"uses": "case"}}}'
    before, after = (
        dict(hash_inputs(make_local(catalogue, rule("remark", text)), profiles, AS_OF, "en", notebook, []))
        for text in ("one", "two")
    )
    assert before["there"] != after["there"]
    assert before["elsewhere"] == after["elsewhere"]


@pytest.mark.parametrize(
    ("new", "column", "wrong"),
    [
        ({"province": "999999"}, "province", "no province '999999'"),
        ({"code": "EDII"}, "code", "no code 'EDII'"),
        ({"source": "reed-rule"}, "source", "no source 'reed-rule'"),
        ({"column": "days_maxx"}, "column", "unknown column 'days_maxx'"),
        ({"column": "applies_when"}, "column", "applies_when is the same in every province"),
        ({"column": "days_max_basis"}, "column", "days_max_basis is the same in every province"),
        ({"value_zh": "soon", "value_en": "soon"}, "value_zh", "'soon' is not a number"),
        ({"value_en": "11"}, "value_en", "days_max has one value for both languages"),
        ({"column": "days_unit"}, "value_zh", "unknown value '10'"),
    ],
)  # fmt: skip
def test_a_fault_of_the_local_rules_is_named(
    catalogue: Catalogue, new: dict[str, str], column: str, wrong: str
) -> None:
    ours = make_local(catalogue, rule("days_max", "10"), rule("days_max", "10") | new)
    ours.local.loc[2, "in_force_to"] = pd.Timestamp("2020-12-31")
    ours.local.loc[3, "in_force_from"] = pd.Timestamp("2021-01-01")
    problems = find_local_problems(ours.local, ours.rows, ours.sources, ours.papers, ours.fields, "local.csv")
    assert [(one.line, one.column) for one in problems] == [(3, column)]
    assert problems[0].wrong == wrong
    assert problems[0].right
