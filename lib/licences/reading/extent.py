"""Extent: how much of a file was read, and what was passed over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_SHOWN = 10


@dataclass(frozen=True)
class Note:
    """One thing that a reader of a file should know.

    kind: ``sheets``, ``above``, ``empty_rows`` or ``empty_columns`` were passed over; ``hidden_sheet``,
    ``hidden_rows`` or ``hidden_columns`` were read though hidden; the value of ``merged`` cells was read
    for each of them; from the texts of so many cells ``characters`` that cannot be seen were taken away.
    ``own_columns`` were kept with the clients. items: the first ten of what is meant, such as names of sheets.
    """

    kind: str
    count: int
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Extent:
    """What was read of a file: so many rows and columns, below the header; the sheet where it is a workbook."""

    file: str
    sheet: str
    header_line: int
    rows: int
    columns: int
    notes: tuple[Note, ...]


def list_notes(notes: Iterable[tuple[str, int | list[str]]]) -> tuple[Note, ...]:
    """The notes about what there is at all, each a count or the names of what is counted."""
    listed = []
    for kind, told in notes:
        count, items = (told, []) if isinstance(told, int) else (len(told), told)
        if count:
            listed.append(Note(kind, count, tuple(items[:_SHOWN])))
    return tuple(listed)
