"""Workbooks of Excel 97 to 2003 (.xls), read with xlrd for what the cells show."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from licences.reading.bounds import MAX_OLD_WORKBOOK_BYTES, MAX_WORKBOOK_CELLS, BoundError
from licences.reading.workbooks.number_formats import DAY, PERCENT, UNIT, USUAL, find_kind, say_in_unit
from licences.reading.workbooks.packages import DAMAGED, LOCKED
from licences.reading.workbooks.sheets import (
    Fault,
    Merge,
    Row,
    Sheet,
    WorkbookError,
    check_column,
    check_text,
    find_error,
    find_fault,
    say_day,
    say_number,
    say_percent,
    say_truth,
)


def list_sheets(content: bytes) -> list[Sheet]:
    """The sheets of a workbook in their order. Raises: WorkbookError, BoundError."""
    import xlrd

    if len(content) > MAX_OLD_WORKBOOK_BYTES:
        most = f"{MAX_OLD_WORKBOOK_BYTES / 1e6:,.0f} MB"
        raise BoundError(f"more than {most}", f"at most {most}; save it as .xlsx")
    try:
        book = xlrd.open_workbook(
            file_contents=content,
            logfile=io.StringIO(),
            formatting_info=True,
            on_demand=True,
            ragged_rows=True,
        )
    except Exception as error:  # xlrd fails on a broken workbook in any way
        if "encrypted" in str(error):
            raise WorkbookError(*LOCKED) from error
        raise WorkbookError(*DAMAGED) from error
    return [_list_sheet(book, at) for at in range(book.nsheets)]


def _list_sheet(book: Any, at: int) -> Sheet:
    try:
        told = book.sheet_by_index(at)
    except Exception as error:  # as above
        raise WorkbookError(*DAMAGED) from error
    return Sheet(
        name=told.name,
        is_hidden=told.visibility != 0,
        read=lambda _: _read(book, told),
        merges=[Merge(top + 1, bottom, left + 1, right) for top, bottom, left, right in told.merged_cells],
        hidden_columns=[(at + 1, at + 1) for at, info in told.colinfo_map.items() if info.hidden],
    )


def _read(book: Any, told: Any) -> Iterator[Row]:
    counted = 0
    for line in range(1, told.nrows + 1):
        cells: list[str] = []
        faults: list[Fault] = []
        for column, cell in enumerate(told.row(line - 1), start=1):
            try:
                text = _say(book, cell)
            except WorkbookError as error:
                faults.append(find_fault(column, error))
                text = ""
            if text.strip():
                check_column(column)
                check_text(text)
            cells.append(text)
        counted += len(cells)
        if counted > MAX_WORKBOOK_CELLS:
            raise BoundError(f"more than {MAX_WORKBOOK_CELLS:,} cells", "delete the empty rows and columns")
        if faults or any(map(str.strip, cells)):
            info = told.rowinfo_map.get(line - 1)
            yield Row(line, cells, faults, bool(info and info.hidden))


def _say(book: Any, cell: Any) -> str:
    """The text that a cell shows. Raises: WorkbookError where it shows none that was meant."""
    import xlrd

    kind = cell.ctype
    if kind == xlrd.XL_CELL_TEXT:
        return str(cell.value).replace("\r\n", "\n")
    if kind == xlrd.XL_CELL_BOOLEAN:
        return say_truth(bool(cell.value))
    if kind == xlrd.XL_CELL_ERROR:
        raise WorkbookError(*find_error(xlrd.error_text_from_code.get(cell.value, "#?")))
    if kind not in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        return ""
    return _say_number(book, cell)


def _say_number(book: Any, cell: Any) -> str:
    try:
        key = book.xf_list[cell.xf_index].format_key
        shown = book.format_map[key].format_str
    except (IndexError, KeyError, TypeError):
        key, shown = 0, "General"
    kind = find_kind(key, shown)
    if kind == DAY:
        return say_day(cell.value, bool(book.datemode))
    if kind == PERCENT:
        return say_percent(cell.value)
    if kind.startswith(UNIT):
        return say_in_unit(cell.value, kind, say_number)
    text = say_number(cell.value)
    return text if kind == USUAL else text.zfill(len(kind))
