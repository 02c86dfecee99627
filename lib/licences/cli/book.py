"""The commands of a book: make it, take its tables out and in, and record what happened to an application."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from licences.book.clients import OWN, Writing, find_client, list_clients, list_facts
from licences.book.events import Event, list_events
from licences.book.place import is_book
from licences.book.store import read_book
from licences.cli.language import say, tell
from licences.cli.options import find_book, find_catalogue_file, find_code
from licences.errors import LicencesError, Problem, ProblemsError, UnknownNameError, UsageError
from licences.law.catalogue import read_catalogue
from licences.law.kinds import can_be_held
from licences.reading.own_columns import find_own_fault
from licences.rules.applications import order_events
from licences.rules.client_files import find_saved, tell_fact, write_client
from licences.rules.event_files import read_event_rows
from licences.rules.exchange import read_tables, write_tables
from licences.rules.facts import read_profiles
from licences.rules.keeping import EventsError, begin_book, begin_writing, record_events, strike_event


def keep_book(options: argparse.Namespace) -> int:
    """Makes a book, or takes its tables out or in."""
    if options.task == "init":
        return _begin(options)
    if not is_book(options.clients):
        raise UsageError(f"{options.clients} is no book", "name one such as book.sqlite")
    if options.task in {"client", "tell", "facts"}:
        task = {"client": _keep_client, "tell": _tell_fact, "facts": _list_facts}[options.task]
        return task(options)
    if options.task == "export":
        counts, said = write_tables(options.clients, options.folder), f"written into {options.folder}"
    else:
        counts, said = read_tables(options.folder, options.clients), f"read into {options.clients}"
    rows = [f"{count:,} rows of {name}" for name, count in counts.items()]
    tell("\n".join([*rows, said]), options.says)
    return 0


def _begin(options: argparse.Namespace) -> int:
    if not is_book(options.place):
        raise UsageError(f"{options.place} is no name of a book", "name a file such as book.sqlite")
    catalogue = read_catalogue(find_catalogue_file(options))
    profiles = read_profiles(options.source, catalogue.fields, catalogue.codes) if options.source else None
    begin_book(options.place, profiles, catalogue.fields, begin_writing())
    count = 0 if profiles is None else len(profiles)
    tell(f"{options.place} is made, with {count:,} {'client' if count == 1 else 'clients'}", options.says)
    return 0


def _keep_client(options: argparse.Namespace) -> int:
    """Says who a client is, whom to call, and since when we work for it; one that is not known yet is added."""
    catalogue = read_catalogue(find_catalogue_file(options))
    told = {
        "name": options.name,
        "contact": options.contact,
        "group": options.group_of,
        "engaged_on": options.engaged_on.isoformat() if options.engaged_on else None,
    }
    changes = {name: text for name, text in told.items() if text is not None}
    changes |= {f"{OWN}{name}": text for name, text in options.extra}
    saved = find_saved(options.clients, catalogue.fields, catalogue.codes, options.client)
    if saved is None and "name" not in changes:
        raise UsageError(f"{options.client} is no client yet", "give its name with --name, and it is added")
    if not changes:
        raise UsageError("nothing is told", "give --name, --contact, --group, --engaged-on or --extra")
    cells = {"client": options.client, **(saved or {}), **changes}
    _check_own(name.removeprefix(OWN) for name in cells if name.startswith(OWN))
    write_client(options.clients, catalogue.fields, catalogue.codes, cells, over=saved)
    tell(f"{cells['client']}: {'changed' if saved else 'added'}", options.says)
    return 0


def _check_own(names: Iterable[str]) -> None:
    """Raises: UsageError where the columns of the firm's own cannot be called so, or are too many."""
    known = list(names)
    for name in known:
        if fault := find_own_fault(name, known):
            raise UsageError(f"--extra: {fault}", "write it as NAME=TEXT, such as phone=13800000000")


def _tell_fact(options: argparse.Namespace) -> int:
    """Keeps what a client tells of a field, who said so, when, and how it is known."""
    ours = read_catalogue(find_catalogue_file(options))
    source = {"told_by": options.told_by, "told_on": options.told_on, "how": options.how}
    writing = replace(begin_writing(options.by), **source)
    client = tell_fact(
        options.clients, ours.fields, ours.codes, options.client, options.field, options.value, writing
    )
    tell(f"{client}: {options.field}: {options.value or say('not told', options.says)}", "en")
    return 0


def _list_facts(options: argparse.Namespace) -> int:
    """Prints what a client tells, and of each fact who said so, when, and how it is known."""
    with read_book(options.clients) as connection:
        client = find_client(connection, options.client)
        if client is None:
            raise UnknownNameError("client", options.client, set(list_clients(connection)))
        facts = list_facts(connection, client)
    for fact in facts:
        since = f" from {fact.from_on}" if fact.from_on else ""
        by = f" by {fact.told_by}" if fact.told_by else ""
        on = f" on {fact.told_on}" if fact.told_on else ""
        recorded = f"recorded {fact.recorded_at[:10]} by {fact.recorded_by}"
        told = [say(part, options.says) for part in (since, by, on, recorded)]
        between = "；" if options.says == "zh" else "; "
        print(f"{fact.field}: {fact.value}{told[0]} ({fact.how}{told[1]}{told[2]}{between}{told[3]})")
    return 0


def record(options: argparse.Namespace) -> int:
    """Records an event of an application, or a file of events."""
    place = find_book(options, "keeps events")
    catalogue = read_catalogue(find_catalogue_file(options))
    codes = set(catalogue.rows.loc[can_be_held(catalogue.rows), "code"])
    told = [options.client, options.code, options.event, options.on]
    if options.file:
        if any(told):
            raise UsageError(
                "--file has the events, and no other is named beside it", "leave out the one or the other"
            )
        return _record_file(options, place, codes, begin_writing(options.by))
    if not all(told):
        raise UsageError(
            "an event has a client, a licence, a name and a day",
            "licences record CLIENT CODE EVENT --on DATE",
        )
    writing = begin_writing(options.by)
    code = find_code(catalogue, options.code, codes)
    event = Event(
        code,
        options.event,
        options.on,
        options.number,
        options.until,
        options.note,
        options.by or writing.by,
    )
    if options.strike_out:
        strike_event(place, options.client, event, writing)
    else:
        try:
            record_events(place, [(options.client, event)], codes, writing)
        except EventsError as errors:
            raise errors.errors[0][1] from None
    _tell(place, options.client, code, options.says)
    return 0


def _record_file(options: argparse.Namespace, place: Path, codes: set[str], writing: Writing) -> int:
    path: Path = options.file
    told, lines = read_event_rows(path, writing.by)
    try:
        record_events(place, told, codes, writing)
    except EventsError as errors:
        raise ProblemsError(_place(error, str(path), lines[at]) for at, error in errors.errors) from None
    tell(f"{len(told):,} {'event' if len(told) == 1 else 'events'} recorded", options.says)
    return 0


def _place(error: LicencesError, file: str, line: int) -> Problem:
    """What is wrong with one event, and in which row it stands."""
    wrong, _, right = str(error).partition("; ")
    return Problem(file, line, "event", wrong, right)


def _tell(place: Path, client: str, code: str, language: str) -> None:
    """Prints the course of an application as it is now known."""
    with read_book(place) as connection:
        whose = find_client(connection, client) or client
        events = list_events(connection, whose).get(whose, ())
    course = [event for event in order_events(events) if event.code == code]
    unknown = say("(day not known)", language)
    happened = ", ".join(f"{event.kind} {event.happened_on or unknown}" for event in course)
    print(f"{client}: {code}: {happened or say('nothing is recorded', language)}")
