"""A client told in stages is one client, and each stage is the one before with what changes then."""

from __future__ import annotations

import itertools
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licences.errors import UnknownNameError, UsageError
from licences.law.catalogue import Catalogue
from licences.rules.facts import choose_clients, make_profiles, read_profiles
from licences.rules.stages import Stage, find_present, find_stage_profiles

HEADER = "client,name,holds,group,from,hosts_third_party_sellers,live_commerce,own_categories,branch_cities"
ROWS = (
    "shop,小店,EDI,sisters,,no,no,none,1",
    "shop,,,,2027-04-01,yes,,prepackaged_food;drugs,",
    "shop,小店,EDI,sisters,2027-07-01,yes,yes,,2",
    "other,乙,,,,yes,,drugs,",
)
APRIL, JULY = date(2027, 4, 1), date(2027, 7, 1)


def read(catalogue: Catalogue, folder: Path, rows: tuple[str, ...] = ROWS) -> pd.DataFrame:
    path = folder / "clients.csv"
    path.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    return read_profiles(path, catalogue.fields, catalogue.codes)


def test_a_client_in_stages_is_one_row_and_says_what_changes_when(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    profiles = read(catalogue, tmp_path)
    assert profiles["client"].tolist() == ["shop", "other"]
    assert profiles["live_commerce"].tolist()[0] is False
    assert profiles["group"].iloc[0] == "sisters"
    assert profiles["stages"].tolist() == [
        (
            Stage(APRIL, {"hosts_third_party_sellers": True, "own_categories": "drugs;prepackaged_food"}),
            Stage(JULY, {"live_commerce": True, "branch_cities": 2.0}),
        ),
        (),
    ]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_rows_count_by_their_day_and_not_by_their_place(
    catalogue: Catalogue, tmp_path: Path, order: tuple[int, ...]
) -> None:
    profiles = read(catalogue, tmp_path, tuple(ROWS[at] for at in order))
    assert profiles["stages"].tolist() == read(catalogue, tmp_path)["stages"].tolist()[:1]
    assert profiles["holds"].tolist() == [("EDI",)]


def test_the_first_row_may_have_a_day_too(catalogue: Catalogue, tmp_path: Path) -> None:
    profiles = read(catalogue, tmp_path, (ROWS[1], ROWS[0].replace("sisters,,", "sisters,2027-01-05,")))
    assert [stage.begins_on for stage in profiles["stages"].iloc[0]] == [APRIL]
    assert profiles["from"].tolist() == [pd.Timestamp("2027-01-05")]


def test_a_workbook_tells_stages_as_a_csv_does(catalogue: Catalogue, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (HEADER, *ROWS):
        cells = [
            date.fromisoformat(cell) if cell.startswith("2027-") else cell or None for cell in row.split(",")
        ]
        book.worksheets[0].append(cells)
    book.save(tmp_path / "clients.xlsx")
    told = read_profiles(tmp_path / "clients.xlsx", catalogue.fields, catalogue.codes)
    pd.testing.assert_frame_equal(told, read(catalogue, tmp_path))


def test_a_stage_has_all_that_was_told_before(catalogue: Catalogue, tmp_path: Path) -> None:
    profiles = read(catalogue, tmp_path)
    spread = find_stage_profiles(profiles)
    assert spread["client"].tolist() == ["shop", "shop", "shop", "other"]
    assert spread["begins_on"].tolist() == [pd.NaT, pd.Timestamp(APRIL), pd.Timestamp(JULY), pd.NaT]
    assert spread["hosts_third_party_sellers"].tolist() == [False, True, True, True]
    assert spread["live_commerce"].tolist() == [False, False, True, pd.NA]
    assert spread["own_categories"].tolist() == ["none", *["drugs;prepackaged_food"] * 2, "drugs"]
    assert spread["branch_cities"].tolist() == [1.0, 1.0, 2.0, pd.NA]
    assert spread["holds"].tolist() == [("EDI",)] * 3 + [()]
    facts = list(catalogue.fields.by_name)
    assert [str(kind) for kind in spread[facts].dtypes] == [str(kind) for kind in profiles[facts].dtypes]


def test_what_has_begun_is_the_present(catalogue: Catalogue, tmp_path: Path) -> None:
    profiles = read(catalogue, tmp_path)
    assert find_present(profiles, date(2027, 3, 31)) is profiles
    spring = find_present(profiles, APRIL)
    assert spring["hosts_third_party_sellers"].tolist() == [True, True]
    assert spring["live_commerce"].iloc[0] is False or not spring["live_commerce"].iloc[0]
    assert [stage.begins_on for stage in spring["stages"].iloc[0]] == [JULY]
    summer = find_present(profiles, date(2028, 1, 1))
    assert summer["stages"].tolist() == [(), ()]
    assert summer["branch_cities"].iloc[0] == 2


@given(
    st.lists(st.dictionaries(st.sampled_from(["has_app", "live_commerce", "own_couriers"]), st.booleans()))
)
def test_stages_tell_what_their_rows_told_one_over_the_other(
    catalogue: Catalogue, rows: list[dict[str, bool]]
) -> None:
    """Rows that would change nothing are left out, as a file has to."""
    present: dict[str, bool] = {}
    cells, expected = [{"client": "x", "name": "X"}], [dict(present)]
    for month, told in enumerate(rows, start=1):
        if any(present.get(name) is not value for name, value in told.items()):
            present |= told
            day = date(2027 + month // 12, 1 + month % 12, 1).isoformat()
            cells.append(
                {"client": "x", "from": day}
                | {name: "yes" if value else "no" for name, value in told.items()}
            )
            expected.append(dict(present))
    spread = find_stage_profiles(make_profiles(cells, catalogue.fields, None, ""))
    names = ["has_app", "live_commerce", "own_couriers"]
    found = [
        {name: bool(row[name]) for name in names if not pd.isna(row[name])}
        for row in spread[names].to_dict("records")
    ]
    assert found == expected


def test_a_group_brings_its_companies_beside_the_named_clients(catalogue: Catalogue, tmp_path: Path) -> None:
    profiles = read(catalogue, tmp_path, (*ROWS, "third,丙,,sisters,,,,,"))
    assert choose_clients(profiles, [], ["sisters"])["client"].tolist() == ["shop", "third"]
    assert choose_clients(profiles, ["other"], ["sisters"])["client"].tolist() == ["shop", "other", "third"]
    with pytest.raises(UnknownNameError, match=r"no group 'sister'; did you mean 'sisters'\?"):
        choose_clients(profiles, [], ["sister"])
    with pytest.raises(UsageError, match="no client has a group, so there is no 'sisters'"):
        choose_clients(read(catalogue, tmp_path, ROWS[3:]), [], ["sisters"])
