"""Calendar of a client: renewals and duties, and where asked the plan's milestones, each with an alarm before it begins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from typing import Any
from uuid import UUID, uuid5

from icalendar import Alarm, Calendar, Event, vText

from licences.analysis.case import Case
from licences.law.durations import find_weakest
from licences.law.working_days import read_calendar
from licences.planning.forecast import list_grounds
from licences.planning.renewals import Renewal
from licences.planning.schedule import Step
from licences.planning.simulation import PROMISED, SHARES
from licences.render.brand import Brand
from licences.render.ics_versions import cancel_event, fold, keep_version, read_events
from licences.words.cases import view_case, view_licence
from licences.words.deadlines import say_duty
from licences.words.marks import say_mark
from licences.words.operating import say_for
from licences.words.overrides import say_override
from licences.words.own_times import label_ground
from licences.words.plans import StepView, say_ground
from licences.words.texts import add_note, say, say_day, say_share

SPACE = UUID("5f0c6f5e-8d0b-4e0b-9a53-2f6f3c1f7a11")  # of our identifiers; it never changes
FIRST_DAY = date(2020, 1, 1)  # from which the versions of an entry are counted
ZONE = "Asia/Shanghai"
RING_AT = 9  # o'clock, where the reader is
DUE_ALARMS, PLAN_ALARMS = (
    (30, 7, 1),
    (3,),
)  # days before an entry begins; it has the first that is still to come
RENEWALS, ALL = "renewals", "all"  # what a calendar holds: what falls due alone, or the plan's milestones too
DUE_KINDS = frozenset({"renewal", "renewal_end", "duty", "duty_end"})


def make_calendar(
    case: Case, brand: Brand | None = None, earlier: bytes | None = None, holds: str = RENEWALS
) -> bytes:
    """The calendar of a client as the bytes of an ``.ics`` file; every entry takes whole days.

    An entry keeps its identifier when its dates move, so that importing again updates it. A duty is
    told apart by its year and its place among the windows of a year.

    holds: ``renewals``, or ``all`` with the plan's milestones too. earlier: the calendar issued last. What says the same keeps its version, what says something else
    has a higher one, and what is no longer there and still ahead stands as cancelled. The same arguments
    give the same bytes, and a calendar made again from itself is itself.

    Outlook takes one alarm an entry, counts it from the beginning, and of an entry with METHOD:CANCEL only
    one a file; hence each alarm rings before its entry begins, and what fell away is published as cancelled.

    Source: RFC 5545; RFC 7986, section 5.3 (identifiers); [MS-OXCICAL], sections 2.1.3.1.1.1 and
    2.1.3.1.1.20.62.
    """
    brand, language = brand or Brand(), case.language
    mark, title = say_mark(case.mark, language), say(language, "calendar.name", client=join_line(case.name))
    is_draft = case.mark is not None and case.mark.is_draft
    about = [
        *filter(None, [mark]),
        say(language, f"calendar.about.{holds}", as_of=case.as_of),
        *list_brand(brand, language),
    ]
    calendar = begin_calendar(
        add_note(title, mark, language) if is_draft else title, "\n".join(about), language
    )
    due, planned = list(_list_due(case)), list(_list_planned(case))
    issued, author = read_events(earlier), _Author(case, brand)
    for entry in sorted([*due, *(planned if holds == ALL else ())], key=_place):
        event = author.make_event(entry)
        calendar.add_component(keep_version(event, issued.pop(str(event["uid"]), None)))
    left_out = set() if holds == ALL else set(map(author.name, planned))
    for name, gone in issued.items():
        if gone.end > case.as_of:  # what is over fell away with time
            why = "left_out" if name in left_out else "fell_away"
            cancel = partial(author.cancel, why)
            calendar.add_component(cancel_event(gone, author.stamp, author.version, cancel))
    return b"".join(map(fold, map(str, calendar.content_lines())))


def begin_calendar(name: str, about: str, language: str) -> Calendar:
    """A calendar without entries, as all of ours begin."""
    calendar = Calendar()
    calendar.add("prodid", f"-//licences//licence planning//{language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", vText(name))
    calendar.add("x-wr-caldesc", vText(about))
    calendar.add("x-wr-timezone", vText(ZONE))
    return calendar


@dataclass(frozen=True)
class _Entry:
    """One entry: what it is, its first and last day, and what its text says.

    key: what tells it apart from others of its kind, whenever they are. code: of the licence, None
    for the launch and for stages. what: of a stage, its number. alarms: how many days before it begins it may ring, best first.
    """

    kind: str
    key: str
    code: str | None
    first: date
    last: date
    lines: tuple[str, ...]
    is_estimate: bool
    is_provisional: bool
    alarms: tuple[int, ...] = PLAN_ALARMS
    share: str = ""
    what: str = ""


def _place(entry: _Entry) -> tuple[bool, date, date, str, str]:
    """What is due stands first, by its last day, so that what is overdue leads; then the plan, by its days."""
    is_due = entry.kind in DUE_KINDS
    return not is_due, entry.last if is_due else entry.first, entry.last, entry.kind, entry.key


def _list_due(case: Case) -> Iterator[_Entry]:
    """Renewals and duties, from the first day to the last; what is overdue comes first, then by the last day."""
    language = case.language
    doubts = {one.code: one.verdict for one in case.forecast.deadlines if one.is_doubtful}
    for event in case.forecast.due:
        is_renewal = event.is_renewal
        first = event.renew_from or event.renew_by
        lines = [say(language, f"calendar.{'apply_by' if is_renewal else 'by'}", last=event.renew_by)]
        if event.renew_by < case.as_of:
            lines.append(say(language, "calendar.overdue", as_of=case.as_of))
        if event.expires_on:
            lines.append(say(language, "calendar.expires", day=event.expires_on))
        if event.renew_from:
            lines.append(say(language, "calendar.window", first=first, last=event.renew_by))
        if event.code in doubts and not event.is_planned:
            lines.append(say(language, f"deadlines.doubt.{doubts[event.code]}"))
        if duty := say_duty(event, language):
            lines.append(duty)
        if event.is_planned:
            lines.append(say(language, "calendar.planned"))
        lines.append(say(language, "calendar.basis", basis=say_ground(event, language)))
        entry = _Entry(
            kind="renewal" if is_renewal else "duty",
            key=event.code if is_renewal else f"{event.code}/{_number_window(case, event)}",
            code=event.code,
            first=first,
            last=event.renew_by,
            lines=tuple(lines),
            is_estimate=event.basis == "estimate",
            is_provisional=event.provisional,
            alarms=DUE_ALARMS if first == event.renew_by else PLAN_ALARMS,
        )
        yield entry
        yield from _list_last_day(entry)


def _list_last_day(entry: _Entry) -> Iterator[_Entry]:
    """The last day of what takes many, as an entry of its own: an alarm can only ring before an entry begins."""
    alarms = tuple(days for days in DUE_ALARMS if days <= (entry.last - entry.first).days)
    if alarms and (entry.kind == "renewal" or len(alarms) > 1):  # of a short duty the first day says enough
        yield replace(entry, kind=f"{entry.kind}_end", first=entry.last, alarms=alarms)


def _number_window(case: Case, event: Renewal) -> str:
    """``2027-2`` for the second window of 2027, whatever days it has."""
    ends = sorted(
        window.partition("..")[2] for window in case.plan.law.entries[event.code].row["duty_windows"]
    )
    return f"{event.renew_by.year}-{ends.index(f'{event.renew_by:%m-%d}') + 1}"


def _list_planned(case: Case) -> Iterator[_Entry]:
    """The plan: its steps, the launch and the stages."""
    yield from _list_milestones(case)
    yield from _list_launch(case)
    yield from _list_stages(case)


def _list_milestones(case: Case) -> Iterator[_Entry]:
    """Where each step of the plan begins, when it is submitted and done; by when in 80 percent, where that is promised."""
    grounds = _find_start_grounds(case)
    for view in view_case(case)["dated"]:
        step, told = view["step"], tuple(_list_step(case, view))
        if step.start is None or step.submit_on is None or step.finish is None:
            continue
        ground = grounds[step.code]
        if step.submit_on == step.start:
            yield _make_milestone(case, step, "start", step.start, ground, ("calendar.ready", *told))
        else:
            yield _make_milestone(case, step, "prepare", step.start, ground, ("calendar.prepare", *told))
            both = find_weakest(filter(None, (ground, step.preparation.basis)))
            yield _make_milestone(case, step, "submit", step.submit_on, both, ("calendar.ready", *told))
        days, ground = case.forecast.find_percentiles(step.code), find_weakest(list_grounds(step))
        if days is None:
            yield _make_milestone(case, step, "finish", step.finish, ground, told, [step])
        else:
            lines, share = (*_list_chances(case, days), *told), say_share(SHARES[PROMISED])
            entry = _make_milestone(case, step, "finish", days[PROMISED], ground, lines, [step])
            yield replace(entry, share=share)


def _make_milestone(
    case: Case,
    step: Step,
    kind: str,
    day: date,
    ground: str | None,
    lines: tuple[str, ...],
    rests_on: Sequence[Step] = (),
) -> _Entry:
    """An entry of one day; a ground of None is that the plan begins then, or that time has lifted an obstacle.

    rests_on: the steps whose times the ground is of; the whole plan where it is told.
    """
    language = case.language
    beginning = "calendar.basis_wait" if step.blocked_until else "calendar.basis_plan"
    steps = rests_on or case.plan.dated
    basis = label_ground(ground, steps, language) if ground else say(language, beginning)
    said = (say(language, line) if line.startswith("calendar.") else line for line in lines)
    return _Entry(
        kind=kind,
        key=step.code,
        code=step.code,
        first=day,
        last=day,
        lines=(*said, say(language, "calendar.basis", basis=basis)),
        is_estimate=ground == "estimate",
        is_provisional=day > read_calendar().announced_until,
    )


def _list_step(case: Case, view: StepView) -> list[str]:
    """What the plan says of a step."""
    language, step = case.language, view["step"]
    lines = [say(language, "calendar.likely", start=say_day(step.start), submit=say_day(step.submit_on),
                 finish=say_day(step.finish))]  # fmt: skip
    if view["after"]:
        lines.append(say(language, "calendar.after", names=say(language, "list").join(view["after"])))
    lines += filter(None, (view["standing"], view["late"], view["blocked_by"]))
    if view["missing"]:
        lines.append(say(language, "page.condition_open", names=say(language, "list").join(view["missing"])))
    return [*lines, *view["notes"]]


def _list_chances(case: Case, days: tuple[date, date, date]) -> list[str]:
    return [
        say(case.language, "calendar.chance", share=say_share(share), day=day)
        for share, day in zip(SHARES, days, strict=True)
    ]


def _find_start_grounds(case: Case) -> Mapping[str, str | None]:
    """The weakest ground of the times of all that a step waits for; None where none of them decides."""
    steps = {step.code: step for step in case.plan.dated}
    grounds: dict[str, str | None] = {}
    for step in case.plan.dated:
        waits = [steps[code] for code in (*step.requires, *step.queues_behind)]
        if _waits_for_time(step, waits):
            waits = []
        earlier = [grounds[one.code] for one in waits]
        prepared = (one.preparation.basis for one in waits if one.preparation.likely_days)
        every = [*(one.basis for one in waits), *prepared, *filter(None, earlier)]
        grounds[step.code] = find_weakest(every) if every else None
    return grounds


def _waits_for_time(step: Step, waits: Iterable[Step]) -> bool:
    """Whether what a step needs is done before the day that lifts what blocks it."""
    until = step.blocked_until
    return until is not None and all(one.finish is not None and one.finish < until for one in waits)


def _list_launch(case: Case) -> Iterator[_Entry]:
    """The day to give to others, where dates can be promised; the range stands in its text."""
    language, ground = case.language, case.forecast.basis
    if case.launch is None:
        return
    share, day = SHARES[PROMISED], case.launch[PROMISED]
    basis = label_ground(ground, case.forecast.deciding, language)
    yield _Entry(
        kind="launch",
        key=f"p{round(100 * share)}",
        code=None,
        first=day,
        last=day,
        lines=(*_list_chances(case, case.launch), say(language, "calendar.basis", basis=basis)),
        is_estimate=ground == "estimate",
        is_provisional=day > read_calendar().announced_until,
        share=say_share(share),
    )


def _list_stages(case: Case) -> Iterator[_Entry]:
    """The first day of each later stage, and the last on which the first of its applications can be begun for it."""
    language = case.language
    for stage in view_case(case)["stages"]:
        day = stage["begins_on"]
        if day is None:
            continue
        entry = _Entry(
            kind="stage",
            key=str(stage["number"]),
            code=None,
            first=day,
            last=day,
            lines=tuple(filter(None, (stage["summary"], stage["promise"], stage["late"]))),
            is_estimate=False,
            is_provisional=False,
            alarms=DUE_ALARMS,
            what=stage["label"],
        )
        yield entry
        steps = [
            step
            for step in case.plan.dated
            if step.begins_on == day and step.latest_start and step.takes_time
        ]
        if not steps:
            continue
        first = min(step.latest_start for step in steps if step.latest_start)
        names = say(language, "list").join(
            case.short(step.code) for step in steps if step.latest_start == first
        )
        yield replace(
            entry,
            kind="stage_start",
            first=first,
            last=first,
            lines=(say(language, "stages.last_start", names=names), *entry.lines),
            is_estimate=any(ground == "estimate" for step in steps for ground in list_grounds(step)),
            is_provisional=first > read_calendar().announced_until,
        )


class _Author:
    """Writes the entries of one calendar."""

    def __init__(self, case: Case, brand: Brand) -> None:
        self.case, self.brand = case, brand
        self.stamp, self.version = find_version(case.as_of)
        self.view_licence = cache(partial(view_licence, case))

    def name(self, entry: _Entry) -> str:
        """By what an entry is known again, whenever it is."""
        return str(uuid5(SPACE, f"{self.case.client}/{entry.kind}/{entry.key}"))

    def make_event(self, entry: _Entry) -> Event:
        """An entry as it stands in a calendar that follows no other."""
        case = self.case
        licence = self.view_licence(entry.code) if entry.code else None
        summary = _say_summary(case, entry, licence["short"] if licence else "")
        event = Event()
        event.add("uid", self.name(entry))
        event.add("sequence", self.version)
        event.add("dtstamp", self.stamp)
        event.add("last-modified", self.stamp)
        event.add("dtstart", entry.first)
        event.add("dtend", entry.last + timedelta(days=1))
        event.add("summary", summary)
        event.add("description", _say_description(case, entry, licence, self.brand))
        event.add(
            "categories", [say_for(case.is_operating, case.language, f"calendar.category.{entry.kind}")]
        )
        event.add("transp", "TRANSPARENT")
        if licence and str(licence["source_url"] or "").startswith(("http://", "https://")):
            event.add("url", licence["source_url"])
        if alarm := make_alarm(entry.first, entry.alarms, case.as_of, summary):
            event.add_component(alarm)
        return event

    def cancel(self, why: str, summary: str) -> tuple[str, str]:
        """Summary and description of an entry that fell away. why: ``fell_away``, or ``left_out`` by choice."""
        lines = [say(self.case.language, f"calendar.{why}"), *list_brand(self.brand, self.case.language)]
        return say(self.case.language, "calendar.cancelled", summary=summary), "\n".join(lines)


def find_version(as_of: date) -> tuple[datetime, int]:
    """When the entries of a day were written, and in which version."""
    return datetime.combine(as_of, time(), UTC), max(0, (as_of - FIRST_DAY).days)


def make_alarm(first: date, alarms: Iterable[int], as_of: date, summary: str) -> Alarm | None:
    """An alarm some days before, in the morning; None where each would ring as soon as it is imported."""
    for days in alarms:
        if first - timedelta(days=days) >= as_of:
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", summary)
            alarm.add("trigger", timedelta(days=-days, hours=RING_AT))
            return alarm
    return None


def _say_summary(case: Case, entry: _Entry, licence: str) -> str:
    language = case.language
    kind = "finish_likely" if entry.kind == "finish" and not entry.share else entry.kind
    own = partial(say_for, case.is_operating, language)
    summary = own(f"calendar.summary.{kind}", licence=licence, share=entry.share, what=entry.what)
    if entry.is_estimate:
        summary = say(language, "calendar.estimated", summary=summary)
    return say(language, "calendar.for_client", summary=summary, client=join_line(case.name))


def _say_description(case: Case, entry: _Entry, licence: Mapping[str, Any] | None, brand: Brand) -> str:
    language = case.language
    lines = [say(language, "calendar.client", client=join_line(case.name))]
    if licence:
        lines.append(_say_names(licence, language))
    lines += entry.lines
    if licence and entry.code:
        finding = case.findings[entry.code]
        lines += [say_override(finding.override, case.law, finding.by_rules)] if finding.override else []
        lines += [say(language, "note.label", note=text) for text in licence["remarks"]]
    if entry.is_estimate:
        lines.append(say(language, "calendar.estimate"))
    if entry.is_provisional:
        lines.append(say(language, "calendar.provisional"))
    if licence:
        source, checked_on = licence["source"], licence["checked_on"]
        lines.append(say(language, "calendar.source", source=source, checked_on=checked_on))
    lines.append(say(language, "calendar.not_advice"))
    return "\n".join([*lines, *list_brand(brand, language)])


def _say_names(licence: Mapping[str, object], language: str) -> str:
    """The official name, with what the trade calls it where that is another."""
    official, short = str(licence["official_name"]), str(licence["short"])
    name = official if official == short else add_note(official, short, language)
    return say(language, "calendar.official", name=name)


def list_brand(brand: Brand, language: str) -> list[str]:
    """Whose work it is, and what the firm says of its liability."""
    said = [brand.firm, brand.contact, brand.disclaimer.get(language, "")]
    return [text for text in said if text]


def join_line(text: str) -> str:
    """What a client typed, on one line."""
    return " ".join(text.split())
