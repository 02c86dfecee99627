"""The graph says what comes before what; its facts are checked, not its bytes."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import networkx as nx
import pandas as pd
import pytest

from licences.analysis.case import Case, make_case
from licences.assessment.holdings import DONE
from licences.law.catalogue import Catalogue
from licences.law.rows import split_prerequisites
from licences.planning.forecast import PlanOptions
from licences.render.figures.graph import EDGES, KINDS, draw_graph, make_graph

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
                assert nx.has_path(graph, needed, step.code)


def test_the_edges_drawn_are_the_edges_of_the_graph(cases: dict[str, Case]) -> None:
    case = cases["drug-arcade"]
    lines = [trace for trace in draw_graph(case).data if trace.mode == "lines+markers"]
    drawn = {tuple(edge.split(">")) for trace in lines for edge in trace.customdata if edge}
    assert drawn == set(make_graph(case).edges)
    dashes = {edge: trace.line.dash for trace in lines for edge in trace.customdata if edge}
    graph = make_graph(case)
    for (needed, code), data in graph.edges.items():
        assert (dashes[f"{needed}>{code}"] == "dot") is (data["alternative"] and not data["critical"])


def test_the_path_that_decides_the_launch_is_drawn_apart(cases: dict[str, Case]) -> None:
    chained = 0
    for case in cases.values():
        figure, path = draw_graph(case), case.plan.critical_path
        thick = [trace for trace in figure.data if trace.line.width == EDGES["critical"]["width"]]
        drawn = {edge for trace in thick for edge in trace.customdata if edge}
        assert drawn == {f"{earlier}>{later}" for earlier, later in pairwise(path)}
        framed = [note for note in figure.layout.annotations if note.borderwidth == 3]
        assert len(framed) == len(path)
        assert all("<b>" in note.text for note in framed)
        chained += len(path) > 1
    assert chained >= 3
