"""Pool of reports made in stock kernels, one for each: where processes cannot be forked."""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

from nbformat import NotebookNode

from licences.analysis.case import Given, forget_given, hand_over
from licences.analysis.record import hand_over_record
from licences.batch.pool import BatchContext, Progress, ReportPool
from licences.batch.report import (
    fail,
    load_notebook,
    make_given,
    make_result,
    prepare_notebook,
)
from licences.batch.task import Result, Task, blame_ourselves
from licences.reading.places import find_running_folder
from licences.runner.client import NotebookError
from licences.runner.stock_kernel import KernelJob, run_in_kernel

# What is handed over is found by the whole process, so that documents are made one client after the other.
_handing_over = threading.Lock()


class KernelPool(ReportPool):
    """Starts a kernel for each report, and makes the documents of it in this process."""

    def __init__(self, context: BatchContext) -> None:
        super().__init__(context)
        self._catalogue = context.catalogue
        self._source = load_notebook(self.notebook)
        self._is_closed = threading.Event()

    def make_report(
        self, task: Task, progress: Progress | None = None, is_wanted: Callable[[], bool] | None = None
    ) -> Result:
        began = time.perf_counter()
        try:
            result = self._make_report(task, progress, is_wanted)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong here is no fault of the notebook
            result = blame_ourselves(task.client, error)
        return replace(result, seconds=time.perf_counter() - began)

    def _make_report(
        self, task: Task, progress: Progress | None, is_wanted: Callable[[], bool] | None
    ) -> Result:
        def is_still_wanted() -> bool:
            return not self._is_closed.is_set() and (is_wanted is None or is_wanted())

        if not is_still_wanted():
            return Result(task.client, "killed", {}, "the batch was ended")
        given = make_given(task, self._catalogue)
        notebook = prepare_notebook(deepcopy(self._source), task.parameters, self.notebook.name)
        job = KernelJob(
            module="licences.batch.kernel_start",
            given=pickle.dumps((given, task.earlier)),
            folder=find_running_folder(self.notebook),
            timeout_seconds=task.timeout_seconds,
            memory_mib=task.memory_mib,
        )
        try:
            run_in_kernel(notebook, job, progress if task.is_watched else None, is_still_wanted)
        except NotebookError as error:
            if not is_still_wanted():
                return Result(task.client, "killed", {}, "the batch was ended")
            return fail(task.client, notebook, error.status, error.reason)
        return _make_result(task, given, notebook)

    def close(self) -> None:
        self._is_closed.set()
        super().close()


def _make_result(task: Task, given: Given, notebook: NotebookNode) -> Result:
    """What a client receives, made with what its notebook was given."""
    with _handing_over:
        hand_over(given)
        hand_over_record(task.earlier)
        try:
            return make_result(task, notebook, str(given.catalogue.edition))
        finally:
            forget_given()
            hand_over_record(None)
