"""Promise: whether a client can be given dates, and what stands against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from licences.assessment.holdings import DONE
from licences.rules.facts import HELD

if TYPE_CHECKING:
    from licences.planning.needs import PlannedStage
    from licences.planning.schedule import Plan, Step

DATES, NOT_BEFORE, NONE = "dates", "not_before", "none"
_OF_OBSTACLE = {"undated": "undated", "fails_condition": "blocked", "refused": "refused"}


@dataclass(frozen=True)
class Reason:
    """Why no date can be promised.

    kind: ``undated``, no time is known for ``codes``; ``blocked``, the client fails a condition of theirs and
    no time lifts it; ``refused``, the authority said no; ``overdue``, it has taken longer than the law gives it, or than is known; ``undetermined``, it cannot be told whether they are required, or whether what is required
    can be obtained; ``forbidden``, the client does what is forbidden. fields: the facts that would settle it,
    those first that decide most.
    """

    kind: str
    codes: tuple[str, ...]
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Promise:
    """What can be said of the day on which all is done that is required.

    kind: ``dates`` where every required step has a date and nothing that could still be required is
    undetermined; ``none`` where the client told no fact and holds nothing; else ``not_before``. not_before: the day on which what
    is required and has a date is done, by likely times; None where that is nothing.
    """

    kind: str
    not_before: date | None = None
    reasons: tuple[Reason, ...] = ()


def find_kind(plan: Plan, stage: PlannedStage | None = None) -> str:
    """The kind of promise for a stage of a plan, of the present by default, without working out the reasons."""
    stage = stage or plan.stages[0]
    if not plan.held and all(value is None for name, value in stage.profile.items() if name != HELD):
        return NONE
    is_promised = (
        "forbidden" not in stage.verdicts.values()
        and all(
            step.finish is not None and not step.missing_facts and not step.is_beyond_known
            for step in plan.list_required(stage)
        )
        and not find_open(plan, stage)
    )
    return DATES if is_promised else NOT_BEFORE


def find_promise(plan: Plan, stage: PlannedStage | None = None) -> Promise:
    """What a client can be promised for a stage of a plan, of the present by default.

    What is required is that of the stage and of those before it; what is forbidden or cannot be told, that of the
    stage alone.
    """
    stage = stage or plan.stages[0]
    kind = find_kind(plan, stage)
    return Promise(kind, stage.launch if kind == NOT_BEFORE else None, tuple(_list_reasons(plan, stage)))


def _list_reasons(plan: Plan, stage: PlannedStage) -> Iterator[Reason]:
    by_code = {step.code: step for step in plan.steps}
    required = plan.list_required(stage)
    roots: dict[str, dict[str, None]] = {kind: {} for kind in _OF_OBSTACLE.values()}
    for step in required:
        if step.finish is None:
            for root in _find_roots(step, by_code):
                kind = root.obstacle.kind if root.obstacle else "undated"
                roots[_OF_OBSTACLE.get(kind, "undated")][root.code] = None
    forbidden = tuple(code for code, verdict in stage.verdicts.items() if verdict == "forbidden")
    if forbidden:
        yield Reason("forbidden", forbidden)
    for kind in ("refused", "blocked", "undated"):
        if roots[kind]:
            yield Reason(kind, tuple(roots[kind]))
    overdue = tuple(step.code for step in required if step.is_beyond_known)
    if overdue:
        yield Reason("overdue", overdue)
    missing = {
        code: stage.law.entries[code].applies.find_missing(stage.profile) for code in find_open(plan, stage)
    }
    missing |= {step.code: step.missing_facts for step in required if step.missing_facts}
    if missing:
        yield Reason("undetermined", tuple(missing), _rank(missing.values()))


def find_open(plan: Plan, stage: PlannedStage | None = None) -> tuple[str, ...]:
    """The codes that could still be required: undetermined, of that obligation, not held and no step of an earlier stage."""
    stage = stage or plan.stages[0]
    return tuple(
        code
        for code, verdict in stage.verdicts.items()
        if verdict == "undetermined"
        and plan.statuses.get(code) not in DONE
        and code not in stage.required
        and stage.law.entries[code].row["obligation"] == "required"
    )


def _find_roots(step: Step, by_code: Mapping[str, Step]) -> Iterator[Step]:
    """The steps that cannot be dated by themselves, of those that a step waits for, itself among them."""
    if step.obstacle is None or step.obstacle.kind != "waits_for":
        yield step
        return
    for code in step.obstacle.codes:
        yield from _find_roots(by_code[code], by_code)


def _rank(missing: Iterable[Iterable[str]]) -> tuple[str, ...]:
    counts = Counter(name for fields in missing for name in fields)
    return tuple(name for name, _ in counts.most_common())
