"""Stages: what a client will tell from a later day on, as further rows that say only what changes then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from licences.errors import MAX_PROBLEMS, Problem, quote
from licences.reading.bounds import FIRST_DAY, LAST_DAY
from licences.rules.case_files import find_case_present

if TYPE_CHECKING:
    from licences.reading.dictionary import Table

STAGES = "stages"
BEGINS_ON = "begins_on"
FROM = "from"


@dataclass(frozen=True)
class Stage:
    """What is otherwise for a client from a day on.

    changes: facts and their new values, as a profile has them; what is not in it stays as before.
    """

    begins_on: date
    changes: Mapping[str, bool | float | str]


def fold_stages(
    rows: pd.DataFrame, names: Collection[str], file: str, unread: Iterable[Problem]
) -> tuple[pd.DataFrame, pd.DataFrame, list[Problem]]:
    """Rows of a clients file as one row a client, which has a column ``stages``; beside them the further rows.

    names: the facts. unread: cells that could not be read, which are not blamed again. A client is told in
    stages where one of its rows has a day in ``from``; any other double stays, to be found as one.
    """
    stages: dict[int, tuple[Stage, ...]] = {}
    further: set[int] = set()
    problems: list[Problem] = []
    spoilt = {(one.line, one.column) for one in unread}
    for told in _find_staged(rows, {line for line, column in spoilt if column == FROM}):
        read = _StagedClient(told, names, file, spoilt)
        stages[read.first.place] = tuple(read.stages)
        further |= {one.place for one in told if one is not read.first}
        problems += read.problems
    listed = [stages.get(at, ()) for at in range(len(rows))]
    folded = rows.assign(**{STAGES: pd.Series(listed, index=rows.index, dtype=object)})
    if not further:
        return folded, rows.iloc[:0], problems[: MAX_PROBLEMS + 1]
    is_further = pd.Series([at in further for at in range(len(rows))], index=rows.index, dtype=bool)
    return folded[~is_further], rows[is_further], problems[: MAX_PROBLEMS + 1]


def loosen(table: Table) -> Table:
    """What further rows may hold: as the first ones, but that nothing has to be told twice."""
    columns = tuple(replace(column, required=False) for column in table.columns)
    return replace(table, columns=columns, key=())


def list_stages(profiles: pd.DataFrame) -> list[tuple[Stage, ...]]:
    """The stages of each client that are to come, in order; mostly none."""
    return profiles[STAGES].tolist() if STAGES in profiles else [()] * len(profiles)


def find_stage_profiles(profiles: pd.DataFrame) -> pd.DataFrame:
    """One row a client and stage with all that is told then, in order of time; the first is that of ``profiles``.

    As ``profiles``, and ``begins_on`` (datetime64, NaT in the first row of each client) in place of ``stages``.
    """
    every = list_stages(profiles)
    places = [at for at, stages in enumerate(every) for _ in range(1 + len(stages))]
    began: list[date | None] = []
    told: list[Mapping[str, Any]] = []
    for stages in every:
        began.append(None)
        told.append({})
        for stage in stages:
            began.append(stage.begins_on)
            told.append({**told[-1], **stage.changes})
    spread = profiles.iloc[places].drop(columns=STAGES, errors="ignore")
    days = pd.Series(began, index=spread.index, dtype="datetime64[us]")
    return _overlay(spread, told).assign(**{BEGINS_ON: days})


def find_present(profiles: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Clients as they are on a day: of those told in stages what has begun by then; later stages stay to come.

    Of clients of a book what they hold follows from what had happened by then, and nothing later counts.
    """
    profiles = find_case_present(profiles, as_of)
    every = list_stages(profiles)
    if not any(stage.begins_on <= as_of for stages in every for stage in stages):
        return profiles
    told: list[Mapping[str, Any]] = []
    ahead = []
    for stages in every:
        begun: dict[str, Any] = {}
        for stage in stages:
            if stage.begins_on <= as_of:
                begun |= stage.changes
        told.append(begun)
        ahead.append(tuple(stage for stage in stages if stage.begins_on > as_of))
    return _overlay(profiles, told).assign(**{STAGES: pd.Series(ahead, index=profiles.index, dtype=object)})


def _overlay(profiles: pd.DataFrame, told: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """The rows with what is told of each in place of what stands there, of the same dtypes."""
    changed: dict[str, dict[int, Any]] = {}
    for at, changes in enumerate(told):
        for name, value in changes.items():
            changed.setdefault(name, {})[at] = value
    columns = {}
    for name, values in changed.items():
        column = profiles[name].copy()
        if isinstance(column.dtype, pd.CategoricalDtype):
            known = set(column.cat.categories)
            column = column.cat.add_categories(sorted(set(values.values()) - known))
        column.iloc[list(values)] = list(values.values())
        columns[name] = column
    return profiles.assign(**columns) if columns else profiles


@dataclass(frozen=True)
class _Row:
    """A row of a client: its line, its place among all rows, and what is told in it."""

    line: int
    place: int
    told: Mapping[str, Any]

    @property
    def begins_on(self) -> pd.Timestamp | None:
        return None if pd.isna(self.told[FROM]) else self.told[FROM]


class _StagedClient:
    """The rows of one client that is told in stages, and what is wrong with them."""

    def __init__(
        self, rows: Sequence[_Row], names: Collection[str], file: str, spoilt: Collection[tuple[int, str]]
    ) -> None:
        self.file = file
        self.problems: list[Problem] = []
        dated = sorted((one for one in rows if one.begins_on is not None), key=_find_day)
        empty = [one for one in rows if one.begins_on is None and (one.line, FROM) not in spoilt]
        self.first = (empty or dated or list(rows))[0]
        for one in empty[1:]:
            right = "write the day from which it is so, such as 2027-04-01"
            self._blame(one, FROM, f"it is empty in a further row of {quote(one.told['client'])}", right)
        for one in rows:
            if one is not self.first:
                self._compare(one)
        unread = {line for line, _ in spoilt}
        self.stages = list(self._find_stages([one for one in dated if one is not self.first], names, unread))

    def _find_stages(
        self, further: Iterable[_Row], names: Collection[str], unread: Collection[int]
    ) -> Iterator[Stage]:
        """The stages of rows in order of time, and what is wrong with their days and with their changes."""
        present, before = dict(self.first.told), self.first.begins_on
        for one in further:
            day = one.told[FROM]
            if day == before:
                wrong = f"another row of {quote(one.told['client'])} begins on {day:%Y-%m-%d} too"
                self._blame(one, FROM, wrong, "give each a day of its own, or put them into one row")
                continue
            before = day
            if not FIRST_DAY <= day.date() <= LAST_DAY:
                right = f"give a day from {FIRST_DAY} to {LAST_DAY}"
                self._blame(one, FROM, f"{day:%Y-%m-%d} is out of reach", right)
                continue
            changes = {
                name: _make_plain(one.told[name])
                for name in names
                if not pd.isna(one.told[name]) and not _is_same(one.told[name], present[name])
            }
            if changes:
                present |= changes
                yield Stage(day.date(), changes)
            elif one.line not in unread:
                right = "tell what is otherwise from then on, or take the row out"
                self._blame(one, FROM, "the row changes nothing", right)

    def _compare(self, one: _Row) -> None:
        """Finds what a further row tells otherwise of what no stage changes."""
        for name in ("name", "group", "contact", "engaged_on"):
            told = one.told[name]
            if not pd.isna(told) and not _is_same(told, self.first.told[name]):
                wrong = f"{quote(told)} is not what the first row of the client tells"
                self._blame(one, name, wrong, "leave it empty, or write it as there")
        if one.told["holds"] and one.told["holds"] != self.first.told["holds"]:
            wrong = "what is granted later belongs to the plan and not to a stage"
            self._blame(one, "holds", wrong, "leave it empty")

    def _blame(self, one: _Row, column: str, wrong: str, right: str) -> None:
        self.problems.append(Problem(self.file, one.line, column, wrong, right))


def _find_day(one: _Row) -> tuple[pd.Timestamp, int]:
    return one.told[FROM], one.place


def _find_staged(rows: pd.DataFrame, spoilt: Collection[int]) -> list[list[_Row]]:
    """The rows of each client that is told in stages; spoilt: lines whose day could not be read."""
    is_double = rows["client"].duplicated(keep=False) & rows["client"].notna()
    is_dated = rows[FROM].notna() | rows.index.isin(list(spoilt))
    is_staged = (is_double & rows["client"].isin(rows["client"][is_dated])).to_numpy()
    if not is_staged.any():
        return []
    found: dict[str, list[_Row]] = {}
    records, lines = rows[is_staged].to_dict("records"), rows.index.tolist()
    for place, told in zip(np.flatnonzero(is_staged), records, strict=True):
        one = _Row(lines[place], int(place), {str(name): value for name, value in told.items()})
        found.setdefault(told["client"], []).append(one)
    return list(found.values())


def _is_same(told: Any, present: Any) -> bool:
    return not pd.isna(present) and bool(told == present)


def _make_plain(value: Any) -> bool | float | str:
    return value if isinstance(value, str) else bool(value) if isinstance(value, bool) else float(value)
