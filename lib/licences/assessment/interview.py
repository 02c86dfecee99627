"""Interview: what to ask a client next, what follows from its answers, and when nothing is open any more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from licences.assessment.contradictions import read_contradictions
from licences.assessment.questions import rank_questions
from licences.assessment.verdicts import Judgement, find_verdict
from licences.law.in_force import find_law_in_force
from licences.rules.asking import find_asked, find_parents, put_parents_first
from licences.rules.axes import OTHER, Axis
from licences.rules.expressions import Value
from licences.rules.facts import RARE, Fields
from licences.rules.logic import Rule

if TYPE_CHECKING:
    from licences.law.catalogue import Catalogue
    from licences.rules.kleene import Profile


@dataclass(frozen=True)
class Question:
    """What is asked at once: the name of the question, and its facts in the order in which they are answered.

    Of a fact that only some answers to others of the same question call for, these stand before it.
    """

    name: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Interview:
    """The questions that were asked, all that is told in the end, and what nobody knew.

    following: what of it was not asked, since no other answer agrees with the rest.
    """

    questions: tuple[Question, ...]
    profile: Profile
    following: Mapping[str, Value]
    unsure: tuple[str, ...]


def hold_interview(
    catalogue: Catalogue, one: Judgement, as_of: date, answer: Callable[[str], Value | None]
) -> Interview:
    """Asks a client until nothing is open but what it does not know.

    answer: the answer to a field as a profile has it, None for "not sure", which is not asked again.
    """
    told, following = dict(one.profile), dict[str, Value]()
    unsure: dict[str, None] = {}
    questions: list[Question] = []
    while True:
        fresh = find_following(catalogue, told)
        following |= fresh
        told |= fresh
        question = find_next_question(catalogue, tell(catalogue, one, told, as_of), as_of, unsure)
        if question is None:
            return Interview(tuple(questions), told, following, tuple(unsure))
        asked = []
        for name in question.fields:
            if find_asked(told, catalogue.fields)[name] is False:
                continue
            asked.append(name)
            told[name] = answer(name)
            if told[name] is None:
                unsure[name] = None
        questions.append(Question(question.name, tuple(asked)))


def tell(catalogue: Catalogue, one: Judgement, told: Profile, as_of: date) -> Judgement:
    """A client as it is after further answers."""
    entries = find_law_in_force(catalogue, as_of).entries
    verdicts = {code: find_verdict(entry, told) for code, entry in entries.items()}
    ours = {code: override.value for code, override in one.overridden.items()}
    return replace(one, profile=told, verdicts=verdicts | ours)


def find_next_question(
    catalogue: Catalogue, one: Judgement, as_of: date, unsure: Collection[str] = ()
) -> Question | None:
    """What is best asked next of a client, None where nothing is open; unsure: what it said it does not know.

    It is the question of the fact that stands first among those open, but not before the answers that could
    make it needless, with what else is open of the same question.
    """
    left = [name for name in list_open_facts(catalogue, one, as_of) if name not in unsure]
    return _choose_question(catalogue, left, one.profile) if left else None


def list_open_facts(catalogue: Catalogue, one: Judgement, as_of: date) -> list[str]:
    """The facts that could still matter to a client, best first."""
    return [str(name) for name in rank_questions(catalogue, pd.DataFrame(), as_of, [one])["field"]]


def arrange(catalogue: Catalogue, names: Sequence[str], profile: Profile) -> Iterator[Question]:
    """Open facts, best first, as the questions of an interview in which none of them is answered."""
    left = list(names)
    while left:
        question = _choose_question(catalogue, left, profile)
        yield question
        left = [name for name in left if name not in question.fields]


def _choose_question(catalogue: Catalogue, names: Sequence[str], profile: Profile) -> Question:
    """The first of the questions that can be asked as a whole, else what can be asked of the first."""
    fields = catalogue.fields
    waits = _find_waits(catalogue, names, find_asked(profile, fields))
    ready = dict.fromkeys(fields[name].question for name in names if not waits[name])
    alike = {
        question: [name for name in names if fields[name].question == question]
        for question in ready or [fields[names[0]].question]
    }
    chosen = {question: _find_ready(group, waits) or {group[0]} for question, group in alike.items()}
    rare = {name for name in names if fields[name].is_rare}

    def is_whole(question: str) -> bool:
        rest = [name for name in alike[question] if name not in chosen[question]]
        return question == RARE or all(waits[name] & rare for name in rest)

    first = next(filter(is_whole, alike), next(iter(alike)))
    ordered = put_parents_first([name for name in alike[first] if name in chosen[first]], waits)
    return Question(first, tuple(ordered))


def _find_ready(names: Sequence[str], waits: Mapping[str, set[str]]) -> set[str]:
    """Those of some facts that wait for nothing but each other."""
    chosen: set[str] = set()
    while ready := {name for name in names if waits[name] <= chosen} - chosen:
        chosen |= ready
    return chosen


def _find_waits(
    catalogue: Catalogue, names: Sequence[str], asked: Mapping[str, bool | None]
) -> dict[str, set[str]]:
    """For each of the open facts those of them whose answers could make it needless."""
    parents, before = find_parents(catalogue.fields), find_gates(catalogue)
    return {
        name: ({*parents.get(name, ())} if asked[name] is None else set()) & set(names)
        | before.get(name, frozenset()) & set(names)
        for name in names
    }


@lru_cache(maxsize=8)
def find_gates(catalogue: Catalogue) -> dict[str, frozenset[str]]:
    """For each fact those that stand before it and of which a no, 0 or none makes it no, 0 or none too."""
    fields, place = catalogue.fields, {name: at for at, name in enumerate(catalogue.fields.by_name)}
    gates: dict[str, frozenset[str]] = {}
    for field in (field for field in fields.every if field.type != "choice"):
        for name, value in find_following(catalogue, {field.name: field.none}).items():
            if place[field.name] < place[name] and value == fields[name].none:
                gates[name] = gates.get(name, frozenset()) | {field.name}
    return gates


def find_following(catalogue: Catalogue, profile: Profile) -> dict[str, Value]:
    """Facts that are not told and of which only one answer agrees with what is told, each with that answer.

    What agrees is what ``contradictions.csv`` does not rule out: who hosts no sellers has none whose goods
    could be named.
    """
    told, found = dict(profile), dict[str, Value]()
    rules = [rule for rule, _ in read_contradictions(catalogue)]
    while fresh := dict(_find_following_once(rules, told, catalogue.fields)):
        found |= fresh
        told |= fresh
    return found


def _find_following_once(
    rules: Sequence[Rule], profile: Profile, fields: Fields
) -> Iterator[tuple[str, Value]]:
    for rule in rules:
        contradicts: np.ndarray | None = None
        for at, axis in enumerate(rule.axes):
            name = axis.field.name
            if name not in fields or profile.get(name) is not None:
                continue
            contradicts = rule.narrow(profile) if contradicts is None else contradicts
            by_answer = np.moveaxis(contradicts, at, 0).reshape(len(axis.possible), -1)
            left = np.flatnonzero(~by_answer.all(axis=1))
            if len(left) == 1 and len(by_answer) > 1 and _is_one_answer(axis, axis.possible[int(left[0])]):
                yield name, axis.points[axis.possible[int(left[0])]]


def _is_one_answer(axis: Axis, kind: int) -> bool:
    """Whether a kind of answer is a single one, and not a stretch of numbers or any other value."""
    if axis.field.type == "number":
        return kind % 2 == 1
    return OTHER not in str(axis.points[kind]).split(";")
