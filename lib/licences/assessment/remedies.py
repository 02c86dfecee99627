"""Remedies: the smallest changes by which a licence would be needed, not needed or obtainable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from licences.rules.counterfactuals import find_all_changes
from licences.rules.facts import is_held

if TYPE_CHECKING:
    from licences.law.in_force import Licence
    from licences.rules.kleene import Claim, Profile
    from licences.rules.logic import Rule

AIMS = ("needed", "not_needed", "eligible")


@dataclass(frozen=True)
class Way:
    """One smallest change: the statements about facts that would have to be so."""

    claims: tuple[Claim, ...]

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that it names."""
        return tuple(dict.fromkeys(atom.field for atom, _ in self.claims))


@dataclass(frozen=True)
class Aim:
    """Whether an aim is reached as things are, None where that cannot be told yet, and the ways to it.

    is_open: whether some fact bears on it at all. is_held: what was to be obtained is held.
    """

    reached: bool | None
    ways: tuple[Way, ...]
    is_open: bool = True
    is_held: bool = False


def find_remedies(entry: Licence, profile: Profile, is_implied: bool = False) -> dict[str, Aim]:
    """What would make a licence ``needed``, ``not_needed`` and ``eligible``, by these names.

    A licence without a condition is eligible. What is not told is not relied on: a way holds whatever
    the facts turn out to be that it does not name. is_implied: it is taken as held, see ``find_implied``.
    """
    aims = {
        "needed": _find_aim(entry.applies, True, profile),
        "not_needed": _find_aim(entry.applies, False, profile),
    }
    return aims | {"eligible": find_eligible(entry, profile, is_implied)}


def find_eligible(entry: Licence, profile: Profile, is_implied: bool = False) -> Aim:
    """What would meet the condition of obtaining a licence, which is behind who holds it."""
    if is_implied or is_held(entry.code, profile):
        return Aim(True, (), is_open=False, is_held=True)
    if entry.condition is None:
        return Aim(True, (), is_open=False)
    return _find_aim(entry.condition, True, profile)


def _find_aim(rule: Rule, wanted: bool, profile: Profile) -> Aim:
    answer = rule.decide(profile)
    ways = tuple(Way(change) for change in find_all_changes(rule, profile, wanted))
    return Aim(None if answer is None else answer is wanted, ways)
