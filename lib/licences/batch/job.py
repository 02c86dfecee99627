"""Job of running one of our notebooks: from what, and where what it makes goes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from licences.reading.files import is_remote
from licences.reading.places import find_running_folder


@dataclass(frozen=True)
class NotebookJob:
    """Which notebook to run, from which files and days, and the folder for what it makes.

    catalogue, clients: None for ours. start: the first day of work.
    """

    notebook: Path
    out: Path
    catalogue: Path | None
    clients: Path | None
    as_of: date
    start: date
    language: str

    @property
    def parameters(self) -> dict[str, str | int]:
        """What every notebook of ours takes; paths as seen from the folder where it runs."""
        return {
            "as_of": self.as_of.isoformat(),
            "start": self.start.isoformat(),
            "language": self.language,
            "catalogue": see_from(self.notebook, self.catalogue),
            "clients": see_from(self.notebook, self.clients),
        }


def see_from(notebook: Path, path: Path | None) -> str:
    """A path as seen from the folder where a notebook runs; empty for none."""
    if path is None or is_remote(path):
        return str(path or "")
    try:
        return Path(os.path.relpath(path.resolve(), find_running_folder(notebook))).as_posix()
    except ValueError:  # on Windows it may lie on another drive
        return path.resolve().as_posix()
