"""Three-valued logic against trying every answer, on random expressions and on the catalogue's own."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from licences.law.catalogue import Catalogue
from licences.rules.counterfactuals import find_changes
from licences.rules.expressions import Always, And, Atom, Node, Not, Or, find_atoms
from licences.rules.facts import Field, Fields, make_profiles
from licences.rules.logic import Facts, Rule, read_profile, read_rule

AS_OF = date(2026, 11, 23)
BOTH = {"zh": "", "en": ""}


def make_field(
    name: str, kind: str, values: tuple[str, ...] = (), minimum: float = 0, maximum: float = 9
) -> Field:
    return Field(name, kind, "company", BOTH, dict.fromkeys(values, BOTH), {}, BOTH, minimum, maximum, BOTH)


FIELDS = Fields(
    (
        make_field("a", "bool"),
        make_field("b", "bool"),
        make_field("c", "bool"),
        make_field("n", "number"),
        make_field("s", "set", ("x", "y", "z")),
        make_field("p", "choice", ("u", "v", "w")),
    )
)
ANSWERS: dict[str, list[Any]] = {
    "a": [True, False],
    "b": [True, False],
    "c": [True, False],
    "n": [0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 9.0],
    "s": ["none", "x", "y", "z", "x;y", "x;z", "y;z", "x;y;z"],
    "p": ["u", "v", "w"],
}
ATOMS = st.sampled_from(
    [Atom("a", "is"), Atom("b", "is"), Atom("c", "is")]
    + [Atom("n", op, bound) for op in ("<", "<=", ">", ">=", "==") for bound in (0.0, 1.0, 3.0, 9.0)]
    + [Atom("s", "has", member) for member in "xyz"]
    + [Atom("s", "==", "none")]
    + [Atom("p", "==", value) for value in "uvw"]
)
NODES: st.SearchStrategy[Node] = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)
PROFILES = st.fixed_dictionaries(
    {name: st.one_of(st.none(), st.sampled_from(answers)) for name, answers in ANSWERS.items()}
)


def hold(node: Node, profile: dict[str, Any]) -> bool:
    """The plain meaning of an expression where everything is told, written independently of the package."""
    match node:
        case Always(value):
            return value
        case Not(part):
            return not hold(part, profile)
        case And(parts):
            return all(hold(part, profile) for part in parts)
        case Or(parts):
            return any(hold(part, profile) for part in parts)
    told, value = profile[node.field], node.value
    if node.op == "has":
        return value in str(told).split(";")
    return {
        "is": lambda: told is True,
        "==": lambda: told == value,
        "<": lambda: told < value,
        "<=": lambda: told <= value,
        ">": lambda: told > value,
        ">=": lambda: told >= value,
    }[node.op]()


def complete(profile: dict[str, Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Every way in which the facts that are not told could be told."""
    choices = [[profile[name]] if profile[name] is not None else ANSWERS[name] for name in names]
    return [dict(zip(names, chosen, strict=True)) for chosen in itertools.product(*choices)]


def make_frame(profiles: list[dict[str, Any]]) -> pd.DataFrame:
    dtypes = {"bool": "boolean", "number": "Float64", "set": "category", "choice": "str"}
    return pd.DataFrame(
        {f.name: pd.Series([p[f.name] for p in profiles], dtype=dtypes[f.type]) for f in FIELDS.every}
    )


@given(NODES, PROFILES)
@settings(max_examples=400, deadline=None)
def test_an_answer_is_given_exactly_where_all_ways_of_telling_the_rest_agree(
    node: Node, profile: dict[str, Any]
) -> None:
    rule = Rule("", node, FIELDS)
    ways = [hold(node, told) for told in complete(profile, rule.names)]
    expected = True if all(ways) else None if any(ways) else False
    assert rule.decide(profile) is expected
    assert rule.evaluate(Facts(make_frame([profile]), FIELDS, AS_OF)).to_list() == [expected]


@given(NODES, PROFILES)
@settings(max_examples=300, deadline=None)
def test_the_missing_facts_are_exactly_those_that_can_still_change_the_answer(
    node: Node, profile: dict[str, Any]
) -> None:
    rule = Rule("", node, FIELDS)
    decisive = set()
    for told in complete(profile, rule.names):
        for name in rule.names:
            if profile[name] is None:
                others = {hold(node, {**told, name: answer}) for answer in ANSWERS[name]}
                decisive |= {name} if len(others) > 1 else set()
    assert set(rule.find_missing(profile)) == decisive
    assert (rule.decide(profile) is None) is bool(decisive)


@given(NODES, PROFILES)
@settings(max_examples=400, deadline=None)
def test_the_reasons_are_true_of_the_profile_and_suffice(node: Node, profile: dict[str, Any]) -> None:
    rule = Rule("", node, FIELDS)
    claims = rule.explain(profile)
    named = {atom.field for atom, _ in claims}
    for atom, truth in claims:
        assert truth is (None if profile[atom.field] is None else hold(atom, profile))
    if rule.decide(profile) is not None:
        only_named = {name: profile[name] if name in named else None for name in profile}
        assert rule.decide(only_named) is rule.decide(profile)
    else:
        assert named == set(rule.find_missing(profile))


def follow(profile: dict[str, Any], change: tuple[tuple[Atom, bool | None], ...]) -> list[dict[str, Any]]:
    """The profiles that a change describes: the old one with the named facts told anew."""
    names = tuple(dict.fromkeys(atom.field for atom, _ in change))
    followed = []
    for answers in itertools.product(*(ANSWERS[name] for name in names)):
        told = {**profile, **dict(zip(names, answers, strict=True))}
        if all(hold(atom, told) is truth for atom, truth in change):
            kept = all(
                set(str(told[name]).split(";")) ^ set(str(profile[name] or "none").split(";"))
                <= {str(atom.value) for atom, _ in change if atom.field == name} | {"none"}
                for name in names
                if name == "s" and profile["s"] is not None and Atom("s", "==", "none") not in dict(change)
            )
            followed += [told] if kept else []
    return followed


SOMETHING_BUT_NOT_X = And((Atom("a", "is", True), Or((Atom("s", "has", "x"), Atom("s", "==", "none")))))


@given(NODES, PROFILES, st.booleans())
@example(SOMETHING_BUT_NOT_X, {**dict.fromkeys(ANSWERS), "s": "none"}, False)
@settings(max_examples=400, deadline=None)
def test_a_change_leads_where_it_says_and_no_part_of_it_does(
    node: Node, profile: dict[str, Any], wanted: bool
) -> None:
    rule = Rule("", node, FIELDS)
    changes = find_changes(rule, profile, wanted)
    for change in changes:
        followed = follow(profile, change)
        assert followed
        assert {rule.decide(told) for told in followed} == {wanted}
        names = {atom.field for atom, _ in change}
        for size in range(1, len(names)):
            for fewer in itertools.combinations(sorted(names), size):
                for answers in itertools.product(*(ANSWERS[name] for name in fewer)):
                    told = {**profile, **dict(zip(fewer, answers, strict=True))}
                    assert rule.decide(told) is not wanted or told == profile


def test_a_fact_that_cannot_change_the_answer_is_not_asked_for() -> None:
    rule = read_rule("a or not a", FIELDS)
    nothing = dict.fromkeys(ANSWERS)
    assert rule.decide(nothing) is True
    assert rule.find_missing(nothing) == ()
    assert rule.evaluate(Facts(make_frame([nothing]), FIELDS, AS_OF)).to_list() == [True]


def test_a_missing_fact_is_not_taken_for_a_no() -> None:
    facts = Facts(make_frame([{**dict.fromkeys(ANSWERS), "b": False}]), FIELDS, AS_OF)
    assert read_rule("a", FIELDS).evaluate(facts).to_list() == [None]
    assert read_rule("not a", FIELDS).evaluate(facts).to_list() == [None]
    assert read_rule("'x' in s", FIELDS).evaluate(facts).to_list() == [None]
    assert read_rule("p == 'u'", FIELDS).evaluate(facts).to_list() == [None]
    assert read_rule("n < 3", FIELDS).evaluate(facts).to_list() == [None]
    assert read_rule("a and b", FIELDS).evaluate(facts).to_list() == [False]


def test_the_empty_set_is_told_and_differs_from_not_told() -> None:
    facts = Facts(make_frame([{**dict.fromkeys(ANSWERS), "s": "none"}]), FIELDS, AS_OF)
    assert read_rule("'x' in s", FIELDS).evaluate(facts).to_list() == [False]
    assert read_rule("s == 'none'", FIELDS).evaluate(facts).to_list() == [True]


@pytest.mark.parametrize("column", ["applies_when", "eligible_when"])
def test_every_expression_of_the_catalogue_is_answered_alike_on_a_frame_and_one_by_one(
    catalogue: Catalogue, sample_clients: pd.DataFrame, column: str
) -> None:
    facts = Facts(sample_clients, catalogue.fields, AS_OF)
    profiles = [
        read_profile({str(name): value for name, value in row.items()}, catalogue.fields, AS_OF)
        for row in sample_clients.to_dict("records")
    ]
    for text in catalogue.rows[column].dropna().unique():
        rule = read_rule(text, catalogue.fields)
        # Between two bounds of one number each client is tried on its own, which is slow: of the exports of data alone.
        assert rule.kleene_is_exact or "exported_personal_information_count" in rule.names
        together = rule.evaluate(facts).to_list()
        assert together == [rule.decide(profile) for profile in profiles]
        assert set(rule.names) == {atom.field for atom in find_atoms(rule.node)}


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ((0.0, 9.0), {"n < 3": None, "n < 3 or n > 7": None, "n >= 3 and n <= 7": None}),
        ((20.0, 30.0), {"n < 3": False, "n < 3 or n > 7": True, "n >= 3 and n <= 7": False}),
        ((-30.0, -20.0), {"n < 3": True, "n < 3 or n > 7": True, "n >= 3 and n <= 7": False}),
        ((6.0, 6.5), {"n < 3": False, "n < 3 or n > 7": False, "n >= 3 and n <= 7": True}),
        ((6.0, 30.0), {"n < 3": False, "n < 3 or n > 7": None, "n >= 3 and n <= 7": None}),
        ((-30.0, 4.0), {"n < 3": None, "n < 3 or n > 7": None, "n >= 3 and n <= 7": None}),
    ],
)
def test_only_answers_within_the_limits_of_a_number_count_and_none_of_them_is_lost(
    limits: tuple[float, float], expected: dict[str, bool | None]
) -> None:
    fields = Fields((make_field("n", "number", minimum=limits[0], maximum=limits[1]),))
    assert {text: read_rule(text, fields).decide({"n": None}) for text in expected} == expected


@pytest.mark.parametrize(
    ("holds", "expected"),
    [
        ("", {"'EDI' in held": False, "'EDI' not in held": True, "held == 'none'": True}),
        ("none", {"'EDI' in held": False, "held != 'none'": False}),
        ("EDI", {"'EDI' in held": True, "'ICP' in held": False, "held == 'none'": False}),
        ("EDI@2026-11-22;ICP", {"'EDI' in held": False, "'ICP' in held": True}),
        ("EDI@2026-11-22", {"'EDI' in held": False, "held == 'none'": True}),
        ("EDI@2026-11-23", {"'EDI' in held": True, "not ('EDI' not in held)": True}),
        ("EDI@2020-01-01;EDI@2027-01-01", {"'EDI' in held": True}),
    ],
)
def test_what_is_held_counts_until_its_last_day_and_what_is_not_listed_is_not_held(
    catalogue: Catalogue, holds: str, expected: dict[str, bool]
) -> None:
    fields, cells = catalogue.fields, {"client": "c", "name": "C", "holds": holds}
    frame = make_profiles([cells], fields, set(catalogue.rows["code"]), "test")
    (row,) = frame.to_dict("records")
    profile = read_profile({str(name): value for name, value in row.items()}, fields, AS_OF)
    for text, truth in expected.items():
        rule = read_rule(text, fields)
        assert rule.decide(profile) is truth
        assert rule.evaluate(Facts(frame, fields, AS_OF)).to_list() == [truth]
        assert rule.find_missing(profile) == ()
