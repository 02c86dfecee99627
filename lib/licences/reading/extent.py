"""Extent: how much of a file was read, and what was passed over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from licences.errors import Cell, Problem
from licences.reading.characters import fold
from licences.reading.workbooks.sheets import name_column

_SHOWN = 10
SHEET_STRIDE = 10_000_000  # more than the rows of any sheet; the rows of the next one are numbered from there
# What was left out, and not only read otherwise than one might expect.
PASSED_OVER = (
    "above", "empty_rows", "empty_columns", "headers_again", "totals", "remarks", "examples",
    "unread_rows", "unread_columns", "sheets", "unread_sheets",
)  # fmt: skip


@dataclass(frozen=True)
class Note:
    """One thing that a reader of a file should know.

    kind: one of PASSED_OVER was left out: rows ``above`` the header, ``empty_rows``, ``empty_columns``, a header
    that comes ``headers_again``, ``totals``, ``remarks``, ``examples``, what is hidden and ``unread``, other
    ``sheets``. ``hidden_sheet``, ``hidden_rows`` or ``hidden_columns`` were read though hidden; the value of
    ``merged`` cells was read for each of them; from the texts of so many cells ``characters`` that cannot be
    seen were taken away. ``near_columns`` and ``near_values`` were taken for what they nearly are; numbers were
    multiplied by what the header says, ``units``; ``several`` sheets were read together; a sheet was
    ``transposed``, one client a column; its header has several rows, ``grouped``; names serve as ids, ``named``;
    so many cells say that the answer is ``unsure``. ``own_columns`` were kept with the clients.
    items: the first ten of what is meant, such as names of sheets.
    """

    kind: str
    count: int
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Doubt:
    """An answer that is hardly meant as it stands: whose, of which field, and what was probably meant.

    likely: the number that was probably meant, None where nothing can be said. kind: ``ten_thousands``,
    ``year``, ``share`` or empty.
    """

    client: str
    field: str
    value: float
    kind: str = ""
    likely: float | None = None


@dataclass(frozen=True)
class Layout:
    """How a sheet, or a file of rows, lies: where each column stands, from 0, and how it is called there.

    lines: of a sheet with one client a column the line of each fact; empty where a client is a row.
    """

    sheet: str
    columns: Mapping[str, tuple[int, str]]
    lines: Sequence[int] = ()
    is_workbook: bool = True


@dataclass(frozen=True)
class Extent:
    """What was read of a file: so many rows and columns, below the header; the sheet where it is a workbook.

    sheet: where several were read together, the first. layouts: of each sheet that was read; in the second the
    rows are numbered from SHEET_STRIDE. answers: so many facts are told, None where that was not counted.
    """

    file: str
    sheet: str
    header_line: int
    rows: int
    columns: int
    notes: tuple[Note, ...]
    answers: int | None = None
    doubts: tuple[Doubt, ...] = ()
    layouts: tuple[Layout, ...] = field(default=(), repr=False)

    @property
    def sheets(self) -> tuple[str, ...]:
        """The sheets that were read."""
        return tuple(layout.sheet for layout in self.layouts if layout.sheet) or tuple(
            filter(None, (self.sheet,))
        )


def list_notes(notes: Iterable[tuple[str, int | list[str]]]) -> tuple[Note, ...]:
    """The notes about what there is at all, each a count or the names of what is counted."""
    listed = []
    for kind, told in notes:
        count, items = (told, []) if isinstance(told, int) else (len(told), told)
        if count:
            listed.append(Note(kind, count, tuple(items[:_SHOWN])))
    return tuple(listed)


def place(problem: Problem, layouts: Sequence[Layout]) -> Problem:
    """A problem with its line as the file has it, and with its cell as a person sees it."""
    at, line = divmod(problem.line, SHEET_STRIDE)
    if problem.cell or at >= len(layouts):
        return problem
    layout = layouts[at]
    sheet = layout.sheet if layout.is_workbook else ""
    found = layout.columns.get(problem.column)
    if found is None:
        shown = Cell(sheet) if sheet and len(layouts) > 1 else None
        return replace(problem, line=line, cell=shown)
    column, label = found
    label = "" if fold(label) == fold(problem.column) else label
    if layout.lines:
        address = f"{name_column(line)}{layout.lines[column]}" if column < len(layout.lines) else ""
        line = layout.lines[column] if address else line
        return replace(problem, line=line, cell=Cell(sheet, address, label))
    if not layout.is_workbook:
        return replace(problem, line=line, cell=Cell(label=label) if label else None)
    return replace(problem, line=line, cell=Cell(sheet, f"{name_column(column + 1)}{line}", label))
