"""Groups in words: per licence what each company needs and holds, and what follows for none of the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from licences.law.kinds import OBLIGATIONS
from licences.words.findings import say_status
from licences.words.texts import say

if TYPE_CHECKING:
    from licences.analysis.group import Group, GroupRow
    from licences.assessment.explain import Finding
    from licences.law.in_force import LawInForce


@dataclass(frozen=True)
class CellView:
    """What one company is told of one licence; status is empty for what nobody can hold, ours where the rules say it."""

    verdict: str
    verdict_label: str
    status: str
    status_label: str
    begins: str
    ours: str = ""


@dataclass(frozen=True)
class RowView:
    """A licence, a cell for each company in their order, and the note beside them."""

    code: str
    short: str
    official: str
    cells: tuple[CellView, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class GroupView:
    """A group as a terminal and a page show it.

    parts: one of KINDS, its heading and its rows, those first that a reader looks at first. open: the short names of what
    cannot be told of any of the companies and is needed by none so far.
    """

    language: str
    name: str
    title: str
    rule: str
    companies: tuple[tuple[str, str], ...]
    licence: str
    note: str
    parts: tuple[tuple[str, str, tuple[RowView, ...]], ...]
    open: str


def view_group(group: Group, law: LawInForce) -> GroupView:
    """A group in the reader's language, which is that of the law."""
    language = law.language
    listed = [row for row in group.rows if row.kind != "open"]
    left = [law.short(row.code) for row in group.rows if row.kind == "open"]
    parts = [
        (kind, say(language, f"group.part_{kind}"), tuple(_view_row(row, group, law) for row in rows))
        for kind, rows in groupby(listed, key=lambda row: str(row.kind))
    ]
    title = say(
        language, "group.title", name=group.name, count=len(group.companies), as_of=law.as_of.isoformat()
    )
    names = say(language, "list").join(left)
    return GroupView(
        language=language,
        name=group.name,
        title=title,
        rule=say(language, "group.rule"),
        companies=tuple(group.companies.items()),
        licence=say(language, "group.licence"),
        note=say(language, "group.note"),
        parts=tuple(parts),
        open=say(language, "group.open", count=len(left), names=names) if left else "",
    )


def list_notes(row: GroupRow, group: Group, language: str) -> list[str]:
    """What is to be said of a licence over the companies: who needs it, who holds it, of whom it is open."""
    return list(_say_notes(row, group, language))


def _say_notes(row: GroupRow, group: Group, language: str) -> Iterator[str]:
    def name(clients: Iterable[str]) -> str:
        return say(language, "list").join(group.companies[client] for client in clients)

    who = {
        "needed": name(row.needed_by),
        "held": name(row.held_by),
        "lacking": name(row.lacking),
        "advised": name(row.advised),
        "open": name(row.open_to),
        "forbidden": name(row.forbidden_to),
    }
    if row.forbidden_to:
        yield say(language, "group.forbidden", **who)
    if row.lacking and row.held_by:
        yield say(language, "group.held_elsewhere", **who)
    elif row.lacking:
        yield say(language, "group.held_by_none", **who)
    elif row.needed_by:
        yield say(language, "group.met", **who)
    elif row.held_by:
        yield say(language, f"group.{_find_spare(row)}", **who)
    if row.advised:
        yield say(
            language, "group.advised" if row.held_by or row.needed_by else "group.advised_held_by_none", **who
        )
    if row.open_to:
        yield say(language, "group.open_to", **who)


def _find_spare(row: GroupRow) -> str:
    """How to say that a licence is held which nobody has to hold."""
    if any(one.verdict in {"recommended", "optional"} for one in row.findings):
        return "held"
    return "unneeded_so_far" if row.open_to else "unneeded"


def _view_row(row: GroupRow, group: Group, law: LawInForce) -> RowView:
    return RowView(
        code=row.code,
        short=law.short(row.code),
        official=law.entries[row.code].official_name,
        cells=tuple(_view_cell(one, law) for one in row.findings),
        notes=tuple(list_notes(row, group, law.language)),
    )


def _view_cell(one: Finding, law: LawInForce) -> CellView:
    language = law.language
    can_be_held = one.licence.row["kind"] not in OBLIGATIONS
    is_said = can_be_held and (one.verdict != "not_needed" or one.status != "not_held")
    return CellView(
        verdict=one.verdict,
        verdict_label=say(language, f"verdict.{one.verdict}"),
        status=one.status if is_said else "",
        status_label=say_status(one.status, one.implied_by, law.short, language) if is_said else "",
        begins=say(language, "assess.from", day=one.begins_on.isoformat()) if one.begins_on else "",
        ours=say(language, "override.basis") if one.override else "",
    )
