"""The commands of a case file: what we hold against the rules, and notes."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from licences.book.clients import find_client
from licences.book.notes import Note, list_notes
from licences.book.overrides import KINDS, Override, list_overrides
from licences.book.store import read_book
from licences.cli.language import say
from licences.cli.options import find_book, find_catalogue_file, find_code
from licences.errors import UsageError
from licences.law.catalogue import read_catalogue
from licences.law.kinds import can_be_held
from licences.rules.case_entries import add_note, give_override, take_back_note, take_back_overrides
from licences.rules.keeping import begin_writing


def override(options: argparse.Namespace) -> int:
    """Holds something of a client's licence against the rules, or takes that back."""
    place = find_book(options, "keeps this")
    catalogue = read_catalogue(find_catalogue_file(options))
    rows, code = catalogue.rows, find_code(catalogue, options.code)
    given = [(kind, told) for kind in KINDS if (told := getattr(options, kind)) is not None]
    if options.take_back:
        if given or options.because is not None or options.until:
            raise UsageError(
                "--take-back holds nothing new",
                "name after it verdict, days or fee, or nothing for all of them",
            )
        kinds = KINDS if options.take_back == "all" else (options.take_back,)
        take_back_overrides(place, options.client, code, kinds, begin_writing(options.by or ""))
    else:
        if len(given) != 1:
            raise UsageError(
                "one thing at a time is held against the rules",
                "give one of --verdict V, --days N and --fee N",
            )
        ((kind, told),) = given
        held = Override(
            code,
            kind,
            told,
            options.because or "",
            options.by or "",
            options.on or date.today(),
            options.until,
        )
        codes, obtained = set(rows["code"]), set(rows.loc[can_be_held(rows), "code"])
        give_override(place, options.client, held, codes, obtained, begin_writing(options.by or ""))
    _tell_overrides(place, options.client, code, options.says)
    return 0


def note(options: argparse.Namespace) -> int:
    """Notes something of a client or of one of its licences, or strikes a note out."""
    place, catalogue = find_book(options, "keeps this"), read_catalogue(find_catalogue_file(options))
    code = find_code(catalogue, options.code) if options.code else ""
    writing = begin_writing(options.by)
    if options.strike_out:
        take_back_note(place, options.client, code, options.text, writing)
    else:
        codes = set(catalogue.rows["code"])
        day = options.on or date.today()
        noted = Note(code, options.text, options.audience, options.by or writing.by, day)
        add_note(place, options.client, noted, codes, writing)
    _tell_notes(place, options.client, code, options.says)
    return 0


def _tell_overrides(place: Path, client: str, code: str, language: str) -> None:
    """Prints what is now held of a licence."""
    with read_book(place) as connection:
        whose = find_client(connection, client) or client
        ours = [one for one in list_overrides(connection, whose).get(whose, ()) if one.code == code]
    for one in ours:
        until = f", until {one.until}" if one.until else ""
        held = f"{one.kind} {one.value}, because {one.because} ({one.by}, {one.given_on}{until})"
        print(f"{client}: {code}: {say(held, language)}")
    if not ours:
        print(f"{client}: {code}: {say('as the rules say', language)}")


def _tell_notes(place: Path, client: str, code: str, language: str) -> None:
    """Prints what is now noted of a client or of a licence."""
    with read_book(place) as connection:
        whose = find_client(connection, client) or client
        noted = [one for one in list_notes(connection, whose).get(whose, ()) if one.code == code]
    about = f"{client}: {code}" if code else client
    for one in noted:
        audience = say("for client" if one.audience == "client" else "for us", language)
        print(f"{about}: {audience}: {one.note} ({one.by}, {one.noted_on})")
    if not noted:
        print(f"{about}: {say('nothing is noted', language)}")
