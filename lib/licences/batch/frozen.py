"""Frozen files of what was issued: for their owner alone to read, never written over, known by their hashes."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from licences.book.issues import Issue
from licences.errors import Problem, UsageError
from licences.reading.files import say_why
from licences.reading.places import find_work_folder

ISSUED = "issued"  # the folder of a work folder that holds what was issued
_READ_ONLY = 0o400
_HALF_WRITTEN = re.compile(r"\..+-\d{4}-\d{3,}\.[a-z0-9_]{8}")  # as ``freeze`` names it


def hash_files(files: Mapping[str, bytes]) -> dict[str, str]:
    """The SHA-256 of each file, by name."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def hash_all(hashes: Mapping[str, str]) -> str:
    """One SHA-256 over names and hashes of files: that of ``sha256sum``'s lines, sorted by name."""
    lines = "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes))
    return hashlib.sha256(lines.encode()).hexdigest()


def check_place(place: Path) -> None:
    """Raises: UsageError where a client's folder of issues is a link."""
    if place.is_symlink():
        raise UsageError(f"{place} is a link, and nothing is issued where one leads", "name another --out")


def freeze(place: Path, number: str, files: Mapping[str, bytes]) -> None:
    """Puts files into a folder that appears under its number when all of it is on the disk; one that is there stays.

    Only who has the turn in ``place`` may call it: what a program that was killed left half-written there goes.
    Raises: OSError.
    """
    for left in place.iterdir():
        if _HALF_WRITTEN.fullmatch(left.name) and not left.is_symlink():
            shutil.rmtree(left)
    made = Path(tempfile.mkdtemp(dir=place, prefix=f".{number}."))
    try:
        for name, content in files.items():
            with (made / name).open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            (made / name).chmod(_READ_ONLY)
        _settle(made)
        made.rename(place / number)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    for folder in (place, place.parent):
        _settle(folder)


def _settle(folder: Path) -> None:
    """Has the names in a folder on the disk, where the system can be asked for that."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with contextlib.suppress(OSError):  # a file system that does not know it
                os.fsync(handle)
        finally:
            os.close(handle)


def find_frozen(issue: Issue) -> Path:
    """Where an issue is frozen on this machine."""
    return find_work_folder() / issue.folder


def find_frozen_problems(client: str, issue: Issue) -> list[Problem]:
    """What of an issue whose folder is on this machine is not as the book has it."""
    folder, problems = find_frozen(issue), list[Problem]()
    known = _read_hashes(issue)
    if known is None or hash_all(known) != issue.hash:
        what = f"the book's own list of {issue.number} does not go with its hash"
        return [Problem(str(folder), 0, "", what, "take the book from a copy of before that")]
    right = f"take it from a copy, or from what {client} was sent"
    for name, wanted in known.items():
        try:
            found = hash_files({name: (folder / name).read_bytes()})[name]
        except FileNotFoundError:
            problems.append(Problem(str(folder / name), 0, "", f"is of {issue.number}, and missing", right))
        except OSError as error:
            what = f"is of {issue.number}, and cannot be read ({say_why(error)})"
            problems.append(Problem(str(folder / name), 0, "", what, "check its permissions"))
        else:
            if found != wanted:
                what = f"is not what was issued as {issue.number}"
                problems.append(Problem(str(folder / name), 0, "", what, right))
    return problems


def _read_hashes(issue: Issue) -> dict[str, str] | None:
    try:
        known = json.loads(issue.files)
    except ValueError:
        return None
    is_ours = isinstance(known, dict) and all(isinstance(one, str) for one in known.values())
    return known if is_ours and not any("/" in name or "\\" in name for name in known) else None


def list_unknown(place: Path, client: str, issues: tuple[Issue, ...]) -> Iterator[Path]:
    """Folders in a client's folder of issues that bear a number of it, and of which the book does not know."""
    known = {issue.number for issue in issues}
    with contextlib.suppress(OSError):
        for found in sorted(place.iterdir()):
            if re.fullmatch(rf"{re.escape(client)}-\d{{4}}-\d{{3,}}", found.name) and found.name not in known:
                yield found
