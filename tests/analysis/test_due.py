"""Whom to call: what each client's own deadlines say, over all clients at once, and what a book knows beside."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licences.analysis.due import Call, find_calls
from licences.analysis.portfolio import make_portfolio
from licences.assessment.verdicts import judge
from licences.book.clients import Writing
from licences.book.events import Event
from licences.law.catalogue import Catalogue
from licences.law.in_force import Licence, find_law_in_force
from licences.law.renewal_window import find_last_days, find_renewal_window
from licences.planning.applications import find_courses, find_limit_day
from licences.planning.deadlines import find_deadlines
from licences.planning.forecast import PlanOptions, make_forecasts
from licences.rules.facts import make_profiles, read_profiles
from licences.rules.keeping import begin_book, record_events
from licences.rules.stages import find_present

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
LI = Writing(datetime(2026, 5, 1, 8, tzinfo=UTC), "li")


def make_clients(catalogue: Catalogue, *records: dict[str, str]) -> pd.DataFrame:
    return make_profiles(list(records), catalogue.fields, None, "clients").reset_index(drop=True)


def list_own(catalogue: Catalogue, profiles: pd.DataFrame, as_of: date, within_days: int) -> list[tuple]:
    """What each client's own deadlines say, client by client, as the reports have them."""
    found = []
    for forecast in make_forecasts(catalogue, profiles, as_of, PlanOptions(START)):
        plan = forecast.plan
        verdicts = {one.code: one.verdict for one in forecast.deadlines}
        own = find_deadlines(plan.law, plan.held, plan.statuses, verdicts, within_days)
        found += [
            (
                plan.client,
                one.code,
                one.kind,
                one.last_day,
                one.days_left,
                one.expires_on,
                one.event.provisional,
            )
            for one in own
            if one.days_left <= within_days
        ]
    return sorted(found, key=str)


def list_ours(calls: tuple[Call, ...]) -> list[tuple]:
    return sorted(
        (
            (one.client, one.code, one.kind, one.last_day, one.days_left, one.expires_on, one.is_provisional)
            for one in calls
        ),
        key=str,
    )


@pytest.mark.parametrize(("as_of", "within"), [(AS_OF, 60), (AS_OF, 400), (date(2027, 5, 2), 60), (date(2025, 3, 1), 0),
                                               (date(2029, 6, 1), 30)])  # fmt: skip
def test_every_deadline_of_every_sample_is_there_once_and_nothing_else(
    catalogue: Catalogue, sample_clients: pd.DataFrame, as_of: date, within: int
) -> None:
    present = find_present(sample_clients, as_of)
    own = list_own(catalogue, present, as_of, within)
    assert list_ours(find_calls(catalogue, present, as_of, within)) == own
    assert len(own) >= (within > 0)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_every_deadline_of_drawn_clients_is_there_once_in_any_province(
    catalogue: Catalogue, data: st.DataObject
) -> None:
    codes = st.sampled_from(sorted(find_law_in_force(catalogue, AS_OF).entries))
    ends = (
        st.none()
        | st.dates(date(1988, 1, 1), date(2062, 12, 31))
        | st.dates(AS_OF - timedelta(90), AS_OF + timedelta(300))
    )
    items = st.lists(st.tuples(codes, ends), max_size=6, unique_by=lambda one: one[0])
    provinces = [*catalogue.fields["province"].values, ""]
    drawn = data.draw(st.lists(st.tuples(items, st.sampled_from(provinces)), min_size=1, max_size=12))
    records = [
        {
            "client": f"c{at}",
            "name": f"C{at}",
            "holds": ";".join(f"{code}@{day}" if day else code for code, day in held),
            "province": province,
        }
        for at, (held, province) in enumerate(drawn)
    ]
    profiles = make_clients(catalogue, *records)
    assert list_ours(find_calls(catalogue, profiles, AS_OF, 200)) == list_own(catalogue, profiles, AS_OF, 200)


def test_a_province_that_has_other_windows_of_a_duty_is_told_by_its_own(catalogue: Catalogue) -> None:
    local = catalogue.local.copy()
    is_window = local["column"] == "duty_windows"
    province, code = local["province"][is_window].iloc[0], local["code"][is_window].iloc[0]
    local.loc[is_window, ["value_zh", "value_en"]] = "02-01..02-20"
    other = replace(catalogue, local=local)
    profiles = make_clients(
        catalogue,
        {"client": "there", "name": "T", "holds": code, "province": province},
        {"client": "elsewhere", "name": "E", "holds": code},
    )
    ours = find_calls(other, profiles, AS_OF, 150)
    assert list_ours(ours) == list_own(other, profiles, AS_OF, 150)
    days = {name: {one.last_day for one in ours if one.client == name} for name in ("there", "elsewhere")}
    assert days["there"] == {date(2027, 2, 20)}
    assert days["there"].isdisjoint(days["elsewhere"])


def test_the_last_days_of_many_expiries_are_those_of_each(catalogue: Catalogue) -> None:
    days = np.arange("1989-12-20", "2061-01-10", 11, dtype="datetime64[D]")
    for row in catalogue.rows.drop_duplicates("renewal_latest_days").to_dict("records"):
        told = find_last_days(row, days).tolist()
        for day, last in zip(days.tolist(), told, strict=True):
            window = find_renewal_window(row, day)
            assert last == (window.last_day if window else None)


def test_verdicts_and_open_facts_are_those_of_the_assessment(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    calls = find_calls(catalogue, sample_clients, AS_OF, 400)
    judged = {one.client: one for one in judge(catalogue, sample_clients, AS_OF)}
    law = find_law_in_force(catalogue, AS_OF)
    seen = set()
    for call in calls:
        one = judged[call.client]
        stage = one.find_deciding(call.code) or one
        assert call.verdict == stage.verdicts[call.code]
        is_open = call.verdict == "undetermined"
        missing = law.entries[call.code].applies.find_missing(stage.profile) if is_open else ()
        assert call.missing_facts == missing
        seen.add(bool(missing))
    silent = make_clients(catalogue, {"client": "s", "name": "S", "holds": "FOOD_OPERATION@2026-12-15"})
    (call,) = find_calls(catalogue, silent, AS_OF)
    assert call.missing_facts == law.entries["FOOD_OPERATION"].applies.find_missing({})
    assert call.missing_facts
    assert call.is_doubtful


def test_nobody_is_called_where_there_is_nobody_or_nothing(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    assert find_calls(catalogue, sample_clients.head(0), AS_OF) == ()
    assert find_calls(catalogue, make_clients(catalogue, {"client": "a", "name": "A"}), AS_OF) == ()


@pytest.fixture
def book(tmp_path: Path, catalogue: Catalogue) -> Path:
    place = tmp_path / "book.sqlite"
    told = make_clients(
        catalogue,
        {"client": "a", "name": "甲", "contact": "王敏 010-5550123", "holds": "FOOD_OPERATION@2026-12-15"},
        {"client": "b", "name": "乙", "holds": ""},
        {"client": "c", "name": "丙", "holds": "EDI@2026-12-01"},
    )
    begin_book(place, told, catalogue.fields, LI)
    courses = [
        ("a", Event("ICP", "submitted", date(2026, 3, 2))),
        ("a", Event("ICP", "accepted", date(2026, 3, 9))),
        ("b", Event("EDI", "submitted", date(2026, 10, 8))),
        ("b", Event("EDI", "returned", date(2026, 10, 20), note="=公章缺失")),
        ("b", Event("ICP", "submitted", date(2026, 11, 20))),
        ("c", Event("EDI", "submitted", date(2026, 8, 3))),
    ]
    record_events(place, courses, set(catalogue.codes), LI)
    return place


def test_a_book_tells_what_an_authority_owes_and_what_it_sent_back(book: Path, catalogue: Catalogue) -> None:
    profiles = find_present(read_profiles(book, catalogue.fields, catalogue.codes), AS_OF)
    calls = find_calls(catalogue, profiles, AS_OF)
    told = [(one.client, one.code, one.kind, one.is_overdue) for one in calls]
    assert told == [
        ("a", "ICP", "decision", True),
        ("c", "EDI", "renewal", True),
        ("c", "EDI", "decision", True),
        ("b", "EDI", "correction", False),
        ("a", "FOOD_OPERATION", "renewal", False),
    ]
    assert [one.contact for one in calls] == ["王敏 010-5550123", "", "", "", "王敏 010-5550123"]
    decision, renewal, _, correction, _ = calls
    assert decision.last is not None
    assert (decision.last.kind, decision.last.happened_on) == ("accepted", date(2026, 3, 9))
    assert (renewal.last and renewal.last.kind) == "submitted"
    assert (correction.last_day, correction.days_left, correction.since) == (None, None, date(2026, 10, 20))


def test_what_happened_later_than_the_day_is_not_known_then(book: Path, catalogue: Catalogue) -> None:
    day = date(2026, 10, 15)
    calls = find_calls(
        catalogue, find_present(read_profiles(book, catalogue.fields, catalogue.codes), day), day
    )
    assert not [one for one in calls if one.kind == "correction"]


def find_limit(events: list[Event], entry: Licence) -> date | None:
    return find_limit_day(find_courses(events)["ICP"], entry)


def test_the_limit_of_a_decision_counts_from_the_day_after_in_working_days(catalogue: Catalogue) -> None:
    entry = find_law_in_force(catalogue, AS_OF).entries["ICP"]
    twenty = replace(entry, row={**entry.row, "statutory_days": 20, "statutory_days_unit": "working"})
    submitted, monday = Event("ICP", "submitted", date(2026, 10, 30)), date(2026, 11, 2)
    # after Monday 2 November 20 working days are four weeks without a holiday
    assert find_limit([submitted, Event("ICP", "accepted", monday)], twenty) == date(2026, 11, 30)
    # from a Saturday the first working day is Monday
    assert find_limit([Event("ICP", "submitted", date(2026, 10, 31))], twenty) == date(2026, 11, 27)
    calendar = replace(entry, row={**entry.row, "statutory_days": 19, "statutory_days_unit": "calendar"})
    assert find_limit([Event("ICP", "accepted", monday)], calendar) == date(2026, 11, 23)  # not Saturday
    for kind in ("preparing", "returned", "granted", "refused", "withdrawn"):
        assert find_limit([submitted, Event("ICP", kind, monday)], twenty) is None
    assert find_limit([Event("ICP", "accepted", None)], twenty) is None
    untold = replace(entry, row={**entry.row, "statutory_days": pd.NA})
    assert find_limit([submitted], untold) is None


def test_the_limit_has_passed_the_day_after_its_last_day(book: Path, catalogue: Catalogue) -> None:
    law = find_law_in_force(catalogue, AS_OF)
    last = find_limit([Event("ICP", "accepted", date(2026, 3, 9))], law.entries["ICP"])
    assert last is not None
    told = read_profiles(book, catalogue.fields, catalogue.codes)
    for day, is_told in ((last, False), (last + timedelta(days=1), True)):
        calls = find_calls(catalogue, find_present(told, day), day)
        found = [
            one.days_left for one in calls if (one.client, one.code, one.kind) == ("a", "ICP", "decision")
        ]
        assert found == ([-1] if is_told else [])


def test_the_portfolio_knows_whom_to_call_and_of_a_choice_only_those(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    portfolio = make_portfolio(catalogue, sample_clients, AS_OF, START)
    assert list_ours(portfolio.calls) == list_ours(find_calls(catalogue, sample_clients, AS_OF))
    assert {one.client for one in portfolio.calls} == {"old-willow"}
    assert portfolio.choose(["corner-shop"]).calls == ()


@pytest.mark.parametrize(("within", "is_told"), [(0, False), (1, True)])
def test_a_last_day_at_the_end_of_the_window_is_told_and_one_after_it_is_not(
    catalogue: Catalogue, within: int, *, is_told: bool
) -> None:
    clients = make_clients(catalogue, {"client": "a", "name": "A", "holds": "FOOD_OPERATION@2026-12-15"})
    calls = find_calls(catalogue, clients, AS_OF, within)  # its last day is 24 November
    assert [one.days_left for one in calls] == ([1] if is_told else [])


@pytest.mark.parametrize(("expires_on", "is_told"), [(AS_OF - timedelta(days=1), False), (AS_OF, True)])
def test_what_has_expired_has_no_duty_any_more(
    catalogue: Catalogue, expires_on: date, *, is_told: bool
) -> None:
    clients = make_clients(catalogue, {"client": "a", "name": "A", "holds": f"EDI@{expires_on}"})
    calls = find_calls(catalogue, clients, AS_OF, 200)
    assert list_ours(calls) == list_own(catalogue, clients, AS_OF, 200)
    assert ("EDI" in {one.code for one in calls if one.kind == "duty"}) is is_told
