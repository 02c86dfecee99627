"""Headings: which column a cell of a header names, exactly or nearly, and in which unit its numbers are."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from licences.reading.amounts import find_unit
from licences.reading.bounds import MAX_COLUMNS
from licences.reading.characters import fold, fold_width, take_away

if TYPE_CHECKING:
    from licences.reading.dictionary import Table
    from licences.reading.workbooks.sheets import Row

_LONGEST_NAME = 200
_UNIT = re.compile(
    r"(.+?)\s*(?:\(\s*(?:单位\s*:?\s*)?([^()]{1,12})\)|[/:,]\s*(?:单位\s*:?\s*)?([^()/:,]{1,12})|\s(\S{1,12}))"
)
_SHEET_UNIT = re.compile(r"(?:金额)?单位\s*[:(]?\s*(?:人民币)?([^\s,;)。、]{1,8})")
_ASIDE = re.compile(r"\(([^()]*(?:[万亿千百元美币]|\d\s*k|usd|thousand|million)[^()]*)\)")
_TIMES_BEHIND = re.compile(r"(.+?)((?:百|千)?[万亿]元?|千元)")


@dataclass(frozen=True)
class Heading:
    """A cell of a header: the column that it names, or itself where it names none.

    is_near: it is not written as it should be. factor: what its numbers are multiplied by. choices: the columns
    that it may name where that cannot be told. wrong: what is wrong with its unit.
    """

    column: str
    is_known: bool = True
    is_near: bool = False
    factor: float = 1.0
    choices: tuple[str, ...] = ()
    wrong: str = ""


class Headings:
    """What a header is held against.

    wanted: the columns by which it is known. spellings: folded as ``fold`` does, to the names of columns.
    table: of files that people make as they like, what may be written nearly; None for files of ours.
    """

    def __init__(
        self, wanted: Collection[str], spellings: Mapping[str, str], table: Table | None = None
    ) -> None:
        self.wanted, self.spellings = wanted, spellings
        self.table = table if table and table.is_free else None
        self._found: dict[str, Heading] = {}

    @property
    def is_free(self) -> bool:
        """Whether near misses, totals and remarks are understood."""
        return self.table is not None

    def know(self, text: str) -> str:
        """The column that a text names, empty where it names none; without looking for slips of the keyboard."""
        known = self.spellings.get(fold(text))
        if known or self.table is None or not text:
            return known or ""
        return self.table.names.find_alike(text).key or self._find_unit(text, by_typing=False).column

    def is_own_name(self, text: str, column: str) -> bool:
        """Whether a text is the name or the label of a column, and not only another way to call it."""
        if self.table is None:
            return True
        own = (column, *self.table[column].label.values())
        return fold(text) in map(fold, own)

    def find(self, text: str) -> Heading:
        """What a cell of the header says."""
        known = self.spellings.get(fold(text))
        if known:
            return Heading(known)
        if self.table is None or not text:
            return Heading(text, is_known=False)
        if text not in self._found:
            self._found[text] = self._find_near(text)
        return self._found[text]

    def _find_near(self, text: str) -> Heading:
        unit = self._find_unit(text, by_typing=True)
        if unit.column or self.table is None:
            return unit
        found = self.table.names.find(text)
        if found.key:
            aside = _ASIDE.search(fold_width(text).casefold())
            is_odd = self.table[found.key].type == "number" and aside and find_unit(aside[1]) is None
            return Heading(found.key, is_near=True, wrong="is in a unit that is not known" if is_odd else "")
        return Heading(text, is_known=False, choices=found.choices)

    def _find_unit(self, text: str, by_typing: bool) -> Heading:
        """A column of numbers with a unit behind it, such as ``注册资本（万元）``; no column where it is none."""
        nothing = Heading("", is_known=False)
        told = fold_width(take_away(text)).strip()
        if len(told) > _LONGEST_NAME or self.table is None:
            return nothing
        for form in (_UNIT, _TIMES_BEHIND):
            split = form.fullmatch(told)
            if not split:
                continue
            name, unit = split[1], next(part for part in split.groups()[1:] if part)
            counted = find_unit(unit)
            known = self.spellings.get(fold(name))
            if counted and not known:
                names = self.table.names
                known = (names.find(name) if by_typing else names.find_alike(name)).key
            if counted and known and self.table[known].type == "number":
                factor, wrong = counted
                if self.table[known].is_percent and factor != 1:
                    continue
                return Heading(known, is_near=True, factor=factor, wrong=wrong)
        return nothing

    def count(self, row: Row, nearly: bool = True) -> tuple[int, int]:
        """How many of the wanted columns a row names, and how many of all."""
        cells = [cell for cell in row.cells[:MAX_COLUMNS] if cell and len(cell) < _LONGEST_NAME]
        if nearly:
            named = set(map(self.know, cells)) - {""}
        else:
            named = {self.spellings.get(fold(cell), "") for cell in cells} - {""}
        return len(named.intersection(self.wanted)), len(named)

    def is_header(self, counts: tuple[int, int]) -> bool:
        """Whether what a row names makes it a header: all that is wanted, or of a free file names and a fact."""
        hits, named = counts
        if hits == len(self.wanted):
            return True
        return self.is_free and hits > 0 and named > 1

    def name_columns(self, cells: Sequence[str]) -> frozenset[str]:
        """The columns that the cells of a header name."""
        return frozenset(filter(None, map(self.know, cells)))


def find_own_unit(text: str) -> bool:
    """Whether a heading names its unit, such as ``注册资本（元）``."""
    split = _UNIT.fullmatch(fold_width(text).strip())
    parts = split.groups()[1:] if split else ()
    return any(find_unit(part) is not None for part in parts if part)


def find_sheet_unit(texts: Sequence[str]) -> tuple[float, str] | None:
    """What sums are multiplied by where a text above the header says so, such as ``单位：万元``; else None."""
    for text in texts:
        found = _SHEET_UNIT.search(fold_width(text[:_LONGEST_NAME]))
        unit = find_unit(found[1]) if found else None
        if unit and (unit[0] != 1 or unit[1]):
            return unit
    return None
