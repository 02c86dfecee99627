"""Slips in a rule: each differs from the rule, none that matters is passed over."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from test_logic import ANSWERS, FIELDS, NODES, complete, hold

from licences.law.catalogue import Catalogue
from licences.rules.expressions import Node, read_expression
from licences.rules.logic import Rule, read_rule
from licences.rules.mutants import find_difference, make_mutants, say_node


@given(NODES)
@settings(max_examples=150, deadline=None)
def test_a_mutant_is_answered_otherwise_where_it_says_so(node: Node) -> None:
    for mutant in make_mutants(Rule("", node, FIELDS)):
        told: dict[str, Any] = {**{name: answers[0] for name, answers in ANSWERS.items()}, **mutant.telling}
        assert hold(node, told) is not hold(mutant.rule.node, told), mutant.slip


@given(NODES, NODES)
@settings(max_examples=300, deadline=None)
def test_two_expressions_differ_exactly_where_some_answers_tell_them_apart(node: Node, other: Node) -> None:
    nothing = dict.fromkeys(ANSWERS)
    names = tuple(dict.fromkeys((*Rule("", node, FIELDS).names, *Rule("", other, FIELDS).names)))
    differ = any(hold(node, {**nothing, **told}) is not hold(other, {**nothing, **told})
                 for told in complete(nothing, names))  # fmt: skip
    assert (find_difference(Rule("", node, FIELDS), other) is not None) is differ


@pytest.mark.parametrize(
    ("text", "slips"),
    [
        ("a", {"True", "not a"}),
        ("not a", {"a", "True"}),
        ("a and b", {"a or b", "b", "a", "not a and b", "a and not b"}),
        ("n >= 3", {"n <= 3", "n > 3", "n >= 2", "n >= 4", "True"}),
        ("n == 9", {"n <= 9", "n != 9", "n == 8", "n == 10", "True"}),
    ],
)
def test_every_slip_that_matters_is_made_once(text: str, slips: set[str]) -> None:
    made = [say_node(mutant.rule.node) for mutant in make_mutants(read_rule(text, FIELDS))]
    assert set(made) == slips
    assert len(made) == len(slips)


def test_a_bound_at_the_limit_of_a_field_is_not_counted_where_nothing_changes() -> None:
    made = {say_node(mutant.rule.node) for mutant in make_mutants(read_rule("n <= 0", FIELDS))}
    assert "n == 0" not in made
    assert "n >= 0" in made


def test_an_expression_is_written_as_it_is_read(catalogue: Catalogue) -> None:
    texts = [*catalogue.rows["applies_when"], *catalogue.rows["eligible_when"].dropna()]
    for text in dict.fromkeys(texts):
        node = read_expression(text, catalogue.fields)
        assert read_expression(say_node(node), catalogue.fields) == node
