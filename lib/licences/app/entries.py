"""Entries typed into the explorer: said in the language of the page what is wrong with them, and written into a book."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from licences.book.events import Event
from licences.book.notes import Note
from licences.book.overrides import Override
from licences.errors import LicencesError
from licences.law.catalogue import Catalogue
from licences.reading.characters import find_unseen
from licences.rules.applications import CourseError, read_kinds
from licences.rules.case_entries import MAX_DAYS, add_note, find_value_fault, give_override
from licences.rules.keeping import EventsError, begin_writing, record_events
from licences.words.board import say_course_error, say_entry
from licences.words.problems import say_error
from licences.words.texts import say

EVENT, NOTE, OVERRIDE = "event", "note", "override"
WHAT = (EVENT, NOTE, OVERRIDE)


@dataclass(frozen=True)
class Typed:
    """What stands in the form: which of WHAT it is, and all that was typed, whether that needs it or not.

    text: of a note, the reason of an override, or the remark of an event. held, value: what is held against the rules.
    """

    what: str
    code: str
    kind: str
    on: date | None
    number: str
    until: date | None
    text: str
    audience: str
    by: str
    held: str
    value: str


class EntryRefusedError(LicencesError):
    """All that speaks against an entry, a sentence a line."""


def has_expiry(kind: str) -> bool:
    """Whether an event of a kind comes with a number and an expiry."""
    return read_kinds()[kind].holding in {"begins", "goes_on"}


def write_entry(
    place: Path, client: str, typed: Typed, catalogue: Catalogue, name: str, language: str
) -> str:
    """Writes an entry of a client and says so in a sentence; name: of its licence.

    Raises: EntryRefusedError with all that speaks against it, BookError.
    """
    _refuse(list(_find_faults(typed, language)))
    day, own, by = typed.on or date.min, partial(say, language, name=name), typed.by.strip()
    writing, codes = begin_writing(by), set(catalogue.rows["code"])
    if typed.what == NOTE:
        note = Note(typed.code, typed.text, typed.audience, by, day)
        add_note(place, client, note, codes, writing)
        return own("board.noted")
    if typed.what == OVERRIDE:
        held = Override(typed.code, typed.held, typed.value.strip(), typed.text, by, day, typed.until)
        give_override(place, client, held, codes, catalogue.codes, writing)
        return own("board.overridden")
    number, until = (typed.number.strip(), typed.until) if has_expiry(typed.kind) else ("", None)
    event = Event(typed.code, typed.kind, day, number, until, " ".join(typed.text.split()), by or writing.by)
    try:
        record_events(place, [(client, event)], catalogue.codes, writing)
    except EventsError as errors:
        ((_, error),) = errors.errors
        if isinstance(error, CourseError):
            _refuse([say_course_error(error, name, language)])
        _refuse([say_error(error, language)])
    return say_entry(name, event, language)


def _refuse(faults: list[str]) -> None:
    if faults:
        raise EntryRefusedError("\n".join(faults))


def _find_faults(typed: Typed, language: str) -> Iterator[str]:
    own = partial(say, language)
    if not typed.code and typed.what != NOTE:
        yield own("board.fault.code")
    if typed.on is None:
        yield own("board.fault.on")
    if not typed.text.strip() and typed.what != EVENT:
        yield own(f"board.fault.{'text' if typed.what == NOTE else 'because'}")
    if not typed.by.strip() and typed.what != EVENT:
        yield own("board.fault.by")
    for key, text in (("number", typed.number), ("text", typed.text), ("by", typed.by)):
        if mark := find_unseen(text):
            yield f"{own(f'board.form.{key}')} {own('explorer.unseen', mark=mark)}"
    counts_until = typed.what == OVERRIDE or (typed.what == EVENT and has_expiry(typed.kind))
    if counts_until and typed.on and typed.until and typed.until < typed.on:
        yield own("board.fault.until", until=typed.until, day=typed.on)
    value = typed.value.strip()
    if typed.what == OVERRIDE and typed.held != "verdict" and find_value_fault(typed.held, value):
        yield own(f"board.fault.value_{typed.held}", value=repr(value), most=MAX_DAYS)
