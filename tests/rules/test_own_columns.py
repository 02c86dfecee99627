"""Own columns of a clients file: kept as texts, saved back, and never a fact that is misspelt."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from licences.errors import ProblemsError
from licences.law.catalogue import Catalogue
from licences.reading.dictionary import read_dictionary
from licences.reading.own_columns import find_near_column, find_own_columns, write_header
from licences.reading.places import find_data_folder
from licences.rules.client_files import find_changed_cells, find_saved, write_alone, write_client
from licences.rules.facts import (
    list_cells,
    list_extra,
    list_own_columns,
    make_profiles,
    read_profiles,
    read_with_extent,
)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def find_wrong(catalogue: Catalogue, path: Path) -> list[str]:
    with pytest.raises(ProblemsError) as caught:
        read_profiles(path, catalogue.fields, catalogue.codes)
    return [f"{one.column}: {one.wrong}; {one.right}" for one in caught.value.problems]


@pytest.mark.parametrize("name", [
    "联系电话", "手机", "备注", "客户经理", "负责人", "联系人电话", "注册地址", "统一社会信用代码", "合同编号",
    "phone", "telephone", "remark", "notes", "manager", "contact_phone", "contact_2", "email", "address", "status",
])  # fmt: skip
def test_what_a_firm_writes_beside_the_facts_is_an_own_column(catalogue: Catalogue, name: str) -> None:
    table = catalogue.fields.clients_table
    assert find_own_columns(["client", name, ""], table) == {1: name}
    assert write_header(name, table) == name


@pytest.mark.parametrize(("name", "meant"), [
    ("has_webiste", "has_website"), ("has_websites", "has_website"), ("Has-Website", "has_website"), ("website", "has_website"),
    ("有网站?", "has_website"), ("有网站（境内接入）？", "has_website"), ("有小程序吗", "has_mini_program"),
    ("名称", "name"), ("客户编码", "client"), ("联系人：", "contact"), ("注册资本", "registered_capital_cny"),
])  # fmt: skip
def test_what_is_nearly_a_fact_is_no_own_column_unless_it_is_marked(
    catalogue: Catalogue, name: str, meant: str
) -> None:
    table = catalogue.fields.clients_table
    assert find_near_column(name, table) == meant
    assert find_own_columns([name], table) == {}
    assert find_own_columns([f"extra:{name}"], table) == {0: name}
    assert find_own_columns([f"Extra： {name}"], table) == {0: name}
    assert write_header(name, table) == f"extra:{name}"


def test_a_file_with_own_columns_is_read_and_says_which(catalogue: Catalogue, tmp_path: Path) -> None:
    path = write(
        tmp_path / "c.csv",
        "client,联系电话,name,备注,has_app,extra:有网站?\na, 0571-1 ,甲,=1+1,yes,y\nb,,乙,,,\n",
    )
    profiles, extent = read_with_extent(path, catalogue.fields, catalogue.codes)
    assert list_extra(profiles) == [
        {"联系电话": "0571-1", "备注": "=1+1", "有网站?": "y"},
        {"联系电话": "", "备注": "", "有网站?": ""},
    ]
    assert list_own_columns(profiles) == ["联系电话", "备注", "有网站?"]
    (note,) = extent.notes
    assert (note.kind, note.count, note.items) == ("own_columns", 3, ("联系电话", "备注", "有网站?"))
    plain = write(tmp_path / "d.csv", "client,name\na,甲\n")
    profiles, extent = read_with_extent(plain, catalogue.fields, catalogue.codes)
    assert (list_extra(profiles), extent.notes) == ([{}], ())


def test_of_a_client_in_stages_the_first_row_tells_its_own_texts(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    path = write(
        tmp_path / "c.csv", "client,name,from,has_app,备注\na,甲,,no,first\na,,2027-04-01,yes,later\n"
    )
    assert list_extra(read_profiles(path, catalogue.fields, catalogue.codes)) == [{"备注": "first"}]


def test_what_cannot_be_an_own_column_is_said(catalogue: Catalogue, tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", "client,name,品类,备注,备注,手机\na,A,,,,\n")
    assert find_wrong(catalogue, path) == [
        "品类: may be one of several columns; write which: own_categories (自营品类) or hosted_categories (入驻商家品类)",
        "备注: column appears twice; keep one",
    ]
    path = write(tmp_path / "c.csv", f"client,name,{'备' * 101}\na,A,x\n")
    assert find_wrong(catalogue, path)[0].endswith("the name of the column has 101 characters; at most 100")
    names = ",".join(f"栏目{at}" for at in range(51))
    path = write(tmp_path / "c.csv", f"client,name,{names}\na,A{',' * 51}\n")
    assert find_wrong(catalogue, path) == ["header: 51 columns or more of your own; keep at most 50 of them"]
    garbled = "联系电话".encode().decode("gb18030", "ignore")
    path = write(tmp_path / "c.csv", f"client,name,{garbled}\na,A,x\n")
    assert "is Chinese in UTF-8 that was taken for another encoding" in find_wrong(catalogue, path)[0]
    path = write(tmp_path / "c.csv", f"client,name,备注\na,A,{'x' * 32_768}\n")
    assert find_wrong(catalogue, path) == ["备注: holds 32,768 characters; at most 32,767"]


def test_only_clients_have_own_columns() -> None:
    tables = read_dictionary(find_data_folder() / "dictionary.yaml")
    assert not any(table.is_free for table in tables.values())
    assert find_own_columns(["备注"], tables["licences.csv"]) == {}


@pytest.mark.parametrize("name", ["c.csv", "c.xlsx"])
def test_own_texts_are_saved_back_and_what_is_not_told_stays(
    catalogue: Catalogue, tmp_path: Path, name: str
) -> None:
    path, fields, codes = tmp_path / name, catalogue.fields, catalogue.codes
    first = {"client": "a", "name": "甲", "extra:备注": "=1+1\nzwei", "extra:website": "a.cn"}
    write_alone(path, fields, codes, first)
    saved = find_saved(path, fields, codes, "a")
    assert saved is not None
    assert {key: text for key, text in saved.items() if text} == first
    told = {"client": "a", "name": "甲", "has_app": "yes"}  # as the explorer tells it
    assert find_changed_cells(saved, told) == {"has_app": ("", "yes")}
    write_client(path, fields, codes, told, over=saved)
    write_client(path, fields, codes, {"client": "月牙湾", "name": "乙", "extra:手机": "5"})
    a, b = (list_cells(row, fields) for row in read_profiles(path, fields, codes).to_dict("records"))  # type: ignore[arg-type]
    assert {key: text for key, text in a.items() if text} == {**first, "has_app": "yes"}
    assert (b["client"], b["extra:手机"], b["extra:备注"]) == ("月牙湾", "5", "")


def test_a_number_in_an_own_column_of_a_workbook_stays_one(catalogue: Catalogue, tmp_path: Path) -> None:
    book, path = Workbook(), tmp_path / "c.xlsx"
    sheet = book.worksheets[0]
    sheet.append(["client", "name", "手机", "has_app"])
    sheet.append(["a", "甲", 13800000000, "no"])
    book.save(path)
    saved = find_saved(path, catalogue.fields, catalogue.codes, "a")
    assert saved is not None
    assert saved["extra:手机"] == "13800000000"
    write_client(path, catalogue.fields, catalogue.codes, saved | {"has_app": "yes"}, over=saved)
    assert [cell.value for cell in load_workbook(path).worksheets[0][2]] == ["a", "甲", 13800000000, "yes"]


def test_cells_that_are_given_may_have_own_texts(catalogue: Catalogue) -> None:
    rows = [{"client": "a", "name": "A", "extra:phone": "1"}, {"client": "b", "name": "B"}]
    assert list_extra(make_profiles(rows, catalogue.fields, None, "")) == [{"phone": "1"}, {"phone": ""}]
