"""Editions of the law that never were, drawn at random."""

from __future__ import annotations

from datetime import date

import pandas as pd
from hypothesis import strategies as st

from licences.law.catalogue import Catalogue
from licences.law.durations import Correction, Duration
from licences.law.in_force import LawInForce, Licence
from licences.law.preparation import NOTHING, Preparation
from licences.rules.expressions import Always
from licences.rules.facts import Fields
from licences.rules.logic import Rule, read_rule

AS_OF = date(2026, 11, 23)
ALWAYS = Rule("True", Always(True), Fields(()))
UNITS = ("working", "calendar")
VERDICTS = ("required", "required", "recommended", "optional", "not_needed", "undetermined")


@st.composite
def durations(draw: st.DrawFn) -> Duration | None:
    days = sorted(draw(st.lists(st.integers(0, 60), min_size=3, max_size=3)))
    limit = draw(st.none() | st.integers(days[1], 90))
    correction = Correction(draw(st.sampled_from([0.0, 0.3])), (1, 5, 10))
    made = Duration(*days, draw(st.sampled_from(UNITS)), "estimate", "estimate", limit_days=limit,
                    limit_unit=draw(st.sampled_from(UNITS)), correction=correction)  # fmt: skip
    return draw(st.sampled_from([made, made, made, made, None]))


@st.composite
def preparations(draw: st.DrawFn) -> Preparation:
    shortest, likely, longest = sorted(draw(st.lists(st.integers(0, 40), min_size=3, max_size=3)))
    return draw(st.sampled_from([NOTHING, Preparation(shortest, likely, longest)]))


@st.composite
def laws(draw: st.DrawFn, catalogue: Catalogue) -> tuple[LawInForce, dict[str, str]]:
    """A law of up to a dozen licences, with prerequisites, alternatives and conditions on age and capital."""
    entries: dict[str, Licence] = {}
    verdicts = {}
    old_enough = read_rule("company_age_months >= 12", catalogue.fields)
    rich_enough = read_rule("registered_capital_cny >= 1000000", catalogue.fields)
    for at in range(draw(st.integers(1, 12))):
        code = f"L{at:02}"
        groups = draw(
            st.lists(st.lists(st.sampled_from(sorted(entries)), min_size=1, max_size=3, unique=True), max_size=3)
        ) if entries else []  # fmt: skip
        condition = draw(st.sampled_from([None, None, None, old_enough, rich_enough]))
        row = {"code": code, "renewal_lead_days": pd.NA, "renewal_days_unit": pd.NA, "obligation": "required"}
        entries[code] = Licence(code, code, draw(st.integers(1, 3)), None, tuple(map(tuple, groups)), draw(durations()),
                              ALWAYS, condition, row, preparation=draw(preparations()))  # fmt: skip
        verdicts[code] = draw(st.sampled_from(VERDICTS))
    return LawInForce(catalogue, AS_OF, "en", entries), verdicts
