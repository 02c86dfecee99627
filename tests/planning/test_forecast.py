"""The answer that `licences plan` gives, held against the promise."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd
import pytest

from licences.law.catalogue import Catalogue
from licences.planning.forecast import Forecast, PlanOptions, make_forecasts
from licences.words.plan_json import describe_plan

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
STEP = {
    "code", "phase", "requires", "start", "prepare_from", "submit_on", "finish", "latest_start", "latest_finish", "slack_days", "critical",
    "finish_p50", "finish_p80", "finish_p90", "basis", "provisional",
}  # fmt: skip
DATES = ("start", "finish", "latest_start", "latest_finish", "finish_p50", "finish_p80", "finish_p90")


@pytest.fixture(scope="module")
def forecasts(catalogue: Catalogue, sample_clients: pd.DataFrame) -> list[Forecast]:
    return list(make_forecasts(catalogue, sample_clients, AS_OF, PlanOptions(START), "en"))


def test_every_promised_key_is_there_and_it_is_plain_json(forecasts: list[Forecast]) -> None:
    for forecast in forecasts:
        said = json.loads(json.dumps(describe_plan(forecast), allow_nan=False))
        assert {"client", "start", "as_of", "steps", "launch", "renewals", "missing_facts"} <= said.keys()
        assert {"p50", "p80", "p90"} <= said["launch"].keys()
        for step in said["steps"]:
            assert step.keys() >= STEP | {"blocked_by", "notes", "missing_facts"}
            assert step["basis"] in {"rule_text", "secondary", "estimate"}
            assert step["critical"] is (step["slack_days"] == 0)
            dated = [step[name] is not None for name in DATES]
            assert all(dated) or (not any(dated) and step["blocked_by"])
            assert step["provisional"] is bool(step["finish"] and step["finish"] > said["announced_until"])
        launch = said["launch"]
        assert launch["provisional"] is bool(launch["p90"] and launch["p90"] > said["announced_until"])
        for event in said["renewals"]:
            assert event.keys() >= {"code", "expires_on", "renew_from", "renew_by", "duty"}


def test_the_launch_is_by_when_every_required_step_that_can_be_dated_is_done(
    forecasts: list[Forecast],
) -> None:
    promised = 0
    for forecast in forecasts:
        said = describe_plan(forecast)
        required = [step for step in said["steps"] if step["verdict"] == "required" and step["finish"]]
        assert said["launch"]["likely"] == max((step["finish"] for step in required), default=None)
        if said["promise"]["kind"] != "dates":
            assert {said["launch"][share] for share in ("p50", "p80", "p90")} == {None}
            continue
        promised += 1
        for share in ("p50", "p80", "p90"):
            latest = max((step[f"finish_{share}"] for step in required), default=None)
            assert latest is None or said["launch"][share] >= latest
    assert promised > 5


def test_what_is_only_recommended_is_planned_where_it_is_asked_for_and_never_moves_the_launch(
    catalogue: Catalogue, sample_clients: pd.DataFrame, forecasts: list[Forecast]
) -> None:
    wider = list(
        make_forecasts(
            catalogue, sample_clients, AS_OF, PlanOptions(START, ("recommended", "optional")), "en"
        )
    )
    more = 0
    for narrow, wide in zip(forecasts, wider, strict=True):
        codes = {step.code for step in narrow.plan.steps}
        assert codes <= {step.code for step in wide.plan.steps}
        more += len(wide.plan.steps) - len(codes)
        assert wide.simulation.launch == narrow.simulation.launch
    assert more > 50


def test_an_estimate_behind_the_launch_is_called_one(forecasts: list[Forecast]) -> None:
    assert {forecast.basis for forecast in forecasts if forecast.plan.launch} == {"estimate"}
    sure = next(forecast for forecast in forecasts if forecast.plan.client == "corner-shop")
    step = next(step for step in sure.plan.dated if step.code == "APP_FILING")
    assert step.basis != "estimate"
    assert step.duration
    assert step.duration.correction.basis == "estimate"  # which is why its launch is one


def test_the_licence_that_decides_is_the_one_that_is_last_most_often(forecasts: list[Forecast]) -> None:
    for forecast in forecasts:
        if forecast.decided_by:
            assert forecast.simulation.decided_by[forecast.decided_by] == max(
                forecast.simulation.decided_by.values()
            )


def test_with_everything_held_there_is_no_launch_and_no_step(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    profiles = sample_clients[sample_clients["client"] == "corner-shop"].copy()
    codes = sorted(set(catalogue.rows["code"]))
    profiles["holds"] = pd.Series([tuple(codes)], index=profiles.index)
    said = describe_plan(next(make_forecasts(catalogue, profiles, AS_OF, PlanOptions(START))))
    assert said["steps"] == []
    assert {said["launch"][name] for name in ("likely", "p50", "p80", "p90", "decided_by")} == {None}


def test_both_languages_give_the_same_dates(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    zh, en = (
        [
            describe_plan(one)
            for one in make_forecasts(catalogue, sample_clients, AS_OF, PlanOptions(START), language)
        ]
        for language in ("zh", "en")
    )
    for one, other in zip(zh, en, strict=True):
        assert one["launch"] == other["launch"]
        for step, same in zip(one["steps"], other["steps"], strict=True):
            assert {name: step[name] for name in STEP} == {name: same[name] for name in STEP}
            assert step["name"] != same["name"]
