"""Pool of reports made in processes forked from one that is warm, one for each."""

from __future__ import annotations

import pickle
import queue
import select
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from licences.batch.pool import BatchContext, Progress, ReportPool
from licences.batch.report import Result, Task
from licences.batch.worker import ask_report
from licences.runner.channel import Channel, ChannelClosedError
from licences.runner.forkserver import ForkServer

_SERVER, _LOOK_SECONDS = "licences.batch.server", 0.5


class ForkPool(ReportPool):
    """A warm process, and the lines to it that are not in use."""

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
            )
        )
        self._forks = ForkServer(_SERVER, self._warmed)
        self._idle: queue.SimpleQueue[Channel] = queue.SimpleQueue()
        self._channels: set[Channel] = set()
        self._opening, self._is_closed = threading.Lock(), False

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
        """A line that is not in use. Raises: LineCutError where the workshop is closed."""
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
                self._forks = ForkServer(_SERVER, self._warmed)
                channel = self._forks.open_channel()
            self._channels.add(channel)
        return channel


def _is_cut(channel: Channel) -> bool:
    """Whether nobody is at the other end of a line that is not in use: else nothing would come from there."""
    if channel.end.fileno() < 0:
        return True
    watcher = select.poll()
    watcher.register(channel.end, select.POLLIN)
    return bool(watcher.poll(0))


@contextmanager
def _cut_if_unwanted(channel: Channel, is_wanted: Callable[[], bool] | None) -> Iterator[None]:
    """Looks now and then whether what is asked for over a line is still wanted, and cuts it if not."""
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
