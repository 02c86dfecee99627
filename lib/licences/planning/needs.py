"""Needs of one client: what it has to obtain, from which stage on, and by what each is judged."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from licences.assessment.verdicts import NEEDED, StageJudgement
from licences.planning.prerequisites import Before, PassedOver, settle_prerequisites
from licences.planning.timing import Timing

if TYPE_CHECKING:
    from licences.law.in_force import LawInForce
    from licences.rules.kleene import Profile


@dataclass(frozen=True, eq=False)
class PlannedStage:
    """What a client tells and needs from a day on, None for the present, and what of it is to be obtained.

    law: by which it is judged. required: the codes of the steps that are required in it, or in an earlier one, whether
    they can be dated or not. launch: the day on which those are done that can be dated.
    """

    begins_on: date | None
    law: LawInForce
    profile: Profile
    verdicts: Mapping[str, str]
    required: tuple[str, ...] = ()
    launch: date | None = None


@dataclass(frozen=True, eq=False)
class Needs:
    """What is to be obtained, each code in the first stage that needs it.

    before: by code what it waits for. passed: by code the prerequisites that are passed over. places: by code the
    place of its stage, 0 for the present. timings: by code when it could be had, by its own stage.
    required: for each stage what is required in it or an earlier one.
    """

    before: Before
    passed: Mapping[str, Sequence[PassedOver]]
    places: Mapping[str, int]
    timings: Mapping[str, Timing]
    required: tuple[tuple[str, ...], ...]


def list_stages(
    law: LawInForce,
    profile: Profile,
    verdicts: Mapping[str, str],
    coming: Sequence[tuple[StageJudgement, LawInForce]],
) -> tuple[PlannedStage, ...]:
    """The present, and what is to come."""
    later = (PlannedStage(stage.begins_on, its, stage.profile, stage.verdicts) for stage, its in coming)
    return (PlannedStage(None, law, profile, verdicts), *later)


def find_needs(
    stages: Sequence[PlannedStage],
    done: Collection[str],
    begin: int,
    include: Collection[str] = (),
    *,
    prepares: bool = True,
    under_way: Collection[str] = (),
    submitted: Collection[str] = (),
) -> Needs:
    """What is to be obtained for each stage, with what it needs first.

    A step belongs to the first stage in which it is required or of a verdict in ``include``, or which needs it first for
    something else. What an earlier stage needs waits for nothing that only a later one needs. under_way: what is applied
    for, and so chosen, unless it is not needed. submitted: what of it the authority has, which waits for nothing.
    """
    before: Before = {}
    passed: dict[str, Sequence[PassedOver]] = {}
    places: dict[str, int] = {}
    timings: dict[str, Timing] = {}
    required: dict[str, None] = {}
    so_far: list[tuple[str, ...]] = []
    wanted = {"required", *include}
    for at, stage in enumerate(stages):
        law = _lift_prerequisites(stage.law, submitted)
        timing = Timing(law, stage.profile, stage.verdicts, done, begin, prepares=prepares)
        chosen = [
            code
            for code, verdict in stage.verdicts.items()
            if (verdict in wanted or (code in under_way and verdict in NEEDED)) and code not in done
        ]
        new, over = settle_prerequisites(
            law, chosen, stage.verdicts, done, timing.find_earliest, already=places
        )
        passed |= over
        for code, first in new.items():
            before[code] = list(dict.fromkeys([*before.get(code, ()), *first]))
            places.setdefault(code, at)
            timings.setdefault(code, timing)
        required |= dict.fromkeys(code for code in places if stage.verdicts[code] == "required")
        so_far.append(tuple(required))
    return Needs(before, passed, places, timings, tuple(so_far))


def _lift_prerequisites(law: LawInForce, submitted: Collection[str]) -> LawInForce:
    """The law for who has handed some applications in already, whatever was to come first."""
    lifted = {code: replace(law.entries[code], requires=()) for code in submitted if code in law.entries}
    return replace(law, entries={**law.entries, **lifted}) if lifted else law
