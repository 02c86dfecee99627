"""The letter says by name what is to be obtained, by when and who moves next, and first what matters first."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from licences.analysis.case import Case, make_case
from licences.assessment.holdings import DONE
from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions
from licences.planning.simulation import PROMISED
from licences.reading.dictionary import LANGUAGES
from licences.words.cases import CaseView, view_case
from licences.words.texts import mark_day, write_day

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)


def make(catalogue: Catalogue, clients: pd.DataFrame, client: str, language: str = "en") -> Case:
    chosen = clients[clients["client"] == client].reset_index(drop=True)
    return make_case(catalogue, chosen, AS_OF, PlanOptions(START), language)


def look(catalogue: Catalogue, clients: pd.DataFrame, client: str, language: str = "en") -> CaseView:
    return view_case(make(catalogue, clients, client, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_licence_to_obtain_stands_in_it_once_by_its_short_name(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    for client in sample_clients["client"]:
        case = make(catalogue, sample_clients, client, language)
        goals = view_case(case)["letter"]["goals"]
        still = [code for code in case.find_codes("required") if case.findings[code].status not in DONE]
        assert sorted(goal["code"] for goal in goals) == sorted(still)
        assert [goal["short"] for goal in goals] == [case.short(goal["code"]) for goal in goals]
        assert all(goal["next"] and goal["by"] and goal["next_by"] for goal in goals)


def test_by_when_is_the_day_to_give_to_others_where_dates_can_be_promised_else_the_likely_one(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients, "old-willow")
    for goal in view_case(case)["letter"]["goals"]:
        days = case.forecast.find_percentiles(goal["code"])
        assert days
        assert goal["by"] == mark_day(days[PROMISED])
    case = make(catalogue, sample_clients, "grand-bazaar")
    steps = {step.code: step for step in case.steps}
    for goal in view_case(case)["letter"]["goals"]:
        assert goal["by"] == mark_day(steps[goal["code"]].finish)


def test_what_is_overdue_is_said_first_and_is_ours_to_do_this_week(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    letter = look(catalogue, sample_clients, "old-willow")["letter"]
    assert letter["answer"].startswith("Overdue: ISO 27001, Book retail licence, EDI licence. You need 23 ")
    assert (
        "9 in hand, 14 still to obtain. All of them can be there by 19 April 2027* (80% sure)."
        in letter["answer"]
    )
    week = dict(letter["periods"][0]["tasks"])
    assert (
        week["We"][0] == "apply at once, it is overdue: ISO 27001, EDI licence"
    )  # the other has expired and is a step
    later = dict(letter["periods"][1]["tasks"])
    assert later["We"][0].startswith("apply for Food operation licence by 10 December 2026")


def test_who_gets_no_date_is_told_so_and_from_when_on_at_the_earliest(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    said = look(catalogue, sample_clients, "grand-bazaar")["letter"]["answer"]
    assert said.endswith("When you can open cannot be promised yet; it is not before 23 April 2027*.")
    chinese = look(catalogue, sample_clients, "grand-bazaar", "zh")["letter"]["answer"]
    assert (
        chinese
        == "贵方需要43项许可、备案或认证，已有3项，待办40项。开业日期现在还不能承诺，最早不早于2027年4月23日*。"
    )


def test_an_obstacle_is_the_clients_to_remove_and_stands_among_what_we_need(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    letter = look(catalogue, sample_clients, "paper-plane-post")["letter"]
    (goal,) = [goal for goal in letter["goals"] if goal["code"] == "EXPRESS"]
    assert goal["next"] == "you: meet its condition (see below)"
    assert (goal["next_by"], goal["by"]) == ("–", "–")
    (need,) = [need for need in letter["needs"] if need.startswith("For Express licence: ")]
    assert "raise the registered capital to at least 2,000,000 CNY" in need


def test_what_it_costs_is_a_range_and_what_is_not_known_is_counted(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    view = look(catalogue, sample_clients, "grand-bazaar")
    costs = " ".join(view["letter"]["costs"])
    assert "CNY 50,000–100,000 (secondary source), not known for 39 more." in costs


def test_questions_beyond_three_are_counted(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    view = look(catalogue, sample_clients, "quiet-client")
    assert view["letter"]["questions_more"] == f"{len(view['questions']) - 3} more questions can wait."
    assert look(catalogue, sample_clients, "grand-bazaar")["letter"]["questions_more"] == ""


def test_the_day_and_the_reference_are_those_of_the_case(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    letter = look(catalogue, sample_clients, "corner-shop")["letter"]
    assert (letter["date"], letter["reference"]) == (write_day(AS_OF, "en"), "corner-shop / 2026-11-23")
