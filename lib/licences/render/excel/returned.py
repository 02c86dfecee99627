"""Checklists that came back: ticks, days, numbers and answers in a workbook of ours, as answers of its client."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from licences.book.events import Event
from licences.book.notes import US, Note
from licences.errors import Problem, ProblemsError, quote
from licences.reading.answers import is_unsure
from licences.reading.bounds import FIRST_DAY, LAST_DAY, BoundError
from licences.reading.characters import fold
from licences.reading.sources import list_sheets
from licences.reading.tables import NO
from licences.reading.workbooks import kinds
from licences.reading.workbooks.properties import read_properties
from licences.reading.workbooks.sheets import Row, WorkbookError
from licences.render.excel.entered import LANGUAGES, PAPER, QUESTION, TODO, Entry, Value, read_entries
from licences.render.excel.questions import RARE
from licences.render.excel.todo import FINISHED, SUBMITTED
from licences.rules.answers import CHECKLIST, Answers, Place, read_cells, tidy
from licences.rules.case_entries import LONGEST_TEXT
from licences.rules.facts import Fields
from licences.rules.questionnaires import find_saved_day
from licences.words.texts import read_texts

_NOTHING = NO | {"none", "没有", "无", "都没有", "以上都没有"}
_COVER_ROWS = 40


@dataclass
class _Found:
    """What a checklist comes to, as its entries are read."""

    file: str
    day: date
    places: Mapping[str, Place]
    events: list[Event] = field(default_factory=list)
    holds: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)
    unsure: list[str] = field(default_factory=list)
    remarks: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    passed_over: list[Problem] = field(default_factory=list)

    def place(self, code: str) -> Place:
        return self.places.get(code, Place(1, code or "row"))

    def refuse(self, code: str, wrong: str, right: str) -> None:
        self.problems.append(Problem(self.file, *self.place(code), wrong, right))

    def pass_over(self, code: str, wrong: str, right: str) -> None:
        self.passed_over.append(Problem(self.file, *self.place(code), wrong, right))


def read_checklist(
    content: bytes, file: str, fields: Fields, codes: Collection[str], today: date
) -> Answers | None:
    """What a client or its consultant entered in a checklist of ours, None where a workbook is none.

    codes: of what can be held. today: of what is noted, where no day is known. Raises: ProblemsError where it cannot be read.
    """
    if kinds.find_kind(content)[0] not in {kinds.XLSX, kinds.ODS, kinds.XLS}:
        return None
    try:
        sheets = [(sheet.name, list(sheet.read(sheet))) for sheet in list_sheets(content, file)]
        saved = find_saved_day(read_properties(content))
    except (WorkbookError, BoundError) as error:
        raise ProblemsError([Problem(file, 1, "file", error.wrong, error.right)]) from None
    told = _find_cover([row for _, rows in sheets for row in rows[:_COVER_ROWS]])
    if "client_code" not in told:
        return None
    entered = read_entries(content)
    if entered is None:
        wrong = "is a checklist that is no .xlsx"
        raise ProblemsError([Problem(file, 1, "file", wrong, "save it as .xlsx")])
    found = _Found(file, saved or _read_day(told.get("as_of")) or today, _find_places(sheets))
    for entry in entered.entries:
        if entry.kind == TODO:
            _read_task(entry, found, codes)
        elif entry.kind == QUESTION and entry.code == RARE:
            _read_rare(entry, found, fields, [row for _, rows in sheets for row in rows])
        elif entry.kind == QUESTION:
            _read_answer(entry, found, fields)
        elif entry.kind == PAPER and entry.remarks is not None:
            _add_note("", f"{entry.name}: {entry.remarks}", found)
    places = {name: found.place(name) for name in found.told}
    cells, wrong_cells = read_cells(found.told, places, fields, file)
    return Answers(
        file,
        CHECKLIST,
        told["client_code"],
        told.get("client", ""),
        cells=cells,
        unsure=tuple(found.unsure),
        remarks=found.remarks,
        told_on=saved,
        days=found.days,
        holds=tuple(found.holds),
        events=tuple(found.events),
        notes=tuple(found.notes),
        passed_over=tuple(found.passed_over),
        problems=(*found.problems, *wrong_cells),
    )


def _find_cover(rows: Collection[Row]) -> dict[str, str]:
    """What the first sheet says of whose it is and of which day."""
    words = [read_texts(language)["workbook"] for language in LANGUAGES]
    names = {str(one[key]): key for one in words for key in ("client", "client_code", "as_of")}
    told: dict[str, str] = {}
    for row in rows:
        cells = [cell.strip() for cell in row.cells if cell.strip()]
        if len(cells) > 1 and cells[0] in names:
            told.setdefault(names[cells[0]], cells[1])
    return told


def _find_places(sheets: Collection[tuple[str, list[Row]]]) -> dict[str, Place]:
    """Where the row of each code stands; the code is the last of its cells."""
    places: dict[str, Place] = {}
    for name, rows in sheets:
        for row in rows:
            if row.cells and row.cells[-1].strip():
                places.setdefault(row.cells[-1].strip(), Place(row.line, f"{name}!{row.line}"))
    return places


def _read_task(entry: Entry, found: _Found, codes: Collection[str]) -> None:
    code, _, rest = entry.code.partition("/")
    kind = rest.partition("/")[0]
    if entry.remarks is not None:
        is_own = bool(code) and not kind
        text = str(entry.remarks) if is_own else f"{entry.name}: {entry.remarks}"
        _add_note(code if code in codes else "", text, found)
    if code not in codes or kind not in {"", "renewal", "expiry"}:
        return
    days = [_take_day(entry, told, found) for told in (entry.submitted_on, entry.done_on, entry.valid_until)]
    submitted, done, until = days
    if until and done and until < done:
        wrong = f"would end on {until}, before it was done on {done}"
        found.refuse(entry.code, wrong, "write until when it is valid")
        return
    if kind == "expiry":
        found.holds += [f"{code}@{until}"] if until else []
        return
    if not kind:
        _read_submission(entry, submitted, found)
    _read_result(entry, code, done, until, found, is_renewal=bool(kind))


def _read_submission(entry: Entry, submitted: date | None, found: _Found) -> None:
    if submitted:
        found.events.append(Event(entry.code, "submitted", submitted))
    elif entry.state == SUBMITTED:
        found.pass_over(
            entry.code, "is submitted, and no day says when", "fill in the day on which it was submitted"
        )


def _read_result(
    entry: Entry, code: str, done: date | None, until: date | None, found: _Found, *, is_renewal: bool
) -> None:
    """What was granted or renewed: with its day an event, and what is held since."""
    item = f"{code}@{until}" if until else code
    if done:
        found.events.append(Event(code, "renewed" if is_renewal else "granted", done, until=until))
        found.holds.append(item)
    elif entry.state == FINISHED and (until or not is_renewal):
        found.holds.append(item)
    elif entry.state == FINISHED:
        found.pass_over(entry.code, "is done, and neither says when nor until when", "fill in a day")
    elif until:
        wrong = f"is valid until {until}, and not said to be done"
        found.pass_over(entry.code, wrong, "choose done, or fill in the day")


def _read_answer(entry: Entry, found: _Found, fields: Fields) -> None:
    text = tidy(_say(entry.answer))
    if entry.code not in fields:
        if text or entry.remarks is not None:
            found.pass_over(
                entry.code, f"{quote(entry.name)} is no question that is known", "note it by hand"
            )
        return
    if entry.remarks is not None:
        found.remarks[entry.code] = tidy(str(entry.remarks))[:LONGEST_TEXT]
    answered = _take_day(entry, entry.done_on, found)
    if not text:
        return
    if answered:
        found.days[entry.code] = answered
    if is_unsure(text):
        found.unsure.append(entry.code)
    else:
        found.told[entry.code] = text


def _read_rare(entry: Entry, found: _Found, fields: Fields, rows: Collection[Row]) -> None:
    """The one answer to all that few businesses have: a no counts for each question below it that has none."""
    text = tidy(_say(entry.answer))
    if not text or is_unsure(text):
        return
    if fold(text) not in _NOTHING:
        found.pass_over(
            RARE, f"{quote(text)} answers no single question", "answer the questions below it one by one"
        )
        return
    listed = {row.cells[-1].strip() for row in rows if row.cells}
    for one in fields.every:
        if one.is_rare and one.name in listed:
            found.told.setdefault(one.name, one.none_cell)


def _add_note(code: str, text: str, found: _Found) -> None:
    found.notes.append(Note(code, tidy(text)[:LONGEST_TEXT], US, "", found.day))


def _take_day(entry: Entry, value: Value, found: _Found) -> date | None:
    if value is None:
        return None
    day = _read_day(value)
    if day is None or not FIRST_DAY <= day <= LAST_DAY:
        found.refuse(entry.code, f"{quote(_say(value))} is no day", "write it as 2026-11-23")
        return None
    return day


def _read_day(value: Value) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        return None


def _say(value: Value) -> str:
    """A cell as one would type it."""
    if value is None:
        return ""
    return f"{value:.15g}" if isinstance(value, int | float) else str(value)
