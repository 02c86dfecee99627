"""Tables: data files as typed columns; a cell that does not fit its column is a problem with a place."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from licences.errors import Problem, ProblemsError, suggest
from licences.reading.dictionary import Column, Table
from licences.reading.files import read_rows
from licences.reading.validation import check_frame

YES = frozenset({"yes", "true", "是", "1"})
NO = frozenset({"no", "false", "否", "0"})
NONE = "none"
MAX_NUMBER = 1e15  # up to here a float counts exactly


def read_table(path: Path, table: Table) -> pd.DataFrame:
    """The rows of ``path``, typed; the index ``line`` is the line of each row in the file.

    dtypes by type of column: ``str`` (missing is NaN) for text; ``Int64``; ``Float64``;
    ``boolean``; ``datetime64``; tuples of str for lists (empty when the cell is); ``category`` of
    texts such as ``a;b`` or ``none`` for sets.

    Raises: ProblemsError with all problems; MissingFileError.
    """
    frame, problems = try_to_read_table(path, table)
    if problems:
        raise ProblemsError(problems)
    return frame


def try_to_read_table(path: Path, table: Table) -> tuple[pd.DataFrame, list[Problem]]:
    """As ``read_table``, but what cannot be read is missing from the rows and named beside them.

    Raises: ProblemsError where the file or its header is broken; MissingFileError.
    """
    header, lines, cells = read_rows(path)
    file, names = str(path), {column.name for column in table.columns}
    problems = [
        Problem(file, 1, name or "header", "unknown column" if name else "column without a name",
                suggest(name, names) if name else "name it or remove it")
        for name in header if name not in names
    ]  # fmt: skip
    problems += [
        Problem(file, 1, name, "column appears twice", "keep one")
        for name in sorted({name for name in header if header.count(name) > 1} & names)
    ]
    problems += [
        Problem(file, 1, column.name, "column is missing", "add it to the header")
        for column in table.columns
        if column.name not in header and (column.required or _find_partners(column, table) & set(header))
    ]
    if problems:
        raise ProblemsError(problems)
    frame, problems = convert_cells(header, lines, cells, table, file)
    return frame, problems + check_cells(frame, table, file, problems)


def _find_partners(column: Column, table: Table) -> set[str]:
    """The columns that are filled only together with a column."""
    others = {one.name for one in table.columns if column.name in (one.pairs_with, one.basis_of)}
    return others | {name for name in (column.pairs_with, column.basis_of) if name}


def convert_cells(
    header: Sequence[str], lines: Sequence[int], cells: Sequence[Sequence[str]], table: Table, file: str
) -> tuple[pd.DataFrame, list[Problem]]:
    """Rows of texts, typed as ``read_table`` says; a column that the header lacks is empty.

    What cannot be read is missing from the rows and named beside them.
    """
    columns: dict[str, pd.Series] = {}
    index = pd.Index(lines, name="line")
    problems = []
    for column in table.columns:
        if column.name in header:
            at = header.index(column.name)
            texts = [row[at].strip() for row in cells]
        else:
            texts = [""] * len(cells)
        columns[column.name], wrong = _convert(texts, column, index)
        problems += [Problem(file, line, column.name, what, right) for line, what, right in wrong]
    return pd.DataFrame(columns, index=index), problems


def check_cells(frame: pd.DataFrame, table: Table, file: str, unread: Collection[Problem]) -> list[Problem]:
    """What the dictionary does not allow, but for cells that rest on one that could not be read."""
    spoilt = {(problem.line, problem.column) for problem in unread}
    return [
        problem
        for problem in check_frame(frame, table, file)
        if not any(
            (problem.line, name) in spoilt
            for column in [table[problem.column]]
            for name in (column.name, column.basis_of, column.pairs_with)
        )
    ]


Wrong = list[tuple[int, str, str]]


def _convert(texts: Sequence[str], column: Column, index: pd.Index) -> tuple[pd.Series, Wrong]:
    """One column, typed, and what could not be: line, what is wrong, what would be right."""
    read, dtype = _TYPES[column.type]
    known: dict[str, Any] = {"": () if dtype == "list" else None}
    faults: dict[str, tuple[str, str]] = {}
    for text in dict.fromkeys(texts):
        if text:
            try:
                known[text] = read(text, column)
            except _CellError as error:
                known[text] = known[""]
                faults[text] = (error.wrong, error.right)
    values = [known[text] for text in texts]
    wrong = [(line, *faults[text]) for line, text in zip(index, texts, strict=True) if text in faults]
    return pd.Series(values, index=index, dtype="object" if dtype == "list" else dtype), wrong


class _CellError(ValueError):
    def __init__(self, wrong: str, right: str) -> None:
        super().__init__(wrong, right)
        self.wrong, self.right = wrong, right


def _as_number(text: str, _column: Column) -> float:
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", text, re.ASCII):
        raise _CellError(f"{text!r} is not a number", "write digits only, such as 1000000 or 12.5")
    number = float(text)
    if abs(number) > MAX_NUMBER:
        raise _CellError(f"{text!r} is too large", f"at most {MAX_NUMBER:.0f}")
    return number


def _as_whole(text: str, column: Column) -> int:
    number = _as_number(text, column)
    if not number.is_integer():
        raise _CellError(f"{text!r} is not a whole number", "write a whole number such as 30")
    return int(number)


def _as_date(text: str, _column: Column) -> pd.Timestamp:
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            raise ValueError
        return pd.Timestamp(text)
    except ValueError:
        raise _CellError(f"{text!r} is not a date", "write it as 2026-11-23") from None


def _as_yes_no(text: str, _column: Column) -> bool:
    folded = text.casefold()
    if folded in YES:
        return True
    if folded in NO:
        return False
    raise _CellError(
        f"{text!r} is neither yes nor no", "write yes or no, or leave it empty when it is not told"
    )


def _as_choice(text: str, column: Column) -> str:
    return _find_value(text, column)


def _as_set(text: str, column: Column) -> str:
    items = _as_list(text, column)
    if NONE in {item.casefold() for item in items}:
        if len(items) > 1:
            raise _CellError(
                f"{text!r} holds both none and something", "write none alone, or the values alone"
            )
        return NONE
    return ";".join(sorted({_find_value(item, column) for item in items}))


def _find_value(text: str, column: Column) -> str:
    values = column.values or {}
    if text in values:
        return text
    spellings = {value.casefold(): value for value in values}
    spellings |= {label.casefold(): value for value, labels in values.items() for label in labels.values()}
    spellings |= {other.casefold(): value for other, value in (column.aliases or {}).items()}
    if text.casefold() in spellings:
        return spellings[text.casefold()]
    raise _CellError(f"unknown value {text!r}", find_separator(text) or suggest(text, values))


def find_separator(item: str) -> str:
    """What to do about an item that is several, held apart by a mark that we do not read; else empty."""
    mark = next((mark for mark in ",，、；|/" if mark in item), "")
    return f"separate the values with ; and not with {mark}" if mark else ""


def _as_list(text: str, _column: Column) -> tuple[str, ...]:
    items = tuple(item.strip() for item in text.split(";"))
    if not all(items):
        raise _CellError("an item of the list is empty", "separate the items with one ; and end with none")
    return items


def _as_windows(text: str, column: Column) -> tuple[str, ...]:
    windows = _as_list(text, column)
    for window in windows:
        try:
            first, last = window.split("..")
            if not re.fullmatch(r"\d{2}-\d{2}\.\.\d{2}-\d{2}", window, re.ASCII):
                raise ValueError
            if pd.Timestamp(f"2023-{first}") > pd.Timestamp(f"2023-{last}"):  # a year without 29 February
                raise ValueError
        except ValueError:
            raise _CellError(f"{window!r} is not a window of the year", "write it as 01-01..03-31") from None
    return windows


def _as_text(text: str, _column: Column) -> str:
    return text


_TYPES: dict[str, tuple[Callable[[str, Column], Any], str]] = {
    "text": (_as_text, "str"),
    "code": (_as_text, "str"),
    "codes": (_as_list, "list"),
    "list": (_as_list, "list"),
    "whole": (_as_whole, "Int64"),
    "number": (_as_number, "Float64"),
    "date": (_as_date, "datetime64[us]"),
    "choice": (_as_text, "str"),
    "told_choice": (_as_choice, "str"),
    "choices": (_as_list, "list"),
    "expression": (_as_text, "str"),
    "prerequisites": (_as_text, "str"),
    "windows": (_as_windows, "list"),
    "url": (_as_text, "str"),
    "yes_no": (_as_yes_no, "boolean"),
    "set": (_as_set, "category"),
}
