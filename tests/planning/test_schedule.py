"""Plans: order, alternatives, dates, slack, obstacles, staff; by hand, by example and as properties."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawn_laws import ALWAYS, AS_OF, laws
from licences.assessment.holdings import DONE
from licences.errors import UsageError
from licences.law.catalogue import Catalogue
from licences.law.durations import Duration, find_duration
from licences.law.in_force import LawInForce, Licence
from licences.law.preparation import Preparation
from licences.law.rows import find_in_force, split_prerequisites
from licences.law.working_days import add_working_days, count_working_days, find_working_day
from licences.planning.forecast import Forecast, PlanOptions, make_forecasts
from licences.planning.phases import find_phase_conflicts
from licences.planning.schedule import Plan, Step, make_plan
from licences.planning.simulation import simulate
from licences.planning.timing import Obstacle
from licences.rules.facts import read_profiles
from licences.words.plans import say_obstacle, view_steps

START = date(2026, 11, 24)
ALL = ("recommended", "optional")


def plan(
    catalogue: Catalogue,
    profiles: pd.DataFrame,
    include: tuple[str, ...] = (),
    capacity: int | None = None,
    *,
    prepares: bool = True,
) -> Plan:
    options = PlanOptions(START, include, capacity, prepares=prepares)
    return next(make_forecasts(catalogue, profiles, AS_OF, options, "en")).plan


def by_code(made: Plan) -> dict[str, Step]:
    return {step.code: step for step in made.steps}


def tell(catalogue: Catalogue, folder: Path, **facts: str) -> pd.DataFrame:
    path = folder / "clients.csv"
    pd.DataFrame([{"client": "a", "name": "A", **facts}]).to_csv(path, index=False)
    return read_profiles(path, catalogue.fields, set(catalogue.rows["code"]))


def choose(sample_clients: pd.DataFrame, client: str) -> pd.DataFrame:
    return sample_clients[sample_clients["client"] == client]


def check_order(made: Plan) -> int:
    """Every date is a working day, and no step starts before what it waits for is done."""
    steps, waits = by_code(made), 0
    for step in made.steps:
        assert (step.start is None) is (step.finish is None) is (step.slack_days is None)
        if step.start is None or step.finish is None:
            assert step.obstacle
            continue
        assert step.submit_on
        assert made.start <= step.start <= step.submit_on <= step.finish
        assert count_working_days(step.start, step.submit_on) == step.preparation.likely_days
        for day in (step.start, step.submit_on, step.finish, step.latest_start, step.latest_finish):
            assert find_working_day(day) == np.datetime64(day)
        if step.blocked_until:
            assert step.submit_on >= step.blocked_until
        for needed in step.requires:
            finish = steps[needed].finish
            assert finish
            assert finish < step.start
            waits += 1
        for busy in step.queues_behind:
            freed = steps[busy].submit_on
            assert freed
            assert freed <= step.start
            waits += 1
    return waits


def check_slack(made: Plan) -> None:
    """Slack is never negative, is what lies between the starts, and leaves every successor in time."""
    steps = by_code(made)
    for step in made.dated:
        assert step.slack_days is not None
        assert step.slack_days >= 0
        assert count_working_days(step.start, step.latest_start) == step.slack_days
        assert step.critical is (step.slack_days == 0)
        for needed in step.requires:
            assert steps[needed].latest_finish < step.latest_start  # type: ignore[operator]
        for busy in step.queues_behind:
            days = steps[busy].preparation.likely_days
            assert add_working_days(steps[busy].latest_start, days) <= np.datetime64(step.latest_start)


def check_critical_path(made: Plan) -> None:
    """From the start, or the day on which time lifts an obstacle, to the launch without a gap or slack."""
    steps, path = by_code(made), made.critical_path
    if made.launch is None:
        assert path == ()
        return
    assert steps[path[-1]].finish == made.launch
    first = steps[path[0]]
    lifted = add_working_days(first.blocked_until or made.start, -first.preparation.likely_days)
    assert first.start == max(find_working_day(made.start), lifted)
    for earlier, later in pairwise(path):
        if earlier in steps[later].requires:
            assert add_working_days(steps[earlier].finish, 1) == np.datetime64(steps[later].start)
        else:
            assert earlier in steps[later].queues_behind
            assert steps[earlier].submit_on == steps[later].start
    assert all(steps[code].critical for code in path)


# One client by hand


def test_the_plan_of_a_travel_and_job_site_with_complete_papers_worked_out_by_hand(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    """The client wander-work, which holds its business licence and its travel agency licence.

    The calendar behind it: 24 November 2026 is a Tuesday. The last year that has been announced is
    2026. In 2027 the library knows 1 January, and for Spring Festival (6 February is its first day)
    Friday 5 February and 8 to 10 February as days off; no make-up days are announced yet.
    """
    made = plan(catalogue, choose(sample_clients, "wander-work"), prepares=False)
    steps = by_code(made)
    assert all(step.submit_on == step.start for step in made.steps)

    # DOMAIN needs only the business licence, which is held. 5 calendar days: Tuesday 24 is the first,
    # Saturday 28 the fifth; the first working day at or after it is Monday 30.
    assert steps["DOMAIN"].requires == ()
    assert (steps["DOMAIN"].start, steps["DOMAIN"].finish) == (date(2026, 11, 24), date(2026, 11, 30))

    # ICP_FILING waits for the domain. 10 working days from Tuesday 1 December:
    # 1 2 3 4, 7 8 9 10 11, and Monday 14 is the tenth.
    assert steps["ICP_FILING"].requires == ("DOMAIN",)
    assert (steps["ICP_FILING"].start, steps["ICP_FILING"].finish) == (date(2026, 12, 1), date(2026, 12, 14))

    # ICP and EDI need a site filing or an app filing. Both are required anyway; the site filing is done
    # on 14 December, the app filing (20 working days, the law's limit) on 21 December: so the site's.
    assert steps["APP_FILING"].finish == date(2026, 12, 21)
    assert steps["ICP"].requires == steps["EDI"].requires == ("ICP_FILING",)

    # 45 working days from Tuesday 15 December: 13 until the 31st, 20 in January (without the 1st) make 33,
    # 1 to 4 February 37, 11 and 12 February 39, 15 to 19 February 44, Monday 22 February is the 45th.
    assert (steps["ICP"].start, steps["ICP"].finish) == (date(2026, 12, 15), date(2027, 2, 22))
    assert steps["ICP"].provisional
    assert not steps["ICP_FILING"].provisional

    # A job board needs a telecom licence first, the ICP or the EDI. 20 working days from Tuesday
    # 23 February: 4 in February, and the twentieth is Monday 22 March.
    assert (steps["HR_SERVICE"].start, steps["HR_SERVICE"].finish) == (date(2027, 2, 23), date(2027, 3, 22))

    # Nothing required is done later, so that is the launch, and the chain before it has no slack.
    assert made.launch == date(2027, 3, 22)
    assert made.critical_path == ("DOMAIN", "ICP_FILING", *steps["HR_SERVICE"].requires, "HR_SERVICE")

    # PSB_FILING: 10 working days after the site filing, 15 to 28 December. Between then and the launch lie
    # 29 to 31 December (3), 20 days in January, 4 + 2 + 5 + 5 in February, 16 in March: 55 working days of slack.
    assert steps["PSB_FILING"].finish == date(2026, 12, 28)
    assert steps["PSB_FILING"].slack_days == 55

    # MLPS_2, 40 working days from the start: 5 in November (24 to 27, 30), 23 in December make 28, and
    # from 4 January on the twelfth is Tuesday 19 January. It could start 40 working days later.
    assert (steps["MLPS_2"].finish, steps["MLPS_2"].slack_days) == (date(2027, 1, 19), 40)

    # No source gives a time for the security assessment, so it is not dated, and not taken for done.
    assert steps["SECURITY_ASSESSMENT"].obstacle == Obstacle("undated")
    # Whether it may have the telecom licences depends on a fact not told: one province, or more?
    assert steps["ICP"].missing_facts == ("cross_province",)


def test_the_same_plan_with_its_preparation_worked_out_by_hand(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    """The client wander-work once more, with the likely preparation of data/preparation.csv: a step is prepared
    first, submitted on the working day after that, and decided from that day on.

    Days off of 2027 beside those named above: Monday 5 April (Tomb Sweeping) and 3 and 4 May (for Labour Day,
    which falls on a Saturday).
    """
    made = plan(catalogue, choose(sample_clients, "wander-work"))
    steps = by_code(made)

    def find_dates(code: str) -> tuple[date | None, date | None, date | None]:
        return steps[code].prepare_from, steps[code].submit_on, steps[code].finish

    # DOMAIN: one day to choose the name, Tuesday 24; registered from Wednesday 25 on, whose fifth calendar
    # day is Sunday 29; the first working day at or after it is Monday 30.
    assert find_dates("DOMAIN") == (date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 30))

    # ICP_FILING after it: prepared on 1, 2 and 3 December, submitted on Friday 4, and 10 working days from
    # then on: 4, 7 8 9 10 11, 14 15 16, and Thursday 17 is the tenth.
    assert find_dates("ICP_FILING") == (date(2026, 12, 1), date(2026, 12, 4), date(2026, 12, 17))

    # ICP: 20 days to prepare from Friday 18 December: 18 (1), 21 to 25 (6), 28 to 31 (10), 4 to 8 January (15),
    # 11 to 15 (20). 45 to decide from Monday 18 January: 10 in January, 1 to 4 February 14, 11 and 12 are 16,
    # 15 to 19 are 21, 22 to 26 are 26, 1 to 19 March 41, and Thursday 25 March is the 45th.
    assert find_dates("ICP") == (date(2026, 12, 18), date(2027, 1, 18), date(2027, 3, 25))

    # HR_SERVICE: 20 days to prepare from Friday 26 March: 26 (1), 29 March to 2 April (6), 6 to 9 (10), 12 to
    # 16 (15), 19 to 23 (20). 20 to decide from Monday 26 April: 26 to 30 (5), 5 to 7 May (8), 10 to 14 (13),
    # 17 to 21 (18), Monday 24 (19), and Tuesday 25 May is the 20th.
    assert find_dates("HR_SERVICE") == (date(2027, 3, 26), date(2027, 4, 26), date(2027, 5, 25))
    assert made.launch == date(2027, 5, 25)
    assert made.critical_path == ("DOMAIN", "ICP_FILING", "ICP", "HR_SERVICE")

    # MLPS_2: 40 days to prepare from 24 November: 5 in November, 23 in December (28), and from 4 January on
    # the twelfth is Tuesday 19 January. 40 to decide from Wednesday 20 January.
    assert find_dates("MLPS_2") == (date(2026, 11, 24), date(2027, 1, 20), date(2027, 3, 22))


# Examples from the catalogue


@pytest.mark.parametrize("include", [(), ALL])
@pytest.mark.parametrize("capacity", [None, 1, 3])
def test_the_plans_of_the_sample_clients_keep_order_slack_and_critical_path(
    catalogue: Catalogue, sample_clients: pd.DataFrame, include: tuple[str, ...], capacity: int | None
) -> None:
    waits = 0
    for client in sample_clients["client"]:
        made = plan(catalogue, choose(sample_clients, client), include, capacity)
        waits += check_order(made)
        check_slack(made)
        check_critical_path(made)
    assert waits > 10


def test_a_step_for_each_required_licence_that_is_not_held_and_for_nothing_else(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    for client in sample_clients["client"]:
        made = plan(catalogue, choose(sample_clients, client))
        done = {code for code, status in made.statuses.items() if status in DONE}
        wanted = {code for code, verdict in made.verdicts.items() if verdict == "required"} - done
        assert wanted <= {step.code for step in made.steps}
        assert not done & {step.code for step in made.steps}
        assert all(step.verdict in {"required", "recommended", "optional"} for step in made.steps)


def test_a_duration_in_working_days_is_worked_on_its_first_and_last_day(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    facts = {"issues_prepaid_cards": "yes", "prepaid_cards_outside_retail": "no", "sole_trader": "no"}
    profiles = tell(catalogue, tmp_path, holds="BUSINESS_LICENCE", **facts)
    step = by_code(plan(catalogue, profiles, prepares=False))["PREPAID_CARD"]
    assert step.duration
    assert (step.duration.likely_days, step.duration.unit) == (5, "working")
    # Tuesday 24, Wednesday 25, Thursday 26, Friday 27 November, Monday 30 November
    assert (step.start, step.finish) == (date(2026, 11, 24), date(2026, 11, 30))


def test_among_alternatives_the_one_that_is_held_is_taken(catalogue: Catalogue, tmp_path: Path) -> None:
    facts = {"has_website": "yes", "has_app": "yes", "hosts_third_party_sellers": "yes",
             "completes_transactions_online": "yes"}  # fmt: skip
    held = by_code(plan(catalogue, tell(catalogue, tmp_path, holds="BUSINESS_LICENCE;APP_FILING", **facts)))
    assert held["EDI"].requires == ()
    needed = by_code(plan(catalogue, tell(catalogue, tmp_path, holds="BUSINESS_LICENCE", **facts)))
    assert needed["EDI"].requires == ("ICP_FILING",)  # both are needed; with its domain it is still earlier


def test_among_alternatives_one_that_is_needed_anyway_comes_before_an_earlier_one(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    profiles = choose(sample_clients, "seven-month-lab")
    optional = by_code(plan(catalogue, profiles, ("optional",)))
    # HIGH_TECH is served by a software copyright, the quickest, or by a patent; two patents are planned
    # for anyway, the software copyright, only recommended, is not.
    assert optional["HIGH_TECH"].requires == ("PATENT_DESIGN",)
    assert "SOFTWARE_COPYRIGHT" not in optional
    both = by_code(plan(catalogue, profiles, ALL))
    assert both["HIGH_TECH"].requires == ("SOFTWARE_COPYRIGHT",)


def test_a_prerequisite_that_does_not_apply_is_passed_over_with_a_note(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    profiles = tell(catalogue, tmp_path, holds="BUSINESS_LICENCE", has_website="no", has_app="no", has_mini_program="no",
                    public_generative_ai="yes")  # fmt: skip
    steps = by_code(plan(catalogue, profiles))
    assert not {"ICP_FILING", "APP_FILING"} & steps.keys()
    (passed,) = steps["GENERATIVE_AI_FILING"].passed_over
    assert (passed.codes, passed.is_open) == (("ICP_FILING", "APP_FILING"), False)


def test_what_no_source_times_is_not_dated_and_says_why(catalogue: Catalogue, tmp_path: Path) -> None:
    rows = find_in_force(catalogue.rows, AS_OF)
    assert find_duration(rows.loc["SECURITY_ASSESSMENT"]) is None
    profiles = tell(
        catalogue, tmp_path, holds="BUSINESS_LICENCE;APP_FILING", has_app="yes", public_generative_ai="yes"
    )
    made = plan(catalogue, profiles)
    step = by_code(made)["SECURITY_ASSESSMENT"]
    assert (step.start, step.finish, step.obstacle) == (None, None, Obstacle("undated"))
    assert say_obstacle(step, made) == "no source gives a time for it"


def test_a_known_blocker_stops_a_step_and_what_waits_for_it(catalogue: Catalogue, tmp_path: Path) -> None:
    profiles = tell(catalogue, tmp_path, holds="BUSINESS_LICENCE", sells_messaging_services="yes", cross_province="no",
                    registered_capital_cny="500000", foreign_share_percent="0")  # fmt: skip
    made = plan(catalogue, profiles, ("optional",))
    steps = by_code(made)
    assert "at least 1,000,000" in str(say_obstacle(steps["SP"], made))
    assert steps["SP"].blocked_until is None
    assert steps["CODE_1069_SP"].requires == ("SP",)
    assert steps["CODE_1069_SP"].obstacle == Obstacle("waits_for", codes=("SP",))
    assert str(say_obstacle(steps["CODE_1069_SP"], made)).startswith("it waits for")


def test_a_company_seven_months_old_can_apply_for_high_tech_at_twelve(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    made = plan(catalogue, choose(sample_clients, "seven-month-lab"), ALL)
    step = by_code(made)["HIGH_TECH"]
    # five full months after 23 November 2026, a Friday
    assert step.blocked_until == date(2027, 4, 23)
    # its papers are prepared before, so that they are complete on that day
    assert step.submit_on == date(2027, 4, 23)
    assert step.start == add_working_days(step.submit_on, -step.preparation.likely_days)
    assert "7 months, less than 12 months" in str(say_obstacle(step, made))
    assert "23 April 2027" in str(say_obstacle(step, made))


def test_time_does_not_lift_an_obstacle_that_is_not_one_of_age(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    profiles = choose(sample_clients, "seven-month-lab").copy()
    profiles["research_staff_percent"] = 1.0
    made = plan(catalogue, profiles, ALL)
    step = by_code(made)["HIGH_TECH"]
    assert (step.blocked_until, step.start) == (None, None)
    assert "at least 10" in str(say_obstacle(step, made))


@pytest.mark.parametrize(("start", "is_blocked"), [(date(2027, 4, 22), True), (date(2027, 4, 23), False)])
def test_an_obstacle_that_time_has_lifted_by_the_start_is_none(
    catalogue: Catalogue, sample_clients: pd.DataFrame, start: date, is_blocked: bool
) -> None:
    forecasts = make_forecasts(
        catalogue, choose(sample_clients, "seven-month-lab"), AS_OF, PlanOptions(start, ALL), "en"
    )
    step = by_code(next(forecasts).plan)["HIGH_TECH"]
    assert (step.obstacle is not None) is (step.blocked_until is not None) is is_blocked


def test_a_condition_that_cannot_be_told_is_a_missing_fact_and_no_obstacle(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    profiles = choose(sample_clients, "seven-month-lab").copy()
    profiles["research_ratio_met"] = pd.NA
    step = by_code(plan(catalogue, profiles, ALL))["HIGH_TECH"]
    assert step.missing_facts == ("research_ratio_met",)
    assert step.start is not None


def test_where_the_articles_phases_and_ours_disagree_it_is_found(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    found = {
        conflict.code: conflict
        for conflict in find_phase_conflicts(plan(catalogue, choose(sample_clients, "grand-bazaar"), ALL))
    }
    high_tech = found["HIGH_TECH"]
    assert (high_tech.kind, high_tech.article_phase, high_tech.phase) == ("moved", 1, 3)
    # The article leaves food to its second phase; nothing that the filing needs makes it wait.
    assert (found["FOOD_PLATFORM"].kind, found["FOOD_PLATFORM"].phase) == ("free", 1)
    assert "ALGORITHM_FILING" not in found  # the article does not list it


def test_a_day_outside_the_calendar_is_refused_in_a_sentence(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    for start in (date(1, 1, 1), date(9999, 12, 31)):
        with pytest.raises(UsageError, match="start on a day from 1990-01-01 to 2045-12-31"):
            next(make_forecasts(catalogue, sample_clients, AS_OF, PlanOptions(start)))


def test_each_step_names_only_prerequisites_of_the_catalogue(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    rows = find_in_force(catalogue.rows, AS_OF)
    for client in sample_clients["client"]:
        for step in plan(catalogue, choose(sample_clients, client), ALL).steps:
            groups = split_prerequisites(rows.at[step.code, "requires"])
            assert set(step.requires) <= {code for group in groups for code in group}


# Properties, over editions of the law that never were

STARTS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
PROFILES = st.fixed_dictionaries(
    {
        "company_age_months": st.none() | st.integers(0, 24).map(float),
        "registered_capital_cny": st.sampled_from([None, 5e5, 5e6]),
    }
)


@settings(max_examples=150)
@given(data=st.data(), start=STARTS, profile=PROFILES, capacity=st.none() | st.integers(1, 3))
def test_any_plan_keeps_order_slack_and_critical_path(
    catalogue: Catalogue,
    data: st.DataObject,
    start: date,
    profile: dict[str, float | None],
    capacity: int | None,
) -> None:
    law, verdicts = data.draw(laws(catalogue))
    held = data.draw(st.dictionaries(st.sampled_from(sorted(law.entries)), st.none(), max_size=4))
    include = data.draw(st.sampled_from([(), ALL]))
    made = make_plan(law, "a", profile, held, verdicts, start, include, capacity)
    check_order(made)
    check_slack(made)
    check_critical_path(made)
    steps = by_code(made)
    assert not steps.keys() & held.keys()
    for step in made.steps:
        assert step.verdict in {"required", *ALL}
        for group in law.entries[step.code].requires:
            met = {*held, *made.kept} & set(group)
            taken = set(step.requires) & set(group)
            applying = [code for code in group if verdicts[code] in {"required", *ALL}]
            assert met or taken or not applying
    if capacity:
        days = Counter(
            day
            for step in made.dated
            for day in pd.date_range(step.start, step.submit_on, inclusive="left")
            if find_working_day(day.date()) == np.datetime64(day.date())
        )
        assert max(days.values(), default=0) <= capacity


@settings(max_examples=150)
@given(data=st.data(), start=STARTS, profile=PROFILES)
def test_more_held_never_makes_a_date_later(
    catalogue: Catalogue, data: st.DataObject, start: date, profile: dict[str, float | None]
) -> None:
    """Where everything could be dated before, the launch comes no later, nor does any step."""
    law, verdicts = data.draw(laws(catalogue))
    fewer = data.draw(st.dictionaries(st.sampled_from(sorted(law.entries)), st.none(), max_size=3))
    more = fewer | {data.draw(st.sampled_from(sorted(law.entries))): None}
    before = make_plan(law, "a", profile, fewer, verdicts, start, ALL)
    after = make_plan(law, "a", profile, more, verdicts, start, ALL)
    earlier = by_code(before)
    for step in after.dated:
        if step.code in earlier and earlier[step.code].finish:
            assert step.finish <= earlier[step.code].finish  # type: ignore[operator]
    if before.launch and after.launch and len(before.dated) == len(before.steps):
        assert after.launch <= before.launch
        luck, other = simulate(before, 500), simulate(after, 500)
        assert other.launch
        assert luck.launch
        assert all(now <= then for now, then in zip(other.launch, luck.launch, strict=True))


@settings(max_examples=150)
@given(data=st.data(), start=STARTS, profile=PROFILES)
def test_of_several_ways_the_earliest_is_taken(
    catalogue: Catalogue, data: st.DataObject, start: date, profile: dict[str, float | None]
) -> None:
    """A single required step with one group: no other applying member would let it start earlier."""
    law, _ = data.draw(laws(catalogue))
    codes = sorted(law.entries)
    if len(codes) < 3:
        return
    group = tuple(codes[:2])
    entries = dict(law.entries)
    last = codes[-1]
    entries[last] = Licence(last, last, 1, None, (group,), Duration(1, 1, 1, "working", "estimate", "estimate"), ALWAYS,
                          None, entries[last].row)  # fmt: skip
    verdicts = dict.fromkeys(codes, "optional") | {last: "required"}
    made = make_plan(LawInForce(catalogue, AS_OF, "en", entries), "a", profile, {}, verdicts, start)
    starts = []
    for one in group:
        entries[last] = Licence(
            last, last, 1, None, ((one,),), entries[last].duration, ALWAYS, None, entries[last].row
        )
        alone = make_plan(LawInForce(catalogue, AS_OF, "en", entries), "a", profile, {}, verdicts, start)
        starts.append(by_code(alone)[last].start or date.max)
    assert (by_code(made)[last].start or date.max) == min(starts)


def make_small(
    catalogue: Catalogue, phases: dict[str, tuple[int, int | None]], **steps: tuple[int, str]
) -> Plan:
    """A plan from days and prerequisites by code; what is not named L is required."""
    row = {"renewal_lead_days": pd.NA, "renewal_days_unit": pd.NA}
    entries = {}
    for code, (days, requires) in steps.items():
        duration = Duration(days, days, days, "working", "estimate", "estimate")
        phase, listed = phases.get(code, (1, None))
        groups = split_prerequisites(requires or float("nan"))
        entries[code] = Licence(code, code, phase, listed, groups, duration, ALWAYS, None, row)
    verdicts = {code: "optional" if code.startswith("L") else "required" for code in steps}
    return make_plan(LawInForce(catalogue, AS_OF, "en", entries), "a", {}, {}, verdicts, START)


def test_of_two_ways_that_end_on_one_day_the_first_named_is_taken(catalogue: Catalogue) -> None:
    # Ten days at once, or five days after five days: both end on the tenth.
    made = make_small(catalogue, {}, LA=(5, ""), LB=(5, "LA"), LC=(10, ""), D=(1, "LC|LB"))
    assert by_code(made)["D"].requires == ("LC",)
    made = make_small(catalogue, {}, LA=(5, ""), LB=(5, "LA"), LC=(11, ""), D=(1, "LC|LB"))
    assert by_code(made)["D"].requires == ("LB",)


def test_a_late_phase_is_handed_on_to_all_that_waits_for_it(catalogue: Catalogue) -> None:
    phases = {"A": (3, 3), "B": (1, None), "C": (1, 1)}
    made = make_small(catalogue, phases, A=(1, ""), B=(1, "A"), C=(1, "B"))
    assert {step.code: step.forced_phase for step in made.steps} == {"A": 1, "B": 3, "C": 3}
    early = next(conflict for conflict in find_phase_conflicts(made) if conflict.code == "C")
    assert (early.kind, early.article_phase, early.phase, early.because_of) == ("early", 1, 3, ("B",))


def test_what_is_blocked_is_not_called_free_to_begin(catalogue: Catalogue, tmp_path: Path) -> None:
    # The article lists SP in its second phase; nothing it requires makes it wait, but the capital does.
    facts = {"holds": "BUSINESS_LICENCE", "sells_messaging_services": "yes", "cross_province": "no"}
    rich, poor = (
        find_phase_conflicts(
            plan(catalogue, tell(catalogue, tmp_path, registered_capital_cny=capital, **facts))
        )
        for capital in ("5000000", "500000")
    )
    assert "SP" in {conflict.code for conflict in rich}
    assert "SP" not in {conflict.code for conflict in poor}


def test_staff_do_what_the_launch_waits_for_before_what_it_does_not(catalogue: Catalogue) -> None:
    row = {"renewal_lead_days": pd.NA, "renewal_days_unit": pd.NA}
    five = Duration(5, 5, 5, "working", "estimate", "estimate")
    long, short = (Preparation(days, days, days) for days in (60, 5))
    entries = {
        "A": Licence("A", "A", 1, None, (), five, ALWAYS, None, row, preparation=long),
        "B": Licence("B", "B", 1, None, (), five, ALWAYS, None, row, preparation=short),
        "C": Licence("C", "C", 1, None, (("B",),), five, ALWAYS, None, row, preparation=short),
    }
    verdicts = {"A": "optional", "B": "optional", "C": "required"}
    made = make_plan(
        LawInForce(catalogue, AS_OF, "en", entries), "a", {}, {}, verdicts, START, ALL, capacity=1
    )
    assert [step.code for step in made.steps] == ["B", "C", "A"]
    assert by_code(made)["A"].queues_behind == ("C",)
    assert by_code(made)["A"].start == by_code(made)["C"].submit_on


def test_what_is_decided_keeps_no_staff_busy(catalogue: Catalogue) -> None:
    row = {"renewal_lead_days": pd.NA, "renewal_days_unit": pd.NA}
    slow = Duration(60, 60, 60, "working", "estimate", "estimate")
    entries = {
        code: Licence(code, code, 1, None, (), slow, ALWAYS, None, row, preparation=Preparation(5, 5, 5))
        for code in ("A", "B")
    }
    law = LawInForce(catalogue, AS_OF, "en", entries)
    made = make_plan(law, "a", {}, {}, dict.fromkeys(entries, "required"), START, capacity=1)
    assert by_code(made)["B"].start == by_code(made)["A"].submit_on
    assert by_code(made)["B"].queues_behind == ("A",)
    unlimited = make_plan(law, "a", {}, {}, dict.fromkeys(entries, "required"), START)
    assert count_working_days(unlimited.launch, made.launch) == 5


@settings(max_examples=100)
@given(data=st.data(), start=STARTS, profile=PROFILES)
def test_more_preparation_never_makes_a_launch_earlier(
    catalogue: Catalogue, data: st.DataObject, start: date, profile: dict[str, float | None]
) -> None:
    law, verdicts = data.draw(laws(catalogue))
    before = make_plan(law, "a", profile, {}, verdicts, start, ALL)
    if before.launch is None:
        return
    code, more = data.draw(st.sampled_from(sorted(law.entries))), data.draw(st.integers(1, 30))
    was = law.entries[code].preparation
    longer = Preparation(was.shortest_days + more, was.likely_days + more, was.longest_days + more)
    entries = {**law.entries, code: replace(law.entries[code], preparation=longer)}
    after = make_plan(replace(law, entries=entries), "a", profile, {}, verdicts, start, ALL)
    complete = make_plan(law, "a", profile, {}, verdicts, start, ALL, prepares=False)
    assert after.launch
    assert complete.launch
    assert complete.launch <= before.launch <= after.launch
    if {step.code: step.requires for step in before.steps} == {
        step.code: step.requires for step in after.steps
    }:
        luck, other = simulate(before, 300).launch, simulate(after, 300).launch
        assert luck
        assert other
        assert all(then <= now for then, now in zip(luck, other, strict=True))


def test_with_one_member_of_staff_preparations_follow_each_other_critical_ones_first(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    profiles = choose(sample_clients, "grand-bazaar")
    alone, free = plan(catalogue, profiles, capacity=1), plan(catalogue, profiles)
    prepared = [step for step in alone.dated if step.preparation.likely_days]
    assert len(prepared) > 10
    assert prepared[0].code == free.critical_path[0]
    for earlier, later in pairwise(prepared):
        assert later.start == earlier.submit_on
    waits = [view["waits"] for view in view_steps(Forecast(alone, PlanOptions(START))) if view["queue"]]
    assert len(waits) == len(prepared) - 1
    assert all(str(text).startswith("waits for staff, who prepare ") for text in waits)
    days = sum(step.preparation.likely_days for step in prepared)
    assert count_working_days(alone.start, prepared[-1].submit_on) == days
