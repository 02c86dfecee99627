"""Questionnaires that came back as workbooks: the answers row by row, whatever program saved them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from licences.errors import Problem, ProblemsError, cut, quote
from licences.reading.answers import is_unsure
from licences.reading.bounds import MAX_HEADING_ROWS, BoundError
from licences.reading.characters import fold, take_away
from licences.reading.dictionary import LANGUAGES
from licences.reading.sources import list_sheets
from licences.reading.tables import NONE
from licences.reading.workbooks.properties import SAVED, read_properties
from licences.reading.workbooks.sheets import Row, Sheet, WorkbookError, name_column
from licences.rules.answers import (
    QUESTIONNAIRE,
    TICKS,
    UNTICKED,
    Answers,
    Place,
    check_text,
    find_unknown_field,
    join_remarks,
    read_cells,
    tidy,
)
from licences.rules.case_entries import LONGEST_NAME, LONGEST_TEXT

if TYPE_CHECKING:
    from licences.rules.facts import Field, Fields

_KEY = re.compile(r"@?[a-z][a-z0-9_]*(?:=[A-Za-z0-9_?]+)?", re.ASCII)
_NAMED = re.compile(r"(?:questionnaire|answers|checklist)-(.+?)(?:[ _-]*\(\d+\))?", re.IGNORECASE)
# By what the columns are known in the row above the questions, in either language; the usual places else.
_HEADS = {
    "question": ("question", "问题", "题目"),
    "answer": ("answer", "答案", "回答", "答复"),
    "remark": ("remark", "备注"),
}
_USUAL = {"question": 2, "answer": 4, "remark": 7}
_NOTHING_OF_IT = frozenset(
    {"以上都没有", "都没有", "以上都不是", "没有", "无", "none of these", "none of the above", "none"}
)
_NOT_SURE = frozenset({"?", "unsure", "not_sure"})  # beside the values of a set
_WHO = ("who", "谁")  # of a column that says who answers
_FEWEST_LABELS = 3
_WIDEST = 9  # columns that are seen, and one that somebody put in
_LONGEST_ASKING = 30  # letters that make a question of a label
_BY, _NAME, _REST = "@by", "@name", "@rest"
_OF_NOBODY = "new"  # in the name of a file for a client that has no id yet
_CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class _Layout:
    """Where the columns of a sheet stand, from 0; line: of the row that names them, 0 where none does."""

    line: int
    question: int
    answer: int
    remark: int


@dataclass
class _Told:
    """What one question has been answered, as its rows are read."""

    place: Place
    text: str = ""
    ticked: list[str] = field(default_factory=list)
    is_unsure: bool = False
    remarks: list[str] = field(default_factory=list)


@dataclass
class _Sheet:
    """A sheet that holds questions, and what was read of it."""

    name: str
    layout: _Layout
    rows: list[tuple[str, Row]]
    heading: list[Row]
    told: dict[str, _Told] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    rest: list[str] = field(default_factory=list)
    has_rest: bool = False
    problems: list[Problem] = field(default_factory=list)


def read_questionnaire(content: bytes, file: str, fields: Fields) -> Answers | None:
    """The answers of a client in a workbook, None where it holds no questionnaire.

    Raises: ProblemsError where the workbook cannot be read; what is wrong with single answers stands in ``problems``.
    """
    try:
        properties = read_properties(content)
        read = [(sheet.name, _cut_rows(sheet)) for sheet in list_sheets(content, file)]
    except (WorkbookError, BoundError) as error:
        raise ProblemsError([Problem(file, 1, "file", error.wrong, error.right)]) from None
    is_ours = properties.get("licences.kind") == QUESTIONNAIRE
    found = [sheet for name, rows in read if (sheet := _find_sheet(name, rows, fields, is_ours=is_ours))]
    if not found:
        if is_ours:
            wrong = "is a questionnaire without its questions"
            raise ProblemsError([Problem(file, 1, "file", wrong, "send the questionnaire as it was made")])
        return None
    for sheet in found:
        _read_sheet(sheet, file, fields)
    return _make_answers(found, properties, file, fields)


def _cut_rows(sheet: Sheet) -> list[Row]:
    """The rows of a sheet without what stands at the far right, such as the lists to choose from."""
    return [row._replace(cells=row.cells[:_WIDEST]) for row in sheet.read(sheet)]


def _find_sheet(name: str, rows: Sequence[Row], fields: Fields, *, is_ours: bool) -> _Sheet | None:
    """The questions of a sheet: by the hidden column, or where that is lost by their labels."""
    layout = _find_layout(rows)
    keyed = [
        (row.cells[0].strip(), row) for row in rows if row.cells and _KEY.fullmatch(row.cells[0].strip())
    ]
    asked = [key for key, _ in keyed if key.partition("=")[0] in fields]
    if not asked or not (layout.line or is_ours or len(asked) >= _FEWEST_LABELS):
        keyed = list(_find_by_labels(rows, layout, fields))
        asked = [key for key, _ in keyed if key]
        if len(asked) < (1 if is_ours else _FEWEST_LABELS):
            return None
    first = min(row.line for _, row in keyed)
    return _Sheet(name, layout, keyed, [row for row in rows if row.line < max(layout.line, first)])


def _find_layout(rows: Sequence[Row]) -> _Layout:
    for row in rows[:MAX_HEADING_ROWS]:
        folded = [fold(cell) if len(cell) < LONGEST_NAME else "" for cell in row.cells]
        places = {
            what: next((at for at, text in enumerate(folded) if _is_head(text, words)), None)
            for what, words in _HEADS.items()
        }
        question, answer, remark = places["question"], places["answer"], places["remark"]
        if question is not None and answer is not None and question != answer:
            return _Layout(row.line, question, answer, answer + 3 if remark is None else remark)
    return _Layout(0, **_USUAL)


def _is_head(text: str, words: Sequence[str]) -> bool:
    """Whether the name of a column is one of some words, or has it beside a few others."""
    if any(word in text for word in _WHO):
        return False
    return any(
        len(text) <= len(word) + 4 if word in text and not word.isascii() else word in text.split()[:2]
        for word in words
    )


def _find_by_labels(rows: Sequence[Row], layout: _Layout, fields: Fields) -> Iterator[tuple[str, Row]]:
    """Rows with the keys that they had, as far as the text of the question tells them."""
    if not layout.line:
        return
    pairs = ((fold(one.label[language]), one.name) for one in fields.every for language in LANGUAGES)
    labels = _name_uniquely(pairs)
    current: Field | None = None
    for row in rows:
        if row.line <= layout.line:
            continue
        found = _find_label(fold(_take(row, layout.question)), labels)
        if found:
            current = fields[found]
            yield found, row
        elif current and current.type == "set":
            texts = (fold(cell) for cell in row.cells[layout.question : layout.answer])
            if value := next(filter(None, (_find_value(text, current) for text in texts)), None):
                yield f"{current.name}={value}", row


def _find_label(text: str, labels: Mapping[str, str]) -> str | None:
    """The field that a question asks: its text begins with the label."""
    if text in labels:
        return labels[text]
    begun = [one for one in labels if text.startswith(one) and len(text) - len(one) <= _LONGEST_ASKING]
    return labels[max(begun, key=len)] if begun else None


def _name_uniquely(pairs: Iterator[tuple[str, str]]) -> dict[str, str]:
    named = set(pairs)
    counts = Counter(label for label, _ in named)
    return {label: name for label, name in named if counts[label] == 1 and label}


def _find_value(text: str, asked: Field) -> str | None:
    if text in _NOTHING_OF_IT:
        return NONE
    for value, label in asked.values.items():
        if text in {fold(one) for one in (value, *label.values())}:
            return value
    return None


def _take(row: Row, at: int) -> str:
    return row.cells[at] if at < len(row.cells) else ""


def _read_sheet(sheet: _Sheet, file: str, fields: Fields) -> None:
    lines = set()
    for key, row in sheet.rows:
        lines.add(row.line)
        name, _, value = key.partition("=")
        if name == _REST:
            sheet.rest = [one for one, later in sheet.rows if later.line > row.line]
            sheet.has_rest = fold(_take(row, sheet.layout.answer)) in TICKS
        elif name.startswith("@"):
            sheet.marks[name] = _read_mark(row, sheet.layout)
        else:
            _read_row(sheet, name, value, row, file, fields)
    for row in sheet.heading:  # a mark may stand above the questions
        key = row.cells[0].strip() if row.cells else ""
        if key.startswith("@") and _KEY.fullmatch(key) and row.line not in lines:
            sheet.marks[key] = _read_mark(row, sheet.layout)


def _read_mark(row: Row, layout: _Layout) -> str:
    """What was typed beside a label: in the column of answers, or behind the label."""
    told = _take(row, layout.answer).strip()
    if told and any(cell.strip() for cell in row.cells[1 : layout.answer]):
        return tidy(told)
    filled = [cell for cell in row.cells[1:] if cell.strip()]
    return tidy(filled[-1]) if len(filled) > 1 else ""


def _read_row(sheet: _Sheet, name: str, value: str, row: Row, file: str, fields: Fields) -> None:
    layout = sheet.layout
    label = fields[name].label["zh"] if name in fields else name
    place = Place(row.line, f"{sheet.name}!{name_column(layout.answer + 1)}{row.line} ({cut(label)})")
    report = partial(Problem, file, *place)
    own = {layout.answer + 1: place, layout.remark + 1: place}
    faults = [report(wrong, right) for column, wrong, right in row.faults if column in own]
    if faults:
        sheet.problems += faults
        return
    text, remark = take_away(_take(row, layout.answer)).strip(), tidy(_take(row, layout.remark))
    if name not in fields:
        if text or remark:
            sheet.problems.append(report(*find_unknown_field(name, fields)))
        return
    told = sheet.told.setdefault(name, _Told(place=place))
    if remark:
        if wrong := check_text(remark, LONGEST_TEXT):
            sheet.problems.append(report(*wrong))
        else:
            told.remarks.append(remark)
    if is_unsure(text):
        told.is_unsure = True
    elif value:
        _read_tick(told, fields[name], value, text, place, sheet, file)
    elif text:
        if told.text and told.text != text:
            sheet.problems.append(
                report(f"{quote(text)} is a second answer to one question", "keep one of them")
            )
        told.text, told.place = text, place


def _read_tick(
    told: _Told, asked: Field, value: str, text: str, place: Place, sheet: _Sheet, file: str
) -> None:
    folded = fold(text)
    if value in _NOT_SURE:
        told.is_unsure = told.is_unsure or folded in TICKS
    elif value != NONE and value not in asked.values:
        if text:
            wrong = f"no value {quote(value)} of {asked.name} is known"
            sheet.problems.append(
                Problem(file, *place, wrong, "update licences, or ask again with a new questionnaire")
            )
    elif folded in TICKS:
        told.ticked.append(value)
        told.place = place
    elif text and folded not in UNTICKED:
        sheet.problems.append(
            Problem(file, *place, f"{quote(text)} is no tick", "write √, or leave it empty")
        )


@dataclass
class _Collected:
    """What all sheets tell, before the answers are read as cells."""

    texts: dict[str, str] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    unsure: list[str] = field(default_factory=list)
    remarks: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def _make_answers(
    sheets: Sequence[_Sheet], properties: Mapping[str, str], file: str, fields: Fields
) -> Answers:
    found = _Collected()
    for sheet in sheets:
        found.problems += sheet.problems
        found.marks |= sheet.marks
        for name, told in sheet.told.items():
            _collect(name, told, found, file)
        for name in _list_rest(sheet, fields):
            if name not in found.texts and name not in found.unsure:
                found.texts[name], found.places[name] = fields[name].none_cell, sheet.told[name].place
    cells, wrong = read_cells(found.texts, found.places, fields, file)
    by = found.marks.get(_BY, "")
    if fault := check_text(by, LONGEST_NAME):
        found.problems.append(Problem(file, 1, _BY, *fault))
    client = properties.get("licences.client")
    return Answers(
        file,
        QUESTIONNAIRE,
        find_named_client(file) if client is None else client,
        found.marks.get(_NAME, ""),
        tuple(
            tidy(cell) for sheet in sheets for row in sheet.heading for cell in row.cells[1:] if cell.strip()
        ),
        cells,
        tuple(found.unsure),
        found.remarks,
        by,
        find_saved_day(properties),
        edition=properties.get("licences.edition", "")[:10],
        problems=(*found.problems, *wrong),
    )


def _collect(name: str, told: _Told, found: _Collected, file: str) -> None:
    """Adds what one question was answered, or what is wrong with that."""
    if remark := join_remarks(told.remarks):
        found.remarks[name] = remark
    text = told.text or ";".join(dict.fromkeys(told.ticked))
    if told.text and told.ticked:
        found.problems.append(Problem(file, *told.place, "is answered twice", "keep the ticks, or the text"))
    elif text and told.is_unsure:
        wrong = "is answered, and said to be not sure"
        found.problems.append(Problem(file, *told.place, wrong, "keep one of them"))
    elif told.is_unsure:
        found.unsure.append(name)
    elif text:
        found.texts[name], found.places[name] = text, told.place


def _list_rest(sheet: _Sheet, fields: Fields) -> list[str]:
    """What a tick says to be none of: what few have and stands below it, where that is left empty."""
    if not sheet.has_rest:
        return []
    faulty = {fault.line for fault in sheet.problems}
    names = dict.fromkeys(key.partition("=")[0] for key in sheet.rest)
    return [
        name
        for name in names
        if name in sheet.told and fields[name].is_rare and sheet.told[name].place.line not in faulty
    ]


def find_named_client(file: str) -> str:
    """The client whom the name of a file such as ``questionnaire-tea-shop.xlsx`` names; empty where it names none."""
    found = _NAMED.fullmatch(PurePath(file).stem)
    client = found[1].strip() if found else ""
    return "" if client == _OF_NOBODY else client


def find_saved_day(properties: Mapping[str, str]) -> date | None:
    """The day in China on which a workbook was last saved."""
    text = properties.get(SAVED, "")
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00")[:32])
    except ValueError:
        return _find_day(text)
    return (moment.astimezone(_CHINA) if moment.tzinfo else moment).date()


def _find_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
