"""The explorer's tab of a client's case, without a browser and with a real book."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from licences.analysis.case import Case, make_case
from licences.app.board import Board
from licences.app.explorer import Explorer
from licences.app.refusals import find_path
from licences.app.terms import Places, Terms
from licences.book.events import Event
from licences.book.overrides import Override
from licences.cli.main import main
from licences.errors import LicencesError
from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions
from licences.reading.dictionary import LANGUAGES
from licences.render.html.board import make_board
from licences.rules.case_entries import give_override
from licences.rules.case_files import list_case_files
from licences.rules.client_files import find_saved
from licences.rules.facts import choose_clients, read_profiles
from licences.rules.keeping import begin_book, begin_writing, record_events
from licences.rules.meanwhile import take_over
from licences.rules.stages import find_present
from licences.words.board import name_event
from licences.words.texts import read_texts, say

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
TERMS = Terms(AS_OF, START)
CLIENT = "wander-work"


@pytest.fixture
def book(catalogue: Catalogue, sample_clients: pd.DataFrame, tmp_path: Path) -> Path:
    place = tmp_path / "book.sqlite"
    begin_book(place, sample_clients, catalogue.fields, begin_writing("li"))
    return place


@pytest.fixture
def open_explorer(catalogue: Catalogue, project: Path, book: Path, tmp_path: Path) -> Callable[..., Explorer]:
    def open_one(client: str = CLIENT, language: str = "en", terms: Terms = TERMS) -> Explorer:
        places = Places(project, None, book, tmp_path / "reports")
        return Explorer(catalogue, places, terms, language, client)

    return open_one


def find_board(explorer: Explorer) -> Board:
    assert explorer.board
    return explorer.board


def type_in(explorer: Explorer, **typed: Any) -> None:
    for name, value in typed.items():
        getattr(find_board(explorer), name).value = value


def record(explorer: Explorer, **typed: Any) -> str:
    """Types an entry, records it, and returns what is said beside the form."""
    type_in(explorer, **typed)
    find_board(explorer).record.click()
    return unescape(find_board(explorer).said.value)


def read_client(catalogue: Catalogue, book: Path, client: str = CLIENT) -> pd.DataFrame:
    return choose_clients(read_profiles(book, catalogue.fields, catalogue.codes), [client])


def list_kept(catalogue: Catalogue, book: Path) -> list[tuple[str, str]]:
    (file,) = list_case_files(read_client(catalogue, book))
    return [(one.code, one.kind) for one in file.events if one.happened_on]


def make_case_of_book(catalogue: Catalogue, book: Path, client: str, as_of: date = AS_OF) -> Case:
    profiles = find_present(read_client(catalogue, book, client), as_of)
    return make_case(catalogue, profiles, as_of, PlanOptions(START), "en")


def find_to_begin(explorer: Explorer) -> str:
    """A licence that is a step of the plan, and of which nothing is recorded."""
    return next(step.code for step in explorer.case.steps if step.course is None and step.takes_time)


def find_column(explorer: Explorer, code: str) -> str:
    """The title of the column in which a licence stands."""
    (found,) = [
        part
        for part in find_board(explorer).shown.value.split("<section>")[1:]
        if f'data-code="{code}"' in part.split("</section>")[0]
    ]
    title = re.search(r"<h3>(.*?) <span", found)
    assert title
    return unescape(title[1])


def list_cards(html: str, column: int) -> list[str]:
    """The codes of a column, from 0, in their order."""
    return re.findall(
        r'data-code="(\w+)"', html.split("<section>")[column + 1].split("</section>", maxsplit=1)[0]
    )


def show_plan(case: Case) -> list[tuple[Any, ...]]:
    return [(step.code, step.start, step.submit_on, step.finish, step.limit_on) for step in case.steps]


def test_the_tab_is_there_only_where_clients_are_kept_in_a_book(
    catalogue: Catalogue, project: Path, open_explorer: Callable[..., Explorer], tmp_path: Path
) -> None:
    places = Places(project, None, project / "data" / "clients.csv", tmp_path / "reports")
    plain = Explorer(catalogue, places, TERMS, "en", CLIENT)
    assert plain.board is None
    assert len(plain.screen.tabs.children) == len(plain.screen.tabs.titles) == 5
    for language in LANGUAGES:
        explorer = open_explorer(language=language)
        assert explorer.screen.tabs.children[-1] is find_board(explorer).box
        assert explorer.screen.tabs.titles[-1] == read_texts(language)["explorer"]["tab_case"]


def test_a_book_on_a_server_is_saved_to_where_the_explorer_was_started_for_it(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    server = Path("postgresql+psycopg://li@127.0.0.1/firm")
    places = Places(tmp_path, None, server, tmp_path / "reports")
    assert find_path(str(server), places, catalogue.fields, "en") == server
    with pytest.raises(LicencesError, match="no file name can hold"):
        find_path(f"{server}2", places, catalogue.fields, "en")


def test_a_client_that_is_saved_into_a_book_gets_the_tab(
    catalogue: Catalogue, project: Path, book: Path, tmp_path: Path
) -> None:
    places = Places(tmp_path, None, project / "data" / "clients.csv", tmp_path / "reports")
    explorer = Explorer(catalogue, replace(places, work=tmp_path), TERMS, "en", CLIENT)
    explorer.screen.file.value = book.name
    explorer.tell("has_app", "yes")
    explorer.save()
    explorer.decide(True)
    assert explorer.screen.tabs.children[-1] is find_board(explorer).box


def test_what_is_recorded_moves_the_application_and_the_plan_follows(
    catalogue: Catalogue, book: Path, open_explorer: Callable[..., Explorer]
) -> None:
    explorer = open_explorer()
    code = find_to_begin(explorer)
    columns = read_texts("en")["board"]["column"]
    assert find_column(explorer, code) == columns["to_begin"]
    before = show_plan(explorer.case)
    said = record(explorer, code=code, kind="preparing", on=date(2026, 11, 2), by="Li Wei")
    assert name_event("preparing", "en") in said
    assert find_column(explorer, code) == columns["preparing"]
    record(explorer, kind="submitted", on=date(2026, 11, 9))
    assert find_column(explorer, code) == columns["submitted"]
    assert show_plan(explorer.case) != before
    assert explorer.case.plan.courses[code].submitted_on == date(2026, 11, 9)
    record(explorer, kind="returned", on=date(2026, 11, 12), text="the lease is missing")
    assert find_column(explorer, code) == columns["returned"]
    assert "the lease is missing" in find_board(explorer).shown.value
    record(explorer, kind="resubmitted", on=date(2026, 11, 16))
    record(explorer, kind="granted", on=date(2026, 11, 20), number="B2-1", until=date(2031, 11, 19))
    assert find_column(explorer, code) == columns["decided"]
    shown = find_board(explorer).shown.value
    assert "B2-1" in shown
    assert "2031-11-19" in shown
    assert explorer.case.held[code] == date(2031, 11, 19)
    assert f"{code}@2031-11-19" in explorer.screen.holdings.entry.value
    assert show_plan(explorer.case) == show_plan(make_case_of_book(catalogue, book, CLIENT))
    assert explorer.is_saved
    assert find_board(explorer).by.value == "Li Wei"
    assert find_board(explorer).number.value == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_is_a_sentence_beside_the_form_and_nothing_typed_is_lost(
    catalogue: Catalogue, book: Path, open_explorer: Callable[..., Explorer], language: str
) -> None:
    explorer = open_explorer(language=language)
    code = find_to_begin(explorer)
    before = list_kept(catalogue, book)
    typed = {"code": code, "kind": "resubmitted", "on": date(2026, 11, 9), "text": "again", "by": "Li"}
    said = record(explorer, **typed)
    assert 'role="alert"' in find_board(explorer).said.value
    assert explorer.case.law.short(code) in said
    assert name_event("submitted", language) in said.split("resubmitted")[-1]
    assert "renewed" not in said
    assert list_kept(catalogue, book) == before
    assert {name: getattr(find_board(explorer), name).value for name in typed} == typed
    assert explorer.screen.message.value == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_is_wrong_with_an_entry_is_told_at_once(
    open_explorer: Callable[..., Explorer], language: str
) -> None:
    explorer = open_explorer(language=language)
    faults = read_texts(language)["board"]["fault"]
    said = record(explorer, what="override", held="days", value="ten", on=None, text=" ", by="")
    for key in ("code", "on", "because", "by"):
        assert faults[key] in said
    assert "'ten'" in said
    said = record(explorer, what="event", kind="granted", on=AS_OF, until=date(2026, 1, 1), text="a\u202eb")
    assert "U+202E" in said
    assert faults["code"] in said
    assert faults["until"].split("{")[0] in said


def test_an_override_and_notes_count_at_once_and_hostile_ones_are_escaped(
    catalogue: Catalogue, book: Path, open_explorer: Callable[..., Explorer]
) -> None:
    explorer = open_explorer()
    code = find_to_begin(explorer)
    hostile = "<img src=x onerror=alert(1)>"
    record(explorer, what="override", code=code, held="verdict", verdict="not_needed", text=hostile, by="Li")
    assert explorer.case.findings[code].verdict == "not_needed"
    assert code not in {step.code for step in explorer.case.steps}
    record(explorer, what="note", code="", audience="us", text=f"us {hostile}")
    record(explorer, audience="client", code=code, text=f"client {hostile}")
    record(explorer, what="event", code="ICP", kind="preparing", text=f"event {hostile}")
    (file,) = list_case_files(read_client(catalogue, book))
    assert [(one.code, one.audience) for one in file.notes] == [("", "us"), (code, "client")]
    board = find_board(explorer)
    for html in (board.shown.value, board.said.value, explorer.screen.answer.value):
        assert "<img" not in html
    for text in ("us", "client", "event"):
        assert f"{text} &lt;img src=x" in board.shown.value
    assert {one.audience for one in explorer.case.case_file.notes} == {"client"}


def test_it_counts_as_of_the_chosen_day(
    catalogue: Catalogue, book: Path, open_explorer: Callable[..., Explorer]
) -> None:
    explorer = open_explorer()
    code = find_to_begin(explorer)
    said = record(explorer, code=code, kind="granted", on=date(2026, 11, 30))
    assert "30 November 2026" in said.split(".", 1)[1]
    assert code not in explorer.case.held
    explorer.screen.as_of.value = date(2026, 12, 1)
    assert code in explorer.case.held
    own = Override(code, "days", "7", "the bureau says so", "Li", date(2026, 11, 1), date(2026, 11, 25))
    give_override(book, CLIENT, own, catalogue.codes, catalogue.codes, begin_writing("li"))
    find_board(explorer).refresh.click()
    assert "the bureau says so" not in find_board(explorer).shown.value
    explorer.screen.as_of.value = AS_OF
    assert "the bureau says so" in find_board(explorer).shown.value
    assert show_plan(explorer.case) == show_plan(make_case_of_book(catalogue, book, CLIENT))


def test_answers_that_are_not_saved_are_planned_with_the_case_file_as_they_will_be_saved(
    catalogue: Catalogue, book: Path, open_explorer: Callable[..., Explorer]
) -> None:
    explorer = open_explorer()
    code = find_to_begin(explorer)
    record(explorer, code=code, kind="submitted", on=date(2026, 11, 9))
    explorer.tell("sells_call_centre_services", "yes")
    other = next(one for one in (step.code for step in explorer.case.steps) if one != code)
    explorer.tell("holds", ";".join(filter(None, (explorer.cells["holds"], f"{other}@2031-01-01"))))
    assert other in explorer.case.held
    assert explorer.case.plan.courses[code].submitted_on == date(2026, 11, 9)
    shown = show_plan(explorer.case)
    explorer.save()
    explorer.decide(True)
    assert show_plan(explorer.case) == shown == show_plan(make_case_of_book(catalogue, book, CLIENT))


def test_a_new_client_has_to_be_saved_before_anything_is_recorded(
    open_explorer: Callable[..., Explorer],
) -> None:
    explorer = open_explorer("")
    assert say("en", "board.save_first") in record(explorer, code="ICP", kind="preparing")
    explorer.tell("client", "fresh")
    explorer.tell("name", "Fresh")
    explorer.save()
    assert "Recorded" in record(explorer)
    assert find_column(explorer, "ICP") == say("en", "board.column.preparing")


def test_two_explorers_on_one_book_lose_nothing_of_events_and_facts(
    catalogue: Catalogue, book: Path, open_explorer: Callable[..., Explorer]
) -> None:
    one, other = open_explorer(), open_explorer()
    first, second = [step.code for step in one.case.steps if step.course is None][:2]
    record(one, code=first, kind="granted", on=date(2026, 11, 2), by="one")
    one.tell("has_mini_program", "yes")
    one.save()
    one.decide(True)
    other.tell("sells_call_centre_services", "yes")
    said = record(other, code=second, kind="granted", on=date(2026, 11, 3), by="other")
    label = catalogue.fields["has_mini_program"].label["en"]
    assert label in said
    assert {first, second} <= set(other.case.held)
    assert other.cells["has_mini_program"] == "yes"
    assert other.cells["sells_call_centre_services"] == "yes"
    assert not other.is_saved
    other.save()
    asked = unescape(other.screen.asked.value)
    assert label not in asked
    assert "omebody else" not in asked
    other.decide(True)
    find_board(one).refresh.click()
    assert {first, second} <= set(one.case.held)
    assert one.cells["sells_call_centre_services"] == "yes"
    one.tell("has_mini_program", "no")
    other.tell("has_mini_program", "")
    one.save()
    one.decide(True)
    other.save()
    assert "Somebody else has changed" in other.screen.asked.value
    assert label in unescape(other.screen.asked.value)
    other.decide(False)
    saved = find_saved(book, catalogue.fields, catalogue.codes, CLIENT)
    assert saved
    assert (saved["has_mini_program"], saved["sells_call_centre_services"]) == ("no", "yes")
    assert list_kept(catalogue, book) == [(first, "granted"), (second, "granted")]


def test_saving_answers_strikes_out_no_event_that_was_recorded_meanwhile(
    catalogue: Catalogue, book: Path, open_explorer: Callable[..., Explorer]
) -> None:
    explorer = open_explorer()
    code = find_to_begin(explorer)
    granted = Event(code, "granted", date(2026, 11, 2), until=date(2031, 1, 1))
    record_events(book, [(CLIENT, granted)], catalogue.codes, begin_writing("li"))
    explorer.tell("sells_call_centre_services", "yes")
    explorer.save()
    assert code not in unescape(explorer.screen.asked.value)
    explorer.decide(True)
    assert list_kept(catalogue, book) == [(code, "granted")]
    assert code in explorer.case.held


def test_a_client_is_opened_as_the_book_has_it_now(
    catalogue: Catalogue, book: Path, open_explorer: Callable[..., Explorer]
) -> None:
    explorer = open_explorer("corner-shop")
    submitted = Event("ICP", "submitted", date(2026, 11, 2))
    record_events(book, [(CLIENT, submitted)], catalogue.codes, begin_writing("li"))
    explorer.load(CLIENT)
    assert find_column(explorer, "ICP") == say("en", "board.column.submitted")


def test_a_pinned_answer_keeps_its_events_and_going_back_keeps_what_happened(
    open_explorer: Callable[..., Explorer],
) -> None:
    explorer = open_explorer()
    code, other = [step.code for step in explorer.case.steps if step.course is None][:2]
    explorer.pin()
    record(explorer, code=code, kind="granted", on=date(2026, 11, 2))
    record(explorer, code=other, kind="submitted")
    explorer.speak("zh")
    assert explorer.pinned
    assert code not in explorer.pinned.case.held
    assert other not in explorer.pinned.case.plan.courses
    assert explorer.pinned.case.language == "zh"
    explorer.restore()
    assert code in explorer.case.held
    assert other in explorer.case.plan.courses


def test_the_language_changes_and_what_is_typed_stays(open_explorer: Callable[..., Explorer]) -> None:
    explorer = open_explorer()
    type_in(explorer, what="override", code="ICP", held="fee", value="12", text="why", by="Li")
    before = find_board(explorer).read()
    explorer.screen.language.value = "zh"
    board = find_board(explorer)
    assert board.read() == before
    assert board.record.description == say("zh", "board.form.record")
    assert say("zh", "board.column.to_begin") in board.shown.value
    assert all(widget.description for widget in board.fields.children)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_kind_of_entry_asks_only_what_it_needs_and_each_field_has_a_label(
    open_explorer: Callable[..., Explorer], language: str
) -> None:
    explorer = open_explorer(language=language)
    board = find_board(explorer)

    def list_labels(**typed: Any) -> list[str]:
        type_in(explorer, **typed)
        return [widget.description for widget in board.fields.children]

    texts = read_texts(language)["board"]["form"]
    preparing = list_labels(what="event", kind="preparing")
    assert set(list_labels(kind="granted")) - set(preparing) == {texts["number"], texts["until"]}
    assert texts["note_text"] in list_labels(what="note")
    assert {texts["verdict"], texts["counts_until"]} <= set(list_labels(what="override", held="verdict"))
    assert texts["value"] in list_labels(held="days")
    for labels in (preparing, list_labels(what="note"), list_labels(what="override")):
        assert len(set(labels)) == len(labels)


def read_ledger(folder: Path) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in (folder / "ledger.jsonl").read_text(encoding="utf-8").splitlines()]


def test_a_report_from_the_explorer_is_that_of_licences_report_from_the_same_book(
    book: Path, open_explorer: Callable[..., Explorer], monkeypatch: pytest.MonkeyPatch, project: Path
) -> None:
    monkeypatch.chdir(project)
    explorer = open_explorer()
    code = find_to_begin(explorer)
    record(explorer, code=code, kind="submitted", on=date(2026, 11, 9), by="Li")
    record(explorer, what="note", audience="us", text="pays late")
    explorer.report()
    assert explorer.writing
    explorer.writing.join(120)
    out = explorer.places.out
    page = (out / CLIENT / "report.html").read_text(encoding="utf-8")
    assert explorer.screen.link.page == page
    assert "pays late" not in page
    asked = [
        "report",
        "--client",
        CLIENT,
        "--clients",
        str(book),
        "--as-of",
        str(AS_OF),
        "--start",
        str(START),
    ]
    assert main([*asked, "--lang", "en", "--format", "html", "--out", str(out)]) == 0
    ours, theirs = read_ledger(out)
    assert ours["status"] == "done"
    assert theirs["status"] == "up_to_date"


def test_what_was_refused_is_decided_and_what_was_withdrawn_is_to_begin_again(
    catalogue: Catalogue, book: Path
) -> None:
    events: Iterable[Event] = (
        Event("EDI", "submitted", date(2026, 11, 2)),
        Event("EDI", "refused", date(2026, 11, 20), note="no office"),
        Event("ICP", "preparing", date(2026, 11, 2)),
        Event("ICP", "withdrawn", date(2026, 11, 9)),
    )
    record_events(book, [(CLIENT, event) for event in events], catalogue.codes, begin_writing("li"))
    case = make_case_of_book(catalogue, book, CLIENT)
    html = make_board(case, case.case_file)
    assert "EDI" in list_cards(html, 4)
    assert "no office" in html.split("<section>")[5]
    to_begin = list_cards(html, 0)
    assert "ICP" in to_begin
    steps = {step.code: step for step in case.steps}
    days = [steps[code].latest_start or date.max for code in to_begin]
    assert days == sorted(days)
    assert set(to_begin) | {"EDI"} == set(steps)


@pytest.mark.parametrize(
    ("mine", "opened", "saved", "held", "seen"),
    [
        ("EDI", "EDI", "EDI;ICP", "EDI;ICP", "EDI;ICP"),
        ("EDI;CDN", "EDI", "EDI;ICP", "EDI;ICP;CDN", "EDI;ICP"),
        ("", "EDI", "EDI;ICP", "ICP", "EDI;ICP"),
        ("EDI@2030-01-01", "EDI", "EDI@2031-01-01", "EDI@2030-01-01", "EDI"),
        ("not:EDI", "", "ICP", "ICP;not:EDI", "ICP"),
    ],
)
def test_what_others_hold_anew_is_taken_over_and_what_both_changed_is_not(
    mine: str, opened: str, saved: str, held: str, seen: str
) -> None:
    ours, known = take_over({"holds": mine}, {"holds": opened}, {"holds": saved})
    assert (ours["holds"], known["holds"]) == (held, seen)
