"""What the client's page says, and that nothing that a client typed becomes part of it."""

from __future__ import annotations

import re
from datetime import date

import pandas as pd
import pytest

from licences.case import make_case
from licences.law import Law
from licences.outlook import Wish
from licences.pages import SECTIONS, make_section

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
NASTY = "<script>alert(1)</script>&\"'{{ 7*7 }}"


def choose(sample_clients: pd.DataFrame, client: str) -> pd.DataFrame:
    return sample_clients[sample_clients["client"] == client].copy()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "client", ["quiet-client", "old-willow", "drug-arcade", "paper-plane-post", "copper-purse"]
)
def test_every_section_can_be_made_of_every_kind_of_client(
    law: Law, sample_clients: pd.DataFrame, client: str, language: str
) -> None:
    case = make_case(law, choose(sample_clients, client), AS_OF, Wish(START), language)
    for name in SECTIONS:
        html = make_section(case, name)._repr_html_()
        assert html.count("<section") == html.count("</section>") == 1
        assert not re.search(r"[>( ](None|nan|NaT|<NA>)[<)]", html)


def test_html_in_a_clients_name_is_text(law: Law, sample_clients: pd.DataFrame) -> None:
    profile = choose(sample_clients, "corner-shop")
    profile["name"] = NASTY
    case = make_case(law, profile, AS_OF, Wish(START), "zh")
    html = "".join(make_section(case, name).html for name in SECTIONS)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "49" not in make_section(case, "summary").html.split("</h1>")[0]


def test_the_official_chinese_name_stands_beside_the_english_one(
    law: Law, sample_clients: pd.DataFrame
) -> None:
    case = make_case(law, choose(sample_clients, "grand-bazaar"), AS_OF, Wish(START), "en")
    needed, licences = make_section(case, "needed").html, make_section(case, "licences").html
    for code in case.find_codes("required", "recommended", "optional"):
        assert str(case.rows.at[code, "name_zh"]) in needed
        assert str(case.rows.at[code, "name_zh"]) in licences


def test_an_estimate_is_called_an_estimate(law: Law, sample_clients: pd.DataFrame) -> None:
    case = make_case(law, choose(sample_clients, "grand-bazaar"), AS_OF, Wish(START), "en")
    guessed = [step for step in case.steps if step.basis == "estimate" and step.finish]
    assert guessed
    assert make_section(case, "steps").html.count('class="estimate"') == len(guessed)


def test_a_note_of_the_catalogue_reaches_the_report(law: Law, sample_clients: pd.DataFrame) -> None:
    case = make_case(law, choose(sample_clients, "copper-purse"), AS_OF, Wish(START), "zh")
    assert "PAYMENT" in case.find_codes("required")
    assert str(case.rows.at["PAYMENT", "note_zh"]) in make_section(case, "licences").html


def test_where_applying_would_be_the_wrong_step_the_first_page_says_what_to_do_instead(
    law: Law, sample_clients: pd.DataFrame
) -> None:
    case = make_case(law, choose(sample_clients, "copper-purse"), AS_OF, Wish(START), "zh")
    advice = str(case.rows.at["PAYMENT", "advice_zh"])
    assert advice.startswith("不要申请")
    for name in ("summary", "needed"):
        assert advice in make_section(case, name).html


def test_a_profile_that_contradicts_itself_is_told_so_at_the_top(
    law: Law, sample_clients: pd.DataFrame
) -> None:
    profile = choose(sample_clients, "corner-shop")
    profile["sells_own_goods"] = pd.array([False], dtype="boolean")
    case = make_case(law, profile, AS_OF, Wish(START), "en")
    summary = make_section(case, "summary").html
    assert 'role="alert"' in summary
    assert summary.index('role="alert"') < summary.index('class="answer"')


def test_what_is_held_but_no_longer_law_is_named(law: Law, sample_clients: pd.DataFrame) -> None:
    profile = choose(sample_clients, "corner-shop")
    profile["holds"] = [("BUSINESS_LICENCE", "OHSAS_18001@2020-01-01")]
    case = make_case(law, profile, AS_OF, Wish(START), "en")
    assert "OHSAS_18001" in make_section(case, "summary").html


def test_a_change_of_law_within_the_year_is_announced(law: Law, sample_clients: pd.DataFrame) -> None:
    case = make_case(law, choose(sample_clients, "grand-bazaar"), AS_OF, Wish(START), "en")
    assert "From 2027-01-01:" in make_section(case, "steps").html
    later = make_case(
        law, choose(sample_clients, "grand-bazaar"), date(2027, 1, 1), Wish(date(2027, 1, 4)), "en"
    )
    assert "From 2027-01-01:" not in make_section(later, "steps").html


def test_the_page_says_how_old_its_sources_are(law: Law, sample_clients: pd.DataFrame) -> None:
    fresh = make_case(law, choose(sample_clients, "corner-shop"), AS_OF, Wish(START), "en")
    assert "checked on 2026-11-23, 0 days before" in make_section(fresh, "summary").html
    stale = make_case(
        law, choose(sample_clients, "corner-shop"), date(2028, 1, 3), Wish(date(2028, 1, 4)), "en"
    )
    assert "406 days before its date. <strong>That is more than a year" in make_section(stale, "summary").html
