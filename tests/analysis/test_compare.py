"""What differs between two answers, on either side of a changed fact, day and start."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from licences.analysis.case import Case, make_case
from licences.analysis.compare import (
    Fees,
    Launch,
    LaunchMove,
    compare_cases,
    find_fees,
    find_fees_move,
    find_launch_move,
)
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
    assert (same.launch_move.moved_days, same.fees_move.moved_cny) == (0, 0.0)
    assert same.fees[0] == same.fees[1]


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
    assert there.launch_move.kind == back.launch_move.kind == "compared"
    assert there.launch_move.days == tuple(-days for days in back.launch_move.days)
    assert there.fees_move.moved_cny == -(back.fees_move.moved_cny or 0)


def test_the_launch_moves_by_working_days(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    now = make(catalogue, sample_clients, "old-willow")
    later = make(catalogue, sample_clients, "old-willow", plan_options=PlanOptions(date(2027, 1, 4)))
    compared = compare_cases(now, later)
    assert now.launch
    assert later.launch
    assert [launch.days for launch in compared.launches] == [now.launch, later.launch]
    for old, new, moved in zip(now.launch, later.launch, compared.launch_move.days, strict=True):
        assert moved == count_working_days(old, new) > 0
    assert compared.launch_move.moved_days == compared.launch_move.days[1]


def test_fees_are_added_up_and_what_is_not_known_is_counted(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    amounts = []
    for client in sample_clients["client"]:
        case = make(
            catalogue, sample_clients, client, plan_options=PlanOptions(START, ("recommended", "optional"))
        )
        fees, costs = find_fees(case.forecast), case.forecast.costs
        assert (fees.fee_cny or 0) == sum(cost.fee_cny for cost in costs if cost.fee_cny is not None)
        assert (fees.yearly_fee_cny or 0) == sum(cost.yearly_fee_cny or 0 for cost in costs)
        assert fees.known_cny == (fees.fee_cny or 0) + (fees.yearly_fee_cny or 0)
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
    assert compared.fees[0].fee_cny is None
    assert compared.fees_move.moved_cny is None
    assert set(compared.fees_move.unknown) == set(compared.fees[0].unknown_fees) ^ set(
        compared.fees[1].unknown_fees
    )


def test_a_launch_that_cannot_be_dated_has_not_moved(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    with_date = make(catalogue, sample_clients, "old-willow")
    without = make(
        catalogue,
        sample_clients,
        "quiet-client",
        as_of=date(1993, 1, 4),
        plan_options=PlanOptions(date(1993, 1, 5)),
    )
    assert without.launch is None
    move = compare_cases(with_date, without).launch_move
    assert (move.kind, move.days, move.moved_days) == ("gone", (), None)


def unsure(likely: date | None, undated: tuple[str, ...] = (), undetermined: tuple[str, ...] = ()) -> Launch:
    """A launch of which no date can be promised."""
    return Launch(None, undated, undetermined=undetermined, likely=likely, is_promised=False)


EARLY, LATE = (date(2027, 1, 4), date(2027, 1, 5), date(2027, 1, 6)), (date(2027, 1, 5),) * 3


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (Launch(EARLY), Launch(LATE), LaunchMove("compared", (1, 0, -1))),
        (Launch(EARLY, ("A",)), Launch(LATE, ("A",)), LaunchMove("compared", (1, 0, -1))),
        (Launch(EARLY), Launch(EARLY, ("A",)), LaunchMove("of_others", leaves_out=("A",))),
        (Launch(EARLY, ("A",)), Launch(LATE), LaunchMove("of_others", takes_in=("A",))),
        (
            Launch(LATE, ("A",)),
            Launch(EARLY, ("B",)),
            LaunchMove("of_others", leaves_out=("B",), takes_in=("A",)),
        ),
        (
            Launch(LATE, awaited=("A", "B")),
            Launch(EARLY, awaited=("B",), undetermined=("A",)),
            LaunchMove("of_others", leaves_open=("A",)),
        ),
        # What could be told of neither, or only is told now, is no reason not to compare.
        (Launch(EARLY, undetermined=("A",)), Launch(LATE, undetermined=("A", "B")), LaunchMove("compared", (1, 0, -1))),
        (Launch(EARLY, undetermined=("A",)), Launch(LATE, awaited=("A",)), LaunchMove("compared", (1, 0, -1))),
        # Left out before, since it had no date, and now, since it is not told: the two are of the same.
        (
            Launch(EARLY, ("A",), ("A", "B")),
            Launch(LATE, (), ("B",), ("A",)),
            LaunchMove("compared", (1, 0, -1)),
        ),
        (Launch(EARLY), unsure(None, ("A",)), LaunchMove("gone", leaves_out=("A",))),
        (Launch(EARLY), unsure(LATE[0]), LaunchMove("gone")),  # of something else it cannot be told any more
        (
            Launch(EARLY, awaited=("A",)),
            unsure(None, undetermined=("A",)),
            LaunchMove("gone", leaves_open=("A",)),
        ),
        (Launch(EARLY, awaited=("A",)), Launch(None), LaunchMove("done")),
        (unsure(None, ("A",)), Launch(EARLY), LaunchMove("new", takes_in=("A",))),
        (unsure(EARLY[0], undetermined=("A",)), Launch(EARLY, awaited=("A",)), LaunchMove("new")),
        (Launch(None), Launch(EARLY, awaited=("A",)), LaunchMove("again")),
        (Launch(None), Launch(None), LaunchMove("none")),
        (unsure(None, ("A",)), unsure(None, ("A",)), LaunchMove("none")),
        (Launch(None), unsure(None, ("A",)), LaunchMove("opened", leaves_out=("A",))),
        # Where no date can be promised by either, the day before which it cannot be moves.
        (unsure(EARLY[0]), unsure(LATE[0]), LaunchMove("compared", (1,))),
        (unsure(EARLY[0]), unsure(LATE[0], ("A",)), LaunchMove("of_others", leaves_out=("A",))),
        (unsure(EARLY[0]), Launch(None), LaunchMove("done")),
    ],
)  # fmt: skip
def test_a_launch_moves_by_a_number_only_where_both_are_of_the_same_licences(
    old: Launch, new: Launch, expected: LaunchMove
) -> None:
    assert find_launch_move(old, new) == expected
    told = {"compared": expected.days[-2:][0] if expected.days else None, "none": 0}
    assert expected.moved_days == told.get(expected.kind)


@pytest.mark.parametrize(
    ("old", "new", "moved", "total", "unknown"),
    [
        (Fees(100.0, 50.0), Fees(120.0, None), (20.0, -50.0), -30.0, ()),
        (Fees(None, None), Fees(0.1, 0.2), (0.1, 0.2), 0.3, ()),
        (Fees(1.0, None, ("A",), ("B",)), Fees(2.0, None, ("A",), ("B",)), (1.0, 0.0), 1.0, ()),
        (Fees(1.0, 1.0, ("A",)), Fees(2.0, 2.0), (None, 1.0), None, ("A",)),
        (Fees(1.0, 1.0), Fees(2.0, 2.0, (), ("B",)), (1.0, None), None, ("B",)),
        (Fees(1.0, 1.0, ("A",)), Fees(2.0, 2.0, ("C",), ("B",)), (None, None), None, ("C", "A", "B")),
        (Fees(1.0, 1.0, ("A",)), Fees(1.0, 1.0, (), ("A",)), (None, None), None, ("A",)),
    ],
)
def test_fees_move_by_an_amount_only_where_what_is_not_known_is_the_same(
    old: Fees, new: Fees, moved: tuple[float | None, ...], total: float | None, unknown: tuple[str, ...]
) -> None:
    move = find_fees_move(old, new)
    assert (move.fee_cny, move.yearly_fee_cny) == moved
    assert (move.moved_cny, move.unknown) == (total, unknown)


def test_what_is_no_longer_law_is_lost(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    before = make(catalogue, sample_clients, "grand-bazaar")
    after = make(catalogue, sample_clients, "grand-bazaar", as_of=date(2000, 1, 4))
    compared = compare_cases(before, after)
    gone = set(before.rows.index) - set(after.rows.index)
    assert gone & set(compared.lost)
    assert compared.gained == compare_cases(after, before).lost
