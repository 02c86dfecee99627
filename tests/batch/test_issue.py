"""Issue of reports: numbered, marked, frozen, never written over, and in agreement with the book whatever happens."""

from __future__ import annotations

import io
import json
import os
import random
import re
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from docx import Document
from openpyxl import load_workbook

from batches import read_ledger
from licences.analysis.case import make_case
from licences.analysis.mark import DRAFT as DRAFT_MARK
from licences.analysis.mark import Mark
from licences.batch.frozen import find_frozen, find_frozen_problems, hash_all, hash_files, list_unknown
from licences.batch.issue import IssueOrder, issue_files
from licences.book.issues import Issue, find_next_number, list_issues
from licences.book.store import read_book
from licences.cli.main import main
from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions
from licences.render.word.document import make_word
from licences.rules.facts import choose_clients
from licences.rules.keeping import begin_book, begin_writing
from poppler import ask_poppler
from word_files import list_texts, make_docx

PROJECT = Path(__file__).parents[2]
DAYS = ("--as-of", "2026-11-23", "--start", "2026-11-24", "--lang", "en")
ALL = "html,pdf,docx,xlsx,ics"
FILES = {"report.html", "report.ipynb", "report.pdf", "report.docx", "checklist.xlsx", "renewals.ics"}
DRAFT = "Draft, not issued"
YEAR = date.today().year


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty book in a folder in which we stand."""
    monkeypatch.chdir(tmp_path)
    begin_book(tmp_path / "book.sqlite", None, {}, begin_writing())  # type: ignore[arg-type]
    return tmp_path / "book.sqlite"


def make_files(mark: Mark, _calendar: bytes | None = None) -> Mapping[str, bytes]:
    return {"report.html": f"this is {mark.number}".encode(), "report.pdf": b"%PDF" + os.urandom(50_000)}


def issue(book: Path, client: str = "shop", day: date = date(2026, 11, 26), **asked: Any) -> Issue:
    asked = {"make": make_files, "warn": pytest.fail} | asked
    out = asked.get("out", "issued")
    order = IssueOrder(book, client, book.parent / out, out, day)
    return issue_files(order, day, "en", "standard", asked["make"], asked["warn"])


def read_issues(book: Path, client: str = "shop") -> tuple[Issue, ...]:
    with read_book(book) as connection:
        return list_issues(connection, client).get(client, ())


def read_folder(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# Numbers


def test_numbers_run_on_within_a_year_and_begin_anew_with_the_next(book: Path) -> None:
    days = [date(2026, 11, 26), date(2026, 12, 31), date(2027, 1, 1)]
    numbers = [issue(book, day=day).number for day in days] + [issue(book, "other").number]
    assert numbers == ["shop-2026-001", "shop-2026-002", "shop-2027-001", "other-2026-001"]
    assert [one.issued_on for one in read_issues(book)] == days


def test_a_number_past_a_thousand_and_one_of_a_client_with_a_longer_name_are_told_apart() -> None:
    assert find_next_number("shop", 2026, ["shop-2026-999", "shop-2026-abc"]) == "shop-2026-1000"
    assert find_next_number("shop", 2026, ["shop-2026-2026-007"]) == "shop-2026-001"


def test_a_folder_that_the_book_does_not_know_is_passed_over_and_stays(book: Path) -> None:
    left = book.parent / "issued" / "shop" / "shop-2026-001"
    left.mkdir(parents=True)
    (left / "report.html").write_text("of somebody")
    said: list[str] = []
    assert issue(book, warn=said.append).number == "shop-2026-002"
    assert "shop-2026-001 is there, and the book knows of no such issue" in said[0]
    assert read_folder(left) == {"report.html": b"of somebody"}
    assert issue(book).number == "shop-2026-003"


def test_two_who_issue_at_once_get_two_numbers(book: Path) -> None:
    met, made = threading.Barrier(2), list[str]()

    def make(mark: Mark, _calendar: bytes | None) -> Mapping[str, bytes]:
        made.append(mark.number)
        if len(made) <= 2:
            met.wait(30)
        return make_files(mark)

    asked = [{"make": make, "out": out} for out in ("here", "there")]
    threads = [threading.Thread(target=issue, args=(book,), kwargs=one) for one in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert made == ["shop-2026-001", "shop-2026-001", "shop-2026-002"]
    assert [one.number for one in read_issues(book)] == ["shop-2026-001", "shop-2026-002"]
    for one in read_issues(book):
        assert (book.parent / one.folder / "report.html").read_text() == f"this is {one.number}"


def test_what_cannot_be_made_leaves_neither_a_row_nor_a_folder(book: Path) -> None:
    def fail(_mark: Mark, _calendar: bytes | None) -> Mapping[str, bytes]:
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        issue(book, make=fail)
    with pytest.raises(TypeError):
        issue(book, make=lambda *_: {"report.html": b"whole", "report.pdf": "no bytes"})
    assert read_issues(book) == ()
    assert not list((book.parent / "issued").rglob("*-2026-*"))


def test_nothing_is_issued_where_a_link_leads(book: Path, tmp_path: Path) -> None:
    (tmp_path / "issued").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "issued" / "shop").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Exception, match="is a link"):
        issue(book)


# Whatever happens


_LOOP = """
import os, sys
from datetime import date
from pathlib import Path
from licences.batch.issue import IssueOrder, issue_files
book = Path("book.sqlite")
order = IssueOrder(book, "shop", Path("issued").absolute(), "issued", date(2026, 11, 26))
def make(mark, _calendar):
    return {f"{name}.pdf": mark.number.encode() + os.urandom(20_000) for name in "abcdef"}
while True:
    issue_files(order, date(2026, 11, 26), "en", "standard", make, lambda said: None)
    print(flush=True)
"""


def test_a_kill_at_any_moment_leaves_book_and_folders_in_agreement(book: Path) -> None:
    moments, place, before = random.Random(7), book.parent / "issued" / "shop", 0  # noqa: S311 - no secret
    for _ in range(8):
        with subprocess.Popen(
            [sys.executable, "-c", _LOOP], cwd=book.parent, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout
            process.stdout.readline()
            time.sleep(moments.uniform(0.0, 0.4))
            process.send_signal(signal.SIGKILL)
        issues = read_issues(book)
        assert len(issues) > before
        before = len(issues)
        assert [problem for one in issues for problem in find_frozen_problems("shop", one)] == []
        assert all((place / one.number).is_dir() for one in issues)
    said: list[str] = []
    last = issue(book, warn=said.append)
    unknown = {path.name for path in place.iterdir()} - {one.number for one in read_issues(book)}
    assert all(any(name in text for text in said) or name < last.number for name in unknown), unknown
    assert not [name for name in unknown if name.startswith(".")]
    assert len(unknown) <= 8


# Frozen


def test_frozen_files_are_for_their_owner_to_read_and_have_the_hashes_of_the_book(book: Path) -> None:
    before = os.umask(0)
    try:
        one = issue(book)
    finally:
        os.umask(before)
    folder = book.parent / one.folder
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o400}
    for above in (folder, folder.parent, folder.parent.parent):
        assert stat.S_IMODE(above.stat().st_mode) == 0o700
    hashes = hash_files(read_folder(folder))
    assert (json.loads(one.files), one.hash) == (hashes, hash_all(hashes))
    assert read_issues(book) == (one,)


def test_what_is_missing_or_was_changed_of_an_issue_is_named(book: Path) -> None:
    one = issue(book)
    folder = book.parent / one.folder
    assert find_frozen_problems("shop", one) == []
    (folder / "report.pdf").unlink()
    (folder / "report.html").chmod(0o600)
    (folder / "report.html").write_text("something else")
    said = sorted((Path(one.file).name, one.wrong) for one in find_frozen_problems("shop", one))
    assert said == [
        ("report.html", "is not what was issued as shop-2026-001"),
        ("report.pdf", "is of shop-2026-001, and missing"),
    ]
    forged = one._replace(files=json.dumps({"report.html": "0" * 64}))
    assert "does not go with its hash" in find_frozen_problems("shop", forged)[0].wrong


# Whole reports


class Firm:
    """A folder with a book in which we stand, and commands given there one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reports = folder / "reports" / "corner-shop"
        self.issued = folder / "issued" / "corner-shop"

    def run(self, *words: str, status: int = 0) -> str:
        """What is printed on both."""
        done = subprocess.run(
            [sys.executable, "-m", "licences", *words],
            cwd=self.folder, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == status, done.stderr
        return done.stdout + done.stderr

    def draft(self, *words: str) -> str:
        asked = ("--clients", "book.sqlite", "--client", "corner-shop", *DAYS)
        return self.run("report", *asked, *words)

    def issue(self, *words: str) -> str:
        return self.run("issue", "corner-shop", "--clients", "book.sqlite", *DAYS, *words)


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory, browser_path: str) -> Firm:
    """A firm that issued a report, recorded what was granted since, and made a draft of the next one."""
    assert browser_path
    folder = tmp_path_factory.mktemp("firm")
    (folder / "data").symlink_to(PROJECT / "data")
    made = Firm(folder)
    made.run("book", "init", "book.sqlite", "--from", "data/clients.csv")
    made.issue("--format", ALL)
    made.run("record", "corner-shop", "EDI", "granted", "--on", "2026-11-20", "--clients", "book.sqlite")
    made.draft("--format", ALL, "--length", "letter")
    return made


def read_page(path: Path) -> str:
    return unescape(re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", path.read_text("utf-8"), flags=re.DOTALL))


def list_said(folder: Path) -> dict[str, str]:
    """What is said at the head of the files of a report, by format."""
    cells = load_workbook(folder / "checklist.xlsx").worksheets[0].iter_rows(max_row=3, values_only=True)
    word = Document(io.BytesIO((folder / "report.docx").read_bytes()))
    calendar = (folder / "renewals.ics").read_text("utf-8").replace("\n ", "").replace("\\,", ",")
    trail = json.loads((folder / "report.ipynb").read_text("utf-8"))
    said = {
        "html": read_page(folder / "report.html")[:2000],
        "docx": word.sections[0].first_page_header.paragraphs[0].text,
        "xlsx": str(list(cells)),
        "ics": calendar.partition("BEGIN:VEVENT")[0],
        "ipynb": "".join(trail["cells"][0]["source"]),
    }
    if (folder / "report.pdf").exists():
        said["pdf"] = ask_poppler("pdftotext", "-l", "1", "-layout", str(folder / "report.pdf"), "-")
    return said


def test_what_is_issued_bears_number_and_day_in_every_format(firm: Firm) -> None:
    number, folder = f"corner-shop-{YEAR}-001", firm.issued / f"corner-shop-{YEAR}-001"
    assert {path.name for path in folder.iterdir()} == FILES
    said = list_said(folder)
    assert len(said) == len(FILES)
    day = f"{date.today():%B %Y}"
    for name, text in said.items():
        assert number in text, name
        assert day in text, name
        assert "issued" in text, name
        assert DRAFT not in text, name
    assert re.search(rf"Reference +{number}\n", said["pdf"])
    assert re.search(rf"· {number} · 2026-11-23 +1/\d", said["pdf"])
    found = list(map(str.strip, list_texts((folder / "report.docx").read_bytes())))
    assert number in found


def test_what_is_not_issued_is_a_draft_in_every_format(firm: Firm) -> None:
    said = list_said(firm.reports)
    assert len(said) == len(FILES)
    for name, text in said.items():
        assert DRAFT in text, name
    assert "corner-shop / 2026-11-23" in said["pdf"]
    assert re.search(rf"· {DRAFT} · 2026-11-23 +1/\d", said["pdf"])
    foot = load_workbook(firm.reports / "checklist.xlsx").worksheets[1].oddFooter.center.text
    assert str(foot).endswith(DRAFT)


def test_a_draft_is_held_against_what_was_issued_last_however_often_it_is_made(firm: Firm) -> None:
    before = (firm.reports / "report.html").read_bytes()
    day = f"{date.today().day} {date.today():%B %Y}"
    intro = f"The last report, no. corner-shop-{YEAR}-001, was issued on {day} and stated the law as of 23 November 2026."
    assert intro in " ".join(read_page(firm.reports / "report.html").split())
    cells = load_workbook(firm.reports / "checklist.xlsx").worksheets[0].iter_rows(values_only=True)
    assert any(str(cell).startswith(intro) for row in cells for cell in row)
    firm.draft("--length", "letter", "--format", ALL)
    firm.draft("--force")
    assert [line["status"] for line in read_ledger(firm.folder / "reports")] == ["done", "up_to_date", "done"]
    assert (firm.reports / "report.html").read_bytes() == before


def test_the_next_issue_is_held_against_the_first_and_the_draft_is_made_again(firm: Firm) -> None:
    firm.draft()
    frozen = read_folder(firm.issued / f"corner-shop-{YEAR}-001")
    printed = firm.issue("--format", "html,ics")
    assert f"corner-shop-{YEAR}-002" in printed
    page = " ".join(read_page(firm.issued / f"corner-shop-{YEAR}-002" / "report.html").split())
    assert f"no. corner-shop-{YEAR}-001, was issued on" in page
    assert read_folder(firm.issued / f"corner-shop-{YEAR}-001") == frozen
    read, made, *_ = firm.draft().splitlines()
    assert read.startswith("book.sqlite: 26 clients, ")
    assert "done" in made
    page = " ".join(read_page(firm.reports / "report.html").split())
    assert f"no. corner-shop-{YEAR}-001" not in page  # nothing has changed since the second

    listed = json.loads(firm.run("issue", "--list", "--json", "--clients", "book.sqlite"))
    assert [(one["number"], set(one["files"])) for one in listed] == [
        (f"corner-shop-{YEAR}-001", FILES),
        (f"corner-shop-{YEAR}-002", {"report.html", "report.ipynb", "renewals.ics"}),
    ]
    assert len(firm.run("issue", "corner-shop", "--list", "--clients", "book.sqlite").splitlines()) == 2


def test_the_notebook_that_is_open_in_jupyter_looks_back_at_the_last_issue(firm: Firm) -> None:
    code = (
        "from licences.analysis.case import open_case\n"
        "from licences.analysis.record import find_earlier\n"
        "case = open_case('corner-shop', '2026-11-23', '2026-11-24', 'en', '', 'book.sqlite')\n"
        "print(find_earlier('corner-shop')['issued']['number'], case.mark)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=firm.folder, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"corner-shop-{YEAR}-00")
    assert done.stdout.endswith("None\n")


def test_check_names_what_was_changed_and_notes_what_is_on_another_machine(firm: Firm) -> None:
    ask = ("check", "--clients", "book.sqlite", "--json")
    found = json.loads(firm.run(*ask).partition("\n}\n")[0] + "\n}")
    assert found["problems"] == []
    count = found["issued"]["count"]
    assert found["issued"] == {"count": count, "absent": [], "unknown": []}
    folder = firm.issued / f"corner-shop-{YEAR}-001"
    (firm.issued / f"corner-shop-{YEAR}-777").mkdir()
    away = firm.folder / "away"
    folder.rename(away)
    said = firm.run("check", "--clients", "book.sqlite")
    assert f"1 issued report is not on this machine and not looked at: corner-shop-{YEAR}-001" in said
    assert f"corner-shop-{YEAR}-777" in said
    away.rename(folder)
    (firm.issued / f"corner-shop-{YEAR}-777").rmdir()
    (folder / "report.html").unlink()
    said = firm.run("check", "--clients", "book.sqlite", status=1)
    assert f"report.html: is of corner-shop-{YEAR}-001, and missing" in said


def test_a_report_from_a_file_says_nothing_of_drafts(firm: Firm, tmp_path: Path) -> None:
    asked = ("--clients", "data/clients.csv", "--client", "corner-shop", *DAYS, "--out", str(tmp_path))
    firm.run("report", *asked, "--format", "html,docx,xlsx,ics")
    for name, text in list_said(tmp_path / "corner-shop").items():
        assert "raft" not in text, name
        assert "ssued" not in text, name


def test_a_template_without_a_place_for_it_gets_the_mark_at_its_head(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    profile = choose_clients(sample_clients, ["corner-shop"])
    case = make_case(catalogue, profile, date(2026, 11, 23), PlanOptions(date(2026, 11, 24)), "en")
    draft = replace(case, mark=DRAFT_MARK)
    without, place = (
        make_docx("Dear client"),
        make_docx("Dear client", "{{ mark }}{% if is_draft %}!{% endif %}"),
    )
    for one, template, wanted in (
        (draft, without, [DRAFT, "Dear client"]),
        (draft, place, ["Dear client", f"{DRAFT}!"]),
        (case, without, ["Dear client"]),
    ):
        assert [text for text in list_texts(make_word(one, template=template)) if text] == wanted


def test_reports_and_ledger_are_for_their_owner_alone(firm: Firm) -> None:
    reports = firm.reports.parent
    for path in (firm.folder / "book.sqlite", reports, *reports.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("corner-shop", "--clients", "data/clients.csv"), "is no book"),
        (("corner-shop", "--clients", "book.sqlite", "--known-on", "2026-05-31"), "--known-on"),
        (("corner-shopp", "--clients", "book.sqlite"), "corner-shop"),
        (("--clients", "book.sqlite"), "to whom"),
        (("corner-shop", "--clients", "book.sqlite", "--json"), "--list"),
        (("corner-shop", "--clients", "none.sqlite"), "no such book"),
    ],
)
def test_what_cannot_be_issued_gets_a_sentence(
    firm: Firm,
    words: tuple[str, ...],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(firm.folder)
    assert main(["issue", *words]) == (1 if "none.sqlite" in words else 2)
    assert said in capsys.readouterr().err


def test_a_client_of_a_chinese_id_is_issued_to_and_its_folder_is_checked(book: Path) -> None:
    first, second = issue(book, "月牙湾"), issue(book, "月牙湾")
    assert [one.number for one in (first, second)] == ["月牙湾-2026-001", "月牙湾-2026-002"]
    assert find_frozen(second).parts[-2:] == ("月牙湾", "月牙湾-2026-002")
    assert list(find_frozen_problems("月牙湾", second)) == []
    place = find_frozen(second).parent
    assert list(list_unknown(place, "月牙湾", (first,))) == [find_frozen(second)]
