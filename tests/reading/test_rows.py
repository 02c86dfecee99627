"""Rows below a header, from CSV: what cannot be seen is taken away or named, and what is passed over is said."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from licences.errors import MAX_LISTED, MissingFileError, ProblemsError
from licences.law.catalogue import Catalogue
from licences.reading.bounds import MAX_FILE_BYTES
from licences.reading.rows import Rows, read_rows, read_table_rows
from licences.rules.facts import read_profiles

SPELLINGS = {"client": "client", "name": "name"}


def read(tmp_path: Path, text: str) -> Rows:
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return read_table_rows(path, ("client", "name"), SPELLINGS)


def note(rows: Rows) -> dict[str, tuple[int, tuple[str, ...]]]:
    return {one.kind: (one.count, one.items) for one in rows.extent.notes}


@pytest.mark.parametrize(
    "odd", ["\u200b", "\u200d", "\u2060", "\ufeff", "\u202a", "\u2066", "\u00ad", "\u200f"]
)
def test_what_cannot_be_seen_is_taken_away_in_header_id_and_name(tmp_path: Path, odd: str) -> None:
    rows = read(tmp_path, f"\ufeff{odd}cli{odd}ent,name\n{odd}a,月{odd}牙\n")
    assert (rows.header, rows.cells) == (["client", "name"], [["a", "月牙"]])
    assert note(rows) == {"characters": (2, ())}


@pytest.mark.parametrize("blank", ["\u00a0", "\u2028", "\x0b", "\x0c", "\u202f"])
def test_a_blank_of_another_kind_is_a_blank(tmp_path: Path, blank: str) -> None:
    assert read(tmp_path, f"client,name\na,A{blank}B\n").cells == [["a", "A B"]]


@pytest.mark.parametrize("wrong", ["\x07", "\x7f", "\x9b", "\ufffd", "\u3164", "\U000e0041"])
def test_what_no_cell_should_hold_is_named_by_its_code(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(
        ProblemsError, match=rf"a.csv:2: name: holds U\+{ord(wrong):04X}, which .*; type the cell anew"
    ):
        read(tmp_path, f"client,name\na,A{wrong}B\n")


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_the_first_line_of_excel_that_names_the_separator_is_heeded(tmp_path: Path, mark: str) -> None:
    rows = read(tmp_path, f'sep={mark}\r\nclient{mark}name\r\na{mark}A,B\r\n\r\nb{mark}"x{mark}y"\r\n')
    assert (rows.lines, rows.cells) == ([3, 5], [["a", "A,B"], ["b", f"x{mark}y"]])
    assert (rows.separator, note(rows)) == (mark, {"empty_rows": (1, ())})


def test_a_title_blank_lines_and_empty_columns_are_passed_over_and_said(tmp_path: Path) -> None:
    rows = read(tmp_path, "Clients of 2026,,,\n\nname,,client,\nA,,a,\n,,,\nB,,b,\n\n\n")
    assert (rows.header, rows.columns, rows.lines) == (["name", "client"], [0, 2], [4, 6])
    assert note(rows) == {"above": (1, ("1",)), "empty_rows": (2, ()), "empty_columns": (1, ())}
    assert (rows.extent.header_line, rows.extent.rows, rows.extent.columns) == (3, 2, 2)


def test_a_plain_file_has_nothing_to_note(tmp_path: Path) -> None:
    assert note(read(tmp_path, "client,name\na,A\n\n\n")) == {}


def test_a_pipe_a_device_and_a_file_too_great_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    found: list[BaseException] = []

    def try_to_read() -> None:
        try:
            read_rows(tmp_path / "pipe.csv")
        except MissingFileError as error:
            found.append(error)

    reader = threading.Thread(target=try_to_read, daemon=True)
    reader.start()
    reader.join(5)
    assert [str(error).partition(": ")[2] for error in found] == [
        "is a device or a pipe; save it as a file, and name that"
    ]
    with pytest.raises(MissingFileError, match="is a device or a pipe"):
        read_rows(Path("/dev/zero"))
    with (tmp_path / "great.csv").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(ProblemsError, match="it has more than 100 MB; at most 100 MB"):
        read_rows(tmp_path / "great.csv")
    with pytest.raises(MissingFileError, match="null"):
        read_rows(Path("a\0b.csv"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (",".join(["client", "name", *map(str, range(100_000))]) + "\na,b\n", "more than 1,000 columns"),
        ("client,name\n" + "," * 8_000_001, "more than 8,000,000 cells; at most 8,000,000"),
        ("client,name\n" + "\n" * 1_100_000, "more than 1,048,576 rows"),
        ('client,name\na,"' + "x" * 200_000 + '"\n', "2: row: a cell of more than 131,072 characters"),
    ],
    ids=["columns", "cells", "rows", "characters"],
)
def test_more_than_a_reader_gives_is_refused_with_the_bound(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ProblemsError, match=said):
        read(tmp_path, text)


def test_of_very_many_problems_those_that_somebody_reads_are_listed(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    many = "".join(f"a{at},b,prov{at},CODE{at},x{at},{'y' * 200},z{at}\n" for at in range(1_200))
    header = "client,name,province,holds,has_app,own_categories,registered_capital_cny\n"
    path.write_text(header + many, encoding="utf-8")
    with pytest.raises(ProblemsError) as caught:
        read_profiles(path, catalogue.fields, set(catalogue.rows["code"]))
    lines = str(caught.value).splitlines()
    assert len(lines) == MAX_LISTED + 1
    assert lines[-1] == "and at least 5 more; mend these first"
    assert max(map(len, lines)) < len(str(path)) + 300


def test_a_percent_is_read_where_percents_are_asked_for_and_a_label_names_its_column(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "客户编号,客户名称,Foreign share in percent,成立月数\na,甲,６０%,１４\n", encoding="utf-8"
    )
    row = read_profiles(path, catalogue.fields, set()).iloc[0]
    assert (row["client"], row["foreign_share_percent"], row["company_age_months"]) == ("a", 60, 14)
    path.write_text("client,name,company_age_months,名称\na,甲,60%,x\n", encoding="utf-8")
    with pytest.raises(ProblemsError, match="名称: unknown column; another column is name already"):
        read_profiles(path, catalogue.fields, set())
    path.write_text("client,name,company_age_months\na,甲,60%\n", encoding="utf-8")
    with pytest.raises(ProblemsError, match="'60%' is not a number; write a number that is no percentage"):
        read_profiles(path, catalogue.fields, set())
