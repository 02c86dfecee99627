"""Kinds of answer to a field that an expression can tell apart, and typical answers of each."""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from licences.reading.tables import NONE
from licences.rules.facts import Field, split_set
from licences.rules.kleene import is_true_of

if TYPE_CHECKING:
    from licences.rules.expressions import Atom, Value


@dataclass(frozen=True)
class Axis:
    """The answers to one field that an expression can tell apart.

    ``points`` are typical answers, one a kind of answer; ``possible`` says which can occur at all.
    """

    field: Field
    points: tuple[Value, ...]
    possible: tuple[int, ...]
    thresholds: tuple[float, ...] = ()
    members: tuple[str, ...] = ()

    def find(self, value: Value) -> int:
        """The number of the kind of answer to which ``value`` belongs."""
        if self.field.type == "number":
            at = bisect_left(self.thresholds, float(value))
            equal = at < len(self.thresholds) and self.thresholds[at] == value
            return 2 * at + equal
        if self.field.type == "set":
            told = split_set(str(value))
            kept = {member for member in self.members if member in told}
            return self.points.index(_join_set(kept | ({OTHER} if told - set(self.members) else set())))
        return self.points.index(value if value in self.points else OTHER)

    def find_truths(self, atom: Atom) -> set[bool]:
        """Whether a statement can be true, false, or both, of the answers that can occur."""
        return {is_true_of(atom, self.points[at]) for at in self.possible}


OTHER = "…"


def _join_set(members: set[str]) -> str:
    return ";".join(sorted(members)) or NONE


def make_axis(field: Field, atoms: Sequence[Atom]) -> Axis:
    if field.type == "bool":
        return Axis(field, (False, True), (0, 1))
    if field.type == "number":
        return _make_number_axis(field, tuple(sorted({float(atom.value) for atom in atoms})))
    if field.type == "choice":
        named = tuple(dict.fromkeys(str(atom.value) for atom in atoms))
        others = named if set(named) >= set(field.values) else (*named, OTHER)
        return Axis(field, (*named, OTHER), tuple(range(len(others))))
    members = tuple(sorted({str(atom.value) for atom in atoms if atom.op == "has"}))
    rest = () if set(members) >= set(field.values) else (OTHER,)
    subsets = [
        _join_set(set(chosen))
        for size in range(len(members) + 2)
        for chosen in itertools.combinations((*members, OTHER), size)
    ]
    possible = [at for at, subset in enumerate(subsets) if rest or OTHER not in subset]
    return Axis(field, tuple(subsets), tuple(possible), members=members)


def _make_number_axis(field: Field, thresholds: tuple[float, ...]) -> Axis:
    """The bounds and the stretches around them; a stretch is possible where the limits reach into it."""
    stretches = list(itertools.pairwise((-math.inf, *thresholds, math.inf)))
    inside = [_choose_between(field, above, below) for above, below in stretches]
    points = [thresholds[0] - 1 if inside[0] is None else inside[0]]
    possible = [] if inside[0] is None else [0]
    for bound, point, (_, below) in zip(thresholds, inside[1:], stretches[1:], strict=True):
        possible += [len(points)] if field.minimum <= bound <= field.maximum else []
        possible += [len(points) + 1] if point is not None else []
        outside = bound + 1 if math.isinf(below) else (bound + below) / 2
        points += [bound, outside if point is None else point]
    return Axis(field, tuple(points), tuple(possible), thresholds=thresholds)


def _choose_between(field: Field, above: float, below: float) -> float | None:
    """A typical answer strictly between two bounds and within the limits; None where there is none."""
    if math.isinf(above) or math.isinf(below):
        typical = below - 1 if math.isinf(above) else above + 1
    else:
        middle = (above + below) / 2
        typical = float(int(middle)) if above < int(middle) < below else middle
    point = min(max(typical, field.minimum), field.maximum)
    return point if above < point < below else None
