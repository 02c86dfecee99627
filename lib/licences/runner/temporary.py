"""Temporary folder of a process: what it and those that it starts keep for a while; what was left is swept."""

from __future__ import annotations

import atexit
import os
import shutil
import stat
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from licences.runner.processes import kill_all, list_with_temporary

_PREFIX, _RANDOM = "licences-run-", 8  # and so many letters that tempfile makes up
_LOCK = "in-use"

_own: tuple[Path, BaseFileLock] | None = None
_making = threading.Lock()


def find_temporary_folder() -> Path:
    """The folder of this process; it goes when the process ends, or with ``sweep`` of the next."""
    global _own  # noqa: PLW0603 - one a process
    with _making:
        while _own is None or not _own[0].is_dir():  # somebody may tidy up while we live
            _own = _make_folder() or _own
        return _own[0]


def _make_folder() -> tuple[Path, BaseFileLock] | None:
    """A folder whose lock is ours; None where another process swept it before it was."""
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    lock = FileLock(folder / _LOCK, timeout=0, thread_local=False)
    try:
        lock.acquire()
    except (Timeout, FileNotFoundError):
        return None
    except (OSError, NotImplementedError):
        pass  # a disk that knows no locks: then nobody else gets one either, and nothing is swept
    return folder, lock


@atexit.register
def _take_away() -> None:
    if _own is not None:
        folder, lock = _own
        with suppress(OSError):
            lock.release()
        shutil.rmtree(folder, ignore_errors=True)


def sweep(place: Path | None = None) -> None:
    """Takes away the folders of processes of ours that were killed, and ends what these have left running.

    A folder has a lock as long as its process lives; one of another user is left alone. place: where they
    lie, by default where temporary files do.
    """
    for folder in (place or Path(tempfile.gettempdir())).glob(_PREFIX + "?" * _RANDOM):
        if not _is_ours(folder):
            continue
        lock = FileLock(folder / _LOCK, timeout=0, thread_local=False)
        with suppress(Timeout, OSError, NotImplementedError):
            lock.acquire()
            try:
                kill_all(list_with_temporary(folder))
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                lock.release()
            shutil.rmtree(folder, ignore_errors=True)  # Windows takes no file away that is open


def _is_ours(folder: Path) -> bool:
    with suppress(OSError):
        about = folder.lstat()
        return stat.S_ISDIR(about.st_mode) and (not hasattr(os, "geteuid") or about.st_uid == os.geteuid())
    return False
