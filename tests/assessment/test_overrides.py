"""What we hold against the rules: everything that follows goes by it, however many clients are judged at once."""

from __future__ import annotations

from datetime import date
from itertools import cycle
from pathlib import Path

import pandas as pd
import pytest

from case_files import add_files, hold
from licences.analysis.impact import find_impacts
from licences.analysis.portfolio import make_portfolio
from licences.assessment.explain import explain
from licences.assessment.overrides import find_idle
from licences.assessment.questions import rank_questions
from licences.assessment.verdicts import find_verdicts, judge
from licences.law.catalogue import Catalogue
from licences.law.diff import compare_days
from licences.planning.forecast import Forecast, PlanOptions, make_forecasts
from licences.rules.case_entries import GIVEN
from licences.rules.facts import read_profiles
from licences.rules.stages import find_present
from licences.words.findings import say_finding

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)


def choose(profiles: pd.DataFrame, client: str) -> pd.DataFrame:
    return profiles[profiles["client"] == client]


def forecast(catalogue: Catalogue, profiles: pd.DataFrame) -> Forecast:
    return next(make_forecasts(catalogue, profiles, AS_OF, PlanOptions(START), "en"))


@pytest.fixture
def held(sample_clients: pd.DataFrame) -> pd.DataFrame:
    """The sample clients, of each of which something else is held."""
    codes, verdicts = ("EDI", "ICP", "EXPRESS", "TRADEMARK"), cycle(GIVEN)
    return add_files(
        sample_clients,
        {
            client: [hold(code, "verdict", next(verdicts)) for code in codes[: 1 + at % 4]]
            for at, client in enumerate(sample_clients["client"])
        },
    )


def test_many_clients_at_once_are_judged_as_each_alone(catalogue: Catalogue, held: pd.DataFrame) -> None:
    at_once, alone = find_verdicts(catalogue, held, AS_OF), {}
    for at in range(len(held)):
        (one,) = judge(catalogue, held.iloc[at : at + 1], AS_OF)
        alone[one.client] = one
        ours = {override.code: override.value for override in one.case_file.overrides}
        assert {code: one.verdicts[code] for code in ours} == ours
        assert at_once.loc[one.client].to_dict() == one.verdicts
    rules = find_verdicts(catalogue, held.drop(columns="case_file"), AS_OF)
    for one in judge(catalogue, held, AS_OF):
        assert one.verdicts == alone[one.client].verdicts
        assert (
            one.by_rules == alone[one.client].by_rules == rules.loc[one.client, list(one.by_rules)].to_dict()
        )
        assert {**one.verdicts, **one.by_rules} == rules.loc[one.client].to_dict()


def test_the_portfolio_counts_and_plans_by_what_is_held(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    ours = {client: [hold("EDI", "verdict", "not_needed")] for client in sample_clients["client"]}
    before, after = (
        make_portfolio(catalogue, profiles, AS_OF, START)
        for profiles in (sample_clients, add_files(sample_clients, ours))
    )
    assert before.counts.at["EDI", "required"] > 3
    assert after.counts.at["EDI", "not_needed"] == len(sample_clients)
    assert "EDI" in set(before.steps["code"])
    assert "EDI" not in set(after.steps["code"])


def test_what_is_held_counts_in_every_stage(catalogue: Catalogue, tmp_path: Path) -> None:
    file = tmp_path / "c.csv"
    told = "client,name,holds,from,has_website,hosts_third_party_sellers,completes_transactions_online\n"
    file.write_text(f"{told}a,甲,none,,yes,no,no\na,,,2027-04-01,,yes,yes\n", encoding="utf-8")
    profiles = read_profiles(file, catalogue.fields, catalogue.codes)
    (plain,) = judge(catalogue, profiles, AS_OF)
    assert [stage.verdicts["EDI"] for stage in plain.stages] == ["not_needed", "required"]
    for verdict in ("not_needed", "optional"):
        ours = add_files(profiles, {"a": [hold("EDI", "verdict", verdict)]})
        (one,) = judge(catalogue, ours, AS_OF)
        assert [stage.verdicts["EDI"] for stage in one.stages] == [verdict] * 2
        assert [stage.by_rules["EDI"] for stage in one.stages] == ["not_needed", "required"]
        found = {each.code: each for each in explain(catalogue, ours, AS_OF, "en", over_stages=True)}
        assert (found["EDI"].verdict, found["EDI"].begins_on) == (verdict, None)


@pytest.mark.parametrize(
    ("as_of", "counts"),
    [
        (date(2026, 10, 31), False),
        (date(2026, 11, 1), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_it_counts_from_its_day_to_its_last_and_no_longer(
    catalogue: Catalogue, sample_clients: pd.DataFrame, as_of: date, counts: bool
) -> None:
    until = date(2026, 12, 31)
    ours = [hold("EDI", "verdict", "required", until), hold("ICP_FILING", "days", "77", until)]
    profiles = add_files(choose(sample_clients, "corner-shop"), {"corner-shop": ours})
    for told in (profiles, find_present(profiles, as_of)):
        (one,) = judge(catalogue, told, as_of)
        assert (one.verdicts["EDI"] == "required") is counts
        assert (find_verdicts(catalogue, told, as_of)["EDI"].iloc[0] == "required") is counts
        law = next(make_forecasts(catalogue, told, as_of, PlanOptions(as_of))).plan.law
        days = law.entries["ICP_FILING"].duration
        assert days is not None
        assert (days.likely_days == 77) is counts


def test_the_plan_has_what_is_held_and_not_what_the_rules_say(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    plain = choose(sample_clients, "grand-bazaar")
    ours = [hold("EDI", "verdict", "not_needed"), hold("EXPRESS", "verdict", "required")]
    before, after = (
        {step.code for step in forecast(catalogue, profiles).plan.steps}
        for profiles in (plain, add_files(plain, {"grand-bazaar": ours}))
    )
    assert ("EDI" in before, "EDI" in after) == (True, False)
    assert ("EXPRESS" in before, "EXPRESS" in after) == (False, True)


def test_what_is_held_of_an_open_licence_is_asked_no_more(catalogue: Catalogue, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("client,name,holds\na,甲,none\n", encoding="utf-8")
    quiet = read_profiles(tmp_path / "c.csv", catalogue.fields, catalogue.codes)
    (one,) = judge(catalogue, quiet, AS_OF)
    waiting = [code for code, verdict in one.verdicts.items() if verdict == "undetermined"]
    asked = rank_questions(catalogue, quiet, AS_OF)
    assert len(waiting) > 50
    held = waiting[0]
    ours = add_files(quiet, {"a": [hold(held, "verdict", "not_needed")]})
    left = rank_questions(catalogue, ours, AS_OF)
    assert held not in {code for settles in left["settles"] for code in settles}
    ours = add_files(quiet, {"a": [hold(code, "verdict", "not_needed") for code in waiting]})
    left = rank_questions(catalogue, ours, AS_OF)
    assert set(left["field"]) == set(asked.loc[asked["conditions"].map(bool), "field"])
    assert len(left) < len(asked)


def test_days_are_planned_as_given_without_a_spread_and_say_their_ground(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    plain = choose(sample_clients, "grand-bazaar")
    ours = add_files(plain, {"grand-bazaar": [hold("EDI", "days", "15")]})
    before, after = (
        {step.code: step for step in forecast(catalogue, profiles).plan.steps}["EDI"]
        for profiles in (plain, ours)
    )
    days = after.duration
    assert days is not None
    assert (days.shortest_days, days.likely_days, days.longest_days, days.unit) == (15, 15, 15, "working")
    assert (after.basis, days.correction.chance, days.limit_days) == ("override", 0.0, None)
    assert before.finish != after.finish
    p50, _, p90 = forecast(catalogue, ours).simulation.finishes["EDI"]
    assert p50 >= after.finish
    spread = forecast(catalogue, plain).simulation.finishes["EDI"]
    assert p90 - p50 < spread[2] - spread[0]


def test_a_fee_is_added_up_as_given(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    plain = choose(sample_clients, "grand-bazaar")
    before = forecast(catalogue, plain).costs_total
    after = forecast(catalogue, add_files(plain, {"grand-bazaar": [hold("EDI", "fee", "300.5")]})).costs_total
    told = forecast(catalogue, plain).plan.law.entries["EDI"].row["fee_cny"]
    known = 0.0 if pd.isna(told) else float(told)
    assert after.fee_cny == (before.fee_cny or 0.0) - known + 300.5
    assert "EDI" not in after.unknown_fees


def test_the_law_of_the_others_stays_as_it_is(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    ours = add_files(sample_clients, {"grand-bazaar": [hold("EDI", "days", "15")]})
    laws = {
        one.plan.client: one.plan.law for one in make_forecasts(catalogue, ours, AS_OF, PlanOptions(START))
    }
    for client, law in laws.items():
        days = law.entries["EDI"].duration
        assert days is not None
        assert (days.basis == "override") is (client == "grand-bazaar")
    assert laws["grand-bazaar"].coming == laws["corner-shop"].coming


def test_json_keeps_the_verdict_of_the_rules_and_says_what_counts(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    plain = choose(sample_clients, "corner-shop")
    ours = add_files(plain, {"corner-shop": [hold("EDI", "verdict", "required", date(2027, 3, 31))]})
    before, after = (
        {one.code: say_finding(one, "en") for one in explain(catalogue, profiles, AS_OF, "en")}
        for profiles in (plain, ours)
    )
    assert before["EDI"]["overridden"] is None
    assert after["EDI"]["overridden"] == {
        "verdict": "required",
        "because": "told so",
        "by": "Li Wei",
        "on": "2026-11-01",
        "until": "2027-03-31",
    }
    for key in ("verdict", "because", "missing_facts", "would_change_if"):
        assert before["EDI"][key] == after["EDI"][key]  # type: ignore[literal-required]
    assert {code: one for code, one in before.items() if code != "EDI"} == {
        code: one for code, one in after.items() if code != "EDI"
    }


def test_a_change_of_law_moves_no_verdict_that_is_held(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    difference = compare_days(catalogue, date(2025, 7, 17), date(2025, 7, 18))
    before = {one.client: one.moved for one in find_impacts(difference, sample_clients, PlanOptions(START))}
    client, code = next(
        (client, code)
        for client, moved in before.items()
        for code, old, new in moved
        if (old, new) == ("not_needed", "required")
    )
    early = hold(code, "verdict", "not_needed")._replace(given_on=date(2025, 1, 1))
    ours = add_files(sample_clients, {client: [early]})
    after = {one.client: one.moved for one in find_impacts(difference, ours, PlanOptions(START))}
    assert code not in [moved[0] for moved in after.get(client, ())]
    assert {name: moved for name, moved in after.items() if name != client} == {
        name: moved for name, moved in before.items() if name != client
    }


def test_what_has_ended_is_gone_or_says_what_the_rules_say_is_found(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    (one,) = judge(catalogue, choose(sample_clients, "grand-bazaar"), AS_OF)
    fee = catalogue.rows[
        catalogue.rows["fee_cny"].notna() & catalogue.rows["code"].isin(list(one.verdicts))
    ].iloc[0]
    ours = [
        hold("EDI", "verdict", one.verdicts["EDI"]),
        hold("EXPRESS", "verdict", "required"),
        hold("ICP", "days", "3", date(2026, 11, 22)),
        hold("EDI", "days", "15"),
        hold("NO_SUCH", "verdict", "required"),
        hold(fee["code"], "fee", f"{fee['fee_cny']:g}"),
    ]
    profiles = add_files(sample_clients, {"grand-bazaar": ours})
    found = {
        (idle.override.code, idle.override.kind): idle.why for idle in find_idle(catalogue, profiles, AS_OF)
    }
    assert found == {
        ("EDI", "verdict"): "alike",
        ("ICP", "days"): "ended",
        ("NO_SUCH", "verdict"): "gone",
        (fee["code"], "fee"): "alike",
    }
    assert not list(find_idle(catalogue, sample_clients, AS_OF))
