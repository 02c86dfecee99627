"""Figure of what has to come before what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import networkx as nx
import plotly.graph_objects as go

from licences.analysis.case import Case
from licences.assessment.holdings import DONE
from licences.law.rows import split_prerequisites
from licences.render.figures.style import INK, PALE, dress, label_codes
from licences.words.operating import say_for
from licences.words.texts import say

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
    for code, finding in case.findings.items():
        if finding.status in DONE:
            kinds[code] = "held"
        elif finding.verdict == "required":
            kinds[code] = "required"
        elif any(step.code == code for step in case.steps):
            kinds[code] = "chosen"
        elif finding.verdict == "undetermined" and len(undetermined) <= MOST_UNDETERMINED:
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


def draw_graph(case: Case) -> go.Figure | None:
    """The graph of prerequisites, from left to right.

    The same traces in the same order for every case, one a look of edge and one a kind of licence;
    ``customdata`` holds the codes. None where nothing is needed, held or open.
    """
    graph = make_graph(case)
    if not graph:
        return None
    columns = len(list(nx.topological_generations(graph)))
    width = max(8, 60 // max(columns, 4)) if case.language == "zh" else max(14, 120 // max(columns, 4))
    labels = label_codes({code: case.short(code) for code in graph}, case.language, width)
    heights = {code: 20 + 14 * (label.count("<br>") + 1) for code, label in labels.items()}
    places = _place_nodes(graph, heights)
    traces = [
        _draw_edges(
            [edge for edge, data in graph.edges.items() if _find_look(data) == look],
            places,
            look,
            say_for(case.is_operating, case.language, f"chart.{look}"),
        )
        for look in EDGES
    ]
    for kind, (colour, symbol, _) in KINDS.items():
        codes = [code for code in graph if graph.nodes[code]["kind"] == kind]
        traces.append(
            {
                "type": "scatter",
                "x": [places[code][0] for code in codes],
                "y": [places[code][1] for code in codes],
                "mode": "markers",
                "name": say(case.language, f"chart.{kind}"),
                "marker": {"color": colour, "symbol": symbol, "size": 11},
                "customdata": codes,
                "text": [case.name_code(code) for code in codes],
                "hovertemplate": "%{text}<br>%{customdata}<extra></extra>",
                "showlegend": bool(codes),
            }
        )
    height = max(y + heights[code] / 2 for code, (_, y) in places.items())
    layout = {
        "annotations": [
            _label_node(graph.nodes[code], labels[code], place) for code, place in places.items()
        ],
        "height": int(90 + height),
        "margin": {"l": 10, "r": 10, "t": 60, "b": 10},
        "hoverdistance": 60,
        "xaxis": {"visible": False, "range": [-0.55, columns - 0.45], "fixedrange": True},
        "yaxis": {"visible": False, "range": [height + 10, -10], "fixedrange": True},
    }
    return dress(traces, layout, say(case.language, "page.figure_graph"), "graph")


def _label_node(node: Mapping[str, Any], label: str, place: tuple[float, float]) -> dict[str, Any]:
    """The box with a licence's name, as plotly takes annotations."""
    colour, _, sign = KINDS[node["kind"]]
    critical = node["critical"]
    return {
        "x": place[0],
        "y": place[1],
        "text": f"<span style='color:{colour}'>{sign}</span> " + (f"<b>{label}</b>" if critical else label),
        "showarrow": False,
        "bgcolor": "#ffffff",
        "bordercolor": INK if critical else colour,
        "borderwidth": 3 if critical else 1.5,
        "borderpad": 3,
        "font": {"size": 11, "color": INK},
        "align": "left",
    }


def _place_nodes(graph: nx.DiGraph[str], heights: Mapping[str, int]) -> dict[str, tuple[float, float]]:
    """A column for each step away from the beginning; within it, beside what comes before, in pixels.

    What leads on to something stands above what does not, so that lines stay short.
    """
    places: dict[str, tuple[float, float]] = {}
    columns: dict[str, int] = {}
    for column, layer in enumerate(nx.topological_generations(graph)):
        columns |= dict.fromkeys(layer, column)
    for code in graph:  # what waits for nothing stands just before what needs it
        if graph.out_degree(code) and not graph.in_degree(code):
            columns[code] = min(columns[later] for later in graph.successors(code)) - 1
    for column in sorted(set(columns.values())):
        layer = [code for code in graph if columns[code] == column]
        wanted = {}
        for code in layer:
            before = [places[needed][1] for needed in graph.predecessors(code)]
            wanted[code] = sum(before) / len(before) if before else 0.0
        bottom = 0.0
        for code in sorted(layer, key=lambda one: (wanted[one], not graph.out_degree(one), one)):
            middle = max(bottom + heights[code] / 2, wanted[code] if column > 1 else 0.0)
            places[code] = (column, middle)
            bottom = middle + heights[code] / 2
    return places


def _find_look(edge: Mapping[str, Any]) -> str:
    return "critical" if edge["critical"] else "alternative" if edge["alternative"] else "prerequisite"


def _draw_edges(
    edges: Iterable[tuple[str, str]],
    places: dict[str, tuple[float, float]],
    look: str,
    name: str,
) -> dict[str, Any]:
    xs: list[float | None] = []
    ys: list[float | None] = []
    sizes: list[int] = []
    codes: list[str | None] = []
    for needed, code in edges:
        (x0, y0), (x1, y1) = places[needed], places[code]
        turn = x1 - 0.52  # lines to one column share a trunk beside it
        xs += [x0, turn, turn, x1 - 0.42, x1, None]
        ys += [y0, y0, y1, y1, y1, None]
        sizes += [0, 0, 0, 15 if look == "critical" else 9, 0, 0]
        codes += [None, None, None, f"{needed}>{code}", None, None]
    return {
        "type": "scatter",
        "x": xs,
        "y": ys,
        "mode": "lines+markers",
        "name": name,
        "line": EDGES[look],
        "marker": {"symbol": "arrow", "angleref": "previous", "size": sizes, "color": INK, "opacity": 1},
        "customdata": codes,
        "hoverinfo": "skip",
        "showlegend": bool(xs),
    }
