"""Makes reports one after the other for a batch, in processes forked from one that is warm."""

from __future__ import annotations

import atexit
import hashlib
import pickle
import queue
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from licences.errors import UsageError
from licences.forks import Forks
from licences.inputs import hash_library
from licences.law import Law
from licences.lines import Line, LineCutError
from licences.report import Result, Task, ask_report

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Pack:
    """What all reports of a batch are made with; it can be sent to another machine.

    folder: where the notebook lies and runs, None on a machine that does not have it. library: a hash
    of the package that may use the pack.
    """

    name: str
    notebook: bytes
    folder: str | None
    law: Law
    as_of: date
    start: date
    language: str
    library: str

    @property
    def key(self) -> str:
        """The same for packs that make the same reports of the same clients."""
        frames = (self.law.catalogue, self.law.contradictions, self.law.corrections)
        texts = [
            self.name,
            self.folder,
            self.library,
            self.law.fields.every,
            *(one.to_csv() for one in frames),
        ]
        return hashlib.sha256(repr(texts).encode() + self.notebook).hexdigest()


class Workshop:
    """A warm process, and the lines to it that are not in use. Raises: UsageError for a foreign pack."""

    def __init__(self, pack: Pack) -> None:
        if pack.library != hash_library():
            raise UsageError(
                "this machine has another version of licences, or of its data dictionary, than the batch",
                "install the same one on each",
            )
        self.key = pack.key
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        if pack.folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="licences-")
            (Path(self._folder.name) / pack.name).write_bytes(pack.notebook)
        self.notebook = Path(pack.folder or (self._folder.name if self._folder else "")) / pack.name
        warmed = (self.notebook, pack.law, pack.as_of, pack.start, pack.language)
        self._forks = Forks(pickle.dumps(warmed))
        self._idle: queue.SimpleQueue[Line] = queue.SimpleQueue()
        self._lines: list[Line] = []

    def make_report(self, task: Task, progress: Progress | None = None) -> Result:
        """Has a report made; may be called in several threads at a time."""
        try:
            line = self._idle.get_nowait()
        except queue.Empty:
            line = self._forks.open_line()
            self._lines.append(line)
        try:
            result = ask_report(line, task, self.notebook, progress)
        except LineCutError:
            line.close()
            return Result(task.client, "killed", {}, "the process that looks after the report was killed")
        self._idle.put(line)
        return result

    def close(self) -> None:
        """Ends the process and whatever it is still doing."""
        for line in self._lines:
            line.cut()
        self._forks.close()
        if self._folder is not None:
            self._folder.cleanup()


_kept: list[Workshop] = []
_opening = threading.Lock()


@atexit.register
def close_workshop() -> None:
    """Closes the workshop that is kept open, if there is one."""
    while _kept:
        _kept.pop().close()


def keep_workshop(pack: Pack) -> Workshop:
    """The workshop of this process for a pack; it stays open for the next call until another is asked for."""
    with _opening:
        if not _kept or _kept[0].key != pack.key:
            close_workshop()
            _kept.append(Workshop(pack))
        return _kept[0]


def make_report_anywhere(task: Task, pack: Pack) -> Result:
    """Makes a report on whatever machine this is called."""
    return keep_workshop(pack).make_report(task)
