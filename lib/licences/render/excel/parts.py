"""Parts of the sheets of a workbook: columns and cells that are made alike on each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from licences.analysis.case import Case
from licences.law.durations import find_weakest
from licences.render.excel.cells import Cell, Column, Day, Estimate, Link, Table
from licences.render.excel.entered import Entry
from licences.render.excel.kept import KeptEntries
from licences.words.cases import view_case
from licences.words.labels import label_value
from licences.words.operating import say_for
from licences.words.plans import StepView
from licences.words.texts import read_texts

Read = Callable[[Any], Cell]
Part = tuple[Column, Read]

SHOWN = 8  # names of one cell; the others are counted
CODES = 10  # the width of what is hidden
STATE_TONES = ("estimate", "advised", "held", "done")  # of each state but the first, which nobody has touched


class Author:
    """What the writers of all sheets need: one case in its reader's language, and what its reader entered before."""

    def __init__(self, case: Case, entered: Sequence[Entry] = ()) -> None:
        self.case, self.view, self.kept = case, view_case(case), KeptEntries(entered)
        self.entries = case.plan.law.entries
        self.estimates = {label_value("days_likely_basis", "estimate", case.language): "estimate"}

    def say(self, key: str, **values: object) -> str:
        return say_for(self.case.is_operating, self.case.language, key, **values)

    def own(self, key: str, **values: object) -> str:
        """A text of the workbook."""
        return self.say(f"workbook.{key}", **values)

    def join(self, names: Iterable[str]) -> str:
        return self.say("list").join(names)

    def join_some(self, names: Sequence[str]) -> str:
        """The first of some names, and how many there are beside them, or in Chinese how many in all."""
        if len(names) <= SHOWN:
            return self.join(names)
        count = len(names) if self.case.language == "zh" else len(names) - SHOWN
        return self.own("for_more", names=self.join(names[:SHOWN]), count=count)

    def make_table(
        self, name: str, parts: Sequence[Part], subjects: Iterable[Any], empty: str, **how: Any
    ) -> Table:
        """A table with a row for each subject and a column for each part."""
        rows = [[read(subject) for _, read in parts] for subject in subjects]
        return Table(self.own(f"sheets.{name}"), [column for column, _ in parts], rows, empty, **how)

    def make_code(self, read: Read, key: str = "code") -> Part:
        """By what a row is known again when the workbook is read; hidden."""
        return Column(self.own(key), CODES, is_hidden=True), read

    def make_tick(self, read: Callable[[Any], Entry]) -> Part:
        mark = self.own("tick_mark")
        column = Column(
            self.own("tick"), 6, {mark: "held"}, [mark], self.own("tick_hint"), is_centred=True, entry="text"
        )
        return column, lambda one: read(one).tick

    def make_state(self, kind: str, width: int, read: Callable[[Any], Entry]) -> Part:
        """How far something is, to choose from a list."""
        states = self.list_states(kind)
        column = Column(
            self.own("status"),
            width,
            dict(zip(states[1:], STATE_TONES, strict=False)),
            states,
            self.own("status_hint"),
            entry="text",
        )
        return column, lambda one: self.say_state(read(one), kind)

    def list_states(self, kind: str) -> list[str]:
        return [str(one) for one in read_texts(self.case.language)["workbook"]["states"].get(kind, [""])]

    def say_state(self, entry: Entry, kind: str) -> str:
        state = entry.state
        return state if isinstance(state, str) else self.list_states(kind)[state or 0]

    def make_entry(self, label: str, width: int, read: Callable[[Any], Entry], name: str) -> Part:
        """A column that a reader fills in. name: of what an entry has."""
        entry = "day" if name.endswith(("_on", "_until")) else "text"
        return Column(self.own(label), width, entry=entry), lambda one: getattr(read(one), name)

    def say_basis(self, code: str, *names: str) -> str:
        """The weakest ground of the numbers that a row states, empty where it states none of them."""
        row = self.entries[code].row
        grounds = [str(row[f"{name}_basis"]) for name in names if not pd.isna(row[name])]
        return label_value("days_likely_basis", find_weakest(grounds), self.case.language) if grounds else ""


def part(
    label: str, width: int, read: Read, marks: Mapping[str, str] | None = None, *, is_centred: bool = False
) -> Part:
    return Column(label, width, marks or {}, is_centred=is_centred), read


def read_number(row: Mapping[str, Any], name: str) -> Cell:
    """A number of the catalogue, marked where it is an estimate; None where it is not known."""
    if pd.isna(row[name]):
        return None
    number = float(row[name])
    return Estimate(number) if row[f"{name}_basis"] == "estimate" else number


def make_link(address: str | None) -> Cell:
    """What a reader can click, where it is an address of the web."""
    return Link(address) if address and address.startswith(("http://", "https://")) else address


def read_day(text: str | date | None) -> date | None:
    """A day that the files have as a text."""
    return (text if isinstance(text, date) else date.fromisoformat(text)) if text else None


def mark_late(day: date | None, as_of: date, *, is_provisional: bool) -> Cell:
    """A last day, red where it has gone by."""
    return None if day is None else Day(day, is_provisional, day < as_of)


def list_waits(author: Author, step: StepView) -> Iterator[str | None]:
    """What holds a step up, and what it waits for; None where it is nothing."""
    yield step["standing"]
    yield step["late"]
    yield step["blocked_by"]
    if step["after"]:
        yield author.own("waits.after", names=author.join(step["after"]))
    yield step["waits"]
    if step["missing"]:
        yield author.own("waits.facts", names=author.join(step["missing"]))


def join_lines(texts: Iterable[str | None]) -> str:
    return "\n".join(filter(None, texts))
