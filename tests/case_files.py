"""Clients with case files, made without a book."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import pandas as pd

from licences.book.notes import Note
from licences.book.overrides import Override
from licences.rules.case_files import CASE_FILE, CaseFile

GIVEN_ON = date(2026, 11, 1)


def hold(code: str, kind: str, value: str, until: date | None = None, because: str = "told so") -> Override:
    return Override(code, kind, value, because, "Li Wei", GIVEN_ON, until)


def note(text: str, audience: str, code: str = "") -> Note:
    return Note(code, text, audience, "Li Wei", GIVEN_ON)


def add_files(
    profiles: pd.DataFrame,
    overrides: Mapping[str, Iterable[Override]] | None = None,
    notes: Mapping[str, Iterable[Note]] | None = None,
) -> pd.DataFrame:
    """Clients with what is held and noted of each, by its id."""
    files = [
        CaseFile(
            overrides=tuple((overrides or {}).get(client, ())), notes=tuple((notes or {}).get(client, ()))
        )
        for client in profiles["client"]
    ]
    return profiles.assign(**{CASE_FILE: pd.Series(files, index=profiles.index, dtype=object)})
