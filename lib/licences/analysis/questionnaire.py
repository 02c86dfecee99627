"""Questionnaires: what a client is still to be asked, in which questions, and which of it waits for which answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from licences.assessment.interview import (
    Question,
    arrange,
    find_following,
    find_gates,
    list_open_facts,
    tell,
)
from licences.assessment.operating import OPERATING
from licences.assessment.verdicts import Judgement, judge
from licences.law.in_force import find_law_in_force
from licences.rules.asking import find_conditions
from licences.rules.expressions import Always, And, Atom, Node, Not, Value, find_atoms
from licences.rules.facts import Field, Fields, make_profiles
from licences.rules.logic import Rule

if TYPE_CHECKING:
    from licences.law.catalogue import Catalogue
    from licences.rules.kleene import Profile

NEW = "new"  # what stands in a file's name for a client that has no id yet


@dataclass(frozen=True)
class Questionnaire:
    """What one client is asked on a day, as an interview would ask it. client, name: both empty where it is for a new one.

    edition: of the catalogue, by its day. conditions: of a fact that is not asked of everybody when it is, over
    facts that are asked before it. gates: of a fact others before it; it follows from a no, 0 or none of one of them
    that it is no, 0 or none too. What the client has told is worked in.
    """

    client: str
    name: str
    edition: str
    made_on: date
    fields: Fields
    questions: tuple[Question, ...]
    conditions: Mapping[str, Node] = field(default_factory=dict)
    gates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def file_name(self) -> str:
        """What its files are called, without their ends."""
        return f"questionnaire-{self.client or NEW}"

    @property
    def facts(self) -> tuple[str, ...]:
        """What is asked, each behind what it hangs on."""
        return tuple(name for question in self.questions for name in question.fields)

    def find_when(self, name: str) -> Node:
        """When a fact is asked, over facts that are asked before it."""
        when = self.conditions.get(name, Always(True))
        opened = tuple(_is_some(self.fields[gate]) for gate in self.gates.get(name, ()))
        parts = (*opened, when) if when != Always(True) else opened
        return And(parts) if len(parts) > 1 else parts[0] if parts else when


def _is_some(field: Field) -> Node:
    """That a fact is not no, 0 or none."""
    return Atom(field.name, "is") if field.type == "bool" else Not(Atom(field.name, "==", field.none))


@dataclass(frozen=True)
class Standing:
    """How far a questionnaire is answered. asked: the facts that are; following: what needs not be asked, as it follows."""

    asked: tuple[str, ...]
    following: Mapping[str, Value]


def make_questionnaires(catalogue: Catalogue, profiles: pd.DataFrame, as_of: date) -> list[Questionnaire]:
    """What is still open for each client of ``read_profiles``: all that may matter, by what is at stake."""
    return [_make_questionnaire(catalogue, one, as_of) for one in judge(catalogue, profiles, as_of)]


def make_new_questionnaire(catalogue: Catalogue, as_of: date) -> Questionnaire:
    """What a new client is asked, of whom nothing is known."""
    nobody = make_profiles([{"client": NEW, "name": NEW}], catalogue.fields, None, "")
    (made,) = make_questionnaires(catalogue, nobody, as_of)
    return replace(made, client="", name="")


def _make_questionnaire(catalogue: Catalogue, one: Judgement, as_of: date) -> Questionnaire:
    fields = catalogue.fields
    told = {**one.profile, **find_following(catalogue, one.profile)}
    wanted = _list_wanted(catalogue, tell(catalogue, one, told, as_of), as_of)
    whens = _find_whens(wanted, told, fields)
    names = sorted(whens, key=lambda name: fields[name].is_rare)
    questions = tuple(arrange(catalogue, names, told))
    return Questionnaire(
        one.client,
        one.name,
        catalogue.edition.checked_on,
        as_of,
        fields,
        questions,
        {name: when for name, when in whens.items() if when != Always(True)},
        _find_gates(catalogue, [name for question in questions for name in question.fields], whens),
    )


def _find_gates(
    catalogue: Catalogue, names: Sequence[str], whens: Mapping[str, Node]
) -> dict[str, tuple[str, ...]]:
    """The gates of each fact that stand before it, without those of which another one or its condition says the same."""
    fields, every = catalogue.fields, find_gates(catalogue)
    found: dict[str, tuple[str, ...]] = {}
    for at, name in enumerate(names):
        gates = [gate for gate in names[:at] if gate in every.get(name, ())]
        kept = [
            gate
            for gate in gates
            if not any(gate in every.get(other, ()) for other in gates)
            and _can_be((whens[name], whens[gate]), fields)
            and _can_be((whens[name], Not(_is_some(fields[gate]))), fields)
        ]
        if kept:
            found[name] = tuple(kept)
    return found


def _can_be(parts: tuple[Node, ...], fields: Fields) -> bool:
    """Whether expressions can be true together."""
    return bool(Rule("", And(parts), fields).narrow({}).any())


def _list_wanted(catalogue: Catalogue, one: Judgement, as_of: date) -> list[str]:
    """What could matter to a client, best first: to a verdict, or to whether what it may need can be obtained."""
    conditions = [
        name
        for code, entry in find_law_in_force(catalogue, as_of).entries.items()
        if entry.condition and one.verdicts[code] not in {"not_needed", "forbidden"}
        for name in entry.condition.find_missing(one.profile)
    ]
    return [*list_open_facts(catalogue, one, as_of), *conditions, OPERATING]


def _find_whens(wanted: Iterable[str], told: Profile, fields: Fields) -> dict[str, Node]:
    """When each fact is asked that is wanted and not told, and each on which that hangs."""
    conditions = find_conditions(told, fields)
    whens: dict[str, Node] = {}
    waiting = list(wanted)
    while waiting:
        name = waiting.pop(0)
        if name in whens or name not in fields or told.get(name) is not None:
            continue
        if conditions[name] != Always(False):
            whens[name] = conditions[name]
            parents = {atom.field for atom in find_atoms(whens[name])}
            waiting += [parent for parent in fields.by_name if parent in parents]
    return whens


def list_open(questionnaire: Questionnaire, answers: Profile, unsure: Collection[str] = ()) -> list[str]:
    """The facts that are asked once these answers are given, see ``find_standing``."""
    return list(find_standing(questionnaire, answers, unsure).asked)


def find_standing(questionnaire: Questionnaire, answers: Profile, unsure: Collection[str] = ()) -> Standing:
    """What is asked once these answers are given; unsure: of what somebody said not to know it.

    What hangs on a fact that is still to be answered waits, and what hangs on one that nobody knows is asked.
    What is not asked counts as nothing of it, and an answer to it does not count.
    """
    counted: dict[str, Value] = {}
    told: dict[str, Value] = {}
    following: dict[str, Value] = {}
    asked: dict[str, None] = {}
    unknown: set[str] = set()
    for name in questionnaire.facts:
        field = questionnaire.fields[name]
        rule = Rule("", questionnaire.conditions.get(name, Always(True)), questionnaire.fields)
        gates = questionnaire.gates.get(name, ())
        is_asked = rule.decide(counted)
        if is_asked is False:
            counted[name] = field.none
        elif any(told.get(gate) == questionnaire.fields[gate].none for gate in gates):
            counted[name] = told[name] = following[name] = field.none
        elif {*rule.find_missing(counted), *(gate for gate in gates if gate not in counted)} <= unknown:
            asked[name] = None
            value = answers.get(name)
            if value is not None:
                counted[name] = told[name] = value
            elif name in unsure:
                unknown.add(name)
    return Standing(tuple(asked), following)
