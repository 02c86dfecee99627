"""What has to come before what, as a figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import networkx as nx
import plotly.graph_objects as go

from licences.case import Case
from licences.catalogue import split_prerequisites
from licences.looks import INK, PALE, dress, shorten_name
from licences.schedule import DONE
from licences.wording import say

# Each kind has its own sign beside its colour.
KINDS = {
    "held": ("#007a5a", "square", "■"),
    "required": ("#c14a00", "circle", "●"),
    "chosen": ("#0072b2", "triangle-up", "▲"),
    "undetermined": ("#8a3ffc", "diamond", "◆"),
}
EDGES = {
    "prerequisite": {"color": PALE, "width": 1.4, "dash": "solid"},
    "alternative": {"color": PALE, "width": 1.4, "dash": "dot"},
    "critical": {"color": INK, "width": 3.5, "dash": "solid"},
}
MOST_UNDETERMINED = 20


def make_graph(case: Case) -> nx.DiGraph[str]:
    """What is needed, held or still open, and what has to come before it.

    Nodes carry ``kind`` (a key of KINDS) and ``critical``: on the path that decides the launch. Edges
    run from a prerequisite to what needs it and carry ``alternative``: True where another
    prerequisite would do as well, and ``critical``. An edge that follows from longer ways is left
    out, unless it is critical.
    """
    kinds = {}
    undetermined = case.find_codes("undetermined")
    for code, verdict, status in zip(
        case.findings["code"], case.findings["verdict"], case.findings["status"], strict=True
    ):
        if status in DONE:
            kinds[code] = "held"
        elif verdict == "required":
            kinds[code] = "required"
        elif any(step.code == code for step in case.steps):
            kinds[code] = "chosen"
        elif verdict == "undetermined" and len(undetermined) <= MOST_UNDETERMINED:
            kinds[code] = "undetermined"
    graph: nx.DiGraph[str] = nx.DiGraph()
    settled = {step.code: set(step.requires) for step in case.steps}
    path = set(pairwise(case.plan.critical_path))
    needs = dict(zip(case.rows["code"], case.rows["requires"], strict=True))
    for code, kind in kinds.items():
        graph.add_node(code, kind=kind, critical=code in case.plan.critical_path)
    for code in kinds:
        for group in split_prerequisites(needs[code]):
            drawn = [needed for needed in group if needed in kinds]
            held = [needed for needed in drawn if kinds[needed] == "held"][:1]
            for needed in held or drawn:
                sure = held or len(drawn) == 1 or needed in settled.get(code, ())
                graph.add_edge(needed, code, alternative=not sure, critical=(needed, code) in path)
    reduced = nx.transitive_reduction(graph)
    graph.remove_edges_from(
        [edge for edge in graph.edges if not reduced.has_edge(*edge) and edge not in path]
    )
    return graph


def draw_graph(case: Case) -> go.Figure:
    """The graph of prerequisites, from left to right; one trace a kind, ``customdata`` holds the codes."""
    graph = make_graph(case)
    places = _place_nodes(graph)
    figure = go.Figure()
    for look in EDGES:
        edges = [edge for edge, data in graph.edges.items() if _find_look(data) == look]
        figure.add_trace(_draw_edges(edges, places, look, case.language))
    for kind, (colour, symbol, _) in KINDS.items():
        codes = [code for code in graph if graph.nodes[code]["kind"] == kind]
        if codes:
            figure.add_trace(
                go.Scatter(
                    x=[places[code][0] for code in codes],
                    y=[places[code][1] for code in codes],
                    mode="markers",
                    name=say(case.language, f"chart.{kind}"),
                    marker={"color": colour, "symbol": symbol, "size": 11},
                    customdata=codes,
                    text=[case.name_code(code) for code in codes],
                    hovertemplate="%{text}<br>%{customdata}<extra></extra>",
                )
            )
    for code, (x, y) in places.items():
        colour, _, sign = KINDS[graph.nodes[code]["kind"]]
        label = shorten_name(case.name_code(code), case.language)
        figure.add_annotation(
            x=x,
            y=y,
            text=f"<span style='color:{colour}'>{sign}</span> "
            + (f"<b>{label}</b>" if graph.nodes[code]["critical"] else label),
            showarrow=False,
            bgcolor="#ffffff",
            bordercolor=INK if graph.nodes[code]["critical"] else colour,
            borderwidth=3 if graph.nodes[code]["critical"] else 1.5,
            borderpad=3,
            font={"size": 11, "color": INK},
            align="left",
        )
    labels = [shorten_name(case.name_code(code), case.language) for code in places]
    pitch = 20 + 16 * max((label.count("<br>") + 1 for label in labels), default=1)
    rows = max((y for _, y in places.values()), default=0) + 1
    columns = max((x for x, _ in places.values()), default=0)
    figure.update_layout(
        height=int(100 + pitch * rows),
        margin={"l": 10, "r": 10, "t": 60, "b": 10},
        xaxis={"visible": False, "range": [-0.55, columns + 0.55], "fixedrange": True},
        yaxis={"visible": False, "range": [rows - 0.3, -0.7], "fixedrange": True},
    )
    return dress(figure, say(case.language, "page.figure_graph"))


def _place_nodes(graph: nx.DiGraph[str]) -> dict[str, tuple[float, float]]:
    """A column for each step away from the beginning; within it, near what comes before."""
    places: dict[str, tuple[float, float]] = {}
    layers = [sorted(layer) for layer in nx.topological_generations(graph)]
    tallest = max(map(len, layers), default=0)
    for column, layer in enumerate(layers):

        def near(code: str) -> tuple[float, str]:
            before = [places[needed][1] for needed in graph.predecessors(code) if needed in places]
            return (sum(before) / len(before) if before else tallest, code)

        ordered = sorted(layer, key=near)
        gap = tallest / len(ordered)
        for row, code in enumerate(ordered):
            places[code] = (column, (row + 0.5) * gap - 0.5)
    return places


def _find_look(edge: Mapping[str, Any]) -> str:
    return "critical" if edge["critical"] else "alternative" if edge["alternative"] else "prerequisite"


def _draw_edges(
    edges: Iterable[tuple[str, str]],
    places: dict[str, tuple[float, float]],
    look: str,
    language: str,
) -> go.Scatter:
    xs: list[float | None] = []
    ys: list[float | None] = []
    sizes: list[int] = []
    codes: list[str | None] = []
    for needed, code in edges:
        (x0, y0), (x1, y1) = places[needed], places[code]
        xs += [x0, (x0 + x1) / 2, x1, None]
        ys += [y0, (y0 + y1) / 2, y1, None]
        sizes += [0, 9, 0, 0]
        codes += [None, f"{needed}>{code}", None, None]
    return go.Scatter(
        x=xs,
        y=ys,
        mode="lines+markers",
        name=say(language, f"chart.{look}"),
        line=EDGES[look],
        marker={"symbol": "arrow", "angleref": "previous", "size": sizes, "color": INK, "opacity": 1},
        customdata=codes,
        hoverinfo="skip",
        showlegend=bool(xs),
    )
