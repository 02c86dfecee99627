"""Where clients may be saved: what speaks against a path that somebody typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from licences.law.catalogue import Catalogue
from licences.reading.places import find_program_folder
from licences.rules.saving import find_typed_fault

CLIENTS = "client,name\na,b\n"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A work folder with a clients file, some that are none, links that lead out of it, and a folder beside it."""
    folder, beside = tmp_path / "work", tmp_path / "beside"
    (folder / "sub" / ".git").mkdir(parents=True)
    beside.mkdir()
    for path in (folder / "mine.csv", folder / "sub" / "old.CSV", beside / "clients.csv"):
        path.write_text(CLIENTS, encoding="utf-8")
    (folder / "notes.csv").write_text("client\na\n", encoding="utf-8")
    (folder / "folder.csv").mkdir()
    (folder / "link.csv").symlink_to(beside / "clients.csv")
    (folder / "out").symlink_to(beside)
    return folder


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("../beside/new.csv", "outside"),
        ("sub/../../beside/new.csv", "outside"),
        ("sub/../mine.csv", "outside"),
        ("/srv/new.csv", "outside"),
        ("~/new.csv", "outside"),
        ("~root/new.csv", "outside"),
        ("../beside/clients.csv", "outside"),
        ("authorized_keys", "kind"),
        ("sub", "kind"),
        (".", "kind"),
        ("mine.csv.py", "kind"),
        ("new.xls", "kind"),
        (".ssh/new.csv", "hidden"),
        (".csv", "hidden"),
        ("sub/.git/new.csv", "hidden"),
        ("con.csv", "device"),
        ("sub/NUL.2026.csv", "device"),
        ("Com1 .csv", "device"),
        ("a:b.csv", "sign"),
        ("C:\\clients.csv", "sign"),
        ("what?.csv", "sign"),
        ("sub /new.csv", "edge"),
        ("sub./new.csv", "edge"),
        ("a\nb.csv", "unseen"),
        ("a\0.csv", "unseen"),
        ("vsc\u202exslx.csv", "unseen"),
        ("a\u200b.csv", "unseen"),
        ("x" * 300 + ".csv", "long"),
        ("\u5ba2" * 80 + ".csv", "long"),
        ("x/" * 600 + "a.csv", "long"),
        ("none/new.csv", "no_folder"),
        ("mine.csv/new.csv", "no_folder"),
        ("folder.csv", "no_file"),
        ("link.csv", "link"),
        ("out/clients.csv", "link"),
        ("out/new.csv", "link"),
        ("notes.csv", "foreign"),
    ],
)
def test_a_path_that_is_refused(work: Path, typed: str, kind: str, catalogue: Catalogue) -> None:
    fault = find_typed_fault(typed, work, work / "mine.csv", catalogue.fields)
    assert fault
    assert fault.kind == kind


@pytest.mark.parametrize(
    "typed",
    [
        "mine.csv",
        "new.csv",
        "NEW.XLSX",
        "sub/new.csv",
        "sub/old.CSV",
        "./new.csv",
        "\u5ba2\u6237 2026.csv",
        "a..b.csv",
        "-x.csv",
    ],
)
def test_a_path_that_is_taken(work: Path, typed: str, catalogue: Catalogue) -> None:
    assert find_typed_fault(typed, work, work / "mine.csv", catalogue.fields) is None
    assert find_typed_fault(str(work / typed), work, work / "mine.csv", catalogue.fields) is None


def test_a_file_elsewhere_is_taken_where_it_was_named_and_no_other_beside_it(
    work: Path, catalogue: Catalogue
) -> None:
    named = work.parent / "beside" / "clients.csv"
    assert find_typed_fault(str(named), work, named, catalogue.fields) is None
    for other in (named.with_name("new.csv"), named.parent / ".." / "beside" / "clients.csv"):
        fault = find_typed_fault(str(other), work, named, catalogue.fields)
        assert fault
        assert fault.kind == "outside"


def test_a_file_of_the_program_is_refused_even_where_it_was_named(catalogue: Catalogue) -> None:
    named = find_program_folder() / "mine.csv"
    for work in (named.parent, Path("/nowhere")):
        fault = find_typed_fault(str(named), work, named, catalogue.fields)
        assert fault
        assert fault.kind == "program"
