"""Where cases stand, as a command; who a client of a book is, and where what it tells comes from."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select

from licences.book.schema import FACTS
from licences.book.store import read_book
from licences.cli.main import main
from licences.law.catalogue import Catalogue
from licences.rules.facts import read_profiles
from licences.rules.keeping import begin_book, begin_writing

DAY = ["--as-of", "2026-11-23", "--start", "2026-11-24", "--lang", "en"]


@pytest.fixture
def book(tmp_path: Path, catalogue: Catalogue, sample_clients: pd.DataFrame) -> Path:
    place = tmp_path / "book.sqlite"
    begin_book(place, sample_clients, catalogue.fields, begin_writing())
    return place


def test_of_all_clients_those_are_told_of_which_anything_is_recorded(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = ["--clients", str(book)]
    assert main(["progress", *DAY, "--json", *kept]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main(["book", "client", "Hello-Hall", "--engaged-on", "2026-10-09", *kept]) == 0
    assert main(["record", "corner-shop", "SALT", "submitted", "--on", "2026-11-02", *kept]) == 0
    capsys.readouterr()
    assert main(["progress", *DAY, "--json", *kept]) == 0
    told = {one["client"]: one for one in json.loads(capsys.readouterr().out)}
    assert told.keys() == {"corner-shop", "hello-hall"}
    assert [one["code"] for one in told["corner-shop"]["with_authority"]] == ["SALT"]
    assert told["hello-hall"]["late"]
    assert main(["progress", *DAY, "--client", "old-willow", *kept]) == 0
    assert "Nothing has been recorded" not in capsys.readouterr().out  # what the client has to bring is told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["progress", *DAY, "--clients", "data/clients.csv"], "is no book, which alone keeps what happened"),
        (["progress", *DAY, "--since", "2026-12-01", "--clients", "BOOK"], "lies after 2026-11-23"),
        (
            ["book", "client", "nobody", "--contact", "x", "--clients", "BOOK"],
            "nobody is no client yet; give its name",
        ),
        (["book", "client", "corner-shop", "--clients", "BOOK"], "nothing is told; give --name"),
        (["book", "client", "corner-shop", "--contact", "x", "--clients", "c.csv"], "is no book; name one"),
    ],
)
def test_what_cannot_be_gets_a_sentence(
    words: list[str],
    said: str,
    book: Path,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(project)
    assert main([str(book) if word == "BOOK" else word for word in words]) == 2
    assert said in capsys.readouterr().err


def test_a_client_is_added_and_changed_and_keeps_what_it_told(book: Path, catalogue: Catalogue) -> None:
    kept = ["--clients", str(book)]
    assert main(["book", "client", "new-shop", "--name", "新店", "--contact", "李 138", *kept]) == 0
    assert (
        main(["book", "client", "corner-shop", "--contact", "王敏\u200b", *kept]) == 1
    )  # what cannot be seen
    assert (
        main(["book", "client", "corner-shop", "--contact", "王敏", "--engaged-on", "2026-10-09", *kept]) == 0
    )
    clients = read_profiles(book, catalogue.fields, catalogue.codes).set_index("client")
    assert (clients.loc["new-shop", "name"], clients.loc["new-shop", "contact"]) == ("新店", "李 138")
    assert clients.loc["new-shop", "holds"] == ()
    assert clients.loc["corner-shop", "engaged_on"] == pd.Timestamp("2026-10-09")
    assert clients.loc["corner-shop", "holds"] == ("BUSINESS_LICENCE",)


def test_a_fact_says_who_told_it_when_and_how_it_is_known(
    book: Path, catalogue: Catalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = ["--clients", str(book)]
    source = ["--told-by", "Wang Min", "--told-on", "2026-11-02"]
    assert main(["book", "tell", "Corner-Shop", "has_app", "yes", *source, "--by", "li", *kept]) == 0
    assert (
        main(["book", "tell", "corner-shop", "has_app", "yes", "--how", "verified", "--by", "zhao", *kept])
        == 0
    )
    assert main(["book", "tell", "corner-shop", "live_commerce", "", *kept]) == 0
    capsys.readouterr()
    assert main(["book", "facts", "corner-shop", *kept]) == 0
    told = {line.partition(":")[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "(verified; recorded" in told["has_app"]
    assert told["has_app"].endswith("by zhao)")
    assert "live_commerce" not in told
    with read_book(book) as connection:
        first = next(
            fact for fact in list_every_fact(connection) if fact[0] == "has_app" and fact[1] == "Wang Min"
        )
    assert first == ("has_app", "Wang Min", date(2026, 11, 2), "told", "li")
    clients = read_profiles(book, catalogue.fields, catalogue.codes).set_index("client")
    assert bool(clients.loc["corner-shop", "has_app"])


def list_every_fact(connection: Any) -> list[tuple[Any, ...]]:
    """Field, who told it, when, how it is known and who wrote it, of every row that was ever written."""
    names = ("field", "told_by", "told_on", "how", "recorded_by")
    return [tuple(row) for row in connection.execute(select(*(FACTS.c[name] for name in names)))]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["corner-shop", "has_ap", "yes"], 2, "did you mean 'has_app'"),
        (["corner-shp", "has_app", "yes"], 2, "corner-shp is no client yet"),
        (["corner-shop", "has_app", "perhaps"], 1, "has_app"),
    ],
)
def test_a_fact_that_cannot_be_is_told_as_a_sentence(
    words: list[str], status: int, said: str, book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["book", "tell", *words, "--clients", str(book)]) == status
    assert said in capsys.readouterr().err
