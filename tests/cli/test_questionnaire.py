"""The command that writes questionnaires: which files, for whom, and what it says."""

from __future__ import annotations

import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from licences.__main__ import main
from licences.analysis.questionnaire import Questionnaire
from licences.law.catalogue import Catalogue
from licences.reading.dictionary import read_dictionary

PRIVATE = "甲公司机密"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "clients.csv").write_text(
        f"client,name,group,has_app,mlps_level\nshop,{PRIVATE},g1,yes,3\nCON-1,乙,g1,,\n-_-,丙,,no,\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ask(*arguments: str) -> int:
    return main(["questionnaire", "--clients", "clients.csv", "--as-of", "2026-11-29", *arguments])


def read_page(path: Path) -> dict[str, Any]:
    table = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").find(id="questions")
    assert table
    return dict(json.loads(str(table.string)))


def test_where_nobody_is_named_it_is_for_a_new_client(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask() == 0
    said = capsys.readouterr()
    made = sorted((folder / "questionnaires").iterdir())
    assert [path.name for path in made] == ["questionnaire-new.html", "questionnaire-new.xlsx"]
    assert said.out == ""
    lines = [
        r"questionnaires/questionnaire-new\.xlsx: \d+ questions",
        r"questionnaires/questionnaire-new\.html: \d+ questions",
    ]
    assert re.fullmatch("\n".join([*lines, ""]), said.err)
    page = read_page(made[0])
    assert page["origin"]["client"] == page["origin"]["name"] == ""
    assert page["origin"]["lang"] == "zh"
    assert PRIVATE not in made[0].read_text(encoding="utf-8")


def test_each_client_that_is_named_has_files_of_its_own_and_is_not_asked_what_it_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask("--client", "shop", "--client", "CON-1", "--lang", "en", "--out", "sent") == 0
    assert PRIVATE not in capsys.readouterr().err
    assert len(list((folder / "sent").iterdir())) == 4
    page = read_page(folder / "sent" / "questionnaire-shop.html")
    edition = page["origin"].pop("edition")
    assert date.fromisoformat(edition)
    assert page["origin"] == {"client": "shop", "name": PRIVATE, "lang": "en", "made_on": "2026-11-29"}
    names = {fact["name"] for question in page["questions"] for fact in question["facts"]}
    assert not {"has_app", "mlps_level"} & names
    assert "has_website" in names
    assert PRIVATE not in (folder / "sent" / "questionnaire-CON-1.html").read_text(encoding="utf-8")
    book = load_workbook(io.BytesIO((folder / "sent" / "questionnaire-shop.xlsx").read_bytes()))
    told = {one.name: one.value for one in book.custom_doc_props.props}
    assert (told["licences.client"], told["licences.edition"]) == ("shop", edition)
    codes = [str(row[0].value) for row in book.worksheets[0].iter_rows(max_col=1) if row[0].value]
    assert {code.partition("=")[0] for code in codes if not code.startswith("@")} == names


def test_what_is_written_is_said_in_the_language_of_messages(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert ask("--client", "shop", "--format", "html") == 0
    *_, said = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"questionnaires/questionnaire-shop\.html：\d+个问题", said)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert ask("--client", "shop", "--format", "html") == 0
    assert capsys.readouterr().err.endswith(" questions\n")
    page = read_page(folder / "questionnaires" / "questionnaire-shop.html")
    assert page["origin"]["lang"] == "zh"  # texts are Chinese until --lang says otherwise
    assert ask("--client", "shop", "--format", "html", "--lang", "en") == 0
    assert read_page(folder / "questionnaires" / "questionnaire-shop.html")["origin"]["lang"] == "en"


def test_a_group_is_all_of_its_clients_and_one_format_is_one_file(folder: Path) -> None:
    assert ask("--group", "g1", "--format", "html") == 0
    names = sorted(path.name for path in (folder / "questionnaires").iterdir())
    assert names == ["questionnaire-CON-1.html", "questionnaire-shop.html"]


def test_an_id_that_begins_with_a_sign_is_a_file_all_the_same(folder: Path) -> None:
    assert ask("--client=-_-", "--format", "xlsx") == 0
    assert [path.name for path in (folder / "questionnaires").iterdir()] == ["questionnaire--_-.xlsx"]


def test_the_name_of_a_file_is_safe_whatever_the_id(catalogue: Catalogue, project: Path) -> None:
    columns = read_dictionary(project / "data" / "dictionary.yaml")["clients.csv"].columns
    (pattern,) = [column.pattern for column in columns if column.name == "client"]
    assert pattern

    @given(st.from_regex(pattern, fullmatch=True))
    def check(client: str) -> None:
        name = Questionnaire(client, "x", "", date(2026, 11, 29), catalogue.fields, ()).file_name
        assert name == f"questionnaire-{client}"
        assert not set(name) & set('/\\:*?"<>|\0')

    check()


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--client", "shap"], 2, "no client 'shap'; did you mean 'shop'?"),
        (["--group", "g2"], 2, "no group 'g2'"),
        (["--out", "clients.csv"], 1, "is no folder; make room, or name another place with --out"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], status: int, said: str
) -> None:
    assert ask(*arguments) == status
    assert said in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["clients.csv"]


@pytest.mark.usefixtures("folder")
def test_an_unknown_format_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        ask("--format", "pdf")
    assert ended.value.code == 2
    assert "no format 'pdf'; one of html, xlsx" in capsys.readouterr().err
