"""Catalogue: licences, profile fields and contradictions, read together and held against each other."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from licences.errors import MissingFileError, Problem, ProblemsError
from licences.law.durations import know_chances
from licences.law.edition import STATES_THE_LAW
from licences.law.kinds import can_be_held
from licences.law.our_fees import find_our_fees_file
from licences.law.own_times import NO_OWN_TIMES, OwnTimes, estimate_own_times
from licences.law.papers import PAPERS
from licences.law.preparation import find_our_preparation_file
from licences.reading.cache import remember
from licences.reading.files import read_bytes
from licences.reading.places import find_data_file, find_data_folder

if TYPE_CHECKING:
    from licences.law.edition import Edition
    from licences.law.in_force import Licence
    from licences.rules.facts import Fields

_BESIDE = (
    "dictionary.yaml",
    *STATES_THE_LAW[1:],
    "sources.csv",
)  # what is missing of them is found when they are read


@dataclass(frozen=True, eq=False)
class Catalogue:
    """What the law asks, what has to be known of a client to apply it, and what experience adds.

    rows: with the documents as a reader sees them, and ``papers``, the ids of the papers that they are. papers:
    one row a paper. corrections: one row a kind of licence, how often and how long papers are sent back.
    preparation: how long an application is prepared, by kind and by licence. our_fees: what the firm asks for a
    licence, a row each, none as shipped. local: what provinces ask otherwise, and sources: the texts that it
    rests on. edition: of the files that it was read from. file: of the rows, None where it is the one that ships.
    own_times: what the cases of a book say of durations, see ``add_own_times``. entries: by language and line the
    licences that were made of rows so far, see ``law.in_force``. chances: of the days of their times, see
    ``durations.find_chances``.
    """

    rows: pd.DataFrame
    fields: Fields
    contradictions: pd.DataFrame
    corrections: pd.DataFrame
    preparation: pd.DataFrame
    our_fees: pd.DataFrame
    local: pd.DataFrame
    sources: pd.DataFrame
    papers: pd.DataFrame
    edition: Edition
    file: Path | None = None
    own_times: OwnTimes = NO_OWN_TIMES
    entries: dict[tuple[str, int], Licence] = field(init=False, repr=False, default_factory=dict)
    chances: dict[tuple[int, int, int], NDArray[np.float64]] = field(
        init=False, repr=False, default_factory=dict
    )

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        know_chances(self.chances)  # whichever process it has come to

    @cached_property
    def codes(self) -> frozenset[str]:
        """The codes that a client can hold: all but prohibitions and what lies outside the catalogue."""
        return frozenset(self.rows.loc[can_be_held(self.rows), "code"])

    @cached_property
    def _last_rows(self) -> pd.DataFrame:
        """The last row of each code, indexed by code."""
        return self.rows.drop_duplicates("code", keep="last").set_index("code")

    def find_code(self, text: str, codes: Collection[str] | None = None) -> str:
        """The code that a text names: a code, a short or an official name, in Chinese or English.

        codes: of which it has to be one, None for all. Raises: NoLicenceError with what is nearest.
        """
        return self.fields.names.find_code(text, codes)

    def find_names(self, code: str, language: str) -> tuple[str, str]:
        """What a code is called, in force or not: in a language, and officially in Chinese."""
        names = self._last_rows.loc[code, [f"name_{language}", "name_zh"]]
        return str(names.iloc[0]), str(names.iloc[1])


def read_catalogue(file: Path | None = None) -> Catalogue:
    """The law as the data files state it; ``file`` replaces the project's ``licences.csv``.

    Raises: ProblemsError naming every problem of every file at once; MissingFileError.
    """
    catalogue, problems = recall_catalogue(file)
    if catalogue is None or problems:
        raise ProblemsError(problems)
    return catalogue


def add_own_times(catalogue: Catalogue, profiles: pd.DataFrame, as_of: date) -> Catalogue:
    """The catalogue with the times of a firm's own, as they are known at the end of a day.

    profiles: all clients of its book, whomever is asked for; with those of a file nothing is added.
    """
    times = estimate_own_times(catalogue.rows, catalogue.corrections, profiles, as_of)
    return catalogue if times == catalogue.own_times else replace(catalogue, own_times=times)


def recall_catalogue(asked: Path | None) -> tuple[Catalogue | None, list[Problem]]:
    """The catalogue, or what could be read of it, and every problem; one without any is remembered, its rules compiled."""

    def read() -> tuple[Catalogue | None, list[Problem]]:
        from licences.law.checks import try_to_read_catalogue  # which rest on what a catalogue is, as does
        from licences.law.in_force import compile_catalogue  # the law of a day

        catalogue, problems = try_to_read_catalogue(asked)
        if catalogue and not problems:
            compile_catalogue(catalogue)
        return catalogue, problems

    rests_on = list_what_it_rests_on(asked)
    if not rests_on:
        return read()
    return remember("catalogue", rests_on, read, is_good=lambda found: not found[1])


def list_what_it_rests_on(asked: Path | None, *names: str) -> list[bytes]:
    """The files of a catalogue, and its name; nothing where one of them cannot be read. names: of more data files."""
    data = find_data_folder()
    file = asked or data / "licences.csv"
    is_of_another = file.resolve() != (data / "licences.csv").resolve()
    papers = find_data_file(PAPERS)
    files = [
        file,
        papers,
        papers.with_name("dictionary.yaml"),
        *(one for one in (data / name for name in (*_BESIDE, *names)) if one.exists()),
        *(one for one in (find_our_fees_file(), find_our_preparation_file()) if one.exists()),
    ]
    told = [f"{asked} {is_of_another} {pd.__version__} {np.__version__}", *(one.name for one in files)]
    try:
        return [*(text.encode() for text in told), *map(read_bytes, files)]
    except (MissingFileError, ProblemsError):
        return []
