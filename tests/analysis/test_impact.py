"""Whom a change of law touches, held against each client's own answer by either law."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from test_diff import AS_OF, change, follow

from licences.analysis.case import make_case
from licences.analysis.impact import MATTERS, ClientImpact, find_impacts, find_moves
from licences.assessment.verdicts import NEEDED, find_verdicts
from licences.errors import UsageError
from licences.law.catalogue import Catalogue
from licences.law.diff import compare_days, compare_laws
from licences.law.working_days import count_working_days
from licences.planning.forecast import PlanOptions
from licences.rules.facts import choose_clients, split_holdings
from licences.words.findings import make_findings_frame

START = date(2026, 11, 24)
WISH = PlanOptions(START)


def find_one(touched: list[ClientImpact], client: str) -> ClientImpact:
    return next(one for one in touched if one.client == client)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2024, 1, 1), date(2027, 1, 1)),
        (date(2015, 1, 1), date(2026, 1, 1)),
        (date(2025, 6, 19), date(2025, 6, 20)),
        (date(2024, 3, 21), date(2024, 3, 22)),
    ],
)
def test_verdicts_move_as_the_answers_of_both_days_say(
    catalogue: Catalogue, sample_clients: pd.DataFrame, first: date, last: date
) -> None:
    moves = find_moves(compare_days(catalogue, first, last), sample_clients)
    before, after = (find_verdicts(catalogue, sample_clients, day).astype(str) for day in (first, last))
    expected: dict[str, set[tuple[str, str, str]]] = {}
    for code in {*before.columns, *after.columns}:
        for client in sample_clients["client"]:
            pair = tuple(
                str(side.at[client, code]) if code in side.columns else "not_needed"
                for side in (before, after)
            )
            if pair[0] != pair[1]:
                expected.setdefault(client, set()).add((code, *pair))  # type: ignore[arg-type]
    assert expected
    assert {client: set(one.moved) for client, one in moves.items() if one.moved} == expected
    for one in moves.values():
        for code, old, new in one.moved:
            assert (code in one.gained) is (new in NEEDED and old not in NEEDED)
            assert (code in one.lost) is (old in NEEDED and new not in NEEDED)
        shown = [*one.gained, *one.lost, *(code for code, *_ in one.changed)]
        assert sorted(shown) == sorted(code for code, *_ in one.moved)


def test_a_row_touches_who_needs_may_need_or_holds_it_and_nobody_else(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    for code in ("CALL_CENTRE", "EXPRESS", "FOOD_OPERATION", "ICP_FILING"):
        new = change(catalogue, code, note_zh="新的说明")
        moves = find_moves(compare_laws(catalogue, new, AS_OF), sample_clients)
        verdicts = find_verdicts(catalogue, sample_clients, AS_OF)[code]
        uses = set(verdicts.index[verdicts != "not_needed"])
        holds = zip(sample_clients["client"], sample_clients["holds"], strict=True)
        uses |= {client for client, held in holds if code in split_holdings(held)}
        assert set(moves) == uses
        assert 0 < len(uses) < len(sample_clients)
        assert all(one.rewritten == ((code, verdicts[client]),) for client, one in moves.items())


def test_who_holds_a_licence_without_needing_it_is_touched_by_its_row(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    shop = choose_clients(sample_clients, ["corner-shop"]).copy()
    difference = compare_laws(catalogue, change(catalogue, "CALL_CENTRE", note_zh="新的说明"), AS_OF)
    assert find_moves(difference, shop) == {}
    shop["holds"] = [("CALL_CENTRE@2029-01-01",)]
    assert find_moves(difference, shop)["corner-shop"].rewritten == (("CALL_CENTRE", "not_needed"),)


def test_the_papers_of_an_application_touch_only_whom_it_is_still_ahead_of(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    shops = pd.concat([choose_clients(sample_clients, ["wander-work"])] * 4).copy()
    shops["client"] = ["needs", "expired", "holds", "untold"]
    shops["holds"] = [(), ("ICP@2026-11-22",), ("ICP@2026-11-23",), ()]
    asked = ["sells_paid_information", "hosts_third_party_sellers", "own_categories", "hosted_categories"]
    shops.loc[shops["client"] == "untold", asked] = pd.NA
    verdicts = find_verdicts(catalogue, shops, AS_OF)["ICP"]
    assert list(verdicts) == ["required"] * 3 + ["undetermined"]
    papers = compare_laws(catalogue, change(catalogue, "ICP", documents_zh=("一份文件",)), AS_OF)
    assert list(find_moves(papers, shops)) == ["needs", "expired"]
    both = change(catalogue, "ICP", documents_zh=("一份文件",), published_on=pd.Timestamp("2026-01-05"))
    assert list(find_moves(compare_laws(catalogue, both, AS_OF), shops)) == ["needs", "expired", "holds"]
    penalty = change(catalogue, "ICP", documents_zh=("一份文件",), penalty_zh="另一种处罚")
    assert list(find_moves(compare_laws(catalogue, penalty, AS_OF), shops)) == list(shops["client"])


def test_a_new_duty_comes_first_then_a_question_then_another_word(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    new = change(catalogue, "EXPRESS", applies_when="own_couriers or own_warehouse")
    new = change(new, "CALL_CENTRE", note_zh="新的说明")
    touched = find_impacts(compare_laws(catalogue, new, AS_OF), sample_clients, WISH)
    matters = [one.matter for one in touched]
    assert list(dict.fromkeys(matters)) == ["duty", "question", "rule"]
    assert matters == sorted(matters, key=MATTERS.index)
    verdicts = find_verdicts(new, sample_clients, AS_OF)["EXPRESS"]
    old = find_verdicts(catalogue, sample_clients, AS_OF)["EXPRESS"]
    duties = {one.client for one in touched if one.duties}
    assert duties == set(verdicts.index[(verdicts == "required") & (old != "required")])
    assert set(verdicts.index[(verdicts == "undetermined") & (old == "not_needed")]) == {
        one.client for one in touched if one.matter == "question"
    }


def test_what_is_held_already_is_no_new_duty(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    new = change(catalogue, "EXPRESS", applies_when="True")
    holder = choose_clients(sample_clients, ["corner-shop"]).copy()
    holder["holds"] = [("EXPRESS",)]
    (one,) = find_impacts(compare_laws(catalogue, new, AS_OF), holder, WISH)
    assert (one.gained, one.duties) == (("EXPRESS",), ())


@pytest.mark.parametrize(("client", "code"), [("wander-work", "ICP"), ("hello-hall", "MLPS_2")])
def test_launch_and_fees_move_as_the_two_plans_say(
    catalogue: Catalogue, sample_clients: pd.DataFrame, client: str, code: str
) -> None:
    new = change(
        catalogue, code, days_min=90, days_likely=120, days_max=160, statutory_days=pd.NA, fee_cny=500.0
    )
    touched = find_impacts(compare_laws(catalogue, new, AS_OF), sample_clients, WISH)
    one = find_one(touched, client)
    old_case, new_case = (
        make_case(each, choose_clients(sample_clients, [client]), AS_OF, WISH, "zh")
        for each in (catalogue, new)
    )
    days = [case.launch[1] if case.launch else case.plan.launch for case in (old_case, new_case)]
    assert [case.forecast.is_promised for case in (old_case, new_case)] == [client == "hello-hall"] * 2
    assert one.launch_moved_days == count_working_days(*days) > 0
    assert one.fees_moved_cny == 500.0


def test_an_unknown_fee_is_not_taken_for_zero(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    unknown = change(catalogue, "ICP", fee_cny=float("nan"))
    for difference in (compare_laws(catalogue, unknown, AS_OF), compare_laws(unknown, catalogue, AS_OF)):
        assert find_one(find_impacts(difference, sample_clients, WISH), "wander-work").fees_moved_cny is None
    known = change(unknown, "EDI", fee_cny=40.0)
    one = find_one(find_impacts(compare_laws(unknown, known, AS_OF), sample_clients, WISH), "wander-work")
    assert one.fees_moved_cny == 40.0


def test_a_launch_that_leaves_out_something_else_cannot_be_compared(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    blocked = change(catalogue, "ICP", eligible_when="registered_capital_cny >= 900000000")
    one = find_one(find_impacts(compare_laws(catalogue, blocked, AS_OF), sample_clients, WISH), "wander-work")
    assert one.launch_moved_days is None


def test_a_launch_that_leaves_out_what_became_open_is_not_called_earlier(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    new = change(catalogue, "MLPS_3", applies_when="mlps_level >= 3 and listed_service_industry")
    touched = find_impacts(compare_laws(catalogue, new, AS_OF), sample_clients, WISH)
    opened = [one for one in touched if ("MLPS_3", "required", "undetermined") in one.moved]
    assert opened
    assert all(one.launch_moved_days is None for one in opened if "MLPS_3" not in one.held)


def test_where_no_step_changes_no_launch_moves_even_where_there_is_none(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    holder = choose_clients(sample_clients, ["corner-shop"]).copy()
    holder["holds"] = [tuple(sorted(set(catalogue.rows["code"])))]
    difference = compare_laws(catalogue, change(catalogue, "BUSINESS_LICENCE", yearly_fee_cny=5.0), AS_OF)
    (one,) = find_impacts(difference, holder, WISH)
    assert (one.launch_moved_days, one.fees_moved_cny) == (0, 5.0)


def test_what_expires_between_the_two_days_is_not_taken_for_a_change_of_law(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    client = choose_clients(sample_clients, ["wander-work"]).copy()
    client["holds"] = [("BUSINESS_LICENCE", "ICP@2026-12-15", "TRADEMARK")]
    (one,) = find_impacts(
        compare_days(catalogue, AS_OF, date(2027, 1, 1)), client, PlanOptions(date(2027, 1, 4))
    )
    assert (one.launch_moved_days, one.fees_moved_cny) == (0, 0.0)


def test_what_is_still_to_come_touches_whom_it_will_concern(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    new = follow(catalogue, "EXPRESS", "2027-03-01", applies_when="own_couriers or own_warehouse")
    touched = find_impacts(compare_laws(catalogue, new, AS_OF), sample_clients, WISH)
    then = find_verdicts(new, sample_clients, date(2027, 3, 1))["EXPRESS"]
    assert {one.client for one in touched} == set(then.index[then != "not_needed"])
    for one in touched:
        assert (one.moved, one.announced, one.launch_moved_days) == ((), ("EXPRESS",), 0)


def test_who_can_no_longer_obtain_a_licence_is_told_from_who_still_can(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    new = change(catalogue, "EDI", eligible_when="registered_capital_cny >= 20000000")
    for old, later, kind in ((catalogue, new, "blocked"), (new, catalogue, "obtainable")):
        touched = find_impacts(compare_laws(old, later, AS_OF), sample_clients, WISH)
        told = {one.client for one in touched if getattr(one, kind)}
        blockers = [
            {
                (row["client"], row["code"])
                for row in make_findings_frame(each, sample_clients, AS_OF).to_dict("records")
                if row["code"] == "EDI" and row["blockers"] and row["verdict"] in NEEDED
            }
            for each in (catalogue, new)
        ]
        holds = zip(sample_clients["client"], sample_clients["holds"], strict=True)
        valid = {
            client
            for client, items in holds
            if (day := split_holdings(items).get("EDI", AS_OF)) is None or day > AS_OF
        }
        assert told == {client for client, _ in blockers[1] - blockers[0]} - valid
        assert 2 < len(told) < len(touched)
        for one in touched:
            assert (one.matter == "blocked") is (kind == "blocked" and one.client in told)
    assert find_impacts(compare_laws(catalogue, new, AS_OF), sample_clients, WISH)[0].matter == "blocked"


def test_a_source_that_was_read_again_is_no_other_rule_and_comes_last(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    read_again = change(catalogue, "DOMAIN", checked_on=pd.Timestamp("2026-11-24"), confidence="medium")
    touched = find_impacts(compare_laws(catalogue, read_again, AS_OF), sample_clients, WISH)
    assert {one.matter for one in touched} == {"source"}
    assert all(not one.rewritten and one.rechecked[0][0] == "DOMAIN" for one in touched)
    both = follow(change(read_again, "ICP", fee_cny=5.0), "EXPRESS", "2027-03-01", fee_cny=5.0)
    matters = [one.matter for one in find_impacts(compare_laws(catalogue, both, AS_OF), sample_clients, WISH)]
    assert list(dict.fromkeys(matters)) == ["rule", "announced", "source"]


def test_a_rule_that_will_end_touches_whom_it_binds_until_then(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    new = change(catalogue, "EXPRESS", in_force_to=pd.Timestamp("2027-02-28"))
    difference = compare_laws(catalogue, new, AS_OF)
    assert [(row.code, row.change) for row in difference.rows] == [("EXPRESS", "ended")]
    touched = find_impacts(difference, sample_clients, WISH)
    verdicts = find_verdicts(catalogue, sample_clients, AS_OF)["EXPRESS"]
    held = [any(item.startswith("EXPRESS") for item in items) for items in sample_clients["holds"]]
    assert {one.client for one in touched} == set(sample_clients["client"][held]) | set(
        verdicts.index[verdicts != "not_needed"]
    )
    assert all((one.matter, one.moved, one.rewritten) == ("announced", (), ()) for one in touched)
    named = change(new, "EXPRESS", superseded_by=("DOMAIN",))
    assert find_impacts(compare_laws(new, named, AS_OF), sample_clients, WISH)
    assert not find_impacts(compare_laws(new, change(new, "EXPRESS"), AS_OF), sample_clients, WISH)


def test_a_licence_taken_out_of_the_catalogue_is_lost_to_who_needed_it(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    less = replace(catalogue, rows=catalogue.rows[catalogue.rows["code"] != "CALL_CENTRE"])
    touched = find_impacts(compare_laws(catalogue, less, AS_OF), sample_clients, WISH)
    verdicts = find_verdicts(catalogue, sample_clients, AS_OF)["CALL_CENTRE"]
    assert {one.client for one in touched if one.lost} == set(verdicts.index[verdicts == "required"])
    assert {one.client for one in touched} == set(verdicts.index[verdicts != "not_needed"])


def test_a_start_outside_the_calendar_is_refused_as_by_a_plan(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    new = change(catalogue, "ICP", fee_cny=500.0)
    with pytest.raises(UsageError):
        find_impacts(compare_laws(catalogue, new, AS_OF), sample_clients, PlanOptions(date(2300, 1, 1)))


def test_no_clients_are_no_trouble(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    new = change(catalogue, "ICP", fee_cny=500.0)
    assert find_impacts(compare_laws(catalogue, new, AS_OF), sample_clients.head(0), WISH) == []
