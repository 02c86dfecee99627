"""Groups: companies of one platform side by side, each with its own verdicts and licences, nothing merged."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from licences.assessment.explain import Finding

# What can be said of a licence over the companies, and in this order what a reader looks at first.
KINDS = ("forbidden", "held_elsewhere", "held_by_none", "advised", "unneeded", "met", "open")


@dataclass(frozen=True, eq=False)
class GroupRow:
    """One licence over the companies of a group; findings: of each company its own, in their order.

    A licence is issued to one company: that another one holds it changes neither verdict nor status of this.
    """

    findings: tuple[Finding, ...]

    @property
    def code(self) -> str:
        return self.findings[0].code

    @cached_property
    def forbidden_to(self) -> tuple[str, ...]:
        return self._find(self.findings, ("forbidden",))

    @cached_property
    def needed_by(self) -> tuple[str, ...]:
        """Of whom it is required."""
        return self._find(self.findings, ("required",))

    @cached_property
    def advised(self) -> tuple[str, ...]:
        """Who may well have it, but need not, and does not hold it."""
        found = self._find(self.findings, ("recommended", "optional"))
        return tuple(client for client in found if client not in self.held_by)

    @cached_property
    def open_to(self) -> tuple[str, ...]:
        """Of whom it cannot be told yet."""
        return self._find(self.findings, ("undetermined",))

    @cached_property
    def held_by(self) -> tuple[str, ...]:
        """Who holds it on the day, or is taken to hold it."""
        return tuple(one.client for one in self.findings if one.is_obtained)

    @cached_property
    def lacking(self) -> tuple[str, ...]:
        """Who needs it and has still to obtain it."""
        return tuple(client for client in self.needed_by if client not in self.held_by)

    @property
    def kind(self) -> str | None:
        """The one of KINDS that this row is; None where it concerns none of the companies."""
        if self.forbidden_to:
            return "forbidden"
        if self.lacking:
            return "held_elsewhere" if self.held_by else "held_by_none"
        if self.needed_by:
            return "met"
        if self.advised:
            return "advised"
        if self.held_by:
            return "unneeded"
        return "open" if self.open_to else None

    @staticmethod
    def _find(findings: Iterable[Finding], verdicts: Collection[str]) -> tuple[str, ...]:
        return tuple(one.client for one in findings if one.verdict in verdicts)


@dataclass(frozen=True, eq=False)
class Group:
    """The companies of one group: ids to names in the file's order, and the licences that concern any of them.

    rows: first what a reader looks at first, see KINDS; within that as in the catalogue.
    """

    name: str
    companies: Mapping[str, str]
    rows: tuple[GroupRow, ...]

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """One row a code, one column a company: its verdict."""
        return self._tabulate("verdict")

    @cached_property
    def statuses(self) -> pd.DataFrame:
        """One row a code, one column a company: its status."""
        return self._tabulate("status")

    def _tabulate(self, name: str) -> pd.DataFrame:
        cells = [[getattr(one, name) for one in row.findings] for row in self.rows]
        index = pd.Index([row.code for row in self.rows], name="code")
        return pd.DataFrame(cells, index=index, columns=pd.Index(list(self.companies), name="client"))


def make_groups(
    profiles: pd.DataFrame, findings: Iterable[Finding], names: Collection[str] | None = None
) -> list[Group]:
    """The groups of the clients that were judged, in the file's order; names: only these."""
    companies: dict[str, dict[str, str]] = {}
    told = profiles[profiles["group"].notna()]
    for group, client, name in zip(told["group"], told["client"], told["name"], strict=True):
        if names is None or group in names:
            companies.setdefault(str(group), {})[str(client)] = str(name)
    group_of = {client: group for group, members in companies.items() for client in members}
    found: dict[str, dict[str, dict[str, Finding]]] = {group: {} for group in companies}
    for one in findings:
        if one.client in group_of:
            found[group_of[one.client]].setdefault(one.code, {})[one.client] = one
    return [Group(group, members, _order(members, found[group])) for group, members in companies.items()]


def _order(members: Collection[str], found: Mapping[str, Mapping[str, Finding]]) -> tuple[GroupRow, ...]:
    rows = [GroupRow(tuple(by_client[client] for client in members)) for by_client in found.values()]
    concerning = [(KINDS.index(row.kind), row) for row in rows if row.kind is not None]
    return tuple(row for _, row in sorted(concerning, key=lambda placed: placed[0]))
