"""The catalogue is read by period, and the law of a day is one row a code."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from licences.errors import ProblemsError
from licences.law.catalogue import Catalogue, read_catalogue
from licences.law.rows import (
    find_coming,
    find_ending,
    find_in_force,
    find_period_problems,
    split_prerequisites,
)


def make_periods(*periods: tuple[str, str | None, str | None]) -> pd.DataFrame:
    """Rows of code, first and last day; the index is the line, from 2."""
    rows = pd.DataFrame(periods, columns=["code", "in_force_from", "in_force_to"])
    rows.index += 2
    for column in ("in_force_from", "in_force_to"):
        rows[column] = pd.to_datetime(rows[column])
    return rows


def test_a_row_is_the_law_on_its_first_and_last_day_and_not_a_day_longer() -> None:
    rows = make_periods(
        ("A", "2020-01-01", "2020-12-31"), ("A", "2021-01-01", None), ("B", None, "2020-06-30")
    )
    in_force = {
        day: list(zip(found.index, found["in_force_from"].dt.year.fillna(0), strict=True))
        for day in (date(2019, 12, 31), date(2020, 1, 1), date(2020, 6, 30), date(2020, 7, 1),
                    date(2020, 12, 31), date(2021, 1, 1))
        if (found := find_in_force(rows, day)) is not None
    }  # fmt: skip
    assert list(in_force.values()) == [
        [("B", 0)],
        [("A", 2020), ("B", 0)],
        [("A", 2020), ("B", 0)],
        [("A", 2020)],
        [("A", 2020)],
        [("A", 2021)],
    ]


def test_a_column_that_lacks_its_partner_is_named_once_and_not_row_by_row(
    project: Path, tmp_path: Path
) -> None:
    rows = pd.read_csv(project / "data" / "licences.csv", dtype=str, keep_default_na=False)
    for name in ("documents_zh", "fee_cny_basis"):
        rows.drop(columns=name).to_csv(tmp_path / "less.csv", index=False)
        with pytest.raises(ProblemsError) as raised:
            read_catalogue(tmp_path / "less.csv")
        assert str(raised.value) == f"{tmp_path}/less.csv:1: {name}: column is missing; add it to the header"
    both = rows.drop(columns=["advice_zh", "advice_en"])
    both.to_csv(tmp_path / "less.csv", index=False)
    assert len(read_catalogue(tmp_path / "less.csv").rows) == len(rows)


def test_what_comes_into_force_later_is_listed_earliest_first() -> None:
    rows = make_periods(
        ("C", "2028-01-01", None), ("B", "2027-01-01", None), ("A", "2026-01-01", None), ("D", None, None)
    )
    assert list(find_coming(rows, date(2026, 1, 1))["code"]) == ["B", "C"]
    assert list(find_coming(rows, date(2025, 12, 31))["code"]) == ["A", "B", "C"]


def test_an_end_is_one_from_its_last_day_before_until_it_is_past_and_where_none_of_its_code_follows() -> None:
    rows = make_periods(
        ("C", None, "2027-06-30"),
        ("A", "2020-01-01", "2026-12-31"), ("A", "2027-01-01", None),
        ("B", None, "2026-12-31"), ("B", "2027-01-02", "2028-12-31"),
        ("D", None, None),
    )  # fmt: skip
    ends = {str(day): list(find_ending(rows, day)["code"]) for day in (date(2026, 12, 31), date(2027, 1, 1))}
    assert ends == {"2026-12-31": ["B", "C", "B"], "2027-01-01": ["C", "B"]}


@pytest.mark.parametrize(
    ("periods", "wrong"),
    [
        ([("A", "2020-01-01", "2020-12-31"), ("A", "2021-01-01", None)], []),
        ([("A", "2021-01-01", None), ("A", "2020-01-01", "2020-12-31")], []),
        ([("A", "2020-01-01", "2021-01-01"), ("A", "2021-01-01", None)],
         ["f:3: in_force_from: A is already in force by line 2; a day after 2021-01-01"]),
        ([("A", None, None), ("A", "2021-01-01", None)],
         ["f:3: in_force_from: A is already in force by line 2; end line 2 first"]),
        ([("A", "2021-01-01", "2020-12-31")],
         ["f:2: in_force_to: the row ends before it begins; a day on or after in_force_from"]),
        ([("A", "2021-01-01", "2021-01-01"), ("B", "2021-01-01", "2021-01-01")], []),
    ],
    ids=["one after the other", "in any order", "by a day", "open end", "backwards", "of one day"],
)  # fmt: skip
def test_periods_of_one_code_neither_overlap_nor_run_backwards(
    periods: list[tuple[str, str | None, str | None]], wrong: list[str]
) -> None:
    assert list(map(str, find_period_problems(make_periods(*periods), "f"))) == wrong


def test_prerequisites_are_groups_of_alternatives() -> None:
    assert split_prerequisites("A;B|C; D") == (("A",), ("B", "C"), ("D",))
    assert split_prerequisites(float("nan")) == ()


def test_on_no_day_two_rows_of_a_code_are_the_law(catalogue: Catalogue) -> None:
    days = {day + pd.Timedelta(days=shift) for column, shifts in (("in_force_from", (-1, 0)), ("in_force_to", (0, 1)))
            for day in catalogue.rows[column].dropna() for shift in shifts}  # fmt: skip
    assert len(days) > 50
    assert [day for day in days if not find_in_force(catalogue.rows, day.date()).index.is_unique] == []


@pytest.mark.parametrize(
    ("code", "day", "kind"),
    [
        ("MED_DEVICE_CLASS_2", date(2014, 5, 31), "licence"),
        ("MED_DEVICE_CLASS_2", date(2014, 6, 1), "filing"),
        ("DRUG_INFO", date(2025, 1, 19), "licence"),
        ("DRUG_INFO", date(2025, 1, 20), "filing"),
        ("DRUG_PLATFORM", date(2017, 9, 21), "licence"),
        ("DRUG_PLATFORM", date(2017, 9, 22), None),
        ("DRUG_PLATFORM", date(2019, 11, 30), None),
        ("DRUG_PLATFORM", date(2019, 12, 1), "filing"),
        ("CROSS_BORDER_CUSTOMS", date(2021, 12, 31), "registration"),
        ("CROSS_BORDER_CUSTOMS", date(2022, 1, 1), "filing"),
        ("APP_FILING", date(2023, 8, 31), None),
        ("APP_FILING", date(2023, 9, 1), "filing"),
    ],
)
def test_the_kind_of_a_licence_changes_on_the_day_when_the_law_does(
    catalogue: Catalogue, code: str, day: date, kind: str | None
) -> None:
    assert find_in_force(catalogue.rows, day)["kind"].get(code) == kind


def test_the_index_is_the_line_on_which_the_row_begins(catalogue: Catalogue, project: Path) -> None:
    text = (project / "data" / "licences.csv").read_text(encoding="utf-8-sig").splitlines()
    for line, code in catalogue.rows["code"].items():
        assert text[int(str(line)) - 1].startswith(f"{code},")
