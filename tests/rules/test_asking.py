"""Of whom a fact is asked: read, chained, and left open where nothing told decides it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_logic import FIELDS, NODES, PROFILES

from licences.errors import Problem, ProblemsError
from licences.law.catalogue import Catalogue
from licences.rules.asking import (
    find_asked,
    find_conditions,
    find_parents,
    list_ways_not_asked,
    put_parents_first,
    set_fact,
    simplify,
    work_in,
)
from licences.rules.expressions import Always, Node, Value, find_atoms, read_expression
from licences.rules.facts import Field, Fields, read_fields
from licences.rules.logic import Rule

NOTHING = {"zh": "", "en": ""}


def make_fields(**asked_when: str) -> Fields:
    """Yes or no facts, each asked of whom its expression says."""
    every = (
        Field(name, "bool", "business", NOTHING, {}, {}, NOTHING, -float("inf"), float("inf"), NOTHING,
              asked_when=text)
        for name, text in asked_when.items()
    )  # fmt: skip
    return Fields(tuple(every))


def write_fields(project: Path, folder: Path, **asked_when: str) -> Path:
    """The fields of the project with other expressions."""
    with (project / "data" / "profile_fields.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["asked_when"] = asked_when.get(row["field"], row["asked_when"])
    path = folder / "profile_fields.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def find_read_problems(path: Path) -> list[Problem]:
    with pytest.raises(ProblemsError) as caught:
        read_fields(path)
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("told", "name", "asked"),
    [
        ({}, "in_foreign_pilot_area", None),
        ({"foreign_share_percent": 0.0}, "in_foreign_pilot_area", False),
        ({"foreign_share_percent": 30.0}, "in_foreign_pilot_area", True),
        ({}, "branch_cities", None),
        ({"wants_95_number": False}, "branch_cities", False),
        ({"wants_95_number": True}, "branch_cities", None),
        ({"wants_95_number": True, "sells_call_centre_services": False}, "branch_cities", True),
        ({"sells_own_goods": False}, "own_brand_cosmetics", False),
        ({"own_categories": "none"}, "own_brand_cosmetics", False),
        ({"sells_own_goods": True, "own_categories": "cosmetics;drugs"}, "own_brand_cosmetics", True),
        ({}, "has_website", True),
    ],
)
def test_of_whom_it_is_false_a_fact_is_not_asked_and_what_is_not_told_leaves_it_open(
    catalogue: Catalogue, told: dict[str, Value], name: str, asked: bool | None
) -> None:
    assert find_asked(told, catalogue.fields)[name] is asked


def test_every_field_has_an_answer_in_the_order_of_the_questionnaire(catalogue: Catalogue) -> None:
    assert list(find_asked({}, catalogue.fields)) == list(catalogue.fields.by_name)


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ({}, (True, None, None)),
        ({"a": True}, (True, True, None)),
        ({"a": True, "b": True}, (True, True, True)),
        ({"a": False}, (True, False, False)),  # b counts as none, since it is neither asked nor told
        ({"b": True}, (True, None, True)),
        ({"a": False, "b": True}, (True, False, True)),  # what is told counts, though it was not asked
        ({"a": False, "c": True}, (True, False, False)),
    ],
)
def test_a_chain_ends_where_its_first_link_does(
    told: Mapping[str, Value], asked: tuple[bool | None, ...]
) -> None:
    assert tuple(find_asked(told, make_fields(a="", b="a", c="b")).values()) == asked


def test_a_chain_that_turns_round_goes_on_after_what_is_not_asked() -> None:
    fields = make_fields(a="", b="a", c="not b")
    assert find_asked({"a": False}, fields) == {"a": True, "b": False, "c": True}
    assert find_asked({}, fields)["c"] is None


def test_facts_that_lead_to_the_same_answer_whatever_they_are_leave_nothing_open() -> None:
    fields = make_fields(a="", b="", c="(a and b) or (not a and b)")
    assert find_asked({"b": False}, fields)["c"] is False


@given(st.data())
def test_who_is_not_asked_makes_one_of_the_ways_true_however_little_is_told(data: st.DataObject) -> None:
    """The ways are what the proof searches; were one left out, it would prove too much."""
    names = ("a", "b", "c", "d")
    texts = {"a": "", "b": "", "c": "", "d": ""}
    for at, name in enumerate(names[1:], start=1):
        shapes = ["", "{0}", "not {0}", "{0} and {1}", "{0} or not {1}"]
        shape = data.draw(st.sampled_from(shapes))
        chosen = [data.draw(st.sampled_from(names[:at])) for _ in range(2)]
        texts[name] = shape.format(*chosen)
    if any(text in {f"{one} or not {one}" for one in names} for text in texts.values()):
        return
    fields = make_fields(**texts)
    for real in product((False, True), repeat=len(names)):
        whole = dict(zip(names, real, strict=True))
        told = {name: value for name, value in whole.items() if data.draw(st.booleans())}
        for name, asked in find_asked(told, fields).items():
            if asked is False:
                ways = [Rule("", way, fields).decide(whole) for way in list_ways_not_asked(name, fields)]
                assert True in ways


def test_a_settled_fact_is_named_no_more_and_what_is_always_so_falls_out() -> None:
    fields = make_fields(a="", b="", c="")
    node = read_expression("a and (b or not c)", fields)
    assert simplify(set_fact(node, "a", False)) == Always(False)
    assert simplify(set_fact(node, "c", False)) == read_expression("a", fields)
    assert simplify(set_fact(node, "a", True)) == read_expression("b or not c", fields)


@given(NODES, PROFILES, PROFILES)
@settings(max_examples=500, deadline=None)
def test_working_in_what_is_told_changes_no_answer(
    node: Node, told: dict[str, Value | None], further: dict[str, Value | None]
) -> None:
    known = {name: value for name, value in told.items() if value is not None}
    worked = work_in(node, told)
    assert not {atom.field for atom in find_atoms(worked)} & {*known}
    assert Rule("", worked, FIELDS).decide(further | known) == Rule("", node, FIELDS).decide(further | known)


def test_a_condition_is_over_what_is_not_told_and_counts_what_is_not_asked_as_none() -> None:
    fields = make_fields(a="", b="a", c="b or d", d="")
    assert find_conditions({}, fields)["c"] == read_expression("b or d", fields)
    found = find_conditions({"a": False}, fields)
    assert (found["a"], found["b"]) == (Always(True), Always(False))
    assert found["c"] == read_expression("d", fields)
    assert find_conditions({"b": True}, fields)["c"] == Always(True)


def test_parents_come_first_and_else_the_order_stays() -> None:
    parents = {"a": ("c",), "c": ("d",), "x": ("elsewhere",)}
    assert put_parents_first("axbcd", parents) == ["x", "b", "d", "c", "a"]


def test_the_facts_that_decide_whether_one_is_asked_are_named(catalogue: Catalogue) -> None:
    parents = find_parents(catalogue.fields)
    assert parents["branch_cities"] == ("wants_95_number", "sells_call_centre_services")
    assert "has_website" not in parents


def test_what_is_wrong_with_an_expression_is_named_with_its_line(project: Path, tmp_path: Path) -> None:
    path = write_fields(
        project,
        tmp_path,
        own_warehouse="own_courier",
        province="has_app and",
        cross_province="branch_provinces > 99",
        sends_sms="has_app or not has_app",
        has_brand="'A' in held",
    )
    found = {(one.line, one.column): f"{one.wrong}; {one.right}" for one in find_read_problems(path)}
    assert {column for _, column in found} == {"asked_when"}
    said = " | ".join(found.values())
    assert "no profile field 'own_courier'; did you mean 'own_couriers'?" in said
    assert "breaks off at character" in said
    assert "no client can ever make this expression true" in said
    assert "true of every client; leave it empty" in said
    assert "no profile field 'held'" in said
    with path.open(encoding="utf-8-sig") as file:
        lines = file.read().splitlines()
    assert {lines[line - 1].partition(",")[0] for line, _ in found} == {
        "own_warehouse", "province", "cross_province", "sends_sms", "has_brand",
    }  # fmt: skip


def test_facts_asked_in_a_circle_are_named_all_round(project: Path, tmp_path: Path) -> None:
    path = write_fields(
        project,
        tmp_path,
        sends_sms="has_app",
        has_app="own_warehouse",
        own_warehouse="sends_sms",
        has_brand="has_brand",
    )
    wrong = {one.wrong for one in find_read_problems(path)}
    assert wrong == {
        "facts are asked in a circle: has_app -> own_warehouse -> sends_sms -> has_app",
        "facts are asked in a circle: has_brand -> has_brand",
    }


def test_a_field_of_its_own_is_a_question_of_its_own_and_the_rare_ones_are_one(catalogue: Catalogue) -> None:
    fields = catalogue.fields
    assert fields["sends_sms"].question == "sends_sms"
    assert fields["has_app"].question == fields["has_website"].question == "channels"
    assert fields["publishes_news"].question == "rare"
    assert replace(fields["publishes_news"], asked_with="content").question == "rare"
