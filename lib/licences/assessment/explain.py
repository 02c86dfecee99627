"""Findings: the verdict on each licence with the reasons for it, as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from licences.assessment.contradictions import Contradiction, find_contradictions
from licences.assessment.holdings import DONE, find_implied_of
from licences.assessment.operating import is_operating
from licences.assessment.verdicts import Judgement, find_status, is_outside, judge
from licences.law.in_force import Licence, find_law_for
from licences.rules.counterfactuals import find_changes
from licences.rules.facts import is_held

if TYPE_CHECKING:
    from licences.book.notes import Note
    from licences.book.overrides import Override
    from licences.law.catalogue import Catalogue
    from licences.rules.expressions import Value
    from licences.rules.kleene import Claim, Profile, Trace
    from licences.rules.logic import Rule


@dataclass(frozen=True)
class FailedCondition:
    """A condition of obtaining a licence that a client is known to fail.

    claims: what it told that fails it. ways: each a set of statements that would meet it.
    """

    claims: tuple[Claim, ...]
    ways: tuple[tuple[Claim, ...], ...]


@dataclass(frozen=True, eq=False)
class Finding:
    """The verdict on one licence for one client, and what it rests on.

    doubts: contradictions between answers on which a ``not_needed`` rests. status: ``held``, ``expiring``,
    ``expired``, ``not_held``, or ``implied`` where something held required it; implied_by: what of what is held.
    begins_on: the day of the stage from which the verdict is, None for the present. is_staged: whether the
    client is told in stages, and this is the verdict over all of them.
    expires_on: of what is held or was, None where that is not told. override: what we hold against the rules, whose
    verdict is of_rules; verdict is the one that counts. notes: what is to be remembered of it, for whomever.
    """

    client: str
    licence: Licence
    verdict: str
    status: str
    profile: Profile
    doubts: tuple[Contradiction, ...] = ()
    implied_by: tuple[str, ...] = ()
    begins_on: date | None = None
    is_staged: bool = False
    expires_on: date | None = None
    override: Override | None = None
    of_rules: str = ""
    notes: tuple[Note, ...] = ()

    @property
    def by_rules(self) -> str:
        """What the rules alone say."""
        return self.of_rules or self.verdict

    @property
    def is_obtained(self) -> bool:
        """Whether it is held, or taken as held, and has not expired."""
        return self.status in DONE

    @property
    def trading_without(self) -> bool | None:
        """Whether the client trades without it today; None where that is not told, or nothing is missing yet."""
        if self.verdict != "required" or self.is_obtained or self.begins_on:
            return None
        return is_operating(self.profile)

    @property
    def code(self) -> str:
        return self.licence.code

    @property
    def is_outside(self) -> bool:
        """Whether it is open because the catalogue holds no rule for it, which no answer can settle."""
        return is_outside(self.licence, self.verdict, self.profile)

    @property
    def claims(self) -> list[Claim]:
        """The statements that decided the verdict, or that keep it open; none where it applies to everybody."""
        return self.licence.applies.explain(self.profile)

    @property
    def trace(self) -> Trace:
        """The rule of its being needed, part by part, each with its truth."""
        return self.licence.applies.trace(self.profile)

    @property
    def condition_trace(self) -> Trace | None:
        """The condition of obtaining it, part by part; None where there is none."""
        return self.licence.condition.trace(self.profile) if self.licence.condition else None

    @property
    def missing_facts(self) -> tuple[str, ...]:
        """The facts not told that can still change the verdict; none where the rules have decided it."""
        if self.by_rules != "undetermined":
            return ()
        return self.licence.applies.find_missing(self.profile)

    @property
    def failed_conditions(self) -> tuple[FailedCondition, ...]:
        """The conditions that the client is known to fail; none where the licence is not needed, or is held."""
        if self.verdict == "not_needed" or self.is_obtained:
            return ()
        return list_failed_conditions(self.licence, self.profile)


def explain(
    catalogue: Catalogue,
    profiles: pd.DataFrame,
    as_of: date,
    language: str = "zh",
    judged: Iterable[Judgement] | None = None,
    contradictions: Iterable[Contradiction] | None = None,
    over_stages: bool = False,
) -> Iterator[Finding]:
    """What each client needs on ``as_of`` and why, client by client, licence by licence.

    judged, contradictions: what ``judge`` and ``find_contradictions`` give, where that is at hand.
    over_stages: of a client told in stages not the present alone, but for each licence the stage that counts.
    """
    warned: dict[str, list[Contradiction]] = {}
    for warning in (
        find_contradictions(catalogue, profiles, as_of, language)
        if contradictions is None
        else contradictions
    ):
        warned.setdefault(warning.client, []).append(warning)
    for one in judged or judge(catalogue, profiles, as_of):
        overrides = one.case_file.overrides
        law = find_law_for(catalogue, as_of, language, one.profile, overrides)
        implied = find_implied_of(one, law)
        # A stage may lie in another province, whose rules stand beside those of the country.
        laws = {
            stage.begins_on: find_law_for(catalogue, as_of, language, stage.profile, overrides)
            for stage in one.stages
        }
        for licence in law.entries.values():
            stage = one.find_deciding(licence.code) if over_stages else None
            verdict = (stage or one).verdicts[licence.code]
            doubts = tuple(
                warning
                for warning in warned.get(one.client, ())
                if verdict == "not_needed"
                and licence.code not in one.overridden
                and set(warning.fields) & set(licence.applies.names)
            )
            by = implied.get(licence.code, ())
            status = "implied" if by else find_status(one.held, licence.row, as_of)
            yield Finding(
                client=one.client,
                licence=licence if stage is None else laws[stage.begins_on].entries[licence.code],
                verdict=verdict,
                status=status,
                profile=(stage or one).profile,
                doubts=doubts,
                implied_by=by,
                begins_on=stage.begins_on if stage else None,
                is_staged=stage is not None,
                expires_on=one.held.get(licence.code),
                override=one.overridden.get(licence.code),
                of_rules=(stage or one).by_rules.get(licence.code, verdict),
                notes=tuple(note for note in one.case_file.notes if note.code == licence.code),
            )


@lru_cache(maxsize=65536)
def find_turns(rule: Rule, kinds: tuple[Value | None, ...]) -> tuple[tuple[bool, tuple[Claim, ...]], ...]:
    """Whether it would hold otherwise than now, and the statements that would make it so.

    Alike for all answers of a kind, see ``Rule.find_kinds``.
    """
    profile = dict(zip(rule.names, kinds, strict=True))
    applies = rule.decide(profile)
    return tuple(
        (wanted, change)
        for wanted in (True, False)
        if applies is not wanted
        for change in find_changes(rule, profile, wanted)
    )


def list_failed_conditions(licence: Licence, profile: Profile) -> tuple[FailedCondition, ...]:
    """The conditions of a licence that a client is known to fail, each with what would meet it.

    Of what is held there are none: it has been obtained.
    """
    condition = licence.condition
    if condition is None or is_held(licence.code, profile):
        return ()
    return find_failed_conditions(condition, tuple(profile.get(name) for name in condition.names))


@lru_cache(maxsize=65536)
def find_failed_conditions(condition: Rule, told: tuple[Value | None, ...]) -> tuple[FailedCondition, ...]:
    """As ``list_failed_conditions``, for the answers to ``condition.names`` in their order."""
    profile = dict(zip(condition.names, told, strict=True))
    return tuple(
        FailedCondition(tuple(part.explain(profile)), tuple(find_changes(part, profile, True)))
        for part in condition.split()
        if part.decide(profile) is False
    )
