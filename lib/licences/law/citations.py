"""Citations: the texts of law that a lawyer looks up for a row of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from licences.errors import LicencesError
from licences.law.evidence import EVIDENCE, RULES, SOURCES
from licences.law.sources import LEGAL_KINDS
from licences.reading.places import find_data_folder
from licences.reading.rows import read_rows

_GUIDES = frozenset({"official_guide"})
Source = Mapping[str, str]
"""A row of ``sources.csv``, as texts."""


Cited = Mapping[tuple[str, str], tuple[Source, ...]]
"""By code and first day the sources that the evidence names for a row."""


def read_cited() -> Cited:
    """The sources of every row; none where the files are wrong, which ``check`` says."""
    data = find_data_folder()
    return _read_cited(data, *(_find_age(data / name) for name in (SOURCES, EVIDENCE)))


def find_cited(row: Mapping[str, Any], cited: Cited) -> tuple[Source, ...]:
    """The sources of a row that can be looked up, those of its rules first; of guides only where there is no text of law."""
    start = row["in_force_from"]
    key = str(row["code"]), "" if pd.isna(start) else f"{start:%Y-%m-%d}"
    told = cited.get(key, ())
    legal = tuple(source for source in told if source["kind"] in LEGAL_KINDS)
    return legal or tuple(source for source in told if source["kind"] in _GUIDES)


@lru_cache(maxsize=4)
def _read_cited(data: Path, *_ages: int) -> Cited:
    """As ``read_cited``, read anew where a file has changed."""
    try:
        sources = {source["id"]: source for source in _read_records(data / SOURCES)}
        evidence = _read_records(data / EVIDENCE)
    except (LicencesError, KeyError):
        return {}
    named: dict[tuple[str, str], dict[str, Source]] = {}
    for one in sorted(evidence, key=lambda one: one["column"] not in RULES):
        if one["source"] in sources:
            row = named.setdefault((one["code"], one["in_force_from"]), {})
            row.setdefault(one["source"], sources[one["source"]])
    return {key: tuple(row.values()) for key, row in named.items()}


def _read_records(path: Path) -> list[dict[str, str]]:
    header, _, rows = read_rows(path)
    return [dict(zip(header, (cell.strip() for cell in row), strict=False)) for row in rows]


def _find_age(path: Path) -> int:
    return path.stat().st_mtime_ns if path.is_file() else 0
