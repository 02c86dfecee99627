"""Warm-up: reports of nobody, so that the processes forked afterwards find all at hand."""

from __future__ import annotations

import io
from datetime import date

import nbformat
import plotly.io
from nbformat import NotebookNode

from licences.analysis.case import Given, forget_given, hand_over
from licences.law.catalogue import Catalogue
from licences.law.in_force import find_law_for
from licences.law.local import PROVINCE
from licences.render.html.page import make_html
from licences.render.html.sections import SECTIONS
from licences.rules.facts import make_nobody
from licences.runner.client import run_cells
from licences.runner.kernel import Shell
from licences.words.cases import view_case

_START = """from licences.analysis.case import open_case
from licences.render.figures.plan import draw_launch, draw_renewals, draw_timeline
from licences.render.html.decide import make_decisions_section
from licences.render.figures.graph import draw_graph
from licences.render.html.in_notebook import show_as_page
from licences.render.html.sections import make_section
from licences.render.html.since_last import make_since_last_section

case = open_case(client, as_of, start, language)
show_as_page()"""
_DRAWN = ("draw_graph", "draw_timeline", "draw_launch", "draw_renewals")


def work_once(
    shell: Shell,
    catalogue: Catalogue,
    as_of: date,
    start: date,
    language: str,
    rehearsed: tuple[str, ...],
    formats: tuple[str, ...] = (),
    template: bytes | None = None,
) -> None:
    """Works through reports of clients that do not exist, so that the next one finds all at hand.

    rehearsed: what each of them answers, see ``make_nobody``. The law of each province is at hand then too.
    """
    for province in catalogue.local["province"].dropna().unique():
        _ = find_law_for(catalogue, as_of, language, {PROVINCE: str(province)}).coming
    renderer = plotly.io.renderers.default
    names, hidden = dict(shell.user_ns), dict(shell.user_ns_hidden)
    for answer in rehearsed:
        nobody = make_nobody(catalogue.fields, answer)
        hand_over(Given("nobody", "", "", catalogue, nobody))
        notebook = _make_notebook(as_of, start, language)
        run_cells(notebook, shell, io.BytesIO(), listens=False)
        make_html(notebook, "-", language)
        if "xlsx" in formats:
            import licences.render.excel.workbook
        if "ics" in formats:
            import licences.render.ics  # noqa: F401
        if "docx" in formats:
            from licences.render.word.document import make_word

            make_word(shell.user_ns["case"], template=template)
    forget_given()
    shell.reset(new_session=True)
    shell.user_ns.update({name: value for name, value in names.items() if name not in shell.user_ns})
    shell.user_ns_hidden.clear()
    shell.user_ns_hidden.update(hidden)
    view_case.cache_clear()
    plotly.io.renderers.default = renderer


def _make_notebook(as_of: date, start: date, language: str) -> NotebookNode:
    """What a report's notebook does."""
    given = {"client": "nobody", "as_of": str(as_of), "start": str(start), "language": language}
    sources = [
        "\n".join(f"{name} = {value!r}" for name, value in given.items()),
        _START,
        *(f"make_section(case, {name!r})" for name in SECTIONS),
        "make_decisions_section(case)",
        "make_since_last_section(case)",
        *(f"{name}(case)" for name in _DRAWN),
        "len(case.steps)",
    ]
    cells = [nbformat.v4.new_markdown_cell(""), *map(nbformat.v4.new_code_cell, sources)]
    made: NotebookNode = nbformat.v4.new_notebook(cells=cells, metadata={"papermill": {}})
    return made
