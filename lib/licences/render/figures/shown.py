"""Figures as a notebook shows them: as plain data, which JupyterLab draws, and so does our page, offline."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go
import plotly.io

PLOTLY_KIND = "application/vnd.plotly.v1+json"
_ANYWHERE = "plotly_mimetype"
_RENDERERS = "plotly.io._renderers"


def show_figures_anywhere() -> None:
    """From now on figures go into the notebook as plain data alone."""
    if _RENDERERS in sys.modules:
        plotly.io.renderers.default = _ANYWHERE
    else:  # it takes as long as a section of a report to import, and reads this then
        os.environ["PLOTLY_RENDERER"] = _ANYWHERE


def _is_shown_anywhere() -> bool:
    if _RENDERERS in sys.modules:
        return bool(plotly.io.renderers.default == _ANYWHERE)
    return os.environ.get("PLOTLY_RENDERER") == _ANYWHERE


class OurFigure(go.Figure):  # type: ignore[misc]
    """A figure of plain values, which goes into a notebook as it was made.

    plotly would copy it three times for that, and write it twice: it is given the values once something else is
    asked of the figure. One that was changed since is shown by plotly.
    """

    _made: Mapping[str, Any] | None = None

    @classmethod
    def make(cls, data: list[Mapping[str, Any]], layout: Mapping[str, Any]) -> OurFigure:
        """A figure of data and layout as JSON has them; plotly does not check them, which takes five times as long as all the rest."""
        figure = cls.__new__(cls)
        figure.__dict__["_made"] = {"data": data, "layout": layout}
        return figure

    def __getattr__(self, name: str) -> Any:
        """What plotly keeps of a figure; a notebook that looks for ways to show it asks for none of that."""
        made = self._made
        if made is None or "_validate" in vars(self) or name.startswith(("__", "_ipython_", "_repr_")):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        super().__init__(**made, _validate=False)
        return getattr(self, name)

    def to_json(self, *asked: Any, **named: Any) -> str:
        """The figure as JSON; of one that is as it was made, plotly need not know."""
        if asked or named or self._is_changed():
            return str(super().to_json(*asked, **named))
        return json.dumps(self._made, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    def _is_changed(self) -> bool:
        is_known = "_validate" in vars(self)  # to plotly, and so may be changed
        return is_known and self._made != {"data": self._data, "layout": self._layout}

    def _ipython_display_(self) -> None:
        if self._is_changed() or not _is_shown_anywhere():
            super()._ipython_display_()
            return
        from IPython.display import display

        display({PLOTLY_KIND: self._made}, raw=True)
