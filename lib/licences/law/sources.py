"""Sources of the catalogue: what was read, how, and what a lawyer looks it up by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from licences.errors import Problem

LEGAL_KINDS = frozenset({"law", "regulation", "rule", "notice", "standard"})
READ = frozenset({"whole_text", "article"})
GROUNDS = ("estimate", "secondary", "rule_text")  # the weakest first
_REPOSITORY = re.compile(r"github(usercontent)?\.com", re.IGNORECASE)
_PLACE = re.compile(r"github\.com/[\w.-]+/[\w.-]+@[0-9a-f]{7,40} [^\s;；,，]", re.IGNORECASE)


def find_ground(source: Mapping[Any, Any]) -> str:
    """The ground of what a source says: it follows from its kind and from how it was read."""
    if source["kind"] == "practice":
        return "estimate"
    return "rule_text" if source["kind"] in LEGAL_KINDS and source["how"] in READ else "secondary"


def find_source_problems(sources: pd.DataFrame, file: Path) -> list[Problem]:
    """Texts that stand there twice, and places in GitHub that nobody finds again."""
    return [*_find_doubles(sources, str(file)), *_find_lost_places(sources, str(file))]


def _find_doubles(sources: pd.DataFrame, file: str) -> list[Problem]:
    """Sources of the same title and number; versions of one text differ in their days."""
    earlier: dict[tuple[str, ...], tuple[int, str]] = {}
    problems = []
    for line, row in zip(sources.index, sources.to_dict("records"), strict=True):
        days = (str(row[name]) for name in ("published_on", "in_force_from"))
        number = "" if pd.isna(row["number"]) else row["number"]
        first = earlier.setdefault((str(row["title_zh"]), number, *days), (line, row["id"]))
        if first[1] != row["id"]:
            wrong = f"the same title and number as {first[1]!r} in line {first[0]}"
            problems.append(Problem(file, line, "id", wrong, "keep one, and name that in the other files"))
    return problems


def _find_lost_places(sources: pd.DataFrame, file: str) -> list[Problem]:
    problems = []
    columns = ("read_at", "number", "published_on")
    for line, place, number, day in zip(sources.index, *(sources[name] for name in columns), strict=True):
        named = len(_REPOSITORY.findall(str(place)))
        if named > len(_PLACE.findall(str(place))):
            right = "write it as github.com/OWNER/REPO@COMMIT path/to/file"
            problems.append(Problem(file, line, "read_at", "a repository without commit and path", right))
        if named and pd.isna(number) and pd.isna(day):
            wrong = "a text in a repository that a lawyer cannot look up"
            problems.append(
                Problem(file, line, "number", wrong, "write its official number, or published_on")
            )
    return problems
