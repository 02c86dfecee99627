"""Keeping of clients in a book: taken over from a file, saved from the explorer, with what happened to them."""

from __future__ import annotations

import getpass
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from licences.book.clients import IDENTITY, Writing, find_client, list_clients, list_names, write_cells
from licences.book.events import Event, list_events, strike_out, write_events
from licences.book.store import change_book, make_book
from licences.errors import LicencesError, UnknownNameError, UsageError
from licences.reading.bounds import FIRST_DAY, LAST_DAY
from licences.rules.applications import check_course, check_event, follow_events, order_events
from licences.rules.case_files import CaseFile, assign_case_files
from licences.rules.facts import DENIED, Fields, find_client_ids, list_cells, split_holdings, write_cell
from licences.rules.stages import list_stages

_KEPT = frozenset({*IDENTITY, "holds"})  # what is written only where it changes


def begin_book(place: Path, profiles: pd.DataFrame | None, fields: Fields, writing: Writing) -> None:
    """Makes a book with clients as ``read_profiles`` has them; what each holds was granted on a day not known.

    The book is there with all of them, or not at all. Raises: UsageError where something is there; BookError.
    """
    with make_book(place) as connection:
        if profiles is None:
            return
        stages = list_stages(profiles)
        for record, later in zip(profiles.to_dict("records"), stages, strict=True):
            cells = list_cells({str(name): value for name, value in record.items()}, fields)
            client = cells["client"]
            write_cells(connection, client, _keep_denials(cells), None, writing)
            write_events(connection, client, _grant(cells["holds"]), writing)
            for stage in later:
                told = {name: write_cell(value, fields[name]) for name, value in stage.changes.items()}
                write_cells(connection, client, told, {}, writing, stage.begins_on)


def _keep_denials(cells: Mapping[str, str]) -> dict[str, str]:
    """The cells, of ``holds`` what the client denies to hold."""
    denied = [item for item in cells.get("holds", "").split(";") if item.startswith(DENIED)]
    return {**cells, "holds": ";".join(denied)}


def _grant(holds: str) -> list[Event]:
    """An event a licence that is held."""
    held = split_holdings(tuple(item for item in holds.split(";") if item))
    return [Event(code, "granted", None, until=until) for code, until in held.items()]


def keep_client(
    connection: Any, cells: Mapping[str, str], saved: Mapping[str, str] | None, writing: Writing
) -> None:
    """Adds what a client tells otherwise than it is saved, None where it is new.

    What it holds anew becomes an event, and what it holds no more is struck out.
    """
    client = saved["client"] if saved else cells["client"]
    write_cells(connection, client, _keep_denials(cells), _keep_denials(saved) if saved else None, writing)
    events = list_events(connection, client).get(client, ())
    _settle_holdings(connection, client, cells.get("holds", ""), events, writing)


def keep_told(
    connection: Any,
    client: str,
    saved: Mapping[str, str] | None,
    told: Sequence[tuple[Mapping[str, str], Writing]],
) -> None:
    """Adds what several sources tell of a client, each by whom and when it was told; what is told again gets a row too.

    saved: its cells as the book has them, None where it is new; then the first of ``told`` names it.
    """
    current = saved
    for cells, writing in told:
        known = {name: text for name, text in (current or {}).items() if name in _KEPT or not cells.get(name)}
        target = {"client": client, **(current or {}), **cells}
        keep_client(connection, target, None if current is None else known, writing)
        current = target


def begin_writing(by: str = "") -> Writing:
    """Rows written now; by: by whom, by default by who is logged in."""
    return Writing(datetime.now(UTC), by or _find_user())


def _find_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user whom the system does not know
        return "unknown"


def _settle_holdings(
    connection: Any, client: str, holds: str, events: Sequence[Event], writing: Writing
) -> None:
    """Adds what the events lack of what is held, and strikes out what they hold beyond it."""
    gone, added = _find_settlement(holds, events)
    strike_out(connection, client, gone, writing)
    write_events(connection, client, added, writing)


def _find_settlement(holds: str, events: Sequence[Event]) -> tuple[list[Event], list[Event]]:
    """Which events have to go, and which to come, so that what is held follows from them."""
    standings = follow_events(events)
    held = {code: standing.until for code, standing in standings.items() if standing.is_held}
    wanted = {event.code: event for event in _grant(holds)}
    gone = [event for event in events if event.code in held.keys() - wanted.keys()]
    added = []
    for code, event in wanted.items():
        if code not in held:
            added.append(event)
        elif event.until is None:
            wrong = [one for one in events if one.code == code and one.until]
            gone += wrong
            added += [one._replace(until=None, id=0) for one in wrong]
        elif held[code] != event.until:
            days = [one.happened_on for one in events if one.code == code and one.happened_on]
            added.append(Event(code, "changed", max(days, default=None), until=event.until))
    return gone, added


def lay_case_file(profiles: pd.DataFrame, kept: CaseFile) -> pd.DataFrame:
    """The one client of ``profiles`` with its case file, as it will be once what it tells to hold is saved.

    kept: what the book holds of it.
    """
    (told,) = profiles["holds"]
    gone, added = _find_settlement(";".join(told), kept.events)
    events = tuple(one for one in kept.events if one not in gone) + tuple(added)
    denied = tuple(item for item in told if item.startswith(DENIED))
    file = replace(kept, denied=denied, events=events)
    return assign_case_files(profiles, [file.list_held()], [file])


def record_events(
    place: Path, told: Iterable[tuple[str, Event]], codes: Collection[str], writing: Writing
) -> None:
    """Adds events of clients, all of them or none.

    told: pairs of client and event; what happened on the same day in the order in which it happened.

    Raises: EventsError naming all that cannot be; BookError.
    """
    pairs = list(told)
    with change_book(place) as connection:
        add_events(connection, pairs, codes, writing)


def add_events(
    connection: Any,
    pairs: Sequence[tuple[str, Event]],
    codes: Collection[str],
    writing: Writing,
) -> None:
    """Adds events of clients in the order in which they happened.

    Raises: EventsError naming all that cannot be.
    """
    in_time = sorted(range(len(pairs)), key=lambda at: pairs[at][1].happened_on or date.min)
    errors: list[tuple[int, LicencesError]] = []
    names = list_names(connection)
    ids, called = list(names), list(names.values())
    so_far: dict[str, list[Event]] = {}
    for at in in_time:
        client, event = pairs[at]
        try:
            (whose,) = find_client_ids([client], ids, called)
            check_fields(event, codes)
            if whose not in so_far:
                so_far[whose] = list(list_events(connection, whose).get(whose, ()))
            check_event(so_far[whose], event)
        except LicencesError as error:
            errors.append((at, error))
            continue
        so_far[whose].append(event)
        write_events(connection, whose, [event], writing)
    if errors:
        raise EventsError(sorted(errors, key=lambda error: error[0]))


class EventsError(LicencesError):
    """Some of several events that cannot be; errors: which of them, from 0, and why."""

    def __init__(self, errors: Sequence[tuple[int, LicencesError]]) -> None:
        super().__init__(errors)
        self.errors = errors

    def __str__(self) -> str:
        return "\n".join(f"{at + 1}: {error}" for at, error in self.errors)


def check_fields(event: Event, codes: Collection[str]) -> None:
    """Says of an event whether its code and its days can be. Raises: UnknownNameError, UsageError."""
    if event.code not in codes:
        raise UnknownNameError("licence", event.code, codes)
    for day in (event.happened_on, event.until):
        if day and not FIRST_DAY <= day <= LAST_DAY:
            raise UsageError(f"{day} is out of reach", f"give a day from {FIRST_DAY} to {LAST_DAY}")
    if event.until and event.happened_on and event.until < event.happened_on:
        raise UsageError(
            f"{event.code} would end on {event.until}, before it was {event.kind} on {event.happened_on}",
            "give the day on which it expires",
        )
    if event.until and event.kind not in {"granted", "renewed", "changed"}:
        raise UsageError(f"what is {event.kind} has no expiry", "leave out --until")


def strike_event(place: Path, client: str, event: Event, writing: Writing) -> None:
    """Strikes out an event that was recorded wrongly; its row stays, and the others must still follow each other.

    Raises: UnknownNameError; UsageError where there is no such event, or what follows needs it; BookError.
    """
    with change_book(place) as connection:
        whose = find_client(connection, client)
        if whose is None:
            raise UnknownNameError("client", client, set(list_clients(connection)))
        events = list_events(connection, whose).get(whose, ())
        own = [one for one in order_events(events) if one.code == event.code]
        found = [one for one in own if (one.kind, one.happened_on) == (event.kind, event.happened_on)]
        if not found:
            said = ", ".join(f"{one.kind} {one.happened_on or ''}".strip() for one in own) or "nothing"
            raise UsageError(
                f"{event.code} was not recorded as {event.kind} on {event.happened_on}",
                f"recorded is: {said}",
            )
        check_course([one for one in own if one is not found[-1]])
        strike_out(connection, whose, found[-1:], writing)
