"""Counterfactuals: what would have to be told otherwise for an expression to hold, or not to hold."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from licences.reading.tables import NONE
from licences.rules.axes import OTHER, Axis
from licences.rules.expressions import Atom, Value
from licences.rules.facts import split_set
from licences.rules.kleene import Claim, Profile
from licences.rules.logic import Rule


def find_changes(rule: Rule, profile: Profile, wanted: bool, most_facts: int = 3) -> list[tuple[Claim, ...]]:
    """The smallest sets of facts that would make the expression ``wanted``, smallest first.

    A set is left out where a part of it suffices. Of a number the nearest bound is given, of a set
    the change with the fewest members.
    """
    if rule.decide(profile) is wanted:
        return []
    told = _list_told(rule, profile)
    found: list[tuple[frozenset[str], tuple[Claim, ...]]] = []
    for size in range(1, min(most_facts, len(rule.names)) + 1):
        for names in itertools.combinations(rule.names, size):
            if not any(smaller <= set(names) for smaller, _ in found):
                changes = _find_changes_of(rule, told, names, wanted)
                found += [(frozenset(names), change) for change in changes]
    return [change for _, change in found]


def find_all_changes(rule: Rule, profile: Profile, wanted: bool) -> list[tuple[Claim, ...]]:
    """Every smallest change that would make the expression ``wanted``, those of the fewest facts first.

    A change is smallest where no part of it, just as it stands, suffices: to raise a number far, or to
    raise it less and to answer another fact otherwise, are two. Among changes of the same facts a
    further one is left out where a nearer one does. Of yes and no every smallest change is there.
    """
    if rule.decide(profile) is wanted:
        return []
    told = _list_told(rule, profile)
    changes = [
        change
        for size in range(1, len(rule.names) + 1)
        for names in itertools.combinations(rule.names, size)
        for change in _find_changes_of(rule, told, names, wanted, no_part=True)
    ]
    return list(dict.fromkeys(changes))


Told = Sequence[tuple[Value | None, tuple[int, ...]]]
"""What is told of each fact of a rule, and the kinds of answer that it leaves."""


def _list_told(rule: Rule, profile: Profile) -> Told:
    told = [(axis, profile.get(axis.field.name)) for axis in rule.axes]
    return [(value, axis.possible if value is None else (axis.find(value),)) for axis, value in told]


def _find_changes_of(
    rule: Rule, told: Told, names: tuple[str, ...], wanted: bool, no_part: bool = False
) -> list[tuple[Claim, ...]]:
    """The nearest ways to make it ``wanted`` that change each of the named facts and no other.

    no_part: leave out ways of which a part suffices.
    """
    changed = [rule.names.index(name) for name in names]
    reached = _find_reached(rule, told, changed, wanted)
    if not reached.any():
        return []

    def reaches(answers: Sequence[Sequence[int]]) -> bool:
        return all(map(reached.item, itertools.product(*answers)))

    def is_whole(answers: tuple[int, ...]) -> bool:
        parts = itertools.product(
            *(((answer,), told[at][1]) for at, answer in zip(changed, answers, strict=True))
        )
        return not any(reaches(part) for part in itertools.islice(parts, 1, None))

    ways: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
    for chosen in itertools.product(*(_order_answers(rule.axes[at], told[at][0]) for at in changed)):
        far, answers = tuple(way[0] for way in chosen), tuple(way[1] for way in chosen)
        if any(_is_nearer(near, far) for near, _ in ways) or not reached[answers]:
            continue
        if not no_part or is_whole(answers):
            ways = [way for way in ways if not _is_nearer(far, way[0])] + [(far, answers)]
    changes = []
    for _, answers in ways:
        box: list[Sequence[int]] = [(answer,) for answer in answers]
        claims: list[Claim] = []
        for position, at in enumerate(changed):

            def still(wider: Sequence[int], position: int = position, box: list[Sequence[int]] = box) -> bool:
                return reaches([*box[:position], wider, *box[position + 1 :]])

            box[position], said = _claim_answer(rule.axes[at], told[at][0], answers[position], still)
            claims += said
        changes.append(tuple(claims))
    return list(dict.fromkeys(changes))


def _find_reached(rule: Rule, told: Told, changed: Sequence[int], wanted: bool) -> NDArray[np.bool_]:
    """For each answer to the changed facts whether it is ``wanted`` then, whatever is open: one dimension a changed fact."""
    others = {at: left for at, (_, left) in enumerate(told) if at not in changed}
    box = [slice(None)] * len(told)
    for at, left in others.items():
        if len(left) == 1:
            box[at] = slice(left[0], left[0] + 1)
    truth = rule.truth[tuple(box)]
    for at, left in others.items():
        if 1 < len(left) < len(rule.axes[at].points):
            truth = truth.take(left, axis=at)
    reached: NDArray[np.bool_] = (truth == wanted).all(axis=tuple(others))
    return reached


def _is_nearer(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


def _order_answers(axis: Axis, told: Value | None) -> list[tuple[int, int]]:
    """The kinds of answer other than the told one, each with its distance from it, nearest first."""
    now = None if told is None else axis.find(told)
    answers = []
    for at in axis.possible:
        if at == now:
            continue
        distance = 0
        if axis.field.type == "number" and now is not None:
            distance = abs(at - now)
        elif axis.field.type == "set":
            point, before = (
                split_set(str(axis.points[at])),
                split_set(NONE if now is None else str(axis.points[now])),
            )
            distance = len(point ^ before)
        answers.append((distance, at))
    return sorted(answers)


Still = Callable[[Sequence[int]], bool]


def _claim_answer(
    axis: Axis, told: Value | None, answer: int, still: Still
) -> tuple[Sequence[int], list[Claim]]:
    """An answer in as few statements as do, and all the kinds of answer that fulfil them.

    ``still`` tells whether a wider choice of answers would lead to the same result.
    """
    name, point = axis.field.name, axis.points[answer]
    match axis.field.type:
        case "bool":
            return (answer,), [(Atom(name, "is"), bool(point))]
        case "number":
            return _claim_number(axis, answer, still)
        case "set":
            return _claim_set(axis, told, answer, still)
    if point != OTHER:
        return (answer,), [(Atom(name, "==", point), True)]
    fulfil, claims = [answer], list[Claim]()
    for at in axis.possible[:-1]:
        if still([*fulfil, at]):
            fulfil.append(at)
        else:
            claims.append((Atom(name, "==", axis.points[at]), False))
    return fulfil, claims


def _claim_number(axis: Axis, answer: int, still: Still) -> tuple[Sequence[int], list[Claim]]:
    name, first, last = axis.field.name, answer, answer
    while first - 1 in axis.possible and still(range(first - 1, last + 1)):
        first -= 1
    while last + 1 in axis.possible and still(range(first, last + 2)):
        last += 1
    claims: list[Claim] = []
    if first - 1 in axis.possible:
        bound = axis.thresholds[(first - 1) // 2]
        claims.append((Atom(name, ">=" if first % 2 else ">", bound), True))
    if last + 1 in axis.possible:
        bound = axis.thresholds[last // 2]
        claims.append((Atom(name, "<=" if last % 2 else "<", bound), True))
    if len(claims) > 1 and first == last and first % 2:
        claims = [(Atom(name, "==", axis.thresholds[first // 2]), True)]
    return range(first, last + 1), claims


def _claim_set(
    axis: Axis, told: Value | None, answer: int, still: Still
) -> tuple[Sequence[int], list[Claim]]:
    name, after = axis.field.name, split_set(str(axis.points[answer]))
    if told is not None:
        before = split_set(str(axis.points[axis.find(told)]))
        changes = [
            (member, member in after) for member in axis.members if (member in after) != (member in before)
        ]
        claims: list[Claim] = [(Atom(name, "has", member), comes) for member, comes in changes]
        if (OTHER in after) != (OTHER in before):
            claims.append((Atom(name, "==", NONE), OTHER not in after))
            if OTHER in after and not still([at for at in axis.possible if axis.points[at] != NONE]):
                claims += [(Atom(name, "has", member), False) for member in axis.members]
        return (answer,), claims

    def fulfilling(wanted: Mapping[str, bool]) -> list[int]:
        points = [(at, split_set(str(axis.points[at]))) for at in axis.possible]
        return [
            at for at, point in points if all((member in point) is there for member, there in wanted.items())
        ]

    wanted = {member: member in after for member in axis.members}
    if not still(fulfilling(wanted)):
        if not after:
            return (answer,), [(Atom(name, "==", NONE), True)]
        members: list[Claim] = [(Atom(name, "has", member), there) for member, there in wanted.items()]
        return (answer,), [(Atom(name, "==", NONE), False), *members]
    for member in axis.members:
        fewer = {other: there for other, there in wanted.items() if other != member}
        if fewer and still(fulfilling(fewer)):
            wanted = fewer
    return fulfilling(wanted), [(Atom(name, "has", member), there) for member, there in wanted.items()]
