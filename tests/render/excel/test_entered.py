"""Ticks, status, dates, answers and remarks go from one workbook to the next, whatever a spreadsheet did with the first."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from licences.analysis.case import Case, make_case
from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions
from licences.render.excel.entered import Entered, Entry, read_entries
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


def make(
    catalogue: Catalogue,
    clients: pd.DataFrame,
    language: str = "en",
    client: str = "grand-bazaar",
    **told: Any,
) -> Case:
    profile = clients[clients["client"] == client].copy()
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


COLUMNS = {
    "papers": ("paper", "tick", "status", "received_on", "remarks"),
    "todo": ("task", "status", "submitted_on", "done_on", "valid_until", "remarks"),
    "questions": ("question", "answer", "answered_on", "remarks"),
    "earlier": (
        "earlier_what",
        "tick",
        "status",
        "submitted_on",
        "finished_on",
        "answer",
        "valid_until",
        "remarks",
    ),
}


def find_columns(sheet: Worksheet, language: str, names: tuple[str, ...]) -> dict[str, int]:
    header = [cell.value for cell in sheet[1]]
    return {name: header.index(say(language, name)) + 1 for name in names}


def list_rows(content: bytes, sheet: str, language: str = "en") -> dict[tuple[str, str], tuple[Any, ...]]:
    """What was entered, by code and name; a day without its time."""
    page = read(content)[say(language, f"sheets.{sheet}")]
    at = find_columns(page, language, ("code", *COLUMNS[sheet]))
    rows = {}
    for row in page.iter_rows(min_row=2, values_only=True):
        cells = {
            name: one.date() if isinstance(one := row[column - 1], datetime) else one
            for name, column in at.items()
        }
        code, name, *told = cells.values()
        if name:
            rows[code or "", name] = tuple(told)
    return rows


def list_states(language: str, kind: str) -> list[str]:
    words: Any = read_texts(language)["workbook"]["states"]
    return list(words[kind])


def write(cell: Any, value: Any) -> None:
    cell.value = value
    cell.data_type = "s" if isinstance(value, str) else cell.data_type


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_was_entered_stands_beside_the_same_paper_again(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    case = make(catalogue, sample_clients, language)
    plain = make_workbook(case)
    assert read_entries(plain) == Entered()
    book = read(plain)
    sheet = book[say(language, "sheets.papers")]
    states = list_states(language, "paper")
    at = find_columns(sheet, language, ("tick", "status", "received_on", "remarks"))
    for row, value in enumerate(TYPED.values(), start=3):
        sheet.cell(row, at["tick"], "✓" if row % 2 else None)
        sheet.cell(row, at["status"], states[row % len(states)])
        sheet.cell(row, at["received_on"], date(2026, 11, row))
        write(sheet.cell(row, at["remarks"]), value)
    sheet.cell(12, at["status"], "half of it")  # a status that nobody gave them
    # As spreadsheets let one: another order of rows, a title above, a column in between.
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    for number, values in enumerate(reversed(rows), start=2):
        for column, one in enumerate(values, start=1):
            write(sheet.cell(number, column), one)
    sheet.insert_rows(1)
    sheet.insert_cols(2)
    entered = read_entries(save(book))
    assert entered is not None
    assert (len(entered.entries), entered.own) == (len(TYPED) + 1, ())
    again = make_workbook(case, entered=entered.entries)
    told = list_rows(again, "papers", language)
    before = list_rows(plain, "papers", language)
    assert list(told) == list(before)
    named = list(before)
    for row, value in enumerate(TYPED.values(), start=3):
        tick, state, received, remarks = told[named[row - 2]]
        assert (tick, state) == ("✓" if row % 2 else None, states[row % len(states)])
        assert (received, remarks) == (date(2026, 11, row), value)
    assert told[named[10]] == (None, "half of it", None, None)
    assert say(language, "sheets.earlier") not in read(again).sheetnames
    back = read_entries(again)
    assert back is not None
    assert set(back.entries) == set(entered.entries)
    assert make_workbook(case, entered=entered.entries) == again


@pytest.mark.parametrize("language", ["zh", "en"])
def test_status_dates_and_remarks_stand_beside_the_same_task_and_answers_beside_the_same_question_again(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    case = make(catalogue, sample_clients, language, client="hello-hall")
    plain = make_workbook(case)
    book, typed = read(plain), {}
    for sheet, names in (("todo", COLUMNS["todo"][1:]), ("questions", COLUMNS["questions"][1:])):
        page = book[say(language, f"sheets.{sheet}")]
        at = find_columns(page, language, names)
        value = {"status": "waiting for Ms Li", "answer": "no; 没有", "remarks": "=x", "submitted_on": date(2026, 12, 1),
                 "done_on": "in spring", "answered_on": date(2026, 12, 2),
                 "valid_until": date(2031, 12, 1)}  # fmt: skip
        for name, column in at.items():
            write(page.cell(3, column), value[name])
        typed[sheet] = tuple(value[name] for name in names)
    entered = read_entries(save(book))
    assert entered is not None
    other = {"zh": "en", "en": "zh"}[language]
    for speech in (language, other):
        again = make_workbook(
            make(catalogue, sample_clients, speech, client="hello-hall"), entered=entered.entries
        )
        assert say(speech, "sheets.earlier") not in read(again).sheetnames
        for sheet, values in typed.items():
            (code, _), before = list(list_rows(plain, sheet, language).items())[1]
            told = {key[0]: row for key, row in list_rows(again, sheet, speech).items()}
            assert told[code] == values != before
            assert [row for key, row in told.items() if key != code and any(row[1:])] == []


def test_what_is_no_longer_asked_for_stands_on_a_sheet_of_its_own_until_it_is_asked_for_again(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients)
    asked_by: dict[str, list[str]] = {}
    for step in case.steps:
        for paper in case.rows.at[step.code, "papers"]:
            asked_by.setdefault(paper, []).append(step.code)
    code, document = next(
        (paper, name) for paper, name in list_rows(make_workbook(case), "papers") if len(asked_by[paper]) == 1
    )
    gone = Entry("GONE", "A paper of old", "✓", 2, "in the safe")
    (asking,) = asked_by[code]
    held = make(catalogue, sample_clients, holds=("BUSINESS_LICENCE", asking))
    task = Entry(asking, "Obtain it", state=2, submitted_on=date(2026, 11, 20), kind="todo")
    answer = Entry("no_such_question", "Why?", answer="because", done_on=date(2026, 11, 21), kind="question")
    entries = (gone, Entry(code, document, None, 1, "asked Ms Li", done_on="Monday"), task, answer)
    later = make_workbook(held, entered=entries)
    assert (code, document) not in list_rows(later, "papers")
    assert list_rows(later, "earlier") == {
        ("GONE", "A paper of old"): ("✓", "received", None, None, None, None, "in the safe"),
        (code, document): (None, "asked for", None, "Monday", None, None, "asked Ms Li"),
        (asking, "Obtain it"): (None, "submitted", date(2026, 11, 20), None, None, None, None),
        ("no_such_question", "Why?"): (None, None, None, date(2026, 11, 21), "because", None, None),
    }
    assert any(cell == "Earlier remarks" for row in read(later).worksheets[0].values for cell in row)
    kept = read_entries(later)
    assert kept is not None
    assert set(kept.entries) == set(entries)
    back = make_workbook(case, entered=kept.entries)
    assert list_rows(back, "papers")[code, document] == (None, "asked for", "Monday", "asked Ms Li")
    assert {key[0]: row for key, row in list_rows(back, "todo").items()}[asking][:2] == (
        "submitted",
        date(2026, 11, 20),
    )
    assert list(list_rows(back, "earlier")) == [("GONE", "A paper of old"), ("no_such_question", "Why?")]


def test_a_remark_beside_a_deadline_is_not_taken_for_one_of_the_next_time(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    first = make(catalogue, sample_clients, holds=("BUSINESS_LICENCE", "EDI@2027-01-10"))
    name = next(
        name for code, name in list_rows(make_workbook(first), "todo") if code.startswith("EDI/renewal")
    )
    entry = Entry(
        "EDI/renewal/2027-01-10",
        name,
        state=3,
        done_on=date(2026, 12, 20),
        valid_until=date(2031, 12, 19),
        kind="todo",
    )
    told = {key[0]: row for key, row in list_rows(make_workbook(first, entered=[entry]), "todo").items()}
    assert told["EDI/renewal/2027-01-10"][0] == "done"
    renewed = make(catalogue, sample_clients, holds=("BUSINESS_LICENCE", "EDI@2027-02-10"))
    later = make_workbook(renewed, entered=[entry])
    assert {key[0]: row for key, row in list_rows(later, "todo").items()}["EDI/renewal/2027-02-10"][
        0
    ] == "to do"
    assert list_rows(later, "earlier") == {
        (entry.code, name): (None, "done", None, date(2026, 12, 20), None, date(2031, 12, 19), None)
    }


def test_two_entries_of_one_paper_that_contradict_each_other_are_both_kept(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients)
    entries = [
        Entry("business_licence", "", "✓", remarks="in the safe"),
        Entry("business_licence", "", "✓", state=2),
        Entry("business_licence", "old", remarks="lost"),
    ]
    later = make_workbook(case, entered=entries)
    told = {paper: row for (paper, _), row in list_rows(later, "papers").items()}
    assert told["business_licence"] == ("✓", "received", None, "in the safe")
    assert list_rows(later, "earlier") == {
        ("business_licence", "old"): (None, "to do", None, None, None, None, "lost")
    }


def test_a_row_that_the_reader_added_is_kept_and_so_is_one_whose_code_is_gone(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients)
    plain = make_workbook(case)
    book = read(plain)
    sheet = book["Papers"]
    last = sheet.max_row + 1
    at = find_columns(sheet, "en", ("paper", "status", "remarks", "code"))
    sheet.cell(last, at["paper"], "Letter of the bank")
    sheet.cell(last, at["remarks"], "asked for by the city")
    name = sheet.cell(2, at["paper"]).value
    sheet.cell(2, at["status"], "received")
    sheet.cell(2, at["code"]).value = None
    entered = read_entries(save(book))
    assert entered is not None
    again = make_workbook(case, entered=entered.entries)
    (told,) = [row for (_, one), row in list_rows(again, "papers").items() if one == name]
    assert told[1] == "received"
    assert list_rows(again, "earlier") == {
        ("", "Letter of the bank"): (None, "to do", None, None, None, None, "asked for by the city")
    }
    kept = read_entries(again)
    assert kept is not None
    assert list_rows(make_workbook(case, entered=kept.entries), "earlier") == list_rows(again, "earlier")


def test_sheets_and_columns_of_the_readers_own_are_named(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    book = read(make_workbook(make(catalogue, sample_clients)))
    sheet = book["To do"]
    sheet.cell(1, sheet.max_column + 1, "Our file number")
    sheet.cell(3, sheet.max_column + 2, "beside the table")
    book.create_sheet("My notes\n")["A1"] = "call the bank"
    copy = book.copy_worksheet(book["Papers"])
    copy["A2"] = "✓"  # of a copy the reader keeps as it was
    entered = read_entries(save(book))
    assert entered is not None
    assert entered.own == ("My notes", copy.title, "Our file number", "M")
    assert entered.entries == ()
    book["Papers"].title = "Belege"
    del book[copy.title]
    book["Belege"]["A2"] = "✓"
    entered = read_entries(save(book))
    assert entered is not None
    assert len(entered.entries) == 1  # a sheet with another name is read all the same


OLD = {
    "en": ("Documents", "Earlier entries", ("Done", "Status", "Document", "Official Chinese name", "Needed for", "Brought by",
           "Form", "Complete by (advised)", "Complete by (latest, delays nothing)", "Note", "Code", "Remarks"),
           ("Done", "Status", "Document", "Licence", "Code", "Remarks")),
    "zh": ("材料清单", "先前的记录", ("完成", "进度", "材料", "用于", "由谁提供", "形式", "建议备齐日", "最迟备齐日（不耽误计划）", "说明", "代码",
           "备注"), ("完成", "进度", "材料", "证照名称（官方名称）", "代码", "备注")),
}  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_workbook_of_an_earlier_version_is_read_too(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    case = make(catalogue, sample_clients, language)
    states = list_states(language, "paper")
    (code, name), *_ = list_rows(make_workbook(case), "papers", language)
    documents, earlier, header, short = OLD[language]
    book = Workbook()
    for title, labels, key, told in (
        (documents, header, (code, name), ("✓", states[2], "in the safe")),
        (earlier, short, ("GONE", "A paper of old"), (None, states[1], date(2026, 11, 3))),
    ):
        sheet = book.create_sheet(title)
        sheet.append(labels)
        cells = dict(zip((0, 1, len(labels) - 1), told, strict=True))
        cells |= {2: key[1], len(labels) - 2: key[0]}
        sheet.append([cells.get(at) for at in range(len(labels))])
    del book["Sheet"]
    entered = read_entries(save(book))
    assert entered is not None
    assert entered.own == ()
    later = make_workbook(case, entered=entered.entries)
    assert list_rows(later, "papers", language)[code, name] == ("✓", states[2], None, "in the safe")
    assert list_rows(later, "earlier", language) == {
        ("GONE", "A paper of old"): (None, states[1], None, None, None, None, date(2026, 11, 3))
    }


def test_entries_beside_a_paper_follow_it_into_another_language(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    chinese = make_workbook(make(catalogue, sample_clients, "zh"))
    code, document = next(iter(list_rows(chinese, "papers", "zh")))
    filled = make_workbook(
        make(catalogue, sample_clients, "zh"), entered=(Entry(code, document, "✓", 3, "好"),)
    )
    entered = read_entries(filled)
    assert entered is not None
    english = make_workbook(make(catalogue, sample_clients), entered=entered.entries)
    (told,) = [row for (paper, _), row in list_rows(english, "papers").items() if paper == code]
    assert told == ("✓", "filed", None, "好")
    assert say("en", "sheets.earlier") not in read(english).sheetnames


def test_ticks_beside_the_documents_of_single_applications_move_to_the_paper(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients)
    code = next(step.code for step in case.steps if "business_licence" in case.rows.at[step.code, "papers"])
    text = case.rows.at[code, "documents_en"][case.rows.at[code, "papers"].index("business_licence")]
    later = make_workbook(case, entered=(Entry(code, text, "✓", 2, "in the safe"),))
    told = {paper: row for (paper, _), row in list_rows(later, "papers").items()}
    assert told["business_licence"] == ("✓", "received", None, "in the safe")
    assert say("en", "sheets.earlier") not in read(later).sheetnames


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
    assert read_entries(inflate(save(Workbook()), "xl/media/image1.png")) == Entered((), ("Sheet",))


def test_a_workbook_without_our_list_has_no_entries() -> None:
    book = Workbook()
    book.create_sheet("Documents").append(["a", "b"])
    assert read_entries(save(book)) == Entered((), ("Sheet",))
