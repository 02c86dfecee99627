"""Checks a typed frame against the data dictionary, with pandera."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from licences.errors import Problem, suggest
from licences.reading.dictionary import Column, Table

_PATTERNS = {
    "code": r"[A-Z][A-Z0-9_]*",
    "url": r"https?://\S+",
}


def check_frame(frame: pd.DataFrame, table: Table, file: str) -> list[Problem]:
    """Every cell of a typed frame that the dictionary does not allow, found by pandera."""
    import pandera.pandas as pa  # only here: it takes half as long to import as pandas

    columns = {column.name: _make_checks(column) for column in table.columns}
    schema = pa.DataFrameSchema(
        {name: pa.Column(nullable=True, checks=checks) for name, checks in columns.items() if checks},
        checks=_make_row_checks(table),
    )
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases[["check", "column", "index", "failure_case"]]
    else:
        return []
    labels = {_label(check): check for check in _all_checks(table)}
    return sorted({_describe(labels[case.check], case, file) for case in cases.itertuples()})


@dataclass(frozen=True)
class _Check:
    """One rule about the cells of a column, or about the row when ``whole_row`` is set."""

    column: Column
    rule: str
    right: str
    passes: Callable[[Any], Any]
    whole_row: bool = False


def _label(check: _Check) -> str:
    return f"{check.column.name}: {check.rule}"


def _all_checks(table: Table) -> list[_Check]:
    cells = [check for column in table.columns for check in _find_checks(column)]
    return cells + _find_row_checks(table)


def _make_checks(column: Column) -> list[Any]:
    import pandera.pandas as pa

    return [
        pa.Check(check.passes, error=_label(check), ignore_na=False) for check in _find_checks(column)
    ]  # fmt: skip


def _make_row_checks(table: Table) -> list[Any]:
    import pandera.pandas as pa

    return [pa.Check(check.passes, error=_label(check), ignore_na=False) for check in _find_row_checks(table)]


def _is_filled(cells: pd.Series) -> pd.Series:
    if cells.dtype == object:
        return cells.map(bool).astype(bool)
    return cells.notna()


def _find_checks(column: Column) -> list[_Check]:
    """The rules that the dictionary states about one column; an empty cell passes all but ``required``."""
    checks = []

    def add(rule: str, right: str, passes: Callable[[pd.Series], pd.Series]) -> None:
        checks.append(
            _Check(
                column,
                rule,
                right,
                lambda cells: (passes(cells) | ~_is_filled(cells)).fillna(True).astype(bool),
            )
        )

    if column.required:
        checks.append(_Check(column, "required", "fill it in", _is_filled))
    pattern = column.pattern or _PATTERNS.get(column.type)
    if pattern:
        add(
            "pattern",
            column.means if column.pattern else f"write it as {pattern}",
            lambda cells: cells.str.fullmatch(pattern, flags=re.ASCII),
        )
    if column.type == "codes":
        code = re.compile(_PATTERNS["code"], re.ASCII)
        add("pattern", "codes are written in capitals",
            lambda cells: cells.map(lambda items: all(map(code.fullmatch, items))))  # fmt: skip
    if column.minimum is not None:
        add("minimum", f"at least {column.minimum:g}", lambda cells: cells >= column.minimum)
    if column.maximum is not None:
        add("maximum", f"at most {column.maximum:g}", lambda cells: cells <= column.maximum)
    values = column.values
    if values is not None and column.type in {"choice", "whole"}:
        add("value", "", lambda cells: cells.astype("str").isin(list(values)))
    if values is not None and column.type == "choices":
        add("value", "", lambda cells: cells.map(lambda items: set(items) <= values.keys()))
    return checks


def _find_row_checks(table: Table) -> list[_Check]:
    """The rules that the dictionary states about a row: key, grounds of numbers, lists in two languages."""
    names = {column.name for column in table.columns}
    key = list(table.key)
    checks = [
        _Check(table[key[0]], "duplicate", "keep one, or tell them apart",
               lambda frame: ~frame.duplicated(key, keep="first"), whole_row=True)
    ]  # fmt: skip
    for column in table.columns:
        if column.basis_of:
            checks.append(_Check(column, "ground", f"fill both {column.basis_of} and its ground, or neither",
                                 _filled_together(column.name, column.basis_of), whole_row=True))  # fmt: skip
        if column.pairs_with:
            checks.append(_Check(column, "pair", f"as many items as {column.pairs_with}",
                                 _equally_long(column.name, column.pairs_with), whole_row=True))  # fmt: skip
        if column.unit in names:
            checks.append(_Check(column, "unit", f"fill {column.unit}",
                                 _given_with(column.name, column.unit), whole_row=True))  # fmt: skip
        if (
            column.name.endswith("_zh")
            and not column.required
            and (other := column.name[:-3] + "_en") in names
        ):
            checks.append(_Check(column, "language", f"fill both {column.name} and {other}",
                                 _filled_together(column.name, other), whole_row=True))  # fmt: skip
    return checks


def _filled_together(one: str, other: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda frame: _is_filled(frame[one]) == _is_filled(frame[other])


def _equally_long(one: str, other: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda frame: frame[one].map(len) == frame[other].map(len)


def _given_with(number: str, unit: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda frame: _is_filled(frame[unit]) | ~_is_filled(frame[number])


def _describe(check: _Check, case: Any, file: str) -> Problem:
    column, right, value = check.column, check.right, case.failure_case
    wrongs = {
        "required": "it is empty",
        "duplicate": "an earlier row has the same one",
        "ground": "a value and its ground must stand together",
        "pair": "the list is not as long as in the other language",
        "unit": "a number without its unit",
        "language": "filled in one language only",
    }
    wrong = wrongs.get(check.rule)
    if check.rule == "value":
        known = column.values or {}
        items = value if isinstance(value, tuple) else (str(value),)
        unknown = next(item for item in items if item not in known)
        wrong, right = f"unknown value {unknown!r}", suggest(unknown, known)
    elif wrong is None:
        shown = (
            f"{value:g}"
            if isinstance(value, float)
            else ";".join(value)
            if isinstance(value, tuple)
            else str(value)
        )
        wrong = f"{shown!r} is not allowed here"
    return Problem(file, int(case.index), column.name, wrong, right)
