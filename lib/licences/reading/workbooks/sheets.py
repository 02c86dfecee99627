"""Sheets: what every kind of workbook comes to, rows of texts with what is hidden, merged and wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from licences.reading.bounds import MAX_CELL_CHARACTERS, MAX_COLUMNS, BoundError

Fault = tuple[int, str, str]
FIRST_SURE_DAY = 61  # before, Excel counts a 29 February 1900
MAX_ESCAPED_CHARACTERS = 7 * MAX_CELL_CHARACTERS  # each may be written as _x000D_
MAX_EXACT = 1e15  # Excel keeps 15 digits of a number
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")


class WorkbookError(ValueError):
    """A file is no workbook that can be read: what is wrong, and what would be right."""

    def __init__(self, wrong: str, right: str = "save it anew as .xlsx") -> None:
        super().__init__(wrong, right)
        self.wrong, self.right = wrong, right


class Row(NamedTuple):
    """A row that holds something: its number, its texts from the first column on, and what is wrong, by column."""

    line: int
    cells: list[str]
    faults: list[Fault]
    is_hidden: bool


class Merge(NamedTuple):
    """Cells that show one value, numbered from 1; both ends count."""

    first_line: int
    last_line: int
    first_column: int
    last_column: int

    def __str__(self) -> str:
        first, last = (name_column(column) for column in (self.first_column, self.last_column))
        return f"{first}{self.first_line}:{last}{self.last_line}"


@dataclass
class Sheet:
    """A sheet whose rows are read as they are asked for; the rest is known when they have all been read."""

    name: str
    is_hidden: bool
    read: Callable[[Sheet], Iterator[Row]]
    merges: list[Merge] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)


def name_column(column: int) -> str:
    """A column's letters: ``A`` for 1, ``AB`` for 28."""
    letters = ""
    while column:
        column, at = divmod(column - 1, 26)
        letters = chr(ord("A") + at) + letters
    return letters


def check_column(column: int) -> None:
    """Sees that a column that holds something is within the bound. Raises: BoundError."""
    if column > MAX_COLUMNS:
        wrong = f"a cell in column {name_column(column)}"
        raise BoundError(wrong, f"at most {MAX_COLUMNS:,} columns; empty those that are not meant")


def check_text(text: str) -> None:
    """Sees that the text of a cell is within the bound. Raises: BoundError."""
    if len(text) > MAX_CELL_CHARACTERS:
        raise find_long_text()


def find_long_text() -> BoundError:
    """What is said of a cell that holds too long a text."""
    wrong = f"a cell of more than {MAX_CELL_CHARACTERS:,} characters"
    return BoundError(wrong, f"at most {MAX_CELL_CHARACTERS:,}")


def undo_escapes(text: str) -> str:
    """A text without Excel's escapes such as ``_x000D_``, and with one kind of line end."""
    if "_x" in text:
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
        if not text.isascii():  # a character beyond the first 65,536 comes as two
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def say_number(number: float) -> str:
    """A number as one would type it. Raises: WorkbookError where it has digits that nobody wrote."""
    if not math.isfinite(number):
        raise WorkbookError("holds a number that is none", "type the cell anew")
    if abs(number) >= MAX_EXACT:
        raise WorkbookError(
            "holds a number of more than 15 digits, of which Excel keeps 15",
            "format the cell as text and type it anew",
        )
    return str(int(number)) if number.is_integer() else f"{number:.15g}"


def say_percent(share: float) -> str:
    """A share as a cell of percents shows it: ``60%`` for 0.6."""
    return say_number(float(f"{share * 100:.13g}")) + "%"


def say_day(serial: float, begins_in_1904: bool) -> str:
    """A day, or a day and a time, of which Excel keeps the number. Raises: WorkbookError where it is none."""
    try:
        first = datetime(1904, 1, 1) if begins_in_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - days have no zone
        if not begins_in_1904 and 1 <= serial < FIRST_SURE_DAY:
            serial += 1
        moment = first + timedelta(seconds=round(serial * 86_400))
    except (OverflowError, ValueError):
        raise WorkbookError("holds a date that is none", "write it as 2026-11-23") from None
    if 0 <= serial < 1:
        return moment.time().isoformat()
    return moment.isoformat(" ").removesuffix(" 00:00:00")


def say_iso_day(text: str) -> str:
    """A day that is written as ISO, without a time where that is midnight."""
    text = text.strip().replace("T", " ").removesuffix("Z")
    day, _, time = text.partition(" ")
    return day if not time.strip("0:. ") else text


def say_truth(is_true: bool) -> str:
    """A truth value as a clients file has it."""
    return "yes" if is_true else "no"


def find_fault(column: int, error: WorkbookError) -> Fault:
    """What is wrong with a cell. Raises: BoundError."""
    check_column(column)
    return column, error.wrong, error.right


def find_error(name: str) -> tuple[str, str]:
    """What is wrong with a cell that holds an error such as ``#N/A``."""
    return f"holds the error {name}", "mend its formula, or empty the cell"


NO_RESULT = ("holds a formula without a result", "open the file in Excel and save it")
