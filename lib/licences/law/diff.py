"""Difference between two states of the law: rows added, ended, superseded, changed field by field."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from licences.errors import UsageError
from licences.law.in_force import LawInForce, Licence, find_law_in_force, find_shown
from licences.law.local import list_local_texts
from licences.law.rows import BEGINNING, make_plain

if TYPE_CHECKING:
    from licences.law.catalogue import Catalogue

CHANGES = ("added", "ended", "superseded", "changed")
_SAID_ELSEWHERE = frozenset({"papers"})  # in the documents, with what is wanted of each
# What a row says of its own end stands in the row that follows it.
_OF_ENDS = frozenset({"code", "in_force_to", "superseded_by"})
# What matters only to who has still to apply, and what is said only of what is needed.
OF_APPLYING = frozenset({"documents_zh", "documents_en"})
OF_NEEDED = frozenset({"advice_zh", "advice_en", "published_on", "article_phase"})
_OF_SOURCES = frozenset({"source", "source_url", "published_on", "checked_on", "confidence"})
Row = Mapping[str, Any]


@dataclass(frozen=True)
class RowChange:
    """One field of one row that differs; ``change`` is one of CHANGES, the values are those of JSON.

    A row that is added says the day from which it is in force, one that ends its last day.
    """

    code: str
    change: str
    field: str
    old: Any
    new: Any


@dataclass(frozen=True)
class LocalChange:
    """What a province says otherwise of one column of a licence, or beside it, in the reader's language.

    province: its six-digit code. field: without its language, ``remark`` for a sentence beside the row.
    old, new: None where it says nothing.
    """

    province: str
    code: str
    field: str
    old: str | None
    new: str | None


@dataclass(frozen=True, eq=False)
class Difference:
    """Two states of the law and what differs between them.

    old, new: the law in force in each. rows: the changes, row by row in the catalogue's order.
    announced: codes of which what comes into force later differs. local: the changes of provinces' rules.
    """

    old: LawInForce
    new: LawInForce
    rows: tuple[RowChange, ...]
    announced: tuple[str, ...] = ()
    local: tuple[LocalChange, ...] = ()

    def find_entries(self, code: str) -> tuple[Licence | None, Licence | None]:
        """What is in force of a code in the old and in the new law."""
        return self.old.entries.get(code), self.new.entries.get(code)

    @cached_property
    def codes(self) -> list[str]:
        """The codes of which the rows in force do not say the same to a reader of this language."""
        codes = [*self.new.entries, *(code for code in self.old.entries if code not in self.new.entries)]
        return [code for code in codes if self.fields.get(code) != []]

    @cached_property
    def fields(self) -> dict[str, list[str]]:
        """By code in force in both, the fields that differ to a reader of this language."""
        return {
            code: [
                name
                for name, value in find_shown(entry.row, self.new.language).items()
                if not _is_same(self.old.entries[code].row[name], value)
            ]
            if entry is not self.old.entries[code]
            else []
            for code, entry in self.new.entries.items()
            if code in self.old.entries
        }


def is_of_sources(field: str) -> bool:
    """Whether a column says only on what a row rests."""
    return field in _OF_SOURCES or field.endswith("_basis")


def compare_days(catalogue: Catalogue, first: date, last: date, language: str = "zh") -> Difference:
    """What differs between the rows in force on two days.

    Raises: UsageError where the first day lies after the last.
    """
    if first > last:
        raise UsageError(f"{first} lies after {last}", "give the earlier day first: --from, then --to")
    old, new = find_law_in_force(catalogue, first, language), find_law_in_force(catalogue, last, language)
    changes: list[RowChange] = []
    for code, entry in new.entries.items():
        was = old.entries.get(code)
        if was is None:
            changes.append(_say_added(entry.row))
        elif not _is_same(was.row["in_force_from"], entry.row["in_force_from"]):
            changes += _list_fields(was.row, entry.row, "superseded")
    for code, entry in old.entries.items():
        if code not in new.entries:
            changes += _say_ended(entry.row, new.entries)
    return Difference(old, new, tuple(changes), local=tuple(_compare_local(old, new)))


def compare_laws(old: Catalogue, new: Catalogue, as_of: date, language: str = "zh") -> Difference:
    """What differs between two catalogues, whatever day their rows are for; in force is what is so on ``as_of``.

    A row that is ended where another one of the same code follows it is superseded by that.
    """
    before, after = _group_rows(old), _group_rows(new)
    changes: list[RowChange] = []
    for code in [*after, *(code for code in before if code not in after)]:
        changes += _compare_periods(before.get(code, {}), after.get(code, {}))
    laws = find_law_in_force(old, as_of, language), find_law_in_force(new, as_of, language)
    coming = [_list_coming(law) for law in laws]
    codes = dict.fromkeys((*coming[1], *coming[0]))
    announced = tuple(code for code in codes if coming[0].get(code) != coming[1].get(code))
    return Difference(*laws, tuple(changes), announced, tuple(_compare_local(*laws)))


def _compare_local(old: LawInForce, new: LawInForce) -> Iterator[LocalChange]:
    was, now = (list_local_texts(law.catalogue.local, law.as_of, new.language) for law in (old, new))
    for key in sorted(dict.fromkeys((*now, *was)), key=lambda key: key[:2]):
        if was.get(key) != now.get(key):
            yield LocalChange(*key, was.get(key), now.get(key))


def _compare_periods(before: Mapping[Any, Row], after: Mapping[Any, Row]) -> Iterator[RowChange]:
    """The changes of one code, whose rows are given by the day from which they are in force."""
    added = [start for start in after if start not in before]
    gone = [start for start in before if start not in after]
    moved = {}
    if len(added) == len(gone) == 1 and len(before) == len(after):  # the row was given another first day
        moved = {added.pop(): gone.pop()}
    followed = set()
    for start in added:
        earlier = [other for other in before if other in after and other < start]
        if earlier and _has_ended(before[max(earlier)], after[max(earlier)]):
            followed.add(max(earlier))
    for start, row in after.items():
        if start in added:
            earlier = [other for other in followed if other < start]
            if not earlier or any(max(earlier) < other < start for other in added):
                yield _say_added(row)
            else:
                yield from _list_fields(before[max(earlier)], row, "superseded")
            continue
        was = before[moved.get(start, start)]
        has_ended = _has_ended(was, row)
        goes_on = has_ended and any(
            pd.Timestamp(other) == row["in_force_to"] + pd.Timedelta(days=1)
            for other in after
            if other not in added
        )
        if has_ended and not goes_on and start not in followed:
            yield from _say_ended(row, row["superseded_by"], was["in_force_to"])
        skipped = {"in_force_to", "superseded_by"} if has_ended and not goes_on else set()
        yield from (
            change for change in _list_fields(was, row, "changed", ends=True) if change.field not in skipped
        )
    for start in gone:
        yield _say_gone(before[start])


def _has_ended(was: Row, now: Row) -> bool:
    """Whether a row that was in force without end, or for longer, has now a last day."""
    if pd.isna(now["in_force_to"]):
        return False
    return bool(pd.isna(was["in_force_to"]) or now["in_force_to"] < was["in_force_to"])


def _say_added(row: Row) -> RowChange:
    return RowChange(str(row["code"]), "added", "in_force_from", None, make_plain(row["in_force_from"]))


def _say_gone(row: Row) -> RowChange:
    """A row that is there no more."""
    code, start = str(row["code"]), make_plain(row["in_force_from"])
    return RowChange(code, "ended", "in_force_from" if start else "code", start or code, None)


def _say_ended(row: Row, in_force: Container[str], was: Any = None) -> Iterator[RowChange]:
    """A row without a successor of its own code; another code that it names supersedes it."""
    code = str(row["code"])
    followers = [other for other in row["superseded_by"] if other in in_force and other != code]
    if followers:
        yield RowChange(code, "superseded", "superseded_by", [code], followers)
    change = "superseded" if followers else "ended"
    yield RowChange(code, change, "in_force_to", make_plain(was), make_plain(row["in_force_to"]))


def _list_fields(was: Row, now: Row, change: str, ends: bool = False) -> Iterator[RowChange]:
    for name in now:
        told = name not in _SAID_ELSEWHERE and (ends or name not in _OF_ENDS)
        if told and not _is_same(was[name], now[name]):
            yield RowChange(str(now["code"]), change, name, *_pair(was, now, name))


def _pair(was: Row, now: Row, name: str) -> tuple[Any, Any]:
    return make_plain(was[name]), make_plain(now[name])


def _group_rows(catalogue: Catalogue) -> dict[str, dict[Any, Row]]:
    """The rows by code and first day, in the catalogue's order; what has always been begins with time."""
    rows: dict[str, dict[Any, Row]] = {}
    for row in catalogue.rows.to_dict("records"):
        start = BEGINNING if pd.isna(row["in_force_from"]) else row["in_force_from"]
        rows.setdefault(str(row["code"]), {})[start] = {str(name): value for name, value in row.items()}
    return rows


def _list_coming(law: LawInForce) -> dict[str, list[dict[str, Any]]]:
    """What is to come by code, as a reader of the law's language sees it."""
    coming: dict[str, list[dict[str, Any]]] = {}
    for change in law.coming:
        row = change.entry.row
        is_end = change.kind == "end"
        shown = {"superseded_by": row["superseded_by"]} if is_end else find_shown(row, law.language)
        plain = {name: make_plain(value) for name, value in shown.items()}
        said = {"day": change.day.isoformat(), "kind": change.kind} | plain
        coming.setdefault(change.entry.code, []).append(said)
    return coming


def _is_same(one: Any, other: Any) -> bool:
    return bool(make_plain(one) == make_plain(other))
