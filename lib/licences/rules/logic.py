"""Rules and facts in three-valued logic: yes, no, or cannot tell yet and what would tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from licences.errors import ExpressionError
from licences.rules.axes import Axis, make_axis
from licences.rules.case_files import list_case_files
from licences.rules.expressions import And, Atom, Node, Not, Or, Value, find_atoms, read_expression
from licences.rules.facts import HELD, Fields, join_held, split_set
from licences.rules.kleene import (
    COMPARISONS,
    Claim,
    Profile,
    Trace,
    Truths,
    evaluate,
    is_true_of,
    list_deciding_claims,
    trace,
)

MAX_POINTS = 1_000_000


class Facts:
    """What many clients have told, and hold on a day, to be asked atom by atom; each is worked out once."""

    def __init__(self, profiles: pd.DataFrame, fields: Fields, as_of: date) -> None:
        self.profiles, self.fields, self.as_of = profiles, fields, as_of
        self._known: dict[Atom, Truths] = {}

    def __len__(self) -> int:
        return len(self.profiles)

    def look_up(self, atom: Atom) -> Truths:
        if atom not in self._known:
            self._known[atom] = self._work_out(atom)
        return self._known[atom]

    def constant(self, value: bool) -> Truths:
        return Truths(np.full(len(self), value), np.full(len(self), not value))

    def find_column(self, name: str) -> pd.Series:
        """What each client has told about a field, or holds."""
        return self._held if name == HELD else self.profiles[name]

    @cached_property
    def _held(self) -> pd.Series:
        items = self.profiles["holds"].tolist()
        known = {item: join_held(item, self.as_of) for item in set(items)}
        return pd.Series([known[item] for item in items], index=self.profiles.index, dtype="category")

    def find_holders(self, code: str) -> NDArray[np.bool_]:
        """The clients that hold a licence which has not expired."""
        among = np.fromiter((code in told for told in self._held_sets), dtype=np.bool_)
        holders: NDArray[np.bool_] = among[self._held.cat.codes.to_numpy()]
        return holders

    @cached_property
    def _held_sets(self) -> list[frozenset[str]]:
        return [split_set(told) for told in self._held.cat.categories.tolist()]

    @cached_property
    def overridden(self) -> Mapping[str, Sequence[tuple[int, str]]]:
        """By code the places of the clients of which we hold another verdict than the rules, each with ours."""
        found: dict[str, list[tuple[int, str]]] = {}
        for at, one in enumerate(list_case_files(self.profiles)):
            for code, override in one.find_overrides("verdict", self.as_of).items() if one.overrides else ():
                found.setdefault(code, []).append((at, override.value))
        return found

    def _work_out(self, atom: Atom) -> Truths:
        column = self.find_column(atom.field)
        kind = self.fields[atom.field].type
        if kind == "bool":
            is_true = column.to_numpy(dtype=bool, na_value=False)
            return Truths(is_true, ~column.to_numpy(dtype=bool, na_value=True))
        if kind == "number":
            told = column.to_numpy(dtype=float, na_value=np.nan)
            is_true = COMPARISONS[atom.op](told, atom.value)
            return Truths(is_true, ~(is_true | np.isnan(told)))
        if kind == "choice":
            is_true = (column == atom.value).to_numpy(dtype=bool)
            return Truths(is_true, ~(is_true | column.isna().to_numpy()))
        codes = column.cat.codes.to_numpy()
        is_so = np.array([*(is_true_of(atom, told) for told in column.cat.categories), False])[codes]
        return Truths(is_so, ~is_so & (codes != -1))


@dataclass(frozen=True, eq=False)
class Rule:
    """An expression of the catalogue, understood."""

    text: str
    node: Node
    fields: Fields

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The fields that the expression names, in order."""
        return tuple(dict.fromkeys(atom.field for atom in find_atoms(self.node)))

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        atoms = list(find_atoms(self.node))
        return tuple(
            make_axis(self.fields[name], [atom for atom in atoms if atom.field == name])
            for name in self.names
        )

    @cached_property
    def truth(self) -> np.ndarray:
        """Whether it holds for every combination of kinds of answers: bool, one dimension a field."""
        where = {name: at for at, name in enumerate(self.names)}

        def look_up(atom: Atom) -> np.ndarray:
            at = where[atom.field]
            shape = [1] * len(self.names)
            shape[at] = -1
            return np.array([is_true_of(atom, point) for point in self.axes[at].points]).reshape(shape)

        shape = tuple(len(axis.points) for axis in self.axes)
        return np.broadcast_to(evaluate(self.node, look_up, np.bool_), shape)

    @cached_property
    def kleene_is_exact(self) -> bool:
        """Whether Kleene's tables never say "cannot tell" where all answers lead to the same result.

        They are exact where no fact pulls both ways; elsewhere the answers have to be tried.
        """
        pulls: dict[tuple[str, Value], set[bool]] = {}
        kinds: dict[str, set[str]] = {}

        def walk(node: Node, upwards: bool) -> None:
            match node:
                case Atom(field, op, value):
                    falling = op in {"<", "<="}
                    compared = op in {"<", "<=", ">", ">="}
                    pulls.setdefault((field, "" if compared else value), set()).add(upwards != falling)
                    kinds.setdefault(field, set()).add("order" if compared else f"{op} {value}")
                case Not(part):
                    walk(part, not upwards)
                case And(parts) | Or(parts):
                    for part in parts:
                        walk(part, upwards)

        walk(self.node, True)
        axes = {axis.field.name: axis for axis in self.axes}
        if any(len(axes[atom.field].find_truths(atom)) < 2 for atom in find_atoms(self.node)):
            return False
        independent = all(
            len(forms) == 1 or all(form.startswith("has ") for form in forms) for forms in kinds.values()
        )
        return independent and all(len(ways) == 1 for ways in pulls.values())

    def compile(self) -> None:
        """Works out now what is asked of it again and again."""
        _ = self.truth, self.kleene_is_exact, self.names

    def evaluate(self, facts: Facts) -> Truths:
        """Of which clients it holds and of which it does not, as far as the facts that are told decide it."""
        result: Truths = evaluate(self.node, facts.look_up, facts.constant)
        if self.kleene_is_exact or not result.is_open.any():
            return result
        result = Truths(result.true.copy(), result.false.copy())
        open_at = np.flatnonzero(result.is_open)
        told = [facts.find_column(name).iloc[open_at] for name in self.names]
        for at, *row in zip(open_at, *told, strict=True):
            truth = self.decide(make_profile(dict(zip(self.names, row, strict=True))))
            if truth is not None:
                (result.true if truth else result.false)[at] = True
        return result

    def find_kinds(self, profile: Profile) -> tuple[Value | None, ...]:
        """For each of ``names`` a typical answer of the kind that is told; alike answers are one kind."""
        told = [(axis, profile.get(axis.field.name)) for axis in self.axes]
        return tuple(None if value is None else axis.points[axis.find(value)] for axis, value in told)

    def decide(self, profile: Profile) -> bool | None:
        """Whether it holds for one client; None where a fact that is not told still decides it."""
        open_truth = self.narrow(profile)
        if open_truth.size == 1:  # which is quicker told
            return bool(open_truth.item())
        return bool(open_truth.flat[0]) if open_truth.min() == open_truth.max() else None

    def find_missing(self, profile: Profile) -> tuple[str, ...]:
        """The facts not told that can still change the answer, exactly those."""
        open_truth = self.narrow(profile)
        return tuple(
            name
            for at, name in enumerate(self.names)
            if open_truth.shape[at] > 1 and (open_truth != open_truth.take([0], axis=at)).any()
        )

    def find_settling(self, profile: Profile) -> dict[str, float]:
        """Each open fact and the share of its kinds of answer that would decide the matter on their own."""
        open_truth = self.narrow(profile)
        shares = {}
        for name in self.find_missing(profile):
            by_answer = np.moveaxis(open_truth, self.names.index(name), 0)
            by_answer = by_answer.reshape(len(by_answer), -1)
            shares[name] = float((by_answer.min(axis=1) == by_answer.max(axis=1)).mean())
        return shares

    def split(self) -> tuple[Rule, ...]:
        """The parts that must all hold, each a rule of its own."""
        parts = self.node.parts if isinstance(self.node, And) else (self.node,)
        return tuple(Rule(self.text, part, self.fields) for part in parts)

    def narrow(self, profile: Profile) -> np.ndarray:
        """The part of ``truth`` that the told facts leave open; a told fact leaves one kind of answer."""
        if not self.names:
            return self.truth.reshape(1)
        told = [profile.get(name) for name in self.names]
        box = [
            slice(None) if value is None else slice(at := axis.find(value), at + 1)
            for axis, value in zip(self.axes, told, strict=True)
        ]
        left = self.truth[tuple(box)]
        for at, axis in enumerate(self.axes):
            if told[at] is None and len(axis.possible) < len(axis.points):
                left = left.take(axis.possible, axis=at)
        return left

    def explain(self, profile: Profile) -> list[Claim]:
        """The statements that decided the answer, or that keep it open, in the order of the expression."""
        answered = trace(self.node, profile)
        claims = list_deciding_claims(answered)
        if answered.truth is None:
            missing = self.find_missing(profile)
            told = [(atom, profile.get(atom.field)) for atom in find_atoms(self.node)]
            claims = [(atom, None) for atom, _ in told if atom.field in missing] or [
                (atom, is_true_of(atom, value)) for atom, value in told if value is not None
            ]
        return list(dict.fromkeys(claims))

    def trace(self, profile: Profile) -> Trace:
        """How it was answered for one client, part by part; its own truth is that of ``decide``."""
        return replace(trace(self.node, profile), truth=self.decide(profile))


def read_profile(row: Mapping[str, Any], fields: Fields, as_of: date) -> dict[str, Value | None]:
    """One row of ``read_profiles`` as plain values, and under ``held`` what is held on a day."""
    told = make_profile({name: row[name] for name in fields.by_name})
    return told | {HELD: join_held(row["holds"], as_of)}


def make_profile(row: Mapping[str, Any]) -> dict[str, Value | None]:
    """One client's facts as plain values; a fact that is not told is None."""
    return {str(name): _make_plain(value) for name, value in row.items()}


def _make_plain(value: Any) -> Value | None:
    if isinstance(value, (str, bool)):  # most are, and pandas takes long to say that a text is told
        return value
    if pd.isna(value):
        return None
    return bool(value) if isinstance(value, np.bool_) else float(value)


def read_rule(text: str, fields: Fields) -> Rule:
    """The rule that an expression states, the same one each time. Raises: ExpressionError."""
    rule = fields.rules.get(text)
    if rule is None:
        rule = fields.rules[text] = _make_rule(text, fields)
    return rule


def _make_rule(text: str, fields: Fields) -> Rule:
    rule = Rule(text, read_expression(text, fields), fields)
    if np.prod([len(axis.points) for axis in rule.axes], dtype=float) > MAX_POINTS:
        raise ExpressionError(text, "the expression names too many facts at once", "split it into two rows")
    return rule
