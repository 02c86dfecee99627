"""Intake of what clients told: what of it is new, what differs from what is known, and what contradicts itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from licences.assessment.contradictions import find_contradictions
from licences.book.notes import US, Note
from licences.rules.answers import CHECKLIST, Answers
from licences.rules.applications import follow_events, list_holdings
from licences.rules.case_entries import LONGEST_TEXT
from licences.rules.facts import DENIED, Fields, make_profiles

if TYPE_CHECKING:
    from licences.book.clients import Fact
    from licences.book.events import Event
    from licences.law.catalogue import Catalogue

NEW, SAME, AGAIN, DIFFERS, CONFLICT, UNSURE = "new", "same", "again", "differs", "conflict", "unsure"
KINDS = (CONFLICT, DIFFERS, NEW, AGAIN, UNSURE, SAME)
"""What becomes of an answer, what is to be looked at first: two files differ, it differs from what is known, it is new,
it is told again by somebody or on a day that is not known yet, the client is not sure, it is known."""
THEIRS, OURS = "theirs", "ours"
HOLDS = "holds"


@dataclass(frozen=True)
class Told:
    """A value, and where it comes from; by and on are empty where that is not known."""

    value: str
    by: str = ""
    on: date | None = None
    how: str = ""
    file: str = ""


@dataclass(frozen=True)
class Item:
    """An answer beside what is known. name: a field, or the code of what is held, where ``about`` is HOLDS.

    taken: THEIRS or OURS once that is decided, empty where it is not; it matters of DIFFERS alone.
    """

    name: str
    kind: str
    old: Told
    new: Told
    about: str = ""
    taken: str = ""

    @property
    def is_written(self) -> bool:
        """Whether the answer is to be kept."""
        return self.kind in {NEW, AGAIN} or (self.kind == DIFFERS and self.taken == THEIRS)


@dataclass(frozen=True)
class Known:
    """What is known of a client. cells: None where it is new. facts, events and notes: of a book, None else."""

    cells: Mapping[str, str] | None
    facts: Mapping[str, Fact] | None = None
    events: Sequence[Event] = ()
    notes: Sequence[Note] = ()

    @property
    def is_kept_in_a_book(self) -> bool:
        return self.facts is not None


@dataclass(frozen=True)
class Intake:
    """What files told of one client, beside what is known of it.

    events, notes: those that are not kept yet. edition: the oldest for which was asked, where the law is newer.
    contradictions: fields and message of those that come with the answers.
    """

    client: str
    name: str
    known: Known
    answers: tuple[Answers, ...]
    items: tuple[Item, ...]
    events: tuple[tuple[Event, str], ...] = ()
    notes: tuple[tuple[Note, str], ...] = ()
    remarks: tuple[tuple[str, str, str], ...] = ()
    edition: str = ""
    contradictions: tuple[tuple[tuple[str, ...], str], ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether the client is not known yet."""
        return self.known.cells is None

    @property
    def open(self) -> list[Item]:
        """What differs and is not decided."""
        return [one for one in self.items if one.kind == DIFFERS and not one.taken]

    @property
    def conflicts(self) -> list[Item]:
        """What two files tell differently."""
        return [one for one in self.items if one.kind == CONFLICT]

    @property
    def changes_something(self) -> bool:
        """Whether anything is to be written."""
        return (
            self.is_new
            or any(one.is_written for one in self.items)
            or bool(self.known.is_kept_in_a_book and (self.events or self.notes or self.remarks))
        )

    def make_cells(self) -> dict[str, str]:
        """The client's row as it will be."""
        cells = {"client": self.client, "name": self.name, HOLDS: "", **(self.known.cells or {})}
        for one in self.items:
            if one.is_written and not one.about:
                cells[one.name] = one.new.value
        holds = {_find_code(item): item for item in cells[HOLDS].split(";") if item}
        holds |= {one.name: one.new.value for one in self.items if one.is_written and one.about == HOLDS}
        return cells | {HOLDS: ";".join(holds.values())}

    def decide(self, taken: Mapping[str, str] | str) -> Intake:
        """The same with what is taken of what differs: of all of it, or by the name of each."""
        items = tuple(
            replace(one, taken=taken if isinstance(taken, str) else taken.get(one.name, one.taken))
            if one.kind == DIFFERS
            else one
            for one in self.items
        )
        return replace(self, items=items)


def compare_answers(
    client: str,
    answers: Sequence[Answers],
    known: Known,
    fields: Fields,
    edition: str,
) -> Intake:
    """What files tell of one client beside what is known of it. edition: of our law."""
    told = _gather(answers)
    names = [name for name in fields.by_name if name in told]
    items = [_compare(name, told[name], known) for name in names]
    items += _compare_holdings(answers, known)
    asked = [one.edition for one in answers if one.edition and one.edition < edition]
    name = next((one.name for one in answers if one.name), "")
    return Intake(
        client=known.cells["client"] if known.cells else client,
        name=known.cells["name"] if known.cells else name,
        known=known,
        answers=tuple(answers),
        items=tuple(sorted(items, key=lambda one: KINDS.index(one.kind))),
        events=tuple(_list_new_events(answers, known)),
        notes=tuple(_list_new_notes(answers, known)),
        remarks=tuple(_list_new_remarks(answers, known, fields)),
        edition=min(asked, default=""),
    )


def _gather(answers: Sequence[Answers]) -> dict[str, list[Told]]:
    """By field what each file tells of it; what is not sure has no value."""
    told: dict[str, list[Told]] = {}
    for one in answers:
        values = {**dict.fromkeys(one.unsure, ""), **one.cells}
        for name, value in values.items():
            day = one.days.get(name, one.told_on)
            told.setdefault(name, []).append(Told(value, one.told_by, day, "told", one.file))
    return told


def _compare(name: str, told: Sequence[Told], known: Known) -> Item:
    old = _find_old(name, known)
    if len({one.value for one in told}) > 1:
        return Item(name, CONFLICT, told[0], next(one for one in told if one.value != told[0].value))
    new = max(told, key=lambda one: one.on or date.min)
    if not new.value:
        return Item(name, DIFFERS if old.value else UNSURE, old, new)
    if not old.value:
        return Item(name, NEW, old, new)
    if old.value != new.value:
        return Item(name, DIFFERS, old, new)
    is_later = new.on is not None and (old.on is None or new.on > old.on)
    return Item(name, AGAIN if known.is_kept_in_a_book and is_later else SAME, old, new)


def _find_old(name: str, known: Known) -> Told:
    value = (known.cells or {}).get(name, "")
    fact = (known.facts or {}).get(name)
    return Told(value, fact.told_by, fact.told_on, fact.how) if fact and value else Told(value)


def _compare_holdings(answers: Sequence[Answers], known: Known) -> Iterator[Item]:
    """What is said to be held, beside what is; of a book without what its events tell already."""
    held = {_find_code(item): item for item in (known.cells or {}).get(HOLDS, "").split(";") if item}
    dated = {event.code for one in answers for event in one.events if event.kind in {"granted", "renewed"}}
    told: dict[str, list[Told]] = {}
    for one in answers:
        for item in one.holds:
            code = _find_code(item)
            if not (known.is_kept_in_a_book and code in dated):
                told.setdefault(code, []).append(Told(item, one.told_by, one.told_on, "told", one.file))
    for code, items in told.items():
        old, new = Told(held.get(code, "")), items[-1]
        if len({one.value for one in items}) > 1:
            yield Item(
                code, CONFLICT, items[0], next(one for one in items if one.value != items[0].value), HOLDS
            )
        elif old.value == new.value or (old.value.startswith(f"{code}@") and "@" not in new.value):
            yield Item(code, SAME, old, new, HOLDS)
        elif old.value in {"", code}:
            yield Item(code, NEW, old, new, HOLDS)
        else:
            yield Item(code, DIFFERS, old, new, HOLDS)


def _find_code(item: str) -> str:
    return item.removeprefix(DENIED).partition("@")[0]


def _list_new_events(answers: Sequence[Answers], known: Known) -> Iterator[tuple[Event, str]]:
    """The events that are not recorded yet, each with its file; one without another day or number is recorded."""
    kept = {(one.code, one.kind, one.happened_on) for one in known.events}
    held = {_find_code(item) for item in list_holdings(follow_events(known.events))}
    for one in answers:
        for event in one.events:
            key = (event.code, event.kind, event.happened_on)
            # What a ticked list calls granted may be what we hold already.
            if key in kept or (one.kind == CHECKLIST and event.kind == "granted" and event.code in held):
                continue
            kept.add(key)
            yield event._replace(by=event.by or one.told_by), one.file


def _list_new_notes(answers: Sequence[Answers], known: Known) -> Iterator[tuple[Note, str]]:
    kept = {(one.code, one.note) for one in known.notes}
    for one in answers:
        for note in one.notes:
            if (note.code, note.note) not in kept:
                kept.add((note.code, note.note))
                yield note._replace(by=note.by or one.told_by), one.file


def _list_new_remarks(
    answers: Sequence[Answers], known: Known, fields: Fields
) -> Iterator[tuple[str, str, str]]:
    """Remarks beside questions that are not noted yet: field, text and file."""
    kept = {one.note for one in known.notes}
    for one in answers:
        for name, text in one.remarks.items():
            if make_remark(name, text, fields) not in kept:
                yield name, text, one.file


def make_remark(name: str, text: str, fields: Fields) -> str:
    """A remark beside a question as a note of the client."""
    return f"{fields[name].label['zh']}: {text}"[:LONGEST_TEXT]


def list_notes(intake: Intake, fields: Fields, today: date) -> list[Note]:
    """All that is to be noted of a client, for the firm alone."""
    sources = {one.file: one for one in intake.answers}
    remarks = []
    for name, text, file in intake.remarks:
        source = sources[file]
        day = source.days.get(name) or source.told_on or today
        remarks.append(Note("", make_remark(name, text, fields), US, source.told_by, day))
    return [*(note for note, _ in intake.notes), *remarks]


def list_told(intake: Intake) -> list[tuple[dict[str, str], Told]]:
    """The cells that are to be written, by who told them and when."""
    told: dict[tuple[str, date | None], tuple[dict[str, str], Told]] = {}
    cells = intake.make_cells()
    for one in intake.items:
        if one.is_written:
            values, _ = told.setdefault((one.new.by, one.new.on), ({}, one.new))
            values |= {HOLDS: cells[HOLDS]} if one.about else {one.name: one.new.value}
    if intake.is_new:
        first = next(iter(told.values()), ({}, Told("", how="told")))
        identity = {name: cells[name] for name in ("client", "name", HOLDS)}
        return [(identity | first[0], first[1]), *list(told.values())[1:]]
    return list(told.values())


def add_contradictions(
    intakes: Sequence[Intake],
    catalogue: Catalogue,
    codes: Collection[str],
    as_of: date,
    language: str,
) -> list[Intake]:
    """The same with what contradicts itself once the answers are taken, what differs included, and did not before."""
    if not intakes:
        return []
    fields = catalogue.fields
    taken = [one.decide(THEIRS).make_cells() for one in intakes]
    before = [
        dict(one.known.cells or {}) or {"client": one.client, "name": one.name or "-"} for one in intakes
    ]
    found = []
    for rows in (taken, before):
        named = [row | {"name": row.get("name") or "-"} for row in rows]
        profiles = make_profiles(named, fields, codes, "")
        found.append(
            {
                (one.client, one.fields, one.message)
                for one in find_contradictions(catalogue, profiles, as_of, language)
            }
        )
    return [
        replace(
            one,
            contradictions=tuple(
                sorted((names, text) for client, names, text in found[0] - found[1] if client == one.client)
            ),
        )
        for one in intakes
    ]
