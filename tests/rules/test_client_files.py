"""Saving a client: its row changes, and nothing else in the file does."""

from __future__ import annotations

import os
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

from licences.errors import LicencesError, OvertakenError, ProblemsError, UsageError
from licences.law.catalogue import Catalogue
from licences.reading.places import find_program_folder
from licences.rules.client_files import find_changed_cells, find_saved, write_alone, write_client
from licences.rules.facts import list_cells, make_profiles, read_profiles

NEW = {
    "client": "new-one",
    "name": '新, "一"',
    "holds": "EDI@2029-03-31",
    "has_app": "yes",
    "branch_cities": "3",
}


def save(catalogue: Catalogue, path: Path, cells: dict[str, str], overwrite: bool = False) -> None:
    codes = set(catalogue.rows["code"])
    over = find_saved(path, catalogue.fields, codes, cells["client"]) if overwrite else None
    write_client(path, catalogue.fields, codes, cells, over)


def read_cells(catalogue: Catalogue, path: Path) -> dict[str, dict[str, str]]:
    records = read_profiles(path, catalogue.fields, set(catalogue.rows["code"])).to_dict("records")
    return {cells["client"]: cells for cells in (list_cells(record, catalogue.fields) for record in records)}  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["mine.csv", "mine.xlsx"])
def test_a_file_is_made_where_there_is_none(catalogue: Catalogue, tmp_path: Path, name: str) -> None:
    save(catalogue, tmp_path / name, NEW)
    (cells,) = read_cells(catalogue, tmp_path / name).values()
    assert {column: text for column, text in cells.items() if text} == NEW


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_only_the_row_of_the_client_changes(
    catalogue: Catalogue, tmp_path: Path, encoding: str, end: str
) -> None:
    path = tmp_path / "mine.csv"
    rows = ["client, name ,has_app,holds", '"a", 甲 ,是,', "", "b,乙,0,EDI ; ICP", '"c","两' + end + '行",1,']
    path.write_bytes(end.join(rows).encode(encoding))
    save(catalogue, path, {"client": "b", "name": "乙二", "has_app": "yes"}, overwrite=True)
    rows[3] = "b,乙二,yes,"
    assert path.read_bytes() == (end.join(rows)).encode(encoding)
    save(catalogue, path, {"client": "d", "name": "丁"})
    assert path.read_bytes() == end.join([*rows, "d,丁,,", ""]).encode(encoding)


def test_a_column_that_the_file_lacks_is_added_for_all(catalogue: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text('\nclient,name\na,"x,y"\n\nb,z\n', encoding="utf-8")
    save(catalogue, path, {"client": "b", "name": "z", "has_app": "no", "province": "110000"}, overwrite=True)
    assert path.read_text(encoding="utf-8") == (
        '\nclient,name,has_app,province\na,"x,y",,\n\nb,z,no,110000\n'
    )


def test_a_client_that_stands_there_is_overwritten_only_where_that_is_asked_for(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    path = tmp_path / "mine.csv"
    save(catalogue, path, NEW)
    before = path.read_bytes()
    for client in ("new-one", "New-One"):
        with pytest.raises(UsageError, match="new-one"):
            save(catalogue, path, NEW | {"client": client})
    assert path.read_bytes() == before
    save(catalogue, path, NEW | {"has_app": ""}, overwrite=True)
    assert read_cells(catalogue, path)["new-one"]["has_app"] == ""


def test_what_overwriting_would_change_can_be_told_before(catalogue: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    assert find_saved(path, catalogue.fields, set(catalogue.rows["code"]), "new-one") is None
    save(catalogue, path, NEW)
    saved = find_saved(path, catalogue.fields, set(catalogue.rows["code"]), "new-one")
    assert saved is not None
    changed = find_changed_cells(saved, NEW | {"has_app": "", "has_website": "no"})
    assert changed == {"has_app": ("yes", ""), "has_website": ("", "no")}
    assert find_saved(path, catalogue.fields, set(catalogue.rows["code"]), "other") is None


def test_a_bad_cell_or_a_bad_file_is_named_and_nothing_is_written(
    catalogue: Catalogue, tmp_path: Path
) -> None:
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
            save(catalogue, path, NEW | cells)
        assert f": {next(iter(cells))}: " in str(error.value)
        assert not path.exists()
    path.write_text("client,name,has_app\na,b,perhaps\n", encoding="utf-8")
    with pytest.raises(ProblemsError, match="perhaps"):
        save(catalogue, path, NEW)
    assert path.read_text(encoding="utf-8") == "client,name,has_app\na,b,perhaps\n"


def test_a_file_that_cannot_be_kept_as_it_is_is_refused(catalogue: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("client,name,,\na,b,,\n", encoding="utf-8")
    with pytest.raises(UsageError, match="empty columns"):
        save(catalogue, path, NEW)
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


def test_a_workbook_keeps_its_other_rows_sheets_and_looks(catalogue: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "mine.xlsx"
    make_workbook(path)
    save(catalogue, path, NEW)
    save(catalogue, path, {"client": "a", "name": "=1+1", "branch_cities": "7"}, overwrite=True)
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
def test_a_workbook_that_would_lose_something_is_refused(
    catalogue: Catalogue, tmp_path: Path, defect: str
) -> None:
    path = tmp_path / "mine.xlsx"
    book = make_workbook(path)
    if defect == "formula":
        book["notes"]["B1"] = "=1+1"
    else:
        book["notes"]["B1"].comment = Comment("think", "me")
    book.save(path)
    before = path.read_bytes()
    with pytest.raises(UsageError, match=defect):
        save(catalogue, path, NEW)
    assert path.read_bytes() == before


def test_a_cell_that_holds_what_nobody_sees_is_refused_and_named(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    path, codes = tmp_path / "mine.csv", set(catalogue.rows["code"])
    for sign in "\n\r\t\0\x1b\x7f\x85\u00ad\u200b\u200d\u202e\u2028\u2029\u2066\ufeff\ud800\ufffe\U000e0001":
        for cells in (
            NEW | {"name": f"a{sign}b"},
            NEW | {"holds": f"EDI{sign};ICP"},
            NEW | {"has_app": f"yes{sign}"},
        ):
            for write in (write_client, write_alone):
                with pytest.raises(ProblemsError) as error:
                    write(path, catalogue.fields, codes, cells)
                assert str(error.value).startswith("mine.csv:1: ")
            if cells["name"] != NEW["name"]:
                assert f": name: holds U+{ord(sign):04X}, which cannot be seen" in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_rare_characters_and_marks_are_names_like_others(catalogue: Catalogue, tmp_path: Path) -> None:
    for at, name in enumerate(
        ("𠮷野家", "㐀㒨䶮", "Ünïcødé & “Söhne”", "عبد", "é́", "🏬", "=1+1", "@home", "+86", "-", "'x")
    ):
        save(catalogue, tmp_path / "mine.csv", {"client": f"c{at}", "name": name})
        assert read_cells(catalogue, tmp_path / "mine.csv")[f"c{at}"]["name"] == name


@pytest.mark.parametrize("name", ["mine.csv", "mine.xlsx"])
def test_a_new_file_is_its_owners_alone_and_one_that_is_there_keeps_its_mode(
    catalogue: Catalogue, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    tmp_path.chmod(0o750)
    save(catalogue, path, NEW)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for mode in (0o600, 0o640, 0o664):
        path.chmod(mode)
        save(catalogue, path, NEW | {"branch_cities": f"{mode}"}, overwrite=True)
        assert stat.S_IMODE(path.stat().st_mode) == mode
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o750


@pytest.mark.parametrize(
    "name",
    ["link.csv", "hanging.csv", "none/mine.csv", "folder.csv", "pipe.csv", "authorized_keys", "notes.csv"],
)
def test_nothing_is_written_where_no_clients_file_can_be(
    catalogue: Catalogue, tmp_path: Path, name: str
) -> None:
    elsewhere, here = tmp_path / "elsewhere", tmp_path / "here"
    elsewhere.mkdir(), (here / "folder.csv").mkdir(parents=True)
    save(catalogue, elsewhere / "real.csv", NEW)
    (here / "link.csv").symlink_to(elsewhere / "real.csv")
    (here / "hanging.csv").symlink_to(elsewhere / "new.csv")
    os.mkfifo(here / "pipe.csv")
    (here / "notes.csv").write_text("shopping\nmilk\n", encoding="utf-8")
    before = {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")}
    with pytest.raises(UsageError, match=re.escape(name)):
        save(catalogue, here / name, NEW | {"client": "other"})
    assert {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_nothing_is_written_into_the_program(catalogue: Catalogue) -> None:
    path = find_program_folder() / "app" / "mine.csv"
    try:
        with pytest.raises(UsageError, match="folder of the program"):
            save(catalogue, path, NEW)
        assert not path.exists()
    finally:
        path.unlink(missing_ok=True)


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    path, codes = tmp_path / "mine.csv", set(catalogue.rows["code"])
    save(catalogue, path, NEW)
    over = find_saved(path, catalogue.fields, codes, "new-one")
    save(catalogue, path, NEW | {"has_app": "no"}, overwrite=True)
    before = path.read_bytes()
    with pytest.raises(OvertakenError, match="new-one"):
        write_client(path, catalogue.fields, codes, NEW | {"has_app": ""}, over)
    assert path.read_bytes() == before
    path.write_text("client,name\nother,x\n", encoding="utf-8")
    with pytest.raises(OvertakenError, match="new-one"):
        write_client(path, catalogue.fields, codes, NEW, over)
    assert path.read_text(encoding="utf-8") == "client,name\nother,x\n"


def test_clients_that_are_saved_at_the_same_time_are_all_there(catalogue: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    clients = [f"c{at}" for at in range(12)]
    with ThreadPoolExecutor(6) as pool:
        for done in [
            pool.submit(save, catalogue, path, {"client": client, "name": client}) for client in clients
        ]:
            done.result()
    assert sorted(read_cells(catalogue, path)) == sorted(clients)
    assert [one.name for one in tmp_path.iterdir()] == ["mine.csv"]


def test_a_folder_that_is_not_there_is_named(catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(LicencesError):
        save(catalogue, tmp_path, NEW)


def test_every_sample_can_be_written_as_cells_and_read_again(catalogue: Catalogue, project: Path) -> None:
    codes = set(catalogue.rows["code"])
    sample = read_profiles(project / "data" / "clients.csv", catalogue.fields, codes)
    cells = [list_cells(record, catalogue.fields) for record in sample.to_dict("records")]  # type: ignore[arg-type]
    again = make_profiles(cells, catalogue.fields, codes, "screen")
    for name in sample.columns:
        assert again[name].astype("str").tolist() == sample[name].astype("str").tolist()


def test_a_client_is_put_below_the_header_wherever_that_stands(catalogue: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("sep=;\nClients;;\n客户编号;name;has_app\na;A;yes\n", encoding="utf-8")
    save(catalogue, path, {"client": "b", "name": "B;C", "has_website": "no"})
    assert path.read_text(encoding="utf-8") == (
        'sep=;\nClients;;\n客户编号;name;has_app;has_website\na;A;yes;\nb;"B;C";;no\n'
    )
    book = Workbook()
    book.worksheets[0].append(["read the next sheet"])
    sheet = book.create_sheet("clients")
    for row in (
        ["Clients of 2026"],
        [],
        ["客户编号", "客户名称", "foreign_share_percent"],
        ["a", "A", 0.6],
    ):
        sheet.append(row)
    sheet["C4"].number_format = "0%"
    book.save(tmp_path / "mine.xlsx")
    save(
        catalogue,
        tmp_path / "mine.xlsx",
        {"client": "a", "name": "B", "foreign_share_percent": "25"},
        overwrite=True,
    )
    assert read_cells(catalogue, tmp_path / "mine.xlsx")["a"]["foreign_share_percent"] == "25"
    assert load_workbook(tmp_path / "mine.xlsx")["clients"]["A3"].value == "客户编号"


@pytest.mark.parametrize("kind", [".ods", ".xls"])
def test_a_kind_that_is_only_read_is_not_written(catalogue: Catalogue, tmp_path: Path, kind: str) -> None:
    with pytest.raises(UsageError, match=r"let its name end with \.csv or \.xlsx"):
        save(catalogue, tmp_path / f"mine{kind}", NEW)
    assert not list(tmp_path.iterdir())


STAGED = (
    "client,name,group,from,has_app,live_commerce\n"
    "a,,,2027-07-01,,yes\n"
    "a,A,sisters,,no,no\n"
    "a,,,2027-04-01,yes,\n"
    "b,B,,,no,no\n"
)


@pytest.mark.parametrize("name", ["mine.csv", "mine.xlsx"])
def test_saving_changes_the_first_stage_and_keeps_group_and_later_ones(
    catalogue: Catalogue, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    if name.endswith("csv"):
        path.write_text(STAGED, encoding="utf-8")
    else:
        book = Workbook()
        for row in STAGED.splitlines():
            book.worksheets[0].append([cell or None for cell in row.split(",")])
        book.save(path)
    codes = set(catalogue.rows["code"])
    before = read_profiles(path, catalogue.fields, codes)
    saved = find_saved(path, catalogue.fields, codes, "a")
    cells = {"client": "a", "name": "A", "has_app": "no", "live_commerce": "no", "has_website": "yes"}
    assert find_changed_cells(saved or {}, cells) == {"has_website": ("", "yes")}
    save(catalogue, path, cells, overwrite=True)
    after = read_profiles(path, catalogue.fields, codes)
    assert after["has_website"].tolist()[0] is True
    for column in ("client", "group", "stages", "has_app"):
        assert after[column].astype("str").tolist() == before[column].astype("str").tolist()
    if name.endswith("csv"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[1::2] == ["a,,,2027-07-01,,yes,", "a,,,2027-04-01,yes,,"]
        assert lines[2] == "a,A,sisters,,no,no,yes"


def test_a_first_stage_that_would_leave_a_later_one_nothing_to_change_is_not_saved(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(STAGED, encoding="utf-8")
    with pytest.raises(ProblemsError, match=r"mine\.csv:4: from: the row changes nothing"):
        save(catalogue, path, {"client": "a", "name": "A", "has_app": "yes"}, overwrite=True)
    assert path.read_text(encoding="utf-8") == STAGED
