"""Terms of an answer in the explorer, and places where it reads and writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from licences.analysis.case import Case
from licences.planning.forecast import PlanOptions
from licences.reading.places import find_data_folder, find_shipped_file


@dataclass(frozen=True)
class Terms:
    """The day of the law, and how is planned: start, verdicts to plan for too, staff (0 for no limit)."""

    as_of: date
    start: date
    include: tuple[str, ...] = ()
    capacity: int = 0

    @property
    def plan_options(self) -> PlanOptions:
        return PlanOptions(self.start, self.include, self.capacity or None)


@dataclass(frozen=True)
class Places:
    """Where the explorer reads and writes; ``catalogue`` is None for the one that ships."""

    work: Path
    catalogue: Path | None
    clients: Path
    out: Path

    @property
    def samples(self) -> Path:
        return find_data_folder(self.work) / "clients.csv"

    @property
    def notebook(self) -> Path:
        return find_shipped_file("notebooks/client_report.ipynb", self.work)


@dataclass(frozen=True)
class Pinned:
    """An answer to compare with, and what it was made of.

    cells: the answers. opened: those of the file when they were read, None where they are of none.
    """

    case: Case
    cells: dict[str, str]
    opened: dict[str, str] | None
    terms: Terms
    profiles: pd.DataFrame
