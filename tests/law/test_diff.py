"""What differs between two days of the law and between two catalogues, row by row and field by field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from licences.errors import UsageError
from licences.law.catalogue import Catalogue
from licences.law.diff import Difference, RowChange, compare_days, compare_laws
from licences.law.rows import find_in_force, make_plain

AS_OF = date(2026, 11, 23)
Edit = Callable[[pd.DataFrame, int], pd.DataFrame]


def find_line(catalogue: Catalogue, code: str, as_of: date = AS_OF) -> int:
    return int(find_in_force(catalogue.rows.reset_index(), as_of).at[code, "line"])


def change(catalogue: Catalogue, code: str, **cells: object) -> Catalogue:
    """The law with cells of the row in force changed."""
    rows = catalogue.rows.copy()
    for name, value in cells.items():
        rows.at[find_line(catalogue, code), name] = value
    return replace(catalogue, rows=rows)


def follow(catalogue: Catalogue, code: str, day: str, **cells: object) -> Catalogue:
    """The law in which the row in force is ended and another one follows it on a day."""
    row = catalogue.rows.loc[[find_line(catalogue, code)]].assign(in_force_from=pd.Timestamp(day), **cells)
    ended = change(
        catalogue, code, in_force_to=pd.Timestamp(day) - pd.Timedelta(days=1), superseded_by=(code,)
    )
    return replace(catalogue, rows=pd.concat([ended.rows, row.set_axis([9999])]))


def list_kinds(difference: Difference) -> set[tuple[str, str]]:
    return {(row.code, row.change) for row in difference.rows}


def test_the_law_does_not_differ_from_itself(catalogue: Catalogue) -> None:
    same = compare_laws(catalogue, change(catalogue, "ICP"), AS_OF)
    assert (same.rows, same.codes, same.announced) == ((), [], ())
    assert compare_days(catalogue, AS_OF, AS_OF).rows == ()


def test_a_day_that_lies_after_the_other_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(UsageError, match="2027-01-01 lies after 2026-11-23; give the earlier day first"):
        compare_days(catalogue, date(2027, 1, 1), AS_OF)


@pytest.mark.parametrize(
    ("first_day", "codes", "field", "old", "new"),
    [
        ("2024-10-23", {"EDI", "IDC", "ISP", "CDN"}, "in_force_from", "2017-09-01", "2024-10-23"),
        ("2025-01-20", {"DRUG_INFO"}, "kind", "licence", "filing"),
        ("2025-01-20", {"DRUG_INFO"}, "validity_years", 5, None),
        ("2025-12-22", {"DRUG_INFO"}, "published_on", None, "2025-12-22"),
        ("2026-01-01", {"MLPS_2", "MLPS_3", "MLPS_GRADING"}, "in_force_from", "2017-06-01", "2026-01-01"),
        ("2026-02-01", {"LIVE_COMMERCE"}, "name_zh", None, None),
        ("2026-06-01", {"CATERING_PLATFORM"}, "published_on", None, "2026-02-26"),
        ("2027-01-01", {"TRADEMARK"}, "statutory_days", 365, 334),
    ],
)
def test_each_real_change_of_2024_to_2027_shows_on_its_day_and_on_no_other(
    catalogue: Catalogue, first_day: str, codes: set[str], field: str, old: object, new: object
) -> None:
    day = pd.Timestamp(first_day)
    before, after = (day - pd.Timedelta(days=1)).date(), day.date()
    difference = compare_days(catalogue, before, after)
    assert {(code, "superseded") for code in codes} <= list_kinds(difference)
    for code in codes:
        shown = [row for row in difference.rows if (row.code, row.field) == (code, field)]
        if field != "name_zh":
            assert [(row.old, row.new) for row in shown] == [(old, new)]
        else:
            assert shown
    for quiet in (
        compare_days(catalogue, (day - pd.Timedelta(days=2)).date(), before),
        compare_days(catalogue, after, after),
    ):
        assert not codes & {row.code for row in quiet.rows}


def test_a_new_licence_is_added_between_two_days_and_one_without_successor_ends(catalogue: Catalogue) -> None:
    difference = compare_days(catalogue, date(2025, 7, 17), date(2025, 7, 18))
    added = RowChange("PERSONAL_INFORMATION_OFFICER", "added", "in_force_from", None, "2025-07-18")
    assert difference.rows == (added,)
    ending = change(catalogue, "EXPRESS", in_force_to=pd.Timestamp("2026-12-15"), superseded_by=())
    (row,) = (row for row in compare_days(ending, AS_OF, date(2026, 12, 20)).rows if row.code == "EXPRESS")
    assert row == RowChange("EXPRESS", "ended", "in_force_to", None, "2026-12-15")


def test_a_standard_that_another_one_replaces_is_superseded_by_that(catalogue: Catalogue) -> None:
    difference = compare_days(catalogue, date(2021, 3, 11), date(2021, 3, 12))
    row = RowChange("OHSAS_18001", "superseded", "superseded_by", ["OHSAS_18001"], ["ISO_45001"])
    assert row in difference.rows
    assert not [row for row in difference.rows if row.change == "ended"]


def test_a_changed_cell_of_a_file_shows_with_both_values_and_nothing_else(catalogue: Catalogue) -> None:
    new = change(catalogue, "EXPRESS", fee_cny=300.0, documents_zh=("一份文件",))
    difference = compare_laws(catalogue, new, AS_OF)
    old = find_in_force(catalogue.rows, AS_OF).loc["EXPRESS"]
    assert difference.rows == (
        RowChange("EXPRESS", "changed", "documents_zh", list(old["documents_zh"]), ["一份文件"]),
        RowChange("EXPRESS", "changed", "fee_cny", make_plain(old["fee_cny"]), 300),
    )
    assert difference.codes == ["EXPRESS"]


def test_a_row_of_an_earlier_time_shows_and_touches_no_code_in_force(catalogue: Catalogue) -> None:
    rows = catalogue.rows.copy()
    line = rows.index[(rows["code"] == "ICP") & (rows["in_force_to"] == "2016-02-29")][0]
    rows.loc[line, "note_en"] = "read again"
    difference = compare_laws(catalogue, replace(catalogue, rows=rows), AS_OF)
    assert [(row.code, row.field, row.new) for row in difference.rows] == [("ICP", "note_en", "read again")]
    assert difference.codes == []


def test_a_row_that_another_one_of_its_code_follows_is_superseded(catalogue: Catalogue) -> None:
    new = follow(catalogue, "EXPRESS", "2027-03-01", fee_cny=300.0)
    difference = compare_laws(catalogue, new, AS_OF)
    assert list_kinds(difference) == {("EXPRESS", "superseded")}
    assert {row.field: row.new for row in difference.rows} == {"in_force_from": "2027-03-01", "fee_cny": 300}
    assert (difference.codes, difference.announced) == ([], ("EXPRESS",))
    later = compare_laws(catalogue, new, date(2027, 3, 1))
    assert (later.codes, later.announced) == (["EXPRESS"], ())


def test_a_row_that_ends_and_is_mended_says_both(catalogue: Catalogue) -> None:
    new = change(
        catalogue, "EXPRESS", in_force_to=pd.Timestamp("2027-06-30"), fee_cny=300.0, superseded_by=()
    )
    assert list_kinds(compare_laws(catalogue, new, AS_OF)) == {("EXPRESS", "ended"), ("EXPRESS", "changed")}


def test_a_code_in_one_file_alone_is_added_or_ended(catalogue: Catalogue) -> None:
    less = replace(catalogue, rows=catalogue.rows[catalogue.rows["code"] != "EXPRESS"])
    start = make_plain(find_in_force(catalogue.rows, AS_OF).at["EXPRESS", "in_force_from"])
    assert compare_laws(less, catalogue, AS_OF).rows == (
        RowChange("EXPRESS", "added", "in_force_from", None, start),
    )
    assert list_kinds(compare_laws(catalogue, less, AS_OF)) == {("EXPRESS", "ended")}
    assert compare_laws(catalogue, less, AS_OF).codes == ["EXPRESS"]


def test_a_row_that_is_gone_says_from_which_day_it_was(catalogue: Catalogue) -> None:
    new = follow(catalogue, "EXPRESS", "2026-05-01", fee_cny=5.0)
    taken_back = compare_laws(new, catalogue, AS_OF)
    assert RowChange("EXPRESS", "ended", "in_force_from", "2026-05-01", None) in taken_back.rows
    assert ("EXPRESS", "changed") in list_kinds(taken_back)
    less = replace(catalogue, rows=catalogue.rows[catalogue.rows["code"] != "BUSINESS_LICENCE"])
    gone = [row for row in compare_laws(catalogue, less, AS_OF).rows if row.code == "BUSINESS_LICENCE"]
    assert [(row.field, row.old, row.new) for row in gone] == [
        ("code", "BUSINESS_LICENCE", None),
        ("in_force_from", "2022-03-01", None),
    ]
    assert all(row.old != row.new for row in (*taken_back.rows, *gone))


def test_a_corrected_first_day_is_a_change_and_no_other_row(catalogue: Catalogue) -> None:
    new = change(catalogue, "EXPRESS", in_force_from=pd.Timestamp("2020-02-02"))
    difference = compare_laws(catalogue, new, AS_OF)
    assert [(row.change, row.field, row.new) for row in difference.rows] == [
        ("changed", "in_force_from", "2020-02-02")
    ]


def test_what_is_said_in_the_other_language_is_a_change_that_no_reader_sees(catalogue: Catalogue) -> None:
    new = change(catalogue, "EXPRESS", penalty_en="other")
    assert compare_laws(catalogue, new, AS_OF, "zh").codes == []
    assert compare_laws(catalogue, new, AS_OF, "en").codes == ["EXPRESS"]
    assert [row.field for row in compare_laws(catalogue, new, AS_OF, "zh").rows] == ["penalty_en"]
