"""A report is made again where what it says can have changed, and only there."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from licences.analysis.case import make_case
from licences.assessment.verdicts import find_verdicts
from licences.batch.fingerprint import hash_inputs
from licences.book.events import Event
from licences.book.notes import Note
from licences.law.catalogue import Catalogue
from licences.law.durations import OwnTime
from licences.law.edition import Edition
from licences.law.in_force import find_shown
from licences.law.own_times import OwnTimes
from licences.law.rows import find_in_force
from licences.planning.forecast import PlanOptions
from licences.render.excel.workbook import make_workbook
from licences.render.html.sections import SECTIONS, make_section
from licences.render.ics import make_calendar
from licences.rules.case_files import add_case_files
from licences.rules.facts import choose_clients, make_profiles, split_holdings

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)


@pytest.fixture(scope="module")
def notebook(project: Path) -> bytes:
    return (project / "notebooks" / "client_report.ipynb").read_bytes()


def hash_all(catalogue: Catalogue, clients: pd.DataFrame, notebook: bytes, **asked: Any) -> dict[str, str]:
    named = {"as_of": AS_OF, "language": "zh", "asked": (START,)} | asked
    return dict(hash_inputs(catalogue, clients, notebook=notebook, **named))


def change(catalogue: Catalogue, code: str, column: str, value: object, as_of: date = AS_OF) -> Catalogue:
    """The law with one cell of the row in force changed."""
    rows = catalogue.rows.copy()
    in_force = find_in_force(rows.reset_index(), as_of)
    rows.loc[in_force.at[code, "line" if "line" in in_force else "index"], column] = value
    return replace(catalogue, rows=rows)


def find_pages(catalogue: Catalogue, clients: pd.DataFrame) -> dict[str, str]:
    pages = {}
    for client in clients["client"]:
        case = make_case(catalogue, choose_clients(clients, [client]), AS_OF, PlanOptions(START), "zh")
        pages[client] = "".join(make_section(case, name)._repr_html_() for name in SECTIONS)
    return pages


@pytest.fixture(scope="module")
def old_pages(catalogue: Catalogue, sample_clients: pd.DataFrame) -> dict[str, str]:
    return find_pages(catalogue, sample_clients)


def test_the_same_inputs_have_the_same_hash_and_each_client_one_of_its_own(
    catalogue: Catalogue, sample_clients: pd.DataFrame, notebook: bytes
) -> None:
    one = hash_all(catalogue, sample_clients, notebook)
    assert one == hash_all(catalogue, sample_clients, notebook)
    assert len(set(one.values())) == len(one) == len(sample_clients)
    alone = choose_clients(sample_clients, ["wander-work"])
    assert hash_all(catalogue, alone, notebook)["wander-work"] == one["wander-work"]


@pytest.mark.parametrize(
    "asked", [{"as_of": date(2026, 11, 22)}, {"language": "en"}, {"asked": (date(2026, 11, 25),)}]
)
def test_another_day_language_or_start_makes_all_reports_anew(
    catalogue: Catalogue, sample_clients: pd.DataFrame, notebook: bytes, asked: dict[str, Any]
) -> None:
    before, after = (
        hash_all(catalogue, sample_clients, notebook),
        hash_all(catalogue, sample_clients, notebook, **asked),
    )
    assert not set(before.values()) & set(after.values())


def test_another_edition_alone_makes_no_report_anew(
    catalogue: Catalogue, sample_clients: pd.DataFrame, notebook: bytes
) -> None:
    later = replace(catalogue, edition=Edition("2027-01-01", "00000000"))
    assert hash_all(catalogue, sample_clients, notebook) == hash_all(later, sample_clients, notebook)


def test_a_changed_fact_makes_that_clients_report_anew(
    catalogue: Catalogue, sample_clients: pd.DataFrame, notebook: bytes
) -> None:
    changed = sample_clients.copy()
    changed.loc[changed["client"] == "quiet-client", "has_mini_program"] = True
    before, after = hash_all(catalogue, sample_clients, notebook), hash_all(catalogue, changed, notebook)
    assert [client for client in before if before[client] != after[client]] == ["quiet-client"]


def test_a_changed_own_text_makes_that_clients_report_anew(
    catalogue: Catalogue, sample_clients: pd.DataFrame, notebook: bytes
) -> None:
    told = [{"phone": ""} for _ in range(len(sample_clients))]
    before = hash_all(catalogue, sample_clients.assign(extra=told), notebook)
    told = [{"phone": "1" if name == "quiet-client" else ""} for name in sample_clients["client"]]
    after = hash_all(catalogue, sample_clients.assign(extra=told), notebook)
    assert [client for client in before if before[client] != after[client]] == ["quiet-client"]


@pytest.mark.parametrize(
    ("code", "column", "value"),
    [
        ("EXPRESS", "fee_cny", 123.0),
        ("EXPRESS", "note_zh", "新的说明"),
        ("HR_SERVICE", "days_likely", 77.0),
        ("CALL_CENTRE", "documents_zh", "一份文件"),
        ("MLPS_3", "checked_on", pd.Timestamp("2026-11-01")),
        ("ICP", "confidence", "low"),
    ],
)
def test_a_changed_row_makes_anew_the_reports_that_use_it_and_no_other(
    catalogue: Catalogue,
    sample_clients: pd.DataFrame,
    notebook: bytes,
    old_pages: dict[str, str],
    code: str,
    column: str,
    value: object,
) -> None:
    new = change(catalogue, code, column, value)
    before, after = hash_all(catalogue, sample_clients, notebook), hash_all(new, sample_clients, notebook)
    touched = {client for client in before if before[client] != after[client]}
    verdicts = find_verdicts(catalogue, sample_clients, AS_OF)[code]
    uses = set(verdicts.index[verdicts != "not_needed"])
    holds = zip(sample_clients["client"], sample_clients["holds"], strict=True)
    uses |= {client for client, held in holds if code in split_holdings(held)}
    assert touched == uses
    assert 0 < len(touched) < len(before)
    new_pages = find_pages(new, sample_clients)
    assert {client for client in before if old_pages[client] != new_pages[client]} <= touched


@pytest.mark.parametrize(
    ("code", "expression"),
    [
        ("CALL_CENTRE", "sells_call_centre_services or hosts_third_party_sellers"),
        ("EXPRESS", "not own_couriers"),
    ],
)
def test_a_changed_rule_makes_anew_every_report_whose_page_changes(
    catalogue: Catalogue,
    sample_clients: pd.DataFrame,
    notebook: bytes,
    old_pages: dict[str, str],
    code: str,
    expression: str,
) -> None:
    new = change(catalogue, code, "applies_when", expression)
    before, after = hash_all(catalogue, sample_clients, notebook), hash_all(new, sample_clients, notebook)
    new_pages = find_pages(new, sample_clients)
    changed = {client for client in before if old_pages[client] != new_pages[client]}
    assert changed
    assert changed <= {client for client in before if before[client] != after[client]}


def test_a_rule_said_in_other_words_leaves_alone_who_does_not_need_the_licence(
    catalogue: Catalogue, sample_clients: pd.DataFrame, notebook: bytes
) -> None:
    text = catalogue.rows.loc[catalogue.rows["code"] == "CALL_CENTRE", "applies_when"].iloc[-1]
    new = change(catalogue, "CALL_CENTRE", "applies_when", f"({text})")
    before, after = hash_all(catalogue, sample_clients, notebook), hash_all(new, sample_clients, notebook)
    verdicts = find_verdicts(catalogue, sample_clients, AS_OF)["CALL_CENTRE"]
    assert {client for client in before if before[client] != after[client]} <= set(
        verdicts.index[verdicts != "not_needed"]
    )


def test_a_notebook_that_promises_nothing_uses_every_row(
    catalogue: Catalogue, sample_clients: pd.DataFrame, notebook: bytes
) -> None:
    plain = json.loads(notebook)
    del plain["metadata"]["licences"]
    other = json.dumps(plain).encode()
    new = change(catalogue, "EXPRESS", "fee_cny", 123.0)
    before, after = hash_all(catalogue, sample_clients, other), hash_all(new, sample_clients, other)
    assert all(before[client] != after[client] for client in before)


def add_coming_row(catalogue: Catalogue, code: str, day: str, **cells: object) -> Catalogue:
    """The law with the row of a code in force ended, and another one that follows it on a day."""
    rows = catalogue.rows.copy()
    line = find_in_force(rows.reset_index(), AS_OF).at[code, "line"]
    row = rows.loc[[line]].assign(in_force_from=pd.Timestamp(day), **cells)
    rows.loc[line, "in_force_to"] = pd.Timestamp(day) - pd.Timedelta(days=1)
    return replace(catalogue, rows=pd.concat([rows, row.set_axis([len(rows) + 9])]))


def find_announced(catalogue: Catalogue, clients: pd.DataFrame, client: str) -> list[str]:
    case = make_case(catalogue, choose_clients(clients, [client]), AS_OF, PlanOptions(START), "zh")
    return [change.entry.code for change in case.coming]


def test_a_rule_that_will_newly_apply_is_announced_and_makes_that_report_anew(
    catalogue: Catalogue, sample_clients: pd.DataFrame, notebook: bytes, old_pages: dict[str, str]
) -> None:
    new = add_coming_row(catalogue, "EXPRESS", "2027-03-01", applies_when="own_couriers or own_warehouse")
    before, after = hash_all(catalogue, sample_clients, notebook), hash_all(new, sample_clients, notebook)
    touched = {client for client in before if before[client] != after[client]}
    verdicts = find_verdicts(new, sample_clients, date(2027, 3, 1))["EXPRESS"]
    assert touched == set(verdicts.index[verdicts != "not_needed"])
    today = find_verdicts(catalogue, sample_clients, AS_OF)["EXPRESS"]
    newly = touched & set(today.index[today == "not_needed"])
    assert newly
    for client in newly:
        assert "EXPRESS" in find_announced(new, sample_clients, client)
    new_pages = find_pages(new, sample_clients)
    assert {client for client in before if old_pages[client] != new_pages[client]} == touched


def test_a_rule_that_will_end_is_announced_and_makes_that_report_anew(
    catalogue: Catalogue, sample_clients: pd.DataFrame, notebook: bytes, old_pages: dict[str, str]
) -> None:
    new = change(catalogue, "EXPRESS", "in_force_to", pd.Timestamp("2027-02-28"))
    before, after = hash_all(catalogue, sample_clients, notebook), hash_all(new, sample_clients, notebook)
    touched = {client for client in before if before[client] != after[client]}
    new_pages = find_pages(new, sample_clients)
    assert {client for client in before if old_pages[client] != new_pages[client]} == touched
    assert 0 < len(touched) < len(before) / 2
    for client in touched:
        assert re.search(
            "自2027年3月1日起：</b> ?快递业务经营许可证：不再施行。没有同名的后续规定。", new_pages[client]
        )
    rows = new.rows.copy()
    line = find_in_force(rows.reset_index(), AS_OF).at["EXPRESS", "line"]
    rows.at[line, "superseded_by"] = ("DOMAIN", "EXPRESS")
    instead = replace(new, rows=rows)
    assert hash_all(instead, sample_clients, notebook) != after
    pages = find_pages(instead, sample_clients)
    assert all("不再施行；改为：域名注册与实名核验。" in pages[client] for client in touched)


def test_what_comes_into_force_before_the_plan_ends_is_announced_however_late(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    late = add_coming_row(catalogue, "DOMAIN", "2028-06-01", fee_cny=5.0)
    assert "DOMAIN" not in find_announced(late, sample_clients, "wander-work")
    slow = change(late, "ICP", "days_max", 500)
    slow = change(change(slow, "ICP", "days_likely", 450), "ICP", "statutory_days", pd.NA)
    assert "DOMAIN" in find_announced(slow, sample_clients, "wander-work")


@pytest.mark.parametrize(("language", "column"), [("zh", "penalty_en"), ("en", "penalty_zh")])
def test_what_a_row_says_in_another_language_makes_no_report_anew(
    catalogue: Catalogue, sample_clients: pd.DataFrame, notebook: bytes, language: str, column: str
) -> None:
    new = change(catalogue, "ICP", column, "something else")
    before = hash_all(catalogue, sample_clients, notebook, language=language)
    assert before == hash_all(new, sample_clients, notebook, language=language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_columns_that_are_said_to_show_nowhere_show_in_no_page_workbook_or_calendar(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    def make(catalogue: Catalogue) -> tuple[str | bytes, ...]:
        plan_options = PlanOptions(START, ("recommended", "optional"))
        case = make_case(
            catalogue, choose_clients(sample_clients, ["grand-bazaar"]), AS_OF, plan_options, language
        )
        page = "".join(make_section(case, name)._repr_html_() for name in SECTIONS)
        return page, make_workbook(case), make_calendar(case, holds="all")

    other = catalogue.rows.copy()
    shown = find_shown(catalogue.rows.iloc[0].to_dict(), language)
    hidden = [name for name in catalogue.rows.columns if name not in shown]
    for name in set(hidden) - {"in_force_from", "in_force_to"}:
        if other[name].dtype == "object":
            other[name] = [(*items, "x") if name != "superseded_by" else () for items in other[name]]
        else:
            other[name] = 7 if name == "article_item" else other[name].astype(str) + " x"
    assert make(replace(catalogue, rows=other)) == make(catalogue)
    assert {"article_item", "note_en" if language == "zh" else "note_zh"} <= set(hidden)


def test_what_is_held_by_the_rule_of_another_licence_is_part_of_a_report(
    catalogue: Catalogue, sample_clients: pd.DataFrame, notebook: bytes
) -> None:
    grocer = sample_clients.head(1).assign(sells_own_goods=True, licensed_food_producer=False)
    grocer["own_categories"] = pd.Series(["prepackaged_food"], index=grocer.index, dtype="category")
    hashes = {}
    for holds in ((), ("FOOD_OPERATION@2027-12-31",), ("FOOD_OPERATION@2026-11-01",)):
        grocer["holds"] = pd.Series([holds], index=grocer.index)
        (hashes[holds],) = hash_all(catalogue, grocer, notebook).values()
    assert len(set(hashes.values())) == 3
    renamed = catalogue.rows.assign(
        name_zh=catalogue.rows["name_zh"].mask(catalogue.rows["code"] == "FOOD_OPERATION", "另一个名称")
    )
    names = {**catalogue.fields.held.values, "FOOD_OPERATION": {"zh": "另一个名称", "en": "x"}}  # type: ignore[union-attr]
    fields = replace(catalogue.fields, held=replace(catalogue.fields["held"], values=names))
    other = replace(catalogue, rows=renamed, fields=fields)
    grocer["holds"] = pd.Series([("EDI",)], index=grocer.index)
    assert hash_all(catalogue, grocer, notebook) != hash_all(other, grocer, notebook)


def test_a_stage_to_come_and_a_group_belong_to_what_a_report_is_made_from(
    catalogue: Catalogue, notebook: bytes
) -> None:
    first = {"client": "a", "name": "A", "group": "g", "own_couriers": "no", "live_commerce": "no"}
    later = {"client": "a", "from": "2027-04-01", "own_couriers": "yes"}
    told = [
        (first,), (first | {"group": "h"},), (first, later), (first, later | {"from": "2027-05-01"}),
        (first, later | {"live_commerce": "yes"}),
    ]  # fmt: skip
    hashes = [
        hash_all(catalogue, make_profiles(cells, catalogue.fields, None, ""), notebook)["a"] for cells in told
    ]
    assert len(set(hashes)) == len(told)
    moved = change(catalogue, "EXPRESS", "days_likely", 77)
    alone, staged = (make_profiles(cells, catalogue.fields, None, "") for cells in ((first,), (first, later)))
    assert hash_all(moved, alone, notebook) == hash_all(catalogue, alone, notebook)
    assert hash_all(moved, staged, notebook) != hash_all(catalogue, staged, notebook)


def test_what_happened_makes_a_report_anew_and_what_stays_with_us_does_not(
    catalogue: Catalogue, sample_clients: pd.DataFrame, notebook: bytes
) -> None:
    row = sample_clients[sample_clients["client"] == "corner-shop"]
    bare = row.assign(holds=pd.Series([()], index=row.index, dtype=object))
    held = Event("BUSINESS_LICENCE", "granted", None, id=1)
    submitted = Event("SALT", "submitted", date(2026, 11, 2), id=2)
    ours, theirs = (Note("", "call", audience, "li", date(2026, 11, 2)) for audience in ("us", "client"))

    def hash_one(events: tuple[Event, ...], notes: tuple[Note, ...] = (), **told: str) -> str:
        kept = {"corner-shop": notes} if notes else {}
        clients = add_case_files(bare.assign(**told), {"corner-shop": events}, {}, kept)
        return hash_all(catalogue, clients, notebook)["corner-shop"]

    plain = hash_one((held, submitted))
    assert hash_one((held,)) != plain
    assert hash_one((held, submitted._replace(id=7))) == plain
    assert hash_one((held, submitted), (ours,)) == plain
    assert hash_one((held, submitted), (theirs,)) != plain
    assert hash_one((held, submitted), contact="Wang Min") == plain


def test_own_times_make_anew_the_reports_that_use_them(
    catalogue: Catalogue, sample_clients: pd.DataFrame, notebook: bytes
) -> None:
    own = OwnTime(3, 20.0, 22.0, (15.0, 21.0, 30.0), 0, 0.2)
    verdicts = find_verdicts(catalogue, sample_clients, AS_OF)
    users = set(verdicts.index[verdicts["ICP"] != "not_needed"]) | {
        client
        for client, holds in zip(sample_clients["client"], sample_clients["holds"], strict=True)
        if "ICP" in split_holdings(holds)
    }
    assert set() < users < set(sample_clients["client"])
    before = hash_all(catalogue, sample_clients, notebook)
    told = [
        hash_all(replace(catalogue, own_times=OwnTimes({("", "ICP"): one})), sample_clients, notebook)
        for one in (own, replace(own, cases=4))
    ]
    for one, other in ((before, told[0]), (told[0], told[1])):
        assert {client for client, hashed in one.items() if other[client] != hashed} == users


def test_own_times_of_a_province_are_of_no_concern_elsewhere(
    catalogue: Catalogue, sample_clients: pd.DataFrame, notebook: bytes
) -> None:
    own = OwnTime(3, 20.0, 22.0, (15.0, 21.0, 30.0), 0, 0.2, province="110000")
    there = replace(catalogue, own_times=OwnTimes({("110000", "ICP"): own}))
    asked = choose_clients(sample_clients, ["wander-work", "state-screen"]).assign(
        province=["110000", "440000"]
    )
    before, after = (hash_all(one, asked, notebook) for one in (catalogue, there))
    first, second = asked["client"]
    assert before[first] != after[first]
    assert before[second] == after[second]


def test_own_times_concern_every_report_of_a_notebook_that_looks_at_all(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    own = OwnTime(3, 20.0, 22.0, (15.0, 21.0, 30.0), 0, 0.2)
    there = replace(catalogue, own_times=OwnTimes({("", "ICP"): own}))
    before, after = (hash_all(one, sample_clients, b"{}") for one in (catalogue, there))
    assert all(before[client] != after[client] for client in before)
