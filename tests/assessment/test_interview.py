"""An interview: few questions, what follows from the answers, and nothing left that could change a verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from licences.assessment.contradictions import find_contradictions
from licences.assessment.interview import (
    Interview,
    arrange,
    find_following,
    find_next_question,
    hold_interview,
    list_open_facts,
)
from licences.assessment.questions import rank_questions
from licences.assessment.verdicts import Judgement, find_verdict, judge
from licences.law.catalogue import Catalogue
from licences.law.in_force import find_law_in_force
from licences.rules.expressions import Value
from licences.rules.facts import HELD, make_nobody

AS_OF = date(2026, 11, 23)
MOST_QUESTIONS = 25
SHOPS = ("corner-shop", "jam-jar", "pet-parlour", "paper-lane", "sea-bridge", "live-lantern")
OTHERS = ("grand-bazaar", "drug-arcade", "pilot-orchard", "quiet-client")


Told = dict[str, Value | None]


def find_told(catalogue: Catalogue, clients: pd.DataFrame, client: str) -> Judgement:
    return next(judge(catalogue, clients[clients["client"] == client], AS_OF))


def begin(catalogue: Catalogue, told: Told | None = None) -> Judgement:
    """A client that does not exist and has told hardly anything."""
    nobody = next(judge(catalogue, make_nobody(catalogue.fields, ""), AS_OF))
    profile = {**nobody.profile, **(told or {})}
    entries = find_law_in_force(catalogue, AS_OF).entries
    verdicts = {code: find_verdict(entry, profile) for code, entry in entries.items()}
    return replace(nobody, profile=profile, verdicts=verdicts)


@pytest.fixture(scope="module")
def interviews(catalogue: Catalogue, sample_clients: pd.DataFrame) -> dict[str, tuple[Judgement, Interview]]:
    """Clients that have told nothing but what they hold, and answer as their rows do."""
    held = {}
    for client in SHOPS + OTHERS:
        whole = find_told(catalogue, sample_clients, client)
        empty = replace(begin(catalogue, {HELD: whole.profile[HELD]}), held=whole.held)
        held[client] = (whole, hold_interview(catalogue, empty, AS_OF, whole.profile.get))
    return held


@pytest.mark.parametrize("client", SHOPS)
def test_a_typical_shop_is_asked_twenty_five_questions_or_fewer(
    catalogue: Catalogue, interviews: dict[str, tuple[Judgement, Interview]], client: str
) -> None:
    whole, held = interviews[client]
    assert 10 <= len(held.questions) <= MOST_QUESTIONS
    ended = replace(begin(catalogue, dict(held.profile)), held=whole.held)
    left = rank_questions(catalogue, pd.DataFrame(), AS_OF, [ended])
    assert set(left["field"]) <= set(held.unsure)
    assert all(whole.profile[name] is None for name in held.unsure)


@pytest.mark.parametrize("client", SHOPS + OTHERS)
def test_what_was_not_asked_changes_no_verdict(
    catalogue: Catalogue, interviews: dict[str, tuple[Judgement, Interview]], client: str
) -> None:
    """Who answers what is asked comes to the verdicts of who has told everything."""
    whole, held = interviews[client]
    asked = [name for question in held.questions for name in question.fields]
    assert len(asked) == len(set(asked)) < len(catalogue.fields.every) - 10
    assert not {name for name, value in held.following.items() if whole.profile[name] not in {None, value}}
    after = begin(catalogue, dict(held.profile)).verdicts
    differing = {code for code in after if whole.verdicts[code] != after[code]}
    assert {whole.verdicts[code] for code in differing} <= {"undetermined"}  # what follows may settle more


@pytest.mark.parametrize(
    ("told", "following"),
    [
        ({}, {}),
        ({"hosts_third_party_sellers": False}, {"hosted_categories": "none"}),
        ({"hosts_third_party_sellers": True}, {}),
        ({"hosted_categories": "drugs"}, {"hosts_third_party_sellers": True}),
        ({"issues_prepaid_cards": False}, {"prepaid_cards_outside_retail": False}),
        ({"processes_minors_information": False}, {"minor_registered_users": 0.0}),
        ({"registered_users": 9_000.0}, {}),  # up to 9,000 of them may be minors
        ({"branch_cities": 1.0, "branch_provinces": 3.0}, {"cross_province": True}),
    ],
)
def test_an_answer_follows_where_no_other_agrees_with_what_is_told(
    catalogue: Catalogue, told: dict[str, Value], following: dict[str, Value]
) -> None:
    assert find_following(catalogue, told) == following


def test_what_follows_leads_further(catalogue: Catalogue) -> None:
    found = find_following(catalogue, {"sells_own_goods": False})
    assert found["own_categories"] == "none"
    found = find_following(catalogue, {"exported_personal_information_count": 0.0})
    assert found == {
        "exports_sensitive_personal_information": False,
        "exported_sensitive_personal_information_count": 0.0,
    }


def test_what_follows_contradicts_nothing(
    catalogue: Catalogue, interviews: dict[str, tuple[Judgement, Interview]]
) -> None:
    for _, held in interviews.values():
        assert held.following or len(held.unsure) > MOST_QUESTIONS
        ended = begin(catalogue, dict(held.profile))
        assert find_contradictions(catalogue, pd.DataFrame({"client": ["-"]}), AS_OF, "en", [ended]) == []


def test_who_sells_is_asked_before_what_is_sold(catalogue: Catalogue) -> None:
    question = find_next_question(catalogue, begin(catalogue), AS_OF)
    assert question is not None
    assert question.name == "sellers"
    assert set(question.fields) == {"sells_own_goods", "hosts_third_party_sellers"}


def test_what_only_some_answers_call_for_stands_behind_these_in_the_same_question(
    catalogue: Catalogue,
) -> None:
    seen = []
    unsure: list[str] = []
    while question := find_next_question(catalogue, begin(catalogue), AS_OF, unsure):
        seen.append(question)
        unsure += question.fields
    offers = next(question.fields for question in seen if "shows_drug_information" in question.fields)
    assert offers.index("shows_drug_information") < offers.index("advertises_reviewed_goods")
    assert seen[-2].name == "rare"
    assert len(seen[-2].fields) > 30
    assert seen[-1].fields == ("works_with_mcn",)  # it waits for entertainment, which is rare
    channels = next(question.fields for question in seen if question.name == "channels")
    assert set(channels) == {"has_website", "has_app", "has_mini_program"}


def test_a_question_waits_until_it_can_be_asked_as_a_whole(catalogue: Catalogue) -> None:
    names = list_open_facts(catalogue, begin(catalogue), AS_OF)
    asked = list(arrange(catalogue, names, begin(catalogue).profile))
    assert sorted(name for question in asked for name in question.fields) == sorted(names)
    places = {question.name: at for at, question in reversed([*enumerate(asked)])}
    assert names.index("public_generative_ai") < names.index("exported_personal_information_count")
    assert places["exported_personal_information_count"] < places["data_use"]
    again = {question.name for question in asked if [one.name for one in asked].count(question.name) > 1}
    assert {"content"} <= again <= {"content", "company_form"}  # the rest hangs on what is rare
    assert find_next_question(catalogue, begin(catalogue), AS_OF) == asked[0]


def test_not_sure_is_not_asked_again_and_does_not_stop_the_rest(catalogue: Catalogue) -> None:
    held = hold_interview(catalogue, begin(catalogue), AS_OF, lambda _: None)
    assert list(held.unsure) == [name for question in held.questions for name in question.fields]
    assert {value for value in held.profile.values() if value is not None} == {"none"}  # what it holds
    assert len(held.questions) <= MOST_QUESTIONS


def test_nothing_is_asked_of_who_has_told_everything(catalogue: Catalogue) -> None:
    told = {field.name: field.none for field in catalogue.fields.every if field.type != "choice"}
    one = begin(catalogue, told)
    assert find_next_question(catalogue, one, AS_OF) is None
    held = hold_interview(catalogue, one, AS_OF, lambda name: pytest.fail(f"{name} is asked"))
    assert held.questions == ()
    assert held.profile == one.profile
