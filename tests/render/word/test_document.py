"""What the Word file holds, read by python-docx, by the XML itself, and by LibreOffice where it is there."""

from __future__ import annotations

import io
import json
import re
import shutil
import struct
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn

from licences.analysis.case import Case, make_case
from licences.errors import UsageError
from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions
from licences.render.brand import Brand
from licences.render.figures.style import Drawn
from licences.render.lengths import LENGTHS
from licences.render.word.document import make_word
from licences.render.word.pictures import place_pictures
from licences.render.word.styles import CHINESE_FONT, add_field
from licences.render.word.template import make_template
from licences.words.promise import view_promise
from licences.words.texts import mark_day, read_texts, say

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
HOSTILE = [
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x","y")',
    "{{ 7 * 7 }} {% raw %}",
    "A&amp;B ]]> &",
]
NAMES = ("graph", "timeline", "launch", "renewals")


def make(catalogue: Catalogue, clients: pd.DataFrame, client: str, language: str = "zh", **told: Any) -> Case:
    profile = clients[clients["client"] == client].reset_index(drop=True)
    for name, value in told.items():
        profile[name] = pd.Series([value], dtype=profile[name].dtype)
    return make_case(catalogue, profile, AS_OF, PlanOptions(START), language)


def list_texts(content: bytes) -> list[str]:
    """All paragraphs of the body, those in tables too."""
    body = Document(io.BytesIO(content)).element.body
    return ["".join(part.text or "" for part in one.iter(qn("w:t"))) for one in body.iter(qn("w:p"))]


def make_own_template(*paragraphs: str, contents: str | None = None) -> bytes:
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if contents:
        add_field(document.add_paragraph(), contents, "old")
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def test_every_sample_client_has_a_word_file_that_says_all_in_both_languages(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    for at, client in enumerate(sample_clients["client"]):
        case = make(catalogue, sample_clients, client, ("zh", "en")[at % 2])
        texts = list_texts(make_word(case, length="full"))
        page = read_texts(case.language)["page"]
        assert case.name in texts
        for key in ("plan_title", "rest_title", "costs_title", "sources_title", "limits_title"):
            assert page[key] in texts
        together = "\n".join(texts)
        for code in case.find_codes("required", "recommended", "optional"):
            assert case.name_code(code) in together
            assert case.rows.at[code, "name_zh"] in together
        for step in case.plan.dated:
            assert step.finish is not None
            assert step.finish.isoformat() in together
        assert not re.search(r"\{[{%a-z_]|: None|<NA>|NaT|\bnan\b", together)


def test_the_first_page_says_what_is_at_stake_and_a_total_what_it_leaves_out(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients, "seven-month-lab", "en")
    texts = list_texts(make_word(case))
    (stake,) = [at for at, text in enumerate(texts) if text.startswith("At stake today: ")]
    assert "alone (fines are not added up)" in texts[stake]
    assert stake < texts.index("Contents")
    priced = catalogue.rows.copy()
    priced.loc[priced["code"] == "ICP_FILING", ["market_min_cny", "market_max_cny"]] = 500.0
    columns = ["market_min_cny_basis", "market_max_cny_basis"]
    priced.loc[priced["code"] == "ICP_FILING", columns] = "estimate"
    case = make(replace(catalogue, rows=priced), sample_clients, "seven-month-lab", "en")
    (told,) = [
        text
        for text in list_texts(make_word(case, length="full"))
        if text.startswith("Market prices (agents")
    ]
    assert ": CNY 500 (estimate) known; not known for: " in told
    assert all(case.short(code) in told for code in case.forecast.costs_total.unknown_market)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_first_page_says_by_when_or_why_that_cannot_be_promised(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    page = read_texts(language)["page"]
    for client in ("wander-work", "paper-plane-post", "hello-hall", "old-willow"):
        case = make(catalogue, sample_clients, client, language)
        is_promised = client in {"hello-hall", "old-willow"}
        assert case.forecast.is_promised is is_promised
        promise = view_promise(case.forecast)
        for length in LENGTHS:
            texts = list_texts(make_word(case, length=length))
            letter = texts[: texts.index(page["contents"])] if length != "letter" else texts
            day = promise["recommended"][1] if promise["recommended"] else promise["not_before"]
            assert day is None or any(mark_day(day) in text for text in letter)
            for said in promise["reasons"]:
                assert (
                    [text for text in texts if said in text]
                    == [text for text in letter if said in text]
                    != []
                )
            assert any(re.search(r"[0-9]%", text) for text in letter) is is_promised
            assert (page["sure"] in texts[len(letter) :]) is (is_promised and length != "letter")
            for key in ("sure_note", "plan_marks"):
                assert any(page[key] in text for text in texts) is (is_promised and length != "letter")
            assert (page["launch_title"] in texts) is (is_promised and length == "full")
            if length == "letter":
                continue
            for step in case.plan.dated:
                told = [mark_day(day) for day in (step.start, step.submit_on, step.finish)]
                assert any(texts[at : at + 3] == told for at in range(len(texts)))


def test_papers_that_are_complete_and_a_capacity_are_said_beside_the_plan(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    profile = sample_clients[sample_clients["client"] == "sea-bridge"].reset_index(drop=True)
    for prepares, capacity in ((True, None), (False, None), (True, 2), (False, 2)):
        options = PlanOptions(START, capacity=capacity, prepares=prepares)
        text = "\n".join(list_texts(make_word(make_case(catalogue, profile, AS_OF, options, "en"))))
        assert ("All papers are taken to be complete at the start" in text) is not prepares
        assert ("No more than 2 applications are in preparation" in text) is (prepares and bool(capacity))
        assert ("waits for staff, who prepare " in text) is (prepares and bool(capacity))


@pytest.mark.parametrize("name", HOSTILE)
def test_what_a_client_typed_is_text(catalogue: Catalogue, sample_clients: pd.DataFrame, name: str) -> None:
    content = make_word(make(catalogue, sample_clients, "wander-work", name=name))
    assert list_texts(content).count(name) == 1
    footer = zipfile.ZipFile(io.BytesIO(content)).read("word/footer1.xml").decode()
    assert "<script>" not in footer
    assert Document(io.BytesIO(content)).core_properties.title.startswith(name)


def test_characters_that_no_xml_file_may_hold_are_left_out(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    content = make_word(make(catalogue, sample_clients, "wander-work", name="a\x0bb\x07c\x00\ufffe"))
    assert "abc" in list_texts(content)


def test_chinese_is_set_in_a_chinese_font(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    document = Document(io.BytesIO(make_word(make(catalogue, sample_clients, "wander-work"))))
    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Cell", "List Bullet", "Footer"):
        fonts = document.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == CHINESE_FONT
        assert fonts.get(qn("w:eastAsiaTheme")) is None


def test_the_table_of_contents_is_a_field_that_names_each_heading_and_leads_there(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    document = Document(io.BytesIO(make_word(make(catalogue, sample_clients, "wander-work"))))
    body = document.element.body
    (told,) = [one for one in body.iter(qn("w:instrText")) if one.text.strip().startswith("TOC")]
    assert told.getparent().getprevious()[0].get(qn("w:dirty")) == "true"
    links = {
        link.get(qn("w:anchor")): link.find(f".//{qn('w:t')}").text for link in body.iter(qn("w:hyperlink"))
    }
    headings = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    assert list(links.values()) == headings
    marks = {mark.get(qn("w:name")): mark.getparent() for mark in body.iter(qn("w:bookmarkStart"))}
    assert [marks[anchor].text for anchor in links] == headings
    marks_of_fields = [mark.get(qn("w:fldCharType")) for mark in body.iter(qn("w:fldChar"))]
    assert marks_of_fields == ["begin", "separate", "end"] * (len(marks_of_fields) // 3)


def test_a_header_row_is_repeated_and_no_row_is_cut(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    for table in Document(io.BytesIO(make_word(make(catalogue, sample_clients, "grand-bazaar")))).tables:
        rows = [row._tr.trPr for row in table.rows]
        assert all(row.find(qn("w:cantSplit")) is not None for row in rows)
        if table.rows[0].cells[0].paragraphs[0].runs[0].bold:
            assert rows[0].find(qn("w:tblHeader")) is not None


def test_a_figure_gets_its_picture_and_says_what_it_shows(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    figures = tuple(Drawn(name, f"this is the {name}", 344) for name in NAMES)
    empty = make_word(make(catalogue, sample_clients, "hello-hall"), figures=figures, length="full")
    content = place_pictures(empty, {name: f"picture of {name}".encode() for name in NAMES})
    archive, document = zipfile.ZipFile(io.BytesIO(content)), Document(io.BytesIO(content))
    media = [archive.read(name) for name in archive.namelist() if name.startswith("word/media/")]
    assert sorted(media) == sorted(f"picture of {name}".encode() for name in NAMES)
    assert len(document.inline_shapes) == len(NAMES)
    for shape in document.inline_shapes:
        part = document.part.related_parts[shape._inline.graphic.graphicData.pic.blipFill.blip.embed]
        assert shape._inline.docPr.get("descr") == part.blob.decode().replace("picture of", "this is the")
        assert shape.height / shape.width == pytest.approx(0.5, abs=0.01)


def test_without_pictures_no_place_is_kept_for_them(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    content = make_word(make(catalogue, sample_clients, "grand-bazaar"))
    assert len(Document(io.BytesIO(content)).inline_shapes) == 0


def test_the_same_case_gives_the_same_bytes(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    one, other = (make_word(make(catalogue, sample_clients, "grand-bazaar")) for _ in range(2))
    assert one == other
    moments = {entry.date_time for entry in zipfile.ZipFile(io.BytesIO(one)).infolist()}
    assert moments == {(1980, 1, 1, 0, 0, 0)}
    properties = Document(io.BytesIO(one)).core_properties
    assert (properties.created.date(), properties.modified.date()) == (AS_OF, AS_OF)
    assert (properties.author, properties.comments) == ("", "")


def test_the_firm_stands_in_the_header_and_its_disclaimer_at_the_end(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    png = Path(__file__).parents[3] / "notebooks" / "pictures"
    logo = next(png.glob("*.png")).read_bytes()
    brand = Brand("A & B <law>", "mail@x", {"zh": "免责", "en": "no"}, "#1f4e79", logo, "image/png")
    content = make_word(make(catalogue, sample_clients, "wander-work"), brand)
    document = Document(io.BytesIO(content))
    assert document.sections[0].header.paragraphs[0].text == "A & B <law> · mail@x"
    assert list_texts(content)[-2:] == [f"所据目录版本：{catalogue.edition}", "免责"]
    assert str(document.styles["Heading 1"].font.color.rgb) == "1F4E79"
    (shape,) = document.inline_shapes
    width, height = struct.unpack(">II", logo[16:24])
    assert shape.width / shape.height == pytest.approx(width / height, abs=0.01)


def test_a_template_of_ones_own_is_filled_in(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    case = make(catalogue, sample_clients, "wander-work", "en")
    template = make_own_template(
        "Dear {{ client }},",
        "{%p for step in steps %}",
        "{{ step.name }}: {{ step.finish }}",
        "{%p endfor %}",
        contents=r'TOC \o "1-3"',
    )
    texts = list_texts(make_word(case, template=template))
    assert texts[0] == f"Dear {case.name},"
    assert [text for text in texts if ": 20" in text] == [
        f"{step.name}: {step.finish}{'*' if step.provisional else ''}" for step in case.plan.dated
    ]


@pytest.mark.parametrize(
    ("template", "wrong"),
    [
        (b"no zip", "--template is no Word file"),
        (make_own_template("{{ nothing_of_that }}"), "'nothing_of_that' is undefined"),
        (make_own_template("{{ client.__class__.__mro__ }}"), "access to attribute '__class__'"),
        (make_own_template("{% for x in steps %}{{ x }}"), "--template: Unexpected end of template"),
        (make_own_template("{{ steps[0].nothing }}"), "has no attribute 'nothing'"),
    ],
    ids=["no file", "unknown name", "reaching out", "no end", "unknown part"],
)
def test_what_is_wrong_with_a_template_is_told_in_a_sentence(
    catalogue: Catalogue, sample_clients: pd.DataFrame, template: bytes, wrong: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(wrong)):
        make_word(make(catalogue, sample_clients, "grand-bazaar"), template=template)


def test_our_template_can_be_taken_changed_and_used(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients, "wander-work")
    document = Document(io.BytesIO(make_template()))
    document.add_paragraph("Signed: {{ firm }}")
    target = io.BytesIO()
    document.save(target)
    texts = list_texts(make_word(case, Brand(firm="Harbour"), target.getvalue()))
    assert texts[-1] == "Signed: Harbour"
    assert texts[:-1] == list_texts(make_word(case, Brand(firm="Harbour")))


def test_a_template_that_libreoffice_has_saved_is_taken(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    ours, theirs = "package/2006/relationships/metadata", "officedocument/2006/relationships/metadata"
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(make_template())) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(
                name, content.replace(ours.encode(), theirs.encode()) if name == "_rels/.rels" else content
            )
    content = make_word(make(catalogue, sample_clients, "wander-work"), template=target.getvalue())
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert len(names) == len(set(names))
    assert Document(io.BytesIO(content)).core_properties.created.date() == AS_OF


@pytest.mark.parametrize("language", ["zh", "en"])
def test_libreoffice_opens_it(
    catalogue: Catalogue, sample_clients: pd.DataFrame, tmp_path: Path, language: str
) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("no LibreOffice found")
    case = make(catalogue, sample_clients, "wander-work", language)
    (tmp_path / "report.docx").write_bytes(make_word(case, length="full"))
    asked = [
        f"-env:UserInstallation=file://{tmp_path}/office",
        "--headless",
        "--convert-to",
        "txt:Text (encoded):UTF8",
    ]
    subprocess.run(
        [office, *asked, "report.docx"], cwd=tmp_path, check=True, capture_output=True, timeout=120
    )
    text = (tmp_path / "report.txt").read_text(encoding="utf-8-sig")
    assert case.name in text
    assert say(language, "page.limits_title") in text
    for code in case.find_codes("required"):
        assert case.name_code(code) in text


# Through the command line.


def run(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    import os

    command = [sys.executable, "-m", "licences", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=120, env=os.environ | env
    )


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory, browser_path: str, project: Path) -> Path:
    """Word files of two clients, made with a template that the command wrote."""
    folder = tmp_path_factory.mktemp("word")
    (folder / "clients.csv").write_bytes((project / "data" / "clients.csv").read_bytes())
    assert run(folder, "template", "ours.docx").returncode == 0
    asked = [
        "--client",
        "hello-hall",
        "--client",
        "grand-bazaar",
        "--format",
        "docx",
        "--template",
        "ours.docx",
        "--length",
        "full",
    ]
    dated = ["--as-of", str(AS_OF), "--start", str(START), "--out", "reports"]
    done = run(folder, "report", *asked, *dated, LICENCES_BROWSER=browser_path)
    assert done.returncode == 0, done.stderr
    return folder


def test_a_batch_writes_word_files_with_their_figures_drawn(
    reports: Path, catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    entries = [json.loads(line) for line in (reports / "reports/ledger.jsonl").read_text().splitlines()]
    for entry in entries:
        assert entry["outputs"] == ["report.docx", "report.ipynb"]
        folder = reports / "reports" / entry["client"]
        assert sorted(path.name for path in folder.iterdir()) == entry["outputs"]
        content = (folder / "report.docx").read_bytes()
        archive = zipfile.ZipFile(io.BytesIO(content))
        pictures = [archive.read(name) for name in archive.namelist() if name.startswith("word/media/")]
        names = {shape._inline.docPr.get("descr") for shape in Document(io.BytesIO(content)).inline_shapes}
        assert len(pictures) == len(names) == len(NAMES) - (entry["client"] == "grand-bazaar")
        launch = say("zh", "page.figure_launch")  # drawn where dates can be promised
        assert any(str(name).startswith(launch) for name in names) is (entry["client"] == "hello-hall")
        for picture in pictures:
            width, height = struct.unpack(">II", picture[16:24])
            assert width == 2 * 688
            assert height > 200
            assert len(picture) > 10_000
        case = make(catalogue, sample_clients, entry["client"])
        figures = tuple(Drawn(name, name, 400) for name in NAMES if name != "launch" or case.launch)
        alone = make_word(case, figures=figures, length="full")
        assert [text for text in list_texts(content) if text] == [text for text in list_texts(alone) if text]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("template", "ours.docx"), 2, "ours.docx is there already; name another file"),
        (("report", "--format", "docx", "--template", "none.docx"), 1, "none.docx"),
        (("report", "--format", "html", "--template", "ours.docx"), 2, "--template is for Word files alone"),
        (("report", "--format", "docx", "--template", "reports/ledger.jsonl"), 2, "is no Word file"),
    ],
)
def test_wrong_use_is_told_in_a_sentence(
    reports: Path, arguments: tuple[str, ...], status: int, said: str
) -> None:
    done = run(reports, *arguments)
    lines = [line for line in done.stderr.splitlines() if not line.startswith("clients.csv: 26 clients, ")]
    assert (done.returncode, len(lines)) == (status, 1)
    assert said in lines[0]


def test_without_a_browser_the_word_file_is_written_without_figures(tmp_path: Path) -> None:
    asked = ["--client", "wander-work", "--format", "docx", "--out", "reports"]
    done = run(tmp_path, "report", *asked, PATH="/nowhere", LICENCES_BROWSER="")
    assert done.returncode == 0
    assert "the Word files have no figures: no Chromium was found" in done.stderr
    content = (tmp_path / "reports/wander-work/report.docx").read_bytes()
    assert len(Document(io.BytesIO(content)).inline_shapes) == 0


def test_without_docxtpl_the_other_formats_are_written(tmp_path: Path) -> None:
    (tmp_path / "without.py").write_text(
        "import importlib.util as util, sys\n"
        "real = util.find_spec\n"
        "util.find_spec = lambda name, *more: None if name == 'docxtpl' else real(name, *more)\n"
        "from licences.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    asked = ["report", "--client", "wander-work", "--format", "html,docx", "--out", "reports"]
    done = subprocess.run(
        [sys.executable, "without.py", *asked], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "a Word file needs docxtpl, which is not installed; pip install 'licences[word]'" in done.stderr
    made = sorted(path.name for path in (tmp_path / "reports/wander-work").iterdir())
    assert made == ["report.html", "report.ipynb"]
