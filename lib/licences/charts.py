"""What a plan looks like: the graph of prerequisites and the timeline."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from datetime import date, timedelta

import networkx as nx
import plotly.graph_objects as go
import plotly.io

from licences.case import Case
from licences.catalogue import split_prerequisites
from licences.schedule import DONE
from licences.wording import say

# Colours that a colour-blind reader tells apart (Okabe and Ito, 2008); each kind has its own sign as well.
KINDS = {
    "held": ("#007a5a", "square", "■"),
    "required": ("#c14a00", "circle", "●"),
    "chosen": ("#0072b2", "triangle-up", "▲"),
    "undetermined": ("#8a3ffc", "diamond", "◆"),
}
PHASE_COLOURS = {1: "#0072b2", 2: "#c14a00", 3: "#007a5a"}
INK, PALE = "#1f2933", "#9aa5b1"
MOST_UNDETERMINED = 20
FONT = "Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, Helvetica, Arial, sans-serif"


def show_figures_anywhere() -> None:
    """Figures go into a notebook as plain data: JupyterLab draws them, and so does our page, offline."""
    plotly.io.renderers.default = "plotly_mimetype"


def make_graph(case: Case) -> nx.DiGraph[str]:
    """What is needed, held or still open, and what has to come before it.

    Nodes carry ``kind`` (a key of KINDS). Edges run from a prerequisite to what needs it and carry
    ``alternative``: True where another prerequisite would do as well. An edge that follows from
    longer ways is left out.
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
    needs = dict(zip(case.rows["code"], case.rows["requires"], strict=True))
    for code, kind in kinds.items():
        graph.add_node(code, kind=kind)
    for code in kinds:
        for group in split_prerequisites(needs[code]):
            drawn = [needed for needed in group if needed in kinds]
            held = [needed for needed in drawn if kinds[needed] == "held"][:1]
            for needed in held or drawn:
                sure = held or len(drawn) == 1 or needed in settled.get(code, ())
                graph.add_edge(needed, code, alternative=not sure)
    reduced = nx.transitive_reduction(graph)
    graph.remove_edges_from([edge for edge in graph.edges if not reduced.has_edge(*edge)])
    return graph


def draw_graph(case: Case) -> go.Figure:
    """The graph of prerequisites, from left to right; one trace a kind, ``customdata`` holds the codes."""
    graph = make_graph(case)
    places = _place_nodes(graph)
    figure = go.Figure()
    for alternative in (False, True):
        edges = [edge for edge in graph.edges if graph.edges[edge]["alternative"] is alternative]
        figure.add_trace(_draw_edges(edges, places, alternative, case.language))
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
        figure.add_annotation(
            x=x,
            y=y,
            text=f"<span style='color:{colour}'>{sign}</span> {shorten_name(case.name_code(code), case.language)}",
            showarrow=False,
            bgcolor="#ffffff",
            bordercolor=colour,
            borderwidth=1.5,
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
    return _dress(figure, say(case.language, "page.figure_graph"))


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


def _draw_edges(
    edges: Iterable[tuple[str, str]],
    places: dict[str, tuple[float, float]],
    alternative: bool,
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
        name=say(language, "chart.alternative" if alternative else "chart.prerequisite"),
        line={"color": PALE, "width": 1.4, "dash": "dot" if alternative else "solid"},
        marker={"symbol": "arrow", "angleref": "previous", "size": sizes, "color": INK, "opacity": 1},
        customdata=codes,
        hoverinfo="skip",
        showlegend=bool(xs),
    )


def draw_timeline(case: Case) -> go.Figure:
    """The steps that can be dated, phase by phase; hatched where a time is an estimate."""
    dated = [step for step in case.steps if step.start and step.finish]
    dated.sort(key=lambda step: (step.phase, step.start or date.max, step.finish or date.max, step.code))
    language = case.language
    figure = go.Figure()
    labels = {step.code: shorten_name(case.name_code(step.code), language) for step in dated}
    row_height = 20 + 15 * max((label.count("<br>") + 1 for label in labels.values()), default=1)
    for phase, colour in PHASE_COLOURS.items():
        steps = [step for step in dated if step.phase == phase]
        if not steps:
            continue
        figure.add_trace(
            go.Bar(
                orientation="h",
                name=case.label("phase", phase),
                y=[step.code for step in steps],
                base=[step.start.isoformat() for step in steps if step.start],
                x=[
                    (step.finish - step.start + timedelta(days=1)) / timedelta(milliseconds=1)
                    for step in steps
                    if step.start and step.finish
                ],
                marker={
                    "color": colour,
                    "pattern": {
                        "shape": ["/" if step.basis == "estimate" else "" for step in steps],
                        "fgcolor": "#ffffff",
                        "fillmode": "overlay",
                        "size": 6,
                    },
                },
                text=[f"{step.finish:%m-%d}" + ("*" if step.provisional else "") for step in steps],
                textposition="outside",
                cliponaxis=False,
                customdata=[
                    [
                        case.name_code(step.code),
                        f"{step.start:%Y-%m-%d}",
                        f"{step.finish:%Y-%m-%d}",
                        case.label("days_likely_basis", step.basis),
                    ]
                    for step in steps
                ],
                hovertemplate=(
                    "%{customdata[0]}<br>%{customdata[1]} – %{customdata[2]}<br>%{customdata[3]}<extra></extra>"
                ),
            )
        )
    figure.update_layout(
        height=90 + row_height * len(dated),
        margin={"l": 10, "r": 70, "t": 40, "b": 50},
        bargap=0.5,
        xaxis={"type": "date", "gridcolor": "#e4e7eb", "side": "top", "tickformat": "%Y-%m-%d", "nticks": 7},
        yaxis={
            "autorange": "reversed",
            "categoryorder": "array",
            "categoryarray": [step.code for step in dated],
            "tickmode": "array",
            "tickvals": [step.code for step in dated],
            "ticktext": [labels[step.code] for step in dated],
            "automargin": True,
        },
    )
    figure = _dress(figure, say(language, "page.figure_timeline"))
    return figure.update_layout(legend={"yref": "paper", "yanchor": "top", "y": 0})


def shorten_name(name: str, language: str) -> str:
    """A name for a label: its telling part, without brackets, in lines of a readable length."""
    short = re.sub(r"\s*[（(][^（()）]*[)）]", "", name).strip() or name
    if language == "zh":
        short = short.rpartition("：")[2]
        lines = [short[at : at + 14] for at in range(0, len(short), 14)]
    else:
        lines = textwrap.wrap(short.partition(": ")[0], 34)
    return "<br>".join(lines)


def _dress(figure: go.Figure, alternative_text: str) -> go.Figure:
    """One look for all figures; ``meta.alt`` says to a screen reader what is drawn."""
    figure.update_layout(
        meta={"alt": alternative_text},
        template="none",
        font={"family": FONT, "size": 12, "color": INK},
        paper_bgcolor="#ffffff",
        plot_bgcolor="#ffffff",
        legend={
            "orientation": "h",
            "yanchor": "bottom",
            "y": 1.0,
            "xanchor": "left",
            "x": 0,
            "itemclick": False,
        },
        hoverlabel={"font": {"family": FONT}},
    )
    return figure
