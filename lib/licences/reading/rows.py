"""Rows of a table in a file: the header wherever it stands, and below it texts, whatever kind of file it is."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from licences.errors import MAX_PROBLEMS, Problem, ProblemsError, cut, quote
from licences.reading.amounts import AmountError, read_amount
from licences.reading.bounds import MAX_CELLS, MAX_COLUMNS, MAX_HEADING_ROWS, BoundError, check_count
from licences.reading.characters import (
    find_garbled,
    find_wrong_character,
    holds_odd_characters,
    is_lost,
    take_away,
)
from licences.reading.extent import SHEET_STRIDE, Extent, Layout, list_notes, place
from licences.reading.headings import Heading, Headings, find_own_unit, find_sheet_unit
from licences.reading.layouts import Source, find_header, find_kind, is_doubtful, is_plain, read_header
from licences.reading.sources import Sources, read_sources, split_hidden
from licences.reading.workbooks.sheets import Merge, Row, Sheet, WorkbookError, name_column, say_number

if TYPE_CHECKING:
    from licences.reading.dictionary import Table

_TOLD = dict[str, int | list[str]]


@dataclass(frozen=True)
class Rows:
    """The rows below a header, all texts.

    header: the columns' names as the table knows them; written: as they stand in the file. columns: where
    each stands, from 0. separator: what is between the cells of a CSV file. lines: of a second sheet they are
    numbered from SHEET_STRIDE. choices: of columns that are not known, which they may be.
    """

    header: list[str]
    lines: list[int]
    cells: list[list[str]]
    written: list[str]
    columns: list[int]
    separator: str
    extent: Extent
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_rows(path: Path) -> tuple[list[str], list[int], list[list[str]]]:
    """Header, line numbers and cells of a CSV file or a workbook, all as text; blank lines are left out.

    Raises: ProblemsError where the file is broken; MissingFileError.
    """
    rows = read_table_rows(path, (), {})
    return rows.header, rows.lines, rows.cells


def read_table_rows(
    path: Path, wanted: Collection[str], spellings: Mapping[str, str], table: Table | None = None
) -> Rows:
    """As ``read_rows``, of the sheet and below the row that name the wanted columns.

    spellings: folded as ``fold`` does, to the names of columns. What stands above the header or in other
    sheets is passed over and noted. table: where people make such files as they like, what they may mean: then
    several sheets are read together, and what is hidden, totals and remarks are left out.

    Raises: ProblemsError where the file is broken; MissingFileError.
    """
    path, sees_hidden = split_hidden(path)
    file = str(path)
    headings = Headings(wanted, spellings, table)
    try:
        return _join(file, read_sources(path, headings, sees_hidden), headings, sees_hidden)
    except (BoundError, WorkbookError) as error:
        raise ProblemsError([Problem(file, 1, "file", error.wrong, error.right)]) from None


def _join(file: str, sources: Sources, headings: Headings, sees_hidden: bool) -> Rows:
    """The rows of all sheets that are read as those of one. Raises: ProblemsError, BoundError."""
    parts, problems = [], []
    for at, source in enumerate(sources.read):
        part = _Part(file, source, headings, sees_hidden)
        parts.append(part)
        problems += [place(one, [part.layout]) for one in part.problems]
        if len(sources.read) > 1:
            part.name_sheet(at)
    first = parts[0]
    if not any(part.body for part in parts) and not problems:
        wrong, right = "no row follows the header", "write one row or more"
        problems.append(Problem(file, first.heading.line, "file", wrong, right))
    if problems:
        raise ProblemsError(problems)
    header, written = list(first.header), list(first.written)
    for part in parts[1:]:
        for name, text in zip(part.header, part.written, strict=True):
            if name not in header:
                header.append(name)
                written.append(text)
    cells = [cells for part in parts for cells in part.list_cells(header)]
    choices = {name: those for part in parts for name, those in part.choices.items()}
    extent = Extent(
        file=file,
        sheet=first.layout.sheet,
        header_line=first.heading.line,
        rows=len(cells),
        columns=len(header),
        notes=list_notes(_join_notes(parts, sources).items()),
        layouts=tuple(part.layout for part in parts),
    )
    lines = [line for part in parts for line in part.lines]
    return Rows(header, lines, cells, written, first.columns, first.source.separator, extent, choices)


def _join_notes(parts: Sequence[_Part], sources: Sources) -> _TOLD:
    """What is to be said of all sheets together."""
    notes: _TOLD = {"several": [part.layout.sheet for part in parts] if len(parts) > 1 else 0}
    notes |= {"sheets": list(sources.others), "unread_sheets": list(sources.unread)}
    for part in parts:
        for kind, told in part.notes.items():
            before = notes.get(kind)
            if not before:
                notes[kind] = told
            elif isinstance(before, list) and isinstance(told, list):
                notes[kind] = before + [one for one in told if one not in before or "!" in one]
            elif isinstance(before, int) and isinstance(told, int):
                notes[kind] = before + told
    return notes


class _Part:
    """One sheet, or one file of rows: its header and what stands below it, and what is wrong with them."""

    def __init__(self, file: str, source: Source, headings: Headings, sees_hidden: bool) -> None:
        self.file, self.source, self.headings = file, source, headings
        self.leaves_hidden = headings.is_free and not sees_hidden
        self.problems: list[Problem] = []
        self.notes: _TOLD = {}
        self.offset = 0
        self._read_header()
        self._trim()
        self._understand()
        self._read_body()

    @property
    def lines(self) -> list[int]:
        return [self.offset + row.line for row in self.body]

    def name_sheet(self, at: int) -> None:
        """Numbers the rows behind those of the sheets before, and names the sheet with each row that is noted."""
        self.offset = at * SHEET_STRIDE
        rowwise = (
            "above",
            "headers_again",
            "totals",
            "remarks",
            "examples",
            "unread_rows",
            "hidden_rows",
            "merged",
        )
        for kind in rowwise:
            told = self.notes.get(kind)
            if isinstance(told, list):
                self.notes[kind] = [f"{self.layout.sheet}!{one}" for one in told]

    def list_cells(self, header: Sequence[str]) -> list[list[str]]:
        """The cells in the order of a header that may have more columns."""
        if list(header) == self.header:
            return [row.cells for row in self.body]
        places = [self.header.index(name) if name in self.header else -1 for name in header]
        return [[row.cells[at] if at >= 0 else "" for at in places] for row in self.body]

    def _read_header(self) -> None:
        rows = self.source.rows
        if not rows:
            raise ProblemsError(
                [Problem(self.file, 1, "file", "it is empty", "the first line names the columns")]
            )
        at, counts = find_header(rows, self.headings)
        if self.headings.is_free and counts == (0, 0):
            _check_garbled(self.file, rows[:MAX_HEADING_ROWS])
            if not all(len(row.cells) == 1 for row in rows[:MAX_HEADING_ROWS]):
                wrong = f"no row names the columns {' and '.join(sorted(self.headings.wanted))}"
                right = "write the names of the columns into one row above the clients"
                raise ProblemsError([Problem(self.file, rows[0].line, "header", wrong, right)])
        read = read_header(self.source, at, self.headings)
        self.heading, self.body = rows[at], rows[read.last + 1 :]
        self.written = read.names
        self.last_line = rows[read.last].line
        self.first_line = rows[read.first].line
        above = [cell for row in rows[: read.first] for cell in row.cells if cell]
        self.unit = find_sheet_unit(above) if self.headings.is_free else None
        self.notes["above"] = [str(row.line) for row in rows[: read.first]]
        self.notes["grouped"] = int(read.last > read.first)
        self.notes["transposed"] = int(bool(self.source.lines))
        if self.headings.is_free:
            _check_garbled(self.file, rows[: read.last + 1])
        if not self.source.lines:
            _check_separator(self.file, self.heading.line, self.written)

    def _trim(self) -> None:
        """Leaves out what stands right of the last name, and of a sheet makes all rows as wide as the widest."""
        named = max((at for at, name in enumerate(self.written, start=1) if name), default=0)
        check_count(named, MAX_COLUMNS, "columns")
        body = self.body
        if not any(any(map(str.strip, row.cells[named:])) for row in body if len(row.cells) > named):
            self.written = self.written[:named]
            body = [row if len(row.cells) <= named else row._replace(cells=row.cells[:named]) for row in body]
        if self.source.sheet or self.source.lines:
            width = max(map(len, (self.written, *(row.cells for row in body))))
            self.written += [""] * (width - len(self.written))
            body = [row._replace(cells=row.cells + [""] * (width - len(row.cells))) for row in body]
        self.body, self.named = body, named

    def _understand(self) -> None:
        """What each cell of the header names."""
        found = _tell_apart([self.headings.find(name) for name in self.written], self.written, self.headings)
        if self.headings.table:
            found = [self._apply_unit(one, text) for one, text in zip(found, self.written, strict=True)]
        self.header = [one.column for one in found]
        self.found: list[Heading] = found
        self.choices = {one.column: one.choices for one in found if one.choices}
        self.notes["near_columns"] = [
            f"{cut(text)} → {one.column}"
            for text, one in zip(self.written, found, strict=True)
            if one.is_near and one.factor == 1
        ]
        self.notes["units"] = [
            f"{cut(text)} → {one.column} × {one.factor:,.0f}"
            for text, one in zip(self.written, found, strict=True)
            if one.factor != 1
        ]
        for text, one in zip(self.written, found, strict=True):
            if one.wrong:
                self._blame(
                    self.heading.line,
                    one.column,
                    f"{quote(text)} {one.wrong}",
                    "give the numbers in the unit that is asked for",
                )

    def _apply_unit(self, one: Heading, text: str) -> Heading:
        """A heading of a sum that names no unit, with the one that a row above names for the whole sheet."""
        table = self.headings.table
        if not self.unit or table is None or not one.is_known or find_own_unit(text) or text == one.column:
            return one
        is_money = "CNY" in table[one.column].counts_in
        return replace(one, factor=self.unit[0], wrong=self.unit[1]) if is_money else one

    def _read_body(self) -> None:
        kept = list(self.body)
        if self.headings.is_free:
            kept = self._pass_over()
        seen = [row for row in kept if not (self.leaves_hidden and row.is_hidden)]
        all_rows, self.body = self.body, seen
        self.problems += _find_faults(self.file, self.header, self.heading, seen)
        lines = {row.line for row in kept}
        merged = self._spread_merges([row for row in all_rows if row.line in lines])
        cleaned = _clean(self.file, self.header, seen, self.problems) if self.source.may_be_odd else 0
        self.hidden = [row for row in kept if row.is_hidden]
        self._choose_columns(merged, cleaned)

    def _name_row(self, row: Row) -> str:
        """A row as one finds it in the file: its number, or the letters of the column that it was."""
        return name_column(row.line) if self.source.lines else str(row.line)

    def _find_titles(self) -> set[int]:
        """Of a sheet with one client a column the rows that no client answers, and that ask nothing."""
        return {
            at
            for at, one in enumerate(self.found)
            if self.written[at]
            and not (one.is_known or one.choices)
            and not any(row.cells[at].strip() for row in self.body if at < len(row.cells))
        }

    def _pass_over(self) -> list[Row]:
        """The rows that are of a client; the others are noted."""
        kept = []
        keys = [at for at, name in enumerate(self.header) if name in self.headings.wanted]
        keys.sort(key=lambda at: self.header[at])  # the id before the name
        for row in self.body:
            if (
                keys
                and len(row.cells) > max(keys)
                and is_plain([row.cells[at] for at in keys], self.headings)
            ):
                kept.append(row)
                continue
            kind = find_kind(row, self.header, self.headings)
            if kind:
                told = self.notes.setdefault(kind, [])
                if isinstance(told, list):
                    told.append(self._name_row(row))
            elif is_doubtful(row):
                text = next(cell.strip() for cell in row.cells if cell.strip())
                wrong = f"the row holds {quote(text)} alone, which is no client"
                self._blame(row.line, "row", wrong, "take it out, or begin it with 注： if it is a remark")
            else:
                kept.append(row)
        return kept

    def _choose_columns(self, merged: list[str], cleaned: int) -> None:
        """Leaves out what is empty or hidden, and makes of the cells what their header says."""
        hidden = _find_hidden_columns(self.source.sheet, len(self.header))
        body, written = self.body, self.written
        unread = hidden if self.leaves_hidden else set()
        is_filled = [
            bool(name) or any(row.cells[at].strip() for row in body if at < len(row.cells))
            for at, name in enumerate(written)
        ]
        if self.source.lines:
            titles = self._find_titles()
            self.notes["above"] = [str(self.source.lines[at]) for at in titles]
            is_filled = [is_so and at not in titles for at, is_so in enumerate(is_filled)]
        for at in sorted(unread):
            if is_filled[at] and self.header[at] in self.headings.wanted:
                right = "show it, or read it with --hidden"
                self._blame(self.heading.line, self.header[at], "the column is hidden", right)
        columns = [at for at, is_so in enumerate(is_filled) if is_so and at not in unread]
        names = [self.header[at] or name_column(at + 1) for at in sorted(hidden) if is_filled[at]]
        rows = [self._name_row(row) for row in self.hidden]
        if self.source.lines:
            rows, names = [str(self.source.lines[at]) for at in sorted(hidden) if is_filled[at]], rows
        self.notes |= {
            "unread_rows" if self.leaves_hidden else "hidden_rows": rows,
            "empty_rows": self._count_empty(),
            "empty_columns": self.named - sum(is_filled[: self.named]),
            "unread_columns" if self.leaves_hidden else "hidden_columns": names,
            "hidden_sheet": int(bool(self.source.sheet and self.source.sheet.is_hidden)),
            "merged": merged,
            "characters": cleaned,
        }
        if self.source.lines:
            self.notes["empty_columns"] = 0
        if self.problems:
            columns = list(range(len(self.header)))
        factors = {
            at: self.found[at].factor for at in columns if self.found[at].factor != 1 and not self.problems
        }
        if len(columns) < len(written):
            self.header, self.written = [self.header[at] for at in columns], [written[at] for at in columns]
            self.body = [
                row._replace(cells=[row.cells[at] for at in columns if at < len(row.cells)]) for row in body
            ]
        for at, factor in factors.items():
            for row in self.body:
                row.cells[columns.index(at)] = _multiply(row.cells[columns.index(at)], factor)
        self.columns = columns
        self.layout = Layout(
            self.source.sheet.name if self.source.sheet else "",
            {name: (at, text) for name, at, text in zip(self.header, columns, self.written, strict=True)},
            self.source.lines,
            self.source.sheet is not None,
        )
        self._name_clients()

    def _count_empty(self) -> int:
        if self.source.lines or not self.body:
            return 0
        if not self.source.sheet:
            return self.source.empty_rows
        rows = self.source.rows
        lines = [row.line for row in rows if row.line > self.last_line]
        return lines[-1] - self.last_line - len(lines)

    def _name_clients(self) -> None:
        """Takes the name of a client for its id where a free file has no ids."""
        is_so = self.headings.is_free and "client" in self.headings.wanted
        if is_so and "client" not in self.header and "name" in self.header and not self.problems:
            at = self.header.index("name")
            self.header = ["client", *self.header]
            self.written = [self.written[at], *self.written]
            self.columns = [self.columns[at], *self.columns]
            self.body = [row._replace(cells=[row.cells[at], *row.cells]) for row in self.body]
            self.layout.columns["client"] = self.layout.columns["name"]  # type: ignore[index]
            self.notes["named"] = 1

    def _blame(self, line: int, column: str, wrong: str, right: str) -> None:
        self.problems.append(Problem(self.file, line, column, wrong, right))

    def _spread_merges(self, body: Sequence[Row]) -> list[str]:
        """Puts the value of merged cells into each of them; which ranges those were.

        A merge of the header, of what tells the rows apart, or of a file of ours over several columns is a problem.
        """
        source, header, heading = self.source, self.header, self.heading
        if source.sheet is None:
            return []
        lines = [row.line for row in body]
        spread: list[str] = []
        count = 0
        for merge in source.sheet.merges:
            first, last = bisect_left(lines, merge.first_line), bisect_left(lines, merge.last_line + 1)
            column = merge.first_column - 1
            if self._is_settled(merge):
                continue
            covered = min(merge.last_column, len(header)) - column
            if merge.first_line > heading.line and (last - first) * covered < 2:
                continue
            wrong = self._find_wrong_merge(merge)
            if wrong and len(self.problems) > MAX_PROBLEMS:
                break
            if wrong:
                line = max(merge.first_line, heading.line)
                name = header[column] or name_column(column + 1)
                self._blame(line, name, f"{merge} {wrong[0]}", wrong[1])
                continue
            count += (last - first) * covered
            check_count(count, MAX_CELLS, "merged cells")
            if lines[first] == merge.first_line and (text := body[first].cells[column]):
                for row in body[first:last]:
                    row.cells[column : column + covered] = [text] * covered
                spread.append(str(merge))
        return spread

    def _is_settled(self, merge: Merge) -> bool:
        """Whether a merge is none, lies outside the table, or belongs to a title or a header of several rows."""
        column = merge.first_column - 1
        if merge.last_line < self.first_line or column >= len(self.header) or _is_alone(merge):
            return True
        if merge.last_line <= self.last_line and (
            self.last_line > self.first_line or merge.last_line < self.heading.line
        ):
            return True
        is_titled = bool(self.source.lines) and merge.first_line <= self.heading.line
        return is_titled and not self.found[column].is_known

    def _find_wrong_merge(self, merge: Merge) -> tuple[str, str] | None:
        covered = self.header[merge.first_column - 1 : merge.last_column]
        keys = self.headings.wanted
        if merge.first_line <= self.heading.line:
            return "is merged in the header", "take the merge apart, and give each column one name in one row"
        if len(covered) > 1 and (not self.headings.is_free or set(keys) & set(covered)):
            return "is merged over several columns", "take the merge apart, and fill in each cell"
        if set(keys) & set(covered) and "from" not in self.header:
            return "is merged", f"take the merge apart; each row has a {covered[0]} of its own"
        return None


def _tell_apart(found: list[Heading], written: Sequence[str], headings: Headings) -> list[Heading]:
    """Headings of which none that is only like a column stands for one that another names as it should."""
    names = [one.column for one in found if one.is_known]
    doubles = {name for name in names if names.count(name) > 1} if headings.is_free else set()
    told = list(found)
    for name in doubles:
        same = [at for at, one in enumerate(found) if one.is_known and one.column == name]
        own = [at for at in same if headings.is_own_name(written[at], name)]
        if len(own) == 1:
            for at in same:
                if at != own[0]:
                    told[at] = Heading(written[at], is_known=False)
    return told


def _multiply(text: str, factor: float) -> str:
    """A number in the unit of the header as one of what is asked; what names its own unit stays as it is."""
    told = text.strip()
    if not told or not any(map(str.isdigit, told)) or any(mark in told for mark in "万亿千百wWkK"):
        return text
    try:
        return say_number(float(f"{read_amount(told, ()) * factor:.15g}"))
    except (AmountError, WorkbookError):
        return text


def _check_garbled(file: str, rows: Sequence[Row]) -> None:
    """Sees that the header is no Chinese that was taken for another encoding. Raises: ProblemsError."""
    for row in rows:
        texts = [cell for cell in row.cells if cell]
        garbled = find_garbled(texts)
        if garbled:
            wrong = f"{quote(texts[garbled[0]])} is Chinese in UTF-8 that was taken for another encoding"
            right = "go back to the file as it was before, and open it as UTF-8"
            raise ProblemsError([Problem(file, row.line, "header", wrong, right)])
        lost = [text for text in texts if is_lost(text)]
        if lost:
            wrong = f"{quote(lost[0])} stands where Chinese was lost when the file was saved"
            right = "go back to the file as it was before, and save it as CSV UTF-8 or .xlsx"
            raise ProblemsError([Problem(file, row.line, "header", wrong, right)])


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


def _is_alone(merge: Merge) -> bool:
    return merge.first_line == merge.last_line and merge.first_column == merge.last_column


def _find_hidden_columns(sheet: Sheet | None, width: int) -> set[int]:
    """The places of the columns that are hidden, from 0."""
    ranges = sheet.hidden_columns if sheet else []
    return {at for first, last in ranges for at in range(first - 1, min(last, width))}
