"""Store of reports and of the ledger of every attempt: a folder, or a place in an object store."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from filelock import FileLock, Timeout

from licences.batch.task import TRAIL
from licences.errors import BusyError, MissingFileError
from licences.reading.files import is_remote, reach, say_why, write_all_whole

LEDGER = "ledger.jsonl"
_LOCK = "ledger.lock"
# How often a ledger is sent to an object store, and how many times longer than that takes it waits at least.
_UPLOAD_SECONDS, _UPLOAD_SHARE = 5.0, 20


class ReportStore:
    """A place for reports: a folder a client, and one ledger for which a batch alone may write.

    ``made`` has, for each client, the last line of the ledger that tells of a report made.

    Raises: MissingFileError where it cannot be written to; BusyError where another batch is at it.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self._ledger: _Ledger = (_RemoteLedger if is_remote(place) else _LocalLedger)(place)
        self.made: dict[str, dict[str, Any]] = {}
        self._there: set[str] | None = None
        try:
            for entry in self._ledger.read():
                if entry.get("status") == "done":
                    self.made[str(entry.get("client"))] = entry
                elif entry.get("status") == "failed" and TRAIL in (entry.get("outputs") or ()):
                    self.made.pop(
                        str(entry.get("client")), None
                    )  # some of its files lie there, and are others
            if is_remote(place):
                self._there = _list_names(place)
        except OSError as error:
            self._ledger.close()
            raise _refuse(place, error) from None
        except BaseException:
            self._ledger.close()
            raise

    def has(self, client: str, names: Collection[str]) -> bool:
        """Whether all of these files of a client are there."""
        if self._there is not None:
            return self._there.issuperset(f"{client}/{name}" for name in names)
        return all((self.place / client / name).is_file() for name in names)

    def read(self, client: str, name: str) -> bytes | None:
        """A file of a client; None where it is not there or cannot be read."""
        if not self.has(client, [name]):
            return None
        try:
            with reach(self.place):
                return bytes((self.place / client / name).read_bytes())
        except OSError:
            return None

    def put(self, client: str, files: Mapping[str, bytes], without: str) -> None:
        """Keeps files of a client, each under its name when it is whole; ``without`` is taken away.

        Raises: OSError.
        """
        if not files:
            return
        if self._there is None:
            for name in files:
                for left in (self.place / client).glob(f".{name}.*"):  # of a batch that was killed
                    left.unlink()
        write_all_whole(self.place / client, files)
        if without not in files:
            self._take_away(client, without)
        if self._there is not None:
            self._there.update(f"{client}/{name}" for name in files)

    def _take_away(self, client: str, name: str) -> None:
        if self._there is None:
            (self.place / client / name).unlink(missing_ok=True)
        elif f"{client}/{name}" in self._there:
            with reach(self.place):
                (self.place / client / name).unlink(missing_ok=True)
            self._there.discard(f"{client}/{name}")

    def note(self, entry: Mapping[str, Any]) -> None:
        """Adds a line to the ledger. Raises: MissingFileError where it cannot be written."""
        line = json.dumps(entry, ensure_ascii=False) + "\n"
        try:
            self._ledger.append(line.encode())
        except OSError as error:
            raise _refuse(self.place, error) from None

    def close(self) -> None:
        """Leaves the ledger to others."""
        try:
            self._ledger.close()
        except OSError as error:
            raise _refuse(self.place, error) from None


def _refuse(place: Path, error: OSError) -> MissingFileError:
    right = "check your access to it" if is_remote(place) else "make room"
    return MissingFileError(str(place / LEDGER), say_why(error), f"{right}, or name another place with --out")


def _list_names(place: Any) -> set[str]:
    """The files below a place; nothing is taken from what fsspec remembers. Raises: OSError."""
    with reach(place), contextlib.suppress(FileNotFoundError):
        root = place.fs._strip_protocol(str(place)).rstrip("/")  # noqa: SLF001 - fsspec's own way to compare
        return {name.removeprefix(root).lstrip("/") for name in place.fs.find(root)}
    return set()


class _Ledger:
    """Lines that are only ever added to."""

    def read(self) -> Iterator[dict[str, Any]]:
        """The lines so far; one that is no JSON is passed over."""
        for line in self.read_bytes().splitlines():
            with contextlib.suppress(json.JSONDecodeError, UnicodeDecodeError):
                entry = json.loads(line)
                if isinstance(entry, dict):
                    yield entry

    def read_bytes(self) -> bytes:
        raise NotImplementedError

    def append(self, line: bytes) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


class _LocalLedger(_Ledger):
    """A file for which one batch has the lock as long as it is open, and which is on the disk after each line.

    The lock is the system's, so that a batch that was killed has it no longer; its file goes with the batch.
    """

    def __init__(self, place: Path) -> None:
        self._lock = FileLock(place / _LOCK, timeout=0, thread_local=False)
        with contextlib.ExitStack() as undoing:
            try:
                place.mkdir(parents=True, exist_ok=True)
                self._lock.acquire()
                undoing.callback(self._give_back_lock)
                self._file: BinaryIO = (place / LEDGER).open("a+b", buffering=0)
            except Timeout:
                raise BusyError(str(place)) from None
            except OSError as error:
                reason = error.strerror or "cannot be made"
                raise MissingFileError(str(place), reason, "name another folder with --out") from None
            whole = self.read_bytes()
            self._file.truncate(whole.rfind(b"\n") + 1)  # a line that a crash cut short says nothing
            undoing.pop_all()

    def read_bytes(self) -> bytes:
        self._file.seek(0)
        return self._file.read()

    def append(self, line: bytes) -> None:
        size = self._file.seek(0, os.SEEK_END)
        try:
            if self._file.write(line) != len(line):
                raise OSError(28, "no space left on the device")
            os.fsync(self._file.fileno())
        except OSError:
            self._file.truncate(size)
            raise

    def close(self) -> None:
        self._file.close()
        self._give_back_lock()

    def _give_back_lock(self) -> None:
        if self._lock.is_locked:
            with contextlib.suppress(OSError):  # Windows takes it away as it is given back
                Path(self._lock.lock_file).unlink()
            self._lock.release()


class _RemoteLedger(_Ledger):
    """An object, which cannot be added to: it is kept here and sent whole, every few seconds and at the end.

    Another object says that a batch is at it; it is there from the first to the last moment.
    """

    def __init__(self, place: Any) -> None:
        self._place, self._lock = place, place / _LOCK
        self._holder = f"on {platform.node()}, process {os.getpid()}"
        self._claim = f"{self._holder}\n{uuid4().hex}\n".encode()
        self._copy, self._has_news = tempfile.TemporaryFile(), False  # noqa: SIM115 - as long as the batch
        try:
            with reach(place):
                place.fs.invalidate_cache()
                self._take_lock()
                with contextlib.suppress(FileNotFoundError):
                    self._copy.write((place / LEDGER).read_bytes())
        except OSError as error:
            self.close()
            right = "check the address and your access to it"
            raise MissingFileError(str(place), say_why(error), right) from None
        except BaseException:  # above all Ctrl-C
            self.close()
            raise
        self._send_at = time.monotonic() + _UPLOAD_SECONDS

    def read_bytes(self) -> bytes:
        self._copy.seek(0)
        return self._copy.read()

    def append(self, line: bytes) -> None:
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
        write_all_whole(self._place, {LEDGER: self.read_bytes()})
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
                self._lock.unlink()
