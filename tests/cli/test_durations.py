"""The firm's own times on the command line: the table, and the plans and reports that rest on them."""

from __future__ import annotations

import io
import json
import re
import shutil
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import licences as lc
from licences.__main__ import main
from licences.analysis.case import open_case
from licences.book.clients import Writing
from licences.book.events import Event
from licences.law.catalogue import Catalogue
from licences.rules.keeping import record_events
from own_books import make_decided_book

ASKED = "wander-work"
DAYS = ("--as-of", "2026-11-23")
START = ("--start", "2026-11-24")


@pytest.fixture(scope="module")
def books(
    tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue, sample_clients: pd.DataFrame
) -> dict[int, Path]:
    """A book without a case, one with two of 20 working days and one with three."""
    folder = tmp_path_factory.mktemp("books")
    return {
        many: make_decided_book(folder / f"{many}.sqlite", sample_clients, catalogue, (20,) * many, ASKED)
        for many in (0, 2, 3)
    }


def ask(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    capsys.readouterr()
    assert main([str(word) for word in words]) == 0
    return capsys.readouterr().out


def plan(capsys: pytest.CaptureFixture[str], book: Path, *options: str) -> dict[str, Any]:
    words = ("plan", "--client", ASKED, *DAYS, *START, "--lang", "en", *options)
    (told,) = json.loads(ask(capsys, *words, "--clients", book, "--json"))
    return dict(told)


def find_step(told: dict[str, Any], code: str = "ICP") -> dict[str, Any]:
    return next(step for step in told["steps"] if step["code"] == code)


def test_the_date_and_its_ground_change_from_three_cases_on(
    books: dict[int, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    none, two, three = (plan(capsys, books[many]) for many in (0, 2, 3))
    assert none == two
    before, after = find_step(two), find_step(three)
    assert (before["basis"], before["days"]["own_cases"]) == ("estimate", None)
    assert after["basis"] == after["days"]["basis"] == "own_cases"
    assert after["finish"] < before["finish"]
    assert after["finish_p80"] < before["finish_p80"]
    assert after["days"]["own_cases"]["cases"] == three["launch"]["own_cases"] == 3
    assert after["days"]["own_cases"]["median"] == 20
    others = {step["code"] for step in three["steps"] if step["days"] and step["days"]["own_cases"]}
    assert others == {"ICP"}


def test_where_the_days_come_from_is_said(books: dict[int, Path], capsys: pytest.CaptureFixture[str]) -> None:
    said = find_step(plan(capsys, books[3]))["notes"]
    assert re.search(
        r"rests on 3 decided cases of our own: half took at most 20 working days .*catalogue says \(30 – 45 – 90",
        " ".join(said),
    )
    printed = ask(capsys, "plan", "--client", ASKED, *DAYS, *START, "--lang", "zh", "--clients", books[3])
    assert "本所案例3件" in re.sub(r"\s", "", printed)


def test_what_was_not_known_yet_changes_no_plan(
    books: dict[int, Path], catalogue: Catalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    early = plan(capsys, books[3], "--as-of", "2026-03-20", "--start", "2026-03-23")
    assert find_step(early)["basis"] == "estimate"
    book = Path(shutil.copy(books[2], tmp_path))
    later = Writing(datetime(2026, 6, 1, 8, tzinfo=UTC), "li")
    events = [Event("ICP", "submitted", date(2026, 3, 2)), Event("ICP", "granted", date(2026, 3, 27))]
    record_events(book, [("sea-bridge", event) for event in events], catalogue.codes, later)
    for day, basis in (("2026-05-31", "estimate"), ("2026-06-01", "own_cases")):
        assert find_step(plan(capsys, book, "--known-on", day))["basis"] == basis


def test_the_table_counts_and_says_what_is_left_out(
    books: dict[int, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    told = json.loads(ask(capsys, "durations", "--clients", books[3], *DAYS, "--json"))
    assert (told["cases"], told["under_way"]) == (3, 0)
    assert told["left_out"] > 50  # what the clients held when the book was made
    (row,) = told["licences"]
    assert (row["code"], row["cases"], row["median_days"], row["p80_days"]) == ("ICP", 3, 20, 20)
    assert (row["returned_share"], row["basis"]) == (0, "own_cases")
    assert 20 < row["expected_p50"] < row["catalogue_likely"] == 45
    two = json.loads(ask(capsys, "durations", "--clients", books[2], *DAYS, "--json"))["licences"][0]
    assert (two["cases"], two["basis"], two["expected_p50"]) == (2, "estimate", None)


@pytest.mark.parametrize(
    ("language", "title", "note"),
    [
        ("en", "The firm's own times, as of 23 November 2026", "From three decided cases on"),
        ("zh", "本所办理用时（截至2026年11月23日）", "案例满三件起"),
    ],
)
def test_the_table_is_printed_in_both_languages(
    language: str, title: str, note: str, books: dict[int, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    printed = ask(capsys, "durations", "--clients", books[3], *DAYS, "--lang", language)
    assert title in printed
    assert note in printed
    assert "ICP" in printed


def test_a_book_without_a_case_says_so(books: dict[int, Path], capsys: pytest.CaptureFixture[str]) -> None:
    printed = ask(capsys, "durations", "--clients", books[0], *DAYS, "--lang", "en")
    assert "The book has no case yet" in printed


def test_the_workbook_holds_the_same_row(
    books: dict[int, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("durations", "--clients", books[3], *DAYS, "--lang", "en", "--format", "xlsx", "--out", tmp_path)
    ask(capsys, *words)
    written = (tmp_path / "durations.xlsx").read_bytes()
    sheet = openpyxl.load_workbook(io.BytesIO(written))["Own times"]
    header, row = sheet.iter_rows(values_only=True)
    told = dict(zip(header, row, strict=True))
    assert (told["Code"], told["Cases"], told["Half within"]) == ("ICP", 3, 20)
    ask(capsys, *words)
    assert (tmp_path / "durations.xlsx").read_bytes() == written


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--clients", "data/clients.csv"), "data/clients.csv is no book, which alone knows how long"),
        (("--clients", "nowhere.sqlite"), "there is no such book"),
        (("--clients", "book.sqlite", "--out", "x"), "--out is for a file; add --format xlsx"),
    ],
)
def test_what_cannot_be_gets_a_sentence(
    words: tuple[str, ...],
    said: str,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(project)
    assert main(["durations", *words]) in {1, 2}
    printed = capsys.readouterr()
    assert said in printed.err
    assert not printed.out


def test_an_analyst_and_a_notebook_get_the_same_days(
    books: dict[int, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    step = find_step(plan(capsys, books[3]))
    chosen = lc.read_clients(books[3]).choose(ASKED)
    frame = lc.plan(lc.assess(chosen, as_of=DAYS[1]), start=START[1]).frame.set_index("code")
    row = frame.loc["ICP"]
    assert (row["basis"], f"{row['finish']:%Y-%m-%d}") == ("own_cases", step["finish"])
    assert row["basis_label"] == "本所案例3件"
    case = open_case(ASKED, DAYS[1], START[1], "zh", clients=str(books[3]))
    (alike,) = (one for one in case.steps if one.code == "ICP")
    assert alike.finish is not None
    assert alike.finish.isoformat() == step["finish"]


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ("the firm's own cases: 3", "rests on 3 decided cases of our own")),
        ("zh", ("本所案例3件", "本所3件已办结案例")),
    ],
)
def test_a_report_names_its_own_cases_and_the_batch_says_what_one_alone_says(
    language: str,
    texts: tuple[str, ...],
    books: dict[int, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["report", "--clients", str(books[3]), *DAYS, *START, "--lang", language]
    pages = []
    for out, more in (("alone", ()), ("batch", ("--client", "sea-bridge", "--client", "paper-plane-post"))):
        made = [*words, "--client", ASKED, *more, "--workers", "2", "--out", str(tmp_path / out)]
        assert main(made) == 0, capsys.readouterr().err
        pages.append((tmp_path / out / ASKED / "report.html").read_text(encoding="utf-8"))
    assert pages[0] == pages[1]
    shown = unescape(re.sub(r"<[^>]+>", "", pages[0]))
    for text in texts:
        assert text in shown
    two = [*words[:2], str(books[2]), *words[3:], "--client", ASKED, "--out", str(tmp_path / "two")]
    assert main(two) == 0
    page = (tmp_path / "two" / ASKED / "report.html").read_text(encoding="utf-8")
    assert not any(text in unescape(re.sub(r"<[^>]+>", "", page)) for text in texts)
