"""Law in force on a day, read once and made ready for many clients."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from licences.law.durations import Correction, Duration, find_chances, find_duration, read_corrections
from licences.law.local import PROVINCE, LocalCell, apply_cells, find_local_cells
from licences.law.overrides import lay_over_entry
from licences.law.own_times import lay_over
from licences.law.preparation import NOTHING, Preparation, find_preparation
from licences.law.rows import find_coming, find_ending, find_in_force, hold_on, split_prerequisites
from licences.reading.dictionary import LANGUAGES
from licences.rules.logic import Rule, read_rule

if TYPE_CHECKING:
    from licences.book.overrides import Override
    from licences.law.catalogue import Catalogue

_OTHER = {"zh": "_en", "en": "_zh"}
# Found by changing each column and looking at page, workbook and calendar; a test does so again.
_UNSHOWN = frozenset(
    {"in_force_from", "in_force_to", "superseded_by", "catalogue_code", "article_item", "papers",
     *(f"{name}_{language}" for name in ("research_note", "changed") for language in _OTHER)}
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Licence:
    """One licence, its rules read: whether it is needed, whether it can be obtained.

    duration: what the authority takes; preparation: what client and consultant take before it. row: its whole
    row of the catalogue. local: what of it, or beside it, is a province's own rule. short: what the trade calls
    it, its name where nothing else is known.
    """

    code: str
    name: str
    phase: int
    article_phase: int | None
    requires: tuple[tuple[str, ...], ...]
    duration: Duration | None
    applies: Rule
    condition: Rule | None
    row: Mapping[str, Any]
    local: tuple[LocalCell, ...] = ()
    short: str = ""
    preparation: Preparation = NOTHING

    @property
    def official_name(self) -> str:
        """Its name in Chinese, which is the official one."""
        return str(self.row["name_zh"])


@dataclass(frozen=True, eq=False)
class UpcomingChange:
    """A change ahead, from ``day`` on.

    before: the entry of the same code in force until then. kind: ``changed`` where there is one, ``again``
    where there was one earlier, ``new`` where there was none, ``end`` where the entry is no longer in force
    then and none of its code follows at once.
    """

    entry: Licence
    day: date
    kind: str
    before: Licence | None = None


@dataclass(frozen=True, eq=False)
class LawInForce:
    """The law on ``as_of`` in a reader's language; ``entries`` by code, in the catalogue's order.

    province: whose local rules, or the firm's own times there, stand in the entries, empty where none do. overrides: what
    we hold of a client's licences in place of the catalogue's days and fees, and stands in the entries. plain: the law without
    them.
    """

    catalogue: Catalogue
    as_of: date
    language: str
    entries: Mapping[str, Licence]
    province: str = ""
    overrides: tuple[Override, ...] = ()
    plain: LawInForce | None = None

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The rows of the catalogue in force, indexed by code."""
        return find_in_force(self.catalogue.rows, self.as_of)

    @cached_property
    def coming(self) -> tuple[UpcomingChange, ...]:
        """What comes into force later, or ends without a successor, earliest first, its rules read."""
        if self.plain is not None:
            return self.plain.coming
        begins, ends = (
            find_entries(self.catalogue, list(find(self.catalogue.rows, self.as_of).index), self.language)
            for find in (find_coming, find_ending)
        )
        changes = [
            UpcomingChange(entry, entry.row["in_force_to"].date() + timedelta(days=1), "end")
            for entry in ends
        ]
        last = dict(self.entries)
        for entry in begins:
            day, earlier = entry.row["in_force_from"], last.get(entry.code)
            last[entry.code] = entry
            if earlier is not None and earlier.row["in_force_to"] == day - timedelta(days=1):
                if self._say(earlier) != self._say(entry):
                    changes.append(UpcomingChange(entry, day.date(), "changed", earlier))
            else:
                was = earlier is not None or self._was_in_force(entry.code)
                changes.append(UpcomingChange(entry, day.date(), "again" if was else "new"))
        return tuple(sorted(changes, key=lambda change: (change.day, change.entry.code)))

    def _say(self, entry: Licence) -> str:
        return repr(find_shown(entry.row, self.language))

    def _was_in_force(self, code: str) -> bool:
        rows = self.catalogue.rows[self.catalogue.rows["code"] == code]
        return bool((rows["in_force_to"] < pd.Timestamp(self.as_of)).any())

    def name(self, code: str) -> str:
        """What a code is called; a code that is not in force keeps its code."""
        entry = self.entries.get(code)
        return entry.name if entry else code

    def short(self, code: str) -> str:
        """What the trade calls a code, for figures and tables; its name where it has no short one."""
        entry = self.entries.get(code)
        return entry.short or entry.name if entry else code


@lru_cache(maxsize=64)
def _list_local_provinces(catalogue: Catalogue, as_of: date) -> frozenset[str]:
    provinces = dict.fromkeys(catalogue.local["province"].dropna())
    return frozenset(
        str(one) for one in provinces if not find_local_cells(catalogue.local, str(one), as_of).empty
    )


def find_law_for(
    catalogue: Catalogue,
    as_of: date,
    language: str,
    profile: Mapping[str, Any],
    overrides: tuple[Override, ...] = (),
) -> LawInForce:
    """The law in force for one client: with the local rules of its province, where that is told and has any.

    So it is with the times of the firm's own cases there. overrides: what we hold of its licences; days and fees stand in
    place of the catalogue's.
    """
    province = profile.get(PROVINCE)
    if not isinstance(province, str) or not (
        province in _list_local_provinces(catalogue, as_of) or province in catalogue.own_times.provinces
    ):
        law = find_law_in_force(catalogue, as_of, language)
    else:
        law = _find_local_law(catalogue, as_of, language, province)
    return lay_over_law(law, overrides)


def lay_over_law(law: LawInForce, overrides: tuple[Override, ...]) -> LawInForce:
    """The law with what we hold of a client's days and fees; the same object where that is nothing."""
    ours = tuple(one for one in overrides if one.code in law.entries and one.counts_on(law.as_of))
    return _lay_over_law(law, ours) if any(one.kind != "verdict" for one in ours) else law


@lru_cache(maxsize=64)
def _lay_over_law(law: LawInForce, overrides: tuple[Override, ...]) -> LawInForce:
    entries = dict(law.entries)
    for one in overrides:
        entries[one.code] = lay_over_entry(entries[one.code], one)
    return replace(law, entries=entries, overrides=overrides, plain=law)


@lru_cache(maxsize=64)
def _find_local_law(catalogue: Catalogue, as_of: date, language: str, province: str) -> LawInForce:
    """The law in force with the local rules of a province; what it does not touch is the same object."""
    law = find_law_in_force(catalogue, as_of, language)
    corrections = read_corrections(catalogue.corrections)
    entries = dict(law.entries)
    for code, cells in find_local_cells(catalogue.local, province, as_of).groupby("code", sort=False):
        if code in entries:
            row, local = apply_cells(entries[str(code)].row, cells, catalogue.sources, catalogue.papers)
            entry = _make_entry(row, catalogue, language, corrections)
            stated = find_duration(row, corrections[row["kind"]])
            if stated != find_duration(entries[str(code)].row, corrections[row["kind"]]):
                entry = replace(entry, duration=stated)  # what a province rules goes before cases of others
            entries[str(code)] = replace(entry, local=local)
    for code in catalogue.own_times.list_codes(province):
        if code in entries:
            entry, own = entries[code], catalogue.own_times.find(code, province)
            duration = lay_over(entry.row, corrections[str(entry.row["kind"])], own)
            entries[code] = replace(entry, duration=duration)
    return replace(law, entries=entries, province=province)


@lru_cache(maxsize=8)
def find_law_in_force(catalogue: Catalogue, as_of: date, language: str = "zh") -> LawInForce:
    """The law in force on a day, in a language."""
    lines = list(catalogue.rows.index[hold_on(catalogue.rows, as_of)])
    found = find_entries(catalogue, lines, language)
    return LawInForce(catalogue, as_of, language, {entry.code: entry for entry in found})


def find_entries(catalogue: Catalogue, lines: Collection[int], language: str) -> list[Licence]:
    """The licences of some rows of the catalogue in a language; each is made once."""
    missing = [line for line in lines if (language, line) not in catalogue.entries]
    if missing:
        corrections = read_corrections(catalogue.corrections)
        rows = catalogue.rows.loc[missing].to_dict("records")
        for line, row in zip(missing, rows, strict=True):
            catalogue.entries[language, line] = _make_entry(row, catalogue, language, corrections)
    return [catalogue.entries[language, line] for line in lines]


def list_times(entry: Licence) -> Iterator[tuple[int, int, int]]:
    """The shortest, likely and longest days of all that a plan draws for a licence."""
    for times in (entry.preparation, entry.duration):
        if times:
            yield times.shortest_days, times.likely_days, times.longest_days
    if entry.duration and entry.duration.correction.chance:
        yield entry.duration.correction.days


def compile_catalogue(catalogue: Catalogue) -> None:
    """Makes the licences of every row in every language, with the chances of their times, and tries every answer to each rule."""
    for language in LANGUAGES:
        find_entries(catalogue, list(catalogue.rows.index), language)
    for entry in catalogue.entries.values():
        for times in list_times(entry):
            catalogue.chances[times] = find_chances(*times)
    for rule in catalogue.fields.rules.values():
        rule.compile()
    catalogue.fields.clients_table.compile()


def find_shown(row: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The cells of a row that a report in a language can show, or that it rests on."""
    others = {name for name in row if name.endswith(_OTHER[language]) and name != "name_zh"}
    return {name: value for name, value in row.items() if name not in others and name not in _UNSHOWN}


def _make_entry(
    row: Mapping[Any, Any], catalogue: Catalogue, language: str, corrections: Mapping[str, Correction]
) -> Licence:
    condition, short = row["eligible_when"], row[f"short_{language}"]
    return Licence(
        code=str(row["code"]),
        name=str(row[f"name_{language}"]),
        phase=int(row["phase"]),
        article_phase=None if pd.isna(row["article_phase"]) else int(row["article_phase"]),
        requires=split_prerequisites(row["requires"]),
        duration=lay_over(row, corrections[row["kind"]], catalogue.own_times.find(str(row["code"]))),
        preparation=find_preparation(catalogue.preparation, str(row["code"]), str(row["kind"])),
        applies=read_rule(row["applies_when"], catalogue.fields),
        condition=read_rule(condition, catalogue.fields) if isinstance(condition, str) else None,
        row={str(name): value for name, value in row.items()},
        short=short if isinstance(short, str) else str(row[f"name_{language}"]),
    )
