"""What a client tells is typed, what it holds is real, and what it does not tell stays open."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from licences.errors import ProblemsError, UnknownNameError, UsageError
from licences.law.catalogue import Catalogue
from licences.rules.facts import (
    choose_clients,
    read_fields,
    read_profiles,
    split_holdings,
    split_set,
)


def read(catalogue: Catalogue, path: Path) -> pd.DataFrame:
    return read_profiles(path, catalogue.fields, set(catalogue.rows["code"]))


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_the_sample_clients_hold_only_what_there_is(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    held = {item.partition("@")[0] for holds in sample_clients["holds"] for item in holds}
    assert len(sample_clients) > 10
    assert held
    assert held <= set(catalogue.rows["code"])


def test_a_workbook_gives_the_very_profiles_of_the_csv(
    catalogue: Catalogue, project: Path, sample_clients: pd.DataFrame, tmp_path: Path
) -> None:
    """The sample clients as Excel would store them: numbers, truth values and empty cells."""
    with (project / "data" / "clients.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    types = {field.name: field.type for field in catalogue.fields.every}
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(header)
    for row in rows:
        cells: list[object] = []
        for name, text in zip(header, row, strict=True):
            kind = types.get(name) if text else None
            yes_no = text == "yes" if kind == "bool" else None
            cells.append(yes_no if yes_no is not None else float(text) if kind == "number" else text or None)
        sheet.append(cells)
    book.save(tmp_path / "clients.xlsx")
    pd.testing.assert_frame_equal(
        read(catalogue, tmp_path / "clients.xlsx").reset_index(drop=True),
        sample_clients.reset_index(drop=True),
    )


@pytest.mark.parametrize(
    ("spelling", "truth"),
    [
        ("yes", True),
        ("TRUE", True),
        ("是", True),
        ("1", True),
        ("no", False),
        ("False", False),
        ("否", False),
        ("0", False),
    ],
)
def test_yes_and_no_may_be_written_as_spreadsheets_and_chinese_write_them(
    catalogue: Catalogue, tmp_path: Path, spelling: str, truth: bool
) -> None:
    profiles = read(catalogue, write(tmp_path / "c.csv", f"client,name,has_app\na,A,{spelling}\n"))
    assert profiles["has_app"].tolist() == [truth]


def test_an_empty_cell_is_not_told_and_none_is_the_empty_set(catalogue: Catalogue, tmp_path: Path) -> None:
    profiles = read(
        catalogue,
        write(tmp_path / "c.csv", "client,name,own_categories,has_app,holds\na,A,,,\nb,B,none,no,none\n"),
    )
    assert profiles["own_categories"].isna().tolist() == [True, False]
    assert profiles["has_app"].isna().tolist() == [True, False]
    assert profiles["has_website"].isna().all()
    assert split_set(profiles["own_categories"].iloc[1]) == frozenset()
    assert split_set("a;b") == {"a", "b"}
    assert profiles["holds"].tolist() == [(), ()]


def test_a_set_is_the_same_in_any_order_and_by_its_chinese_label(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    text = (
        "client,name,own_categories\na,A,publications;drugs\nb,B,drugs; publications;drugs\nc,C,药品;出版物\n"
    )
    label = catalogue.fields["own_categories"].values
    text = text.replace("药品", label["drugs"]["zh"]).replace("出版物", label["publications"]["zh"])
    assert set(read(catalogue, write(tmp_path / "c.csv", text))["own_categories"]) == {"drugs;publications"}


def test_the_limits_of_a_number_are_allowed_and_the_next_number_is_not(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    bounded = [field for field in catalogue.fields.every if field.type == "number" and field.maximum < 1e9]
    assert {field.name for field in bounded} >= {"foreign_share_percent"}
    for field in bounded:
        head = f"client,name,{field.name}\n"
        good = write(tmp_path / "c.csv", f"{head}a,A,{field.minimum:g}\nb,B,{field.maximum:g}\n")
        assert read(catalogue, good)[field.name].tolist() == [field.minimum, field.maximum]
        bad = write(tmp_path / "c.csv", f"{head}a,A,{field.minimum - 1:g}\nb,B,{field.maximum + 1:g}\n")
        with pytest.raises(ProblemsError) as caught:
            read(catalogue, bad)
        assert [(one.line, one.column, one.right) for one in caught.value.problems] == [
            (2, field.name, f"at least {field.minimum:g}"),
            (3, field.name, f"at most {field.maximum:g}"),
        ]


@pytest.mark.parametrize(
    "client",
    [
        "../x",
        "..",
        ".",
        "/root/x",
        "a/b",
        "a\\b",
        "a b",
        "ａ",
        "客 户",
        "客户（杭州）",
        "a.b",
        "月牙湾.",
        "a\u0007",
        "<b>",
        "🙂",
        "①",
        "a:b",
    ],
)
def test_an_id_that_could_leave_its_folder_or_is_hard_to_type_is_refused(
    catalogue: Catalogue, tmp_path: Path, client: str
) -> None:
    with pytest.raises(ProblemsError) as caught:
        read(catalogue, write(tmp_path / "c.csv", f"client,name\n{client},A\n"))
    assert [(problem.line, problem.column) for problem in caught.value.problems] == [(2, "client")]


@pytest.mark.parametrize(("client", "is_kept"), [
    ("con", True), ("NUL", True), ("Com1", True), ("lpt9", True), ("prn", True), ("aux", True),
    ("console", False), ("com0", False), ("com10", False), ("con-1", False), ("null", False),
])  # fmt: skip
def test_an_id_that_windows_keeps_for_a_device_is_refused_on_every_system(
    catalogue: Catalogue, tmp_path: Path, client: str, is_kept: bool
) -> None:
    path = write(tmp_path / "c.csv", f"client,name\n{client},A\n")
    if not is_kept:
        assert read(catalogue, path)["client"].tolist() == [client]
        return
    with pytest.raises(ProblemsError) as caught:
        read(catalogue, path)
    wrong = f"client: {client!r} is a device on Windows, which makes no folder of that name"
    assert str(caught.value) == f"{path}:2: {wrong}; use another id, so that the file is good on every system"


@pytest.mark.parametrize(
    "client", ["月牙湾", "杭州_月牙湾-2号", "é", "Ünlü", "магазин", "お店", "-", "月" * 66]
)
def test_an_id_may_be_of_any_script(catalogue: Catalogue, tmp_path: Path, client: str) -> None:
    path = write(
        tmp_path / "c.csv",
        f"client,name,group\n{client},A,组{client}\n" if len(client) < 60 else f"client,name\n{client},A\n",
    )
    assert read(catalogue, path)["client"].tolist() == [client]


def test_ids_that_share_a_folder_on_some_system_are_refused(catalogue: Catalogue, tmp_path: Path) -> None:
    path = write(
        tmp_path / "c.csv",
        "client,name\né,A\nE\u0301,B\nstraße,C\nSTRASSE,D\nＡＢ店,E\ncom¹,F\n" + "月" * 67 + ",G\n",
    )
    with pytest.raises(ProblemsError) as caught:
        read(catalogue, path)
    assert [(one.line, one.wrong[:60], one.right) for one in caught.value.problems] == [
        (
            3,
            "'É' differs from another id only in capitals",
            "use another id, since each client has a folder of its own",
        ),
        (
            5,
            "'STRASSE' differs from another id only in capitals",
            "use another id, since each client has a folder of its own",
        ),
        (6, "'ＡＢ店' holds letters of another form or width", "write it as AB店"),
        (7, "'com¹' holds letters of another form or width", "write it as com1"),
        (8, f"'{'月' * 59}", "use an id of at most 200 letters, or 66 Chinese characters"),
    ]


def test_letters_that_a_system_took_apart_are_one_id(catalogue: Catalogue, tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", "client,name\ncafe\u0301,A\n")
    profiles = read(catalogue, path)
    assert profiles["client"].tolist() == ["café"]
    assert len(choose_clients(profiles, ["cafe\u0301"])) == 1
    with pytest.raises(ProblemsError, match=":3: client: an earlier row has the same one"):
        read(catalogue, write(tmp_path / "d.csv", "client,name\ncafe\u0301,A\ncafé,B\n"))


def test_a_client_is_asked_for_by_its_id_or_its_name(catalogue: Catalogue, tmp_path: Path) -> None:
    path = write(
        tmp_path / "c.csv",
        "client,name\nshop,月牙湾 商城\nb,Lantern Shop\nc,同名\nd,同名\ne,shop\n",
    )
    profiles = read(catalogue, path)
    asked = {
        "月牙湾商城": "shop",
        "lantern shop": "b",
        "ｌａｎｔｅｒｎ ＳＨＯＰ": "b",
        "shop": "shop",
        "SHOP": "shop",
        "c": "c",
    }
    for text, client in asked.items():
        assert choose_clients(profiles, [text])["client"].tolist() == [client], text
    with pytest.raises(UsageError, match="several clients are called '同名'; name one by its id: c, d"):
        choose_clients(profiles, ["同名"])
    with pytest.raises(UnknownNameError, match="no client '月牙弯商城'; did you mean '月牙湾 商城'"):
        choose_clients(profiles, ["月牙弯商城"])


def test_three_ids_that_differ_only_in_capitals_are_two_problems(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    with pytest.raises(ProblemsError) as caught:
        read(catalogue, write(tmp_path / "c.csv", "client,name\nshop,A\nSHOP,B\nShop,C\nshop-2,D\n"))
    assert [problem.line for problem in caught.value.problems] == [3, 4]


def test_of_a_licence_held_twice_the_later_expiry_counts_and_no_expiry_is_the_latest() -> None:
    early, late = date(2027, 1, 1), date(2029, 3, 31)
    assert split_holdings(["EDI@2029-03-31", "EDI@2027-01-01"]) == {"EDI": late}
    assert split_holdings(["EDI@2027-01-01", "EDI@2029-03-31"]) == {"EDI": late}
    assert split_holdings(["EDI@2027-01-01", "EDI"]) == {"EDI": None}
    assert split_holdings(["EDI", "EDI@2027-01-01"]) == {"EDI": None}
    assert split_holdings(["EDI@2027-01-01", "ICP"]) == {"EDI": early, "ICP": None}


def test_a_client_or_field_that_is_not_there_is_named_with_the_nearest(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    with pytest.raises(UnknownNameError, match="no client 'corner-shp'; did you mean 'corner-shop'"):
        choose_clients(sample_clients, ["corner-shp"])
    with pytest.raises(UnknownNameError, match="no profile field 'has_ap'; did you mean 'has_app'"):
        catalogue.fields["has_ap"]
    chosen = choose_clients(sample_clients, ["grand-bazaar", "corner-shop", "grand-bazaar"])
    assert list(chosen["client"]) == ["corner-shop", "grand-bazaar"]
    assert choose_clients(sample_clients, []) is sample_clients


def test_every_profile_field_may_stand_in_a_clients_file(catalogue: Catalogue) -> None:
    columns = [column.name for column in catalogue.fields.clients_table.columns]
    assert columns == [
        "client",
        "name",
        "holds",
        "group",
        "contact",
        "engaged_on",
        "from",
        *catalogue.fields.by_name,
    ]


@pytest.mark.parametrize(
    ("field", "new", "wrong"),
    [
        ("has_app", {"type": "boolean"}, "type: unknown value 'boolean'; did you mean 'bool'?"),
        ("has_app", {"label_en": ""}, "label_en: it is empty; fill it in"),
        ("has_app", {"field": "Has-App"}, "field: 'Has-App' is not allowed here; Name of the field"),
        ("has_app", {"field": "held"}, "field: 'held' stands for what a client holds; use another name"),
        ("has_app", {"field": "has_website"}, "field: an earlier row has the same one; "),
        ("has_app", {"unit_en": "apps"}, "unit_zh: filled in one language only; "),
        ("province", {"aliases": "x=nowhere"}, "aliases: 'x=nowhere' names no value; write it as other=value"),
        ("province", {"usual": "rare"}, "usual: a rare fact has to know the answer of who has none of it; "),
        ("mlps_level", {"usual": "rare", "minimum": "1"}, "usual: a rare fact has to know the answer of who has none"),
        ("has_app", {"usual": "often"}, "usual: unknown value 'often'; one of common"),
        ("own_categories", {"values_en": "one"}, "values_en: the list is not as long as in the other language; "),
        ("foreign_share_percent", {"maximum": "all"}, "maximum: 'all' is not a number; "),
    ],
)  # fmt: skip
def test_a_fault_of_the_profile_fields_is_named(
    project: Path, tmp_path: Path, field: str, new: dict[str, str], wrong: str
) -> None:
    with (project / "data" / "profile_fields.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    line = next(at for at, row in enumerate(rows, start=2) if row["field"] == field)
    rows[line - 2].update(new)
    path = tmp_path / "profile_fields.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(ProblemsError) as caught:
        read_fields(path)
    (problem,) = caught.value.problems
    assert str(problem).startswith(f"{path}:{line}: {wrong}")
