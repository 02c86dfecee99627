"""Worker that makes one report: runs its notebook in a process forked for it, and leaves the result there."""

from __future__ import annotations

import json
import pickle
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import papermill.iorw

from licences.analysis.case import hand_over
from licences.analysis.record import hand_over_record
from licences.batch.report import Result, Task, fail, make_given, make_result, prepare_notebook
from licences.law.catalogue import Catalogue
from licences.reading.places import find_running_folder
from licences.runner.channel import Channel, pack_message, unpack_parts
from licences.runner.client import NotebookError, explain_end, rebuild, run_cells
from licences.runner.forkserver import Ended, Job, read_ended
from licences.runner.kernel import Shell, settle

_RESULT = b'{"channel": "result"'


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
        hand_over(make_given(task, self.catalogue))
        hand_over_record(task.earlier)
        notebook = prepare_notebook(self.source, task.parameters, self.notebook.name)
        settle(str(find_running_folder(self.notebook)), job.temporary, task.memory_mib)

        def progress(done: int, total: int) -> None:
            job.channel.send({"channel": "cells", "done": done, "total": total})

        try:
            run_cells(notebook, self.shell, job.trace, progress if task.is_watched else None)
        except NotebookError as error:
            return fail(task.client, notebook, error.status, error.reason)
        return make_result(task, notebook, str(self.catalogue.edition))


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
