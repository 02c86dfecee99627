"""Makes one client's report: runs its notebook in a process of its own and writes what the client receives."""

from __future__ import annotations

import json
import pickle
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import papermill.iorw
from nbformat import NotebookNode
from nbformat.v4.rwbase import split_lines, strip_transient
from papermill.execute import prepare_notebook_metadata, remove_error_markers
from papermill.parameterize import parameterize_notebook

from licences.analysis.case import Case, Given, hand_over, open_case
from licences.analysis.record import Record, hand_over_record
from licences.law.catalogue import Catalogue
from licences.reading.places import find_running_folder
from licences.render.brand import Brand
from licences.render.figures.style import SHEET_PIXELS, Drawn
from licences.render.html.page import make_html
from licences.runner.channel import Channel, pack_message, unpack_parts
from licences.runner.client import NotebookError, explain_end, rebuild, run_cells
from licences.runner.forkserver import Ended, Job, read_ended
from licences.runner.kernel import Shell, settle

PAGE, TRAIL, FAILURE = "report.html", "report.ipynb", "failed.ipynb"
FIGURES = "figures.json"  # not for the client: what a browser is to draw in the Word file
FORMATS = {
    "html": PAGE,
    "pdf": "report.pdf",
    "docx": "report.docx",
    "xlsx": "checklist.xlsx",
    "ics": "renewals.ics",
}
_RESULT = b'{"channel": "result"'


@dataclass(frozen=True)
class Task:
    """One client's report: its parameters, and the rows of the clients file that are the client's own.

    formats: some of FORMATS; for a PDF the page is made, which is to be printed. has_pictures: whether
    the figures of a Word file can be drawn. template: a ``.docx``. earlier: what the client's last
    report said.
    """

    client: str
    name: str
    language: str
    parameters: Mapping[str, str | int]
    profiles: pd.DataFrame
    formats: tuple[str, ...] = ("html",)
    brand: Brand | None = None
    template: bytes | None = None
    has_pictures: bool = False
    earlier: Record | None = None
    timeout_seconds: float | None = None
    memory_mib: int | None = None
    is_watched: bool = False


@dataclass(frozen=True)
class Result:
    """What became of a task: a status of the ledger, the files by name, why it failed, and how long it took."""

    client: str
    status: str
    files: Mapping[str, bytes]
    problem: str | None = None
    seconds: float = 0.0


class WorkerContext:
    """What all reports of a batch are made with, read once: notebook, law, shell."""

    def __init__(self, notebook: Path, catalogue: Catalogue, shell: Shell) -> None:
        self.notebook, self.catalogue, self.shell = notebook, catalogue, shell
        self.source = papermill.iorw.load_notebook_node(str(notebook))

    def make_report(self, job: Job) -> None:
        """The job of a process of its own: says how far it is, and leaves the result at the end of its trace.

        Over the line it would be taken for whole, and waited for, where the process is killed half-way.
        """
        task: Task = pickle.loads(job.files[0])  # noqa: S301 - it comes from the batch that started us
        result = self._run(task, job)
        said = {"channel": "result", "status": result.status, "problem": result.problem}
        text = json.dumps(said | {"names": list(result.files)}).encode()
        job.trace.write(pack_message(text, *result.files.values()))
        job.trace.flush()

    def _run(self, task: Task, job: Job) -> Result:
        given = task.parameters
        hand_over(
            Given(task.client, str(given["catalogue"]), str(given["clients"]), self.catalogue, task.profiles)
        )
        hand_over_record(task.earlier)
        notebook = prepare_notebook(self.source, task.parameters, self.notebook.name)
        settle(str(find_running_folder(self.notebook)), job.temporary, task.memory_mib)

        def progress(done: int, total: int) -> None:
            job.channel.send({"channel": "cells", "done": done, "total": total})

        try:
            run_cells(notebook, self.shell, job.trace, progress if task.is_watched else None)
        except NotebookError as error:
            return fail(task.client, notebook, error.status, error.reason)
        made = _make_documents(task, notebook, str(self.catalogue.edition))
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


def ask_report(
    channel: Channel, task: Task, source: Path, progress: Callable[[int, int], None] | None = None
) -> Result:
    """Has a task done by the process at the other end of a line, and finds out how that ended.

    source: the notebook. Raises: LineCutError where nobody is there any more.
    """
    began = time.perf_counter()
    channel.send({"job": "report", "timeout_seconds": task.timeout_seconds}, pickle.dumps(task))
    message, files = channel.receive()
    while message["channel"] != "ended":
        if message["channel"] == "cells" and progress:
            progress(message["done"], message["total"])
        message, files = channel.receive()
    ended = read_ended(message, files)
    result, trace = _read_result(task.client, ended.trace)
    if result is None or ended.code != 0:
        result = _fail_without_result(task, source, replace(ended, trace=trace))
    return replace(result, seconds=time.perf_counter() - began)


def _read_result(client: str, trace: bytes) -> tuple[Result | None, bytes]:
    """The result at the end of a trace, if it is there and whole, and the trace before it."""
    for at, (text, *files) in unpack_parts(trace):
        if text.startswith(_RESULT):
            said = json.loads(text)
            made = dict(zip(said["names"], files, strict=True))
            return Result(client, said["status"], made, said["problem"]), trace[:at]
    return None, trace


def _fail_without_result(task: Task, source: Path, ended: Ended) -> Result:
    """What became of a task whose process was gone before it could say so."""
    notebook = prepare_notebook(papermill.iorw.load_notebook_node(str(source)), task.parameters, source.name)
    rebuild(notebook, ended.trace)
    status, reason = explain_end(ended)
    if status == "timed_out":
        reason = f"it took longer than {task.timeout_seconds:g} seconds"
    return fail(task.client, notebook, status, reason)


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
