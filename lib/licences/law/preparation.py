"""Preparation: how long client and consultant work before an application is complete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from licences.errors import Problem, UnknownNameError, suggest
from licences.law.edition import OUR_PREPARATION
from licences.law.kinds import OBLIGATIONS, can_be_held
from licences.reading.dictionary import read_vocabulary
from licences.reading.places import find_data_folder, find_own_file

PREPARATION = "preparation.csv"
_TIMES = ("days_min", "days_likely", "days_max")


@dataclass(frozen=True)
class Preparation:
    """Working days until an application is complete: at best, as a rule and at worst.

    basis: the ground of the three numbers, of the vocabulary of that name.
    """

    shortest_days: int
    likely_days: int
    longest_days: int
    basis: str = "estimate"


NOTHING = Preparation(0, 0, 0)


def find_our_preparation_file() -> Path:
    """The firm's file: in its work folder, else beside the data."""
    return find_own_file(OUR_PREPARATION)


def lay_over(ours: pd.DataFrame, shipped: pd.DataFrame) -> pd.DataFrame:
    """The rows of the firm before those of the project, so that its own go first for a licence, and for a kind."""
    if ours.empty:
        return shipped
    columns = ["kind", "code", *_TIMES]
    return pd.concat(
        [ours[columns].assign(basis="experience"), shipped[[*columns, "basis"]]], ignore_index=True
    )


def find_preparation(preparation: pd.DataFrame, code: str, kind: str) -> Preparation:
    """The preparation of a licence: the row of its code, else that of its kind; nothing where nobody applies.

    preparation: the rows of ``preparation.csv`` as a catalogue holds them.
    Raises: UnknownNameError where neither the code nor the kind has a row, which a catalogue that was read
    without problems does not know.
    """
    if kind in OBLIGATIONS:
        return NOTHING
    for column, name in (("code", code), ("kind", kind)):
        names = preparation[column].tolist()
        if name in names:
            row = preparation.iloc[names.index(name)]
            shortest, likely, longest = (int(row[times]) for times in _TIMES)
            return Preparation(shortest, likely, longest, str(row["basis"]))
    raise UnknownNameError("preparation of the kind", kind, set(preparation["kind"].dropna()))


def find_preparation_problems(
    preparation: pd.DataFrame, rows: pd.DataFrame, file: str, *, is_of_another: bool = False
) -> list[Problem]:
    """As ``find_row_problems``, and kinds without a row.

    rows: of the catalogue. is_of_another: whether the catalogue is another than the one that the
    preparation lies beside, of which that may know more codes.
    """
    kinds = read_vocabulary(find_data_folder() / "dictionary.yaml", "kind")
    told = {*OBLIGATIONS, *preparation["kind"].dropna()}
    right = "add one; 0 days where nothing is prepared"
    problems = [
        Problem(file, 0, "kind", f"there is no row for {kind!r}", right) for kind in kinds if kind not in told
    ]
    return problems + find_row_problems(preparation, rows, file, is_of_another=is_of_another)


def find_row_problems(
    preparation: pd.DataFrame, rows: pd.DataFrame, file: str, *, is_of_another: bool = False
) -> list[Problem]:
    """Rows of no kind and no code or of both, of what nobody applies for, of unknown codes."""
    named = rows.dropna(subset=["code"])
    known = None if is_of_another else dict(zip(named["code"], can_be_held(named), strict=True))
    return [
        Problem(file, int(str(line)), *fault)
        for line, row in preparation.iterrows()
        for fault in _find_faults(row, known)
    ]


def _find_faults(row: pd.Series, known: Mapping[str, bool] | None) -> Iterator[tuple[str, str, str]]:
    """Column, what is wrong, what would be right. known: each code, and whether it can be held."""
    kind, code = row["kind"], row["code"]
    if pd.isna(kind) == pd.isna(code):
        wrong = "neither kind nor code is filled" if pd.isna(code) else "kind and code are both filled"
        yield "code", wrong, "fill kind for all licences of a kind, or code for one licence"
    if kind in OBLIGATIONS:
        yield "kind", f"nobody applies for what is of the kind {kind}", "take the row out"
    if pd.isna(code) or known is None:
        return
    if code not in known:
        yield "code", f"no licence {code!r}", suggest(code, known)
    elif not known[code]:
        yield "code", f"nobody applies for {code}", "take the row out"
