"""Report of one client: the notebook to run for it, and what the client receives once it has run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbformat import NotebookNode
from nbformat.v4.rwbase import split_lines, strip_transient
from papermill.execute import prepare_notebook_metadata, remove_error_markers
from papermill.parameterize import parameterize_notebook
from papermill.translators import translate_parameters
from papermill.utils import find_first_tagged_cell_index

from licences.analysis.case import Given, open_case
from licences.batch.task import FAILURE, FIGURES, FORMATS, PAGE, TRAIL, Result, Task, say_error
from licences.law.catalogue import Catalogue
from licences.render.figures.shown import PLOTLY_KIND
from licences.render.figures.style import SHEET_PIXELS, Drawn, fit_figure
from licences.render.html.outputs import read_figure
from licences.render.html.page import make_html
from licences.render.lengths import FIGURES as FIGURES_SHOWN
from licences.runner.notebooks import parse_notebook, read_notebook
from licences.words.marks import say_mark
from licences.words.texts import say

_PYTHON = {"kernel_name": "python3", "language": "python"}


def make_given(task: Task, catalogue: Catalogue) -> Given:
    """What the notebook of a task, and the documents beside its page, take from memory instead of the files."""
    asked = task.parameters
    return Given(
        task.client,
        str(asked["catalogue"]),
        str(asked["clients"]),
        catalogue,
        task.profiles.unpack(),
        task.mark,
    )


def make_result(task: Task, notebook: NotebookNode, edition: str) -> Result:
    """The result of a notebook that ran to its end, in a process in which the client's data are handed over.

    What of the documents cannot be made is named as the problem, and the others are there.
    """
    made, lacks = _make_documents(task, notebook, edition)
    problem = f"the notebook ran to its end, but {'; '.join(lacks)}" if lacks else None
    is_to_print = PAGE in made or not _asks_for_page(task)
    status = "done" if is_to_print else "failed"
    _mark_notebook(notebook, task)
    return Result(task.client, status, made | {TRAIL: _write_notebook(notebook)}, problem)


def _mark_notebook(notebook: NotebookNode, task: Task) -> None:
    """Says at the head of the trail whether it was issued."""
    if task.mark:
        cell = nbformat.v4.new_markdown_cell(f"**{say_mark(task.mark, task.language)}**", id="mark")
        notebook.cells.insert(0, cell)


def _asks_for_page(task: Task) -> bool:
    return not {"html", "pdf"}.isdisjoint(task.formats)


def _make_documents(task: Task, notebook: NotebookNode, edition: str) -> tuple[dict[str, bytes], list[str]]:
    """What the client receives, the page from the notebook, the rest from the case that it is about; and what lacks."""
    made, lacks = dict[str, bytes](), dict[str, list[str]]()
    is_drawn = "docx" in task.formats and task.has_pictures
    shown = None if task.template else FIGURES_SHOWN[task.length]
    figures = (
        [one for one in _find_figures(notebook) if shown is None or one["name"] in shown] if is_drawn else []
    )
    for name, write in _list_writers(task, notebook, edition, figures).items():
        try:
            made[name] = write()
        except MemoryError:
            raise  # there may be none left for the sentence
        except Exception as error:  # noqa: BLE001 - a document fails in any way, and takes no other with it
            lacks.setdefault(say_error(error), []).append(name)
            if name == PAGE:
                figures.clear()  # nothing is printed of such a report, nor drawn
    if figures and FORMATS["docx"] in made:
        made[FIGURES] = json.dumps(figures).encode()
    return made, [f"{' and '.join(names)} could not be made: {why}" for why, names in lacks.items()]


def _list_writers(
    task: Task, notebook: NotebookNode, edition: str, figures: list[dict[str, Any]]
) -> dict[str, Callable[[], bytes]]:
    """What makes each of the files that are asked for."""
    parameters: dict[str, Any] = dict(task.parameters)
    find_case = cache(lambda: open_case(**parameters))
    writers: dict[str, Callable[[], bytes]] = {}
    if _asks_for_page(task):
        page = partial(make_html, notebook, task.name, task.language, task.brand, edition, task.mark)
        writers[PAGE] = lambda: page().encode("utf-8", "replace")
    if "xlsx" in task.formats:
        from licences.render.excel.workbook import make_workbook  # an extra, as are the next two

        writers[FORMATS["xlsx"]] = lambda: make_workbook(find_case(), task.brand, entered=task.entered)
    if "ics" in task.formats:
        from licences.render.ics import make_calendar

        writers[FORMATS["ics"]] = lambda: make_calendar(
            find_case(), task.brand, earlier=task.issued, holds=task.ics
        )
    if "docx" in task.formats:
        from licences.render.word.document import make_word

        writers[FORMATS["docx"]] = lambda: make_word(
            find_case(),
            task.brand,
            template=task.template,
            figures=tuple(map(_keep_place, figures)),
            length=task.length,
        )
    return writers


def _find_figures(notebook: NotebookNode) -> list[dict[str, Any]]:
    """The figures of the page that have a name, as wide as they are printed and as they are on paper."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    figures = [read_figure(output.get("data", {}).get(PLOTLY_KIND))[0] for output in outputs]
    size = {"width": SHEET_PIXELS, "height": 450}
    fitted = [fit_figure(figure, "paper") for figure in figures if figure]
    return [
        {"name": meta["name"], "data": figure["data"], "layout": size | figure["layout"] | {"template": None}}
        for figure in fitted
        if isinstance(meta := figure["layout"].get("meta"), Mapping) and meta.get("name")
    ]


def _keep_place(figure: Mapping[str, Any]) -> Drawn:
    layout = figure["layout"]
    return Drawn(figure["name"], str(layout["meta"].get("alt", "")), round(layout["height"]))


def load_notebook(path: Path) -> NotebookNode:
    """A notebook as papermill makes it, its parameters still to come from ``prepare_notebook``. Raises: UsageError."""
    notebook: NotebookNode = nbformat.from_dict(parse_notebook(read_notebook(path), path.name))
    if not isinstance(notebook.metadata.get("papermill"), NotebookNode):
        notebook.metadata["papermill"] = NotebookNode(
            default_parameters={}, parameters={}, environment_variables={}, version=papermill.__version__
        )
    for cell in notebook.cells:
        cell.metadata["papermill"] = NotebookNode()  # filled in as it runs
    parameterized: NotebookNode = parameterize_notebook(notebook, {}, **_PYTHON)
    return parameterized


def prepare_notebook(source: NotebookNode, parameters: Mapping[str, str | int], name: str) -> NotebookNode:
    """What ``load_notebook`` gave, with its parameters, as papermill makes it; it keeps no path of this machine."""
    given = dict(parameters)
    cell = source.cells[find_first_tagged_cell_index(source, "injected-parameters")]
    cell.source = translate_parameters(**_PYTHON, parameters=given)
    source.metadata.papermill["parameters"] = given
    if language := given.get("language"):
        _translate(source, str(language))
    prepared: NotebookNode = remove_error_markers(prepare_notebook_metadata(source, name, TRAIL))
    return prepared


def _translate(notebook: NotebookNode, language: str) -> None:
    """Has the texts of our own notebooks in the reader's language; a cell names the text that it holds."""
    for cell in notebook.cells:
        key = cell.metadata.get("licences", {}).get("text")
        if key:
            cell.source = say(language, key)


def fail(client: str, notebook: NotebookNode, status: str, reason: str) -> Result:
    """The result of a notebook that did not run to its end: the failure stands at its top."""
    note = nbformat.v4.new_markdown_cell(f"# This report was not made: {status}\n\n{reason}")
    notebook.cells.insert(0, note)
    return Result(client, status, {FAILURE: _write_notebook(notebook)}, reason)


def _write_notebook(notebook: NotebookNode) -> bytes:
    """As ``nbformat.writes`` but for the indents, and changing the notebook itself: a fifth of the time."""
    plain = strip_transient(split_lines(notebook))
    return (json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n").encode(
        "utf-8", "replace"
    )
