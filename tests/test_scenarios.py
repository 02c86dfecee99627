"""The cases that a lawyer can read, held against the catalogue."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from licences.assessment import assess
from licences.catalogue import find_in_force
from licences.law import Law
from licences.profiles import read_profiles

CASES: list[dict[str, Any]] = yaml.load(
    (Path(__file__).parent / "scenarios.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
)
VERDICTS = ("required", "recommended", "optional", "not_needed", "undetermined")


def write_cell(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


@pytest.fixture(scope="module")
def profiles(law: Law, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """All cases as one clients file, read as a consultant's file is read."""
    rows = [
        {"client": f"case-{at}", "name": case["name"], "holds": case.get("holds", "")}
        | {field: write_cell(value) for field, value in case["profile"].items()}
        for at, case in enumerate(CASES)
    ]
    path = tmp_path_factory.mktemp("scenarios") / "clients.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return read_profiles(path, law.fields, set(law.catalogue["code"]))


@pytest.fixture(scope="module")
def findings(law: Law, profiles: pd.DataFrame) -> dict[str, dict[str, dict[str, Any]]]:
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for as_of in sorted({case["as_of"] for case in CASES}):
        clients = [f"case-{at}" for at, case in enumerate(CASES) if case["as_of"] == as_of]
        for row in assess(law, profiles[profiles["client"].isin(clients)], as_of, "en").to_dict("records"):
            found.setdefault(row["client"], {})[row["code"]] = row
    return found


@pytest.mark.parametrize("at", range(len(CASES)), ids=[case["name"] for case in CASES])
def test_the_answer_is_what_the_law_says(at: int, findings: dict[str, dict[str, dict[str, Any]]]) -> None:
    case, answer = CASES[at], findings[f"case-{at}"]
    expected = {code: verdict for verdict in VERDICTS for code in case.get(verdict, [])}
    assert {code: answer[code]["verdict"] for code in expected if code in answer} == expected
    for code, fields in case.get("missing", {}).items():
        assert sorted(answer[code]["missing_facts"]) == sorted(fields)
    for code in case.get("not_in_force", []):
        assert code not in answer
    assert [code for code in case.get("blocked", []) if not answer[code]["blockers"]] == []
    assert [code for code in case.get("not_blocked", []) if answer[code]["blockers"]] == []


def test_each_row_of_the_catalogue_has_a_case_on_either_side(law: Law) -> None:
    sides: dict[tuple[str, date], set[bool]] = {}
    for case in CASES:
        in_force = find_in_force(law.catalogue, case["as_of"])
        for verdict in VERDICTS[:4]:
            for code in case.get(verdict, []):
                key = (code, in_force.at[code, "in_force_from"])
                sides.setdefault(key, set()).add(verdict != "not_needed")
    lacking = [
        (code, str(start))
        for code, start, rule in zip(
            law.catalogue["code"], law.catalogue["in_force_from"], law.catalogue["applies_when"], strict=True
        )
        if sides.get((code, start)) != ({True} if rule == "True" else {True, False})
    ]
    assert lacking == []
