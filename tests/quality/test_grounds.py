"""A fact that rests on nothing is named, and of ours most rules rest on a text that was read."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from licences.cli.main import main
from licences.law.catalogue import Catalogue, read_catalogue
from licences.law.evidence import read_evidence
from licences.quality.grounds import Grounds, find_grounds
from small_law import EVIDENCE, GUESS, GUIDE, LAW, make_law

DAY = pd.Timestamp("2026-11-23")


def find(data: Path, monkeypatch: pytest.MonkeyPatch, day: pd.Timestamp = DAY) -> Grounds:
    monkeypatch.chdir(data.parent)
    return find_grounds(read_catalogue().rows, read_evidence(), day, "licences.csv")


def test_every_fact_of_ours_has_evidence_and_most_of_the_law_was_read(catalogue: Catalogue) -> None:
    grounds = find_grounds(catalogue.rows, read_evidence(), DAY, "licences.csv")
    assert [str(problem) for problem in grounds.problems] == []
    assert grounds.with_evidence > 400
    assert grounds.rules_read_share >= 0.6
    assert grounds.rows_high_share >= 0.5


def test_each_fact_without_evidence_is_named_with_its_place(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"penalty_max_cny": "5000", "penalty_max_cny_basis": "rule_text"}
    data = make_law(project, tmp_path, row=row, evidence=EVIDENCE[:2])
    grounds = find(data, monkeypatch)
    assert [(one.line, one.column) for one in grounds.problems] == [
        (3, "fee_cny"), (3, "penalty_max_cny"), (3, "penalty_zh")
    ]  # fmt: skip
    assert str(grounds.problems[0]).startswith(
        "licences.csv:3: fee_cny: nothing tells what fee_cny of TRADEMARK rests on; add what it rests on"
    )
    assert (grounds.rules, grounds.rules_read, grounds.rows, grounds.rows_high) == (2, 2, 2, 2)
    assert grounds.with_evidence == 6


def test_only_what_was_read_and_says_so_counts_as_read(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubtful = [EVIDENCE[0] | {"confidence": "medium"}, *EVIDENCE[1:]]
    data = make_law(project, tmp_path, row={"confidence": "medium"}, evidence=doubtful)
    grounds = find(data, monkeypatch)
    assert (grounds.rules_read_share, grounds.rows_high_share) == (0.5, 0.5)
    (tmp_path / "other").mkdir()
    unread = [LAW | {"how": "second_hand"}, GUIDE, GUESS]
    data = make_law(project, tmp_path / "other", sources=unread)
    assert find(data, monkeypatch).rules_read == 0


def test_a_row_that_has_ended_needs_no_evidence_and_one_to_come_does(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = make_law(project, tmp_path, row={"in_force_to": "2026-11-23"}, evidence=())
    assert len(find(data, monkeypatch).problems) == 4
    later = find(data, monkeypatch, DAY + pd.Timedelta(days=1))
    assert (later.problems, later.rows) == ((), 1)
    (tmp_path / "other").mkdir()
    data = make_law(project, tmp_path / "other", row={"in_force_from": "2026-12-01"}, evidence=())
    coming = find(data, monkeypatch)
    assert (len(coming.problems), coming.rows) == (4, 1)


def test_the_deep_check_prints_the_figures_and_missing_evidence_is_a_problem(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = make_law(project, tmp_path, evidence=EVIDENCE[:3])
    monkeypatch.chdir(data.parent)
    cases = tmp_path / "cases.yaml"
    cases.write_text("[]\n", encoding="utf-8")
    assert main(["check", "--deep", "--as-of", "2026-11-23", "--scenarios", str(cases)]) == 1
    *told, summary, _read = capsys.readouterr().err.strip().splitlines()
    assert (
        "data/licences.csv:3: penalty_zh: nothing tells what penalty_zh of TRADEMARK rests on; " in told[-1]
    )
    assert summary.endswith(
        "of 2 rule expressions in force 2 (100.0%) rest on a text that was read; of 2 rows 2 (100.0%) are of "
        "confidence high; 7 facts have evidence, 1 have none"
    )
