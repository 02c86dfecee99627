"""Phrases: facts and statements about facts, in words."""

from __future__ import annotations

from collections.abc import Iterable

from licences.reading.tables import NONE
from licences.rules.expressions import Value
from licences.rules.facts import HELD, Field, Fields, split_set
from licences.rules.kleene import Claim, Profile
from licences.words.texts import say, say_number


def say_value(field: Field, value: Value | None, language: str) -> str:
    """What a client has told about a field."""
    if value is None:
        return say(language, "not_told")
    if field.type == "bool":
        return say(language, "yes" if value else "no")
    if field.type == "number":
        unit = field.unit[language]
        return say_number(float(value)) + (f" {unit}" if unit and language == "en" and unit != "%" else unit)
    if value == NONE:
        return say(language, "none")
    labels = [field.values.get(item, {}).get(language, item) for item in sorted(split_set(str(value)))]
    return ("、" if language == "zh" else ", ").join(labels)


def say_claims(
    claims: Iterable[Claim], fields: Fields, language: str, profile: Profile | None = None
) -> list[str]:
    """Statements about facts, each with what the client told where a ``profile`` is given.

    What is said about the members of one set makes one statement.
    """
    said: list[str] = []
    members: dict[str, list[Claim]] = {}
    for claim in claims:
        atom, truth = claim
        if atom.op != "has" or truth is None:
            text = _say_claim(claim, fields[atom.field], language, profile)
            said += [text] if text not in said else []
        elif atom.field in members:
            members[atom.field].append(claim)
        else:
            members[atom.field] = [claim]
            said.append(atom.field)
    return [_say_members(members[text], fields[text], language) if text in members else text for text in said]


def _say_members(claims: list[Claim], field: Field, language: str) -> str:
    among = ";".join(str(atom.value) for atom, truth in claims if truth)
    others = ";".join(str(atom.value) for atom, truth in claims if not truth)
    verb = "holds" if field.name == HELD else "has"
    key = f"claim.{verb}_{'both' if among and others else 'yes' if among else 'no'}"
    values = {
        "value": say_value(field, among or others, language),
        "other": say_value(field, others, language),
    }
    return say(language, key, label=field.label[language], **values)


def _say_claim(claim: Claim, field: Field, language: str, profile: Profile | None) -> str:
    atom, truth = claim
    label = field.label[language]
    told = None if profile is None else profile.get(atom.field)
    if truth is None:
        return say(language, "claim.open", label=label)
    answer = "yes" if truth else "no"
    if atom.op == "is":
        return say(language, f"claim.is_{answer}", label=label)
    if field.type == "number":
        bound = say(language, f"claim.{atom.op} {answer}", value=say_value(field, atom.value, language))
        if told is not None and atom.op == "==" and truth:
            bound, told = say_value(field, told, language), None
        if told is None:
            return say(language, "claim.bound", label=label, bound=bound)
        return say(language, "claim.told", label=label, told=say_value(field, told, language), bound=bound)
    if atom.value == NONE:
        verb = "holds_none" if field.name == HELD else "none"
        return say(language, f"claim.{verb}_{answer}", label=label)
    return say(language, f"claim.choice_{answer}", label=label, value=say_value(field, atom.value, language))


def join_claims(claims: Iterable[Claim], fields: Fields, language: str) -> str:
    """Several statements that hold together."""
    return say(language, "and").join(say_claims(claims, fields, language))


def say_rare(settled: int, language: str) -> str:
    """What heads the facts that only few businesses have; settled: how many licences "none of these" decides."""
    return say(language, "rare.intro" if settled else "rare.intro_nothing", count=settled)
