"""Store of reports and of the ledger of every attempt: a folder, or a place in an object store."""

from __future__ import annotations

import contextlib
import json
import re
import stat
from collections.abc import Collection, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from licences.batch.edited import (
    Folder,
    Settled,
    find_plain,
    find_written,
    hash_content,
    hash_editable,
    is_of_report,
    settle_names,
)
from licences.batch.ledger import LEDGER, open_ledger
from licences.batch.task import FORMATS, TRAIL
from licences.errors import MissingFileError
from licences.reading.bounds import MAX_FILE_BYTES
from licences.reading.dictionary import LANGUAGES
from licences.reading.files import delete_file, is_remote, reach, say_why, write_all_whole
from licences.words.texts import say

CALENDAR = FORMATS["ics"]
_HALF_WRITTEN = re.compile(r"\.(.+)\.[a-z0-9_]{8}")  # as ``write_all_whole`` names it


class ReportStore:
    """A place for reports: a folder a client, and one ledger for which a batch alone may write.

    ``made`` has, for each client, the last line of the ledger that tells of a report made, with the outputs
    of all lines in a row that have its inputs. ``warning`` tells of lines that are none of ours.

    Raises: MissingFileError where it cannot be written to; BusyError where another batch is at it.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self._ledger = open_ledger(place)
        self.made: dict[str, dict[str, Any]] = {}
        self.warning = ""
        self._there: set[str] | None = None
        self._ours: dict[str, set[str]] = {}
        self._filled: set[str] = set()
        self._last: dict[str, dict[str, str]] = {}
        self._unknown: set[str] = set()  # whose calendar an earlier version wrote, which noted no hash of it
        try:
            self._read_ledger()
            if is_remote(place):
                self._there = _list_names(place)
        except OSError as error:
            self._ledger.close()
            raise _refuse(place, error) from None
        except BaseException:
            self._ledger.close()
            raise

    def _read_ledger(self) -> None:
        odd: list[int] = []
        for number, entry in self._ledger.read():
            if entry is None:
                odd.append(number)
            elif entry["status"] == "done":
                self._remember(entry)
            elif entry["status"] == "failed" and TRAIL in entry.get("outputs", ()):
                self.made.pop(entry["client"], None)  # some of its files lie there, and are others
                self._know(entry)
        if odd:
            lines = "1 line is" if len(odd) == 1 else f"{len(odd)} lines are"
            what = f"{lines} none of ours (the first is line {odd[0]})"
            self.warning = f"{self.place / LEDGER}: {what}; passed over, and left as it is"

    def _remember(self, entry: dict[str, Any]) -> None:
        client = entry["client"]
        before = self.made.get(client, {})
        if "outputs" in entry and before.get("inputs") == entry.get("inputs"):
            entry["outputs"] = sorted({*before.get("outputs", ()), *entry["outputs"]})
        self.made[client] = entry
        self._know(entry)

    def _know(self, entry: dict[str, Any]) -> None:
        """Keeps by what the files are known that this line of the ledger tells of."""
        hashes = entry.get("hashes", {}).values()
        self._ours.setdefault(entry["client"], set()).update(hashes)
        if entry.get("filled") is True:
            self._filled.update(hashes)
        if CALENDAR in entry.get("outputs", ()) and CALENDAR not in entry.get("hashes", {}):
            self._unknown.add(entry["client"])
        elif CALENDAR in entry.get("hashes", {}):
            self._unknown.discard(entry["client"])
        for name in entry.get("outputs", ()):
            self._last.setdefault(entry["client"], {})[find_plain(name)] = name

    def find_made(self, client: str, inputs: str, names: Collection[str]) -> list[str] | None:
        """Under what names the files of a report lie that was made from these inputs; None where not all do."""
        last = self.made.get(client, {})
        if last.get("inputs") != inputs:
            return None
        written = [find_written(last.get("outputs", ()), name) for name in names]
        found = [name for name in written if name is not None]
        return found if len(found) == len(written) and self.has(client, found) else None

    def has(self, client: str, names: Collection[str]) -> bool:
        """Whether all of these files of a client are there; a link is none."""
        if self._there is not None:
            return self._there.issuperset(f"{client}/{name}" for name in names)
        folder = self.place / client
        return not folder.is_symlink() and all(_is_plain(folder / name) for name in names)

    def read(self, client: str, name: str) -> bytes | None:
        """A file of a client; None where it is not there or cannot be read."""
        with contextlib.suppress(OSError):
            return self.look(client, name)
        return None

    def read_last(self, client: str, name: str) -> bytes | None:
        """A file of a client as it was written last, be it with a day in its name; else what has the name."""
        last = self._last.get(client, {}).get(name, name)
        content = self.read(client, last)
        return content if content is not None or last == name else self.read(client, name)

    def look(self, client: str, name: str) -> bytes | None:
        """A file of a client; None where it is not there. Raises: OSError where it cannot be read."""
        if not self.has(client, [name]):
            return None
        path = self.place / client / name
        with reach(self.place):
            if self._there is None and path.stat().st_size > MAX_FILE_BYTES:
                raise OSError(f"more than {MAX_FILE_BYTES:,} bytes")
            return bytes(path.read_bytes())

    def read_entered(self, client: str, name: str) -> bytes | None:
        """A file of a client where a reader has entered something, since or before it was last written."""
        content = self.read(client, name)
        if content is None:
            return None
        known = hash_content(content)
        return content if known in self._filled or known not in self._ours.get(client, ()) else None

    def settle(
        self, client: str, files: Mapping[str, bytes], as_of: date, carried: str, own: Collection[str] = ()
    ) -> Settled:
        """Under which names files of a client may be written; see ``settle_names``."""
        made_on, ours = None, self._ours.get(client, set())
        if CALENDAR in files and client in self._unknown:
            there = self.read(client, CALENDAR)
            ours = ours | ({hash_content(there)} if there and _is_calendar_as_written(there) else set())
        with contextlib.suppress(ValueError):
            made_on = date.fromisoformat(self.made.get(client, {}).get("as_of", ""))
        folder = Folder(
            partial(self.look, client),
            partial(self._is_open, client),
            ours,
            carried,
            made_on,
            own,
        )
        return settle_names(files, folder, as_of)

    def _is_open(self, client: str, name: str) -> bool:
        """Whether a program says that it has a file open, or nobody may write it."""
        if self._there is not None:
            return False
        folder = self.place / client
        if any((folder / mark).exists() for mark in (f"~${name}", f"~${name[2:]}", f".~lock.{name}#")):
            return True
        try:
            with (folder / name).open("r+b"):
                return False
        except PermissionError:
            return True

    def put(self, client: str, files: Mapping[str, bytes], without: str) -> None:
        """Keeps files of a client, each under its name when it is whole; ``without`` is taken away.

        Raises: OSError.
        """
        if not files:
            return
        if self._there is None:
            self._sweep(client)
        write_all_whole(self.place / client, files)
        self._ours.setdefault(client, set()).update(hash_editable(files).values())
        if without not in files and (self._there is None or f"{client}/{without}" in self._there):
            delete_file(self.place / client / without)
        if self._there is not None:
            self._there.discard(f"{client}/{without}")
            self._there.update(f"{client}/{name}" for name in files)

    def _sweep(self, client: str) -> None:
        """Takes away what a batch that was killed left half-written. Raises: OSError where the folder is none."""
        folder = self.place / client
        if folder.is_symlink():
            raise OSError(20, "is a link, and a report is not written where one leads", str(folder))
        if not folder.is_dir():
            return
        for left in folder.iterdir():
            named = _HALF_WRITTEN.fullmatch(left.name)
            if named and is_of_report(named[1]):
                left.unlink()

    def note(self, entry: Mapping[str, Any]) -> None:
        """Adds a line to the ledger. Raises: MissingFileError where it cannot be written."""
        line = json.dumps(entry, ensure_ascii=False) + "\n"
        try:
            self._ledger.append(line.encode(), is_news=entry["status"] != "up_to_date")
        except OSError as error:
            raise _refuse(self.place, error) from None

    def close(self) -> None:
        """Leaves the ledger to others."""
        try:
            self._ledger.close()
        except OSError as error:
            raise _refuse(self.place, error) from None


def _is_calendar_as_written(content: bytes) -> bool:
    from licences.render.ics_versions import is_as_written  # an extra

    names = [say(language, "calendar.name", client="") for language in LANGUAGES]
    return is_as_written(content, names)


def _is_plain(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _refuse(place: Path, error: OSError) -> MissingFileError:
    right = "check your access to it" if is_remote(place) else "make room"
    return MissingFileError(str(place / LEDGER), say_why(error), f"{right}, or name another place with --out")


def _list_names(place: Any) -> set[str]:
    """The files below a place; nothing is taken from what fsspec remembers. Raises: OSError."""
    with reach(place), contextlib.suppress(FileNotFoundError):
        root = place.fs._strip_protocol(str(place)).rstrip("/")  # noqa: SLF001 - fsspec's own way to compare
        return {name.removeprefix(root).lstrip("/") for name in place.fs.find(root)}
    return set()
