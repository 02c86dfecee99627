"""What it would take: every smallest change, no other, and in words that say what to do."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_logic import ANSWERS, FIELDS, NODES, PROFILES, complete, follow, hold

from licences.analysis.case import make_case
from licences.assessment.remedies import AIMS, find_remedies
from licences.cli.main import main
from licences.law.catalogue import Catalogue
from licences.law.in_force import find_law_in_force
from licences.planning.forecast import PlanOptions
from licences.rules.counterfactuals import find_all_changes
from licences.rules.expressions import And, Atom, Node, Not, Or
from licences.rules.facts import Fields
from licences.rules.kleene import Claim
from licences.rules.logic import Rule, make_profile, read_rule
from licences.words.cases import view_licence
from licences.words.remedies import say_aim, say_steps
from licences.words.texts import read_texts

BOOLS = ("a", "b", "c")
YES_NO_NODES: st.SearchStrategy[Node] = st.recursive(
    st.sampled_from([Atom(name, "is") for name in BOOLS]),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=9,
)
Assignment = frozenset[tuple[str, bool]]


def find_by_trying(
    node: Node, names: tuple[str, ...], profile: dict[str, Any], wanted: bool
) -> set[Assignment]:
    """All smallest sets of other answers that lead to ``wanted`` whatever is still open; every one is tried."""

    def leads(change: Iterable[tuple[str, bool]]) -> bool:
        told = {**profile, **dict(change)}
        choices = [[told[name]] if told[name] is not None else [True, False] for name in names]
        return all(
            hold(node, {**told, **dict(zip(names, way, strict=True))}) is wanted
            for way in itertools.product(*choices)
        )

    found: set[Assignment] = set()
    for size in range(len(names) + 1):
        for chosen in itertools.combinations(names, size):
            for answers in itertools.product((True, False), repeat=size):
                change = frozenset(zip(chosen, answers, strict=True))
                changes_all = all(profile[name] is not answer for name, answer in change)
                if changes_all and leads(change) and not any(smaller <= change for smaller in found):
                    found.add(change)
    return found - {frozenset()}


def read_change(change: tuple[Claim, ...]) -> Assignment:
    return frozenset((atom.field, bool(truth)) for atom, truth in change)


@given(YES_NO_NODES)
@settings(max_examples=150, deadline=None)
def test_of_yes_and_no_exactly_the_smallest_changes_are_found_for_every_profile(node: Node) -> None:
    rule = Rule("", node, FIELDS)
    for answers in itertools.product((True, False, None), repeat=len(BOOLS)):
        profile: dict[str, Any] = {**dict.fromkeys(ANSWERS), **dict(zip(BOOLS, answers, strict=True))}
        for wanted in (True, False):
            changes = [read_change(change) for change in find_all_changes(rule, profile, wanted)]
            assert set(changes) == find_by_trying(node, rule.names, profile, wanted)
            assert len(changes) == len(set(changes))


def test_every_rule_of_the_catalogue_on_yes_and_no_alone_agrees_with_trying(catalogue: Catalogue) -> None:
    texts = {*catalogue.rows["applies_when"], *catalogue.rows["eligible_when"].dropna()}
    tried = 0
    for text in sorted(texts):
        rule = read_rule(text, catalogue.fields)
        if len(rule.names) > 5 or any(catalogue.fields[name].type != "bool" for name in rule.names):
            continue
        for answers in itertools.product((True, False, None), repeat=len(rule.names)):
            profile = dict(zip(rule.names, answers, strict=True))
            for wanted in (True, False):
                changes = {read_change(change) for change in find_all_changes(rule, profile, wanted)}
                assert changes == find_by_trying(rule.node, rule.names, profile, wanted), text
        tried += 1
    assert tried > 20


def list_ways(
    rule: Rule, profile: dict[str, Any], wanted: bool, answers: dict[str, list[Any]]
) -> set[frozenset[str]]:
    """The smallest sets of facts of which some other answers lead to ``wanted``; every one is tried."""
    found: set[frozenset[str]] = set()
    for size in range(1, len(rule.names) + 1):
        for names in itertools.combinations(rule.names, size):
            if any(smaller <= set(names) for smaller in found):
                continue
            for chosen in itertools.product(*(answers[name] for name in names)):
                told = {**profile, **dict(zip(names, chosen, strict=True))}
                if rule.decide(told) is wanted:
                    found.add(frozenset(names))
                    break
    return found


@given(NODES, PROFILES, st.booleans())
@example(  # neither the member nor the empty set: another member has to take its place
    Or((Atom("s", "has", "z"), Atom("s", "==", "none"))), {**dict.fromkeys(ANSWERS), "s": "z"}, False
)
@settings(max_examples=300, deadline=None)
def test_a_change_leads_where_it_says_and_no_set_of_facts_that_could_is_missing(
    node: Node, profile: dict[str, Any], wanted: bool
) -> None:
    rule = Rule("", node, FIELDS)
    changes = find_all_changes(rule, profile, wanted)
    for change in changes:
        followed = follow(profile, change)
        assert followed
        for told in followed:
            assert {hold(node, full) for full in complete(told, rule.names)} == {wanted}
    if rule.decide(profile) is not wanted:
        facts = {frozenset(atom.field for atom, _ in change) for change in changes}
        assert list_ways(rule, profile, wanted, ANSWERS) <= facts


@pytest.mark.parametrize("column", ["applies_when", "eligible_when"])
def test_what_the_catalogue_asks_is_met_by_every_smallest_set_of_facts(
    catalogue: Catalogue, sample_clients: pd.DataFrame, column: str
) -> None:
    profiles = [
        make_profile(row) for row in sample_clients[list(catalogue.fields.by_name)].to_dict("records")
    ]
    for text in sorted(set(catalogue.rows[column].dropna())):
        rule = read_rule(text, catalogue.fields)
        answers = {axis.field.name: [axis.points[at] for at in axis.possible] for axis in rule.axes}
        unlike = {rule.find_kinds(profile): profile for profile in profiles[::4]}
        for profile in unlike.values():
            for wanted in (True, False):
                if rule.decide(profile) is wanted:
                    continue
                changes = find_all_changes(rule, profile, wanted)
                facts = {frozenset(atom.field for atom, _ in change) for change in changes}
                assert list_ways(rule, dict(profile), wanted, answers) <= facts, text


def remedy(catalogue: Catalogue, code: str, language: str = "en", **told: Any) -> dict[str, list[str]]:
    entry = find_law_in_force(catalogue, date(2026, 11, 23), language).entries[code]
    profile = {**dict.fromkeys(catalogue.fields.by_name), **told}
    aims = find_remedies(entry, profile)
    assert tuple(aims) == AIMS
    return {name: say_aim(name, aim, profile, catalogue.fields, language) for name, aim in aims.items()}


def test_more_capital_or_a_smaller_place_of_business_are_both_named(catalogue: Catalogue) -> None:
    told: dict[str, Any] = {
        "sells_messaging_services": True,
        "registered_capital_cny": 500_000.0,
        "cross_province": True,
        "foreign_share_percent": 60.0,
    }
    less = "lower the foreign share to at most 50%"
    assert remedy(catalogue, "SP", **told)["eligible"][1:] == [
        f"1. raise the registered capital to at least 10,000,000 CNY; and {less}",
        f"2. raise the registered capital to at least 1,000,000 CNY; and stay within one province; and {less}",
    ]
    assert remedy(catalogue, "SP", "zh", **told)["eligible"][1] == (
        "1. 把注册资本提高到1,000万元以上；并且把外资持股比例降到不超过50%"
    )
    assert remedy(catalogue, "SP", **told)["not_needed"][1:] == [
        "1. no longer sell SMS or voice information services to others"
    ]


def test_what_is_reached_open_or_without_a_condition_is_said(catalogue: Catalogue) -> None:
    texts = read_texts("en")["what_it_takes"]
    assert remedy(catalogue, "EXPRESS", own_couriers=True)["needed"] == [texts["settled"]["needed"]]
    assert remedy(catalogue, "DOMAIN")["eligible"] == [texts["settled"]["unconditional"]]
    assert remedy(catalogue, "BUSINESS_LICENCE")["not_needed"] == [texts["none"]["not_needed"]]
    assert remedy(catalogue, "EXPRESS")["needed"][1:] == ["1. make sure that it runs its own couriers"]


@pytest.mark.parametrize(
    ("claim", "told", "english"),
    [
        ((Atom("n", ">", 3.0), True), {"n": 1.0}, "raise label above 3"),
        ((Atom("n", "<", 3.0), True), {"n": 5.0}, "lower label below 3"),
        ((Atom("n", "==", 3.0), True), {"n": 5.0}, "bring label to exactly 3"),
        ((Atom("n", "<", 7.0), True), {"n": 5.0}, "keep to this: label: less than 7"),
        ((Atom("p", "==", "u"), True), {"p": "v"}, "change label to u"),
        ((Atom("p", "==", "u"), False), {"p": "u"}, "change label to something other than u"),
        ((Atom("s", "has", "x"), True), {"s": "y"}, "add x to label"),
        ((Atom("s", "has", "x"), False), {"s": "x"}, "leave x out of label"),
        ((Atom("s", "==", "none"), True), {"s": "x"}, "leave everything out of label"),
        ((Atom("s", "==", "none"), False), {"s": "none"}, "add something to label"),
        ((Atom("a", "is"), True), {"a": False}, "see to this: label"),
        ((Atom("a", "is"), False), {"a": True}, "no longer so: label"),
    ],
)
def test_a_step_says_the_direction(claim: Claim, told: dict[str, Any], english: str) -> None:
    fields = Fields(
        tuple(
            replace(field, label={"en": "Label"}, values={value: {"en": value} for value in field.values})
            for field in FIELDS.every
        )
    )
    assert say_steps([claim], {**dict.fromkeys(ANSWERS), **told}, fields, "en") == [english]


def test_every_yes_or_no_of_the_questionnaire_has_a_phrase_in_both_languages(catalogue: Catalogue) -> None:
    named = {field.name for field in catalogue.fields.every if field.type == "bool"}
    for language in ("zh", "en"):
        texts = read_texts(language)["what_it_takes"]
        assert set(texts["phrase"]) == named
        assert set(texts["own"]) <= {*catalogue.fields.by_name, "held"}


def test_a_card_says_what_would_make_a_licence_obtainable_where_it_is_not_yet(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    day = date(2026, 11, 23)
    client = sample_clients[sample_clients["client"] == "paper-plane-post"].reset_index(drop=True)
    case = make_case(catalogue, client, day, PlanOptions(day), "en")
    assert view_licence(case, "EXPRESS")["obtainable"] == [
        "raise the registered capital to at least 2,000,000 CNY",
        "no longer run international express",
    ]
    assert view_licence(case, "EDI")["obtainable"] == []  # it is not needed
    assert view_licence(case, "BUSINESS_LICENCE")["obtainable"] == []


def test_the_command_answers_in_words_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["what-if", "--client", "paper-plane-post", "--licence", "EXPRESS", "--as-of", "2026-11-23"]
    assert main([*asked, "--lang", "en"]) == 0
    assert "1. raise the registered capital to at least 2,000,000 CNY" in capsys.readouterr().out
    assert main([*asked, "--json", "--lang", "en"]) == 0
    (answer,) = json.loads(capsys.readouterr().out)
    assert (answer["client"], answer["code"], answer["verdict"]) == (
        "paper-plane-post",
        "EXPRESS",
        "required",
    )
    assert answer["needed"] == {"reached": True, "ways": []}
    assert answer["eligible"]["reached"] is False
    assert [way["facts"] for way in answer["eligible"]["ways"]] == [
        ["registered_capital_cny"],
        ["international_express"],
    ]


def test_a_licence_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["what-if", "--licence", "EXPRES"]) == 2
    assert "did you mean 'EXPRESS'?" in capsys.readouterr().err
    assert main(["what-if", "--licence", "OHSAS_18001", "--as-of", "2026-11-23"]) == 2
    assert "OHSAS_18001 is not in force on 2026-11-23" in capsys.readouterr().err
