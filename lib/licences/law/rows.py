"""Rows of the catalogue: all of them, and those in force on a date."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from licences.errors import Problem, ProblemsError, UnknownNameError
from licences.reading.dictionary import read_dictionary
from licences.reading.places import find_data_folder
from licences.reading.tables import try_to_read_table

BEGINNING = pd.Timestamp.min.ceil("D")
END = pd.Timestamp.max.floor("D")


def read_rows(path: Path) -> pd.DataFrame:
    """The catalogue, one row a licence and period in force; the index is the line in the file.

    Columns and dtypes as ``data/dictionary.yaml`` describes them under ``licences.csv``.

    Raises: ProblemsError naming every bad cell and period; MissingFileError.
    """
    rows, problems = try_to_read_rows(path)
    if problems:
        raise ProblemsError(problems)
    return rows


def try_to_read_rows(path: Path) -> tuple[pd.DataFrame, list[Problem]]:
    """As ``read_rows``, with the problems beside the rows.

    Raises: ProblemsError where the file or its header is broken; MissingFileError.
    """
    table = read_dictionary(find_data_folder() / "dictionary.yaml")["licences.csv"]
    rows, problems = try_to_read_table(path, table)
    unread = {problem.line for problem in problems if problem.column in {"in_force_from", "in_force_to"}}
    problems += find_period_problems(rows.drop(index=list(unread)), str(path))
    problems += find_unknown_codes(rows, str(path))
    return rows, problems


def find_in_force(catalogue: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The rows that are the law on ``as_of``, one a code, indexed by code in the catalogue's order."""
    return catalogue[hold_on(catalogue, as_of)].set_index("code", drop=False)


def hold_on(rows: pd.DataFrame, as_of: date) -> pd.Series:
    """Of each row whether it holds on a day: an empty first or last day leaves it open."""
    day = pd.Timestamp(as_of)
    begun = rows["in_force_from"].isna() | (rows["in_force_from"] <= day)
    not_ended = rows["in_force_to"].isna() | (rows["in_force_to"] >= day)
    return begun & not_ended


def is_filled(value: Any) -> bool:
    """Whether a cell says something; a list does where it has an item."""
    return bool(value) if isinstance(value, (tuple, list)) else not pd.isna(value)


def find_coming(catalogue: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The rows that come into force after ``as_of``, earliest first."""
    later = catalogue[catalogue["in_force_from"] > pd.Timestamp(as_of)]
    return later.sort_values(["in_force_from", "code"])


def find_ending(catalogue: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The rows whose last day is ``as_of`` or later and that no row of the same code follows, earliest end first."""
    ending = catalogue[catalogue["in_force_to"] >= pd.Timestamp(as_of)]
    starts = set(zip(catalogue["code"], catalogue["in_force_from"], strict=True))
    after = ending["in_force_to"] + pd.Timedelta(days=1)
    is_followed = [pair in starts for pair in zip(ending["code"], after, strict=True)]
    return ending[~np.array(is_followed, dtype=bool)].sort_values(["in_force_to", "code"])


def split_prerequisites(text: str | float) -> tuple[tuple[str, ...], ...]:
    """``A;B|C`` as groups of alternatives: ``(("A",), ("B", "C"))``; nothing for an empty cell."""
    if not isinstance(text, str):
        return ()
    return tuple(tuple(code.strip() for code in group.split("|")) for group in text.split(";"))


def find_period_problems(rows: pd.DataFrame, file: str) -> list[Problem]:
    """Periods of one code that overlap or end before they begin, and ends that nobody follows up."""
    first = rows["in_force_from"].fillna(BEGINNING)
    last = rows["in_force_to"].fillna(END)
    problems = [
        Problem(file, line, "in_force_to", "the row ends before it begins", "a day on or after in_force_from")
        for line in rows.index[last < first]
    ]
    for code, lines in rows.groupby("code", sort=False).groups.items():
        ordered = sorted(lines, key=lambda line: first[line])
        for earlier, later in pairwise(ordered):
            if first[later] <= last[earlier]:
                problems.append(
                    Problem(file, later, "in_force_from", f"{code} is already in force by line {earlier}",
                            f"a day after {last[earlier]:%Y-%m-%d}" if last[earlier] != END
                            else f"end line {earlier} first")
                )  # fmt: skip
    return problems


def find_unknown_codes(rows: pd.DataFrame, file: str) -> list[Problem]:
    """Prerequisites and successors that are no code of the catalogue."""
    known = set(rows["code"])
    problems = []
    for line, text, successors in zip(rows.index, rows["requires"], rows["superseded_by"], strict=True):
        if isinstance(text, str) and not all(map(all, split_prerequisites(text))):
            wrong, right = (
                "an item of the list is empty",
                "separate the items with one ; or | and end with none",
            )
            problems.append(Problem(file, line, "requires", wrong, right))
            continue
        named = [("requires", code) for group in split_prerequisites(text) for code in group]
        named += [("superseded_by", code) for code in successors]
        for column, code in named:
            if code not in known:
                unknown = UnknownNameError("licence", code, known)
                wrong, right = str(unknown).split("; ", 1)
                problems.append(Problem(file, line, column, wrong, right))
    return problems


def make_plain(value: Any) -> Any:
    """A cell as JSON has it: a day is ISO text, a list is a list, an empty cell is None."""
    if isinstance(value, (tuple, list)):
        return [make_plain(item) for item in value]
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, str):
        return value
    return int(value) if float(value).is_integer() else float(value)
