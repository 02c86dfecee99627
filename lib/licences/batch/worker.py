"""Worker that makes one report: runs its notebook in a process forked for it, and leaves the result there."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

from licences.analysis.case import hand_over
from licences.analysis.record import hand_over_record
from licences.batch.report import (
    fail,
    load_notebook,
    make_given,
    make_result,
    prepare_notebook,
)
from licences.batch.task import RAN_MARK, Result, Task, blame_ourselves
from licences.law.catalogue import Catalogue
from licences.reading.places import find_running_folder
from licences.runner.channel import ChannelClosedError, pack_message
from licences.runner.client import NotebookError, run_cells
from licences.runner.forkserver import Job
from licences.runner.kernel import Shell, settle


class WorkerContext:
    """What all reports of a batch are made with, read once: notebook, law, shell."""

    def __init__(self, notebook: Path, catalogue: Catalogue, shell: Shell) -> None:
        self.notebook, self.catalogue, self.shell = notebook, catalogue, shell
        self.source = load_notebook(notebook)
        sources = (cell.source for cell in self.source.cells if cell.cell_type == "code")
        shell.input_transformer_manager.learn(sources)

    def make_report(self, job: Job) -> None:
        """The job of a process of its own: says how far it is, and leaves the result at the end of its trace.

        Over the channel it would be taken for whole, and waited for, where the process is killed half-way.
        """
        task: Task = pickle.loads(job.files[0])  # noqa: S301 - it comes from the batch that started us
        try:
            result = self._run(task, job)
        except (ChannelClosedError, MemoryError):
            raise  # who waits for the report finds out
        except Exception as error:  # noqa: BLE001 - whatever goes wrong here is no fault of the notebook
            result = blame_ourselves(task.client, error)
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
        job.trace.seek(0)
        job.trace.truncate()  # from here on nobody asks for what the cells have left in it
        job.trace.write(pack_message(RAN_MARK))
        job.trace.flush()
        return make_result(task, notebook, str(self.catalogue.edition))
