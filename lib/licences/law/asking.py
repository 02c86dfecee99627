"""Asking held against the rules: proof that a fact which is not asked could not change a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from licences.errors import ExpressionError, Problem
from licences.reading.dictionary import read_dictionary
from licences.reading.places import find_data_folder
from licences.reading.tables import read_table
from licences.rules.asking import COLUMN, list_ways_not_asked, read_asking_rules, set_fact, simplify
from licences.rules.axes import make_axis
from licences.rules.expressions import And, Node, Not, Value, find_atoms
from licences.rules.logic import MAX_POINTS, Rule, read_rule
from licences.rules.mutants import find_example

if TYPE_CHECKING:
    from licences.rules.facts import Fields

_NAMED = 3  # of the licences that a fact could still change, so many are named
_FIELDS = "profile_fields.csv"

Example = Mapping[str, Value]


def find_asking_problems(rows: pd.DataFrame, fields: Fields) -> list[Problem]:
    """Fields that some client is not asked for though the answer could change what comes out on some day.

    rows: of the catalogue, of all days. Searched is whether a licence applies, and of whom it applies whether it
    can be obtained; what a licence requires has rows of its own. Answers are those of clients that tell
    everything, which covers clients that tell less.
    """
    return [
        Problem(str(find_data_folder() / _FIELDS), _find_line(name), COLUMN, wrong, right)
        for name in read_asking_rules(fields)
        for wrong, right in _find_wrong(rows, fields, name)
    ]


def _find_line(name: str) -> int:
    folder = find_data_folder()
    told = read_table(folder / _FIELDS, read_dictionary(folder / "dictionary.yaml")[_FIELDS])
    return int(told.index[told["field"] == name][0])


def _find_wrong(rows: pd.DataFrame, fields: Fields, name: str) -> Iterator[tuple[str, str]]:
    """What is wrong with of whom a fact is asked, with one example, and what would be right."""
    found = dict(_find_changing(rows, fields, name))
    shown = {code: example for code, example in found.items() if example is not None}
    if shown:
        code, example = min(shown.items(), key=lambda one: len(one[1]))
        said = ", ".join(f"{fact}: {_say(told)}" for fact, told in example.items())
        others = [other for other in shown if other != code]
        named, left = ", ".join(others[:_NAMED]), len(others) - _NAMED
        more = f"; so it is with {named}" if others else ""
        more = f"; so it is with {named} and {left} more" if left > 0 else more
        yield (
            f"of {{{said}}} it is not asked, yet the answer would change {code}{more}",
            "let the expression be true of whom it concerns",
        )
    if too_large := [code for code in found if code not in shown]:
        wrong = f"with {', '.join(too_large[:_NAMED])} it names too many facts at once to be searched"
        yield wrong, "let the expression name fewer facts"


def _say(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.15g}" if isinstance(value, float) else value


def _find_changing(rows: pd.DataFrame, fields: Fields, name: str) -> Iterator[tuple[str, Example | None]]:
    """Each licence that a fact decides though it is not asked, with answers of which that is so, None where that cannot be searched."""
    ways = list(list_ways_not_asked(name, fields))
    known: dict[tuple[str, str], Example | bool | None] = {}
    texts = rows[["applies_when", "eligible_when"]].fillna("")
    for code, applies, condition in zip(
        rows["code"], texts["applies_when"], texts["eligible_when"], strict=True
    ):
        key = (applies, condition)
        if name not in applies and name not in condition:
            continue
        if key not in known:
            try:
                known[key] = _search(_list_differing(applies, condition, fields, name), ways, fields)
            except ExpressionError:
                known[key] = False  # it is named where the catalogue is read
        found = known[key]
        if not isinstance(found, bool):
            yield str(code), found


def _list_differing(applies: str, condition: str, fields: Fields, name: str) -> list[Node]:
    """Of whom a fact decides something of a licence, as expressions that do not name the fact."""
    needed = read_rule(applies, fields).node
    differing = _list_differing_of(needed, fields, name)
    if condition:
        obtained = _list_differing_of(read_rule(condition, fields).node, fields, name)
        whole = _list_points(needed, fields, name)
        differing += [And((applied, differs)) for applied in whole for differs in obtained]
    return differing


def _list_differing_of(node: Node, fields: Fields, name: str) -> list[Node]:
    first, *others = _list_points(node, fields, name)
    return [pair for other in others for pair in (And((first, Not(other))), And((Not(first), other)))]


def _list_points(node: Node, fields: Fields, name: str) -> list[Node]:
    """What is left of an expression for each kind of answer to one fact that can occur."""
    atoms = [atom for atom in find_atoms(node) if atom.field == name]
    if not atoms:
        return [node]
    axis = make_axis(fields[name], atoms)
    return list(dict.fromkeys(set_fact(node, name, axis.points[at]) for at in axis.possible))


def _search(differing: Sequence[Node], ways: Sequence[Node], fields: Fields) -> Example | bool | None:
    """Answers that make one of the one and one of the other true; False where there are none, None where there are too many to try."""
    for way in ways:
        for differs in differing:
            rule = Rule("", simplify(And((way, differs))), fields)
            if np.prod([len(axis.points) for axis in rule.axes], dtype=float) > MAX_POINTS:
                return None
            example = find_example(rule)
            if example is not None:
                return example
    return False
