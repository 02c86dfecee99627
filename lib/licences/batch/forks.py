"""Pool of reports made in processes forked from one that is warm, one for each."""

from __future__ import annotations

import json
import pickle
import queue
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from licences.batch.early import take_server
from licences.batch.pool import BatchContext, Progress, ReportPool, complain
from licences.batch.task import RAN_MARK, RESULT_MARK, Result, Task
from licences.errors import LostError
from licences.runner.channel import Channel, ChannelClosedError, unpack_parts
from licences.runner.forkserver import Ended, ForkServer, read_ended
from licences.runner.imports import import_nbformat

_LOOK_SECONDS = 0.5
# How often a report is tried whose process was killed from outside, and how often in a row the warm one is
# started anew while no report gets done.
_TRIES, _LOSSES = 3, 2


class ForkPool(ReportPool):
    """A warm process, and the channels to it that are not in use.

    One that is killed is started anew, and a report tried again whose own process was lost with it.
    """

    def __init__(self, context: BatchContext) -> None:
        super().__init__(context)
        self._warmed = pickle.dumps(
            (
                self.notebook,
                context.catalogue,
                context.as_of,
                context.start,
                context.language,
                context.formats,
                context.rehearsed,
                context.template,
            )
        )
        self._idle: queue.SimpleQueue[Channel] = queue.SimpleQueue()
        self._channels: set[Channel] = set()
        self._opening, self._is_closed = threading.Lock(), False
        self._losses = 0
        self._forks = self._start()

    def _start(self) -> ForkServer:
        """A process that has imported everything. Raises: LostError where it is killed again and again."""
        while True:
            forks = take_server()
            try:
                forks.prepare(self._warmed)
            except ChannelClosedError:
                self._tell_of_loss(forks)
            except BaseException:
                forks.kill()
                raise
            else:
                return forks

    def _tell_of_loss(self, forks: ForkServer) -> None:
        """Says in a sentence that the process is gone. Raises: LostError where that is so again and again."""
        said = f"the process from which reports are forked {forks.explain()}"
        forks.close()
        self._losses += 1
        if self._losses > _LOSSES:
            raise LostError(
                f"{said}; {_LOSSES} before it ended so, and no report was made in between",
                "see whether the machine has memory left, and start the batch again: it goes on from its ledger",
            )
        complain(f"{said}; another one is started")

    def make_report(
        self, task: Task, progress: Progress | None = None, is_wanted: Callable[[], bool] | None = None
    ) -> Result:
        for _ in range(_TRIES):
            try:
                channel = self._take_channel()
            except ChannelClosedError:
                break
            try:
                result = ask_report(channel, task, self.notebook, progress, is_wanted)
            except ChannelClosedError:
                channel.close()
            else:
                self._idle.put(channel)
                self._losses = 0
                return result
            if self._is_closed or (is_wanted is not None and not is_wanted()):
                break
        else:
            said = f"the process that looks after the report was killed, {_TRIES} times"
            return Result(task.client, "killed", {}, said)
        return Result(task.client, "killed", {}, "the batch was ended")

    def close(self) -> None:
        """Ends the process and whatever it is still doing."""
        with self._opening:
            self._is_closed = True
            for channel in self._channels:
                channel.cut()
            self._forks.close()
        super().close()

    def _take_channel(self) -> Channel:
        """A channel that is not in use. Raises: ChannelClosedError where the pool is closed; LostError."""
        while not self._forks.is_gone():
            try:
                channel = self._idle.get_nowait()
            except queue.Empty:
                break
            if not channel.is_ready(0):  # else nobody is at the other end: nothing was asked
                return channel
            channel.close()
        return self._open_channel()

    def _open_channel(self) -> Channel:
        with self._opening:
            while not self._is_closed:
                with suppress(ChannelClosedError):
                    channel = self._forks.open_channel()
                    self._channels = {one for one in self._channels if one.end.fileno() >= 0} | {channel}
                    return channel
                self._start_anew()
            raise ChannelClosedError("closed")

    def _start_anew(self) -> None:
        """Another process takes the place of one that was killed; what that has forked may still end its report."""
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()
        lost = self._forks
        self._tell_of_loss(lost)
        self._forks = self._start()


def ask_report(
    channel: Channel,
    task: Task,
    source: Path,
    progress: Callable[[int, int], None] | None = None,
    is_wanted: Callable[[], bool] | None = None,
) -> Result:
    """Has a task done by the process at the other end of a channel, and finds out how that ended.

    source: the notebook. is_wanted: asked now and then; what is not is cut off.
    Raises: ChannelClosedError where nobody is there any more, or nobody wants it.
    """
    began = time.perf_counter()
    channel.send({"job": "report", "timeout_seconds": task.timeout_seconds}, pickle.dumps(task))
    message: Mapping[str, Any] = {"channel": None}
    while message["channel"] != "ended":
        while not channel.is_ready(_LOOK_SECONDS):
            if is_wanted is not None and not is_wanted():
                channel.cut()
                raise ChannelClosedError("not wanted")
        message, files = channel.receive()
        if message["channel"] == "cells" and progress:
            progress(message["done"], message["total"])
    ended = read_ended(message, files)
    left = _read_trace(task.client, ended.trace)
    result = left.result
    if result is None or ended.code != 0:
        result = _fail_without_result(task, source, replace(ended, trace=left.trace), left.has_run)
    return replace(result, seconds=time.perf_counter() - began)


@dataclass(frozen=True)
class _Left:
    """What a process has left: the trace of its cells, whether all have run, and the result if it is whole."""

    trace: bytes
    has_run: bool
    result: Result | None


def _read_trace(client: str, trace: bytes) -> _Left:
    """The trace of a process, taken apart."""
    cells, has_run = trace, False
    for at, (text, *files) in unpack_parts(trace):
        if text == RAN_MARK:
            cells, has_run = trace[:at], True
        elif text.startswith(RESULT_MARK):
            said = json.loads(text)
            made = dict(zip(said["names"], files, strict=True))
            cells = cells if has_run else trace[:at]
            return _Left(cells, has_run, Result(client, said["status"], made, said["problem"]))
    return _Left(cells, has_run, None)


def _fail_without_result(task: Task, source: Path, ended: Ended, has_run: bool) -> Result:
    """What became of a task whose process was gone before it could say so.

    has_run: whether every cell had; then it is no failure of the notebook.
    """
    import_nbformat()
    from licences.batch.report import (  # only here: it takes longer than all else that asks for reports
        fail,
        load_notebook,
        prepare_notebook,
    )
    from licences.runner.client import explain_end, rebuild
    from licences.runner.failures import find_interrupted

    status, reason = explain_end(ended)
    if status == "timed_out":
        reason = f"it took longer than {task.timeout_seconds:g} seconds"
    if has_run:
        said = reason.replace("the notebook's process", "the process")
        return Result(task.client, status, {}, f"the notebook ran to its end, but not its documents: {said}")
    notebook = prepare_notebook(load_notebook(source), task.parameters, source.name)
    rebuild(notebook, ended.trace)
    if status == "timed_out":
        reason += find_interrupted(notebook.cells)
    return fail(task.client, notebook, status, reason)
