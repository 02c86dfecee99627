"""Kernels of the explorer that begin before anybody asks: each reads the files, and has its answer ready."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TextIO, cast
from uuid import uuid4

from licences.book.place import is_server
from licences.reading.places import CLIENTS, find_data_folder

PAGE = "page"  # what the explorer's page is called in the kernel, among what it is asked for
_READ = "read"
_BESIDE = (".csv", ".yaml", ".xlsx")


@dataclass(frozen=True)
class Order:
    """How kernels are started, and on what they rest.

    command: of the process, which says on its standard output, a line each, that it has read the files and
    where it is to be reached. words: what it finds on its standard input, which others do not see as they see a command.
    environment: of it, what is asked for left out. asked: that, as a notebook finds it. folder: where notebooks run;
    the files are read from where we are.
    """

    command: Sequence[str]
    words: Sequence[str]
    environment: Mapping[str, str]
    asked: Mapping[str, str]
    folder: Path

    @property
    def can_wait(self) -> bool:
        """Whether what a kernel has read can be compared with what is there later."""
        return not is_server(Path(self.asked["clients"]))


@dataclass
class Waiting:
    """A kernel that nobody uses yet. page: what its page is called. stamp: what it rests on, as it was then."""

    process: subprocess.Popen[str]
    page: str
    stamp: object
    _connection: list[dict[str, Any]] = field(default_factory=list)
    _reading: threading.Lock = field(default_factory=threading.Lock)

    def has_read(self) -> bool:
        """Waits until the files are read; whether they could be."""
        return self._hear() == {"state": _READ}

    def find_connection(self) -> dict[str, Any] | None:
        """Waits until the kernel answers; where it is to be reached, None where it has ended."""
        with self._reading:
            while not self._connection:
                heard = self._hear()
                if heard is None:
                    return None
                if "connection" in heard:
                    self._connection.append(heard["connection"])
                    self._stop_hearing()
            return self._connection[0]

    def end(self) -> None:
        """Ends it, whatever it does."""
        with suppress(OSError):
            self.process.kill()
        self.process.wait()
        self._stop_hearing()

    def _stop_hearing(self) -> None:
        if self.process.stdout:
            self.process.stdout.close()

    def _hear(self) -> dict[str, Any] | None:
        line = self.process.stdout.readline() if self.process.stdout else ""
        return dict(json.loads(line)) if line else None


class Preheated:
    """Kernels that wait, one at a time; ``named`` are those that a page of the web app is to have."""

    def __init__(self, order: Order, name: Callable[[Mapping[str, str]], dict[str, str]]) -> None:
        self.order, self.name = order, name
        self.named: dict[str, Waiting] = {}
        self.waiting: Waiting | None = None
        self._status: int | None = None

    def find_status(self) -> int:
        """Waits until the first kernel has read the files: 0, or the exit status of the command where it could not."""
        if self._status is None:
            first = self.begin()
            self._status = 0 if first.has_read() else first.process.wait()
        return self._status

    def begin(self) -> Waiting:
        """Has one kernel waiting."""
        if self.waiting is None:
            self.waiting = self._start()
        return self.waiting

    def take(self) -> Waiting:
        """The kernel that waits, or a new one where none does or where its files have changed."""
        waiting, self.waiting = self.begin(), None
        if waiting.process.poll() is None and waiting.stamp == find_stamp(self.order.asked):
            return waiting
        waiting.end()
        return self._start()

    def take_for(self, folder: str | None) -> Waiting | None:
        """The kernel that waits, for a notebook that runs in a folder; None where none waits for it."""
        waiting = self.waiting
        is_suited = (
            waiting and waiting.process.poll() is None and folder and Path(folder) == self.order.folder
        )
        return self.take() if is_suited else None

    def close(self) -> None:
        """Ends what nobody has taken."""
        for waiting in (*self.named.values(), *([self.waiting] if self.waiting else [])):
            waiting.end()
        self.named, self.waiting = {}, None

    def _start(self) -> Waiting:
        page = uuid4().hex
        named = self.name({**self.order.asked, PAGE: page})
        environment = {**self.order.environment, **named, "JPY_PARENT_PID": str(os.getpid())}
        stamp = find_stamp(self.order.asked)
        process = subprocess.Popen(  # noqa: S603 - it is our own
            self.order.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env=environment,
            start_new_session=True,
        )
        with suppress(OSError), cast("TextIO", process.stdin) as given:  # it may have ended already
            given.write(write_task(self.order.words, self.order.folder, is_first=self._status is None))
        return Waiting(process, page, stamp)


def find_stamp(asked: Mapping[str, str]) -> tuple[object, ...]:
    """What an answer rests on, as a value that is another one once a file or the day is another one."""
    data = find_data_folder(Path(asked["work"]))
    own = [Path(asked[name]) for name in ("catalogue", "clients") if asked[name]]
    own += [Path(asked["work"]) / name for name in CLIENTS]
    files = [file for file in sorted(data.iterdir()) if file.suffix in _BESIDE]
    beside = [file.with_name(f"{file.name}-wal") for file in own]
    found: list[object] = [date.today()]  # noqa: DTZ011 - the day here
    for file in (*files, *own, *beside):
        try:
            known = file.stat()
        except (OSError, ValueError):
            found.append((str(file), None))
        else:
            found.append((str(file), known.st_mtime_ns, known.st_size))
    return tuple(found)


def write_task(words: Sequence[str], folder: Path, *, is_first: bool) -> str:
    """What a kernel is told on its standard input, as JSON. is_first: whether it has to say what it read."""
    return json.dumps({"words": list(words), "folder": str(folder), "is_first": is_first})


def say_state(said: Mapping[str, object]) -> str:
    """A line for who started the kernel."""
    return json.dumps(dict(said)) + "\n"


HAS_READ = {"state": _READ}
