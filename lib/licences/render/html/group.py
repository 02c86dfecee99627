"""Page of a group: its companies side by side, as one file that opens offline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import nbformat

from licences.analysis.mark import Mark
from licences.render.assets import read_asset
from licences.render.brand import Brand
from licences.render.html.page import make_html
from licences.render.html.sections import Section, make_environment
from licences.render.html.typesetting import typeset
from licences.words.groups import GroupView
from licences.words.texts import read_texts


def make_group_page(
    view: GroupView,
    language: str,
    brand: Brand | None = None,
    scope: Sequence[str] = (),
    edition: str = "",
    mark: Mark | None = None,
) -> str:
    """The page of a group in the look of every page of ours; whatever a client typed is escaped.

    scope: what the catalogue covers, in sentences.
    """
    section: Any = make_group_section(view, language, scope)
    data, metadata = section._repr_mimebundle_()
    output = nbformat.v4.new_output("display_data", data=data, metadata=metadata)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[output])])
    return make_html(notebook, view.name, language, brand, edition, mark)


def make_group_section(view: GroupView, language: str, scope: Sequence[str] = ()) -> Section:
    """The whole of a group as HTML."""
    template: Any = make_environment().get_template("group.html.j2")
    text, style = read_texts(language), read_asset("portfolio.css") + read_asset("group.css")
    html = str(template.module.group(view, text["group"], text["portfolio"], scope, style))
    return Section(typeset(html, language))
