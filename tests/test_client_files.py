"""Saving a client: its row changes, and nothing else in the file does."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

from licences.rules.client_files import find_changed_cells, find_saved, write_client
from licences.errors import LicencesError
from licences.errors import ProblemsError
from licences.errors import UsageError
from licences.law.catalogue import Catalogue
from licences.rules.facts import list_cells, make_profiles, read_profiles

NEW = {
    "client": "new-one",
    "name": '新, "一"',
    "holds": "EDI@2029-03-31",
    "has_app": "yes",
    "branch_cities": "3",
}


def save(law: Catalogue, path: Path, cells: dict[str, str], overwrite: bool = False) -> None:
    write_client(path, law.fields, set(law.catalogue["code"]), cells, overwrite=overwrite)


def read_cells(law: Catalogue, path: Path) -> dict[str, dict[str, str]]:
    records = read_profiles(path, law.fields, set(law.catalogue["code"])).to_dict("records")
    return {cells["client"]: cells for cells in (list_cells(record, law.fields) for record in records)}  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["mine.csv", "mine.xlsx"])
def test_a_file_is_made_where_there_is_none(law: Catalogue, tmp_path: Path, name: str) -> None:
    save(law, tmp_path / name, NEW)
    (cells,) = read_cells(law, tmp_path / name).values()
    assert {column: text for column, text in cells.items() if text} == NEW


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_only_the_row_of_the_client_changes(law: Catalogue, tmp_path: Path, encoding: str, end: str) -> None:
    path = tmp_path / "mine.csv"
    rows = ["client, name ,has_app,holds", '"a", 甲 ,是,', "", "b,乙,0,EDI ; ICP", '"c","两' + end + '行",1,']
    path.write_bytes(end.join(rows).encode(encoding))
    save(law, path, {"client": "b", "name": "乙二", "has_app": "yes"}, overwrite=True)
    rows[3] = "b,乙二,yes,"
    assert path.read_bytes() == (end.join(rows)).encode(encoding)
    save(law, path, {"client": "d", "name": "丁"})
    assert path.read_bytes() == end.join([*rows, "d,丁,,", ""]).encode(encoding)


def test_a_column_that_the_file_lacks_is_added_for_all(law: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text('\nclient,name\na,"x,y"\n\nb,z\n', encoding="utf-8")
    save(law, path, {"client": "b", "name": "z", "has_app": "no", "province": "110000"}, overwrite=True)
    assert path.read_text(encoding="utf-8") == (
        '\nclient,name,has_app,province\na,"x,y",,\n\nb,z,no,110000\n'
    )


def test_a_client_that_stands_there_is_overwritten_only_where_that_is_asked_for(
    law: Catalogue, tmp_path: Path
) -> None:
    path = tmp_path / "mine.csv"
    save(law, path, NEW)
    before = path.read_bytes()
    for client in ("new-one", "New-One"):
        with pytest.raises(UsageError, match="new-one"):
            save(law, path, NEW | {"client": client})
    assert path.read_bytes() == before
    save(law, path, NEW | {"has_app": ""}, overwrite=True)
    assert read_cells(law, path)["new-one"]["has_app"] == ""


def test_what_overwriting_would_change_can_be_told_before(law: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    assert find_saved(path, law.fields, set(law.catalogue["code"]), "new-one") is None
    save(law, path, NEW)
    saved = find_saved(path, law.fields, set(law.catalogue["code"]), "new-one")
    assert saved is not None
    changed = find_changed_cells(saved, NEW | {"has_app": "", "has_website": "no"})
    assert changed == {"has_app": ("yes", ""), "has_website": ("", "no")}
    assert find_saved(path, law.fields, set(law.catalogue["code"]), "other") is None


def test_a_bad_cell_or_a_bad_file_is_named_and_nothing_is_written(law: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    for cells in (
        {"client": "a b"},
        {"client": "../a"},
        {"client": ""},
        {"name": ""},
        {"holds": "EDII"},
        {"branch_provinces": "32"},
        {"branch_cities": "-1"},
        {"has_app": "perhaps"},
    ):
        with pytest.raises(ProblemsError) as error:
            save(law, path, NEW | cells)
        assert f": {next(iter(cells))}: " in str(error.value)
        assert not path.exists()
    path.write_text("client,name,has_app\na,b,perhaps\n", encoding="utf-8")
    with pytest.raises(ProblemsError, match="perhaps"):
        save(law, path, NEW)
    assert path.read_text(encoding="utf-8") == "client,name,has_app\na,b,perhaps\n"


def test_a_file_that_cannot_be_kept_as_it_is_is_refused(law: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("client,name,,\na,b,,\n", encoding="utf-8")
    with pytest.raises(UsageError, match="empty columns"):
        save(law, path, NEW)
    assert path.read_text(encoding="utf-8") == "client,name,,\na,b,,\n"


def make_workbook(path: Path) -> Workbook:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["client", "name", "branch_cities"])
    sheet.append(["a", "甲", 2])
    sheet.column_dimensions["B"].width = 44
    book.create_sheet("notes").append(["keep me"])
    book.save(path)
    return book


def test_a_workbook_keeps_its_other_rows_sheets_and_looks(law: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "mine.xlsx"
    make_workbook(path)
    save(law, path, NEW)
    save(law, path, {"client": "a", "name": "=1+1", "branch_cities": "7"}, overwrite=True)
    book = load_workbook(path)
    assert list(book.worksheets[0].values) == [
        ("client", "name", "branch_cities", "holds", "has_app"),
        ("a", "=1+1", 7, None, None),
        ("new-one", NEW["name"], 3, NEW["holds"], "yes"),
    ]
    assert book.worksheets[0]["B2"].data_type == "s"
    assert book["notes"]["A1"].value == "keep me"
    assert book.worksheets[0].column_dimensions["B"].width == 44


@pytest.mark.parametrize("defect", ["formula", "comment"])
def test_a_workbook_that_would_lose_something_is_refused(law: Catalogue, tmp_path: Path, defect: str) -> None:
    path = tmp_path / "mine.xlsx"
    book = make_workbook(path)
    if defect == "formula":
        book["notes"]["B1"] = "=1+1"
    else:
        book["notes"]["B1"].comment = Comment("think", "me")
    book.save(path)
    before = path.read_bytes()
    with pytest.raises(UsageError, match=defect):
        save(law, path, NEW)
    assert path.read_bytes() == before


def test_a_link_to_the_file_stays_a_link(law: Catalogue, tmp_path: Path) -> None:
    save(law, tmp_path / "real.csv", NEW)
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    save(law, tmp_path / "link.csv", NEW | {"client": "other"})
    assert (tmp_path / "link.csv").is_symlink()
    assert set(read_cells(law, tmp_path / "real.csv")) == {"new-one", "other"}


def test_a_folder_that_is_not_there_is_named(law: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(LicencesError):
        save(law, tmp_path, NEW)


def test_every_sample_can_be_written_as_cells_and_read_again(law: Catalogue, project: Path) -> None:
    codes = set(law.catalogue["code"])
    sample = read_profiles(project / "data" / "clients.csv", law.fields, codes)
    cells = [list_cells(record, law.fields) for record in sample.to_dict("records")]  # type: ignore[arg-type]
    again = make_profiles(cells, law.fields, codes, "screen")
    for name in sample.columns:
        assert again[name].astype("str").tolist() == sample[name].astype("str").tolist()
