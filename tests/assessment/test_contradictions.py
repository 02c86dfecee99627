"""Answers that cannot all be true, each beside answers that can."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from licences.assessment.contradictions import find_contradictions
from licences.law.catalogue import Catalogue
from licences.rules.facts import read_profiles

AS_OF = date(2026, 11, 23)

CASES = [
    ("live_on_own_site=yes live_commerce=no", "live_on_own_site=yes live_commerce=yes", "own_live_room_without_live_selling"),
    (
        "works_with_mcn=yes hosts_live_rooms=no entertainment_live_streaming=no user_video=no",
        "works_with_mcn=yes hosts_live_rooms=no entertainment_live_streaming=no user_video=yes",
        "mcn_without_accounts",
    ),
    ("minor_registered_users=10000000 registered_users=9999999", "minor_registered_users=10000000 registered_users=10000000", "minors_more_than_all_users"),
    ("minor_registered_users=1 registered_users=0", "minor_registered_users=1 registered_users=1", "minors_more_than_all_users"),
    ("minor_monthly_users=1000000 monthly_active_users=999999", "minor_monthly_users=1000000 monthly_active_users=1000000", "minors_more_than_all_users"),
    ("minor_monthly_users=1 monthly_active_users=0", "minor_monthly_users=1 monthly_active_users=1", "minors_more_than_all_users"),
    ("processes_minors_information=no minor_registered_users=1", "processes_minors_information=no minor_registered_users=0", "registered_minors_without_their_information"),
    ("personal_information_count=0 shares_personal_information=yes", "personal_information_count=1 shares_personal_information=yes", "information_of_nobody"),
    ("personal_information_count=0 face_information_count=1", "personal_information_count=0 face_information_count=0", "information_of_nobody"),
    ("personal_information_count=0 processes_sensitive_personal_information=yes", "personal_information_count=0 processes_sensitive_personal_information=no", "information_of_nobody"),
    ("personal_information_count=0 processes_minors_information=yes", "personal_information_count=0 processes_minors_information=no", "information_of_nobody"),
    ("prepaid_cards_outside_retail=yes issues_prepaid_cards=no", "prepaid_cards_outside_retail=no issues_prepaid_cards=no", "trade_of_cards_without_cards"),
    ("only_packaged_seeds=yes sells_own_goods=yes own_categories=pesticides", "only_packaged_seeds=yes sells_own_goods=yes own_categories=seeds", "packaged_seeds_without_seeds"),
    ("only_packaged_seeds=yes sells_own_goods=no", "only_packaged_seeds=no sells_own_goods=no", "packaged_seeds_without_seeds"),
    ("own_brand_cosmetics=yes sells_own_goods=yes own_categories=none", "own_brand_cosmetics=yes sells_own_goods=yes own_categories=cosmetics", "own_brand_cosmetics_without_cosmetics"),
    ("own_brand_cosmetics=yes sells_own_goods=no", "own_brand_cosmetics=no sells_own_goods=no", "own_brand_cosmetics_without_cosmetics"),
    (
        "sells_special_control_drugs=yes own_categories=none hosted_categories=cosmetics",
        "sells_special_control_drugs=yes own_categories=none hosted_categories=drugs",
        "special_control_drugs_without_drugs",
    ),
    (
        "sells_listed_hazardous_chemicals=yes own_categories=pesticides hosted_categories=none",
        "sells_listed_hazardous_chemicals=yes own_categories=hazardous_chemicals hosted_categories=none",
        "listed_chemicals_without_chemicals",
    ),
    ("sells_barred_relics=yes own_categories=art hosted_categories=none", "sells_barred_relics=yes own_categories=art hosted_categories=auctions", "barred_relics_without_relics"),
    ("sole_trader=yes state_owned_or_controlled=yes", "sole_trader=yes state_owned_or_controlled=no", "sole_trader_of_the_state"),
    (
        "licensed_food_producer=yes sells_own_goods=yes own_categories=pet_food",
        "licensed_food_producer=yes sells_own_goods=yes own_categories=alcohol",
        "food_producer_without_food",
    ),
    ("licensed_food_producer=yes produces_food=no", "licensed_food_producer=yes produces_food=yes", "production_licence_without_production"),
]  # fmt: skip


def find_messages(catalogue: Catalogue, folder: Path, told: str) -> list[str]:
    cells = dict(answer.split("=") for answer in told.split())
    path = folder / "clients.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["client", "name", "holds", *cells])
        writer.writeheader()
        writer.writerow({"client": "one", "name": "One", "holds": "", **cells})
    profiles = read_profiles(path, catalogue.fields, set(catalogue.rows["code"]))
    return [found.message for found in find_contradictions(catalogue, profiles, AS_OF, "en")]


@pytest.mark.parametrize(("wrong", "right", "name"), CASES)
def test_answers_that_cannot_all_be_true_are_named_and_their_neighbours_are_not(
    catalogue: Catalogue, tmp_path: Path, wrong: str, right: str, name: str
) -> None:
    message = catalogue.contradictions.set_index("contradiction").at[name, "message_en"]
    assert message in find_messages(catalogue, tmp_path, wrong)
    assert message not in find_messages(catalogue, tmp_path, right)


@pytest.mark.parametrize(
    "told", ["live_on_own_site=yes", "prepaid_cards_outside_retail=yes", "minor_registered_users=10000000"]
)
def test_an_answer_alone_contradicts_nothing(catalogue: Catalogue, tmp_path: Path, told: str) -> None:
    assert find_messages(catalogue, tmp_path, told) == []
