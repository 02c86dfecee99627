"""What clients told, in a reader's language: what is new, what differs, and what contradicts itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, TypedDict

from licences.analysis.intake import HOLDS, Intake, Item, Told
from licences.words.phrases import say_value
from licences.words.problems import translate
from licences.words.texts import add_note, say

if TYPE_CHECKING:
    from licences.book.events import Event
    from licences.errors import Problem
    from licences.rules.facts import Field, Fields


class ToldJson(TypedDict):
    """A value, and where it comes from."""

    value: str
    by: str
    on: str | None
    how: str
    file: str


class AnswerJson(TypedDict):
    """An answer beside what is known."""

    name: str
    about: Literal["fact", "holds"]
    kind: Literal["new", "same", "again", "differs", "conflict", "unsure"]
    old: ToldJson
    new: ToldJson
    taken: Literal["theirs", "ours"] | None


class TakenEventJson(TypedDict):
    """An event that is not recorded yet."""

    code: str
    event: str
    on: str | None
    number: str
    until: str | None
    file: str


class RemarkJson(TypedDict):
    """A remark that is not noted yet."""

    about: str
    text: str
    file: str


class ContradictionJson(TypedDict):
    """Answers that contradict each other, or what is known."""

    fields: list[str]
    message: str


class PassedOverJson(TypedDict):
    """What a file says too unclearly to be kept."""

    file: str
    line: int
    column: str
    wrong: str
    right: str


class TakenClientJson(TypedDict):
    """What files told of a client."""

    client: str
    name: str
    is_new: bool
    files: list[str]
    edition: str | None
    answers: list[AnswerJson]
    events: list[TakenEventJson]
    remarks: list[RemarkJson]
    contradictions: list[ContradictionJson]
    passed_over: list[PassedOverJson]


class IntakeJson(TypedDict):
    """What files told, and whether it was written."""

    into: str
    is_written: bool
    clients: list[TakenClientJson]


def describe_intake(intakes: Iterable[Intake], into: str, language: str, *, is_written: bool) -> IntakeJson:
    """What was told and what becomes of it, as JSON has it. language: of what is wrong with what is passed over."""
    return {"into": into, "is_written": is_written, "clients": [_describe(one, language) for one in intakes]}


def _describe(one: Intake, language: str) -> TakenClientJson:
    return {
        "client": one.client,
        "name": one.name,
        "is_new": one.is_new,
        "files": [answers.file for answers in one.answers],
        "edition": one.edition or None,
        "answers": [_describe_item(item) for item in one.items],
        "events": [
            {
                "code": event.code,
                "event": event.kind,
                "on": event.happened_on.isoformat() if event.happened_on else None,
                "number": event.number,
                "until": event.until.isoformat() if event.until else None,
                "file": file,
            }
            for event, file in one.events
        ],
        "remarks": [
            *(RemarkJson(about=name, text=text, file=file) for name, text, file in one.remarks),
            *(RemarkJson(about=note.code, text=note.note, file=file) for note, file in one.notes),
        ],
        "contradictions": [
            {"fields": list(fields), "message": message} for fields, message in one.contradictions
        ],
        "passed_over": [
            {
                "file": fault.file,
                "line": fault.line,
                "column": fault.column,
                "wrong": translate(fault.wrong, language),
                "right": translate(fault.right, language),
            }
            for fault in list_passed_over(one)
        ],
    }


def _describe_item(item: Item) -> AnswerJson:
    return {
        "name": item.name,
        "about": "holds" if item.about == HOLDS else "fact",
        "kind": item.kind,  # type: ignore[typeddict-item]
        "old": _describe_told(item.old),
        "new": _describe_told(item.new),
        "taken": item.taken or None,  # type: ignore[typeddict-item]
    }


def _describe_told(told: Told) -> ToldJson:
    on = told.on.isoformat() if told.on else None
    return {"value": told.value, "by": told.by, "on": on, "how": told.how, "file": told.file}


def list_passed_over(intake: Intake) -> list[Problem]:
    """What the files of a client say too unclearly to be kept."""
    return [fault for answers in intake.answers for fault in answers.passed_over]


def name_item(item: Item, fields: Fields, names: Mapping[str, str], language: str) -> str:
    """What an answer is about. names: of the licences by code."""
    if item.about == HOLDS:
        return say(language, "intake.holds", name=names.get(item.name, item.name))
    return fields[item.name].label[language]


def say_item(told: Told, item: Item, fields: Fields, language: str) -> str:
    """A value with who told it and when, as far as that is known."""
    value = told.value
    if not value and told.file:
        said = say(language, "intake.not_sure")
    elif item.about == HOLDS:
        said = _say_held(value, language)
    else:
        said = _say_cell(fields[item.name], value, language)
    sources: Sequence[str] = [
        *([told.by] if told.by else []),
        *([told.on.isoformat()] if told.on else []),
    ]
    return add_note(said, say(language, "list").join(sources), language) if sources else said


def _say_held(item: str, language: str) -> str:
    if not item:
        return say(language, "not_told")
    until = item.partition("@")[2]
    return say(language, "intake.until", day=until) if until else say(language, "intake.held")


def _say_cell(field: Field, cell: str, language: str) -> str:
    if not cell:
        return say(language, "not_told")
    if field.type == "bool":
        return say_value(field, cell == "yes", language)
    return say_value(field, float(cell) if field.type == "number" else cell, language)


def say_event(event: Event, names: Mapping[str, str], language: str) -> str:
    """An event in a line."""
    day = event.happened_on.isoformat() if event.happened_on else say(language, "unknown")
    until = f" {say(language, 'intake.until', day=event.until.isoformat())}" if event.until else ""
    number = f" {event.number}" if event.number else ""
    return f"{names.get(event.code, event.code)}: {event.kind} {day}{number}{until}"
