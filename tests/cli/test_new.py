"""A work folder of one's own, and that all works in it at once."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from licences.cli.new import list_examples
from licences.law.catalogue import Catalogue
from licences.reading.characters import fold
from licences.reading.files import read_text
from licences.reading.rows import read_rows
from licences.render.excel.clients import make_clients_form
from licences.rules.client_files import write_client
from licences.rules.facts import read_profiles

PROJECT = Path(__file__).parents[2]


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "licences", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("place") / "firm work"
    made = run("new", folder.name, cwd=folder.parent)
    assert made.returncode == 0, made.stderr
    assert "cd 'firm work' && licences report" in made.stderr
    return folder


def test_it_holds_a_form_a_brand_a_readme_and_a_place_for_reports(work: Path, catalogue: Catalogue) -> None:
    assert sorted(path.name for path in work.iterdir()) == [
        "README.md",
        "brand.yaml",
        "clients.xlsx",
        "our_fees.csv",
        "our_preparation.csv",
        "reports",
    ]
    header, _, rows = read_rows(work / "clients.xlsx")
    spellings = catalogue.fields.clients_table.spellings
    assert [spellings[fold(label)] for label in header] == [
        "client",
        "name",
        "holds",
        "group",
        "contact",
        "engaged_on",
        "from",
        *catalogue.fields.by_name,
    ]
    assert [row[0] for row in rows] == ["example-shop", "example-marketplace"]
    assert all(path.read_bytes().startswith(b"\xef\xbb\xbf") for path in work.glob("*.csv"))


def test_the_form_is_the_one_that_ships_and_says_the_same_in_both_languages(
    work: Path, catalogue: Catalogue, tmp_path: Path
) -> None:
    columns = catalogue.fields.clients_table.columns
    examples = list_examples(catalogue)
    shipped = (PROJECT / "data" / "clients.xlsx").read_bytes()
    assert shipped == make_clients_form(columns, catalogue.fields, examples, "zh")  # python docs/form.py
    assert shipped == (work / "clients.xlsx").read_bytes()
    assert run("new", "ours", "--lang", "en", cwd=tmp_path).returncode == 0
    told = [
        read_profiles(folder / "clients.xlsx", catalogue.fields, catalogue.codes)
        for folder in (work, tmp_path / "ours")
    ]
    header = read_rows(tmp_path / "ours" / "clients.xlsx")[0]
    assert header[:3] == ["Client", "Name", "Holds"]
    pd.testing.assert_frame_equal(*told)
    names = [column.name for column in columns]
    with (tmp_path / "plain.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(examples)
    plain = read_profiles(tmp_path / "plain.csv", catalogue.fields, catalogue.codes)
    pd.testing.assert_frame_equal(told[0], plain)


def test_the_form_offers_words_to_pick_from_and_says_how_to_answer(work: Path, catalogue: Catalogue) -> None:
    sheet = openpyxl.load_workbook(work / "clients.xlsx").active
    assert sheet.freeze_panes == "C2"
    rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    assert len(rules) == sheet.max_column
    at = {cell.value: cell.column_letter for cell in sheet[1]}
    site = rules[f"{at[catalogue.fields['has_website'].label['zh']]}2"]
    assert site.formula1 == '"是,否"'
    assert site.prompt.startswith("用自己的域名")
    goods = rules[f"{at[catalogue.fields['own_categories'].label['zh']]}2"]
    assert "预包装食品" in goods.prompt
    assert goods.formula1 is None


def test_the_form_takes_a_client_from_the_explorer(work: Path, catalogue: Catalogue, tmp_path: Path) -> None:
    form = tmp_path / "clients.xlsx"
    form.write_bytes((work / "clients.xlsx").read_bytes())
    cells = {"client": "new-one", "name": "新客户", "has_website": "yes", "own_categories": "drugs;cosmetics"}
    write_client(form, catalogue.fields, catalogue.codes, cells)
    profiles = read_profiles(form, catalogue.fields, catalogue.codes)
    assert list(profiles["client"]) == ["example-shop", "example-marketplace", "new-one"]
    assert set(profiles["own_categories"].iloc[2].split(";")) == {"drugs", "cosmetics"}
    sheet = openpyxl.load_workbook(form).active
    assert len(sheet.data_validations.dataValidation) == sheet.max_column


def test_of_two_files_of_clients_one_is_read_and_that_is_said(work: Path, tmp_path: Path) -> None:
    for name in ("brand.yaml", "clients.xlsx"):
        (tmp_path / name).write_bytes((work / name).read_bytes())
    assert "is read, and not" not in run("check", cwd=tmp_path).stderr
    (tmp_path / "clients.csv").write_text("client,name\nonly,Only\n", encoding="utf-8")
    answered = run("assess", "--json", cwd=tmp_path)
    assert {one["client"] for one in json.loads(answered.stdout)} == {"only"}
    assert answered.stderr == (
        "clients.csv is read, and not clients.xlsx; name the other with --clients, or keep one\n"
        "clients.csv: 1 client, 0 answers\n"
    )


def test_every_csv_that_ships_opens_in_a_chinese_excel() -> None:
    files = sorted((PROJECT / "data").glob("*.csv"))
    assert len(files) > 10
    for file in files:
        assert file.read_bytes().startswith(b"\xef\xbb\xbf"), file.name
        assert not read_text(file).startswith("\ufeff")


def test_the_readme_tells_both_languages_what_each_column_asks(work: Path, catalogue: Catalogue) -> None:
    text = (work / "README.md").read_text(encoding="utf-8")
    for field in catalogue.fields.every:
        assert f"| `{field.name}` | {field.label['zh']} | {field.label['en']} |" in text
        assert all(f"`{value}`" in text for value in field.values)
    assert "`example-shop`" in text
    assert "{" not in text


def test_the_examples_are_found_good_and_one_has_told_everything(work: Path) -> None:
    checked = run("check", cwd=work)
    assert (checked.returncode, checked.stdout) == (0, "")
    assert checked.stderr.splitlines()[0].endswith("clients.xlsx: no problem found")
    findings = json.loads(run("assess", "--json", cwd=work).stdout)
    verdicts = {"example-shop": set[str](), "example-marketplace": set[str]()}
    for finding in findings:
        verdicts[finding["client"]].add(finding["verdict"])
    assert "undetermined" not in verdicts["example-shop"]
    assert {"required", "undetermined"} <= verdicts["example-marketplace"]


def test_a_report_is_made_there_and_names_the_firm(work: Path) -> None:
    text = (work / "brand.yaml").read_text(encoding="utf-8")
    (work / "brand.yaml").write_text(text.replace('firm: ""', 'firm: "港巷咨询"'), encoding="utf-8")
    made = run("report", cwd=work)
    assert made.returncode == 0, made.stderr
    assert "2 of 2 reports are in reports" in made.stderr
    assert "sample" not in made.stderr
    for client in ("example-shop", "example-marketplace"):
        assert "港巷咨询" in (work / "reports" / client / "report.html").read_text(encoding="utf-8")
        trail = (work / "reports" / client / "report.ipynb").read_text(encoding="utf-8")
        assert str(work.parent) not in trail


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    refused = run("new", ".", cwd=tmp_path)
    assert refused.returncode == 2
    assert "is not empty; name a folder" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    refused = run("new", "mine.txt", cwd=tmp_path)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "is a file" in refused.stderr


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    assert run("new", ".", cwd=tmp_path).returncode == 0
    assert (tmp_path / "reports").is_dir()


def test_a_place_where_nothing_can_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = run("new", "file/below", cwd=tmp_path)
    assert refused.returncode == 1
    assert "file/below" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_without_clients_of_ones_own_the_samples_are_called_so(tmp_path: Path) -> None:
    answered = run("assess", "--client", "corner-shop", "--json", cwd=tmp_path)
    assert json.loads(answered.stdout)
    assert "sample clients" in answered.stderr
    assert "licences new FOLDER" in answered.stderr
