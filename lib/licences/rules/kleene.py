"""Kleene's three-valued answers to an expression: evaluated, and traced part by part."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from licences.rules.expressions import Always, And, Atom, Node, Not, Or, Value
from licences.rules.facts import split_set

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}

Profile = Mapping[str, Value | None]
Claim = tuple[Atom, bool | None]
"""A statement about a fact and whether it is so; None where the fact is not told."""


class Truths:
    """The truth of a statement about each of many clients: bool arrays of whom it is true and false, of others it is open."""

    __slots__ = ("false", "true")

    def __init__(self, true: NDArray[np.bool_], false: NDArray[np.bool_]) -> None:
        self.true, self.false = true, false

    @property
    def is_open(self) -> NDArray[np.bool_]:
        """Of whom it cannot be told."""
        return ~(self.true | self.false)

    def to_list(self) -> list[bool | None]:
        """The truth for each client; None where it cannot be told."""
        return [
            True if true else False if false else None
            for true, false in zip(self.true, self.false, strict=True)
        ]

    def __and__(self, other: Truths) -> Truths:
        return Truths(self.true & other.true, self.false | other.false)

    def __or__(self, other: Truths) -> Truths:
        return Truths(self.true | other.true, self.false & other.false)

    def __invert__(self) -> Truths:
        return Truths(self.false, self.true)


def evaluate(node: Node, look_up: Callable[[Atom], Any], constant: Callable[[bool], Any]) -> Any:
    """The value of an expression, over anything that knows ``&``, ``|`` and ``~``."""
    match node:
        case Atom():
            return look_up(node)
        case Not(part):
            return ~evaluate(part, look_up, constant)
        case Always(value):
            return constant(value)
    join = operator.and_ if isinstance(node, And) else operator.or_
    values = (evaluate(part, look_up, constant) for part in node.parts)
    result = next(values)
    for value in values:
        result = join(result, value)
    return result


def is_true_of(atom: Atom, value: Value) -> bool:
    if atom.op == "is":
        return bool(value)
    if atom.op == "has":
        return atom.value in split_set(str(value))
    return bool(COMPARISONS[atom.op](value, atom.value))


@dataclass(frozen=True)
class Trace:
    """An expression as it was answered: each part with its truth, None where it cannot be told.

    op: ``fact``, ``and``, ``or``, ``not`` or ``always``. atom, told: of a fact, what is stated of it and
    what the client told; None where it is not told.
    """

    op: str
    truth: bool | None
    parts: tuple[Trace, ...] = ()
    atom: Atom | None = None
    told: Value | None = None


def trace(node: Node, profile: Profile) -> Trace:
    """The answer to an expression for one client, as a tree of the same shape as the expression."""
    match node:
        case Always(value):
            return Trace("always", value)
        case Atom(field):
            told = profile.get(field)
            return Trace("fact", None if told is None else is_true_of(node, told), atom=node, told=told)
        case Not(part):
            inner = trace(part, profile)
            return Trace("not", None if inner.truth is None else not inner.truth, (inner,))
    parts = tuple(trace(part, profile) for part in node.parts)
    settling = isinstance(node, Or)
    truths = {part.truth for part in parts}
    truth = settling if settling in truths else None if None in truths else not settling
    return Trace("or" if settling else "and", truth, parts)


def list_deciding_claims(answered: Trace) -> list[Claim]:
    """The statements that decided an answer, or that keep it open, in the order of the expression."""
    if answered.atom is not None:
        return [(answered.atom, answered.truth)]
    if answered.op in {"not", "always"}:
        return [claim for part in answered.parts for claim in list_deciding_claims(part)]
    settling = answered.op == "or"
    deciding = [list_deciding_claims(part) for part in answered.parts if part.truth is answered.truth]
    if answered.truth is None:
        return [claim for claims in deciding for claim in claims if claim[1] is None]
    if answered.truth is settling and not settling:
        return min(deciding, key=len)
    return [claim for claims in deciding for claim in claims]
