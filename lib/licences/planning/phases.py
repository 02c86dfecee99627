"""Phases of a plan: the earliest that prerequisites allow, and where the starting article says otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from licences.law.in_force import LawInForce
    from licences.planning.prerequisites import Before
    from licences.planning.schedule import Plan


def find_forced_phases(law: LawInForce, before: Before, order: Iterable[str]) -> dict[str, int]:
    """The earliest phase of each step that the phases of its prerequisites allow."""
    forced: dict[str, int] = {}
    for code in order:
        first = [law.entries[one] for one in before[code]]
        listed = [one.article_phase or one.phase for one in first]
        forced[code] = max([1, *listed, *(forced[one.code] for one in first)])
    return forced


@dataclass(frozen=True)
class PhaseConflict:
    """A step that the starting article lists in another phase than the one that it belongs in.

    kind: ``early`` where its prerequisites force a later phase, ``moved`` where we put it elsewhere
    for another reason, ``free`` where nothing that it requires makes it wait for the article's phase.
    """

    code: str
    kind: str
    article_phase: int
    phase: int
    because_of: tuple[str, ...] = ()


def find_phase_conflicts(plan: Plan) -> list[PhaseConflict]:
    """Where the article's phases and those that the prerequisites force disagree, step by step."""
    phases = {step.code: max(step.forced_phase, step.article_phase or step.phase) for step in plan.steps}
    conflicts = []
    for step in plan.steps:
        listed = step.article_phase
        if listed is None:
            continue
        if listed < step.forced_phase:
            late = tuple(code for code in step.requires if phases[code] > listed)
            conflicts.append(PhaseConflict(step.code, "early", listed, step.forced_phase, late))
        elif listed != step.phase:
            conflicts.append(PhaseConflict(step.code, "moved", listed, step.phase))
        elif listed > step.forced_phase and step.obstacle is None:
            conflicts.append(PhaseConflict(step.code, "free", listed, step.forced_phase))
    return conflicts
