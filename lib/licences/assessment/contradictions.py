"""Contradictions between a client's own answers; such a profile is never answered in silence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from licences.rules.logic import Facts, read_rule

if TYPE_CHECKING:
    from licences.assessment.verdicts import Judgement
    from licences.law.catalogue import Catalogue


@dataclass(frozen=True)
class Contradiction:
    """A profile that contradicts itself: whose, which facts, and what to say."""

    client: str
    fields: tuple[str, ...]
    message: str


def find_contradictions(
    catalogue: Catalogue,
    profiles: pd.DataFrame,
    as_of: date,
    language: str = "zh",
    judged: Iterable[Judgement] | None = None,
) -> list[Contradiction]:
    """Profiles that contradict themselves on a day, client by client.

    judged: what ``judge`` gives, where it is at hand.
    """
    rows = catalogue.contradictions.to_dict("records")
    rules = [read_rule(str(row["when"]), catalogue.fields) for row in rows]
    if judged is None:
        facts = Facts(profiles, catalogue.fields, as_of)
        true = np.array([rule.evaluate(facts).true for rule in rules]).T
    else:
        true = np.array([[rule.decide(one.profile) is True for rule in rules] for one in judged])
    clients = profiles["client"].tolist()
    return [
        Contradiction(str(clients[at]), rules[row].names, str(rows[row][f"message_{language}"]))
        for at, row in np.argwhere(true)
    ]
