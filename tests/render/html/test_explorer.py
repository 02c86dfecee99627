"""What the explorer says beside its controls, and that nothing that a client typed becomes part of it."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
from test_diff import change

from licences.analysis.case import Case, make_case
from licences.assessment.verdicts import BY_WEIGHT
from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions
from licences.reading.dictionary import LANGUAGES
from licences.render.html.explorer import (
    COLUMNS,
    list_licences,
    make_answer,
    make_card,
    make_difference,
    make_head,
    make_label,
    make_message,
    make_question,
    say_strip,
)
from licences.render.html.typesetting import typeset
from licences.words.findings import say_finding
from licences.words.promise import view_promise
from licences.words.texts import fill, mark_day, read_texts, write_day, write_days

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
NASTY = "<script>alert(1)</script>&\"'"
NO_BREAK = "\N{NO-BREAK SPACE}"


def make(
    catalogue: Catalogue, sample_clients: pd.DataFrame, client: str, language: str = "en", as_of: date = AS_OF
) -> Case:
    profiles = sample_clients[sample_clients["client"] == client].copy()
    return make_case(catalogue, profiles, as_of, PlanOptions(START), language)


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_answer_counts_every_verdict_and_says_by_when(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    for client in sample_clients["client"]:
        case = make(catalogue, sample_clients, client)
        html = make_answer(case)
        for verdict in BY_WEIGHT:
            assert f'data-verdict="{verdict}"><b>{len(case.find_codes(verdict))}</b>' in html
        days = re.findall(r'<b data-share="(\d+%)">([^<]*)</b>', html)
        limits = re.findall(r'<b data-not-before="([^"]*)">([^<]*)</b>', html)
        promise = view_promise(case.forecast)
        if case.launch:
            low, _, high = map(mark_day, case.launch)
            assert days == [("80%", promise["recommended_text"].replace(" ", NO_BREAK))]
            assert fill("From {low} (50%) to {high} (90%).", low=low, high=high) in html.replace(
                NO_BREAK, " "
            )
            assert limits == []
        else:
            assert days == []
            ((day, said),) = limits
            assert day == case.plan.launch.isoformat()
            assert write_day(case.plan.launch, "en").replace(" ", NO_BREAK) in said
            assert promise["sentence"] in unescape(html).replace(NO_BREAK, " ")
            assert "% sure" not in html
        for warning in case.contradictions:
            assert warning.message in html


def test_the_table_holds_every_licence_once_with_what_a_reader_asks(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    for client in ("quiet-client", "paper-plane-post"):
        case = make(catalogue, sample_clients, client, language)
        rows = list_licences(case)
        assert tuple(rows.columns) == COLUMNS
        assert sorted(rows.index) == sorted(case.findings)
        assert not rows.isna().to_numpy().any()
        verdicts = [case.findings[code].verdict for code in rows.index]
        assert verdicts == sorted(verdicts, key=BY_WEIGHT.index)
        assert rows["verdict"].is_monotonic_increasing
        for code, row in rows.iterrows():
            finding = say_finding(case.findings[code], language)
            assert all(label in row["missing"] for label in [case.catalogue.fields[name].label[language]
                       for name in finding["missing_facts"]])  # fmt: skip
            assert bool(row["missing"]) is (finding["verdict"] == "undetermined")
            assert bool(row["blockers"]) is bool(finding["blockers"])
            assert case.rows.at[code, "name_zh"] in row["licence"]
            assert str(case.rows.at[code, "checked_on"].date()) in row["checked"]


def test_the_best_question_is_the_first_one(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    case = make(catalogue, sample_clients, "quiet-client", language)
    best = case.questions.iloc[0]
    html = make_question(case)
    assert best["settles"]
    assert all(case.name_code(code) in html for code in best["settles"])
    text = read_texts(language)["explorer"]
    assert text["question_none"] in make_question(make(catalogue, sample_clients, "grand-bazaar", language))


def test_the_card_says_all_that_the_catalogue_knows(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    case = make(catalogue, sample_clients, "paper-plane-post", language)
    html = unescape(make_card(case, "EXPRESS"))
    row, finding = case.rows.loc["EXPRESS"], say_finding(case.findings["EXPRESS"], language)
    named = ("definition", "authority", "legal_basis", "penalty", "note", "fee_note")
    told = [write_days(row[f"{name}_{language}"], language) for name in named]
    told += [*row[f"conditions_{language}"], *row[f"documents_{language}"], row["source"], row["source_url"]]
    told += [*finding["because"][:-1], *finding["blockers"], write_day(row["checked_on"].date(), language)]
    assert len(finding["blockers"]) == 1
    for text in told:
        assert not isinstance(text, str) or typeset(text, language) in html


def test_the_difference_names_both_sides(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    old, new = (
        make(catalogue, sample_clients, client, language) for client in ("corner-shop", "nine-rivers-freight")
    )
    html = make_difference(old, new)
    assert new.name_code("EXPRESS") in html.split('class="gained"')[1].split("</ul>")[0]
    text = read_texts(language)["explorer"]
    assert new.launch
    assert not old.launch
    for share, day in zip(("50%", "80%", "90%"), new.launch, strict=True):
        sides = f"<td>{text['no_date']}</td><td>{mark_day(day)}</td><td></td>"
        assert f"{text['chance'].format(share=share)}</th>{sides}" in html
    sides = f"<td>{mark_day(old.plan.launch)}</td><td>{text['no_date']}</td><td></td>"
    assert f"{text['not_before']}</th>{sides}" in html
    assert make_difference(old, old).count(read_texts(language)["explorer"]["nothing_changed"]) == 1
    strip = say_strip(old, new)
    assert re.search(r"\d", strip)
    assert "{" not in strip + html


def test_that_a_launch_or_fees_cannot_be_compared_is_said_with_the_reason(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    dear = change(catalogue, "EDI", eligible_when="registered_capital_cny >= 20000000")
    unknown = change(catalogue, "EDI", fee_cny=float("nan"))
    texts = read_texts(language)["explorer"]
    old = make(catalogue, sample_clients, "device-depot", language)
    for law, strip, cells in (
        (catalogue, texts["fees_same"], 0),
        (dear, texts["strip_launch_others"], 1),  # the day before which it is not done
        (unknown, texts["not_comparable"], 1),
    ):
        new = make(law, sample_clients, "device-depot", language)
        html = make_difference(old, new)
        assert strip in say_strip(old, new)
        assert html.count(f"<td>{texts['not_comparable']}</td>") == cells
        reasons = html.partition('class="reasons"')[2]
        assert (old.name_code("EDI") in reasons) is bool(cells)
    back = make_difference(make(dear, sample_clients, "device-depot", language), old)
    assert old.name_code("EDI") in back.partition('class="reasons"')[2]


def test_a_date_that_can_be_promised_no_more_is_no_move_by_days(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    """What one side promises and the other does not stands on its own side, and neither is called later."""
    dear = change(catalogue, "SP", eligible_when="registered_capital_cny >= 20000000000")
    texts = read_texts(language)["explorer"]
    old = make(catalogue, sample_clients, "hello-hall", language)
    new = make(dear, sample_clients, "hello-hall", language)
    assert (old.forecast.promise.kind, new.forecast.promise.kind) == ("dates", "not_before")
    html = make_difference(old, new)
    for day in map(mark_day, old.launch or ()):
        assert f"<td>{day}</td><td>{texts['no_date']}</td><td></td>" in html
    limit = mark_day(new.plan.launch)
    assert f"<td>{texts['no_date']}</td><td>{limit}</td><td></td>" in html
    assert texts["strip_launch_none"] in say_strip(old, new)
    assert "80%" not in say_strip(old, new)


def test_a_law_long_past_can_be_shown_too(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    now = make(catalogue, sample_clients, "grand-bazaar", language)
    past = make(catalogue, sample_clients, "grand-bazaar", language, date(1993, 1, 4))
    assert make_answer(past)
    assert len(list_licences(past)) == len(past.rows)
    assert make_difference(past, now)
    assert make_difference(now, past)


def test_html_that_is_typed_stays_text(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    case = make(catalogue, sample_clients, "corner-shop", language)
    for html in (make_head(case, NASTY, False), make_message("wrong", [NASTY], [NASTY])):
        assert "<script" not in html
        assert "&lt;script&gt;" in html
    assert make_message("done", []) == ""


def test_a_label_carries_its_help_in_the_readers_language(catalogue: Catalogue, language: str) -> None:
    for field in catalogue.fields.every:
        html = make_label(field, language, told=True)
        assert 'class="licences-label told"' in html
        assert "told" not in make_label(field, language, told=False).split("<summary>")[0]
        assert field.label[language] in unescape(html)
        assert field.help[language] in unescape(html)


def test_the_style_sheet_names_nothing_but_the_explorer(project: Path) -> None:
    """A rule that reached beyond would change JupyterLab itself."""
    text = (project / "lib" / "licences" / "render" / "browser" / "explorer.css").read_text(encoding="utf-8")
    for selectors in re.findall(r"([^{}]+)\{", text):
        for selector in selectors.split(","):
            assert selector.strip().startswith(".licences-"), selector
