"""Notes in a book: what is to be remembered of a client or of one of its licences, and who may read it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from licences.book.store import fetch_own

if TYPE_CHECKING:
    from licences.book.clients import Writing

CLIENT, US = "client", "us"
AUDIENCES = (CLIENT, US)


class Note(NamedTuple):
    """What is to be remembered.

    code: of a licence, empty for the client as a whole. audience: ``client`` where it stands in the client's report,
    ``us`` where it never leaves the firm. id: of its row, 0 where it has none yet.
    """

    code: str
    note: str
    audience: str
    by: str
    noted_on: date
    id: int = 0


def list_notes(
    connection: Any, client: str | None = None, limit: str | None = None
) -> dict[str, tuple[Note, ...]]:
    """By client the notes that were not taken back, of one client or of all, in the order in which they were written.

    limit: of what was written before a moment, else of all there is. Raises: BookError.
    """
    from licences.book.schema import NOTES

    found: dict[str, dict[int, Note]] = {}
    for whose, corrects, *cells in fetch_own(connection, NOTES, ("corrects", *Note._fields), client, limit):
        one = Note(*cells)
        notes = found.setdefault(whose, {})
        if corrects is not None:
            notes.pop(corrects, None)
        if one.note:
            notes[one.id] = one
    return {whose: tuple(notes.values()) for whose, notes in found.items() if notes}


def write_note(connection: Any, client: str, note: Note, writing: Writing) -> None:
    """Adds a note."""
    _write(connection, client, [note], None, writing)


def strike_out_notes(connection: Any, client: str, notes: Iterable[Note], writing: Writing) -> None:
    """Takes notes back; their rows stay."""
    for note in notes:
        _write(connection, client, [note._replace(note="", by=writing.by)], note.id, writing)


def _write(
    connection: Any, client: str, notes: Iterable[Note], corrects: int | None, writing: Writing
) -> None:
    from licences.book.schema import NOTES

    rows = [one._asdict() | {"client": client, "corrects": corrects} | writing.stamp for one in notes]
    for row in rows:
        del row["id"]
    connection.execute(NOTES.insert(), rows)
