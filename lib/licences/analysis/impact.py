"""Impact of a change of law on clients: verdicts, rows that they use, the launch, the fees."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from licences.analysis.compare import find_fees, find_fees_move, find_launch, find_launch_move
from licences.assessment.holdings import ImpliedHolders
from licences.assessment.verdicts import (
    NEEDED,
    PLACES_NEEDED,
    VERDICTS,
    Judgement,
    find_failing,
    judge,
    number_verdicts,
)
from licences.law.diff import OF_APPLYING, OF_NEEDED, Difference, LocalChange, is_of_sources
from licences.law.in_force import LawInForce, Licence, lay_over_law
from licences.law.local import PROVINCE
from licences.planning.forecast import Forecast, PlanOptions
from licences.planning.schedule import make_plan
from licences.rules.logic import Facts, read_profile
from licences.rules.stages import BEGINS_ON, find_stage_profiles, list_stages

if TYPE_CHECKING:
    from licences.rules.kleene import Profile

# What matters most first: what is now forbidden, a new duty, what can no longer be obtained, what has to be asked, another rule, one
# to come, another verdict, and another source of the same rule.
MATTERS = ("forbidden", "duty", "blocked", "question", "rule", "announced", "verdict", "source")
_KINDS = ("moved", "rewritten", "rechecked", "blocked", "obtainable", "announced", "local")
NOT_NEEDED, UNDETERMINED = VERDICTS.index("not_needed"), VERDICTS.index("undetermined")
# The verdicts on which it rests what is planned, and whether dates can be promised.
_PROMISED = NEEDED | {"undetermined", "forbidden"}
# What a plan and its costs rest on; another word in an explanation moves no date.
_PLANNED = frozenset(
    {"obligation", "kind", "phase", "requires", "eligible_when", "days_min", "days_likely", "days_max",
     "days_unit", "statutory_days", "statutory_days_unit", "renewal_lead_days", "renewal_days_unit",
     "fee_cny", "yearly_fee_cny"}
)  # fmt: skip


@dataclass(frozen=True)
class ClientImpact:
    """How a change of law touches one client.

    moved: the codes of which the verdict changes, with the old and the new one. rewritten: with their
    verdict, which stays, the codes that it needs, may need or holds and whose row says something else.
    rechecked: as rewritten, where only what the row rests on says something else: source, day of the
    check, confidence. announced: codes of which something else is to come. blocked: codes that are needed
    and not held and whose condition the client fails in the new law and did not in the old; obtainable:
    the reverse. local: what the rules of its province say otherwise of codes that it needs, may need or
    holds. held: what it holds, or is taken to hold, of all these.
    launch_moved_days: working days, later is positive; None where that cannot be told; where the launch of a later
    stage alone moves, of that.
    later: of a client told in stages the codes that concern only a later one, with its first day and what is told then.
    fees_moved_cny: one-off and yearly official fees; None where an amount that matters is not known.
    """

    client: str
    name: str
    moved: tuple[tuple[str, str, str], ...] = ()
    rewritten: tuple[tuple[str, str], ...] = ()
    rechecked: tuple[tuple[str, str], ...] = ()
    blocked: tuple[str, ...] = ()
    obtainable: tuple[str, ...] = ()
    announced: tuple[str, ...] = ()
    local: tuple[LocalChange, ...] = ()
    held: frozenset[str] = frozenset()
    launch_moved_days: int | None = 0
    fees_moved_cny: float | None = 0.0
    later: tuple[tuple[str, date, Profile], ...] = ()

    def find_day(self, code: str) -> date | None:
        """The first day of the stage that a code concerns; None where it concerns the present."""
        return next((day for one, day, _ in self.later if one == code), None)

    def find_profile(self, code: str, present: Profile) -> Profile:
        """What is told in the stage that a code concerns."""
        return next((profile for one, _, profile in self.later if one == code), present)

    @property
    def gained(self) -> tuple[str, ...]:
        """Needed (required, recommended or optional) in the new law alone."""
        return tuple(code for code, old, new in self.moved if new in NEEDED and old not in NEEDED)

    @property
    def lost(self) -> tuple[str, ...]:
        """Needed in the old law alone."""
        return tuple(code for code, old, new in self.moved if old in NEEDED and new not in NEEDED)

    @property
    def changed(self) -> tuple[tuple[str, str, str], ...]:
        """The other verdicts that change."""
        ours = {*self.gained, *self.lost}
        return tuple(move for move in self.moved if move[0] not in ours)

    @property
    def duties(self) -> tuple[str, ...]:
        """What is required now, was not before, and is not held."""
        return tuple(
            code for code, _, new in self.moved if new == "required" and code not in self.held
        )  # fmt: skip

    @property
    def forbidden(self) -> tuple[str, ...]:
        """What the client does and the new law forbids, as the old one did not."""
        return tuple(code for code, _, new in self.moved if new == "forbidden")

    @property
    def matter(self) -> str:
        """What matters most of it, one of MATTERS: a prohibition of or a new duty on what the client does today, a question, another rule…"""
        signs = (
            self.forbidden,
            self.duties,
            self.blocked,
            [code for code, _, new in self.moved if new == "undetermined"],
            (*self.rewritten, *self.local),
            self.announced,
            self.moved,
        )
        return next((matter for matter, sign in zip(MATTERS, signs, strict=False) if sign), MATTERS[-1])


def find_impacts(
    difference: Difference, profiles: pd.DataFrame, plan_options: PlanOptions
) -> list[ClientImpact]:
    """The clients that a difference touches, those first to whom it matters most.

    Launch and fees are those of a plan on the later day by either law, so that they move by the law
    alone. Only clients are planned again of whom something changes that a plan rests on.

    Raises: UsageError where the plan cannot start on that day.
    """
    touched = find_moves(difference, profiles)
    at_stake = {client for client, one in touched.items() if _rests_plan_on(difference, one)}
    chosen = profiles[profiles["client"].isin(at_stake)]
    olds, news = (_plan(law, chosen, difference.new.as_of, plan_options) for law in _list_laws(difference))
    for old, new in zip(olds, news, strict=True):
        client = old.plan.client
        days, cny = find_plan_moves(old, new)
        touched[client] = replace(touched[client], launch_moved_days=days, fees_moved_cny=cny)
    return sorted(touched.values(), key=_weigh)


def _weigh(one: ClientImpact) -> tuple[float, ...]:
    """What matters most sorts first; a later launch matters more, and so does one of which it cannot be told."""
    is_required = any(verdict == "required" for _, verdict in one.rewritten)
    later = float("inf") if one.launch_moved_days is None else one.launch_moved_days
    return MATTERS.index(one.matter), -len(one.duties), not is_required, -later


def find_moves(difference: Difference, profiles: pd.DataFrame) -> dict[str, ClientImpact]:
    """The clients that a difference touches by verdicts and rows, in the file's order; no plan is made.

    A client is not touched by a licence that it needs by neither law and does not hold, now or in a later stage. What
    touches the present is told of the present alone.

    Only the codes are judged of which the rows in force differ, each for all clients at once.
    """
    return _add_stages(_find_row_moves(difference, profiles), difference, profiles)


def _find_row_moves(difference: Difference, profiles: pd.DataFrame) -> dict[str, ClientImpact]:
    """The clients that a difference touches by what a row tells of each."""
    facts = Facts(profiles, difference.new.catalogue.fields, difference.new.as_of)
    codes = {*difference.codes, *difference.announced, *(change.code for change in difference.local)}
    held, valid = _find_holders(profiles, codes, difference.new.as_of)
    implied = ImpliedHolders(difference.new, facts)
    for code in codes:
        held[code] |= implied.find(code)
        valid[code] |= implied.find(code)
    found: dict[int, dict[str, Any]] = {}

    def note(rows: NDArray[np.bool_], kind: str, *items: Any) -> None:
        for at, item in zip(np.flatnonzero(rows).tolist(), *items, strict=True):
            found.setdefault(at, {}).setdefault(kind, []).append(item)

    for code in difference.codes:
        was, now = difference.find_entries(code)
        old, new = _number(was, facts), _number(now, facts, was, _number(was, facts))
        differ = old != new
        words = [[VERDICTS[at] for at in side[differ]] for side in (old, new)]
        note(differ, "moved", [(code, *pair) for pair in zip(*words, strict=True)])
        fields = difference.fields.get(code, [])
        uses = ~differ & _find_users(fields, new, held[code], valid[code])
        kind = "rewritten" if any(not is_of_sources(name) for name in fields) else "rechecked"
        note(uses, kind, [(code, VERDICTS[at]) for at in new[uses]])
        failed, fails = find_failing(was, old, facts), find_failing(now, new, facts)
        applies = ~valid[code] & np.isin(new, PLACES_NEEDED)
        for kind, rows in (("blocked", applies & fails & ~failed), ("obtainable", applies & failed & ~fails)):
            note(rows, kind, [code] * int(rows.sum()))
    laws = _list_laws(difference) if difference.announced else ()  # to read what is to come takes a while
    ahead = [change.entry for law in laws for change in law.coming]
    for code in difference.announced:
        concerned = held[code] | _find_concerned(difference, code, facts, ahead)
        note(concerned, "announced", [code] * int(concerned.sum()))
    for one in difference.local:
        concerned = held[one.code] | _find_concerned(difference, one.code, facts)
        there = concerned & (profiles[PROVINCE] == one.province).to_numpy()
        note(there, "local", [one] * int(there.sum()))
    clients, names = profiles["client"].tolist(), profiles["name"].tolist()
    touched = {}
    for at in sorted(found):
        parts: dict[str, Any] = {kind: tuple(items) for kind, items in found[at].items()}
        own = frozenset(code for code, rows in held.items() if rows[at])
        touched[clients[at]] = ClientImpact(clients[at], names[at], held=own, **parts)
    return touched


def _add_stages(
    touched: dict[str, ClientImpact], difference: Difference, profiles: pd.DataFrame
) -> dict[str, ClientImpact]:
    """Adds what concerns only a later stage, stage by stage, in the file's order of clients."""
    is_staged = [bool(stages) for stages in list_stages(profiles)]
    if not any(is_staged):
        return touched
    rows = find_stage_profiles(profiles[is_staged])
    rows = rows[rows[BEGINS_ON].notna()]
    place = rows.groupby("client", sort=False).cumcount()
    for _, of_stage in rows.groupby(place):
        told = {
            str(row["client"]): {str(name): value for name, value in row.items()}
            for row in of_stage.to_dict("records")
        }
        for client, one in _find_row_moves(difference, of_stage).items():
            before = touched.get(client) or ClientImpact(client, one.name, held=one.held)
            profile = read_profile(told[client], difference.new.catalogue.fields, difference.new.as_of)
            merged = _merge(before, one, told[client][BEGINS_ON].date(), profile)
            if merged is not before:
                touched[client] = merged
    return {client: touched[client] for client in profiles["client"] if client in touched}


def _merge(before: ClientImpact, later: ClientImpact, day: date, profile: Profile) -> ClientImpact:
    """What concerned a client up to a stage, and what of that stage is not said yet."""
    known = _list_codes(before)
    parts: dict[str, Any] = {
        kind: tuple(item for item in getattr(later, kind) if _name_code(item) not in known) for kind in _KINDS
    }
    new = dict.fromkeys(_name_code(item) for items in parts.values() for item in items)
    if not new:
        return before
    joined: dict[str, Any] = {kind: (*getattr(before, kind), *items) for kind, items in parts.items()}
    return replace(
        before,
        held=before.held | later.held,
        later=(*before.later, *((code, day, profile) for code in new)),
        **joined,
    )


def _list_codes(one: ClientImpact) -> set[str]:
    return {_name_code(item) for kind in _KINDS for item in getattr(one, kind)}


def _name_code(item: Any) -> str:
    """The code that an item of an impact is about."""
    return item if isinstance(item, str) else item.code if isinstance(item, LocalChange) else str(item[0])


def _find_concerned(
    difference: Difference, code: str, facts: Facts, ahead: Iterable[Licence] = ()
) -> NDArray[np.bool_]:
    """The clients that need or may need a code by the old law, the new one, or what of it is ahead."""
    entries = [*difference.find_entries(code), *(entry for entry in ahead if entry.code == code)]
    concerned = np.zeros(len(facts), dtype=np.bool_)
    for entry in entries:
        concerned |= _number(entry, facts) != NOT_NEEDED
    return concerned


def _find_users(
    fields: Collection[str], verdicts: NDArray[np.int8], held: NDArray[np.bool_], valid: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """The clients to whom these fields of a licence matter."""
    users: NDArray[np.bool_] = (verdicts != NOT_NEEDED) & (verdicts != UNDETERMINED)
    if fields and OF_APPLYING.issuperset(fields):
        users &= ~valid
    elif not fields or not (OF_APPLYING | OF_NEEDED).issuperset(fields):
        users |= (verdicts != NOT_NEEDED) | held
    return users


def _list_laws(difference: Difference) -> tuple[LawInForce, LawInForce]:
    return difference.old, difference.new


def _number(
    entry: Licence | None, facts: Facts, like: Licence | None = None, known: NDArray[np.int8] | None = None
) -> NDArray[np.int8]:
    """The verdicts on an entry, ``known`` where another one has the same rule; what is not in force is not needed."""
    if entry is None:
        return np.full(len(facts), NOT_NEEDED, dtype=np.int8)
    if like is not None and known is not None and _is_same_rule(entry, like):
        return known
    return number_verdicts(entry, facts)


def _is_same_rule(one: Licence, other: Licence) -> bool:
    return bool(one.applies.node == other.applies.node and one.row["obligation"] == other.row["obligation"])


def _find_holders(
    profiles: pd.DataFrame, codes: Iterable[str], as_of: date
) -> tuple[dict[str, NDArray[np.bool_]], dict[str, NDArray[np.bool_]]]:
    """For each code the clients that hold it, and those of whom it has not expired on a day."""
    held = {code: np.zeros(len(profiles), dtype=np.bool_) for code in codes}
    valid = {code: rows.copy() for code, rows in held.items()}
    today = as_of.isoformat()
    for at, items in enumerate(profiles["holds"]):
        for item in items:
            code, _, expiry = item.partition("@")
            if code in held:
                held[code][at] = True
                valid[code][at] |= not expiry or expiry >= today
    return held, valid


def _rests_plan_on(difference: Difference, one: ClientImpact) -> bool:
    """Whether something changes for a client on which its plan or its fees rest."""
    if any({old, new} & _PROMISED for _, old, new in one.moved):
        return True
    codes = [code for code, verdict in one.rewritten if verdict in NEEDED or code in one.held]
    return any(_PLANNED.intersection(difference.fields.get(code, [])) for code in codes)


def _plan(law: LawInForce, profiles: pd.DataFrame, on: date, plan_options: PlanOptions) -> Iterator[Forecast]:
    """Plans by the law of an edition as if it were still, or already, in force on a day."""
    then_for_all = replace(law, as_of=on)
    judged: Iterable[Judgement] = judge(law.catalogue, profiles, law.as_of) if len(profiles) else ()
    for one in judged:
        then = lay_over_law(then_for_all, one.case_file.overrides)
        plan = make_plan(
            then,
            one.client,
            one.profile,
            one.held,
            one.verdicts,
            plan_options.start,
            plan_options.include,
            plan_options.capacity,
            one.denied,
            prepares=plan_options.prepares,
            coming=[(stage, then) for stage in one.stages[1:]],
        )
        yield Forecast(plan, plan_options)


def find_plan_moves(old: Forecast, new: Forecast) -> tuple[int | None, float | None]:
    """By how many working days the launch moves, and by how many yuan the fees; None where that cannot be told."""
    fees = find_fees_move(find_fees(old), find_fees(new)).moved_cny
    if old.plan.steps == new.plan.steps and old.kinds == new.kinds:
        return 0, fees  # not worked out: the simulations would draw alike
    moves = (
        find_launch_move(find_launch(old, at), find_launch(new, at)).moved_days
        for at in range(len(new.plan.stages))
    )
    return next((move for move in moves if move != 0), 0), fees
