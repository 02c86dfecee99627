"""Exchange of a book as a folder of CSV files, one a table, and back without loss."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from licences.book.exchange import fill_tables, find_given, list_columns, list_names, list_tables, read_cell
from licences.book.store import make_book
from licences.errors import MAX_PROBLEMS, Problem, ProblemsError, cut, quote
from licences.reading.files import read_text, write_all_whole


def write_tables(place: Path, folder: Path) -> dict[str, int]:
    """Writes the tables of a book into a folder, all of them or none; how many rows each has.

    Raises: MissingFileError, BookError, OSError.
    """
    tables = list_tables(place)
    files: dict[str, str | bytes] = {
        f"{name}.csv": ("\N{ZERO WIDTH NO-BREAK SPACE}" + _join(rows)).encode()
        for name, rows in tables.items()
    }
    write_all_whole(folder, files)
    return {name: len(rows) - 1 for name, rows in tables.items()}


def _join(rows: list[list[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def read_tables(folder: Path, place: Path) -> dict[str, int]:
    """Makes a new book of a folder that ``write_tables`` wrote; how many rows each table has.

    Raises: ProblemsError with all that is wrong; MissingFileError; UsageError where a book is there already.
    """
    rows: dict[str, list[dict[str, object]]] = {}
    problems: list[Problem] = []
    for name in list_names():
        rows[name], wrong = _read_table(name, folder / f"{name}.csv")
        problems += wrong
    if problems:
        raise ProblemsError(problems)
    with make_book(place) as connection:
        fill_tables(connection, place, rows)
    return {name: len(found) for name, found in rows.items()}


def _read_table(name: str, path: Path) -> tuple[list[dict[str, object]], list[Problem]]:
    """The rows of one file, typed, and what is wrong with them. Raises: MissingFileError, ProblemsError."""
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        header, *found = ((reader.line_num, row) for row in reader)
    except (csv.Error, ValueError) as error:
        said = f"it cannot be read as CSV ({error})" if isinstance(error, csv.Error) else "it is empty"
        return [], [Problem(str(path), 1, "file", said, "export the book again")]
    columns = find_given(name, header[1])
    if columns is None:
        wrong = f"its columns are {cut(', '.join(header[1]))}"
        right = f"they have to be {', '.join(list_columns(name))}"
        return [], [Problem(str(path), 1, "header", wrong, right)]
    rows: list[dict[str, object]] = []
    problems: list[Problem] = []
    for line, row in found:
        if len(row) != len(columns):
            wrong = f"{len(row)} cells where the header has {len(columns)}"
            problems.append(Problem(str(path), line, "row", wrong, "export the book again"))
            continue
        typed: dict[str, object] = {}
        for column, cell in zip(columns, row, strict=True):
            try:
                typed[column] = read_cell(name, column, cell)
            except ValueError as error:
                problems.append(
                    Problem(str(path), line, column, f"{quote(cell)} cannot be read", f"write {error}")
                )
        rows.append(typed)
    return rows, problems[: MAX_PROBLEMS + 1]
