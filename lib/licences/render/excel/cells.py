"""Cells of a workbook, and the columns, tables and lines that they stand in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Link:
    """An address of the web that can be clicked."""

    address: str


@dataclass(frozen=True)
class SheetLink:
    """The name of a sheet of this workbook that can be clicked."""

    sheet: str


@dataclass(frozen=True)
class Day:
    """A date; a star follows it where it is provisional, and it is red where it is overdue."""

    day: date
    is_provisional: bool = False
    is_overdue: bool = False


@dataclass(frozen=True)
class Estimate:
    """A number that rests on no source."""

    number: float


@dataclass(frozen=True)
class Toned:
    """A text in a tone."""

    text: str
    tone: str


@dataclass(frozen=True)
class Wide:
    """A text that has all the room to the end of its row, below a table."""

    text: str


Cell = str | float | date | Day | Estimate | Link | SheetLink | Toned | Wide | None
Plain = str | float | Day | Link | SheetLink | None


@dataclass(frozen=True)
class Column:
    """A column of a table.

    width: in characters. marks: the tone of a text, or, under ``*``, of whatever stands there.
    choices: the texts that a reader picks from, and what to tell who types another one. entry: whether a
    reader fills it in, ``text`` or ``day``; empty where not. is_hidden: it is there for us to read again.
    """

    label: str
    width: int
    marks: Mapping[str, str] = field(default_factory=dict)
    choices: Sequence[str] = ()
    hint: str = ""
    is_centred: bool = False
    entry: str = ""
    is_hidden: bool = False


@dataclass(frozen=True)
class Table:
    """A sheet with one table: a header, rows that can be filtered and, below them, sums.

    fixed: how many columns stay in sight; the last of them says what a row is about. empty: what stands there
    where there is no row. totals: each a row below the others.
    """

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    empty: str
    totals: Sequence[Sequence[Cell]] = ()
    fixed: int = 1


@dataclass(frozen=True)
class Line:
    """A line of the first sheet. style: ``title``, ``heading``, ``alarm``, ``overdue`` or ``plain``."""

    label: Cell
    value: Cell = None
    style: str = "plain"


@dataclass(frozen=True)
class Look:
    """What is the same on every sheet: who it is about, from which day, and whose it is.

    dated: the day of the law, as a text. page: how a page is numbered, in Excel's codes. logo: PNG or JPEG.
    """

    title: str
    name: str
    as_of: date
    dated: str
    page: str
    firm: str = ""
    colour: str = ""
    logo: bytes | None = None
