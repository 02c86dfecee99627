"""Entries of a case file: what a book takes of them, and what it says of those that cannot be."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from licences.book.clients import Writing
from licences.book.notes import Note, list_notes
from licences.book.overrides import Override, list_overrides
from licences.book.store import read_book
from licences.errors import UsageError
from licences.law.catalogue import Catalogue
from licences.law.kinds import can_be_held
from licences.rules.case_entries import (
    EntryError,
    add_note,
    give_override,
    take_back_note,
    take_back_overrides,
)
from licences.rules.keeping import begin_book

LI = Writing(datetime(2026, 11, 24, 8, tzinfo=UTC), "li")
DAY = date(2026, 11, 24)
RIGHT = Override("EDI", "verdict", "required", "told so", "Li Wei", DAY)


@pytest.fixture
def book(catalogue: Catalogue, sample_clients: pd.DataFrame, tmp_path: Path) -> Path:
    place = tmp_path / "book.sqlite"
    begin_book(place, sample_clients[:3], catalogue.fields, LI)
    return place


def give(book: Path, catalogue: Catalogue, override: Override, client: str = "corner-shop") -> None:
    rows = catalogue.rows
    held = set(rows.loc[can_be_held(rows), "code"])
    give_override(book, client, override, set(rows["code"]), held, LI)


def list_held(book: Path, client: str = "corner-shop") -> list[tuple[str, str, str]]:
    with read_book(book) as connection:
        ours = list_overrides(connection, client).get(client, ())
    return [(one.code, one.kind, one.value) for one in ours]


def list_texts(book: Path, client: str = "corner-shop") -> list[tuple[str, str, str]]:
    with read_book(book) as connection:
        return [(one.code, one.note, one.audience) for one in list_notes(connection, client).get(client, ())]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"code": "EDIT"}, "no licence 'EDIT'; did you mean 'EDI'?"),
        ({"value": "undetermined"}, "--verdict: 'undetermined' cannot be held; one of required,"),
        ({"value": "forbidden"}, "--verdict: 'forbidden' cannot be held"),
        (
            {"kind": "days", "value": "-1"},
            "--days: '-1' is no number of working days; a whole number from 0 to 3650",
        ),
        ({"kind": "days", "value": "1.5"}, "--days: '1.5' is no number"),
        ({"kind": "days", "value": "3651"}, "--days: '3651' is no number"),
        ({"kind": "days", "value": "１５"}, "--days: '１５' is no number"),
        ({"kind": "fee", "value": "-0.01"}, "--fee: '-0.01' is no amount"),
        ({"kind": "fee", "value": "nan"}, "--fee: 'nan' is no amount"),
        ({"kind": "fee", "value": "1,200"}, "without a comma"),
        ({"because": " \u200b "}, "--because is empty; write the reason"),
        ({"because": "x" * 501}, "--because has 501 characters; write at most 500"),
        ({"because": "a\x07b"}, "--because holds U+0007"),
        ({"by": ""}, "--by is empty; write who says so"),
        ({"until": date(2026, 11, 23)}, "it would end on 2026-11-23, before it counts from 2026-11-24 on"),
        ({"given_on": date(1066, 1, 1)}, "1066-01-01 is out of reach"),
        ({"code": "TOBACCO_ONLINE"}, "nobody applies for TOBACCO_ONLINE; hold not_needed of it, or nothing"),
        ({"code": "TOBACCO_ONLINE", "kind": "days", "value": "1"}, "nobody applies for TOBACCO_ONLINE"),
    ],
)
def test_what_cannot_be_held_gets_a_sentence(
    book: Path, catalogue: Catalogue, changed: dict[str, object], said: str
) -> None:
    with pytest.raises(EntryError) as error:
        give(book, catalogue, RIGHT._replace(**changed))
    assert said in str(error.value)
    assert len(error.value.faults) == 1
    assert list_held(book) == []


def test_all_that_is_wrong_is_said_at_once(book: Path, catalogue: Catalogue) -> None:
    wrong = Override("EDIT", "days", "soon", "", "", DAY, date(2026, 1, 1))
    with pytest.raises(EntryError) as error:
        give(book, catalogue, wrong, "corner-shopp")
    assert [str(one).partition(";")[0] for one in error.value.faults] == [
        "no client 'corner-shopp'",
        "no licence 'EDIT'",
        "--days: 'soon' is no number of working days",
        "--because is empty",
        "--by is empty",
        "it would end on 2026-01-01, before it counts from 2026-11-24 on",
    ]


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [("verdict", "not_needed", "not_needed"), ("days", "0", "0"), ("days", "3650", "3650"),
     ("fee", "0", "0"), ("fee", "99.50", "99.50"), ("fee", "1200.00", "1200")],
)  # fmt: skip
def test_what_can_be_held_is_kept(book: Path, catalogue: Catalogue, kind: str, value: str, kept: str) -> None:
    give(book, catalogue, RIGHT._replace(kind=kind, value=value), "Corner-Shop")
    assert list_held(book) == [("EDI", kind, kept)]


def test_a_prohibition_can_be_held_not_to_apply(book: Path, catalogue: Catalogue) -> None:
    give(book, catalogue, RIGHT._replace(code="TOBACCO_ONLINE", value="not_needed"))
    assert list_held(book) == [("TOBACCO_ONLINE", "verdict", "not_needed")]


def test_the_last_of_a_kind_counts_and_each_kind_is_taken_back_or_all(
    book: Path, catalogue: Catalogue
) -> None:
    for value in ("required", "optional"):
        give(book, catalogue, RIGHT._replace(value=value))
    give(book, catalogue, RIGHT._replace(kind="days", value="15"))
    give(book, catalogue, RIGHT._replace(kind="fee", value="15"))
    assert list_held(book) == [("EDI", "verdict", "optional"), ("EDI", "days", "15"), ("EDI", "fee", "15")]
    take_back_overrides(book, "corner-shop", "EDI", ["days"], LI)
    assert list_held(book) == [("EDI", "verdict", "optional"), ("EDI", "fee", "15")]
    with pytest.raises(
        UsageError, match="of EDI nothing is held against the rules as days; held for corner-shop is"
    ):
        take_back_overrides(book, "corner-shop", "EDI", ["days"], LI)
    take_back_overrides(book, "corner-shop", "EDI", ["verdict", "days", "fee"], LI)
    assert list_held(book) == []


def test_a_note_is_kept_on_one_line_for_whom_it_is(book: Path, catalogue: Catalogue) -> None:
    codes = set(catalogue.rows["code"])
    add_note(book, "corner-shop", Note("", " two\nlines ", "us", "li", DAY), codes, LI)
    add_note(book, "corner-shop", Note("EDI", "bring the lease", "client", "li", DAY), codes, LI)
    assert list_texts(book) == [("", "two lines", "us"), ("EDI", "bring the lease", "client")]
    take_back_note(book, "corner-shop", "", "two  lines", LI)
    assert list_texts(book) == [("EDI", "bring the lease", "client")]
    with pytest.raises(UsageError, match="no such note of EDI; noted is: EDI: bring the lease"):
        take_back_note(book, "corner-shop", "EDI", "bring", LI)


def test_a_note_that_cannot_be_gets_all_its_sentences(book: Path, catalogue: Catalogue) -> None:
    codes = set(catalogue.rows["code"])
    with pytest.raises(EntryError) as error:
        add_note(book, "nobody", Note("EDIT", "", "all", "li", DAY), codes, LI)
    assert [str(one).partition(";")[0] for one in error.value.faults] == [
        "no client 'nobody'",
        "no licence 'EDIT'",
        "no reader of a note 'all'",
        "a note is empty",
    ]
    with pytest.raises(EntryError, match="EDI is a licence, and no text stands behind it"):
        add_note(book, "corner-shop", Note("", "EDI", "us", "li", DAY), codes, LI)
    assert list_texts(book) == []
