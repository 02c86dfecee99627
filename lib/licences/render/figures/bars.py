"""Bars of a plan in time: preparation, decision, the path that decides, and by when a step is done or has to be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from licences.analysis.case import Case
from licences.planning.schedule import Step
from licences.render.figures.rows import DAY, hatch, measure_days
from licences.render.figures.style import BLUE, INK, PALE, PAPER, PREPARATION
from licences.words.operating import say_for
from licences.words.own_times import label_ground
from licences.words.texts import mark_day, say

_CHANCES = "<br>50 % %{customdata[5]} · 80 % %{customdata[6]} · 90 % %{customdata[7]}"


def draw_bars(case: Case, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """The traces of the dated steps, four at most, each with one entry in the legend.

    The last says how far a step may run late: by when it is done in 50, 80 and 90 percent where that can be promised,
    and elsewhere how long it can wait.
    """
    estimates = sorted(
        steps, key=lambda step: step.basis != "estimate"
    )  # the first one's look is the legend's
    prepared = sorted(
        (step for step in steps if step.submit_on != step.start),
        key=lambda step: step.preparation.basis != "estimate",
    )
    path = [step for step in steps if step.code in case.plan.critical_path]
    promised = [step for step in steps if step.code in case.forecast.promised]
    waiting = [step for step in steps if step.slack_days]
    return [
        *([_draw_preparation(case, prepared)] if prepared else []),
        _draw_decision(case, estimates),
        *([_frame_path(case, path)] if path else []),
        *(
            [_draw_percentiles(case, promised)]
            if promised
            else [_draw_slack(case, waiting)]
            if waiting
            else []
        ),
    ]


def _draw_preparation(case: Case, steps: Sequence[Step]) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": say(case.language, "chart.preparation"),
        "y": [step.code for step in steps],
        "base": [step.start.isoformat() for step in steps if step.start],
        "x": [measure_days(step.start, step.submit_on) - DAY.total_seconds() * 1000 for step in steps],
        "marker": {
            "color": PREPARATION,
            "line": {"color": BLUE, "width": 1},
            "pattern": hatch((step.preparation.basis == "estimate" for step in steps), BLUE)
            | {"solidity": 0.1},
        },
        "customdata": [[step.name, mark_day(step.start), mark_day(step.submit_on)] for step in steps],
        "hovertemplate": "%{customdata[0]}<br>%{customdata[1]} – %{customdata[2]}<extra>%{fullData.name}</extra>",
    }


def _draw_decision(case: Case, steps: Sequence[Step]) -> dict[str, Any]:
    has_estimates = any(step.basis == "estimate" for step in steps)
    return {
        "type": "bar",
        "orientation": "h",
        "name": say(case.language, "chart.decision_estimated" if has_estimates else "chart.decision"),
        "y": [step.code for step in steps],
        "base": [step.submit_on.isoformat() for step in steps if step.submit_on],
        "x": [measure_days(step.submit_on, step.finish) for step in steps],
        "marker": {
            "color": BLUE,
            "line": {"color": BLUE, "width": 1},
            "pattern": hatch((step.basis == "estimate" for step in steps), PAPER),
        },
        "customdata": [
            [
                step.name,
                mark_day(step.submit_on),
                mark_day(step.finish),
                say(case.language, "chart.slack_of", days=step.slack_days),
                label_ground(step.basis, [step], case.language),
                *map(mark_day, case.forecast.find_percentiles(step.code) or ()),
            ]
            for step in steps
        ],
        "hovertemplate": (
            "%{customdata[0]}<br>%{customdata[1]} – %{customdata[2]} (%{customdata[4]})<br>%{customdata[3]}"
            + (_CHANCES if case.forecast.promised else "")
            + "<extra></extra>"
        ),
    }


def _frame_path(case: Case, steps: Sequence[Step]) -> dict[str, Any]:
    """A frame around preparation and decision of each step on the path that decides."""
    return {
        "type": "bar",
        "orientation": "h",
        "name": say_for(case.is_operating, case.language, "chart.critical"),
        "y": [step.code for step in steps],
        "base": [step.start.isoformat() for step in steps if step.start],
        "x": [measure_days(step.start, step.finish) for step in steps],
        "marker": {"color": "rgba(0,0,0,0)", "line": {"color": INK, "width": 2.5}},
        "hoverinfo": "skip",
    }


def _draw_slack(case: Case, steps: Sequence[Step]) -> dict[str, Any]:
    xs: list[str | None] = []
    ys: list[str | None] = []
    for step in steps:
        if step.finish and step.latest_finish:
            xs += [_end(step.finish), _end(step.latest_finish), None]
            ys += [step.code, step.code, None]
    return {
        "type": "scatter",
        "x": xs,
        "y": ys,
        "mode": "lines",
        "name": say(case.language, "chart.slack"),
        "line": {"color": PALE, "width": 1.5, "dash": "dot"},
        "hoverinfo": "skip",
    }


def _draw_percentiles(case: Case, steps: Sequence[Step]) -> dict[str, Any]:
    """Marks at the days by which a step is done in 50, 80 and 90 percent, joined by a line."""
    xs: list[str | None] = []
    ys: list[str | None] = []
    symbols: list[str] = []
    for step in steps:
        days = case.forecast.simulation.finishes[step.code]
        xs += [*map(_end, days), None]
        ys += [step.code, step.code, step.code, None]
        symbols += ["line-ns-open", "line-ns-open", "diamond-tall", "circle"]
    return {
        "type": "scatter",
        "x": xs,
        "y": ys,
        "mode": "lines+markers",
        "name": say(case.language, "chart.percentiles"),
        "line": {"color": INK, "width": 1.5},
        "marker": {"symbol": symbols, "color": INK, "size": 9, "line": {"width": 1.5, "color": INK}},
        "hoverinfo": "skip",
    }


def _end(day: date) -> str:
    return (day + DAY).isoformat()
