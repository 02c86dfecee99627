"""Applications: what can happen to one, after what, and where one stands on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

from licences.errors import UsageError, suggest
from licences.reading.dictionary import read_dictionary
from licences.reading.places import find_data_folder
from licences.reading.tables import read_table

if TYPE_CHECKING:
    from licences.book.events import Event

START = "start"


@dataclass(frozen=True)
class Kind:
    """A kind of event. after: the kinds that it can follow. holding: ``begins``, ``goes_on``, ``ends`` or empty."""

    name: str
    after: tuple[str, ...]
    holding: str


@dataclass(frozen=True)
class Standing:
    """Where the application for a licence stands.

    last: the event that happened last. is_held: whether the licence is held whatever becomes of the application;
    number, until: of what is held.
    """

    last: Event
    is_held: bool = False
    number: str = ""
    until: date | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether an application is being prepared or decided."""
        return self.last.kind in {"preparing", "submitted", "accepted", "returned", "resubmitted"}


@cache
def read_kinds() -> Mapping[str, Kind]:
    """The kinds of events by name, ``start`` among them. Raises: ProblemsError, MissingFileError."""
    folder = find_data_folder()
    rows = read_table(
        folder / "application_events.csv",
        read_dictionary(folder / "dictionary.yaml")["application_events.csv"],
    )
    told = zip(rows["event"], rows["after"], rows["holding"], strict=True)
    return {
        event: Kind(event, tuple(after), "" if pd.isna(holding) else holding)
        for event, after, holding in told
    }


def order_events(events: Iterable[Event]) -> list[Event]:
    """By the day on which they happened, then as they were written; what has no day comes first."""
    return sorted(events, key=lambda one: (one.happened_on or date.min, one.id == 0, one.id))


def follow_events(events: Sequence[Event], as_of: date | None = None) -> dict[str, Standing]:
    """Where each application stands by code, at the end of a day or after all that is known."""
    standings: dict[str, Standing] = {}
    for event in order_events(events):
        if as_of is None or event.happened_on is None or event.happened_on <= as_of:
            standings[event.code] = _follow(standings.get(event.code), event)
    return standings


def _follow(before: Standing | None, event: Event) -> Standing:
    holding = read_kinds()[event.kind].holding
    if holding == "begins" or before is None:
        return Standing(event, holding in {"begins", "goes_on"}, event.number, event.until)
    if holding == "ends":
        return Standing(event)
    if holding == "goes_on":
        return Standing(event, True, event.number or before.number, event.until or before.until)
    return Standing(event, before.is_held, before.number, before.until)


def check_event(events: Sequence[Event], new: Event) -> None:
    """Says of an event whether it can have happened, given what else is known of the client.

    Raises: UsageError with what can happen instead.
    """
    kinds = read_kinds()
    if new.kind not in kinds or new.kind == START:
        raise UsageError(
            f"no event {new.kind!r}", suggest(new.kind, [name for name in kinds if name != START])
        )
    check_course([*(event for event in events if event.code == new.code), new])


def check_course(events: Sequence[Event]) -> None:
    """Says of the events of one application whether each can follow the one before.

    Raises: UsageError with what can happen instead.
    """
    before: Standing | None = None
    for event in order_events(events):
        last, is_held = (before.last, before.is_held) if before else (None, False)
        kind = read_kinds()[event.kind]
        if (last.kind if last else START) not in kind.after:
            raise CourseError(event, last, "order", is_held=is_held)
        if kind.holding == "begins" and is_held:
            raise CourseError(event, last, "held", is_held=is_held)
        if kind.holding in {"goes_on", "ends"} and not is_held:
            raise CourseError(event, last, "not_held", is_held=is_held)
        before = _follow(before, event)


class CourseError(UsageError):
    """An event that cannot follow the one before.

    last: None where nothing happened before. reason: ``order``, or ``held`` or ``not_held`` where that alone speaks against it.
    """

    def __init__(self, event: Event, last: Event | None, reason: str, *, is_held: bool) -> None:
        happened = f"it was {last.kind}{_say_day(last)}" if last else "nothing is recorded of it"
        since, right = {
            "order": (happened, _suggest(last)),
            "held": ("it is held", "record it as renewed or changed"),
            "not_held": ("it is not held", "record first when it was granted"),
        }[reason]
        super().__init__(f"{event.code} cannot be {event.kind}{_say_day(event)}, since {since}", right)
        self.event, self.last, self.reason, self.is_held = event, last, reason, is_held

    @property
    def can_follow(self) -> list[str]:
        """The kinds of events that can happen in place of it."""
        not_now = {"begins"} if self.is_held else {"goes_on", "ends"}
        return [name for name in _list_next(self.last) if read_kinds()[name].holding not in not_now]


def _say_day(event: Event) -> str:
    return f" on {event.happened_on}" if event.happened_on else ""


def _list_next(last: Event | None) -> list[str]:
    return [kind.name for kind in read_kinds().values() if (last.kind if last else START) in kind.after]


def _suggest(last: Event | None) -> str:
    can = ", ".join(_list_next(last))
    return f"what can follow: {can}" if last else f"record one of these first: {can}"


def list_holdings(standings: Mapping[str, Standing]) -> list[str]:
    """What is held, as the items of a clients file: ``CODE`` or ``CODE@YYYY-MM-DD``."""
    return [
        f"{code}@{standing.until}" if standing.until else code
        for code, standing in standings.items()
        if standing.is_held
    ]
