"""Ledger of every attempt: a file of lines, or an object, that one batch at a time adds to."""

from __future__ import annotations

import contextlib
import io
import os
import platform
import shutil
import stat
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from filelock import FileLock, Timeout

from licences.errors import BusyError, MissingFileError
from licences.reading.bounds import MAX_LINE_BYTES, read_json
from licences.reading.files import delete_file, is_remote, make_folder, reach, say_why, write_all_whole

LEDGER = "ledger.jsonl"
_LOCK = "ledger.lock"
# How often a ledger is sent to an object store, and how many times longer than that takes it waits at least.
_UPLOAD_SECONDS, _UPLOAD_SHARE = 5.0, 20
_BEGINNING = b'{"client"'  # of our lines
_KINDS: dict[str, tuple[type, ...]] = {
    "as_of": (str,),
    "inputs": (str, type(None)),
    "outputs": (list,),
    "hashes": (dict,),
}


class Ledger(ABC):
    """Lines that are only ever added to."""

    def read(self) -> Iterator[tuple[int, dict[str, Any] | None]]:
        """Each line so far with its number; None for one that is none of ours, however long it is."""
        self._file.seek(0)
        number = 0
        while line := self._file.readline(MAX_LINE_BYTES):
            number += 1
            if len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
                self._pass_over_line()
                yield number, None
            elif line.strip():
                yield number, _read_line(line)

    def _pass_over_line(self) -> None:
        while (more := self._file.readline(MAX_LINE_BYTES)) and not more.endswith(b"\n"):
            pass

    @property
    @abstractmethod
    def _file(self) -> BinaryIO:
        """What holds the lines, buffered."""

    @abstractmethod
    def append(self, line: bytes, is_news: bool = True) -> None:
        """Adds a line, and has it on the disk where it is news. Raises: OSError."""

    @abstractmethod
    def close(self) -> None:
        """Leaves the ledger to others."""


def open_ledger(place: Path) -> Ledger:
    """The ledger of a place, made where there is none. Raises: MissingFileError; BusyError."""
    return _RemoteLedger(place) if is_remote(place) else _LocalLedger(place)


def _read_line(line: bytes) -> dict[str, Any] | None:
    try:
        entry = read_json(line)
    except ValueError:  # no JSON, no UTF-8, too deep
        return None
    return entry if isinstance(entry, dict) and _is_ours(entry) else None


def _is_ours(entry: Mapping[str, Any]) -> bool:
    """Whether a line says what ours say, so far as it is used; a later version may say more."""
    told = entry.get("status")
    if not isinstance(told, str) or not isinstance(entry.get("client"), str):
        return False
    if told != "done":
        return True
    if not all(isinstance(entry[name], kinds) for name, kinds in _KINDS.items() if name in entry):
        return False
    return all(isinstance(one, str) for one in (*entry.get("outputs", ()), *entry.get("hashes", {}).values()))


class _LocalLedger(Ledger):
    """A file for which one batch has the lock as long as it is open, and which is on the disk after each line with news.

    The lock is the system's, so that a batch that was killed has it no longer; its file goes with the batch.
    """

    def __init__(self, place: Path) -> None:
        self._path = place / LEDGER
        self._lock = FileLock(place / _LOCK, timeout=0, mode=0o600, thread_local=False)
        with contextlib.ExitStack() as undoing:
            try:
                make_folder(place)
                _refuse_other(place / _LOCK)
                self._lock.acquire()
                undoing.callback(self._give_back_lock)
                self._open = _open_lines(self._path)
            except Timeout:
                raise BusyError(str(place)) from None
            except OSError as error:
                reason, right = error.strerror or "cannot be made", "name another folder with --out"
                raise MissingFileError(str(error.filename or place), reason, right) from None
            undoing.callback(self._open.close)
            self._end_last_line()
            undoing.pop_all()

    @property
    def _file(self) -> BinaryIO:
        return self._open

    def _end_last_line(self) -> None:
        """Ends a line that somebody left open; one of ours that a crash cut short says nothing, and goes."""
        size = self._open.seek(0, os.SEEK_END)
        begin = max(0, size - MAX_LINE_BYTES)
        self._open.seek(begin)
        last = self._open.read().rpartition(b"\n")[2]
        if not last:
            return
        if last.startswith(_BEGINNING) and _read_line(last) is None:
            self._open.truncate(size - len(last))
        else:
            self.append(b"\n")

    def append(self, line: bytes, is_news: bool = True) -> None:
        size = self._open.seek(0, os.SEEK_END)
        raw = self._open.raw
        try:
            if raw.write(line) != len(line):
                raise OSError(28, "no space left on the device")
            if is_news:
                os.fsync(raw.fileno())
        except OSError:
            raw.truncate(size)
            raise

    def close(self) -> None:
        self._open.close()
        self._give_back_lock()

    def _give_back_lock(self) -> None:
        if self._lock.is_locked:
            with contextlib.suppress(OSError):  # Windows takes it away as it is given back
                Path(self._lock.lock_file).unlink()
            self._lock.release()


def _open_lines(path: Path) -> io.BufferedRandom:
    """A file to read and add lines to, no link and no device, readable by its owner alone where it is new."""
    _refuse_other(path)
    asked = os.O_RDWR | os.O_CREAT | os.O_APPEND
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):  # not every system has each
        asked |= getattr(os, name, 0)
    file = os.fdopen(os.open(path, asked, 0o600), "r+b")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(22, "is no plain file", str(path))
    return file


def _refuse_other(path: Path) -> None:
    """Raises: OSError where under a name lies something that is no plain file."""
    with contextlib.suppress(FileNotFoundError):
        mode = path.lstat().st_mode
        if not stat.S_ISREG(mode):
            raise OSError(22, "is a link" if stat.S_ISLNK(mode) else "is no plain file", str(path))


class _RemoteLedger(Ledger):
    """An object, which cannot be added to: it is kept here and sent whole, every few seconds and at the end.

    Another object says that a batch is at it; it is there from the first to the last moment.
    """

    def __init__(self, place: Any) -> None:
        self._place, self._lock = place, place / _LOCK
        self._holder = f"on {platform.node()}, process {os.getpid()}"
        self._claim = f"{self._holder}\n{uuid4().hex}\n".encode()
        self._copy: Any = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the batch
        self._has_news = False
        try:
            with reach(place):
                place.fs.invalidate_cache()
                self._take_lock()
                self._fetch()
        except OSError as error:
            self.close()
            right = "check the address and your access to it"
            raise MissingFileError(str(place), say_why(error), right) from None
        except BaseException:  # above all Ctrl-C
            self.close()
            raise
        self._send_at = time.monotonic() + _UPLOAD_SECONDS

    def _fetch(self) -> None:
        with contextlib.suppress(FileNotFoundError), (self._place / LEDGER).open("rb") as there:
            shutil.copyfileobj(there, self._copy)
            if self._copy.tell():
                self._copy.seek(-1, os.SEEK_CUR)
                if self._copy.read() != b"\n":  # a line that somebody left open
                    self._copy.write(b"\n")

    @property
    def _file(self) -> BinaryIO:
        file: BinaryIO = self._copy
        return file

    def append(self, line: bytes, is_news: bool = True) -> None:  # noqa: ARG002 - all of it is sent in a while
        self._copy.seek(0, os.SEEK_END)
        self._copy.write(line)
        self._has_news = True
        if time.monotonic() > self._send_at:
            self._send()

    def close(self) -> None:
        try:
            if self._has_news:
                self._send()
        finally:
            self._give_back_lock()
            self._copy.close()

    def _send(self) -> None:
        began = time.monotonic()
        self._copy.seek(0)
        write_all_whole(self._place, {LEDGER: self._copy.read()})
        self._has_news = False
        ended = time.monotonic()
        self._send_at = ended + max(_UPLOAD_SECONDS, _UPLOAD_SHARE * (ended - began))

    def _take_lock(self) -> None:
        try:
            if self._lock.exists():  # not every store knows of writing only what is not there
                raise FileExistsError
            with self._lock.open("xb") as lock:
                lock.write(self._claim)
        except FileExistsError:
            found = self._read_lock()
            # It may be ours, where the store's answer was lost and it was asked twice.
            if found != self._claim:
                holder = found.decode("utf-8", "replace").partition("\n")[0]
                raise BusyError(str(self._place), str(self._lock), holder) from None

    def _read_lock(self) -> bytes:
        with contextlib.suppress(FileNotFoundError):
            return bytes(self._lock.read_bytes())
        return b""

    def _give_back_lock(self) -> None:
        """Deletes the lock if it is ours; where it cannot be deleted, the next batch will name it."""
        with contextlib.suppress(OSError), reach(self._place):
            if self._read_lock() == self._claim:
                delete_file(self._lock)
