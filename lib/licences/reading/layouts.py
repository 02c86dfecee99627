"""Layouts: sheets as people lay them out, brought to one header and one client a row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from licences.reading.bounds import MAX_COLUMNS, MAX_HEADING_ROWS
from licences.reading.characters import fold_width, take_away
from licences.reading.workbooks.sheets import Merge, Row, Sheet

if TYPE_CHECKING:
    from licences.reading.headings import Headings

_DEEPEST_HEADER = 3
_TOTAL = re.compile(
    r"(?:合\s*计|总\s*计|小\s*计|共\s*计|总和|汇总|本页合计|(?:grand|sub)?[ -]?total|sum)(?:\s*[:(].*|\s*\d.*)?|共\s*\d+\s*[家户个条].*",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"(?:备\s*注|附?注|说\s*明|填[表写报]说明|注意(?:事项)?|提示|制表(?:人|日期)?|填[表报](?:人|日期|单位)|审核(?:人)?|复核(?:人)?|notes?|remarks?|n\.?b\.?)"
    r"\s*\d{0,2}\s*(?:[:、.].*)?|[*※★].*",
    re.IGNORECASE | re.DOTALL,
)
_EXAMPLE = re.compile(r"(?:填写)?(?:示例|样例|范例|例子|举例|例)(?:\s*[:(\d].*)?", re.DOTALL)
_EXAMPLE_SIGNS = "填示样范例举"
_DUTY = frozenset({"必填", "选填", "可选", "(必填)", "(选填)", "required", "optional", "文本", "text"})
_LONG, _SENTENCE = 12, re.compile("[。；;：:！!]")


@dataclass(frozen=True)
class Source:
    """What a file holds before its header is known; empty_rows: blank lines between those that hold something.

    lines: where a client is a column, the line of what each of its cells stands in; else nothing.
    """

    rows: list[Row]
    sheet: Sheet | None = None
    separator: str = ""
    empty_rows: int = 0
    may_be_odd: bool = True
    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class Header:
    """The header of a sheet: its first and last place among the rows, and the names, from the first column on."""

    first: int
    last: int
    names: list[str]


def find_header(rows: Sequence[Row], headings: Headings) -> tuple[int, tuple[int, int]]:
    """Which of the first rows names most of the wanted columns, then of all, the first of those; and how many.

    Near misses are looked at only where no row names all that is wanted.
    """
    head = rows[:MAX_HEADING_ROWS]
    counts = [headings.count(row, nearly=False) for row in head]
    if headings.is_free and max(counts)[0] < len(headings.wanted):
        counts = [headings.count(row) for row in head]
    return counts.index(max(counts)), max(counts)


def turn(source: Source, headings: Headings) -> Source:
    """A source whose clients are columns with its clients as rows; any other as it is."""
    if not headings.is_free or not source.rows:
        return source
    _, across = find_header(source.rows, headings)
    if across[0] == len(headings.wanted):
        return source
    best = max(_count_column(source.rows[: MAX_HEADING_ROWS * 10], at, headings) for at in range(2))
    is_better = best[0] > across[0] or (best[0] == across[0] and best[1] > across[1] + 1)
    if not (best[1] >= 2 and headings.is_header(best) and is_better):
        return source
    return _transpose(source)


def _count_column(rows: Sequence[Row], at: int, headings: Headings) -> tuple[int, int]:
    return headings.count(Row(0, [row.cells[at] for row in rows if len(row.cells) > at], [], False))


def _transpose(source: Source) -> Source:
    """Rows as columns: a new row's line is the number of the old column."""
    rows = source.rows[:MAX_COLUMNS]
    hidden = source.sheet.hidden_columns if source.sheet else []
    width = max(len(row.cells) for row in rows)
    turned = []
    for column in range(1, width + 1):
        cells = [row.cells[column - 1] if len(row.cells) >= column else "" for row in rows]
        faults = [
            (at, wrong, right)
            for at, row in enumerate(rows, start=1)
            for place, wrong, right in row.faults
            if place == column
        ]
        if faults or any(map(str.strip, cells)):
            is_hidden = any(first <= column <= last for first, last in hidden)
            turned.append(Row(column, cells, faults, is_hidden))
    lines = [row.line for row in rows]
    places = {line: at for at, line in enumerate(lines, start=1)}
    sheet = source.sheet
    if sheet:
        merges = [
            Merge(merge.first_column, merge.last_column, min(covered), max(covered))
            for merge in sheet.merges
            if (covered := [places[line] for line in lines if merge.first_line <= line <= merge.last_line])
        ]
        unseen = [(at, at) for at, row in enumerate(rows, start=1) if row.is_hidden]
        sheet = replace(sheet, merges=merges, hidden_columns=unseen)
    return replace(source, rows=turned, sheet=sheet, lines=tuple(lines), empty_rows=0)


def read_header(source: Source, at: int, headings: Headings) -> Header:
    """The header at a place among the rows, which may be one of several rows whose upper ones name groups."""
    rows = source.rows
    top = rows[at]
    names = [take_away(name).strip() for name in top.cells]
    if not headings.is_free:
        return Header(at, at, names)
    if source.lines:
        return Header(at, at, names)
    first = at
    if at and _add_from_above(names, source, at):
        first = at - 1
    last, groups = at, names
    while last - at + 1 < _DEEPEST_HEADER and last + 1 < len(rows):
        below = rows[last + 1]
        told = [take_away(name).strip() for name in below.cells]
        groups = _carry_on(groups, source, top.line)
        if below.line != rows[last].line + 1 or not _is_lower(told, names, groups, headings):
            break
        width = max(len(names), len(told))
        names += [""] * (width - len(names))
        told += [""] * (width - len(told))
        groups += [""] * (width - len(groups))
        names = [
            _choose_name(sub, group, headings) if sub else name
            for name, sub, group in zip(names, told, groups, strict=True)
        ]
        last += 1
    return Header(first, last, names)


def _add_from_above(names: list[str], source: Source, at: int) -> bool:
    """Fills empty names from cells above that are merged down into the header; whether there were any."""
    above, line = source.rows[at - 1], source.rows[at].line
    found = False
    for merge in source.sheet.merges if source.sheet else ():
        column = merge.first_column - 1
        is_down = merge.first_line < line <= merge.last_line and merge.first_column == merge.last_column
        if is_down and merge.first_line == above.line and column < len(above.cells) and above.cells[column]:
            names += [""] * (column + 1 - len(names))
            if not names[column]:
                names[column] = take_away(above.cells[column]).strip()
                found = True
    return found


def _carry_on(names: Sequence[str], source: Source, line: int) -> list[str]:
    """The names with each that is merged over several columns, or stands before empty ones, for all of them."""
    carried: list[str] = []
    for name in names:
        carried.append(name or (carried[-1] if carried else ""))
    for merge in source.sheet.merges if source.sheet else ():
        if merge.first_line <= line <= merge.last_line and merge.first_column <= len(carried):
            covered = min(merge.last_column, MAX_COLUMNS)
            carried += [""] * (covered - len(carried))
            for at in range(merge.first_column, covered):
                carried[at] = carried[merge.first_column - 1]
    return carried


def _is_lower(told: Sequence[str], names: Sequence[str], groups: Sequence[str], headings: Headings) -> bool:
    """Whether a row below a header names what stands under its groups."""
    filled = [at for at, text in enumerate(told) if text]
    if not filled:
        return False
    for at in filled:
        above = names[at] if at < len(names) else ""
        if above and headings.know(above):
            return False
    known = [
        at
        for at in filled
        if headings.find(_choose_name(told[at], groups[at] if at < len(groups) else "", headings)).is_known
    ]
    return len(known) * 2 >= len(filled)


def _choose_name(sub: str, group: str, headings: Headings) -> str:
    """A name of the lower row, with its group before it where only that is known."""
    if headings.find(sub).is_known or not group:
        return sub
    together = next(
        (text for text in (f"{group}{sub}", f"{group} {sub}") if headings.find(text).is_known), ""
    )
    return together or sub


def is_plain(texts: Sequence[str], headings: Headings) -> bool:
    """Whether what names a client, its id and its name, is plainly that; told quickly, since most are."""
    first = texts[0].strip() if texts else ""
    if (
        len(texts) < 2
        or not first.isascii()
        or first.casefold() in headings.spellings
        or first.casefold() in _DUTY
    ):
        return False
    told = [text.strip() for text in texts]
    return all(told) and len(set(told)) == len(told) and not any(text[0] in _EXAMPLE_SIGNS for text in told)


def find_kind(row: Row, header: Sequence[str], headings: Headings) -> str:
    """Why a row is none of a client: ``headers_again``, ``totals``, ``remarks`` or ``examples``; else empty."""
    filled = [text.strip() for text in row.cells if text.strip()]
    if not filled:
        return ""
    own = {
        name: fold_width(row.cells[at]).strip()
        for at, name in enumerate(header)
        if name in headings.wanted and at < len(row.cells)
    }
    told = [text for text in own.values() if text]
    first = fold_width(filled[0])
    if any(headings.spellings.get(text.casefold()) == name for name, text in own.items() if text) and len(
        set(map(headings.know, filled)) - {""}
    ) * 2 >= len(filled):
        return "headers_again"
    if any(_EXAMPLE.fullmatch(text) for text in told):
        return "examples"
    is_alone = len(told) < 2 or len(own) < 2 or len(set(told)) == 1
    if is_alone and _TOTAL.fullmatch(first):
        return "totals"
    is_duty = any(text in _DUTY for text in map(str.casefold, told))
    is_remark = is_duty or (is_alone and len(filled) <= 2 and bool(_REMARK.fullmatch(first)))
    return "remarks" if is_remark else ""


def is_doubtful(row: Row) -> bool:
    """Whether a row holds one long text alone, which is no client and is not marked as a remark."""
    filled = [text.strip() for text in row.cells if text.strip()]
    return (
        len(filled) == 1
        and len(row.cells) > 2
        and len(filled[0]) > _LONG
        and bool(_SENTENCE.search(filled[0]) or len(filled[0]) > 3 * _LONG)
    )
