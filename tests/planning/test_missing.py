"""What is missing today stands in the order of what it threatens, and only for who trades."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from licences.law.catalogue import Catalogue
from licences.planning.forecast import Forecast, PlanOptions, make_forecasts
from licences.planning.missing import Missing, find_missing, rank_missing
from licences.planning.risk import Penalty
from licences.words.missing import view_missing
from licences.words.plan_json import describe_plan

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)

yuan = st.none() | st.sampled_from([0.0, 1000.0, 30000.0, 500000.0])
penalties = st.builds(
    Penalty,
    code=st.sampled_from("ABCDEFGH"),
    min_cny=yuan,
    max_cny=yuan,
    closes=st.sampled_from([True, False, None]),
    fine_basis=st.none(),
    closes_basis=st.none(),
)
days = st.none() | st.integers(0, 400).map(lambda days: START + timedelta(days=days))
missing = st.builds(Missing, penalty=penalties, is_forbidden=st.booleans(), finish=days)


def is_riskier(one: Missing, other: Missing) -> bool:
    """Whether the first is plainly worse, said in another way than the order says it."""
    if one.is_forbidden != other.is_forbidden:
        return one.is_forbidden
    if bool(one.penalty.closes) != bool(other.penalty.closes):
        return bool(one.penalty.closes)
    mine, yours = one.penalty.amount_cny, other.penalty.amount_cny
    if mine is None or yours is None:
        return mine is not None and yours is None
    return mine > yours


@given(st.lists(missing, max_size=12))
def test_a_lower_risk_never_stands_before_a_higher_one(given: list[Missing]) -> None:
    ranked = rank_missing(given)
    assert sorted(map(id, ranked)) == sorted(map(id, given))
    for at, one in enumerate(ranked):
        assert not any(is_riskier(later, one) for later in ranked[at + 1 :])


@given(st.lists(missing, max_size=12))
def test_of_the_same_risk_comes_first_what_can_be_had_sooner(given: list[Missing]) -> None:
    ranked = rank_missing(given)
    for one, later in pairwise(ranked):
        if one.risk == later.risk:
            assert one.finish or not later.finish
            assert not (one.finish and later.finish) or one.finish <= later.finish


def plan(
    catalogue: Catalogue, profiles: pd.DataFrame, client: str, trades: bool | None, language: str = "en"
) -> Forecast:
    chosen = profiles[profiles["client"] == client].copy()
    chosen["operating"] = pd.array([trades], dtype="boolean")
    return next(make_forecasts(catalogue, chosen, AS_OF, PlanOptions(START, ("recommended",)), language))


def test_everything_required_and_not_held_is_missing_and_what_is_forbidden_comes_first(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    seen = set()
    for client in sample_clients["client"]:
        forecast = plan(catalogue, sample_clients, client, trades=True)
        found = find_missing(forecast.plan)
        forbidden = {code for code, verdict in forecast.plan.verdicts.items() if verdict == "forbidden"}
        required = {step.code for step in forecast.plan.steps if step.verdict == "required"}
        assert {one.code for one in found} == forbidden | required
        assert len(found) == len(forbidden | required)
        assert {one.code for one in found[: len(forbidden)]} == forbidden
        seen |= {one.is_forbidden for one in found} | {one.finish is None for one in found}
    assert seen == {True, False}


def test_who_does_not_trade_or_has_not_told_so_has_no_list(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    for trades in (False, None):
        forecast = plan(catalogue, sample_clients, "grand-bazaar", trades)
        assert forecast.missing == ()
        assert describe_plan(forecast)["missing_today"] == []
    first = describe_plan(plan(catalogue, sample_clients, "grand-bazaar", trades=True))["missing_today"][0]
    assert first.keys() == {"code", "min_cny", "max_cny", "closes", "basis", "verdict", "finish"}
    assert (first["verdict"], first["closes"]) == ("required", True)


def test_what_is_not_known_is_named_and_never_a_zero(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    forecast = plan(catalogue, sample_clients, "old-willow", trades=True)
    said = {one["code"]: one for one in view_missing(forecast)}
    unknown = [one.code for one in forecast.missing if one.penalty.amount_cny is None]
    assert unknown
    for code in unknown:
        assert "amount of a fine not known" in said[code]["risk"]
    undated = plan(catalogue, sample_clients, "wander-work", trades=True)
    assert (
        "no date can be given yet"
        in {one["code"]: one["by"] for one in view_missing(undated)}["SECURITY_ASSESSMENT"]
    )
    assert {one["code"]: one["finish"] for one in describe_plan(undated)["missing_today"]}[
        "SECURITY_ASSESSMENT"
    ] is None
