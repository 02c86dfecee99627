"""Widgets for figures, tables and finished reports, which change where they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import pandas as pd
import traitlets
from ipywidgets import VBox

from licences.app.controls import share
from licences.render.assets import PLOTLY, read_asset

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from itables.widget import ITable

WIDTHS_REM = (7, 16, 18, 12, 20, 6, 6, 60, 60, 9)


class LiveFigure(anywidget.AnyWidget):
    """A plotly figure that becomes the next one in place, in every browser that shows it.

    Not plotly's own widget: that sends each change once and in many messages, and a page that is still
    loading, or a tab that is hidden, misses some of them for good.

    choose: called with the code of the licence whose box or bar is clicked.
    """

    _esm = read_asset("figure.js")
    shown = traitlets.Dict({"figure": "", "text": ""}).tag(sync=True)

    def __init__(self, choose: Callable[[str], None]) -> None:
        super().__init__()
        self.choose = choose
        self.figure: go.Figure | None = None
        self.add_class("licences-figure")
        self.on_msg(self._hear)

    def show(self, figure: go.Figure | None, instead: str) -> None:
        """Shows a figure, or a text where there is none."""
        self.figure = figure
        self.shown = {"figure": figure.to_json() if figure else "", "text": "" if figure else instead}

    def _hear(self, _widget: Any, content: Mapping[str, Any], _buffers: Any) -> None:
        if content.get("ask") == "plotly":
            self.send({"source": read_asset(PLOTLY)})
        code = content.get("choose")
        if isinstance(code, str):
            self.choose(code)


class LiveTable:
    """A table that can be sorted, searched and filtered by column, and keeps that as its rows change.

    choose: called with the index label of the row that is clicked.
    """

    def __init__(self, choose: Callable[[str], None]) -> None:
        self.choose = choose
        self.rows = pd.DataFrame()
        self.table: ITable | None = None
        self.box = share(VBox)

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
            self.table = _find_table_kind()(
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
                columnDefs=[{"width": f"{width}rem", "targets": at} for at, width in enumerate(WIDTHS_REM)],
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


@cache
def _find_table_kind() -> type[ITable]:
    """The table of itables, which keeps nothing of what it showed before."""
    from itables import widget

    source = Path(widget.__file__).with_name("static") / "widget.js"

    class Table(widget.ITable):
        _esm: Any = f"{source.read_text(encoding='utf-8')}\n{read_asset('table.js')}"

    return Table


def make_column_style() -> str:
    """A style sheet that gives the table and its columns their WIDTHS_REM; what is made before it is in sight finds none by itself."""
    whole = f".licences-explorer table.dataTable {{ width: {sum(WIDTHS_REM)}rem !important; }}\n"
    return whole + "".join(
        f".licences-views .dataTable col:nth-child({at}) {{ width: {width}rem !important; min-width: {width}rem !important; }}\n"
        for at, width in enumerate(WIDTHS_REM, 1)
    )


class ReportLink(anywidget.AnyWidget):
    """A link that opens a finished report from the page itself, wherever the notebook is served from."""

    _esm = read_asset("report_link.js")
    page = traitlets.Unicode().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    name = traitlets.Unicode().tag(sync=True)


class Seen(anywidget.AnyWidget):
    """Calls ``see`` whenever a browser shows the page; nothing is to be seen of it."""

    _esm = read_asset("seen.js")

    def __init__(self, see: Callable[[], None]) -> None:
        super().__init__()
        self.on_msg(lambda _widget, content, _buffers: see() if content.get("seen") else None)
