"""The firm's own fees: none as shipped, all faults told at once, part of what a report follows from."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from licences.batch.fingerprint import hash_inputs
from licences.law.catalogue import Catalogue, read_catalogue
from licences.law.checks import find_problems
from licences.law.edition import hash_law

AS_OF = date(2026, 11, 29)
HEADER = "code,fee_cny,remark\n"


@pytest.fixture
def data(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data, where we stand."""
    shutil.copytree(project / "data", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def write(data: Path, rows: str) -> Path:
    path = data / "our_fees.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    return path


def find_told(data: Path, rows: str, catalogue: Path | None = None) -> list[str]:
    write(data, rows)
    problems = sorted(find_problems(catalogue, data / "clients.csv"))
    return [str(one).replace(f"{data}/", "") for one in problems]


def test_it_is_shipped_empty(project: Path, catalogue: Catalogue) -> None:
    assert (project / "data" / "our_fees.csv").read_text(encoding="utf-8-sig") == HEADER
    assert catalogue.our_fees.empty


def test_all_faults_are_told_at_once_with_their_place_and_what_would_be_right(data: Path) -> None:
    rows = "EDII,100,\nICP,-5,\nEDI,8000,含材料\nEDI,9000,\nTOBACCO_ONLINE,1,\nICP_FILING,,\nMLPS_3,8k,\n"
    assert find_told(data, rows) == [
        "our_fees.csv:2: code: no licence 'EDII'; did you mean 'EDI'?",
        "our_fees.csv:3: fee_cny: '-5' is not allowed here; at least 0",
        "our_fees.csv:5: code: an earlier row has the same one; keep one, or tell them apart",
        "our_fees.csv:6: code: nobody applies for TOBACCO_ONLINE; take the row out",
        "our_fees.csv:7: fee_cny: it is empty; fill it in",
        "our_fees.csv:8: fee_cny: '8k' is not a number; write digits only, such as 1000000 or 12.5",
    ]


def test_a_catalogue_of_other_codes_is_not_held_against_them(data: Path) -> None:
    other = data.parent / "other.csv"
    shutil.copy(data / "licences.csv", other)
    assert find_told(data, "EDII,100,\n", other) == []


def test_a_firms_own_file_replaces_ours_also_beside_its_clients_and_it_need_not_be_there(data: Path) -> None:
    write(data, "EDI,8000,\n")
    assert read_catalogue().our_fees["fee_cny"].tolist() == [8000]
    write(data.parent, "EDI,7000,\n")
    assert read_catalogue().our_fees["fee_cny"].tolist() == [7000]
    for folder in (data, data.parent):
        (folder / "our_fees.csv").unlink()
    assert read_catalogue().our_fees.empty


def test_a_changed_fee_is_another_edition_and_makes_the_reports_anew_that_show_it(
    data: Path, sample_clients: pd.DataFrame
) -> None:
    chosen = sample_clients[sample_clients["client"].isin(["seven-month-lab", "corner-shop"])]
    notebook = b'{"metadata": {"licences": {"uses": "case"}}}'

    def look(rows: str) -> tuple[str, dict[str, str]]:
        write(data, rows)
        return hash_law(), dict(hash_inputs(read_catalogue(), chosen, AS_OF, "en", notebook, ()))

    none, ours, more = look(""), look("ISO_9001,8000,\n"), look("ISO_9001,9000,\n")
    assert len({none[0], ours[0], more[0]}) == 3
    assert len({one[1]["seven-month-lab"] for one in (none, ours, more)}) == 3
    # what is of no concern to a client does not make its report anew
    away = look("EXPRESS,1,\n")
    assert away[1]["seven-month-lab"] == none[1]["seven-month-lab"]
