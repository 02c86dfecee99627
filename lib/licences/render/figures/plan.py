"""Figures of a plan in time: the timeline, the launch, and what falls due."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go

from licences.analysis.case import Case
from licences.planning.schedule import Step
from licences.planning.simulation import SHARES
from licences.render.figures.actual import DONE_MARK, draw_actual, find_done
from licences.render.figures.bars import draw_bars
from licences.render.figures.rows import (
    DAY,
    PHONE_TICKS,
    Note,
    Row,
    draw_notes,
    find_notes,
    hatch,
    make_time_axis,
    measure_days,
    set_rows,
    set_ticks,
)
from licences.render.figures.style import BLUE, INK, LINE, ORANGE, PAPER, dress
from licences.words.operating import say_for
from licences.words.stages import view_stages
from licences.words.texts import mark_day, say, say_share

CRITICAL = "▶ "
_WEEK = "#56a3d9"
_NOTE_PIXELS = 16


def draw_timeline(case: Case) -> go.Figure | None:
    """The dated steps, a row each: preparation, decision, and how far it may run late.

    What decides the launch stands on top, in its order; then what begins first, and of that the longest. Pale is
    preparation, hatched an estimate, framed the path that decides; ``customdata`` holds name, dates, slack and ground.
    A dashed line is the first day of a later stage, and of a case that has begun the day of the report; what was planned at
    its beginning lies below each bar, and what was granted since stands on top. What lies past the announced holidays is shaded.
    None where no step can be dated.
    """
    steps = _order_steps(case)
    if not steps:
        return None
    language = case.language
    stages = view_stages(case.forecast)
    ends = [
        step.latest_finish for step in steps if step.latest_finish and step.code in case.plan.critical_path
    ]
    ends += [step.finish for step in steps if step.finish]
    ends += [days[-1] for code in case.forecast.promised if (days := case.forecast.find_percentiles(code))]
    ends += [stage["begins_on"] for stage in stages if stage["begins_on"]]
    done = find_done(case)
    begins = [case.start, *(began for _, began, _ in done), *(step.start for step in steps if step.start)]
    begin = min([*begins, case.plan.began_on])
    last = max(ends, default=case.start)
    first, until = begin - 3 * DAY, last + max(7 * DAY, (last - begin) / 12)
    told = find_notes(first, until, stages, language)
    if case.plan.engaged_on:
        told = [Note("today", case.as_of, say(language, "chart.as_of", day=case.as_of.isoformat())), *told]
    codes = {step.code for step in steps}.union(course.code for course, _, _ in done)
    notes, traces = draw_notes(told, first, until), [*draw_bars(case, steps), *draw_actual(case, codes)]
    path = case.plan.critical_path
    rows, places = set_rows(
        [Row(course.code, f"{DONE_MARK}{case.short(course.code)}") for course, _, _ in done]
        + [
            Row(
                step.code,
                case.short(step.code),
                CRITICAL if step.code in path else "",
                f" · {mark_day(step.finish)}",
            )
            for step in steps
        ],
        traces,
        language,
        notes,
    )
    axis = make_time_axis(first, until) | {"side": "top"}
    places["narrow"]["layout"]["xaxis"] |= set_ticks(first, until, PHONE_TICKS)
    return dress(traces, {**rows, "xaxis": axis}, _tell_timeline(case, steps), "timeline", places)


def _order_steps(case: Case) -> list[Step]:
    path = {code: at for at, code in enumerate(case.plan.critical_path)}

    def rank(step: Step) -> tuple[int, date, date, str]:
        start, finish = step.start or date.max, step.finish or date.max
        return path.get(step.code, len(path)), start, date.min + (date.max - finish), step.code

    return sorted(case.plan.dated, key=rank)


def _tell_timeline(case: Case, steps: list[Step]) -> str:
    """What the timeline shows, for who cannot see it."""
    title = say(case.language, "page.figure_timeline")
    starts, finishes = (
        [step.start for step in steps if step.start],
        [one.finish for one in steps if one.finish],
    )
    told = {"count": len(steps), "first": mark_day(min(starts)), "last": mark_day(max(finishes))}
    key = "chart.tells_timeline_path" if case.plan.critical_path else "chart.tells_timeline"
    names = say(case.language, "page.list").join(case.short(code) for code in case.plan.critical_path)
    return say(case.language, key, title=title, path=names, **told)


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
        "marker": {"color": _WEEK},
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
    first, last = first - (last - first) / 3 - 7 * DAY, last + 7 * DAY
    notes = find_notes(first, last, view_stages(case.forecast), language)
    traces: list[dict[str, Any]] = [in_week, until_then, percentiles]
    layout = {
        "height": 340 + _NOTE_PIXELS * len(notes),
        "margin": {"l": 10, "r": 20, "t": 12 + _NOTE_PIXELS * len(notes), "b": 62},
        "bargap": 0,
        "xaxis": make_time_axis(first, last) | {"ticklabelstandoff": 6},
        "yaxis": {
            "tickformat": ".0%",
            "range": [0, 1.08],
            "gridcolor": LINE,
            "automargin": True,
            "fixedrange": True,
        },
        **draw_notes(notes, first, last, is_above=True),
    }
    narrow = {
        "xaxis": {"tickfont": {"size": 11}} | set_ticks(first, last, PHONE_TICKS),
        "legend": {"font": {"size": 11}},
    }
    title = say_for(case.is_operating, language, "page.figure_launch")
    told = say(
        language,
        "chart.tells_launch",
        title=title,
        days=say(language, "page.list").join(f"{say_share(share)} {mark_day(day)}" for share, day in marks),
    )
    return dress(traces, layout, told, "launch", {"narrow": {"layout": narrow}})


def draw_renewals(case: Case) -> go.Figure | None:
    """What falls due in the next months, one row a licence: windows as bars, last days as marks.

    None where nothing falls due.
    """
    events, language = case.forecast.renewals, case.language
    if not events:
        return None
    codes = list(dict.fromkeys(event.code for event in events))
    traces: list[dict[str, Any]] = []
    for kind, colour, symbol in (("duty", BLUE, "circle"), ("renewal", ORANGE, "diamond")):
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
            "x": [measure_days(begin, event.renew_by) for event, begin in zip(chosen, begins, strict=True)],
            "marker": {"color": colour, "pattern": hatch((event.is_planned for event in chosen), PAPER)},
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
    first, last = first - 2 * DAY, last + 20 * DAY
    today = Note("today", case.as_of, say(language, "chart.as_of", day=case.as_of.isoformat()))
    rows, places = set_rows(
        [Row(code, case.short(code)) for code in codes], traces, language, draw_notes([today], first, last)
    )
    axis = make_time_axis(first, last) | {
        "tickformat": "%Y-%m",
        "dtick": "M6",
        "minor": {"dtick": "M3", "showgrid": True, "gridcolor": LINE},
        "side": "top",
    }
    following = min(
        (event for event in events if event.renew_by >= case.as_of),
        key=lambda one: one.renew_by,
        default=events[0],
    )
    told = say(
        language,
        "chart.tells_renewals",
        title=say(language, "page.figure_renewals"),
        count=len(events),
        day=mark_day(following.renew_by),
        name=case.short(following.code),
    )
    return dress(traces, {**rows, "xaxis": axis}, told, "renewals", places)
