"""No name of a client or a licence is ever cut; figures, tables and the terminal say what the trade says."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn
from rich.console import Console, RenderableType

from licences.analysis.case import Case, make_case
from licences.analysis.portfolio import make_portfolio
from licences.assessment.explain import explain
from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions, make_forecasts
from licences.reading.dictionary import LANGUAGES
from licences.render.excel.workbook import make_workbook
from licences.render.figures.graph import draw_graph
from licences.render.figures.plan import draw_renewals, draw_timeline
from licences.render.figures.portfolio import draw_bottlenecks
from licences.render.html.portfolio import make_portfolio_section
from licences.render.html.sections import SECTIONS, make_section
from licences.render.ics import make_calendar
from licences.render.pdf import Printer
from licences.render.terminal_assessment import draw_assessment
from licences.render.terminal_plan import draw_plans
from licences.render.word.document import make_word
from licences.rules.facts import choose_clients
from licences.words.findings import say_findings
from poppler import ask_poppler

AS_OF, OPTIONS = date(2026, 11, 23), PlanOptions(date(2026, 11, 24), ("recommended", "optional"))
NAME = "（样例）内蒙古自治区呼伦贝尔市鄂伦春自治旗大兴安岭北麓林下山珍土特产品跨境电子商务与冷链物流及数据处理综合服务平台运营管理股份有限公司北京市朝阳区第十二分公司末"
SHORT, LONG = (
    "EDI短名",
    "增值电信业务经营许可证：在线数据处理与交易处理业务（仅限经营类电子商务，含其全部的分支机构与子公司在内）末",
)
BROWSER = Path("lib/licences/render/browser")


@pytest.fixture(scope="module", params=["short", "older"])
def law(request: pytest.FixtureRequest, catalogue: Catalogue) -> Catalogue:
    """A catalogue in which EDI has a long name, and a short one or, in an older edition, none."""
    rows = catalogue.rows.copy()
    is_edi = rows["code"] == "EDI"
    rows.loc[is_edi, ["name_zh", "name_en"]] = LONG
    rows.loc[is_edi, ["short_zh", "short_en"]] = SHORT if request.param == "short" else None
    return replace(catalogue, rows=rows)


@pytest.fixture(scope="module")
def clients(sample_clients: pd.DataFrame) -> pd.DataFrame:
    return choose_clients(sample_clients, ["wander-work"]).assign(name=NAME)


def make(law: Catalogue, clients: pd.DataFrame, language: str = "zh") -> Case:
    return make_case(law, clients, AS_OF, OPTIONS, language)


def find_short(law: Catalogue) -> str:
    short = law.rows.loc[law.rows["code"] == "EDI", "short_zh"].iloc[-1]
    return short if isinstance(short, str) else LONG


def draw(parts: Iterable[RenderableType], width: int) -> str:
    console = Console(width=width, file=io.StringIO(), highlight=False)
    for part in parts:
        console.print(part)
    return console.file.getvalue()  # type: ignore[attr-defined]


def squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_say_the_short_name_whole(law: Catalogue, clients: pd.DataFrame, language: str) -> None:
    case = make(law, clients, language)
    timeline, graph, renewals = draw_timeline(case), draw_graph(case), draw_renewals(case)
    assert timeline
    assert graph
    assert renewals
    rows = dict(zip(timeline.layout.yaxis.tickvals, timeline.layout.yaxis.ticktext, strict=True))
    assert find_short(law) in squeeze(re.sub("<.*?>|▶", "", rows["EDI"]))
    boxes = [squeeze(re.sub("<.*?>", "", one.text)) for one in graph.layout.annotations]
    assert any(find_short(law) in box for box in boxes)
    for figure in (timeline, graph, renewals):
        assert "…" not in figure.to_json()


def test_a_portfolio_names_licences_in_short_and_clients_whole(
    law: Catalogue, sample_clients: pd.DataFrame
) -> None:
    several = sample_clients.assign(name=[NAME, *sample_clients["name"][1:]])
    portfolio = make_portfolio(law, several.head(8), AS_OF, OPTIONS.start, "zh")
    matrix = unescape(make_portfolio_section(portfolio, "needed")._repr_html_())
    head = re.findall(r'<th[^>]*class="upright[^>]*>(.*?)</th>', matrix, re.DOTALL)
    assert NAME in squeeze("".join(head))
    assert find_short(law) in matrix
    figure = draw_bottlenecks(portfolio)
    assert figure
    labels = dict(zip(figure.layout.yaxis.tickvals, figure.layout.yaxis.ticktext, strict=True))
    assert {code: label.replace("<br>", "") for code, label in labels.items()} == {
        code: portfolio.law.short(code) for code in labels
    }


@pytest.mark.parametrize("width", [50, 110])
def test_the_terminal_folds_names_and_cuts_none(law: Catalogue, clients: pd.DataFrame, width: int) -> None:
    findings = say_findings(explain(law, clients, AS_OF, "zh"))
    assessment = draw(draw_assessment(findings, clients, law, AS_OF, "zh"), width)
    forecasts = list(make_forecasts(law, clients, AS_OF, OPTIONS, "zh"))
    plan = draw(draw_plans(forecasts, clients, law, AS_OF, "zh"), width)
    for said in (assessment, plan):
        assert "…" not in said
        assert NAME in squeeze(said)
    assert {*find_short(law)} <= {*assessment}
    assert (LONG in squeeze(assessment)) is False or find_short(law) == LONG


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_word_workbook_and_calendar_hold_the_whole_names(
    law: Catalogue, clients: pd.DataFrame, language: str
) -> None:
    case = make(law, clients, language)
    page = unescape("".join(make_section(case, name)._repr_html_() for name in SECTIONS))
    steps = unescape(make_section(case, "steps")._repr_html_())
    body = Document(io.BytesIO(make_word(case, length="full"))).element.body
    word = "\n".join("".join(t.text or "" for t in one.iter(qn("w:t"))) for one in body.iter(qn("w:p")))
    calendar = make_calendar(case, holds="all").decode().replace("\r\n ", "")
    for said in (page, word, calendar):
        assert NAME in said
        assert LONG in said
    assert f">{find_short(law)}</a>" in steps
    assert f"\n{find_short(law)}" in word.replace("▶ ", "\n")
    with zipfile.ZipFile(io.BytesIO(make_workbook(case))) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name]
        texts = archive.read("xl/sharedStrings.xml").decode()
    assert all(NAME in sheet.split("<oddFooter>")[1].split("</oddFooter>")[0] for sheet in sheets)
    assert f">{LONG}<" in texts
    assert f">{find_short(law)}<" in texts


def test_a_name_without_room_in_a_workbook_s_footer_stands_on_the_cover_alone(
    catalogue: Catalogue, clients: pd.DataFrame
) -> None:
    name = NAME * 3
    with zipfile.ZipFile(io.BytesIO(make_workbook(make(catalogue, clients.assign(name=name))))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert NAME[:20] not in sheet.split("<oddFooter>")[1].split("</oddFooter>")[0]
        assert f">{name}<" in archive.read("xl/sharedStrings.xml").decode()


@pytest.mark.usefixtures("browser_path")
def test_the_foot_of_a_printed_page_holds_the_whole_name(tmp_path: Path) -> None:
    printer = Printer()
    try:
        made = printer.print_page("<html><head></head><body><p>x</p></body></html>", NAME, AS_OF)
    finally:
        printer.close()
    path = tmp_path / "one.pdf"
    path.write_bytes(made)
    assert NAME in squeeze(ask_poppler("pdftotext", str(path), "-"))


def test_no_style_cuts_a_text(project: Path) -> None:
    styles = sorted((project / BROWSER).glob("*.css"))
    assert len(styles) >= 5
    for path in styles:
        style = path.read_text(encoding="utf-8")
        assert not re.search(r"text-overflow|line-clamp", style), path.name
        hidden = [rule for rule in re.findall(r"\{[^{}]*\}", style) if re.search(r"overflow:\s*hidden", rule)]
        assert [rule for rule in hidden if "nowrap" in rule] == [], path.name
