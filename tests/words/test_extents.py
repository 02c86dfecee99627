"""What was read of a clients file is said in both languages, and by every command where it is not plain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import licences as lc
from licences.cli.main import main
from licences.reading.extent import Extent, Note
from licences.words.extents import say_extent, say_notes

KINDS = ("sheets", "above", "empty_rows", "empty_columns", "hidden_sheet", "hidden_rows", "hidden_columns",
         "merged", "characters", "headers_again", "totals", "remarks", "examples", "unread_rows", "unread_columns",
         "unread_sheets", "several", "transposed", "grouped", "named", "near_columns", "near_values", "units", "unsure")  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_of_note_has_its_sentence(language: str) -> None:
    notes = tuple(Note(kind, 12, tuple("abcdefghij")) for kind in KINDS)
    said = [say_notes(Extent("a.xlsx", "S", 1, 2, 3, (note,)), language)[0] for note in notes]
    assert len(set(said)) == len(KINDS)
    assert "passed over: 12 sheets (a, b, c, d, e, f, g, h, i, j and 2 more)" in said or language == "zh"


def test_the_sheet_is_named_and_one_is_one() -> None:
    extent = Extent("a.xlsx", "客户", 1, 1, 3, (Note("above", 1, ("1",)),))
    said = "a.xlsx, sheet 客户: 1 client, 0 answers; passed over: 1 row above the header (row 1)"
    assert say_extent(extent, "en") == said
    assert say_extent(extent, "zh") == "a.xlsx，工作表“客户”：1个客户、0项回答；略过：表头以上1行（第1行）"
    assert say_notes(extent, "en") == ["passed over: 1 row above the header (row 1)"]


def test_every_reading_ends_with_what_was_read_and_passed_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain, titled = tmp_path / "plain.csv", tmp_path / "titled.csv"
    plain.write_text("client,name\na,A\n", encoding="utf-8")
    titled.write_text("Our clients,\nclient,name\na,A\n", encoding="utf-8")
    asked = ("--as-of", "2026-11-23", "--lang", "en")
    assert main(["check", "--clients", str(plain)]) == 0
    assert capsys.readouterr().err.endswith(f"{plain}: 1 client, 0 answers\n")
    assert main(["assess", "--clients", str(plain), *asked]) == 0
    assert capsys.readouterr().err == f"{plain}: 1 client, 0 answers\n"
    said = "1 client, 0 answers; passed over: 1 row above the header (row 1)\n"
    assert main(["check", "--clients", str(titled)]) == 0
    assert capsys.readouterr().err.endswith(said)
    assert main(["assess", "--clients", str(titled), *asked]) == 0
    assert capsys.readouterr().err == f"{titled}: {said}"
    clients = lc.read_clients(titled)
    assert clients.passed_over("en") == ["passed over: 1 row above the header (row 1)"]
    assert lc.read_clients(plain).passed_over() == []


def test_check_says_how_many_stages_and_groups_there_are_where_there_are_any(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "staged.csv"
    rows = [
        "client,name,group,from,has_app",
        "a,A,g,,no",
        "a,,,2027-04-01,yes",
        "a,,,2027-07-01,no",
        "b,B,g,,no",
    ]
    path.write_text("\n".join(rows), encoding="utf-8")
    assert main(["check", "--clients", str(path)]) == 0
    said = f"2 later stages of 1 client; 1 group of companies\n{path}: 2 clients, 2 answers\n"
    assert capsys.readouterr().err.endswith(said)
    assert main(["check", "--clients", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["stages"], told["clients_in_stages"], told["groups"]) == (2, 1, 1)


def test_check_names_answers_of_a_later_stage_that_cannot_all_be_true(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "staged.csv"
    first = "client,name,from,hosts_third_party_sellers,hosted_categories\n"
    path.write_text(first + "a,A,,no,none\na,,2027-04-01,,drugs\n", encoding="utf-8")
    assert main(["check", "--clients", str(path)]) == 1
    said = capsys.readouterr().err
    assert said.count(f"{path}:2: ") == 1
    assert "from 2027-04-01 on: " in said


def test_check_says_once_what_cannot_be_true_from_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "staged.csv"
    first = "client,name,from,hosts_third_party_sellers,hosted_categories,has_app\n"
    path.write_text(first + "a,A,,no,drugs,no\na,,2027-04-01,,,yes\n", encoding="utf-8")
    assert main(["check", "--clients", str(path)]) == 1
    said = capsys.readouterr().err
    assert said.count(f"{path}:2: ") == 1
    assert "from 2027-04-01 on: " not in said
