"""What is not asked could change nothing: proved of the shipped rules, and a broken expression is caught."""

from __future__ import annotations

import csv
import random
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from licences.law import asking
from licences.law.asking import find_asking_problems
from licences.law.catalogue import Catalogue
from licences.law.in_force import find_law_in_force
from licences.rules.asking import find_asked
from licences.rules.expressions import Value
from licences.rules.facts import Field, Fields

AS_OF = date(2026, 11, 23)


def ask(catalogue: Catalogue, **asked_when: str) -> Fields:
    every = (
        replace(field, asked_when=asked_when.get(field.name, field.asked_when))
        for field in catalogue.fields.every
    )
    return replace(catalogue.fields, every=tuple(every))


def find_wrong(catalogue: Catalogue, **asked_when: str) -> dict[str, str]:
    """What is wrong by field, with the shipped rules and some other expressions."""
    with (Path(__file__).parents[2] / "data" / "profile_fields.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        names = [row[0] for row in csv.reader(file)]
    problems = find_asking_problems(catalogue.rows, ask(catalogue, **asked_when))
    assert {problem.column for problem in problems} <= {"asked_when"}
    assert all(problem.file.endswith("profile_fields.csv") for problem in problems)
    return {names[problem.line - 1]: problem.wrong for problem in problems}


def test_no_fact_that_is_not_asked_could_change_a_verdict(catalogue: Catalogue) -> None:
    assert find_asking_problems(catalogue.rows, catalogue.fields) == []
    assert sum(bool(field.asked_when) for field in catalogue.fields.every) >= 30


@pytest.mark.parametrize(
    ("asked_when", "said"),
    [
        (
            {"own_couriers": "has_website"},
            "of {has_website: no} it is not asked, yet the answer would change EXPRESS",
        ),
        (
            {"hosted_categories": "hosts_third_party_sellers"},
            "of {hosts_third_party_sellers: no, own_categories: none} it is not asked, yet the answer would change CCC_GOODS; so it is with ",
        ),
        # The bound is one off: with a share of a quarter the area still decides who can obtain it.
        (
            {"in_foreign_pilot_area": "foreign_share_percent > 50"},
            "of {foreign_share_percent: 25, leases_servers_to_others: yes, registered_capital_cny: 1000000, cross_province: no} it is not asked, yet the answer would change IDC; so it is with ISP, CDN",
        ),
    ],
)
def test_an_expression_that_asks_too_few_is_caught_with_a_licence_and_an_example(
    catalogue: Catalogue, asked_when: dict[str, str], said: str
) -> None:
    (name,) = asked_when
    assert find_wrong(catalogue, **asked_when)[name].startswith(said)


def test_a_chain_is_caught_where_its_first_link_asks_too_few(catalogue: Catalogue) -> None:
    """Who has no couriers is not asked for international ones; who has no website is then asked for neither."""
    found = find_wrong(catalogue, own_couriers="has_website")
    assert "EXPRESS" in found["international_express"]
    assert "has_website: no" in found["international_express"]
    assert "own_couriers: yes" in found["international_express"]


def test_a_rule_that_is_no_longer_the_law_counts_too(catalogue: Catalogue) -> None:
    """Video of users needed the licence until 2021, so that of those who had it the owner mattered."""
    found = find_wrong(catalogue, state_owned_or_controlled="hosts_video_programmes")
    assert "AV_LICENCE" in found["state_owned_or_controlled"]
    now = catalogue.rows["in_force_to"].isna()
    problems = find_asking_problems(
        catalogue.rows[now], ask(catalogue, state_owned_or_controlled="hosts_video_programmes")
    )
    assert problems == []


def test_what_is_too_large_to_be_searched_is_said_and_not_passed_over(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MAX_POINTS", 4)
    found = find_wrong(catalogue)
    assert "names too many facts at once to be searched" in found["advertises_reviewed_goods"]


def test_a_rule_that_cannot_be_read_is_left_to_those_who_read_it(catalogue: Catalogue) -> None:
    rows = catalogue.rows.copy()
    rows.loc[rows["code"] == "EXPRESS", "eligible_when"] = "not international_express and"
    assert find_asking_problems(rows, catalogue.fields) == []


def draw_profile(catalogue: Catalogue, choose: random.Random) -> dict[str, Value | None]:
    profile: dict[str, Value | None] = {"held": "none"}
    for field in catalogue.fields.every:
        profile[field.name] = None if choose.random() < 0.4 else draw_answer(field, choose)
    return profile


def draw_answer(field: Field, choose: random.Random) -> Value:
    if field.type == "bool":
        return choose.random() < 0.5
    if field.type == "number":
        return choose.choice([0.0, 1.0, 2.0, 15.0, 60.0, 100_000.0, 50_000_000.0])
    values = list(field.values)
    if field.type == "choice":
        return choose.choice(values)
    return ";".join(choose.sample(values, choose.randint(1, 4))) if choose.random() < 0.7 else "none"


def test_what_a_verdict_waits_for_is_never_a_fact_that_is_not_asked(catalogue: Catalogue) -> None:
    """The proof by clients drawn at random, of whom a part of the facts is told."""
    law, choose = find_law_in_force(catalogue, AS_OF), random.Random(7)  # noqa: S311 - no secret
    met = set()
    for _ in range(150):
        profile = draw_profile(catalogue, choose)
        asked = find_asked(profile, catalogue.fields)
        for entry in law.entries.values():
            applies = entry.applies.decide(profile)
            missing = entry.applies.find_missing(profile) if applies is None else ()
            if applies and entry.condition:
                missing = entry.condition.find_missing(profile)
            assert not [name for name in missing if asked[name] is False]
            met |= {name for name in missing if catalogue.fields[name].asked_when}
    assert len(met) >= 20


def test_of_every_field_that_is_asked_of_some_both_happen(catalogue: Catalogue) -> None:
    choose = random.Random(8)  # noqa: S311 - no secret
    seen: dict[str, set[bool | None]] = {}
    for _ in range(300):
        for name, asked in find_asked(draw_profile(catalogue, choose), catalogue.fields).items():
            seen.setdefault(name, set()).add(asked)
    for field in catalogue.fields.every:
        assert seen[field.name] >= ({True, False} if field.asked_when else {True}), field.name
