"""Both sides of a changed cell in words."""

from __future__ import annotations

import pytest
from test_diff import AS_OF

from licences.law.catalogue import Catalogue
from licences.law.diff import RowChange, compare_laws
from licences.words.sides import contrast

LONG = "同一段很长的文字，" * 40


@pytest.mark.parametrize(
    ("field", "old", "new", "before", "now"),
    [
        ("documents_zh", ["甲", "乙", "丙"], ["甲", "丙", "丁"], "乙、其余2项不变", "丁、其余2项不变"),
        ("documents_zh", ["甲"], ["甲", "乙"], "其余1项不变", "乙、其余1项不变"),
        ("documents_zh", [], [LONG], "空", LONG),
        ("documents_zh", ["甲", "乙"], ["乙", "甲"], "甲、乙", "乙、甲"),
        ("penalty_zh", "罚款", None, "罚款", "空"),
        ("fee_cny", 500, 270.5, "500", "270.5"),
    ],
)
def test_a_cell_before_and_now_says_what_differs(
    catalogue: Catalogue, field: str, old: object, new: object, before: str, now: str
) -> None:
    difference = compare_laws(catalogue, catalogue, AS_OF)
    assert contrast(difference, RowChange("EXPRESS", "changed", field, old, new)) == (before, now)


@pytest.mark.parametrize("at", [0, 30, 200, 355])
def test_of_a_long_text_the_place_is_shown_where_it_differs(catalogue: Catalogue, at: int) -> None:
    difference = compare_laws(catalogue, catalogue, AS_OF)
    other = LONG[:at] + "变了" + LONG[at:]
    for name in ("name_zh", "short_en"):
        assert contrast(difference, RowChange("EXPRESS", "changed", name, LONG, other)) == (LONG, other)
    old, new = contrast(difference, RowChange("EXPRESS", "changed", "penalty_zh", LONG, other))
    assert "变了" in new
    assert old != new
    assert old.strip("…") in LONG
    assert new.strip("…") in other
    assert max(len(old), len(new)) <= 162


LAWS = [
    "《药品管理法》第61、62、131条（2019-12-01施行）",
    "《药品网络销售监督管理办法》（市场监管总局令第58号，2022-12-01施行）第18条",
    "国家药监局公告2022年第112号",
    "《药品管理法实施条例》（国务院令第828号，2026-05-15施行）第45条",
]


@pytest.mark.parametrize(
    ("old", "new", "before", "now"),
    [
        (LAWS[:3], LAWS, f"…{LAWS[2]}", f"…{LAWS[2]}；{LAWS[3]}"),
        (LAWS[1:], LAWS, f"{LAWS[1]}…", f"{LAWS[0]}；{LAWS[1]}…"),
        ([*LAWS[:2], LAWS[3]], LAWS, f"…{LAWS[3]}", f"…{LAWS[2]}；{LAWS[3]}"),
        (LAWS, [*LAWS[:2], "公告112", LAWS[3]], f"…{LAWS[2]}…", "…公告112…"),
        (LAWS[:2], LAWS[:1], "；".join(LAWS[:2]), LAWS[0]),
        (LAWS, None, "；".join(LAWS), "空"),
        ([LAWS[3]], LAWS[:1], LAWS[3], LAWS[0]),
        ([*LAWS, "旧的义务。"], [*LAWS, "新的义务。"], "…旧的义务。", "…新的义务。"),
    ],
)
def test_of_several_laws_those_are_shown_that_differ(
    catalogue: Catalogue, old: list[str], new: list[str] | None, before: str, now: str
) -> None:
    difference = compare_laws(catalogue, catalogue, AS_OF)
    cells = ("；".join(old), None if new is None else "；".join(new))
    assert contrast(difference, RowChange("EXPRESS", "changed", "legal_basis_zh", *cells)) == (before, now)


def test_in_english_no_word_is_cut(catalogue: Catalogue) -> None:
    old = "Commercial matters. " + "word " * 40 + "A" + " word" * 60 + "."
    difference = compare_laws(catalogue, catalogue, AS_OF, "en")
    before, now = contrast(
        difference, RowChange("EXPRESS", "changed", "note_en", old, old.replace("A", "BB"))
    )
    assert (before.count("A"), now.count("BB")) == (1, 1)
    for one in (before, now):
        assert set(one.strip("…").split()) <= {"word", "A", "BB"}
        assert 200 < len(one) <= 242
    orders = [f"Provisions on SMS Services (MIIT order No. {number}, in force)" for number in (31, 74)]
    told = [f"Telecommunications Regulation, arts 7, 9, {one}, Cybersecurity Law" for one in orders]
    shown = contrast(difference, RowChange("EXPRESS", "changed", "legal_basis_en", *told))
    assert shown == tuple(f"…{one}…" for one in orders)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_differs_is_shown_in_a_text_without_a_space(catalogue: Catalogue, language: str) -> None:
    """Chinese names stand in English texts, too."""
    old = "One word." + "字" * 400 + "旧" + "文" * 400
    difference = compare_laws(catalogue, catalogue, AS_OF, language)
    told = RowChange("EXPRESS", "changed", f"note_{language}", old, old.replace("旧", "新"))
    before, now = contrast(difference, told)
    assert "字旧文" in before
    assert "字新文" in now
    assert len(before) == len(now) < 250
