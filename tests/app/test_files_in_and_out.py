"""The explorer with files of the consultant's machine: clients, answers that came back, and questionnaires to send."""

from __future__ import annotations

import csv
import io
import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from licences.app.explorer import Explorer
from licences.app.inquiry import SHOWN
from licences.app.terms import Places, Terms
from licences.app.transfer import MAX_UPLOAD_BYTES, Download
from licences.law.catalogue import Catalogue
from licences.reading.dictionary import LANGUAGES
from licences.rules.answer_files import read_answers

TERMS = Terms(date(2026, 11, 23), date(2026, 11, 24))


@pytest.fixture
def places(project: Path, tmp_path: Path) -> Places:
    shutil.copy(project / "data" / "clients.csv", tmp_path / "mine.csv")
    return Places(project, None, tmp_path / "mine.csv", tmp_path / "reports")


@pytest.fixture
def explorer(catalogue: Catalogue, places: Places) -> Explorer:
    return Explorer(catalogue, places, TERMS, "en", "wander-work")


@pytest.fixture
def newcomer(catalogue: Catalogue, places: Places) -> Explorer:
    return Explorer(catalogue, places, TERMS, "en")


def make_answers(client: str, answers: dict[str, str], **further: Any) -> bytes:
    head = {"licences_answers": 1, "client": client, "name": "", "edition": "2026-11-23", "lang": "en"}
    head |= {"made_on": "2026-11-20", "answered_on": "2026-11-22", "by": "Wang Fang"}
    told = {"answers": answers, "unsure": [], "remarks": {}}
    return json.dumps(head | told | further).encode()


def make_clients(*rows: dict[str, str]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def send(explorer: Explorer, name: str, content: bytes, pieces: int = 1) -> None:
    """What the page sends of a file that is dropped on it."""
    size = -(-len(content) // pieces)
    for at in range(pieces):
        piece = memoryview(content[at * size : (at + 1) * size])
        explorer.screen.upload._handle_custom_msg({"name": name, "at": at, "pieces": pieces}, [piece])


def test_answers_that_came_back_are_shown_before_they_are_taken(explorer: Explorer) -> None:
    before = dict(explorer.cells)
    told = {"has_app": "no" if before["has_app"] == "yes" else "yes"}
    send(explorer, "answers.json", make_answers("wander-work", told), pieces=3)
    assert explorer.cells == before
    assert "Has a mobile app" in explorer.screen.asked.value
    explorer.screen.yes.click()
    assert explorer.cells == before | told
    assert not explorer.is_saved


def test_answers_of_another_client_open_that_client_first(explorer: Explorer) -> None:
    send(explorer, "answers.json", make_answers("JAM-JAR", {"registered_users": "77"}))
    explorer.screen.yes.click()
    assert (explorer.cells["client"], explorer.cells["registered_users"]) == ("jam-jar", "77")
    explorer.screen.file.value = "mine.csv"
    explorer.file = explorer.places.clients
    assert explorer.opened is not None
    assert explorer.opened["client"] == "jam-jar"


def test_answers_that_are_left_out_change_nothing(explorer: Explorer) -> None:
    before = dict(explorer.cells)
    send(explorer, "answers.json", make_answers("wander-work", {"registered_users": "77"}))
    explorer.screen.no.click()
    assert explorer.cells == before


def test_answers_that_tell_nothing_new_ask_nothing(explorer: Explorer) -> None:
    told = {"has_website": explorer.cells["has_website"]}
    send(explorer, "answers.json", make_answers("wander-work", told))
    assert explorer.screen.asking.layout.display == "none"
    assert "nothing that does not stand here already" in explorer.screen.message.value


def test_answers_of_a_client_that_nobody_knows_begin_a_new_one(newcomer: Explorer) -> None:
    send(newcomer, "answers.json", make_answers("lamp-shop", {"has_app": "yes"}, name="Lamp shop"))
    newcomer.screen.yes.click()
    assert [newcomer.cells[name] for name in ("client", "name", "has_app")] == [
        "lamp-shop",
        "Lamp shop",
        "yes",
    ]


def test_a_wrong_answer_is_named_and_nothing_is_taken(explorer: Explorer) -> None:
    before = dict(explorer.cells)
    send(
        explorer, "answers.json", make_answers("wander-work", {"registered_users": "many", "has_app": "yes"})
    )
    assert "many" in explorer.screen.message.value
    assert explorer.screen.asking.layout.display == "none"
    assert explorer.cells == before


def test_a_file_of_clients_is_listed_to_choose_from(explorer: Explorer) -> None:
    rows = [{"client": f"new-{at}", "name": f"New {at}", "has_app": "yes"} for at in range(3)]
    send(explorer, "list of ours.csv", make_clients(*rows))
    assert {value for _, value in explorer.screen.client.options} == {"", "new-0", "new-1", "new-2"}
    explorer.load("new-1")
    assert explorer.cells["has_app"] == "yes"
    explorer.save()
    with explorer.places.clients.open(encoding="utf-8-sig") as file:
        assert "new-1" in [row["client"] for row in csv.DictReader(file)]


def test_a_file_of_one_client_opens_it(explorer: Explorer) -> None:
    send(explorer, "one.csv", make_clients({"client": "new-0", "name": "New", "has_app": "yes"}))
    assert explorer.cells["client"] == "new-0"
    assert not explorer.is_saved


def test_answers_that_are_not_saved_are_not_lost_to_a_file(explorer: Explorer) -> None:
    explorer.tell("registered_users", "55")
    send(explorer, "one.csv", make_clients({"client": "new-0", "name": "New"}))
    assert explorer.cells["registered_users"] == "55"
    explorer.screen.yes.click()
    assert explorer.cells["client"] == "new-0"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.xlsx", b"PK\x03\x04 broken"),
        ("x.pdf", b"%PDF-1.7"),
        ("x.csv", b""),
        ("../../x.csv", b"a,b\n1,2\n"),
    ],
)
def test_a_file_that_cannot_be_read_says_so_and_changes_nothing(
    explorer: Explorer, name: str, content: bytes
) -> None:
    before = dict(explorer.cells), len(explorer.screen.client.options)
    send(explorer, name, content)
    assert "licences-message wrong" in explorer.screen.message.value
    assert (dict(explorer.cells), len(explorer.screen.client.options)) == before


def test_a_file_that_is_too_large_is_refused_before_it_is_kept(explorer: Explorer) -> None:
    explorer.screen.upload._handle_custom_msg({"name": "big.csv", "too_large": True}, [])
    assert "big.csv has more than 20 MB" in explorer.screen.message.value
    explorer.reset()
    half = memoryview(bytes(MAX_UPLOAD_BYTES // 2 + 1))
    for at in range(2):
        explorer.screen.upload._handle_custom_msg({"name": "b.csv", "at": at, "pieces": 2}, [half])
    assert "b.csv has more than 20 MB" in explorer.screen.message.value


def test_questions_stay_where_they_are_while_they_are_answered(newcomer: Explorer) -> None:
    inquiry = newcomer.screen.inquiry
    first = list(inquiry.shown)
    assert len(first) == SHOWN
    assert first[0] == newcomer.case.questions["field"].iloc[0]
    newcomer.tell(first[0], "yes" if newcomer.catalogue.fields[first[0]].type == "bool" else "none")
    assert inquiry.shown[0] == first[0]
    inquiry.next.click()
    assert not set(inquiry.shown) & set(first)
    newcomer.load("jam-jar")
    newcomer.screen.yes.click()
    assert not set(inquiry.shown) - set(newcomer.case.questions["field"])


def test_the_number_of_open_questions_is_said_and_falls(newcomer: Explorer) -> None:
    def count() -> int:
        return int(newcomer.screen.inquiry.head.value.split()[0].removeprefix("<p>"))

    before = count()
    newcomer.tell("hosts_third_party_sellers", "no")
    assert count() < before


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_questionnaire_is_handed_to_the_browser_and_read_back(
    catalogue: Catalogue, explorer: Explorer, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    handed: list[tuple[str, bytes, str]] = []
    monkeypatch.setattr(Download, "hand", lambda _self, *file: handed.append(file))
    explorer.speak(language)
    for button in explorer.screen.inquiry.offers:
        button.click()
    (sheet_name, sheet, _), (page_name, page, _) = handed
    assert (sheet_name, page_name) == ("questionnaire-wander-work.xlsx", "questionnaire-wander-work.html")
    assert page.startswith(b"<!DOCTYPE html>")
    book = load_workbook(io.BytesIO(sheet))
    assert len(book.worksheets[0]["A"]) > 5
    answers = read_answers(sheet, sheet_name, catalogue.fields)
    assert (answers.client, dict(answers.cells)) == ("wander-work", {})
