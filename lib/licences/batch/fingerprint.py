"""Fingerprint of a report's inputs: where it has not changed, the report need not be made again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import chain
from typing import Any

import pandas as pd

from licences.analysis.mark import Mark
from licences.assessment.verdicts import Judgement, is_concerned, judge
from licences.book.issues import Issue
from licences.law.catalogue import Catalogue
from licences.law.citations import find_cited, read_cited
from licences.law.in_force import Licence, find_law_for, find_law_in_force, find_shown
from licences.reading.places import find_data_folder
from licences.rules.case_files import CASE_FILE
from licences.rules.expressions import Value, find_atoms
from licences.rules.facts import HELD
from licences.rules.logic import Rule

ABOUT_ONE_CASE = {
    "uses": "case"
}  # what a notebook's metadata says that looks at nothing but its client's case

_UNSHOWN = ("client", "contact", CASE_FILE)  # of the last what is for the client is hashed by itself

# What an installed package has within it and a checkout beside it; reports are made from it by other ways.
_SHIPPED_BESIDE = frozenset({"data", "notebooks", "tests"})


def hash_inputs(
    catalogue: Catalogue,
    profiles: pd.DataFrame,
    as_of: date,
    language: str,
    notebook: bytes,
    asked: Iterable[object],
) -> Iterator[tuple[str, str]]:
    """For each client its id and a hash over all that its report is made from, in the file's order.

    Of the catalogue it holds the rows that the report uses: whole rows of what is needed, open or
    held, now or in a later stage, with the local rules of the client's provinces, the firm's own fee and times; of a licence that is not needed only its name and
    the reason. A notebook whose metadata does
    not promise to look at its client's case alone uses every row. The edition of the catalogue is not in
    it: a report of which no row has changed names the edition that it was made from, and stays true.
    asked: what else the report follows from, such as the start.
    """
    law = find_law_in_force(catalogue, as_of, language)
    metadata = json.loads(notebook).get("metadata")
    is_about_one_case = isinstance(metadata, dict) and metadata.get("licences") == ABOUT_ONE_CASE
    coming = [
        (
            change.entry,
            _hash(
                change.day,
                change.kind,
                change.entry.row["superseded_by"],
                find_shown(change.entry.row, language),
            ),
        )
        for change in law.coming
    ]
    wholes: dict[str, dict[str, str]] = {}
    ours = {str(row["code"]): repr(row) for row in catalogue.our_fees.to_dict("records")}
    common = _hash(
        [hash_library(), hashlib.sha256(notebook).hexdigest(), as_of, language, *asked],
        catalogue.fields.every,
        catalogue.contradictions.to_dict("records"),
        catalogue.corrections.to_dict("records"),
        catalogue.preparation.to_dict("records"),
        [] if is_about_one_case else [catalogue.rows.to_csv(), ours, catalogue.own_times],
    )
    cited = read_cited()
    told = profiles.drop(columns=list(_UNSHOWN), errors="ignore").astype(str).to_dict("records")
    for one, cells in zip(judge(catalogue, profiles, as_of), told, strict=True):
        kept = one.case_file.strip_internal().strip_identity()
        stages = one.stages or (one,)
        laws = [find_law_for(catalogue, as_of, language, stage.profile) for stage in stages]
        for its in laws:
            if its.province not in wholes:
                wholes[its.province] = {
                    code: _hash(
                        find_shown(entry.row, language),
                        find_cited(entry.row, cited),
                        entry.local,
                        ours.get(code),
                        *([entry.duration.own] if entry.duration and entry.duration.own else []),
                    )
                    for code, entry in its.entries.items()
                }
        law, touched = laws[0], _find_touched(one)
        whole, tell = wholes[law.province], one.profile.get
        used = [
            whole[code] if code in touched else _hash_unneeded(entry, tuple(map(tell, entry.applies.names)))
            for code, entry in law.entries.items()
        ]
        elsewhere = {its.province for its in laws} - {law.province}
        used += [
            wholes[province][code]
            for province in sorted(elsewhere)
            for code in law.entries
            if code in touched
        ]
        announced = [
            shown
            for entry, shown in coming
            if any(is_concerned(entry, stage.verdicts, one.held, stage.profile) for stage in stages)
        ]
        gone = [_find_names(catalogue, code) for code in one.held if code not in law.entries]
        yield one.client, _hash(common, one.client, cells, kept, used, announced, gone)


def hash_issues(hashed: str, mark: Mark | None, last: Issue | None) -> str:
    """The hash of a report on a client of a book: of its inputs, its mark, and what was issued last."""
    return _hash(hashed, mark, (last.number, last.hash) if last else None)


def _find_touched(one: Judgement) -> set[str]:
    """The codes of what is held, and of what is needed or open now or in a stage to come."""
    told = [one.verdicts, *(stage.verdicts for stage in one.stages[1:])]
    return {code for verdicts in told for code, verdict in verdicts.items() if verdict != "not_needed"} | {
        *one.held
    }


@lru_cache(maxsize=32768)
def _hash_unneeded(entry: Licence, told: tuple[Value | None, ...]) -> str:
    """A hash over what is said of a licence that is not needed. told: of each fact that its rule names."""
    rule = entry.applies
    return _hash_reasons(entry, rule.find_kinds(dict(zip(rule.names, told, strict=True))))


@lru_cache(maxsize=32768)
def _hash_reasons(entry: Licence, kinds: tuple[Value | None, ...]) -> str:
    rule = entry.applies
    reasons = rule.explain(dict(zip(rule.names, kinds, strict=True)))
    return _hash(entry.code, entry.name, entry.short, entry.row["name_zh"], reasons, _name_held(rule))


def _find_names(catalogue: Catalogue, code: str) -> list[str]:
    return [str(row) for row in catalogue.rows.loc[catalogue.rows["code"] == code, "name_zh"]]


@lru_cache(maxsize=4096)
def _name_held(rule: Rule) -> str:
    """What the licences are called of which a rule asks whether they are held."""
    atoms = [atom for atom in find_atoms(rule.node) if atom.field == HELD and atom.op == "has"]
    return repr([rule.fields[HELD].values[str(atom.value)] for atom in atoms])


@cache
def hash_library() -> str:
    """A hash over this package and the data files whose words stand in every report."""
    digest = hashlib.sha256()
    package = [entry for entry in files("licences").iterdir() if entry.name not in _SHIPPED_BESIDE]
    for file in sorted(chain.from_iterable(map(_list_files, package)), key=str):
        digest.update(file.read_bytes())
    digest.update((find_data_folder() / "dictionary.yaml").read_bytes())
    return digest.hexdigest()


def _list_files(entry: Traversable) -> Iterator[Traversable]:
    if entry.is_file():
        yield entry
    elif entry.name != "__pycache__":
        for inner in entry.iterdir():
            yield from _list_files(inner)


def _hash(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
