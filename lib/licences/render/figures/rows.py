"""Rows of a figure over time: their labels, heights and legend, on a page, on a phone and on paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from licences.law.working_days import read_calendar
from licences.render.figures.style import (
    INK,
    LINE,
    PAPER,
    PHONE_PIXELS,
    PROVISIONAL,
    SHEET_PIXELS,
    SOFT,
    estimate_width,
    label_codes,
    measure_legend,
    place_legend,
)
from licences.words.stages import StageView
from licences.words.texts import say

DAY = timedelta(days=1)
PHONE_TICKS = 6
# The smallest letters, of a picture in a Word file, which is narrower than a printed page, stay above 7 points.
PAPER_SIZE, _PAPER_PIXELS = 10.5, 815
_NOTE_PIXELS, _AXIS_PIXELS = 16, 32
# Letters in a line of a label.
_LETTERS = {"wide": {"zh": 16, "en": 38}, "narrow": {"zh": 24, "en": 44}, "paper": {"zh": 26, "en": 52}}


@dataclass(frozen=True)
class Row:
    """A row of a figure over time.

    mark: stands before the name, which is then bold. ending: stands behind it where nothing can be pointed at.
    """

    code: str
    name: str
    mark: str = ""
    ending: str = ""


@dataclass(frozen=True)
class Note:
    """A text at a day, for what begins then: a stage, or the days whose holidays are not announced."""

    name: str
    day: date
    text: str
    hover: str = ""
    colour: str = INK


def find_notes(first: date, last: date, stages: Iterable[StageView], language: str) -> list[Note]:
    """What begins between two days: the client's stages, and below them what is not announced yet."""
    notes = [
        Note(
            f"stage {stage['number']}", begins_on, f"{stage['label']} {stage['title']}", stage["changes_text"]
        )
        for stage in stages
        if (begins_on := stage["begins_on"]) and first <= begins_on <= last
    ]
    unsure = max(read_calendar().announced_until + DAY, first)
    if unsure <= last:
        notes.append(Note("provisional", unsure, say(language, "chart.provisional"), colour=SOFT))
    return notes


def draw_notes(notes: Sequence[Note], first: date, last: date, *, is_above: bool = False) -> dict[str, Any]:
    """The line of each stage, the shade of what is not announced, and below or above the rows what they are.

    A text runs from its day to where there is more room, so that none is cut on a phone; each has a line of its own.
    """
    shapes, texts = [], []
    for at, note in enumerate(notes):
        day, is_left = note.day.isoformat(), (note.day - first) * 2 > last - first
        shapes.append(_shade(day, last) if note.name == "provisional" else _mark(day, note.name))
        arrow = "▸ " if note.name == "provisional" else ""
        texts.append(
            {
                "name": note.name,
                "xref": "x",
                "yref": "paper",
                "x": day,
                "y": 1 if is_above else 0,
                "xanchor": "right" if is_left else "left",
                "yanchor": "bottom" if is_above else "top",
                "yshift": (at if is_above else -at) * _NOTE_PIXELS,
                "showarrow": False,
                "text": f"{note.text}{arrow[::-1]}" if is_left else f"{arrow}{note.text}",
                "hovertext": note.hover,
                "borderpad": 0,
                "font": {"size": 11, "color": note.colour},
            }
        )
    return {"shapes": shapes, "annotations": texts}


def _shade(day: str, last: date) -> dict[str, Any]:
    return {
        "type": "rect",
        "xref": "x",
        "yref": "paper",
        "x0": day,
        "x1": (last + timedelta(days=400)).isoformat(),
        "y0": 0,
        "y1": 1,
        "fillcolor": PROVISIONAL,
        "line": {"width": 0},
        "layer": "below",
        "name": "provisional",
    }


def _mark(day: str, name: str) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": day,
        "x1": day,
        "y0": 0,
        "y1": 1,
        "line": {"color": INK, "width": 1.5, "dash": "dash"},
        "name": name,
    }


def set_rows(
    rows: Sequence[Row], traces: Iterable[Mapping[str, Any]], language: str, told: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The layout that gives each row its height from top to bottom, the legend below; and what is otherwise elsewhere.

    On a phone a label stands above its bar, over the whole width; on paper rows are low, so that a plan fits a page.
    told: what ``draw_notes`` has drawn below the rows.
    """
    texts = told["annotations"]
    notes = len(texts)
    codes = [row.code for row in rows]
    names = [trace["name"] for trace in traces if trace.get("showlegend", True)]
    labels = {place: _label_rows(rows, language, place) for place in _LETTERS}
    lines = {place: max(text.count("<br>") + 1 for text in texts) for place, texts in labels.items()}
    widest = max(estimate_width(line, PAPER_SIZE) for text in labels["paper"] for line in text.split("<br>"))
    legend = measure_legend(names, SHEET_PIXELS - widest - 36)
    lowest = 12.5 * lines["paper"]
    room = (_PAPER_PIXELS - _AXIS_PIXELS - _NOTE_PIXELS * notes - legend) / len(rows)
    paper = _frame(len(rows), max(lowest, min(lowest + 5.5, room)), notes, legend, 20)
    high, above = 17 + 15 * lines["narrow"], 8 + 15 * lines["narrow"]
    narrow = _frame(len(rows), high, notes, measure_legend(names, PHONE_PIXELS - 12, 11), 6)
    down = above / high - 0.5  # the first label stands above the first bar
    layout = (
        {**told}
        | _frame(len(rows), 12 + 14 * lines["wide"], notes, legend, 30)
        | {
            "bargap": 0.42,
            "barmode": "overlay",
            "yaxis": {
                "range": [len(rows) - 0.5, -0.5],
                "categoryorder": "array",
                "categoryarray": codes,
                "tickmode": "array",
                "tickvals": codes,
                "ticktext": labels["wide"],
                "automargin": True,
                "fixedrange": True,
            },
        }
    )
    paper |= {
        "bargap": 0.35,
        "xaxis": {"tickfont": {"size": PAPER_SIZE}},
        "yaxis": {"tickfont": {"size": PAPER_SIZE}, "ticktext": labels["paper"]},
    }
    paper["legend"]["font"] = {"size": PAPER_SIZE}
    narrow |= {
        "bargap": 1 - 11 / high,
        "xaxis": {"tickfont": {"size": 11}},
        "yaxis": {
            "automargin": False,
            "range": [len(rows) - 0.5 - down, -0.5 - down],
            "showticklabels": False,
        },
    }
    is_crossed = any(shape["type"] == "line" for shape in told["shapes"])
    written = [_write_above(*row, is_crossed) for row in zip(codes, labels["narrow"], strict=True)]
    narrow["legend"]["font"] = {"size": 11}
    return layout, {
        "narrow": {"layout": narrow, "annotations": [*[{}] * notes, *written]},
        "paper": {"layout": paper},
    }


def _write_above(code: str, label: str, is_crossed: bool) -> dict[str, Any]:
    """A label above the bar of its row; plotly.js would hide ticks that stand so where they come near others."""
    return {
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "y": code,
        "yanchor": "bottom",
        "yshift": 5,
        "showarrow": False,
        "text": label,
        **({"align": "left"} if "<br>" in label else {}),
        **({"bgcolor": f"{PAPER}cc"} if is_crossed else {}),  # a line of a stage shows through
    }


def _label_rows(rows: Sequence[Row], language: str, place: str) -> list[str]:
    told = {row.code: row.name + row.ending * (place == "narrow") for row in rows}
    labels = label_codes(told, language, _LETTERS[place][language])
    return [f"<b>{row.mark}{labels[row.code]}</b>" if row.mark else labels[row.code] for row in rows]


def _frame(count: int, row: float, notes: int, legend: int, right: int) -> dict[str, Any]:
    """Height and margins, so that each of the rows is as high as it is to be."""
    below = 4 + _NOTE_PIXELS * notes + legend
    height = round(_AXIS_PIXELS + row * count + below)
    return {
        "height": height,
        "margin": {"l": 6, "r": right, "t": _AXIS_PIXELS, "b": below},
        "legend": place_legend(legend, height),
    }


def make_time_axis(first: date, last: date) -> dict[str, Any]:
    """An axis of days, with a tick a month or a few; of days where there is less than two months."""
    axis = {
        "type": "date",
        "range": [first.isoformat(), last.isoformat()],
        "gridcolor": LINE,
        "tickangle": 0,
        "fixedrange": True,
    }
    return axis | set_ticks(first, last, 8)


def set_ticks(first: date, last: date, most: int) -> dict[str, Any]:
    """Ticks at the first of months, so many at most."""
    months = (last - first).days / 30.4
    if months < 2:
        return {"tickformat": "%Y-%m-%d", "nticks": max(3, most // 2)}
    step = next((step for step in (1, 2, 3, 6, 12, 24) if months / step <= most), 60)
    return {"tickformat": "%Y-%m", "dtick": f"M{step}"}


def hatch(flags: Iterable[bool], colour: str = "#ffffff") -> dict[str, object]:
    """The pattern of bars of which some are hatched."""
    shapes = ["/" if flag else "" for flag in flags]
    return {"shape": shapes, "fgcolor": colour, "fillmode": "overlay", "size": 6}


def measure_days(first: date | None, last: date | None) -> float:
    """Milliseconds from the beginning of the first day to the end of the last, as a bar on a date axis."""
    if first is None or last is None:
        return 0
    return (last - first + DAY) / timedelta(milliseconds=1)
