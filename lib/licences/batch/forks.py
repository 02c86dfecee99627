"""Pool of reports made in processes forked from one that is warm, one for each."""

from __future__ import annotations

import json
import pickle
import queue
import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from licences.batch.early import take_server
from licences.batch.pool import BatchContext, Progress, ReportPool
from licences.batch.task import RAN_MARK, RESULT_MARK, Result, Task
from licences.runner.channel import Channel, ChannelClosedError, unpack_parts
from licences.runner.forkserver import Ended, ForkServer, read_ended

_LOOK_SECONDS = 0.5


class ForkPool(ReportPool):
    """A warm process, and the channels to it that are not in use."""

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
                self.folder,
                context.is_worth_warming,
                context.template,
            )
        )
        self._forks = self._start()
        self._idle: queue.SimpleQueue[Channel] = queue.SimpleQueue()
        self._channels: set[Channel] = set()
        self._opening, self._is_closed = threading.Lock(), False

    def _start(self) -> ForkServer:
        forks = take_server()
        forks.prepare(self._warmed)
        return forks

    def make_report(
        self, task: Task, progress: Progress | None = None, is_wanted: Callable[[], bool] | None = None
    ) -> Result:
        try:
            channel = self._take_channel()
        except ChannelClosedError:
            return Result(task.client, "killed", {}, "the batch was ended")
        try:
            with _cut_if_unwanted(channel, is_wanted):
                result = ask_report(channel, task, self.notebook, progress)
        except ChannelClosedError:
            channel.close()
            return Result(task.client, "killed", {}, "the process that looks after the report was killed")
        self._idle.put(channel)
        return result

    def close(self) -> None:
        """Ends the process and whatever it is still doing."""
        with self._opening:
            self._is_closed = True
            for channel in self._channels:
                channel.cut()
            self._forks.close()
        super().close()

    def _take_channel(self) -> Channel:
        """A channel that is not in use. Raises: ChannelClosedError where the pool is closed."""
        while True:
            try:
                channel = self._idle.get_nowait()
            except queue.Empty:
                return self._open_channel()
            if not _is_cut(channel):
                return channel
            channel.close()

    def _open_channel(self) -> Channel:
        with self._opening:
            if self._is_closed:
                raise ChannelClosedError("closed")
            self._channels = {channel for channel in self._channels if channel.end.fileno() >= 0}
            try:
                channel = self._forks.open_channel()
            except ChannelClosedError:  # the warm process was killed
                self._forks.close()
                self._forks = self._start()
                channel = self._forks.open_channel()
            self._channels.add(channel)
        return channel


def _is_cut(channel: Channel) -> bool:
    """Whether nobody is at the other end of a channel that is not in use: else nothing would come from there."""
    if channel.end.fileno() < 0:
        return True
    watcher = select.poll()
    watcher.register(channel.end, select.POLLIN)
    return bool(watcher.poll(0))


@contextmanager
def _cut_if_unwanted(channel: Channel, is_wanted: Callable[[], bool] | None) -> Iterator[None]:
    """Looks now and then whether what is asked for over a channel is still wanted, and cuts it if not."""
    if is_wanted is None:
        yield
        return
    is_over = threading.Event()

    def look() -> None:
        while not is_over.wait(_LOOK_SECONDS):
            if not is_wanted():
                channel.cut()
                return

    watcher = threading.Thread(target=look, name="wanted", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()


def ask_report(
    channel: Channel, task: Task, source: Path, progress: Callable[[int, int], None] | None = None
) -> Result:
    """Has a task done by the process at the other end of a channel, and finds out how that ended.

    source: the notebook. Raises: ChannelClosedError where nobody is there any more.
    """
    began = time.perf_counter()
    channel.send({"job": "report", "timeout_seconds": task.timeout_seconds}, pickle.dumps(task))
    message, files = channel.receive()
    while message["channel"] != "ended":
        if message["channel"] == "cells" and progress:
            progress(message["done"], message["total"])
        message, files = channel.receive()
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
    from licences.batch.report import (  # only here: it takes longer than all else that asks for reports
        fail,
        load_notebook,
        prepare_notebook,
    )
    from licences.runner.client import explain_end, rebuild

    status, reason = explain_end(ended)
    if status == "timed_out":
        reason = f"it took longer than {task.timeout_seconds:g} seconds"
    if has_run:
        said = reason.replace("the notebook's process", "the process")
        return Result(task.client, status, {}, f"the notebook ran to its end, but not its documents: {said}")
    notebook = prepare_notebook(load_notebook(source), task.parameters, source.name)
    rebuild(notebook, ended.trace)
    return fail(task.client, notebook, status, reason)
