"""Rows of a portfolio, gathered client by client: counts, steps, dates and open facts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from licences.assessment.questions import limit_stakes
from licences.assessment.stakes import weigh_field, weigh_licence
from licences.law.working_days import count_working_days
from licences.planning.promise import find_kind
from licences.planning.renewals import find_due
from licences.rules.asking import find_asked, find_parents

if TYPE_CHECKING:
    from licences.assessment.verdicts import Judgement
    from licences.law.in_force import LawInForce
    from licences.planning.schedule import Plan, Step
    from licences.rules.facts import Fields
    from licences.rules.logic import Rule

MONTHS = 12
_DAYS = "datetime64[s]"


def find_unlike(judged: Iterable[Judgement]) -> tuple[list[Judgement], list[int]]:
    """One client of each kind, and the kind of each client; all of a kind have told and hold the same."""
    unlike: list[Judgement] = []
    kinds: dict[tuple[object, ...], int] = {}
    of_clients = []
    for one in judged:
        later = tuple((stage.begins_on, *stage.profile.values()) for stage in one.stages[1:])
        kept = (one.engaged_on, one.case_file.strip_identity())
        kind = kinds.setdefault(
            (*one.profile.values(), *one.held.items(), one.denied, later, kept), len(unlike)
        )
        if kind == len(unlike):
            unlike.append(one)
        of_clients.append(kind)
    return unlike, of_clients


class PortfolioRows:
    """The rows of the portfolio's frames, one kind of client after the other."""

    def __init__(self, law: LawInForce) -> None:
        self.law = law
        self.until = (pd.Timestamp(law.as_of) + pd.DateOffset(months=MONTHS)).date()
        self.clients: list[tuple[Any, ...]] = []
        self.steps: list[tuple[Any, ...]] = []
        self.events: list[tuple[Any, ...]] = []
        self.questions: list[tuple[Any, ...]] = []

    def add(self, one: Judgement, plan: Plan) -> None:
        """Adds what is said of a kind; the plan itself is not kept."""
        kind = len(self.clients)
        required = [step for step in plan.steps if step.verdict == "required"]
        undated = sum(step.start is None for step in required)
        counts = Counter(one.verdicts.values())
        expired = sum(status == "expired" for status in plan.statuses.values())
        promise = find_kind(plan)
        row = (kind, len(required), undated, plan.launch, promise, counts["undetermined"], expired)
        self.clients.append(row)
        self.steps += _list_steps(kind, plan)
        self.events += [
            (
                kind,
                event.code,
                "renewal" if event.is_renewal else "duty",
                event.is_planned,
                event.renew_from or event.renew_by,
                event.renew_by,
                event.expires_on,
            )
            for event in find_due(plan, MONTHS)
            if event.renew_by < self.until
        ]
        self.questions += _list_questions(kind, one, plan, self.law)

    def make_frames(self) -> tuple[pd.DataFrame, ...]:
        """Clients, steps, events and questions; ``alike`` is the kind of client."""
        lists = (self.clients, self.steps, self.events, self.questions)
        frames = []
        for rows, columns in zip(lists, _COLUMNS, strict=True):
            values = list(zip(*rows, strict=True)) or [()] * len(columns)
            frame = {
                name: pd.Series(list(told), dtype=kind)
                for (name, kind), told in zip(columns.items(), values, strict=True)
            }
            frames.append(pd.DataFrame(frame))
        return tuple(frames)


_COLUMNS: tuple[Mapping[str, Any], ...] = (
    dict.fromkeys(("alike", "open", "undated"), "int64")
    | {"launch": _DAYS, "promise": "object"}
    | dict.fromkeys(("undetermined", "expired"), "int64"),
    {"alike": "int64", "code": "object", "verdict": "object"}
    | dict.fromkeys(("start", "submit_on", "finish", "latest_start"), _DAYS)
    | {
        "slack_days": "Int64",
        "preparation_days": "int64",
        "days": "Int64",
        "unit": "object",
        "requires": "object",
    }
    | dict.fromkeys(("is_first", "is_last", "is_on_path", "blocks", "is_begun"), "bool"),
    {"alike": "int64", "code": "object", "kind": "object", "is_planned": "bool"}
    | dict.fromkeys(("first", "last", "expires_on"), _DAYS),
    {
        "alike": "int64",
        "field": "object",
        "settles": "object",
        "worth": "float64",
        "conditions": "object",
        "stake": "float64",
    },
)


def _list_steps(kind: int, plan: Plan) -> Iterator[tuple[Any, ...]]:
    path = plan.critical_path
    on_path, first, last = set(path), path[:1], plan.decider
    undated = {step.code for step in plan.steps if step.start is None}
    for step in plan.steps:
        code = step.code
        preparation_days, days, unit = _find_times(step)
        yield (
            kind,
            code,
            step.verdict,
            step.start,
            step.submit_on,
            step.finish,
            step.latest_start,
            step.slack_days,
            preparation_days,
            days,
            unit,
            step.requires,
            code in first,
            code == last,
            code in on_path,
            step.start is None and undated.isdisjoint(step.requires),
            step.is_begun,
        )


def _find_times(step: Step) -> tuple[int, int | None, str | None]:
    """Working days of preparation, and the likely time of the authority with its unit; of what is under way from its own days."""
    if step.is_begun and step.start and step.submit_on and step.finish:
        prepared = max(0, int(count_working_days(step.start, step.submit_on)))
        return prepared, int(count_working_days(step.submit_on, step.finish)) + 1, "working"
    if step.duration is None:
        return step.preparation.likely_days, None, None
    return step.preparation.likely_days, step.duration.likely_days, step.duration.unit


def _list_questions(kind: int, one: Judgement, plan: Plan, law: LawInForce) -> Iterator[tuple[Any, ...]]:
    settles: defaultdict[str, list[str]] = defaultdict(list)
    worth: Counter[str] = Counter()
    stake: Counter[str] = Counter()
    conditions: defaultdict[str, list[str]] = defaultdict(list)
    for code, verdict in one.verdicts.items():
        if verdict == "undetermined":
            entry = law.entries[code]
            rule = entry.applies
            for field, share in _find_settling(rule, rule.find_kinds(one.profile)):
                worth[field] += share  # type: ignore[assignment]
                stake[field] += share * weigh_licence(entry)  # type: ignore[assignment]
                if share > 0:
                    settles[field].append(code)
    for step in plan.steps:
        for field in step.missing_facts:
            conditions[field].append(step.code)
    stakes = _weigh_questions({**worth, **conditions}, stake, one, law.catalogue.fields)
    for field, weighed in stakes.items():
        yield kind, field, tuple(settles[field]), float(worth[field]), tuple(conditions[field]), weighed


def _weigh_questions(
    names: Iterable[str], stake: Mapping[str, float], one: Judgement, fields: Fields
) -> dict[str, float]:
    """What hangs on each open fact that is asked of a client, as ``rank_questions`` says it."""
    weighed = {name: stake.get(name, 0) * weigh_field(fields[name]) for name in names}
    parents = {name: those for name, those in find_parents(fields).items() if name in weighed}
    if not parents:
        return weighed
    asked = find_asked(one.profile, fields)
    waits = {name: those for name, those in parents.items() if asked[name] is None}
    left = {name: weight for name, weight in weighed.items() if asked[name] is not False}
    blocks = [
        {name: weight for name, weight in left.items() if fields[name].is_rare is is_rare}
        for is_rare in (False, True)
    ]
    return {name: weight for block in blocks for name, weight in limit_stakes(block, waits).items()}


@lru_cache(maxsize=65536)
def _find_settling(rule: Rule, kinds: tuple[Any, ...]) -> tuple[tuple[str, float], ...]:
    return tuple(rule.find_settling(dict(zip(rule.names, kinds, strict=True))).items())
