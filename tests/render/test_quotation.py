"""The quotation of a firm that names fees: a table on the page and in the Word file, and none where it names none."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from docx import Document

from licences.analysis.case import Case, make_case
from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions
from licences.render.brand import Brand
from licences.render.html.sections import make_section
from licences.render.word.document import make_word

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
FEES = [("MLPS_2", 38000.0, "<b>含测评</b>"), ("SMS_SIGNATURE", 0.0, None)]


def make(catalogue: Catalogue, sample_clients: pd.DataFrame, language: str) -> Case:
    profile = sample_clients[sample_clients["client"] == "hello-hall"]
    return make_case(catalogue, profile, AS_OF, PlanOptions(START), language)


@pytest.fixture(params=["zh", "en"])
def quoted(request: pytest.FixtureRequest, catalogue: Catalogue, sample_clients: pd.DataFrame) -> Case:
    ours = pd.DataFrame(FEES, columns=["code", "fee_cny", "remark"])
    return make(replace(catalogue, our_fees=ours), sample_clients, request.param)


def test_the_page_names_each_fee_and_what_the_sum_leaves_out(quoted: Case) -> None:
    page = make_section(quoted, "quotation").html
    table = page[page.index("quotation") :]
    assert "38,000" in table
    assert "&lt;b&gt;含测评&lt;/b&gt;" in table
    assert "<b>含测评" not in table
    total = {"zh": "报价合计：", "en": "Total of our fees: "}[quoted.language]
    left = {"zh": "未报价的有：", "en": "not quoted: "}[quoted.language]
    assert total in table
    assert left in table[table.index(total) :]


def test_the_word_file_has_the_same_table(quoted: Case) -> None:
    document = Document(io.BytesIO(make_word(quoted, Brand(), length="full")))
    cells = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    assert [quoted.short("MLPS_2"), "38,000", "<b>含测评</b>"] in cells
    assert [quoted.short("SMS_SIGNATURE"), "0", "–"] in cells
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert {"zh": "报价合计：", "en": "Total of our fees: "}[quoted.language] in text


def test_who_names_no_fee_quotes_nothing(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    case = make(catalogue, sample_clients, "en")
    assert "quotation" not in make_section(case, "quotation").html
    document = Document(io.BytesIO(make_word(case, Brand(), length="full")))
    assert "Quotation" not in "\n".join(paragraph.text for paragraph in document.paragraphs)
