"""Reading of what a book keeps of its clients beside what they tell, in one look."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from licences.book.events import Event, list_events
from licences.book.notes import Note, list_notes
from licences.book.overrides import Override, list_overrides
from licences.book.store import find_limit, read_book


class Kept(NamedTuple):
    """By client its events, overrides and notes, each in the order in which they were written."""

    events: dict[str, tuple[Event, ...]]
    overrides: dict[str, tuple[Override, ...]]
    notes: dict[str, tuple[Note, ...]]


def read_kept(place: Path) -> Kept:
    """What counts, as it was known on the day of the place. Raises: MissingFileError, BookError."""
    limit = find_limit(place)
    with read_book(place) as connection:
        return Kept(
            list_events(connection, limit=limit),
            list_overrides(connection, limit=limit),
            list_notes(connection, limit=limit),
        )
