"""Calendar of whom to call: an entry for each thing that is overdue, sent back or due soon, over all clients."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from uuid import uuid5

from icalendar import Event

from licences.analysis.due import Call
from licences.law.in_force import LawInForce
from licences.render.brand import Brand
from licences.render.ics import (
    DUE_ALARMS,
    SPACE,
    begin_calendar,
    find_version,
    join_line,
    list_brand,
    make_alarm,
)
from licences.render.ics_versions import cancel_event, fold, keep_version, read_events
from licences.words.due import CallView, view_calls
from licences.words.texts import add_note, say


def make_due_calendar(
    calls: Iterable[Call],
    law: LawInForce,
    within_days: int,
    brand: Brand | None = None,
    earlier: bytes | None = None,
) -> bytes:
    """The calendar as the bytes of an ``.ics`` file; every entry takes the last day, and rings before it.

    What is overdue, or was sent back, stands on the day of the law, where it is seen. earlier: the calendar
    written last; what says the same keeps its version, and what is not due any more and lies ahead is cancelled.
    """
    brand, language = brand or Brand(), law.language
    own = partial(say, language)
    about = [
        own("due.calendar.about", count=within_days, as_of=law.as_of),
        own("calendar.not_advice"),
        *list_brand(brand, language),
    ]
    calendar = begin_calendar(own("due.calendar.name"), "\n".join(about), language)
    issued = read_events(earlier)
    for view in view_calls(calls, law):
        event = _make_event(view, law, brand)
        calendar.add_component(keep_version(event, issued.pop(str(event["uid"]), None)))
    stamp, version = find_version(law.as_of)
    for gone in issued.values():
        if gone.end > law.as_of:
            calendar.add_component(
                cancel_event(gone, stamp, version, partial(_say_cancelled, language, brand))
            )
    return b"".join(map(fold, map(str, calendar.content_lines())))


def name_call(call: Call) -> str:
    """By what an entry is known again, whenever it is; of a duty each of its windows is one of its own."""
    day = f"/{call.last_day:%Y-%m}" if call.kind == "duty" and call.last_day else ""
    return str(uuid5(SPACE, f"{call.client}/due/{call.kind}/{call.code}{day}"))


def _make_event(view: CallView, law: LawInForce, brand: Brand) -> Event:
    one, language = view["call"], law.language
    day = law.as_of if one.last_day is None or one.is_overdue else one.last_day
    stamp, version = find_version(law.as_of)
    summary = say(language, "due.calendar.summary", kind=view["kind"], licence=view["licence"])
    if one.is_overdue:
        summary = say(language, "due.calendar.overdue", summary=summary)
    summary = say(language, "calendar.for_client", summary=summary, client=join_line(one.name))
    event = Event()
    event.add("uid", name_call(one))
    event.add("sequence", version)
    event.add("dtstamp", stamp)
    event.add("last-modified", stamp)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", summary)
    event.add("description", "\n".join([*_list_lines(view, language), *list_brand(brand, language)]))
    event.add("categories", [say(language, "due.calendar.category")])
    event.add("transp", "TRANSPARENT")
    if alarm := make_alarm(day, DUE_ALARMS, law.as_of, summary):
        event.add_component(alarm)
    return event


def _list_lines(view: CallView, language: str) -> list[str]:
    own, official = partial(say, language), view["official_name"]
    name = official if official == view["licence"] else add_note(official, view["licence"], language)
    last_day = own("due.calendar.last_day", day=view["last_day"], left=view["left"])
    said = [
        own("calendar.client", client=join_line(f"{view['name']} ({view['client']})")),
        own("due.calendar.contact", contact=join_line(view["contact"])) if view["contact"] else "",
        own("calendar.official", name=name),
        view["what"],
        last_day if view["last_day"] else own("due.calendar.since", left=view["left"]),
        view["expiry"],
        view["missing"],
        own("due.calendar.last", event=view["last"]) if view["last"] else "",
        view["remark"],
        own("calendar.provisional") if view["is_provisional"] else "",
        own("calendar.not_advice"),
    ]
    return [line for line in said if line]


def _say_cancelled(language: str, brand: Brand, summary: str) -> tuple[str, str]:
    """Summary and description of an entry that is not due any more."""
    lines = [say(language, "due.calendar.fell_away"), *list_brand(brand, language)]
    return say(language, "calendar.cancelled", summary=summary), "\n".join(lines)
