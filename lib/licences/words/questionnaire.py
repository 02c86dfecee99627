"""Words of a questionnaire: how each question is asked of somebody who knows no law, and whom one may ask for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from licences.reading.dictionary import read_vocabulary
from licences.reading.places import find_data_folder
from licences.rules.expressions import Always, And, Atom, Node, Not, Or
from licences.rules.facts import RARE, Field
from licences.words.phrases import say_rule
from licences.words.texts import read_texts, say, say_number

if TYPE_CHECKING:
    from licences.analysis.questionnaire import Questionnaire


@dataclass(frozen=True)
class AskedFact:
    """A fact in words.

    asked: the question; where one is ticked off in a list, its label alone. who: whom at the client one may ask.
    values: of a choice or a set, value and label. only_if: where its being asked hangs on another answer, when; else empty.
    is_listed: it is one of the list of what few have, of which one answer settles the rest.
    """

    field: Field
    asked: str
    help: str
    unit: str
    who: str
    values: Sequence[tuple[str, str]]
    only_if: str
    is_listed: bool


@dataclass(frozen=True)
class AskedQuestion:
    """A question in words, with what it asks. title, who: empty where it asks one fact, or facts of several people."""

    title: str
    who: str
    facts: Sequence[AskedFact]
    is_rare: bool


def say_questions(questionnaire: Questionnaire, language: str) -> list[AskedQuestion]:
    """The questions of a questionnaire in a language, in their order."""
    titles = read_vocabulary(find_data_folder() / "dictionary.yaml", "asked_with")
    said: list[AskedQuestion] = []
    begun: set[str] = set()
    for question in questionnaire.questions:
        facts = [_say(name, questionnaire, language) for name in question.fields]
        is_rare, title = question.name == RARE, ""
        if is_rare:
            title = say(language, "questionnaire.rare_title")
        elif len(facts) > 1 and question.name in titles:
            title = titles[question.name][language]
            if question.name in begun:
                title = say(language, "questionnaire.further", label=title)
        who = facts[0].who if title and len({fact.who for fact in facts}) == 1 else ""
        begun.add(question.name)
        said.append(AskedQuestion(title, who, facts, is_rare))
    return said


def _say(name: str, questionnaire: Questionnaire, language: str) -> AskedFact:
    field, when = questionnaire.fields[name], questionnaire.find_when(name)
    is_listed = field.is_rare and field.type == "bool"
    kind = "listed" if is_listed else field.type
    return AskedFact(
        field=field,
        asked=say(language, f"questionnaire.asked.{kind}", label=field.label[language]),
        help=_say_help(field, language),
        unit=field.unit[language],
        who=say(language, f"questionnaire.who_answers.{field.group}"),
        values=[(value, labels[language]) for value, labels in field.values.items()],
        only_if=""
        if when == Always(True)
        else say(
            language,
            "questionnaire.only_if",
            rule=say_rule(spread_nots(when), questionnaire.fields, language),
        ),
        is_listed=is_listed,
    )


def spread_nots(node: Node, is_so: bool = True) -> Node:
    """The same expression, in which only single statements are said not to be so: nobody reads a bracket denied."""
    match node:
        case Always(value):
            return Always(value == is_so)
        case Atom():
            return node if is_so else Not(node)
        case Not(part):
            return spread_nots(part, not is_so)
    parts = tuple(spread_nots(part, is_so) for part in node.parts)
    return And(parts) if isinstance(node, And) == is_so else Or(parts)


def _say_help(field: Field, language: str) -> str:
    """The help of a field without what it says of the cells of a clients file."""
    said = field.help[language]
    instead: Sequence[Mapping[str, str]] = read_texts(language)["questionnaire"]["instead"]
    for one in instead:
        said = said.replace(one["cell"], one.get("asked", ""))
    return said.strip()


def say_title(questionnaire: Questionnaire, language: str) -> str:
    """What heads a questionnaire: whose it is."""
    if not questionnaire.client:
        return say(language, "questionnaire.title_new")
    return say(language, "questionnaire.title", name=" ".join(questionnaire.name.split()))


def say_made(questionnaire: Questionnaire, language: str) -> str:
    """From which day it is, and how many questions it has."""
    count = len(questionnaire.questions)
    return say(language, "questionnaire.made", day=questionnaire.made_on, count=count)


def say_limits(field: Field, language: str) -> str:
    """Which numbers a field takes, as a sentence for who types another one."""
    if field.maximum == float("inf"):
        return say(language, "questionnaire.number_from", least=say_number(field.minimum))
    return say(
        language,
        "questionnaire.number_within",
        least=say_number(field.minimum),
        most=say_number(field.maximum),
    )
