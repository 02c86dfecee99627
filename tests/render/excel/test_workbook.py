"""What the workbook holds, read by a library that did not write it."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from licences.analysis.case import Case, make_case
from licences.law.catalogue import Catalogue
from licences.law.working_days import read_calendar
from licences.planning.forecast import PlanOptions
from licences.render.brand import Brand
from licences.render.excel.workbook import make_workbook
from licences.render.excel.writer import TONES, Column, Estimate, Line, Link, Look, Table, draw_book
from licences.words.citations import cite
from licences.words.findings import say_finding, say_status
from licences.words.labels import label_value
from licences.words.plan_json import StepJson, describe_plan
from licences.words.promise import view_promise
from licences.words.texts import read_texts

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
SHEETS = {
    "zh": ["概览", "证照清单", "材料清单", "办理计划", "费用", "续期与义务", "来源", "不需要"],
    "en": ["Overview", "Licences", "Documents", "Plan", "Costs", "Renewals", "Sources", "Not needed"],
}
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
        shown = {row[say(language, "code")].value for row in read_rows(book[SHEETS[language][1]])}
        assert shown == set(
            case.find_codes("forbidden", "required", "undetermined", "recommended", "optional")
        )
        left = {row[say(language, "code")].value for row in read_rows(book[SHEETS[language][7]])}
        assert left - {None} == set(case.find_codes("not_needed")) & catalogue.codes


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_official_chinese_name_stands_in_every_english_table_and_the_short_one_in_what_is_worked_with(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    case = make(catalogue, sample_clients, "grand-bazaar", language)
    book = read(make_workbook(case))
    whole = {SHEETS[language][at] for at in (1, 6, 7)}
    official = dict(zip(catalogue.papers["id"], catalogue.papers["name_zh"], strict=True))
    for row in read_rows(book[SHEETS[language][2]]) if language == "en" else ():
        assert row[say(language, "official")].value == official[row[say(language, "code")].value]
    for name in (*SHEETS[language][1:2], *SHEETS[language][3:]):
        for row in read_rows(book[name]):
            code = row[say(language, "code")].value
            if language == "en":
                assert row[say(language, "official")].value == case.rows.at[code, "name_zh"]
            shown = case.name_code(code) if name in whole else case.short(code)
            assert row[say(language, "licence")].value == shown


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
    header = re.search(r"<oddHeader>(.*?)</oddHeader>", sheets[0])
    assert header
    quoted = name.replace("&", "&amp;&amp;").replace("<", "&lt;").replace(">", "&gt;")
    quoted = quoted.replace("_x0041_", "_x005F_x0041_")  # so that it is not read as the letter A
    assert f"&amp;9 {quoted}&amp;R" in header[1].replace("&quot;", '"')


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


def test_a_name_too_long_for_a_header_is_left_out_there_alone(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    name = "&" * 200 + "长" * 2000
    book = read(make_workbook(make(catalogue, sample_clients, "corner-shop", "zh", name=name)))
    assert book["概览"]["B2"].value == name
    with zipfile.ZipFile(
        io.BytesIO(make_workbook(make(catalogue, sample_clients, "corner-shop", name=name)))
    ) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml").decode()
    header = re.search(r"<oddHeader>(.*?)</oddHeader>", sheet)
    assert header
    assert not {"…", "长"} & {*header[1]}
    assert len(header[1].replace("&amp;", "&").replace("&quot;", '"')) <= 255


def test_days_and_numbers_are_typed_and_what_is_not_known_is_empty(
    bazaar: Case, bazaar_book: Workbook
) -> None:
    rows = read_rows(bazaar_book["Licences"])
    columns = {
        "Shortest (days)": "days_min",
        "Likely (days)": "days_likely",
        "Longest (days)": "days_max",
        "Authority's limit (days)": "statutory_days",
        "Valid for (years)": "validity_years",
        "Official fee (CNY)": "fee_cny",
        "Yearly fee (CNY)": "yearly_fee_cny",
    }
    seen = set()
    for row in rows:
        facts = bazaar.rows.loc[row["Code"].value]
        for label, name in columns.items():
            cell, known = row[label], facts[name]
            seen.add((name, bool(pd.isna(known))))
            assert cell.value == (None if pd.isna(known) else known)
            assert pd.isna(known) or cell.data_type == "n"
        assert as_day(row["Checked"].value) == facts["checked_on"].date()
        assert row["Checked"].number_format == "yyyy-mm-dd"
        assert row["Checked, days ago"].value == max(0, (AS_OF - facts["checked_on"].date()).days)
        published = row["Published"].value
        assert as_day(published) == (None if pd.isna(facts["published_on"]) else facts["published_on"].date())
    assert {(name, empty) for name in ("fee_cny", "validity_years") for empty in (True, False)} <= seen


def test_a_number_says_on_what_it_rests_and_an_estimate_is_called_one(
    bazaar: Case, bazaar_book: Workbook
) -> None:
    guessed = 0
    for row in read_rows(bazaar_book["Licences"]):
        facts = bazaar.rows.loc[row["Code"].value]
        for number, ground, name in (
            ("Official fee (CNY)", "Ground of the fee", "fee_cny"),
            ("Valid for (years)", "Ground of the validity", "validity_years"),
            ("Authority's limit (days)", "Ground of the limit", "statutory_days"),
        ):
            basis = facts[f"{name}_basis"]
            assert row[ground].value == (
                None if pd.isna(basis) else label_value(f"{name}_basis", basis, bazaar.language)
            )
            if basis == "estimate":
                guessed += 1
                assert row[number].font.i
                assert row[ground].value == "estimate"
    assert guessed


def test_what_a_finding_says_is_in_its_row(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    case = make(catalogue, sample_clients, "old-willow")
    texts = read_texts("en")["page"]
    for row in read_rows(read(make_workbook(case))["Licences"]):
        finding = say_finding(case.findings[row["Code"].value], "en")
        assert row["Verdict"].value == texts["verdicts"][finding["verdict"]]
        assert row["Status"].value == say_status(finding["status"], finding["implied_by"], case.short, "en")
        assert (row["Why"].value or "").split("\n") == list(finding["because"][:-1])
        assert (row["What blocks it"].value or "") == "\n".join(finding["blockers"])
        asked = (row["Facts not told"].value or "").split("\n") if finding["missing_facts"] else []
        assert asked == [case.catalogue.fields[name].label["en"] for name in finding["missing_facts"]]
        assert as_day(row["Expires on"].value) == case.held.get(row["Code"].value)


def test_a_source_on_the_web_can_be_clicked_and_anything_else_cannot(
    bazaar: Case, bazaar_book: Workbook
) -> None:
    for name in ("Licences", "Sources"):
        for row in read_rows(bazaar_book[name]):
            source, address = cite(bazaar.law.entries[row["Code"].value].row, "en")
            link = row["Address of the source"]
            assert (row["Source"].value, link.value or "") == (source, address or "")
            assert bool(link.hyperlink) == str(address).startswith("http")
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
    columns = {
        "Prepare from (advised)": "prepare_from",
        "Submit (likely)": "submit_on",
        "Finish (likely)": "finish",
        "Prepare from (latest, delays nothing)": "latest_start",
        "Submit (latest, delays nothing)": "latest_submit_on",
        "Finish (latest, delays nothing)": "latest_finish",
        **chances,
    }
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
        assert row["Blocked, or waits for"].value == step["blocked_by"]
        names = [case.short(code) for code in step["requires"]]
        assert (row["After"].value or "") == "\n".join(names)
        provisional = row["Provisional (holidays not announced)"].value
        assert provisional == ({True: "yes", False: "no"}[step["provisional"]] if step["start"] else None)
        basis = row["Ground of the time"].value
        assert basis == (
            label_value("days_likely_basis", step["basis"], case.language) if step["days"] else None
        )
        on_path = step["code"] in case.plan.critical_path
        assert row["Decides the launch"].value == ("yes" if on_path else "no")
    return starred, told


def test_a_paper_is_listed_once_for_all_that_asks_for_it_and_can_be_ticked_off(
    bazaar: Case, bazaar_book: Workbook
) -> None:
    sheet = bazaar_book["Documents"]
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
        assert all(bazaar.short(code) in row["Needed for"].value for code in codes)
        days = [day for code in codes if (day := starts[code])]
        assert as_day(row["Complete by (advised)"].value) == min(days, default=None)
    lists = {str(one.sqref): one for one in sheet.data_validations.dataValidation}
    assert lists[f"A2:A{len(rows) + 1}"].formula1 == '"✓"'
    assert lists[f"B2:B{len(rows) + 1}"].formula1 == '"to do,asked for,received,filed"'
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
    rows = read_rows(read(make_workbook(case))["Documents"])
    said = "(no list of documents was found; please ask the authority)"
    unknown = {row["Code"].value: row["Needed for"].value for row in rows if row["Document"].value == said}
    assert unknown == {code: case.short(code) for code in bare}


@pytest.mark.parametrize(
    ("client", "include", "total"),
    [("seven-month-lab", ("recommended", "optional"), 4720), ("drug-arcade", (), 0)],
)
def test_fees_add_up_and_an_unknown_one_is_never_zero(
    catalogue: Catalogue, sample_clients: pd.DataFrame, client: str, include: tuple[str, ...], total: int
) -> None:
    case = make(catalogue, sample_clients, client, include=include)
    sheet = read(make_workbook(case))["Costs"]
    rows = read_rows(sheet)
    fees = {row["Code"].value: row["Official fee (CNY)"].value for row in rows}
    unknown = {code for cost in case.forecast.costs for code in cost.unknown_fees}
    assert unknown
    assert {code for code, fee in fees.items() if fee == "not known"} == unknown
    numbers = [fee for fee in fees.values() if isinstance(fee, (int, float))]
    assert sum(numbers) == sum(cost.fee_cny or 0 for cost in case.forecast.costs) == total
    totals = list(sheet.iter_rows(min_row=len(rows) + 3, values_only=True))
    *of_phases, of_all = totals
    for cells, cost in zip(of_phases, case.forecast.costs, strict=True):
        assert cells[0] == "Known amounts together"
        assert cells[3] == label_value("phase", cost.phase, case.language)
        none = "not known" if cost.unknown_fees else "–"
        assert cells[4] == (none if cost.fee_cny is None else cost.fee_cny)
        assert all(case.short(code) in str(cells[11]) for code in (*cost.unknown_fees, *cost.unknown_market))
    assert (of_all[0], of_all[4]) == ("Known amounts of all phases", total)
    assert all(case.short(code) in str(of_all[11]) for code in unknown)
    if client == "drug-arcade":  # of its third phase no fee at all is known
        assert "not known" in [cells[4] for cells in totals]


def test_market_prices_add_up_to_a_range_and_an_unknown_one_is_never_zero(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients, "seven-month-lab", include=("recommended", "optional"))
    sheet = read(make_workbook(case))["Costs"]
    rows = read_rows(sheet)
    prices = {row["Code"].value: row["Market price from (CNY)"].value for row in rows}
    assert prices["ISO_9001"] == 4000
    assert {code for code, price in prices.items() if price == "not known"} == set(
        case.forecast.costs_total.unknown_market
    )
    totals = list(sheet.iter_rows(min_row=len(rows) + 3, values_only=True))
    assert totals[-1][8:10] == (4000, 50000)
    assert all(case.short(code) in str(totals[-1][11]) for code in case.forecast.costs_total.unknown_market)


def test_a_quotation_is_a_sheet_only_where_the_firm_names_fees(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients, "corner-shop")
    assert "Quotation" not in read(make_workbook(case)).sheetnames
    first, *others = [step.code for step in case.steps]
    ours = pd.DataFrame([{"code": first, "fee_cny": 8000.0, "remark": "=2+3"}])
    quoted = make(replace(catalogue, our_fees=ours), sample_clients, "corner-shop")
    book = read(make_workbook(quoted))
    sheet = book["Quotation"]
    (row,) = read_rows(sheet)
    assert (row["Code"].value, row["Our fee (CNY)"].value, row["Remark"].value) == (first, 8000, "=2+3")
    assert row["Remark"].data_type == "s"
    (total,) = sheet.iter_rows(min_row=4, values_only=True)
    assert (total[0], total[3]) == ("Total", 8000)
    assert others
    assert all(case.short(code) in str(total[4]) for code in others)
    assert {row["Code"].value: row["Our fee (CNY)"].value for row in read_rows(book["Costs"])}[first] == 8000
    assert "Our fee (CNY)" not in [one.value for one in read(make_workbook(case))["Costs"][1]]


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
    rows = {row["Code"].value: row for row in read_rows(read(make_workbook(case))["Costs"])}
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
    sheet = read(make_workbook(case))["Renewals"]
    rows = read_rows(sheet)
    for row, event in zip(rows, case.forecast.due, strict=False):
        assert row["Code"].value == event.code
        assert as_day(row["Can be done from"].value) == event.renew_from
        assert as_day(row["Last day to apply, or for the duty"].value) == event.renew_by
        assert as_day(row["Expires on"].value) == event.expires_on
        assert row["What"].value == (event.duty or "Renewal")
        assert row["Only once obtained"].value == ("yes" if event.is_planned else "no")
        starred = '"*"' in row["Last day to apply, or for the duty"].number_format
        assert starred is event.provisional
    late = [row["Code"].value for row in rows if row["Overdue"].value == "yes"]
    assert late == ["ISO_27001", "PUBLICATION_RETAIL", "EDI"]  # the first two have expired
    rules = [rule for one in sheet.conditional_formatting for rule in one.rules]
    assert '"yes"' in [formula for rule in rules for formula in rule.formula]


def test_an_expiry_that_is_not_told_is_asked_for(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    case = make(catalogue, sample_clients, "corner-shop", holds=("BUSINESS_LICENCE", "EDI"))
    rows = read_rows(read(make_workbook(case))["Renewals"])
    (asked,) = [row for row in rows if row["What"].value == "Expiry not told, please look it up"]
    assert asked["Code"].value == "EDI"
    assert asked["Last day to apply, or for the duty"].value is None
    assert asked["Overdue"].value is None


def test_every_table_has_a_header_that_stays_filters_and_a_printed_page(bazaar_book: Workbook) -> None:
    for name in SHEETS["en"][1:]:
        sheet = bazaar_book[name]
        rows, width = len(read_rows(sheet)), sheet.max_column
        assert sheet.freeze_panes
        assert sheet.freeze_panes.endswith("2")
        assert sheet.auto_filter.ref == f"A1:{sheet.cell(rows + 1, width).coordinate}"
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == 9
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == "$1:$1"
        assert "2026-11-23" in sheet.oddHeader.right.text
        assert "万盏灯综合商城" in sheet.oddHeader.left.text
        assert all(cell.font.name == "Microsoft YaHei" for cell in (*sheet[1], *sheet[2]))
        assert all(cell.alignment.wrap_text for cell in (*sheet[1], *sheet[2]))
        assert all(8 <= one.width <= 100 for one in sheet.column_dimensions.values() if one.width)


def test_a_row_is_as_high_as_its_text_until_a_program_measures_that_itself(bazaar: Case) -> None:
    content = make_workbook(bazaar)
    sheet = load_workbook(io.BytesIO(content)).worksheets[1]
    widths = [sheet.column_dimensions[cell.column_letter].width for cell in sheet[1]]
    high = 0
    for row in sheet.iter_rows(min_row=2):
        texts = [str(cell.value or "") for cell in row]
        longest = max(len(text) / width for text, width in zip(texts, widths, strict=True))
        height = sheet.row_dimensions[row[0].row].height or 15
        assert height > 13 * longest
        high += height > 30
    assert high > 10
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert all(b"customHeight" not in archive.read(name) for name in archive.namelist())


def test_colours_follow_the_words_and_can_be_read(bazaar_book: Workbook) -> None:
    marked = {
        formula
        for name in ("Licences", "Plan", "Documents")
        for one in bazaar_book[name].conditional_formatting
        for rule in one.rules
        for formula in rule.formula
    }
    words = ("Required", "Recommended", "Cannot tell yet", "held", "expired", "estimate", "filed", "low")
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
    assert "never means zero" in str(told["Empty"])
    assert told["Required"] == len(case.find_codes("required"))
    assert case.launch
    low, recommended, high = case.launch
    assert [label for label, _ in lines if str(label).startswith("Open by")] == ["Open by (80% sure)"]
    assert as_day(told["Open by (80% sure)"]) == recommended
    assert f"From {low}* (50%) to {high}* (90%)." in said
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
    assert str(case.plan.launch) in promise["sentence"]
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
        assert said.startswith(f"From {change.day}: {change.entry.row['name_en']}")


def test_where_there_is_nothing_to_say_each_sheet_says_so(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(catalogue, sample_clients, "corner-shop", holds=tuple(sorted(set(catalogue.rows["code"]))))
    content = make_workbook(case)
    book = read(content)
    assert book["Plan"]["A2"].value == "No step is left to do."
    assert book["Documents"]["A2"].value == "There are no documents to prepare."
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
    sheet = read(content)["Licences"]
    assert sheet["A1"].fill.fgColor.rgb == "FFF2C14E"
    assert sheet["A1"].font.color.rgb == "FF1F2933"  # white letters on this yellow could not be read
    assert "港巷咨询 &" in sheet.oddFooter.left.text
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
