"""A work folder of one's own, and that all works in it at once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from licences.law.catalogue import Catalogue
from licences.reading.rows import read_rows


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
        "clients.csv",
        "our_fees.csv",
        "our_preparation.csv",
        "reports",
    ]
    header, _, rows = read_rows(work / "clients.csv")
    assert header == [
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
    assert (work / "clients.csv").read_bytes().startswith(b"\xef\xbb\xbf")


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
    assert checked.stderr.splitlines()[0].endswith("clients.csv: no problem found")
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
