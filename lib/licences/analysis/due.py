"""Whom to call: of any number of clients what is overdue, sent back or due soon, by its last day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from licences.assessment.holdings import ImpliedHolders
from licences.assessment.verdicts import VERDICTS, Judgement, judge, number_verdicts
from licences.book.events import Event
from licences.law.in_force import LawInForce, Licence, find_law_for, find_law_in_force
from licences.law.local import PROVINCE
from licences.law.renewal_window import find_last_days
from licences.law.working_days import Days, read_calendar
from licences.planning.applications import UNDECIDED, find_courses, find_limit_day
from licences.planning.deadlines import DOUBTFUL, NEAR_DAYS
from licences.rules.applications import order_events
from licences.rules.case_files import list_case_files
from licences.rules.facts import list_extra, split_holdings
from licences.rules.logic import Facts, make_profile
from licences.rules.stages import list_stages

if TYPE_CHECKING:
    from licences.law.catalogue import Catalogue

KINDS = ("renewal", "duty", "decision", "correction")
_PLACE_UNDETERMINED = VERDICTS.index("undetermined")


@dataclass(frozen=True, slots=True)
class Call:
    """One thing about which a client is to be called.

    kind: ``renewal`` or ``duty`` of what is held; ``decision`` where the authority's limit has passed;
    ``correction`` where it sent papers back. last_day: to apply or to act, of a decision the last day of the limit;
    None for a correction. days_left: calendar days to it, negative where it has gone by. since: from when a
    correction waits, None where that is not known. expires_on: of a renewal. verdict: on what it is about.
    missing_facts: what decides an undetermined one. last: what happened last to an application for it, None where
    nothing is recorded. entry: the licence as it is in the client's province. is_provisional: the last day was
    counted over holidays that have not been announced. extra: the client's texts in columns of the firm's own, by name.
    """

    client: str
    name: str
    contact: str
    kind: str
    entry: Licence
    last_day: date | None = None
    days_left: int | None = None
    since: date | None = None
    expires_on: date | None = None
    verdict: str = "not_needed"
    missing_facts: tuple[str, ...] = ()
    last: Event | None = None
    is_provisional: bool = False
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def code(self) -> str:
        return self.entry.code

    @property
    def is_overdue(self) -> bool:
        """Whether its last day has gone by."""
        return self.days_left is not None and self.days_left < 0

    @property
    def is_doubtful(self) -> bool:
        """Whether what is held is not needed, or it cannot be told whether it is."""
        return self.expires_on is not None and self.verdict in DOUBTFUL

    @property
    def place(self) -> tuple[int, date, str, str, str]:
        """A key that sorts what is overdue first, then what was sent back, then what is due soon."""
        if self.last_day is None:
            return 1, self.since or date.min, self.client, self.code, self.kind
        return 0 if self.is_overdue else 2, self.last_day, self.client, self.code, self.kind


def find_calls(
    catalogue: Catalogue,
    profiles: pd.DataFrame,
    as_of: date,
    within_days: int = NEAR_DAYS,
    language: str = "zh",
) -> tuple[Call, ...]:
    """What to call the clients about: overdue first, then what was sent back, then by the days left.

    profiles: as they were on ``as_of``, see ``find_present``. within_days: how far ahead, in calendar days. The
    renewals and duties are those of each client's own ``find_deadlines`` whose last day lies no further ahead.
    """
    clients = _Clients(catalogue, profiles, as_of, language)
    until = as_of + timedelta(days=within_days)
    found = [*clients.find_renewals(until), *clients.find_duties(until), *clients.find_under_way()]
    judged = clients.judge(found)
    return tuple(sorted((one for _, one in judged), key=lambda one: one.place))


Placed = tuple[int, Call]
"""The place of a client among the profiles, and a call."""


class _Clients:
    """Many clients on one day, what each holds by code, and the law of its province."""

    def __init__(self, catalogue: Catalogue, profiles: pd.DataFrame, as_of: date, language: str) -> None:
        self.catalogue, self.profiles, self.as_of = catalogue, profiles, as_of
        self.law = find_law_in_force(catalogue, as_of, language)
        self.facts = Facts(profiles, catalogue.fields, as_of)
        self.laws, self.of_law = self._find_laws(language)
        contacts = profiles["contact"] if "contact" in profiles else pd.Series("", index=profiles.index)
        self.identities: list[tuple[str, str, str]] = list(
            zip(*(_list_texts(one) for one in (profiles["client"], profiles["name"], contacts)), strict=True)
        )
        self.extra = list_extra(profiles)
        self.held = self._list_held()

    def _find_laws(self, language: str) -> tuple[list[LawInForce], NDArray[np.intp]]:
        """The laws that are in force for some client, and which of them for each."""
        told = self.profiles[PROVINCE].astype(object) if PROVINCE in self.profiles else None
        if told is None or told.isna().all():
            return [self.law], np.zeros(len(self.profiles), dtype=np.intp)
        laws: dict[int, LawInForce] = {id(self.law): self.law}
        of_province: dict[Any, int] = {None: 0}
        numbers = {id(self.law): 0}
        for province in told.dropna().unique():
            law = find_law_for(self.catalogue, self.as_of, language, {PROVINCE: province})
            laws[id(law)] = law
            of_province[province] = numbers.setdefault(id(law), len(numbers))
        places = told.map(of_province).fillna(0).to_numpy(dtype=np.intp)
        return list(laws.values()), places

    def _list_held(self) -> dict[str, tuple[NDArray[np.intp], Days]]:
        """By code which clients hold it, in force or expired, and when it expires, NaT where that is not told."""
        known: dict[Any, Mapping[str, date | None]] = {}
        places: defaultdict[str, list[int]] = defaultdict(list)
        ends: defaultdict[str, list[date | None]] = defaultdict(list)
        for at, items in enumerate(self.profiles["holds"]):
            if items not in known:
                known[items] = split_holdings(items)
            for code, expires_on in known[items].items():
                places[code].append(at)
                ends[code].append(expires_on)
        return {
            code: (np.array(places[code], dtype=np.intp), np.array(ends[code], dtype="datetime64[D]"))
            for code in places
            if code in self.law.entries
        }

    def _split(self, code: str, places: NDArray[np.intp]) -> Iterator[tuple[Licence, NDArray[np.bool_]]]:
        """The entries of a code, and which of some clients each is for: mostly one for all."""
        entries = {id(law.entries[code]): law.entries[code] for law in self.laws}
        for name, entry in entries.items():
            ours = [at for at, law in enumerate(self.laws) if id(law.entries[code]) == name]
            chosen: NDArray[np.bool_] = np.isin(self.of_law[places], ours)
            if chosen.any():
                yield entry, chosen

    def _make(self, at: int, kind: str, entry: Licence, last_day: date | None, **how: Any) -> Placed:
        client, name, contact = self.identities[at]
        left = None if last_day is None else (last_day - self.as_of).days
        return at, Call(client, name, contact, kind, entry, last_day, left, extra=self.extra[at], **how)

    def find_renewals(self, until: date) -> Iterator[Placed]:
        """The renewals of what is held or was and has expired, with the last day until a day."""
        announced = read_calendar().announced_until
        for code, (places, ends) in self.held.items():
            for entry, chosen in self._split(code, places):
                last = find_last_days(entry.row, ends[chosen])
                due = last <= np.datetime64(until)
                is_counted = entry.row["renewal_days_unit"] == "working"
                told = (places[chosen][due], last[due], ends[chosen][due])
                for at, day, expires_on in zip(*(one.tolist() for one in told), strict=True):
                    is_provisional = is_counted and expires_on > announced
                    yield self._make(
                        at, "renewal", entry, day, expires_on=expires_on, is_provisional=is_provisional
                    )

    def find_duties(self, until: date) -> Iterator[Placed]:
        """The duties of what is held, or taken to be, in the windows that end until a day."""
        implied = ImpliedHolders(self.law, self.facts)
        everybody = np.arange(len(self.profiles))
        for code in self.law.entries:
            windows = {one for law in self.laws for one in law.entries[code].row["duty_windows"]}
            if not list(_list_ends(windows, self.as_of, until)):
                continue
            has = implied.find(code).copy()
            if code in self.held:
                places, ends = self.held[code]
                has[places[np.isnat(ends) | (ends >= np.datetime64(self.as_of))]] = True
            places = everybody[has]
            for entry, chosen in self._split(code, places):
                for day in _list_ends(entry.row["duty_windows"], self.as_of, until):
                    for at in places[chosen].tolist():
                        yield self._make(at, "duty", entry, day)

    def find_under_way(self) -> Iterator[Placed]:
        """The applications that an authority should have decided, and those that it sent back."""
        announced = read_calendar().announced_until
        for at, courses in self.courses.items():
            entries = self.laws[self.of_law[at]].entries
            for code, course in courses.items():
                if code not in entries:
                    continue
                if course[-1].kind == "returned":
                    yield self._make(at, "correction", entries[code], None, since=course[-1].happened_on)
                day = None
                if course[-1].kind in UNDECIDED:
                    day = find_limit_day(find_courses(course)[code], entries[code])
                if day is not None and day < self.as_of:
                    yield self._make(at, "decision", entries[code], day, is_provisional=day > announced)

    @cached_property
    def courses(self) -> Mapping[int, Mapping[str, list[Event]]]:
        """By the places of the clients of which anything is recorded, and by code, what happened to an application."""
        found = {}
        for at, file in enumerate(list_case_files(self.profiles)):
            if file.events:
                found[at] = courses = dict[str, list[Event]]()
                for event in order_events(file.events):
                    courses.setdefault(event.code, []).append(event)
        return found

    def judge(self, found: Iterable[Placed]) -> Iterator[Placed]:
        """The same with the verdicts, the facts that decide what is undetermined, and what happened last."""
        by_code: defaultdict[str, list[Placed]] = defaultdict(list)
        for placed in found:
            by_code[placed[1].code].append(placed)
        for code, ours in by_code.items():
            places = np.array([at for at, _ in ours], dtype=np.intp)
            numbers = self._number(code)[places].tolist()
            missing = self._find_missing(code, [at for at, number in zip(places.tolist(), numbers, strict=True)
                                                if number == _PLACE_UNDETERMINED])  # fmt: skip
            for (at, one), number in zip(ours, numbers, strict=True):
                verdict, facts = VERDICTS[number], missing.get(at, ())
                if at in self._staged:
                    verdict, facts = self._judge_stages(at, self.law.entries[code])
                course = self.courses.get(at, {}).get(code)
                yield (
                    at,
                    replace(one, verdict=verdict, missing_facts=facts, last=course[-1] if course else None),
                )

    def _number(self, code: str) -> NDArray[np.int8]:
        return number_verdicts(self.law.entries[code], self.facts)

    def _find_missing(self, code: str, places: list[int]) -> dict[int, tuple[str, ...]]:
        """The facts that still decide a licence, of some clients by their places."""
        rule = self.law.entries[code].applies
        columns = [self.facts.find_column(name).iloc[places].tolist() for name in rule.names]
        known: dict[tuple[Any, ...], tuple[str, ...]] = {}
        found = {}
        for at, *row in zip(places, *columns, strict=True):
            kinds = rule.find_kinds(make_profile(dict(zip(rule.names, row, strict=True))))
            if kinds not in known:
                known[kinds] = rule.find_missing(dict(zip(rule.names, kinds, strict=True)))
            found[at] = known[kinds]
        return found

    @cached_property
    def _staged(self) -> Mapping[int, Judgement]:
        """By their places the clients that are told in stages."""
        places = [at for at, stages in enumerate(list_stages(self.profiles)) if stages]
        if not places:
            return {}
        judged = judge(self.catalogue, self.profiles.iloc[places], self.as_of)
        return dict(zip(places, judged, strict=True))

    def _judge_stages(self, at: int, entry: Licence) -> tuple[str, tuple[str, ...]]:
        """The verdict over all stages, and what decides it where it is undetermined."""
        stage = self._staged[at].find_deciding(entry.code)
        verdict = stage.verdicts[entry.code] if stage else "not_needed"
        is_open = stage is not None and verdict == "undetermined"
        return verdict, entry.applies.find_missing(stage.profile) if stage and is_open else ()


def _list_ends(windows: Iterable[str], as_of: date, until: date) -> Iterator[date]:
    """The last days of windows of a year, from one day to another."""
    for year in range(as_of.year, until.year + 1):
        for window in windows:
            day = date.fromisoformat(f"{year}-{window.partition('..')[2]}")
            if as_of <= day <= until:
                yield day


def _list_texts(column: pd.Series) -> list[str]:
    """The texts of a column, empty where nothing is told."""
    return ["" if pd.isna(cell) else str(cell) for cell in column.tolist()]
