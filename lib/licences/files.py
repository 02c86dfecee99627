"""Reads a CSV or Excel file as rows of text, whatever its encoding, and says where it is broken."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

from licences.errors import MissingFileError, Problem, ProblemsError


def read_rows(path: Path) -> tuple[list[str], list[int], list[list[str]]]:
    """Header, line numbers and cells of a CSV or XLSX file, all as text; blank lines are left out.

    Raises: ProblemsError where the file is broken; MissingFileError.
    """
    numbered = _read_sheet(path) if path.suffix.lower() in {".xlsx", ".xlsm"} else _read_csv(path)
    file = str(path)
    numbered = [(line, row) for line, row in numbered if any(cell.strip() for cell in row)]
    if not numbered:
        raise ProblemsError([Problem(file, 1, "file", "it is empty", "the first line names the columns")])
    numbered = _cut_empty_columns(numbered)
    header = [name.strip() for name in numbered[0][1]]
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        mark = "semicolons" if ";" in header[0] else "tabs"
        wrong = Problem(file, 1, "header", f"its cells are separated by {mark}", "save it as CSV with commas")
        raise ProblemsError([wrong])
    problems = [
        Problem(file, line, "row", f"{len(row)} cells where the header has {len(header)}",
                "quote a cell that holds a comma, and give every column a cell")
        for line, row in numbered[1:] if len(row) != len(header)
    ]  # fmt: skip
    if problems:
        raise ProblemsError(problems)
    return header, [line for line, _ in numbered[1:]], [row for _, row in numbered[1:]]


def _cut_empty_columns(numbered: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """The rows without the empty columns that a spreadsheet leaves at the right."""
    width = max(
        (at for _, row in numbered for at, cell in enumerate(row, start=1) if cell.strip()), default=0
    )
    named = max((at for at, name in enumerate(numbered[0][1], start=1) if name.strip()), default=0)
    return [(line, row[:named]) for line, row in numbered] if width <= named else numbered


def read_text(path: Path) -> str:
    """The text of a UTF-8 (with or without BOM) or GB18030 file. Raises: MissingFileError, ProblemsError."""
    try:
        content = path.read_bytes()
    except IsADirectoryError:
        raise MissingFileError(str(path), "is a folder", "name a file") from None
    except FileNotFoundError:
        raise MissingFileError(str(path), "there is no such file", "check the path") from None
    except OSError as error:
        raise MissingFileError(
            str(path), error.strerror or "cannot be read", "check its permissions"
        ) from None
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        wrong = Problem(str(path), line, "file", "holds a NUL byte", "save it as plain text in UTF-8")
        raise ProblemsError([wrong])
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
    wrong = Problem(str(path), line, "file", "neither UTF-8 nor GB18030", "save it as UTF-8")
    raise ProblemsError([wrong])


def _read_csv(path: Path) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for row in reader:
            rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        wrong = Problem(
            str(path), line, "row", f"broken quotes ({error})", 'close every quote and double a " inside'
        )
        raise ProblemsError([wrong]) from None
    return rows


def _read_sheet(path: Path) -> list[tuple[int, list[str]]]:
    from zipfile import BadZipFile

    from openpyxl import load_workbook  # only here: reading a CSV must not pay for it
    from openpyxl.utils.exceptions import InvalidFileException

    if not path.is_file():
        raise MissingFileError(str(path), "there is no such file", "check the path")
    try:
        sheet = load_workbook(path, read_only=True, data_only=True).worksheets[0]
        return [
            (line, [_cell_text(value) for value in row])
            for line, row in enumerate(sheet.iter_rows(values_only=True), start=1)
        ]
    except (InvalidFileException, BadZipFile, OSError, KeyError, ValueError, SyntaxError) as error:
        wrong = Problem(str(path), 1, "file", f"not an Excel workbook ({error})", "save it as .xlsx or CSV")
        raise ProblemsError([wrong]) from None


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()[:10]
    return str(value)
