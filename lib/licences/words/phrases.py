"""Phrases: facts and statements about facts, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from licences.reading.tables import NONE
from licences.rules.expressions import Always, And, Atom, Node, Not, Or, Value
from licences.rules.facts import HELD, Field, Fields, split_set
from licences.words.texts import begin_sentence, continue_sentence, read_texts, say, say_amount

if TYPE_CHECKING:
    from licences.rules.kleene import Claim, Profile

_SINGULAR = frozenset({"", "%", "CNY"})  # units of what is one amount, and no count of people or places


def say_value(field: Field, value: Value | None, language: str) -> str:
    """What a client has told about a field."""
    if value is None:
        return say(language, "not_told")
    if field.type == "bool":
        return say(language, "yes" if value else "no")
    if field.type == "number":
        unit = field.unit[language]
        return say_amount(float(value), language) + (
            f" {unit}" if unit and language == "en" and unit != "%" else unit
        )
    if value == NONE:
        return say(language, "none")
    labels = [field.values.get(item, {}).get(language, item) for item in sorted(split_set(str(value)))]
    return say(language, "list").join(labels)


def name_amount(field: Field, language: str) -> str:
    """What a field is called within a sentence; of a number without the unit, which stands beside the value."""
    label = field.label[language]
    for unit in read_texts(language)["claim"]["units"]:
        label = label.removesuffix(unit)
    return continue_sentence(label)


def say_claims(
    claims: Iterable[Claim],
    fields: Fields,
    language: str,
    profile: Profile | None = None,
    is_clause: bool = False,
) -> list[str]:
    """Statements about facts, each with what the client told where a ``profile`` is given.

    What is said about the members of one set makes one statement. They go on a sentence: of what begins one
    the first letter is still to be made a capital. is_clause: with a subject and a verb, as after an "if".
    """
    said: list[str] = []
    members: dict[str, list[Claim]] = {}
    for claim in claims:
        atom, truth = claim
        if atom.op != "has" or truth is None:
            text = _say_claim(claim, fields[atom.field], language, profile, is_clause)
            said += [text] if text not in said else []
        elif atom.field in members:
            members[atom.field].append(claim)
        else:
            members[atom.field] = [claim]
            said.append(atom.field)
    return [
        _say_members(members[text], fields[text], language, is_clause) if text in members else text
        for text in said
    ]


def _say_members(claims: list[Claim], field: Field, language: str, is_clause: bool) -> str:
    among = ";".join(str(atom.value) for atom, truth in claims if truth)
    others = ";".join(str(atom.value) for atom, truth in claims if not truth)
    kind = "both" if among and others else "yes" if among else "no"
    own = read_texts(language)["what_it_takes"]["own"].get(field.name, {}).get(kind)
    values = {
        "value": say_value(field, among or others, language),
        "other": say_value(field, others, language),
    }
    verb = "holds" if field.name == HELD else "has"
    label = name_amount(field, language)
    said = str(own).format(**values) if own else say(language, f"claim.{verb}_{kind}", label=label, **values)
    return _add_subject(said, language) if is_clause and (own or verb == "holds") else said


def _add_subject(said: str, language: str) -> str:
    return say(language, "claim.it", claim=said)


def _say_answer(field: Field, answer: bool, language: str, is_clause: bool) -> str:
    """That something is so or not, as one says it of a business."""
    texts = read_texts(language)["what_it_takes"]
    own = texts["own"].get(field.name, {}).get("yes" if answer else "no")
    phrase, label = texts["phrase"].get(field.name), name_amount(field, language)
    if phrase is None and own is None:
        said = say(language, "yes" if answer else "no")
        return say(language, "claim.is_unnamed", label=label, answer=said)
    if own is None and answer and is_clause:
        return say(language, "claim.if_yes", label=label, phrase=phrase)
    key = f"claim.is_{'yes' if answer else 'no'}"
    said = str(own or say(language, key, label=label, phrase=phrase))
    return _add_subject(said, language) if is_clause else said


def say_told(field: Field, value: Value | None, language: str) -> str:
    """A field with what a client has told about it, as one says it of a business."""
    if field.type == "bool" and value is not None:
        return begin_sentence(_say_answer(field, bool(value), language, is_clause=False))
    label = begin_sentence(name_amount(field, language))
    return say(language, "stages.change", label=label, told=say_value(field, value, language))


def _say_claim(claim: Claim, field: Field, language: str, profile: Profile | None, is_clause: bool) -> str:
    atom, truth = claim
    label = name_amount(field, language)
    told = None if profile is None else profile.get(atom.field)
    if truth is None:
        return say(language, "claim.open", label=label)
    answer = "yes" if truth else "no"
    if atom.op == "is":
        return _say_answer(field, truth, language, is_clause)
    if field.type == "number":
        bound = say_bound((atom, truth), field, language)
        if told is not None and atom.op == "==" and truth:
            told = None  # the bound says it
        if told is None:
            number = "one" if field.unit["en"] in _SINGULAR else "many"
            key = f"claim.is_bound_{number}" if is_clause else "claim.bound"
            return say(language, key, label=label, bound=bound)
        return say(language, "claim.told", label=label, told=say_value(field, told, language), bound=bound)
    if atom.value == NONE:
        verb = "holds_none" if field.name == HELD else "none"
        said = say(language, f"claim.{verb}_{answer}", label=label)
        return _add_subject(said, language) if is_clause and field.name == HELD else said
    return say(language, f"claim.choice_{answer}", label=label, value=say_value(field, atom.value, language))


def say_bound(claim: Claim, field: Field, language: str) -> str:
    """How much of a number, as ``at least 5``."""
    atom, truth = claim
    key = f"claim.{atom.op} {'yes' if truth else 'no'}"
    return say(language, key, value=say_value(field, atom.value, language))


def join_claims(claims: Iterable[Claim], fields: Fields, language: str) -> str:
    """Several statements that hold together, to go on a sentence."""
    return say(language, "and").join(say_claims(claims, fields, language))


def say_rule(node: Node, fields: Fields, language: str) -> str:
    """An expression in words, to go on a sentence."""
    match node:
        case Always():
            return say(language, "trace.always")
        case Not(Atom() as atom):
            return say_claims([(atom, False)], fields, language)[0]
        case Not(part):
            return f"{say(language, 'trace.not')}{say(language, 'grouped', what=say_rule(part, fields, language))}"
        case Atom():
            return say_claims([(node, True)], fields, language)[0]
    said = []
    for part in node.parts:
        text = say_rule(part, fields, language)
        is_joined = isinstance(part, (And, Or)) and type(part) is not type(node)
        said.append(say(language, "grouped", what=text) if is_joined else text)
    return say(language, "and" if isinstance(node, And) else "or").join(said)


def say_rare(settled: int, language: str) -> str:
    """What heads the facts that only few businesses have; settled: how many licences "none of these" decides."""
    return say(language, "rare.intro" if settled else "rare.intro_nothing", count=settled)
