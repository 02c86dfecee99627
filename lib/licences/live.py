"""Shows figures, tables and finished reports in a notebook, and changes them where they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from html import escape
from importlib.resources import files
from typing import Any

import anywidget
import pandas as pd
import plotly.graph_objects as go
import traitlets
from ipywidgets import HTML, VBox
from itables.widget import ITable

WIDTHS = ("7rem", "16rem", "18rem", "12rem", "20rem", "6rem", "6rem", "28rem", "22rem", "9rem")


class _Figure(go.FigureWidget):  # type: ignore[misc]
    """A figure that tells a page which is loaded anew how it looks now, not how it looked at first."""

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> Any:
        if key is None and hasattr(self, "_layout_obj"):
            self._widget_data = deepcopy(self._data)
            self._widget_layout = deepcopy(self._layout_obj._props)  # noqa: SLF001 - as plotly itself does
        return super().get_state(key, drop_defaults)


class LiveFigure:
    """A plotly figure that takes over the next figure's data in place, so that the browser redraws little.

    choose: called with the code of the licence whose box or bar is clicked.
    """

    def __init__(self, choose: Callable[[str], None]) -> None:
        self.choose = choose
        self.instead = HTML()
        self.box = VBox([self.instead])
        self.box.add_class("licences-figure")
        self.figure: _Figure | None = None
        self.spec: dict[str, Any] = {}
        self.is_drawn = False  # whether a browser has said that it drew the figure
        self.is_behind = False  # whether the figure changed before that, so that the browser may not know

    def show(self, figure: go.Figure | None, instead: str) -> None:
        """Shows a figure with the same traces as the one before, or a text where there is none."""
        self.instead.value = "" if figure else escape(instead)
        if figure is None:
            self.box.children = (self.instead,)
            return
        spec = figure.to_plotly_json()
        if self.figure is None:
            self._make(figure)
        else:
            self._change(spec)
        self.spec = spec
        self.box.children = (self.instead, self.figure)

    def _make(self, figure: go.Figure) -> None:
        self.figure = _Figure(figure)
        self.figure._config = {"responsive": True, "displayModeBar": False}  # noqa: SLF001 - there is no other way
        self.figure.observe(self._hear, "_js2py_traceDeltas")
        for trace in self.figure.data:
            trace.on_click(self._click)
        self.is_drawn = self.is_behind = False

    def _change(self, spec: Mapping[str, Any]) -> None:
        """Sends what differs, in one message."""
        assert self.figure is not None  # noqa: S101 - for the type checker
        self.is_behind = not self.is_drawn
        with self.figure.batch_update():
            for trace, old, new in zip(self.figure.data, self.spec["data"], spec["data"], strict=True):
                for name, value in _find_changes(old, new).items():
                    trace[name] = value
            for name, value in _find_changes(self.spec["layout"], spec["layout"]).items():
                self.figure.layout[name] = value

    def _hear(self, change: Mapping[str, Any]) -> None:
        """A browser has drawn the figure; what it missed while it loaded is made up for."""
        if change["owner"] is not self.figure or not change["new"]:
            return
        if self.is_behind:
            self._make(go.Figure(self.spec))
            self.box.children = (self.instead, self.figure)
        else:
            self.is_drawn = True

    def _click(self, trace: Any, points: Any, _state: Any) -> None:
        for at in points.point_inds[:1]:
            for values in (trace.y, trace.customdata):
                if values is not None and isinstance(values[at], str):
                    self.choose(values[at].rpartition(">")[2])
                    return


def _find_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The properties to set so that ``old`` becomes ``new``, by dotted name; None takes one away.

    Leaf by leaf: a browser that is sent a whole axis forgets what it knows of it, such as its type.
    Only ``meta`` is the author's own, and whole.
    """
    changed: dict[str, Any] = {}
    for name in (*new, *(name for name in old if name not in new)):
        was, now = old.get(name), new.get(name)
        if isinstance(now, dict) and isinstance(was, dict) and name != "meta":
            changed |= {f"{name}.{part}": value for part, value in _find_changes(was, now).items()}
        elif was != now:
            changed[name] = now
    return changed


class LiveTable:
    """A table that can be sorted, searched and filtered by column, and keeps that as its rows change.

    choose: called with the index label of the row that is clicked.
    """

    def __init__(self, choose: Callable[[str], None]) -> None:
        self.choose = choose
        self.rows = pd.DataFrame()
        self.table: ITable | None = None
        self.box = VBox()

    def show(self, rows: pd.DataFrame, labels: Mapping[str, str], texts: Mapping[str, str]) -> None:
        """Shows texts; ``labels`` are the headings by column, ``texts`` what stands around the table."""
        self.rows = rows
        named = rows.rename(columns=dict(labels)).reset_index(drop=True)
        words = {
            "search": texts["table_search"],
            "info": texts["table_info"],
            "infoEmpty": texts["table_empty"],
            "infoFiltered": texts["table_filtered"],
            "zeroRecords": texts["table_empty"],
            "emptyTable": texts["table_empty"],
        }
        if self.table is None:
            self.table = ITable(
                named,
                language=words,
                select="single",
                selected_rows=[],
                paging=False,
                scrollY="26rem",
                scrollCollapse=True,
                scrollX=True,
                showIndex=False,
                autoWidth=False,
                stateSave=True,
                stateDuration=-1,
                column_filters="header",
                classes="display compact",
                layout={"topStart": "search", "topEnd": "info", "bottomStart": None, "bottomEnd": None},
                columnDefs=[{"width": width, "targets": at} for at, width in enumerate(WIDTHS)],
            )
            self.table.observe(self._click, "selected_rows")
            self.box.children = (self.table,)
        else:
            # Two messages: itables fails in the browser where a table with a selected row is replaced.
            self.table.selected_rows = []
            self.table.update(named, language=words)

    def _click(self, change: Mapping[str, Any]) -> None:
        for at in change["new"][:1]:
            self.choose(str(self.rows.index[at]))


def _read_script(name: str) -> str:
    return files("licences").joinpath("browser", name).read_text(encoding="utf-8")


class Fit(anywidget.AnyWidget):
    """Nothing to see: keeps the figures around it as wide as their boxes."""

    _esm = _read_script("fit.js")


class ReportLink(anywidget.AnyWidget):
    """A link that opens a finished report from the page itself, wherever the notebook is served from."""

    _esm = _read_script("report_link.js")
    page = traitlets.Unicode().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    name = traitlets.Unicode().tag(sync=True)
