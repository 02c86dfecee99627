"""What a client's documents say of what we hold and note: what is for the client in each, what is ours in none."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from datetime import date
from html import unescape
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from case_files import add_files, hold, note
from licences.analysis.case import Case, make_case
from licences.analysis.group import make_groups
from licences.assessment.explain import explain
from licences.cli.main import main
from licences.law.catalogue import Catalogue
from licences.law.in_force import find_law_in_force
from licences.planning.forecast import PlanOptions, make_forecasts
from licences.render.excel.workbook import make_workbook
from licences.render.html.decide import make_decisions
from licences.render.html.group import make_group_page
from licences.render.html.sections import make_section
from licences.words.groups import view_group
from licences.words.plan_json import describe_plan
from poppler import ask_poppler
from shown import READERS, Reader, read_calendar, read_page, read_terminal, read_word

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
HOSTILE = "=1+1 <b>x</b> &amp; {{ client }} {% if %} \\0"
OURS = "quitesecret"


def write_book(folder: Path, project: Path) -> Path:
    """A book with a client of which everything is held and noted, and a company of its group beside it."""
    clients = pd.read_csv(project / "data" / "clients.csv", dtype=str, keep_default_na=False)
    chosen = clients[clients["client"].isin(["corner-shop", "hello-hall"])].assign(group="g")
    chosen.to_csv(folder / "c.csv", index=False)
    book = folder / "book.sqlite"
    assert main(["book", "init", str(book), "--from", str(folder / "c.csv")]) == 0
    for words in (
        ["override", "hello-hall", "ICP_FILING", "--days", "33", "--because", "becausedays"],
        ["override", "hello-hall", "ICP_FILING", "--fee", "77", "--because", "becausefee"],
        ["override", "hello-hall", "EDI", "--verdict", "required", "--because", f"becauserequired {HOSTILE}"],
        ["override", "hello-hall", "PSB_FILING", "--verdict", "not_needed", "--because", "becauseunneeded"],
        ["note", "hello-hall", f"{OURS}1"],
        ["note", "hello-hall", "EDI", f"{OURS}2 {HOSTILE}"],
        ["note", "hello-hall", "PSB_FILING", f"{OURS}3"],
        ["note", "hello-hall", f"notewhole {HOSTILE}", "--for", "client"],
        ["note", "hello-hall", "EDI", "noteneeded", "--for", "client"],
        ["note", "hello-hall", "PSB_FILING", "noteunneeded", "--for", "client"],
        ["note", "hello-hall", "BUSINESS_LICENCE", "noteheld", "--for", "client"],
    ):
        assert main([*words, "--by", "byname", "--on", "2026-11-01", "--clients", str(book)]) == 0
    return book


def unpack(path: Path) -> str:
    """All that a file holds, folded lines joined and packed parts unpacked."""
    if path.suffix == ".pdf":
        return ask_poppler("pdftotext", "-raw", str(path), "-") + ask_poppler("pdfinfo", str(path))
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    return path.read_bytes().decode("utf-8", "replace").replace("\r\n ", "")


@pytest.fixture(scope="module")
def made(
    request: pytest.FixtureRequest, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, str]:
    """By file name what each of a client's documents holds, and its group's page."""
    request.getfixturevalue("browser_path")
    folder = tmp_path_factory.mktemp("made")
    words = [
        "--group",
        "g",
        "--as-of",
        "2026-11-23",
        "--start",
        "2026-11-24",
        "--lang",
        "en",
        "--length",
        "full",
    ]
    formats = ["--format", "html,pdf,docx,xlsx,ics", "--ics", "all", "--workers", "1"]
    book = write_book(folder, project)
    assert main(["report", *words, *formats, "--out", str(folder / "out"), "--clients", str(book)]) == 0
    pages = [path for path in (folder / "out").rglob("*") if path.is_file()]
    ours = [path for path in pages if "corner-shop" not in path.parts]
    assert len({path.name for path in ours}) == len(ours)
    return {path.name: unpack(path) for path in ours}


def test_what_is_ours_stands_in_no_file_that_is_made(made: Mapping[str, str]) -> None:
    suffixes = {Path(name).suffix for name in made}
    assert suffixes >= {".html", ".pdf", ".docx", ".xlsx", ".ics", ".ipynb", ".jsonl"}
    assert any("group" in name for name in made)
    for name, text in made.items():
        assert OURS not in re.sub(r"\s|<[^>]*>", "", text), name


def test_what_is_for_the_client_stands_in_each_document(made: Mapping[str, str]) -> None:
    notes = ("notewhole", "noteneeded", "noteunneeded", "noteheld")
    reasons = ("becausedays", "becausefee", "becauserequired", "becauseunneeded", "byname")
    for name in ("report.html", "report.ipynb", "report.pdf", "report.docx", "checklist.xlsx"):
        for text in (*notes, *reasons):
            assert text in made[name], f"{name}: {text}"
    assert "noteneeded" in made["renewals.ics"]
    (group,) = [text for name, text in made.items() if "group" in name and name.endswith(".html")]
    assert "our own assessment" in group


@pytest.fixture(params=["zh", "en"])
def case(request: pytest.FixtureRequest, catalogue: Catalogue, sample_clients: pd.DataFrame) -> Case:
    ours = add_files(
        sample_clients[sample_clients["client"] == "hello-hall"],
        {
            "hello-hall": [
                hold("EDI", "days", "33", because="becausedays"),
                hold("EDI", "verdict", "required", date(2027, 3, 31), because=f"becauserequired {HOSTILE}"),
                hold("PSB_FILING", "verdict", "not_needed", because="becauseunneeded"),
            ]
        },
        {
            "hello-hall": [
                note(f"{OURS} {HOSTILE}", "us"),
                note(f"{OURS} {HOSTILE}", "us", "EDI"),
                note(f"notewhole {HOSTILE}", "client"),
                note(f"noteneeded {HOSTILE}", "client", "EDI"),
            ]
        },
    )
    return make_case(catalogue, ours, AS_OF, PlanOptions(START), request.param)


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_no_reader_made_from_a_case_knows_what_is_ours(case: Case, read: Reader) -> None:
    assert OURS not in read(case)


def test_markup_that_somebody_typed_is_text_everywhere(case: Case) -> None:
    html = "".join(make_section(case, name).html for name in ("letter", "licences"))
    assert "<b>x</b>" not in html
    assert f"notewhole {HOSTILE}" in unescape(html)
    texts = read_word(case)
    assert f"notewhole {HOSTILE}" in texts
    assert f"noteneeded {HOSTILE}" in texts
    book = load_workbook(BytesIO(make_workbook(case)))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value]
    found = [cell for cell in cells if "notewhole" in str(cell.value) or "becauserequired" in str(cell.value)]
    assert len(found) > 1
    assert all(cell.data_type == "s" for cell in found)


def test_the_page_says_what_is_held_why_by_whom_until_when_and_what_the_rules_say(case: Case) -> None:
    page = read_page(case).replace("\xa0", " ")
    said = {
        "zh": ["本所判断为“必须办理”，按规则为“不需要”", "Li Wei，2026年11月1日，有效至2027年3月31日"],
        "en": [
            "required in our assessment, not needed by the rules alone",
            "Li Wei, 1 November 2026, until 31 March 2027",
        ],
    }[case.language]
    for text in (*said, "becauserequired", "becausedays", "becauseunneeded", "33"):
        assert text in page
    assert case.findings["EDI"].verdict == "required"
    assert "EDI" in {step.code for step in case.steps}
    for read in (read_word, read_terminal):
        assert "becauserequired" in read(case)
    calendar = read_calendar(case)
    assert "becausedays" in calendar
    assert "becauserequired" in calendar


def test_the_questions_on_the_page_leave_what_is_held_as_it_is(case: Case) -> None:
    rules = make_decisions(case)["rules"]
    assert (rules["EDI"]["verdict"], rules["EDI"]["applies"]) == ("required", ["and"])
    assert rules["PSB_FILING"]["applies"] == ["or"]


def test_the_plan_as_json_has_all_notes_with_their_readers(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    told = {"hello-hall": [note("a", "us"), note("b", "client", "EDI")]}
    ours = add_files(sample_clients[sample_clients["client"] == "hello-hall"], None, told)
    (forecast,) = make_forecasts(catalogue, ours, AS_OF, PlanOptions(START), "en")
    said = describe_plan(forecast)["notes"]
    assert [(one["code"], one["note"], one["audience"]) for one in said] == [
        ("", "a", "us"),
        ("EDI", "b", "client"),
    ]


def test_a_group_marks_the_verdict_that_is_held(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    some = sample_clients[sample_clients["client"].isin(["hello-hall", "corner-shop"])].assign(group="g")
    ours = add_files(some, {"hello-hall": [hold("EDI", "verdict", "required")]})
    findings = list(explain(catalogue, ours, AS_OF, "en", over_stages=True))
    (group,) = make_groups(ours, findings)
    page = make_group_page(view_group(group, find_law_in_force(catalogue, AS_OF, "en")), "en")
    assert page.count("our own assessment") == 1
