"""Bars of a case that has begun: what was planned at its beginning, and what has been granted since."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from licences.analysis.case import Case
from licences.planning.applications import Course
from licences.render.figures.rows import DAY, measure_days
from licences.render.figures.style import GREEN, PALE
from licences.words.texts import mark_day, say

DONE_MARK = "✓ "


def find_done(case: Case) -> list[tuple[Course, date, date]]:
    """What was granted since the case began, from when until when it was worked on, by the day of the decision."""
    if case.plan.engaged_on is None:
        return []
    return sorted(_list_done(case, case.plan.engaged_on), key=lambda one: (one[2], one[1], one[0].code))


def _list_done(case: Case, engaged_on: date) -> Iterator[tuple[Course, date, date]]:
    still = {step.code for step in case.steps}
    for code, course in case.plan.courses.items():
        decided = course.decided_on if course.state in {"granted", "renewed", "changed"} else None
        if decided and decided >= engaged_on and code not in still and code in case.law.entries:
            yield course, course.began_on or course.submitted_on or decided, decided


def draw_actual(case: Case, codes: Collection[str]) -> list[dict[str, Any]]:
    """The traces of what was planned at the beginning for some codes, below their bars, and of what was granted."""
    return [*_draw_planned(case, codes), *_draw_done(case)]


def _draw_planned(case: Case, codes: Collection[str]) -> Iterator[dict[str, Any]]:
    baseline = case.forecast.baseline
    steps = [step for step in baseline.dated if step.code in codes] if baseline else []
    if steps:
        yield {
            "type": "bar",
            "orientation": "h",
            "name": say(case.language, "progress.planned"),
            "y": [step.code for step in steps],
            "base": [step.start.isoformat() for step in steps if step.start],
            "x": [measure_days(step.start, step.finish) for step in steps],
            "width": 0.13,
            "offset": 0.32,
            "marker": {"color": PALE},
            "customdata": [[step.name, mark_day(step.start), mark_day(step.finish)] for step in steps],
            "hovertemplate": "%{customdata[0]}<br>%{customdata[1]} – %{customdata[2]}<extra>%{fullData.name}</extra>",
        }


def _draw_done(case: Case) -> Iterator[dict[str, Any]]:
    done = find_done(case)
    if done:
        yield {
            "type": "bar",
            "orientation": "h",
            "name": say(case.language, "progress.actual"),
            "y": [course.code for course, _, _ in done],
            "base": [began.isoformat() for _, began, _ in done],
            "x": [
                max(measure_days(began, decided), DAY.total_seconds() * 1000) for _, began, decided in done
            ],
            "marker": {"color": GREEN},
            "customdata": [
                [case.name_code(course.code), mark_day(began), mark_day(decided)]
                for course, began, decided in done
            ],
            "hovertemplate": "%{customdata[0]}<br>%{customdata[1]} – %{customdata[2]}<extra>%{fullData.name}</extra>",
        }
