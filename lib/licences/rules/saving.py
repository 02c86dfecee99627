"""Saving: what speaks against a text that somebody typed, as a cell or as the path of a clients file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from licences.book.place import is_book
from licences.errors import UsageError
from licences.reading.characters import find_unseen
from licences.reading.places import find_program_folder
from licences.reading.rows import read_table_rows
from licences.rules.facts import WINDOWS_DEVICE, Fields

WRITTEN_WORKBOOKS = frozenset({".xlsx", ".xlsm"})  # others are only read
KINDS = frozenset({".csv", *WRITTEN_WORKBOOKS})
MAX_PATH_CHARACTERS = 1000
MAX_NAME_BYTES = 200  # of 255, since a file that is being written bears a longer name
_SIGNS = re.compile(r'[\\/:*?"<>|]')
_WRONG = {
    "kind": ("is neither a CSV nor an Excel file", "let its name end with .csv or .xlsx"),
    "link": ("is a link, which is not followed", "name the file to which it leads"),
    "no_folder": ("lies in a folder that is not there", "make the folder first"),
    "no_file": ("is no file", "name a file"),
    "program": ("lies in the folder of the program", "keep clients in a folder of your own"),
    "foreign": ("is no clients file", "name another file"),
}


@dataclass(frozen=True)
class Fault:
    """What is wrong with a path: a word for it, and the part that is wrong where it is a part."""

    kind: str
    mark: str = ""


def find_typed_fault(text: str, work: Path, named: Path, fields: Fields) -> Fault | None:
    """What speaks against saving clients at a path that somebody typed, None where nothing does.

    work: the folder below which files are kept. named: the one file that may lie elsewhere, since the
    explorer was started for it.
    """
    if len(text) > MAX_PATH_CHARACTERS:
        return Fault("long")
    if mark := find_unseen(text):
        return Fault("unseen", mark)
    path = work / text
    if path == named:
        return find_place_fault(path, fields)
    if text.startswith("~") or ".." in path.parts or not path.is_relative_to(work):
        return Fault("outside")
    folder = work
    for name in path.relative_to(work).parts:
        folder /= name
        fault = _find_name_fault(name) or (Fault("link") if folder.is_symlink() else None)
        if fault:
            return fault
    return find_place_fault(path, fields)


def _find_name_fault(name: str) -> Fault | None:
    if name.startswith("."):
        return Fault("hidden", name)
    if len(name.encode()) > MAX_NAME_BYTES:
        return Fault("long")
    if sign := _SIGNS.search(name):
        return Fault("sign", sign[0])
    if name != name.strip() or name.endswith("."):
        return Fault("edge", name)
    return Fault("device", name) if WINDOWS_DEVICE.fullmatch(name.partition(".")[0].strip()) else None


def find_place_fault(path: Path, fields: Fields) -> Fault | None:
    """What speaks against saving clients in a file, whoever named it.

    Raises: ProblemsError, MissingFileError where a file is there that cannot be read.
    """
    if is_book(path):
        return Fault("link") if path.is_symlink() else None
    objections: dict[str, Callable[[], bool]] = {
        "kind": lambda: path.suffix.lower() not in KINDS,
        "link": path.is_symlink,
        "no_folder": lambda: not path.parent.is_dir(),
        "program": lambda: path.resolve().is_relative_to(find_program_folder()),
        "no_file": lambda: path.exists() and not path.is_file(),
        "foreign": lambda: path.exists() and not _is_clients_file(path, fields),
    }
    return next((Fault(kind) for kind, applies in objections.items() if applies()), None)


def _is_clients_file(path: Path, fields: Fields) -> bool:
    table = fields.clients_table
    return {"client", "name"} <= set(read_table_rows(path, table.wanted, table.spellings, table).header)


def check_place(path: Path, fields: Fields) -> None:
    """Raises: UsageError where clients cannot be saved in a file; ProblemsError, MissingFileError."""
    if fault := find_place_fault(path, fields):
        wrong, right = _WRONG[fault.kind]
        raise UsageError(f"{path} {wrong}", right)
