"""Style of all figures: colours and signs that a colour-blind reader tells apart, font, labels, and their places."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

# After Okabe and Ito (2008); no meaning rests on colour alone.
BLUE, ORANGE, GREEN, VIOLET = "#0072b2", "#c14a00", "#007a5a", "#8a3ffc"
INK, SOFT, PALE, LINE, PAPER = "#1f2933", "#52606d", "#9aa5b1", "#e4e7eb", "#ffffff"
PREPARATION, PROVISIONAL = "#cfe3f2", "#f1eee3"
# What stands for a colour where the page is dark; each text keeps a contrast of 4.5 at least.
DARK = {
    PAPER: "#151b21",
    INK: "#e8ecf0",
    SOFT: "#aab6c2",
    PALE: "#8593a1",
    LINE: "#333d47",
    PROVISIONAL: "#2b2a22",
    PREPARATION: "#1d4a68",
    BLUE: "#5db3ea",
    ORANGE: "#ff9a70",
    GREEN: "#5fd3a8",
    VIOLET: "#c4a6ff",
}
FONT = "Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, Helvetica, Arial, sans-serif"

SHEET_PIXELS = 688  # how wide a figure is printed: 210 mm less the margins, at 96 pixels an inch
PHONE_PIXELS = 346  # how wide it is where a screen is narrow, at least
_TEMPLATE = {"data": {"scatter": [{"type": "scatter"}]}}  # plotly's "none", which takes long to make
_CHINESE = "\u2e80"  # from here on a character is as wide as high
_NARROW = dict.fromkeys("fijlrtI.,:;·'|()-/ ", 0.37) | {"m": 0.92, "w": 0.8}


@dataclass(frozen=True)
class Drawn:
    """A figure for which a picture comes later: its name, what is drawn, and its height on the page."""

    name: str
    alternative_text: str
    height_pixels: int


@dataclass(frozen=True, eq=False, repr=False)
class TextTable:
    """A table of texts as a notebook shows it: read from the left, every row, whatever a client typed escaped."""

    frame: pd.DataFrame

    def to_html(self) -> str:
        """The table with the style that it needs; pandas' own way to it takes as long as a section of a report."""
        frame, is_numbered = self.frame, isinstance(self.frame.index, pd.RangeIndex)
        heads = [] if is_numbered else [frame.index.name or ""]
        rows = [_make_row("th", [*heads, *frame.columns])]
        for label, *cells in frame.itertuples():
            rows.append(_make_row("td", cells, None if is_numbered else label))
        return f'<style type="text/css">{_TEXT_STYLE}</style>\n<table id="texts">\n{"".join(rows)}</table>\n'

    _repr_html_ = to_html


_TEXT_STYLE = "#texts th, #texts td { text-align: left; vertical-align: top; }"


def _make_row(tag: str, cells: Iterable[Any], label: object = None) -> str:
    head = "" if label is None else f"<th>{_write_cell(label)}</th>"
    return f"<tr>{head}{''.join(f'<{tag}>{_write_cell(cell)}</{tag}>' for cell in cells)}</tr>\n"


def _write_cell(value: object) -> str:
    if isinstance(value, str):
        return escape(value)
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - what is no number, nor a day
        return "–"
    return escape(f"{value:.6f}" if isinstance(value, float) else str(value))


def show_texts(frame: pd.DataFrame) -> TextTable:
    """A table of texts for a notebook."""
    return TextTable(frame)


def label_codes(names: Mapping[str, str], language: str, width: int | None = None) -> dict[str, str]:
    """A label for each code: its whole name in lines of a readable length.

    names: short names by code. width: characters a line, by default 16 Chinese or 38 others.
    """
    wide = width or (16 if language == "zh" else 38)
    return {code: "<br>".join(_wrap(name, language, wide)) for code, name in names.items()}


def wrap(text: str, language: str, pixels: float, size: float) -> list[str]:
    """A text in lines that are at most so many pixels wide, as a rule."""
    if estimate_width(text, size) <= pixels:
        return [text]
    letter = size * (1 if language == "zh" else 0.6)
    return _wrap(text, language, max(4, int(pixels // letter)))


def _wrap(text: str, language: str, width: int) -> list[str]:
    if language == "zh":
        return [text[at : at + width] for at in range(0, len(text), width)]
    return textwrap.wrap(text, width)


def estimate_width(text: str, size: float) -> float:
    """How many pixels a line of text takes, bold and in a wide font of those that we name."""
    plain = re.sub(r"<[^>]+>", "", text)
    return size * sum(
        1 if one >= _CHINESE else _NARROW.get(one, 0.75 if one.isupper() else 0.58) for one in plain
    )


def measure_legend(names: Iterable[str], width: float, size: float = 12) -> int:
    """How high a legend of these names becomes: in one row, or else in columns as wide as the longest name."""
    widths = [50 + estimate_width(name, size) for name in names]
    if not widths:
        return 0
    columns = len(widths) if sum(widths) <= width else max(1, int(width // max(widths)))
    return 12 + 19 * -(-len(widths) // columns)


def place_legend(legend: float, height: float) -> dict[str, Any]:
    """Where a legend begins that has so many pixels at the foot of a figure; plotly.js would cut it at half of that."""
    return {"y": round(legend / height, 4), "yanchor": "top", "maxheight": legend + 40}


def dress(
    traces: Sequence[Mapping[str, Any]],
    layout: Mapping[str, Any],
    alternative_text: str,
    name: str = "",
    places: Mapping[str, Mapping[str, Any]] | None = None,
) -> go.Figure:
    """A figure in the one look of all of them; ``meta.alt`` says to a screen reader what is drawn.

    name: by which a file finds the figure's place, kept as ``meta.name``. places: what is otherwise where the
    figure is ``narrow`` or on ``paper``, for ``fit_figure``: ``layout``, and as lists of what each has instead ``data``
    and ``annotations``.

    Traces and layout are plain, and given at once: plotly copies what it is given each time.
    """
    from licences.render.figures.shown import OurFigure  # with all of plotly, which who only prints needs not

    legend = {
        "orientation": "h",
        "yref": "container",
        "yanchor": "bottom",
        "y": 0,
        "xref": "container",
        "xanchor": "left",
        "x": 0,
        "itemclick": False,
        "itemdoubleclick": False,
    }
    look = {
        "meta": {"alt": alternative_text, "name": name, "dark": DARK, **(places or {})},
        "template": _TEMPLATE,
        "font": {"family": FONT, "size": 12, "color": INK},
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "hoverlabel": {"font": {"family": FONT}},
    }
    return OurFigure.make(list(traces), {**look, **layout, "legend": legend | layout.get("legend", {})})


def fit_figure(figure: Mapping[str, Any], place: str) -> dict[str, Any]:
    """Data and layout of a figure as it is drawn in a place, ``narrow`` or ``paper``; ``fit.js`` does the same in a page."""
    meta = figure["layout"].get("meta")
    own = meta.get(place, {}) if isinstance(meta, Mapping) else {}
    data = _merge_each(figure["data"], own["data"]) if "data" in own else figure["data"]
    layout = _merge(figure["layout"], own.get("layout", {}))
    if "annotations" in own:
        layout["annotations"] = _merge_each(figure["layout"].get("annotations", ()), own["annotations"])
    return {**figure, "data": data, "layout": layout}


def _merge_each(base: Sequence[Any], patches: Sequence[Any]) -> list[Any]:
    bases = [*base, *[{}] * len(patches)]
    return [_merge(one, patch) for one, patch in zip(bases, patches, strict=False)]


def _merge(base: Any, patch: Any) -> Any:
    if not isinstance(base, Mapping) or not isinstance(patch, Mapping):
        return patch
    return {**base, **{key: _merge(base.get(key), value) for key, value in patch.items()}}
