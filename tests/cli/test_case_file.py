"""What is held and noted on the command line, and what answers, checks and frames say of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import licences as lc
from licences.cli.main import main
from licences.law.catalogue import Catalogue
from licences.rules.keeping import begin_book, begin_writing

ON = ("--on", "2026-11-01", "--by", "Li Wei")
HELD = ("override", "corner-shop", "EDI", "--verdict", "required", "--because", "told so", *ON)


@pytest.fixture
def book(catalogue: Catalogue, sample_clients: pd.DataFrame, tmp_path: Path) -> str:
    place = tmp_path / "book.sqlite"
    begin_book(place, sample_clients[:3], catalogue.fields, begin_writing("li"))
    return str(place)


def ask(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    assert main([*words, "--client", "corner-shop", "--as-of", "2026-11-23", "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_what_is_held_is_told_and_answers_go_by_it(book: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--clients", book)
    plain = {one["code"]: one for one in ask(capsys, "assess", *words)}
    assert main([*HELD, "--until", "2027-03-31", *words]) == 0
    said = capsys.readouterr().out
    assert (
        said == "corner-shop: EDI: verdict required, because told so (Li Wei, 2026-11-01, until 2027-03-31)\n"
    )
    answer = {one["code"]: one for one in ask(capsys, "assess", *words)}
    ours = {
        "verdict": "required",
        "because": "told so",
        "by": "Li Wei",
        "on": "2026-11-01",
        "until": "2027-03-31",
    }
    assert (plain["EDI"]["verdict"], plain["EDI"]["overridden"]) == ("not_needed", None)
    assert (answer["EDI"]["verdict"], answer["EDI"]["overridden"]) == ("not_needed", ours)
    (plan,) = ask(capsys, "plan", "--start", "2026-11-24", *words)
    assert "EDI" in [step["code"] for step in plan["steps"]]
    assert plan["overrides"] == [{"code": "EDI", "kind": "verdict", "value": "required"} | {
        key: told for key, told in ours.items() if key != "verdict"
    }]  # fmt: skip
    (remedies,) = ask(capsys, "what-if", "--licence", "EDI", *words)
    assert (remedies["verdict"], remedies["overridden"]) == ("not_needed", ours)
    assert main(["override", "corner-shop", "EDI", "--take-back", *words]) == 0
    assert capsys.readouterr().out == "corner-shop: EDI: as the rules say\n"
    assert {one["code"]: one for one in ask(capsys, "assess", *words)} == plain


def test_the_terminal_says_it_beside_the_rules(book: str, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        HELD,
        ("override", "corner-shop", "SALT", "--verdict", "not_needed", "--because", "no [salt]", *ON),
        ("override", "corner-shop", "APP_FILING", "--days", "15", "--because", "asked", *ON),
        ("note", "corner-shop", "pays late", *ON),
        ("note", "corner-shop", "EDI", "bring the lease", "--for", "client", *ON),
    ):
        assert main([*words, "--clients", book]) == 0

    def show(*words: str) -> str:
        capsys.readouterr()
        asked = ("--client", "corner-shop", "--as-of", "2026-11-23", "--lang", "en", "--clients", book)
        assert main([*words, *asked]) == 0
        return " ".join(capsys.readouterr().out.split())

    answer = show("assess")
    assert "Internal note: pays late (Li Wei, 1 November 2026)" in answer
    assert (
        "Salt rules: Our assessment: no [salt]" in answer or "no [salt] (Li Wei, 1 November 2026)" in answer
    )
    assert "By the rules alone: required" in answer
    plan = show("plan")
    for text in (
        "Internal note: pays late",
        "Note for the client: bring the lease",
        "we count on 15 working days from the submission to the result. Reason: asked",
        "What stands is our assessment, required: told so",
    ):
        assert text in plan
    assert "What stands is our assessment, required" in show("what-if", "--licence", "EDI")


def test_notes_are_told_with_their_reader_and_taken_back(
    book: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--clients", book)
    assert main(["note", "corner-shop", "EDI", "a", *ON, *words]) == 0
    assert main(["note", "corner-shop", "EDI", "b", "--for", "client", *ON, *words]) == 0
    told = capsys.readouterr().out.splitlines()[-2:]
    assert told == [
        "corner-shop: EDI: for us: a (Li Wei, 2026-11-01)",
        "corner-shop: EDI: for client: b (Li Wei, 2026-11-01)",
    ]
    answer = {one["code"]: one for one in ask(capsys, "assess", *words)}
    assert [(one["note"], one["audience"]) for one in answer["EDI"]["notes"]] == [
        ("a", "us"),
        ("b", "client"),
    ]
    assert answer["ICP"]["notes"] == []
    for text in ("a", "b"):
        assert main(["note", "corner-shop", "EDI", text, "--strike-out", *words]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "corner-shop: EDI: nothing is noted"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["override", "corner-shop", "EDI", "--days", "1", "--fee", "1"], 2, "give one of --verdict V, --days N and --fee N"),
        (["override", "corner-shop", "EDI"], 2, "give one of --verdict V"),
        (["override", "corner-shop", "EDI", "--take-back", "days", "--days", "1"], 2, "--take-back holds nothing new"),
        (["override", "corner-shop", "EDI", "--take-back"], 2, "of EDI nothing is held against the rules; held for"),
        (["override", "nobody", "EDIT", "--days", "x"], 2, "no client 'nobody'; "),
        (["note", "corner-shop", ""], 2, "a note is empty; write what should be remembered"),
        (["note", "corner-shop", "a", "--strike-out"], 2, "no such note of corner-shop; noted is: nothing"),
    ],
)  # fmt: skip
def test_what_means_nothing_gets_a_sentence(
    book: str, capsys: pytest.CaptureFixture[str], words: list[str], status: int, said: str
) -> None:
    assert main([*words, "--clients", book]) == status
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("words", [HELD, ("note", "corner-shop", "a")])
def test_a_clients_file_keeps_neither(
    project: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert main([*words, "--clients", str(project / "data" / "clients.csv")]) == 2
    assert "is no book, which alone keeps this; licences book init" in capsys.readouterr().err


def test_the_check_names_what_has_ended_or_differs_no_more(
    book: str, capsys: pytest.CaptureFixture[str]
) -> None:
    alike = ("override", "corner-shop", "SALT", "--verdict", "required", "--because", "x", *ON)
    for words in (alike, (*HELD, "--until", "2026-12-31")):
        assert main([*words, "--clients", book]) == 0
    assert main(["check", "--clients", book, "--as-of", "2026-11-23"]) == 1
    said = capsys.readouterr().err
    assert (
        "corner-shop: SALT: verdict required, held by Li Wei, is what the rules and the catalogue say" in said
    )
    assert "licences override corner-shop SALT --take-back verdict" in said
    assert "EDI" not in said
    assert main(["check", "--clients", book, "--as-of", "2027-01-01"]) == 1
    assert (
        "corner-shop: EDI: verdict required, held by Li Wei, has ended on 2026-12-31"
        in capsys.readouterr().err
    )


def test_the_library_has_what_is_held_beside_the_rules(book: str) -> None:
    assert main([*HELD, "--clients", book]) == 0
    answer = lc.assess(lc.read_clients(book), as_of="2026-11-23", language="en")
    edi, icp = answer["corner-shop", "EDI"], answer["corner-shop", "ICP"]
    assert (edi.verdict, edi.overridden["verdict"], icp.overridden) == ("not_needed", "required", None)  # type: ignore[union-attr, index]
    rows = answer.frame[answer.frame["client"] == "corner-shop"].set_index("code")
    assert rows.at["EDI", "overridden"]["because"] == "told so"
    assert rows["overridden"].notna().sum() == 1
    assert "EDI" in set(lc.plan(answer, start="2026-11-24")["corner-shop"].steps["code"])


def test_client_and_licence_may_be_named_by_their_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("c.csv").write_text("client,name,holds\n月牙湾,月牙湾商城,\nb,同名,\nc,同名,\n", "utf-8")
    assert main(["book", "init", "b.sqlite", "--from", "c.csv"]) == 0
    words = ("--clients", "b.sqlite")
    assert main(["record", "月牙湾商城", "EDI证", "submitted", "--on", "2026-11-02", *words]) == 0
    assert "EDI: submitted 2026-11-02" in capsys.readouterr().out
    assert (
        main(
            [
                "override",
                "月牙湾商城",
                "icp证",
                "--verdict",
                "required",
                "--because",
                "x",
                "--by",
                "y",
                *words,
            ]
        )
        == 0
    )
    assert "ICP: verdict required" in capsys.readouterr().out
    assert main(["note", "月牙湾", "ICP Licence", "记下", *words]) == 0
    assert "ICP: for us: 记下" in capsys.readouterr().out
    assert main(["what-if", "--licence", "EDI licence", "--client", "月牙湾商城", "--json", *words]) == 0
    assert json.loads(capsys.readouterr().out)[0]["code"] == "EDI"
    for asked, said in (
        (
            ["record", "月牙湾", "EDI正", "submitted", "--on", "2026-11-02"],
            "no licence 'EDI正'; did you mean 'EDI'?",
        ),
        (["note", "月牙湾", "数据出境安全评估", "x"], "is the name of several licences; write DATA_EXPORT"),
        (
            ["override", "同名", "EDI", "--days", "3", "--because", "x", "--by", "y"],
            "several clients are called '同名'; name one by its id: b, c",
        ),
        (["what-if", "--licence", "EDIT"], "no licence 'EDIT'; did you mean 'EDI'?"),
    ):
        assert main([*asked, *words]) == 2, asked
        assert said in capsys.readouterr().err
