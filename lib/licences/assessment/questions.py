"""Questions still open for each client, those first on which most hangs, and last what only few businesses have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from licences.assessment.holdings import find_implied_of
from licences.assessment.stakes import weigh_field, weigh_licence
from licences.assessment.verdicts import NEEDED, Judgement, find_verdict, judge
from licences.law.in_force import Licence, find_law_in_force
from licences.rules.asking import find_asked, find_parents, put_parents_first
from licences.rules.facts import RARE, Fields, is_held

if TYPE_CHECKING:
    from licences.law.catalogue import Catalogue
    from licences.rules.kleene import Profile

_COLUMNS = ("client", "field", "settles", "share", "conditions", "stake", "group")


def rank_questions(
    catalogue: Catalogue, profiles: pd.DataFrame, as_of: date, judged: Iterable[Judgement] | None = None
) -> pd.DataFrame:
    """The facts that are still open for each client, those first on which most hangs.

    judged: what ``judge`` gives, where it is at hand.

    One row a client and open fact: client, field, settles (codes whose verdict some answer to this
    fact alone would decide), share (of the client's undetermined licences that answers can settle, how many an answer
    decides on average, each kind of answer counted alike; 0 to 1), conditions (codes that apply and
    of which this fact decides whether the client can obtain them), stake (the licences that an answer
    decides on average, each weighed by what it is to do without it, and all by how usual the fact is), group
    (``rare`` for facts that only few businesses have, else None). Those that are rare come last; what
    they settle together ``find_settled_by_none`` says. A fact that is not asked of the client is left out, and
    one of which that cannot be told yet comes after the open facts that decide it, as far as these are not rare,
    with no larger stake than theirs.
    """
    law, fields = find_law_in_force(catalogue, as_of), catalogue.fields
    entries = law.entries
    questions: list[dict[str, Any]] = []
    parents = find_parents(fields)
    for one in judged or judge(catalogue, profiles, as_of):
        settled: dict[str, dict[str, float]] = {}
        implied = find_implied_of(one, law)
        conditions: dict[str, list[str]] = {}
        open_codes = 0
        for code, entry in entries.items():
            if one.verdicts[code] == "undetermined":
                settling = entry.applies.find_settling(one.profile)
                open_codes += bool(settling)
                for name, share in settling.items():
                    settled.setdefault(name, {})[code] = share
            elif (
                entry.condition
                and one.verdicts[code] in NEEDED
                and not (code in implied or is_held(code, one.profile))
            ):
                for name in entry.condition.find_missing(one.profile):
                    conditions.setdefault(name, []).append(code)
        ranked: list[dict[str, Any]] = []
        asked = find_asked(one.profile, fields)
        for name in {**settled, **conditions}:
            if asked.get(name) is False:
                continue
            field, shares = fields[name], settled.get(name, {})
            stake = sum(share * weigh_licence(entries[code]) for code, share in shares.items())
            ranked.append(
                {
                    "client": one.client,
                    "field": name,
                    "settles": [code for code, share in shares.items() if share > 0],
                    "share": round(sum(shares.values()) / max(1, open_codes), 4),
                    "conditions": conditions.get(name, []),
                    "stake": round(stake * weigh_field(field), 4),
                    "group": RARE if field.is_rare else None,
                }
            )
        waits = {
            question["field"]: parents.get(question["field"], ())
            for question in ranked
            if asked.get(question["field"]) is None
        }
        for is_rare in (False, True):
            block = [question for question in ranked if fields[question["field"]].is_rare is is_rare]
            questions += _order_block(block, waits)
    frame = pd.DataFrame(questions, columns=list(_COLUMNS))
    frame["group"] = pd.Series([one["group"] for one in questions], dtype=object)  # which keeps None as it is
    return frame


def _order_block(
    block: Sequence[dict[str, Any]], waits: Mapping[str, Collection[str]]
) -> list[dict[str, Any]]:
    """Questions by what hangs on them."""
    stakes = limit_stakes({question["field"]: question["stake"] for question in block}, waits)
    by_name = {question["field"]: question | {"stake": stakes[question["field"]]} for question in block}
    ordered = [question["field"] for question in sorted(by_name.values(), key=_order)]
    return [by_name[name] for name in put_parents_first(ordered, waits)]


def limit_stakes(stakes: Mapping[str, float], waits: Mapping[str, Collection[str]]) -> dict[str, float]:
    """The stake of each question; on one that another makes needless hangs no more than on that one."""
    limited = dict(stakes)
    for name in put_parents_first(stakes, waits):
        above = [limited[other] for other in waits.get(name, ()) if other in limited]
        limited[name] = min([limited[name], *(stake for stake in above if stake)])
    return limited


def _order(question: Mapping[str, Any]) -> tuple[bool, float, int, str]:
    return (
        question["group"] == RARE,
        -question["stake"],
        -len(question["conditions"]),
        question["field"],
    )


def find_settled_by_none(
    entries: Mapping[str, Licence], fields: Fields, profile: Profile, names: Iterable[str]
) -> list[str]:
    """The licences that cannot be told yet and that one answer settles: nothing of the named facts is so."""
    none = {**profile, **{name: fields[name].none for name in names}}
    return [
        code
        for code, entry in entries.items()
        if find_verdict(entry, profile) == "undetermined" != find_verdict(entry, none)
    ]
