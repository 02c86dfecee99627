"""Differences of law as a notebook asks for them: read, compared, and held against the clients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from licences.analysis.impact import ClientImpact, find_impacts
from licences.errors import UnknownNameError, UsageError
from licences.law.catalogue import add_own_times, read_catalogue
from licences.law.diff import Difference, compare_days, compare_laws
from licences.planning.forecast import PlanOptions
from licences.reading.dictionary import LANGUAGES
from licences.reading.places import find_own_clients
from licences.reading.sources import read_clients_place
from licences.rules.facts import read_profiles


@dataclass(frozen=True, eq=False)
class Impact:
    """A difference and the clients that it touches, those first to whom it matters most."""

    difference: Difference
    touched: list[ClientImpact]
    profiles: pd.DataFrame


def open_difference(
    first: str = "",
    last: str = "",
    old: str = "",
    new: str = "",
    as_of: str = "",
    start: str = "",
    language: str = "zh",
    catalogue: str = "",
    clients: str = "",
) -> Impact:
    """Reads the data files, compares two days (``first``, ``last``) or two files (``old``, ``new``, as of a day).

    as_of is for two files alone; catalogue, for two days. start: when the plans begin of which the
    launch is compared. Dates are ISO; a path that is empty is the project's own file.

    Raises: LicencesError where a file holds problems, or neither or both pairs are given.
    """
    if language not in LANGUAGES:
        raise UnknownNameError("language", language, LANGUAGES)
    if bool(first and last) == bool(old or new):
        raise UsageError("two days or two files are to be compared", "give first and last, or old and new")
    paths = (catalogue,) if first else (old, new)
    read = [read_catalogue(Path(path) if path else None) for path in paths]
    codes = {code for ours in read for code in ours.codes}
    file = read_clients_place(clients) if clients else find_own_clients()
    profiles = read_profiles(file, read[0].fields, codes)
    day = date.fromisoformat(last if first else as_of)
    catalogues = [add_own_times(one, profiles, day) for one in read]
    difference = (
        compare_days(catalogues[0], date.fromisoformat(first), day, language)
        if first
        else compare_laws(catalogues[0], catalogues[1], day, language)
    )
    return Impact(
        difference, find_impacts(difference, profiles, PlanOptions(date.fromisoformat(start))), profiles
    )
