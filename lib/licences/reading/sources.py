"""Sources: a file as rows of texts before its header is known, be it CSV, a sheet of a workbook or a book."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from licences.book.clients import list_rows
from licences.book.place import (
    add_known_on,
    find_address,
    find_known_on,
    is_book,
    is_server,
    read_server_place,
)
from licences.errors import Problem, ProblemsError, cut, need_extra
from licences.reading.bounds import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_HEADING_ROWS,
    MAX_ROWS,
    BoundError,
    check_count,
)
from licences.reading.characters import fold, holds_odd_characters
from licences.reading.files import read_bytes, read_place, read_text
from licences.reading.workbooks import kinds
from licences.reading.workbooks.sheets import Row, Sheet, WorkbookError

_LONGEST_NAME = 200
WORKBOOKS = frozenset(kinds.SUFFIXES)
_SEPARATOR = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """What a file holds before its header is known; empty_rows: blank lines between those that hold something."""

    rows: list[Row]
    sheet: Sheet | None = None
    passed_over: tuple[str, ...] = ()
    separator: str = ""
    empty_rows: int = 0
    may_be_odd: bool = True


def read_clients_place(told: str | Path) -> Path:
    """A place of clients as somebody gave it: a file, the address of one, a book, or the address of one on a server.

    A password in an address goes where the driver looks for it and stands in no message. What was read already stays
    as it is. Raises: UsageError.
    """
    place = Path(told)
    if is_server(place):
        bare = read_server_place(
            find_address(place) if "://" not in str(told) else str(told).partition("#")[0]
        )
        known_on = find_known_on(place)
        return add_known_on(bare, known_on) if known_on else bare
    if str(told).startswith("postgresql"):
        return read_server_place(str(told))
    return read_place(str(told)) if isinstance(told, str) else told


def read_source(path: Path, wanted: Collection[str], spellings: Mapping[str, str]) -> Source:
    """The rows of a file that hold something; of a workbook those of the sheet that names the wanted columns.

    Raises: ProblemsError, BoundError, WorkbookError, BookError where the file is broken; MissingFileError.
    """
    if is_book(path):
        header, *clients = list_rows(path)
        rows = [Row(line, cells, [], False) for line, cells in enumerate([header, *clients], start=1)]
        return Source(rows)
    if path.suffix.lower() in WORKBOOKS:
        return _choose_sheet(_list_sheets(path), wanted, spellings)
    return _read_csv(path)


def _list_sheets(path: Path) -> list[Sheet]:
    content = read_bytes(path)
    kind, refused = kinds.find_kind(content)
    if refused:
        raise WorkbookError(*refused)
    if not content.strip():
        raise WorkbookError("is empty", "fill it in, and save it as .xlsx")
    if kind != kinds.SUFFIXES[path.suffix.lower()]:
        raise WorkbookError(*kinds.name_kind(kind))
    return list_sheets(content, str(path))


def list_sheets(content: bytes, file: str) -> list[Sheet]:
    """The sheets of a workbook, whatever its name. Raises: WorkbookError, BoundError."""
    kind, refused = kinds.find_kind(content)
    if refused or kind == kinds.TEXT:
        raise WorkbookError(*(refused or kinds.name_kind(kind)))
    if kind == kinds.XLS:
        need_extra("excel", file)
        from licences.reading.workbooks import xls

        return xls.list_sheets(content)
    from licences.reading.workbooks import ods, xlsx
    from licences.reading.workbooks.packages import Package

    package = Package(content)
    return ods.list_sheets(package) if kind == kinds.ODS else xlsx.list_sheets(package)


def _choose_sheet(sheets: Sequence[Sheet], wanted: Collection[str], spellings: Mapping[str, str]) -> Source:
    """The one sheet that names the wanted columns; a hidden one only where no other does."""
    begun = [
        (sheet, rows, list(islice(rows, MAX_HEADING_ROWS)))
        for sheet in sheets
        for rows in [sheet.read(sheet)]
    ]
    filled = [one for one in begun if one[2]]
    named = [one for one in filled if _count_wanted(one[2], wanted, spellings) == len(wanted)]
    named = named or [one for one in filled if _count_wanted(one[2], wanted, spellings)]
    chosen = [one for one in named if not one[0].is_hidden] or named
    if len(chosen) > 1 and wanted:
        wrong = (
            f"several sheets have a row that names {_join(wanted)}: {_join(one[0].name for one in chosen)}"
        )
        raise WorkbookError(wrong, "put all rows into one of them, or hide the others")
    if not chosen and len(filled) > 1:
        wrong = f"no sheet has a row that names {_join(wanted)}: {_join(one[0].name for one in filled)}"
        raise WorkbookError(wrong, "name the columns in one row of one sheet")
    if not filled:
        return Source([])
    sheet, rest, head = (chosen or filled)[0]
    others = tuple(other.name for other, _, content in begun if other is not sheet and content)
    return Source(list(chain(head, rest)), sheet, others)


def _join(names: Iterable[str]) -> str:
    return ", ".join(cut(name) for name in islice(names, 10))


def find_header(rows: Sequence[Row], wanted: Collection[str], spellings: Mapping[str, str]) -> int:
    """Which of the first rows names most of the wanted columns, the first of those; the first row where none does."""
    counts = [_count_named(row, wanted, spellings) for row in rows[:MAX_HEADING_ROWS]]
    return counts.index(max(counts))


def _count_wanted(rows: Sequence[Row], wanted: Collection[str], spellings: Mapping[str, str]) -> int:
    return max(_count_named(row, wanted, spellings) for row in rows)


def _count_named(row: Row, wanted: Collection[str], spellings: Mapping[str, str]) -> int:
    named = {
        spellings.get(fold(cell)) for cell in row.cells[:MAX_COLUMNS] if cell and len(cell) < _LONGEST_NAME
    }
    return len(named.intersection(wanted))


def _read_csv(path: Path) -> Source:
    text = read_text(path).lstrip("\ufeff")
    found = _SEPARATOR.match(text)
    separator = found[1] if found else ","
    if separator in '"\r\n\0':
        raise BoundError("its first line names no separator of cells", "write sep=, or leave the line out")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    rows: list[Row] = []
    line, counted, blank, empty = 1, 0, 0, 0
    try:
        for at, cells in enumerate(reader):
            counted += len(cells)
            if any(map(str.strip, cells)) and (at or not found):
                rows.append(Row(line, cells, [], False))
                empty = blank
            else:
                blank += at > 0 or not found
            if counted > MAX_CELLS or at > MAX_ROWS:
                check_count(counted, MAX_CELLS, "cells")
                check_count(at, MAX_ROWS, "rows")
            line = reader.line_num + 1
    except csv.Error as error:
        wrong, right = f"broken quotes ({error})", 'close every quote and double a " inside'
        if "field limit" in str(error):
            wrong = f"a cell of more than {csv.field_size_limit():,} characters"
        raise ProblemsError([Problem(str(path), line, "row", wrong, right)]) from None
    return Source(rows, separator=separator, empty_rows=empty, may_be_odd=holds_odd_characters(text))
