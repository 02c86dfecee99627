"""Schedule: in what order the licences are obtained and by when, in Chinese working days."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import networkx as nx

from licences.assessment.holdings import DONE, find_implied
from licences.assessment.verdicts import find_status
from licences.errors import UsageError
from licences.law.durations import Duration
from licences.law.in_force import LawInForce
from licences.law.working_days import (
    FIRST_YEAR,
    LAST_START_YEAR,
    find_date,
    find_positions,
    read_calendar,
)
from licences.planning.critical_path import Network
from licences.planning.phases import find_forced_phases
from licences.planning.prerequisites import (
    Eligibility,
    PassedOver,
    settle_prerequisites,
)
from licences.planning.timing import NEVER, Obstacle, Timing
from licences.rules.kleene import Profile


@dataclass(frozen=True)
class Step:
    """One licence to obtain. Dates are working days; None where it cannot be dated, and why.

    requires: the prerequisites that the plan relies on. queues_behind: the steps that free the staff
    it needs. phase: ours; article_phase: where the starting article lists it; forced_phase: the
    earliest phase that its prerequisites allow. slack_days: working days. obstacle: what holds it
    up. missing_facts: not told, and deciding whether it can be obtained. passed_over: prerequisites that
    it does not wait for.
    """

    code: str
    name: str
    verdict: str
    phase: int
    article_phase: int | None
    forced_phase: int
    requires: tuple[str, ...]
    queues_behind: tuple[str, ...] = ()
    duration: Duration | None = None
    start: date | None = None
    finish: date | None = None
    latest_start: date | None = None
    latest_finish: date | None = None
    slack_days: int | None = None
    basis: str = "estimate"
    provisional: bool = False
    obstacle: Obstacle | None = None
    missing_facts: tuple[str, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()

    @property
    def blocked_until(self) -> date | None:
        """The day on which time lifts what holds it up."""
        return self.obstacle.until if self.obstacle else None

    @property
    def critical(self) -> bool:
        """Whether a day's delay delays the launch, or the end of the plan where no launch waits for it."""
        return self.slack_days == 0


@dataclass(frozen=True)
class Plan:
    """The steps of one client, each after those that it requires; what cannot be dated comes last.

    profile: what the client told. launch: the day on which the last required step that can be dated is
    done. critical_path: the codes that decide it, from first to last. verdicts: of every licence in force.
    held: what the client holds and when it expires; statuses: of what it holds, or is taken to hold, and is
    in force.
    """

    client: str
    profile: Profile
    start: date
    law: LawInForce
    capacity: int | None
    steps: tuple[Step, ...]
    launch: date | None
    critical_path: tuple[str, ...]
    verdicts: Mapping[str, str]
    held: Mapping[str, date | None]
    statuses: Mapping[str, str]

    @property
    def as_of(self) -> date:
        return self.law.as_of

    @property
    def kept(self) -> tuple[str, ...]:
        """What is held, or taken as held, and has not expired."""
        return tuple(code for code, status in self.statuses.items() if status in DONE)

    @property
    def decider(self) -> str | None:
        """The step that is done last of those on the critical path that take time."""
        timed = {step.code for step in self.steps if step.duration and step.duration.takes_time}
        return next((code for code in reversed(self.critical_path) if code in timed), None)

    @property
    def dated(self) -> tuple[Step, ...]:
        """The steps that can be dated, by start."""
        return tuple(step for step in self.steps if step.start)


def make_plan(
    law: LawInForce,
    client: str,
    profile: Profile,
    held: Mapping[str, date | None],
    verdicts: Mapping[str, str],
    start: date,
    include: Collection[str] = (),
    capacity: int | None = None,
    denied: Collection[str] = (),
) -> Plan:
    """The plan of one client from ``start`` on.

    Steps are what is required, or of a verdict in ``include``, and not held, with the prerequisites
    that they pull in. held: codes and when they expire; denied: codes that the client says it does not hold,
    see ``find_implied``: what that implies is done too. A step starts on the first working day after
    its prerequisites are done and takes the likely time. With a ``capacity`` at most so many
    applications run at a time, those with the least slack first.

    Raises: UsageError where ``start`` lies outside the calendar.
    """
    begin = find_beginning(start)
    statuses = {
        code: find_status(held, law.entries[code].row, law.as_of) for code in held if code in law.entries
    }
    statuses |= dict.fromkeys(find_implied(law, verdicts, held, denied), "implied")
    done = frozenset(code for code, status in statuses.items() if status in DONE)
    wanted = {"required", *include}
    chosen = [code for code, verdict in verdicts.items() if verdict in wanted and code not in done]
    timing = Timing(law, profile, verdicts, done, begin)
    graph, passed = settle_prerequisites(law, chosen, verdicts, done, timing.find_earliest)
    order = list(nx.lexicographical_topological_sort(graph))
    blocked = timing.find_blocked(graph, order)
    dated = [code for code in order if code not in blocked]
    required = [code for code in dated if verdicts[code] == "required"]
    network = Network(
        before={code: list(graph.predecessors(code)) for code in dated},
        releases={code: timing.find_release(code) for code in dated},
        durations={code: entry.duration for code in dated if (entry := law.entries[code]).duration},
    )
    if capacity:
        network = network.level(required, capacity)
    starts, finishes = network.find_earliest()
    latest = network.find_latest(starts, finishes, required)
    launch = max((finishes[code] for code in required), default=None)
    forced = find_forced_phases(law, graph, order)
    steps = []
    for code in sorted(order, key=lambda code: (starts.get(code, NEVER), finishes.get(code, NEVER))):
        entry, eligibility = law.entries[code], timing.find_eligibility(code)
        dates: dict[str, object] = {}
        if code in starts:
            finish = finishes[code]
            dates = {
                "start": find_date(starts[code]),
                "finish": find_date(finish),
                "latest_start": find_date(latest[code]),
                "latest_finish": find_date(network.end(code, latest[code])),
                "slack_days": latest[code] - starts[code],
                "provisional": find_date(finish) > read_calendar().announced_until,
                "obstacle": _find_obstacle(eligibility),
            }
        steps.append(
            Step(
                code=code,
                name=entry.name,
                verdict=verdicts[code],
                phase=entry.phase,
                article_phase=entry.article_phase,
                forced_phase=forced[code],
                requires=tuple(sorted(graph.predecessors(code))),
                queues_behind=tuple(sorted(network.queues.get(code, ()))),
                duration=entry.duration,
                basis=entry.duration.basis if entry.duration else "estimate",
                missing_facts=eligibility.missing_facts,
                passed_over=tuple(passed.get(code, ())),
                **({"obstacle": blocked[code]} if code in blocked else dates),
            )
        )
    return Plan(
        client=client,
        profile=profile,
        start=start,
        law=law,
        capacity=capacity,
        steps=tuple(steps),
        launch=None if launch is None else find_date(launch),
        critical_path=network.find_critical_path(starts, finishes, required),
        verdicts=verdicts,
        held=held,
        statuses=statuses,
    )


def find_beginning(start: date) -> int:
    """The position at which a plan begins. Raises: UsageError where ``start`` lies outside the calendar."""
    if not FIRST_YEAR <= start.year <= LAST_START_YEAR:
        raise UsageError(
            f"the calendar cannot plan from {start}",
            f"start on a day from {FIRST_YEAR}-01-01 to {LAST_START_YEAR}-12-31",
        )
    return int(find_positions(start))


def _find_obstacle(eligibility: Eligibility) -> Obstacle | None:
    """What time will lift."""
    if not eligibility.failed:
        return None
    return Obstacle("fails_condition", eligibility.failed, eligibility.until)
