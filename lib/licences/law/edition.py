"""Edition of the catalogue: which text of the law an answer follows from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from licences.reading.cache import remember
from licences.reading.files import read_bytes, read_text
from licences.reading.places import find_data_file, find_data_folder, find_own_file
from licences.reading.workbooks.kinds import SUFFIXES

STATES_THE_LAW = (
    "licences.csv", "profile_fields.csv", "contradictions.csv", "corrections.csv", "preparation.csv", "local.csv",
    "papers.csv",
)  # fmt: skip
OUR_FEES, OUR_PREPARATION = (
    "our_fees.csv",
    "our_preparation.csv",
)  # a firm need not have them; costs and dates follow from them
_DIGITS = 8


@dataclass(frozen=True)
class Edition:
    """checked_on: the newest day, in ISO, on which a source was checked. digest: see ``hash_law``."""

    checked_on: str
    digest: str

    def __str__(self) -> str:
        return f"{self.checked_on}-{self.digest}"


def read_edition(catalogue: Path | None = None) -> Edition:
    """The edition of the data files; ``catalogue`` replaces the ``licences.csv`` that is found.

    Nothing is imported for it that takes long. Raises: ProblemsError where a file is broken; MissingFileError.
    """
    files = list_files(catalogue)
    told = [b"own" if catalogue else b"", *(file.name.encode() for file in files)]
    return remember("edition", [*told, *map(read_bytes, files)], lambda: _find_edition(catalogue))


def _find_edition(catalogue: Path | None) -> Edition:
    from licences.reading.rows import read_rows

    header, _, rows = read_rows(catalogue or find_data_folder() / STATES_THE_LAW[0])
    at = header.index("checked_on") if "checked_on" in header else None
    newest = "" if at is None else max(row[at].strip() for row in rows)
    return Edition(newest, hash_law(catalogue))


def hash_law(catalogue: Path | None = None) -> str:
    """The beginning of a hash over the files that state the law and the firm's own, whatever their encoding and ends of lines.

    Raises: ProblemsError where a file cannot be read as text; MissingFileError.
    """
    digest = hashlib.sha256()
    for file in list_files(catalogue):
        digest.update(_read_content(file).encode() + b"\0")
    return digest.hexdigest()[:_DIGITS]


def list_files(catalogue: Path | None) -> list[Path]:
    """The files that state the law, and the firm's own where it has any."""
    return [
        catalogue or find_data_folder() / STATES_THE_LAW[0],
        *(find_data_file(name) for name in STATES_THE_LAW[1:]),
        *(file for file in map(find_own_file, (OUR_FEES, OUR_PREPARATION)) if file.is_file()),
    ]


def _read_content(file: Path) -> str:
    if file.suffix.lower() in SUFFIXES:
        from licences.reading.rows import read_rows

        header, _, rows = read_rows(file)
        return repr((header, rows))
    return read_text(file).replace("\r\n", "\n")
