"""The figures say what the plan says; their facts are checked, not their bytes."""

from __future__ import annotations

from datetime import date

import pandas as pd
import plotly.offline
import pytest

from licences.case import Case, make_case
from licences.catalogue import split_prerequisites
from licences.charts import KINDS, draw_graph, draw_timeline, make_graph, shorten_name
from licences.documents import _read_asset
from licences.law import Law
from licences.outlook import Wish
from licences.schedule import DONE

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)


@pytest.fixture(scope="module")
def cases(law: Law, sample_clients: pd.DataFrame) -> dict[str, Case]:
    return {
        client: make_case(law, sample_clients[sample_clients["client"] == client], AS_OF, Wish(START), "zh")
        for client in sample_clients["client"]
    }


def test_a_node_is_drawn_for_each_licence_that_is_held_or_to_obtain(cases: dict[str, Case]) -> None:
    for case in cases.values():
        drawn = {
            code for trace in draw_graph(case).data if trace.mode == "markers" for code in trace.customdata
        }
        held = set(case.findings.index[case.findings["status"].isin(DONE)])
        assert drawn >= held | {step.code for step in case.steps}


def test_held_needed_and_undetermined_differ_by_more_than_colour() -> None:
    for part in zip(*KINDS.values(), strict=True):
        assert len(set(part)) == len(KINDS)


def test_an_edge_runs_from_a_prerequisite_of_the_catalogue_to_what_needs_it(cases: dict[str, Case]) -> None:
    edges = 0
    for case in cases.values():
        graph = make_graph(case)
        for needed, code in graph.edges:
            named = {one for group in split_prerequisites(case.rows.at[code, "requires"]) for one in group}
            assert needed in named
            edges += 1
    assert edges > 100


def test_every_step_can_be_reached_from_what_it_requires(cases: dict[str, Case]) -> None:
    import networkx as nx

    for case in cases.values():
        graph = make_graph(case)
        for step in case.steps:
            for needed in step.requires:
                assert nx.has_path(graph, needed, step.code)


def test_the_edges_drawn_are_the_edges_of_the_graph(cases: dict[str, Case]) -> None:
    case = cases["drug-arcade"]
    lines = [trace for trace in draw_graph(case).data if trace.mode == "lines+markers"]
    drawn = {tuple(edge.split(">")) for trace in lines for edge in trace.customdata if edge}
    assert drawn == set(make_graph(case).edges)
    dashes = {edge: trace.line.dash for trace in lines for edge in trace.customdata if edge}
    graph = make_graph(case)
    for (needed, code), data in graph.edges.items():
        assert dashes[f"{needed}>{code}"] == ("dot" if data["alternative"] else "solid")


def test_the_timeline_shows_the_dates_of_the_plan(cases: dict[str, Case]) -> None:
    for case in cases.values():
        shown = {}
        for bar in draw_timeline(case).data:
            for code, base, width in zip(bar.y, bar.base, bar.x, strict=True):
                begin = pd.Timestamp(base)
                shown[code] = (
                    begin.date(),
                    (begin + pd.Timedelta(width, "ms") - pd.Timedelta(days=1)).date(),
                )
        assert shown == {step.code: (step.start, step.finish) for step in case.steps if step.finish}


def test_an_estimate_is_hatched_and_only_an_estimate(cases: dict[str, Case]) -> None:
    case = cases["grand-bazaar"]
    basis = {step.code: step.basis for step in case.steps}
    for bar in draw_timeline(case).data:
        for code, shape in zip(bar.y, bar.marker.pattern.shape, strict=True):
            assert bool(shape) is (basis[code] == "estimate")


def test_a_label_leaves_out_what_stands_in_brackets_and_keeps_the_rest() -> None:
    assert shorten_name("ICP备案（非经营性互联网信息服务备案）", "zh") == "ICP备案"
    long = "具有舆论属性或社会动员能力的互联网信息服务安全评估"
    assert shorten_name(long, "zh").replace("<br>", "") == long
    assert max(map(len, shorten_name(long, "zh").split("<br>"))) <= 14


def test_the_shipped_plotly_js_is_the_one_that_the_installed_plotly_was_made_for() -> None:
    version = plotly.offline.offline.get_plotlyjs_version()
    assert f"plotly.js (basic - minified) v{version}\n" in _read_asset("plotly-basic.min.js")[:200]
