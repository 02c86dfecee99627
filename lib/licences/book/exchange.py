"""Exchange of a whole book: every row of its tables, as texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from licences.book.place import is_server
from licences.book.store import fetch_rows, find_limit, read_book

_LATER = frozenset(
    {("clients", "extra")}
)  # columns that an earlier version did not have, and that may be empty


def list_tables(place: Path) -> dict[str, list[list[str]]]:
    """The rows of each table below its header, by name. Raises: MissingFileError, BookError."""
    from sqlalchemy import select

    from licences.book.schema import TABLES

    limit = find_limit(place)
    with read_book(place) as connection:
        return {
            table.name: [
                [column.name for column in table.columns],
                *(
                    ["" if value is None else str(value) for value in row]
                    for row in fetch_rows(
                        connection, select(table).where(table.c.recorded_at < limit).order_by(table.c.id)
                    )
                ),
            ]
            for table in TABLES
        }


def list_names() -> list[str]:
    """The names of the tables, in the order in which they are filled."""
    from licences.book.schema import TABLES

    return [table.name for table in TABLES]


def list_columns(name: str) -> list[str]:
    """The names of a table's columns."""
    from licences.book.schema import METADATA

    return [column.name for column in METADATA.tables[name].columns]


def find_given(table: str, told: Sequence[str]) -> list[str] | None:
    """The columns that the header of an exported table tells, of which later ones may be missing; None where it is none.

    What was exported before there were own columns can be read.
    """
    columns = list_columns(table)
    before = [name for name in columns if (table, name) not in _LATER]
    return list(told) if list(told) in (columns, before) else None


def read_cell(table: str, column: str, text: str) -> object:
    """A text as the value of a column. Raises: ValueError saying what it would have to be."""
    from sqlalchemy import Date, Integer

    from licences.book.schema import METADATA

    own = METADATA.tables[table].columns[column]
    if not text and own.nullable:
        return None
    if isinstance(own.type, Integer):
        if not text.isascii() or not text.isdigit():
            raise ValueError("a whole number")
        return int(text)
    if isinstance(own.type, Date):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ValueError("a day such as 2026-11-23") from None
    return text


def fill_tables(connection: Any, place: Path, rows: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
    """Puts rows into the tables of a new book, with the numbers that they have."""
    from sqlalchemy import func, select

    from licences.book.schema import TABLES

    for table in TABLES:
        if found := rows[table.name]:
            connection.execute(table.insert(), list(found))
            if is_server(place):
                sequence = func.pg_get_serial_sequence(table.name, "id")
                connection.execute(select(func.setval(sequence, func.max(table.c.id))))
