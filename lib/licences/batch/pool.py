"""Makes reports one after the other for a batch, in processes forked from one that is warm."""

from __future__ import annotations

import atexit
import hashlib
import pickle
import queue
import select
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from licences.batch.fingerprint import hash_library
from licences.batch.worker import Result, Task, ask_report
from licences.errors import UsageError
from licences.law.catalogue import Catalogue
from licences.runner.channel import Channel, ChannelClosedError
from licences.runner.forkserver import ForkServer

Progress = Callable[[int, int], None]

# How many workshops a process keeps at hand, and how often it looks whether a report is still wanted.
_KEPT, _LOOK_SECONDS = 2, 0.5


@dataclass(frozen=True, eq=False)
class BatchContext:
    """What all reports of a batch are made with; it can be sent to another machine.

    folder: where the notebook lies and runs, None on a machine that does not have it. library: a hash
    of the package that may use the pack.
    """

    name: str
    notebook: bytes
    folder: str | None
    catalogue: Catalogue
    as_of: date
    start: date
    language: str
    library: str
    formats: tuple[str, ...] = ()

    @cached_property
    def key(self) -> str:
        """The same for packs that make the same reports of the same clients."""
        frames = (self.catalogue.rows, self.catalogue.contradictions, self.catalogue.corrections)
        texts = [
            self.name,
            self.folder,
            self.library,
            "docx" in self.formats,
            self.catalogue.fields.every,
            *(one.to_csv() for one in frames),
        ]
        return hashlib.sha256(repr(texts).encode() + self.notebook).hexdigest()


class ReportPool:
    """A warm process, and the lines to it that are not in use. Raises: UsageError for a foreign pack.

    borrowers: how many are making reports in it; see ``borrow_workshop``.
    """

    def __init__(self, context: BatchContext) -> None:
        if context.library != hash_library():
            raise UsageError(
                "this machine has another version of licences, or of its data dictionary, than the batch",
                "install the same one on each",
            )
        self.key, self.borrowers = context.key, 0
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        if context.folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="licences-")
            (Path(self._folder.name) / context.name).write_bytes(context.notebook)
        ours = self._folder.name if self._folder else None
        self.notebook = Path(context.folder or ours or "") / context.name
        self._warmed = pickle.dumps(
            (
                self.notebook,
                context.catalogue,
                context.as_of,
                context.start,
                context.language,
                context.formats,
                ours,
            )
        )
        self._forks = ForkServer("licences.batch.server", self._warmed)
        self._idle: queue.SimpleQueue[Channel] = queue.SimpleQueue()
        self._channels: set[Channel] = set()
        self._opening, self._is_closed = threading.Lock(), False

    def make_report(
        self, task: Task, progress: Progress | None = None, is_wanted: Callable[[], bool] | None = None
    ) -> Result:
        """Has a report made; may be called in several threads at a time.

        is_wanted: asked now and then; a report that is not is cut off, its status is ``killed``.
        """
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
        if self._folder is not None:
            self._folder.cleanup()

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
                self._forks = ForkServer("licences.batch.server", self._warmed)
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


_kept: list[ReportPool] = []
_keeping = threading.Lock()


@atexit.register
def close_pools() -> None:
    """Closes the workshops that are kept open."""
    while _kept:
        _kept.pop().close()


@contextmanager
def borrow_pool(context: BatchContext) -> Iterator[ReportPool]:
    """The workshop of this process for a pack; it stays open for whoever asks next.

    Only a few are kept: the one that has waited longest makes room, and none in which reports are made.
    """
    with _keeping:
        pool = next((one for one in _kept if one.key == context.key), None)
        if pool is None:
            for idle in [one for one in _kept if not one.borrowers]:
                if len(_kept) >= _KEPT:
                    _kept.remove(idle)
                    idle.close()
            pool = ReportPool(context)
        else:
            _kept.remove(pool)
        _kept.append(pool)
        pool.borrowers += 1
    try:
        yield pool
    finally:
        with _keeping:
            pool.borrowers -= 1
