"""Bad input gets a sentence with file, line and column; good input reads the same however it was saved."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from licences.errors import MissingFileError, ProblemsError
from licences.law.catalogue import Catalogue
from licences.reading.dictionary import Column, read_dictionary
from licences.reading.places import find_data_folder
from licences.reading.tables import read_table
from licences.rules.facts import read_profiles

BROKEN = Path(__file__).parents[1] / "broken"
WRONG = {
    "bad_expiry": [":2: holds: '2029-13-31' is not a date; write it as EDI@2029-03-31"],
    "client_column_missing": [
        ":1: client: column is missing; add it to the header",
        ":1: name: column is missing; add it to the header",
    ],
    "client_id_climbs_out": [":2: client: '../../etc/passwd' is not allowed here; "],
    "client_id_missing": [":2: client: it is empty; fill it in"],
    "client_twice_but_for_capitals": [":3: client: 'Shop' differs from another id only in capitals; "],
    "column_twice": [":1: has_app: column appears twice; keep one"],
    "duplicate_client": [":4: client: an earlier row has the same one; keep one, or tell them apart"],
    "empty": [":1: file: it is empty; "],
    "groups": [
        ":2: group: 'B' is the id of a client too; use another id, since each client and each group has a",
        ":5: group: 'Sisters' differs from 'sisters' only in capitals; write a group in one way",
        ":6: group: 'nul' is a device on Windows, which makes no folder of that name; ",
        ":7: group: 'two words' is not allowed here; Id of the group of companies of one platform",
    ],
    "stages": [
        ":3: from: it is empty in a further row of 'no-day'; write the day from which it is so, such as 2027",
        ":6: from: another row of 'twice' begins on 2027-04-01 too; give each a day of its own, or put them",
        ":8: from: 'soon' is not a date; write it as 2026-11-23",
        ":10: holds: what is granted later belongs to the plan and not to a stage; leave it empty",
        ":10: name: 'E' is not what the first row of the client tells; leave it empty, or write it as there",
        ":11: from: the row changes nothing; tell what is otherwise from then on, or take the row out",
        ":13: from: another row of 'same-day' begins on 2027-01-01 too; ",
        ":14: has_app: 'perhaps' is neither yes nor no; ",
        ":17: client: an earlier row has the same one; keep one, or tell them apart",
        ":19: from: 9999-12-31 is out of reach; give a day from 1949-10-01 to 2199-12-31",
    ],
    "many_at_once": [
        ":2: client: 'a b' is not allowed here; ",
        ":2: has_website: 'perhaps' is neither yes nor no; ",
        ":2: holds: no licence 'NOPE'; ",
        ":2: name: it is empty; ",
        ":2: own_categories: unknown value 'drug'; did you mean 'drugs'?",
        ":2: registered_capital_cny: 'x' is not a number; ",
    ],
    "misspelt_value": [":2: own_categories: unknown value 'publishing'; did you mean 'publications'?"],
    "negative_capital": [":2: registered_capital_cny: '-1' is not allowed here; at least 0"],
    "neither_utf8_nor_gb18030": [":2: file: neither UTF-8 nor GB18030; save it as UTF-8"],
    "neither_yes_nor_no": [":2: has_website: 'ja' is neither yes nor no; "],
    "none_and_something": [":2: own_categories: 'none;drugs' holds both none and something; "],
    "not_a_number": [
        ":2: registered_capital_cny: 'many' is not a number; write digits only, such as 1000000 or 12.5, or",
        ":3: registered_capital_cny: 'inf' is not a number; ",
        ":4: registered_capital_cny: '约500万' is no exact number; write the number alone, such as 5000000",
        ":5: registered_capital_cny: '１0%' is not a number; write a number that is no percentage",
        ":6: registered_capital_cny: '2026-11-23' is a day and no number; write the number that is asked for",
    ],
    "nul_byte": [":2: file: holds a NUL byte; "],
    "quote_not_closed": [":2: row: broken quotes "],
    "semicolons_between_cells": [
        ":1: header: its cells are separated by semicolons; save it as CSV with commas"
    ],
    "header_only": [":1: file: no row follows the header; write one row or more"],
    "superfluous_semicolon": [
        ":2: holds: an item of the list is empty; ",
        ":2: own_categories: an item of the list is empty; ",
    ],
    "items_separated_by_slashes": [
        ":2: holds: no licence 'EDI/ICP'; separate the values with ; and not with /",
        ":2: own_categories: unknown value 'drugs/cosmetics'; separate the values with ; and not with /",
    ],
    "bad_expiries": [
        ":2: holds: '' is not a date; write it as EDI@2029-03-31",
        ":3: holds: '31/3/2029' is not a date; ",
        ":4: holds: '2029-02-29' is not a date; ",
        ":5: holds: no licence 'EDJ'; did you mean 'EDI'?",
    ],
    "number_too_large": [
        ":2: registered_capital_cny: '1e999' is too large; at most 1000000000000000",
        ":3: registered_capital_cny: '1e16' is too large; ",
    ],
    "control_character": [":2: name: holds U+0007, which cannot be seen; type the cell anew"],
    "too_many_cells": [":2: row: 7 cells where the header has 6; quote a cell that holds a comma"],
    "text_after_a_quote": [":3: row: broken quotes "],
    "quoted_newlines_before_the_fault": [":4: has_website: 'ja' is neither yes nor no; "],
    "tabs_between_cells": [":1: header: its cells are separated by tabs; save it as CSV with commas"],
    "only_a_bom": [":1: file: it is empty; "],
    "damaged_utf8": [":2: file: neither UTF-8 nor GB18030; save it as UTF-8"],
    "cut_utf8": [":2: file: neither UTF-8 nor GB18030; save it as UTF-8"],
    "not_finite": [f":{line}: registered_capital_cny: " for line in (2, 3, 4, 5, 6)],
    "too_few_cells": [":2: row: 4 cells where the header has 6; "],
    "unknown_code": [":2: holds: no licence 'BUSINESS_LICENSE'; did you mean 'BUSINESS_LICENCE'?"],
    "unknown_column": [":1: has_site: unknown column; did you mean 'has_website'?"],
    "garbled_chinese": [
        ":2: name: '鏈堢墮' is Chinese in UTF-8 that was taken for another encoding; go back"
    ],
    "unnamed_column": [":1: header: column without a name; name it or remove it"],
}


@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.csv")), ids=lambda path: path.stem)
def test_each_defect_is_named_with_its_place_and_what_would_be_right(
    catalogue: Catalogue, path: Path
) -> None:
    with pytest.raises(ProblemsError) as caught:
        read_profiles(path, catalogue.fields, set(catalogue.rows["code"]))
    said = [str(problem) for problem in caught.value.problems]
    expected = [f"{path}{wrong}" for wrong in WRONG[path.stem]]
    assert len(said) == len(expected)
    for line, start in zip(said, expected, strict=True):
        assert line.startswith(start)
        assert not line.endswith("; ")


GOOD = 'client,name,holds,has_app,own_categories,registered_capital_cny\na,"甲\n公司",EDI@2029-03-31,是,drugs;publications,1000000\nb,乙,,,none,\n'


@pytest.mark.parametrize(
    "saved",
    [
        GOOD.encode("utf-8"),
        GOOD.encode("utf-8-sig"),
        GOOD.encode("gb18030"),
        GOOD.replace("\n", "\r\n").replace("甲\r\n", "甲\n").encode("utf-8"),
        (GOOD + "\n,,,,,\n").encode("utf-8"),
        GOOD.replace("_cny\n", "_cny,,\n")
        .replace("000\n", "000,,\n")
        .replace("none,\n", "none,,,\n")
        .encode(),
    ],
    ids=["utf-8", "utf-8 with bom", "gb18030", "crlf", "blank lines", "empty columns at the right"],
)
def test_a_file_reads_the_same_however_it_was_saved(
    catalogue: Catalogue, tmp_path: Path, saved: bytes
) -> None:
    path = tmp_path / "clients.csv"
    path.write_bytes(saved)
    profiles = read_profiles(path, catalogue.fields, set(catalogue.rows["code"]))
    assert list(profiles["client"]) == ["a", "b"]
    assert list(profiles.index) == [2, 4]
    assert profiles["name"][2] == "甲\n公司"
    assert profiles["has_app"][2] is True or bool(profiles["has_app"][2])
    assert pd.isna(profiles["has_app"][4])
    assert list(profiles["own_categories"]) == ["drugs;publications", "none"]
    assert profiles["registered_capital_cny"][2] == 1_000_000
    assert pd.isna(profiles["registered_capital_cny"][4])
    assert profiles["holds"][2] == ("EDI@2029-03-31",)


def test_a_workbook_reads_as_the_same_clients(catalogue: Catalogue, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["client", "name", "holds", "has_app", "own_categories", "registered_capital_cny"],
        ["a", "甲", "EDI@2029-03-31", True, "drugs", 1_000_000.0],
        ["b", "乙", None, None, "none", None],
    ):
        book.active.append(row)  # type: ignore[union-attr]
    book.save(tmp_path / "clients.xlsx")
    profiles = read_profiles(tmp_path / "clients.xlsx", catalogue.fields, set(catalogue.rows["code"]))
    assert list(profiles["client"]) == ["a", "b"]
    assert bool(profiles["has_app"].iloc[0])
    assert pd.isna(profiles["has_app"].iloc[1])
    assert profiles["registered_capital_cny"].iloc[0] == 1_000_000


def test_what_only_calls_itself_a_workbook_is_refused(catalogue: Catalogue, tmp_path: Path) -> None:
    (tmp_path / "clients.xlsx").write_text("client,name\n", encoding="utf-8")
    with pytest.raises(ProblemsError, match="is text, such as CSV, and no workbook; give its name"):
        read_profiles(tmp_path / "clients.xlsx", catalogue.fields, set())
    with pytest.raises(MissingFileError, match="no such file"):
        read_profiles(tmp_path / "other.xlsx", catalogue.fields, set())


def test_html_in_a_name_is_read_as_it_is(catalogue: Catalogue, tmp_path: Path) -> None:
    (tmp_path / "clients.csv").write_text("client,name\na,<b>x</b>\n", encoding="utf-8")
    assert list(read_profiles(tmp_path / "clients.csv", catalogue.fields, set())["name"]) == ["<b>x</b>"]


def test_a_province_may_be_written_as_code_letters_or_name(catalogue: Catalogue, tmp_path: Path) -> None:
    spellings = ["110000", "11", "BJ", "bj", "北京", "北京市", "Beijing"]
    rows = "".join(f"c{at},x,{spelling}\n" for at, spelling in enumerate(spellings))
    (tmp_path / "clients.csv").write_text("client,name,province\n" + rows, encoding="utf-8")
    assert set(read_profiles(tmp_path / "clients.csv", catalogue.fields, set())["province"]) == {"110000"}


def test_adding_a_column_is_one_edit_of_the_dictionary(tmp_path: Path) -> None:
    dictionary = (find_data_folder() / "dictionary.yaml").read_text(encoding="utf-8")
    line = "      message_en: {"
    added = '      weight: {type: whole, minimum: 1, required: true, label: [权重, Weight], means: "x"}\n'
    (tmp_path / "dictionary.yaml").write_text(dictionary.replace(line, added + line, 1), encoding="utf-8")
    table = read_dictionary(tmp_path / "dictionary.yaml")["contradictions.csv"]
    head = "contradiction,when,message_zh,weight,message_en\n"
    path = tmp_path / "contradictions.csv"
    path.write_text(head + "a,has_app,中,2,en\n", encoding="utf-8")
    assert list(read_table(path, table)["weight"]) == [2]
    path.write_text(head + "a,has_app,中,0,en\nb,has_app,中,,en\nc,has_app,中,1.5,en\n", encoding="utf-8")
    with pytest.raises(ProblemsError) as caught:
        read_table(path, table)
    assert [(problem.line, problem.column) for problem in caught.value.problems] == [
        (2, "weight"), (3, "weight"), (4, "weight")
    ]  # fmt: skip


def read_data_file(file: str) -> list[dict[str, str]]:
    with (find_data_folder() / file).open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def read_header(file: str) -> list[str]:
    with (find_data_folder() / file).open(encoding="utf-8-sig", newline="") as opened:
        return next(csv.reader(opened))


def write_rows(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_every_column_of_every_data_file_is_described_in_order_and_nothing_else(catalogue: Catalogue) -> None:
    tables = read_dictionary(find_data_folder() / "dictionary.yaml")
    assert {path.name for path in find_data_folder().glob("*.csv")} == tables.keys()
    for file, table in tables.items():
        columns = [column.name for column in table.columns]
        if file == "clients.csv":
            columns += catalogue.fields.by_name
            assert set(read_header(file)) == set(columns)
        else:
            assert read_header(file) == columns
        for column in table.columns:
            assert column.means.strip()
            assert column.label["zh"].strip()
            assert column.label["en"].strip()


def spoil(column: Column) -> dict[str, str]:
    """Cells that the dictionary forbids in a column, each with the beginning of what would be right."""
    wrong = {"": "fill it in"} if column.required else {}
    if column.values is not None:
        wrong |= {"9" if column.type == "whole" else "zzzzzzzz": "one of "}
    if column.minimum is not None:
        wrong |= {f"{column.minimum - 1:g}": f"at least {column.minimum:g}"}
    if column.maximum is not None:
        wrong |= {f"{column.maximum + 1:g}": f"at most {column.maximum:g}"}
    if column.pattern is not None:
        wrong |= {"Ä!": column.means}
    return wrong | {
        "code": {"edi": "write it as "},
        "codes": {"EDI;icp": "codes are written in capitals"},
        "whole": {"1.5": "write a whole number", "x": "write digits only"},
        "number": {"1,5": "write digits only", "inf": "write digits only"},
        "date": {"2026-02-30": "write it as 2026-11-23", "20261123": "write it as 2026-11-23"},
        "list": {"a;;b": "separate the items with one ;"},
        "choices": {";": "separate the items with one ;"},
        "windows": {"..": "write it as 01-01..03-31", "02-30..03-31": "write it as 01-01..03-31"},
        "url": {"javascript:alert(1)": "write it as "},
    }.get(column.type, {})


@pytest.mark.parametrize(
    ("file", "least"),
    [
        ("licences.csv", 90),
        ("profile_fields.csv", 12),
        ("contradictions.csv", 5),
        ("article.csv", 12),
        ("sources.csv", 15),
        ("papers.csv", 10),
        ("evidence.csv", 9),
        ("findings.csv", 10),
        ("preparation.csv", 20),
        ("clients.csv", 4),
    ],
)
def test_every_limit_that_the_dictionary_states_is_enforced(tmp_path: Path, file: str, least: int) -> None:
    """One row a forbidden cell: the good rows read, and each spoilt one is named for what it spoils."""
    table = read_dictionary(find_data_folder() / "dictionary.yaml")[file]
    names = {column.name for column in table.columns}
    good = {name: cell for name, cell in read_data_file(file)[-1].items() if name in names}
    assert len(read_table(write_rows(tmp_path / file, [good]), table)) == 1
    spoilt = [(column, cell, right) for column in table.columns for cell, right in spoil(column).items()]
    assert len(spoilt) >= least
    with pytest.raises(ProblemsError) as caught:
        read_table(
            write_rows(tmp_path / file, [good | {column.name: cell} for column, cell, _ in spoilt]), table
        )
    said = {(problem.line, problem.column, problem.right) for problem in caught.value.problems}
    silent = [
        (column.name, cell)
        for line, (column, cell, right) in enumerate(spoilt, start=2)
        if not any(at == line and name == column.name and now.startswith(right) for at, name, now in said)
    ]
    assert silent == []


def test_a_column_that_the_dictionary_does_not_know_is_refused_in_every_data_file(tmp_path: Path) -> None:
    for file, table in read_dictionary(find_data_folder() / "dictionary.yaml").items():
        known = {column.name for column in table.columns}
        row = dict.fromkeys((name for name in read_header(file) if name in known), "")
        with pytest.raises(ProblemsError) as caught:
            read_table(write_rows(tmp_path / file, [row | {"surprise": "1"}]), table)
        assert [(problem.line, problem.column, problem.wrong) for problem in caught.value.problems] == [
            (1, "surprise", "unknown column")
        ]
