"""Sensitivity of a launch: by how much it moves where one step is as quick, or as slow, as it can be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from licences.law.working_days import find_positions
from licences.planning.critical_path import Network

if TYPE_CHECKING:
    from licences.law.durations import Duration
    from licences.law.preparation import Preparation
    from licences.planning.schedule import Plan


@dataclass(frozen=True)
class Sensitivity:
    """By how many working days the launch moves with one step's times, all others at their likely ones.

    earlier_days: zero or less, with its shortest preparation and duration; later_days: zero or more, with the
    longest of both.
    """

    code: str
    preparation: Preparation
    duration: Duration
    earlier_days: int
    later_days: int

    @property
    def range_days(self) -> int:
        """How far the launch can move by this step alone."""
        return self.later_days - self.earlier_days


def find_sensitivities(plan: Plan) -> tuple[Sensitivity, ...]:
    """For each dated step how the launch moves with its times, the one that moves it most first.

    None where no required step can be dated.
    """
    dated = {step.code: step for step in plan.dated}
    required = [code for code in plan.stages[0].required if code in dated]
    if not required:
        return ()
    begin = int(find_positions(plan.start))
    lifted = {code: plan.find_release(step) for code, step in dated.items()}
    preparations = {code: step.preparation.likely_days for code, step in dated.items()}
    network = Network(
        before={code: step.requires for code, step in dated.items()},
        releases={code: max(begin, lifted[code] - days) for code, days in preparations.items()},
        durations={code: step.duration for code, step in dated.items() if step.duration},
        preparations=preparations,
        queues={code: step.queues_behind for code, step in dated.items()},
    )

    def find_launch(code: str, prepared_days: int, days: int) -> int:
        changed = replace(
            network,
            releases={**network.releases, code: max(begin, lifted[code] - prepared_days)},
            durations={**network.durations, code: replace(network.durations[code], likely_days=days)},
            preparations=preparations | {code: prepared_days},
        )
        _, finishes = changed.find_earliest()
        return max(finishes[one] for one in required)

    found = []
    for code, duration in network.durations.items():
        prepared = dated[code].preparation
        likely = find_launch(code, prepared.likely_days, duration.likely_days)
        earlier = find_launch(code, prepared.shortest_days, duration.shortest_days) - likely
        later = find_launch(code, prepared.longest_days, duration.longest_days) - likely
        found.append(Sensitivity(code, prepared, duration, earlier, later))
    return tuple(sorted(found, key=lambda one: (-one.range_days, one.code)))
