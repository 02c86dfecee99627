"""A figure goes into a notebook as plotly would put it there, and as plotly does where somebody has changed it."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import IPython.display
import numpy as np
import plotly.graph_objects as go
import plotly.io
import pytest
from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell
from plotly.io import _renderers

from licences.render.figures.shown import PLOTLY_KIND, show_figures_anywhere
from licences.render.figures.style import dress

TRACES = [{"type": "bar", "x": [1.5, None], "y": ["企业", "b"], "base": ["2026-12-01", "2026-12-02"]}]


@pytest.fixture
def displayed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What is displayed, by us or by plotly."""
    shown: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(plotly.io.renderers, "default", "plotly_mimetype")
    monkeypatch.setattr(IPython.display, "display", lambda data, **_named: shown.append(("us", data)))
    theirs = type(
        "Display", (), {"display": staticmethod(lambda data, **_named: shown.append(("plotly", data)))}
    )
    monkeypatch.setattr(_renderers, "ipython_display", theirs)
    return shown


def test_what_is_shown_is_what_plotly_would_show(displayed: list[tuple[str, dict[str, Any]]]) -> None:
    figure = dress(TRACES, {"height": 300, "xaxis": {"range": [0, 1]}}, "three bars", "timeline")
    show_figures_anywhere()
    figure._ipython_display_()
    plotly.io.show(figure)
    (ours, data), (_, other) = displayed
    assert ours == "us"
    assert json.loads(json.dumps(data)) == other == figure._repr_mimebundle_()


def test_its_json_is_plotlys_and_asks_plotly_for_nothing() -> None:
    figure = dress(TRACES, {"height": 300, "xaxis": {"range": [0, 1]}}, "</script>\u2028<b>", "timeline")
    ours = figure.to_json()
    assert "_data" not in vars(figure)
    assert json.loads(ours) == json.loads(figure.to_json(pretty=True))
    assert figure.to_json() == ours  # which plotly has read meanwhile
    figure.update_layout(height=301)
    assert json.loads(figure.to_json())["layout"]["height"] == 301


def test_plotly_makes_nothing_of_a_figure_that_is_only_shown(
    displayed: list[tuple[str, dict[str, Any]]],
) -> None:
    figure = dress(TRACES, {"height": 300}, "bars")
    assert DisplayFormatter(parent=InteractiveShell()).format(figure) == ({}, {})
    assert [who for who, _ in displayed] == ["us"]
    assert "_data" not in vars(figure)
    assert not hasattr(figure, "_repr_png_")
    with pytest.raises(AttributeError, match="no attribute 'heigth'"):
        _ = figure.heigth


@pytest.mark.parametrize(
    "use",
    [
        lambda figure: figure.to_dict(),
        lambda figure: figure.data[0].base,
        lambda figure: pickle.loads(pickle.dumps(figure)).to_dict(),  # noqa: S301 - ours
        lambda figure: copy.deepcopy(figure).layout.height,
        lambda figure: figure.update_traces(name="a").update_layout(height=200).to_dict(),
        lambda figure: figure == go.Figure(figure),
        lambda figure: next(iter(figure.select_traces())).x,
    ],
)
def test_a_figure_can_be_used_as_any_of_plotlys(use: Callable[[go.Figure], object]) -> None:
    figure = dress(TRACES, {"height": 300}, "bars")
    assert isinstance(figure, go.Figure)
    assert use(dress(TRACES, {"height": 300}, "bars")) == use(go.Figure(figure))


def test_a_changed_figure_is_shown_by_plotly(displayed: list[tuple[str, dict[str, Any]]]) -> None:
    figure = dress(TRACES, {}, "bars")
    figure.add_scatter(y=np.array([1.0, 2.0]))
    figure._ipython_display_()
    figure = dress(TRACES, {}, "bars")
    figure.update_layout(title="mine")
    figure._ipython_display_()
    assert [who for who, _ in displayed] == ["plotly", "plotly"]
    assert displayed[1][1][PLOTLY_KIND]["layout"]["title"] == "mine"


def test_where_another_way_was_chosen_plotly_shows_it(
    displayed: list[tuple[str, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plotly.io.renderers, "default", "json")
    dress(TRACES, {}, "bars")._ipython_display_()
    assert [who for who, _ in displayed] == ["plotly"]
    assert displayed[0][1].keys() == {"application/json"}


def test_the_template_is_plotlys_own_that_sets_nothing() -> None:
    made = dress(TRACES, {}, "bars").layout.template.to_plotly_json()
    assert made == plotly.io.templates["none"].to_plotly_json()


def test_plotly_is_told_before_it_is_imported() -> None:
    code = """import sys
from licences.render.figures.shown import show_figures_anywhere
show_figures_anywhere()
assert "plotly.io._renderers" not in sys.modules
import plotly.io
print(plotly.io.renderers.default)"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "plotly_mimetype\n"
