"""Scenarios: cases that a lawyer can read, of what the law asks of a client on a day."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from licences.assessment.verdicts import VERDICTS
from licences.errors import Problem, ProblemsError, cut, quote, suggest
from licences.law.catalogue import Catalogue
from licences.reading.yaml_files import compose, load
from licences.rules.facts import read_profiles
from licences.rules.kleene import Profile
from licences.rules.logic import read_profile

CLAIMS = (*VERDICTS, "blocked", "not_blocked", "not_in_force")
KEYS = ("name", "as_of", "profile", "holds", "missing", "says", *CLAIMS)


@dataclass(frozen=True, eq=False)
class Scenario:
    """A case: its line in the file, the day, what the client has told, and what must come out.

    expected: by code the verdict. blocked: by code whether a condition is known to fail. missing: by
    code the facts that are still to be told. absent: codes that are not in force.
    """

    line: int
    name: str
    as_of: date
    profile: Profile
    expected: Mapping[str, str]
    blocked: Mapping[str, bool]
    missing: Mapping[str, frozenset[str]]
    absent: tuple[str, ...]


def read_scenarios(path: Path, catalogue: Catalogue) -> list[Scenario]:
    """The cases of a YAML file. Raises: ProblemsError naming every problem; MissingFileError."""
    file = str(path)
    lines, cases = _read_cases(path)
    problems = [
        Problem(file, line, key, wrong, right)
        for line, case in zip(lines, cases, strict=True)
        for key, wrong, right in _find_faults(case, catalogue)
    ]
    if problems:
        raise ProblemsError(problems)
    profiles = _read_profiles(file, lines, cases, catalogue) if cases else []
    return [_make_scenario(*one) for one in zip(lines, cases, profiles, strict=True)]


def _read_cases(path: Path) -> tuple[list[int], list[Any]]:
    node = compose(path, "mend it")[1]
    if node is None:
        return [], []
    if not isinstance(node, yaml.SequenceNode):
        wrong = Problem(str(path), node.start_mark.line + 1, "file", "is no list of cases", "mend it")
        raise ProblemsError([wrong])
    return [one.start_mark.line + 1 for one in node.value], load(path, "mend it")


def _find_faults(case: Any, catalogue: Catalogue) -> Iterator[tuple[str, str, str]]:
    if not isinstance(case, dict):
        yield "file", "is no case", "begin it with '- name: …'"
        return
    for key in case:
        if key not in KEYS:
            yield cut(str(key)), "unknown key", suggest(str(key), KEYS)
    if not isinstance(case.get("name"), str):
        yield "name", "is missing", "say in a sentence what the case shows"
    if type(case.get("as_of")) is not date:
        yield "as_of", f"{cut(repr(case.get('as_of')))} is not a date", "write it as 2026-11-23"
    if isinstance(case.get("profile"), dict):
        for name in case["profile"]:
            if name not in catalogue.fields:
                yield "profile", f"no field {quote(str(name))}", suggest(str(name), catalogue.fields.by_name)
    else:
        yield "profile", "is no list of facts", "write {} where nothing is told"
    yield from _find_wrong_codes(case, catalogue)


def _find_wrong_codes(case: Mapping[Any, Any], catalogue: Catalogue) -> Iterator[tuple[str, str, str]]:
    codes = set(catalogue.rows["code"])
    for key in (*CLAIMS, "missing"):
        named = case.get(key) or []
        if not isinstance(named, dict if key == "missing" and named else list):
            yield key, "is no list of codes", "write [CODE, CODE]"
            continue
        facts: Mapping[Any, Any] = named if isinstance(named, dict) else {}
        for code in named:
            if not isinstance(code, str) or code not in codes:
                yield key, f"no licence {quote(str(code))}", suggest(str(code), codes)
            elif facts and not _is_list_of_texts(facts[code]):
                yield key, f"{code} has no list of fields", "write {CODE: [field, field]}"


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _read_profiles(file: str, lines: list[int], cases: list[Any], catalogue: Catalogue) -> list[Profile]:
    """What the cases tell, read as a consultant's file is read."""
    names = list(catalogue.fields.by_name)
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["client", "name", "holds", *names])
    for line, case in zip(lines, cases, strict=True):
        told = [_write_cell(case["profile"].get(name)) for name in names]
        writer.writerow([f"line-{line}", " ".join(case["name"].split()), case.get("holds") or "", *told])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scenarios.csv"
        path.write_text(table.getvalue(), encoding="utf-8")
        try:
            rows = read_profiles(path, catalogue.fields, catalogue.codes)
        except ProblemsError as error:
            raise ProblemsError(
                Problem(file, lines[one.line - 2] if one.line > 1 else 1, one.column, one.wrong, one.right)
                for one in error.problems
            ) from None
    return [
        read_profile({str(name): value for name, value in row.items()}, catalogue.fields, case["as_of"])
        for row, case in zip(rows.to_dict("records"), cases, strict=True)
    ]


def _write_cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _make_scenario(line: int, case: Mapping[str, Any], profile: Profile) -> Scenario:
    return Scenario(
        line=line,
        name=case["name"],
        as_of=case["as_of"],
        profile=profile,
        expected={code: verdict for verdict in VERDICTS for code in case.get(verdict) or []},
        blocked={
            code: key == "blocked" for key in ("blocked", "not_blocked") for code in case.get(key) or []
        },
        missing={code: frozenset(facts) for code, facts in (case.get("missing") or {}).items()},
        absent=tuple(case.get("not_in_force") or ()),
    )
