"""Pools that make the reports of a batch, alike from outside: processes forked from a warm one, or stock kernels."""

from __future__ import annotations

import atexit
import hashlib
import os
import sys
import tempfile
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from licences.batch.fingerprint import hash_library
from licences.batch.task import Result, Task
from licences.errors import UsageError, suggest
from licences.law.catalogue import Catalogue
from licences.runner.forkserver import can_fork
from licences.runner.imports import import_nbformat
from licences.runner.temporary import find_temporary_folder
from licences.words.problems import translate

Progress = Callable[[int, int], None]

ENGINES = ("fork", "kernel")
# What the environment may ask for, and how many pools a process keeps at hand.
_ASKED, _KEPT = "LICENCES_ENGINE", 2
REHEARSED = ("no", "yes", "")
_SPOKEN = {"language": "en"}  # of what is said of the batch as a whole


@dataclass(frozen=True, eq=False)
class BatchContext:
    """What all reports of a batch are made with; it can be sent to another machine.

    folder: where the notebook lies and runs, None on a machine that does not have it. library: a hash
    of the package that may use it. rehearsed: of whom reports are worked through first, so that the others are made
    sooner, as ``make_nobody`` has them. template: of the Word files, None for ours.
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
    rehearsed: tuple[str, ...] = REHEARSED
    template: bytes | None = None

    @cached_property
    def key(self) -> str:
        """The same for contexts that make the same reports of the same clients."""
        law = self.catalogue
        frames = (law.rows, law.contradictions, law.corrections, law.preparation, law.our_fees)
        texts = [
            self.name,
            self.folder,
            self.library,
            "docx" in self.formats,
            self.catalogue.fields.every,
            self.catalogue.edition,
            self.catalogue.own_times,
            *(one.to_csv() for one in frames),
        ]
        return hashlib.sha256(repr(texts).encode() + self.notebook).hexdigest()


class ReportPool(ABC):
    """Makes reports, also in several threads at a time. Raises: UsageError for a context of another version.

    folder: of ours, where the notebook lies on a machine that does not have it. borrowers: how many are
    making reports in it; see ``borrow_pool``.
    """

    def __init__(self, context: BatchContext) -> None:
        if context.library != hash_library():
            raise UsageError(
                "this machine has another version of licences, or of its data dictionary, than the batch",
                "install the same one on each",
            )
        self.key, self.borrowers = context.key, 0
        self._own: tempfile.TemporaryDirectory[str] | None = None
        if context.folder is None:
            self._own = tempfile.TemporaryDirectory(dir=find_temporary_folder())
            (Path(self._own.name) / context.name).write_bytes(context.notebook)
        self.folder = self._own.name if self._own else None
        self.notebook = Path(context.folder or self.folder or "") / context.name

    @abstractmethod
    def make_report(
        self, task: Task, progress: Progress | None = None, is_wanted: Callable[[], bool] | None = None
    ) -> Result:
        """Has a report made; may be called in several threads at a time.

        is_wanted: asked now and then; a report that is not is cut off, its status is ``killed``.
        """

    def close(self) -> None:
        """Ends whatever it is still doing."""
        if self._own is not None:
            self._own.cleanup()


def complain_in(language: str) -> None:
    """Chooses the language of what is said on standard error; English where none is chosen."""
    _SPOKEN["language"] = language


def complain(sentence: str) -> None:
    """Says on standard error what went wrong with the batch as a whole, and not with one client."""
    print(f"licences: {translate(sentence, _SPOKEN['language'])}", file=sys.stderr, flush=True)  # noqa: T201 - a bar on the screen makes room for it


def find_engine() -> str:
    """One of ENGINES: what the environment asks for, else what this system can do.

    Raises: UsageError where it asks for what there is not.
    """
    asked = os.environ.get(_ASKED, "")
    if not asked:
        return "fork" if can_fork() else "kernel"
    if asked not in ENGINES:
        raise UsageError(f"{_ASKED}: no engine {asked!r}", suggest(asked, ENGINES))
    if asked == "fork" and not can_fork():
        raise UsageError(f"{_ASKED}: this system cannot fork processes", "leave it out, or write kernel")
    return asked


def open_pool(context: BatchContext) -> ReportPool:
    """A pool of the engine that there is. Raises: UsageError."""
    if find_engine() == "fork":
        from licences.batch.forks import ForkPool

        return ForkPool(context)
    import_nbformat()
    from licences.batch.kernels import KernelPool

    return KernelPool(context)


_kept: list[ReportPool] = []
_keeping = threading.Lock()


@atexit.register
def close_pools() -> None:
    """Closes the pools that are kept open."""
    while _kept:
        _kept.pop().close()


@contextmanager
def borrow_pool(context: BatchContext) -> Iterator[ReportPool]:
    """The pool of this process for a context; it stays open for whoever asks next.

    Only a few are kept: the one that has waited longest makes room, and none in which reports are made.
    """
    with _keeping:
        pool = next((one for one in _kept if one.key == context.key), None)
        if pool is None:
            for idle in [one for one in _kept if not one.borrowers]:
                if len(_kept) >= _KEPT:
                    _kept.remove(idle)
                    idle.close()
            pool = open_pool(context)
        else:
            _kept.remove(pool)
        _kept.append(pool)
        pool.borrowers += 1
    try:
        yield pool
    finally:
        with _keeping:
            pool.borrowers -= 1
