"""What clients sent back goes into a clients file or a book: shown first, whole or not at all, and once."""

from __future__ import annotations

import io
import json
import os
import pty
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from filled_in import make_json, make_mail, make_questionnaire
from licences.analysis.case import make_case
from licences.book.clients import list_facts
from licences.book.events import list_events
from licences.book.notes import list_notes
from licences.book.store import read_book
from licences.cli.main import main
from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions
from licences.render.excel.workbook import make_workbook
from licences.rules.exchange import write_tables
from licences.rules.facts import list_cells, read_profiles
from licences.rules.keeping import begin_book, begin_writing
from licences.words.texts import read_texts

BASE = [
    {
        "client": "tea-shop",
        "name": "茶铺",
        "has_app": "yes",
        "registered_users": "100",
        "holds": "BUSINESS_LICENCE",
    },
    {"client": "other", "name": "别家", "has_app": "no", "registered_users": "", "holds": ""},
]
KINDS = ("utf8.csv", "gb18030.csv", "mine.xlsx", "book.sqlite")
NEW = {"has_website": "yes", "own_categories": "alcohol;drugs"}


def run(*words: str) -> int:
    return main(["intake", *words, "--lang", "en", "--as-of", "2026-11-23"])


@pytest.fixture
def make(tmp_path: Path, catalogue: Catalogue) -> Callable[[str], Path]:
    """Makes a place of two clients, of a kind."""

    def write(kind: str) -> Path:
        path = tmp_path / kind
        rows = [list(BASE[0]), *([row[name] for name in BASE[0]] for row in BASE)]
        if kind.endswith(".csv"):
            text = "\r\n".join(",".join(row) for row in rows) + "\r\n"
            path.write_bytes(text.encode("gb18030" if kind.startswith("gb") else "utf-8"))
        elif kind.endswith(".xlsx"):
            book = Workbook()
            for row in rows:
                book.worksheets[0].append(row)
            book.save(path)
        else:
            source = write("source.csv")
            profiles = read_profiles(source, catalogue.fields, catalogue.codes)
            begin_book(path, profiles, catalogue.fields, begin_writing("li"))
            source.unlink()
        return path

    return write


@pytest.fixture
def told(tmp_path: Path) -> Callable[..., str]:
    """Writes the answers of the page, and says where."""

    def write(answers: dict[str, str], file: str = "a.json", client: str = "tea-shop", **more: Any) -> str:
        (tmp_path / file).write_bytes(make_json(client, answers, **more))
        return str(tmp_path / file)

    return write


def read_cells(catalogue: Catalogue, path: Path) -> dict[str, dict[str, str]]:
    records = read_profiles(path, catalogue.fields, catalogue.codes).to_dict("records")
    cells = [list_cells({str(name): told for name, told in one.items()}, catalogue.fields) for one in records]
    return {one["client"]: {name: text for name, text in one.items() if text} for one in cells}


def keep(path: Path) -> Any:
    """All that a place holds, so that a change of anything is seen."""
    if path.suffix != ".sqlite":
        return path.read_bytes()
    folder = path.parent / "out"
    shutil.rmtree(folder, ignore_errors=True)
    write_tables(path, folder)
    return {one.name: one.read_bytes() for one in folder.iterdir()}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("source", ["xlsx", "json", "mail"])
def test_answers_are_kept_and_the_same_file_twice_changes_nothing(
    catalogue: Catalogue, make: Callable[[str], Path], tmp_path: Path, kind: str, source: str
) -> None:
    place, file = make(kind), tmp_path / "answers-x.dat"
    saved = make_json("tea-shop", NEW | {"has_app": "yes"})
    typed = {"has_website": "是", "has_app": "是", "own_categories=drugs": "√", "own_categories=alcohol": "√"}
    sheet = make_questionnaire(catalogue.fields, "tea-shop", typed, by="王芳")
    file.write_bytes({"xlsx": sheet, "json": saved, "mail": make_mail(saved, mark="> ")}[source])
    before = read_cells(catalogue, place)
    assert run(str(file), "--clients", str(place)) == 0
    after = read_cells(catalogue, place)
    assert after["tea-shop"] == before["tea-shop"] | NEW
    assert after["other"] == before["other"]
    state = keep(place)
    assert run(str(file), "--into", str(place)) == 0
    assert keep(place) == state


def test_what_follows_from_a_form_is_kept_as_the_page_sends_it_unless_the_client_is_not_sure(
    catalogue: Catalogue, make: Callable[[str], Path], tmp_path: Path
) -> None:
    place, file = make("plain.csv"), tmp_path / "q.xlsx"
    typed = {"hosts_third_party_sellers": "否"}
    file.write_bytes(make_questionnaire(catalogue.fields, "tea-shop", typed))
    assert run(str(file), "--into", str(place)) == 0
    assert read_cells(catalogue, place)["tea-shop"]["hosted_categories"] == "none"
    place = make("again.csv")
    file.write_bytes(make_questionnaire(catalogue.fields, "tea-shop", typed | {"hosts_live_rooms": "不清楚"}))
    assert run(str(file), "--into", str(place)) == 0
    kept = read_cells(catalogue, place)["tea-shop"]
    assert kept["hosts_third_party_sellers"] == "no"
    assert "hosts_live_rooms" not in kept


def test_only_the_row_of_the_client_changes_and_encoding_and_ends_of_lines_stay(
    make: Callable[[str], Path], told: Callable[..., str]
) -> None:
    place = make("gb18030.csv")
    assert run(told({"registered_users": "9000"}), "--into", str(place), "--take", "theirs") == 0
    lines = place.read_bytes().split(b"\r\n")
    assert lines[1] == "tea-shop,茶铺,yes,9000,BUSINESS_LICENCE".encode("gb18030")
    assert lines[2] == "other,别家,no,,".encode("gb18030")


def test_a_book_keeps_who_told_it_and_when_and_remarks_as_notes(
    make: Callable[[str], Path], told: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    place = make("book.sqlite")
    file = told(NEW | {"has_app": "yes"}, remarks={"has_app": "明年上线"})
    assert run(file, "--into", str(place)) == 0
    capsys.readouterr()
    assert main(["book", "facts", "tea-shop", "--clients", str(place)]) == 0
    said = capsys.readouterr().out
    assert "has_website: yes (told by 王芳 on 2026-11-30; recorded " in said
    assert "has_app: yes (told by 王芳 on 2026-11-30; recorded " in said  # told again, and by whom is new
    assert "registered_users: 100 (told; recorded " in said
    with read_book(place) as connection:
        (note,) = list_notes(connection, "tea-shop")["tea-shop"]
    assert (note.note, note.audience, note.by, note.noted_on) == (
        "有App: 明年上线",
        "us",
        "王芳",
        date(2026, 11, 30),
    )
    state = keep(place)
    older = told({"has_website": "yes"}, "older.json", answered_on="2026-11-01", by="李四")
    assert run(older, "--into", str(place)) == 0
    assert keep(place) == state


def test_by_names_who_told_it(
    make: Callable[[str], Path], told: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    place = make("book.sqlite")
    assert run(told(NEW, by="[/red]"), "--into", str(place), "--dry-run") == 0
    assert "[/red]" in capsys.readouterr().out
    assert run(told(NEW), "--into", str(place), "--by", "赵六") == 0
    with read_book(place) as connection:
        facts = {fact.field: fact for fact in list_facts(connection, "tea-shop")}
    assert {facts[name].told_by for name in NEW} == {"赵六"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_difference_is_not_overwritten_and_nothing_else_is_written_either(
    catalogue: Catalogue,
    make: Callable[[str], Path],
    told: Callable[..., str],
    capsys: pytest.CaptureFixture[str],
    kind: str,
) -> None:
    place, file = make(kind), told(NEW | {"has_app": "no"})
    state, before = keep(place), read_cells(catalogue, place)
    assert run(file, "--into", str(place)) == 1
    printed = capsys.readouterr()
    assert keep(place) == state
    assert "Differs from what is known: 1" in printed.out
    assert "nothing is written: 1 answer differs from what is known" in printed.err
    assert "--take theirs, or keep what is known with --take ours" in printed.err
    assert run(file, "--into", str(place), "--take", "ours") == 0
    assert read_cells(catalogue, place)["tea-shop"] == before["tea-shop"] | NEW
    assert run(file, "--into", str(place), "--take", "theirs") == 0
    assert read_cells(catalogue, place)["tea-shop"] == before["tea-shop"] | NEW | {"has_app": "no"}


def test_a_difference_says_who_told_what_is_known_and_when(
    make: Callable[[str], Path], told: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    place = make("book.sqlite")
    assert run(told(NEW), "--into", str(place)) == 0
    later = told({"has_website": "no"}, "later.json", answered_on="2026-12-05", by="李四")
    capsys.readouterr()
    assert run(later, "--into", str(place), "--json") == 1
    (client,) = json.loads(capsys.readouterr().out)["clients"]
    (item,) = client["answers"]
    assert item == {
        "name": "has_website", "about": "fact", "kind": "differs", "taken": None,
        "old": {"value": "yes", "by": "王芳", "on": "2026-11-30", "how": "told", "file": ""},
        "new": {"value": "no", "by": "李四", "on": "2026-12-05", "how": "told", "file": later},
    }  # fmt: skip


def test_not_sure_writes_nothing_where_nothing_is_known_and_is_a_difference_where_something_is(
    catalogue: Catalogue,
    make: Callable[[str], Path],
    told: Callable[..., str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = make("utf8.csv")
    state = keep(place)
    assert run(told({}, unsure=["mlps_level"]), "--into", str(place)) == 0
    assert "Not sure: 1" in capsys.readouterr().out
    assert keep(place) == state
    unsure = told({}, unsure=["registered_users"])
    assert run(unsure, "--into", str(place)) == 1
    assert keep(place) == state
    assert run(unsure, "--into", str(place), "--take", "theirs") == 0
    assert "registered_users" not in read_cells(catalogue, place)["tea-shop"]


def test_a_dry_run_shows_all_and_writes_nothing(
    make: Callable[[str], Path], told: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    place = make("book.sqlite")
    state = keep(place)
    assert run(told(NEW), "--into", str(place), "--dry-run") == 0
    assert "New: 2" in (printed := capsys.readouterr()).out
    assert "nothing is written; 1 client would change" in printed.err
    assert run(told({"has_app": "no"}), "--into", str(place), "--dry-run") == 1
    assert keep(place) == state


def answer_at_a_terminal(place: Path, files: list[str], typed: str, language: str = "en") -> tuple[int, str]:
    """Runs the command with a terminal before it, at which somebody types."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "licences", "intake", *files, "--into", str(place), "--lang", language]
    process = subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.close(theirs)
    os.write(ours, typed.encode())
    _, said = process.communicate(timeout=120)
    os.close(ours)
    return process.returncode, said.decode()


def test_at_a_terminal_each_difference_is_asked_about(
    catalogue: Catalogue, make: Callable[[str], Path], told: Callable[..., str]
) -> None:
    place = make("utf8.csv")
    file = told({"has_app": "no", "registered_users": "9000", "has_website": "yes"})
    state, before = keep(place), read_cells(catalogue, place)["tea-shop"]
    status, said = answer_at_a_terminal(place, [file], "t\ns\n")
    assert (status, keep(place)) == (1, state)
    status, said = answer_at_a_terminal(place, [file], "what?\nt\no\n")
    assert status == 0, said
    assert "Has a mobile app: known is yes, told was no (王芳, 2026-11-30). Take theirs (theirs/t), " in said
    assert read_cells(catalogue, place)["tea-shop"] == before | {"has_app": "no", "has_website": "yes"}


@pytest.mark.parametrize("words", ["采用对方\n保留原值\n", "Ｔ\nＯ\n"])
def test_at_a_terminal_one_asks_and_answers_in_chinese(
    catalogue: Catalogue, make: Callable[[str], Path], told: Callable[..., str], words: str
) -> None:
    place = make("utf8.csv")
    file = told({"has_app": "no", "registered_users": "9000"})
    state, before = keep(place), read_cells(catalogue, place)["tea-shop"]
    status, said = answer_at_a_terminal(place, [file], "停\n", "zh")
    assert (status, keep(place)) == (1, state)
    assert "没有写入：2项答复与已有的不同；请核对不同之处，用--take theirs采用客户的答复" in said
    status, said = answer_at_a_terminal(place, [file], words, "zh")
    assert status == 0, said
    assert "有App：已有：是；答复：否（王芳、2026-11-30）。采用对方的（采用/t）" in said
    assert said.endswith("utf8.csv：已更新1个客户\n")
    assert read_cells(catalogue, place)["tea-shop"] == before | {"has_app": "no"}


def test_what_cannot_be_taken_in_is_told_in_chinese_too(
    make: Callable[[str], Path],
    told: Callable[..., str],
    tmp_path: Path,
    catalogue: Catalogue,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = make("utf8.csv")
    sheet, text = tmp_path / "q.xlsx", tmp_path / "x.txt"
    sheet.write_bytes(make_questionnaire(catalogue.fields, "tea-shop", {"has_app": "也许"}))
    text.write_text("hello", encoding="utf-8")
    (tmp_path / "cut.txt").write_text("-----BEGIN LICENCES ANSWERS-----\n{", encoding="utf-8")
    nobody = told({}, "n.json", client="")
    events = tmp_path / "events.csv"
    events.write_text("client,code,event,on\ntea-shop,ICP,submitted,2026-01-05\n", encoding="utf-8")
    files = [str(sheet), str(text), nobody, told(NEW, "b.json", client="teashop"), str(tmp_path / "cut.txt")]
    assert main(["intake", *files, "--into", str(place), "--lang", "zh"]) == 1
    assert main(["intake", str(events), "--into", str(place), "--lang", "zh"]) == 2
    said = capsys.readouterr().err.replace(str(tmp_path), "").splitlines()
    assert said == [
        "/b.json:1: client: 没有客户“teashop”；是否应为“tea-shop”？",
        "/cut.txt:1: file: 答复不完整；请客户完整发来，直到-----END LICENCES ANSWERS-----那一行",
        "/n.json:1: client: 没有写明是哪个客户的答复；请用--client写明客户编号；新客户以此为编号",
        "/q.xlsx:5: 问卷!E5 (有App): “也许”既不是“是”也不是“否”；请写“是”或“否”；未告知的留空",
        "/x.txt:1: file: 没有可以录入的内容；请选填好的问卷、问卷网页保存的答复、含有答复的邮件、材料清单或进展文件",
        "licences：/events.csv含有办理进展，/utf8.csv不能保存进展；请先建立案卷簿：licences book init book.sqlite --from /utf8.csv",
    ]


def test_two_files_that_differ_are_named_and_nothing_is_written(
    make: Callable[[str], Path], told: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    place = make("utf8.csv")
    state = keep(place)
    files = [told({"has_website": "yes"}, "a.json"), told({"has_website": "no"}, "b.json")]
    assert run(*files, "--into", str(place), "--take", "theirs") == 1
    printed = capsys.readouterr()
    assert "Two files say different things: 1" in printed.out
    assert "the files differ in tea-shop: has_website; leave out the file that is not right" in printed.err
    assert keep(place) == state


@pytest.mark.parametrize("kind", KINDS)
def test_several_clients_are_written_together_a_new_one_among_them(
    catalogue: Catalogue, make: Callable[[str], Path], told: Callable[..., str], kind: str
) -> None:
    place = make(kind)
    files = [
        told(NEW, "a.json"),
        told({"has_website": "no"}, "b.json", client="Other"),
        told(NEW, "c.json", client="brand-new", name="新店"),
    ]
    assert run(*files, "--into", str(place)) == 0
    cells = read_cells(catalogue, place)
    assert list(cells) == ["tea-shop", "other", "brand-new"]
    assert cells["other"]["has_website"] == "no"
    assert cells["brand-new"] == {"client": "brand-new", "name": "新店"} | NEW


@pytest.mark.parametrize("name", ["new.csv", "new.xlsx"])
def test_a_clients_file_is_made_where_there_is_none(
    catalogue: Catalogue, tmp_path: Path, told: Callable[..., str], name: str
) -> None:
    files = [told(NEW, f"{client}.json", client=client, name="新店") for client in ("one", "two")]
    assert run(*files, "--into", str(tmp_path / name)) == 0
    assert list(read_cells(catalogue, tmp_path / name)) == ["one", "two"]


def test_what_cannot_be_taken_in_is_told_at_once_and_nothing_is_written(
    make: Callable[[str], Path],
    told: Callable[..., str],
    tmp_path: Path,
    catalogue: Catalogue,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = make("utf8.csv")
    state = keep(place)
    sheet = tmp_path / "q.xlsx"
    sheet.write_bytes(
        make_questionnaire(catalogue.fields, "tea-shop", {"has_app": "也许", "has_website": "是"})
    )
    (tmp_path / "x.txt").write_text("hello", encoding="utf-8")
    files = [told(NEW), str(sheet), told(NEW, "b.json", client="teashop"), str(tmp_path / "x.txt")]
    assert run(*files, "--into", str(place)) == 1
    said = capsys.readouterr().err
    assert "q.xlsx:5: 问卷!E5 (有App): '也许' is neither yes nor no" in said
    assert "b.json:1: client: no client 'teashop'; did you mean 'tea-shop'?" in said
    assert "x.txt:1: file: holds nothing that can be taken in" in said
    assert keep(place) == state
    assert run(told(NEW), "--into", str(place), "--client", "other") == 1
    assert "is of 'tea-shop'; name a file of 'other'" in capsys.readouterr().err
    bad = told(NEW, "bad.json", client="../up", name="x")
    assert run(bad, "--into", str(place)) == 1
    assert "bad.json:1: client: '../up' is not allowed here" in capsys.readouterr().err
    assert run(str(tmp_path / "missing.xlsx"), "--into", str(place)) == 1
    assert "there is no such file" in capsys.readouterr().err


def test_whose_a_questionnaire_is_stands_at_its_head_where_its_properties_are_lost(
    catalogue: Catalogue, make: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place, sheet = make("utf8.csv"), tmp_path / "back.xlsx"
    typed = {"has_website": "Yes", "sends_sms": "no", "has_app": "是"}
    for head in ("茶铺", "客户：茶铺 2026-11-30"):
        sheet.write_bytes(make_questionnaire(catalogue.fields, head, typed, with_properties=False))
        assert run(str(sheet), "--into", str(place)) == 0
    assert read_cells(catalogue, place)["tea-shop"]["has_website"] == "yes"
    sheet.write_bytes(make_questionnaire(catalogue.fields, "谁家", typed, with_properties=False))
    assert run(str(sheet), "--into", str(place)) == 1
    assert "does not say whose answers they are; say it with --client ID" in capsys.readouterr().err


def test_answers_of_a_new_client_get_the_id_that_is_said(
    catalogue: Catalogue,
    make: Callable[[str], Path],
    told: Callable[..., str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    place, file = make("utf8.csv"), told(NEW, client="", name="新店")
    assert run(file, "--into", str(place)) == 1
    assert "say it with --client ID; a new client gets that id" in capsys.readouterr().err
    assert run(file, "--into", str(place), "--client", "new-one") == 0
    assert read_cells(catalogue, place)["new-one"] == {"client": "new-one", "name": "新店"} | NEW


def test_what_contradicts_itself_because_of_the_answers_is_said_and_kept(
    catalogue: Catalogue,
    make: Callable[[str], Path],
    told: Callable[..., str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = make("utf8.csv")
    file = told({"sells_own_goods": "no", "own_categories": "drugs"})
    assert run(file, "--into", str(place)) == 0
    assert "Contradicts itself: " in capsys.readouterr().out
    assert read_cells(catalogue, place)["tea-shop"]["own_categories"] == "drugs"
    assert run(file, "--into", str(place)) == 0
    assert "Contradicts itself: " not in capsys.readouterr().out  # that is known


# Checklists and events


def fill_checklist(catalogue: Catalogue, clients: pd.DataFrame, language: str = "zh") -> tuple[bytes, str]:
    """A checklist of a client with ticks, days, an answer and remarks; and the licence that was granted."""
    case = make_case(
        catalogue,
        clients[clients["client"] == "hello-hall"],
        date(2026, 11, 23),
        PlanOptions(date(2026, 11, 24)),
        language,
    )
    book = load_workbook(io.BytesIO(make_workbook(case)))
    words: Any = read_texts(language)["workbook"]
    todo, questions, papers = (book[words["sheets"][name]] for name in ("todo", "questions", "papers"))

    def find(sheet: Any, label: str) -> int:
        return [cell.value for cell in sheet[1]].index(words[label]) + 1

    code = find(todo, "code")
    lines = {todo.cell(line, code).value: line for line in range(2, todo.max_row + 1)}
    granted, submitted = [name for name in lines if name and "/" not in name and name in catalogue.codes][:2]
    todo.cell(lines[granted], find(todo, "done_on"), date(2026, 11, 20))
    todo.cell(lines[granted], find(todo, "valid_until"), date(2031, 11, 19))
    todo.cell(lines[granted], find(todo, "remarks"), "原件在我处")
    todo.cell(lines[submitted], find(todo, "submitted_on"), "2026-11-21")
    for line in range(2, questions.max_row + 1):
        if questions.cell(line, find(questions, "code")).value == "rare":
            break
        questions.cell(line, find(questions, "answer"), "不清楚")
    papers.cell(2, find(papers, "remarks"), "下周给")
    target = io.BytesIO()
    book.save(target)
    return target.getvalue(), granted


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_checklist_becomes_events_and_notes_in_a_book_and_holdings_in_a_file(
    catalogue: Catalogue, sample_clients: pd.DataFrame, tmp_path: Path, project: Path, language: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    content, granted = fill_checklist(catalogue, sample_clients, language)
    file = tmp_path / "checklist.xlsx"
    file.write_bytes(content)
    place, plain = tmp_path / "book.sqlite", tmp_path / "clients.csv"
    shutil.copy(project / "data" / "clients.csv", plain)
    begin_book(place, sample_clients, catalogue.fields, begin_writing("li"))
    assert run(str(file), "--into", str(place), "--take", "ours") == 0
    with read_book(place) as connection:
        events = {
            one.code: one for one in list_events(connection, "hello-hall")["hello-hall"] if one.happened_on
        }
        notes = {
            (one.code, one.note.rpartition(": ")[2])
            for one in list_notes(connection, "hello-hall")["hello-hall"]
        }
    assert (events[granted].kind, events[granted].until) == ("granted", date(2031, 11, 19))
    assert sorted(one.kind for one in events.values()) == ["granted", "submitted"]
    assert notes == {(granted, "原件在我处"), ("", "下周给")}
    state = keep(place)
    assert run(str(file), "--into", str(place), "--take", "ours") == 0
    assert keep(place) == state
    capsys.readouterr()
    assert run(str(file), "--into", str(plain), "--take", "ours") == 0
    assert "Not kept, since events need a book" in capsys.readouterr().out
    assert f"{granted}@2031-11-19" in read_cells(catalogue, plain)["hello-hall"]["holds"].split(";")
    written = plain.read_bytes()
    assert run(str(file), "--into", str(plain), "--take", "ours") == 0
    assert plain.read_bytes() == written


def write_events(path: Path, *rows: tuple[Any, ...]) -> str:
    book = Workbook()
    for row in (("client", "code", "event", "on", "until"), *rows):
        book.worksheets[0].append(row)
    book.save(path)
    return str(path)


def test_events_go_into_a_book_once_and_into_no_clients_file(
    make: Callable[[str], Path], told: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [("tea-shop", "EDI", "submitted", date(2026, 11, 2), None),
            ("tea-shop", "EDI", "granted", date(2026, 11, 20), date(2031, 11, 19))]  # fmt: skip
    file = write_events(tmp_path / "happened.xlsx", *rows)
    plain = make("utf8.csv")
    assert run(file, told(NEW), "--into", str(plain)) == 2
    said = capsys.readouterr().err
    assert (
        f"holds events, which {plain} cannot keep; make a book of it: licences book init book.sqlite" in said
    )
    place = make("book.sqlite")
    assert run(file, told(NEW), "--into", str(place)) == 0
    with read_book(place) as connection:
        events = [one for one in list_events(connection, "tea-shop")["tea-shop"] if one.code == "EDI"]
    assert [(one.kind, one.happened_on) for one in events] == [(row[2], row[3]) for row in rows]
    state = keep(place)
    assert run(file, told(NEW), "--into", str(place)) == 0
    assert keep(place) == state


def test_an_event_that_cannot_be_leaves_the_answers_unwritten_too(
    make: Callable[[str], Path], told: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = make("book.sqlite")
    state = keep(place)
    file = write_events(tmp_path / "a.xlsx", ("tea-shop", "EDI", "resubmitted", date(2026, 11, 2), None))
    assert run(told(NEW), file, "--into", str(place)) == 1
    assert (
        "EDI cannot be resubmitted on 2026-11-02, since nothing is recorded of it" in capsys.readouterr().err
    )
    assert keep(place) == state
    file = write_events(tmp_path / "a.xlsx", ("tea-shop", "EDA", "granted", date(2026, 11, 2), None))
    assert run(told(NEW), file, "--into", str(place)) == 1
    assert "a.xlsx:2: event: no licence 'EDA'; did you mean 'EDI'?" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["utf8.csv", "mine.xlsx"])
def test_a_disk_that_is_full_leaves_the_old_file(
    make: Callable[[str], Path], told: Callable[..., str], kind: str
) -> None:
    place, file = make(kind), told(NEW)
    state, there = keep(place), sorted(place.parent.iterdir())

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40, 40))

    command = [sys.executable, "-B", "-m", "licences", "intake", file, "--into", str(place)]
    done = subprocess.run(command, preexec_fn=limit, capture_output=True, check=False, timeout=120)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert keep(place) == state
    assert sorted(place.parent.iterdir()) == there
