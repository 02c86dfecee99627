"""What falls due: renewals counted back from the expiry, duties in their windows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from licences.assessment.verdicts import find_status
from licences.law.catalogue import Catalogue
from licences.planning.forecast import Forecast, PlanOptions, make_forecasts
from licences.planning.renewals import Renewal
from licences.rules.facts import read_profiles

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)


def look(catalogue: Catalogue, folder: Path, holds: str, as_of: date = AS_OF, **facts: str) -> Forecast:
    path = folder / "clients.csv"
    pd.DataFrame([{"client": "a", "name": "A", "holds": holds, **facts}]).to_csv(path, index=False)
    profiles = read_profiles(path, catalogue.fields, set(catalogue.rows["code"]))
    return next(make_forecasts(catalogue, profiles, as_of, PlanOptions(START), "en"))


def find(forecast: Forecast, code: str, duty: bool = False) -> list[Renewal]:
    return [event for event in forecast.renewals if event.code == code and event.is_renewal is not duty]


def test_a_renewal_is_counted_back_in_calendar_days(catalogue: Catalogue, tmp_path: Path) -> None:
    # EDI: under way 180 days before the expiry, in 90 days before it at the latest (order No. 42)
    (event,) = find(look(catalogue, tmp_path, "EDI@2027-09-30"), "EDI")
    assert (event.expires_on, event.renew_from, event.renew_by) == (
        date(2027, 9, 30),
        date(2027, 4, 3),
        date(2027, 7, 2),
    )
    assert (event.is_planned, event.provisional) == (False, False)


def test_a_renewal_is_counted_back_in_working_days(catalogue: Catalogue, tmp_path: Path) -> None:
    # FOOD_OPERATION: 90 to 15 working days before the expiry. Thursday 31 December 2026 less 15 working
    # days is Thursday 10 December; less 90, over the National Day week (1 to 7 October) and the
    # Mid-Autumn day off (25 September), is 21 August.
    (event,) = find(look(catalogue, tmp_path, "FOOD_OPERATION@2026-12-31"), "FOOD_OPERATION")
    assert (event.renew_from, event.renew_by) == (date(2026, 8, 21), date(2026, 12, 10))
    (later,) = find(look(catalogue, tmp_path, "FOOD_OPERATION@2027-12-31"), "FOOD_OPERATION")
    assert (event.provisional, later.provisional) == (False, True)


def test_where_no_rule_states_a_last_day_it_is_the_expiry(catalogue: Catalogue, tmp_path: Path) -> None:
    (certificate,) = find(look(catalogue, tmp_path, "ISO_9001@2027-06-30"), "ISO_9001")
    assert (certificate.renew_from, certificate.renew_by) == (date(2027, 4, 1), date(2027, 6, 30))
    (domain,) = find(look(catalogue, tmp_path, "DOMAIN@2027-06-30"), "DOMAIN")
    assert (domain.renew_from, domain.renew_by, domain.basis) == (None, date(2027, 6, 30), "told")


def test_the_renewal_begins_on_the_day_on_which_the_status_turns_to_expiring(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    for code in ("EDI", "FOOD_OPERATION", "TV_PRODUCTION", "DATA_EXPORT_ASSESSMENT"):
        forecast = look(catalogue, tmp_path, f"{code}@2027-10-08")
        (event,) = find(forecast, code)
        row, held = forecast.plan.law.entries[code].row, {code: date(2027, 10, 8)}
        assert event.renew_from
        assert find_status(held, row, event.renew_from) == "expiring"
        assert find_status(held, row, date.fromordinal(event.renew_from.toordinal() - 1)) == "held"


def test_only_what_begins_within_24_months_is_listed(catalogue: Catalogue, tmp_path: Path) -> None:
    assert find(
        look(catalogue, tmp_path, "EDI@2029-05-22"), "EDI"
    )  # under way from 2028-11-23, 24 months ahead
    assert not find(look(catalogue, tmp_path, "EDI@2029-05-23"), "EDI")


def test_an_expiry_far_away_or_of_long_ago_is_no_event_and_no_fault(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    for expiry in ("9999-12-31", "2060-12-31", "1949-10-01"):
        forecast = look(catalogue, tmp_path, f"EDI@{expiry};FOOD_OPERATION@{expiry}")
        assert not find(forecast, "EDI")
        assert not find(forecast, "FOOD_OPERATION")


def test_a_term_whose_end_is_not_told_is_asked_for(catalogue: Catalogue, tmp_path: Path) -> None:
    forecast = look(catalogue, tmp_path, "BUSINESS_LICENCE;EDI;FOOD_OPERATION@2029-01-01")
    assert forecast.untold_expiries == ("EDI",)  # a business licence has no term


@pytest.mark.parametrize(
    ("code", "as_of", "ends"),
    [
        ("EDI", date(2026, 11, 23), ["2027-03-31", "2028-03-31"]),
        ("EDI", date(2026, 3, 31), ["2026-03-31", "2027-03-31", "2028-03-31"]),  # its last day is today
        ("EDI", date(2026, 4, 1), ["2027-03-31", "2028-03-31"]),
        ("BUSINESS_LICENCE", date(2026, 11, 23), ["2027-06-30", "2028-06-30"]),
        ("TAX_PLATFORM_REPORT", date(2026, 11, 23),
         [f"{year}-{day}" for year in (2027, 2028) for day in ("01-31", "04-30", "07-31", "10-31")]),
    ],
)  # fmt: skip
def test_a_duty_of_what_is_held_falls_due_in_each_window(
    catalogue: Catalogue, tmp_path: Path, code: str, as_of: date, ends: list[str]
) -> None:
    events = find(look(catalogue, tmp_path, code, as_of), code, duty=True)
    assert [event.renew_by.isoformat() for event in events] == ends
    assert all(event.duty and event.expires_on is None for event in events)


def test_a_duty_of_what_is_planned_begins_with_the_next_whole_window(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    # The telecom licence comes in March 2027, inside the window that asks for the year before.
    facts = {"has_app": "yes", "hosts_third_party_sellers": "yes", "completes_transactions_online": "yes"}
    forecast = look(catalogue, tmp_path, "BUSINESS_LICENCE;APP_FILING", **facts)
    (step,) = (step for step in forecast.plan.steps if step.code == "EDI")
    assert step.finish
    assert step.finish.isoformat() == "2027-03-01"
    (event,) = find(forecast, "EDI", duty=True)
    assert (event.renew_from, event.renew_by, event.is_planned) == (date(2028, 1, 1), date(2028, 3, 31), True)


def test_what_is_planned_for_a_short_term_has_its_renewal_in_sight(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    facts = {"produces_video_programmes": "yes", "foreign_share_percent": "0"}
    forecast = look(catalogue, tmp_path, "BUSINESS_LICENCE", **facts)
    (step,) = (step for step in forecast.plan.steps if step.code == "TV_PRODUCTION")
    (event,) = find(forecast, "TV_PRODUCTION")
    assert step.finish == date(2027, 1, 26)
    assert event.expires_on == date(2029, 1, 25)  # two years, the last day included
    assert (event.is_planned, event.basis) == (True, "estimate")


def test_events_come_in_the_order_of_their_last_day(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    count = 0
    for forecast in make_forecasts(catalogue, sample_clients, AS_OF, PlanOptions(START)):
        days = [event.renew_by for event in forecast.renewals]
        assert days == sorted(days)
        count += len(days)
    assert count > 100
