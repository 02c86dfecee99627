"""Report of one client: the notebook to run for it, and what the client receives once it has run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4.rwbase import split_lines, strip_transient
from papermill.execute import prepare_notebook_metadata, remove_error_markers
from papermill.parameterize import parameterize_notebook

from licences.analysis.case import Case, Given, open_case
from licences.batch.task import FAILURE, FIGURES, FORMATS, PAGE, TRAIL, Result, Task
from licences.errors import LicencesError
from licences.law.catalogue import Catalogue
from licences.render.brand import Brand
from licences.render.figures.style import SHEET_PIXELS, Drawn
from licences.render.html.page import make_html


def make_given(task: Task, catalogue: Catalogue) -> Given:
    """What the notebook of a task, and the documents beside its page, take from memory instead of the files."""
    asked = task.parameters
    return Given(task.client, str(asked["catalogue"]), str(asked["clients"]), catalogue, task.profiles)


def make_result(task: Task, notebook: NotebookNode, edition: str) -> Result:
    """The result of a notebook that ran to its end, in a process in which the client's data are handed over.

    What is wrong with a Word template in this client's case alone is told, and not blamed on the notebook.
    """
    try:
        made = _make_documents(task, notebook, edition)
    except LicencesError as error:
        return Result(task.client, "failed", {}, str(error))
    return Result(task.client, "done", made | {TRAIL: _write_notebook(notebook)})


def _make_documents(task: Task, notebook: NotebookNode, edition: str) -> dict[str, bytes]:
    """What the client receives: the page from the notebook, the rest from the case that it is about."""
    made: dict[str, bytes] = {}
    if {"html", "pdf"} & set(task.formats):
        made[PAGE] = make_html(notebook, task.name, task.language, task.brand, edition).encode()
    writers: dict[str, Callable[[Case, Brand | None], bytes]] = {}
    if "xlsx" in task.formats:
        from licences.render.excel.workbook import make_workbook  # an extra, as are the next two

        writers["xlsx"] = make_workbook
    if "ics" in task.formats:
        from licences.render.ics import make_calendar

        writers["ics"] = make_calendar
    if "docx" in task.formats:
        from licences.render.word.document import make_word

        figures = _find_figures(notebook) if task.has_pictures else []
        places = tuple(map(_keep_place, figures))
        writers["docx"] = partial(make_word, template=task.template, figures=places)
        if figures:
            made[FIGURES] = json.dumps(figures).encode()
    asked = [name for name in writers if name in task.formats]
    if asked:
        parameters: dict[str, Any] = dict(task.parameters)
        case = open_case(**parameters)
        made |= {FORMATS[name]: writers[name](case, task.brand) for name in asked}
    return made


def _find_figures(notebook: NotebookNode) -> list[dict[str, Any]]:
    """The figures of the page that have a name, as wide as they are printed."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    shown = [output.get("data", {}).get("application/vnd.plotly.v1+json") for output in outputs]
    size = {"width": SHEET_PIXELS, "height": 450}
    return [
        {"name": name, "data": figure["data"], "layout": size | figure["layout"] | {"template": None}}
        for figure in shown
        if figure and (name := figure["layout"].get("meta", {}).get("name"))
    ]


def _keep_place(figure: Mapping[str, Any]) -> Drawn:
    layout = figure["layout"]
    return Drawn(figure["name"], layout["meta"]["alt"], round(layout["height"]))


def prepare_notebook(source: NotebookNode, parameters: Mapping[str, str | int], name: str) -> NotebookNode:
    """A notebook with its parameters, as papermill makes it; it keeps no path of this machine."""
    notebook = parameterize_notebook(source, dict(parameters), kernel_name="python3", language="python")
    prepared: NotebookNode = remove_error_markers(prepare_notebook_metadata(notebook, name, TRAIL))
    return prepared


def fail(client: str, notebook: NotebookNode, status: str, reason: str) -> Result:
    """The result of a notebook that did not run to its end: the failure stands at its top."""
    note = nbformat.v4.new_markdown_cell(f"# This report was not made: {status}\n\n{reason}")
    notebook.cells.insert(0, note)
    return Result(client, status, {FAILURE: _write_notebook(notebook)}, reason)


def _write_notebook(notebook: NotebookNode) -> bytes:
    """As ``nbformat.writes`` but for the indents, and changing the notebook itself: a fifth of the time."""
    plain = strip_transient(split_lines(notebook))
    return (json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n").encode()
