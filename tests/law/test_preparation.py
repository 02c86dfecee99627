"""How long an application is prepared: by its licence, else by its kind; what is wrong in the file is named."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from licences.batch.fingerprint import hash_inputs
from licences.errors import MissingFileError, UnknownNameError
from licences.law.catalogue import Catalogue, read_catalogue
from licences.law.checks import find_problems
from licences.law.edition import hash_law
from licences.law.kinds import OBLIGATIONS, can_be_held
from licences.law.preparation import Preparation, find_preparation
from licences.law.rows import find_in_force

AS_OF = date(2026, 11, 29)
HEADER = "kind,code,days_min,days_likely,days_max,basis,remark_zh,remark_en\n"
DEFAULTS = "".join(
    f"{kind},,1,2,3,estimate,材料,Papers\n"
    for kind in (
        "licence", "filing", "registration", "code", "recognition", "certification", "duty", "report",
    )
)  # fmt: skip
BOTH_OR_NEITHER = "fill kind for all licences of a kind, or code for one licence"


@pytest.fixture
def data(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data, where we stand."""
    shutil.copytree(project / "data", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def find_told(data: Path, text: str, catalogue: Path | None = None) -> list[str]:
    """What a check says of this preparation, in the file's order."""
    (data / "preparation.csv").write_text(HEADER + text, encoding="utf-8")
    problems = sorted(find_problems(catalogue, data / "clients.csv"))
    return [str(one).replace(f"{data}/", "") for one in problems]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (",,1,2,3", f"code: neither kind nor code is filled; {BOTH_OR_NEITHER}"),
        ("licence,EDI,1,2,3", f"code: kind and code are both filled; {BOTH_OR_NEITHER}"),
        (",EDII,1,2,3", "code: no licence 'EDII'; did you mean 'EDI'?"),
        ("licenze,,1,2,3", "kind: unknown value 'licenze'; did you mean 'licence'?"),
        ("prohibition,,0,0,0", "kind: nobody applies for what is of the kind prohibition; take the row out"),
        (",TOBACCO_ONLINE,1,2,3", "code: nobody applies for TOBACCO_ONLINE; take the row out"),
        (
            ",EDI,3,2,4",
            "days_likely: the shortest, likely and longest times do not ascend; put them in order",
        ),
        (
            ",EDI,1,5,4",
            "days_likely: the shortest, likely and longest times do not ascend; put them in order",
        ),
        (",EDI,-1,2,3", "days_min: '-1' is not allowed here; at least 0"),
        (",EDI,1,2.5,3", "days_likely: '2.5' is not a whole number; write a whole number such as 30"),
        (",EDI,1,2,", "days_max: it is empty; fill it in"),
        ("licence,,2,2,2", "kind: an earlier row has the same one; keep one, or tell them apart"),
    ],
)
def test_a_fault_is_told_with_its_place_and_what_would_be_right(data: Path, row: str, told: str) -> None:
    assert find_told(data, DEFAULTS) == []
    text = f"{DEFAULTS}{row},estimate,材料,Papers\n"
    assert find_told(data, text) == [f"preparation.csv:10: {told}"]


def test_a_kind_that_is_applied_for_has_a_default(data: Path) -> None:
    without = DEFAULTS.replace("filing,,", ",EDI,")
    right = "add one; 0 days where nothing is prepared"
    assert find_told(data, without) == [f"preparation.csv: there is no row for 'filing'; {right}"]


def test_all_faults_are_told_at_once_and_with_those_of_the_law(data: Path) -> None:
    licences = data / "licences.csv"
    text = licences.read_text(encoding="utf-8")
    licences.write_text(text.replace(",registration,", ",registratoin,", 1), encoding="utf-8")
    rows = (
        ",,1,2,3,estimate,材料,Papers\n"
        ",EDII,9,2,3,estimate,材料,Papers\n"
        ",EDI,1.5,-2,3,guess,,Papers\n"
    )  # fmt: skip
    told = find_told(data, DEFAULTS + rows)
    places = [one.split(": ")[:2] for one in told]
    assert places == [
        ["licences.csv:2", "kind"],
        ["preparation.csv:10", "code"],
        ["preparation.csv:11", "code"],
        ["preparation.csv:11", "days_likely"],
        ["preparation.csv:12", "basis"],
        ["preparation.csv:12", "days_likely"],
        ["preparation.csv:12", "days_min"],
        ["preparation.csv:12", "remark_zh"],
    ]


def test_a_firms_own_file_replaces_ours_and_one_that_is_not_there_is_named(data: Path) -> None:
    (data / "preparation.csv").write_text(
        f"{HEADER}{DEFAULTS},EDI,4,5,6,secondary,材料,Papers\n", encoding="utf-8"
    )
    ours = read_catalogue().preparation
    assert find_preparation(ours, "EDI", "licence") == Preparation(4, 5, 6, "secondary")
    assert find_preparation(ours, "ICP", "licence") == Preparation(1, 2, 3, "estimate")
    (data / "preparation.csv").unlink()
    with pytest.raises(MissingFileError, match=r"preparation\.csv"):
        read_catalogue()


def test_a_catalogue_of_other_codes_is_not_held_against_what_lies_beside_ours(data: Path) -> None:
    other = data.parent / "other.csv"
    shutil.copy(data / "licences.csv", other)
    row = ",EDII,1,2,3,estimate,材料,Papers\n"
    assert find_told(data, DEFAULTS + row, other) == []
    assert len(find_told(data, DEFAULTS + row)) == 1
    assert len(find_told(data, DEFAULTS + ",,1,2,3,estimate,材料,Papers\n", other)) == 1


def test_a_row_of_the_code_goes_before_the_row_of_its_kind(catalogue: Catalogue) -> None:
    rows = catalogue.preparation
    usual = find_preparation(rows, "NOT_NAMED", "filing")
    assert find_preparation(rows, "MLPS_3", "filing").likely_days > usual.likely_days
    without = rows[rows["code"] != "MLPS_3"]
    assert find_preparation(without, "MLPS_3", "filing") == usual
    turned = rows.iloc[::-1]
    assert find_preparation(turned, "MLPS_3", "filing") == find_preparation(rows, "MLPS_3", "filing")


def test_every_row_in_force_that_can_be_held_finds_a_preparation(catalogue: Catalogue) -> None:
    rows = find_in_force(catalogue.rows, AS_OF)
    held = rows[can_be_held(rows)]
    assert len(held) > 100
    for code, kind in zip(held["code"], held["kind"], strict=True):
        found = find_preparation(catalogue.preparation, code, kind)
        assert 0 <= found.shortest_days <= found.likely_days <= found.longest_days
        assert all(
            isinstance(days, int) for days in (found.shortest_days, found.likely_days, found.longest_days)
        )


def test_what_takes_no_time_before_the_opening_is_not_prepared(catalogue: Catalogue) -> None:
    rows = find_in_force(catalogue.rows, AS_OF)
    at_once = rows[rows["days_likely"].eq(0).fillna(False)]
    own_work = rows[rows["kind"].isin(["duty", "report"]) & rows["days_likely"].notna()]
    assert len(at_once) > 10
    assert {"PERSONAL_INFORMATION_AUDIT", "MINORS_AUDIT_REPORT"} <= set(own_work["code"])
    for one in (at_once, own_work):
        for code, kind in zip(one["code"], one["kind"], strict=True):
            assert find_preparation(catalogue.preparation, code, kind) == Preparation(0, 0, 0), code


def test_nobody_prepares_what_nobody_applies_for(catalogue: Catalogue) -> None:
    assert not set(catalogue.preparation["kind"]) & OBLIGATIONS.keys()
    for kind in OBLIGATIONS:
        assert find_preparation(catalogue.preparation, "TOBACCO_ONLINE", kind) == Preparation(0, 0, 0)


def test_a_kind_that_does_not_exist_is_named(catalogue: Catalogue) -> None:
    with pytest.raises(
        UnknownNameError, match="no preparation of the kind 'licenze'; did you mean 'licence'"
    ):
        find_preparation(catalogue.preparation, "NOT_NAMED", "licenze")


def test_nothing_that_ships_is_called_more_than_an_estimate(catalogue: Catalogue) -> None:
    assert set(catalogue.preparation["basis"]) == {"estimate"}


def test_another_preparation_is_another_edition_and_makes_reports_anew(
    data: Path, catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    before = hash_law()
    (data / "preparation.csv").write_text(HEADER + DEFAULTS, encoding="utf-8")
    assert hash_law() != before
    longer = catalogue.preparation.assign(days_max=catalogue.preparation["days_max"] + 1)
    notebook = b'{"metadata": {"licences": {"uses": "case"}}}'
    ours, theirs = (
        dict(hash_inputs(one, sample_clients.head(1), AS_OF, "en", notebook, []))
        for one in (catalogue, replace(catalogue, preparation=longer))
    )
    assert ours != theirs
