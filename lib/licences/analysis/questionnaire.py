"""Questionnaires: what a client is still to be asked, in which order, and which question waits for which answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from licences.assessment.operating import OPERATING
from licences.assessment.questions import rank_questions
from licences.assessment.verdicts import judge
from licences.law.catalogue import Catalogue
from licences.law.in_force import find_law_in_force
from licences.rules.expressions import Always, And, Atom, Node, Not, Or, find_atoms, read_expression
from licences.rules.facts import Field, Fields, make_profiles
from licences.rules.kleene import Profile, is_true_of
from licences.rules.logic import Rule

NEW = "new"  # what stands in a file's name for a client that has no id yet


@dataclass(frozen=True)
class Question:
    """One fact that is asked. when: over what else is asked, whether it is; what the client has told is worked in.

    is_late: it stands at the end, with what only few businesses have.
    """

    field: Field
    when: Node
    is_late: bool


@dataclass(frozen=True)
class Questionnaire:
    """What one client is asked on a day. client, name: both empty where it is for a new one.

    edition: of the catalogue, by its day.
    """

    client: str
    name: str
    edition: str
    made_on: date
    fields: Fields
    questions: tuple[Question, ...]

    @property
    def file_name(self) -> str:
        """What its files are called, without their ends."""
        return f"questionnaire-{self.client or NEW}"


def make_questionnaires(catalogue: Catalogue, profiles: pd.DataFrame, as_of: date) -> list[Questionnaire]:
    """What is still open for each client of ``read_profiles``: all that may matter, by what is at stake."""
    judged = list(judge(catalogue, profiles, as_of))
    ranked = rank_questions(catalogue, profiles, as_of, judged)
    names = dict(zip(profiles["client"], profiles["name"], strict=True))
    law = find_law_in_force(catalogue, as_of)
    made = []
    for one in judged:
        stakes = [str(name) for name in ranked.loc[ranked["client"] == one.client, "field"]]
        conditions = [
            name
            for code, entry in law.entries.items()
            if entry.condition and one.verdicts[code] not in {"not_needed", "forbidden"}
            for name in entry.condition.find_missing(one.profile)
        ]
        wanted = dict.fromkeys([*stakes, *conditions, OPERATING])
        questions = _find_questions(wanted, one.profile, catalogue.fields)
        made.append(
            Questionnaire(
                one.client,
                str(names[one.client]),
                catalogue.edition.checked_on,
                as_of,
                catalogue.fields,
                tuple(questions),
            )
        )
    return made


def make_new_questionnaire(catalogue: Catalogue, as_of: date) -> Questionnaire:
    """What a new client is asked, of whom nothing is known."""
    nobody = make_profiles([{"client": NEW, "name": NEW}], catalogue.fields, None, "")
    (made,) = make_questionnaires(catalogue, nobody, as_of)
    return replace(made, client="", name="")


def _find_questions(wanted: Iterable[str], profile: Profile, fields: Fields) -> list[Question]:
    """The facts that are wanted and not told, with those on which it hangs whether they are asked."""
    whens: dict[str, Node] = {}
    waiting = [name for name in wanted if name in fields and profile.get(name) is None]
    ranks = {name: at for at, name in enumerate(waiting)}
    while waiting:
        name = waiting.pop(0)
        if name in whens:
            continue
        whens[name] = fold(read_when(fields[name], fields), profile)
        parents = {atom.field for atom in find_atoms(whens[name])} if whens[name] != Always(False) else set()
        waiting += [parent for parent in fields.by_name if parent in parents]
    whens = _drop_never_asked(whens, fields)
    order = sorted(whens, key=lambda name: ranks.get(name, len(ranks)))
    late = _find_late(whens, fields)
    placed = _place([name for name in order if name not in late], whens)
    placed += _place([name for name in order if name in late], whens)
    return [Question(fields[name], whens[name], name in late) for name in placed]


def _drop_never_asked(whens: Mapping[str, Node], fields: Fields) -> dict[str, Node]:
    """Without what is not asked; and who is not asked has none of it, which may settle what hangs on that."""
    asked = dict(whens)
    while never := [name for name, when in asked.items() if when == Always(False)]:
        none: dict[str, Any] = {name: fields[name].none for name in never}
        asked = {name: fold(when, none) for name, when in asked.items() if name not in none}
    return asked


def _find_late(whens: Mapping[str, Node], fields: Fields) -> set[str]:
    """What only few have, and what nobody is asked who has none of that.

    But what others hang on as well stands before those, however rare.
    """
    named = {name: {atom.field for atom in find_atoms(when)} for name, when in whens.items()}
    late = {name for name in whens if fields[name].is_rare}
    while more := {
        name
        for name in named.keys() - late
        if fold(whens[name], {parent: fields[parent].none for parent in named[name] & late}) == Always(False)
    }:
        late |= more
    early = {parent for name in named.keys() - late for parent in named[name]}
    while more := {parent for name in early & late for parent in named[name]} - early:
        early |= more
    return late - early


def _place(names: Sequence[str], whens: Mapping[str, Node]) -> list[str]:
    """Names in their order, but each behind what it hangs on, and what hangs on one right behind it."""
    named = {name: {atom.field for atom in find_atoms(whens[name])} for name in names}
    parents = {name: [other for other in names if other in named[name]] for name in names}
    children = {name: [other for other in names if name in named[other]] for name in names}
    placed: dict[str, None] = {}
    underway: set[str] = set()

    def place(name: str) -> None:
        if name in placed or name in underway:
            return
        underway.add(name)
        for parent in parents[name]:
            place(parent)
        placed[name] = None
        for child in children[name]:
            if all(parent in placed for parent in parents[child]):
                place(child)

    for name in names:
        place(name)
    return list(placed)


def read_when(field: Field, fields: Fields) -> Node:
    """When a fact is asked, over other facts. Raises: ExpressionError."""
    text = str(getattr(field, "asked_when", "") or "")
    return read_expression(text, fields) if text else Always(True)


def fold(node: Node, profile: Profile) -> Node:
    """An expression over what is not told alone: what a profile tells is worked in."""
    match node:
        case Always():
            return node
        case Atom(name):
            told = profile.get(name)
            return node if told is None else Always(is_true_of(node, told))
        case Not(part):
            inner = fold(part, profile)
            return Always(not inner.value) if isinstance(inner, Always) else Not(inner)
    settling = isinstance(node, Or)
    parts = [fold(part, profile) for part in node.parts]
    if any(part == Always(settling) for part in parts):
        return Always(settling)
    left = tuple(part for part in parts if not isinstance(part, Always))
    if len(left) <= 1:
        return left[0] if left else Always(not settling)
    return Or(left) if settling else And(left)


def list_open(questionnaire: Questionnaire, answers: Profile) -> list[str]:
    """The facts that are asked once these answers are given: what still hangs on another is not yet.

    What is not asked counts as nothing of it, and an answer to it does not count.
    """
    asked: list[str] = []
    counted: dict[str, Any] = {}
    for question in questionnaire.questions:
        field = question.field
        is_asked = Rule("", question.when, questionnaire.fields).decide(counted)
        if is_asked:
            asked.append(field.name)
        counted[field.name] = (
            answers.get(field.name) if is_asked else field.none if is_asked is False else None
        )
    return asked
