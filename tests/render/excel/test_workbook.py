"""What the workbook holds, read by a library that did not write it."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from licences.analysis.case import Case, make_case
from licences.law.catalogue import Catalogue
from licences.law.working_days import read_calendar
from licences.planning.forecast import PlanOptions
from licences.planning.moves import find_moves
from licences.reading.dictionary import LANGUAGES
from licences.render.brand import Brand
from licences.render.excel.cells import Column, Estimate, Line, Link, Look, Table
from licences.render.excel.entered import Entry
from licences.render.excel.workbook import make_workbook
from licences.render.excel.writer import TONES, draw_book
from licences.words.cases import view_case
from licences.words.citations import cite
from licences.words.findings import say_finding, say_status
from licences.words.labels import label_value
from licences.words.money import say_risk
from licences.words.plan_json import StepJson, describe_plan
from licences.words.promise import view_promise
from licences.words.texts import fill, read_texts, write_day

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
SHEETS = {
    "zh": ["概览", "办理清单", "材料清单", "办理计划", "期限", "费用", "待确认事项", "来源", "全部证照"],
    "en": [
        "Overview", "To do", "Papers", "Plan", "Deadlines", "Money", "Questions", "Sources", "All licences",
    ],
}  # fmt: skip
HOSTILE = [
    '=HYPERLINK("http://x","y")',
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "<script>alert(1)</script>",
    "＝1+1",
    "A&B &P &D",
    "_x0041_",
]


def make(
    catalogue: Catalogue,
    clients: pd.DataFrame,
    client: str,
    language: str = "en",
    include: tuple[str, ...] = (),
    **told: Any,
) -> Case:
    profile = clients[clients["client"] == client].copy()
    for name, value in told.items():
        profile[name] = pd.Series([value], index=profile.index, dtype=profile[name].dtype)
    return make_case(catalogue, profile, AS_OF, PlanOptions(START, include), language)


def read(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def read_rows(sheet: Worksheet) -> list[dict[str, Any]]:
    """The rows of a table, each cell by the header over it, down to the first row that says nothing."""
    header = [cell.value for cell in sheet[1]]
    rows = []
    for cells in sheet.iter_rows(min_row=2):
        if all(cell.value is None for cell in cells):
            break
        rows.append(dict(zip(header, cells, strict=True)))
    return rows


def say(language: str, key: str) -> str:
    return str(read_texts(language)["workbook"][key])


def as_day(value: Any) -> date | None:
    return value.date() if isinstance(value, datetime) else value


@pytest.fixture(scope="module")
def bazaar(catalogue: Catalogue, sample_clients: pd.DataFrame) -> Case:
    return make(catalogue, sample_clients, "grand-bazaar", include=("recommended",))


@pytest.fixture(scope="module")
def bazaar_book(bazaar: Case) -> Workbook:
    return read(make_workbook(bazaar))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_sample_client_has_a_workbook_in_both_languages(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    for client in sample_clients["client"]:
        case = make(catalogue, sample_clients, client, language, ("recommended", "optional"))
        book = read(make_workbook(case))
        assert book.sheetnames == SHEETS[language]
        texts = [
            str(cell.value)
            for sheet in book
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        ]
        assert not [text for text in texts if text in {"", "None", "nan", "NaT", "<NA>", "()", "[]"}]
        assert not [text for text in texts if re.search(r"\{[a-z_]*\}", text)]
        assert case.name in texts
        listed = [row[say(language, "code")].value for row in read_rows(book[SHEETS[language][8]])]
        shown = case.find_codes("forbidden", "required", "undetermined", "recommended", "optional")
        left = [code for code in case.find_codes("not_needed") if code in catalogue.codes]
        assert (set(listed[: len(shown)]), listed[len(shown) :]) == (set(shown), left)
        sources = {row[say(language, "code")].value for row in read_rows(book[SHEETS[language][7]])}
        assert sources == set(shown)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_tables_say_the_short_name_and_one_sheet_the_official_one(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    case = make(catalogue, sample_clients, "grand-bazaar", language)
    book = read(make_workbook(case))
    label = {3: "step", 4: "licence", 5: "licence", 7: "licence", 8: "licence"}
    for at, name in label.items():
        for row in read_rows(book[SHEETS[language][at]]):
            code = row[say(language, "code")].value
            if code:
                assert row[say(language, name)].value == case.short(code)
    for row in read_rows(book[SHEETS[language][8]]):
        code = row[say(language, "code")].value
        assert row[say(language, "official")].value == case.rows.at[code, "name_zh"]


def list_visible(sheet: Worksheet) -> list[float]:
    """The widths of the columns that are seen."""
    every = sheet.column_dimensions.values()
    return [one.width for one in every if not one.hidden for _ in range(one.min, one.max + 1)]


@pytest.mark.parametrize("client", ["grand-bazaar", "hello-hall", "old-willow", "quiet-client"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_sheet_fits_on_a_page_with_few_columns_and_codes_are_hidden(
    catalogue: Catalogue, sample_clients: pd.DataFrame, client: str, language: str
) -> None:
    ours = pd.DataFrame([{"code": "PLATFORM_RULES", "fee_cny": 8000.0, "remark": "all in"}])
    case = make(replace(catalogue, our_fees=ours), sample_clients, client, language)
    book = read(make_workbook(case, entered=(Entry("GONE", "x", "✓"),)))
    assert len(book.sheetnames) == len(SHEETS[language]) + 1
    for sheet in book.worksheets[1:]:
        widths = list_visible(sheet)
        assert (sheet.title, len(widths) <= 9, sum(widths) <= 147) == (sheet.title, True, True)
        hidden = [one for one in sheet.column_dimensions.values() if one.hidden]
        codes = {get_column_letter(at) for one in hidden for at in range(one.min, one.max + 1)}
        labels = {sheet[f"{letter}1"].value for letter in codes}
        assert labels <= {say(language, "code"), say(language, "kind")}
        assert say(language, "code") in labels
        known = {*catalogue.codes, *catalogue.papers["id"], *(one.name for one in catalogue.fields.every)}
        for row in sheet.iter_rows():
            assert not [
                cell.value
                for cell in row
                if get_column_letter(cell.column) not in codes and cell.value in known - {"ICP"}
            ]


@pytest.mark.parametrize("name", HOSTILE)
def test_what_a_client_typed_is_text_and_shown_as_just_that(
    catalogue: Catalogue, sample_clients: pd.DataFrame, name: str
) -> None:
    content = make_workbook(make(catalogue, sample_clients, "corner-shop", "zh", name=name))
    cell = read(content)["概览"]["B2"]
    assert cell.value == name
    assert cell.data_type == "s"
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        sheets = [packed.read(one).decode() for one in packed.namelist() if "worksheets/sheet" in one]
    assert not any("<f>" in sheet or "<f " in sheet for sheet in sheets)
    footer = re.search(r"<oddFooter>(.*?)</oddFooter>", sheets[0])
    assert footer
    quoted = name.replace("&", "&amp;&amp;").replace("<", "&lt;").replace(">", "&gt;")
    quoted = quoted.replace("_x0041_", "_x005F_x0041_")  # so that it is not read as the letter A
    assert f"&amp;9 {quoted}&amp;C" in footer[1].replace("&quot;", '"')


def test_a_text_that_begins_like_a_formula_stays_text_when_it_is_edited() -> None:
    texts = ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "plain", "https://x.cn", "1,000"]
    table = Table("t", [Column("=head", 10)], [[text] for text in texts], "")
    content = draw_book("front", [Line("=a", "=b")], [table], Look("t", "n", AS_OF, "h", "p"))
    sheet = read(content)["t"]
    assert sheet["A1"].value == "=head"
    for cell, text in zip(sheet["A"][1:], texts, strict=True):
        assert cell.data_type == "s"
        assert cell.hyperlink is None
        assert cell.quotePrefix is (text[0] in "=+-@\t\r")
        assert cell.value.replace("_x000D_", "\r") == text


def test_a_name_too_long_for_a_footer_is_left_out_there_alone(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    name = "&" * 200 + "长" * 2000
    book = read(make_workbook(make(catalogue, sample_clients, "corner-shop", "zh", name=name)))
    assert book["概览"]["B2"].value == name
    with zipfile.ZipFile(
        io.BytesIO(make_workbook(make(catalogue, sample_clients, "corner-shop", name=name)))
    ) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml").decode()
    footer = re.search(r"<oddFooter>(.*?)</oddFooter>", sheet)
    assert footer
    assert not {"…", "长"} & {*footer[1]}
    assert "23 November 2026" in footer[1]
    assert len(footer[1].replace("&amp;", "&").replace("&quot;", '"')) <= 255


def test_days_and_numbers_are_typed_and_what_is_not_known_is_never_a_number(
    bazaar: Case, bazaar_book: Workbook
) -> None:
    obtained = {step.code for step in bazaar.steps}
    seen, guessed = set(), 0
    for row in read_rows(bazaar_book["Money"]):
        code = row["Code"].value
        facts = bazaar.rows.loc[code]
        for label, name in (
            ("Official fee (CNY)", "fee_cny"),
            ("Market price from (CNY)", "market_min_cny"),
            ("Market price to (CNY)", "market_max_cny"),
        ):
            known, cell = facts[name], row[label]
            seen.add((name, bool(pd.isna(known))))
            if code not in obtained:
                assert cell.value == "–"
            elif pd.isna(known):
                assert cell.value == "not known"
            else:
                assert (cell.value, cell.data_type) == (known, "n")
                is_estimate = facts[f"{name}_basis"] == "estimate"
                assert bool(cell.font.i) is is_estimate
                guessed += is_estimate
                basis = label_value("fee_cny_basis", facts[f"{name}_basis"], "en")
                assert name != "fee_cny" or f"fee: {basis}" in row["Ground of the amounts"].value
    assert guessed
    assert {("fee_cny", empty) for empty in (True, False)} <= seen
    for row in read_rows(bazaar_book["Sources"]):
        facts = bazaar.rows.loc[row["Code"].value]
        assert as_day(row["Checked"].value) == facts["checked_on"].date()
        assert row["Checked"].number_format == "yyyy-mm-dd"


def test_what_a_finding_says_is_in_its_row(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    case = make(catalogue, sample_clients, "old-willow")
    texts = read_texts("en")["page"]
    for row in read_rows(read(make_workbook(case))["All licences"]):
        finding = say_finding(case.findings[row["Code"].value], "en")
        assert row["Verdict"].value == texts["verdicts"][finding["verdict"]]
        status = say_status(finding["status"], finding["implied_by"], case.short, "en")
        assert row["Status"].value == (status if finding["verdict"] != "not_needed" else row["Status"].value)
        for sentence in (*finding["because"][:-1], *finding["blockers"]):
            assert sentence in row["Why"].value
        assert as_day(row["Expires on"].value) == case.held.get(row["Code"].value)


def test_a_source_on_the_web_can_be_clicked_and_anything_else_cannot(
    bazaar: Case, bazaar_book: Workbook
) -> None:
    linked = 0
    for row in read_rows(bazaar_book["Sources"]):
        source, _ = cite(bazaar.law.entries[row["Code"].value].row, "en")
        link, title = row["Address"], str(row["Text of law"].value).partition("\n")[0]
        assert title in source
        assert str(row["Number"].value or "") in source
        assert bool(link.hyperlink) == str(link.value).startswith("http")
        linked += bool(link.hyperlink)
    assert linked > 10
    other = Table("t", [Column("a", 9)], [["javascript:alert(1)"], ["file:///etc/passwd"]], "")
    sheet = read(draw_book("f", [], [other], Look("t", "n", AS_OF, "h", "p")))["t"]
    assert not sheet["A2"].hyperlink
    assert not sheet["A3"].hyperlink


CHANCES = {
    "Done by, 50% sure": "finish_p50",
    "Done by, 80% sure": "finish_p80",
    "Done by, 90% sure": "finish_p90",
}


def test_the_plan_says_what_the_plan_command_says(
    catalogue: Catalogue, sample_clients: pd.DataFrame, bazaar: Case, bazaar_book: Workbook
) -> None:
    assert not CHANCES.keys() & {cell.value for cell in bazaar_book["Plan"][1]}
    starred, told = check_plan(bazaar, bazaar_book, {})
    assert starred
    assert [step for step in told if step["start"] is None]
    promised = make(catalogue, sample_clients, "cloud-harbour", include=("recommended",))
    starred, told = check_plan(promised, read(make_workbook(promised)), CHANCES)
    assert starred
    assert any(step["submit_on"] != step["start"] for step in told)


def check_plan(case: Case, book: Workbook, chances: Mapping[str, str]) -> tuple[int, list[StepJson]]:
    """How many days are starred, and the steps that the sheet was held against."""
    told = describe_plan(case.forecast)["steps"]
    rows = read_rows(book["Plan"])
    assert len(rows) == len(told)
    columns = {"Prepare from": "prepare_from", "Submit": "submit_on", "Done": "finish", **chances}
    announced_until, starred = read_calendar().announced_until, 0
    for row, step in zip(rows, told, strict=True):
        assert row["Code"].value == step["code"]
        for label, name in columns.items():
            day = as_day(row[label].value)
            assert (day and day.isoformat()) == step[name]  # type: ignore[literal-required]
            if day:
                star = '"*"' if day > announced_until else ""
                starred += bool(star)
                assert row[label].number_format == f"yyyy-mm-dd{star}"
        assert row["Slack (working days)"].value == step["slack_days"]
        notes = (row["After what, and notes"].value or "").split("\n")
        assert set((step["blocked_by"] or "").split("\n")) - {""} <= set(notes)
        names = ", ".join(case.short(code) for code in step["requires"])
        assert (f"after: {names}" in notes) is bool(names)
        if step["days"]:
            assert f"time: {label_value('days_likely_basis', step['basis'], case.language)}" in notes
        assert ("Decides the launch" in notes) is (step["code"] in case.plan.critical_path)
    return starred, told


def test_a_paper_is_listed_once_for_all_that_asks_for_it_and_can_be_ticked_off(
    bazaar: Case, bazaar_book: Workbook
) -> None:
    sheet = bazaar_book["Papers"]
    rows = {row["Code"].value: row for row in read_rows(sheet)}
    assert len(rows) == len(list(read_rows(sheet)))
    starts = {step.code: step.submit_on for step in bazaar.steps}
    wanted: dict[str, list[str]] = {}
    for code in starts:
        for paper in bazaar.rows.at[code, "papers"]:
            wanted.setdefault(paper, []).append(code)
    assert max(map(len, wanted.values())) > 3
    assert wanted.keys() == rows.keys()
    for paper, codes in wanted.items():
        row = rows[paper]
        assert row["Status"].value == "to do"
        assert row["Done"].value is None
        told = row["For what"].value
        named = [code for code in codes if bazaar.short(code) in told]
        assert len(named) >= min(len(codes), 8)
        assert len(codes) <= 8 or told.endswith(f" and {len(codes) - 8} more")
        days = [day for code in codes if (day := starts[code])]
        assert as_day(row["By when"].value) == min(days, default=None)
        assert row["Who brings it"].value in {"client", "consultant", "third party", None}
    lists = {str(one.sqref): one for one in sheet.data_validations.dataValidation}
    assert lists[f"A2:A{len(rows) + 1}"].formula1 == '"✓"'
    assert lists[f"G2:G{len(rows) + 1}"].formula1 == '"to do,asked for,received,filed"'
    assert all(one.type == "list" and one.showErrorMessage for one in lists.values())


def test_the_status_list_speaks_the_readers_language(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    sheet = read(make_workbook(make(catalogue, sample_clients, "corner-shop", "zh")))["材料清单"]
    formulas = [one.formula1 for one in sheet.data_validations.dataValidation]
    assert formulas == ['"√"', '"待准备,已索取,已收到,已归档"']


def test_a_licence_without_a_list_of_documents_says_so(
    catalogue: Catalogue, sample_clients: pd.DataFrame, bazaar: Case
) -> None:
    bare = {step.code for step in bazaar.steps[:2]}
    without = catalogue.rows.copy()
    for column in ("documents_zh", "documents_en"):
        without[column] = [
            () if code in bare else given
            for code, given in zip(without["code"], without[column], strict=True)
        ]
    without["papers"] = [
        () if code in bare else given for code, given in zip(without["code"], without["papers"], strict=True)
    ]
    case = make(replace(catalogue, rows=without), sample_clients, "grand-bazaar", include=("recommended",))
    rows = read_rows(read(make_workbook(case))["Papers"])
    said = "(no list of documents was found; please ask the authority)"
    unknown = {row["Code"].value: row["For what"].value for row in rows if row["Paper"].value == said}
    assert unknown == {code: case.short(code) for code in bare}


@pytest.mark.parametrize(
    ("client", "include", "total"),
    [("seven-month-lab", ("recommended", "optional"), 4720), ("drug-arcade", (), 0)],
)
def test_fees_add_up_and_an_unknown_one_is_never_zero(
    catalogue: Catalogue, sample_clients: pd.DataFrame, client: str, include: tuple[str, ...], total: int
) -> None:
    case = make(catalogue, sample_clients, client, include=include)
    sheet = read(make_workbook(case))["Money"]
    rows = read_rows(sheet)
    fees = {row["Code"].value: row["Official fee (CNY)"].value for row in rows}
    unknown = {code for cost in case.forecast.costs for code in cost.unknown_fees}
    assert unknown
    assert {code for code, fee in fees.items() if fee == "not known"} == unknown
    numbers = [fee for fee in fees.values() if isinstance(fee, (int, float))]
    assert sum(numbers) == sum(cost.fee_cny or 0 for cost in case.forecast.costs) == total
    totals = list(sheet.iter_rows(min_row=len(rows) + 3, values_only=True))
    *of_phases, of_all, at_stake = totals
    for cells, cost in zip(of_phases, case.forecast.costs, strict=True):
        assert cells[0] == f"Known amounts: {label_value('phase', cost.phase, case.language)}"
        none = "not known" if cost.unknown_fees else "–"
        assert cells[1] == (none if cost.fee_cny is None else cost.fee_cny)
        assert all(case.short(code) in str(cells[6]) for code in cost.unknown_fees[:8])
    assert (of_all[0], of_all[1]) == ("Known amounts of all phases", total)
    assert all(case.short(code) in str(of_all[6]) for code in list(unknown)[:8])
    assert (at_stake[0], at_stake[1]) == ("At stake", say_risk(case.forecast))
    if client == "drug-arcade":  # of its third phase no fee at all is known
        assert "not known" in [cells[1] for cells in totals]


def test_market_prices_add_up_to_a_range_and_an_unknown_one_is_never_zero(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients, "seven-month-lab", include=("recommended", "optional"))
    sheet = read(make_workbook(case))["Money"]
    rows = read_rows(sheet)
    prices = {row["Code"].value: row["Market price from (CNY)"].value for row in rows}
    assert prices["ISO_9001"] == 4000
    assert {code for code, price in prices.items() if price == "not known"} == set(
        case.forecast.costs_total.unknown_market
    )
    totals = list(sheet.iter_rows(min_row=len(rows) + 3, values_only=True))
    of_all = next(cells for cells in totals if cells[0] == "Known amounts of all phases")
    assert of_all[3:5] == (4000, 50000)
    assert all(case.short(code) in str(of_all[6]) for code in case.forecast.costs_total.unknown_market[:8])


def test_a_quotation_is_a_column_only_where_the_firm_names_fees(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients, "corner-shop")
    assert "Our fee (CNY)" not in [one.value for one in read(make_workbook(case))["Money"][1]]
    first, *others = [step.code for step in case.steps]
    ours = pd.DataFrame([{"code": first, "fee_cny": 8000.0, "remark": "=2+3"}])
    quoted = make(replace(catalogue, our_fees=ours), sample_clients, "corner-shop")
    sheet = read(make_workbook(quoted))["Money"]
    rows = {row["Code"].value: row for row in read_rows(sheet)}
    assert {code: row["Our fee (CNY)"].value for code, row in rows.items() if row["Our fee (CNY)"].value} == {
        first: 8000
    }
    assert str(rows[first]["Note on fees"].value).startswith("Our fee: =2+3")
    assert rows[first]["Note on fees"].data_type == "s"
    totals = list(sheet.iter_rows(min_row=len(rows) + 3, values_only=True))
    of_all = next(cells for cells in totals if cells[0] == "Known amounts of all phases")
    assert of_all[5] == 8000
    assert others
    (said,) = [line for line in str(of_all[7]).split("\n") if line.startswith("Not quoted")]
    assert all(case.short(code) in said for code in others)


def test_the_first_sheet_says_what_is_at_stake(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    case = make(catalogue, sample_clients, "seven-month-lab")
    said = list(read(make_workbook(case)).worksheets[0].iter_rows(values_only=True))
    (stake,) = [str(row[1]) for row in said if row[0] == "At stake"]
    assert "for PI impact assessment alone (fines are not added up)" in stake


def test_an_occupation_fee_of_what_is_held_is_counted_and_no_fee_of_it_is_due(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    holds = ("BUSINESS_LICENCE", "CODE_1069_OWN", "CODE_95_ENTERPRISE")
    case = make(catalogue, sample_clients, "hello-hall", holds=holds)
    rows = {row["Code"].value: row for row in read_rows(read(make_workbook(case))["Money"])}
    for cost in case.forecast.costs:
        for code in cost.unknown_yearly_fees:
            assert rows[code]["Yearly fee (CNY)"].value == "not known"
    held = [code for code in holds if code in rows]
    assert held
    assert all(rows[code]["Official fee (CNY)"].value == "–" for code in held)


def test_renewals_are_dated_and_an_overdue_one_is_called_out(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients, "old-willow")
    sheet = read(make_workbook(case))["Deadlines"]
    rows, told = read_rows(sheet), {}
    for row, event in zip(rows, case.forecast.due, strict=False):
        assert row["Code"].value == event.code
        assert as_day(row["Can be done from"].value) == event.renew_from
        assert as_day(row["Last day to apply, or for the duty"].value) == event.renew_by
        assert as_day(row["Expires on"].value) == event.expires_on
        if event.is_renewal:
            what = "Renewal"
        elif (first := told.setdefault(event.duty, event)) is event:
            what = event.duty
        elif first.code == event.code:
            what = "Recurring duty, as above"
        else:
            what = f"Recurring duty, the same as for: {case.short(first.code)}"
        assert row["What falls due"].value == what
        assert (row["Status"].value == "only once obtained") is event.is_planned
        starred = '"*"' in row["Last day to apply, or for the duty"].number_format
        assert starred is event.provisional
    late = [row["Code"].value for row in rows if row["Status"].value == "overdue"]
    assert late == ["ISO_27001", "PUBLICATION_RETAIL", "EDI"]  # the first two have expired
    rules = [rule for one in sheet.conditional_formatting for rule in one.rules]
    assert '"overdue"' in [formula for rule in rules for formula in rule.formula]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_duty_that_two_licences_share_is_said_once(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    case = make(catalogue, sample_clients, "hello-hall", language=language)
    own = read_texts(language)["workbook"]
    rows = read_rows(read(make_workbook(case))[own["sheets"]["deadlines"]])
    said = {event.duty: case.short(event.code) for event in reversed(case.forecast.due) if event.duty}
    told = Counter(row[own["due"]].value for row in rows)
    assert {duty: told[duty] for duty in said} == dict.fromkeys(said, 1)
    assert any(told[fill(own["due_as"], name=name)] for name in said.values())


def test_an_expiry_that_is_not_told_is_asked_for(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    case = make(catalogue, sample_clients, "corner-shop", holds=("BUSINESS_LICENCE", "EDI"))
    rows = read_rows(read(make_workbook(case))["Deadlines"])
    (asked,) = [row for row in rows if row["What falls due"].value == "Expiry not told, please look it up"]
    assert asked["Code"].value == "EDI"
    assert asked["Last day to apply, or for the duty"].value is None
    assert asked["Status"].value is None
    tasks = {row["Code"].value: row for row in read_rows(read(make_workbook(case))["To do"])}
    assert tasks["EDI/expiry"]["What to do"].value == f"Look up when it expires: {case.short('EDI')}"


def test_the_list_of_what_is_to_do_has_each_deadline_and_each_licence_to_obtain_with_who_moves_next(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients, "old-willow")
    rows = read_rows(read(make_workbook(case))["To do"])
    keys = [row["Code"].value for row in rows]
    obtained = {step.code: step for step in case.steps}
    assert set(obtained) <= set(keys)
    deadlines = [
        f"{one.code}/{'renewal' if one.kind == 'renewal' else 'recurring'}/{one.expires_on or one.last_day}"
        for one in case.forecast.deadlines
    ]
    assert [key for key in keys if key in deadlines] == deadlines
    late = [one for one in case.forecast.deadlines if one.is_overdue]
    assert keys[: len(late)] == deadlines[: len(late)]
    for row in rows[: len(late)]:
        assert row["Waits for"].value.startswith("overdue by ")
        for name in ("What to do", "By when"):
            assert row[name].font.color.rgb == "FFB00020"
    assert {row["Who moves next"].value for row in rows} <= {
        "client",
        "consultant",
        "third party",
        "nobody for now",
    }
    for row in rows:
        if step := obtained.get(row["Code"].value):
            assert as_day(row["By when"].value) == step.submit_on
            for needed in step.requires:
                assert case.short(needed) in row["Waits for"].value


@pytest.mark.parametrize(
    "client", ["old-willow", "hello-hall", "paper-plane-post", "wander-work", "corner-shop"]
)
def test_who_moves_next_is_who_the_letter_says(
    catalogue: Catalogue, sample_clients: pd.DataFrame, client: str
) -> None:
    case = make(catalogue, sample_clients, client)
    own = read_texts("en")["workbook"]["who_of"]
    rows = {
        row["Code"].value: row["Who moves next"].value
        for row in read_rows(read(make_workbook(case))["To do"])
    }
    papers = view_case(case)["papers"]
    brought: dict[str, Counter[str]] = {}
    for paper in papers:
        for code in paper["codes"]:
            brought.setdefault(code, Counter())[paper["who"]] += 1
    moves = find_moves(case.plan, brought)
    assert moves
    assert {code: rows[code] for code in moves} == {
        code: own[move.who or "later"] for code, move in moves.items()
    }
    told = {goal["code"]: goal["next"] for goal in view_case(case)["letter"]["goals"]}
    waiting = {code for code, said in told.items() if re.match("waits for|nobody for now", said)}
    assert waiting == {code for code in told if code in moves and rows[code] == "nobody for now"}


def test_who_moves_next_follows_what_was_entered(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    case = make(catalogue, sample_clients, "hello-hall")
    plain = read_rows(read(make_workbook(case))["To do"])
    steps = [step.code for step in case.steps]
    first, second, third = [row for row in plain if row["Code"].value in steps][:3]
    entered = [
        Entry(first["Code"].value, "", state=2, kind="todo"),
        Entry(second["Code"].value, "", done_on=date(2026, 11, 20), kind="todo"),
    ]
    papers = view_case(case)["papers"]
    entered += [
        Entry(paper["id"], paper["name"], "✓") for paper in papers if third["Code"].value in paper["codes"]
    ]
    rows = {row["Code"].value: row for row in read_rows(read(make_workbook(case, entered=entered))["To do"])}
    movers = [rows[one["Code"].value]["Who moves next"].value for one in (first, second, third)]
    assert movers == ["authority", "nobody", "consultant"]
    assert "papers still to come" not in str(rows[third["Code"].value]["Waits for"].value)


def test_the_questions_say_what_they_settle_and_have_room_for_the_answer(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients, "corner-shop")
    view = view_case(case)
    rows = read_rows(read(make_workbook(case))["Questions"])
    told = {row["Code"].value: row for row in rows}
    assert len(told) == len(view["questions"]) + 1  # and one answer for what few businesses have
    for question in view["questions"]:
        row = told[question["field"]]
        assert row["Question"].value == question["label"]
        assert row["What is meant"].value == question["help"]
        assert all(name in row["What the answer settles"].value for name in question["settles"][:8])
        assert row["Answer"].value is None
    tasks = {
        row["Code"].value: row["What to do"].value for row in read_rows(read(make_workbook(case))["To do"])
    }
    assert tasks["questions"].startswith(f"Answer the open questions ({len(view['questions'])})")


def test_every_table_has_a_header_that_stays_filters_and_a_printed_page(bazaar_book: Workbook) -> None:
    for name in SHEETS["en"][1:]:
        sheet = bazaar_book[name]
        rows, width = len(read_rows(sheet)), sheet.max_column
        assert sheet.freeze_panes
        assert sheet.freeze_panes.endswith("2")
        assert sheet.auto_filter.ref == f"A1:{sheet.cell(max(rows, 1) + 1, width).coordinate}"
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == 9
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == "$1:$1"
        assert "23 November 2026" in sheet.oddFooter.center.text
        assert "万盏灯综合商城" in sheet.oddFooter.left.text
        assert sheet.oddFooter.right.text.endswith("Page &P of &N")
        assert all(cell.font.name == "Microsoft YaHei" for cell in (*sheet[1], *sheet[2]))
        assert all(
            cell.alignment.wrap_text for cell in (*sheet[1], *(() if name == "Questions" else sheet[2]))
        )
        assert all(6 <= one.width <= 100 for one in sheet.column_dimensions.values() if one.width)


def test_a_row_is_as_high_as_its_text_until_a_program_measures_that_itself(bazaar: Case) -> None:
    content = make_workbook(bazaar)
    sheet = load_workbook(io.BytesIO(content)).worksheets[1]
    widths = list_visible(sheet)
    high = 0
    for row in sheet.iter_rows(min_row=2):
        texts = [cell.value if isinstance(cell.value, str) else "" for cell in row[:-1]]  # the last is hidden
        longest = max(len(text) / width for text, width in zip(texts, widths, strict=False))
        height = sheet.row_dimensions[row[0].row].height or 15
        assert height > 12 * longest
        high += height > 28
    assert high > 10
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert all(b"customHeight" not in archive.read(name) for name in archive.namelist())


def test_colours_follow_the_words_and_can_be_read(bazaar_book: Workbook) -> None:
    marked = {
        formula
        for name in ("All licences", "Sources", "Deadlines", "Papers", "To do")
        for one in bazaar_book[name].conditional_formatting
        for rule in one.rules
        for formula in rule.formula
    }
    words = ("Required", "Recommended", "Cannot tell yet", "held", "expired", "submitted", "filed", "low")
    assert {f'"{word}"' for word in words} <= marked
    for tone in TONES.values():
        assert find_contrast(tone["font_color"], tone.get("bg_color", "#ffffff")) >= 4.5


def find_contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def read_front(content: bytes) -> list[tuple[Any, Any]]:
    sheet = read(content).worksheets[0]
    return [(row[0].value, row[1].value) for row in sheet.iter_rows(max_col=2)]


def test_the_first_sheet_says_what_this_is_from_which_day_and_how_to_read_it(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients, "hello-hall")
    lines = read_front(make_workbook(case))
    told = dict(lines)
    said = "\n".join(str(value) for _, value in lines if value)
    assert told["Client"] == case.name
    assert as_day(told["Law as of"]) == AS_OF
    assert told["Edition of the catalogue"] == str(catalogue.edition)
    assert as_day(told["Work starts on"]) == START
    assert "not legal advice" in said
    assert "rests on no source" in str(told["estimate"])
    first = [label for label, _ in lines].index("The sheets") + 1
    assert [label for label, _ in lines[first : first + 8]] == SHEETS["en"][1:]
    assert "never means zero" in str(told["Empty"])
    assert told["Required"] == len(case.find_codes("required"))
    assert case.launch
    low, recommended, high = case.launch
    assert [label for label, _ in lines if str(label).startswith("Open by")] == ["Open by (80% sure)"]
    assert as_day(told["Open by (80% sure)"]) == recommended
    assert f"From {write_day(low, 'en')}* (50%) to {write_day(high, 'en')}* (90%)." in said
    assert "partly estimates" in said


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_first_sheet_says_why_no_date_can_be_promised_and_not_before_which_day_it_is_done(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    case = make(catalogue, sample_clients, "paper-plane-post", language)
    lines = read_front(make_workbook(case))
    texts = read_texts(language)["page"]
    promise = view_promise(case.forecast)
    assert dict(lines)[texts["opening"]] == promise["sentence"]
    assert case.plan.launch
    assert write_day(case.plan.launch, language) in promise["sentence"]
    assert case.short("EXPRESS") in promise["sentence"]
    chances = {texts["chance"].format(share=share) for share in ("50%", "80%", "90%")}
    assert not [text for pair in lines for text in pair for one in chances if one in str(text)]


def test_a_profile_that_contradicts_itself_is_told_so_before_the_result(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    labels = [
        label
        for label, _ in read_front(
            make_workbook(make(catalogue, sample_clients, "corner-shop", sells_own_goods=False))
        )
    ]
    assert labels.index("Contradiction") < labels.index("The result")


def test_the_first_sheet_names_the_next_questions_and_the_changes_ahead(
    catalogue: Catalogue, sample_clients: pd.DataFrame, bazaar: Case
) -> None:
    quiet = make(catalogue, sample_clients, "quiet-client")
    lines = read_front(make_workbook(quiet))
    first = [label for label, _ in lines].index("What to answer next")
    asked = [quiet.catalogue.fields[name].label["en"] for name in quiet.questions["field"][:3]]
    assert asked
    for label, (_, said) in zip(asked, lines[first:], strict=False):
        assert said.startswith(f"{label} (settles ")
    told = [said for label, said in read_front(make_workbook(bazaar)) if label == "Change of law ahead"]
    assert bazaar.coming
    for said, change in zip(told, bazaar.coming, strict=True):
        assert said.startswith(f"From {write_day(change.day, 'en')}: {change.entry.row['name_en']}")


def test_where_there_is_nothing_to_say_each_sheet_says_so(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients, "corner-shop", holds=tuple(sorted(set(catalogue.rows["code"]))))
    content = make_workbook(case)
    book = read(content)
    assert book["Plan"]["A2"].value == "No step is left to do."
    assert book["Papers"]["B2"].value == "There are no papers to prepare."
    assert "Nothing that is required is left to obtain." in "\n".join(
        str(value) for _, value in read_front(content)
    )


def test_the_same_inputs_give_the_same_bytes_and_time_stands_in_the_arguments(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    first, second = (make_workbook(make(catalogue, sample_clients, "old-willow", "zh")) for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as packed:
        assert {one.date_time for one in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = read(first).properties
    assert properties.created == properties.modified == datetime(2026, 11, 23)


def make_png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\x1f\x4e\x79" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def find_images(content: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        yield from (name for name in packed.namelist() if name.startswith("xl/media/"))


def test_the_firm_stands_on_the_workbook(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    case = make(catalogue, sample_clients, "corner-shop")
    brand = Brand(
        firm="=港巷咨询 & Co",
        contact="+86 10 0000",
        disclaimer={"zh": "不承担责任。", "en": "No liability."},
        colour="#f2c14e",
        logo=make_png(480, 80),
        logo_type="image/png",
    )
    content = make_workbook(case, brand)
    assert content == make_workbook(case, brand)
    lines = read_front(content)
    assert ("Prepared by", "=港巷咨询 & Co") in lines
    assert ("Contact", "+86 10 0000") in lines
    assert (None, "No liability.") in lines
    assert "不承担责任。" not in str(lines)
    sheet = read(content)["To do"]
    assert sheet["A1"].fill.fgColor.rgb == "FFF2C14E"
    assert sheet["A1"].font.color.rgb == "FF1F2933"  # white letters on this yellow could not be read
    assert "港巷咨询 &" in sheet.oddHeader.left.text
    assert len(list(find_images(content))) == 1
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        drawing = packed.read("xl/drawings/drawing1.xml").decode()
    ((width, height),) = re.findall(r'<a:ext cx="(\d+)" cy="(\d+)"', drawing)
    assert (int(width) // 9525, int(height) // 9525) == (240, 40)
    drawn = Brand(logo=b"<svg/>", logo_type="image/svg+xml")
    assert not list(find_images(make_workbook(case, drawn)))
    assert make_workbook(case) == make_workbook(case, Brand())


def test_a_day_before_the_calendar_of_excel_is_a_text() -> None:
    days = [date(1899, 12, 31), date(1949, 10, 1), date(9999, 12, 31)]
    rows: list[list[Any]] = [[day] for day in days]
    cells: list[list[Any]] = [[Estimate(0.5)], [Link("https://example.org/#a b")]]
    table = Table("t", [Column("a", 9)], [*rows, *cells], "")
    sheet = read(draw_book("f", [], [table], Look("t", "n", AS_OF, "h", "p")))["t"]
    assert sheet["A2"].value == "1899-12-31"
    assert [as_day(sheet[name].value) for name in ("A3", "A4")] == days[1:]
    assert (sheet["A5"].value, sheet["A5"].number_format) == (0.5, "#,##0.00")
    assert sheet["A6"].hyperlink


@pytest.mark.parametrize(("length", "is_link"), [(2_079, True), (2_080, False), (40_000, False)])
def test_an_address_too_long_for_a_link_stands_there_as_text(length: int, is_link: bool) -> None:
    address = "https://example.org/?" + "a" * (length - 21)
    table = Table("t", [Column("Address", 40)], [[Link(address)]], "")
    cell = read(draw_book("about", [], [table], Look("", "", AS_OF, "", "")))["t"]["A2"]
    assert cell.value == address[:32_767]
    assert (cell.hyperlink is not None) is is_link
