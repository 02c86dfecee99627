"""Clients of the file that the explorer has read last: their cells, their stages, and what a book keeps of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from licences.book.clients import has_clients
from licences.book.place import is_book
from licences.errors import UnknownNameError
from licences.law.catalogue import Catalogue
from licences.reading.characters import fold
from licences.rules.case_files import NO_CASE_FILE, CaseFile, list_case_files
from licences.rules.facts import Fields, list_cells, read_profiles
from licences.rules.stages import Stage, list_stages


def read_clients(path: Path, catalogue: Catalogue) -> pd.DataFrame:
    """As ``read_profiles``, and no rows where the file is not there yet or a book is empty.

    A file that has not changed since it was read last is not read again; what comes back is not to be changed.
    """
    stamp = None if is_book(path) else _find_stamp(path)
    if stamp is not None:
        held = _held.get(path)
        if held is None or held[0] is not catalogue.fields or held[1] != (stamp, catalogue.codes):
            profiles = read_profiles(path, catalogue.fields, set(catalogue.codes))
            held = _held[path] = catalogue.fields, (stamp, catalogue.codes), profiles
        return held[2]
    if has_clients(path) if is_book(path) else path.exists():
        return read_profiles(path, catalogue.fields, set(catalogue.codes))
    return pd.DataFrame({"client": [], "name": []})


_held: dict[Path, tuple[Fields, object, pd.DataFrame]] = {}


def _find_stamp(path: Path) -> tuple[int, ...] | None:
    """What tells one state of a file from the next; None where it cannot be looked at."""
    try:
        known = path.stat()
    except OSError:
        return None
    return known.st_ino, known.st_size, known.st_mtime_ns, known.st_ctime_ns


def find_cells(clients: pd.DataFrame, client: str, fields: Fields) -> dict[str, str]:
    """A client's row as the cells of a clients file. Raises: UnknownNameError."""
    for record in clients.to_dict("records"):
        if record["client"] == client:
            return list_cells({str(name): value for name, value in record.items()}, fields)
    raise UnknownNameError("client", client, set(clients["client"]))


def find_saved_cells(
    clients: pd.DataFrame, cells: Mapping[str, str], fields: Fields
) -> dict[str, str] | None:
    """What is saved of the client of some cells, whatever the capitals of its id; None where nothing is."""
    at = _find_row(clients, cells["client"])
    return None if at is None else find_cells(clients, str(clients["client"].iloc[at]), fields)


def find_stages(clients: pd.DataFrame, client: str) -> tuple[Stage, ...]:
    """What the file tells of a client of later."""
    told = zip(clients["client"], list_stages(clients), strict=True)
    return next((stages for name, stages in told if name == client), ())


def find_case_file(clients: pd.DataFrame, client: str) -> CaseFile:
    """What a book keeps of a client; nothing of one that it does not know."""
    at = _find_row(clients, client)
    return NO_CASE_FILE if at is None else list_case_files(clients)[at]


def _find_row(clients: pd.DataFrame, client: str) -> int | None:
    folded = [fold(name) for name in clients["client"]]
    return folded.index(fold(client)) if fold(client) in folded else None
