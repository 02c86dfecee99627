"""Templates as colleagues hand them over: which are taken, what stays behind, and what is said of the rest."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from docx import Document

from licences.analysis.case import Case, make_case
from licences.cli import report as command
from licences.errors import MissingFileError, UsageError
from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions
from licences.render.brand import Brand
from licences.render.word.document import make_word
from licences.render.word.opening import open_template
from word_files import WORD_TYPE, change, list_texts, make_docx, put_body, put_field, put_run, relate

LOGO = next((Path(__file__).parents[3] / "notebooks" / "pictures").glob("*.png")).read_bytes()
BRAND = Brand("Harbour", "mail@x", {}, "#1f4e79", LOGO, "image/png")
MAIN_TYPES = {
    "dotx": f"{WORD_TYPE}.template.main+xml",
    "docm": "application/vnd.ms-word.document.macroEnabled.main+xml",
    "dotm": "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
}


@pytest.fixture(scope="module")
def case(catalogue: Catalogue, sample_clients: pd.DataFrame) -> Case:
    return make(catalogue, sample_clients)


def make(catalogue: Catalogue, clients: pd.DataFrame, **told: str) -> Case:
    profile = clients[clients["client"] == "wander-work"].reset_index(drop=True)
    for name, value in told.items():
        profile[name] = value
    return make_case(catalogue, profile, date(2026, 11, 23), PlanOptions(date(2026, 11, 24)), "en")


def read_all(content: bytes) -> str:
    archive = zipfile.ZipFile(io.BytesIO(content))
    return "\n".join(archive.read(name).decode(errors="replace") for name in archive.namelist())


@pytest.mark.parametrize("kind", MAIN_TYPES)
def test_a_template_of_words_own_kinds_becomes_a_document(case: Case, kind: str) -> None:
    def retype(text: str) -> str:
        return text.replace(f"{WORD_TYPE}.document.main+xml", MAIN_TYPES[kind])

    content = make_word(
        case, template=change(make_docx("Dear {{ client }}"), {"[Content_Types].xml": retype})
    )
    assert list_texts(content) == [f"Dear {case.name}"]
    assert MAIN_TYPES[kind] not in read_all(content)


@pytest.mark.parametrize(
    ("kind", "left"),
    [
        ("http://schemas.microsoft.com/office/2006/relationships/vbaProject", "macros"),
        ("http://schemas.microsoft.com/office/2006/relationships/keyMapCustomizations", "keys of its own"),
        ("http://schemas.microsoft.com/office/2006/relationships/ui/extensibility", "buttons of its own"),
        ("http://schemas.microsoft.com/office/2011/relationships/webextensiontaskpanes", "add-ins"),
    ],
)
def test_what_would_run_stays_behind_and_is_named(case: Case, kind: str, left: str) -> None:
    template = relate(kind, "other.bin")
    assert open_template(template).left_behind == (left,)
    content = make_word(case, template=template)
    assert list_texts(content) == [case.name]
    assert "other" not in read_all(content)


def test_the_path_of_the_template_that_it_was_made_from_reaches_no_client(case: Case) -> None:
    path = r"file:///C:\Users\Mei\Letter.dotm"
    linked = relate("attachedTemplate", path, is_external=True)
    template = change(
        linked,
        {
            "word/settings.xml": lambda text: text.replace(
                "</w:settings>", '<w:attachedTemplate r:id="rId99"/></w:settings>'
            )
        },
    )
    assert open_template(template).left_behind == ("the link to the template that it was made from",)
    said = read_all(make_word(case, template=template))
    assert "Mei" not in said
    assert "attachedTemplate" not in said


def test_an_address_to_click_on_stays(case: Case) -> None:
    content = make_word(case, template=relate("hyperlink", "https://example.org/", is_external=True))
    assert "https://example.org/" in read_all(content)


def test_strict_open_xml_is_read(case: Case) -> None:
    def tighten(text: str) -> str:
        text = text.replace(
            "http://schemas.openxmlformats.org/wordprocessingml/2006/",
            "http://purl.oclc.org/ooxml/wordprocessingml/",
        )
        return text.replace(
            "http://schemas.openxmlformats.org/officeDocument/2006/",
            "http://purl.oclc.org/ooxml/officeDocument/",
        )

    names = (
        "_rels/.rels",
        "word/_rels/document.xml.rels",
        "word/document.xml",
        "word/settings.xml",
        "word/header1.xml",
    )
    strict = change(make_docx("Dear {{ client }}", header="{{ firm }}"), dict.fromkeys(names, tighten))
    content = make_word(case, BRAND, strict)
    assert list_texts(content) == [f"Dear {case.name}"]
    assert Document(io.BytesIO(content)).sections[0].header.paragraphs[0].text == "Harbour"


def test_what_is_deleted_under_tracked_changes_is_not_looked_at_and_what_is_inserted_is_text(
    case: Case,
) -> None:
    kept, come, gone = (put_run(text) for text in ("Dear {{ client }}", ", {{ as_of }}", "{{ old_name }}"))
    gone = gone.replace("w:t", "w:delText")
    made = '<w:pPr><w:rPr><w:del w:id="4" w:author="a"/></w:rPr></w:pPr>'
    body = (
        f'<w:p>{kept}<w:del w:id="1" w:author="a">{gone}</w:del><w:ins w:id="2" w:author="a">{come}</w:ins></w:p>'
        f'<w:p>{made}<w:del w:id="3" w:author="a">{gone}</w:del></w:p>'
        f"<w:p>{made}{put_run('One')}</w:p><w:p>{put_run(' line')}</w:p>"
        f'<w:tbl><w:tblGrid/><w:tr><w:trPr><w:del w:id="5" w:author="a"/></w:trPr><w:tc><w:p>{gone}</w:p></w:tc></w:tr>'
        f"<w:tr><w:tc><w:p>{put_run('Row')}</w:p></w:tc></w:tr></w:tbl>"
    )
    content = make_word(case, template=put_body(body))
    assert list_texts(content) == [f"Dear {case.name}, 2026-11-23", "One line", "Row"]
    assert "w:author" not in read_all(content)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("致 ｛｛ client ｝｝，", "'｛｛ client ｝｝' is almost a tag; write {{ client }}"),
        ("to { { client } }.", "'{ { client } }' is almost a tag; write {{ client }}"),
        ("{ % if firm % }", "'{ % if firm % }' is almost a tag; write {% if firm %}"),
        ("｛％ if firm ％｝", "'｛％ if firm ％｝' is almost a tag; write {% if firm %}"),
        ("{{ client } }", "begins a tag that does not end; it wants }}"),
        ("{{ client", "'{{ client' begins a tag that does not end; it wants }}"),
        ("{% if firm }}x{% endif %}", "'{% if firm }}x{% endif %}' begins a tag that does not end; it wants %}"),
        ("client }} here", "ends a tag that does not begin"),
        ("{{ client|join（'、'） }}", "'（' in \"{{ client|join（'、'） }}\" is a full-width sign; write ("),
        ("{{ client｜upper }}", "is a full-width sign; write |"),
        ("{%p if 5 % 2 %}", "a tag that takes away its place cannot: put it into a {% set %} before"),
        ("{% p if firm %}", "unknown tag 'p'"),
        ("{{ client.「x」 }}", "near '{{ client.「x」 }}'"),
        ("{{ cleint }}", "'cleint' is undefined; did you mean 'client'?"),
        ("{% if false %}{{ cleint }}{% endif %}", "'cleint' is undefined"),
        ("{{ steps[0].nmae }}", "an entry has no attribute 'nmae'; did you mean 'name'?"),
        ("{{ client|uper }}", "no filter 'uper'; did you mean 'upper'?"),
        ("{{ steps }}", "a list cannot be printed"),
        ("{{ steps ~ '' }}", "a list stands where a text is wanted"),
        ("{{ client + 1 }}", "near '{{ client + 1 }}'"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{p logo }}", "the picture 'logo' stands where none can be"),
    ],
)  # fmt: skip
def test_what_is_almost_a_tag_is_named_with_what_would_be_right(case: Case, typed: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_word(case, BRAND, make_docx("first", typed))
    assert said in str(caught.value)


def test_a_tag_in_a_comment_or_an_endnote_is_named(case: Case) -> None:
    notes = make_docx("x", header="{{ client }}")
    template = change(
        notes,
        {
            "word/header1.xml": lambda text: text.replace("w:hdr", "w:endnotes"),
            "word/_rels/document.xml.rels": lambda text: text.replace('/header"', '/endnotes"'),
        },
    )
    with pytest.raises(UsageError, match="is in an endnote, where no tag is filled in"):
        make_word(case, template=template)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "in the old format of Word (.doc)"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "locked with a password"),
        (b"{\\rtf1\\ansi x}", "an RTF file"),
        (b"\xef\xbb\xbf<!DOCTYPE html><p>x", "a web page (HTML)"),
        (b'<?xml version="1.0"?><pkg:package/>', "a Word file in XML"),
        (b"%PDF-1.7", "a PDF file"),
        (b"", "is no Word file"),
    ],
)
def test_a_file_of_another_kind_is_named_for_what_it_is(content: bytes, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_template(content)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("mimetype", "application/vnd.oasis.opendocument.text", "an OpenDocument text (.odt)"),
        ("xl/workbook.xml", "<x/>", "an Excel workbook"),
        ("readme.txt", "x", "a zip file of another kind"),
    ],
)
def test_another_file_in_a_zip_is_named_for_what_it_is(name: str, text: str, said: str) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        file.writestr(name, text)
    with pytest.raises(UsageError) as caught:
        open_template(target.getvalue())
    assert said in str(caught.value)


def test_pictures_stand_in_text_tables_headers_and_loops(case: Case) -> None:
    row = f"<w:tbl><w:tblGrid/><w:tr><w:tc><w:p>{put_run('{{ logo }}')}</w:p></w:tc></w:tr></w:tbl>"
    template = put_body(row, "a {{ logo }} b", "{%p for x in [1, 2] %}", "{{ logo }}", "{%p endfor %}")
    headed = change(
        template,
        {
            "word/header1.xml": lambda text: text.replace(
                '<w:t xml:space="preserve"></w:t>', "<w:t>{{ logo }}</w:t>"
            )
        },
    )
    content = make_word(case, BRAND, headed)
    document = Document(io.BytesIO(content))
    assert len(document.inline_shapes) == 4
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.read("word/header1.xml").count(b"<w:drawing>") == 1
    assert [name for name in archive.namelist() if name.startswith("word/media")] == ["word/media/image1.png"]
    assert "a  b" in list_texts(content)


def test_what_is_typed_stays_as_it_was_typed(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    name = "{_{ x }_} \t a\x02logo\x03 & <b>"
    content = make_word(
        make(catalogue, sample_clients, name=name), BRAND, make_docx("{{ client }}", "{_{ client }_}")
    )
    paragraphs = [paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs]
    assert paragraphs == ["{_{ x }_} \t alogo & <b>", "{{ client }}"]
    assert len(Document(io.BytesIO(content)).inline_shapes) == 0


def test_a_long_name_is_whole_in_the_text_and_cut_in_the_property(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    name = "长" * 300
    content = make_word(make(catalogue, sample_clients, name=name), Brand("F" * 300))
    assert name in list_texts(content)
    about = Document(io.BytesIO(content)).core_properties
    assert (len(about.title), len(about.author)) == (255, 255)
    assert about.title.startswith("长" * 200)
    assert about.title.endswith(" – " + about.title.rsplit(" – ", 1)[1])


def test_a_field_may_hold_a_tag_but_its_name(case: Case) -> None:
    content = make_word(case, template=put_body(put_field("HYPERLINK &quot;{{ firm }}&quot;")))
    assert "HYPERLINK" in read_all(content)


# Through the command line.


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    asked = [sys.executable, "-m", "licences", "report", "--format", "docx", "--template", *arguments]
    dated = ["--as-of", "2026-11-23", "--start", "2026-11-24", "--out", "reports"]
    env = os.environ | {"PATH": "/nowhere", "LICENCES_BROWSER": ""}
    return subprocess.run(
        [*asked, *dated], cwd=folder, capture_output=True, text=True, check=False, timeout=120, env=env
    )


def test_a_bad_template_is_told_once_before_anything_is_made(tmp_path: Path) -> None:
    (tmp_path / "own.docx").write_bytes(make_docx("{% for step in steps %}{{ step.nmae }}{% endfor %}"))
    done = run(tmp_path, "own.docx")
    assert done.returncode == 2
    told = [line for line in done.stderr.splitlines() if "--template" in line]
    assert len(told) == 1
    assert "an entry has no attribute 'nmae'; did you mean 'name'?" in told[0]
    assert not (tmp_path / "reports").exists()


def test_what_stays_behind_is_said_and_a_template_wrong_for_one_client_fails_that_one_alone(
    tmp_path: Path,
) -> None:
    macros = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
    text = "{% if client_code == 'wander-work' %}{{ steps[999].name }}{% endif %}"
    template = change(
        relate(macros, "other.bin"), {"word/document.xml": lambda xml: xml.replace("{{ client }}", text)}
    )
    (tmp_path / "own.docm").write_bytes(template)
    done = run(tmp_path, "own.docm", "--client", "corner-shop", "--client", "wander-work")
    assert done.returncode == 1
    assert "own.docm: without macros" in done.stderr
    entries = [json.loads(line) for line in (tmp_path / "reports/ledger.jsonl").read_text().splitlines()]
    told = {entry["client"]: (entry["status"], entry["outputs"]) for entry in entries}
    assert told == {
        "corner-shop": ("done", ["report.docx", "report.ipynb"]),
        "wander-work": ("failed", ["report.ipynb"]),
    }
    (error,) = [entry["error"] for entry in entries if entry["error"]]
    assert "a list has no attribute '999'" in error


def test_a_template_that_is_no_file_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.docx")
    with pytest.raises(MissingFileError, match=r"pipe\.docx: is no file; check --template"):
        command._read_at_most(tmp_path / "pipe.docx", 10)
