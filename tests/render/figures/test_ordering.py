"""The graph of a figure is taken apart as networkx takes it apart."""

from __future__ import annotations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from licences.render.figures.ordering import Edge, Node, Ordering

CODES = "abcdefgh"
PAIRS = [(first, second) for at, first in enumerate(CODES) for second in CODES[at + 1 :]]


def make_both(edges: list[tuple[str, str]]) -> tuple[Ordering, nx.DiGraph[str]]:
    ours, theirs = Ordering(), nx.DiGraph()
    for code in CODES:
        ours.add_node(code, Node("required"))
        theirs.add_node(code)
    for edge in edges:
        ours.add_edge(*edge, Edge())
        theirs.add_edge(*edge)
    return ours, theirs


@given(st.lists(st.sampled_from(PAIRS)))
def test_layers_and_roundabout_edges_are_those_of_networkx(edges: list[tuple[str, str]]) -> None:
    ours, theirs = make_both(edges)
    assert list(map(sorted, ours.list_layers())) == list(map(sorted, nx.topological_generations(theirs)))
    reduced = nx.transitive_reduction(theirs)
    assert set(ours.find_roundabout()) == set(theirs.edges) - set(reduced.edges)
    ours.drop_edges(ours.find_roundabout())
    assert set(ours.edges) == set(reduced.edges)
    assert {code: set(ours.before[code]) for code in ours} == {
        code: set(reduced.predecessors(code)) for code in reduced
    }


@given(st.lists(st.sampled_from(PAIRS)), st.sets(st.sampled_from(CODES)))
def test_some_of_the_codes_keep_the_edges_between_them(edges: list[tuple[str, str]], codes: set[str]) -> None:
    ours, theirs = make_both(edges)
    chosen = ours.choose(sorted(codes))
    assert list(chosen) == sorted(codes)
    assert set(chosen.edges) == set(theirs.subgraph(codes).edges)
    assert chosen.list_in_order() == [code for layer in chosen.list_layers() for code in layer]


def test_an_edge_that_is_told_again_is_one_edge() -> None:
    ours, _ = make_both([])
    ours.add_edge("a", "b", Edge(is_alternative=True))
    ours.add_edge("a", "b", Edge(is_critical=True))
    assert ours.before["b"] == ["a"]
    assert ours.edges == {("a", "b"): Edge(is_critical=True)}
