"""Says things in the reader's language; every sentence lies in ``texts``, one file a language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

import yaml

from licences.dictionary import LANGUAGES
from licences.errors import UnknownNameError
from licences.expressions import Value
from licences.profiles import Field, Fields, split_set
from licences.rules import Claim, Profile
from licences.tables import NONE
from licences.working_days import read_calendar


@cache
def read_texts(language: str) -> dict[str, Any]:
    """All texts of a language. Raises: UnknownNameError for a language that we do not speak."""
    if language not in LANGUAGES:
        raise UnknownNameError("language", language, LANGUAGES)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = files("licences").joinpath("texts", f"{language}.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, loader))  # noqa: S506 - both are safe loaders


def say(language: str, key: str, **values: object) -> str:
    """The text under a key such as ``verdict.required``, filled in."""
    text: Any = read_texts(language)
    for part in key.split("."):
        text = text[part]
    return fill(str(text), **values)


class _Filler(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        one, bar, many = format_spec.partition("|")
        if not bar:
            return str(super().format_field(value, format_spec))
        return f"{value} {one if str(value) == '1' else many}"


_filler = _Filler()


def fill(text: str, **values: object) -> str:
    """A text with its gaps filled in; ``{count:day|days}`` is ``1 day`` or ``2 days``."""
    if not values:
        return text
    return _filler.format(text, **values) if "|" in text else text.format(**values)


def say_number(number: float) -> str:
    """A number as both languages write it: 1,000,000 or 12.5."""
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,}"


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
    key = "claim.has_both" if among and others else "claim.has_yes" if among else "claim.has_no"
    values = {"value": say_value(field, among, language), "other": say_value(field, others, language)}
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
        return say(language, f"claim.none_{answer}", label=label)
    return say(language, f"claim.choice_{answer}", label=label, value=say_value(field, atom.value, language))


def join_claims(claims: Iterable[Claim], fields: Fields, language: str) -> str:
    """Several statements that hold together."""
    return say(language, "and").join(say_claims(claims, fields, language))


def join_names(name: str, official: str) -> str:
    """A licence's name, and the official Chinese one in brackets where that is another."""
    return name if name == official else f"{name} ({official})"


def say_day(day: date | None) -> str:
    """A day as ISO text, a dash where there is none."""
    return "–" if day is None else day.isoformat()


def mark_day(day: date | None) -> str:
    """A day as ISO text, with a star where it lies past the last one whose holidays are announced."""
    return say_day(day) + ("*" if day and day > read_calendar().announced_until else "")


def say_share(share: float) -> str:
    """A share of 0 to 1 in whole percent; what rounds to all or nothing without being it says so."""
    if 0 < share < 0.005:
        return "<1%"
    return ">99%" if 0.995 <= share < 1 else f"{share:.0%}"
