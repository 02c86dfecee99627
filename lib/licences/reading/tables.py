"""Tables: data files as typed columns; a cell that does not fit its column is a problem with a place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray
from pandas.arrays import BooleanArray, FloatingArray

from licences.book.clients import OWN
from licences.errors import MAX_PROBLEMS, Problem, ProblemsError, cut, find_close, quote, suggest
from licences.reading import answers
from licences.reading.amounts import AmountError, read_amount
from licences.reading.bounds import MAX_CELL_CHARACTERS, MAX_SUGGESTIONS
from licences.reading.characters import fold, fold_width
from licences.reading.days import read_day
from licences.reading.extent import Extent, Note, list_notes, place
from licences.reading.own_columns import (
    EXTRA,
    find_near_column,
    find_own_columns,
    find_own_problems,
    gather_own,
)
from licences.reading.rows import Rows, read_table_rows
from licences.reading.validation import check_frame

if TYPE_CHECKING:
    from licences.reading.dictionary import Column, Table

YES = frozenset({"yes", "true", "是", "1"})
NO = frozenset({"no", "false", "否", "0"})
NONE = "none"
MAX_NUMBER = 1e15  # up to here a float counts exactly
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_SERIAL = re.compile(r"[2-7]\d{4}(\.\d+)?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass
class Tally:
    """What is understood of cells that are written otherwise: which answers, and how many are not known."""

    near: dict[str, str] = field(default_factory=dict)
    unsure: int = 0

    def list_notes(self) -> tuple[Note, ...]:
        """What a reader should know of it."""
        near = [f"{cut(text)} → {value}" for text, value in self.near.items()]
        return list_notes([("near_values", near), ("unsure", self.unsure)])


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
    frame, problems, _ = read_with_extent(path, table)
    return frame, problems


def read_with_extent(path: Path, table: Table) -> tuple[pd.DataFrame, list[Problem], Extent]:
    """As ``try_to_read_table``, with what was read and what was passed over."""
    frame, problems, extent = read_unchecked(path, table)
    problems += check_cells(frame, table, extent.file, problems)
    return frame, [place(one, extent.layouts) for one in problems], extent


def read_unchecked(path: Path, table: Table) -> tuple[pd.DataFrame, list[Problem], Extent]:
    """As ``read_with_extent``, before the rows are held against what the dictionary allows.

    The problems are not in their place yet, as ``extent.place`` puts them.
    """
    rows = read_table_rows(path, table.wanted, table.spellings, table)
    file = rows.extent.file
    problems = _find_header_problems(rows, table, file)
    if problems:
        raise ProblemsError(place(one, rows.extent.layouts) for one in problems)
    tally = Tally()
    frame, problems = convert_cells(rows.header, rows.lines, rows.cells, table, file, tally)
    own = list_notes([("own_columns", list(find_own_columns(rows.header, table, rows.choices).values()))])
    extent = replace(rows.extent, notes=(*rows.extent.notes, *tally.list_notes(), *own))
    return frame, problems, extent


def _find_header_problems(rows: Rows, table: Table, file: str) -> list[Problem]:
    """Columns that are not known, or twice, or missing."""
    line, names = rows.extent.header_line, {column.name for column in table.columns}
    counts = Counter(rows.header)
    own = find_own_columns(rows.header, table, rows.choices)
    kept = {rows.header[place] for place in own}
    unknown = [name for name in counts if name not in names and name not in kept]
    problems = find_own_problems(own, line, file)
    for at, name in enumerate(unknown):
        wrong = "unknown column" if name else "column without a name"
        right = "name it or remove it"
        choices = rows.choices.get(name)
        if choices:
            wrong = "may be one of several columns"
            right = f"write which: {' or '.join(_call(choice, table) for choice in choices)}"
        elif name and at < MAX_SUGGESTIONS:
            right = _suggest_column(name, table)
        problems.append(Problem(file, line, cut(name) or "header", wrong, right))
    problems += [
        Problem(file, line, name, "column appears twice", "keep one")
        for name, count in counts.items()
        if count > 1 and name in names
    ]
    return problems + [
        Problem(file, line, column.name, "column is missing", "add it to the header")
        for column in table.columns
        if column.name not in counts and (column.required or _find_partners(column, table) & counts.keys())
    ]


def _call(name: str, table: Table) -> str:
    return f"{name} ({table[name].label['zh']})"


def _suggest_column(name: str, table: Table) -> str:
    """What an unknown column may be meant to be: a name or a label close to it."""
    if fold(name) in table.spellings:
        return f"another column is {table.spellings[fold(name)]} already; name it otherwise, or take it out"
    near = find_near_column(name, table) if table.is_free else None
    if near:
        return f"did you mean {near!r}? A column of your own is named {OWN}{cut(name)}"
    close = find_close(fold(name), table.spellings)
    if close:
        meant = table.spellings[close]
        return (
            f"did you mean {meant!r}?"
            if close == fold(meant)
            else f"did you mean {close!r}, which is {meant}?"
        )
    return "name a column that the file may have, or take it out"


def _find_partners(column: Column, table: Table) -> set[str]:
    """The columns that are filled only together with a column."""
    others = {one.name for one in table.columns if column.name in (one.pairs_with, one.basis_of)}
    return others | {name for name in (column.pairs_with, column.basis_of) if name}


def convert_cells(
    header: Sequence[str],
    lines: Sequence[int],
    cells: Sequence[Sequence[str]],
    table: Table,
    file: str,
    tally: Tally | None = None,
) -> tuple[pd.DataFrame, list[Problem]]:
    """Rows of texts, typed as ``read_table`` says; a column that the header lacks is empty.

    What cannot be read is missing from the rows and named beside them. A table of files that people make as they like
    has one column more, ``extra``, with the texts of each row by name of a column of its own. tally: to be filled with what was
    understood though it is written otherwise.
    """
    columns: dict[str, Any] = {}
    index = pd.Index(lines, name="line")
    problems = []
    for column in table.columns:
        if column.name in header:
            at = header.index(column.name)
            texts = [row[at].strip() for row in cells]
        else:
            texts = [""] * len(cells)
        columns[column.name], wrong = _convert(texts, column, lines, tally or Tally())
        problems += [Problem(file, line, column.name, what, right) for line, what, right in wrong]
    if table.is_free:
        extra, too_long = gather_own(find_own_columns(header, table), lines, cells, file)
        columns[EXTRA] = pd.Series(extra, dtype="object").array
        problems += too_long
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


def _convert(
    texts: Sequence[str], column: Column, lines: Sequence[int], tally: Tally
) -> tuple[ExtensionArray, Wrong]:
    """One column, typed, and what could not be: line, what is wrong, what would be right."""
    read, dtype = _TYPES[column.type]
    known: dict[str, Any] = {"": () if dtype == "list" else None}
    faults: dict[str, tuple[str, str]] = {}
    for text in dict.fromkeys(texts):
        if text:
            try:
                if len(text) > MAX_CELL_CHARACTERS:
                    raise _CellError(f"holds {len(text):,} characters", f"at most {MAX_CELL_CHARACTERS:,}")
                if column.is_free and column.type != "text" and answers.is_unsure(text):
                    tally.unsure += texts.count(text)
                    known[text] = known[""]
                    continue
                known[text] = read(text, column)
                if column.is_free and column.values:
                    tally.near |= _list_near(text, column)
            except _CellError as error:
                known[text] = known[""]
                faults[text] = (
                    error.wrong,
                    error.say_right() if len(faults) < MAX_SUGGESTIONS else "as above",
                )
    values = [known[text] for text in texts]
    faulty = (
        ((line, text) for line, text in zip(lines, texts, strict=True) if text in faults) if faults else ()
    )
    wrong = [(line, *faults[text]) for line, text in islice(faulty, MAX_PROBLEMS + 1)]
    return _make_array(values, dtype), wrong


def _make_array(values: list[Any], dtype: str) -> ExtensionArray:
    """Values as the array of a column; those of yes and no, and of numbers, without a look at what each is."""
    if dtype == "boolean":
        told = np.array([value is True for value in values], dtype=np.bool_)
        return BooleanArray(told, np.array([value is None for value in values], dtype=np.bool_))
    if dtype == "Float64":
        numbers = np.array([1.0 if value is None else value for value in values], dtype=np.float64)
        return FloatingArray(numbers, np.array([value is None for value in values], dtype=np.bool_))
    return pd.Series(values, dtype="object" if dtype == "list" else dtype).array


class _CellError(ValueError):
    """A cell cannot be read; what would be right is worked out only where it is said."""

    def __init__(self, wrong: str, right: str | Callable[[], str]) -> None:
        super().__init__(wrong, right)
        self.wrong = wrong
        self._right = right

    def say_right(self) -> str:
        return self._right if isinstance(self._right, str) else self._right()


def _as_number(text: str, column: Column) -> float:
    plain = fold_width(text)
    if column.is_percent:
        plain = plain.removesuffix("%").rstrip()
    if _NUMBER.fullmatch(plain):
        number = float(plain)
    elif _is_day(plain, column):
        right = "write the number that is asked for"
        if "months" in column.counts_in:
            right = "write how many months have passed since then"
        raise _CellError(f"{quote(text)} is a day and no number", right)
    else:
        number = _as_amount(text, plain, column)
    if abs(number) > MAX_NUMBER:
        raise _CellError(f"{quote(text)} is too large", f"at most {MAX_NUMBER:.0f}")
    return number


def _is_day(text: str, column: Column) -> bool:
    if _DAY.match(text):
        return True
    if not column.is_free:
        return False
    try:
        read_day(text)
    except ValueError:
        return False
    return True


def _as_amount(text: str, plain: str, column: Column) -> float:
    """A number as people write it, where that is allowed."""
    wrong = right = ""
    if column.is_free:
        try:
            return read_amount(plain, column.counts_in)
        except AmountError as error:
            wrong, right = error.wrong, error.right
    raise _CellError(
        f"{quote(text)} {wrong or 'is not a number'}", lambda: right or _find_right_number(plain)
    )


def _find_right_number(text: str) -> str:
    """What to write in place of a text that is no number."""
    if _GROUPED.fullmatch(text):
        return f"write it as {text.replace(',', '')}"
    if text.endswith("%"):
        return "write a number that is no percentage"
    if not any(map(str.isdigit, text)):
        return "write digits only, such as 1000000 or 12.5, or leave it empty when it is not told"
    return "write digits only, such as 1000000 or 12.5"


def _as_whole(text: str, column: Column) -> int:
    number = _as_number(text, column)
    if not number.is_integer():
        raise _CellError(f"{quote(text)} is not a whole number", "write a whole number such as 30")
    return int(number)


def _as_date(text: str, column: Column) -> pd.Timestamp:
    plain = fold_width(text)
    try:
        if column.is_free:
            return pd.Timestamp(read_day(text))
        if not _DAY.fullmatch(plain):
            raise ValueError
        return pd.Timestamp(plain)
    except ValueError:
        right = "write it as 2026-11-23"
        if _SERIAL.fullmatch(plain):
            day = date(1899, 12, 30) + timedelta(days=int(float(plain)))
            right = f"Excel's day of this number is {day}: write that if it is meant, or format the cell as a date"
        raise _CellError(f"{quote(text)} is not a date", right) from None


def _as_yes_no(text: str, column: Column) -> bool:
    folded = fold_width(text).casefold()
    if folded in YES or (column.is_free and folded in answers.YES):
        return True
    if folded in NO or (column.is_free and folded in answers.NO):
        return False
    if folded == answers.CROSS:
        raise _CellError(f"{quote(text)} may be a tick or a cross", "write yes or no")
    raise _CellError(
        f"{quote(text)} is neither yes nor no", "write yes or no, or leave it empty when it is not told"
    )


def _as_choice(text: str, column: Column) -> str:
    return _find_value(text, column)


def _as_set(text: str, column: Column) -> str:
    items = _as_list(text, column)
    if column.is_free and len(items) == 1 and items[0] in answers.NOTHING:
        return NONE
    if NONE in {item.casefold() for item in items}:
        if len(items) > 1:
            raise _CellError(
                f"{quote(text)} holds both none and something", "write none alone, or the values alone"
            )
        return NONE
    return ";".join(sorted({_find_value(item, column) for item in items}))


def _list_near(text: str, column: Column) -> dict[str, str]:
    """The items of a cell that were taken for a value that they nearly are."""
    items = [text] if column.type == "told_choice" else answers.split_items(text, column.names)
    found = {item: column.names.find(item) for item in items if item not in column.names}
    return {item: one.key for item, one in found.items() if one.key and one.is_near}


def _find_value(text: str, column: Column) -> str:
    values = column.values or {}
    if text in values:
        return text
    spellings = {value.casefold(): value for value in values}
    spellings |= {label.casefold(): value for value, labels in values.items() for label in labels.values()}
    spellings |= {other.casefold(): value for other, value in (column.aliases or {}).items()}
    if text.casefold() in spellings:
        return spellings[text.casefold()]
    if column.is_free:
        found = column.names.find(text)
        if found.key:
            return found.key
        if found.choices:
            named = " or ".join(f"{value} ({values[value]['zh']})" for value in found.choices)
            raise _CellError(f"{quote(text)} may be one of several", f"write which: {named}")
    raise _CellError(f"unknown value {quote(text)}", lambda: find_separator(text) or suggest(text, values))


def find_separator(item: str) -> str:
    """What to do about an item that is several, held apart by a mark that we do not read; else empty."""
    mark = next((mark for mark in ",，、；|/" if mark in item), "")
    return f"separate the values with ; and not with {mark}" if mark else ""


def _as_list(text: str, column: Column) -> tuple[str, ...]:
    if column.is_free:
        items = tuple(answers.split_items(text, column.names if column.values else None))
    else:
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
            raise _CellError(
                f"{quote(window)} is not a window of the year", "write it as 01-01..03-31"
            ) from None
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
