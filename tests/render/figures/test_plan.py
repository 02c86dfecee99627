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
from licences.render.figures.graph import draw_graph
from licences.render.figures.plan import CRITICAL, draw_launch, draw_renewals, draw_timeline
from licences.render.figures.rows import draw_notes, find_notes
from licences.render.figures.style import BLUE, PREPARATION, SHEET_PIXELS, fit_figure
from licences.words.stages import StageView
from licences.words.texts import say, write_day

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
FRAME = "rgba(0,0,0,0)"
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
        assert read_bars(figure, BLUE) == {
            (step.code, step.submit_on): step.finish for step in case.plan.dated
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
        assert names[0] == say("zh", "chart.preparation")
        assert names[1] in {say("zh", "chart.decision"), say("zh", "chart.decision_estimated")}
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
        assert read_bars(figure, BLUE) == {(step.code, step.start): step.finish for step in case.plan.dated}


def test_an_estimate_is_hatched_and_only_an_estimate(cases: dict[str, Case]) -> None:
    hatched = {True: 0, False: 0}
    for case in cases.values():
        steps = {step.code: step for step in case.steps}
        for bar in draw_timeline(case).data:  # type: ignore[union-attr]
            if bar.type != "bar" or bar.marker.color == FRAME:
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
        framed = read_bars(figure, FRAME)
        assert framed == {
            (step.code, step.start): step.finish for step in case.plan.dated if step.code in path
        }
        marked = {
            code
            for code, label in zip(figure.layout.yaxis.tickvals, figure.layout.yaxis.ticktext, strict=True)
            if CRITICAL in label
        }
        assert {code for code, _ in framed} == marked == path


def test_slack_runs_from_the_finish_to_the_latest_finish(cases: dict[str, Case]) -> None:
    for case in cases.values():
        figure = draw_timeline(case)
        if case.forecast.promised:  # a row says in one way how late it may be
            assert "lines" not in {getattr(trace, "mode", "") for trace in figure.data}  # type: ignore[union-attr]
            continue
        line = find_trace(figure, "lines")  # type: ignore[arg-type]
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
            for cells in bar.customdata or () if bar.type == "bar" and bar.marker.color != FRAME else ():
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
        (today,) = [shape for shape in figure.layout.shapes if shape.name == "today"]
        assert today.x0 == AS_OF.isoformat()
        assert write_day(AS_OF, case.language) in figure.layout.annotations[0].text
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
        on_paper = fit_figure(figure.to_plotly_json(), "paper")["layout"]
        assert on_paper["height"] <= 240 / 182 * SHEET_PIXELS  # with its title, on a page of A4
        assert on_paper["yaxis"]["tickfont"]["size"] * 170 / 182 * 0.75 >= 7  # points, in a Word file
        pitch = (on_paper["height"] - on_paper["margin"]["t"] - on_paper["margin"]["b"]) / len(labels)
        assert 12 < pitch < 20


def test_a_legend_has_four_marks_at_most_and_each_its_own(cases: dict[str, Case]) -> None:
    for case in cases.values():
        for draw in (draw_timeline, draw_launch, draw_renewals):
            figure = draw(case)
            names = [one.name for one in figure.data if one.showlegend is not False] if figure else []
            assert len(names) == len(set(names)) <= 4
            assert figure is None or {"legend2", "legend3"}.isdisjoint(figure.layout.to_plotly_json())


def test_what_decides_stands_on_top_and_then_what_begins_first(cases: dict[str, Case]) -> None:
    longer = 0
    for case in cases.values():
        codes, path = list(draw_timeline(case).layout.yaxis.categoryarray), case.plan.critical_path  # type: ignore[union-attr]
        assert codes[: len(path)] == list(path)
        steps = {step.code: step for step in case.plan.dated}
        others = [(steps[code].start, START - steps[code].finish) for code in codes[len(path) :]]  # type: ignore[operator]
        assert others == sorted(others)  # type: ignore[type-var]
        longer += len(path) > 1
    assert longer


def test_on_a_phone_each_label_stands_whole_above_its_bar_and_says_when_it_is_done(
    cases: dict[str, Case],
) -> None:
    for case in cases.values():
        figure = draw_timeline(case)
        assert figure
        narrow = fit_figure(figure.to_plotly_json(), "narrow")["layout"]
        assert narrow["yaxis"]["showticklabels"] is False
        labels = {one["y"]: one["text"] for one in narrow["annotations"] if one["y"] != 0}
        assert list(labels) == list(figure.layout.yaxis.categoryarray)
        for step in case.plan.dated:
            assert case.short(step.code) in labels[step.code].replace("<br>", "")
            assert str(step.finish) in labels[step.code]


def test_a_figure_tells_who_cannot_see_it_what_it_shows(cases: dict[str, Case]) -> None:
    case = cases["grand-bazaar"]
    figure = draw_timeline(case)
    assert figure
    told = figure.layout.meta["alt"]
    assert f"{len(case.plan.dated)}步" in told
    assert case.short(case.plan.critical_path[0]) in told
    launch = draw_launch(cases["cloud-harbour"])
    assert launch
    assert all(f"{day:%Y-%m-%d}" in launch.layout.meta["alt"] for day in cases["cloud-harbour"].launch or ())


def test_plotly_finds_nothing_wrong_in_a_figure_that_is_drawn_without_its_check(
    cases: dict[str, Case],
) -> None:
    drawn = [
        draw(case)
        for case in cases.values()
        for draw in (draw_graph, draw_timeline, draw_launch, draw_renewals)
    ]
    figures = [figure for figure in drawn if figure]
    assert figures
    for figure in figures:
        assert go.Figure(figure.to_dict()) == figure


def test_a_stage_is_noted_where_it_begins_within_the_figure_and_no_text_leaves_it() -> None:
    def begin(number: int, day: date | None) -> StageView:
        view = dict.fromkeys(StageView.__annotations__, "") | {"number": number, "begins_on": day}
        return view | {"label": f"Stage {number}", "title": f"from {day}"}  # type: ignore[return-value]

    first, last = date(2026, 12, 1), date(2027, 5, 1)
    days = [None, date(2026, 12, 20), date(2027, 4, 1), date(2028, 1, 1)]
    stages = [begin(at, day) for at, day in enumerate(days, start=1)]
    notes = find_notes(first, last, stages, "en")
    assert [note.name for note in notes] == ["stage 2", "stage 3", "provisional"]
    drawn = draw_notes(notes, first, last)
    assert [one["x0"] for one in drawn["shapes"]] == ["2026-12-20", "2027-04-01", "2027-01-01"]
    texts = drawn["annotations"]
    assert [one["xanchor"] for one in texts] == ["left", "right", "left"]
    assert [one["text"] for one in texts[:2]] == ["Stage 2 from 2026-12-20", "Stage 3 from 2027-04-01"]
    assert len({one["yshift"] for one in texts}) == 3
    (before,) = find_notes(date(2028, 1, 1), date(2028, 5, 1), [], "en")
    assert before.day == date(2028, 1, 1)  # where all of it is not announced
    assert find_notes(date(2026, 1, 1), date(2026, 5, 1), [], "en") == []
