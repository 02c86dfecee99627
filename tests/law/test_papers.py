"""Papers are named once, and rows name them: what is unknown is told at once, what a reader sees stays a text."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from licences.cli.main import main
from licences.errors import ProblemsError
from licences.law.catalogue import Catalogue, read_catalogue
from licences.law.checks import find_problems
from licences.law.diff import compare_laws
from licences.law.in_force import find_law_for, find_shown
from licences.law.local import find_local_problems
from licences.law.papers import find_name_problems, find_unnamed_papers, split_item
from licences.reading.places import find_data_file
from small_law import make_law

AS_OF = date(2026, 11, 23)
NAMED = {
    "documents_zh": "business_licence;articles_of_association:加盖工商档案查询章",
    "documents_en": "business_licence;articles_of_association:with the registry's search stamp",
}
SAME = "name the same papers in the same order"
FREE = {"documents_zh": "营业执照;一份自定的表", "documents_en": "Business licence;A form of our own"}


def write_catalogue(project: Path, file: Path, cells: Mapping[str, str]) -> int:
    """The shipped catalogue with other cells in the row of EDI in force, whose line comes back."""
    with (project / "data" / "licences.csv").open(encoding="utf-8-sig", newline="") as source:
        reader = csv.DictReader(source)
        rows = list(reader)
    at = max(number for number, row in enumerate(rows) if row["code"] == "EDI")
    rows[at] |= cells
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, reader.fieldnames or (), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return at + 2


def read_row(project: Path, file: Path, cells: Mapping[str, str]) -> pd.Series:
    line = write_catalogue(project, file, cells)
    return read_catalogue(file).rows.loc[line]


def list_problems(project: Path, file: Path, cells: Mapping[str, str]) -> list[str]:
    line = write_catalogue(project, file, cells)
    found = find_problems(file, project / "data" / "clients.csv")
    assert {(one.file, one.line) for one in found} <= {(str(file), line)}
    return [f"{one.column}: {one.wrong}; {one.right}" for one in found]


@pytest.mark.parametrize(
    ("text", "paper", "remark"),
    [
        ("business_licence", "business_licence", None),
        ("business_licence:副本", "business_licence", "副本"),
        ("business_licence: a copy: two pages", "business_licence", "a copy: two pages"),
        ("business_licence：副本", "business_licence", "副本"),
        ("营业执照", None, None),
        ("Business licence", None, None),
        ("business licence", None, None),
        ("A form: two pages", None, None),
        ("3d_mark", None, None),
    ],
)
def test_an_item_names_a_paper_or_is_a_text_of_its_own(
    text: str, paper: str | None, remark: str | None
) -> None:
    item = split_item(text)
    assert (item.text, item.paper, item.remark) == (text, paper, remark)


def test_a_reader_sees_the_name_of_a_paper_and_the_remark_in_brackets(project: Path, tmp_path: Path) -> None:
    row = read_row(project, tmp_path / "own.csv", NAMED)
    assert row["documents_zh"] == ("营业执照", "公司章程（加盖工商档案查询章）")
    assert row["documents_en"] == (
        "Business licence",
        "Articles of association (with the registry's search stamp)",
    )
    assert row["papers"] == ("business_licence", "articles_of_association")


def test_a_text_of_a_firms_own_stays_as_it_is_and_only_the_deep_check_names_it(
    project: Path, tmp_path: Path
) -> None:
    file = tmp_path / "own.csv"
    row = read_row(project, file, FREE)
    assert row["documents_zh"] == ("营业执照", "一份自定的表")
    assert row["documents_en"] == ("Business licence", "A form of our own")
    assert row["papers"] == (None, None)
    assert list_problems(project, file, FREE) == []
    ours = read_catalogue(file)
    otherwise = "name one of its papers, or add one to papers.csv"
    assert [
        f"{one.line} {one.column}: {one.wrong}; {one.right}"
        for one in find_unnamed_papers(ours.rows, ours.papers, str(file))
    ] == [
        f"{row.name} documents_zh: '营业执照' is not a paper of papers.csv; write business_licence",
        f"{row.name} documents_zh: '一份自定的表' is not a paper of papers.csv; {otherwise}",
        f"{row.name} documents_en: 'Business licence' is not a paper of papers.csv; write business_licence",
        f"{row.name} documents_en: 'A form of our own' is not a paper of papers.csv; {otherwise}",
    ]


def test_the_deep_check_prints_texts_that_are_no_papers(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_law(project, tmp_path, row=FREE)
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 0
    assert "papers.csv" not in capsys.readouterr().err
    (tmp_path / "cases.yaml").write_text("[]\n", encoding="utf-8")
    assert main(["check", "--deep", "--as-of", "2026-11-23", "--scenarios", "cases.yaml"]) == 1
    told = capsys.readouterr().err
    assert (
        "data/licences.csv:3: documents_zh: '营业执照' is not a paper of papers.csv; write business_licence"
        in told
    )


def test_texts_and_papers_may_stand_side_by_side(project: Path, tmp_path: Path) -> None:
    mixed = {name: f"{NAMED[name]};{FREE[name].split(';')[1]}" for name in NAMED}
    row = read_row(project, tmp_path / "own.csv", mixed)
    assert row["papers"] == ("business_licence", "articles_of_association", None)
    assert row["documents_zh"][-1] == "一份自定的表"


@pytest.mark.parametrize(
    ("zh", "en", "told"),
    [
        (
            "busines_licence",
            "busines_licence",
            [
                "documents_en: no paper 'busines_licence'; did you mean 'business_licence'?",
                "documents_zh: no paper 'busines_licence'; did you mean 'business_licence'?",
            ],
        ),
        (
            "business_licence;app_icon",
            "app_icon;business_licence",
            [f"documents_en: 'app_icon' stands where the Chinese has 'business_licence'; {SAME}"],
        ),
        (
            "business_licence",
            "A copy of the licence",
            [
                f"documents_en: 'A copy of the licence' stands where the Chinese has 'business_licence'; {SAME}"
            ],
        ),
        (
            "app_icon:大;app_icon:小",
            "app_icon:large;app_icon:small",
            [
                "documents_en: app_icon stands there twice; keep one, with one remark",
                "documents_zh: app_icon stands there twice; keep one, with one remark",
            ],
        ),
        (
            "app_icon:",
            "app_icon::large",
            [
                "documents_en: 'app_icon::large' has no remark; write one colon and a text, or neither",
                "documents_zh: 'app_icon:' has no remark; write one colon and a text, or neither",
            ],
        ),
        (
            "busines_licence;app_icon",
            "business_licence;app_icons",
            [
                f"documents_en: 'business_licence' stands where the Chinese has 'busines_licence'; {SAME}",
                "documents_en: no paper 'app_icons'; did you mean 'app_icon'?",
                "documents_zh: no paper 'busines_licence'; did you mean 'business_licence'?",
            ],
        ),
    ],
)
def test_what_names_no_paper_or_another_one_is_told_at_once(
    project: Path, tmp_path: Path, zh: str, en: str, told: list[str]
) -> None:
    cells = {"documents_zh": zh, "documents_en": en}
    assert sorted(list_problems(project, tmp_path / "own.csv", cells)) == told
    with pytest.raises(ProblemsError, match="documents_"):
        read_catalogue(tmp_path / "own.csv")


def test_two_papers_are_not_called_the_same(catalogue: Catalogue) -> None:
    assert find_name_problems(catalogue.papers, "papers.csv") == []
    papers = catalogue.papers.copy()
    papers.loc[[3, 5], "name_en"] = papers.loc[2, "name_en"]
    told = [str(one) for one in find_name_problems(papers, "papers.csv")]
    assert [one.split(":", 2)[1] for one in told] == ["3", "5"]
    assert "'Business licence' is what business_licence is called; tell the two apart" in told[0]


def test_a_catalogue_of_texts_and_one_of_papers_can_be_compared(
    project: Path, tmp_path: Path, catalogue: Catalogue
) -> None:
    write_catalogue(project, tmp_path / "old.csv", FREE)
    difference = compare_laws(read_catalogue(tmp_path / "old.csv"), catalogue, AS_OF)
    assert {(one.code, one.field) for one in difference.rows} == {
        ("EDI", "documents_zh"),
        ("EDI", "documents_en"),
    }
    assert "papers" not in find_shown(difference.new.entries["EDI"].row, "en")


def test_a_data_folder_without_papers_uses_those_that_ship(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, catalogue: Catalogue
) -> None:
    shutil.copytree(project / "data", tmp_path / "data")
    (tmp_path / "data" / "papers.csv").unlink()
    monkeypatch.chdir(tmp_path)
    assert find_data_file("papers.csv") == project / "data" / "papers.csv"
    assert read_catalogue().papers.equals(catalogue.papers)
    shutil.copy(project / "data" / "papers.csv", tmp_path / "data")
    assert find_data_file("papers.csv") == tmp_path / "data" / "papers.csv"


def test_a_province_may_ask_other_papers(catalogue: Catalogue) -> None:
    cell = {"province": "310000", "code": "EDI", "column": "documents_zh", "article": None}
    cell |= {"source": catalogue.sources["id"].iloc[0], "in_force_from": pd.NaT, "in_force_to": pd.NaT}
    values = {"value_zh": NAMED["documents_zh"], "value_en": NAMED["documents_en"]}
    ours = replace(catalogue, local=pd.DataFrame([cell | values], index=[2]))
    entry = find_law_for(ours, AS_OF, "en", {"province": "310000"}).entries["EDI"]
    assert entry.row["papers"] == ("business_licence", "articles_of_association")
    assert entry.row["documents_zh"] == ("营业执照", "公司章程（加盖工商档案查询章）")
    shown = "Business licence;Articles of association (with the registry's search stamp)"
    assert entry.local[0].text["en"] == shown
    wrong = replace(ours, local=ours.local.assign(value_en="busines_licence;articles_of_association"))
    told = find_local_problems(
        wrong.local, wrong.rows, wrong.sources, wrong.papers, wrong.fields, "local.csv"
    )
    assert [str(one) for one in told] == [
        "local.csv:2: value_en: no paper 'busines_licence'; did you mean 'business_licence'?",
        f"local.csv:2: value_en: 'busines_licence' stands where the Chinese has 'business_licence'; {SAME}",
    ]


# What ships


def test_every_paper_that_ships_is_asked_for_by_some_row(catalogue: Catalogue) -> None:
    asked = {paper for papers in catalogue.rows["papers"] for paper in papers}
    assert set(catalogue.papers["id"]) == asked


def test_every_row_that_ships_names_papers_only_and_none_twice(catalogue: Catalogue) -> None:
    assert find_unnamed_papers(catalogue.rows, catalogue.papers, "licences.csv") == []
    for texts, papers in zip(catalogue.rows["documents_zh"], catalogue.rows["papers"], strict=True):
        assert len(texts) == len(papers) == len(set(papers))


def test_applications_share_their_papers(catalogue: Catalogue) -> None:
    """A client's business licence is one paper, however many applications ask for it."""
    asked = catalogue.rows.explode("papers").groupby("papers")["code"].nunique()
    assert asked["business_licence"] > 50
    assert {"legal_representative_id", "articles_of_association", "premises_proof"} <= set(
        asked[asked > 15].index
    )
    forms = catalogue.papers.set_index("id")["kind"] == "form"
    # Every kind of telecom licence is applied for on the one form; other forms are of their own application.
    assert list(asked[forms[forms].index][lambda count: count > 8].index) == ["telecom_licence_application"]


def test_no_name_or_remark_of_a_paper_has_what_parts_a_list(catalogue: Catalogue) -> None:
    for language in ("zh", "en"):
        for text in catalogue.papers[f"name_{language}"]:
            assert not set(text) & set(";:：")
        for texts in catalogue.rows[f"documents_{language}"]:
            assert not [text for text in texts if ";" in text or text != text.strip()]
