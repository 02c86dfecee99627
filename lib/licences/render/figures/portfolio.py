"""Figures of a portfolio: which licences hold clients up, what falls due, and the load by month."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from licences.analysis.portfolio import Portfolio
from licences.render.figures.style import INK, LINE, dress, label_codes
from licences.words.operating import say_for
from licences.words.texts import say, say_number

SHOWN = 12
_BLUE, _ORANGE, _GREEN, _SKY = "#0072b2", "#c14a00", "#007a5a", "#9cc9e8"
_FEW_TICKS = 5
_WIDE = {"zh": 12, "en": 26}


def draw_bottlenecks(portfolio: Portfolio) -> go.Figure | None:
    """How many clients each licence holds up, worst first: it has no date, decides the launch, or comes first.

    A client in which it does both counts as one whose launch it decides, so that a bar is as long as the
    clients are many. None where nothing holds anybody up.
    """
    table, language = portfolio.bottlenecks.head(SHOWN), portfolio.language
    if table.empty:
        return None
    table = table.assign(only_first=table["holds_up"] - table["blocks"] - table["decides"])
    kinds = (("blocks", _ORANGE, "x"), ("decides", _BLUE, ""), ("only_first", _SKY, "/"))
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "y": list(table.index),
            "x": table[kind].tolist(),
            "name": say_for(portfolio.is_operating, language, f"portfolio.{kind}"),
            "marker": _mark(colour, pattern),
            "hovertemplate": "%{y}: %{x:,}<extra></extra>",
        }
        for kind, colour, pattern in kinds
        if table[kind].any()
    ]
    layout = {
        **_name_rows(portfolio, list(map(str, table.index)), 30),
        "barmode": "stack",
        "bargap": 0.4,
        "annotations": [
            {"x": count, "y": code, "text": say_number(count), "xanchor": "left", "showarrow": False}
            for code, count in table["holds_up"].items()
        ],
        "margin": {"l": 10, "r": 40, "t": 20, "b": 70},
        "xaxis": {
            "gridcolor": LINE,
            "rangemode": "tozero",
            "side": "top",
            **_tick(int(table["holds_up"].max())),
        },
    }
    return dress(traces, layout, say(language, "portfolio.figure_bottlenecks"), "bottlenecks")


def _tick(highest: int) -> dict[str, Any]:
    """Ticks at whole numbers, however few there are."""
    return {"tickformat": ",d"} | ({"dtick": 1} if highest <= _FEW_TICKS else {"nticks": _FEW_TICKS})


def _mark(colour: str, pattern: str) -> dict[str, Any]:
    pattern_of = {"shape": pattern, "fgcolor": "#ffffff", "fillmode": "overlay", "size": 7, "solidity": 0.2}
    return {"color": colour, "pattern": pattern_of}


def _name_rows(portfolio: Portfolio, codes: list[str], row_height: int) -> dict[str, Any]:
    names = {code: portfolio.law.short(code) for code in codes}
    labels = label_codes(names, portfolio.language, _WIDE[portfolio.language])
    height = max(row_height, 14 + 14 * max(label.count("<br>") + 1 for label in labels.values()))
    return {
        "height": 100 + height * len(codes),
        "legend": {"yref": "container", "yanchor": "bottom", "y": 0, "traceorder": "normal"},
        "yaxis": {
            "range": [len(codes) - 0.5, -0.5],
            "categoryorder": "array",
            "categoryarray": codes,
            "tickmode": "array",
            "tickvals": codes,
            "ticktext": list(labels.values()),
            "automargin": True,
        },
    }


def draw_due(portfolio: Portfolio) -> go.Figure | None:
    """What falls due in each of the next months: renewals, duties, and those of licences still to be obtained.

    None where nothing falls due.
    """
    due, language = portfolio.due, portfolio.language
    if due.empty:
        return None
    months = pd.period_range(pd.Timestamp(portfolio.as_of), periods=13, freq="M").to_timestamp()
    places: list[Any] = [*([pd.NaT] if due["month"].isna().any() else []), *months]
    names = [_say_month(month, language) for month in places]
    kinds = (
        ("renewal", False, _ORANGE, ""),
        ("duty", False, _BLUE, ""),
        ("renewal", True, _ORANGE, "/"),
        ("duty", True, _BLUE, "/"),
    )
    traces = []
    for kind, planned, colour, pattern in kinds:
        ours = due[(due["kind"] == kind) & (due["is_planned"] == planned)]
        if len(ours):
            sums = ours.groupby("month", dropna=False)["count"].sum()
            traces.append(
                {
                    "type": "bar",
                    "x": names,
                    "y": [int(sums.get(month, 0)) for month in places],
                    "name": say(language, f"portfolio.{kind}{'_planned' if planned else ''}"),
                    "marker": _mark(colour, pattern),
                    "hovertemplate": "%{x}: %{y:,}<extra></extra>",
                }
            )
    highest = int(due.groupby("month", dropna=False)["count"].sum().max())
    layout = _set_months(names, highest) | {"barmode": "stack"}
    return dress(traces, layout, say(language, "portfolio.figure_due"), "due")


def _say_month(month: pd.Timestamp, language: str) -> str:
    return say(language, "portfolio.overdue") if pd.isna(month) else f"{month:%Y-%m}"


def _set_months(names: list[str], highest: int) -> dict[str, Any]:
    return {
        "height": 360,
        "margin": {"l": 10, "r": 20, "t": 20, "b": 110},
        "bargap": 0.25,
        "legend": {"yref": "container", "yanchor": "bottom", "y": 0},
        "xaxis": {
            "type": "category",
            "categoryorder": "array",
            "categoryarray": names,
            "range": [-0.6, len(names) - 0.4],
            "tickangle": -50,
        },
        "yaxis": {
            "gridcolor": LINE,
            "rangemode": "tozero",
            "automargin": True,
            **_tick(highest),
        },
    }


def draw_load(portfolio: Portfolio, months: int = 18) -> go.Figure | None:
    """How many applications are prepared at a time in each month, and how many are under way, levelled where there is a capacity.

    months: how many are drawn. None where nothing is to be applied for.
    """
    load, language = portfolio.load.head(months), portfolio.language
    if not load["begun"].any():
        return None
    names = [f"{month:%Y-%m}" for month in load.index]
    levelled = portfolio.levelled is not None
    last = "levelled_" if levelled else ""
    traces: list[dict[str, Any]] = []
    if levelled:
        traces.append(
            _draw_prepared(names, load["preparing"], say(language, "portfolio.preparing_planned"), _SKY)
        )
    key = "preparing_levelled" if levelled else "preparing"
    traces += [
        _draw_prepared(names, load[f"{last}preparing"], say(language, f"portfolio.{key}"), _BLUE),
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": names,
            "y": load[f"{last}under_way"].tolist(),
            "name": say(language, "portfolio.under_way"),
            "line": {"color": INK, "width": 2, "shape": "linear"},
            "hovertemplate": "%{x}: %{y:,}<extra></extra>",
        },
    ]
    layout = _set_months(names, int(load.to_numpy().max())) | {"barmode": "group"}
    if levelled:
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": names,
                "y": [portfolio.capacity] * len(names),
                "name": say(language, "portfolio.capacity", count=portfolio.capacity),
                "line": {"color": _ORANGE, "width": 1.5, "dash": "dash"},
                "hoverinfo": "skip",
            }
        )
    return dress(traces, layout, say(language, "portfolio.figure_load"), "load")


def _draw_prepared(names: list[str], counts: pd.Series[int], name: str, colour: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": names,
        "y": counts.tolist(),
        "name": name,
        "marker": {"color": colour},
        "hovertemplate": "%{x}: %{y:,}<extra></extra>",
    }
