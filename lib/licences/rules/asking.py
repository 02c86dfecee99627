"""Asking: of whom a fact is asked, since of others it could change nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from licences.errors import ExpressionError, Problem
from licences.rules.expressions import Always, And, Atom, Node, Not, Or, Value, find_atoms
from licences.rules.kleene import Profile, is_true_of
from licences.rules.logic import Rule, read_rule

if TYPE_CHECKING:
    from licences.rules.facts import Fields

COLUMN = "asked_when"


def find_asked(profile: Profile, fields: Fields) -> dict[str, bool | None]:
    """For each field whether it is asked of a client: True, False, or None where a fact that is not told decides that.

    What is told counts as it is told, even of a fact that is not asked. A fact that is neither asked nor told
    counts as its ``none`` where others are asked depending on it: who has no couriers of its own runs no
    international ones. ``list_ways_not_asked`` holds that this is no guess on which a verdict could rest.
    """
    return _find_asked(profile, fields)[0]


def find_conditions(profile: Profile, fields: Fields) -> dict[str, Node]:
    """For each field when it is asked of a client, over facts that are not told; ``Always`` where that is settled."""
    found, counted = _find_asked(profile, fields)
    rules = read_asking_rules(fields)
    return {
        name: work_in(rules[name].node, counted) if is_asked is None else Always(is_asked)
        for name, is_asked in found.items()
    }


def _find_asked(profile: Profile, fields: Fields) -> tuple[dict[str, bool | None], Profile]:
    """What ``find_asked`` says, and the facts with which it counted."""
    counted, asked = dict(profile), dict.fromkeys(fields.by_name, True)
    found: dict[str, bool | None] = {**asked}
    for name, rule in read_asking_rules(fields).items():
        found[name] = rule.decide(counted)
        if found[name] is False and counted.get(name) is None:
            counted[name] = fields[name].none
    return found, counted


def find_parents(fields: Fields) -> dict[str, tuple[str, ...]]:
    """For each field that is not asked of everybody the facts that decide whether it is asked."""
    return {name: rule.names for name, rule in read_asking_rules(fields).items()}


def put_parents_first(names: Iterable[str], parents: Mapping[str, Collection[str]]) -> list[str]:
    """Facts in the order given, but each put off until after those of them that decide whether it is asked."""
    left, ordered = list(names), list[str]()
    while left:
        waiting = set(left)
        free = (name for name in left if waiting.isdisjoint(parents.get(name, ())))
        ordered.append(next(free, left[0]))
        left.remove(ordered[-1])
    return ordered


@lru_cache(maxsize=64)
def read_asking_rules(fields: Fields) -> dict[str, Rule]:
    """The rules of the fields that are not asked of everybody, each after those on which it rests.

    Raises: ExpressionError; CycleError where facts are asked in a circle.
    """
    rules = {field.name: read_rule(field.asked_when, fields) for field in fields.every if field.asked_when}
    order = TopologicalSorter({name: rule.names for name, rule in rules.items()}).static_order()
    return {name: rules[name] for name in order if name in rules}


def list_ways_not_asked(name: str, fields: Fields) -> Iterator[Node]:
    """Every way in which a field comes not to be asked, as expressions over the facts as they really are.

    The first is that its own expression is false. In each further one some of the facts on which it rests are
    neither asked nor told and count as none, whatever they really are. A client of whom ``find_asked`` says
    False makes one of them true, whichever of its facts are told.
    """
    rule = read_asking_rules(fields).get(name)
    if rule is None:
        return
    ways: list[tuple[Node, tuple[Node, ...]]] = [(rule.node, ())]
    for parent in rule.names:
        unasked = list(list_ways_not_asked(parent, fields))
        if unasked:
            none = fields[parent].none
            ways += [(set_fact(node, parent, none), (*so, _join(unasked))) for node, so in ways]
    for node, so in ways:
        yield simplify(And((Not(node), *so)))


def _join(nodes: list[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else Or(tuple(nodes))


def set_fact(node: Node, name: str, value: Value) -> Node:
    """An expression with one fact settled, which it names no more."""
    match node:
        case Atom(field) if field == name:
            return Always(is_true_of(node, value))
        case Not(part):
            return Not(set_fact(part, name, value))
        case And(parts) | Or(parts):
            return type(node)(tuple(set_fact(part, name, value) for part in parts))
    return node


def work_in(node: Node, profile: Profile) -> Node:
    """An expression over what is not told alone: what a profile tells is settled."""
    for name in {atom.field: None for atom in find_atoms(node)}:
        told = profile.get(name)
        node = node if told is None else set_fact(node, name, told)
    return simplify(node)


def simplify(node: Node) -> Node:
    """The same expression without parts that are always so."""
    match node:
        case Not(part):
            inner = simplify(part)
            return Always(not inner.value) if isinstance(inner, Always) else Not(inner)
        case And(parts) | Or(parts):
            settling = isinstance(node, Or)
            left = [simplify(part) for part in parts]
            if Always(settling) in left:
                return Always(settling)
            left = [part for part in left if not isinstance(part, Always)]
            return (
                Always(not settling) if not left else left[0] if len(left) == 1 else type(node)(tuple(left))
            )
    return node


def find_asking_problems(fields: Fields, lines: Mapping[str, int], file: str) -> list[Problem]:
    """Expressions that cannot be read, are of nobody or of everybody, or run in a circle; lines: by field."""
    problems: list[Problem] = []
    rules: dict[str, Rule] = {}
    for field in fields.every:
        if not field.asked_when:
            continue
        try:
            rule = rules[field.name] = read_rule(field.asked_when, fields)
        except ExpressionError as error:
            problems.append(Problem(file, lines[field.name], COLUMN, error.wrong, error.right))
            continue
        truth = rule.narrow({})
        if not truth.any():
            wrong, right = "no client can ever make this expression true", "mend it or leave it empty"
            problems.append(Problem(file, lines[field.name], COLUMN, wrong, right))
        elif truth.all():
            wrong, right = "it is true of every client", "leave it empty, which means the same"
            problems.append(Problem(file, lines[field.name], COLUMN, wrong, right))
    problems += [
        Problem(file, lines[circle[0]], COLUMN, f"facts are asked in a circle: {' -> '.join(circle)}",
                "take one of them out of the other's expression")
        for circle in _find_circles({name: rule.names for name, rule in rules.items()})
    ]  # fmt: skip
    return problems


def _find_circles(rests_on: Mapping[str, tuple[str, ...]]) -> Iterator[list[str]]:
    """Each circle of facts, from a fact to the one that decides whether it is asked, beginning in order of name."""
    left = dict(rests_on)
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            circle = list(reversed(error.args[1]))[:-1]
            start = circle.index(min(circle))
            turned = [*circle[start:], *circle[:start]]
            yield [*turned, turned[0]]
            left = {name: names for name, names in left.items() if name not in circle}
        else:
            return
