"""Entries of a case file: what we hold against the rules, and notes, checked and written into a book."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from licences.book.clients import Writing, find_client, list_clients
from licences.book.notes import AUDIENCES, Note, list_notes, strike_out_notes, write_note
from licences.book.overrides import KINDS, Override, list_overrides, write_override
from licences.book.store import change_book
from licences.errors import LicencesError, UnknownNameError, UsageError, quote
from licences.reading.bounds import FIRST_DAY, LAST_DAY
from licences.reading.characters import find_wrong_character, take_away

GIVEN = ("required", "recommended", "optional", "not_needed")
"""The verdicts that we can hold against the rules."""
MAX_DAYS = 3650
MAX_FEE_CNY = 1_000_000_000
LONGEST_TEXT, LONGEST_NAME = 500, 100


class EntryError(UsageError):
    """All that is wrong with an entry, a sentence a line."""

    def __init__(self, faults: Sequence[LicencesError]) -> None:
        super().__init__("", "")
        self.args, self.faults = (faults,), faults

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))


def give_override(
    place: Path,
    client: str,
    override: Override,
    codes: Collection[str],
    held: Collection[str],
    writing: Writing,
) -> None:
    """Writes what we hold of a client's licence, in place of what we held of its kind before.

    codes: of the catalogue; held: of these what a client can hold. Raises: EntryError, BookError.
    """
    ours = override._replace(because=_tidy(override.because), by=_tidy(override.by))
    with change_book(place) as connection:
        whose, faults = _find_whose(connection, client)
        faults += _find_override_faults(ours, codes, held)
        _refuse(faults)
        write_override(connection, whose, ours._replace(value=_shorten(ours)), writing)


def take_back_overrides(
    place: Path, client: str, code: str, kinds: Collection[str], writing: Writing
) -> None:
    """Takes back what we held of a client's licence, of some kinds; the rows stay. Raises: EntryError, BookError."""
    with change_book(place) as connection:
        whose, faults = _find_whose(connection, client)
        _refuse(faults)
        every = list_overrides(connection, whose).get(whose, ())
        gone = [one for one in every if one.code == code and one.kind in kinds]
        if not gone:
            said = ", ".join(f"{one.code} {one.kind}" for one in every) or "nothing"
            raise UsageError(
                f"of {code} nothing is held against the rules"
                + ("" if len(kinds) > 1 else f" as {min(kinds)}"),
                f"held for {whose} is: {said}",
            )
        for one in gone:
            write_override(connection, whose, one._replace(value="", by=writing.by, until=None), writing)


def add_note(place: Path, client: str, note: Note, codes: Collection[str], writing: Writing) -> None:
    """Writes a note of a client, or of one of its licences. Raises: EntryError, BookError."""
    note = note._replace(note=_tidy(note.note), by=_tidy(note.by))
    with change_book(place) as connection:
        whose, faults = _find_whose(connection, client)
        if note.code and note.code not in codes:
            faults.append(UnknownNameError("licence", note.code, codes))
        if note.audience not in AUDIENCES:
            faults.append(UnknownNameError("reader of a note", note.audience, AUDIENCES))
        faults += _find_text_faults(note.note, "a note", "write what should be remembered", LONGEST_TEXT)
        faults += _find_text_faults(note.by, "--by", "write who says so", LONGEST_NAME)
        faults += _find_day_faults(note.noted_on)
        if not note.code and note.note in codes:
            faults.append(
                UsageError(f"{note.note} is a licence, and no text stands behind it", "write the note")
            )
        _refuse(faults)
        write_note(connection, whose, note, writing)


def take_back_note(place: Path, client: str, code: str, text: str, writing: Writing) -> None:
    """Strikes out a note by its text; its row stays. Raises: EntryError, BookError."""
    with change_book(place) as connection:
        whose, faults = _find_whose(connection, client)
        _refuse(faults)
        every = list_notes(connection, whose).get(whose, ())
        gone = [one for one in every if (one.code, one.note) == (code, _tidy(text))]
        if not gone:
            said = "; ".join(f"{one.code or 'the client'}: {one.note}" for one in every) or "nothing"
            raise UsageError(f"no such note of {code or whose}", f"noted is: {said}")
        strike_out_notes(connection, whose, gone, writing)


def _find_whose(connection: Any, client: str) -> tuple[str, list[LicencesError]]:
    whose = find_client(connection, client)
    if whose is None:
        return client, [UnknownNameError("client", client, set(list_clients(connection)))]
    return whose, []


def _refuse(faults: Sequence[LicencesError]) -> None:
    if faults:
        raise EntryError(faults)


def _find_override_faults(
    one: Override, codes: Collection[str], held: Collection[str]
) -> Iterator[LicencesError]:
    if one.code not in codes:
        yield UnknownNameError("licence", one.code, codes)
    elif one.code not in held and (one.kind != "verdict" or one.value in set(GIVEN) - {"not_needed"}):
        yield UsageError(f"nobody applies for {one.code}", "hold not_needed of it, or nothing")
    if one.kind not in KINDS:
        yield UnknownNameError("kind", one.kind, KINDS)
    elif fault := find_value_fault(one.kind, one.value):
        yield fault
    yield from _find_text_faults(
        one.because, "--because", "write the reason; the client will read it", LONGEST_TEXT
    )
    yield from _find_text_faults(one.by, "--by", "write who says so", LONGEST_NAME)
    yield from _find_day_faults(one.given_on)
    if one.until is not None:
        yield from _find_day_faults(one.until)
        if one.until < one.given_on:
            yield UsageError(
                f"it would end on {one.until}, before it counts from {one.given_on} on",
                "give the last day on which it counts",
            )


def find_value_fault(kind: str, value: str) -> LicencesError | None:
    """What is wrong with a value of an override of a kind, None where it is right."""
    said = quote(value)
    if kind == "verdict":
        return (
            None
            if value in GIVEN
            else UsageError(f"--verdict: {said} cannot be held", f"one of {', '.join(GIVEN)}")
        )
    if kind == "days":
        is_right = re.fullmatch(r"\d{1,5}", value, re.ASCII) and int(value) <= MAX_DAYS
        return (
            None
            if is_right
            else UsageError(
                f"--days: {said} is no number of working days", f"a whole number from 0 to {MAX_DAYS}"
            )
        )
    is_right = re.fullmatch(r"\d{1,10}(\.\d{1,2})?", value, re.ASCII) and float(value) <= MAX_FEE_CNY
    return (
        None
        if is_right
        else UsageError(
            f"--fee: {said} is no amount",
            f"yuan from 0 to {MAX_FEE_CNY:,}, such as 1200 or 99.50, without a comma",
        )
    )


def _shorten(one: Override) -> str:
    """The value as it is kept: numbers without what says nothing."""
    return one.value if one.kind == "verdict" else f"{float(one.value):.2f}".removesuffix(".00")


def _find_text_faults(text: str, what: str, right: str, most: int) -> Iterator[LicencesError]:
    if not text:
        yield UsageError(f"{what} is empty", right)
    if len(text) > most:
        yield UsageError(f"{what} has {len(text):,} characters", f"write at most {most}")
    if wrong := find_wrong_character(text):
        yield UsageError(f"{what} {wrong[0]}", "type it anew")


def _find_day_faults(day: date) -> Iterator[LicencesError]:
    if not FIRST_DAY <= day <= LAST_DAY:
        yield UsageError(f"{day} is out of reach", f"give a day from {FIRST_DAY} to {LAST_DAY}")


def _tidy(text: str) -> str:
    """A text on one line, without what cannot be seen."""
    return " ".join(take_away(text).split())
