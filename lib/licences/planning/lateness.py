"""Lateness: what should have been begun by the plan of the beginning, and has not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licences.law.working_days import count_working_days

if TYPE_CHECKING:
    from licences.planning.schedule import Plan


def find_late(plan: Plan, baseline: Plan) -> dict[str, int]:
    """By code the working days by which what was planned to begin before the plan goes on has not been begun.

    baseline: the plan from the beginning of the case on. What it did not hold yet cannot be late.
    """
    planned = {step.code: step.start for step in baseline.steps if step.start}
    late = {
        step.code: int(count_working_days(planned[step.code], plan.start))
        for step in plan.steps
        if step.course is None and step.code in planned and step.takes_time
    }
    return {code: days for code, days in late.items() if days > 0}
