"""Sources: a file as rows of texts before its header is known, be it CSV, a sheet of a workbook or a book."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

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
    MAX_HEADING_ROWS,
    MAX_ROWS,
    MAX_WORKBOOK_CELLS,
    BoundError,
    check_count,
)
from licences.reading.characters import holds_odd_characters
from licences.reading.files import read_bytes, read_coded_text, read_place
from licences.reading.layouts import Source, find_header, turn
from licences.reading.workbooks import kinds
from licences.reading.workbooks.sheets import Row, Sheet, WorkbookError

if TYPE_CHECKING:
    from licences.reading.headings import Headings

_HIDDEN = "#hidden"
WORKBOOKS = frozenset(kinds.SUFFIXES)
_SEPARATOR = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)


@dataclass(frozen=True)
class Sources:
    """The sheets of a file that are read, and the names of the others that hold something, hidden ones apart."""

    read: tuple[Source, ...]
    others: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def show_hidden(place: Path) -> Path:
    """A place of clients of which what is hidden is read too."""
    return place if is_book(place) else place.with_name(place.name + _HIDDEN)


def split_hidden(place: Path) -> tuple[Path, bool]:
    """The file of a place, and whether what is hidden in it is read."""
    if not place.name.endswith(_HIDDEN):
        return place, False
    return place.with_name(place.name.removesuffix(_HIDDEN)), True


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


def read_sources(path: Path, headings: Headings, sees_hidden: bool) -> Sources:
    """The rows of a file that hold something; of a workbook those of the sheets that name the wanted columns.

    Raises: ProblemsError, BoundError, WorkbookError, BookError where the file is broken; MissingFileError.
    """
    if is_book(path):
        header, *clients = list_rows(path)
        rows = [Row(line, cells, [], False) for line, cells in enumerate([header, *clients], start=1)]
        return Sources((Source(rows),))
    if path.suffix.lower() in kinds.UNREAD:
        read_bytes(path)  # which says where there is none
        raise WorkbookError(*kinds.UNREAD[path.suffix.lower()])
    if path.suffix.lower() in WORKBOOKS:
        sheets = _list_sheets(path)
        if headings.is_free:
            return _choose_sheets(sheets, headings, sees_hidden)
        return _choose_sheet(sheets, headings)
    return Sources((turn(_read_csv(path, headings.is_free), headings),))


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


@dataclass(frozen=True)
class _Begun:
    """A sheet of which the first rows are read."""

    sheet: Sheet
    rest: Iterator[Row]
    head: list[Row]
    turned: list[Row]
    counts: tuple[int, int]

    def finish(self) -> Source:
        return Source(list(chain(self.head, self.rest)), self.sheet)


def _begin(sheets: Sequence[Sheet], headings: Headings) -> list[_Begun]:
    """The sheets that hold something."""
    begun = []
    for sheet in sheets:
        rows = sheet.read(sheet)
        head = list(islice(rows, MAX_HEADING_ROWS))
        if head:
            turned = turn(Source(head, sheet), headings).rows
            begun.append(_Begun(sheet, rows, head, turned, find_header(turned, headings)[1]))
    return begun


def _choose_sheet(sheets: Sequence[Sheet], headings: Headings) -> Sources:
    """The one sheet that names the wanted columns; a hidden one only where no other does."""
    filled = _begin(sheets, headings)
    wanted = headings.wanted
    named = [one for one in filled if one.counts[0] == len(wanted)]
    named = named or [one for one in filled if one.counts[0]]
    chosen = [one for one in named if not one.sheet.is_hidden] or named
    if len(chosen) > 1 and wanted:
        wrong = (
            f"several sheets have a row that names {_join(wanted)}: {_join(one.sheet.name for one in chosen)}"
        )
        raise WorkbookError(wrong, "put all rows into one of them, or hide the others")
    if not chosen and len(filled) > 1:
        raise _find_no_header(filled, wanted)
    if not filled:
        return Sources((Source([]),))
    told = (chosen or filled)[0]
    return Sources((told.finish(),), tuple(one.sheet.name for one in filled if one is not told))


def _find_no_header(filled: Sequence[_Begun], wanted: Collection[str]) -> WorkbookError:
    wrong = f"no sheet has a row that names {_join(wanted)}: {_join(one.sheet.name for one in filled)}"
    return WorkbookError(wrong, "name the columns in one row of one sheet")


def _choose_sheets(sheets: Sequence[Sheet], headings: Headings, sees_hidden: bool) -> Sources:
    """All sheets that name clients and look alike; hidden ones only where that is asked.

    Alike are those of which half of all columns or more are both of theirs and of the sheet with most.
    """
    filled = _begin(sheets, headings)
    named = [one for one in filled if headings.is_header(one.counts)]
    seen = [one for one in named if sees_hidden or not one.sheet.is_hidden]
    if named and not seen:
        raise WorkbookError(
            f"only what is hidden names {_join(sorted(headings.wanted))}: {_join(one.sheet.name for one in named)}",
            "show the sheet, or read it with --hidden",
        )
    if not seen and len(filled) > 1:
        raise _find_no_header(filled, sorted(headings.wanted))
    if not filled:
        return Sources((Source([]),))
    chosen = _find_alike(seen, headings) or filled
    left = [one for one in filled if one not in chosen]
    counted, read = 0, []
    for one in chosen:
        source = one.finish()
        counted += sum(len(row.cells) for row in source.rows)
        check_count(counted, MAX_WORKBOOK_CELLS, "cells")
        read.append(turn(source, headings))
    return Sources(
        tuple(read),
        tuple(one.sheet.name for one in left if not one.sheet.is_hidden),
        tuple(one.sheet.name for one in left if one.sheet.is_hidden),
    )


def _find_alike(named: Sequence[_Begun], headings: Headings) -> list[_Begun]:
    if len(named) < 2:
        return list(named)
    columns = [
        max((headings.name_columns(row.cells) for row in one.turned[:MAX_HEADING_ROWS]), key=len)
        for one in named
    ]
    most = max(columns, key=len)
    return [one for one, own in zip(named, columns, strict=True) if len(own & most) * 2 >= len(own | most)]


def _join(names: Iterable[str]) -> str:
    return ", ".join(cut(name) for name in islice(names, 10))


def _read_csv(path: Path, is_free: bool) -> Source:
    text, encoding = read_coded_text(path)
    text = text.lstrip("\ufeff")
    found = _SEPARATOR.match(text)
    separator = found[1] if found else ","
    if not found and is_free and encoding == "utf-16" and "\t" in text.partition("\n")[0]:
        separator = "\t"  # as Excel saves what it calls Unicode text
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
