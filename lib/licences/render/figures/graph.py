"""Figure of what has to come before what."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from licences.analysis.case import Case
from licences.assessment.holdings import DONE
from licences.law.rows import split_prerequisites
from licences.render.figures.arrangement import Arrangement, Listing, arrange
from licences.render.figures.ordering import Edge, Node, Ordering
from licences.render.figures.style import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PALE,
    PAPER,
    PHONE_PIXELS,
    SHEET_PIXELS,
    VIOLET,
    dress,
    estimate_width,
    measure_legend,
    place_legend,
)
from licences.words.operating import say_for
from licences.words.texts import say

# Each kind has its own sign beside its colour.
KINDS = {
    "held": (GREEN, "square", "■"),
    "required": (ORANGE, "circle", "●"),
    "chosen": (BLUE, "triangle-up", "▲"),
    "undetermined": (VIOLET, "diamond", "◆"),
}
EDGES = {
    "prerequisite": {"color": PALE, "width": 1.4, "dash": "solid"},
    "alternative": {"color": PALE, "width": 1.4, "dash": "dot"},
    "critical": {"color": INK, "width": 3, "dash": "solid"},
}
MOST_UNDETERMINED = 20


def make_graph(case: Case) -> Ordering:
    """What is needed, held or still open, and what has to come before it.

    An edge that follows from longer ways is left out, unless it is critical.
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
    graph = Ordering()
    settled = {step.code: set(step.requires) for step in case.steps}
    path = set(pairwise(case.plan.critical_path))
    needs = dict(zip(case.rows["code"], case.rows["requires"], strict=True))
    for code, kind in kinds.items():
        graph.add_node(code, Node(kind, code in case.plan.critical_path))
    for code in kinds:
        for group in split_prerequisites(needs[code]):
            drawn = [needed for needed in group if needed in kinds]
            held = [needed for needed in drawn if kinds[needed] == "held"][:1]
            for needed in held or drawn:
                sure = held or len(drawn) == 1 or needed in settled.get(code, ())
                graph.add_edge(needed, code, Edge(not sure, (needed, code) in path))
    graph.drop_edges([edge for edge in graph.find_roundabout() if edge not in path])
    return graph


def draw_graph(case: Case) -> go.Figure | None:
    """The graph of prerequisites: chains from left to right, and lists of what waits for the same.

    The same traces in the same order for every case, one a look of edge and one a kind of licence;
    ``customdata`` holds the codes. None where nothing is needed, held or open.
    """
    graph = make_graph(case)
    if not graph:
        return None
    names = {code: case.short(code) for code in graph}
    wide, narrow = (
        arrange(
            graph,
            names,
            case.language,
            width,
            lambda one: tell_listing(case, graph, one),
            is_narrow=is_narrow,
        )
        for width, is_narrow in ((SHEET_PIXELS, False), (PHONE_PIXELS, True))
    )
    looks: dict[str, list[tuple[str, str]]] = {look: [] for look in EDGES}
    for edge in wide.lines:
        looks[_find_look(graph.edges[edge])].append(edge)
    kinds = {kind: [code for code in graph if graph.nodes[code].kind == kind] for kind in KINDS}
    traces = [
        _draw_edges(look, edges, wide, say_for(case.is_operating, case.language, f"chart.{look}"))
        for look, edges in looks.items()
    ]
    for kind, codes in kinds.items():
        colour, symbol, _ = KINDS[kind]
        traces.append(
            {
                "type": "scatter",
                **_place_codes(codes, wide),
                "mode": "markers",
                "name": say(case.language, f"chart.{kind}"),
                "marker": {"color": colour, "symbol": symbol, "size": 11},
                "customdata": codes,
                "text": [case.name_code(code) for code in codes],
                "hovertemplate": "%{text}<extra></extra>",
                "showlegend": bool(codes),
            }
        )
    shown = [trace["name"] for trace in traces if trace["showlegend"]]
    layout = _lay_out(graph, wide, measure_legend(shown, SHEET_PIXELS - 10))
    layout["hoverdistance"] = 60
    own = _lay_out(graph, narrow, measure_legend(shown, PHONE_PIXELS - 10, 11))
    own["legend"]["font"] = {"size": 11}
    texts = [{key: one[key] for key in ("x", "y", "text")} for one in own.pop("annotations")]
    moved = [_run_lines(look, edges, narrow) for look, edges in looks.items()]
    moved += [_place_codes(codes, narrow) for codes in kinds.values()]
    open_codes = [code for code in graph if graph.nodes[code].kind in {"required", "chosen"}]
    title = say(case.language, "page.figure_graph")
    told = say(case.language, "chart.tells_graph", title=title, count=len(graph), open=len(open_codes))
    return dress(
        traces, layout, told, "graph", {"narrow": {"data": moved, "layout": own, "annotations": texts}}
    )


def tell_listing(case: Case, graph: Ordering, listing: Listing) -> str:
    """The title of a list: what its licences wait for."""
    language = case.language
    if not listing.needs:
        return say(language, "chart.held_already" if listing.is_held else "chart.free")
    sure = [case.short(code) for code, is_alternative in listing.needs if not is_alternative]
    others = [case.short(code) for code, is_alternative in listing.needs if is_alternative]
    if others:
        sure.append(say(language, "chart.or").join(others))
    is_held = all(graph.nodes[code].kind == "held" for code, _ in listing.needs)
    key = "chart.free_held" if is_held else "chart.after"
    return say(language, key, names=say(language, "page.list").join(sure))


def _lay_out(graph: Ordering, made: Arrangement, legend: int) -> dict[str, Any]:
    """Frames, titles, labels and axes; axes count pixels, so that heights are what they were arranged for."""
    height, below = made.height + 4, legend + 6
    return {
        "annotations": [
            *(_write(x=8, y=y, text=f"<b>{title}</b>", yanchor="top") for y, title in made.titles),
            *(_label_node(graph, code, made) for code in graph),
        ],
        "shapes": [
            {
                "type": "rect",
                "x0": 1,
                "x1": made.width - 1,
                "y0": top,
                "y1": bottom,
                "line": {"color": PALE, "width": 1},
                "layer": "below",
            }
            for top, bottom in made.frames
        ],
        "height": round(height + below),
        "margin": {"l": 2, "r": 2, "t": 0, "b": below},
        "legend": place_legend(legend, height + below),
        "xaxis": {"visible": False, "range": [0, made.width], "fixedrange": True},
        "yaxis": {"visible": False, "range": [height, 0], "fixedrange": True},
    }


def _write(**told: Any) -> dict[str, Any]:
    """A text from the left, as plotly takes annotations."""
    return {
        "showarrow": False,
        "xanchor": "left",
        "align": "left",
        "font": {"size": 11, "color": INK},
        **told,
    }


def _label_node(graph: Ordering, code: str, made: Arrangement) -> dict[str, Any]:
    """A licence's name after the sign of its kind; in a box where it is one of a chain, or decides."""
    x, y = made.places[code]
    node, label = graph.nodes[code], made.labels[code]
    colour, _, sign = KINDS[node.kind]
    critical = node.is_critical
    is_boxed = critical or code in made.boxed
    return _write(
        x=x,
        y=y,
        text=f"<span style='color:{colour}'>{sign}</span> " + (f"<b>{label}</b>" if critical else label),
        bgcolor=PAPER,
        **(
            {
                "bordercolor": INK if critical else colour,
                "borderwidth": (3 if code in made.boxed else 2) if critical else 1.5,
            }
            if is_boxed
            else {}
        ),
        **({"borderpad": 3} if is_boxed else {}),
    )


def _place_codes(codes: Iterable[str], made: Arrangement) -> dict[str, Any]:
    """Points behind the middle of each label, at which one points and clicks."""
    middles = {
        code: max(estimate_width(line, 10) for line in made.labels[code].split("<br>")) / 2 for code in codes
    }
    return {
        "x": [round(made.places[code][0] + 8 + middle, 1) for code, middle in middles.items()],
        "y": [made.places[code][1] for code in middles],
    }


def _find_look(edge: Edge) -> str:
    return "critical" if edge.is_critical else "alternative" if edge.is_alternative else "prerequisite"


def _run_lines(look: str, edges: Iterable[tuple[str, str]], made: Arrangement) -> dict[str, Any]:
    """The corners of each edge, the last an arrow that names it."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    sizes: list[int] = []
    codes: list[str | None] = []
    for needed, code in edges:
        corners = made.lines[needed, code]
        xs += [*(x for x, _ in corners), None]
        ys += [*(y for _, y in corners), None]
        sizes += [*[0] * (len(corners) - 1), 15 if look == "critical" else 9, 0]
        codes += [*[None] * (len(corners) - 1), f"{needed}>{code}", None]
    return {"x": xs, "y": ys, "customdata": codes, "marker": {"size": sizes}}


def _draw_edges(look: str, edges: Iterable[tuple[str, str]], made: Arrangement, name: str) -> dict[str, Any]:
    run = _run_lines(look, edges, made)
    return {
        "type": "scatter",
        **run,
        "mode": "lines+markers",
        "name": name,
        "line": EDGES[look],
        "marker": {
            "symbol": "arrow",
            "angleref": "previous",
            "color": INK,
            "opacity": 1,
            "line": {"width": 0},
            **run["marker"],
        },
        "hoverinfo": "skip",
        "showlegend": bool(run["x"]) and look != "prerequisite",
    }
