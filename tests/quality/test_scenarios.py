"""The cases that a lawyer can read, held against the catalogue."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from licences.assessment.explain import Finding, explain
from licences.law.catalogue import Catalogue
from licences.law.diff import compare_days
from licences.law.rows import find_in_force, make_plain
from licences.rules.facts import read_profiles
from licences.words.findings import say_finding

CASES: list[dict[str, Any]] = yaml.load(
    (Path(__file__).parents[1] / "scenarios.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
)
VERDICTS = ("required", "recommended", "optional", "not_needed", "undetermined", "forbidden")


def write_cell(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


@pytest.fixture(scope="module")
def profiles(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """All cases as one clients file, read as a consultant's file is read."""
    rows = [
        {"client": f"case-{at}", "name": case["name"], "holds": case.get("holds", "")}
        | {field: write_cell(value) for field, value in case["profile"].items()}
        for at, case in enumerate(CASES)
    ]
    path = tmp_path_factory.mktemp("scenarios") / "clients.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return read_profiles(path, catalogue.fields, set(catalogue.rows["code"]))


@pytest.fixture(scope="module")
def findings(catalogue: Catalogue, profiles: pd.DataFrame) -> dict[str, dict[str, Finding]]:
    found: dict[str, dict[str, Finding]] = {}
    for as_of in sorted({case["as_of"] for case in CASES}):
        clients = [f"case-{at}" for at, case in enumerate(CASES) if case["as_of"] == as_of]
        chosen = profiles[profiles["client"].isin(clients)]
        for finding in explain(catalogue, chosen, as_of, over_stages=True):
            found.setdefault(finding.client, {})[finding.code] = finding
    return found


@pytest.mark.parametrize("at", range(len(CASES)), ids=[case["name"] for case in CASES])
def test_the_answer_is_what_the_law_says(at: int, findings: dict[str, dict[str, Finding]]) -> None:
    case, found = CASES[at], findings[f"case-{at}"]
    expected = {code: verdict for verdict in VERDICTS for code in case.get(verdict, [])}
    named = {*expected, *case.get("missing", {}), *case.get("blocked", []), *case.get("not_blocked", [])}
    answer = {code: say_finding(finding, "zh") for code, finding in found.items() if code in named}
    assert {code: answer[code]["verdict"] for code in expected if code in answer} == expected
    for code, fields in case.get("missing", {}).items():
        assert sorted(answer[code]["missing_facts"]) == sorted(fields)
    for code in case.get("not_in_force", []):
        assert code not in found
    assert [code for code in case.get("blocked", []) if not answer[code]["blockers"]] == []
    assert [code for code in case.get("not_blocked", []) if answer[code]["blockers"]] == []


CHANGED = [case for case in CASES if "says" in case]


@pytest.mark.parametrize("case", CHANGED, ids=[case["name"] for case in CHANGED])
def test_the_row_says_what_was_the_law_on_that_side_of_the_change(
    catalogue: Catalogue, case: dict[str, Any]
) -> None:
    rows = find_in_force(catalogue.rows, case["as_of"])
    for code, cells in case["says"].items():
        for column, expected in cells.items():
            said = make_plain(rows.at[code, column])
            if isinstance(said, str) and isinstance(expected, str):
                assert expected in said
            else:
                assert said == (str(expected) if isinstance(expected, date) else expected)


def test_what_a_row_says_before_a_change_it_does_not_say_after(catalogue: Catalogue) -> None:
    """Each cell that a case names is on the other side of the change another one."""
    for case in CHANGED:
        others = [
            find_in_force(catalogue.rows, day)
            for day in (case["as_of"] - timedelta(days=1), case["as_of"] + timedelta(days=1))
        ]
        for code, cells in case["says"].items():
            own = find_in_force(catalogue.rows, case["as_of"]).loc[code]
            other = next(
                rows.loc[code] for rows in others if rows.at[code, "in_force_from"] != own["in_force_from"]
            )
            assert any(make_plain(own[column]) != make_plain(other[column]) for column in cells)


@pytest.mark.parametrize(
    "first_day",
    [
        "2024-10-23",
        "2025-01-20",
        "2025-04-21",
        "2025-12-22",
        "2026-01-01",
        "2026-02-01",
        "2026-06-01",
        "2027-01-01",
    ],
)
def test_each_real_change_of_2024_to_2027_has_a_case_on_either_side(
    catalogue: Catalogue, first_day: str
) -> None:
    day = date.fromisoformat(first_day)
    changed = set(compare_days(catalogue, day - timedelta(days=1), day).codes)
    assert changed
    for side in (day - timedelta(days=1), day):
        named = {
            code
            for case in CASES
            if case["as_of"] == side
            for verdict in (*VERDICTS, "not_in_force")
            for code in case.get(verdict, [])
        }
        assert changed <= named


def test_each_row_of_the_catalogue_has_a_case_on_either_side(catalogue: Catalogue) -> None:
    sides: dict[tuple[str, date], set[bool]] = {}
    for case in CASES:
        in_force = find_in_force(catalogue.rows, case["as_of"])
        settled = [code for code, facts in case.get("missing", {}).items() if not facts]  # open for good
        told = {verdict: case.get(verdict, []) for verdict in VERDICTS if verdict != "undetermined"}
        for verdict, codes in {**told, "outside": settled}.items():
            for code in codes:
                key = (code, in_force.at[code, "in_force_from"])
                sides.setdefault(key, set()).add(verdict != "not_needed")
    lacking = [
        (code, str(start))
        for code, start, rule in zip(
            catalogue.rows["code"],
            catalogue.rows["in_force_from"],
            catalogue.rows["applies_when"],
            strict=True,
        )
        if sides.get((code, start)) != ({True} if rule == "True" else {True, False})
    ]
    assert lacking == []
