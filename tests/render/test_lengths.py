"""A report in its three lengths: how many sheets each has, and that nothing is said in it twice but on purpose."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from lxml import html as parser

from licences.reading.dictionary import LANGUAGES
from licences.render.lengths import LENGTHS
from licences.render.pdf import Printer
from poppler import ask_poppler

AS_OF = date(2026, 11, 23)
MOST_SHEETS = {"letter": 3, "standard": 12}
# What a length leaves out, by its class, and what stands in no length but for those who look at a screen.
LEFT_OUT = {
    "letter": {"standard", "full", "appendix", "contents", "edition"},
    "standard": {"full", "appendix", "contents"},
    "full": {"short", "contents"},
}
SAYS = ("p", "li", "summary", "h1", "h2")
FACTS = {"dl", "article", "table"}  # two licences may share a time, or a duty
SHORTEST = 20  # a Chinese character counts for two

Pages = dict[tuple[str, str], str]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """The page of each sample client in each language."""
    found = {}
    for language in LANGUAGES:
        out = tmp_path_factory.mktemp(language)
        days = ["--as-of", "2026-11-23", "--start", "2026-11-24"]
        command = ["report", *days, "--lang", language, "--workers", "2", "--out", str(out)]
        done = subprocess.run(
            [sys.executable, "-m", "licences", *command], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        for page in out.glob("*/report.html"):
            found[page.parent.name, language] = page.read_text(encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def printer(browser_path: str) -> Iterator[Printer]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LICENCES_BROWSER", browser_path)
        printer = Printer(sheets=2)
        yield printer
        printer.close()


def count_sheets(folder: Path, pdf: bytes) -> int:
    path = folder / f"{uuid4().hex}.pdf"
    path.write_bytes(pdf)
    (pages,) = re.findall(r"^Pages: +(\d+)", ask_poppler("pdfinfo", str(path)), re.MULTILINE)
    return int(pages)


@pytest.mark.parametrize("length", MOST_SHEETS)
def test_no_report_is_longer_than_its_length_promises(
    pages: Pages, printer: Printer, tmp_path: Path, length: str
) -> None:
    def count(page: tuple[tuple[str, str], str]) -> tuple[tuple[str, str], int]:
        return page[0], count_sheets(tmp_path, printer.print_page(page[1], "client", AS_OF, length))

    with ThreadPoolExecutor(2) as pool:
        counts = dict(pool.map(count, pages.items()))
    assert len(counts) > 50
    assert {page: sheets for page, sheets in counts.items() if sheets > MOST_SHEETS[length]} == {}


def test_a_longer_report_holds_what_a_shorter_one_does(
    pages: Pages, printer: Printer, tmp_path: Path
) -> None:
    page = pages["hello-hall", "en"]
    counts, texts = [], []
    for length in LENGTHS:
        path = tmp_path / f"{length}.pdf"
        path.write_bytes(printer.print_page(page, "client", AS_OF, length))
        counts.append(count_sheets(tmp_path, path.read_bytes()))
        texts.append(" ".join(ask_poppler("pdftotext", str(path), "-").split()))
    assert counts == sorted(set(counts))
    letter, standard, full = texts
    assert "What we need from you" in letter
    assert "Documents to prepare" not in letter
    assert "Documents to prepare" in standard
    for appendix in ("What has to come before what", "How sure the date is", "The other licences one by one"):
        assert appendix not in standard
        assert appendix in full


def test_a_page_is_printed_as_its_standard_report(pages: Pages, printer: Printer) -> None:
    page = pages["corner-shop", "zh"]
    assert printer.print_page(page, "client", AS_OF) == printer.print_page(page, "client", AS_OF, "standard")


def list_sentences(page: str, length: str) -> list[str]:
    """The sentences of a report, but for the facts of its licences."""
    tree = parser.document_fromstring(page)
    for element in list(tree.iter()):
        classes = set((element.get("class") or "").split()) if isinstance(element.tag, str) else set()
        if element.tag in FACTS | {"script", "style"} or classes & LEFT_OUT[length]:
            element.drop_tree()
    texts = (element.text_content() for element in tree.iter(*SAYS) if element.find(".//li") is None)
    return list(split_sentences(texts))


def split_sentences(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z])|[。！？]", " ".join(text.split())):
            said = sentence.strip(" .,;:：，*")
            if sum(2 if ord(letter) > 0x2E80 else 1 for letter in said) >= SHORTEST:
                yield said


@pytest.mark.parametrize("length", LENGTHS)
def test_nothing_is_said_twice_but_on_the_first_pages_and_where_its_detail_stands(
    pages: Pages, length: str
) -> None:
    again = {}
    for name, page in pages.items():
        first = Counter(list_sentences(page, "letter"))
        said = Counter(list_sentences(page, length))
        for sentence, count in said.items():
            if count > 1 + (length != "letter" and first[sentence] == 1):
                again[name, sentence] = count
    assert again == {}


def test_a_duty_that_licences_share_is_said_once_with_the_days_of_each(pages: Pages) -> None:
    shared = set()
    for name, page in pages.items():
        rows = parser.document_fromstring(page).xpath("//section[@id='renewals']//tbody/tr")
        cells = [
            (row.xpath("./th//a"), row.xpath("./td")[0].text_content(), row.xpath("./td")[1]) for row in rows
        ]
        duties = Counter(what for _, what, _ in cells if not re.search(r"\d{4}-\d\d-\d\d", what))
        assert {what: count for what, count in duties.items() if count > 1} == {}, name
        for licences, _, days in cells:
            if len(licences) > 1:
                shared.add(name)
                names = [one.text_content() for one in licences]
                assert [one.text_content() for one in days.xpath("./span[@class='help']")] == names
                assert len(days.xpath(".//b")) >= len(names)
    assert shared >= {("hello-hall", language) for language in LANGUAGES}
