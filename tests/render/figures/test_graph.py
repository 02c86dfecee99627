"""The graph says what comes before what; its facts are checked, not its bytes."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

import pandas as pd
import pytest

from licences.analysis.case import Case, make_case
from licences.assessment.holdings import DONE
from licences.law.catalogue import Catalogue
from licences.law.rows import split_prerequisites
from licences.planning.forecast import PlanOptions
from licences.render.figures.arrangement import FEWEST, arrange, find_listings
from licences.render.figures.graph import EDGES, KINDS, draw_graph, make_graph, tell_listing
from licences.render.figures.ordering import Edge, Node, Ordering
from licences.render.figures.style import INK, PHONE_PIXELS, estimate_width, fit_figure
from licences.words.texts import say

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)


@pytest.fixture(scope="module")
def cases(catalogue: Catalogue, sample_clients: pd.DataFrame) -> dict[str, Case]:
    return {
        client: make_case(
            catalogue, sample_clients[sample_clients["client"] == client], AS_OF, PlanOptions(START), "zh"
        )
        for client in sample_clients["client"]
    }


def test_a_node_is_drawn_for_each_licence_that_is_held_or_to_obtain(cases: dict[str, Case]) -> None:
    for case in cases.values():
        drawn = {
            code for trace in draw_graph(case).data if trace.mode == "markers" for code in trace.customdata
        }
        held = {code for code, finding in case.findings.items() if finding.status in DONE}
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
    for case in cases.values():
        graph = make_graph(case)
        for step in case.steps:
            for needed in step.requires:
                reached = {needed}
                for code in graph.list_in_order():
                    if reached.intersection(graph.before[code]):
                        reached.add(code)
                assert step.code in reached


def test_an_edge_is_a_line_or_said_in_the_title_of_a_list(cases: dict[str, Case]) -> None:
    lines_drawn = 0
    for case in cases.values():
        graph = make_graph(case)
        _, listings = find_listings(graph)
        told = {(needed, code) for one in listings for needed, _ in one.needs for code in one.codes}
        held = {code for one in listings if one.is_held for code in one.codes}
        lines = [trace for trace in draw_graph(case).data if trace.mode == "lines+markers"]
        dashes = {edge: trace.line.dash for trace in lines for edge in trace.customdata or () if edge}
        drawn = {tuple(edge.split(">")) for edge in dashes}
        assert not drawn & told
        missing = set(graph.edges) - drawn - told
        assert all({needed, code} & held for needed, code in missing)  # what is held waits for nothing
        for needed, code in drawn:
            data = graph.edges[needed, code]
            assert (dashes[f"{needed}>{code}"] == "dot") is (data.is_alternative and not data.is_critical)
        lines_drawn += len(drawn)
    assert lines_drawn > 50


def test_many_that_wait_for_the_same_are_a_list_and_a_chain_runs_from_left_to_right(
    cases: dict[str, Case],
) -> None:
    listed = 0
    for case in cases.values():
        graph = make_graph(case)
        boxes, listings = find_listings(graph)
        assert sorted([*boxes, *(code for one in listings for code in one.codes)]) == sorted(graph)
        for code in graph:  # no comb is left in boxes
            leaves = [later for later in graph.after[code] if later in boxes and not graph.after[later]]
            alike = {tuple(sorted(graph.before[later])) for later in leaves}
            assert len(leaves) < FEWEST * len(alike) + len(case.plan.critical_path)
        made = arrange(
            graph, {code: case.short(code) for code in graph}, "zh", 688, lambda one: str(one.needs)
        )
        assert set(made.places) == set(graph)
        for needed, code in made.lines:
            assert made.places[needed][0] < made.places[code][0]
        titles = " ".join(title for _, title in made.titles)
        for one in listings:
            ys = {made.places[code][1] for code in one.codes}
            assert len(one.codes) < FEWEST or len(ys) < len(one.codes)  # in columns
            assert all(needed in titles for needed, _ in one.needs)
            listed += len(one.codes)
    assert listed > 100


def test_a_list_says_whether_what_it_waits_for_is_held(cases: dict[str, Case]) -> None:
    titles = {
        client: [
            re.sub("<.*?>", "", one.text)
            for one in draw_graph(cases[client]).layout.annotations
            if one.yanchor == "top"
        ]
        for client in ("hello-hall", "quiet-client")
    }
    name = cases["hello-hall"].short("BUSINESS_LICENCE")
    assert say("zh", "chart.free_held", names=name) in titles["hello-hall"]
    assert titles["quiet-client"] == []
    case = cases["hello-hall"]
    graph = Ordering()
    graph.add_node("BUSINESS_LICENCE", Node("required"))
    for code in ("EDI", "ICP_FILING", "DOMAIN"):
        graph.add_node(code, Node("required"))
        graph.add_edge("BUSINESS_LICENCE", code, Edge())
    _, listings = find_listings(graph)
    assert [listing.codes for listing in listings] == [["BUSINESS_LICENCE"], ["EDI", "ICP_FILING", "DOMAIN"]]
    said = [tell_listing(case, graph, listing) for listing in listings]
    assert said == [say("zh", "chart.free"), say("zh", "chart.after", names=name)]


def test_on_a_phone_boxes_stand_below_each_other_and_nothing_is_wider_than_the_screen(
    cases: dict[str, Case],
) -> None:
    for case in cases.values():
        figure = draw_graph(case)
        narrow = fit_figure(figure.to_plotly_json(), "narrow")
        assert narrow["layout"]["xaxis"]["range"] == [0, PHONE_PIXELS]
        boxes = [one for one in narrow["layout"]["annotations"] if one.get("bordercolor")]
        assert len({one["y"] for one in boxes}) == len(boxes)
        for one in narrow["layout"]["annotations"]:
            plain = re.sub("<(?!br).*?>", "", one["text"])
            wide = max(estimate_width(line, 11) for line in plain.split("<br>"))
            assert one["x"] + wide < PHONE_PIXELS
        wide_codes = [list(trace.customdata) for trace in figure.data if trace.mode == "markers"]
        assert wide_codes == [list(one["customdata"]) for one in narrow["data"] if one["mode"] == "markers"]


def test_the_path_that_decides_the_launch_is_drawn_apart(cases: dict[str, Case]) -> None:
    chained = 0
    for case in cases.values():
        figure, path = draw_graph(case), case.plan.critical_path
        thick = [trace for trace in figure.data if trace.line.width == EDGES["critical"]["width"]]
        drawn = {edge for trace in thick for edge in trace.customdata if edge}
        assert drawn == {f"{earlier}>{later}" for earlier, later in pairwise(path)}
        framed = [note for note in figure.layout.annotations if note.bordercolor == INK]
        assert len(framed) == len(path)
        assert all("<b>" in note.text for note in framed)
        chained += len(path) > 1
    assert chained >= 3
