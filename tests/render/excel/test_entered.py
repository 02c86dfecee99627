"""Ticks, status and remarks go from one workbook to the next, whatever a spreadsheet did with the first."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from licences.analysis.case import Case, make_case
from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions
from licences.render.excel.entered import Entry, read_entries
from licences.render.excel.workbook import make_workbook
from licences.words.texts import read_texts

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
TYPED: dict[str, Any] = {
    "text": "called twice; 等回复",
    "number": 1234.5,
    "day": date(2026, 12, 1),
    "sign": "=1+1",
    "lines": "one\ntwo",
    "space": " kept ",
}


def make(catalogue: Catalogue, clients: pd.DataFrame, language: str = "en", **told: Any) -> Case:
    profile = clients[clients["client"] == "grand-bazaar"].copy()
    for name, value in told.items():
        profile[name] = pd.Series([value], index=profile.index, dtype=profile[name].dtype)
    return make_case(catalogue, profile, AS_OF, PlanOptions(START), language)


def say(language: str, key: str) -> str:
    words: Any = read_texts(language)["workbook"]
    for part in key.split("."):
        words = words[part]
    return str(words)


def read(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def save(book: Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def list_rows(
    content: bytes, sheet: str, language: str = "en"
) -> dict[tuple[str, str], tuple[Any, Any, Any]]:
    """Tick, status and remarks by code and document."""
    rows = read(content)[say(language, f"sheets.{sheet}")].values
    header = next(rows)
    at = {
        name: header.index(say(language, name))
        for name in ("tick", "progress", "document", "code", "remarks")
    }
    return {
        (row[at["code"]], row[at["document"]]): (row[at["tick"]], row[at["progress"]], row[at["remarks"]])
        for row in rows
        if row[at["code"]]
    }


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_was_entered_stands_beside_the_same_document_again(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    case = make(catalogue, sample_clients, language)
    plain = make_workbook(case)
    assert read_entries(plain) == ()
    book = read(plain)
    sheet = book[say(language, "sheets.documents")]
    states: Any = read_texts(language)["workbook"]["progress_of"]
    width = sheet.max_column
    for row, value in enumerate(TYPED.values(), start=3):
        sheet.cell(row, 1, "✓" if row % 2 else None)
        sheet.cell(row, 2, states[row % len(states)])
        cell = sheet.cell(row, width, value)
        cell.data_type = "s" if isinstance(value, str) else cell.data_type
    sheet.cell(12, 2, "half of it")  # a status that nobody gave them
    # As spreadsheets let one: another order of rows, a title above, a column in between.
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    for at, values in enumerate(reversed(rows), start=2):
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(at, column)
            cell.value = value
            cell.data_type = "s" if isinstance(value, str) else cell.data_type
    sheet.insert_rows(1)
    sheet.insert_cols(2)
    entries = read_entries(save(book))
    assert entries is not None
    assert len(entries) == len(TYPED) + 1
    again = make_workbook(case, entered=entries)
    told = list_rows(again, "documents", language)
    before = list_rows(plain, "documents", language)
    assert list(told) == list(before)
    named = list(before)
    for row, (kind, value) in enumerate(TYPED.items(), start=3):
        tick, state, remarks = told[named[row - 2]]
        assert (tick, state) == ("✓" if row % 2 else None, states[row % len(states)])
        shown = remarks.date() if isinstance(remarks, datetime) else remarks
        assert (kind, shown) == (kind, value)
    assert told[named[10]] == (None, "half of it", None)
    assert say(language, "sheets.entered") not in read(again).sheetnames
    assert read_entries(again) is not None
    assert set(read_entries(again) or ()) == set(entries)
    assert make_workbook(case, entered=entries) == again


def test_what_is_no_longer_asked_for_stands_on_a_sheet_of_its_own_until_it_is_asked_for_again(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients)
    asked_by: dict[str, list[str]] = {}
    for step in case.steps:
        for paper in case.rows.at[step.code, "papers"]:
            asked_by.setdefault(paper, []).append(step.code)
    code, document = next(
        (paper, name)
        for paper, name in list_rows(make_workbook(case), "documents")
        if len(asked_by[paper]) == 1
    )
    gone = Entry("GONE", "A paper of old", "✓", 2, "in the safe")
    held = make(catalogue, sample_clients, holds=("BUSINESS_LICENCE", *asked_by[code]))
    entries = (gone, Entry(code, document, None, 1, "asked Ms Li"))
    later = make_workbook(held, entered=entries)
    assert (code, document) not in list_rows(later, "documents")
    assert list_rows(later, "entered") == {
        ("GONE", "A paper of old"): ("✓", "received", "in the safe"),
        (code, document): (None, "asked for", "asked Ms Li"),
    }
    assert any(cell == "Earlier entries" for row in read(later).worksheets[0].values for cell in row)
    back = make_workbook(case, entered=read_entries(later) or ())
    assert list_rows(back, "documents")[code, document] == (None, "asked for", "asked Ms Li")
    assert list(list_rows(back, "entered")) == [("GONE", "A paper of old")]


def test_entries_beside_a_paper_follow_it_into_another_language(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    chinese = make_workbook(make(catalogue, sample_clients, "zh"))
    code, document = next(iter(list_rows(chinese, "documents", "zh")))
    filled = make_workbook(
        make(catalogue, sample_clients, "zh"), entered=(Entry(code, document, "✓", 3, "好"),)
    )
    english = make_workbook(make(catalogue, sample_clients), entered=read_entries(filled) or ())
    (told,) = [row for (paper, _), row in list_rows(english, "documents").items() if paper == code]
    assert told == ("✓", "filed", "好")
    assert say("en", "sheets.entered") not in read(english).sheetnames


def test_ticks_beside_the_documents_of_single_applications_move_to_the_paper(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients)
    code = next(step.code for step in case.steps if "business_licence" in case.rows.at[step.code, "papers"])
    text = case.rows.at[code, "documents_en"][case.rows.at[code, "papers"].index("business_licence")]
    later = make_workbook(case, entered=(Entry(code, text, "✓", 2, "in the safe"),))
    told = {paper: row for (paper, _), row in list_rows(later, "documents").items()}
    assert told["business_licence"] == ("✓", "received", "in the safe")
    assert say("en", "sheets.entered") not in read(later).sheetnames


def inflate(workbook: bytes, part: str) -> bytes:
    """A workbook with 30 MB of nothing in a part of it."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in dict.fromkeys([*old.namelist(), part]):
            content = old.read(name) if name in old.namelist() else b""
            new.writestr(name, content + b" " * 30_000_000 if name == part else content)
    return target.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a workbook",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000),  # with a password, it is no zip file
        b"PK\x05\x06" + bytes(18),
        inflate(save(Workbook()), "xl/worksheets/sheet1.xml"),
    ],
    ids=["empty", "text", "password", "nothing in it", "bomb"],
)
def test_what_cannot_be_read_says_so(content: bytes) -> None:
    assert read_entries(content) is None


def test_large_pictures_hinder_nothing() -> None:
    assert read_entries(inflate(save(Workbook()), "xl/media/image1.png")) == ()


def test_a_workbook_without_our_list_has_no_entries() -> None:
    book = Workbook()
    book.create_sheet("Documents").append(["a", "b"])
    assert read_entries(save(book)) == ()
