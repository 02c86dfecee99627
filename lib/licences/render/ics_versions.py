"""Versions of the entries of a calendar: told by the calendar issued before, so that importing updates and cancels."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any

from icalendar import Calendar, Event

PIECE = 74  # bytes of a line, which with the space before it may have 75
LONGEST = 10_000_000  # bytes; no calendar of ours comes near
# What tells which version of an entry it is, not what the entry says.
_OF_VERSION = frozenset({"SEQUENCE", "DTSTAMP", "LAST-MODIFIED"})

_IDENTIFIER = r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"  # as uuid5 makes them


def fold(line: str) -> bytes:
    """A line in pieces that cut no character and no escape, as icalendar does it in ten times the time."""
    rest, pieces = line.encode(), []
    while len(rest) > PIECE:
        cut = PIECE
        while rest[cut] & 0xC0 == 0x80:  # within a character
            cut -= 1
        if (cut - len(rest[:cut].rstrip(b"\\"))) % 2:  # some programs undo escapes piece by piece
            cut -= 1
        pieces.append(rest[:cut])
        rest = rest[cut:]
    return b"\r\n ".join([*pieces, rest]) + b"\r\n" if line else b""


def read_events(calendar: bytes | None) -> dict[str, Event]:
    """The entries of a calendar of ours by their identifiers; none where it cannot be read."""
    if not calendar or len(calendar) > LONGEST:
        return {}
    try:
        events = Calendar.from_ical(calendar.decode()).events
        return {str(event["uid"]): event for event in events if _is_ours(event)}
    except Exception:  # noqa: BLE001 - a file that somebody changed is broken in any way
        return {}


def is_as_written(calendar: bytes, names: Collection[str]) -> bool:
    """Whether a calendar is, line by line, as we write one, and has a name of ours.

    For calendars of which no hash is known, since an earlier version wrote them. names: what ours are called
    beside the client.
    """
    try:
        read = Calendar.from_ical(calendar.decode())
        is_named = any(str(read["x-wr-calname"]).endswith(name) for name in names)
        return (
            is_named
            and len(read.events) == len(read_events(calendar))
            and b"".join(map(fold, map(str, read.content_lines()))) == calendar
        )
    except Exception:  # noqa: BLE001 - a file that somebody changed is broken in any way
        return False


def _is_ours(event: Any) -> bool:
    """Whether an entry is as we make them: the reader may have added some. Raises: what icalendar does."""
    return (
        re.fullmatch(_IDENTIFIER, str(event["uid"])) is not None
        and int(event["sequence"]) >= 0
        and isinstance(event["dtstamp"].dt, datetime)
        and type(event.start) is date
        and type(event.end) is date
        and isinstance(event["summary"], str)
    )


def keep_version(event: Event, issued: Event | None) -> Event:
    """An entry in the version that was issued, where it says the same, else in a higher one."""
    if issued is None:
        return event
    if _list_said(event) == _list_said(issued):
        for name in _OF_VERSION & set(issued):
            event[name] = issued[name]
    else:
        version: Any = event["sequence"]
        event["sequence"] = type(version)(max(version, _find_next(issued)))
    return event


def _find_next(issued: Event) -> int:
    version: Any = issued["sequence"]
    return int(version) + 1


def _list_said(event: Event) -> list[str]:
    """What an entry says, line by line; its alarm goes once its time is past, which changes nothing."""
    plain = Event({name: value for name, value in event.items() if name not in _OF_VERSION})
    return [str(line) for line in plain.content_lines()]


def cancel_event(
    issued: Event, stamp: datetime, version: int, say: Callable[[str], tuple[str, str]]
) -> Event:
    """An entry that was issued and fell away, without an alarm; as it was where that is said already.

    say: summary and description of a cancelled entry, by the summary that it had.
    """
    if issued.get("status") == "CANCELLED":
        return issued
    summary, description = say(str(issued["summary"]))
    event = Event(
        {name: issued[name] for name in ("UID", "DTSTART", "DTEND", "CATEGORIES") if name in issued}
    )
    event.add("sequence", max(version, _find_next(issued)))
    event.add("dtstamp", stamp)
    event.add("last-modified", stamp)
    event.add("summary", summary)
    event.add("description", description)
    event.add("status", "CANCELLED")
    event.add("transp", "TRANSPARENT")
    return event
