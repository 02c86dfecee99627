"""Clients files and books with one client put in, and everything else left as it is."""

from __future__ import annotations

import csv
import io
import re
import tempfile
import unicodedata
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from licences.book.clients import OWN, Writing, has_clients
from licences.book.notes import Note, write_note
from licences.book.place import is_book
from licences.book.store import change_book
from licences.errors import OvertakenError, Problem, ProblemsError, UsageError, need_extra
from licences.reading.characters import find_unseen, fold
from licences.reading.files import read_coded_text, write_whole
from licences.reading.own_columns import find_own_columns, write_header
from licences.reading.rows import Rows, read_table_rows
from licences.reading.sources import WORKBOOKS
from licences.reading.turns import take_turns
from licences.rules.facts import (
    NOT_ASKED,
    Fields,
    list_cells,
    make_profiles,
    read_profiles,
    try_to_read_profiles,
)
from licences.rules.keeping import add_events, begin_writing, keep_client, keep_told
from licences.rules.saving import WRITTEN_WORKBOOKS, check_place

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from licences.book.events import Event
    from licences.reading.dictionary import Table

_BREAKS = re.compile(r"[\n\r\t]")  # which an own text may have
# How a file may lie that is read and not written: a row put into it would go astray, or be understood otherwise.
_KEPT_APART = {
    "several": "has its clients in several sheets",
    "transposed": "has a client a column",
    "grouped": "has a header of several rows",
    "units": "has numbers in a unit of its own",
    "named": "has no column of ids",
    "totals": "has rows of totals",
    "remarks": "has rows of remarks",
    "examples": "has example rows",
    "headers_again": "repeats its header",
    "unread_rows": "has hidden rows",
    "unread_columns": "has hidden columns",
}
# What openpyxl does not write back, so that saving would lose it.
_LOST = ("xl/drawings/", "xl/media/", "xl/charts/", "xl/pivotTables/", "xl/vbaProject", "xl/slicers/")


def find_saved(path: Path, fields: Fields, codes: Collection[str], client: str) -> dict[str, str] | None:
    """The cells of a client as the file holds them, None where it holds no such client.

    Of a client told in stages they are those of its first row.

    Raises: ProblemsError where the file holds problems.
    """
    return _find_placed(path, fields, codes, [client])[0][1]


def find_all_saved(
    path: Path, fields: Fields, codes: Collection[str], clients: Sequence[str]
) -> list[dict[str, str] | None]:
    """As ``find_saved``, of several clients in their order."""
    return [saved for _, saved in _find_placed(path, fields, codes, clients)]


def _find_placed(
    path: Path, fields: Fields, codes: Collection[str], clients: Sequence[str]
) -> list[tuple[int, dict[str, str] | None]]:
    """As ``find_all_saved``, and the lines of the rows."""
    found: dict[str, tuple[int, dict[str, str]]] = {}
    wanted = {fold(client) for client in clients}
    if has_clients(path) if is_book(path) else path.exists():
        profiles = read_profiles(path, fields, codes)
        at = [place for place, client in enumerate(profiles["client"]) if fold(client) in wanted]
        rows = profiles.iloc[at]
        for line, record in zip(rows.index, rows.to_dict("records"), strict=True):
            cells = list_cells({str(name): value for name, value in record.items()}, fields)
            found.setdefault(fold(cells["client"]), (int(line), cells))
    return [found.get(fold(client), (0, None)) for client in clients]


def find_changed_cells(saved: Mapping[str, str], cells: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """What saving would change: column to the text in the file and the new one."""
    new = _keep_untold(cells, saved)
    both = {name: (saved.get(name, ""), new.get(name, "")) for name in {**saved, **new}}
    return {name: texts for name, texts in both.items() if texts[0] != texts[1]}


def _keep_untold(cells: Mapping[str, str], saved: Mapping[str, str] | None) -> dict[str, str]:
    """The cells of a client with those as they were saved that are not asked of it; left out is not emptied."""
    kept = {name: text for name, text in (saved or {}).items() if name in NOT_ASKED or name.startswith(OWN)}
    return kept | dict(cells)


def write_alone(path: Path, fields: Fields, codes: Collection[str], cells: Mapping[str, str]) -> None:
    """Writes a clients file with this one client in it. Raises: ProblemsError for a bad cell."""
    _check_cells([cells], fields, codes, path.name)
    _write_alone(path, fields, [cells])


def _write_alone(path: Path, fields: Fields, clients: Sequence[Mapping[str, str]]) -> None:
    table = fields.clients_table
    keys = _list_keys(clients, table)
    rows = [_name_columns(keys, table), *([cells.get(name, "") for name in keys] for cells in clients)]
    if path.suffix.lower() not in WORKBOOKS:
        write_whole(path, _join(rows, "\n").encode("utf-8-sig"))
        return
    if path.suffix.lower() not in WRITTEN_WORKBOOKS:
        raise UsageError(
            f"{path.name} is of a kind that is only read", "save to another file, such as an .xlsx"
        )
    need_extra("excel", path.name)
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.worksheets[0]
    for line, row in enumerate(rows, start=1):
        _write_row(sheet, line, row, ())
    write_whole(path, _save(book))


@dataclass(frozen=True)
class Change:
    """What is to be written of one client.

    cells: its whole row. over: the cells that may be overwritten, as ``find_saved`` told them; None where the client
    is new. For a book alone: told, what each source tells with by whom and when, ``cells`` where it is empty; events;
    and notes.
    """

    cells: Mapping[str, str]
    over: Mapping[str, str] | None = None
    told: Sequence[tuple[Mapping[str, str], Writing]] = ()
    events: Sequence[Event] = ()
    notes: Sequence[Note] = ()


def write_client(
    path: Path,
    fields: Fields,
    codes: Collection[str],
    cells: Mapping[str, str],
    over: Mapping[str, str] | None = None,
) -> None:
    """Writes a client as a row of a CSV or XLSX clients file, which is made where there is none, or into a book.

    The other rows, the order of columns, the encoding and the ends of lines stay; a column that the
    file lacks is added where the client tells something about it. Of a client told in stages the first row
    changes. The file changes whole or not at all.
    over: the cells that may be overwritten, as ``find_saved`` told them; None where the client is new.

    Raises: ProblemsError where the client's cells or the file hold problems; OvertakenError where the
    file holds the client otherwise than ``over`` says; UsageError where no clients file can be there, or
    where saving would lose something.
    """
    write_clients(path, fields, codes, [Change(cells, over)])


def write_clients(
    path: Path,
    fields: Fields,
    codes: Collection[str],
    changes: Sequence[Change],
    writing: Writing | None = None,
) -> None:
    """As ``write_client``, several clients at once: all of them are written, or none is.

    writing: by whom into a book, who is logged in where it is left out.

    Raises: as ``write_client``; EventsError where an event cannot have happened.
    """
    if not changes:
        return
    changes = [replace(one, cells=_compose_id(one.cells)) for one in changes]
    cells = [one.cells for one in changes]
    if is_book(path):
        _check_cells(cells, fields, codes, path.name)
        with change_book(path) as connection:
            _keep_changes(connection, path, fields, codes, changes, writing or begin_writing())
        return
    check_place(path, fields)
    _check_cells(cells, fields, codes, path.name)
    with take_turns(path.parent):
        if not path.exists() and all(one.over is None for one in changes):
            _write_alone(path, fields, cells)
        else:
            _change(path, fields, codes, changes)


def _keep_changes(
    connection: Any,
    path: Path,
    fields: Fields,
    codes: Collection[str],
    changes: Sequence[Change],
    writing: Writing,
) -> None:
    placed = _find_placed(path, fields, codes, [one.cells["client"] for one in changes])
    for one, (_, saved) in zip(changes, placed, strict=True):
        client = saved["client"] if saved else one.cells["client"]
        _check_overtaken(path, client, saved, one.over)
        if one.told:
            keep_told(connection, client, saved, one.told)
        else:
            keep_client(connection, _keep_untold(one.cells, saved), saved, writing)
        for note in one.notes:
            write_note(connection, client, note, writing)
    pairs = [(one.cells["client"], event) for one in changes for event in one.events]
    add_events(connection, pairs, codes, writing)


def tell_fact(
    book: Path, fields: Fields, codes: Collection[str], client: str, field: str, value: str, writing: Writing
) -> str:
    """Adds what a client of a book tells of a field, also where it told that before: who says so is new then.

    value: as in a clients file, empty to take it back. The client's id as the book has it.

    Raises: UnknownNameError; UsageError where there is no such client; ProblemsError for a bad value.
    """
    name = fields[field].name
    with change_book(book) as connection:
        saved = find_saved(book, fields, codes, client)
        if saved is None:
            raise UsageError(f"{client} is no client yet", "add it: licences book client ID --name TEXT")
        cells = saved | {name: value}
        _check_cells([cells], fields, codes, book.name)
        before = {column: text for column, text in saved.items() if column != name or not value}
        keep_client(connection, cells, before, writing)
    return saved["client"]


def _check_cells(
    clients: Sequence[Mapping[str, str]], fields: Fields, codes: Collection[str], file: str
) -> None:
    make_profiles(clients, fields, codes, file)
    problems = [
        Problem(file, 1, name, f"holds {mark}, which cannot be seen", "type the cell anew, on one line")
        for cells in clients
        for name, text in cells.items()
        if (mark := find_unseen(_BREAKS.sub("", text) if name.startswith(OWN) else text))
    ]
    if problems:
        raise ProblemsError(problems)


def _change(path: Path, fields: Fields, codes: Collection[str], changes: Sequence[Change]) -> None:
    table = fields.clients_table
    placed = _find_placed(path, fields, codes, [one.cells["client"] for one in changes])
    for one, (_, saved) in zip(changes, placed, strict=True):
        _check_overtaken(path, one.cells["client"], saved, one.over)
    found = _read(path, fields)
    _check_layout(path, found)
    before = dict(zip(found.lines, found.cells, strict=True))
    if found.columns != list(range(len(found.header))):
        wrong = f"{path.name} has empty columns between the others"
        raise UsageError(wrong, "remove its empty columns, or save to another file")
    told = [_keep_untold(one.cells, saved) for one, (_, saved) in zip(changes, placed, strict=True)]
    keys = _list_keys([one.cells for one in changes], table)
    known = [
        name for name in keys if name not in found.header and any(one.cells.get(name) for one in changes)
    ]
    header, added = found.header + known, _name_columns(known, table)
    rows: dict[int, list[str]] = {}
    free = found.lines[-1] + 1
    for cells, (place, saved) in zip(told, placed, strict=True):
        rows[free if saved is None else place] = [cells.get(name, "") for name in header]
        free += saved is None
    if path.suffix.lower() in WORKBOOKS:
        numbers = {at for at, name in enumerate(header) if name in fields and fields[name].type == "number"}
        content = _change_workbook(path, found, added, rows, before, numbers)
    else:
        content = _change_text(path, found, added, rows, before)
    kept = [row + [""] * len(added) for number, row in before.items() if number not in rows]
    _check_kept(path, content, header, [*kept, *rows.values()], fields, codes)
    write_whole(path, content)


def _check_layout(path: Path, found: Rows) -> None:
    """Sees that a file has one header and below it one client a row. Raises: UsageError."""
    for note in found.extent.notes:
        if note.kind in _KEPT_APART:
            wrong = f"{path.name} {_KEPT_APART[note.kind]}"
            raise UsageError(wrong, "make it one row of names and one row a client, or save to another file")


def _check_overtaken(
    path: Path, client: str, saved: Mapping[str, str] | None, over: Mapping[str, str] | None
) -> None:
    """Raises: OvertakenError where a client is saved otherwise than what may be overwritten."""
    if saved is not None and over is None:
        wrong = f"{path.name} holds the client {saved['client']!r} already"
        raise OvertakenError(wrong, "overwrite it, or use another id")
    if saved != over:
        wrong = f"{path.name} does not hold the client {client!r} any more as it was read"
        raise OvertakenError(wrong, "look at it again")


def _read(path: Path, fields: Fields) -> Rows:
    """The rows of a clients file; in its header own columns are named as ``list_cells`` names them."""
    table = fields.clients_table
    rows = read_table_rows(path, table.wanted, table.spellings, table)
    own = find_own_columns(rows.header, table)
    header = [f"{OWN}{own[at]}" if at in own else name for at, name in enumerate(rows.header)]
    return replace(rows, header=header)


def _list_keys(clients: Sequence[Mapping[str, str]], table: Table) -> list[str]:
    """The columns that a clients file may have for the cells of clients, in its order, own ones where they tell something."""
    own = (name for cells in clients for name, text in cells.items() if name.startswith(OWN) and text)
    return [*(column.name for column in table.columns), *dict.fromkeys(own)]


def _compose_id(cells: Mapping[str, str]) -> dict[str, str]:
    """The same cells with the id in the one form in which ids are kept."""
    return {**cells, "client": unicodedata.normalize("NFC", cells["client"])}


def _name_columns(names: Sequence[str], table: Table) -> list[str]:
    """The same columns as a header names them."""
    return [write_header(name.removeprefix(OWN), table) if name.startswith(OWN) else name for name in names]


def _check_kept(
    path: Path,
    content: bytes,
    header: list[str],
    wanted: list[list[str]],
    fields: Fields,
    codes: Collection[str],
) -> None:
    """Reads what is about to be written.

    Raises: UsageError where it is not what it should be; ProblemsError where the row does not go with others.
    """
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / path.name
        trial.write_bytes(content)
        try:
            found = _read(trial, fields)
            names, rows = found.header, found.cells
        except ProblemsError:
            names, rows = [], []
        _, problems, _ = try_to_read_profiles(trial, fields, codes) if rows else (None, [], None)
    if names != header or _list_plain(rows) != _list_plain(wanted):
        wrong = f"{path.name} cannot take the client without a change of something else"
        raise UsageError(wrong, "remove its empty columns, or save to another file")
    if problems:
        raise ProblemsError(replace(one, file=path.name) for one in problems)


def _list_plain(rows: list[list[str]]) -> list[list[str]]:
    """Rows in an order of their own; a number of percents is the same with its mark and without."""
    return sorted([cell.removesuffix("%") for cell in row] for row in rows)


def _join(rows: list[list[str]], end: str, separator: str = ",") -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end, delimiter=separator).writerows(rows)
    return text.getvalue()


def _change_text(
    path: Path, found: Rows, added: list[str], new: Mapping[int, list[str]], before: Collection[int]
) -> bytes:
    """The file with the rows at some lines changed, and those below it added; the text of the others is not touched."""
    text, encoding = read_coded_text(path)
    end = "\r\n" if "\r\n" in text else "\r" if "\r" in text and "\n" not in text else "\n"
    mark = found.separator
    names, blanks = (mark + mark.join(added), mark * len(added)) if added else ("", "")
    changed: list[str] = []
    for first, raw in _split_records(text, mark):
        body = raw.rstrip("\r\n")
        if first in new and first in before:
            changed.append(_join([new[first]], end, mark))
        elif body.strip() and first >= found.extent.header_line:
            more = names if first == found.extent.header_line else blanks
            changed.append(body + more + raw[len(body) :])
        else:
            changed.append(raw)
    if more_rows := [row for line, row in new.items() if line not in before]:
        if not changed[-1].endswith(("\r", "\n")):
            changed.append(end)
        changed.append(_join(more_rows, end, mark))
    return "".join(changed).encode(encoding)


def _split_records(text: str, separator: str) -> list[tuple[int, str]]:
    """The records of a CSV text as they are written, each with its first line."""
    lines = io.StringIO(text, newline="").readlines()
    reader = csv.reader(iter(lines), strict=True, delimiter=separator)
    records, line = [], 0
    for _ in reader:
        records.append((line + 1, "".join(lines[line : reader.line_num])))
        line = reader.line_num
    return records


def _change_workbook(
    path: Path,
    found: Rows,
    added: list[str],
    new: Mapping[int, list[str]],
    before: Mapping[int, list[str]],
    numbers: Collection[int],
) -> bytes:
    need_extra("excel", path.name)
    with zipfile.ZipFile(path) as archive:
        lost = [name for name in archive.namelist() if name.startswith(_LOST)]
    if lost:
        wrong = f"{path.name} holds pictures, comments, charts or macros, which saving would lose"
        raise UsageError(wrong, "save to another file, such as a CSV")
    from openpyxl import load_workbook

    try:
        book = load_workbook(path)
    except Exception as error:
        raise UsageError(
            f"{path.name} cannot be written back", "save it anew in Excel, or to another file"
        ) from error
    sheet = book[found.extent.sheet]
    if sheet.merged_cells.ranges:
        raise UsageError(f"{path.name} holds merged cells", "take them apart, or save to another file")
    formulas = [
        cell.coordinate
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    if formulas:
        wrong = f"{path.name} holds a formula in {formulas[0]}, whose value saving would lose"
        raise UsageError(wrong, "put values in place of formulas, or save to another file")
    _write_row(sheet, found.extent.header_line, [*found.written, *added], ())
    for line, row in new.items():
        _write_row(sheet, line, row, numbers, before.get(line, []))
    return _save(book)


def _write_row(
    sheet: Worksheet, line: int, row: list[str], numbers: Collection[int], before: Sequence[str] = ()
) -> None:
    """Writes the texts of a row; before: those that stand there, of which the same stay as they are."""
    for at, text in enumerate(row):
        if at < len(before) and text == before[at]:
            continue
        cell = sheet.cell(line, at + 1)
        cell.value = float(text) if text and at in numbers else text or None
        if isinstance(cell.value, str):
            cell.data_type = "s"  # a text that begins with = is no formula
        elif isinstance(cell.value, float) and "%" in cell.number_format:
            cell.value /= 100


def _save(book: Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
