"""What a row says: fines, market prices, short names, and the law that a lawyer looks up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from licences.law.catalogue import Catalogue, read_catalogue
from licences.law.in_force import find_law_in_force
from licences.words.rows import RowView, view_row
from small_law import EVIDENCE, GUESS, GUIDE, LAW, make_law

DAY = date(2026, 11, 23)


def view(catalogue: Catalogue, language: str, code: str = "TRADEMARK", **cells: Any) -> RowView:
    rows = catalogue.rows.copy()
    for column, value in cells.items():
        rows.loc[rows["code"] == code, column] = value
    law = find_law_in_force(replace(catalogue, rows=rows), DAY, language)
    return view_row(law.entries[code], language)


def say_fine(catalogue: Catalogue, language: str, least: Any, most: Any, closes: Any, basis: str) -> str:
    cells = {"penalty_min_cny": least, "penalty_max_cny": most, "penalty_closes": closes}
    grounds = {f"{name}_basis": None if value is None else basis for name, value in cells.items()}
    return view(catalogue, language, **cells, **grounds)["fine"]


@pytest.mark.parametrize(
    ("language", "told", "said"),
    [
        ("zh", (10_000, 100_000, "yes", "rule_text"), "罚款1万至10万元，可能关停"),
        ("zh", (10_000, 100_000, "no", "rule_text"), "罚款1万至10万元"),
        ("zh", (None, 15_000, None, "rule_text"), "罚款最高1.5万元"),
        ("zh", (500, None, None, "rule_text"), "罚款500元起"),
        ("zh", (5_000, 5_000, None, "estimate"), "罚款5,000元（估计值）"),
        ("zh", (None, None, "yes", "rule_text"), "可能关停"),
        ("zh", (None, None, "no", "rule_text"), ""),
        ("zh", (None, None, None, "rule_text"), ""),
        ("zh", (0, 150_000_000, None, "rule_text"), "罚款0至1.5亿元"),
        ("en", (10_000, 100_000, "yes", "rule_text"), "A fine of 10,000 to 100,000 CNY, may be closed down"),
        ("en", (None, None, "yes", "estimate"), "May be closed down (estimate)"),
        ("en", (None, 500_000, None, "secondary"), "A fine of up to 500,000 CNY (secondary source)"),
    ],
)
def test_a_fine_is_said_in_numbers_and_what_is_no_text_of_a_rule_says_so(
    catalogue: Catalogue, language: str, told: tuple[Any, ...], said: str
) -> None:
    assert say_fine(catalogue, language, *told) == said


@pytest.mark.parametrize(
    ("language", "least", "most", "said"),
    [
        ("zh", 30_000, 80_000, "市场服务费3万至8万元（间接来源）。"),
        ("zh", None, 80_000, "市场服务费最高8万元（间接来源）。"),
        ("en", 30_000, None, "Market price from 30,000 CNY (secondary source)."),
        ("en", None, None, ""),
    ],
)
def test_a_market_price_is_said_with_its_ground(
    catalogue: Catalogue, language: str, least: Any, most: Any, said: str
) -> None:
    cells = {"market_min_cny": least, "market_max_cny": most}
    grounds = {f"{name}_basis": None if value is None else "secondary" for name, value in cells.items()}
    assert view(catalogue, language, **cells, **grounds)["market_price"] == said


def test_each_part_of_a_fine_has_its_own_ground_where_they_differ(catalogue: Catalogue) -> None:
    cells = {"penalty_min_cny": None, "penalty_max_cny": 50_000, "penalty_closes": "yes"}
    closing = {"penalty_max_cny_basis": "rule_text", "penalty_closes_basis": "estimate"}
    assert view(catalogue, "zh", **cells, **closing)["fine"] == "罚款最高5万元，可能关停（估计值）"
    amount = {"penalty_max_cny_basis": "secondary", "penalty_closes_basis": "rule_text"}
    assert view(catalogue, "zh", **cells, **amount)["fine"] == "罚款最高5万元（间接来源），可能关停"
    alike = {"penalty_max_cny_basis": "estimate", "penalty_closes_basis": "estimate"}
    said = "A fine of up to 50,000 CNY, may be closed down (estimate)"
    assert view(catalogue, "en", **cells, **alike)["fine"] == said


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ((0, 0, 0), {"en": "no waiting (estimate)", "zh": "无需等待（估计值）"}),
        ((pd.NA, 0, pd.NA), {"en": "no waiting (estimate)", "zh": "无需等待（估计值）"}),
        ((0, 0, 1), {"en": "0 – 0 – 1 working days (estimate)", "zh": "0 – 0 – 1工作日（估计值）"}),
    ],
)
def test_what_takes_no_time_says_that_there_is_no_waiting(
    catalogue: Catalogue, days: tuple[Any, ...], said: dict[str, str]
) -> None:
    cells: dict[str, Any] = dict(zip(("days_min", "days_likely", "days_max"), days, strict=True))
    cells |= {f"{name}_basis": "estimate" for name in cells} | {"days_unit": "working"}
    assert {language: view(catalogue, language, **cells)["time"] for language in said} == said


def test_the_trade_s_name_stands_beside_the_official_one(catalogue: Catalogue) -> None:
    seen = view(catalogue, "en", short_en="Trademark", short_zh="商标")
    assert (seen["short"], seen["official_name"]) == ("Trademark", seen["official_name"])
    assert seen["name"] != seen["short"]
    older = view(catalogue, "en", short_en=None, short_zh=None)
    assert older["short"] == older["name"]


def test_the_source_is_what_a_lawyer_looks_up_and_not_where_we_read_it(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = {"source": "laws of owner, a.md", "source_url": "https://github.com/owner/laws"}
    make_law(project, tmp_path, row=copy)
    monkeypatch.chdir(tmp_path)
    seen = view(read_catalogue(), "zh")
    assert (seen["source"], seen["source_url"]) == ("《甲法》（主席令第1号，2020年1月1日公布）", None)
    seen = view(read_catalogue(), "en")
    assert seen["source"] == "Law A (《甲法》, 主席令第1号, published 1 January 2020)"


def test_a_guide_is_named_where_there_is_no_law_and_the_row_s_own_words_where_there_is_nothing(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("guide", "nothing"):
        (tmp_path / name).mkdir()
    guide = [one | {"source": "b-guide-2021"} for one in EVIDENCE[:1]]
    official = GUIDE | {"address": "https://example.cn/guide"}
    make_law(project, tmp_path / "guide", evidence=guide, sources=(LAW, official, GUESS))
    monkeypatch.chdir(tmp_path / "guide")
    seen = view(read_catalogue(), "zh")
    assert (seen["source"], seen["source_url"]) == (
        "《乙指南》（2020年1月1日公布）",
        "https://example.cn/guide",
    )
    guess = [one | {"source": "own-estimate"} for one in EVIDENCE[:1]]
    own = {"source": "practice", "source_url": "https://example.cn/practice"}
    make_law(project, tmp_path / "nothing", evidence=guess, row=own)
    monkeypatch.chdir(tmp_path / "nothing")
    seen = view(read_catalogue(), "zh")
    assert (seen["source"], seen["source_url"]) == ("practice", "https://example.cn/practice")


def test_what_a_client_reads_of_a_row_has_no_note_on_our_reading(catalogue: Catalogue) -> None:
    cells = {f"{name}_{one}": "ours" for name in ("research_note", "changed") for one in ("zh", "en")}
    seen = view(catalogue, "zh", **cells)
    assert not {"research_note", "changed"} & seen.keys()
    assert "ours" not in str(
        {key: value for key, value in seen.items() if not isinstance(value, pd.DataFrame)}
    )
