"""What the portfolio's page and figures say is what the portfolio says, in both languages, for few and for many."""

from __future__ import annotations

import json
import re
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from jupyter_client.manager import start_new_kernel

from licences.analysis.portfolio import Portfolio, make_portfolio
from licences.app.portfolio_filters import Filters, show_filters
from licences.law.catalogue import Catalogue
from licences.render.figures.portfolio import draw_bottlenecks, draw_due, draw_load
from licences.render.html.portfolio import FEW_CLIENTS, SECTIONS, make_portfolio_section
from licences.render.html.portfolio_calls import SHOWN
from licences.render.html.portfolio_summary import describe_summary, say_load
from licences.words.texts import say

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)


@pytest.fixture(scope="module", params=["zh", "en"])
def portfolio(
    request: pytest.FixtureRequest, catalogue: Catalogue, sample_clients: pd.DataFrame
) -> Portfolio:
    return make_portfolio(catalogue, sample_clients, AS_OF, START, request.param, capacity=20)


@pytest.fixture(scope="module")
def many(catalogue: Catalogue, sample_clients: pd.DataFrame) -> Portfolio:
    parts = [sample_clients.assign(client=sample_clients["client"] + f"-{at}") for at in range(4)]
    return make_portfolio(catalogue, pd.concat(parts, ignore_index=True), AS_OF, START, "en")


def read_section(portfolio: Portfolio, name: str) -> str:
    return unescape(make_portfolio_section(portfolio, name)._repr_html_())


def test_every_section_can_be_said_of_any_portfolio(
    portfolio: Portfolio, many: Portfolio, catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    nobody = make_portfolio(catalogue, sample_clients.head(0), AS_OF, START, "en", capacity=2)
    for one in (portfolio, many, nobody):
        for name in SECTIONS:
            assert "{" not in re.sub(r"<style>.*?</style>", "", read_section(one, name), flags=re.DOTALL)
    assert draw_bottlenecks(nobody) is draw_due(nobody) is draw_load(nobody) is None


def test_the_first_thing_said_is_whom_it_holds_up_and_what_to_do(portfolio: Portfolio) -> None:
    said = describe_summary(portfolio)
    held_up = (portfolio.clients["undated"] > 0).sum()
    assert str(held_up) in said["answer"]
    assert [anchor for anchor, _, _ in said["first"]] == ["bottlenecks", "questions", "due", "ahead", "load"]
    worst = str(portfolio.bottlenecks.index[0])
    assert worst == "MLPS_2"  # with its preparation it is mostly the last
    assert portfolio.law.name(worst) in said["first"][0][2]


def test_the_page_begins_with_whom_to_call(portfolio: Portfolio, many: Portfolio, project: Path) -> None:
    notebook = json.loads((project / "notebooks" / "portfolio.ipynb").read_text(encoding="utf-8"))
    sources = ["".join(cell["source"]) for cell in notebook["cells"]]
    made = [source for source in sources if source.startswith("make_portfolio_section")]
    assert SECTIONS[0] == "calls"
    assert made[0] == 'make_portfolio_section(portfolio, "calls")'
    said = read_section(portfolio, "calls")
    assert (
        said.index("<h1>")
        < said.index("老柳树百货平台")
        < said.index("2026-06-30")
        < said.index("2026-12-15")
    )
    assert said.count('<tr class="overdue">') == 3
    assert "<h1>" not in read_section(portfolio, "summary")
    told = make_portfolio(many.catalogue, many.profiles.assign(contact="<i>王敏</i> =1"), AS_OF, START, "en")
    assert "&lt;i&gt;王敏&lt;/i&gt; =1" in make_portfolio_section(told, "calls")._repr_html_()
    own = [{"电话": "<b>1</b>", "备注": ""}] * len(many.profiles)
    told = make_portfolio(many.catalogue, many.profiles.assign(extra=own), AS_OF, START, "en")
    said = make_portfolio_section(told, "calls")._repr_html_()
    assert '<br><span class="help">电话: &lt;b&gt;1&lt;/b&gt;</span>' in said
    assert "备注" not in said


def test_of_many_calls_the_first_are_shown_and_the_others_counted(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    ours = sample_clients[sample_clients["client"] == "old-willow"]
    parts = [ours.assign(client=f"c{at}") for at in range(10)]
    made = make_portfolio(catalogue, pd.concat(parts, ignore_index=True), AS_OF, START, "en")
    said = read_section(made, "calls")
    assert said.count('<tr class="overdue">') == said.count('<th scope="row">') == SHOWN
    assert "50 entries about 10 clients, 30 of them overdue." in said
    assert "And 30 more" in said


def test_answers_that_contradict_each_other_are_said_before_all_else(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    wrong = sample_clients.copy()
    wrong.loc[wrong["client"] == "drug-arcade", "hosts_third_party_sellers"] = False
    said = read_section(make_portfolio(catalogue, wrong, AS_OF, START, "en"), "summary")
    warning = re.search(r'class="warning" role="alert">.*?</div>', said, flags=re.DOTALL)
    assert warning is not None
    assert "1 client gives answers" in warning.group()
    assert "杏林角医药商城" in warning.group()
    assert said.index("alert") < said.index("What to do first")
    assert 'class="warning"' not in read_section(
        make_portfolio(catalogue, sample_clients, AS_OF, START, "en"), "summary"
    )


def test_what_moves_beyond_its_slack_is_said(portfolio: Portfolio) -> None:
    assert portfolio.levelled is not None
    late = int((portfolio.levelled.late_days > 0).sum())
    assert late > 0
    assert f"{late}" in say_load(portfolio)
    said = read_section(portfolio, "late")
    assert f"{portfolio.levelled.late_days.max()}" in said
    counts = [
        int(count)
        for count in re.findall(r'<td class="number" data-label="(?:Applications|申请数)">(\d+)<', said)
    ]
    left = [
        int(count)
        for count in re.findall(r"Further: (\d+) app|项资质的(\d+)项申请", said)
        for count in count
        if count
    ]
    assert sum(counts) + sum(left) == late
    assert left


def test_a_few_clients_stand_side_by_side_and_many_are_counted(portfolio: Portfolio, many: Portfolio) -> None:
    few, counted = read_section(portfolio, "needed"), read_section(many, "needed")
    assert len(portfolio.clients) <= FEW_CLIENTS < len(many.clients)
    assert few.count('class="upright"') >= len(portfolio.clients)
    assert "upright" not in counted
    row = re.search(rf"<tr><th[^>]*>{re.escape(many.law.short('BUSINESS_LICENCE'))} .*?</tr>", counted)
    assert row is not None
    assert f"100%<small>{len(many.clients)}</small>" in row.group()


def test_the_official_name_stands_beside_the_english_one(many: Portfolio) -> None:
    for name in ("needed", "holding", "due", "events", "questions", "clients"):
        assert 'class="official" lang="zh"' in read_section(many, name)


def test_two_licences_are_never_called_the_same(portfolio: Portfolio) -> None:
    rows = re.findall(r'<tr><th scope="row">([^<]*)', read_section(portfolio, "needed"))
    assert len(rows) == len(set(rows)) > 40


def test_what_a_client_is_called_is_text_and_no_markup(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    nasty = sample_clients.assign(name="<script>alert(1)</script>")
    made = make_portfolio(catalogue, nasty, AS_OF, START, "en")
    for name in SECTIONS:
        assert "<script>" not in make_portfolio_section(made, name)._repr_html_()
    assert "<script>" not in Filters(made, "has_app").table.value


def test_the_bars_are_as_long_as_the_numbers(portfolio: Portfolio) -> None:
    figure = draw_bottlenecks(portfolio)
    assert figure is not None
    worst = portfolio.bottlenecks.head(12)
    sums = {code: sum(trace.x[at] for trace in figure.data) for at, code in enumerate(worst.index)}
    assert sums == worst["holds_up"].to_dict()
    assert [note.text for note in figure.layout.annotations] == [str(count) for count in worst["holds_up"]]
    blocks, decides, only_first = figure.data
    assert dict(zip(blocks.y, blocks.x, strict=True)) == worst["blocks"].to_dict()
    assert dict(zip(decides.y, decides.x, strict=True)) == worst["decides"].to_dict()
    assert all(0 <= count <= first for count, first in zip(only_first.x, worst["comes_first"], strict=True))
    assert sum(only_first.x) > 0
    due = draw_due(portfolio)
    assert due is not None
    assert figure.layout.xaxis.nticks == 5
    assert sum(sum(trace.y) for trace in due.data) == portfolio.due["count"].sum()
    load = draw_load(portfolio)
    assert load is not None
    drawn = {trace.name: list(trace.y) for trace in load.data}
    for key, column in (
        ("preparing_planned", "preparing"),
        ("preparing_levelled", "levelled_preparing"),
        ("under_way", "levelled_under_way"),
    ):
        shown = drawn.pop(say(portfolio.language, f"portfolio.{key}"))
        assert shown == portfolio.load[column].head(18).tolist()
    (limit,) = drawn.values()
    assert set(limit) == {portfolio.capacity}
    assert max(portfolio.load["levelled_preparing"]) <= portfolio.capacity
    assert all(figure.layout.meta["alt"] for figure in (figure, due, load))


def test_the_axes_of_a_single_client_count_in_whole_numbers(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    one = make_portfolio(
        catalogue, sample_clients[sample_clients["client"] == "corner-shop"], AS_OF, START, "en"
    )
    figures = [draw_bottlenecks(one), draw_due(one), draw_load(one)]
    axes = [figures[0].layout.xaxis, figures[1].layout.yaxis]  # type: ignore[union-attr]
    assert [axis.dtick for axis in axes] == [1, 1]
    assert all(figure is not None for figure in figures)


def test_the_filters_leave_the_clients_that_are_asked_for(many: Portfolio) -> None:
    filters = Filters(many, "hosts_third_party_sellers")
    assert len(filters.chosen.clients) == len(many.clients)
    filters.licence.value = "EDI"
    needing = many.verdicts["EDI"]
    assert set(filters.chosen.clients.index) == set(many.verdicts.index[needing != "not_needed"])
    filters.verdict.value = "required"
    assert set(filters.chosen.clients.index) == set(many.verdicts.index[needing == "required"])
    filters.licence.value = ""
    filters.verdict.value = ""
    filters.answer.value = "yes"
    hosting = many.profiles.loc[many.profiles["hosts_third_party_sellers"].fillna(value=False), "client"]
    assert set(filters.chosen.clients.index) == set(hosting)
    assert f"{len(hosting)} of {len(many.clients)} clients" in filters.table.value
    filters.field.value = "own_categories"
    assert filters.answer.value == ""


def test_no_widget_is_shown_where_nobody_can_use_it(many: Portfolio) -> None:
    assert show_filters(many) is None


def test_the_notebook_shows_its_filters_to_a_front_end_and_to_nobody_else() -> None:
    code = (
        "from licences.analysis.portfolio import open_portfolio\n"
        "from licences.app.portfolio_filters import show_filters\n"
        "show_filters(open_portfolio('2026-11-23', '2026-11-24', 'en'))"
    )
    manager, client = start_new_kernel()
    try:
        shown = []
        for can_ask in (True, False):
            kinds: list[str] = []

            def take(message: dict[str, Any], kinds: list[str] = kinds) -> None:
                kinds.extend(message["content"].get("data", ()))

            reply = client.execute_interactive(code, allow_stdin=can_ask, output_hook=take, timeout=60)
            assert reply["content"]["status"] == "ok"
            shown.append("application/vnd.jupyter.widget-view+json" in kinds)
        assert shown == [True, False]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_the_group_of_a_company_stands_beside_it(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    named = sample_clients[sample_clients["group"].notna()].head(2)
    one = make_portfolio(catalogue, named, AS_OF, START, "en")
    assert f"{named['client'].iloc[0]} · group {named['group'].iloc[0]}" in read_section(one, "clients")
    alone = make_portfolio(catalogue, named.assign(group=None), AS_OF, START, "en")
    assert " · group " not in read_section(alone, "clients")
