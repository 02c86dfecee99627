"""Mutants: the ways in which a rule could be broken by a slip, a bound moved, a word exchanged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from licences.reading.tables import NONE
from licences.rules.axes import OTHER
from licences.rules.expressions import Always, And, Atom, Node, Not, Or, Value
from licences.rules.logic import MAX_POINTS, Rule

_STRICTER = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_TURNED = {"<": (">",), "<=": (">=",), ">": ("<",), ">=": ("<=",), "==": ("<=", ">=")}


@dataclass(frozen=True, eq=False)
class Mutant:
    """A broken rule: what is broken, and answers on which it and the true rule differ."""

    rule: Rule
    slip: str
    telling: dict[str, Value]


@lru_cache(maxsize=1024)
def make_mutants(rule: Rule) -> tuple[Mutant, ...]:
    """Every rule that differs from ``rule`` by one slip and, for some client, in its answer."""
    made: dict[Node, Mutant] = {}
    for node, slip in _list_slips(rule.node, rule):
        if node not in made:
            telling = find_difference(rule, node)
            if telling is not None:
                made[node] = Mutant(Rule("", node, rule.fields), slip, telling)
    return tuple(made.values())


def find_difference(rule: Rule, other: Node) -> dict[str, Value] | None:
    """Answers that the limits of the fields allow and on which two expressions differ; None where there are none."""
    node = rule.node
    both = Rule("", Or((And((node, Not(other))), And((Not(node), other)))), rule.fields)
    if np.prod([len(axis.points) for axis in both.axes], dtype=float) > MAX_POINTS:
        return {}
    return find_example(both)


def find_example(rule: Rule) -> dict[str, Value] | None:
    """Answers of which an expression is true, in plain values; None where there are none."""
    truth = rule.narrow({})
    if not truth.any():
        return None
    if not rule.names:
        return {}
    at = np.unravel_index(int(truth.argmax()), truth.shape)
    answers = {}
    for axis, place in zip(rule.axes, at, strict=True):
        point = axis.points[axis.possible[int(place)]]
        if isinstance(point, str) and OTHER in point.split(";"):
            others = [value for value in axis.field.values if value not in axis.members + axis.points]
            members = [others[0] if member == OTHER else member for member in point.split(";")]
            point = ";".join(members) or NONE
        answers[axis.field.name] = point
    return answers


def _list_slips(node: Node, rule: Rule) -> Iterator[tuple[Node, str]]:
    """Each expression with one slip in it, and the slip in words."""
    match node:
        case Atom():
            yield from _list_slips_of_atom(node, rule)
        case Not(part):
            yield part, f"'not' is dropped before {say_node(part)}"
            for slipped, slip in _list_slips(part, rule):
                yield slipped.part if isinstance(slipped, Not) else Not(slipped), slip
        case And(parts) | Or(parts):
            kind, other = (And, Or) if isinstance(node, And) else (Or, And)
            word, wrong = ("and", "or") if kind is And else ("or", "and")
            yield other(parts), f"{wrong!r} stands for {word!r} in {say_node(node)}"
            for at, part in enumerate(parts):
                yield _join(kind, (*parts[:at], *parts[at + 1 :])), f"{say_node(part)} is left out"
                for slipped, slip in _list_slips(part, rule):
                    yield kind((*parts[:at], slipped, *parts[at + 1 :])), slip
    if node is rule.node and not isinstance(node, (Always, And, Or)):
        yield Always(True), f"{say_node(node)} is left out"


def _join(kind: type[And | Or], parts: Sequence[Node]) -> Node:
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


def _list_slips_of_atom(atom: Atom, rule: Rule) -> Iterator[tuple[Node, str]]:
    said = say_node(atom)
    if rule.fields[atom.field].type != "number":
        yield Not(atom), f"{say_node(Not(atom))} stands for {said}"
        return
    bound = float(atom.value)
    slips: list[Node] = [Atom(atom.field, op, atom.value) for op in _TURNED[atom.op]]
    slips += [Not(atom)] if atom.op == "==" else [Atom(atom.field, _STRICTER[atom.op], atom.value)]
    slips += [replace(atom, value=bound - 1), replace(atom, value=bound + 1)]
    for slipped in slips:
        yield slipped, f"{say_node(slipped)} stands for {said}"


def say_node(node: Node) -> str:
    """An expression as the catalogue writes it."""
    match node:
        case Always(value):
            return str(value)
        case Atom():
            return _say_atom(node, "==", "in")
        case Not(Atom(_, "==" | "has") as atom):
            return _say_atom(atom, "!=", "not in")
        case Not(part):
            return f"not {_in_parentheses(part)}"
    return (" and " if isinstance(node, And) else " or ").join(map(_in_parentheses, node.parts))


def _say_atom(atom: Atom, equal: str, within: str) -> str:
    if atom.op == "is":
        return atom.field
    if atom.op == "has":
        return f"{_say_literal(atom.value)} {within} {atom.field}"
    return f"{atom.field} {equal if atom.op == '==' else atom.op} {_say_literal(atom.value)}"


def _in_parentheses(node: Node) -> str:
    return f"({say_node(node)})" if isinstance(node, (And, Or)) else say_node(node)


def _say_literal(value: Value) -> str:
    return f"{value:.15g}" if isinstance(value, float) else repr(value)
