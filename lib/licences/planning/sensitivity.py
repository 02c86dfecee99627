"""Sensitivity of a launch: by how much it moves where one time is as short, or as long, as it can be."""

from __future__ import annotations

from dataclasses import dataclass, replace

from licences.law.durations import Duration
from licences.law.working_days import find_positions
from licences.planning.critical_path import Network
from licences.planning.schedule import Plan


@dataclass(frozen=True)
class Sensitivity:
    """By how many working days the launch moves with one step's time, all others at their likely one.

    earlier_days: zero or less, with the shortest time; later_days: zero or more, with the longest.
    """

    code: str
    duration: Duration
    earlier_days: int
    later_days: int

    @property
    def range_days(self) -> int:
        """How far the launch can move by this time alone."""
        return self.later_days - self.earlier_days


def find_sensitivities(plan: Plan) -> tuple[Sensitivity, ...]:
    """For each dated step how the launch moves with its time, the one that moves it most first.

    None where no required step can be dated.
    """
    dated = {step.code: step for step in plan.dated}
    required = [code for code, step in dated.items() if step.verdict == "required"]
    if not required:
        return ()
    begin = int(find_positions(plan.start))
    durations = {code: step.duration for code, step in dated.items() if step.duration}
    network = Network(
        before={code: step.requires for code, step in dated.items()},
        releases={
            code: max(begin, int(find_positions(step.blocked_until))) if step.blocked_until else begin
            for code, step in dated.items()
        },
        durations=durations,
        queues={code: step.queues_behind for code, step in dated.items()},
    )

    def find_launch(code: str, days: int) -> int:
        changed = durations | {code: replace(durations[code], likely_days=days)}
        _, finishes = replace(network, durations=changed).find_earliest()
        return max(finishes[one] for one in required)

    found = []
    for code, duration in durations.items():
        likely = find_launch(code, duration.likely_days)
        earlier = find_launch(code, duration.shortest_days) - likely
        later = find_launch(code, duration.longest_days) - likely
        found.append(Sensitivity(code, duration, earlier, later))
    return tuple(sorted(found, key=lambda one: (-one.range_days, one.code)))
