"""Processes of ours: how they end with the one that started them, and whether somebody has stopped one."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

# How long a process may be stopped before it is ended, and how often it is looked for that.
STOPPED_SECONDS, LOOK_SECONDS = 3.0, 1.0
STOPPED = -int(
    getattr(signal, "SIGSTOP", 19)
)  # as the code of a process that was ended for that; no other has it
_PARENT_DEATH_SIGNAL, _SUBREAPER = 1, 36  # of Linux' prctl


def signal_at_end_of_parent(number: int) -> None:
    """From now on this process gets a signal when the one that started it has ended, where a system can do that."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, number, 0, 0, 0)


def adopt_orphans() -> None:
    """What is left behind by a process below this one is its own from now on, where the system can do that."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def list_children() -> list[int]:
    """The processes of which this one, of a single thread, is the parent; none where that cannot be told."""
    mine = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    with contextlib.suppress(OSError):
        return [int(pid) for pid in mine.read_text(encoding="ascii").split()]
    return []


def kill(pid: int) -> None:
    """Kills a process that may be gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


class StopWatch:
    """For how long some process has been stopped; a moment of it, as in a debugger, is nobody's concern."""

    def __init__(self) -> None:
        self._since: float | None = None

    def is_over(self, is_stopped: bool) -> bool:
        """Whether it has been stopped for too long; asked again and again with how it is now."""
        now = time.monotonic()
        self._since = (self._since or now) if is_stopped else None
        return self._since is not None and now - self._since >= STOPPED_SECONDS


def is_stopped(pid: int) -> bool:
    """Whether somebody has stopped a process."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b") ")[2].startswith(b"T")
    import psutil  # where there is no such file it is slower to tell

    with contextlib.suppress(psutil.Error):
        return bool(psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    return False


def list_below(pid: int) -> list[Any]:
    """A process and all below it, each as psutil has it."""
    import psutil

    with contextlib.suppress(psutil.Error):
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    return []


def kill_all(processes: Iterable[Any]) -> None:
    """Kills processes, each as psutil has it."""
    import psutil

    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()


def list_with_temporary(folder: Path) -> list[Any]:
    """The other processes whose temporary folder is this one or lies in it, each as psutil has it."""
    import psutil

    others = (one for one in psutil.process_iter() if one.pid != os.getpid())
    return [one for one in others if _has_temporary(one, folder)]


def list_children_with_temporary(folder: Path) -> list[Any]:
    """Those of them that this process has started."""
    import psutil

    return [one for one in psutil.Process().children() if _has_temporary(one, folder)]


def _has_temporary(process: Any, folder: Path) -> bool:
    import psutil

    with contextlib.suppress(psutil.Error):
        told = process.environ().get("TMPDIR", "")
        return bool(told) and Path(told).is_relative_to(folder)
    return False
