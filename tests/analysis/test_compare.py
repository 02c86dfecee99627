"""What differs between two answers, on either side of a changed fact, day and start."""

from __future__ import annotations

from datetime import date

import pandas as pd

from licences.analysis.case import Case, make_case
from licences.analysis.compare import compare_cases
from licences.law.catalogue import Catalogue
from licences.law.working_days import count_working_days
from licences.planning.forecast import PlanOptions

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
PLAIN = PlanOptions(START)


def make(
    catalogue: Catalogue,
    sample_clients: pd.DataFrame,
    client: str,
    as_of: date = AS_OF,
    plan_options: PlanOptions = PLAIN,
    **facts: bool,
) -> Case:
    profiles = sample_clients[sample_clients["client"] == client].copy()
    for name, told in facts.items():
        profiles[name] = pd.array([told], dtype="boolean")
    return make_case(catalogue, profiles, as_of, plan_options, "en")


def test_an_answer_does_not_differ_from_itself(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    case = make(catalogue, sample_clients, "wander-work")
    same = compare_cases(case, case)
    assert (same.gained, same.lost, same.changed, same.facts) == ((), (), (), ())
    assert (same.launch_moved_days, same.fees_moved_cny) == (0, 0.0)
    assert same.old_fees == same.new_fees


def test_what_one_fact_adds_and_its_contrary_takes_away(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    without = make(catalogue, sample_clients, "wander-work", sells_call_centre_services=False)
    within = make(catalogue, sample_clients, "wander-work", sells_call_centre_services=True)
    there, back = compare_cases(without, within), compare_cases(within, without)
    assert "CALL_CENTRE" in there.gained
    assert there.gained == back.lost
    assert there.lost == back.gained
    assert there.facts == ("sells_call_centre_services",)
    assert [(code, new, old) for code, old, new in there.changed] == list(back.changed)
    needed = set(within.find_codes("required", "recommended", "optional"))
    assert set(there.gained) == needed - set(without.find_codes("required", "recommended", "optional"))
    assert there.launch_moved_days == -(back.launch_moved_days or 0)
    assert there.fees_moved_cny == -back.fees_moved_cny


def test_the_launch_moves_by_working_days(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    now = make(catalogue, sample_clients, "wander-work")
    later = make(catalogue, sample_clients, "wander-work", plan_options=PlanOptions(date(2027, 1, 4)))
    compared = compare_cases(now, later)
    assert [move.share for move in compared.launch] == [0.5, 0.8, 0.9]
    for move in compared.launch:
        assert move.old
        assert move.new
        assert move.moved_days == count_working_days(move.old, move.new) > 0
    assert compared.launch_moved_days == compared.launch[1].moved_days


def test_fees_are_added_up_and_what_is_not_known_is_counted(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    amounts = []
    for client in sample_clients["client"]:
        case = make(
            catalogue, sample_clients, client, plan_options=PlanOptions(START, ("recommended", "optional"))
        )
        fees = compare_cases(case, case).new_fees
        costs = case.forecast.costs
        assert (fees.fee_cny or 0) == sum(cost.fee_cny for cost in costs if cost.fee_cny is not None)
        assert (fees.yearly_fee_cny or 0) == sum(cost.yearly_fee_cny or 0 for cost in costs)
        assert fees.unknown == sum(len(cost.unknown_fees) + len(cost.unknown_yearly_fees) for cost in costs)
        amounts.append((fees.fee_cny or 0, fees.yearly_fee_cny or 0, fees.unknown))
    assert all(any(column) for column in zip(*amounts, strict=True))


def test_where_no_fee_is_known_there_is_no_amount(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    case = make(
        catalogue,
        sample_clients,
        "quiet-client",
        as_of=date(1993, 1, 4),
        plan_options=PlanOptions(date(1993, 1, 5)),
    )
    compared = compare_cases(case, make(catalogue, sample_clients, "grand-bazaar"))
    assert compared.old_fees.fee_cny is None
    assert compared.fees_moved_cny == (compared.new_fees.fee_cny or 0) + (
        compared.new_fees.yearly_fee_cny or 0
    )


def test_a_launch_that_cannot_be_dated_has_not_moved(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    with_date = make(catalogue, sample_clients, "wander-work")
    without = make(
        catalogue,
        sample_clients,
        "quiet-client",
        as_of=date(1993, 1, 4),
        plan_options=PlanOptions(date(1993, 1, 5)),
    )
    assert without.launch is None
    compared = compare_cases(with_date, without)
    assert compared.launch_moved_days is None
    assert compared.launch[0].old is not None
    assert compared.launch[0].new is None


def test_what_is_no_longer_law_is_lost(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    before = make(catalogue, sample_clients, "grand-bazaar")
    after = make(catalogue, sample_clients, "grand-bazaar", as_of=date(2000, 1, 4))
    compared = compare_cases(before, after)
    gone = set(before.rows.index) - set(after.rows.index)
    assert gone & set(compared.lost)
    assert compared.gained == compare_cases(after, before).lost
