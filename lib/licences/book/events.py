"""Events of applications in a book: what happened, when, with which number, and what was struck out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from licences.book.store import fetch_own

if TYPE_CHECKING:
    from licences.book.clients import Writing


class Event(NamedTuple):
    """What happened to an application for a licence.

    happened_on: None where the day is not known. number, until: of what was granted. by: who says so. id: of its
    row, 0 where it has none yet.
    """

    code: str
    kind: str
    happened_on: date | None
    number: str = ""
    until: date | None = None
    note: str = ""
    by: str = ""
    id: int = 0


def list_events(
    connection: Any, client: str | None = None, limit: str | None = None
) -> dict[str, tuple[Event, ...]]:
    """By client the events that count, of one client or of all, in the order in which they were written.

    limit: of what was written before a moment, else of all there is. Raises: BookError.
    """
    from licences.book.schema import EVENTS

    names = ("id", "corrects", "code", "event", "happened_on", "number", "until", "note", "by")
    found: dict[str, dict[int, Event]] = {}
    for row in fetch_own(connection, EVENTS, names, client, limit):
        events = found.setdefault(row.client, {})
        if row.corrects is not None:
            events.pop(row.corrects, None)
        if row.event:
            events[row.id] = Event(
                row.code, row.event, row.happened_on, row.number, row.until, row.note, row.by, row.id
            )
    return {whose: tuple(events.values()) for whose, events in found.items() if events}


def write_events(connection: Any, client: str, events: Iterable[Event], writing: Writing) -> None:
    """Adds events of a client."""
    from licences.book.schema import EVENTS

    rows = [_list_cells(event) | {"client": client, "corrects": None} | writing.stamp for event in events]
    if rows:
        connection.execute(EVENTS.insert(), rows)


def strike_out(connection: Any, client: str, events: Iterable[Event], writing: Writing) -> None:
    """Says of events that they were not so; their rows stay."""
    from licences.book.schema import EVENTS

    nothing = {"event": "", "happened_on": None, "number": "", "until": None, "note": ""}
    rows = [
        _list_cells(event)
        | nothing
        | {"client": client, "corrects": event.id, "by": writing.by}
        | writing.stamp
        for event in events
    ]
    if rows:
        connection.execute(EVENTS.insert(), rows)


def _list_cells(event: Event) -> dict[str, Any]:
    return {
        "code": event.code,
        "event": event.kind,
        "happened_on": event.happened_on,
        "number": event.number,
        "until": event.until,
        "note": event.note,
        "by": event.by,
    }
