"""Scripts and styles that run in a browser, as they ship."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

PLOTLY = "plotly-basic.min.js"  # the part of plotly.js that draws our figures


@cache
def read_asset(name: str) -> str:
    """A script or style that runs in a browser."""
    return files("licences.render").joinpath("browser", name).read_text(encoding="utf-8")
