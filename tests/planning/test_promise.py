"""What can be promised: dates only where nothing stands against them, else why not and what would settle it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from licences.law.catalogue import Catalogue
from licences.planning.forecast import Forecast, PlanOptions, make_forecasts
from licences.planning.promise import Promise, Reason, find_kind
from licences.rules.facts import read_profiles
from licences.words.plan_json import describe_plan
from licences.words.promise import view_promise

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)


def look(catalogue: Catalogue, profiles: pd.DataFrame, language: str = "en") -> Forecast:
    return next(make_forecasts(catalogue, profiles, AS_OF, PlanOptions(START), language))


def tell(
    catalogue: Catalogue, sample_clients: pd.DataFrame, client: str = "old-willow", **facts: object
) -> Forecast:
    """A sample client of which everything is told that matters, with other facts."""
    profiles = sample_clients[sample_clients["client"] == client].copy()
    for name, value in facts.items():
        profiles[name] = pd.array([value], dtype=profiles[name].dtype)
    return look(catalogue, profiles)


def test_where_all_is_told_and_dated_dates_are_promised(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    forecast = tell(catalogue, sample_clients)
    assert forecast.promise == Promise("dates")
    assert forecast.launch == forecast.simulation.launch
    p50, p80, p90 = forecast.launch or ()
    said = view_promise(forecast)
    assert (said["recommended"], said["range"]) == (("80%", p80), [("50%", p50), ("90%", p90)])
    assert (
        said["sentence"].count("80%") == said["sentence"].count("50%") == said["sentence"].count("90%") == 1
    )


def test_a_fact_that_decides_whether_something_is_required_takes_the_dates_away(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    forecast = tell(catalogue, sample_clients, registered_users=None, monthly_active_users=None)
    assert forecast.promise == Promise(
        "not_before",
        forecast.plan.launch,
        (Reason("undetermined", ("LARGE_PLATFORM_REPORT",), ("registered_users", "monthly_active_users")),),
    )
    assert forecast.launch is None
    assert view_promise(forecast)["sentence"] == (
        "Not before 22 March 2027* by usual times, and no date can be promised yet, because it cannot be told yet "
        "whether these are needed or can be had: Large platform report. "
        "Answering this would settle it: Registered users, Monthly active users."
    )


def test_a_condition_that_is_not_told_takes_the_dates_away(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    forecast = tell(catalogue, sample_clients, "hello-hall", registered_capital_cny=None)
    (reason,) = forecast.promise.reasons
    assert (reason.kind, reason.fields) == ("undetermined", ("registered_capital_cny",))
    assert set(reason.codes) & {step.code for step in forecast.plan.steps}


def test_what_is_only_recommended_stands_against_no_date(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    undetermined = 0
    for forecast in make_forecasts(catalogue, sample_clients, AS_OF, PlanOptions(START)):
        plan, obligations = forecast.plan, forecast.plan.law.entries
        still = {code for code, verdict in plan.verdicts.items() if verdict == "undetermined"}
        if forecast.promise.kind == "dates":
            undetermined += len(still)
            assert {obligations[code].row["obligation"] for code in still} <= {"recommended", "optional"}
    assert undetermined > 0


def test_nothing_told_promises_nothing(catalogue: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "clients.csv"
    path.write_text("client,name,holds\na,A,\n")
    profiles = read_profiles(path, catalogue.fields, set(catalogue.rows["code"]))
    said = describe_plan(look(catalogue, profiles))
    assert (said["promise"]["kind"], said["promise"]["not_before"]) == ("none", None)
    assert said["promise"]["reasons"][0]["codes"]
    assert {said["launch"][share] for share in ("p50", "p80", "p90")} == {None}
    assert said["promise"]["text"].startswith("Nothing has been told yet")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_promise_of_each_sample_agrees_with_its_plan(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    kinds = set()
    for forecast in make_forecasts(catalogue, sample_clients, AS_OF, PlanOptions(START), language):
        plan, promise = forecast.plan, forecast.promise
        kinds |= {promise.kind, *(reason.kind for reason in promise.reasons)}
        undated = [step.code for step in plan.steps if step.verdict == "required" and step.finish is None]
        named = {reason.kind: set(reason.codes) for reason in promise.reasons}
        assert (promise.kind == "dates") is (not promise.reasons) is (find_kind(plan) == "dates")
        assert bool(undated) is bool(named.get("undated") or named.get("blocked"))
        assert named.get("forbidden", set()) == {
            code for code, verdict in plan.verdicts.items() if verdict == "forbidden"
        }
        if promise.kind == "not_before":
            assert promise.not_before == plan.launch
        text = view_promise(forecast)["sentence"]
        assert ("%" in text) is (promise.kind == "dates" and forecast.launch is not None)
    assert kinds == {"dates", "not_before", "undated", "blocked", "undetermined", "forbidden"}
