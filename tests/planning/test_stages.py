"""Plans of clients told in stages: by hand, and as properties over editions of the law that never were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import licences as lc
from drawn_laws import ALWAYS, AS_OF, laws
from licences.assessment.verdicts import StageJudgement
from licences.law.catalogue import Catalogue
from licences.law.durations import Duration
from licences.law.in_force import LawInForce, Licence
from licences.law.working_days import count_working_days, find_working_day
from licences.planning.forecast import Forecast, PlanOptions, make_forecasts
from licences.planning.schedule import Plan, Step, make_plan
from licences.planning.simulation import simulate
from licences.rules.facts import read_profiles
from licences.rules.logic import read_rule

START = date(2026, 11, 24)
APRIL, JULY = date(2027, 4, 1), date(2027, 7, 1)
ALL = ("recommended", "optional")
FILE = """\
client,name,holds,from,has_website,hosts_third_party_sellers,completes_transactions_online,own_couriers,live_commerce
shop,小店,BUSINESS_LICENCE,,yes,no,no,no,no
shop,,,2027-04-01,,yes,yes,,
shop,,,2027-07-01,,,,yes,yes
"""


def by_code(made: Plan) -> dict[str, Step]:
    return {step.code: step for step in made.steps}


def look(catalogue: Catalogue, folder: Path, start: date = START, file: str = FILE) -> Forecast:
    path = folder / "clients.csv"
    path.write_text(file, encoding="utf-8")
    profiles = read_profiles(path, catalogue.fields, set(catalogue.rows["code"]))
    return next(make_forecasts(catalogue, profiles, AS_OF, PlanOptions(start), "en"))


# A client by hand


def test_the_plan_of_a_shop_in_three_stages_worked_out_by_hand(catalogue: Catalogue, tmp_path: Path) -> None:
    """A website that has sellers from 1 April 2027 on, and couriers and live rooms from 1 July on.

    The calendar behind it is that of test_schedule.py; days off of 2027 beside those named there: Monday 5 April,
    3 and 4 May, and Wednesday 9 June (Dragon Boat).
    """
    made = look(catalogue, tmp_path).plan
    steps = by_code(made)

    def find_days(code: str) -> tuple[date | None, date | None, date | None]:
        return steps[code].start, steps[code].submit_on, steps[code].finish

    # The present needs the domain (24 to 30 November) and the site filing (1 to 17 December), as in test_schedule.py,
    # and the police filing: prepared on 18 and 21 December, and 10 working days from Tuesday 22 on: 22 to 25 (4),
    # 28 to 31 (8), 4 January (9), Tuesday 5 (10). Nothing that is required at present is done later.
    now = {code for code, step in steps.items() if step.begins_on is None}
    assert now == {"DOMAIN", "ICP_FILING", "PSB_FILING", "INCIDENT_REPORT"}
    assert find_days("PSB_FILING") == (date(2026, 12, 18), date(2026, 12, 22), date(2027, 1, 5))
    assert made.launch == made.stages[0].launch == date(2027, 1, 5)
    assert made.critical_path == ("DOMAIN", "ICP_FILING", "PSB_FILING")

    # Sellers need the EDI licence. It waits for the site filing, is prepared for 20 days and decided in 45, which ends
    # on Thursday 25 March as for the ICP licence in test_schedule.py; the network units follow on the day after.
    assert steps["EDI"].begins_on == steps["TELECOM_NETWORK_FILING"].begins_on == APRIL
    assert find_days("EDI") == (date(2026, 12, 18), date(2027, 1, 18), date(2027, 3, 25))
    assert steps["TELECOM_NETWORK_FILING"].finish == made.stages[1].launch == date(2027, 3, 26)

    # All has to be done by Wednesday 31 March: 29, 30 and 31 are three working days of slack for the last step, and
    # for the EDI licence before it: 21, 22 and 23 December.
    assert steps["TELECOM_NETWORK_FILING"].latest_finish == date(2027, 3, 31)
    assert (steps["EDI"].slack_days, steps["EDI"].latest_start) == (3, date(2026, 12, 23))

    # Couriers need the express licence: 40 days to prepare end on 19 January, as for MLPS_2 in test_schedule.py, and
    # 45 from Wednesday 20 January: 20 to 22 (3), 25 to 29 (8), 1 to 4 February (12), 11 and 12 (14), 15 to 19 (19),
    # 22 to 26 (24), 1 to 26 March (44), and Monday 29 is the 45th.
    assert steps["EXPRESS"].begins_on == JULY
    assert find_days("EXPRESS") == (date(2026, 11, 24), date(2027, 1, 20), date(2027, 3, 29))
    assert made.stages[2].launch == date(2027, 3, 29)

    # Until Wednesday 30 June: 2 days in March, 21 in April, 19 in May, 21 in June make 63.
    assert (steps["EXPRESS"].slack_days, steps["EXPRESS"].latest_finish) == (63, date(2027, 6, 30))


def test_a_stage_that_begins_too_early_says_by_how_many_working_days(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    """Begun on 4 January the same plan has the sellers' licences on 11 May, by likely times.

    From 1 April to 11 May: 1 and 2 April (2), 6 to 9 (6), 12 to 30 (21), 5 to 7 May (24), 10 and 11 (26).
    """
    forecast = look(catalogue, tmp_path, date(2027, 1, 4))
    now, april, july = forecast.stages
    assert (april.likely, april.late_days, april.is_late) == (date(2027, 5, 11), 26, True)
    assert (july.late_days, july.is_late) == (0, False)
    assert (now.late_days, now.is_late) == (None, False)
    # What is late is bounded by the stage's own launch; what is in time still by the eve of the stage.
    steps = by_code(forecast.plan)
    assert (steps["EDI"].slack_days, steps["TELECOM_NETWORK_FILING"].slack_days) == (0, 0)
    assert steps["PLATFORM_RULES"].latest_finish == date(2027, 3, 31)


def test_each_stage_says_what_changes_and_what_is_needed_anew(catalogue: Catalogue, tmp_path: Path) -> None:
    now, april, july = look(catalogue, tmp_path).stages
    assert [stage.begins_on for stage in (now, april, july)] == [None, APRIL, JULY]
    assert now.changes == {}
    assert april.changes == {"hosts_third_party_sellers": True, "completes_transactions_online": True}
    assert july.changes == {"own_couriers": True, "live_commerce": True}
    assert set(april.codes) == {
        "EDI", "TELECOM_NETWORK_FILING", "PLATFORM_RULES", "SAMR_PLATFORM_REPORT", "TAX_PLATFORM_REPORT",
    }  # fmt: skip
    assert set(july.codes) == {"EXPRESS", "LIVE_COMMERCE"}


def test_a_condition_is_judged_by_the_stage_that_needs_the_licence(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    """An EDI licence asks for capital, which the client raises together with letting sellers in."""
    rows = FILE.splitlines()
    told = [
        f"{row},{more}"
        for row, more in zip(rows, ("registered_capital_cny", "100000", "2000000", ""), strict=True)
    ]
    poor = [
        f"{row},{more}" for row, more in zip(rows, ("registered_capital_cny", "100000", "", ""), strict=True)
    ]
    raised = look(catalogue, tmp_path, file="\n".join(told) + "\n")
    assert by_code(raised.plan)["EDI"].finish == date(2027, 3, 25)
    assert "registered_capital_cny" not in by_code(raised.plan)["EDI"].missing_facts
    blocked = look(catalogue, tmp_path, file="\n".join(poor) + "\n")
    assert by_code(blocked.plan)["EDI"].finish is None
    assert "blocked" not in [reason.kind for reason in blocked.stages[0].promise.reasons]
    reason = next(one for one in blocked.stages[1].promise.reasons if one.kind == "blocked")
    assert reason.codes == ("EDI",)
    assert blocked.stages[1].late_days is not None


def test_what_a_stage_needs_in_another_province_follows_the_rules_there(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    """Prepaid cards from April on, in Shanghai, whose quarterly duty Beijing does not have."""
    facts = "province,issues_prepaid_cards,prepaid_cards_outside_retail,sole_trader"
    file = f"client,name,holds,from,{facts}\na,A,BUSINESS_LICENCE,,110000,no,no,no\na,,,2027-04-01,310000,yes,,\n"
    plan = look(catalogue, tmp_path, file=file).plan
    assert by_code(plan)["PREPAID_CARD"].begins_on == APRIL
    assert plan.law.entries["PREPAID_CARD"] is plan.stages[1].law.entries["PREPAID_CARD"]
    assert plan.stages[1].law.province == "310000"
    assert plan.law.province == "110000"


def test_risk_and_what_is_missing_today_are_of_the_present(catalogue: Catalogue, tmp_path: Path) -> None:
    rows = FILE.splitlines()
    told = [f"{row},{more}" for row, more in zip(rows, ("operating", "yes", "", ""), strict=True)]
    forecast = look(catalogue, tmp_path, file="\n".join(told) + "\n")
    now = {"DOMAIN", "ICP_FILING", "PSB_FILING", "INCIDENT_REPORT"}
    assert {one.code for one in forecast.risk.licences} == now
    assert {one.code for one in forecast.missing} == now
    assert "EXPRESS" in {step.code for step in forecast.plan.steps}


def test_an_analyst_has_the_stages_and_the_day_of_each_step(catalogue: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "clients.csv"
    path.write_text(FILE + "plain,乙,,,yes,no,no,no,no\n", encoding="utf-8")
    plans = lc.plan(lc.assess(lc.read_clients(path, catalogue), as_of=AS_OF, language="en"), start=START)
    assert [stage.begins_on for stage in plans["shop"].stages] == [None, APRIL, JULY]
    assert plans["plain"].stages == ()
    days = plans["shop"].steps.set_index("code")["begins_on"]
    assert days["EDI"] == pd.Timestamp(APRIL)
    assert pd.isna(days["DOMAIN"])
    assert "begins_on" not in plans["plain"].steps


# The date to give to others


def make_two_stages(catalogue: Catalogue, begins_on: date, *, condition: str = "") -> Forecast:
    """A, which is required from the start, and B after it, from a day on; all is told."""
    row = {"renewal_lead_days": pd.NA, "renewal_days_unit": pd.NA, "obligation": "required"}
    time = Duration(5, 10, 20, "working", "estimate", "estimate")
    rule = read_rule(condition, catalogue.fields) if condition else None
    entries = {
        "A": Licence("A", "A", 1, None, (), time, ALWAYS, None, row),
        "B": Licence("B", "B", 1, None, (("A",),), time, ALWAYS, rule, row),
    }
    law = LawInForce(catalogue, AS_OF, "en", entries)
    present = {"A": "required", "B": "not_needed"}
    later = StageJudgement(begins_on, {"has_website": True}, {"A": "required", "B": "required"})
    plan = make_plan(law, "a", {"has_website": False}, {}, present, START, coming=[(later, law)])
    return Forecast(plan, PlanOptions(START))


def test_late_is_told_by_the_date_to_give_to_others_where_there_is_one(catalogue: Catalogue) -> None:
    simulation = make_two_stages(catalogue, APRIL).simulation
    assert simulation.launches[1]
    p80 = simulation.launches[1][1]
    for shift, late in ((0, 1), (1, 0)):
        (_, stage) = make_two_stages(catalogue, p80 + timedelta(days=shift)).stages
        assert stage.promise.kind == "dates"
        assert stage.launch == simulation.launches[1]
        assert stage.likely is not None
        assert stage.likely < p80
        assert stage.late_days == late


def test_a_stage_without_a_date_says_how_late_it_is_by_likely_times(catalogue: Catalogue) -> None:
    (now, stage) = make_two_stages(catalogue, APRIL, condition="has_app").stages
    assert (now.promise.kind, stage.promise.kind) == ("dates", "not_before")
    assert stage.launch is None
    assert stage.promise.not_before == stage.likely
    assert stage.promise.reasons[0].fields == ("has_app",)
    (_, late) = make_two_stages(catalogue, stage.likely or APRIL, condition="has_app").stages
    assert late.late_days == 1


# Properties, over editions of the law that never were

VERDICTS = ("required", "recommended", "optional", "not_needed", "undetermined")
PROFILES = st.fixed_dictionaries(
    {
        "company_age_months": st.none() | st.integers(0, 24).map(float),
        "registered_capital_cny": st.sampled_from([None, 5e5, 5e6]),
    }
)


@st.composite
def comings(draw: st.DrawFn, law: LawInForce) -> list[tuple[StageJudgement, LawInForce]]:
    """Up to three later stages, each with verdicts and a profile of its own."""
    days = sorted(draw(st.sets(st.dates(date(2026, 12, 1), date(2028, 6, 1)), min_size=1, max_size=3)))
    verdict = st.sampled_from(VERDICTS)
    return [
        (StageJudgement(day, draw(PROFILES), {code: draw(verdict) for code in law.entries}), law)
        for day in days
    ]


@settings(max_examples=150)
@given(data=st.data(), profile=PROFILES, include=st.sampled_from([(), ALL]))
def test_later_stages_leave_the_plan_of_the_present_as_it_is(
    catalogue: Catalogue, data: st.DataObject, profile: Mapping[str, float | None], include: tuple[str, ...]
) -> None:
    law, verdicts = data.draw(laws(catalogue))
    coming = data.draw(comings(law))
    alone = make_plan(law, "a", profile, {}, verdicts, START, include)
    staged = make_plan(law, "a", profile, {}, verdicts, START, include, coming=coming)
    assert tuple(step for step in staged.steps if step.begins_on is None) == alone.steps
    assert (staged.launch, staged.critical_path) == (alone.launch, alone.critical_path)
    luck, other = simulate(alone, 200), simulate(staged, 200)
    assert other.launch == luck.launch
    assert other.decided_by == luck.decided_by
    assert Forecast(staged, PlanOptions(START)).promise == Forecast(alone, PlanOptions(START)).promise


@settings(max_examples=150)
@given(
    data=st.data(),
    profile=PROFILES,
    include=st.sampled_from([(), ALL]),
    capacity=st.none() | st.integers(1, 3),
)
def test_a_plan_in_stages_keeps_order_and_the_eve_of_each_stage(
    catalogue: Catalogue,
    data: st.DataObject,
    profile: Mapping[str, float | None],
    include: tuple[str, ...],
    capacity: int | None,
) -> None:
    law, verdicts = data.draw(laws(catalogue))
    coming = data.draw(comings(law))
    made = make_plan(law, "a", profile, {}, verdicts, START, include, capacity, coming=coming)
    steps, wanted = by_code(made), {"required", *include}
    for code in law.entries:
        needing = [stage.begins_on for stage in made.stages if stage.verdicts[code] in wanted]
        if needing:
            assert (steps[code].begins_on or date.min) <= (needing[0] or date.min)
    for step in made.steps:
        for code in step.requires:
            assert (steps[code].begins_on or date.min) <= (step.begins_on or date.min)
            if step.start:
                assert steps[code].finish < step.start  # type: ignore[operator]
        if not step.finish or not step.latest_finish or step.slack_days is None:
            continue
        assert step.slack_days == count_working_days(step.start, step.latest_start) >= 0
        if step.begins_on and step.finish < step.begins_on:
            assert step.latest_finish < step.begins_on
    launches = [stage.launch for stage in made.stages]
    known = [day for day in launches if day]
    assert known == sorted(known)
    assert launches == [None] * (len(launches) - len(known)) + known
    for stage in made.stages:
        assert stage.launch == max(
            (day for code in stage.required if (day := steps[code].finish)), default=None
        )
    if capacity:
        days = Counter(
            day
            for step in made.dated
            for day in pd.date_range(step.start, step.submit_on, inclusive="left")
            if find_working_day(day.date()) == np.datetime64(day.date())
        )
        assert max(days.values(), default=0) <= capacity


def test_staff_takes_on_the_present_before_what_is_to_come(catalogue: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "clients.csv"
    path.write_text(FILE, encoding="utf-8")
    profiles = read_profiles(path, catalogue.fields, set(catalogue.rows["code"]))
    options = PlanOptions(START, capacity=1)
    forecast = next(make_forecasts(catalogue, profiles, AS_OF, options, "en"))
    alone = next(make_forecasts(catalogue, profiles.drop(columns="stages"), AS_OF, options, "en"))
    steps = by_code(forecast.plan)
    assert steps["EXPRESS"].start > steps["DOMAIN"].start  # type: ignore[operator]
    assert forecast.plan.launch == alone.plan.launch
    assert replace(forecast.plan_options, capacity=None) == PlanOptions(START)


@pytest.mark.parametrize("share", [0, 1, 2])
def test_no_stage_is_ready_before_an_earlier_one(catalogue: Catalogue, tmp_path: Path, share: int) -> None:
    simulation = look(catalogue, tmp_path).simulation
    days = [launch[share] for launch in simulation.launches if launch]
    assert len(days) == 3
    assert days == sorted(days)
