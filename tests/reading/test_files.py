"""Rows come out of a file as they were typed, and what is no table at all is named."""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.datavalidation import DataValidation

from licences.errors import MissingFileError, ProblemsError
from licences.reading.files import read_text
from licences.reading.rows import read_rows

HEADER = ["client", "name", "value"]


def write_book(path: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)
    return path


def replace_in_sheet(book: Path, old: bytes, new: bytes) -> Path:
    changed = book.with_name("changed.xlsx")
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b" />", b"/>")  # openpyxl writes one or the other
                assert old in content
                content = content.replace(old, new)
            target.writestr(name, content)
    return changed


def find_wrong(path: Path) -> str:
    with pytest.raises(ProblemsError) as caught:
        read_rows(path)
    return str(caught.value)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_the_line_of_a_row_is_where_it_begins_even_after_quoted_newlines(
    tmp_path: Path, newline: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(newline.join(["a,b", '1,"x', 'y"', "", "2,z", ""]).encode())
    header, lines, rows = read_rows(path)
    assert header == ["a", "b"]
    assert lines == [2, 5]
    assert rows == [["1", f"x{newline}y"], ["2", "z"]]


def test_cells_that_look_like_missing_values_to_pandas_are_kept_as_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\nNA,null\nnan,007\n", encoding="utf-8")
    assert read_rows(path)[2] == [["NA", "null"], ["nan", "007"]]


def test_a_doubled_quote_is_one_quote_and_a_comma_in_quotes_parts_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n"say ""yes"", twice",2\n', encoding="utf-8")
    assert read_rows(path)[2] == [['say "yes", twice', "2"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_reads_the_same_in_every_encoding_that_spreadsheets_save(
    tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("客户,名称\n甲,京东㐂\n".encode(encoding))
    assert read_rows(path) == (["客户", "名称"], [2], [["甲", "京东㐂"]])
    assert read_text(path).startswith("客")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf16_as_excel_saves_unicode_text_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    path.write_bytes(f"{mark}client,name\na,甲\n".encode(encoding))
    assert read_rows(path) == (["client", "name"], [2], [["a", "甲"]])
    path.write_bytes(b"\xff\xfea")
    assert find_wrong(path) == f"{path}:1: file: begins as UTF-16 and is none; save it as UTF-8"


def test_a_missing_file_a_folder_and_an_unreadable_file_are_told_apart(tmp_path: Path) -> None:
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)
    for suffix in ("csv", "xlsx"):
        folder = tmp_path / f"folder.{suffix}"
        folder.mkdir()
        for name, reason in (("nothing", "there is no such file"), ("folder", "is a folder")):
            path = tmp_path / f"{name}.{suffix}"
            with pytest.raises(MissingFileError, match=reason) as caught:
                read_rows(path)
            assert str(caught.value).startswith(f"{path}: ")
    with pytest.raises(MissingFileError, match="symbolic links; check its permissions"):
        read_rows(loop)


def test_cells_of_a_workbook_become_the_text_that_one_would_type(tmp_path: Path) -> None:
    path = write_book(
        tmp_path / "a.xlsx",
        HEADER,
        [True, 1_000_000.0, 0.25],
        [False, dt.datetime(2029, 3, 31), dt.date(2026, 1, 2)],
        [None, None, None],
        [7, "  x ", None],
    )
    assert read_rows(path) == (
        HEADER,
        [2, 3, 5],
        [["yes", "1000000", "0.25"], ["no", "2029-03-31", "2026-01-02"], ["7", "  x ", ""]],
    )


@pytest.mark.parametrize("said", [b"", b'<dimension ref="A1"/>'], ids=["no size", "size of one cell"])
def test_a_workbook_that_states_its_size_wrong_loses_no_cell(tmp_path: Path, said: bytes) -> None:
    book = write_book(tmp_path / "a.xlsx", HEADER, ["a", "A", 1])
    changed = replace_in_sheet(book, b'<dimension ref="A1:C2"/>', said)
    assert read_rows(changed) == (HEADER, [2], [["a", "A", "1"]])


def test_a_workbook_with_drop_down_lists_and_a_second_sheet_gives_the_first_without_a_warning(
    tmp_path: Path,
) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADER)
    sheet.append(["a", "A", "yes"])
    choice = DataValidation(type="list", formula1='"yes,no"')
    choice.add("C2:C9")
    sheet.add_data_validation(choice)
    book.create_sheet("notes").append(["not for us"])
    book.save(tmp_path / "a.xlsx")
    changed = replace_in_sheet(
        tmp_path / "a.xlsx",
        b"</worksheet>",
        b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"/></extLst></worksheet>',
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_rows(changed) == (HEADER, [2], [["a", "A", "yes"]])


def test_what_only_calls_itself_a_workbook_is_named(tmp_path: Path) -> None:
    whole = write_book(tmp_path / "whole.xlsx", HEADER, ["a", "A", 1]).read_bytes()
    at = whole.index(b"sheet1.xml") + 40
    damaged = "is cut short or damaged; save it anew as .xlsx"
    fakes = {
        "text": (
            b"client,name\na,A\n",
            "is text, such as CSV, and no workbook; give its name the ending .csv",
        ),
        "nothing": (b"", "is empty; fill it in"),
        "half": (whole[: len(whole) // 2], damaged),
        "damaged": (whole[:at] + b"\xff" * 20 + whole[at + 20 :], damaged),
    }
    for name, (content, said) in fakes.items():
        path = tmp_path / f"{name}.xlsx"
        path.write_bytes(content)
        wrong = find_wrong(path)
        assert wrong.startswith(f"{path}:1: file: {said}")
        assert "\n" not in wrong


def test_a_workbook_that_holds_only_a_chart_or_nothing_is_named(tmp_path: Path) -> None:
    assert "it is empty" in find_wrong(write_book(tmp_path / "empty.xlsx"))
    assert "no row follows the header" in find_wrong(write_book(tmp_path / "header.xlsx", HEADER))
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    book.create_chartsheet("chart")
    book.save(tmp_path / "chart.xlsx")
    assert "it is empty" in find_wrong(tmp_path / "chart.xlsx")


def test_every_row_of_the_wrong_length_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1\n"x\ny",2\n1,2,3\n', encoding="utf-8")
    assert [line.split(": row: ")[0] for line in find_wrong(path).splitlines()] == [f"{path}:2", f"{path}:5"]
