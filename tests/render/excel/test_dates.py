"""No two sheets of one workbook say another date of the same thing."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from licences.analysis.case import Case, make_case
from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions
from licences.render.excel.workbook import make_workbook
from licences.words.cases import view_case
from licences.words.texts import read_texts

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
NEAR = ("BUSINESS_LICENCE", "EDI@2027-02-22", "FOOD_OPERATION@2026-12-15", "DOMAIN@2026-12-02", "ICP@2026-11-01",
        "ISO_27001@2027-01-15", "TAX_PLATFORM_REPORT", "DRUG_RETAIL@2027-01-22")  # fmt: skip
Places = dict[tuple[str, str], dict[str, set[date]]]


def make(
    catalogue: Catalogue, clients: pd.DataFrame, client: str, language: str, holds: tuple[str, ...] = ()
) -> Case:
    profile = clients[clients["client"] == client].copy()
    if holds:
        profile["holds"] = pd.Series([holds], index=profile.index, dtype=object)
    return make_case(catalogue, profile, AS_OF, PlanOptions(START, ("recommended",)), language)


def read_table(book: Workbook, name: str) -> Iterator[dict[str, Any]]:
    rows = book[name].iter_rows(values_only=True)
    header = next(rows)
    for row in rows:
        if all(cell is None for cell in row):
            return
        yield dict(zip(header, row, strict=True))


def name_meanings(language: str) -> dict[str, str]:
    """What the dates under each label mean; labels that mean the same agree."""
    texts = read_texts(language)
    words, page = texts["workbook"], texts["page"]
    return {
        texts["deadlines"]["column_day"]: "last_day",
        words["expires"]: "expires",
        page["checked_title"]: "checked",
        words["submit_on"]: "submit_on",
        words["by_when"]: "submit_on",
    }


def collect(case: Case) -> Places:
    """For each licence or paper and each meaning of a date: on which sheet it is what."""
    book = load_workbook(io.BytesIO(make_workbook(case)))
    places: Places = {}
    for key in ("todo", "plan", "deadlines", "sources", "licences"):
        for code, meaning, day in read_days(book, key, case.language):
            places.setdefault((code, meaning), {}).setdefault(key, set()).add(day)
    for paper, meaning, day in read_papers(book, case):
        days = [places.get((code, meaning), {}).get("plan", set()) for code in paper["codes"]]
        first = {min(set.union(*days))} if any(days) else set()
        places[paper["name"], meaning] = {"papers": {day}, "plan": first}
    for (code, meaning), day in read_cover(book, case):
        places.setdefault((code, meaning), {}).setdefault("about", set()).add(day)
    return places


def read_days(book: Workbook, key: str, language: str) -> Iterator[tuple[str, str, date]]:
    """Code, meaning and day of each date of a sheet, but for what is still to be obtained."""
    texts, meanings = read_texts(language), name_meanings(language)
    words = texts["workbook"]
    for row in read_table(book, words["sheets"][key]):
        if key == "deadlines" and row[words["status"]] == words["due_states"]["planned"]:
            continue
        is_duty = key == "deadlines" and row[words["expires"]] is None
        code, _, rest = str(row[words["code"]]).partition("/")
        for label, cell in row.items():
            if label in meanings and isinstance(cell, datetime):
                meaning = f"{'duty ' * is_duty}{meanings[label]}"
                if rest:
                    meaning = "last_day" if rest.startswith("renewal") else "duty last_day"
                yield code, meaning, cell.date()


def read_papers(book: Workbook, case: Case) -> Iterator[tuple[Any, str, date]]:
    """Paper, meaning and day of each date of the sheet of papers."""
    words, meanings = read_texts(case.language)["workbook"], name_meanings(case.language)
    rows = read_table(book, words["sheets"]["papers"])
    for row, paper in zip(rows, view_case(case)["papers"], strict=False):
        if isinstance(row[words["by_when"]], datetime):
            yield paper, meanings[words["by_when"]], row[words["by_when"]].date()


def find_days(sentence: str) -> Iterator[date]:
    """The days of a sentence, as both languages write them out."""
    months = read_texts("en")["months"]
    for found in re.finditer(r"(\d{4})年(\d{1,2})月(\d{1,2})日|(\d{1,2}) ([A-Z][a-z]+) (\d{4})", sentence):
        if found[1]:
            yield date(int(found[1]), int(found[2]), int(found[3]))
        else:
            yield date(int(found[6]), months.index(found[5]) + 1, int(found[4]))


def read_cover(book: Workbook, case: Case) -> Iterator[tuple[tuple[str, str], date]]:
    """The deadlines on the first sheet: the last day, and the expiry where there is one."""
    title = read_texts(case.language)["deadlines"]["title"]
    rows = [row[:2] for row in book.worksheets[0].iter_rows(values_only=True)]
    first = next((at for at, row in enumerate(rows) if row[0] == title), None)
    codes = {case.name_code(code): code for code in case.held if code in case.findings}
    for name, sentence in [] if first is None else rows[first + 1 :]:
        if name is None:
            return
        days = list(find_days(sentence))
        is_duty = read_texts(case.language)["deadlines"]["duty"]["last_day"] in sentence
        code = codes.get(name) or next(one for one in case.findings if case.name_code(one) == name)
        yield (code, "duty last_day" if is_duty else "last_day"), days[0]
        if not is_duty:
            yield (code, "expires"), days[1]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("client", "holds"),
    [
        ("old-willow", ()),
        ("drug-arcade", ()),
        ("state-screen", ()),
        ("nine-rivers-freight", ()),
        ("grand-bazaar", NEAR),
        ("corner-shop", NEAR),
    ],
)
def test_every_date_that_stands_in_more_than_one_place_is_the_same(
    catalogue: Catalogue,
    sample_clients: pd.DataFrame,
    client: str,
    holds: tuple[str, ...],
    language: str,
) -> None:
    places = collect(make(catalogue, sample_clients, client, language, holds))
    compared = {key: told for key, told in places.items() if len(told) > 1}
    meanings = {meaning for _, meaning in compared}
    assert "submit_on" in meanings
    for (code, meaning), told in compared.items():
        if meaning == "duty last_day":  # the first sheet names the next, the other all of two years
            assert told["about"] == told["todo"], code
            assert told["about"] <= told["deadlines"], code
        else:
            assert len(set.union(*told.values())) == 1, (code, meaning, told)
    if client == "old-willow" or holds:
        assert {"expires", "last_day"} <= meanings
        sheets = {"about", "deadlines", "todo"}
        assert any({"licences", "deadlines"} <= told.keys() for told in compared.values())
        assert any(sheets <= told.keys() for told in compared.values())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_all_of_the_first_sheet_stands_in_the_sheet_of_deadlines_in_the_same_order(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    case = make(catalogue, sample_clients, "corner-shop", language, NEAR)
    book = load_workbook(io.BytesIO(make_workbook(case)))
    texts = read_texts(language)
    rows = list(read_table(book, texts["workbook"]["sheets"]["deadlines"]))
    days = [row[texts["deadlines"]["column_left"]] for row in rows]
    assert [day for day in days if day is not None] == sorted(day for day in days if day is not None)
    for row in rows:
        is_late = (
            row[texts["deadlines"]["column_left"]] is not None and row[texts["deadlines"]["column_left"]] < 0
        )
        words = texts["workbook"]
        assert (row[words["status"]] == words["due_states"]["overdue"]) is is_late
    told = [(row[texts["workbook"]["code"]], row[texts["deadlines"]["column_day"]].date()) for row in rows]
    front = [(one.code, one.last_day) for one in case.forecast.deadlines]
    assert len(front) > 5
    assert [one for one in told if one in front] == front


def test_what_is_overdue_is_red_on_the_first_sheet_and_where_it_falls_due(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients, "corner-shop", "en", NEAR)
    book = load_workbook(io.BytesIO(make_workbook(case)))
    red = "FFB00020"
    late = {case.name_code(one.code) for one in case.forecast.deadlines if one.is_overdue}
    marked = {
        row[0].value
        for row in book.worksheets[0].iter_rows()
        if row[0].font.color and row[0].font.color.rgb == red
    }
    assert marked == late != set()
    sheet = book["Deadlines"]
    at = [cell.value for cell in sheet[1]].index("Last day to apply, or for the duty")
    for row in sheet.iter_rows(min_row=2):
        day = row[at].value
        if day:
            assert (row[at].font.color is not None and row[at].font.color.rgb == red) is (day.date() < AS_OF)
