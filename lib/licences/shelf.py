"""Where reports are kept, and the ledger of every attempt: a folder, or a place in an object store."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from licences.errors import BusyError, MissingFileError
from licences.files import is_remote, write_all_whole

LEDGER = "ledger.jsonl"
_LOCK = "ledger.lock"
_UPLOAD_SECONDS = 5.0


class Shelf:
    """A place for reports: a folder a client, and one ledger for which a batch alone may write.

    ``made`` has, for each client, the last line of the ledger that tells of a report made.

    Raises: MissingFileError where it cannot be written to; BusyError where another batch is at it.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self._ledger: _Ledger = (_RemoteLedger if is_remote(place) else _LocalLedger)(place)
        self.made: dict[str, dict[str, Any]] = {}
        for entry in self._ledger.read():
            if entry.get("status") == "done":
                self.made[str(entry.get("client"))] = entry
        self._there = _list_names(place) if is_remote(place) else None

    def has(self, client: str, names: Collection[str]) -> bool:
        """Whether all of these files of a client are there."""
        if self._there is not None:
            return self._there.issuperset(f"{client}/{name}" for name in names)
        return all((self.place / client / name).is_file() for name in names)

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
            (self.place / client / without).unlink(missing_ok=True)

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
    reason = error.strerror or str(error) or type(error).__name__
    return MissingFileError(str(place / LEDGER), reason, "make room, or name another place with --out")


def _list_names(place: Any) -> set[str]:
    with contextlib.suppress(FileNotFoundError):
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
    """A file that is locked for as long as it is open, and on the disk after each line."""

    def __init__(self, place: Path) -> None:
        import fcntl

        try:
            place.mkdir(parents=True, exist_ok=True)
            self._file: BinaryIO = (place / LEDGER).open("a+b", buffering=0)
        except OSError as error:
            reason = error.strerror or "cannot be made"
            raise MissingFileError(str(place), reason, "name another folder with --out") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise BusyError(str(place)) from None
        whole = self.read_bytes()
        self._file.truncate(whole.rfind(b"\n") + 1)  # a line that a crash cut short says nothing

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


class _RemoteLedger(_Ledger):
    """An object, which cannot be added to: it is kept here and sent whole, every few seconds and at the end."""

    def __init__(self, place: Path) -> None:
        self._place, self._lock = place, place / _LOCK
        try:
            with self._lock.open("xb") as lock:
                lock.write(f"{os.uname().nodename} {os.getpid()}\n".encode())
        except FileExistsError:
            raise BusyError(str(place), str(self._lock)) from None
        except Exception as error:  # noqa: BLE001
            reason = str(error) or type(error).__name__  # a store's library has errors of its own
            raise MissingFileError(str(place), reason, "check the address and your access to it") from None
        self._copy = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the batch
        with contextlib.suppress(FileNotFoundError):
            self._copy.write((place / LEDGER).read_bytes())
        self._sent_at = time.monotonic()

    def read_bytes(self) -> bytes:
        self._copy.seek(0)
        return self._copy.read()

    def append(self, line: bytes) -> None:
        self._copy.seek(0, os.SEEK_END)
        self._copy.write(line)
        if time.monotonic() - self._sent_at > _UPLOAD_SECONDS:
            self._send()

    def close(self) -> None:
        try:
            self._send()
        finally:
            self._lock.unlink(missing_ok=True)

    def _send(self) -> None:
        (self._place / LEDGER).write_bytes(self.read_bytes())
        self._sent_at = time.monotonic()
