"""Calendar of a client: renewals, duties and the plan's milestones, each with its alarms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid5

from icalendar import Alarm, Calendar, Event, vText

from licences.analysis.case import Case
from licences.law.durations import find_weakest
from licences.law.working_days import read_calendar
from licences.planning.renewals import Renewal
from licences.planning.schedule import Step
from licences.planning.simulation import SHARES
from licences.render.brand import Brand
from licences.words.cases import view_case, view_licence
from licences.words.labels import label_value
from licences.words.plans import StepView, say_duty, say_ground
from licences.words.texts import say, say_day, say_share

SPACE = UUID("5f0c6f5e-8d0b-4e0b-9a53-2f6f3c1f7a11")  # of our identifiers; it never changes
FIRST_DAY = date(2020, 1, 1)  # from which the versions of an entry are counted
ZONE = "Asia/Shanghai"
RING_AT = 9  # o'clock, where the reader is
DUE_ALARMS, PLAN_ALARMS = (30, 7), (3,)  # days before
LIKELY_SHARE = 1  # the place in SHARES that a step's finish is entered with


def make_calendar(case: Case, brand: Brand | None = None) -> bytes:
    """The calendar of a client as the bytes of an ``.ics`` file; every entry takes whole days.

    An entry keeps its identifier when its dates move, so that importing again updates it. A duty is
    told apart by its year and its place among the windows of a year. The same case and brand give the
    same bytes.

    Source: RFC 5545; RFC 7986, section 5.3 (identifiers).
    """
    brand, language = brand or Brand(), case.language
    name = _join_line(case.name)
    calendar = Calendar()
    calendar.add("prodid", f"-//licences//licence planning//{language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", vText(say(language, "calendar.name", client=name)))
    about = [say(language, "calendar.about", as_of=case.as_of), *_list_brand(case, brand)]
    calendar.add("x-wr-caldesc", vText("\n".join(about)))
    calendar.add("x-wr-timezone", vText(ZONE))
    entries = [*_list_due(case), *_list_milestones(case), *_list_launch(case)]
    for entry in sorted(entries, key=lambda entry: (entry.first, entry.last, entry.kind, entry.key)):
        calendar.add_component(_make_event(case, entry, brand))
    return bytes(calendar.to_ical())


@dataclass(frozen=True)
class _Entry:
    """One entry: what it is, its first and last day, and what its text says.

    key: what tells it apart from others of its kind, whenever they are. code: of the licence, None
    for the launch. is_due: it is the last day that counts, else the first.
    """

    kind: str
    key: str
    code: str | None
    first: date
    last: date
    lines: tuple[str, ...]
    is_estimate: bool
    is_provisional: bool
    is_due: bool = False
    share: str = ""


def _list_due(case: Case) -> Iterator[_Entry]:
    """Renewals and duties, from the first day to the last."""
    language = case.language
    for event in case.forecast.renewals:
        is_renewal = event.is_renewal
        first = event.renew_from or event.renew_by
        lines = [
            say(language, "calendar.window", first=first, last=event.renew_by)
            if event.renew_from
            else say(language, "calendar.by", last=event.renew_by)
        ]
        if event.expires_on:
            lines.append(say(language, "calendar.expires", day=event.expires_on))
        if event.renew_by < case.as_of:
            lines.append(say(language, "calendar.overdue", as_of=case.as_of))
        if duty := say_duty(event, language):
            lines.append(duty)
        if event.is_planned:
            lines.append(say(language, "calendar.planned"))
        lines.append(say(language, "calendar.basis", basis=say_ground(event, language)))
        yield _Entry(
            kind="renewal" if is_renewal else "duty",
            key=event.code if is_renewal else f"{event.code}/{_number_window(case, event)}",
            code=event.code,
            first=first,
            last=event.renew_by,
            lines=tuple(lines),
            is_estimate=event.basis == "estimate",
            is_provisional=event.provisional,
            is_due=True,
        )


def _number_window(case: Case, event: Renewal) -> str:
    """``2027-2`` for the second window of 2027, whatever days it has."""
    ends = sorted(
        window.partition("..")[2] for window in case.plan.law.entries[event.code].row["duty_windows"]
    )
    return f"{event.renew_by.year}-{ends.index(f'{event.renew_by:%m-%d}') + 1}"


def _list_milestones(case: Case) -> Iterator[_Entry]:
    """Where each step of the plan begins, and by when it is done in 80 percent of the draws."""
    language, grounds = case.language, _find_start_grounds(case)
    announced_until = read_calendar().announced_until
    for view in view_case(case)["dated"]:
        step = view["step"]
        if step.start is None:
            continue
        told = _list_step(case, view)
        ground = grounds[step.code]
        beginning = "calendar.basis_wait" if step.blocked_until else "calendar.basis_plan"
        basis = (
            label_value("days_likely_basis", ground, case.language) if ground else say(language, beginning)
        )
        yield _Entry(
            kind="start",
            key=step.code,
            code=step.code,
            first=step.start,
            last=step.start,
            lines=(
                say(language, "calendar.ready"),
                *told,
                say(language, "calendar.basis", basis=basis),
            ),
            is_estimate=ground == "estimate",
            is_provisional=step.start > announced_until,
        )
        days = case.forecast.simulation.finishes[step.code]
        ground = _find_finish_ground(step)
        yield _Entry(
            kind="finish",
            key=step.code,
            code=step.code,
            first=days[LIKELY_SHARE],
            last=days[LIKELY_SHARE],
            lines=(
                *_list_chances(case, days),
                *told,
                say(
                    language, "calendar.basis", basis=label_value("days_likely_basis", ground, case.language)
                ),
            ),
            is_estimate=ground == "estimate",
            is_provisional=days[LIKELY_SHARE] > announced_until,
            share=say_share(SHARES[LIKELY_SHARE]),
        )


def _list_step(case: Case, view: StepView) -> list[str]:
    """What the plan says of a step."""
    language, step = case.language, view["step"]
    lines = [say(language, "calendar.likely", start=say_day(step.start), finish=say_day(step.finish))]
    if view["after"]:
        lines.append(say(language, "calendar.after", names=say(language, "list").join(view["after"])))
    if view["blocked_by"]:
        lines.append(view["blocked_by"])
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
        every = [*(one.basis for one in waits), *(ground for ground in earlier if ground)]
        grounds[step.code] = find_weakest(every) if every else None
    return grounds


def _waits_for_time(step: Step, waits: Iterable[Step]) -> bool:
    """Whether what a step needs is done before the day that lifts what blocks it."""
    until = step.blocked_until
    return until is not None and all(one.finish is not None and one.finish < until for one in waits)


def _find_finish_ground(step: Step) -> str:
    """The weakest ground of all that a step's own percentiles rest on."""
    if step.duration is None:
        return "estimate"
    grounds = [step.duration.spread_basis]
    if step.duration.correction.chance:
        grounds.append(step.duration.correction.basis)
    return find_weakest(grounds)


def _list_launch(case: Case) -> Iterator[_Entry]:
    """By when all that is required and can be dated is done, once for each share of the draws."""
    language, ground = case.language, case.forecast.basis
    if case.launch is None:
        return
    lines = [*_list_chances(case, case.launch)]
    if case.forecast.left_out:
        names = say(language, "list").join(map(case.name_code, case.forecast.left_out))
        lines.append(say(language, "calendar.left_out", names=names))
    lines.append(
        say(language, "calendar.basis", basis=label_value("days_likely_basis", ground, case.language))
    )
    for share, day in zip(SHARES, case.launch, strict=True):
        yield _Entry(
            kind="launch",
            key=f"p{round(100 * share)}",
            code=None,
            first=day,
            last=day,
            lines=tuple(lines),
            is_estimate=ground == "estimate",
            is_provisional=day > read_calendar().announced_until,
            share=say_share(share),
        )


def _make_event(case: Case, entry: _Entry, brand: Brand) -> Event:
    licence = view_licence(case, entry.code) if entry.code else None
    stamp = datetime.combine(case.as_of, time(), UTC)
    summary = _say_summary(case, entry, licence["name"] if licence else "")
    event = Event()
    event.add("uid", str(uuid5(SPACE, f"{case.client}/{entry.kind}/{entry.key}")))
    event.add("sequence", max(0, (case.as_of - FIRST_DAY).days))
    event.add("dtstamp", stamp)
    event.add("last-modified", stamp)
    event.add("dtstart", entry.first)
    event.add("dtend", entry.last + timedelta(days=1))
    event.add("summary", summary)
    event.add("description", _say_description(case, entry, licence, brand))
    event.add("categories", [say(case.language, f"calendar.category.{entry.kind}")])
    event.add("transp", "TRANSPARENT")
    if licence and str(licence["source_url"] or "").startswith(("http://", "https://")):
        event.add("url", licence["source_url"])
    for days in DUE_ALARMS if entry.is_due else PLAN_ALARMS:
        alarm = _make_alarm(case, entry, days, summary)
        if alarm:
            event.add_component(alarm)
    return event


def _make_alarm(case: Case, entry: _Entry, days: int, summary: str) -> Alarm | None:
    """An alarm so many days before, in the morning; None for what would ring as soon as it is imported."""
    counted = entry.last if entry.is_due else entry.first
    if counted - timedelta(days=days) < case.as_of:
        return None
    # The end of an entry is the midnight after its last day.
    before = timedelta(days=-days - 1 if entry.is_due else -days, hours=RING_AT)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", before, parameters={"RELATED": "END"} if entry.is_due else {})
    return alarm


def _say_summary(case: Case, entry: _Entry, licence: str) -> str:
    language = case.language
    summary = say(language, f"calendar.summary.{entry.kind}", licence=licence, share=entry.share)
    if entry.is_estimate:
        summary = say(language, "calendar.estimated", summary=summary)
    return say(language, "calendar.for_client", summary=summary, client=_join_line(case.name))


def _say_description(case: Case, entry: _Entry, licence: Mapping[str, object] | None, brand: Brand) -> str:
    language = case.language
    lines = [say(language, "calendar.client", client=_join_line(case.name))]
    if licence:
        lines.append(say(language, "calendar.official", name=licence["official_name"], code=licence["code"]))
    lines += entry.lines
    if entry.is_estimate:
        lines.append(say(language, "calendar.estimate"))
    if entry.is_provisional:
        lines.append(say(language, "calendar.provisional"))
    if licence:
        source, checked_on = licence["source"], licence["checked_on"]
        lines.append(say(language, "calendar.source", source=source, checked_on=checked_on))
    lines.append(say(language, "calendar.not_advice"))
    return "\n".join([*lines, *_list_brand(case, brand)])


def _list_brand(case: Case, brand: Brand) -> list[str]:
    """Whose work it is, and what the firm says of its liability."""
    said = [brand.firm, brand.contact, brand.disclaimer.get(case.language, "")]
    return [text for text in said if text]


def _join_line(text: str) -> str:
    """What a client typed, on one line."""
    return " ".join(text.split())
