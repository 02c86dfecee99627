"""Risk: the highest single fine, never a sum; what is not known is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from licences.law.catalogue import Catalogue
from licences.planning.forecast import Forecast, PlanOptions, make_forecasts
from licences.planning.risk import find_risk
from licences.words.money import say_risk
from licences.words.plan_json import describe_plan

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
Fine = tuple[float | None, float | None, str | None]


def look(
    catalogue: Catalogue,
    profiles: pd.DataFrame,
    fines: dict[str, Fine],
    include: tuple[str, ...] = (),
    language: str = "en",
    basis: str = "rule_text",
) -> Forecast:
    """The plan of seven-month-lab where these fines are known and no others."""
    rows = catalogue.rows.copy()
    for at, column in enumerate(("penalty_min_cny", "penalty_max_cny", "penalty_closes")):
        told: dict[str, Any] = {code: fine[at] for code, fine in fines.items() if fine[at] is not None}
        rows[column] = rows["code"].map(told).astype("str" if at == 2 else "Float64")
        rows[f"{column}_basis"] = [basis if code in told else None for code in rows["code"]]
    chosen = profiles[profiles["client"] == "seven-month-lab"]
    options = PlanOptions(START, include)
    return next(make_forecasts(replace(catalogue, rows=rows), chosen, AS_OF, options, language))


def test_the_highest_single_fine_is_a_maximum_and_no_sum(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    fines: dict[str, Fine] = {
        "ICP_FILING": (1000, 10000, "yes"),
        "PI_IMPACT_ASSESSMENT": (None, 50000, None),
        "MLPS_FILING": (5000, 20000, "no"),
    }
    forecast = look(catalogue, sample_clients, fines)
    risk = find_risk(forecast.plan)
    assert risk.highest
    assert (risk.highest.code, risk.highest.max_cny) == ("PI_IMPACT_ASSESSMENT", 50000)
    assert risk.closing == ("ICP_FILING",)
    said = say_risk(forecast)
    assert said
    assert said.startswith(
        "At stake today: up to CNY 50,000 for PI impact assessment alone (fines are not added up); "
        "closing possible for ICP filing; no amount known for "
    )


def test_only_what_is_required_and_not_held_is_at_stake(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    fines: dict[str, Fine] = {"TRADEMARK": (None, 9e6, "yes"), "BUSINESS_LICENCE": (None, 8e6, "yes")}
    forecast = look(catalogue, sample_clients, fines, include=("recommended", "optional"))
    verdicts = {step.code: step.verdict for step in forecast.plan.steps}
    assert verdicts["TRADEMARK"] != "required"
    assert "BUSINESS_LICENCE" in forecast.plan.held
    risk = forecast.risk
    required = [code for code, verdict in verdicts.items() if verdict == "required"]
    assert [one.code for one in risk.licences] == required == list(risk.unknown)
    assert (risk.highest, risk.closing) == (None, ())
    assert say_risk(forecast) == "At stake today: no amount of a fine is known."


def test_what_is_not_known_is_none_and_no_zero(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    forecast = look(catalogue, sample_clients, {"ICP_FILING": (None, None, "no")})
    told = {one["code"]: one for one in describe_plan(forecast)["risk"]["licences"]}
    assert told["ICP_FILING"] == {
        "code": "ICP_FILING",
        "min_cny": None,
        "max_cny": None,
        "closes": False,
        "basis": "rule_text",
    }
    (*others,) = [one for code, one in told.items() if code != "ICP_FILING"]
    assert others
    assert {(one["min_cny"], one["max_cny"], one["closes"], one["basis"]) for one in others} == {
        (None, None, None, None)
    }


def test_a_fine_without_an_upper_end_counts_by_its_lower_one_and_says_so(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    fines: dict[str, Fine] = {"ICP_FILING": (70000, None, None), "PI_IMPACT_ASSESSMENT": (None, 50000, None)}
    forecast = look(catalogue, sample_clients, fines)
    assert forecast.risk.highest
    assert forecast.risk.highest.code == "ICP_FILING"
    assert "CNY 70,000 or more for ICP filing alone" in str(say_risk(forecast))


def test_a_ground_that_is_no_text_of_a_rule_is_named_and_amounts_are_written_as_the_reader_does(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    fines: dict[str, Fine] = {"ICP_FILING": (10000, 2_000_000, "yes")}
    told = str(say_risk(look(catalogue, sample_clients, fines, basis="secondary")))
    assert "up to CNY 2,000,000 (secondary source) for ICP filing alone" in told
    assert "closing possible for ICP filing (secondary source)" in told
    chinese = str(say_risk(look(catalogue, sample_clients, fines, language="zh", basis="estimate")))
    assert chinese.startswith(
        "目前的风险：仅ICP备案一项，罚款最高200万元（估计值）（罚款不累加）；可能关停的有："
    )


def test_who_has_nothing_left_to_obtain_has_nothing_at_stake(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    chosen = sample_clients[sample_clients["client"] == "corner-shop"].copy()
    chosen["holds"] = pd.Series([tuple(sorted(catalogue.codes))], index=chosen.index)
    forecast = next(make_forecasts(catalogue, chosen, AS_OF, PlanOptions(START), "en"))
    assert describe_plan(forecast)["risk"] == {
        "licences": [],
        "highest": None,
        "closing": [],
        "unknown": [],
    }
    assert say_risk(forecast) is None
