"""A finding says the rule as a tree, in JSON and in lines, and each fact of it where the rule comes from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd
import pytest

from licences.analysis.case import make_case
from licences.assessment.questions import rank_questions
from licences.assessment.remedies import find_remedies
from licences.assessment.verdicts import judge
from licences.law.catalogue import Catalogue
from licences.law.in_force import find_law_in_force
from licences.planning.forecast import PlanOptions
from licences.rules.facts import make_profiles
from licences.words.cases import view_licence
from licences.words.findings import TraceView, make_findings_frame, say_trace

AS_OF = date(2026, 11, 23)
APPLIES = {"not_needed": False, "undetermined": None}


def list_facts(view: Any) -> Iterator[TraceView]:
    if view["op"] == "fact":
        yield view
    for part in view.get("parts", []):
        yield from list_facts(part)


def test_the_truth_of_the_tree_is_the_verdict_and_each_fact_has_its_source(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    told = sample_clients.set_index("client")
    for row in make_findings_frame(catalogue, sample_clients, AS_OF, "en", is_traced=True).to_dict("records"):
        is_outside = row["code"] == "OTHER_REGULATED" and not row["missing_facts"]
        assert is_outside or row["trace"]["truth"] is APPLIES.get(row["verdict"], True)
        facts = list(list_facts(row["trace"]))
        assert {one["fact"] for one in facts if one["truth"] is None} >= set(row["missing_facts"])
        for one in facts:
            assert one["source"] == {name: row[name] for name in ("legal_basis", "source_url", "checked_on")}
            if one["fact"] != "held":
                assert (one["value"] is None) is bool(pd.isna(told.at[row["client"], one["fact"]]))
        if row["blockers"]:
            assert row["condition_trace"]["truth"] is False


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "en",
            [
                "✓ at least one of these:",
                "  ✓ Has a website hosted in mainland China: yes",
                "  ✗ Has a mobile app: no",
            ],
        ),
        ("zh", ["✓ 以下至少一项成立：", "  ✓ 有网站（境内接入）：是", "  ✗ 有App：否"]),
    ],
)
def test_a_tree_is_written_as_indented_lines_with_signs(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str, lines: list[str]
) -> None:
    one = sample_clients[sample_clients["client"] == "paper-plane-post"]
    rows = make_findings_frame(catalogue, one, AS_OF, language, is_traced=True).set_index("code")
    assert say_trace(rows.at["DOMAIN", "trace"], catalogue.fields, language) == lines
    assert say_trace(rows.at["SOFTWARE_COPYRIGHT", "trace"], catalogue.fields, language)[0].startswith("? ")


def tell(catalogue: Catalogue, **cells: str) -> pd.DataFrame:
    codes = set(catalogue.rows["code"])
    return make_profiles([{"client": "c", "name": "C", **cells}], catalogue.fields, codes, "test")


FILING = {"sells_own_goods": "yes", "own_categories": "prepackaged_food", "licensed_food_producer": "no"}


@pytest.mark.parametrize(
    ("holds", "language", "verdict", "because", "change"),
    [
        ("FOOD_OPERATION", "en", "not_needed", "Holds Food operation licence", "required if it were to give up Food operation licence"),
        ("FOOD_OPERATION", "zh", "not_needed", "持有食品经营许可证", "如果注销食品经营许可证，则必须办理"),
        ("FOOD_OPERATION@2026-11-22", "en", "required", "Does not hold Food operation licence", "not needed if it were to obtain Food operation licence"),
        ("none", "zh", "required", "不持有食品经营许可证", "如果取得食品经营许可证，则不需要"),
    ],
)  # fmt: skip
def test_what_is_held_is_a_reason_and_a_way_by_the_licences_name(
    catalogue: Catalogue, holds: str, language: str, verdict: str, because: str, change: str
) -> None:
    rows = make_findings_frame(
        catalogue, tell(catalogue, holds=holds, **FILING), AS_OF, language, is_traced=True
    )
    found = rows.set_index("code").loc["FOOD_PREPACKAGED"]
    assert found["verdict"] == verdict
    assert because in found["because"]
    assert change in found["would_change_if"]
    (leaf,) = (one for one in list_facts(found["trace"]) if one["fact"] == "held")
    assert leaf["value"] == (["FOOD_OPERATION"] if verdict == "not_needed" else [])
    assert any(because in line for line in say_trace(found["trace"], catalogue.fields, language))


def test_of_a_set_that_lacks_something_it_is_said_what(catalogue: Catalogue) -> None:
    rows = make_findings_frame(catalogue, tell(catalogue, sells_own_goods="yes"), AS_OF, "en").set_index(
        "code"
    )
    label = catalogue.fields["own_categories"].values["publications"]["en"]
    said = f"not needed if it does not sell {label} itself"
    assert said in rows.loc["PUBLICATION_RETAIL", "would_change_if"]


def test_what_is_held_has_no_condition_of_obtaining_it(catalogue: Catalogue) -> None:
    told = {"hosts_video_programmes": "yes", "has_website": "yes", "state_owned_or_controlled": "no"}
    for holds, is_blocked in (
        ("AV_LICENCE@2028-01-01", False),
        ("AV_LICENCE@2026-11-22", True),
        ("none", True),
    ):
        profiles = tell(catalogue, holds=holds, **told)
        found = make_findings_frame(catalogue, profiles, AS_OF, "en").set_index("code").loc["AV_LICENCE"]
        assert found["verdict"] == "required"
        assert bool(found["blockers"]) is is_blocked
        asked = tell(catalogue, holds=holds, **told | {"state_owned_or_controlled": "yes"})
        questions = rank_questions(catalogue, asked, AS_OF).explode("conditions")
        assert ("AV_LICENCE" in set(questions["conditions"])) is is_blocked
        (one,) = judge(catalogue, profiles, AS_OF)
        assert (
            find_remedies(find_law_in_force(catalogue, AS_OF).entries["AV_LICENCE"], one.profile)[
                "eligible"
            ].is_held
            is not is_blocked
        )
        case = make_case(catalogue, profiles, AS_OF, PlanOptions(AS_OF), "en")
        assert bool(view_licence(case, "AV_LICENCE")["advice"]) is is_blocked
