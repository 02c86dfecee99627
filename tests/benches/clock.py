"""Clock: seconds of calls and of whole processes, and the memory that they take."""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Self

import psutil

import licences

PROJECT = Path(licences.__file__).resolve().parents[2]  # the checkout that is measured; PYTHONPATH chooses it
P, TIMES = "P", "times"
YARDSTICK = ("-c", "import pandas")
_LOOK_SECONDS = 0.25


def keep_bytecode() -> None:
    """Has the processes that are started keep what they compile, as they do where nothing forbids it."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def time_call(call: Callable[[], object], runs: int = 5) -> float:
    """Best seconds of a call."""
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def time_process(words: Sequence[str], folder: Path = PROJECT) -> float:
    """Seconds of a whole process of this Python. Raises: CalledProcessError."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, capture_output=True, cwd=folder)
    return time.perf_counter() - began


def time_by_turns(
    *commands: Sequence[str], runs: int = 3, take: Callable[[Sequence[float]], float] = statistics.median
) -> list[float]:
    """Seconds of whole processes, run by turns, so that a busy moment strikes all alike."""
    seconds: list[list[float]] = [[] for _ in commands]
    for _ in range(runs):
        for words, taken in zip(commands, seconds, strict=True):
            taken.append(time_process(words))
    return [take(taken) for taken in seconds]


def list_tree(pid: int) -> list[psutil.Process]:
    """A process and all that it started and still runs."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def find_memory_mib(pid: int | None = None) -> float:
    """What a process, this one by default, and all that it started take, shared pages counted once."""
    total = 0
    for process in list_tree(pid or os.getpid()):
        with contextlib.suppress(psutil.Error):
            total += process.memory_full_info().pss
    return total / 1024 / 1024


class Watch:
    """Looks now and then at a process and all that it started: the most memory, and the most of ``count``."""

    def __init__(
        self,
        pid: int | None = None,
        count: Callable[[psutil.Process], bool] = lambda _: False,
    ) -> None:
        self.peak_mib, self.most = 0.0, 0
        self._pid, self._count = pid or os.getpid(), count
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_LOOK_SECONDS):
            self.peak_mib = max(self.peak_mib, find_memory_mib(self._pid))
            self.most = max(self.most, sum(map(self._counts, list_tree(self._pid))))

    def _counts(self, process: psutil.Process) -> bool:
        try:
            return self._count(process)
        except psutil.Error:
            return False


class Weight(NamedTuple):
    """What a whole process took: seconds, the most MiB with all that it started, the most of what was counted."""

    seconds: float
    mib: float
    most: int


def weigh_process(
    words: Sequence[str], folder: Path = PROJECT, count: Callable[[psutil.Process], bool] = lambda _: False
) -> Weight:
    """What a whole process of this Python takes. Raises: CalledProcessError."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *words], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        with Watch(process.pid, count) as watch:
            _, said = process.communicate()
        seconds = time.perf_counter() - began
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, words, stderr=said)
    return Weight(seconds, watch.peak_mib, watch.most)
