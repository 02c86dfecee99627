"""Fees: what is known is added, what is not is named, and nothing becomes a zero."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from licences.law.catalogue import Catalogue
from licences.planning.fees import Cost
from licences.planning.forecast import Forecast, PlanOptions, make_forecasts
from licences.render.terminal_plan import draw_plans
from licences.rules.facts import read_profiles
from licences.words.money import say_totals, view_costs
from licences.words.plan_json import describe_plan

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


# Market prices, the firm's own fees, and the totals


def price(catalogue: Catalogue, prices: dict[str, tuple[float | None, float | None]]) -> Catalogue:
    """The catalogue with these market prices and no others."""
    rows = catalogue.rows.copy()
    for at, column in enumerate(("market_min_cny", "market_max_cny")):
        told = {code: ends[at] for code, ends in prices.items() if ends[at] is not None}
        rows[column] = rows["code"].map(told).astype("Float64")
        rows[f"{column}_basis"] = ["secondary" if code in told else None for code in rows["code"]]
    return replace(catalogue, rows=rows)


def quote(catalogue: Catalogue, *fees: tuple[str, float, str | None]) -> Catalogue:
    return replace(catalogue, our_fees=pd.DataFrame(fees, columns=["code", "fee_cny", "remark"]))


def plan_lab(catalogue: Catalogue, profiles: pd.DataFrame, language: str = "en") -> Forecast:
    chosen = profiles[profiles["client"] == "seven-month-lab"]
    options = PlanOptions(START, ("recommended", "optional"))
    return next(make_forecasts(catalogue, chosen, AS_OF, options, language))


def test_ranges_add_up_over_licences_and_phases(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    priced = price(catalogue, {"ISO_9001": (4000, 50000), "TRADEMARK": (300, 800), "EDI": (5000, 20000)})
    forecast = plan_lab(priced, sample_clients)
    phases = by_phase(forecast)
    counted = {code: phase for phase, cost in phases.items() for code in cost.unknown_market}
    assert not {"ISO_9001", "TRADEMARK", "EDI"} & set(counted)
    assert (phases[1].market_min_cny, phases[1].market_max_cny) == (4300, 50800)
    assert phases[1].market_basis == "secondary"
    steps = {step.code for step in forecast.plan.steps}
    more = (5000, 20000) if "EDI" in steps else (0, 0)
    total = forecast.costs_total
    assert (total.market_min_cny, total.market_max_cny) == (4300 + more[0], 50800 + more[1])
    assert set(total.unknown_market) == steps - {"ISO_9001", "TRADEMARK", "EDI"}
    assert total.fee_cny == sum(cost.fee_cny or 0 for cost in phases.values())
    assert set(total.unknown_fees) == {code for cost in phases.values() for code in cost.unknown_fees}


def test_a_price_of_which_one_end_is_not_known_is_in_no_sum(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    priced = price(catalogue, {"ISO_9001": (4000, 6000), "TRADEMARK": (90000, None), "SOFTWARE": (None, 5)})
    total = plan_lab(priced, sample_clients).costs_total
    assert (total.market_min_cny, total.market_max_cny) == (4000, 6000)
    assert "TRADEMARK" in total.unknown_market


def test_what_is_not_known_never_counts_as_zero_and_a_known_zero_stays_one(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    none = plan_lab(price(catalogue, {}), sample_clients)
    assert {(cost.market_min_cny, cost.market_max_cny) for cost in none.costs} == {(None, None)}
    assert (none.costs_total.market_min_cny, none.costs_total.our_fee_cny) == (None, None)
    assert all(cost["market_text"].startswith("not known") for cost in view_costs(none))
    free = plan_lab(price(catalogue, {"ISO_9001": (0, 0)}), sample_clients)
    assert (free.costs_total.market_min_cny, free.costs_total.market_max_cny) == (0, 0)
    chosen = sample_clients[sample_clients["client"] == "seven-month-lab"]
    required = next(make_forecasts(catalogue, chosen, AS_OF, PlanOptions(START), "en"))
    (first, *_) = required.costs
    assert (first.fee_cny, first.unknown_fees) == (0, ())
    assert view_costs(required)[0]["fee_text"] == "no official fee"


def test_a_total_that_leaves_something_out_says_so_in_the_same_sentence(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    forecast = plan_lab(quote(catalogue, ("TRADEMARK", 2500, None)), sample_clients)
    total, name = forecast.costs_total, forecast.plan.law.short
    fees, yearly, market, ours, *_ = say_totals(forecast)
    assert fees.startswith("Official fees, one-off: CNY 4,720 known; not known for: ")
    assert all(name(code) in fees for code in total.unknown_fees)
    assert yearly == "Official fees, yearly: CNY 2,100"
    assert "CNY 4,000–50,000 (secondary source) known; not known for: " in market
    assert all(name(code) in market for code in total.unknown_market)
    assert ours.startswith("Our fees: CNY 2,500; not quoted: ")
    assert all(name(step.code) in ours for step in forecast.plan.steps if step.code != "TRADEMARK")
    chinese = list(say_totals(plan_lab(catalogue, sample_clients, "zh")))
    assert chinese[0].startswith("官费，一次性：已知4,720元；未知的有：")
    assert "4,000至5万元" in chinese[2]


def draw(forecast: Forecast, profiles: pd.DataFrame) -> str:
    from io import StringIO

    from rich.console import Console

    chosen = profiles[profiles["client"] == forecast.plan.client]
    console = Console(file=StringIO(), width=400)
    for part in draw_plans([forecast], chosen, forecast.plan.law.catalogue, AS_OF, "en"):
        console.print(part)
    file = console.file
    assert isinstance(file, StringIO)
    return file.getvalue()


def test_the_terminal_says_what_a_total_leaves_out_and_what_the_firm_asks(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    plain = draw(plan_lab(catalogue, sample_clients), sample_clients)
    assert "Official fees, one-off: CNY 4,720 known; not known for: " in plain
    assert "Quotation" not in plain
    assert "Our fee" not in plain
    quoted = draw(plan_lab(quote(catalogue, ("TRADEMARK", 2500, "[b]一类")), sample_clients), sample_clients)
    (row,) = [line for line in quoted.splitlines() if "[b]一类" in line]
    assert "2,500" in row
    assert "Total of our fees: CNY 2,500; not quoted: " in quoted


def test_a_quotation_holds_what_the_firm_names_a_fee_for_and_nothing_else(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    said = describe_plan(plan_lab(catalogue, sample_clients))
    assert said["quotation"] == []
    assert said["costs_total"]["our_fee_cny"] is None
    # nothing is asked for a licence that is not in the plan; a fee of 0 is one
    ours = quote(catalogue, ("ISO_9001", 0, None), ("TRADEMARK", 2500, "一类"), ("PAYMENT", 9, None))
    said = describe_plan(plan_lab(ours, sample_clients))
    assert sorted((one["code"], one["our_fee_cny"], one["remark"]) for one in said["quotation"]) == [
        ("ISO_9001", 0, None),
        ("TRADEMARK", 2500, "一类"),
    ]
    assert said["costs_total"]["our_fee_cny"] == 2500
    assert sum(cost["our_fee_cny"] or 0 for cost in said["costs"]) == 2500
