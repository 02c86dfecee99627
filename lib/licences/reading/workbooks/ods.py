"""Workbooks of OpenDocument (.ods), as LibreOffice and WPS save them: read for what the cells show."""

from __future__ import annotations

import re
from collections.abc import Iterator

from licences.reading.bounds import MAX_FAULTS, MAX_OPENDOCUMENT_CELLS, MAX_ROWS, BoundError, check_count
from licences.reading.workbooks.packages import DAMAGED, LOCKED, Attributes, Package, parse
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
    say_iso_day,
    say_number,
    say_percent,
    say_truth,
)

_CONTENT = "content.xml"
_HIDDEN = frozenset({"collapse", "filter"})
_NUMBERS = frozenset({"float", "currency"})
_BREAKS = frozenset({"tab", "line-break"})
_CELLS = frozenset({"table-cell", "covered-table-cell"})


def list_sheets(package: Package) -> list[Sheet]:
    """The sheets of a workbook in their order. Raises: WorkbookError, BoundError."""
    if b"encryption-data" in package.read_head("META-INF/manifest.xml"):
        raise WorkbookError(*LOCKED)
    finder = _SheetFinder()
    for _ in parse(package.read_chunks(_CONTENT), finder.start, finder.end):
        pass
    return [
        Sheet(name, is_hidden, lambda sheet, at=at: _SheetReader(sheet, at).read(package))  # type: ignore[misc]
        for at, (name, is_hidden) in enumerate(finder.found)
    ]


def _take_local(attributes: Attributes, name: str, usual: str = "") -> str:
    """An attribute by its name without the prefix."""
    for key, value in attributes.items():
        if key.endswith(name) and key.rpartition(":")[2] == name:
            return value
    return usual


def _read_count(attributes: Attributes, name: str, most: int) -> int:
    told = _take_local(attributes, name)
    if not told:
        return 1
    if not (told.isascii() and told.isdigit()):
        raise WorkbookError(*DAMAGED)
    if len(told) > 12 or int(told) > most:
        raise BoundError(f"{name} of more than {most:,}", f"at most {most:,}")
    return int(told)


class _SheetFinder:
    """The names of the sheets, and which of them are hidden."""

    def __init__(self) -> None:
        self.found: list[tuple[str, bool]] = []
        self._style = ""
        self._hidden: set[str] = set()

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "style":
            self._style = _take_local(attributes, "name")
        elif name == "table-properties" and _take_local(attributes, "display") == "false":
            self._hidden.add(self._style)
        elif name == "table":
            self.found.append(
                (_take_local(attributes, "name"), _take_local(attributes, "style-name") in self._hidden)
            )
            check_count(len(self.found), 10_000, "sheets")

    def end(self, name: str) -> None:
        pass


class _SheetReader:
    """One sheet as it is parsed; rows that are said to be repeated are handed on so often."""

    def __init__(self, sheet: Sheet, at: int) -> None:
        self.sheet, self.at = sheet, at
        self.rows: list[Row] = []
        self.table, self.line, self.column, self.counted = -1, 0, 0, 0
        self.faulty = 0
        self.column_at = 0
        self.repeated = self.cell_repeated = 1
        self.is_hidden = False
        self.cells: list[str] = []
        self.faults: list[Fault] = []
        self.cell: Attributes = {}
        self.is_covered = False
        self.texts: list[str] = []
        self.size = self.paragraphs = self.noted = self.inside = 0

    def read(self, package: Package) -> Iterator[Row]:
        """The rows that hold something. Raises: WorkbookError, BoundError."""
        for _ in parse(package.read_chunks(_CONTENT), self.start, self.end, self.text):
            if self.rows:
                yield from self.rows
                self.rows.clear()

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "table":
            self.table += 1
        if self.table != self.at:
            return
        if name in _CELLS:
            self._start_cell(name, attributes)
        elif name == "table-row":
            self.repeated = _read_count(attributes, "number-rows-repeated", MAX_ROWS)
            self.is_hidden = _take_local(attributes, "visibility") in _HIDDEN
            self.column = 0
            self.cells, self.faults = [], []
        elif name == "table-column":
            repeated = _read_count(attributes, "number-columns-repeated", MAX_ROWS)
            if _take_local(attributes, "visibility") in _HIDDEN:
                self.sheet.hidden_columns.append((self.column_at + 1, self.column_at + repeated))
            self.column_at += repeated
        else:
            self._start_text(name, attributes)

    def _start_text(self, name: str, attributes: Attributes) -> None:
        if name == "annotation":
            self.noted += 1
        elif name == "p":
            self.inside += 1
            if not self.noted and self.paragraphs:
                self.texts.append("\n")
            self.paragraphs += not self.noted
        elif name == "s":
            self.text(" " * _read_count(attributes, "c", 1000))
        elif name in _BREAKS:
            self.text("\n")

    def end(self, name: str) -> None:
        if self.table != self.at:
            return
        if name in _CELLS:
            self._end_cell()
        elif name == "annotation":
            self.noted -= 1
        elif name == "p":
            self.inside -= 1
        elif name == "table-row":
            self._end_row()

    def text(self, data: str) -> None:
        if self.inside and not self.noted and self.table == self.at:
            self.texts.append(data)
            self.size += len(data)
            if self.size > MAX_ESCAPED_CHARACTERS:
                raise find_long_text()

    def _start_cell(self, name: str, attributes: Attributes) -> None:
        self.cell, self.is_covered = attributes, name == "covered-table-cell"
        self.cell_repeated = 1
        self.texts.clear()
        self.size = self.paragraphs = self.inside = self.noted = 0
        self.counted += 1
        if self.counted > MAX_OPENDOCUMENT_CELLS:
            raise BoundError(
                f"more than {MAX_OPENDOCUMENT_CELLS:,} cells", "delete the empty rows and columns"
            )
        if any(key.endswith(("repeated", "spanned")) for key in attributes):
            self._stretch_cell(attributes)

    def _stretch_cell(self, attributes: Attributes) -> None:
        self.cell_repeated = _read_count(attributes, "number-columns-repeated", MAX_ROWS)
        wide = _read_count(attributes, "number-columns-spanned", MAX_ROWS)
        high = _read_count(attributes, "number-rows-spanned", MAX_ROWS)
        if wide > 1 or high > 1:
            line, column = self.line + 1, self.column + 1
            self.sheet.merges.append(Merge(line, line + high - 1, column, column + wide - 1))
            check_count(len(self.sheet.merges), 100_000, "merged ranges")

    def _end_cell(self) -> None:
        first, last = self.column + 1, self.column + self.cell_repeated
        self.column = last
        try:
            text = "" if self.is_covered else self._say()
        except WorkbookError as error:
            self.faults.append(find_fault(first, error))
            self.faulty += self.repeated
            check_count(self.faulty, MAX_FAULTS, "cells that cannot be read")
            return
        if not text.strip():
            return
        check_text(text)
        check_column(last)
        self.cells += [""] * (first - len(self.cells) - 1) + [text] * self.cell_repeated

    def _say(self) -> str:
        """The text that a cell shows. Raises: WorkbookError where it shows none that was meant."""
        told = {key.rpartition(":")[2]: value for key, value in self.cell.items()}
        shown = "".join(self.texts)
        kinds = [value for key, value in self.cell.items() if key.endswith("value-type")]
        kind = kinds[0] if kinds else ""
        if "error" in kinds or (shown.startswith(("Err:", "#")) and told.get("formula")):
            raise WorkbookError(*find_error(shown[:20]))
        if kind in _NUMBERS or kind == "percentage":
            try:
                number = float(told.get("value", "")[:400])
            except ValueError:
                raise WorkbookError("holds a number that is none", "type the cell anew") from None
            return say_percent(number) if kind == "percentage" else _say_as_shown(number, shown)
        if kind == "boolean":
            return say_truth(told.get("boolean-value") == "true")
        if kind == "date":
            return say_iso_day(told.get("date-value", "")[:40])
        if not shown and told.get("formula") and kind != "string":
            raise WorkbookError(*NO_RESULT)
        return shown

    def _end_row(self) -> None:
        line = self.line + 1
        self.line += self.repeated
        if not self.cells and not self.faults:
            return
        if self.line > MAX_ROWS:
            raise BoundError(f"a row number beyond {MAX_ROWS:,}", f"at most {MAX_ROWS:,}")
        self.counted += (self.repeated - 1) * len(self.cells)
        if self.counted > MAX_OPENDOCUMENT_CELLS:
            raise BoundError(
                f"more than {MAX_OPENDOCUMENT_CELLS:,} cells", "delete the rows that are not meant"
            )
        for at in range(line, self.line + 1):
            self.rows.append(Row(at, list(self.cells), self.faults, self.is_hidden))


_UNIT_SHOWN = re.compile("[万亿千百年月$€£]|US|HK|EUR")


def _say_as_shown(number: float, shown: str) -> str:
    """A number, with the zeros before it that the cell shows."""
    text = say_number(number)
    if _UNIT_SHOWN.search(shown):
        return shown
    return shown if shown.isascii() and shown.isdigit() and shown.lstrip("0") == text.lstrip("0") else text
