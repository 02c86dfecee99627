"""One look for all figures: colours and signs that a colour-blind reader tells apart, font, labels."""

from __future__ import annotations

import re
import textwrap

import plotly.graph_objects as go
import plotly.io

# Okabe and Ito (2008); no meaning rests on colour alone.
PHASE_COLOURS = {1: "#0072b2", 2: "#c14a00", 3: "#007a5a"}
INK, SOFT, PALE, LINE = "#1f2933", "#52606d", "#9aa5b1", "#e4e7eb"
FONT = "Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, Helvetica, Arial, sans-serif"


def show_figures_anywhere() -> None:
    """Figures go into a notebook as plain data: JupyterLab draws them, and so does our page, offline."""
    plotly.io.renderers.default = "plotly_mimetype"


def shorten_name(name: str, language: str) -> str:
    """A name for a label: its telling part, without brackets, in lines of a readable length."""
    short = re.sub(r"\s*[（(][^（()）]*[)）]", "", name).strip() or name
    if language == "zh":
        short = short.rpartition("：")[2]
        lines = [short[at : at + 14] for at in range(0, len(short), 14)]
    else:
        lines = textwrap.wrap(short.partition(": ")[0], 38)
    return "<br>".join(lines)


def dress(figure: go.Figure, alternative_text: str) -> go.Figure:
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
