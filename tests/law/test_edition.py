"""The edition names the text of the law: it moves when that does, and with nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest

from licences.errors import MissingFileError
from licences.law.catalogue import Catalogue, read_catalogue
from licences.law.edition import STATES_THE_LAW, hash_law, read_edition
from licences.reading.rows import read_rows


@pytest.fixture
def data(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data, where we stand."""
    shutil.copytree(project / "data", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def replace_text(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_it_is_the_newest_day_of_checking_and_a_hash(project: Path, catalogue: Catalogue) -> None:
    edition = read_edition(project / "data" / "licences.csv")
    assert edition.checked_on == f"{catalogue.rows['checked_on'].max():%Y-%m-%d}"
    assert str(edition) == f"{edition.checked_on}-{edition.digest}"
    assert len(edition.digest) == 8


def test_the_catalogue_carries_the_edition_that_it_was_read_from(data: Path) -> None:
    assert read_catalogue().edition == read_edition()
    other = data / "other.csv"
    shutil.copy(data / "licences.csv", other)
    replace_text(other, read_edition().checked_on, "2027-11-24")
    assert read_catalogue(other).edition == read_edition(other) != read_edition()
    assert read_edition(other).checked_on == "2027-11-24"


@pytest.mark.parametrize("name", STATES_THE_LAW)
def test_a_change_of_any_file_that_states_the_law_is_another_edition(data: Path, name: str) -> None:
    before = hash_law()
    with (data / name).open("a", encoding="utf-8") as file:
        file.write("x\n")
    assert hash_law() != before


def test_what_does_not_state_the_law_is_no_other_edition(data: Path) -> None:
    before = read_edition()
    for name in ("clients.csv", "article.csv", "brand.yaml"):
        (data / name).write_text("x", encoding="utf-8")
    assert read_edition() == before


@pytest.mark.parametrize(("encoding", "newline"), [("utf-8-sig", "\n"), ("gb18030", "\n"), ("utf-8", "\r\n")])
def test_a_file_saved_by_another_program_is_the_same_edition(data: Path, encoding: str, newline: str) -> None:
    before = read_edition()
    text = (data / "licences.csv").read_text(encoding="utf-8-sig")
    with (data / "licences.csv").open("w", encoding=encoding, newline=newline) as file:
        file.write(text)
    assert read_edition() == before


def test_a_workbook_has_an_edition_too(data: Path) -> None:
    header, _, rows = read_rows(data / "licences.csv")
    book = openpyxl.Workbook()
    for row in (header, *rows):
        book.worksheets[0].append(row)
    book.save(data / "licences.xlsx")
    assert read_edition(data / "licences.xlsx").checked_on == read_edition().checked_on


def test_a_catalogue_that_is_not_there_is_named() -> None:
    with pytest.raises(MissingFileError, match=r"gone\.csv"):
        read_edition(Path("gone.csv"))
