"""Whether a client trades today settles no verdict; it says what is traded without."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from licences.assessment.explain import Finding, explain
from licences.assessment.operating import OPERATING, is_operating
from licences.assessment.questions import rank_questions
from licences.assessment.verdicts import find_verdicts
from licences.law.catalogue import Catalogue
from licences.law.in_force import find_law_in_force
from licences.rules.facts import make_profiles
from licences.words.findings import say_finding

AS_OF = date(2026, 11, 23)
SHOP = {
    "client": "shop", "name": "Shop", "holds": "BUSINESS_LICENCE@2026-06-30;ICP_FILING", "has_website": "yes",
}  # fmt: skip


def find(catalogue: Catalogue, told: str) -> dict[str, Finding]:
    profiles = make_profiles([SHOP | {OPERATING: told}], catalogue.fields, catalogue.codes, "")
    return {one.code: one for one in explain(catalogue, profiles, AS_OF)}


@pytest.mark.parametrize(("told", "truth"), [("yes", True), ("no", False), ("", None)])
def test_what_is_required_and_not_held_is_traded_without_by_who_trades(
    catalogue: Catalogue, told: str, truth: bool | None
) -> None:
    found = find(catalogue, told)
    assert found["PSB_FILING"].verdict == "required"
    assert found["PSB_FILING"].trading_without is truth
    assert say_finding(found["PSB_FILING"], "en")["trading_without"] is truth
    assert found["BUSINESS_LICENCE"].status == "expired"
    assert found["BUSINESS_LICENCE"].trading_without is truth  # what has expired is not held any more
    others = [one for one in found.values() if one.verdict != "required" or one.is_obtained]
    assert {one.status for one in others} >= {"held", "implied"}
    assert {one.trading_without for one in others} == {None}


def test_no_rule_and_no_contradiction_asks_whether_it_trades(catalogue: Catalogue) -> None:
    named = set()
    for as_of in (date(2020, 1, 1), AS_OF, date(2027, 12, 1)):
        for entry in find_law_in_force(catalogue, as_of).entries.values():
            named |= {*entry.applies.names, *(entry.condition.names if entry.condition else ())}
    assert OPERATING not in named
    assert "has_website" in named
    assert OPERATING in catalogue.fields


def test_it_changes_no_verdict_and_is_no_question(catalogue: Catalogue) -> None:
    rows = [SHOP | {"client": told or "untold", OPERATING: told} for told in ("yes", "no", "")]
    profiles = make_profiles(rows, catalogue.fields, catalogue.codes, "")
    verdicts = find_verdicts(catalogue, profiles, AS_OF)
    assert all(verdicts.iloc[0].equals(verdicts.iloc[at]) for at in (1, 2))
    asked = rank_questions(catalogue, profiles, AS_OF)
    assert OPERATING not in set(asked["field"])
    assert not any(OPERATING in one.missing_facts for one in find(catalogue, "").values())


def test_clients_without_the_column_have_not_told_it(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    assert is_operating({"has_website": True}) is None
    told = sample_clients.set_index("client")[OPERATING].dropna().to_dict()
    assert told == {"old-willow": True, "state-screen": True, "seven-month-lab": False}
    assert next(iter(catalogue.fields.by_name)) == OPERATING  # the first that a consultant sees
