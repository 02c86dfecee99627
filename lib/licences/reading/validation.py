"""Checks of a typed frame against the data dictionary."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from licences.errors import MAX_PROBLEMS, Problem, quote, suggest
from licences.reading.bounds import MAX_SUGGESTIONS

if TYPE_CHECKING:
    from licences.reading.dictionary import Column, Table

Filled = NDArray[np.bool_]
_MOST = MAX_PROBLEMS + 1  # one more, so that it shows that there are more
_PATTERNS = {
    "code": r"[A-Z][A-Z0-9_]*",
    "url": r"https?://\S+",
}


def check_frame(frame: pd.DataFrame, table: Table, file: str) -> list[Problem]:
    """Every cell of a typed frame that the dictionary does not allow."""
    filled = {column.name: _find_filled(frame[column.name]) for column in table.columns}
    problems = []
    for column in table.columns:
        is_filled = filled[column.name]
        if column.required:
            empty = frame.index[~is_filled]
            problems += [
                Problem(file, int(line), column.name, "it is empty", "fill it in") for line in empty[:_MOST]
            ]
        rules = _find_rules(column)
        told = frame[column.name].array[is_filled] if rules else ()
        for rule in rules:
            refused = [value for value in dict.fromkeys(told) if not rule.allows(value)]
            if refused:
                # To say what would be right takes long, and of so many nobody reads the last.
                said = {value: rule.explain(value) for value in refused[:MAX_SUGGESTIONS]}
                said |= {
                    value: (f"{_show(value)} is not allowed here", "as above")
                    for value in refused[MAX_SUGGESTIONS:]
                }
                placed = zip(frame.index[is_filled], told, strict=True)
                problems += [
                    Problem(file, int(line), column.name, *said[value])
                    for line, value in islice((one for one in placed if one[1] in said), _MOST)
                ]
    for fault in _find_faulty_rows(frame, table, filled):
        lines = frame.index[fault.is_faulty][:_MOST]
        problems += [Problem(file, int(line), fault.column, fault.wrong, fault.right) for line in lines]
    return sorted(set(problems))


def _find_filled(cells: pd.Series) -> Filled:
    if cells.dtype == object:
        return np.fromiter(map(bool, cells), dtype=bool, count=len(cells))
    return ~np.asarray(cells.array.isna())


@dataclass(frozen=True)
class _Rule:
    """What a filled cell must be: whether a value is, and what is wrong and would be right where it is not."""

    allows: Callable[[Any], bool]
    explain: Callable[[Any], tuple[str, str]]


def _find_rules(column: Column) -> list[_Rule]:
    """The rules that the dictionary states about the cells of one column."""
    rules = []

    def add(allows: Callable[[Any], bool], right: str) -> None:
        rules.append(_Rule(allows, lambda value: (f"{_show(value)} is not allowed here", right)))

    text = column.pattern or _PATTERNS.get(column.type)
    if text:
        pattern = re.compile(text, re.ASCII)
        add(
            lambda value: bool(pattern.fullmatch(value)),
            column.means if column.pattern else f"write it as {text}",
        )
    if column.type == "codes":
        code = re.compile(_PATTERNS["code"], re.ASCII)
        add(lambda items: all(map(code.fullmatch, items)), "codes are written in capitals")
    least, most, values = column.minimum, column.maximum, column.values
    if least is not None:
        add(lambda number: number >= least, f"at least {least:g}")
    if most is not None:
        add(lambda number: number <= most, f"at most {most:g}")
    if values is not None and column.type in {"choice", "whole", "choices"}:
        known = values
        rules.append(
            _Rule(
                lambda value: known.keys() >= set(_list_items(value)),
                lambda value: _suggest_value(value, known),
            )
        )
    return rules


def _list_items(value: Any) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),)


def _show(value: Any) -> str:
    return quote(f"{value:g}" if isinstance(value, float) else ";".join(_list_items(value)))


def _suggest_value(value: Any, known: Mapping[str, object]) -> tuple[str, str]:
    unknown = next(item for item in _list_items(value) if item not in known)
    return f"unknown value {quote(unknown)}", suggest(unknown, known)


@dataclass(frozen=True)
class _Fault:
    """Which rows break a rule about several of their cells, and at which column that is said."""

    column: str
    is_faulty: Filled
    wrong: str
    right: str


def _find_faulty_rows(frame: pd.DataFrame, table: Table, filled: Mapping[str, Filled]) -> Iterator[_Fault]:
    """The rules that the dictionary states about a row: key, grounds of numbers, lists in two languages."""
    key = list(table.key)
    if key:
        wrong = "an earlier row has the same one"
        yield _Fault(
            key[0], frame.duplicated(key, keep="first").to_numpy(), wrong, "keep one, or tell them apart"
        )
    for column in table.columns:
        name, ground, partner, unit = column.name, column.basis_of, column.pairs_with, column.unit
        if ground:
            wrong = "a value and its ground must stand together"
            right = f"fill both {ground} and its ground, or neither"
            yield _Fault(name, filled[name] != filled[ground], wrong, right)
        if partner:
            wrong = "the list is not as long as in the other language"
            is_unequal = frame[name].map(len) != frame[partner].map(len)
            yield _Fault(name, is_unequal.to_numpy(), wrong, f"as many items as {partner}")
        if unit and unit in filled:
            yield _Fault(name, filled[name] & ~filled[unit], "a number without its unit", f"fill {unit}")
        other = f"{name.removesuffix('_zh')}_en"
        if name.endswith("_zh") and not column.required and other in filled:
            wrong = "filled in one language only"
            yield _Fault(name, filled[name] != filled[other], wrong, f"fill both {name} and {other}")
