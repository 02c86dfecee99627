"""The figures say what the plan says; their facts are checked, not their bytes."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import plotly.graph_objects as go
import pytest

from licences.analysis.case import Case, make_case
from licences.law.catalogue import Catalogue
from licences.law.working_days import read_calendar
from licences.planning.forecast import PlanOptions
from licences.render.figures.plan import CRITICAL, PREPARATION, draw_launch, draw_renewals, draw_timeline
from licences.render.figures.style import PHASE_COLOURS
from licences.words.texts import say

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def cases(catalogue: Catalogue, sample_clients: pd.DataFrame) -> dict[str, Case]:
    plan_options = PlanOptions(START, ("recommended", "optional"))
    return {
        client: make_case(
            catalogue, sample_clients[sample_clients["client"] == client], AS_OF, plan_options, "zh"
        )
        for client in sample_clients["client"]
    }


def read_bars(figure: go.Figure, color: str | None = None) -> dict[tuple[str, date], date]:
    """Code and first day of each bar, with its last day; those of one colour, where one is asked for."""
    shown = {}
    for bar in figure.data:
        if bar.type == "bar" and color in {None, bar.marker.color}:
            for code, base, width in zip(bar.y, bar.base, bar.x, strict=True):
                begin = pd.Timestamp(base)
                shown[code, begin.date()] = (begin + pd.Timedelta(width, "ms") - pd.Timedelta(days=1)).date()
    return shown


def find_trace(figure: go.Figure, mode: str) -> go.Scatter:
    (found,) = [trace for trace in figure.data if trace.type == "scatter" and trace.mode == mode]
    return found


def test_the_timeline_shows_the_dates_of_the_plan(cases: dict[str, Case]) -> None:
    for case in cases.values():
        figure = draw_timeline(case)
        assert figure
        for phase, colour in PHASE_COLOURS.items():
            assert read_bars(figure, colour) == {
                (step.code, step.submit_on): step.finish for step in case.plan.dated if step.phase == phase
            }


def test_a_pale_bar_runs_from_the_start_of_the_preparation_to_the_submission(cases: dict[str, Case]) -> None:
    drawn = 0
    for case in cases.values():
        figure, prepared = draw_timeline(case), [one for one in case.plan.dated if one.submit_on != one.start]
        assert figure
        shown = read_bars(figure, PREPARATION)
        assert {key: until + DAY for key, until in shown.items()} == {
            (step.code, step.start): step.submit_on for step in prepared
        }
        names = [trace.name for trace in figure.data if trace.type == "bar"]
        assert names[:1] == [say("zh", "chart.preparation")]  # below the bars of the phases
        assert PREPARATION not in PHASE_COLOURS.values()
        drawn += len(prepared)
    assert drawn > 200


def test_where_the_papers_are_complete_no_preparation_is_drawn(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    options = PlanOptions(START, prepares=False)
    for client in ("grand-bazaar", "cloud-harbour"):
        profile = sample_clients[sample_clients["client"] == client]
        case = make_case(catalogue, profile, AS_OF, options, "zh")
        figure = draw_timeline(case)
        assert figure
        assert say("zh", "chart.preparation") not in {trace.name for trace in figure.data}
        assert read_bars(figure, PREPARATION) == {}
        assert read_bars(figure) == {(step.code, step.start): step.finish for step in case.plan.dated}


def test_an_estimate_is_hatched_and_only_an_estimate(cases: dict[str, Case]) -> None:
    hatched = {True: 0, False: 0}
    for case in cases.values():
        steps = {step.code: step for step in case.steps}
        for bar in draw_timeline(case).data:  # type: ignore[union-attr]
            if bar.type != "bar":
                continue
            prepares = bar.marker.color == PREPARATION
            for code, shape in zip(bar.y or (), bar.marker.pattern.shape or (), strict=True):
                step = steps[code]
                assert bool(shape) is ((step.preparation if prepares else step).basis == "estimate")
                hatched[prepares] += bool(shape)
    assert min(hatched.values()) > 50


def test_the_path_that_decides_the_launch_is_framed_and_marked(cases: dict[str, Case]) -> None:
    for case in cases.values():
        figure, path = draw_timeline(case), set(case.plan.critical_path)
        assert figure
        widths = {
            (code, bar.marker.color == PREPARATION): width
            for bar in figure.data
            if bar.type == "bar"
            for code, width in zip(bar.y, bar.marker.line.width, strict=True)
        }
        framed = {code for (code, prepares), width in widths.items() if width and not prepares}
        prepared = {code for code, prepares in widths if prepares}
        assert {code for (code, prepares), width in widths.items() if width >= 1 and prepares} == (
            path & prepared
        )
        marked = {
            code
            for code, label in zip(figure.layout.yaxis.tickvals, figure.layout.yaxis.ticktext, strict=True)
            if CRITICAL in label
        }
        assert framed == marked == path


def test_slack_runs_from_the_finish_to_the_latest_finish(cases: dict[str, Case]) -> None:
    for case in cases.values():
        line = find_trace(draw_timeline(case), "lines")
        ends = [(line.x[at], line.x[at + 1], line.y[at]) for at in range(0, len(line.x), 3)]
        wanted = [
            ((step.finish + DAY).isoformat(), (step.latest_finish + DAY).isoformat(), step.code)  # type: ignore[operator]
            for step in case.plan.dated
            if step.slack_days
        ]
        assert sorted(ends) == sorted(wanted)


def test_the_marks_are_the_percentiles_of_the_simulation(cases: dict[str, Case]) -> None:
    for case in cases.values():
        figure = draw_timeline(case)
        assert figure
        if not case.forecast.is_promised:
            assert "lines+markers" not in {getattr(trace, "mode", "") for trace in figure.data}
            assert "50 %" not in figure.to_json()
            continue
        marks = find_trace(figure, "lines+markers")
        assert "50 %" in figure.to_json()
        drawn = {marks.y[at]: tuple(marks.x[at : at + 3]) for at in range(0, len(marks.x), 4)}
        assert drawn == {
            code: tuple((day + DAY).isoformat() for day in days)
            for code, days in case.forecast.simulation.finishes.items()
        }
    assert {case.forecast.is_promised for case in cases.values()} == {True, False}


def test_what_lies_past_the_announced_holidays_is_shaded_and_starred(cases: dict[str, Case]) -> None:
    announced_until, starred = read_calendar().announced_until, set()
    for client in ("grand-bazaar", "cloud-harbour"):  # without percentiles and with them
        figure = draw_timeline(cases[client])
        assert figure
        (shade,) = [shape for shape in figure.layout.shapes if shape.name == "provisional"]
        assert shade.x0 == (announced_until + DAY).isoformat()
        for bar in figure.data:
            for cells in bar.customdata or () if bar.type == "bar" else ():
                days = (*cells[1:3], *cells[5:])
                assert len(days) == (5 if client == "cloud-harbour" and len(cells) > 3 else 2)
                for day in days:
                    assert day.endswith("*") is (day[:10] > announced_until.isoformat())
                    starred.add(day.endswith("*"))
    assert starred == {True, False}


def test_the_launch_figure_adds_up_and_marks_the_three_days(cases: dict[str, Case]) -> None:
    for case in cases.values():
        figure, simulation = draw_launch(case), case.forecast.simulation
        if not case.forecast.is_promised:
            assert figure is None
            continue
        assert simulation.launch
        bars, line, marks = figure.data[:3]  # type: ignore[union-attr]
        assert sum(bars.y) == pytest.approx(1)
        assert line.y[-1] == pytest.approx(1)
        assert list(line.y) == sorted(line.y)
        assert list(marks.x) == [day.isoformat() for day in simulation.launch]
        reached = dict(zip(line.x, line.y, strict=True))
        assert all(reached[day] >= share for day, share in zip(marks.x, marks.y, strict=True))


def test_the_renewal_calendar_shows_every_event(cases: dict[str, Case]) -> None:
    for case in cases.values():
        events, figure = case.forecast.renewals, draw_renewals(case)
        if not events:
            assert figure is None
            continue
        assert figure
        assert read_bars(figure) == {
            (event.code, event.renew_from or event.renew_by): event.renew_by for event in events
        }
        assert set(figure.layout.yaxis.tickvals) == {event.code for event in events}


def test_forty_steps_stay_readable(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    """Each row is as high as the longest label is; Chinese lines have 16 characters at most."""
    profiles = sample_clients[sample_clients["client"] == "grand-bazaar"].copy()
    profiles["holds"] = pd.Series([()], index=profiles.index)
    for name in ("has_website", "has_app", "sells_internet_access", "leases_servers_to_others", "sells_content_delivery",
                 "produces_video_programmes", "sells_messaging_services", "hosts_third_party_sellers"):  # fmt: skip
        profiles[name] = pd.array([True], dtype="boolean")
    for language in ("zh", "en"):
        case = make_case(
            catalogue, profiles, AS_OF, PlanOptions(START, ("recommended", "optional")), language
        )
        figure = draw_timeline(case)
        assert figure
        labels = figure.layout.yaxis.ticktext
        assert len(labels) >= 35
        lines = max(label.count("<br>") + 1 for label in labels)
        assert figure.layout.height / len(labels) >= 13 * lines + 10
        if language == "zh":
            plain = [label.replace("<b>", "").replace("</b>", "").removeprefix(CRITICAL) for label in labels]
            assert max(len(line) for label in plain for line in label.split("<br>")) <= 16
