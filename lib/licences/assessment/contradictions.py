"""Contradictions between a client's own answers; such a profile is never answered in silence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from licences.reading.dictionary import LANGUAGES
from licences.rules.logic import Facts, Rule, read_rule

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
    rules = read_contradictions(catalogue)
    if judged is None:
        facts = Facts(profiles, catalogue.fields, as_of)
        true = np.array([rule.evaluate(facts).true for rule, _ in rules]).T
    else:
        true = np.array([[rule.decide(one.profile) is True for rule, _ in rules] for one in judged])
    clients = profiles["client"].tolist()
    return [
        Contradiction(str(clients[at]), rules[row][0].names, rules[row][1][language])
        for at, row in np.argwhere(true)
    ]


@lru_cache(maxsize=8)
def read_contradictions(catalogue: Catalogue) -> tuple[tuple[Rule, dict[str, str]], ...]:
    """When a profile contradicts itself, and by language what is to be said then."""
    return tuple(
        (
            read_rule(str(row["when"]), catalogue.fields),
            {language: str(row[f"message_{language}"]) for language in LANGUAGES},
        )
        for row in catalogue.contradictions.to_dict("records")
    )
