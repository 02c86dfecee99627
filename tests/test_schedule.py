"""The first plan: order, alternatives, working and calendar days."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from licences.assessment import assess
from licences.catalogue import find_in_force, split_prerequisites
from licences.law import Law
from licences.profiles import read_profiles
from licences.schedule import DONE, Step, find_duration, find_launch, make_plan
from licences.working_days import count_working_days, find_working_day

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)


def plan(law: Law, profiles: pd.DataFrame, include: tuple[str, ...] = ()) -> dict[str, Step]:
    findings = assess(law, profiles, AS_OF, "en").set_index("code", drop=False)
    return {step.code: step for step in make_plan(law, findings, START, AS_OF, include, "en")}


def tell(law: Law, folder: Path, **facts: str) -> pd.DataFrame:
    path = folder / "clients.csv"
    pd.DataFrame([{"client": "a", "name": "A", **facts}]).to_csv(path, index=False)
    return read_profiles(path, law.fields, set(law.catalogue["code"]))


def choose(sample_clients: pd.DataFrame, client: str) -> pd.DataFrame:
    return sample_clients[sample_clients["client"] == client]


@pytest.mark.parametrize("include", [(), ("recommended", "optional")])
def test_no_step_starts_before_what_it_requires_is_done(
    law: Law, sample_clients: pd.DataFrame, include: tuple[str, ...]
) -> None:
    waits = 0
    for client in sample_clients["client"]:
        steps = plan(law, choose(sample_clients, client), include)
        for step in steps.values():
            assert (step.start is None) is (step.finish is None) is (step.blocked_by is not None)
            if step.start and step.finish:
                assert START <= step.start <= step.finish
                for day in (step.start, step.finish):
                    assert find_working_day(np.datetime64(day)) == np.datetime64(day)
                for needed in step.requires:
                    finish = steps[needed].finish
                    assert finish
                    assert finish < step.start
                    waits += 1
    assert waits > 10


def test_a_step_for_each_required_licence_that_is_not_held_and_for_nothing_else(
    law: Law, sample_clients: pd.DataFrame
) -> None:
    for client in sample_clients["client"]:
        own = choose(sample_clients, client)
        findings = assess(law, own, AS_OF)
        wanted = findings[(findings["verdict"] == "required") & ~findings["status"].isin(DONE)]
        steps = plan(law, own)
        verdicts = dict(zip(findings["code"], findings["verdict"], strict=True))
        assert set(wanted["code"]) <= set(steps)
        assert all(verdicts[code] in {"required", "recommended", "optional"} for code in steps)


def test_a_duration_in_working_days_is_worked_on_its_first_and_last_day(law: Law, tmp_path: Path) -> None:
    steps = plan(law, tell(law, tmp_path, holds="BUSINESS_LICENCE", issues_prepaid_cards="yes"))
    step = steps["PREPAID_CARD"]
    assert (step.days, step.days_unit) == (5, "working")
    # Tuesday 24, Wednesday 25, Thursday 26, Friday 27 November, Monday 30 November
    assert (step.start, step.finish) == (date(2026, 11, 24), date(2026, 11, 30))
    assert count_working_days(np.datetime64(step.start), np.datetime64(step.finish)) == 4


def test_a_duration_in_calendar_days_ends_on_the_first_working_day_at_or_after_its_last(
    law: Law, tmp_path: Path
) -> None:
    row = find_in_force(law.catalogue, AS_OF).loc["DOMAIN"]
    days, unit, _ = find_duration(row)
    assert (days, unit) == (5, "calendar")
    steps = plan(law, tell(law, tmp_path, holds="BUSINESS_LICENCE", has_website="yes", has_app="no"))
    # Tuesday 24 November is day one, Saturday 28 day five, Monday 30 the first working day after it
    assert (steps["DOMAIN"].start, steps["DOMAIN"].finish) == (date(2026, 11, 24), date(2026, 11, 30))
    assert steps["ICP_FILING"].start == date(2026, 12, 1)


def test_among_alternatives_the_one_that_is_held_is_taken(law: Law, tmp_path: Path) -> None:
    facts = {"has_website": "yes", "has_app": "yes", "hosts_third_party_sellers": "yes",
             "completes_transactions_online": "yes"}  # fmt: skip
    held = plan(law, tell(law, tmp_path, holds="BUSINESS_LICENCE;APP_FILING", **facts))
    assert held["EDI"].requires == []
    needed = plan(law, tell(law, tmp_path, holds="BUSINESS_LICENCE", **facts))
    assert needed["EDI"].requires in (["APP_FILING"], ["ICP_FILING"])


def test_a_prerequisite_that_does_not_apply_is_passed_over_with_a_note(law: Law, tmp_path: Path) -> None:
    profiles = tell(law, tmp_path, holds="BUSINESS_LICENCE", has_website="no", has_app="no", has_mini_program="no",
                    public_generative_ai="yes")  # fmt: skip
    steps = plan(law, profiles)
    assert "ICP_FILING" not in steps
    assert "APP_FILING" not in steps
    assert steps["GENERATIVE_AI_FILING"].notes
    assert "does not apply" in steps["GENERATIVE_AI_FILING"].notes[0]


def test_what_no_source_times_is_not_dated_and_says_why(law: Law, tmp_path: Path) -> None:
    rows = find_in_force(law.catalogue, AS_OF)
    untimed = [code for code in rows.index if find_duration(rows.loc[code])[0] is None]
    assert "GENERATIVE_AI_FILING" in untimed
    profiles = tell(
        law, tmp_path, holds="BUSINESS_LICENCE;APP_FILING", has_app="yes", public_generative_ai="yes"
    )
    step = plan(law, profiles)["GENERATIVE_AI_FILING"]
    assert (step.start, step.finish, step.blocked_by) == (None, None, "no source gives a time for it")


def test_where_no_likely_time_is_known_the_time_limit_of_the_law_is_used(law: Law) -> None:
    assert find_duration(find_in_force(law.catalogue, AS_OF).loc["IDC"]) == (60, "calendar", "rule_text")


def test_a_known_blocker_stops_a_step_and_what_waits_for_it(law: Law, tmp_path: Path) -> None:
    profiles = tell(law, tmp_path, holds="BUSINESS_LICENCE", sells_messaging_services="yes", cross_province="no",
                    registered_capital_cny="500000", foreign_share_percent="0")  # fmt: skip
    steps = plan(law, profiles, ("optional",))
    assert "at least 1,000,000" in str(steps["SP"].blocked_by)
    assert steps["CODE_1069_SP"].requires == ["SP"]
    assert str(steps["CODE_1069_SP"].blocked_by).startswith("it waits for")


def test_the_launch_is_the_finish_of_the_last_required_step(law: Law, sample_clients: pd.DataFrame) -> None:
    own = choose(sample_clients, "grand-bazaar")
    steps = plan(law, own, ("recommended", "optional"))
    findings = assess(law, own, AS_OF)
    required = set(findings["code"][findings["verdict"] == "required"])
    latest = max(step.finish for step in steps.values() if step.finish and step.code in required)
    assert find_launch(steps.values(), required) == latest
    assert latest < max(step.finish for step in steps.values() if step.finish)
    assert find_launch([], required) is None


def test_each_step_names_only_prerequisites_of_the_catalogue(law: Law, sample_clients: pd.DataFrame) -> None:
    rows = find_in_force(law.catalogue, AS_OF)
    for client in sample_clients["client"]:
        for step in plan(law, choose(sample_clients, client), ("recommended", "optional")).values():
            groups = split_prerequisites(rows.at[step.code, "requires"])
            assert set(step.requires) <= {code for group in groups for code in group}
