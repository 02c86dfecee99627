"""Research notes: what we know of our own reading; for who keeps the catalogue, in no client's document."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from licences.law.in_force import LawInForce, find_law_in_force

if TYPE_CHECKING:
    from licences.analysis.case import Case

NOTES = ("research_note", "changed")


def list_research(rows: pd.DataFrame, language: str) -> pd.DataFrame:
    """The rows of the catalogue of which something is noted, indexed by code, with the columns NOTES; all texts."""
    notes = rows[["code", *_list_columns(language)]].set_index("code")
    return notes.set_axis(NOTES, axis="columns").dropna(how="all").fillna("")


def list_research_of(case: Case) -> pd.DataFrame:
    """As ``list_research``, of what the client needs, holds or has still to tell about."""
    noted = _list_noted(find_law_in_force(case.catalogue, case.as_of, case.language))
    used = {
        code
        for code, finding in case.findings.items()
        if finding.verdict != "not_needed" or code in case.held
    }
    return noted[noted.index.isin(used)]


@lru_cache(maxsize=8)
def _list_noted(law: LawInForce) -> pd.DataFrame:
    return list_research(law.rows, law.language)


def _list_columns(language: str) -> list[str]:
    return [f"{name}_{language}" for name in NOTES]


def say_research(row: Mapping[Any, Any], language: str) -> list[str]:
    """What is noted of a row, and where it was read."""
    names = (*(f"{name}_{language}" for name in NOTES), "source", "source_url")
    return [text for name in names if isinstance(text := row[name], str)]
