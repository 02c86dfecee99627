"""Style of all figures: colours and signs that a colour-blind reader tells apart, font, labels."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import plotly.io
from pandas.io.formats.style import Styler

# Okabe and Ito (2008); no meaning rests on colour alone.
PHASE_COLOURS = {1: "#0072b2", 2: "#c14a00", 3: "#007a5a"}
INK, SOFT, PALE, LINE = "#1f2933", "#52606d", "#9aa5b1", "#e4e7eb"
FONT = "Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, Helvetica, Arial, sans-serif"

PLOTLY = "plotly-basic.min.js"  # the part of plotly.js that draws our figures
SHEET_PIXELS = 688  # how wide a figure is printed: 210 mm less the margins, at 96 pixels an inch


@dataclass(frozen=True)
class Drawn:
    """A figure for which a picture comes later: its name, what is drawn, and its height on the page."""

    name: str
    alternative_text: str
    height_pixels: int


@cache
def read_asset(name: str) -> str:
    """A script or style that runs in a browser."""
    return files("licences.render").joinpath("browser", name).read_text(encoding="utf-8")


def show_figures_anywhere() -> None:
    """Figures go into a notebook as plain data: JupyterLab draws them, and so does our page, offline."""
    plotly.io.renderers.default = "plotly_mimetype"


def show_texts(frame: pd.DataFrame) -> Styler:
    """A table of texts as a notebook shows it: read from the left, every row, whatever a client typed escaped."""
    left = {"text-align": "left", "vertical-align": "top"}
    table = frame.style.format(escape="html", na_rep="–").set_properties(None, **left).set_uuid("texts")
    head = [{"selector": "th", "props": list(left.items())}]
    table = table.set_table_styles(head)  # type: ignore[arg-type]
    return table.hide(axis="index") if isinstance(frame.index, pd.RangeIndex) else table


def label_codes(names: Mapping[str, str], language: str, width: int | None = None) -> dict[str, str]:
    """A label for each code: its whole name in lines of a readable length.

    names: short names by code. width: characters a line, by default 16 Chinese or 38 others.
    """
    wide = width or (16 if language == "zh" else 38)
    return {code: "<br>".join(_wrap(name, language, wide)) for code, name in names.items()}


def _wrap(text: str, language: str, width: int) -> list[str]:
    if language == "zh":
        return [text[at : at + width] for at in range(0, len(text), width)]
    return textwrap.wrap(text, width)


def dress(
    traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any], alternative_text: str, name: str = ""
) -> go.Figure:
    """A figure in the one look of all of them; ``meta.alt`` says to a screen reader what is drawn.

    name: by which a file finds the figure's place, kept as ``meta.name``.

    Traces and layout are plain, and given at once: plotly checks and copies what it is given each time.
    """
    legend = {
        "orientation": "h",
        "yanchor": "bottom",
        "y": 1.0,
        "xanchor": "left",
        "x": 0,
        "itemclick": False,
    }
    look = {
        "meta": {"alt": alternative_text, "name": name},
        "template": "none",
        "font": {"family": FONT, "size": 12, "color": INK},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "hoverlabel": {"font": {"family": FONT}},
    }
    return go.Figure(
        data=list(traces), layout={**look, **layout, "legend": legend | layout.get("legend", {})}
    )
