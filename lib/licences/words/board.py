"""Board of a case in a reader's language: its applications by state and as a table, what we hold, and notes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, TypedDict

from licences.analysis.board import COLUMNS, Application, find_board
from licences.words.overrides import say_note, say_override, view_note
from licences.words.progress import view_progress
from licences.words.texts import mark_day, say, say_day

if TYPE_CHECKING:
    from licences.analysis.case import Case
    from licences.book.events import Event
    from licences.rules.applications import CourseError
    from licences.rules.case_files import CaseFile


class CardView(TypedDict):
    """An application; lines: what is to be said of it, the note of its last event last."""

    code: str
    short: str
    official: str
    state: str
    lines: list[str]
    is_late: bool


class ColumnView(TypedDict):
    """The applications of a state."""

    title: str
    cards: list[CardView]


class RowView(TypedDict):
    """An application as a row of a table; cells: state, since, until when at the latest, last event, number, expiry."""

    code: str
    short: str
    official: str
    cells: list[str]
    is_late: bool


class BoardView(TypedDict):
    """What there is to see of a case; launch: what became of the day that was planned, empty where nothing can be said."""

    launch: str
    columns: list[ColumnView]
    headings: list[str]
    rows: list[RowView]
    overrides: list[str]
    notes: list[str]


def view_board(case: Case, case_file: CaseFile) -> BoardView:
    """The case of a client; case_file: with the notes for us alone, as of the day of the case."""
    own, board = partial(say, case.language), find_board(case)
    ours = [one for one in case_file.overrides if one.code in case.findings]
    return {
        "launch": view_progress(case)["launch"],
        "columns": [
            {
                "title": own(f"board.column.{column}"),
                "cards": [_view_card(case, one) for one in board if one.column == column],
            }
            for column in COLUMNS
        ],
        "headings": [
            own(f"board.heading.{name}")
            for name in ("licence", "state", "since", "by", "last", "number", "until")
        ],
        "rows": [_view_row(case, one) for one in board],
        "overrides": [say_override(one, case.law, case.findings[one.code].by_rules) for one in ours],
        "notes": [
            own("note.of", name=case.law.short(one.code), note=said) if one.code else said
            for one in case_file.notes
            if (said := say_note(view_note(one), case.language))
        ],
    }


def name_event(kind: str, language: str) -> str:
    """What an event is called."""
    return say(language, f"due.events.{kind}")


def say_entry(name: str, event: Event, language: str) -> str:
    """What was recorded of a licence."""
    happened = name_event(event.kind, language)
    day = say(language, "board.day_unknown") if event.happened_on is None else event.happened_on
    return say(language, "board.recorded", name=name, event=happened, day=day)


def say_course_error(error: CourseError, name: str, language: str) -> str:
    """Why an event of a licence cannot be, and what can be in place of it."""
    own, last = partial(say, language), error.last
    if error.reason != "order":
        why = own(f"board.is_{error.reason}")
    elif last is None:
        why = own("board.nothing")
    else:
        day = last.happened_on or own("board.day_unknown")
        why = own("due.event_on", event=name_event(last.kind, language), day=day)
    return own(
        "board.cannot",
        name=name,
        event=name_event(error.event.kind, language),
        day=error.event.happened_on or own("board.day_unknown"),
        why=why,
        events=own("list").join(name_event(kind, language) for kind in error.can_follow),
    )


def _view_card(case: Case, one: Application) -> CardView:
    return {**_name(case, one), "state": _name_state(case, one), "lines": list(_list_lines(case, one))}  # type: ignore[typeddict-item]


def _view_row(case: Case, one: Application) -> RowView:
    own, course = partial(say, case.language), one.course
    last = ""
    if course:
        day = course.last_on or own("board.day_unknown")
        last = own("due.event_on", event=name_event(course.state, case.language), day=day)
        if course.note:
            last = own("progress.because", what=last, reason=course.note)
    cells = [
        own(f"board.column.{one.column}") if one.column != "decided" else _name_state(case, one),
        say_day(one.since),
        mark_day(one.by),
        last or "–",
        one.number or "–",
        say_day(one.until),
    ]
    return {**_name(case, one), "cells": cells}  # type: ignore[typeddict-item]


def _name(case: Case, one: Application) -> dict[str, str | bool]:
    entry = case.law.entries.get(one.code)
    official = entry.official_name if entry else ""
    short = case.law.short(one.code)
    return {
        "code": one.code,
        "short": short,
        "official": "" if official == short else official,
        "is_late": one.is_late,
    }


def _name_state(case: Case, one: Application) -> str:
    return name_event(one.course.state, case.language) if one.course else ""


def _list_lines(case: Case, one: Application) -> Iterator[str]:
    own, course = partial(say, case.language), one.course
    if course:
        day = one.since or own("board.day_unknown")
        yield own("due.event_on", event=name_event(course.state, case.language), day=day)
    if one.by:
        yield own(f"board.by.{one.column}", day=mark_day(one.by))
    if one.number:
        yield own("progress.number", number=one.number)
    if one.until:
        yield own("progress.until", day=one.until)
    if course and course.note:
        yield course.note
