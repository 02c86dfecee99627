"""Entries that a reader made in a workbook of ours: ticks, status, dates, answers and remarks, for the next one."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any

from licences.reading.bounds import MAX_CELL_CHARACTERS, MAX_PARTS
from licences.words.texts import read_texts

LANGUAGES = ("zh", "en")
MOST_ROWS, MOST_COLUMNS, HEADING_ROWS = 20_000, 200, 20
MOST_BYTES = 20_000_000  # of its texts, unpacked; a workbook of ours has one million
LONGEST_NAME = 40  # of what is said of a column or sheet of the reader's own

TODO, PAPER, QUESTION = "todo", "paper", "question"
SHEETS = {TODO: "todo", PAPER: "papers", QUESTION: "questions"}
TOLD = ("tick", "state", "remarks", "submitted_on", "done_on", "answer", "valid_until")
DONE_ON = {TODO: "done_on", PAPER: "received_on", QUESTION: "answered_on"}
# By which labels a sheet is known, and all the others that we write on it.
_KNOWN_BY = {TODO: "task", PAPER: "paper", QUESTION: "question", "earlier": "earlier_what"}
_LABELS = {
    TODO: (
        "task", "who", "by_when", "waits_for", "status", "submitted_on", "done_on", "valid_until", "remarks",
        "code",
    ),
    PAPER: (
        "tick", "paper", "for_what", "brings", "by_when", "paper_note", "status", "received_on", "remarks", "code",
    ),
    QUESTION: ("question", "meant", "settles", "answer", "answered_on", "remarks", "code"),
    "earlier": (
        "where", "earlier_what", "tick", "status", "submitted_on", "finished_on", "answer", "valid_until",
        "remarks", "code", "kind",
    ),
}  # fmt: skip
_FEWEST = 3  # labels that make a header

Value = str | float | date | None


@dataclass(frozen=True)
class Entry:
    """What a reader entered in a row. state: a place in the list of states of its kind, or another text.

    code: by which the row is known again, empty for one that the reader added. name: what the row was about.
    done_on: when something was done, received or answered. valid_until: of what was granted.
    """

    code: str
    name: str
    tick: Value = None
    state: int | str | None = None
    remarks: Value = None
    kind: str = PAPER
    submitted_on: Value = None
    done_on: Value = None
    answer: Value = None
    valid_until: Value = None

    @property
    def told(self) -> dict[str, Any]:
        """What was entered, by what it is."""
        every = {name: getattr(self, name) for name in TOLD}
        return {name: value for name, value in every.items() if value is not None}


@dataclass(frozen=True)
class Entered:
    """The entries of a workbook, and what sheets and columns its reader has added, by name."""

    entries: tuple[Entry, ...] = ()
    own: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Layout:
    """A sheet of ours in one language.

    known_by: the labels of the column that says what a row is about. columns: by what an entry has, its labels.
    labels: all that we write in the header. states: of each kind. empties: what stands where there is no row.
    """

    kind: str
    known_by: frozenset[str]
    columns: Mapping[str, frozenset[str]]
    labels: frozenset[str]
    states: Mapping[str, list[str]]
    empties: frozenset[str]


def read_entries(workbook: bytes) -> Entered | None:
    """The entries of a workbook of ours, whatever order its rows and columns are in; None where it cannot be read.

    A row in which nothing was entered is left out. Those that an earlier workbook kept apart are among them, and
    so are those of a workbook of an earlier version.
    """
    from openpyxl import load_workbook  # only here: most reports follow no workbook that was filled in

    try:
        with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
            infos = parts.infolist()
        texts = [part.file_size for part in infos if part.filename.lower().endswith(".xml")]
        if len(infos) > MAX_PARTS or sum(texts) > MOST_BYTES:
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(workbook), read_only=True, data_only=True)
            return _read_book(book)
    except Exception:  # noqa: BLE001 - a file that somebody changed is broken in any way
        return None


def _read_book(book: Any) -> Entered:
    names = _name_sheets()
    tables = [table for sheet in book.worksheets if (table := _find_table(sheet))]
    named = {table.layout.kind for table in tables if table.title in names}
    ours = [table for table in tables if table.title in names or table.layout.kind not in named]
    entries = [entry for table in sorted(ours, key=_place) for entry in _read_table(table)]
    titles = {table.title for table in ours}
    own = [sheet.title for sheet in book.worksheets if sheet.title not in names | titles]
    own += [name for table in ours for name in _find_own(table)]
    return Entered(tuple(entries), tuple(dict.fromkeys(map(_shorten, own))))


@dataclass(frozen=True)
class _Table:
    """A sheet that one of our headers stands on, and the rows below that."""

    title: str
    layout: _Layout
    header: tuple[str, ...]
    rows: tuple[Sequence[Any], ...]


def _place(table: _Table) -> bool:
    """What an earlier workbook kept apart comes last."""
    return table.layout.kind == "earlier"


def _find_table(sheet: Any) -> _Table | None:
    if not hasattr(sheet, "reset_dimensions"):  # a chart on a sheet of its own
        return None
    sheet.reset_dimensions()  # some programs write them wrong
    rows = list(sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True))
    for number, row in enumerate(rows[: HEADING_ROWS + 1], start=1):
        texts = tuple("" if cell is None else str(cell).strip() for cell in row)
        for layout in _list_layouts():
            if layout.known_by & {*texts} and len(layout.labels & {*texts}) >= _FEWEST:
                return _Table(sheet.title, layout, texts, tuple(rows[number:]))
    return None


def _read_table(table: _Table) -> Iterator[Entry]:
    layout = table.layout
    columns = {name: _find_column(table.header, labels) for name, labels in layout.columns.items()}
    is_coded = columns["code"] is not None
    for row in table.rows:
        told = {
            name: None if at is None or at >= len(row) else _keep(row[at]) for name, at in columns.items()
        }
        name = str(told.pop("name") or "")
        if name in layout.empties:
            continue
        code, kind = str(told.pop("code") or ""), str(told.pop("kind", layout.kind))
        kind = kind if kind in SHEETS else PAPER
        state, states = told.pop("state"), layout.states.get(kind, [])
        text = None if state is None or [str(state)] == states[:1] else str(state)
        entry = Entry(code, name, kind=kind, state=states.index(text) if text in states else text, **told)
        if entry.told or (is_coded and name and not code):
            yield entry


def _find_own(table: _Table) -> Iterator[str]:
    """The columns of a sheet of ours that are none of ours, by their header or else by their letter."""
    widest = max((len(row) for row in table.rows), default=0)
    for at in range(max(widest, len(table.header))):
        label = table.header[at] if at < len(table.header) else ""
        if label and label not in table.layout.labels:
            yield label
        elif not label and any(at < len(row) and row[at] not in (None, "") for row in table.rows):
            yield _name_column(at)


def _name_column(at: int) -> str:
    """``AB`` for the 28th."""
    left, letter = divmod(at, 26)
    return (_name_column(left - 1) if left else "") + chr(ord("A") + letter)


def _find_column(header: Sequence[str], labels: Collection[str]) -> int | None:
    return next((at for at, label in enumerate(header) if label in labels), None)


@cache
def _list_layouts() -> tuple[_Layout, ...]:
    return tuple(_make_layout(kind, language) for language in LANGUAGES for kind in _LABELS)


def _make_layout(kind: str, language: str) -> _Layout:
    words = read_texts(language)["workbook"]
    old = words["old"]
    is_old = kind in {PAPER, "earlier"}
    known_by = {words[_KNOWN_BY[kind]], *([old["paper"]] if kind == PAPER else ())}
    done_on = words["finished_on" if kind == "earlier" else DONE_ON[kind]]
    columns = {
        "name": known_by,
        "code": {words["code"]},
        "tick": {words["tick"]},
        "state": {words["status"], old["status"]},
        "remarks": {words["remarks"]},
        "submitted_on": {words["submitted_on"]},
        "done_on": {done_on},
        "answer": {words["answer"]},
        "valid_until": {words["valid_until"]},
        **({"kind": {words["kind"]}} if kind == "earlier" else {}),
    }
    ours = {str(words[label]) for label in _LABELS[kind]}
    return _Layout(
        kind,
        frozenset(known_by),
        {name: frozenset(labels) for name, labels in columns.items()},
        frozenset({*ours, *known_by, *({old["status"], *old["columns"]} if is_old else ())}),
        {name: [str(one) for one in states] for name, states in words["states"].items()},
        frozenset(str(words[f"{sheet}_none"]) for sheet in SHEETS.values()),
    )


@cache
def _name_sheets() -> frozenset[str]:
    """What our sheets are and were called."""
    words = [read_texts(language)["workbook"] for language in LANGUAGES]
    return frozenset(str(name) for one in words for name in (*one["sheets"].values(), *one["old"]["sheets"]))


def _shorten(name: str) -> str:
    """A name that a reader gave, fit to be said on a line."""
    line = " ".join("".join(letter for letter in name if letter.isprintable() or letter.isspace()).split())
    return line if len(line) <= LONGEST_NAME else f"{line[:LONGEST_NAME]}…"


def _keep(cell: Any) -> Value:
    """A cell as it may be written again; None for an empty one."""
    if isinstance(cell, datetime):
        return cell.date() if cell.time() == time() else cell.isoformat(" ", "minutes")
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, int | float | date):
        return cell
    text = "" if cell is None else str(cell)
    return text[:MAX_CELL_CHARACTERS] if text.strip() else None
