"""Deadlines: what is held and runs out, is overdue or has a duty near, whatever its verdict."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licences.law.catalogue import Catalogue
from licences.law.in_force import find_law_in_force
from licences.law.renewal_window import find_renewal_window
from licences.planning.deadlines import NEAR_DAYS, Deadline
from licences.planning.forecast import Forecast, PlanOptions, make_forecasts
from licences.rules.facts import read_profiles

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)


def look(catalogue: Catalogue, folder: Path, holds: str, as_of: date = AS_OF, **facts: str) -> Forecast:
    path = folder / "clients.csv"
    pd.DataFrame([{"client": "a", "name": "A", "holds": holds, **facts}]).to_csv(path, index=False)
    profiles = read_profiles(path, catalogue.fields, set(catalogue.rows["code"]))
    return next(make_forecasts(catalogue, profiles, as_of, PlanOptions(START), "en"))


def find(forecast: Forecast, code: str, kind: str = "renewal") -> list[Deadline]:
    return [one for one in forecast.deadlines if (one.code, one.kind) == (code, kind)]


def test_a_licence_to_be_applied_for_tomorrow_is_told_by_that_day_and_not_by_its_expiry(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    # FOOD_OPERATION: in 15 working days before the expiry; from 15 December back that is 24 November
    (one,) = find(look(catalogue, tmp_path, "FOOD_OPERATION@2026-12-15"), "FOOD_OPERATION")
    assert (one.last_day, one.days_left, one.expires_on) == (date(2026, 11, 24), 1, date(2026, 12, 15))
    assert not one.is_overdue


@pytest.mark.parametrize(
    ("verdict", "facts"),
    [
        ("required", {"sells_own_goods": "yes", "own_categories": "catering"}),
        ("not_needed", {"sells_own_goods": "no", "licensed_food_producer": "no", "own_categories": "none",
                        "hosted_categories": "none", "hosts_third_party_sellers": "no"}),
        ("undetermined", {}),
    ],
)  # fmt: skip
def test_what_is_held_runs_out_whatever_its_verdict(
    catalogue: Catalogue, tmp_path: Path, verdict: str, facts: dict[str, str]
) -> None:
    for expiry, days_left in (("2026-12-15", 1), ("2026-11-30", -14), ("2026-11-20", -24)):
        (one,) = find(look(catalogue, tmp_path, f"FOOD_OPERATION@{expiry}", **facts), "FOOD_OPERATION")
        assert (one.verdict, one.days_left) == (verdict, days_left)
        assert one.is_overdue is (days_left < 0)
        assert one.is_doubtful is (verdict != "required")
        assert one.is_expired is (expiry == "2026-11-20")


def test_overdue_comes_first_and_then_what_has_fewer_days_left(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    seen = 0
    for forecast in make_forecasts(catalogue, sample_clients, AS_OF, PlanOptions(START)):
        days = [one.days_left for one in forecast.deadlines]
        assert days == sorted(days)
        assert [one.is_overdue for one in forecast.deadlines] == sorted(
            (day < 0 for day in days), reverse=True
        )
        seen += len(days)
    assert seen >= 5


@pytest.mark.parametrize(("ahead", "is_told"), [(NEAR_DAYS, True), (NEAR_DAYS + 1, False)])
def test_a_last_day_within_the_window_is_told_and_a_day_later_is_not(
    catalogue: Catalogue, tmp_path: Path, ahead: int, *, is_told: bool
) -> None:
    # of a domain no source tells when to begin, so that its status stays "held"
    expiry = AS_OF + timedelta(days=ahead)
    forecast = look(catalogue, tmp_path, f"DOMAIN@{expiry}")
    assert bool(find(forecast, "DOMAIN")) is is_told
    assert forecast.plan.statuses["DOMAIN"] == "held"


def test_what_is_expiring_is_told_however_far_its_last_day_is(catalogue: Catalogue, tmp_path: Path) -> None:
    (one,) = find(look(catalogue, tmp_path, "TRADEMARK@2027-10-01"), "TRADEMARK")
    assert (one.status, one.days_left) == ("expiring", 312)


def test_a_duty_near_its_last_day_is_told_of_what_is_held_and_not_of_what_is_planned(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    facts = {"hosts_third_party_sellers": "yes", "completes_transactions_online": "yes", "has_app": "yes"}
    as_of = date(2026, 12, 23)
    held = look(catalogue, tmp_path, "SAMR_PLATFORM_REPORT", as_of, **facts)
    (one,) = find(held, "SAMR_PLATFORM_REPORT", "duty")
    assert (one.last_day, one.days_left, one.expires_on) == (date(2027, 1, 31), 39, None)
    planned = look(catalogue, tmp_path, "BUSINESS_LICENCE", as_of, **facts)
    assert "SAMR_PLATFORM_REPORT" in {step.code for step in planned.plan.steps}
    assert not find(planned, "SAMR_PLATFORM_REPORT", "duty")
    (later,) = find(held, "SAMR_PLATFORM_REPORT", "duty")
    assert later.status == "held"
    assert not find(look(catalogue, tmp_path, "SAMR_PLATFORM_REPORT", AS_OF), "SAMR_PLATFORM_REPORT", "duty")


def test_what_expired_long_ago_or_beyond_the_calendar_is_no_fault(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    (old,) = find(look(catalogue, tmp_path, "FOOD_OPERATION@1949-10-01"), "FOOD_OPERATION")
    assert (old.last_day, old.is_expired) == (date(1949, 10, 1), True)
    assert find(look(catalogue, tmp_path, "EDI@0001-01-01"), "EDI")
    assert not find(look(catalogue, tmp_path, "FOOD_OPERATION@9999-12-31"), "FOOD_OPERATION")


def test_the_last_day_to_apply_is_a_working_day_before_an_expiry_in_the_holidays(
    catalogue: Catalogue,
) -> None:
    # nought working days before 3 October 2026, in the National Day week, is 30 September
    row = find_law_in_force(catalogue, AS_OF).entries["DATA_EXPORT_ASSESSMENT"].row
    window = find_renewal_window(row, date(2026, 10, 3))
    assert window
    assert window.last_day == date(2026, 9, 30)


@given(expires_on=st.dates(date(1980, 1, 1), date(2059, 12, 31)))
def test_no_last_day_to_apply_lies_past_the_expiry(catalogue: Catalogue, expires_on: date) -> None:
    for code, entry in find_law_in_force(catalogue, AS_OF).entries.items():
        window = find_renewal_window(entry.row, expires_on)
        assert window
        assert window.last_day <= expires_on, code
        assert window.first_day is None or window.first_day <= window.last_day, code
