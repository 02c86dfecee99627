"""What people write in place of a plain answer is read for what it says, or refused where it may be two things."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import licences as lc
from licences.cli.main import main
from licences.errors import Cell, Problem, ProblemsError, UsageError
from licences.law.catalogue import Catalogue
from licences.reading.amounts import AmountError, read_amount
from licences.reading.answers import is_unsure, split_items
from licences.reading.days import read_day, split_expiry
from licences.reading.near import find_distance
from licences.rules.client_files import write_client
from licences.rules.facts import (
    list_cells,
    make_profiles,
    read_profiles,
    read_with_extent,
)

ODD = Path(__file__).parents[1] / "odd_files"


@pytest.mark.parametrize(
    ("text", "amount"),
    [("１２，０００", 12_000), ("¥1,000,000", 1e6), ("500万", 5e6), ("1.2亿", 1.2e8), ("1亿2000万元", 1.2e8), ("500W", 5e6),
     ("RMB 5 million", 5e6), ("3千万", 3e7), ("人民币500万元整", 5e6), ("10,0000", 1e5), ("1 000 000", 1e6), ("0.5万", 5_000)],
)  # fmt: skip
def test_an_amount_is_read_as_people_write_it(text: str, amount: float) -> None:
    assert read_amount(text, ["元", "CNY"]) == amount


@pytest.mark.parametrize(
    "text", ["约500万", "500-1000万", "100万美元", "US$ 5m", "5百", "12,5", "1.000.000", "多", ""]
)
def test_what_is_no_one_amount_in_yuan_is_refused(text: str) -> None:
    with pytest.raises(AmountError):
        read_amount(text, ["元", "CNY"])


@pytest.mark.parametrize(
    ("text", "months"), [("3年", 36), ("2年6个月", 30), ("18个月", 18), ("1.5 years", 18), ("18", 18)]
)
def test_years_are_months_where_months_are_counted(text: str, months: float) -> None:
    assert read_amount(text, ["个月", "months"]) == months


@pytest.mark.parametrize(
    "text", ["2029-03-31", "2029/3/31", "2029.3.31", "2029年3月31日", "２０２９年３月３１号", "20290331", "31 March 2029",
             "Mar 31, 2029", "31-Mar-2029", "2029-03-31 00:00:00"],
)  # fmt: skip
def test_a_day_is_read_as_people_write_it(text: str) -> None:
    assert read_day(text) == date(2029, 3, 31)


@pytest.mark.parametrize("text", ["03/04/2029", "31/3/2029", "2029年3月", "2029-02-29", "2029", "soon"])
def test_what_may_be_two_days_or_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_day(text)


@pytest.mark.parametrize(
    ("item", "split"),
    [("EDI@2029年3月31日", ("EDI", "2029年3月31日")), ("EDI 有效期至2029/3/31", ("EDI", "2029/3/31")),
     ("EDI（有效期至：2029-03-31）", ("EDI", "2029-03-31")), ("EDI（2029年3月31日到期）", ("EDI", "2029年3月31日")),
     ("EDI valid until 2029-03-31", ("EDI", "2029-03-31")), ("EDI 长期有效", ("EDI", "")), ("not:EDI", ("not:EDI", ""))],
)  # fmt: skip
def test_what_is_held_is_told_from_the_day_on_which_it_expires(item: str, split: tuple[str, str]) -> None:
    assert split_expiry(item) == split


def test_a_name_that_holds_a_separator_is_one_item(catalogue: Catalogue) -> None:
    names = catalogue.fields.clients_table["own_categories"].names
    assert split_items("餐饮、外卖、药品；化妆品", names) == ["餐饮、外卖", "药品", "化妆品"]
    assert split_items("EDI，有效期至2029年3月31日、ICP", None) == ["EDI 有效期至2029年3月31日", "ICP"]
    assert split_items("a;;b;", None) == ["a", "", "b"]


@pytest.mark.parametrize("text", ["不清楚", "未知", "?", "？？", "待定", "Unknown", "not sure", "（待确认）"])
def test_who_does_not_know_has_not_told(text: str) -> None:
    assert is_unsure(text)


def test_no_and_nothing_are_answers() -> None:
    assert not any(map(is_unsure, ("无", "否", "none", "-", "N/A")))


def test_letters_that_changed_places_are_one_slip() -> None:
    assert [find_distance(*pair) for pair in (("captial", "capital"), ("abc", "abc"), ("", "ab"))] == [
        1,
        0,
        2,
    ]


def test_every_other_name_of_a_column_is_that_of_one_alone(catalogue: Catalogue) -> None:
    table = catalogue.fields.clients_table
    for column in table.columns:
        for name in (column.name, *column.label.values(), *column.also_called):
            assert table.names.find(name).key == column.name, name


@pytest.mark.parametrize(
    "name", ["电话", "备注", "序号", "地址", "日活跃用户数", "面向客户", "统一社会信用代码", "Phone", "平台"]
)
def test_a_column_of_ones_own_is_taken_for_none_of_ours(catalogue: Catalogue, name: str) -> None:
    found = catalogue.fields.clients_table.names.find(name)
    assert (found.key, found.choices) == ("", ())


def test_what_is_hidden_is_read_where_that_is_asked(
    catalogue: Catalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    path = ODD / "hidden_row.xlsx"
    assert lc.read_clients(path, catalogue).frame["client"].tolist() == ["moon"]
    assert lc.read_clients(path, catalogue, hidden=True).frame["client"].tolist() == ["moon", "lantern"]
    asked = ["assess", "--clients", str(path), "--as-of", "2026-11-24", "--lang", "en"]
    assert main(asked) == 0
    said = f"{path}, sheet 客户: 1 client, 3 answers; passed over: 1 hidden row (row 3)\n"
    assert capsys.readouterr().err.endswith(said)
    assert main([*asked, "--hidden"]) == 0
    assert capsys.readouterr().err.endswith(
        f"read 1 hidden row (row 3)\n{path}, sheet 客户: 2 clients, 6 answers\n"
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_answer_that_is_hardly_meant_is_named_and_not_changed(
    capsys: pytest.CaptureFixture[str], language: str
) -> None:
    asked = ["--as-of", "2026-11-24", "--lang", language]
    for name, likely in (
        ("capital_in_ten_thousands", "5,000,000"),
        ("share_for_percents", "60"),
        ("year_for_months", "2023"),
    ):
        path = str(ODD / f"{name}.csv")
        assert main(["assess", "--clients", path, "--client", "c1", *asked]) == 0
        assert likely in capsys.readouterr().err.splitlines()[-2]
        assert main(["assess", "--clients", path, "--client", "c2", *asked]) == 0
        assert likely not in capsys.readouterr().err
        assert main(["check", "--clients", path, "--as-of", "2026-11-24"]) == 0
        assert likely in capsys.readouterr().err


@pytest.mark.parametrize(
    "name", ["several_alike_sheets", "one_client_a_column", "two_row_header", "unit_ten_thousands_in_header", "total_row",
             "remark_rows", "example_row", "hidden_row", "hidden_column"],
)  # fmt: skip
def test_no_client_is_put_into_a_file_that_lies_otherwise(
    catalogue: Catalogue, tmp_path: Path, name: str
) -> None:
    path = tmp_path / f"{name}.xlsx"
    path.write_bytes((ODD / path.name).read_bytes())
    cells = {"client": "new", "name": "New", "holds": "", "has_app": "yes"}
    with pytest.raises(UsageError, match="make it one row of names and one row a client"):
        write_client(path, catalogue.fields, set(catalogue.codes), cells)
    assert path.read_bytes() == (ODD / path.name).read_bytes()


def test_a_problem_says_where_it_is_for_who_looks_at_the_file() -> None:
    plain = Problem("a.xlsx", 5, "has_app", "'ja' is neither yes nor no", "write yes or no")
    assert str(plain) == "a.xlsx:5: has_app: 'ja' is neither yes nor no; write yes or no"
    places = {
        Cell("客户", "C5", "有App"): "in C5 of '客户' (有App): ",
        Cell("客户", "C5"): "in C5 of '客户': ",
        Cell("", "", "有App"): "in '有App': ",
        Cell("客户"): "in '客户': ",
    }
    for cell, said in places.items():
        one = Problem("a.xlsx", 5, "has_app", "'ja' is neither yes nor no", "write yes or no", cell)
        assert str(one) == f"a.xlsx:5: has_app: {said}'ja' is neither yes nor no; write yes or no"
    assert len(ProblemsError([plain, one, one]).problems) == 2


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_written_is_read_back_as_it_was(
    catalogue: Catalogue, tmp_path: Path, data: st.DataObject
) -> None:
    table = catalogue.fields.clients_table
    cells = {"client": "a", "name": "A"}
    for column in data.draw(
        st.lists(st.sampled_from(table.columns[7:]), min_size=1, max_size=8, unique_by=lambda one: one.name)
    ):
        if column.type == "yes_no":
            cells[column.name] = data.draw(st.sampled_from(["yes", "no"]))
        elif column.type == "number":
            cells[column.name] = str(
                data.draw(st.integers(int(column.minimum or 0), int(column.maximum or 10**12)))
            )
        elif column.type == "set":
            cells[column.name] = ";".join(
                sorted(data.draw(st.sets(st.sampled_from(sorted(column.values or {}))))) or ["none"]
            )
        else:
            cells[column.name] = data.draw(st.sampled_from(sorted(column.values or {})))
    made = list_cells(
        make_profiles([cells], catalogue.fields, set(catalogue.codes), "").to_dict("records")[0],
        catalogue.fields,
    )
    path = tmp_path / "a.csv"
    path.write_text("\n".join(",".join(row) for row in (made, made.values())), encoding="utf-8")
    read = read_profiles(path, catalogue.fields, set(catalogue.codes))
    assert list_cells(read.to_dict("records")[0], catalogue.fields) == made
    assert {name: made[name] for name in cells} == cells
    assert read_with_extent(path, catalogue.fields, set(catalogue.codes))[1].notes == ()
