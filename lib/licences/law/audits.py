"""Findings of audits: what was said of the rows, and what became of it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from licences.errors import Problem, suggest
from licences.reading.dictionary import read_dictionary
from licences.reading.places import find_data_folder
from licences.reading.tables import read_table

FINDINGS = "findings.csv"


def read_findings() -> pd.DataFrame:
    """The findings, one row each. Columns as ``data/dictionary.yaml`` has them. Raises: ProblemsError."""
    data = find_data_folder()
    return read_table(data / FINDINGS, read_dictionary(data / "dictionary.yaml")[FINDINGS])


def find_finding_problems(
    findings: pd.DataFrame, codes: Collection[str], fields: Collection[str], file: Path
) -> list[Problem]:
    """Findings about a code or a column that there is not. fields: the facts of a client."""
    tables = read_dictionary(find_data_folder() / "dictionary.yaml")
    described = ("licences.csv", "profile_fields.csv")
    columns = {column.name for name in described for column in tables[name].columns} | set(fields)
    problems = []
    for line, named, about in zip(findings.index, findings["code"], findings["column"], strict=True):
        problems += [
            Problem(str(file), line, "code", f"no licence {code!r}", suggest(code, codes))
            for code in named
            if code not in codes
        ]
        problems += [
            Problem(str(file), line, "column", f"no column {column!r}", suggest(column, columns))
            for column in (about.split() if isinstance(about, str) else ())
            if column not in columns
        ]
    return problems
