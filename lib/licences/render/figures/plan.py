"""Figures of a plan in time: the timeline, the launch, and what falls due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go

from licences.analysis.case import Case
from licences.law.working_days import read_calendar
from licences.planning.schedule import Step
from licences.planning.simulation import SHARES
from licences.render.figures.style import INK, LINE, PALE, PHASE_COLOURS, dress, label_codes
from licences.words.labels import label_value
from licences.words.operating import say_for
from licences.words.stages import StageView, view_stages
from licences.words.texts import mark_day, say, say_day, say_share

DAY = timedelta(days=1)
CRITICAL = "▶ "
PROVISIONAL = "#f1eee3"
PREPARATION = "#dfe3e8"
_DAY_MS = 86_400_000
_CHANCES = "<br>50 % %{customdata[5]} · 80 % %{customdata[6]} · 90 % %{customdata[7]}"


def draw_timeline(case: Case) -> go.Figure | None:
    """The dated steps, phase by phase: preparation and decision, slack, and by when in 50, 80 and 90 percent.

    Two bars a step: pale from the start of its preparation, then in the colour of its phase from the submission
    to the result, hatched where a time is an estimate, framed on the path that decides the launch;
    ``customdata`` holds name, dates, slack and ground. A thin line is the slack; marks joined by a line are the
    three percentiles, where dates can be promised. A dashed line is the first day of a later stage. What lies past the announced holidays is shaded. None where
    no step can be dated.
    """
    dated = sorted(
        case.plan.dated, key=lambda step: (step.phase, step.start or date.max, step.finish, step.code)
    )
    if not dated:
        return None
    language, path = case.language, case.plan.critical_path
    prepared = [step for step in dated if step.submit_on != step.start]
    traces = [_draw_preparation(case, prepared)] if prepared else []
    traces += [
        _draw_bars(
            case,
            [step for step in dated if step.phase == phase],
            label_value("phase", phase, case.language),
            colour,
        )
        for phase, colour in PHASE_COLOURS.items()
    ]
    traces.append(_draw_slack(dated, say(language, "chart.slack")))
    if case.forecast.promised:
        traces.append(
            _draw_percentiles(case, [step for step in dated if step.code in case.forecast.promised])
        )
    traces.append(_explain_shade(language))
    labels = label_codes({step.code: case.short(step.code) for step in dated}, language)
    ticks = {code: f"<b>{CRITICAL}{label}</b>" if code in path else label for code, label in labels.items()}
    ends = [step.latest_finish for step in dated if step.latest_finish and step.code in path]
    ends += [step.finish for step in dated if step.finish]
    ends += [days[-1] for code in case.forecast.promised if (days := case.forecast.find_percentiles(code))]
    stages = [stage for stage in view_stages(case.forecast) if stage["begins_on"]]
    ends += [stage["begins_on"] for stage in stages if stage["begins_on"]]
    last = max(ends, default=case.start)
    layout = {
        "margin": {"l": 10, "r": 30, "t": 50, "b": 60},
        "bargap": 0.45,
        "xaxis": {
            "type": "date",
            "range": [
                (case.start - 3 * DAY).isoformat(),
                (last + max(7 * DAY, (last - case.start) / 12)).isoformat(),
            ],
            "gridcolor": LINE,
            "side": "top",
            "tickformat": "%Y-%m-%d",
            "nticks": 6,
        },
        "shapes": [_shade_provisional(last), *(_mark_stage(stage) for stage in stages)],
        "annotations": [_label_stage(stage) for stage in stages],
        **_set_rows(ticks, traces),
    }
    return dress(traces, layout, say(language, "page.figure_timeline"), "timeline")


def _draw_preparation(case: Case, steps: Sequence[Step]) -> dict[str, Any]:
    path = case.plan.critical_path
    return {
        "type": "bar",
        "orientation": "h",
        "name": say(case.language, "chart.preparation"),
        "y": [step.code for step in steps],
        "base": [step.start.isoformat() for step in steps if step.start],
        "x": [_measure(step.start, step.submit_on) - _DAY_MS for step in steps],
        "marker": {
            "color": PREPARATION,
            "line": {"color": INK, "width": [3 if step.code in path else 0.5 for step in steps]},
            "pattern": _hatch(step.preparation.basis == "estimate" for step in steps),
        },
        "customdata": [[step.name, mark_day(step.start), mark_day(step.submit_on)] for step in steps],
        "hovertemplate": "%{customdata[0]}<br>%{customdata[1]} – %{customdata[2]}<extra>%{fullData.name}</extra>",
    }


def _draw_bars(case: Case, steps: Sequence[Step], name: str, colour: str) -> dict[str, Any]:
    path = case.plan.critical_path
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "showlegend": bool(steps),
        "y": [step.code for step in steps],
        "base": [step.submit_on.isoformat() for step in steps if step.submit_on],
        "x": [_measure(step.submit_on, step.finish) for step in steps],
        "marker": {
            "color": colour,
            "line": {"color": INK, "width": [3 if step.code in path else 0 for step in steps]},
            "pattern": _hatch(step.basis == "estimate" for step in steps),
        },
        "customdata": [
            [
                step.name,
                mark_day(step.submit_on),
                mark_day(step.finish),
                say(case.language, "chart.slack_of", days=step.slack_days),
                label_value("days_likely_basis", step.basis, case.language),
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


def _draw_slack(steps: Iterable[Step], name: str) -> dict[str, Any]:
    xs: list[str | None] = []
    ys: list[str | None] = []
    for step in steps:
        if step.slack_days and step.finish and step.latest_finish:
            xs += [(step.finish + DAY).isoformat(), (step.latest_finish + DAY).isoformat(), None]
            ys += [step.code, step.code, None]
    return {
        "type": "scatter",
        "x": xs,
        "y": ys,
        "mode": "lines",
        "name": name,
        "line": {"color": PALE, "width": 2, "dash": "dot"},
        "hoverinfo": "skip",
    }


def _draw_percentiles(case: Case, steps: Sequence[Step]) -> dict[str, Any]:
    """Marks at the days by which a step is done in 50, 80 and 90 percent, joined by a line."""
    xs: list[str | None] = []
    ys: list[str | None] = []
    symbols: list[str] = []
    for step in steps:
        days = case.forecast.simulation.finishes[step.code]
        xs += [*((day + DAY).isoformat() for day in days), None]
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


def _shade_provisional(last: date) -> dict[str, Any]:
    """The shade over the days whose holidays have not been announced, to well past the last one drawn."""
    return {
        "type": "rect",
        "xref": "x",
        "yref": "paper",
        "x0": (read_calendar().announced_until + DAY).isoformat(),
        "x1": (last + timedelta(days=400)).isoformat(),
        "y0": 0,
        "y1": 1,
        "fillcolor": PROVISIONAL,
        "line": {"width": 0},
        "layer": "below",
        "name": "provisional",
    }


def _mark_stage(stage: StageView) -> dict[str, Any]:
    """A line at the beginning of a stage."""
    return {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": say_day(stage["begins_on"]),
        "x1": say_day(stage["begins_on"]),
        "y0": 0,
        "y1": 1,
        "line": {"color": INK, "width": 1.5, "dash": "dash"},
        "name": f"stage {stage['number']}",
    }


def _label_stage(stage: StageView) -> dict[str, Any]:
    """The number and the day of a stage, upright along its line; what changes then, where one points at it."""
    return {
        "xref": "x",
        "yref": "paper",
        "x": say_day(stage["begins_on"]),
        "y": 1,
        "xanchor": "right",
        "yanchor": "top",
        "textangle": -90,
        "showarrow": False,
        "text": f"{stage['label']} {say_day(stage['begins_on'])}",
        "hovertext": stage["changes_text"],
        "font": {"size": 11, "color": INK},
        "bgcolor": "rgba(255,255,255,0.7)",
    }


def _explain_shade(language: str) -> dict[str, Any]:
    """The entry of the legend for the shade."""
    return {
        "type": "scatter",
        "x": [None],
        "y": [None],
        "mode": "markers",
        "name": say(language, "chart.provisional"),
        "marker": {"symbol": "square", "size": 12, "color": PROVISIONAL, "line": {"color": PALE, "width": 1}},
    }


def draw_launch(case: Case) -> go.Figure | None:
    """How likely the launch is by each week: bars for the week itself, a line for all weeks until then.

    The three marks on the line are the days by which it is done in 50, 80 and 90 percent of the draws.
    None where no date can be promised.
    """
    language, launch = case.language, case.launch
    if launch is None:
        return None
    simulation = case.forecast.simulation
    weeks: dict[date, int] = {}
    for day, count in simulation.distribution.items():
        monday = day - timedelta(days=day.weekday())
        weeks[monday] = weeks.get(monday, 0) + count
    days = list(simulation.distribution)
    reached, until = 0, []
    for count in simulation.distribution.values():
        reached += count
        until.append(reached / simulation.draws)
    in_week = {
        "type": "bar",
        "x": [monday.isoformat() for monday in weeks],
        "y": [count / simulation.draws for count in weeks.values()],
        "width": 6 * 86_400_000,
        "offset": 0,
        "name": say(language, "chart.in_week"),
        "marker": {"color": "#56a3d9"},
        "hovertemplate": "%{x}: %{y:.0%}<extra></extra>",
    }
    until_then = {
        "type": "scatter",
        "x": [day.isoformat() for day in days],
        "y": until,
        "mode": "lines",
        "name": say(language, "chart.until_then"),
        "line": {"color": INK, "width": 2},
        "hovertemplate": "%{x}: %{y:.0%}<extra></extra>",
    }
    marks = list(zip(SHARES, launch, strict=True))
    percentiles = {
        "type": "scatter",
        "x": [day.isoformat() for _, day in marks],
        "y": [share for share, _ in marks],
        "mode": "markers+text",
        "marker": {"symbol": "diamond", "size": 11, "color": INK},
        "text": [f"<b>{say_share(share)}</b> {mark_day(day)}" for share, day in marks],
        "textposition": "top left",
        "showlegend": False,
        "hoverinfo": "skip",
        "name": "percentiles",
        "cliponaxis": False,
    }
    first, last = min(days, default=case.start), max(days, default=case.start)
    layout = {
        "height": 360,
        "margin": {"l": 10, "r": 20, "t": 50, "b": 40},
        "bargap": 0,
        "xaxis": {
            "type": "date",
            "range": [(first - (last - first) / 3 - 7 * DAY).isoformat(), (last + 7 * DAY).isoformat()],
            "tickformat": "%Y-%m-%d",
            "nticks": 7,
            "gridcolor": LINE,
        },
        "yaxis": {"tickformat": ".0%", "range": [0, 1.08], "gridcolor": LINE, "automargin": True},
        "shapes": [_shade_provisional(last)],
    }
    traces: list[dict[str, Any]] = [in_week, until_then, percentiles, _explain_shade(language)]
    return dress(traces, layout, say_for(case.is_operating, language, "page.figure_launch"), "launch")


def draw_renewals(case: Case) -> go.Figure | None:
    """What falls due in the next months, one row a licence: windows as bars, last days as marks.

    None where nothing falls due.
    """
    events, language = case.forecast.renewals, case.language
    if not events:
        return None
    codes = list(dict.fromkeys(event.code for event in events))
    labels = label_codes({code: case.short(code) for code in codes}, language)
    traces: list[dict[str, Any]] = []
    for kind, colour, symbol in (("duty", "#0072b2", "circle"), ("renewal", "#c14a00", "diamond")):
        chosen = [event for event in events if event.is_renewal is (kind == "renewal")]
        if not chosen:
            continue
        begins = [event.renew_from or event.renew_by for event in chosen]
        hover = [
            [case.name_code(event.code), begin.isoformat(), event.renew_by.isoformat()]
            for event, begin in zip(chosen, begins, strict=True)
        ]
        windows = {
            "type": "bar",
            "orientation": "h",
            "y": [event.code for event in chosen],
            "base": [begin.isoformat() for begin in begins],
            "x": [_measure(begin, event.renew_by) for event, begin in zip(chosen, begins, strict=True)],
            "marker": {"color": colour, "pattern": _hatch(event.is_planned for event in chosen)},
            "name": say(language, f"chart.{kind}"),
            "customdata": hover,
            "hovertemplate": "%{customdata[0]}<br>%{customdata[1]} – %{customdata[2]}<extra></extra>",
        }
        last_days = {
            "type": "scatter",
            "x": [(event.renew_by + DAY).isoformat() for event in chosen],
            "y": [event.code for event in chosen],
            "mode": "markers",
            "marker": {"symbol": symbol, "size": 9, "color": INK},
            "name": say(language, f"chart.{kind}_by"),
            "hoverinfo": "skip",
        }
        traces += [windows, last_days]
    first = min([case.as_of, *(event.renew_from or event.renew_by for event in events)])
    last = max([case.as_of, *(event.renew_by for event in events)])
    today = {
        "type": "line",
        "xref": "x",
        "yref": "y domain",
        "x0": case.as_of.isoformat(),
        "x1": case.as_of.isoformat(),
        "y0": 0,
        "y1": 1,
        "line": {"color": INK, "width": 1.5, "dash": "dash"},
    }
    layout = {
        "margin": {"l": 10, "r": 20, "t": 50, "b": 60},
        "bargap": 0.5,
        "xaxis": {
            "type": "date",
            "range": [(first - 10 * DAY).isoformat(), (last + 20 * DAY).isoformat()],
            "tickformat": "%Y-%m",
            "dtick": "M6",
            "gridcolor": LINE,
            "minor": {"dtick": "M3", "showgrid": True, "gridcolor": LINE},
            "side": "top",
        },
        "shapes": [today],
        **_set_rows(labels, traces),
    }
    return dress(traces, layout, say(language, "page.figure_renewals"), "renewals")


def _set_rows(labels: Mapping[str, str], traces: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The layout that gives each code a row as high as the longest label, from top to bottom, and puts the legend below.

    On a narrow page each entry of the legend takes a line, and plotly.js would cut it at half the figure.
    """
    row_height = 14 + 14 * max(label.count("<br>") + 1 for label in labels.values())
    legend_height = 20 + 20 * sum(trace.get("showlegend", True) for trace in traces)
    return {
        "height": 60 + row_height * len(labels) + legend_height,
        "barmode": "overlay",
        "legend": {"yref": "container", "yanchor": "bottom", "y": 0, "maxheight": legend_height},
        "yaxis": {
            "range": [len(labels) - 0.4, -0.6],
            "categoryorder": "array",
            "categoryarray": list(labels),
            "tickmode": "array",
            "tickvals": list(labels),
            "ticktext": list(labels.values()),
            "automargin": True,
        },
    }


def _hatch(flags: Iterable[bool]) -> dict[str, object]:
    """The pattern of bars of which some are hatched."""
    shapes = ["/" if flag else "" for flag in flags]
    return {"shape": shapes, "fgcolor": "#ffffff", "fillmode": "overlay", "size": 6}


def _measure(first: date | None, last: date | None) -> float:
    """Milliseconds from the beginning of the first day to the end of the last, as a bar on a date axis."""
    if first is None or last is None:
        return 0
    return (last - first + DAY) / timedelta(milliseconds=1)
