"""Which licences each client needs, why, and what is still to be asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from licences.law.catalogue import Catalogue
from licences.law.in_force import Licence, find_law_in_force
from licences.law.working_days import count_back
from licences.rules.counterfactuals import find_changes
from licences.rules.expressions import Value
from licences.rules.facts import Fields, split_holdings
from licences.rules.logic import Facts, Profile, Rule, make_profile, read_rule
from licences.words.phrases import join_claims, say_claims
from licences.words.texts import say

VERDICTS = ("required", "recommended", "optional", "not_needed", "undetermined")
_FEW = 8  # up to so many clients are judged one by one; to judge any number at once takes as long as a dozen
NEEDED = frozenset({"required", "recommended", "optional"})
PLACES_NEEDED = [at for at, verdict in enumerate(VERDICTS) if verdict in NEEDED]


@dataclass(frozen=True)
class Contradiction:
    """A profile that contradicts itself: whose, which facts, and what to say."""

    client: str
    fields: tuple[str, ...]
    message: str


@dataclass(frozen=True, eq=False)
class Judgement:
    """What one client has told and holds, and the verdict on every licence in force, by code."""

    client: str
    name: str
    profile: Profile
    held: dict[str, date | None]
    verdicts: dict[str, str]


def find_verdicts(catalogue: Catalogue, profiles: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The verdict for every client and every licence in force on ``as_of``.

    One row a client (index ``client``), one column a code; each column is a ``category`` of VERDICTS.
    A fact that is not told is never taken for a no: where it decides, the verdict is ``undetermined``.
    """
    facts = Facts(profiles, catalogue.fields)
    entries = find_law_in_force(catalogue, as_of).entries
    kinds = pd.CategoricalDtype(list(VERDICTS))
    columns = {
        code: pd.Categorical.from_codes(number_verdicts(entry, facts), dtype=kinds)
        for code, entry in entries.items()
    }
    index = pd.Index(profiles["client"], name="client")
    return pd.DataFrame(columns, index=index, columns=pd.Index(list(entries), name="code"))


def number_verdicts(entry: Licence, facts: Facts) -> NDArray[np.int8]:
    """The verdict on one licence for each client, as its place in VERDICTS."""
    applies = entry.applies.evaluate(facts)
    obligation, not_needed = VERDICTS.index(entry.row["obligation"]), VERDICTS.index("not_needed")
    needed = np.where(applies.to_numpy(dtype=bool, na_value=False), obligation, not_needed)
    return np.where(applies.isna(), VERDICTS.index("undetermined"), needed).astype(np.int8)


def find_failing(entry: Licence | None, verdicts: NDArray[np.int8], facts: Facts) -> NDArray[np.bool_]:
    """The clients that need a licence, by their places in VERDICTS, and are known to fail its condition."""
    if entry is None or entry.condition is None:
        return np.zeros(len(facts), dtype=np.bool_)
    meets = entry.condition.evaluate(facts).to_numpy(dtype=bool, na_value=True)
    fails: NDArray[np.bool_] = np.isin(verdicts, PLACES_NEEDED) & ~meets
    return fails


def judge(catalogue: Catalogue, profiles: pd.DataFrame, as_of: date) -> Iterator[Judgement]:
    """The verdicts of ``find_verdicts`` beside what each client has told, client by client."""
    entries = find_law_in_force(catalogue, as_of).entries.values()
    at_once = _list_verdicts(find_verdicts(catalogue, profiles, as_of)) if len(profiles) > _FEW else None
    columns = ("client", "name", "holds", *catalogue.fields.by_name)
    for client, name, holds, *told in zip(*(profiles[column].array for column in columns), strict=True):
        profile = make_profile(dict(zip(catalogue.fields.by_name, told, strict=True)))
        verdicts = next(at_once) if at_once else {one.code: find_verdict(one, profile) for one in entries}
        yield Judgement(str(client), str(name), profile, split_holdings(holds), verdicts)


def _list_verdicts(verdicts: pd.DataFrame) -> Iterator[dict[str, str]]:
    codes = [str(code) for code in verdicts.columns]
    names = np.array(VERDICTS, dtype=object)
    by_client = np.array([names[verdicts[code].cat.codes] for code in codes]).T.tolist()
    for line in by_client or [[]] * len(verdicts):
        yield dict(zip(codes, line, strict=True))


def find_verdict(entry: Licence, profile: Profile) -> str:
    applies = entry.applies.decide(profile)
    if applies is None:
        return "undetermined"
    return str(entry.row["obligation"]) if applies else "not_needed"


def is_concerned(
    coming: Licence, verdicts: Mapping[str, str], held: Mapping[str, date | None], profile: Profile
) -> bool:
    """Whether what is to come into force touches a client: it needs, may need or holds that, or will."""
    return (
        verdicts.get(coming.code, "not_needed") != "not_needed"
        or coming.code in held
        or coming.applies.decide(profile) is not False
    )


def assess(
    catalogue: Catalogue,
    profiles: pd.DataFrame,
    as_of: date,
    language: str = "zh",
    judged: Iterable[Judgement] | None = None,
    contradictions: Iterable[Contradiction] | None = None,
) -> pd.DataFrame:
    """What each client needs on ``as_of`` and why, one row a client and licence in force.

    judged, contradictions: what ``judge`` and ``find_contradictions`` give, where that is at hand.

    Columns, as ``licences assess --json`` promises them: client, code, verdict, because,
    missing_facts, would_change_if, blockers, status, legal_basis, source_url, checked_on. Lists are
    Python lists of str, dates are ISO texts, an unknown address is None.
    """
    entries = find_law_in_force(catalogue, as_of, language).entries.values()
    warnings: dict[str, list[Contradiction]] = {}
    for warning in (
        find_contradictions(catalogue, profiles, language) if contradictions is None else contradictions
    ):
        warnings.setdefault(warning.client, []).append(warning)
    findings = []
    for one in judged or judge(catalogue, profiles, as_of):
        warned = warnings.get(one.client, [])
        for entry in entries:
            row, verdict = entry.row, one.verdicts[entry.code]
            findings.append(
                {"client": one.client, "code": entry.code, "verdict": verdict}
                | _explain(entry, verdict, one.profile, catalogue.fields, warned, language)
                | {
                    "status": find_status(one.held, row, as_of),
                    "legal_basis": row[f"legal_basis_{language}"],
                    "source_url": row["source_url"] if isinstance(row["source_url"], str) else None,
                    "checked_on": row["checked_on"].date().isoformat(),
                }
            )
    return pd.DataFrame(findings)


def _explain(
    entry: Licence,
    verdict: str,
    profile: Profile,
    fields: Fields,
    warnings: list[Contradiction],
    language: str,
) -> dict[str, Any]:
    """The part of a finding that depends on the rule and on the facts that it names."""
    rule, row, condition = entry.applies, entry.row, entry.condition
    missing, changes = _find_openings(rule, rule.find_kinds(profile), row["obligation"], language)
    because = say_claims(rule.explain(profile), fields, language, profile) or [
        say(language, "because.always")
    ]
    blockers = list_blockers(condition, profile, language) if verdict != "not_needed" else ()
    doubts = [
        say(language, "because.contradiction", message=warning.message)
        for warning in warnings
        if verdict == "not_needed" and set(warning.fields) & set(rule.names)
    ]
    basis = say(language, "because.basis", basis=row[f"legal_basis_{language}"])
    return {
        "because": [*because, *doubts, basis],
        "missing_facts": list(missing),
        "would_change_if": list(changes),
        "blockers": list(blockers),
    }


@lru_cache(maxsize=65536)
def _find_openings(
    rule: Rule, kinds: tuple[Value | None, ...], obligation: str, language: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The missing facts and what would change the verdict, in words; alike for all answers of a kind."""
    profile = dict(zip(rule.names, kinds, strict=True))
    applies = rule.decide(profile)
    changes: list[str] = []
    for wanted in (True, False):
        if applies is not wanted:
            verdict = say(language, f"verdict.{obligation if wanted else 'not_needed'}")
            changes += [
                say(language, "change", verdict=verdict, claims=join_claims(change, rule.fields, language))
                for change in find_changes(rule, profile, wanted)
            ]
    return rule.find_missing(profile), tuple(changes)


def list_blockers(condition: Rule | None, profile: Profile, language: str) -> tuple[str, ...]:
    """The conditions of a licence that a client is known to fail, each with what would meet it."""
    if condition is None:
        return ()
    return find_blockers(condition, tuple(profile.get(name) for name in condition.names), language)


@lru_cache(maxsize=65536)
def find_blockers(condition: Rule, told: tuple[Any, ...], language: str) -> tuple[str, ...]:
    """The conditions that a client is known to fail, each with what would meet it."""
    profile = dict(zip(condition.names, told, strict=True))
    blockers = []
    for part in condition.split():
        if part.decide(profile) is False:
            claims = say_claims(part.explain(profile), part.fields, language, profile)
            ways = [
                join_claims(change, part.fields, language) for change in find_changes(part, profile, True)
            ]
            change = say(language, "blocker_or").join(ways) or say(language, "blocker_none")
            blockers.append(say(language, "blocker", claims=say(language, "and").join(claims), change=change))
    return tuple(blockers)


def find_status(held: Mapping[str, date | None], row: Mapping[Any, Any], as_of: date) -> str:
    """``held``, ``expiring`` (inside the renewal lead time), ``expired`` or ``not_held``."""
    if row["code"] not in held:
        return "not_held"
    expires_on = held[row["code"]]
    if expires_on is None:
        return "held"
    if expires_on < as_of:
        return "expired"
    lead = row["renewal_lead_days"]
    if pd.isna(lead):
        return "held"
    renew_from = count_back(expires_on, int(lead), row["renewal_days_unit"])
    return "expiring" if as_of >= renew_from else "held"


def find_contradictions(
    catalogue: Catalogue,
    profiles: pd.DataFrame,
    language: str = "zh",
    judged: Iterable[Judgement] | None = None,
) -> list[Contradiction]:
    """Profiles that contradict themselves, client by client; such a profile is never answered in silence.

    judged: what ``judge`` gives, where it is at hand.
    """
    rows = catalogue.contradictions.to_dict("records")
    rules = [read_rule(str(row["when"]), catalogue.fields) for row in rows]
    if judged is None:
        facts = Facts(profiles, catalogue.fields)
        true = np.array([rule.evaluate(facts).to_numpy(dtype=bool, na_value=False) for rule in rules]).T
    else:
        true = np.array([[rule.decide(one.profile) is True for rule in rules] for one in judged])
    clients = profiles["client"].tolist()
    return [
        Contradiction(str(clients[at]), rules[row].names, str(rows[row][f"message_{language}"]))
        for at, row in np.argwhere(true)
    ]


def rank_questions(
    catalogue: Catalogue, profiles: pd.DataFrame, as_of: date, judged: Iterable[Judgement] | None = None
) -> pd.DataFrame:
    """The facts that are still open for each client, those that settle most first.

    judged: what ``judge`` gives, where it is at hand.

    One row a client and open fact: client, field, settles (codes whose verdict some answer to this
    fact alone would decide), share (of the client's undetermined licences, how many an answer
    decides on average, each kind of answer counted alike; 0 to 1), conditions (codes that apply and
    of which this fact decides whether the client can obtain them).
    """
    entries = find_law_in_force(catalogue, as_of).entries
    questions = []
    for one in judged or judge(catalogue, profiles, as_of):
        open_codes = [code for code, verdict in one.verdicts.items() if verdict == "undetermined"]
        settled: dict[str, dict[str, float]] = {}
        conditions: dict[str, list[str]] = {}
        for code in open_codes:
            for name, share in entries[code].applies.find_settling(one.profile).items():
                settled.setdefault(name, {})[code] = share
        for code, entry in entries.items():
            if entry.condition is not None and one.verdicts[code] in NEEDED:
                for name in entry.condition.find_missing(one.profile):
                    conditions.setdefault(name, []).append(code)
        ranked: list[dict[str, Any]] = []
        for name in {**settled, **conditions}:
            shares = settled.get(name, {})
            ranked.append(
                {
                    "client": one.client,
                    "field": name,
                    "settles": [code for code, share in shares.items() if share > 0],
                    "share": round(sum(shares.values()) / max(1, len(open_codes)), 4),
                    "conditions": conditions.get(name, []),
                }
            )
        questions += sorted(
            ranked, key=lambda question: (-question["share"], -len(question["conditions"]), question["field"])
        )
    return pd.DataFrame(questions, columns=["client", "field", "settles", "share", "conditions"])
