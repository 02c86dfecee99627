"""Questions still open for each client, those that settle most first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd

from licences.assessment.verdicts import NEEDED, Judgement, judge
from licences.law.catalogue import Catalogue
from licences.law.in_force import find_law_in_force
from licences.rules.facts import is_held


def rank_questions(
    catalogue: Catalogue, profiles: pd.DataFrame, as_of: date, judged: Iterable[Judgement] | None = None
) -> pd.DataFrame:
    """The facts that are still open for each client, those that settle most first.

    judged: what ``judge`` gives, where it is at hand.

    One row a client and open fact: client, field, settles (codes whose verdict some answer to this
    fact alone would decide), share (of the client's undetermined licences that answers can settle, how many an answer
    decides on average, each kind of answer counted alike; 0 to 1), conditions (codes that apply and
    of which this fact decides whether the client can obtain them).
    """
    entries = find_law_in_force(catalogue, as_of).entries
    questions = []
    for one in judged or judge(catalogue, profiles, as_of):
        open_codes = [
            code
            for code, verdict in one.verdicts.items()
            if verdict == "undetermined" and entries[code].applies.find_missing(one.profile)
        ]
        settled: dict[str, dict[str, float]] = {}
        conditions: dict[str, list[str]] = {}
        for code in open_codes:
            for name, share in entries[code].applies.find_settling(one.profile).items():
                settled.setdefault(name, {})[code] = share
        for code, entry in entries.items():
            if entry.condition and one.verdicts[code] in NEEDED and not is_held(code, one.profile):
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
