"""What each command prints as JSON has the shape that is promised, no more and no less."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd
import pytest
from jsonschema import Draft202012Validator

from filled_in import make_json
from licences.book.issues import Issue, write_issue
from licences.book.store import change_book
from licences.cli.main import main
from licences.law.catalogue import Catalogue
from licences.rules.keeping import begin_writing
from licences.words.json_views import OUTPUTS
from own_books import make_decided_book

DAY = ["--as-of", "2026-11-23"]
BOOK = "book.sqlite"  # of which something was issued
ANSWERS = "answers.json"  # of a client of the book
COMMANDS = {
    "assess": ["assess", *DAY],
    "assess --trace": ["assess", *DAY, "--trace"],
    "assess --questions": ["assess", *DAY, "--questions"],
    "plan": ["plan", *DAY, "--start", "2026-11-24", "--include", "recommended,optional", "--clients", BOOK],
    "what-if": ["what-if", *DAY, "--licence", "EXPRESS", "--licence", "ICP"],
    "diff": ["diff", "--from", "2024-01-01", "--to", "2026-11-23"],
    "check": ["check"],
    "durations": ["durations", *DAY, "--clients", BOOK],
    "progress": ["progress", *DAY, "--start", "2026-11-24", "--clients", BOOK, "--client", "wander-work"],
    "due": ["due", *DAY, "--clients", BOOK],
    "check --deep": ["check", "--deep", *DAY],
    "check of a book": ["check", "--clients", BOOK],
    "intake": ["intake", ANSWERS, *DAY, "--dry-run", "--take", "theirs", "--clients", BOOK],
    "issue --list": ["issue", "--list", "--clients", BOOK],
}


def make_strict_schema(kind: Any) -> dict[str, Any]:
    """The schema of a type in which no object may have another key than its own."""
    schema = msgspec.json.schema(kind)
    for part in schema["$defs"].values():
        part["additionalProperties"] = False
    return dict(schema)


@pytest.fixture(scope="module")
def book(
    tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue, sample_clients: pd.DataFrame
) -> Path:
    place = tmp_path_factory.mktemp("book") / BOOK
    make_decided_book(place, sample_clients, catalogue, (20, 30, 40), "wander-work")
    folder = str(place.parent / "corner-shop" / "corner-shop-2026-001")
    day = date(2026, 11, 23)
    with change_book(place) as connection:
        issue = Issue("corner-shop-2026-001", day, day, "en", "standard", folder, '{"a.pdf": "0"}', "0", "")
        write_issue(connection, "corner-shop", issue, begin_writing())
    told = {"has_website": "yes", "sells_own_goods": "no", "own_categories": "drugs"}
    remarks = {"has_app": "next year"}
    saved = make_json("corner-shop", told, unsure=["mlps_level"], remarks=remarks, edition="2025-01-01")
    (place.parent / ANSWERS).write_bytes(saved)
    return place


def find_promised(command: str) -> str:
    return command.removesuffix(" --deep").removesuffix(" of a book")


def print_json(command: str, capsys: pytest.CaptureFixture[str], book: Path) -> Any:
    words = [str(book.parent / word) if word in {BOOK, ANSWERS} else word for word in COMMANDS[command]]
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_prints_the_shape_that_is_promised(
    command: str,
    project: Path,
    book: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(project)
    schema = make_strict_schema(OUTPUTS[find_promised(command)])
    printed = print_json(command, capsys, book)
    assert not [error.message for error in Draft202012Validator(schema).iter_errors(printed)]


@pytest.mark.parametrize("command", ["assess", "plan"])
def test_another_key_or_type_would_be_noticed(
    command: str,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    book: Path,
) -> None:
    monkeypatch.chdir(project)
    validator = Draft202012Validator(make_strict_schema(OUTPUTS[command]))
    printed = print_json(command, capsys, book)
    assert not validator.is_valid([printed[0] | {"another": 1}])
    assert not validator.is_valid([printed[0] | {"client": 1}])
    assert not validator.is_valid([{key: value for key, value in printed[0].items() if key != "client"}])


def test_every_shape_is_of_a_command_that_is_tried() -> None:
    assert set(map(find_promised, COMMANDS)) == set(OUTPUTS)
