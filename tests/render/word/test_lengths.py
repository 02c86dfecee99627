"""The Word file in its three lengths: what stands in each, in which order and shape, and on how many pages."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn

from licences.analysis.case import Case, make_case
from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions
from licences.reading.dictionary import LANGUAGES
from licences.render.brand import Brand
from licences.render.figures.graph import draw_graph
from licences.render.figures.plan import draw_launch, draw_renewals, draw_timeline
from licences.render.figures.style import Drawn
from licences.render.lengths import FIGURES, LENGTHS
from licences.render.word.document import make_word
from licences.render.word.styles import CHINESE_FONT, TALLEST_MM
from licences.render.word.template import make_template
from licences.words.cases import view_case
from licences.words.texts import fill, read_texts
from poppler import ask_poppler
from word_files import list_texts

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
MOST_PAGES = {"letter": 3, "standard": 12}
BRAND = Brand(
    "海港律师事务所 Harbour", "Shanghai · mail@harbour.example", {"zh": "仅供参考。", "en": "No advice."}
)
SAMPLES = ("grand-bazaar", "quiet-client", "old-willow", "corner-shop", "pilot-orchard", "hello-hall")
STANDARD_PARTS = (
    "plan_title",
    "licences_title",
    "documents_title",
    "renewals_title",
    "rest_title",
    "sources_title",
)
FULL_PARTS = ("missing_title", "order_title", "launch_title", "costs_title", "details_title", "profile_title",
              "limits_title")  # fmt: skip


@pytest.fixture(scope="module")
def make(catalogue: Catalogue, sample_clients: pd.DataFrame) -> Any:
    @cache
    def make_once(client: str, language: str) -> Case:
        profile = sample_clients[sample_clients["client"] == client].reset_index(drop=True)
        return make_case(catalogue, profile, AS_OF, PlanOptions(START), language)

    return make_once


def draw(case: Case) -> tuple[Drawn, ...]:
    """The places of all the figures of a case."""
    drawn = {
        "timeline": draw_timeline(case),
        "graph": draw_graph(case),
        "launch": draw_launch(case),
        "renewals": draw_renewals(case),
    }
    return tuple(
        Drawn(name, name, round(figure.layout.height or 450)) for name, figure in drawn.items() if figure
    )


def open_word(case: Case, length: str, figures: tuple[Drawn, ...] = ()) -> Any:
    return Document(io.BytesIO(make_word(case, BRAND, figures=figures, length=length)))


def list_headings(document: Any) -> list[tuple[str, str]]:
    """Style and text of what Word is navigated by."""
    styled = [(one.style.name, one.text) for one in document.paragraphs]
    return [(style, text) for style, text in styled if re.fullmatch(r"Title|Heading \d", style)]


def list_parts(case: Case, length: str) -> list[str]:
    """The headings that a report of a length is to have, in their order."""
    view, page = view_case(case), read_texts(case.language)["page"]
    left_out = set() if view["to_obtain"] else {"licences_title"}
    left_out |= set() if view["launch"] else {"launch_title"}
    keys = {"letter": (), "standard": STANDARD_PARTS, "full": STANDARD_PARTS + FULL_PARTS}[length]
    return [fill(page[key], months=view["months"]) for key in keys if key not in left_out]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("length", LENGTHS)
def test_each_length_has_its_sections_in_the_order_of_the_page(make: Any, length: str, language: str) -> None:
    for client in SAMPLES:
        case = make(client, language)
        headings = list_headings(open_word(case, length))
        assert [text for style, text in headings if style == "Heading 1"] == list_parts(case, length)
        titles = [text for style, text in headings if style == "Title"]
        appendix = [read_texts(language)["page"]["appendix_title"]] if length == "full" else []
        assert titles == [view_case(case)["letter"]["subject"], *appendix]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_heading_skips_a_level_but_within_columns(make: Any, language: str) -> None:
    """The letter's headings lie below its title; a card and who brings papers lie below a section's."""
    allowed = {("Title", "Heading 2"), ("Heading 1", "Heading 3")}
    for client in SAMPLES:
        styles = [style for style, _ in list_headings(open_word(make(client, language), "full"))]
        levels = {"Title": 0, "Heading 1": 1, "Heading 2": 2, "Heading 3": 3}
        for before, after in pairwise(styles):
            assert levels[after] - levels[before] <= 1 or (before, after) in allowed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("client", SAMPLES)
def test_a_longer_report_begins_as_the_letter_does(make: Any, client: str, language: str) -> None:
    case = make(client, language)
    letter, *longer = (list_texts(make_word(case, length=length)) for length in LENGTHS)
    for texts in longer:
        assert texts[: len(letter)] == letter
        assert texts[len(letter)] == read_texts(language)["page"]["contents"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("length", LENGTHS)
def test_figures_and_tables_behind_the_letter_are_counted_in_captions(
    make: Any, length: str, language: str
) -> None:
    own = read_texts(language)["word"]
    for client in SAMPLES:
        case = make(client, language)
        figures = draw(case)
        document = open_word(case, length, figures)
        captions = [one.text for one in document.paragraphs if one.style.name == "Caption"]
        for kind in ("figure", "table"):
            counted = [int(found[1]) for one in captions if (found := re.match(rf"{own[kind]} (\d+)", one))]
            assert counted == list(range(1, len(counted) + 1))
            fields = [
                told.text.strip()
                for told in document.element.body.iter(qn("w:instrText"))
                if told.text.split()[:2] == ["SEQ", kind.capitalize()]
            ]
            assert fields == [f"SEQ {kind.capitalize()} \\* ARABIC"] * len(counted)
        shown = [figure.name for figure in figures if figure.name in FIGURES[length]]
        assert len(document.inline_shapes) == len(shown)
        assert len([one for one in captions if one.startswith(own["figure"])]) == len(shown)
        assert (captions == []) is (length == "letter")


@pytest.mark.parametrize("length", LENGTHS)
def test_every_table_with_labels_repeats_them_and_no_row_is_cut(make: Any, length: str) -> None:
    labels = set()
    for client in SAMPLES:
        for table in open_word(make(client, "en"), length).tables:
            for row in table.rows:
                assert row._tr.trPr.find(qn("w:cantSplit")) is not None
            head = table.rows[0]
            shaded = head.cells[0]._tc.tcPr.find(qn("w:shd")) is not None
            is_head = head._tr.trPr.find(qn("w:tblHeader")) is not None
            assert is_head is (shaded and len(head.cells) > 1)
            labels |= {head.cells[0].text} if is_head else set()
            assert len(table.rows) > is_head
    assert {"Who", "Licence", "Stage"} - labels <= {"Stage"}


def test_a_picture_fits_a_page(make: Any) -> None:
    case = make("grand-bazaar", "zh")
    figures = draw(case)
    assert max(figure.height_pixels for figure in figures) > 1000
    for shape in open_word(case, "full", figures).inline_shapes:
        assert shape.height.mm <= TALLEST_MM + 0.1


def test_all_text_is_set_in_the_fonts_of_the_styles(make: Any) -> None:
    """A run that named a font of its own would leave Chinese to chance."""
    document = open_word(make("grand-bazaar", "zh"), "full")
    assert list(document.element.body.iter(qn("w:rFonts"))) == []
    for style in document.styles:
        if style.type == 1 and style.element.rPr is not None and style.element.rPr.rFonts is not None:
            named = style.element.rPr.rFonts.get(qn("w:eastAsia"))
            assert named in {None, CHINESE_FONT} or style.name not in {
                one.style.name for one in document.paragraphs
            }


@pytest.mark.parametrize("length", LENGTHS)
def test_the_first_page_has_its_letterhead_and_the_others_a_running_head(make: Any, length: str) -> None:
    content = make_word(make("old-willow", "zh"), BRAND, length=length)
    document = Document(io.BytesIO(content))
    first = document.sections[0]
    assert first.different_first_page_header_footer
    assert first.first_page_header.paragraphs[0].text == ""
    assert first.header.paragraphs[0].text == f"{BRAND.firm} · {BRAND.contact}"
    assert document.tables[0].rows[0].cells[1].text == f"{BRAND.firm}\n{BRAND.contact}"
    for section in document.sections:
        assert section.footer.paragraphs[0].text.startswith("老柳树")
    columns = [one.find(qn("w:cols")).get(qn("w:num"), "1") for one in document.element.iter(qn("w:sectPr"))]
    assert ("2" in columns) is (length != "letter")
    assert columns[-1] == "1"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("length", LENGTHS)
def test_a_code_stands_only_beside_the_title_of_a_card(make: Any, length: str, language: str) -> None:
    case = make("grand-bazaar", language)
    shown = case.find_codes("forbidden", "required", "recommended", "optional", "undetermined")
    codes = [code for code in shown if "_" in code]  # EDI is what the trade says too
    document = open_word(case, length)
    for paragraph in document.element.body.iter(qn("w:p")):
        runs = ["".join(part.text or "" for part in run.iter(qn("w:t"))) for run in paragraph.iter(qn("w:r"))]
        for code in codes:
            if re.search(rf"\b{code}\b", " ".join(runs)):
                assert paragraph.pPr.pStyle.val == "Heading3"
                assert runs[-1] == code


DAYS = re.compile(r"[\d *–-]+")
SENTENCE_END = re.compile(r"(?<=[。!?！？])\s*|(?<=\.)\s+|\n")


def list_sentences(content: bytes) -> Iterator[tuple[str, str, int]]:
    """What a document says, of 20 signs and more: a sentence, the place where it stands, and what it is about there.

    A place is the running text, a table or the cards; it is about a row or a card, so that two of them may say the
    same of different things. The table of contents names its headings again; two licences may share their days.
    """
    body = Document(io.BytesIO(content)).element.body
    subject, tables, rows = 0, list(body.iter(qn("w:tbl"))), list(body.iter(qn("w:tr")))
    for paragraph in body.iter(qn("w:p")):
        style = (
            paragraph.pPr.pStyle.val if paragraph.pPr is not None and paragraph.pPr.pStyle is not None else ""
        )
        if style.startswith("TOC"):
            continue
        row = next(paragraph.iterancestors(qn("w:tr")), None)
        is_in_box = row is not None and len(row.findall(qn("w:tc"))) == 1
        is_of_one = style.startswith(("Card", "Item"))
        subject += style.startswith("Heading") or style == "Item"
        place, about = "text", 0
        if row is not None and not is_in_box:
            place, about = f"table {tables.index(row.getparent())}", rows.index(row)
        elif is_of_one:
            place, about = "cards", subject
        runs = list(paragraph.iter(qn("w:r")))[1 if is_of_one else 0 :]  # the first one names what is told
        marks = [part for run in runs for part in run.iter(qn("w:t"), qn("w:br"))]
        said = "".join("\n" if part.tag == qn("w:br") else part.text or "" for part in marks)
        for sentence in SENTENCE_END.split(said):
            if len(sentence.strip()) >= 20 and not DAYS.fullmatch(sentence.strip()):
                yield sentence.strip(), place, about


def list_allowed(case: Case) -> Iterator[str]:
    """What is said twice on purpose.

    What the letter says in short and the card of the licence says again: what to do instead, what blocks it, what
    is forbidden and why. What a star and a doubt mean, wherever there is one. The labels of what was asked, which
    questions, reasons and cards name. Names of licences. What is noted of a law that is and of the one to come.
    """
    view, page = view_case(case), read_texts(case.language)["page"]
    for licence in [*view["shown"], *view["needed"]["undetermined"]]:
        yield from [licence["name"], licence["short"], licence["advice"] or "", *licence["blockers"]]
        yield from licence["because"] if licence["verdict"] == "forbidden" else ()
    for field in case.catalogue.fields.every:
        yield field.label[case.language]
    yield from (row["note"] for row in view["coming"])
    yield from (page["provisional"], page["limits_short"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("client", SAMPLES)
def test_nothing_is_said_twice_but_on_purpose(make: Any, client: str, length: str, language: str) -> None:
    case = make(client, language)
    counts, places = Counter[tuple[str, str, int]](), dict[str, set[str]]()
    for sentence, place, about in list_sentences(make_word(case, length=length)):
        counts[sentence, place, about] += 1
        places.setdefault(sentence, set()).add(place)
    allowed = "\n".join(list_allowed(case))
    again = {one for (one, _, _), count in counts.items() if count > 1}
    again |= {one for one, where in places.items() if len(where) > 1}
    assert {one for one in again if one.strip("* ").rstrip(".。;；") not in allowed} == set()


@pytest.mark.parametrize("length", LENGTHS)
def test_our_template_as_a_file_holds_all_the_lengths(make: Any, length: str) -> None:
    template = make_template()
    for client in SAMPLES:
        case = make(client, "zh")
        ours, theirs = (make_word(case, BRAND, one, length=length) for one in (None, template))
        assert list_texts(theirs) == list_texts(ours)
        assert list_headings(Document(io.BytesIO(theirs))) == list_headings(Document(io.BytesIO(ours)))
        first = Document(io.BytesIO(theirs)).sections[0]
        assert first.header.paragraphs[0].text == f"{BRAND.firm} · {BRAND.contact}"
        assert first.different_first_page_header_footer


def test_one_template_is_kept_for_a_colour_and_a_length(make: Any) -> None:
    case = make("hello-hall", "en")
    sizes = [
        len(zipfile.ZipFile(io.BytesIO(make_word(case, length=one))).read("word/document.xml"))
        for one in LENGTHS
    ]
    assert sizes == sorted(sizes)
    assert make_word(case, length="letter") == make_word(case, length="letter")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("length", sorted(MOST_PAGES))
def test_no_sample_takes_more_pages_than_its_length_promises(
    make: Any, sample_clients: pd.DataFrame, tmp_path: Path, length: str, language: str
) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("no LibreOffice found, which sets the pages")
    for client in sample_clients["client"]:
        case = make(client, language)
        figures = draw(case) if length != "letter" else ()
        content = make_word(case, BRAND, figures=figures, length=length)
        (tmp_path / f"{client}.docx").write_bytes(content)
    asked = [f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", "pdf"]
    names = sorted(path.name for path in tmp_path.glob("*.docx"))
    subprocess.run([office, *asked, *names], cwd=tmp_path, check=True, capture_output=True, timeout=300)
    if not list(tmp_path.glob("*.pdf")):
        pytest.skip("this LibreOffice has no Writer, which sets the pages")
    pages = {}
    for path in tmp_path.glob("*.pdf"):
        (said,) = re.findall(r"^Pages:\s+(\d+)", ask_poppler("pdfinfo", str(path)), re.MULTILINE)
        pages[path.stem] = int(said)
    assert len(pages) == len(sample_clients)
    assert {client: count for client, count in pages.items() if count > MOST_PAGES[length]} == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("length", ["standard", "full"])
def test_a_duty_that_licences_share_is_said_once_with_the_days_of_each(
    make: Any, length: str, language: str
) -> None:
    case = make("hello-hall", language)
    shared = [row for row in view_case(case)["dues"] if len(row["parts"]) > 1]
    assert shared
    page = read_texts(language)["page"]
    head = [page[key] for key in ("licence", "due_what", "due_when", "basis_of_dates")]
    (table,) = (one for one in open_word(case, length).tables if [c.text for c in one.rows[0].cells] == head)
    rows = [[cell.text for cell in row.cells] for row in table.rows[1:]]
    whats = [what for _, what, _, _ in rows]
    assert len(whats) == len(set(whats))
    for row in shared:
        (cells,) = (cells for cells in rows if cells[1] == row["duty"])
        for part in row["parts"]:
            assert part["short"] in cells[0].split("\n")
            after = cells[2].split("\n").index(part["short"]) + 1
            assert str(part["events"][0][0].renew_by) in cells[2].split("\n")[after]
