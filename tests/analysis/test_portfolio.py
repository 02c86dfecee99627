"""The numbers of the portfolio: counted by hand for a few, and against every client's own plan for the samples."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from test_diff import change, follow

from licences.analysis.case import make_case
from licences.analysis.portfolio import Ahead, Portfolio, make_portfolio, open_portfolio
from licences.assessment.contradictions import find_contradictions
from licences.assessment.questions import rank_questions
from licences.assessment.verdicts import find_verdicts, judge
from licences.errors import UsageError
from licences.law.catalogue import Catalogue
from licences.planning.forecast import Forecast, PlanOptions, make_forecasts
from licences.planning.renewals import find_due
from licences.render.html.portfolio import make_portfolio_section
from licences.render.html.portfolio_tables import GROUPS, find_groups, make_matrix, make_shares
from licences.rules.facts import choose_clients, make_profiles

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)


@pytest.fixture(scope="module")
def portfolio(catalogue: Catalogue, sample_clients: pd.DataFrame) -> Portfolio:
    return make_portfolio(catalogue, sample_clients, AS_OF, START, "en", capacity=20)


@pytest.fixture(scope="module")
def forecasts(catalogue: Catalogue, sample_clients: pd.DataFrame) -> dict[str, Forecast]:
    made = make_forecasts(catalogue, sample_clients, AS_OF, PlanOptions(START), "en")
    return {forecast.plan.client: forecast for forecast in made}


def make_few(catalogue: Catalogue) -> pd.DataFrame:
    """Two shops alike, and one that has told nothing."""
    shop = {"has_website": "yes", "sells_own_goods": "yes", "hosts_third_party_sellers": "no", "holds": ""}
    records = [{"client": name, "name": name, **shop} for name in ("left", "right")]
    few = make_profiles([*records, {"client": "silent", "name": "silent"}], catalogue.fields, None, "few")
    return few.reset_index(drop=True)


def test_each_clients_counts_are_those_of_its_own_plan(
    portfolio: Portfolio, forecasts: dict[str, Forecast]
) -> None:
    assert list(portfolio.clients.index) == list(forecasts)
    for client, row in portfolio.clients.iterrows():
        plan = forecasts[str(client)].plan
        required = [step for step in plan.steps if step.verdict == "required"]
        assert row["open"] == len(required)
        assert row["undated"] == len(forecasts[str(client)].left_out)
        assert row["undetermined"] == Counter(plan.verdicts.values())["undetermined"]
        assert (None if pd.isna(row["launch"]) else row["launch"].date()) == plan.launch
        assert row["expired"] == list(plan.statuses.values()).count("expired")


def test_the_steps_are_those_of_every_plan(portfolio: Portfolio, forecasts: dict[str, Forecast]) -> None:
    ours = {
        (row.client, row.code): (row.start, row.finish, row.latest_start)
        for row in portfolio.steps.itertuples(index=False)
    }
    theirs = {
        (client, step.code): tuple(pd.Timestamp(day) for day in (step.start, step.finish, step.latest_start))
        for client, forecast in forecasts.items()
        for step in forecast.plan.steps
    }
    assert ours.keys() == theirs.keys()
    for key, days in ours.items():
        assert all((pd.isna(a) and pd.isna(b)) or a == b for a, b in zip(days, theirs[key], strict=True))


def test_a_licence_holds_up_whom_it_blocks_whose_launch_it_decides_and_for_whom_it_comes_first(
    portfolio: Portfolio, forecasts: dict[str, Forecast]
) -> None:
    blocks: Counter[str] = Counter()
    decides: Counter[str] = Counter()
    first: Counter[str] = Counter()
    held_up: Counter[str] = Counter()
    for forecast in forecasts.values():
        plan = forecast.plan
        undated = {step.code for step in plan.steps if step.start is None}
        roots = {
            step.code for step in plan.steps if step.code in undated and not undated & set(step.requires)
        }
        path = plan.critical_path
        blocks.update(roots)
        # What takes no time, as a filing that follows the opening, decides nothing.
        takes_time = {step.code for step in plan.steps if step.duration and step.duration.longest_days}
        last = [code for code in path if code in takes_time][-1:]
        decides.update(last)
        first.update(path[:1])
        held_up.update(roots | set(path[:1]) | set(last))
    table = portfolio.bottlenecks
    assert table["holds_up"].to_dict() == dict(held_up)
    assert table["holds_up"].is_monotonic_decreasing
    for name, counted in (("blocks", blocks), ("decides", decides), ("comes_first", first)):
        assert {code: count for code, count in table[name].items() if count} == dict(counted)


def test_a_step_that_only_waits_for_a_blocked_one_does_not_block(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    rows = catalogue.rows.copy()
    rows.loc[rows["code"] == "PSB_FILING", "requires"] = "SECURITY_ASSESSMENT"
    made = make_portfolio(replace(catalogue, rows=rows), sample_clients, AS_OF, START)
    steps = made.steps[made.steps["client"] == "grand-bazaar"].set_index("code")
    assert steps.at["SECURITY_ASSESSMENT", "blocks"]
    assert pd.isna(steps.at["PSB_FILING", "start"])
    assert not steps.at["PSB_FILING", "blocks"]
    assert "PSB_FILING" not in made.bottlenecks[made.bottlenecks["blocks"] > 0].index


def test_what_expires_on_the_last_day_of_the_twelve_months_falls_due_and_a_day_later_does_not(
    catalogue: Catalogue,
) -> None:
    few = make_few(catalogue)
    few.at[0, "holds"] = ("SOFTWARE_COPYRIGHT@2027-11-22",)
    few.at[1, "holds"] = ("SOFTWARE_COPYRIGHT@2027-11-23",)
    events = make_portfolio(catalogue, few, AS_OF, START).events
    renewals = events[(events["code"] == "SOFTWARE_COPYRIGHT") & ~events["is_planned"]]
    assert renewals["client"].tolist() == ["left"]
    assert renewals["last"].tolist() == [pd.Timestamp("2027-11-22")]


def test_what_falls_due_is_what_every_plan_says_of_the_next_twelve_months(
    portfolio: Portfolio, forecasts: dict[str, Forecast]
) -> None:
    expected = Counter(
        (client, event.code, event.renew_by, event.is_renewal, event.is_planned)
        for client, forecast in forecasts.items()
        for event in find_due(forecast.plan)
        if event.renew_by < date(2027, 11, 23)
    )
    ours = Counter(
        (row.client, row.code, row.last.date(), row.kind == "renewal", row.is_planned)
        for row in portfolio.events.itertuples()
    )
    assert ours == expected
    assert portfolio.due["count"].sum() == sum(expected.values())
    overdue = sum(count for (_, _, last, *_), count in expected.items() if last < AS_OF)
    assert portfolio.due.loc[portfolio.due["month"].isna(), "count"].sum() == overdue > 0


def test_a_launch_waits_for_what_the_capacity_puts_off(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    free, wide, tight = (
        make_portfolio(catalogue, sample_clients, AS_OF, START, "en", capacity) for capacity in (0, 10_000, 2)
    )
    pd.testing.assert_series_equal(free.launches, wide.launches, check_names=False, check_dtype=False)
    assert tight.levelled is not None
    finished = tight.applications.assign(finish=tight.levelled.finished)
    assert tight.levelled.is_unplaced.any()
    for client, launch in tight.launches.items():
        ours = finished[(finished["client"] == client) & (finished["verdict"] == "required")]
        if ours["finish"].isna().any() or not len(ours):
            assert pd.isna(launch)
        else:
            assert launch == ours["finish"].max() >= free.launches[client]
    chosen = tight.choose(["corner-shop", "old-willow"])
    assert dict(chosen.launches.dropna()) == dict(tight.launches[["corner-shop", "old-willow"]].dropna())


def test_a_change_ahead_concerns_whose_own_reports_announce_it(
    catalogue: Catalogue, sample_clients: pd.DataFrame, portfolio: Portfolio
) -> None:
    ends = follow(
        change(catalogue, "EXPRESS", in_force_to=pd.Timestamp("2027-02-28")), "ICP", "2027-06-01", fee_cny=5.0
    )
    changed = make_portfolio(ends, sample_clients, AS_OF, START, "en")
    for one in (portfolio, changed):
        announced: dict[tuple[str, str], list[str]] = {}
        for client in sample_clients["client"]:
            case = make_case(
                one.catalogue, choose_clients(sample_clients, [client]), AS_OF, PlanOptions(START), "en"
            )
            for coming in case.coming:
                announced.setdefault((coming.entry.code, coming.kind), []).append(client)
        assert {(each.change.entry.code, each.change.kind): each.clients for each in one.ahead} == announced
    kinds = Counter(one.change.kind for one in portfolio.ahead)
    assert Counter(one.change.kind for one in changed.ahead) - kinds == Counter(["end", "changed"])
    moved = [one for one in changed.ahead if one.change.entry.code in {"EXPRESS", "ICP"}]
    assert [one.change.kind for one in moved] == ["end", "changed"]
    assert all(one.newly_required == one.newly_blocked == 0 for one in moved)


def find_ahead(portfolio: Portfolio, code: str) -> list[Ahead]:
    return [one for one in portfolio.ahead if one.change.entry.code == code]


def test_of_a_change_ahead_it_is_counted_whom_it_binds_and_bars(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    wider = follow(catalogue, "EXPRESS", "2027-03-01", applies_when="own_couriers or own_warehouse")
    dearer = follow(catalogue, "EDI", "2027-04-01", eligible_when="registered_capital_cny >= 20000000")
    today = find_verdicts(catalogue, sample_clients, AS_OF)
    then = find_verdicts(wider, sample_clients, date(2027, 3, 1))["EXPRESS"]
    (ahead,) = find_ahead(make_portfolio(wider, sample_clients, AS_OF, START, "en"), "EXPRESS")
    assert ahead.newly_required == int(((then == "required") & (today["EXPRESS"] != "required")).sum()) > 0
    made = make_portfolio(dearer, sample_clients, AS_OF, START, "en")
    (ahead,) = find_ahead(made, "EDI")
    assert (ahead.newly_required, ahead.newly_blocked) == (0, 8)
    assert "8 then cannot obtain it" in make_portfolio_section(made, "ahead")._repr_html_()
    assert "EDI licence" in make_portfolio_section(made, "summary")._repr_html_()


def test_a_capacity_below_nothing_is_refused(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    with pytest.raises(UsageError, match="a capacity of -3 is none"):
        make_portfolio(catalogue, sample_clients, AS_OF, START, "en", capacity=-3)


def test_a_question_is_worth_the_verdicts_that_it_settles_over_all_clients(
    portfolio: Portfolio, catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    ranked = rank_questions(catalogue, sample_clients, AS_OF)
    open_verdicts = portfolio.clients["undetermined"]
    ranked["worth"] = ranked["share"] * ranked["client"].map(open_verdicts)
    ranked = ranked[ranked["settles"].map(len) > 0]
    expected = ranked.groupby("field")["worth"].sum()
    ours = portfolio.asked["worth"]
    assert set(ours[ours > 0].index) == set(expected.index)
    for field, worth in expected.items():
        assert ours[field] == pytest.approx(
            worth, abs=0.0001 * len(sample_clients) * 70
        )  # shares are rounded
    told = portfolio.questions[portfolio.questions["settles"].map(len) > 0]
    pairs = set(zip(ranked["client"], ranked["field"], strict=True))
    assert set(zip(told["client"], told["field"], strict=True)) == pairs
    asked = portfolio.asked
    rare = [catalogue.fields[str(name)].is_rare for name in asked.index]
    assert list(asked["is_rare"]) == rare == sorted(rare)
    for _, group in asked.groupby("is_rare"):
        assert group["stake"].is_monotonic_decreasing
    stakes = rank_questions(catalogue, sample_clients, AS_OF).groupby("field")["stake"].sum()
    for field, stake in stakes.items():
        assert asked.loc[str(field), "stake"] == pytest.approx(stake, abs=0.0001 * len(sample_clients))


def test_the_counts_of_verdicts_are_those_of_judging_each_client(
    portfolio: Portfolio, catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    expected = Counter(
        (code, verdict)
        for one in judge(catalogue, sample_clients, AS_OF)
        for code, verdict in one.verdicts.items()
    )
    for code, row in portfolio.counts.iterrows():
        for verdict in ("required", "recommended", "optional", "not_needed", "undetermined"):
            assert row[verdict] == expected[str(code), verdict]


def test_clients_that_have_told_the_same_count_twice_and_are_planned_once(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned: list[str] = []

    def count(catalogue: Catalogue, profiles: pd.DataFrame, *more: object) -> object:
        judged = more[-1]
        planned.extend(one.client for one in judged)  # type: ignore[attr-defined]
        return make_forecasts(catalogue, profiles, *more)  # type: ignore[arg-type]

    monkeypatch.setattr("licences.analysis.portfolio.make_forecasts", count)
    made = make_portfolio(catalogue, make_few(catalogue), AS_OF, START)
    assert planned == ["left", "silent"]
    left, right = (made.steps[made.steps["client"] == name] for name in ("left", "right"))
    assert left["code"].tolist() == right["code"].tolist() != []
    assert made.clients.loc["left", "open"] == made.clients.loc["right", "open"] == len(left)
    assert made.counts.loc["BUSINESS_LICENCE", "to_obtain"] == 3
    assert list(made.clients.index) == ["left", "right", "silent"]


def test_one_that_holds_another_licence_is_not_taken_for_alike(catalogue: Catalogue) -> None:
    few = make_few(catalogue)
    few.at[1, "holds"] = ("BUSINESS_LICENCE",)
    made = make_portfolio(catalogue, few, AS_OF, START)
    assert made.counts.loc["BUSINESS_LICENCE", "to_obtain"] == 2


def test_some_clients_chosen_are_the_portfolio_of_those_alone(
    portfolio: Portfolio, catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    names = ["drug-arcade", "old-willow", "quiet-client"]
    chosen = portfolio.choose(names)
    some = sample_clients[sample_clients["client"].isin(names)].reset_index(drop=True)
    alone = make_portfolio(catalogue, some, AS_OF, START, "en", capacity=20)
    for name in ("counts", "bottlenecks", "due", "asked", "clients", "verdicts"):
        pd.testing.assert_frame_equal(getattr(chosen, name), getattr(alone, name))


def test_a_capacity_keeps_every_day_and_loses_no_application(portfolio: Portfolio) -> None:
    load = portfolio.load
    assert portfolio.levelled is not None
    assert load["levelled_preparing"].max() == 20 < load["preparing"].max()
    assert load["levelled_begun"].sum() == load["begun"].sum() == len(portfolio.applications)
    assert load["begun"].sum() == portfolio.steps["start"].notna().sum()
    ends = [portfolio.applications["finish"].max(), pd.Series(portfolio.levelled.finished).max()]
    assert f"{load.index[-1]:%Y-%m}" == f"{max(ends):%Y-%m}"


def test_the_load_of_a_month_is_counted_application_by_application(portfolio: Portfolio) -> None:
    for month, row in portfolio.load.iterrows():
        last = month + pd.offsets.MonthEnd(0)
        dated = portfolio.applications
        assert row["under_way"] == ((dated["start"] <= last) & (dated["finish"] >= month)).sum()


def test_no_client_at_all_is_no_reason_to_fail(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    made = make_portfolio(catalogue, sample_clients.head(0), AS_OF, START, "en", capacity=3)
    assert len(made.bottlenecks) == len(made.due) == len(made.asked) == 0
    assert made.load["begun"].sum() == 0


def test_who_contradicts_himself_is_named(
    portfolio: Portfolio, catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    wrong = sample_clients.copy()
    wrong.loc[wrong["client"] == "drug-arcade", "hosts_third_party_sellers"] = False
    assert find_contradictions(catalogue, sample_clients, AS_OF) == [] == portfolio.contradicting
    assert make_portfolio(catalogue, wrong, AS_OF, START).contradicting == ["drug-arcade"]


def test_the_projects_own_files_are_read_where_none_are_named(portfolio: Portfolio) -> None:
    ours = open_portfolio("2026-11-23", "2026-11-24", "en", capacity=20)
    pd.testing.assert_frame_equal(ours.bottlenecks, portfolio.bottlenecks)


def test_the_signs_of_the_matrix_are_what_each_client_has_to_do(
    portfolio: Portfolio, forecasts: dict[str, Forecast]
) -> None:
    matrix = make_matrix(portfolio)
    for client, forecast in forecasts.items():
        plan = forecast.plan
        steps = {step.code: step for step in plan.steps}
        for code in matrix.index:
            verdict, sign = plan.verdicts[code], matrix.at[code, client]
            if verdict != "required":
                assert sign == verdict
            elif code in steps:
                assert sign == ("blocked" if steps[code].start is None else "required")
            else:
                assert sign == "held"
                assert code in plan.kept


def test_groups_are_the_largest_by_answer_and_a_client_of_two_categories_is_in_both(
    portfolio: Portfolio,
) -> None:
    groups = find_groups(portfolio, "own_categories")
    sizes = [int(mask.sum()) for mask in groups.values()]
    assert sizes == sorted(sizes, reverse=True)
    assert len(groups) <= GROUPS
    where = portfolio.profiles["client"] == "grand-bazaar"
    inside = [label for label, mask in groups.items() if mask[where].any()]
    assert len(inside) == 2  # prepackaged food and cosmetics
    by_answer = find_groups(portfolio, "has_app")
    assert sum(int(mask.sum()) for mask in by_answer.values()) == len(portfolio.clients)


def test_the_share_of_a_group_is_that_of_its_own_clients(portfolio: Portfolio) -> None:
    groups = find_groups(portfolio, "hosts_third_party_sellers")
    shares = make_shares(portfolio, groups)
    for label, mask in groups.items():
        of_group = portfolio.verdicts[mask]
        for code in ("EDI", "BUSINESS_LICENCE"):
            count = (of_group[code] == "required").sum()
            assert shares["clients"].loc[code, f"group {label}"] == count
            assert shares["share"].loc[code, f"group {label}"] == pytest.approx(count / np.sum(mask))
