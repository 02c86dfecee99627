"""Look of a report in a running notebook: figures and sections as on the client's page, and nothing else touched."""

from __future__ import annotations

from licences.render.assets import read_asset
from licences.render.figures.shown import show_figures_anywhere
from licences.render.html.sections import SECTIONS, Section

_OTHERS = ("changed", "decide")  # the sections that have a module of their own


def show_as_page() -> Section:
    """The style of the client's page, for the sections that follow it; figures are shown wherever it runs."""
    show_figures_anywhere()
    scope = ", ".join(f"section#{name}" for name in (*SECTIONS, *_OTHERS))
    style = (read_asset("page.css") + read_asset("decide.css")).replace(":root", ":scope")
    frame = ":scope { background: var(--paper); color: var(--ink); line-height: 1.6; padding: .5rem 1rem; }"
    return Section(f"<style>@scope ({scope}) {{\n{frame}\n{style}\n}}</style>")
