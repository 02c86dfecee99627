"""Schedule: in what order the licences are obtained and by when, in Chinese working days."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from licences.assessment.holdings import DONE, find_implied
from licences.assessment.verdicts import StageJudgement, find_status
from licences.errors import UsageError
from licences.law.durations import Duration
from licences.law.preparation import NOTHING, Preparation
from licences.law.working_days import (
    FIRST_YEAR,
    LAST_START_YEAR,
    find_date,
    find_positions,
    find_working_date,
    read_calendar,
)
from licences.planning.applications import Course, Remainder, find_limit_day, find_remainder
from licences.planning.critical_path import Network
from licences.planning.needs import Needs, PlannedStage, find_needs, list_stages
from licences.planning.phases import find_forced_phases
from licences.planning.prerequisites import Eligibility, PassedOver, order_steps
from licences.planning.timing import NEVER, Obstacle, find_blocked

if TYPE_CHECKING:
    from licences.law.in_force import LawInForce, Licence
    from licences.rules.kleene import Profile


@dataclass(frozen=True)
class Step:
    """One licence to obtain. Dates are working days; None where it cannot be dated, and why.

    start: the day from which it is prepared; submit_on: the first day on which the authority has it. requires:
    the prerequisites that the plan relies on. queues_behind: the steps whose preparation occupies the staff it
    needs. phase: ours; article_phase: where the starting article lists it; forced_phase: the
    earliest phase that its prerequisites allow. slack_days: working days. obstacle: what holds it
    up. missing_facts: not told, and deciding whether it can be obtained. passed_over: prerequisites that
    it does not wait for. begins_on: the first day of the stage that first needs it, None where the
    present does. course: of an application that is under way or was refused, None of any other; its start and its
    submission then lie where they happened, remainder is what is left of its time, limit_on the last day that the
    law gives the authority, and is_beyond_limit whether that has passed.
    """

    code: str
    name: str
    verdict: str
    phase: int
    article_phase: int | None
    forced_phase: int
    requires: tuple[str, ...]
    queues_behind: tuple[str, ...] = ()
    preparation: Preparation = NOTHING
    duration: Duration | None = None
    start: date | None = None
    submit_on: date | None = None
    finish: date | None = None
    latest_start: date | None = None
    latest_submit_on: date | None = None
    latest_finish: date | None = None
    slack_days: int | None = None
    basis: str = "estimate"
    provisional: bool = False
    obstacle: Obstacle | None = None
    missing_facts: tuple[str, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    begins_on: date | None = None
    course: Course | None = None
    remainder: Remainder | None = None
    limit_on: date | None = None
    is_beyond_limit: bool = False

    @property
    def is_begun(self) -> bool:
        """Whether its application is under way."""
        return self.remainder is not None

    @property
    def is_submitted(self) -> bool:
        """Whether the authority has its application, or has sent it back for corrections."""
        return self.is_begun and self.course is not None and self.course.is_submitted

    @property
    def is_overdue(self) -> bool:
        """Whether the authority has taken longer than the law gives it, or than any time that is known."""
        return self.is_beyond_known or self.is_beyond_limit

    @property
    def is_beyond_known(self) -> bool:
        """Whether the authority has taken longer than any time that is known."""
        return self.remainder is not None and self.remainder.is_overdue

    @property
    def blocked_until(self) -> date | None:
        """The day on which time lifts what holds it up."""
        return self.obstacle.until if self.obstacle else None

    @property
    def takes_time(self) -> bool:
        """Whether anything is waited for; a duty that is met on the day, or after the opening, takes none."""
        return self.preparation.longest_days > 0 or bool(self.duration and self.duration.takes_time)

    @property
    def prepare_from(self) -> date | None:
        """The day on which its preparation begins: its start."""
        return self.start

    @property
    def critical(self) -> bool:
        """Whether a day's delay delays the launch of its stage, or the end of the plan where no launch waits for it."""
        return self.slack_days == 0


@dataclass(frozen=True)
class Plan:
    """The steps of one client, each after those that it requires; what cannot be dated comes last.

    start: the day from which is planned what has not been done; engaged_on: the first day of work on the case, where that was
    earlier. courses: how applications have gone so far, by code. profile: what the client tells of the present. law: with the local rules of the present, and for a step of a
    later stage with those of that stage. stages: the present, and what the client tells of later. prepares: whether applications are prepared first, or all papers are
    complete at the start. launch: the day on which the last step that is required at present and can be dated
    is done. critical_path: the codes that decide it, from first to last. verdicts: of every licence in force, at present.
    held: what the client holds and when it expires; statuses: of what it holds, or is taken to hold, and is
    in force.
    """

    client: str
    profile: Profile
    start: date
    law: LawInForce
    capacity: int | None
    prepares: bool
    steps: tuple[Step, ...]
    launch: date | None
    critical_path: tuple[str, ...]
    verdicts: Mapping[str, str]
    held: Mapping[str, date | None]
    statuses: Mapping[str, str]
    stages: tuple[PlannedStage, ...]
    engaged_on: date | None = None
    courses: Mapping[str, Course] = field(default_factory=dict)

    @property
    def began_on(self) -> date:
        """The day on which the case began, which no later plan moves."""
        return self.engaged_on or self.start

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
        timed = {step.code for step in self.steps if step.takes_time}
        return next((code for code in reversed(self.critical_path) if code in timed), None)

    @property
    def is_staged(self) -> bool:
        """Whether the client tells what is otherwise later on."""
        return len(self.stages) > 1

    def find_stage(self, step: Step) -> PlannedStage:
        """The stage that a step belongs to."""
        return next(stage for stage in self.stages if stage.begins_on == step.begins_on)

    @property
    def required_now(self) -> tuple[Step, ...]:
        """The steps that are required at present."""
        return self.list_required(self.stages[0])

    def list_required(self, stage: PlannedStage) -> tuple[Step, ...]:
        """The steps that are required in a stage or an earlier one."""
        required = frozenset(stage.required)
        return tuple(step for step in self.steps if step.code in required)

    def find_release(self, step: Step) -> int:
        """The position from which a step can be submitted: when time lifts what blocks it, else the beginning."""
        return int(find_positions(step.blocked_until or self.start))

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
    *,
    prepares: bool = True,
    coming: Sequence[tuple[StageJudgement, LawInForce]] = (),
    engaged_on: date | None = None,
    courses: Mapping[str, Course] | None = None,
) -> Plan:
    """The plan of one client from ``start`` on.

    Steps are what is required, or of a verdict in ``include``, and not held, with the prerequisites
    that they pull in. held: codes and when they expire; denied: codes that the client says it does not hold,
    see ``find_implied``: what that implies is done too. A step starts on the first working day after
    its prerequisites are done, is prepared for the likely time, unless ``prepares`` is false, and decided in
    the likely time. What only time permits is prepared so that it is complete on that day. With a
    ``capacity`` at most so many applications are prepared at a time, those of an earlier stage and with the
    least slack first.

    coming: what the client tells of later, in order of time, each with the law that is then its own. What only a later
    stage needs is begun as early as all else; it has to be done by the working day before that stage, or
    where it cannot be, by the day on which all is done that the stage requires.

    engaged_on: since when we work for the client, whose plan begins on the next working day, or on this one where that is later
    than ``start``. courses: how its applications have
    gone so far. What is under way goes on from there: it keeps its days, waits for nothing once it is submitted, and ends when it is likely to,
    given what has passed already. What was refused cannot be dated.

    Raises: UsageError where ``start`` lies outside the calendar.
    """
    start = max(start, engaged_on or start)
    begin = find_beginning(start)
    statuses = {
        code: find_status(held, law.entries[code].row, law.as_of) for code in held if code in law.entries
    }
    statuses |= dict.fromkeys(find_implied(law, verdicts, held, denied), "implied")
    done = frozenset(code for code, status in statuses.items() if status in DONE)
    stages = list_stages(law, profile, verdicts, coming)
    begun = {code: one for code, one in (courses or {}).items() if code not in done}
    under_way = frozenset(code for code, one in begun.items() if one.stage)
    needs = find_needs(
        stages,
        done,
        begin,
        include,
        prepares=prepares,
        under_way=under_way,
        submitted=frozenset(code for code in under_way if begun[code].is_submitted),
    )
    before, timings = needs.before, needs.timings
    law = _join_laws(stages, needs)
    order = order_steps(before)
    blocked = find_blocked(before, order, timings, begun)
    dated = [code for code in order if code not in blocked]
    remainders = {
        code: find_remainder(
            begun[code], law.entries[code].duration, timings[code].find_preparation(code), begin
        )
        for code in dated
        if code in under_way
    }
    network = Network(
        before={code: before[code] for code in dated},
        releases={code: timings[code].find_release(code) for code in dated},
        durations={code: entry.duration for code in dated if (entry := law.entries[code]).duration},
        preparations={code: timings[code].find_preparation(code).likely_days for code in dated},
    )
    network = _go_on(network, begun, remainders, begin)
    ends = _Ends(stages, needs)
    if capacity:
        network = network.level(ends.rank(network), capacity)
    starts, finishes = network.find_earliest()
    latest = ends.find_latest(network, starts, finishes)
    launches = ends.find_launches(finishes)
    forced = find_forced_phases(law, before, order)
    steps = []
    for code in sorted(order, key=lambda code: (starts.get(code, NEVER), finishes.get(code, NEVER))):
        entry, stage = law.entries[code], stages[needs.places[code]]
        eligibility = timings[code].find_eligibility(code)
        dates: dict[str, object] = {}
        course = begun.get(code)
        if code in starts:
            finish = finishes[code]
            dates = {
                "start": find_date(starts[code]),
                "submit_on": find_date(network.submit(code, starts[code])),
                "finish": find_date(finish),
                "latest_start": find_date(latest[code]),
                "latest_submit_on": find_date(network.submit(code, latest[code])),
                "latest_finish": find_date(network.end(code, latest[code])),
                "slack_days": latest[code] - starts[code],
                "provisional": find_date(finish) > read_calendar().announced_until,
                "obstacle": None if code in remainders else _find_obstacle(eligibility),
            }
            if course and code in remainders:
                dates |= _find_days(course, law.entries[code], remainders[code], law.as_of)
        steps.append(
            Step(
                code=code,
                name=entry.name,
                verdict=stage.verdicts[code],
                phase=entry.phase,
                article_phase=entry.article_phase,
                forced_phase=forced[code],
                requires=tuple(sorted(before[code])),
                queues_behind=tuple(sorted(network.queues.get(code, ()))),
                preparation=timings[code].find_preparation(code),
                duration=entry.duration,
                basis=entry.duration.basis if entry.duration else "estimate",
                missing_facts=() if course and course.is_submitted else eligibility.missing_facts,
                passed_over=tuple(needs.passed.get(code, ())),
                begins_on=stage.begins_on,
                course=course if course and (course.stage or course.is_refused) else None,
                **({"obstacle": blocked[code]} if code in blocked else dates),
            )
        )
    return Plan(
        client=client,
        profile=profile,
        start=start,
        law=law,
        capacity=capacity,
        prepares=prepares,
        steps=tuple(steps),
        launch=launches[0],
        critical_path=network.find_critical_path(starts, finishes, ends.list_required(starts)[0]),
        verdicts=verdicts,
        held=held,
        statuses=statuses,
        stages=tuple(
            replace(stage, required=required, launch=launch)
            for stage, required, launch in zip(stages, needs.required, launches, strict=True)
        ),
        engaged_on=_find_first_day(engaged_on, start),
        courses=courses or {},
    )


def _find_first_day(engaged_on: date | None, start: date) -> date | None:
    """The working day after a client engaged us; None where that is not told, or not before the plan begins."""
    if engaged_on is None or not FIRST_YEAR <= engaged_on.year <= LAST_START_YEAR:
        return None
    first = find_working_date(engaged_on + timedelta(days=1))
    return first if first < start else None


def _go_on(
    network: Network, courses: Mapping[str, Course], remainders: Mapping[str, Remainder], begin: int
) -> Network:
    """The network from where things stand: of what is under way only what is left, as working days from the beginning."""
    if not remainders:
        return network
    submitted = {code: one for code, one in remainders.items() if courses[code].is_submitted}
    prepared = {code: one.likely_submit for code, one in remainders.items() if code not in submitted}
    left = {code: max(1, one.likely - begin + 1) for code, one in submitted.items()}
    return replace(
        network,
        releases={**network.releases, **dict.fromkeys(submitted, begin), **prepared},
        durations={
            **network.durations,
            **{
                code: Duration(days, days, days, "working", "estimate", "estimate")
                for code, days in left.items()
            },
        },
        preparations={**network.preparations, **dict.fromkeys(remainders, 0)},
        occupied=prepared,
    )


def _find_days(course: Course, entry: Licence, remainder: Remainder, as_of: date) -> dict[str, object]:
    """The days of what is under way that have passed, and what follows from them."""
    limit_on = find_limit_day(course, entry)
    begun: dict[str, object] = {
        "remainder": remainder,
        "limit_on": limit_on,
        "is_beyond_limit": limit_on is not None and limit_on < as_of,
    }
    start = course.began_on or course.submitted_on
    begun |= {"start": start, "latest_start": start}
    if course.is_submitted:
        begun |= {"submit_on": course.submitted_on, "latest_submit_on": course.submitted_on}
    return begun


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


def _join_laws(stages: Sequence[PlannedStage], needs: Needs) -> LawInForce:
    """The law of the present, with the entries of a later stage for what only that one needs."""
    law = stages[0].law
    others = {
        code: entry
        for code, at in needs.places.items()
        if (entry := stages[at].law.entries[code]) is not law.entries[code]
    }
    return replace(law, entries={**law.entries, **others}) if others else law


class _Ends:
    """By when the steps of each stage have to be done."""

    def __init__(self, stages: Sequence[PlannedStage], needs: Needs) -> None:
        self.stages, self.needs = stages, needs

    def list_required(self, dated: Collection[str]) -> list[list[str]]:
        """For each stage what is required by then and can be dated."""
        return [[code for code in one if code in dated] for one in self.needs.required]

    def find_launches(self, finishes: Mapping[str, int]) -> list[date | None]:
        """For each stage the day on which all is done that is required by then."""
        every = self.list_required(finishes)
        return [find_date(max(finishes[code] for code in one)) if one else None for one in every]

    def find_latest(
        self, network: Network, starts: Mapping[str, int], finishes: Mapping[str, int]
    ) -> dict[str, int]:
        """The latest start of each step; one of an earlier stage leaves the later ones out of account."""
        latest: dict[str, int] = {}
        end = -1
        for at, (stage, required) in enumerate(zip(self.stages, self.list_required(finishes), strict=True)):
            codes = [code for code in starts if self.needs.places[code] == at]
            end = max([end, *(finishes[code] for code in codes)])
            launch = max((finishes[code] for code in required), default=end)
            eve = int(find_positions(stage.begins_on)) - 1 if stage.begins_on else -1
            by = {code: launch if code in required else end for code in codes}
            bounds = {code: eve if eve >= finishes[code] else by[code] for code in codes}
            latest |= network.choose(codes).find_latest(starts, finishes, bounds)
        return latest

    def rank(self, network: Network) -> dict[str, tuple[int, ...]]:
        """What staff takes on first: an earlier stage, what decides its launch, what has to begin soonest."""
        latest = self.find_latest(network, *network.find_earliest())
        deciding = [network.find_deciding(required) for required in self.list_required(latest)]
        places = {code: self.needs.places[code] for code in latest}
        occupied = network.occupied
        return {
            code: (at if code not in occupied else -1, code not in deciding[at], latest[code])
            for code, at in places.items()
        }
