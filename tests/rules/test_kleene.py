"""A trace has the shape of its expression, and each part of it the truth that Kleene's tables give."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from test_logic import FIELDS, NODES, PROFILES

from licences.rules.expressions import And, Atom, Node, Not, Or, find_atoms
from licences.rules.kleene import Trace, list_deciding_claims, trace
from licences.rules.logic import Rule

TABLES = {
    "and": {(True, True): True, (True, None): None, (None, None): None, (False, None): False, (False, True): False, (False, False): False},
    "or": {(True, True): True, (True, None): True, (None, None): None, (False, None): None, (False, True): True, (False, False): False},
}  # fmt: skip


def walk(answered: Trace) -> list[Trace]:
    return [answered, *(one for part in answered.parts for one in walk(part))]


@pytest.mark.parametrize("op", ["and", "or"])
@pytest.mark.parametrize(("one", "other"), [(a, b) for a in (True, False, None) for b in (True, False, None)])
def test_two_parts_join_as_in_kleenes_tables(op: str, one: bool | None, other: bool | None) -> None:
    node = (And if op == "and" else Or)((Atom("a", "is"), Atom("b", "is")))
    pair = (one, other) if (one, other) in TABLES[op] else (other, one)
    assert trace(node, {"a": one, "b": other}).truth is TABLES[op][pair]


@given(NODES, PROFILES)
@settings(max_examples=300, deadline=None)
def test_a_trace_has_each_fact_with_what_was_told(node: Node, profile: dict[str, Any]) -> None:
    answered = trace(node, profile)
    facts = [one for one in walk(answered) if one.atom is not None]
    assert [one.atom for one in facts] == list(find_atoms(node))
    for one in facts:
        assert one.atom is not None
        assert one.told == profile[one.atom.field]
        assert (one.truth is None) is (one.told is None)


@given(NODES, PROFILES)
@settings(max_examples=300, deadline=None)
def test_the_trace_of_a_rule_ends_in_its_answer(node: Node, profile: dict[str, Any]) -> None:
    rule = Rule("", node, FIELDS)
    assert rule.trace(profile).truth is rule.decide(profile)


def test_the_claims_that_decided_are_read_from_the_tree() -> None:
    node = Or((And((Atom("a", "is"), Atom("b", "is"))), Not(Atom("c", "is"))))
    told = {"a": True, "b": False, "c": False}
    assert list_deciding_claims(trace(node, told)) == [(Atom("c", "is"), False)]
    assert list_deciding_claims(trace(node, told | {"c": True})) == [
        (Atom("b", "is"), False),
        (Atom("c", "is"), True),
    ]
    assert list_deciding_claims(trace(node, told | {"c": None})) == [(Atom("c", "is"), None)]
