"""Rows of a table in a file: the header wherever it stands, and below it texts, whatever kind of file it is."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from licences.errors import MAX_PROBLEMS, Problem, ProblemsError
from licences.reading.bounds import MAX_CELLS, MAX_COLUMNS, BoundError, check_count
from licences.reading.characters import find_wrong_character, fold, holds_odd_characters, take_away
from licences.reading.extent import Extent, list_notes
from licences.reading.sources import Source, find_header, read_source
from licences.reading.workbooks.sheets import Merge, Row, Sheet, WorkbookError, name_column


@dataclass(frozen=True)
class Rows:
    """The rows below a header, all texts.

    header: the columns' names as the table knows them; written: as they stand in the file. columns: where
    each stands, from 0. separator: what is between the cells of a CSV file.
    """

    header: list[str]
    lines: list[int]
    cells: list[list[str]]
    written: list[str]
    columns: list[int]
    separator: str
    extent: Extent


def read_rows(path: Path) -> tuple[list[str], list[int], list[list[str]]]:
    """Header, line numbers and cells of a CSV file or a workbook, all as text; blank lines are left out.

    Raises: ProblemsError where the file is broken; MissingFileError.
    """
    rows = read_table_rows(path, (), {})
    return rows.header, rows.lines, rows.cells


def read_table_rows(path: Path, wanted: Collection[str], spellings: Mapping[str, str]) -> Rows:
    """As ``read_rows``, of the sheet and below the row that name the wanted columns.

    spellings: folded as ``fold`` does, to the names of columns. What stands above the header or in other
    sheets is passed over and noted.

    Raises: ProblemsError where the file is broken; MissingFileError.
    """
    file = str(path)
    try:
        return _find_rows(file, read_source(path, wanted, spellings), wanted, spellings)
    except (BoundError, WorkbookError) as error:
        raise ProblemsError([Problem(file, 1, "file", error.wrong, error.right)]) from None


def _find_rows(file: str, source: Source, wanted: Collection[str], spellings: Mapping[str, str]) -> Rows:
    """The header and what stands below it. Raises: ProblemsError, BoundError."""
    if not source.rows:
        raise ProblemsError([Problem(file, 1, "file", "it is empty", "the first line names the columns")])
    at = find_header(source.rows, wanted, spellings)
    heading, body = source.rows[at], source.rows[at + 1 :]
    written = [take_away(name).strip() for name in heading.cells]
    _check_separator(file, heading.line, written)
    named = max((place for place, name in enumerate(written, start=1) if name), default=0)
    check_count(named, MAX_COLUMNS, "columns")
    if not any(any(map(str.strip, row.cells[named:])) for row in body if len(row.cells) > named):
        written = written[:named]
        body = [row if len(row.cells) <= named else row._replace(cells=row.cells[:named]) for row in body]
    if source.sheet:
        width = max(map(len, (written, *(row.cells for row in body))))
        written += [""] * (width - len(written))
        body = [row._replace(cells=row.cells + [""] * (width - len(row.cells))) for row in body]
    header = [spellings.get(fold(name), name) for name in written]
    problems = list(_find_faults(file, header, heading, body))
    merged = _spread_merges(file, source, heading, header, body, wanted, problems)
    cleaned = _clean(file, header, body, problems) if source.may_be_odd else 0
    if not body:
        problems.append(
            Problem(file, heading.line, "file", "no row follows the header", "write one row or more")
        )
    if problems:
        raise ProblemsError(problems)
    columns = [
        place for place, name in enumerate(written) if name or any(row.cells[place].strip() for row in body)
    ]
    if len(columns) < len(written):
        header, written = [header[place] for place in columns], [written[place] for place in columns]
        body = [row._replace(cells=[row.cells[place] for place in columns]) for row in body]
    lines = [row.line for row in body]
    empty = lines[-1] - heading.line - len(body) if source.sheet else source.empty_rows
    extent = Extent(
        file=file,
        sheet=source.sheet.name if source.sheet else "",
        header_line=heading.line,
        rows=len(body),
        columns=len(header),
        notes=list_notes(
            [
                ("sheets", list(source.passed_over)),
                ("hidden_sheet", int(bool(source.sheet and source.sheet.is_hidden))),
                ("above", [str(row.line) for row in source.rows[:at]]),
                ("empty_rows", empty),
                ("empty_columns", named - len(columns)),
                ("hidden_rows", [str(row.line) for row in body if row.is_hidden]),
                ("hidden_columns", _find_hidden_columns(source.sheet, header, columns)),
                ("merged", merged),
                ("characters", cleaned),
            ]
        ),
    )
    cells = [row.cells for row in body]
    return Rows(header, lines, cells, written, columns, source.separator, extent)


def _check_separator(file: str, line: int, written: Sequence[str]) -> None:
    if len(written) == 1 and any(mark in written[0] for mark in ";\t"):
        mark = "semicolons" if ";" in written[0] else "tabs"
        wrong = Problem(
            file, line, "header", f"its cells are separated by {mark}", "save it as CSV with commas"
        )
        raise ProblemsError([wrong])


def _find_faults(file: str, header: Sequence[str], heading: Row, body: Sequence[Row]) -> Iterator[Problem]:
    """Rows of another length than the header, and cells of a workbook that show nothing that was meant."""
    for _, wrong, right in heading.faults:
        yield Problem(file, heading.line, "header", wrong, right)
    width = len(header)
    long = (row for row in body if len(row.cells) != width)
    for row in islice(long, MAX_PROBLEMS + 1):
        wrong = f"{len(row.cells)} cells where the header has {width}"
        yield Problem(
            file, row.line, "row", wrong, "quote a cell that holds a comma, and give every column a cell"
        )
    faults = ((row.line, *fault) for row in body for fault in row.faults)
    for line, column, wrong, right in islice(faults, MAX_PROBLEMS + 1):
        name = header[column - 1] if column <= width else ""
        yield Problem(file, line, name or name_column(column), wrong, right)


def _clean(file: str, header: Sequence[str], body: list[Row], problems: list[Problem]) -> int:
    """Takes away what cannot be seen; in how many cells. What no cell should hold is a problem."""
    count = 0
    for row in body:
        if not holds_odd_characters("".join(row.cells)):
            continue
        for at, text in enumerate(row.cells):
            if holds_odd_characters(text):
                row.cells[at] = clean = take_away(text)
                count += clean.strip() != text.strip()
                wrong = find_wrong_character(clean)
                if wrong and len(problems) <= MAX_PROBLEMS:
                    name = header[at] if at < len(header) else ""
                    problems.append(Problem(file, row.line, name or name_column(at + 1), *wrong))
    return count


def _spread_merges(
    file: str,
    source: Source,
    heading: Row,
    header: Sequence[str],
    body: Sequence[Row],
    keys: Collection[str],
    problems: list[Problem],
) -> list[str]:
    """Puts the value of cells that are merged downwards into each of them; which ranges those were.

    A merge over several columns, of the header or of what tells the rows apart is a problem.
    """
    if source.sheet is None:
        return []
    lines = [row.line for row in body]
    spread: list[str] = []
    count = 0
    for merge in source.sheet.merges:
        first, last = bisect_left(lines, merge.first_line), bisect_left(lines, merge.last_line + 1)
        column = merge.first_column - 1
        if merge.last_line < heading.line or column >= len(header) or _is_alone(merge):
            continue
        covered = min(merge.last_column, len(header)) - column
        if merge.first_line > heading.line and (last - first) * covered < 2:
            continue
        wrong = _find_wrong_merge(merge, heading.line, header, keys)
        if wrong and len(problems) > MAX_PROBLEMS:
            break
        if wrong:
            line = max(merge.first_line, heading.line)
            problems.append(
                Problem(
                    file, line, header[column] or name_column(column + 1), f"{merge} {wrong[0]}", wrong[1]
                )
            )
            continue
        count += last - first
        check_count(count, MAX_CELLS, "merged cells")
        if lines[first] == merge.first_line and (text := body[first].cells[column]):
            for row in body[first + 1 : last]:
                row.cells[column] = text
            spread.append(str(merge))
    return spread


def _is_alone(merge: Merge) -> bool:
    return merge.first_line == merge.last_line and merge.first_column == merge.last_column


def _find_wrong_merge(
    merge: Merge, header_line: int, header: Sequence[str], keys: Collection[str]
) -> tuple[str, str] | None:
    covered = header[merge.first_column - 1 : merge.last_column]
    if merge.first_line <= header_line:
        return "is merged in the header", "take the merge apart, and give each column one name in one row"
    if len(covered) > 1:
        return "is merged over several columns", "take the merge apart, and fill in each cell"
    if set(keys) & set(covered):
        return "is merged", f"take the merge apart; each row has a {covered[0]} of its own"
    return None


def _find_hidden_columns(sheet: Sheet | None, header: Sequence[str], columns: Sequence[int]) -> list[str]:
    """The names of the columns that are hidden."""
    ranges = sheet.hidden_columns if sheet else []
    return [
        name
        for name, at in zip(header, columns, strict=True)
        if any(first <= at + 1 <= last for first, last in ranges)
    ]
