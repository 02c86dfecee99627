"""Shapes of what the commands print as JSON; the schemas in the documentation are made from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict, cast

import pandas as pd

from licences.words.due import CallJson
from licences.words.findings import FindingView, TracedView
from licences.words.holdings import ImpliedJson
from licences.words.intake import IntakeJson
from licences.words.issues import IssuedJson, IssueJson
from licences.words.messages import find_profiles, tell
from licences.words.own_times import DurationsJson
from licences.words.plan_json import PlanJson
from licences.words.progress import ProgressJson
from licences.words.remedies import RemediesView
from licences.words.scope import ScopeView

if TYPE_CHECKING:
    from licences.analysis.impact import ClientImpact
    from licences.law.diff import Difference

Cell = bool | int | float | str | list[str] | None


class QuestionJson(TypedDict):
    """An open fact of a client. settles: codes that some answer to it alone would decide.

    share: of the client's undetermined licences, how many an answer decides on average, 0 to 1.
    conditions: codes that apply and of which it decides whether the client can obtain them. stake: the licences
    that an answer decides on average, each weighed by what it is to do without it, and all by how usual the
    fact is. group: ``rare`` for facts that only few businesses have, to be answered together.
    """

    client: str
    field: str
    settles: list[str]
    share: float
    conditions: list[str]
    stake: float
    group: Literal["rare"] | None


class RowJson(TypedDict):
    """A field of a row that differs; change is ``added``, ``ended``, ``superseded`` or ``changed``."""

    code: str
    change: str
    field: str
    old: Cell
    new: Cell


class LocalJson(TypedDict):
    """What a province says otherwise of a licence; field ``remark`` is a sentence beside the row."""

    province: str
    code: str
    field: str
    old: str | None
    new: str | None


class VerdictMoveJson(TypedDict):
    """A verdict that differs."""

    code: str
    old: str
    new: str


class ImpactJson(TypedDict):
    """How a change of law touches a client, by codes; tell: what to say to it, in sentences.

    launch_moved_days: working days, later is positive; fees_moved_cny: yuan. None where it cannot be told.
    """

    client: str
    gained: list[str]
    lost: list[str]
    changed: list[VerdictMoveJson]
    launch_moved_days: int | None
    fees_moved_cny: float | None
    rewritten: list[str]
    rechecked: list[str]
    blocked: list[str]
    obtainable: list[str]
    announced: list[str]
    tell: list[str]


class DiffJson(TypedDict):
    """What changed in the catalogue, and the clients that it touches."""

    rows: list[RowJson]
    local: NotRequired[list[LocalJson]]
    clients: list[ImpactJson]


class CellJson(TypedDict):
    """A place as who looks at the file sees it; what is not known is empty."""

    sheet: str
    address: str
    label: str


class ProblemJson(TypedDict):
    """Something wrong in a file; line 0 where it is about the file as a whole."""

    file: str
    line: int
    column: str
    wrong: str
    right: str
    cell: CellJson | None


class CheckJson(TypedDict):
    """What is wrong or doubtful; with the deep check also what it counted: shares are 0 to 1.

    stages: how many later stages clients_in_stages tell; groups: of companies; own_columns: kept with the clients. None is left out.
    """

    problems: list[ProblemJson]
    implied: NotRequired[list[ImpliedJson]]
    scope: NotRequired[ScopeView]
    stages: NotRequired[int]
    clients_in_stages: NotRequired[int]
    groups: NotRequired[int]
    own_columns: NotRequired[list[str]]
    issued: NotRequired[IssuedJson]
    broken_rules: NotRequired[int]
    noticed: NotRequired[int]
    share: NotRequired[float]
    rules: NotRequired[int]
    rules_read: NotRequired[int]
    rules_read_share: NotRequired[float]
    rows: NotRequired[int]
    rows_high: NotRequired[int]
    rows_high_share: NotRequired[float]
    facts_with_evidence: NotRequired[int]
    facts_without_evidence: NotRequired[int]


OUTPUTS: dict[str, Any] = {
    "assess": list[FindingView],
    "assess --trace": list[TracedView],
    "assess --questions": list[QuestionJson],
    "plan": list[PlanJson],
    "progress": list[ProgressJson],
    "what-if": list[RemediesView],
    "diff": DiffJson,
    "check": CheckJson,
    "due": list[CallJson],
    "durations": DurationsJson,
    "intake": IntakeJson,
    "issue --list": list[IssueJson],
}
"""For each command with ``--json`` the type of what it prints."""


def describe_difference(
    difference: Difference, impacts: Iterable[ClientImpact], profiles: pd.DataFrame
) -> DiffJson:
    """A difference and the clients that it touches, those first to whom it matters most."""
    told = find_profiles(difference, profiles, impacts := list(impacts))
    said: DiffJson = {
        "rows": [cast(RowJson, asdict(change)) for change in difference.rows],
        "clients": [_describe_impact(one, tell(difference, one, told[one.client])) for one in impacts],
    }
    if difference.local:
        said["local"] = [cast(LocalJson, asdict(change)) for change in difference.local]
    return said


def _describe_impact(one: ClientImpact, sentences: list[str]) -> ImpactJson:
    return {
        "client": one.client,
        "gained": list(one.gained),
        "lost": list(one.lost),
        "changed": [{"code": code, "old": old, "new": new} for code, old, new in one.changed],
        "launch_moved_days": one.launch_moved_days,
        "fees_moved_cny": one.fees_moved_cny,
        "rewritten": [code for code, _ in one.rewritten],
        "rechecked": [code for code, _ in one.rechecked],
        "blocked": list(one.blocked),
        "obtainable": list(one.obtainable),
        "announced": list(one.announced),
        "tell": sentences,
    }
