"""Evidence: which source each fact of the catalogue rests on, and where the two disagree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from licences.errors import Problem, ProblemsError, suggest
from licences.law.rows import is_filled
from licences.law.sources import GROUNDS, find_ground, find_source_problems
from licences.reading.dictionary import read_dictionary
from licences.reading.places import find_data_folder
from licences.reading.tables import read_table, try_to_read_table

SOURCES, EVIDENCE = "sources.csv", "evidence.csv"
RULES = ("applies_when", "eligible_when")
SURENESS = ("low", "medium", "high")
Key = tuple[str, str, str]
"""Code, first day in ISO (empty where it is not known), column."""
Row = Mapping[Any, Any]


def read_evidence() -> pd.DataFrame:
    """What each fact rests on, one row a fact and source, with the columns of the source beside it.

    Columns as ``data/dictionary.yaml`` describes them under ``evidence.csv``; those of ``sources.csv``
    begin with ``source_``. Index: the line of the file. Raises: ProblemsError, MissingFileError.
    """
    data = find_data_folder()
    tables = read_dictionary(data / "dictionary.yaml")
    sources, evidence = (read_table(data / name, tables[name]) for name in (SOURCES, EVIDENCE))
    named = sources.set_index("id").add_prefix("source_")
    return evidence.join(named, on="source")


def find_evidence_problems(rows: pd.DataFrame, file: Path, is_own: bool) -> list[Problem]:
    """What is wrong in the sources and the evidence, and where rows disagree with what they rest on.

    rows: of the catalogue, which ``file`` holds. is_own: whether that is a catalogue of somebody's own, of
    which the evidence that ships may know more rows and columns.
    """
    data = find_data_folder()
    tables = read_dictionary(data / "dictionary.yaml")
    frames: list[pd.DataFrame] = []
    problems: list[Problem] = []
    for name in (SOURCES, EVIDENCE):
        try:
            frame, faults = try_to_read_table(data / name, tables[name])
        except ProblemsError as error:
            problems += error.problems
            continue
        problems += faults
        frames.append(frame)
    if len(frames) < 2:
        return problems
    sources, evidence = frames
    problems += find_source_problems(sources, data / SOURCES)
    cells, periods = _index_cells(rows), _index_periods(rows)
    by_id = sources.drop_duplicates("id").set_index("id", drop=False).to_dict("index")
    by_key: dict[Key, list[Row]] = {}
    for line, row in zip(evidence.index, evidence.to_dict("records"), strict=True):
        column = row["column"]
        key: Key = (str(row["code"]), _say_day(row["in_force_from"]), str(column))
        fault = _find_unknown_source(row, by_id) or (
            None if is_own else _find_unknown_cell(key, periods, cells)
        )
        if fault:
            problems.append(Problem(str(data / EVIDENCE), line, *fault))
        elif key in cells:
            source = by_id[row["source"]]
            if row["confidence"] == "high" and source["how"] == "second_hand":
                wrong = f"high, but {row['source']!r} was not read itself"
                right = "write medium or low, or read it and say how"
                problems.append(Problem(str(data / EVIDENCE), line, "confidence", wrong, right))
            by_key.setdefault(key, []).append(row | {"ground": find_ground(source)})
    for key, told in by_key.items():
        problems += [Problem(str(file), *fault) for fault in _find_disagreements(cells[key], key[2], told)]
    return problems


def list_facts() -> tuple[str, ...]:
    """The columns of the catalogue of which each filled cell has to rest on a source."""
    table = read_dictionary(find_data_folder() / "dictionary.yaml")["licences.csv"]
    numbers = (column.basis_of for column in table.columns if column.basis_of)
    return (*RULES, *numbers, "penalty_zh")


def index_evidence(evidence: pd.DataFrame) -> dict[Key, list[Row]]:
    """The rows of evidence of each fact."""
    told: dict[Key, list[Row]] = {}
    for row in evidence.to_dict("records"):
        key = (str(row["code"]), _say_day(row["in_force_from"]), str(row["column"]))
        told.setdefault(key, []).append(row)
    return told


def list_keys(row: Row, columns: tuple[str, ...]) -> Iterator[Key]:
    """The facts of a row that are told, of some columns."""
    for column in columns:
        if is_filled(row[column]):
            yield str(row["code"]), _say_day(row["in_force_from"]), column


def _index_cells(rows: pd.DataFrame) -> dict[Key, tuple[int, Row]]:
    """Where each filled cell stands: its line and its row."""
    columns = tuple(rows.columns)
    return {
        key: (int(line), row)
        for line, row in zip(rows.index, rows.to_dict("records"), strict=True)
        for key in list_keys(row, columns)
    }


def _index_periods(rows: pd.DataFrame) -> dict[str, list[str]]:
    periods: dict[str, list[str]] = {}
    for code, day in zip(rows["code"], rows["in_force_from"], strict=True):
        periods.setdefault(str(code), []).append(_say_day(day))
    return periods


def _find_unknown_source(row: Row, by_id: Row) -> tuple[str, str, str] | None:
    if row["source"] in by_id:
        return None
    return "source", f"no source {row['source']!r}", suggest(str(row["source"]), set(by_id))


def _find_unknown_cell(
    key: Key, periods: Mapping[str, list[str]], cells: Mapping[Key, Any]
) -> tuple[str, str, str] | None:
    """What the evidence is about and the catalogue does not have: column, what is wrong, what would be right."""
    code, day, column = key
    if code not in periods:
        return "code", f"no licence {code!r}", suggest(code, set(periods))
    if day not in periods[code]:
        known = ", ".join(one or "an empty cell" for one in periods[code])
        return "in_force_from", f"{code} has no row from {day or 'an empty day'}", f"one of {known}"
    if column not in _list_columns():
        return "column", f"no column {column!r}", suggest(column, _list_columns())
    if key not in cells:
        right = "fill the cell in licences.csv, or take this row out"
        return "column", f"{column} of {code} is empty", right
    return None


def _find_disagreements(
    place: tuple[int, Row], column: str, told: list[Row]
) -> Iterator[tuple[int, str, str, str]]:
    """Line, column, what is wrong, what would be right where a row claims another ground than its evidence has."""
    line, row = place
    basis = f"{column}_basis"
    if basis in row and is_filled(row[basis]):
        allowed = _find_allowed(told)
        if row[basis] not in allowed:
            sources = ", ".join(dict.fromkeys(str(one["source"]) for one in told))
            wrong = f"{row[basis]}, but what it rests on ({sources}) makes it {allowed[0]}"
            yield line, basis, wrong, f"write {' or '.join(allowed)}, or mend the evidence"
    if column == RULES[0] and row["confidence"] == SURENESS[-1]:
        surest = max((str(one["confidence"]) for one in told), key=SURENESS.index)
        if surest != SURENESS[-1]:
            wrong = f"high, but the evidence of {column} is {surest}"
            yield line, "confidence", wrong, f"write {surest}, or read the text"


def _find_allowed(told: list[Row]) -> tuple[str, ...]:
    """The grounds that a fact may claim: the best source decides; what is little sure is no text of a rule."""
    best = max((_weigh(one) for one in told), key=GROUNDS.index)
    doubtful = best != GROUNDS[-1] and any(one["ground"] == GROUNDS[-1] for one in told)
    return ("secondary", "estimate") if doubtful else (best,)


def _weigh(one: Row) -> str:
    ground = str(one["ground"])
    return "secondary" if ground == GROUNDS[-1] and one["confidence"] == SURENESS[0] else ground


def _say_day(day: Any) -> str:
    return "" if pd.isna(day) else f"{day:%Y-%m-%d}"


@cache
def _list_columns() -> frozenset[str]:
    table = read_dictionary(find_data_folder() / "dictionary.yaml")["licences.csv"]
    return frozenset(column.name for column in table.columns)
