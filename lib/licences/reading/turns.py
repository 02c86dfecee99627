"""Turns in a folder: who changes a file of it reads and writes while no other process of ours does."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from licences.errors import UsageError

try:
    import fcntl
except ImportError:  # without POSIX a folder cannot be locked
    fcntl = None  # type: ignore[assignment]

PATIENCE_SECONDS = 10


@contextlib.contextmanager
def take_turns(folder: Path, patience_seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
    """While it lasts, nobody else who takes turns in the folder is at it; nothing is left in the folder.

    Raises: UsageError where another does not come to an end.
    """
    if fcntl is None:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        _wait_for(handle, folder, time.monotonic() + patience_seconds)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_UN)  # a process that was forked meanwhile has the handle, too
    finally:
        os.close(handle)


def _wait_for(handle: int, folder: Path, until: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise UsageError(f"another is saving in {folder}", "try it again in a moment") from None
            time.sleep(0.02)
        except OSError:  # a file system that knows no locks
            return
        else:
            return
