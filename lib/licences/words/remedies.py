"""Sentences about remedies: what it would take, as things for a client to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypedDict

from licences.law.kinds import OBLIGATIONS
from licences.reading.tables import NONE
from licences.rules.facts import Field, Fields
from licences.rules.kleene import Claim, Profile, is_true_of
from licences.words.overrides import OverriddenView, view_overridden
from licences.words.phrases import name_amount, say_bound, say_claims, say_value
from licences.words.texts import read_texts, say

if TYPE_CHECKING:
    from licences.assessment.remedies import Aim, Way
    from licences.assessment.verdicts import Judgement
    from licences.rules.expressions import Atom

_VERBS = {">=": "raise_to", ">": "raise_above", "<=": "lower_to", "<": "lower_below", "==": "set_to"}
_GIVE_UP = frozenset({"stop", "drop", "empty", "leave"})


class WayView(TypedDict):
    """One smallest change: the facts that it names, and what to do, sentence by sentence."""

    facts: list[str]
    steps: list[str]


class AimView(TypedDict):
    """Whether an aim is reached as things are, None where that cannot be told yet, and the ways to it."""

    reached: bool | None
    ways: list[WayView]


class RemediesView(TypedDict):
    """What it would take, as ``licences what-if --json`` promises it."""

    client: str
    code: str
    verdict: str
    overridden: OverriddenView | None
    needed: AimView
    not_needed: AimView
    eligible: AimView


def say_remedies(
    one: Judgement, code: str, aims: Mapping[str, Aim], fields: Fields, language: str
) -> RemediesView:
    """What a client could do about a licence, as plain values."""

    def view(name: str) -> AimView:
        ways: list[WayView] = [
            {"facts": list(way.facts), "steps": say_steps(way.claims, one.profile, fields, language)}
            for way in aims[name].ways
        ]
        return {"reached": aims[name].reached, "ways": ways}

    return {
        "client": one.client,
        "code": code,
        "verdict": one.by_rules.get(code, one.verdicts[code]),
        "overridden": view_overridden(one.overridden.get(code)),
        "needed": view("needed"),
        "not_needed": view("not_needed"),
        "eligible": view("eligible"),
    }


def say_aim(
    name: str, aim: Aim, profile: Profile, fields: Fields, language: str, obligation: str = "required"
) -> list[str]:
    """What there is to say of an aim: that it is reached, or each way to it, numbered.

    obligation: what the licence is where it applies; a prohibition is not needed but forbidden.
    """
    name = f"{name}_{obligation}" if obligation in OBLIGATIONS.values() else name

    def own(key: str, **values: object) -> str:
        return say(language, f"what_it_takes.{key}", **values)

    if aim.reached:
        return [own(f"settled.{'held' if aim.is_held else name if aim.is_open else 'unconditional'}")]
    if not aim.ways:
        return [own(f"none.{name}")]
    ways = (say_way(way, profile, fields, language) for way in aim.ways)
    return [own(f"aim.{name}"), *(own("way", number=at, steps=way) for at, way in enumerate(ways, 1))]


def say_way(way: Way, profile: Profile, fields: Fields, language: str) -> str:
    """The steps of a way in one sentence."""
    return say(language, "what_it_takes.and").join(say_steps(way.claims, profile, fields, language))


def say_steps(change: Iterable[Claim], profile: Profile, fields: Fields, language: str) -> list[str]:
    """What to do for statements to be so, from what is told now; a fact not told is to be made sure of."""
    claims = list(change)
    open_claims = [(atom, truth) for atom, truth in claims if profile.get(atom.field) is None]
    return _say_told_steps(claims, profile, fields, language) + [
        say(language, "what_it_takes.confirm", claim=claim)
        for claim in say_claims(open_claims, fields, language, is_clause=True)
    ]


def say_conditions(change: Iterable[Claim], profile: Profile, fields: Fields, language: str) -> list[str]:
    """The same to stand behind an "if": what would be done, and of what is not told how it would be."""
    claims = list(change)
    open_claims = [(atom, truth) for atom, truth in claims if profile.get(atom.field) is None]
    told = _say_told_steps(claims, profile, fields, language, is_clause=True)
    return [say(language, "change_by", step=step) for step in told] + say_claims(
        open_claims, fields, language, is_clause=True
    )


def _say_told_steps(
    claims: Iterable[Claim], profile: Profile, fields: Fields, language: str, is_clause: bool = False
) -> list[str]:
    return [
        _say_step((atom, bool(truth)), fields[atom.field], profile, language, is_clause)
        for atom, truth in claims
        if profile.get(atom.field) is not None
    ]


def sort_ways(ways: Iterable[tuple[Claim, ...]], profile: Profile, fields: Fields) -> list[tuple[Claim, ...]]:
    """Ways with those first by which nothing is given up."""
    return sorted(
        ways,
        key=lambda way: sum(
            _choose_verb(atom, bool(truth), fields[atom.field], profile) in _GIVE_UP
            for atom, truth in way
            if profile.get(atom.field) is not None
        ),
    )


def _say_step(
    claim: tuple[Atom, bool], field: Field, profile: Profile, language: str, is_clause: bool
) -> str:
    texts = read_texts(language)["what_it_takes"]
    verb, phrase = _choose_verb(*claim, field, profile), texts["phrase"].get(field.name)
    owns = texts["own"].get(field.name, {})
    own = owns.get(verb)
    if field.type == "bool" and own is None and phrase is None:
        verb = "answer_yes" if claim[1] else "answer_no"
    elif verb == "begin" and is_clause:
        verb = "become"
    if field.type == "number" and "amount" in owns and verb != "keep":
        return str(owns["amount"]).format(bound=say_bound(claim, field, language))
    return str(own or texts[verb]).format(
        label=name_amount(field, language),
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
        if told is not None and is_true_of(atom, told) is truth:
            return "keep"
        return "set_to" if (atom.op, atom.value) == ("<=", 0) else _VERBS[atom.op]
    if atom.value == NONE:
        return "empty" if truth else "fill"
    return {"set": ("drop", "add"), "choice": ("leave", "choose")}[field.type][truth]
