"""What the deep check finds, and that our own catalogue and scenarios have none of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from licences.cli.main import main
from licences.errors import ProblemsError
from licences.law.catalogue import Catalogue
from licences.quality.audit import Finding, check_deeply
from licences.quality.scenarios import Scenario, read_scenarios

AS_OF = date(2026, 11, 23)
FILES = ("licences.csv", "scenarios.yaml")


@pytest.fixture(scope="module")
def scenarios(catalogue: Catalogue, project: Path) -> list[Scenario]:
    return read_scenarios(project / "tests" / "scenarios.yaml", catalogue)


def check(catalogue: Catalogue, clients: pd.DataFrame, scenarios: list[Scenario], **wanted: Any) -> Finding:
    return check_deeply(
        catalogue,
        clients,
        scenarios,
        wanted.get("as_of", AS_OF),
        wanted.get("max_age_days", 365),
        FILES,
    )


def change(catalogue: Catalogue, line: int, **cells: Any) -> Catalogue:
    rows = catalogue.rows.copy()
    for column, value in cells.items():
        rows.loc[line, column] = value
    return replace(catalogue, rows=rows)


def find_line(catalogue: Catalogue, code: str) -> int:
    return int(catalogue.rows.index[catalogue.rows["code"] == code][-1])


def say(finding: Finding, line: int, column: str) -> str:
    return "\n".join(
        str(one)
        for one in finding.problems
        if one.file == FILES[0] and (one.line, one.column) == (line, column)
    )


def test_at_least_95_percent_of_our_broken_rules_are_noticed_and_nothing_else_is_doubtful(
    catalogue: Catalogue, sample_clients: pd.DataFrame, scenarios: list[Scenario]
) -> None:
    finding = check(catalogue, sample_clients, scenarios)
    assert finding.broken > 1_500
    assert finding.share >= 0.95
    assert [str(one) for one in finding.problems if "no scenario notices" not in one.wrong] == []


def test_a_rule_whose_scenarios_are_taken_away_is_guarded_by_nobody(
    catalogue: Catalogue, sample_clients: pd.DataFrame, scenarios: list[Scenario]
) -> None:
    left = [case for case in scenarios if "EXPRESS" not in {*case.expected, *case.blocked}]
    found = check(catalogue, sample_clients, left)
    line = find_line(catalogue, "EXPRESS")
    said = say(found, line, "eligible_when")
    assert "no scenario notices where registered_capital_cny > 500000 stands for" in said
    assert "add one of 2009-10-01 to …, such as {registered_capital_cny: 500000" in said
    assert found.noticed < found.broken
    untried = check(catalogue, sample_clients.iloc[:0], left)
    assert "no scenario or sample client needs EXPRESS" in say(untried, line, "applies_when")
    assert "no scenario or sample client does without EXPRESS" in say(untried, line, "applies_when")
    assert "no scenario or sample client fails the condition" in say(untried, line, "eligible_when")


def test_a_rule_that_is_broken_disagrees_with_its_scenarios(
    catalogue: Catalogue, sample_clients: pd.DataFrame, scenarios: list[Scenario]
) -> None:
    line = find_line(catalogue, "EXPRESS")
    texts = catalogue.rows.loc[line]
    turned = change(catalogue, line, eligible_when=texts["eligible_when"].replace(">= 500000", "> 500000"))
    found = [one for one in check(turned, sample_clients, scenarios).problems if one.file == FILES[1]]
    assert {one.column for one in found} <= {"blocked", "not_blocked"}
    assert "the catalogue says otherwise of EXPRESS" in {one.wrong for one in found}
    other = change(catalogue, line, applies_when="own_warehouse")
    found = [one for one in check(other, sample_clients, scenarios).problems if one.file == FILES[1]]
    assert any("the catalogue says" in one.wrong and one.wrong.endswith("EXPRESS") for one in found)


def test_a_condition_that_nobody_can_meet_who_needs_the_licence_is_told(
    catalogue: Catalogue, sample_clients: pd.DataFrame, scenarios: list[Scenario]
) -> None:
    line = find_line(catalogue, "EXPRESS")
    other = change(catalogue, line, eligible_when="not own_couriers")
    assert "can never meet the condition" in say(
        check(other, sample_clients, scenarios), line, "eligible_when"
    )


def test_a_prerequisite_that_nobody_needs_together_with_the_licence_is_told(
    catalogue: Catalogue, sample_clients: pd.DataFrame, scenarios: list[Scenario]
) -> None:
    line = find_line(catalogue, "CODE_1069_OWN")
    other = change(catalogue, line, requires="CODE_1069_SP")
    said = say(check(other, sample_clients, scenarios), line, "requires")
    assert "CODE_1069_SP never applies to a client that needs CODE_1069_OWN" in said


def test_a_fact_that_never_changes_the_answer_is_told(
    catalogue: Catalogue, sample_clients: pd.DataFrame, scenarios: list[Scenario]
) -> None:
    line = find_line(catalogue, "EXPRESS")
    other = change(catalogue, line, applies_when="own_couriers or (own_couriers and own_warehouse)")
    said = say(check(other, sample_clients, scenarios), line, "applies_when")
    assert "own_warehouse never changes the answer" in said
    always = change(catalogue, line, applies_when="own_couriers or not own_couriers")
    assert "every client makes this expression true" in say(
        check(always, sample_clients, scenarios), line, "applies_when"
    )


def test_a_source_is_too_old_from_the_day_after_the_limit_and_not_where_the_row_has_ended(
    catalogue: Catalogue, sample_clients: pd.DataFrame, scenarios: list[Scenario]
) -> None:
    line = find_line(catalogue, "EXPRESS")
    checked = catalogue.rows.loc[line, "checked_on"].date()
    day = date(checked.year + 1, checked.month, checked.day)
    limit = (day - checked).days
    on_time = check(catalogue, sample_clients, scenarios, as_of=day, max_age_days=limit)
    assert say(on_time, line, "checked_on") == ""
    late = check(catalogue, sample_clients, scenarios, as_of=day, max_age_days=limit - 1)
    assert f"the source was checked {limit} days ago" in say(late, line, "checked_on")
    ended = int(catalogue.rows.index[catalogue.rows["code"] == "OHSAS_18001"][0])
    assert say(late, ended, "checked_on") == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- name: a\n  as_of: soon\n  profile: {}\n", "1: as_of: 'soon' is not a date"),
        ("- name: a\n  as_of: 2026-01-01\n", "1: profile: is no list of facts"),
        ("- as_of: 2026-01-01\n  profile: {}\n", "1: name: is missing"),
        ("\n- name: a\n  as_of: 2026-01-01\n  profile: {has_web: yes}\n", "2: profile: no field 'has_web'"),
        ("- name: a\n  as_of: 2026-01-01\n  profile: {mlps_level: 9}\n", "1: mlps_level:"),
        ("- name: a\n  as_of: 2026-01-01\n  profile: {}\n  required: [EXPRES]\n", "1: required: no licence"),
        ("- name: a\n  as_of: 2026-01-01\n  profile: {}\n  requird: []\n", "1: requird: unknown key"),
        ("- name: a\n  as_of: 2026-01-01\n  profile: {}\n  required: EDI\n", "1: required: is no list"),
        ("a: 1\n", "1: file: is no list of cases"),
        ("- name: [\n", "file: not YAML"),
        ("- &a [*a]\n", "1: file: holds the anchor 'a'; write the text out each time"),
        ("[" * 100, "1: file: nested deeper than 50 levels"),
        ("- as_of: 2026-13-01\n", "file: not YAML: month must be in 1..12"),
        ("- !!timestamp x\n", "file: not YAML"),
        (f"- name: {'9' * 5000}\n", "file: not YAML: Exceeds the limit"),
        ("- name: a\n  as_of: 2026-01-01\n  profile: {}\n  required: [[EDI]]\n", "1: required: no licence"),
        (
            "- name: a\n  as_of: 2026-01-01\n  profile: {}\n  missing: {EDI: 1}\n",
            "1: missing: EDI has no list",
        ),
        ("- name: a\n  as_of: 2026-01-01\n  profile: {has_app: [a]}\n", "1: has_app: "),
        ("- just words\n", "1: file: is no case"),
    ],
)
def test_a_fault_of_the_scenarios_is_told_with_its_line(
    catalogue: Catalogue, tmp_path: Path, text: str, told: str
) -> None:
    path = tmp_path / "scenarios.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProblemsError) as error:
        read_scenarios(path, catalogue)
    assert told in str(error.value)


def test_the_command_prints_a_problem_a_line_and_the_summary_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--deep", "--as-of", "2026-11-23"]) == 0
    assert capsys.readouterr().err.strip().startswith("0 problems found; of ")
    empty = tmp_path / "none.yaml"
    empty.write_text("[]\n", encoding="utf-8")
    assert main(["check", "--deep", "--as-of", "2026-11-23", "--scenarios", str(empty)]) == 1
    *lines, summary, groups, read = capsys.readouterr().err.strip().splitlines()
    assert groups == "1 group of companies"
    assert read.startswith("data/clients.csv: 26 clients, ")
    assert all(line.count(": ") >= 2 and ";" in line for line in lines)
    assert summary.startswith(f"{len(lines)} problems found; of ")
    assert "0 are noticed by a scenario (0.0%)" in summary


def test_the_command_gives_json_alone_on_standard_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["check", "--deep", "--json", "--as-of", "2030-01-01", "--max-age-days", "30"]
    assert main(arguments) == 1
    answer = json.loads(capsys.readouterr().out)
    assert {one["column"] for one in answer["problems"]} == {"checked_on"}
    assert answer["facts_without_evidence"] == 0 < answer["facts_with_evidence"]
    assert answer["rules_read_share"] == round(answer["rules_read"] / answer["rules"], 4)
    assert answer["rows_high_share"] == round(answer["rows_high"] / answer["rows"], 4)
    assert answer["share"] == answer["noticed"] / answer["broken_rules"] >= 0.95
    assert main(["check", "--deep", "--scenarios", str(tmp_path / "no.yaml")]) == 1
    assert "no.yaml" in capsys.readouterr().err


def test_the_brand_is_checked_together_with_all_else(
    tmp_path: Path, project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for path in (project / "data").glob("*.*"):
        (data / path.name).write_bytes(path.read_bytes())
    (data / "brand.yaml").write_text("firme: x\ncolour: blue\n", encoding="utf-8")
    (data / "clients.csv").write_text("client,name\nx,X\nx,Y\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["check", "--deep"]) == 1
    told = capsys.readouterr().err
    assert "brand.yaml:1: firme: unknown key" in told
    assert "brand.yaml:2: colour: 'blue' is not a colour" in told
    assert "clients.csv:" in told
    assert "mend these first" in told
