"""Works once through reports of nobody, so that the processes forked after it find all at hand."""

from __future__ import annotations

import io
from datetime import date

import nbformat
import plotly.io

from licences.case import make_case
from licences.cells import Shell
from licences.charts import draw_launch, draw_renewals, draw_timeline
from licences.documents import make_html
from licences.engine import run_cells
from licences.graphs import draw_graph
from licences.law import Law
from licences.looks import show_figures_anywhere
from licences.outlook import Wish
from licences.pages import SECTIONS, describe_case, make_section
from licences.profiles import make_profiles


def work_once(shell: Shell, law: Law, as_of: date, start: date, language: str) -> None:
    """Works through reports of clients that do not exist, so that the next one finds all at hand.

    One of them answers all that can be answered with yes, one with no, and one tells nothing.
    """
    renderer = plotly.io.renderers.default
    names, hidden = dict(shell.user_ns), dict(shell.user_ns_hidden)
    show_figures_anywhere()
    for answer in ("yes", "no", ""):
        told = {field.name: answer for field in law.fields.every if field.type == "bool"}
        nobody = make_profiles([{"client": "nobody", "name": "-", **told}], law.fields, None, "")
        case = make_case(law, nobody, as_of, Wish(start), language)
        outputs = [
            nbformat.v4.new_output("display_data", {"text/html": make_section(case, name)._repr_html_()})
            for name in SECTIONS
        ]
        for draw in (draw_graph, draw_timeline, draw_launch, draw_renewals):
            figure = draw(case)
            if figure is not None:
                shell.user_ns["figure"] = figure
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=outputs)])
        make_html(notebook, "-", language)
    cells = [nbformat.v4.new_code_cell(source) for source in ("'a text'", "figure")]
    notebook = nbformat.from_dict(nbformat.v4.new_notebook(cells=cells, metadata={"papermill": {}}))
    run_cells(notebook, shell, io.BytesIO(), listens=False)
    shell.reset(new_session=True)
    shell.user_ns.update({name: value for name, value in names.items() if name not in shell.user_ns})
    shell.user_ns_hidden.clear()
    shell.user_ns_hidden.update(hidden)
    describe_case.cache_clear()
    plotly.io.renderers.default = renderer
