"""A change of law touches a client in stages where only a later one is touched, and says from when."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from test_diff import AS_OF, change

from licences.analysis.impact import find_impacts, find_moves
from licences.law.catalogue import Catalogue
from licences.law.diff import compare_laws
from licences.law.working_days import count_working_days
from licences.planning.forecast import PlanOptions, make_forecasts
from licences.rules.facts import read_profiles
from licences.words.messages import find_profiles, tell

JULY = date(2027, 7, 1)
WISH = PlanOptions(date(2026, 11, 24))
FILE = """\
client,name,holds,from,has_website,hosts_third_party_sellers,completes_transactions_online,own_couriers,live_commerce
plain,Plain,BUSINESS_LICENCE,,yes,no,no,no,no
shop,Shop,BUSINESS_LICENCE,,yes,no,no,no,no
shop,,,2027-04-01,,yes,yes,,
shop,,,2027-07-01,,,,yes,yes
"""


@pytest.fixture
def clients(catalogue: Catalogue, tmp_path: Path) -> pd.DataFrame:
    path = tmp_path / "clients.csv"
    path.write_text(FILE, encoding="utf-8")
    return read_profiles(path, catalogue.fields, set(catalogue.rows["code"]))


def test_a_row_that_only_a_later_stage_uses_touches_the_client_from_then_on(
    catalogue: Catalogue, clients: pd.DataFrame
) -> None:
    slow = change(catalogue, "EXPRESS", days_min=90, days_likely=120, days_max=160, statutory_days=pd.NA)
    difference = compare_laws(catalogue, slow, AS_OF, "en")
    (one,) = find_impacts(difference, clients, WISH)
    assert one.client == "shop"
    assert one.rewritten == (("EXPRESS", "required"),)
    assert one.find_day("EXPRESS") == JULY
    # The present's launch stays, so that it is the day of the third stage that moves.
    olds, news = (list(make_forecasts(law, clients, AS_OF, WISH)) for law in (catalogue, slow))
    (_, old), (_, new) = olds, news
    assert old.plan.launch == new.plan.launch
    days = old.plan.stages[2].launch, new.plan.stages[2].launch
    assert one.launch_moved_days == count_working_days(*days) > 0
    told = find_profiles(difference, clients, [one])
    assert any(
        said.startswith("From 1 July 2027 on: ") and "express" in said.lower()
        for said in tell(difference, one, told["shop"])
    )


def test_a_new_duty_of_a_later_stage_is_explained_by_what_is_told_then(
    catalogue: Catalogue, clients: pd.DataFrame
) -> None:
    narrow = change(
        catalogue, "EXPRESS", applies_when="live_commerce and not own_couriers and not has_website"
    )
    difference = compare_laws(narrow, catalogue, AS_OF, "en")
    (one,) = find_impacts(difference, clients, WISH)
    assert one.gained == one.duties == ("EXPRESS",)
    (said, *_) = tell(difference, one, find_profiles(difference, clients, [one])["shop"])
    assert said.startswith("From 1 July 2027 on: ")
    assert "runs its own couriers" in said


def test_what_touches_the_present_is_told_of_the_present_alone(
    catalogue: Catalogue, clients: pd.DataFrame
) -> None:
    slow = change(catalogue, "ICP_FILING", days_min=30, days_likely=40, days_max=50, statutory_days=pd.NA)
    moves = find_moves(compare_laws(catalogue, slow, AS_OF), clients)
    assert list(moves) == ["plain", "shop"]
    assert moves["shop"].rewritten == moves["plain"].rewritten
    assert moves["shop"].later == ()
