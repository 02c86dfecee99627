"""What a client receives, as the command writes it, is opened by something that did not write it."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import vobject
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, sync_playwright

from licences.batch.formats import Makeable, find_makeable
from licences.words.texts import say
from poppler import ask_poppler
from serving import BROWSER_ARGUMENTS
from word_files import list_texts

NAMES = {
    "scripted": "<script>alert(1)</script>",
    "reckoned": '=HYPERLINK("http://x")',
    "long": "内蒙古自治区呼伦贝尔市鄂伦春自治旗大兴安岭北麓林下山珍土特产品跨境电子商务与冷链物流综合服务平台股份有限公司",
}
PROFILES = {"scripted": "corner-shop", "reckoned": "hello-hall", "long": "corner-shop"}
PROMISED = {"reckoned"}  # dates, and the figure that says how sure they are
FILES = {"html": "report.html", "pdf": "report.pdf", "docx": "report.docx", "xlsx": "checklist.xlsx",
         "ics": "renewals.ics"}  # fmt: skip
DAY = "2026-11-23"
DATED = ("--clients", "clients.csv", "--as-of", DAY, "--start", "2026-11-24")
LANGUAGES = ("zh", "en")
EACH = [(language, client) for language in LANGUAGES for client in NAMES]

# Draws each Chinese character of the page by itself: where one has no glyph, a box stands for it.
FIND_BOXES = """() => {
  const characters = [...new Set(document.body.innerText.match(/\\p{Script=Han}/gu))];
  const canvas = new OffscreenCanvas(24, 24), pen = canvas.getContext("2d", { willReadFrequently: true });
  const font = `20px ${getComputedStyle(document.body).fontFamily}`;
  const draw = (character) => {
    pen.clearRect(0, 0, 24, 24);
    pen.font = font;
    pen.fillText(character, 0, 20);
    return pen.getImageData(0, 0, 24, 24).data.join();
  };
  const box = draw("\\u{10ABCD}");
  return [characters.length, characters.filter((one) => draw(one) === box)];
}"""
FIND_EMPTY = """() => [...document.querySelectorAll("figure.chart")].filter((chart) =>
  chart.querySelectorAll(".main-svg path").length < 5 || chart.getBoundingClientRect().height < 100).length"""


def run(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "licences", "report", *DATED, *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=120, env=os.environ | env
    )


def write_clients(folder: Path, project: Path) -> None:
    with (project / "data" / "clients.csv").open(encoding="utf-8-sig", newline="") as file:
        samples = {row["client"]: row for row in csv.DictReader(file)}
    with (folder / "clients.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(samples["corner-shop"]))
        writer.writeheader()
        for client, name in NAMES.items():
            writer.writerow(samples[PROFILES[client]] | {"client": client, "name": name})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, project: Path, browser_path: str) -> Path:
    """All formats of clients with hostile names in both languages, one batch each; and one of them again."""
    folder = tmp_path_factory.mktemp("formats")
    write_clients(folder, project)
    every, few = ",".join(FILES), "html,pdf,xlsx,ics"
    whole = ["--length", "full"]
    asked = [
        ["--lang", "zh", "--out", "zh", "--format", few, *whole],
        ["--lang", "en", "--out", "en", "--format", every, *whole],
        ["--lang", "en", "--out", "again", "--format", every, "--client", "long", *whole],
    ]
    with ThreadPoolExecutor() as pool:
        calls = [pool.submit(run, folder, *one, LICENCES_BROWSER=browser_path) for one in asked]
    for call in calls:
        done = call.result()
        assert (done.returncode, "warning" in done.stderr) == (0, False), done.stderr
    return folder


@pytest.fixture(scope="module")
def browser(browser_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser_path, args=[*BROWSER_ARGUMENTS])
        yield running
        running.close()


@dataclass
class Opened:
    """A page with the network off, and what it asked of others or complained about."""

    page: Page
    asked: list[str]
    complaints: list[str]


def open_page(browser: Browser, path: Path, width: int, **look: Any) -> Opened:
    page = browser.new_context(offline=True, viewport={"width": width, "height": 900}, **look).new_page()
    opened = Opened(page, [], [])
    page.on("request", lambda request: opened.asked.append(request.url))
    page.on("console", lambda message: opened.complaints.append(message.text))
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    page.on("dialog", lambda dialog: (opened.complaints.append(dialog.message), dialog.dismiss()))
    page.goto(path.as_uri())
    page.wait_for_function("window.licencesDrawn === true")
    return opened


def squeeze(text: str) -> str:
    """A text without what a line break changes."""
    return re.sub(r"[\s\u00ad-]", "", unicodedata.normalize("NFKC", text))


def read_pdf(path: Path) -> list[str]:
    """The text of each sheet."""
    return ask_poppler("pdftotext", "-raw", str(path), "-").split("\f")[:-1]


def test_the_files_that_were_asked_for_are_there_and_no_others(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == ["again", "clients.csv", "en", "zh"]
    for language in LANGUAGES:
        assert sorted(path.name for path in (folder / language).iterdir()) == sorted([*NAMES, "ledger.jsonl"])
        for client in NAMES:
            made = sorted(path.name for path in (folder / language / client).iterdir())
            without = {"report.docx"} if language == "zh" else set()
            assert made == sorted({*FILES.values(), "report.ipynb"} - without)


@pytest.mark.parametrize("name", FILES.values())
def test_the_same_inputs_give_the_same_bytes(folder: Path, name: str) -> None:
    one, other = (folder / out / "long" / name for out in ("en", "again"))
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize(("language", "client"), [("zh", "long"), ("en", "scripted"), ("zh", "reckoned")])
def test_the_page_is_whole_with_the_network_off(
    folder: Path, browser: Browser, language: str, client: str, width: int
) -> None:
    path = folder / language / client / "report.html"
    assert path.stat().st_size < 1_500_000
    opened = open_page(browser, path, width)
    page = opened.page
    assert page.locator("#letter .head b").inner_text() == NAMES[client]
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.wait_for_function(f"({FIND_EMPTY})() === 0")
    assert page.title() == f"{NAMES[client]} – {say(language, 'page.title')}"
    assert page.locator("figure.chart").count() == 3 + (client in PROMISED)
    assert page.evaluate(FIND_EMPTY) == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    count, boxes = page.evaluate(FIND_BOXES)
    assert count > (500 if language == "zh" else 50)
    assert boxes == []
    assert [address for address in opened.asked if not address.startswith(("file:", "blob:", "data:"))] == []
    assert opened.complaints == []
    page.context.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_audit_finds_nothing_that_keeps_a_reader_out(
    folder: Path, browser: Browser, width: int, scheme: str
) -> None:
    language = "en" if scheme == "light" else "zh"
    opened = open_page(browser, folder / language / "long" / "report.html", width, color_scheme=scheme)
    opened.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = Axe().run(opened.page).response
    assert len(found["passes"]) > 30
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found["violations"]] == []
    opened.page.context.close()


@pytest.mark.parametrize(("language", "client"), EACH)
def test_the_pdf_says_whose_it_is_on_every_sheet_and_holds_no_picture(
    folder: Path, language: str, client: str
) -> None:
    path = folder / language / client / "report.pdf"
    about = dict(line.split(":", 1) for line in ask_poppler("pdfinfo", str(path)).splitlines())
    assert about["Title"].strip() == f"{NAMES[client]} – {say(language, 'page.title')}"
    assert about["CreationDate"].strip().startswith("Mon Nov 23")
    assert about["Tagged"].strip() == "yes"
    assert "A4" in about["Page size"]
    sheets = [squeeze(text) for text in read_pdf(path)]
    assert 8 < len(sheets) == int(about["Pages"]) < 40
    for at, text in enumerate(sheets, start=1):
        foot = f"{at}/{len(sheets)}{squeeze(NAMES[client])}·{squeeze(DAY)}"
        assert text.startswith(foot), text[:200]  # the browser writes what stands in the margin first
    assert b"/Subtype /Image" not in path.read_bytes()
    whole = "".join(sheets)
    for key in ("chart.preparation", "chart.duty", "chart.required"):
        assert squeeze(say(language, key)) in whole  # legends, drawn as text
    for key in ("chart.percentiles", "chart.in_week"):
        assert (squeeze(say(language, key)) in whole) is (client in PROMISED)
    assert squeeze(say(language, "decisions.title")) not in whole


@pytest.mark.parametrize(("language", "client"), [("zh", "long"), ("en", "reckoned")])
def test_no_row_of_a_table_is_cut_and_no_heading_stands_alone_at_the_foot(
    folder: Path, language: str, client: str
) -> None:
    sheets = [squeeze(text) for text in read_pdf(folder / language / client / "report.pdf")]
    page = BeautifulSoup((folder / language / client / "report.html").read_text(encoding="utf-8"), "lxml")
    rows = page.select("table tbody tr")
    assert len(rows) > 15
    for row in rows:
        cells = [squeeze(cell.get_text()) for cell in row.find_all(["th", "td"])]
        assert any(all(cell in sheet for cell in cells) for sheet in sheets), cells
    ends = [sheet.rpartition(squeeze(NAMES[client]))[0] for sheet in sheets[1:]]  # contents end the first
    wanted = "h2" if language == "zh" else "h2, h3"  # a figure's label may be what a Chinese h3 is
    headings = [squeeze(heading.get_text()) for heading in page.select(wanted)]
    assert len(headings) > 10
    for heading in headings:
        assert not [end for end in ends if end.endswith(heading)], heading


@pytest.mark.parametrize(("language", "client"), EACH)
def test_what_a_client_is_called_is_text_in_every_format(folder: Path, language: str, client: str) -> None:
    name, made = NAMES[client], folder / language / client
    sheets = load_workbook(made / "checklist.xlsx").worksheets
    cells = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value == name]
    assert cells
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)
    calendar = vobject.readOne((made / "renewals.ics").read_text(encoding="utf-8"))
    assert name in calendar.x_wr_calname.value
    assert all(name in event.summary.value for event in calendar.vevent_list)
    if language == "en":
        assert any(name in text for text in list_texts((made / "report.docx").read_bytes()))
    assert squeeze(name) in squeeze(read_pdf(made / "report.pdf")[0])
    page = BeautifulSoup((made / "report.html").read_text(encoding="utf-8"), "lxml")
    assert [told.get_text() for told in page.select("#letter .head b")] == [name]
    assert not [link for link in page.select("a[href]") if link["href"] == "http://x"]
    for other in set(NAMES) - {client}:
        for file in made.iterdir():
            assert NAMES[other].encode() not in file.read_bytes()


def test_without_a_browser_the_other_formats_are_written(tmp_path: Path, project: Path) -> None:
    write_clients(tmp_path, project)
    asked = ("--client", "long", "--format", "html,pdf,xlsx,ics", "--out", "out")
    done = run(tmp_path, *asked, PATH="/nowhere", LICENCES_BROWSER="")
    assert done.returncode == 1
    assert "no PDF is written: no Chromium was found" in done.stderr
    assert "apt-get install chromium fonts-noto-cjk" in done.stderr
    assert "Traceback" not in done.stderr
    made = sorted(path.name for path in (tmp_path / "out" / "long").iterdir())
    assert made == ["checklist.xlsx", "renewals.ics", "report.html", "report.ipynb"]


@pytest.mark.skipif(shutil.which("fc-list") is None, reason="no fontconfig found")
def test_without_a_chinese_font_the_reader_is_warned(
    tmp_path: Path, browser_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LICENCES_BROWSER", browser_path)
    assert find_makeable(("html", "pdf")) == Makeable(("html", "pdf"), True, ())
    (tmp_path / "fonts.conf").write_text('<?xml version="1.0"?><fontconfig></fontconfig>', encoding="utf-8")
    monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "fonts.conf"))
    warned = find_makeable(("html", "pdf"))
    assert (warned.formats, warned.has_browser) == (("html", "pdf"), True)
    (said,) = warned.warnings
    assert said.startswith("warning: this machine has no Chinese font")
    assert "apt-get install fonts-noto-cjk" in said
    assert find_makeable(("html",)).warnings == ()
