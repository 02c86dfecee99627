"""Workbooks of Excel (.xlsx, .xlsm), the strict form too: read for what the cells show, and nothing else.

A workbook may look as it likes: of its styles only the number formats are read.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from licences.reading.bounds import (
    MAX_COLUMNS,
    MAX_FAULTS,
    MAX_ROWS,
    MAX_WORKBOOK_CELLS,
    BoundError,
    check_count,
)
from licences.reading.workbooks.number_formats import DAY, PERCENT, UNIT, USUAL, find_kind, say_in_unit
from licences.reading.workbooks.packages import DAMAGED, Attributes, Package, parse, parse_whole
from licences.reading.workbooks.sheets import (
    MAX_ESCAPED_CHARACTERS,
    NO_RESULT,
    Fault,
    Merge,
    Row,
    Sheet,
    WorkbookError,
    check_column,
    check_text,
    find_error,
    find_fault,
    find_long_text,
    say_day,
    say_iso_day,
    say_number,
    say_percent,
    say_truth,
    undo_escapes,
)

_MAX_COLUMN = 16_384
_TRUE = frozenset({"1", "true", "on"})
_MAX_MERGES = 100_000


@dataclass
class _Book:
    """What the sheets of a workbook share."""

    strings: list[str]
    kinds: list[str]
    begins_in_1904: bool = False
    is_unsure: bool = False


def list_sheets(package: Package) -> list[Sheet]:
    """The sheets of a workbook in their order. Raises: WorkbookError, BoundError."""
    main = _find_main(package)
    parts = _read_relations(package, main)
    named: list[tuple[str, str, bool]] = []
    book = _Book([], [])

    def start(name: str, attributes: Attributes) -> None:
        if name == "sheet":
            identity = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            state = attributes.get("state", "visible")
            named.append((undo_escapes(attributes.get("name", "")), identity, state != "visible"))
        elif name == "workbookPr":
            book.begins_in_1904 = attributes.get("date1904", "") in _TRUE
        elif name == "calcPr":
            book.is_unsure = attributes.get("fullCalcOnLoad", "") in _TRUE

    parse_whole(package.read_chunks(main), start, _ignore)
    for kind, target in parts.values():
        if kind == "sharedStrings" and target in package:
            book.strings = _read_strings(package, target)
        elif kind == "styles" and target in package:
            book.kinds = _read_kinds(package, target)
    return [
        Sheet(name, is_hidden, _open(package, parts[identity][1], book))
        for name, identity, is_hidden in named
        if parts.get(identity, ("", ""))[0] == "worksheet"
    ]


def _find_main(package: Package) -> str:
    roots = _read_relations(package, "")
    return next((target for kind, target in roots.values() if kind == "officeDocument"), "xl/workbook.xml")


def _read_relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """What a part refers to: identity to the kind and the name of another part."""
    folder, name = posixpath.split(part)
    relations: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "").replace("\\", "/")
            whole = target if target.startswith("/") else posixpath.join(folder, target)
            kind = attributes.get("Type", "").rpartition("/")[2]
            relations[attributes.get("Id", "")] = kind, posixpath.normpath(whole).lstrip("/")

    listed = posixpath.join(folder, "_rels", f"{name}.rels")
    if listed in package:
        parse_whole(package.read_chunks(listed), start, _ignore)
    return relations


def _ignore(_: str) -> None:
    pass


def _read_kinds(package: Package, part: str) -> list[str]:
    """What kind of number format each style of a cell has."""
    codes: dict[str, str] = {}
    kinds: list[str] = []
    is_inside = False

    def start(name: str, attributes: Attributes) -> None:
        nonlocal is_inside
        if name == "numFmt":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            is_inside = True
        elif name == "xf" and is_inside:
            number = attributes.get("numFmtId", "0")
            usual = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0
            kinds.append(find_kind(usual, codes.get(number)))
            check_count(len(kinds), 100_000, "styles")

    def end(name: str) -> None:
        nonlocal is_inside
        is_inside = is_inside and name != "cellXfs"

    try:
        parse_whole(package.read_chunks(part), start, end)
    except WorkbookError as error:
        raise WorkbookError(
            "its number formats cannot be read, so percents and days cannot be told"
        ) from error
    return kinds


class _StringReader:
    """The texts that cells refer to by number, without the marks of how they are pronounced."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._parts: list[str] = []
        self._is_taken = self._is_spoken = False
        self._size = 0

    def start(self, name: str, _: Attributes) -> None:
        if name == "si":
            self._parts.clear()
            self._size = 0
        elif name == "rPh":
            self._is_spoken = True
        self._is_taken = name == "t" and not self._is_spoken

    def end(self, name: str) -> None:
        self._is_taken = False
        if name == "si":
            self.found.append(undo_escapes("".join(self._parts)))
            check_count(len(self.found), MAX_WORKBOOK_CELLS, "texts")
        elif name == "rPh":
            self._is_spoken = False

    def text(self, data: str) -> None:
        if self._is_taken:
            self._parts.append(data)
            self._size += len(data)
            if self._size > MAX_ESCAPED_CHARACTERS:
                raise find_long_text()


def _read_strings(package: Package, part: str) -> list[str]:
    reader = _StringReader()
    parse_whole(package.read_chunks(part), reader.start, reader.end, reader.text)
    return reader.found


def _open(package: Package, part: str, book: _Book) -> Callable[[Sheet], Iterator[Row]]:
    return lambda sheet: _SheetReader(sheet, book).read(package.read_chunks(part))


class _SheetReader:
    """One sheet as it is parsed; the rows that are whole are handed on chunk by chunk."""

    def __init__(self, sheet: Sheet, book: _Book) -> None:
        self.sheet, self.book = sheet, book
        self.rows: list[Row] = []
        self.columns: dict[str, int] = {}
        self.numbers: dict[tuple[str, str], str] = {}
        self.line = self.counted = self.faulty = self.size = 0
        self.is_hidden = self.is_formula = self.is_taken = self.is_spoken = False
        self.cells: list[str] = []
        self.faults: list[Fault] = []
        self.column, self.kind, self.style = 0, "n", ""
        self.parts: list[str] = []
        self.has_value = False

    def read(self, chunks: Iterator[bytes]) -> Iterator[Row]:
        """The rows that hold something. Raises: WorkbookError, BoundError."""
        for _ in parse(chunks, self.start, self.end, self.text):
            if self.rows:
                yield from self.rows
                self.rows.clear()

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name in ("v", "t"):
            self.is_taken = not self.is_spoken
            self.has_value = True
        elif name == "row":
            self._start_row(attributes)
        elif name == "f":
            self.is_formula = True
        elif name == "rPh":
            self.is_spoken = True
        elif name == "col":
            if attributes.get("hidden", "") in _TRUE:
                first, last = attributes.get("min", ""), attributes.get("max", "")
                self.sheet.hidden_columns.append((_read_number(first, _MAX_COLUMN, "column"),
                                                  _read_number(last, _MAX_COLUMN, "column")))  # fmt: skip
                check_count(len(self.sheet.hidden_columns), _MAX_COLUMN, "columns")
        elif name == "mergeCell":
            self.sheet.merges.append(self._read_merge(attributes.get("ref", "")))
            check_count(len(self.sheet.merges), _MAX_MERGES, "merged ranges")

    def end(self, name: str) -> None:
        if name == "c":
            if self.has_value or self.is_formula:
                self._end_cell()
        elif name in ("v", "t"):
            self.is_taken = False
        elif name == "row":
            if self.cells or self.faults:
                self.rows.append(Row(self.line, self.cells, self.faults, self.is_hidden))
                self.cells, self.faults = [], []
        elif name == "rPh":
            self.is_spoken = False

    def text(self, data: str) -> None:
        if self.is_taken:
            self.parts.append(data)
            self.size += len(data)
            if self.size > MAX_ESCAPED_CHARACTERS:
                raise find_long_text()

    def _start_row(self, attributes: Attributes) -> None:
        told = attributes.get("r")
        line = self.line + 1 if told is None else _read_number(told, MAX_ROWS, "row")
        if line <= self.line:
            raise WorkbookError(f"its row {line} does not stand in its place")
        if line > MAX_ROWS:
            raise BoundError(f"a row number beyond {MAX_ROWS:,}", f"at most {MAX_ROWS:,}")
        self.line, self.column = line, 0
        self.is_hidden = attributes.get("hidden", "") in _TRUE

    def _start_cell(self, attributes: Attributes) -> None:
        self.counted += 1
        if self.counted > MAX_WORKBOOK_CELLS:
            wrong = f"more than {MAX_WORKBOOK_CELLS:,} cells"
            raise BoundError(wrong, "delete the empty rows and columns, or save it as CSV")
        told = attributes.get("r")
        column = self.column + 1 if told is None else self._find_column(told.rstrip("0123456789"))
        if column <= self.column:
            raise WorkbookError(f"its cell {told} does not stand in its place")
        self.column = column
        self.kind = attributes.get("t", "n")
        self.style = attributes.get("s", "")
        self.is_formula = self.has_value = False
        self.size = 0
        self.parts.clear()

    def _find_column(self, letters: str) -> int:
        known = self.columns.get(letters)
        if known is None:
            if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
                raise WorkbookError(*DAMAGED)
            known = 0
            for letter in letters.upper():
                known = known * 26 + ord(letter) - 64
            self.columns[letters] = known
        return known

    def _end_cell(self) -> None:
        raw = self.parts[0] if len(self.parts) == 1 else "".join(self.parts)
        try:
            text = self._say(raw)
        except WorkbookError as error:
            self.faults.append(find_fault(self.column, error))
            self.faulty += 1
            check_count(self.faulty, MAX_FAULTS, "cells that cannot be read")
            return
        if not text:
            return
        check_text(text)
        cells = self.cells
        if self.column > len(cells) + 1:
            if not text.strip():
                return
            check_column(self.column)
            cells += [""] * (self.column - len(cells) - 1)
        elif self.column > MAX_COLUMNS:
            check_column(self.column)
        cells.append(text)

    def _say(self, raw: str) -> str:
        """The text that a cell shows. Raises: WorkbookError where it shows none that was meant."""
        kind = self.kind
        if self.is_formula and (self.book.is_unsure or (not raw.strip() and kind != "str")):
            raise WorkbookError(*NO_RESULT)
        if kind == "s":
            at = _read_number(raw.strip() or "0", len(self.book.strings), "text")
            if at >= len(self.book.strings):
                raise WorkbookError(*DAMAGED)
            return self.book.strings[at]
        if kind in ("str", "inlineStr"):
            return undo_escapes(raw)
        if kind == "b":
            return say_truth(raw.strip() in _TRUE)
        if kind == "e":
            raise WorkbookError(*find_error(raw.strip()[:20]))
        if kind == "d":
            return say_iso_day(raw[:40])
        known = self.numbers.get((raw, self.style))
        if known is None:
            known = self._say_number(raw)
            if len(self.numbers) < 100_000:
                self.numbers[raw, self.style] = known
        return known

    def _say_number(self, raw: str) -> str:
        raw = raw.strip()
        if not raw:
            return ""
        try:
            number = float(raw[:400])
        except ValueError:
            raise WorkbookError("holds a number that is none", "type the cell anew") from None
        kind = self._find_kind()
        if kind == DAY:
            return say_day(number, self.book.begins_in_1904)
        if kind == PERCENT:
            return say_percent(number)
        if kind.startswith(UNIT):
            return say_in_unit(number, kind, say_number)
        text = say_number(number)
        return text if kind == USUAL else text.zfill(len(kind))

    def _find_kind(self) -> str:
        kinds = self.book.kinds
        if not self.style.isdigit():
            return kinds[0] if kinds else USUAL
        at = int(self.style[:9])
        return kinds[at] if at < len(kinds) else USUAL

    def _read_merge(self, text: str) -> Merge:
        first, _, last = text[:40].partition(":")
        places = []
        for corner in (first, last or first):
            letters = corner.rstrip("0123456789")
            places.append((_read_number(corner[len(letters) :], MAX_ROWS, "row"), self._find_column(letters)))
        (top, left), (bottom, right) = places
        return Merge(top, bottom, left, right)


def _read_number(text: str, most: int, what: str) -> int:
    """A whole number that a workbook counts by. Raises: BoundError where it is greater than any may be."""
    text = text.strip() if len(text) < 40 else text
    if not text.isascii() or not text.lstrip("+").isdigit():
        raise WorkbookError(*DAMAGED)
    if len(text) > 12 or int(text) > most:
        raise BoundError(f"a {what} number beyond {most:,}", f"at most {most:,}")
    return int(text)
