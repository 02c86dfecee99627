"""What it would take for a licence to be needed, not needed or obtainable, as things for a client to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from licences.law.in_force import Licence
from licences.reading.tables import NONE
from licences.rules.counterfactuals import find_all_changes
from licences.rules.expressions import Atom
from licences.rules.facts import Field, Fields
from licences.rules.logic import Claim, Profile, Rule, is_true_of
from licences.words.phrases import say_claims, say_value
from licences.words.texts import read_texts, say

AIMS = ("needed", "not_needed", "eligible")
_VERBS = {">=": "raise_to", ">": "raise_above", "<=": "lower_to", "<": "lower_below", "==": "set_to"}


@dataclass(frozen=True)
class Way:
    """One smallest change: the facts that it names, and what to do, sentence by sentence."""

    facts: tuple[str, ...]
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Aim:
    """Whether an aim is reached as things are, None where that cannot be told yet, and the ways to it.

    is_open: whether some fact bears on it at all.
    """

    reached: bool | None
    ways: tuple[Way, ...]
    is_open: bool = True


def find_remedies(entry: Licence, profile: Profile, fields: Fields, language: str) -> dict[str, Aim]:
    """What would make a licence ``needed``, ``not_needed`` and ``eligible``, by these names.

    A licence without a condition is eligible. What is not told is not relied on: a way holds whatever
    the facts turn out to be that it does not name.
    """
    aims = {
        "needed": _find_aim(entry.applies, True, profile, fields, language),
        "not_needed": _find_aim(entry.applies, False, profile, fields, language),
    }
    return aims | {"eligible": find_eligible(entry, profile, fields, language)}


def find_eligible(entry: Licence, profile: Profile, fields: Fields, language: str) -> Aim:
    """What would meet the condition of obtaining a licence."""
    if entry.condition is None:
        return Aim(True, (), is_open=False)
    return _find_aim(entry.condition, True, profile, fields, language)


def _find_aim(rule: Rule, wanted: bool, profile: Profile, fields: Fields, language: str) -> Aim:
    answer = rule.decide(profile)
    ways = tuple(
        Way(
            tuple(dict.fromkeys(atom.field for atom, _ in change)),
            tuple(say_steps(change, profile, fields, language)),
        )
        for change in find_all_changes(rule, profile, wanted)
    )
    return Aim(None if answer is None else answer is wanted, ways)


def describe_remedies(client: str, code: str, verdict: str, aims: Mapping[str, Aim]) -> dict[str, Any]:
    """The aims as plain JSON values."""
    described: dict[str, Any] = {"client": client, "code": code, "verdict": verdict}
    for name, aim in aims.items():
        ways = [{"facts": list(way.facts), "steps": list(way.steps)} for way in aim.ways]
        described[name] = {"reached": aim.reached, "ways": ways}
    return described


def say_aim(name: str, aim: Aim, language: str) -> list[str]:
    """What there is to say of an aim: that it is reached, or each way to it, numbered."""

    def own(key: str, **values: object) -> str:
        return say(language, f"what_it_takes.{key}", **values)

    if aim.reached:
        return [own(f"settled.{name if aim.is_open else 'unconditional'}")]
    if not aim.ways:
        return [own(f"none.{name}")]
    return [
        own(f"aim.{name}"),
        *(
            own("way", number=number, steps=join_steps(way, language))
            for number, way in enumerate(aim.ways, 1)
        ),
    ]


def join_steps(way: Way, language: str) -> str:
    """The steps of a way in one sentence."""
    return say(language, "what_it_takes.and").join(way.steps)


def say_steps(change: Iterable[Claim], profile: Profile, fields: Fields, language: str) -> list[str]:
    """What to do for statements to be so, from what is told now; a fact not told is to be made sure of."""
    claims = list(change)
    open_claims = [(atom, truth) for atom, truth in claims if profile.get(atom.field) is None]
    steps = [
        _say_step((atom, bool(truth)), fields[atom.field], profile, language)
        for atom, truth in claims
        if profile.get(atom.field) is not None
    ]
    steps += [
        say(language, "what_it_takes.confirm", claim=claim)
        for claim in say_claims(open_claims, fields, language)
    ]
    return steps


def _say_step(claim: tuple[Atom, bool], field: Field, profile: Profile, language: str) -> str:
    texts = read_texts(language)["what_it_takes"]
    verb, phrase = _choose_verb(*claim, field, profile), texts["phrase"].get(field.name)
    own = texts["own"].get(field.name, {}).get(verb)
    if field.type == "bool" and own is None and phrase is None:
        verb = "answer_yes" if claim[1] else "answer_no"
    return str(own or texts[verb]).format(
        label=field.label[language],
        value="" if field.type == "bool" else say_value(field, claim[0].value, language),
        phrase=phrase,
        claim="".join(say_claims([claim], Fields((field,)), language)) if verb == "keep" else "",
    )


def _choose_verb(atom: Atom, truth: bool, field: Field, profile: Profile) -> str:
    """The direction of the change, as the texts call it."""
    if field.type == "bool":
        return "begin" if truth else "stop"
    if field.type == "number":
        told = profile[field.name]
        return "keep" if told is not None and is_true_of(atom, told) is truth else _VERBS[atom.op]
    if atom.value == NONE:
        return "empty" if truth else "fill"
    return {"set": ("drop", "add"), "choice": ("leave", "choose")}[field.type][truth]
