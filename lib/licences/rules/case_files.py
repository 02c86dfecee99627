"""Case files: what is kept of a client beside what it tells, as it counted on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from licences.book.notes import CLIENT, Note
from licences.rules.applications import follow_events, list_holdings

if TYPE_CHECKING:
    from licences.book.events import Event
    from licences.book.overrides import Override

CASE_FILE = "case_file"
"""The column of clients that holds their case files; only clients of a book have it."""


@dataclass(frozen=True)
class CaseFile:
    """What a book keeps of one client.

    denied: what the client says it does not hold, as ``holds`` has it. events, overrides, notes: those that count, in
    the order in which they were written.
    """

    denied: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    overrides: tuple[Override, ...] = ()
    notes: tuple[Note, ...] = ()

    def find_present(self, as_of: date) -> CaseFile:
        """What of it counted at the end of a day; of what has ended before, nothing."""
        present = replace(
            self,
            events=tuple(one for one in self.events if one.happened_on is None or one.happened_on <= as_of),
            overrides=tuple(one for one in self.overrides if one.counts_on(as_of)),
            notes=tuple(one for one in self.notes if one.noted_on <= as_of),
        )
        return self if present == self else present

    def strip_identity(self) -> CaseFile:
        """As it is of another client of whom the same is known, whatever the numbers of rows."""
        return replace(
            self,
            events=tuple(one._replace(id=0) for one in self.events),
            notes=tuple(one._replace(id=0) for one in self.notes),
        )

    def strip_internal(self) -> CaseFile:
        """Without the notes that never leave the firm."""
        return replace(self, notes=tuple(one for one in self.notes if one.audience == CLIENT))

    def find_overrides(self, kind: str, on: date) -> dict[str, Override]:
        """By code the overrides of a kind that count on a day."""
        return {one.code: one for one in self.overrides if one.kind == kind and one.counts_on(on)}

    def list_held(self) -> tuple[str, ...]:
        """What the client denies to hold, and what it holds by what happened, as the items of a clients file."""
        return (*self.denied, *list_holdings(follow_events(self.events)))


NO_CASE_FILE = CaseFile()


def add_case_files(
    profiles: pd.DataFrame,
    events: Mapping[str, tuple[Event, ...]],
    overrides: Mapping[str, tuple[Override, ...]],
    notes: Mapping[str, tuple[Note, ...]],
) -> pd.DataFrame:
    """Clients with their case files, and with what these say that they hold beside what they deny to hold."""
    files = [
        CaseFile(denied, events.get(client, ()), overrides.get(client, ()), notes.get(client, ()))
        for client, denied in zip(profiles["client"], profiles["holds"], strict=True)
    ]
    return assign_case_files(profiles, [one.list_held() for one in files], files)


def list_case_files(profiles: pd.DataFrame) -> Sequence[CaseFile]:
    """The case file of each client; one with nothing in it where the clients are of no book."""
    files: list[CaseFile] = profiles[CASE_FILE].tolist() if CASE_FILE in profiles else []
    return files or [NO_CASE_FILE] * len(profiles)


def find_case_present(profiles: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Clients with what counted of their case files at the end of a day, and what they then held.

    Of others than those of a book it is what they told.
    """
    if CASE_FILE not in profiles:
        return profiles
    kept = profiles[CASE_FILE].tolist()
    files = [one.find_present(as_of) for one in kept]
    if all(one is before for one, before in zip(files, kept, strict=True)):
        return profiles
    told = zip(profiles["holds"], files, kept, strict=True)
    held = [items if one is before else one.list_held() for items, one, before in told]
    return assign_case_files(profiles, held, files)


def assign_case_files(
    profiles: pd.DataFrame, held: Sequence[tuple[str, ...]], files: Sequence[CaseFile]
) -> pd.DataFrame:
    """Clients with their case files, and with what each holds."""
    columns = {"holds": held, CASE_FILE: files}
    return profiles.assign(
        **{
            name: pd.Series(list(cells), index=profiles.index, dtype=object)
            for name, cells in columns.items()
        }
    )
