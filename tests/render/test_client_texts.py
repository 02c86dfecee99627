"""What a client reads tells the law, and nothing of how we came to know it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn

from licences.analysis.case import Case, make_case
from licences.law.catalogue import Catalogue
from licences.law.in_force import find_shown
from licences.planning.forecast import PlanOptions
from licences.reading.dictionary import LANGUAGES
from licences.render.excel.workbook import make_workbook
from licences.render.html.decide import make_decisions_section
from licences.render.html.explorer import make_card
from licences.render.html.outputs import list_parts
from licences.render.html.sections import SECTIONS, make_section
from licences.render.ics import make_calendar
from licences.render.word.document import make_word
from licences.rules.facts import choose_clients
from licences.words.research import list_research, list_research_of
from licences.words.texts import read_texts

OURS = re.compile(  # used cars are called that by law
    "凭记忆|原文|未读|待核|二手(?!车)|未见|未查到|未查阅|未查明|文本未|from memory|\\bnot read\\b|\\bunread\\b"
    "|second[- ]hand(?! (?:car|vehicle))",
    re.IGNORECASE,
)
MARK = "RESEARCH-MARK"


def make(catalogue: Catalogue, clients: pd.DataFrame, language: str, client: str = "grand-bazaar") -> Case:
    options = PlanOptions(date(2026, 11, 24), ("recommended", "optional"))
    return make_case(catalogue, choose_clients(clients, [client]), date(2026, 11, 23), options, language)


def read_documents(case: Case) -> dict[str, str]:
    """All texts of the page, the Word file, the workbook and the calendar."""
    page = "".join(make_section(case, name)._repr_html_() for name in SECTIONS)
    body = Document(io.BytesIO(make_word(case, length="full"))).element.body
    with zipfile.ZipFile(io.BytesIO(make_workbook(case))) as archive:
        sheets = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))
    return {
        "html": page + make_decisions_section(case)._repr_html_(),
        "docx": "\n".join("".join(t.text or "" for t in one.iter(qn("w:t"))) for one in body.iter(qn("w:p"))),
        "xlsx": sheets,
        "ics": make_calendar(case, holds="all").decode().replace("\r\n ", ""),
    }


def list_cells(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for language in LANGUAGES:
        for name, value in find_shown(row, language).items():
            for text in value if isinstance(value, (list, tuple)) else [value]:
                if isinstance(text, str):
                    yield name, text


def list_words(texts: Any) -> Iterator[str]:
    if isinstance(texts, str):
        yield texts
    elif isinstance(texts, (dict, list)):
        for one in texts.values() if isinstance(texts, dict) else texts:
            yield from list_words(one)


def test_no_text_of_a_row_that_a_client_can_see_tells_of_our_reading(catalogue: Catalogue) -> None:
    found = {
        (str(row["code"]), name): OURS.findall(text)
        for row in catalogue.rows.to_dict("records")
        for name, text in list_cells({str(column): value for column, value in row.items()})
        if OURS.search(text)
    }
    assert found == {}


def test_no_other_text_that_a_client_can_see_does(catalogue: Catalogue) -> None:
    texts = [text for language in LANGUAGES for text in list_words(read_texts(language))]
    for field in catalogue.fields.every:
        texts += [*field.label.values(), *field.help.values()]
        texts += [label for labels in field.values.values() for label in labels.values()]
    texts += [*catalogue.contradictions["message_zh"], *catalogue.contradictions["message_en"]]
    assert len(texts) > 1_000
    assert [text for text in texts if OURS.search(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_document_of_a_client_does(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    for name, text in read_documents(make(catalogue, sample_clients, language)).items():
        assert len(text) > 1_000
        assert [text[max(0, hit.start() - 30) : hit.end() + 30] for hit in OURS.finditer(text)] == [], name


@pytest.mark.parametrize("language", LANGUAGES)
def test_research_notes_stand_in_the_audit_trail_and_the_explorer_and_in_no_document(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    marked = {
        f"{name}_{one}": f"{MARK} {name} {one}" for name in ("research_note", "changed") for one in LANGUAGES
    }
    case = make(replace(catalogue, rows=catalogue.rows.assign(**marked)), sample_clients, language)
    assert [name for name, text in read_documents(case).items() if MARK in text] == []
    code = case.find_codes("required")[0]
    card = make_card(case, code)
    assert '<details class="research"' in card
    assert f"{MARK} research_note {language}" in card
    noted = list_research_of(case)
    assert list(noted.columns) == ["research_note", "changed"]
    assert set(noted["changed"]) == {f"{MARK} changed {language}"}
    assert code in noted.index
    assert not set(noted.index) & (set(case.find_codes("not_needed")) - case.held.keys())


def test_a_row_of_which_nothing_is_noted_is_in_no_list_of_notes() -> None:
    notes = pd.DataFrame(
        {
            "code": ["EDI", "ICP"],
            "research_note_zh": ["读过", None],
            "research_note_en": ["read it", None],
            "changed_zh": None,
            "changed_en": None,
        }
    )
    assert list_research(notes, "en").to_dict("index") == {"EDI": {"research_note": "read it", "changed": ""}}


def test_the_page_of_an_executed_notebook_leaves_the_notes_out(project: Path) -> None:
    notebook = nbformat.read(project / "notebooks" / "client_report.ipynb", as_version=4)
    (cell,) = (cell for cell in notebook.cells if "list_research_of" in cell.source)
    cell.outputs = [nbformat.v4.new_output("display_data", {"text/html": f"<p>{MARK}</p>"})]
    (other,) = (cell for cell in notebook.cells if '"sources")' in cell.source)
    other.outputs = [nbformat.v4.new_output("display_data", {"text/html": "<p>shown</p>"})]
    blocks = "".join(block.html for part in list_parts(notebook.cells, "zh") for block in part.blocks)
    assert "shown" in blocks
    assert MARK not in blocks
