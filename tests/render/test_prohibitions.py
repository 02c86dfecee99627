"""What is forbidden is the first thing that every answer says; what lies outside the catalogue is never left out."""

from __future__ import annotations

import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from licences.__main__ import main
from licences.analysis.case import Case, make_case
from licences.analysis.impact import find_impacts
from licences.analysis.portfolio import make_portfolio
from licences.assessment.questions import rank_questions
from licences.assessment.verdicts import find_verdicts
from licences.law.catalogue import Catalogue
from licences.law.diff import compare_days
from licences.planning.forecast import PlanOptions
from licences.render.excel.workbook import make_workbook
from licences.render.html.explorer import make_answer, make_question
from licences.render.html.portfolio import make_portfolio_section
from licences.render.html.sections import make_section
from licences.render.word.document import make_word
from licences.rules.facts import make_profiles
from licences.words.messages import find_profiles, tell
from licences.words.plan_json import describe_plan
from licences.words.scope import describe_scope, say_scope
from licences.words.texts import write_day, write_days
from word_files import list_texts

AS_OF = date(2026, 11, 23)
TOBACCO = {"own_categories": "tobacco", "hosted_categories": "none", "sells_own_goods": "yes"}
OUTSIDE = {"own_categories": "other_regulated", "hosted_categories": "none", "sells_own_goods": "yes"}
CLEAN = {"own_categories": "none", "hosted_categories": "none"}


def make(catalogue: Catalogue, language: str = "en", **told: str) -> Case:
    return make_case(catalogue, make_clients(catalogue, told), AS_OF, PlanOptions(AS_OF), language)


def make_clients(catalogue: Catalogue, *told: dict[str, str]) -> pd.DataFrame:
    cells = [
        {"client": f"c{at}", "name": f"Firm {at}", "holds": "none", **one} for at, one in enumerate(told)
    ]
    return make_profiles(cells, catalogue.fields, catalogue.codes, "test")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_page_word_and_explorer_say_first_what_is_forbidden_why_by_which_law_and_what_to_do(
    catalogue: Catalogue, language: str
) -> None:
    case = make(catalogue, language, **TOBACCO)
    row = case.law.entries["TOBACCO_ONLINE"].row
    columns = ("name", "definition", "legal_basis", "advice")
    told = [write_days(row[f"{name}_{language}"], language) for name in columns]
    page, answer = (
        text.replace("\N{NO-BREAK SPACE}", " ")
        for text in (make_section(case, "letter").html, make_answer(case))
    )
    word = "\n".join(list_texts(make_word(case, length="full")))
    for text in told:
        assert text in page
        assert text in word
    assert told[0] in answer
    assert told[2] in answer
    assert case.short("TOBACCO_ONLINE") in page.split('class="answer">')[1].split("</p>")[0]
    assert page.index(told[0]) < page.index("<table")
    first = {"zh": "禁止事项", "en": "Forbidden"}[language]
    assert word.index(first) < word.index(told[0])
    assert "forbidden" not in make_section(make(catalogue, language, **CLEAN), "letter").html


def test_the_workbook_says_it_on_its_cover_and_in_its_first_row(catalogue: Catalogue) -> None:
    case = make(catalogue, "en", **TOBACCO)
    book = openpyxl.load_workbook(io.BytesIO(make_workbook(case)))
    cover, todo = book.worksheets[0], book["To do"]
    texts = [str(cell.value) for row in cover.iter_rows() for cell in row if cell.value]
    said = [text for text in texts if text.startswith("Selling tobacco or e-cigarettes online")]
    assert "Tobacco Monopoly Law" in said[0]
    assert todo.cell(2, 1).value == f"Stop: {case.short('TOBACCO_ONLINE')}"
    assert book["All licences"].cell(2, 3).value == "Forbidden"


def test_it_is_no_step_no_fee_and_stands_in_the_plan_apart(catalogue: Catalogue) -> None:
    case = make(catalogue, **TOBACCO)
    plan = describe_plan(case.forecast)
    assert plan["forbidden"] == ["TOBACCO_ONLINE"]
    every = PlanOptions(AS_OF, ("recommended", "optional"))
    wide = make_case(catalogue, make_clients(catalogue, TOBACCO), AS_OF, every, "en")
    for one in (case, wide):
        assert "TOBACCO_ONLINE" not in {step.code for step in one.steps}
    costs = json.dumps(plan["costs"])
    assert "TOBACCO_ONLINE" not in costs
    assert case.findings["TOBACCO_ONLINE"].status == "not_held"


def test_a_prohibition_whose_facts_are_not_told_is_undetermined_and_asked_about(catalogue: Catalogue) -> None:
    case = make(catalogue, own_categories="none")
    assert case.findings["TOBACCO_ONLINE"].verdict == "undetermined"
    assert case.findings["TOBACCO_ONLINE"].missing_facts == ("hosted_categories",)
    assert make(catalogue, **CLEAN).findings["TOBACCO_ONLINE"].verdict == "not_needed"


def test_the_terminal_says_it_before_all_that_is_needed(
    catalogue: Catalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clients = tmp_path / "clients.csv"
    make_clients(catalogue, TOBACCO)[["client", "name", *TOBACCO]].assign(
        holds="none", sells_own_goods="yes"
    ).to_csv(clients, index=False)
    options = ["--clients", str(clients), "--as-of", "2026-11-23", "--lang", "en"]

    def run(*words: str) -> str:
        assert main([*words, *options]) == 0
        return capsys.readouterr().out

    assess = run("assess")
    assert assess.index("forbidden (1)") < assess.index("required (")
    assert "Take all tobacco" in re.sub(r"\s+", " ", assess)
    for words in (["plan"], ["assess", "--questions"]):
        title, first = run(*words).replace("Firm 0 (c0): in what order, by when\n", "").split(":")[:2]
        assert title == "FORBIDDEN"
        assert first.strip().startswith("Selling tobacco or e-cigarettes online")
    what_if = run("what-if", "--licence", "TOBACCO_ONLINE")
    assert "It is forbidden as things are." in what_if
    assert "no longer sell tobacco and e-cigarettes itself" in what_if
    assert "obtaining it" not in what_if


def test_the_portfolio_says_who_does_what_is_forbidden(catalogue: Catalogue) -> None:
    clients = make_clients(catalogue, TOBACCO, CLEAN, TOBACCO)
    portfolio = make_portfolio(catalogue, clients, AS_OF, AS_OF, "en")
    assert portfolio.counts.at["TOBACCO_ONLINE", "forbidden"] == 2
    html = make_portfolio_section(portfolio, "summary").html
    box = html[html.index('class="forbidden"') : html.index('class="answer"')]
    assert "Selling tobacco or e-cigarettes online" in box
    assert "Firm 0, Firm 2" in box
    assert "s-forbidden" in make_portfolio_section(portfolio, "needed").html
    none = make_portfolio(catalogue, make_clients(catalogue, CLEAN), AS_OF, AS_OF, "en")
    assert 'role="alert"' not in make_portfolio_section(none, "summary").html


def test_a_ban_that_begins_is_what_matters_most_of_a_change_of_law(catalogue: Catalogue) -> None:
    chemicals = {"own_categories": "hazardous_chemicals", "sells_listed_hazardous_chemicals": "yes"}
    clients = make_clients(catalogue, chemicals, CLEAN)
    difference = compare_days(catalogue, date(2026, 4, 30), date(2026, 5, 1), "en")
    touched = find_impacts(difference, clients, PlanOptions(AS_OF))
    one = next(one for one in touched if one.client == "c0")
    assert touched[0] is one
    assert one.matter == "forbidden"
    said = tell(difference, one, find_profiles(difference, clients, touched)["c0"])
    assert said[0].startswith("Now forbidden: Selling highly toxic or explosive-precursor chemicals online")
    assert "arts 63 and 107" in said[0]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_goods_outside_the_catalogue_are_seen_in_every_answer_and_no_question_settles_them(
    catalogue: Catalogue, language: str
) -> None:
    clients = make_clients(catalogue, OUTSIDE)
    assert find_verdicts(catalogue, clients, AS_OF).at["c0", "OTHER_REGULATED"] == "undetermined"
    case = make(catalogue, language, **OUTSIDE)
    finding, name = case.findings["OTHER_REGULATED"], case.name_code("OTHER_REGULATED")
    assert finding.missing_facts == ()
    assert "OTHER_REGULATED" not in {code for codes in case.questions["settles"] for code in codes}
    note = {"zh": "本目录没有这类商品或服务的规则", "en": "This catalogue holds no rule for such goods"}[
        language
    ]
    missing, summary = make_section(case, "rest").html, make_section(case, "letter").html
    assert name in missing
    assert note in missing
    assert {"zh": "须另行核实", "en": "looked at separately"}[language] in summary
    assert name in make_question(case)
    word = "\n".join(list_texts(make_word(case, length="full")))
    assert note in word
    cover = openpyxl.load_workbook(io.BytesIO(make_workbook(case))).worksheets[0]
    assert any(name in str(cell.value) for row in cover.iter_rows() for cell in row)


def test_where_all_else_is_settled_the_list_is_still_not_clean(
    catalogue: Catalogue,
) -> None:
    told: dict[str, Any] = {field.name: "no" for field in catalogue.fields.every if field.type == "bool"}
    told |= {field.name: "0" for field in catalogue.fields.every if field.type == "number"}
    clients = make_clients(catalogue, told | OUTSIDE | {"province": "310000"})
    assert rank_questions(catalogue, clients, AS_OF).empty
    case = make_case(catalogue, clients, AS_OF, PlanOptions(AS_OF), "en")
    html = make_section(case, "rest").html
    assert "Nothing is open" not in html
    assert "Goods or services outside this catalogue" in html


def test_what_no_answer_settles_is_no_part_of_what_a_question_could_settle(catalogue: Catalogue) -> None:
    told: dict[str, Any] = {field.name: "no" for field in catalogue.fields.every if field.type == "bool"}
    told |= {field.name: "0" for field in catalogue.fields.every if field.type == "number"}
    told |= OUTSIDE | {"province": "310000", "sends_sms": ""}
    (question,) = rank_questions(catalogue, make_clients(catalogue, told), AS_OF).to_dict("records")
    assert (question["field"], question["share"]) == ("sends_sms", 1.0)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_answer_states_its_scope_once(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    covered, left_out = say_scope(catalogue, AS_OF, language)
    scope = describe_scope(catalogue, AS_OF, language)
    day = write_day(AS_OF, language)
    for part in (str(scope["codes"]), str(scope["prohibitions"]), day, str(catalogue.edition)):
        assert part in covered
    covered, _ = say_scope(catalogue, AS_OF, language, with_edition=False)
    case = make(catalogue, language, **CLEAN)
    word = "\n".join(list_texts(make_word(case, length="full")))
    cover = openpyxl.load_workbook(io.BytesIO(make_workbook(case))).worksheets[0]
    cells = "\n".join(str(cell.value) for row in cover.iter_rows() for cell in row)
    portfolio = make_portfolio(catalogue, sample_clients, AS_OF, AS_OF, language)
    page = "".join(make_section(case, name).html for name in ("letter", "limits"))
    texts = (page, word, cells, make_answer(case), make_portfolio_section(portfolio, "limits").html)
    for text in texts:
        plain = text.replace("\N{NO-BREAK SPACE}", " ").replace("&#34;", '"').replace("&quot;", '"')
        assert plain.count(covered) == plain.count(left_out) == 1


def test_check_and_the_commands_state_the_scope(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--json", "--as-of", "2026-11-23"]) == 0
    scope = json.loads(capsys.readouterr().out)["scope"]
    assert scope["as_of"] == "2026-11-23"
    assert scope["codes"] > 60
    assert main(["check", "--as-of", "2026-11-23"]) == 0
    assert f"Covered: {scope['codes']} kinds of licence" in capsys.readouterr().err
    for words in (["assess"], ["plan"]):
        assert main([*words, "--client", "corner-shop", "--as-of", "2026-11-23", "--lang", "en"]) == 0
        out = re.sub(r"\s+", " ", capsys.readouterr().out)
        assert out.count(f"Covered: {scope['codes']} kinds of licence") == 1
