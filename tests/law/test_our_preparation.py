"""The firm's own experience of preparing: laid over our estimates, faults told at once, part of what a report follows from."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from licences.law.catalogue import read_catalogue
from licences.law.checks import find_problems
from licences.law.edition import hash_law
from licences.law.preparation import Preparation, find_preparation
from licences.planning.forecast import PlanOptions, make_forecasts

HEADER = "kind,code,days_min,days_likely,days_max,remark\n"


@pytest.fixture
def data(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data, where we stand."""
    shutil.copytree(project / "data", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def test_it_is_shipped_empty(data: Path) -> None:
    assert (data / "our_preparation.csv").read_text(encoding="utf-8-sig") == HEADER
    assert set(read_catalogue().preparation["basis"]) == {"estimate"}


def test_the_firms_rows_go_first_for_a_licence_and_for_a_kind(data: Path) -> None:
    (data.parent / "our_preparation.csv").write_text(
        f"{HEADER},ICP,2,4,9,11 cases\nlicence,,1,2,3,\n", encoding="utf-8"
    )
    preparation = read_catalogue().preparation
    assert find_preparation(preparation, "ICP", "licence") == Preparation(2, 4, 9, "experience")
    assert find_preparation(preparation, "NOT_NAMED", "licence") == Preparation(1, 2, 3, "experience")
    # what we know of one licence goes before what the firm knows of its kind
    assert find_preparation(preparation, "EDI", "licence").basis == "estimate"
    assert find_preparation(preparation, "NOT_NAMED", "filing").basis == "estimate"


def test_all_faults_are_told_at_once_with_their_place_and_what_would_be_right(data: Path) -> None:
    path = data.parent / "our_preparation.csv"
    path.write_text(f"{HEADER},EDII,1,2,3,\nlicence,EDI,1,2,3,\n,ICP,9,2,3,\n,SP,1,x,3,\n", encoding="utf-8")
    told = sorted(str(one) for one in find_problems(None, data / "clients.csv"))
    assert [one.replace(f"{path.parent}/", "") for one in told] == [
        "our_preparation.csv:2: code: no licence 'EDII'; did you mean 'EDI'?",
        (
            "our_preparation.csv:3: code: kind and code are both filled; "
            "fill kind for all licences of a kind, or code for one licence"
        ),
        "our_preparation.csv:4: days_likely: the shortest, likely and longest times do not ascend; put them in order",
        (
            "our_preparation.csv:5: days_likely: 'x' is not a number; write digits only, such as 1000000 or 12.5, "
            "or leave it empty when it is not told"
        ),
    ]


def test_plans_and_the_edition_follow_from_it(data: Path, sample_clients: pd.DataFrame) -> None:
    shop = sample_clients[sample_clients["client"] == "hello-hall"]
    day, before = date(2026, 11, 24), hash_law()

    def find_days() -> int:
        plan = next(make_forecasts(read_catalogue(), shop, day, PlanOptions(day))).plan
        return next(step.preparation.likely_days for step in plan.steps if step.code == "MLPS_2")

    assert find_days() == 40
    (data.parent / "our_preparation.csv").write_text(f"{HEADER},MLPS_2,10,15,30,\n", encoding="utf-8")
    assert hash_law() != before
    assert find_days() == 15
