"""Fees: what is known is added, what is not is named, and nothing becomes a zero."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from licences.law.catalogue import Catalogue
from licences.planning.fees import Cost
from licences.planning.forecast import Forecast, PlanOptions, make_forecasts
from licences.rules.facts import read_profiles

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)


def look(
    catalogue: Catalogue, folder: Path, holds: str, include: tuple[str, ...] = (), **facts: str
) -> Forecast:
    path = folder / "clients.csv"
    pd.DataFrame([{"client": "a", "name": "A", "holds": holds, **facts}]).to_csv(path, index=False)
    profiles = read_profiles(path, catalogue.fields, set(catalogue.rows["code"]))
    return next(make_forecasts(catalogue, profiles, AS_OF, PlanOptions(START, include), "en"))


def by_phase(forecast: Forecast) -> dict[int, Cost]:
    return {cost.phase: cost for cost in forecast.costs}


def test_the_fees_of_a_phase_are_added_up_by_hand(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    profiles = sample_clients[sample_clients["client"] == "seven-month-lab"]
    plan_options = PlanOptions(START, ("recommended", "optional"))
    first = by_phase(next(make_forecasts(catalogue, profiles, AS_OF, plan_options)))[1]
    # trademark 270, invention 3,450, utility model 500, design 500; site filing, police filing and
    # software copyright 0; the five certificates have market prices that no source fixes
    assert first.fee_cny == 270 + 3450 + 500 + 500
    assert first.yearly_fee_cny == 900 + 600 + 600
    assert set(first.unknown_fees) == {f"ISO_{number}" for number in (9001, 14001, 20000, 27001, 45001)}


def test_where_no_fee_of_a_phase_is_known_the_sum_is_not_zero(catalogue: Catalogue, tmp_path: Path) -> None:
    forecast = look(catalogue, tmp_path, "BUSINESS_LICENCE;ICP_FILING", sends_sms="yes")
    second = by_phase(forecast)[2]
    assert [step.code for step in forecast.plan.steps if step.phase == 2] == ["SMS_SIGNATURE"]
    assert (second.fee_cny, second.unknown_fees) == (None, ("SMS_SIGNATURE",))


def test_the_occupation_fee_of_a_number_is_due_though_its_amount_is_not_known(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    forecast = look(catalogue, tmp_path, "BUSINESS_LICENCE;CODE_1069_OWN")
    (second,) = (cost for cost in forecast.costs if cost.phase == 2)
    assert (second.yearly_fee_cny, second.unknown_yearly_fees) == (None, ("CODE_1069_OWN",))


def test_a_yearly_fee_of_what_is_held_counts_and_its_first_fee_does_not(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    (first,) = (
        cost for cost in look(catalogue, tmp_path, "BUSINESS_LICENCE;PATENT_DESIGN").costs if cost.phase == 1
    )
    assert (first.fee_cny, first.yearly_fee_cny) == (None, 600)


def test_an_amount_without_a_source_is_named_as_an_estimate(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    rows = catalogue.rows
    for forecast in make_forecasts(catalogue, sample_clients, AS_OF, PlanOptions(START)):
        for cost in forecast.costs:
            for code in cost.estimates:
                bases = rows.loc[rows["code"] == code, ["fee_cny_basis", "yearly_fee_cny_basis"]]
                assert "estimate" in set(bases.to_numpy().ravel())
            named = [*cost.unknown_fees, *cost.estimates]
            assert len(set(named)) == len(named)
