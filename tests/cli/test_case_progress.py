"""Where cases stand, as a command; and who a client of a book is."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

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
