"""Made-up catalogues: the real rows and as many copies of them under codes of their own as are asked for."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path

from benches.clock import PROJECT

LAW = PROJECT / "data" / "licences.csv"
_CODES = ("code", "superseded_by", "requires", "applies_when", "eligible_when")
_LETTERS = {
    "name_zh": 200,
    "name_en": 200,
    "short_zh": 10,
    "short_en": 24,
}  # at most, with the number of the copy
_CODE = re.compile(r"\b[A-Z][A-Z0-9_]+\b")


def write_catalogue(path: Path, times: int) -> Path:
    """A ``licences.csv`` as many times as large as ours; the copies need, follow and ask about copies."""
    with LAW.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        header, rows = list(reader.fieldnames or ()), list(reader)
    codes = {row["code"] for row in rows}
    every = rows + [_copy(row, number, codes) for number in range(2, times + 1) for row in rows]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(every)
    return path


def _copy(row: Mapping[str, str], number: int, codes: set[str]) -> dict[str, str]:
    """A row under a code and names of its own."""

    def rename(text: str) -> str:
        return _CODE.sub(lambda found: f"{found[0]}_COPY{number}" if found[0] in codes else found[0], text)

    renamed = {name: rename(row[name]) for name in _CODES}
    named = {
        name: f"{row[name][: most - 2]} {number}" if row[name] else "" for name, most in _LETTERS.items()
    }
    return {**row, **renamed, **named}
