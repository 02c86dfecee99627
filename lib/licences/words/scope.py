"""Scope of an answer: of how many kinds of licence on which day, by which edition, and what it leaves out."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, TypedDict

from licences.law.in_force import find_law_in_force
from licences.words.texts import join_sentences, read_texts, say

if TYPE_CHECKING:
    from licences.law.catalogue import Catalogue


class ScopeView(TypedDict):
    """What an answer covers. codes, prohibitions: how many are in force; not_covered: sentences."""

    as_of: str
    edition: str
    codes: int
    prohibitions: int
    local_rules: int
    not_covered: list[str]


def describe_scope(catalogue: Catalogue, as_of: date, language: str) -> ScopeView:
    """What the catalogue covers on a day, and what it does not."""
    entries = find_law_in_force(catalogue, as_of, language).entries
    kinds = [str(entry.row["kind"]) for entry in entries.values()]
    return {
        "as_of": as_of.isoformat(),
        "edition": str(catalogue.edition),
        "codes": sum(code in catalogue.codes for code in entries),
        "prohibitions": kinds.count("prohibition"),
        "local_rules": len(catalogue.local),
        "not_covered": [str(text) for text in read_texts(language)["scope"]["not_covered"]],
    }


def say_scope(catalogue: Catalogue, as_of: date, language: str, with_edition: bool = True) -> list[str]:
    """The scope in sentences, one a line: what is covered, then what is not.

    with_edition: names the edition too, which a report does at its foot: it stays true where another
    edition changes nothing that it rests on.
    """
    scope = describe_scope(catalogue, as_of, language)
    covered = say(
        language,
        "scope.covered",
        count=scope["codes"],
        prohibitions=scope["prohibitions"],
        as_of=scope["as_of"],
    )
    if with_edition:
        edition = say(language, "scope.edition", edition=scope["edition"])
        covered = join_sentences((covered, edition), language)
    left_out = say(language, "scope.between").join(scope["not_covered"])
    return [covered, say(language, "scope.left_out", items=left_out)]
