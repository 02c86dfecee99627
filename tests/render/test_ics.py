"""What the calendar holds, read by two libraries of which only one has written it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from typing import Any

import icalendar
import pandas as pd
import pytest
import vobject

from licences.analysis.case import Case, make_case
from licences.law.catalogue import Catalogue, read_catalogue
from licences.law.working_days import read_calendar
from licences.planning.forecast import PlanOptions
from licences.planning.schedule import Step
from licences.reading.dictionary import LANGUAGES
from licences.render import ics
from licences.render.brand import Brand
from licences.render.ics_versions import is_as_written
from licences.words.citations import cite
from licences.words.plans import say_obstacle
from licences.words.texts import read_texts, write_day

make_calendar = partial(ics.make_calendar, holds="all")
AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
NASTY = 'a,b;c\\d "e":f\r\nBEGIN:VEVENT\rEND:VCALENDAR\n<script>\u2028=1\x85DTSTART:20260101'


def make(
    catalogue: Catalogue,
    clients: pd.DataFrame,
    client: str,
    language: str = "en",
    as_of: date = AS_OF,
    start: date = START,
    include: tuple[str, ...] = (),
    *,
    prepares: bool = True,
    **told: Any,
) -> Case:
    profile = clients[clients["client"] == client].copy()
    for name, value in told.items():
        profile[name] = pd.Series([value], index=profile.index, dtype=profile[name].dtype)
    return make_case(catalogue, profile, as_of, PlanOptions(start, include, prepares=prepares), language)


def read(content: bytes) -> icalendar.Calendar:
    return icalendar.Calendar.from_ical(content)


def read_elsewhere(content: bytes) -> Any:
    (calendar,) = vobject.readComponents(content.decode())
    return calendar


def find(calendar: icalendar.Calendar, kind: str, code: str = "") -> list[icalendar.Event]:
    """The events of a kind, by the first words of their summary, and of a licence by its code."""
    start = str(read_texts("en")["calendar"]["summary"][kind]).split("{")[0].split("(")[0]
    return [
        event
        for event in calendar.events
        if event["summary"].startswith(start) and (not code or is_of(event, code))
    ]


def is_of(event: icalendar.Event, code: str) -> bool:
    """Whether an entry is of a licence, by its official name."""
    lines = event["description"].split("\n")
    named = {line.removeprefix("Official name: ") for line in lines if line.startswith("Official name: ")}
    return any(
        told == name or told.startswith(f"{name} (") for told in named for name in name_officially()[code]
    )


@cache
def name_officially() -> dict[str, list[str]]:
    """The official names that a licence has or had, by code."""
    return {code: sorted(set(names)) for code, names in read_catalogue().rows.groupby("code")["name_zh"]}


def find_step(calendar: icalendar.Calendar, step: Step) -> list[icalendar.Event]:
    """The entries of a step: where it is prepared, when that begins and when it is submitted; then when it is done."""
    begins = ["start"] if step.submit_on == step.start else ["prepare", "submit"]
    found = [find(calendar, kind, step.code) for kind in ("start", "prepare", "submit")]
    assert [kind for kind, ones in zip(("start", "prepare", "submit"), found, strict=True) if ones] == begins
    done = [*find(calendar, "finish", step.code), *find(calendar, "finish_likely", step.code)]
    return [event for events in (*found, done) for event in events]


def list_rings(event: icalendar.Event) -> list[datetime]:
    """When the alarms of an event ring in Outlook, where its reader is.

    Source: [MS-OXCICAL], section 2.1.3.1.1.20.62: one alarm, its minutes taken for minutes before the start.
    """
    midnight = datetime.combine(event["dtstart"].dt, time())
    return [midnight - abs(alarm["trigger"].dt) for alarm in event.walk("VALARM")[:1]]


def count_last_days(case: Case) -> int:
    """Of what is to be done within a week or more, and of each renewal that takes days, the last is an entry of its own."""
    days = [
        ((due.renew_by - due.renew_from).days, due.is_renewal) for due in case.forecast.due if due.renew_from
    ]
    return sum(1 for count, is_renewal in days if count >= (1 if is_renewal else 7))


def name_days(content: bytes) -> dict[str, date]:
    return {str(event["uid"]): event["dtstart"].dt for event in read(content).events}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_sample_client_has_a_calendar_that_two_parsers_read_alike(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    everywhere: set[str] = set()
    for client in sample_clients["client"]:
        case = make(catalogue, sample_clients, client, language, include=("recommended", "optional"))
        content = make_calendar(case)
        events, others = read(content).events, read_elsewhere(content).vevent_list
        milestones = sum(2 if step.submit_on == step.start else 3 for step in case.plan.dated)
        launches = 1 if case.launch else 0
        assert len(events) == len(others)
        assert len(events) == len(case.forecast.due) + count_last_days(case) + milestones + launches
        for event, other in zip(events, others, strict=True):
            assert other.uid.value == event["uid"]
            assert other.summary.value == event["summary"]
            assert other.description.value == event["description"]
            assert other.dtstart.value == event["dtstart"].dt
            assert other.dtend.value == event["dtend"].dt
            assert int(other.sequence.value) == event["sequence"]
            alarms = getattr(other, "valarm_list", [])
            assert [one.trigger.value for one in alarms] == [
                one["trigger"].dt for one in event.walk("VALARM")
            ]
            assert type(event["dtstart"].dt) is date
            assert event["dtend"].dt > event["dtstart"].dt
        names = [str(event["uid"]) for event in events]
        assert len(set(names)) == len(names)
        assert not everywhere & set(names)
        everywhere |= set(names)
        text = content.decode()
        assert not re.search(r"\b(None|nan|NaT)\b|<NA>|\{[a-z_]+\}", text.replace("\r\n ", ""))


def test_a_renewal_takes_the_days_in_which_it_can_be_done_and_rings_before_the_first_and_the_last(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    holds = ("BUSINESS_LICENCE", "EDI@2027-09-30")
    calendar = read(make_calendar(make(catalogue, sample_clients, "corner-shop", holds=holds)))
    # under way 180 days before the expiry, in 90 days before it at the latest
    (event,) = find(calendar, "renewal", "EDI")
    assert event["dtstart"].dt == date(2027, 4, 3)
    assert event["dtend"].dt == date(2027, 7, 2) + timedelta(days=1)
    assert list_rings(event) == [datetime(2027, 3, 31, 9)]
    (last,) = find(calendar, "renewal_end", "EDI")
    assert (last["dtstart"].dt, last["dtend"].dt) == (date(2027, 7, 2), date(2027, 7, 3))
    assert list_rings(last) == [datetime(2027, 6, 2, 9)]
    assert last["uid"] != event["uid"]
    assert last["categories"].cats == event["categories"].cats
    for one in (event, last):
        assert "To be done from 3 April 2027 to 2 July 2027" in one["description"]
    assert "Expires on 30 September 2027" in event["description"]
    assert event["transp"] == "TRANSPARENT"


def test_a_renewal_whose_first_day_no_source_tells_is_one_day(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    holds = ("BUSINESS_LICENCE", "PUBLICATION_RETAIL@2027-06-30")
    calendar = read(make_calendar(make(catalogue, sample_clients, "corner-shop", holds=holds)))
    (event,) = find(calendar, "renewal", "PUBLICATION_RETAIL")
    assert event["dtstart"].dt == date(2027, 6, 30)
    assert event["dtend"].dt == date(2027, 7, 1)
    assert "Last day to apply: 30 June 2027" in event["description"]
    assert "Ground of the date: the expiry told" in event["description"]
    assert "(estimate)" not in event["summary"]


def test_what_would_ring_at_once_does_not_ring_and_what_is_overdue_says_so(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    calendar = read(make_calendar(make(catalogue, sample_clients, "old-willow")))
    (edi,) = find(calendar, "renewal", "EDI")  # its last day was 2026-10-12
    assert list_rings(edi) == []
    assert "On 23 November 2026 the last day had passed." in edi["description"]
    (food,) = find(calendar, "renewal_end", "FOOD_OPERATION")  # its last day is 2026-12-10
    assert list_rings(food) == [datetime(2026, 12, 3, 9)]
    for event in calendar.events:
        assert all(ring.date() >= AS_OF for ring in list_rings(event))


def test_a_last_day_to_apply_that_is_near_rings_the_day_before(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    holds = ("BUSINESS_LICENCE", "FOOD_OPERATION@2026-12-16")  # its last day is 2026-11-25
    calendar = read(make_calendar(make(catalogue, sample_clients, "corner-shop", holds=holds)))
    (food,) = find(calendar, "renewal_end", "FOOD_OPERATION")
    assert food["dtstart"].dt == date(2026, 11, 25)
    assert list_rings(food) == [datetime(2026, 11, 24, 9)]
    assert food["description"].split("\n")[2].startswith("Last day to apply: 25 November 2026")
    assert "it may not be needed any more" in food["description"]


def test_what_is_due_leads_the_calendar_overdue_first_and_by_its_last_day(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients, "old-willow")
    events = read(make_calendar(case)).events
    kinds = [str(event["categories"].cats[0]) for event in events]
    due = [kind in {"Licence renewal", "Recurring duty"} for kind in kinds]
    assert due == sorted(due, reverse=True)
    days = [event["dtend"].dt for event, is_due in zip(events, due, strict=True) if is_due]
    assert days == sorted(days)
    assert days[0] <= AS_OF


@pytest.mark.parametrize("client", ["grand-bazaar", "cloud-harbour"])  # one without a promise, one with
@pytest.mark.parametrize("prepares", [True, False])
def test_a_milestone_rings_three_days_before(
    catalogue: Catalogue, sample_clients: pd.DataFrame, client: str, prepares: bool
) -> None:
    case = make(catalogue, sample_clients, client, prepares=prepares)
    calendar = read(make_calendar(case))
    rung, kinds = 0, set()
    for step in case.plan.dated:
        *begins, finish = events = find_step(calendar, step)
        kinds.add(len(begins))
        assert [one["dtstart"].dt for one in begins] == list(dict.fromkeys([step.start, step.submit_on]))
        assert finish["dtstart"].dt == (
            case.forecast.simulation.finishes[step.code][1] if case.launch else step.finish
        )
        for event in events:
            day = event["dtstart"].dt
            assert event["dtend"].dt == day + timedelta(days=1)
            before = datetime.combine(day, time(9)) - timedelta(days=3)
            assert list_rings(event) == ([before] if before.date() >= AS_OF else [])
            rung += bool(list_rings(event))
    assert rung
    assert kinds == ({1, 2} if prepares else {1})


def test_when_a_step_is_done_is_entered_with_80_percent_where_that_is_promised_and_else_by_usual_times(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    promised = make(catalogue, sample_clients, "cloud-harbour")
    calendar = read(make_calendar(promised))
    for step in promised.plan.dated:
        p50, p80, p90 = promised.forecast.simulation.finishes[step.code]
        (finish,) = find(calendar, "finish", step.code)
        assert finish["summary"].startswith("Done (80% sure): ")
        assert (
            "\n".join(
                f"{share}% sure: {write_day(day, 'en')}" for share, day in ((50, p50), (80, p80), (90, p90))
            )
            in finish["description"]
        )
    other = make(catalogue, sample_clients, "grand-bazaar")
    calendar = read(make_calendar(other))
    for step in other.plan.dated:
        (finish,) = find(calendar, "finish_likely", step.code)
        assert finish["summary"].startswith("Done, by usual times: ")
        assert "% sure" not in finish["summary"] + finish["description"]


def test_who_is_prepared_reads_when_that_begins_and_who_submits_that_all_must_be_complete(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients, "cloud-harbour")
    calendar = read(make_calendar(case))
    prepared = [step for step in case.plan.dated if step.submit_on != step.start]
    assert 0 < len(prepared) < len(case.plan.dated)
    for step in case.plan.dated:
        *begins, submit, _ = find_step(calendar, step)
        assert "must be complete on this day" in submit["description"]
        for prepare in begins:
            assert "From this day on the papers are gathered and written." in prepare["description"]
            assert "must be complete" not in prepare["description"]
            assert "Ground of the date: estimate" in submit["description"]  # how long it is prepared
            assert "(estimate)" in submit["summary"]


def test_the_launch_is_entered_once_with_the_date_to_give_to_others(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients, "hello-hall")
    (event,) = find(read(make_calendar(case)), "launch")
    assert case.launch
    p50, p80, p90 = case.launch
    assert event["dtstart"].dt == p80
    assert "Ready to open (80% sure) (estimate)" in event["summary"]
    assert (
        "\n".join(
            f"{share}% sure: {write_day(day, 'en')}" for share, day in ((50, p50), (80, p80), (90, p90))
        )
        in event["description"]
    )
    assert len(list_rings(event)) == 1
    held = tuple(sorted(set(catalogue.rows["code"])))
    assert not find(read(make_calendar(make(catalogue, sample_clients, "corner-shop", holds=held))), "launch")


@pytest.mark.parametrize(
    "client", ["paper-plane-post", "grand-bazaar", "green-acre"]
)  # blocked, undated, forbidden
def test_where_no_date_is_promised_no_launch_is_entered(
    catalogue: Catalogue, sample_clients: pd.DataFrame, client: str
) -> None:
    case = make(catalogue, sample_clients, client)
    assert case.plan.launch
    assert not find(read(make_calendar(case)), "launch")


def test_importing_again_after_the_plan_has_moved_updates_and_does_not_double(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    kinds = ("start", "prepare", "submit", "finish", "finish_likely", "launch")
    seen: set[str] = set()
    for client in ("grand-bazaar", "cloud-harbour"):
        first = name_days(make_calendar(make(catalogue, sample_clients, client)))
        later = make(catalogue, sample_clients, client, as_of=date(2026, 11, 30), start=date(2027, 2, 1))
        second, calendar = name_days(make_calendar(later)), read(make_calendar(later))
        found = {kind: {str(event["uid"]) for event in find(calendar, kind)} for kind in kinds}
        seen |= {kind for kind, names in found.items() if names}
        milestones = set().union(*found.values())
        assert milestones <= set(first)
        assert all(second[name] > first[name] for name in milestones)
        assert name_days(make_calendar(make(catalogue, sample_clients, client, "zh"))) == first
    assert seen == set(kinds)


def test_a_renewal_keeps_its_name_when_another_expiry_is_told(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    names = []
    for expiry in ("2027-09-30", "2027-12-31"):
        holds = ("BUSINESS_LICENCE", f"EDI@{expiry}")
        calendar = read(make_calendar(make(catalogue, sample_clients, "corner-shop", holds=holds)))
        (event,) = find(calendar, "renewal", "EDI")
        names.append((str(event["uid"]), event["dtstart"].dt))
    assert names[0][0] == names[1][0]
    assert names[0][1] != names[1][1]


def test_a_duty_keeps_its_day_when_earlier_ones_are_over(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    holds = ("BUSINESS_LICENCE", "TAX_PLATFORM_REPORT")
    days = []
    for as_of in (date(2026, 11, 23), date(2027, 5, 3)):
        case = make(
            catalogue, sample_clients, "grand-bazaar", as_of=as_of, start=date(2027, 5, 4), holds=holds
        )
        events = find(read(make_calendar(case)), "duty", "TAX_PLATFORM_REPORT")
        days.append({str(event["uid"]): event["dtstart"].dt for event in events})
    before, after = days
    assert len(before) == len(after) == 8
    assert len(before.keys() & after.keys()) == 6  # January and April 2027 are over, and 2029 has begun
    assert all(before[name] == after[name] for name in before.keys() & after.keys())


def test_a_duty_keeps_its_name_when_its_window_is_changed(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients, "grand-bazaar", holds=("BUSINESS_LICENCE", "PREPAID_CARD"))
    shorter = catalogue.rows.copy()
    mine = shorter["code"] == "PREPAID_CARD"
    assert [tuple(windows) for windows in shorter.loc[mine, "duty_windows"]] == [
        ("01-01..01-25", "04-01..04-25", "07-01..07-25", "10-01..10-25")
    ]
    shorter["duty_windows"] = [
        tuple(window.replace("-25", "-20") for window in windows) if own else windows
        for windows, own in zip(shorter["duty_windows"], mine, strict=True)
    ]
    moved = make(
        replace(catalogue, rows=shorter),
        sample_clients,
        "grand-bazaar",
        holds=("BUSINESS_LICENCE", "PREPAID_CARD"),
    )
    one, other = (find(read(make_calendar(each)), "duty", "PREPAID_CARD") for each in (case, moved))
    assert [event["uid"] for event in one] == [event["uid"] for event in other]
    assert [event["dtend"].dt.day for event in one] == [26] * 8
    assert [event["dtend"].dt.day for event in other] == [21] * 8


def test_an_entry_is_named_as_ever(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    """Else who has subscribed to a calendar has each of its entries twice."""
    days = name_days(ics.make_calendar(make(catalogue, sample_clients, "corner-shop")))
    known = {
        "724acb90-0563-58d7-8fb2-da527f42f77a": date(2027, 1, 1),
        "b7ff09ba-bbaa-5cf3-ab54-7d4422b17c1c": date(2027, 6, 30),
        "5d118498-d270-5bba-ae52-a32c404d4aab": date(2028, 1, 1),
    }
    assert known.items() <= days.items()


def test_two_clients_never_share_a_name(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    profile = sample_clients[sample_clients["client"] == "corner-shop"].copy()
    names = []
    for client in ("a", "b"):
        profile["client"] = client
        names.append(
            set(name_days(make_calendar(make_case(catalogue, profile, AS_OF, PlanOptions(START), "en"))))
        )
    assert not names[0] & names[1]


def test_time_stands_in_the_arguments(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    first, second = (make_calendar(make(catalogue, sample_clients, "old-willow", "zh")) for _ in range(2))
    assert first == second
    midnight = datetime(2026, 11, 23, tzinfo=UTC)
    for event in read(first).events:
        assert event["dtstamp"].dt == event["last-modified"].dt == midnight
        assert event["sequence"] == (AS_OF - date(2020, 1, 1)).days == 2518
    old = make(catalogue, sample_clients, "corner-shop", as_of=date(2019, 6, 3), start=date(2019, 6, 3))
    assert {event["sequence"] for event in read(make_calendar(old)).events} == {0}


def test_lines_end_and_fold_as_the_standard_says_and_no_character_is_cut(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    content = make_calendar(make(catalogue, sample_clients, "grand-bazaar", "zh", name="漢" * 300))
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert content.count(b"\n") == content.count(b"\r\n") == content.count(b"\r")
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert sum(line.startswith(b" ") for line in lines) > 100
    for line in lines:
        line.decode()  # each line is whole by itself
    assert read(content)["x-wr-calname"].startswith("漢" * 300)


def test_the_calendar_says_whose_it_is(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    case = make(catalogue, sample_clients, "corner-shop", "zh")
    calendar = read(make_calendar(case))
    assert calendar["method"] == "PUBLISH"
    assert calendar["version"] == "2.0"
    assert calendar["prodid"]
    assert calendar["x-wr-timezone"] == "Asia/Shanghai"
    other = read_elsewhere(make_calendar(case))
    assert other.x_wr_calname.value == f"{case.name}：证照日程"
    assert "不是法律意见" in other.x_wr_caldesc.value
    assert "不是法律意见" in calendar.events[0]["description"]


def test_what_a_client_typed_is_text(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    plain = make_calendar(make(catalogue, sample_clients, "corner-shop"))
    content = make_calendar(make(catalogue, sample_clients, "corner-shop", name=NASTY))
    calendar, other = read(content), read_elsewhere(content)
    shown = " ".join(NASTY.split())
    assert other.x_wr_calname.value == f"{shown}: licence dates"
    assert len(calendar.events) == len(other.vevent_list) == len(read(plain).events)
    for event, same in zip(calendar.events, other.vevent_list, strict=True):
        assert event["summary"].endswith(shown)
        assert same.summary.value.endswith(shown)
        assert f"Client: {shown}\n" in event["description"]
    assert content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r")
    starts = [line.split(b":")[0].split(b";")[0] for line in content.split(b"\r\n") if line[:1] != b" "]
    known = [line.split(b":")[0].split(b";")[0] for line in plain.split(b"\r\n") if line[:1] != b" "]
    assert starts == known


def test_the_official_name_and_the_source_stand_with_every_licence(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients, "grand-bazaar")
    calendar = read(make_calendar(case))
    for code in {step.code for step in case.plan.dated} | {event.code for event in case.forecast.renewals}:
        row = case.rows.loc[code]
        events = [event for event in calendar.events if is_of(event, code)]
        assert events
        for event in events:
            assert f"Official name: {row['name_zh']} ({case.short(code)})" in event["description"]
            assert case.short(code) in event["summary"]
            source, address = cite(case.law.entries[code].row, case.language)
            assert f"Source: {source}" in event["description"]
            assert str(event.get("url", "")) == (address or "")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("client", ["grand-bazaar", "old-willow", "hello-hall", "hundred-trades"])
def test_no_entry_says_the_code_of_a_licence(
    catalogue: Catalogue, sample_clients: pd.DataFrame, client: str, language: str
) -> None:
    case = make(catalogue, sample_clients, client, language)
    content = make_calendar(case)
    known = {code for code in catalogue.codes if "_" in code}
    said = set()
    for event in read(content).events:
        texts = [
            event["summary"],
            event["description"],
            *(alarm["description"] for alarm in event.walk("valarm")),
        ]
        said |= known & set(re.findall(r"[A-Z0-9_]+", " ".join(texts)))
        said |= {
            code
            for code in catalogue.codes
            if f"({code})" in event["description"] or f"（{code}）" in event["description"]
        }
    assert said == set()


@pytest.mark.parametrize("start", [START, date(2027, 2, 1)])  # before and after the last announced holiday
def test_a_date_says_on_what_it_rests(
    catalogue: Catalogue, sample_clients: pd.DataFrame, start: date
) -> None:
    case = make(catalogue, sample_clients, "grand-bazaar", start=start)
    calendar = read(make_calendar(case))
    announced_until, starred = read_calendar().announced_until, set()
    for step in case.plan.dated:
        events = find_step(calendar, step)
        waits = bool(step.requires or step.queues_behind)
        assert ("the day on which the plan starts" in events[0]["description"]) is not waits
        for event in events:
            assert ("(estimate)" in event["summary"]) is (
                "Ground of the date: estimate" in event["description"]
            )
            provisional = "provisional" in event["description"]
            assert provisional is (event["dtstart"].dt > announced_until)
            starred.add(provisional)
    assert starred == ({True, False} if start == START else {True})
    for event, entry in zip(case.forecast.renewals, find(calendar, "renewal"), strict=False):
        if event.basis == "estimate" and event.is_renewal:
            assert "(estimate)" in entry["summary"]


def test_a_start_that_only_time_allows_says_that_it_waits_for_time(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients, "seven-month-lab", include=("recommended", "optional"))
    waiting = [step for step in case.plan.dated if step.blocked_until]
    assert waiting
    calendar = read(make_calendar(case))
    for step in waiting:
        start = find_step(calendar, step)[0]
        assert "the day on which time has lifted what blocks it" in start["description"]
        assert str(say_obstacle(step, case.plan)) in start["description"]


def test_the_firm_and_its_disclaimer_stand_in_every_entry(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    brand = Brand(
        firm="Harbour; Lane, 港巷",
        contact="mail@example.org",
        disclaimer={"zh": "不承担责任。", "en": "No liability,\nnone."},
    )
    case = make(catalogue, sample_clients, "corner-shop")
    content = make_calendar(case, brand)
    calendar = read(content)
    for text in (
        read_elsewhere(content).x_wr_caldesc.value,
        *(event["description"] for event in calendar.events),
    ):
        assert text.endswith("Harbour; Lane, 港巷\nmail@example.org\nNo liability,\nnone.")
    assert name_days(content) == name_days(make_calendar(case))
    assert make_calendar(case) == make_calendar(case, Brand())


@pytest.mark.parametrize("client", ["grand-bazaar", "hello-hall", "old-willow"])
def test_a_calendar_of_renewals_holds_what_falls_due_alone(
    catalogue: Catalogue, sample_clients: pd.DataFrame, client: str
) -> None:
    case = make(catalogue, sample_clients, client)
    content = ics.make_calendar(case)
    assert content == ics.make_calendar(case, holds="renewals") != make_calendar(case)
    events = read(content).events
    assert len(events) == len(case.forecast.due) + count_last_days(case)
    assert {str(event["categories"].cats[0]) for event in events} <= {"Licence renewal", "Recurring duty"}
    assert name_days(content).items() <= name_days(make_calendar(case)).items()
    assert "plan" not in read(content)["x-wr-caldesc"]
    assert [str(one.uid.value) for one in read_elsewhere(content).vevent_list] == [
        str(one["uid"]) for one in events
    ]


@pytest.mark.parametrize("days", [1, 3, 6, 7, 40])
def test_each_renewal_rings_before_its_last_day_to_apply_however_short_its_time_is(
    catalogue: Catalogue, sample_clients: pd.DataFrame, days: int
) -> None:
    case = make(catalogue, sample_clients, "corner-shop", holds=("BUSINESS_LICENCE", "EDI@2027-09-30"))
    (event,) = [one for one in case.forecast.due if one.is_renewal]
    assert event.expires_on
    assert event.renew_by < event.expires_on
    last = event.renew_by
    for first in (last - timedelta(days=days), AS_OF - timedelta(days=1)):
        short = replace(event, renew_from=first)
        forecast = replace(case.forecast)
        object.__setattr__(forecast, "due", (short,))
        events = read(ics.make_calendar(replace(case, forecast=forecast))).events
        rings = [ring.date() for one in events for ring in list_rings(one)]
        assert rings
        assert max(rings) < last
        ends = [
            one for one in events if one["summary"].startswith("Last day to apply for renewal: EDI licence")
        ]
        assert [one["dtstart"].dt for one in ends] == [last]
        assert list_rings(ends[0])


def test_what_is_left_out_by_choice_is_cancelled_with_the_reason_and_may_come_back(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients, "hello-hall")
    first = make_calendar(case)
    second = ics.make_calendar(case, earlier=first)
    gone = [event for event in read(second).events if event.get("status") == "CANCELLED"]
    alone = ics.make_calendar(case)
    assert {str(event["uid"]) for event in gone} == name_days(first).keys() - name_days(alone).keys()
    assert all("which now holds renewals, duties and deadlines alone" in one["description"] for one in gone)
    assert ics.make_calendar(case, earlier=second) == second
    third = read(make_calendar(case, earlier=second))
    assert not [event for event in third.events if event.get("status")]
    assert {str(event["uid"]) for event in third.events} == name_days(first).keys()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("holds", ["renewals", "all"])
def test_a_calendar_is_known_for_untouched_until_it_is_edited(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str, holds: str
) -> None:
    content = ics.make_calendar(make(catalogue, sample_clients, "old-willow", language), holds=holds)
    names = [str(read_texts(one)["calendar"]["name"]).format(client="") for one in ("zh", "en")]
    assert is_as_written(content, names)
    calendar = read(content)
    calendar["x-wr-calname"] = "Mine"
    assert not is_as_written(calendar.to_ical(), names)
    calendar = read(content)
    calendar.events[0]["uid"] = "mine"
    assert not is_as_written(calendar.to_ical(), names)
    for edited in (content + b"\r\n", content.replace(b"\r\n", b"\n"), content + DINNER, b"", b"\xff"):
        assert not is_as_written(edited, names)


# What Outlook makes of it, and what an issue tells of the one before.


def list_faults(content: bytes) -> list[str]:
    """What of a calendar Outlook would pass over or take for something else.

    Source: [MS-OXCICAL], sections 2.1.3.1.1 and 2.1.3.1.1.20; RFC 5546, section 3.2.1.
    """
    calendar = read(content)
    faults = [name for name in ("version", "prodid", "method") if name not in calendar]
    if calendar["method"] != "PUBLISH" and len(calendar.events) > 1:
        faults.append("of a method other than PUBLISH only one entry is taken")
    if any(len(line) > 75 for line in content.split(b"\r\n")) or not content.endswith(b"\r\n"):
        faults.append("a line is too long, or the last has no end")
    names = [str(event["uid"]) for event in calendar.events]
    if len(names) != len(set(names)):
        faults.append("an entry stands there twice")
    for event in calendar.events:
        faults += [name for name in ("uid", "dtstamp", "sequence", "dtstart", "summary") if name not in event]
        if not 0 <= event["sequence"] < 2**31:
            faults.append("a version out of range")
        faults += list_alarm_faults(event)
    return faults


def list_alarm_faults(event: icalendar.Event) -> list[str]:
    alarms = event.walk("VALARM")
    faults = ["more than one alarm"] if len(alarms) > 1 else []
    if alarms and event.get("status") == "CANCELLED":
        faults.append("an alarm of what is cancelled")
    for alarm in alarms:
        trigger = alarm["trigger"]
        if alarm["action"] != "DISPLAY" or "RELATED" in trigger.params:
            faults.append("an alarm that Outlook does not know")
        if not isinstance(trigger.dt, timedelta) or not timedelta(days=-400) < trigger.dt < timedelta():
            faults.append("an alarm that does not ring before the start")
        elif trigger.dt % timedelta(minutes=1):
            faults.append("an alarm that is no whole minute")
    return faults


@pytest.mark.parametrize("language", ["zh", "en"])
def test_outlook_takes_each_entry_with_at_most_one_alarm_which_rings_before_it_begins(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    rung = 0
    for client in sample_clients["client"]:
        first = make_calendar(make(catalogue, sample_clients, client, language))
        later = make(
            catalogue, sample_clients, client, language, as_of=date(2027, 1, 11), start=date(2027, 2, 1)
        )
        second = make_calendar(later, earlier=first)
        assert list_faults(first) == list_faults(second) == []
        rung += first.count(b"BEGIN:VALARM")
    assert rung > 100


def test_what_fell_away_since_the_last_issue_is_cancelled_in_a_higher_version(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    holds = ("BUSINESS_LICENCE", "EDI@2027-09-30")
    first = make_calendar(make(catalogue, sample_clients, "corner-shop", holds=holds))
    later = date(2026, 12, 1)
    case = make(
        catalogue,
        sample_clients,
        "corner-shop",
        as_of=later,
        start=date(2026, 12, 2),
        holds=("BUSINESS_LICENCE",),
    )
    alone, content = make_calendar(case), make_calendar(case, earlier=first)
    gone = name_days(first).keys() - name_days(alone).keys()
    assert len(gone) >= 2  # the renewal and its last day
    before = {str(event["uid"]): event for event in read(first).events}
    cancelled = {
        str(event["uid"]): event for event in read(content).events if event.get("status") == "CANCELLED"
    }
    assert set(cancelled) == gone
    for name, event in cancelled.items():
        assert event["sequence"] == (later - date(2020, 1, 1)).days > before[name]["sequence"]
        assert event["dtstamp"].dt == datetime(2026, 12, 1, tzinfo=UTC)
        assert (event["dtstart"].dt, event["dtend"].dt) == (
            before[name]["dtstart"].dt,
            before[name]["dtend"].dt,
        )
        assert event["summary"] == f"Cancelled: {before[name]['summary']}"
        assert "no longer follows" in event["description"]
        assert not event.walk("VALARM")
    assert read(content)["method"] == "PUBLISH"
    (other,) = (one for one in read_elsewhere(content).vevent_list if one.uid.value == min(gone))
    assert other.status.value == "CANCELLED"


def test_an_entry_is_cancelled_in_each_issue_until_its_days_are_over_and_may_come_back(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    def issue(day: date, earlier: bytes | None, *holds: str) -> bytes:
        case = make(catalogue, sample_clients, "corner-shop", as_of=day, start=START, holds=holds)
        return make_calendar(case, earlier=earlier)

    first = issue(AS_OF, None, "BUSINESS_LICENCE", "EDI@2027-09-30")
    mine = set(name_days(first)) - set(name_days(issue(AS_OF, None, "BUSINESS_LICENCE")))
    told = [first]
    for day in (AS_OF, date(2026, 12, 1), date(2027, 1, 4)):
        told.append(issue(day, told[-1], "BUSINESS_LICENCE"))
        events = {str(event["uid"]): event for event in read(told[-1]).events}
        assert {events[name].get("status") for name in mine} == {"CANCELLED"}
    versions = [
        {int(event["sequence"]) for event in read(one).events if str(event["uid"]) in mine} for one in told
    ]
    assert versions == [{2518}, {2519}, {2519}, {2519}]  # said once, and then as it was said
    back = issue(date(2027, 1, 4), told[-1], "BUSINESS_LICENCE", "EDI@2027-09-30")
    events = {str(event["uid"]): event for event in read(back).events}
    assert all("status" not in events[name] and events[name]["sequence"] > 2519 for name in mine)
    july = date(2027, 7, 5)
    over = {name for name in mine if events[name]["dtend"].dt <= july}
    assert over
    assert mine - over == mine & set(name_days(issue(july, told[-1], "BUSINESS_LICENCE")))


def test_what_is_over_is_not_cancelled(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    holds = ("BUSINESS_LICENCE", "TAX_PLATFORM_REPORT")
    first = make_calendar(make(catalogue, sample_clients, "grand-bazaar", holds=holds))
    may = make(
        catalogue, sample_clients, "grand-bazaar", as_of=date(2027, 5, 3), start=date(2027, 5, 4), holds=holds
    )
    second = read(make_calendar(may, earlier=first))
    over = [name for name, event in {str(one["uid"]): one for one in read(first).events}.items()
            if event["dtend"].dt <= date(2027, 5, 3)]  # fmt: skip
    assert len(over) > 2
    assert not {str(event["uid"]) for event in second.events if event.get("status")} & set(over)


def test_an_entry_keeps_its_version_while_it_says_the_same_and_a_changed_one_has_a_higher_one(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    holds = ("BUSINESS_LICENCE", "EDI@2027-09-30")
    first = make_calendar(make(catalogue, sample_clients, "corner-shop", holds=holds))
    again = make(catalogue, sample_clients, "corner-shop", holds=holds)
    assert make_calendar(again, earlier=first) == first
    later = make(
        catalogue, sample_clients, "corner-shop", as_of=date(2027, 4, 1), start=date(2027, 4, 2), holds=holds
    )
    second = make_calendar(later, earlier=first)
    assert make_calendar(later, earlier=second) == second
    (old,), (same,) = (find(read(content), "renewal", "EDI") for content in (first, second))
    assert old.walk("VALARM")
    assert not same.walk("VALARM")  # that it has rung is no news
    assert (same["sequence"], same["dtstamp"].dt) == (old["sequence"], old["dtstamp"].dt)
    moved = make(
        catalogue, sample_clients, "corner-shop", holds=("BUSINESS_LICENCE", "EDI@2027-12-31")
    )  # on the day of the first issue
    (changed,) = find(read(make_calendar(moved, earlier=first)), "renewal", "EDI")
    assert changed["uid"] == old["uid"]
    assert changed["sequence"] == old["sequence"] + 1


DINNER = (
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:of-the-reader\r\nSEQUENCE:1\r\nDTSTAMP:20260101T000000Z\r\n"
    b"DTSTART;VALUE=DATE:20290101\r\nSUMMARY:Dinner\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.mark.parametrize(
    "earlier",
    [
        b"",
        b"\xff\xfe",
        b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\n",
        DINNER,
        b"x" * 11_000_000,
    ],
)
def test_what_is_no_calendar_of_ours_cancels_nothing(
    catalogue: Catalogue, sample_clients: pd.DataFrame, earlier: bytes
) -> None:
    case = make(catalogue, sample_clients, "corner-shop")
    assert make_calendar(case, earlier=earlier) == make_calendar(case)


def test_lines_are_folded_as_the_library_folds_them(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    for language in ("zh", "en"):
        content = make_calendar(make(catalogue, sample_clients, "grand-bazaar", language, name="漢,;" * 90))
        assert read(content).to_ical() == content
