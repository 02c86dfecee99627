"""Remembers which files were found good, so that a file that has not changed is not checked again.

Importing pandera takes half as long as importing pandas, and most files are read far more often than
they change. A seal covers the file, the columns that it was checked against, and the checks themselves.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path

from licences.reading import validation as frames
from licences.reading.dictionary import Table


def make_seal(path: Path, table: Table) -> str:
    """The name under which a good file is remembered."""
    digest = hashlib.sha256(path.read_bytes())
    digest.update(repr(table).encode())
    digest.update(_read_checks())
    return digest.hexdigest()


@cache
def _read_checks() -> bytes:
    return Path(frames.__file__).read_bytes()


def is_sealed(seal: str) -> bool:
    """Whether a file was found good before."""
    return (_find_folder() / seal).exists()


def remember(seal: str) -> None:
    """Notes that a file was found good; where nothing can be written it is just checked again next time."""
    try:
        _find_folder().mkdir(parents=True, exist_ok=True)
        (_find_folder() / seal).touch()
    except OSError:
        return


def _find_folder() -> Path:
    return user_cache_path("licences") / "seals"
