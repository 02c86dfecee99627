"""Makes the files of this folder, each named by what is odd about it.

``python tests/odd_files/make.py`` writes those that are not there yet.
"""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlwt
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

FOLDER = Path(__file__).parent
CODES = ["client", "name", "holds", "has_app", "own_categories", "registered_capital_cny"]
LABELS = ["客户编号", "客户名称", "已持有", "有App", "自营品类", "注册资本（元）"]
FIRST = ["moon", "月牙湾杂货铺", "BUSINESS_LICENCE", "yes", "drugs;cosmetics", 5_000_000]
SECOND = ["lantern", "灯笼商城", "EDI@2029-03-31", "no", "none", 1_000_000]
PLAIN = [CODES, FIRST, SECOND]
Rows = list[list[Any]]
Change = Callable[[Workbook, Worksheet], object]


def keep(_book: Workbook, _sheet: Worksheet) -> None:
    """Changes nothing."""


def make_book(rows: Rows, change: Change = keep) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "客户"
    for row in rows:
        sheet.append(row)
    change(book, sheet)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def make_text(rows: Rows, encoding: str = "utf-8", separator: str = ",") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue().encode(encoding)


def make_old(rows: Rows) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("客户")
    for line, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write(line, column, value, xlwt.easyxf(num_format_str='yyyy"年"m"月"d"日"'))
            elif value is not None:
                sheet.write(line, column, value)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def make_open(
    rows: Rows, merged: dict[tuple[int, int], tuple[int, int]] | None = None, hidden: tuple[int, ...] = ()
) -> bytes:
    """An OpenDocument workbook. merged: rows and columns spanned, by line and column from 0; hidden: lines."""
    merged = merged or {}
    lines = []
    for at, row in enumerate(rows):
        cells = "".join(_make_open_cell(value, merged.get((at, place))) for place, value in enumerate(row))
        unseen = ' table:visibility="collapse"' if at in hidden else ""
        lines.append(f"<table:table-row{unseen}>{cells}</table:table-row>")
    spaces = {"office": "office", "table": "table", "text": "text", "style": "style"}
    named = " ".join(
        f'xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for one, name in spaces.items()
    )
    sheet = f'<table:table table:name="客户">{"".join(lines)}<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>'
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f"<office:document-content {named}><office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body></office:document-content>",
        )
    return content.getvalue()


def _make_open_cell(value: Any, spanned: tuple[int, int] | None) -> str:
    span = (
        f' table:number-rows-spanned="{spanned[0]}" table:number-columns-spanned="{spanned[1]}"'
        if spanned
        else ""
    )
    if value is None:
        return f"<table:table-cell{span}/>"
    kind = 'office:value-type="string"'
    if isinstance(value, date):
        kind = f'office:value-type="date" office:date-value="{value.isoformat()}"'
        value = f"{value:%Y年%m月%d日}"
    elif isinstance(value, int):
        kind, value = f'office:value-type="float" office:value="{value}"', f"{value:,}"
    return f"<table:table-cell {kind}{span}><text:p>{value}</text:p></table:table-cell>"


def show(column: str, shown: str) -> Change:
    def change(_book: Workbook, sheet: Worksheet) -> None:
        for line in range(2, sheet.max_row + 1):
            sheet[f"{column}{line}"].number_format = shown

    return change


def merge(*ranges: str) -> Change:
    def change(_book: Workbook, sheet: Worksheet) -> None:
        for one in ranges:
            sheet.merge_cells(one)

    return change


def hide_row(_book: Workbook, sheet: Worksheet) -> None:
    sheet.row_dimensions[3].hidden = True


def hide_column(letter: str) -> Change:
    def change(_book: Workbook, sheet: Worksheet) -> None:
        sheet.column_dimensions[letter].hidden = True

    return change


def add(title: str, rows: Rows, state: str = "visible") -> Change:
    def change(book: Workbook, _sheet: Worksheet) -> None:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = state

    return change


def hide_sheet(book: Workbook, sheet: Worksheet) -> None:
    book.create_sheet("说明").append(["请填写另一张表"])
    book.active = 1
    sheet.sheet_state = "hidden"


def rename(**names: str) -> Rows:
    return [[names.get(name, name) for name in CODES], FIRST, SECOND]


def answer(column: str, *answers: Any) -> Rows:
    """Clients of whom one column alone is told."""
    return [
        ["client", "name", column],
        *[[f"c{at}", f"C{at}", told] for at, told in enumerate(answers, start=1)],
    ]


def turn(rows: Rows) -> Rows:
    return [list(row) for row in zip(*rows, strict=True)]


GARBLED = [
    [str(cell).encode("utf-8").decode("gb18030", "replace") for cell in row] for row in [LABELS, FIRST]
]
TOTAL = ["合计", None, None, None, None, 6_000_000]
GROUPED = [["基本情况", None, None, "业务", None, "资金"], LABELS, FIRST, SECOND]
TWO_ROWS = [
    ["客户编号", "客户名称", "已持有", "业务", None, "注册资本（元）"],
    [None, None, None, "有App", "自营品类", None],
    FIRST,
    SECOND,
]
DAY = date(2026, 11, 24)

FILES: dict[str, Callable[[], bytes]] = {
    "title_row.xlsx": lambda: make_book([["客户资料登记表（2026年11月）"], *PLAIN], merge("A1:F1")),
    "title_and_unit_rows.xlsx": lambda: make_book(
        [["客户资料登记表"], ["单位：元", None, None, "填表日期：2026年11月"], LABELS, FIRST, SECOND]
    ),
    "unit_of_the_sheet.xlsx": lambda: make_book(
        [["客户资料登记表"], ["单位：万元"], [*LABELS[:5], "注册资本"], [*FIRST[:5], 500]]
    ),
    "chinese_labels.xlsx": lambda: make_book([LABELS, FIRST, SECOND]),
    "aliases.xlsx": lambda: make_book(
        [["编号", "公司名称", "已有证照", "App", "自营类目", "注册资金"], FIRST, SECOND]
    ),
    "english_labels.csv": lambda: make_text(
        [
            [
                "Client",
                "Company name",
                "Licences held",
                "Has a mobile app",
                "Categories it sells itself",
                "Registered capital in yuan",
            ],
            FIRST,
            SECOND,
        ]
    ),
    "labels_with_required_marks.xlsx": lambda: make_book(
        [
            [
                "*客户编号",
                "客户名称（必填）",
                "3、已持有：",
                "是否有App？",
                "自营品类（可多选）",
                "注册资本(元)",
            ],
            FIRST,
            SECOND,
        ]
    ),
    "misspelt_header.csv": lambda: make_text(rename(registered_capital_cny="registered_captial_cny")),
    "ambiguous_header.csv": lambda: make_text(rename(own_categories="品类")),
    "ambiguous_code.csv": lambda: make_text(rename(own_categories="xports_cross_border")),
    "unit_ten_thousands_in_header.xlsx": lambda: make_book(
        [[*LABELS[:5], "注册资本（万元）"], [*FIRST[:5], 500], [*SECOND[:5], "100"]]
    ),
    "unit_in_header_and_in_cell.csv": lambda: make_text(
        [[*LABELS[:5], "注册资本/万元"], [*FIRST[:5], "500万"]]
    ),
    "foreign_currency_in_header.xlsx": lambda: make_book([[*LABELS[:5], "注册资本（美元）"], FIRST]),
    "grouped_header.xlsx": lambda: make_book(GROUPED, merge("A1:C1", "D1:E1")),
    "two_row_header.xlsx": lambda: make_book(TWO_ROWS, merge("A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:F2")),
    "two_row_header.csv": lambda: make_text(TWO_ROWS),
    "two_row_header_below_title.xlsx": lambda: make_book(
        [["客户登记表"], *TWO_ROWS], merge("A1:F1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:F3")
    ),
    "merged_in_one_row_header.xlsx": lambda: make_book(PLAIN, merge("D1:E1")),
    "one_client_a_column.xlsx": lambda: make_book(turn([LABELS, FIRST, SECOND])),
    "one_client_a_column_with_title.xlsx": lambda: make_book(
        [["客户资料", None, None], *turn([LABELS, FIRST, SECOND])], merge("A1:C1")
    ),
    "one_client_a_column_bad_cell.xlsx": lambda: make_book(turn([LABELS, FIRST, [*SECOND[:5], "很多"]])),
    "one_client_a_column.csv": lambda: make_text(turn([LABELS, FIRST, SECOND])),
    "one_client_a_column_hidden.xlsx": lambda: make_book(turn([LABELS, FIRST, SECOND]), hide_column("C")),
    "blank_rows.xlsx": lambda: make_book([CODES, FIRST, [None], [None], SECOND]),
    "total_row.xlsx": lambda: make_book([*PLAIN, TOTAL]),
    "total_row_merged.xlsx": lambda: make_book([*PLAIN, TOTAL], merge("A4:E4")),
    "subtotal_and_count.csv": lambda: make_text(
        [CODES, FIRST, ["小计", *[""] * 4, 5_000_000], SECOND, ["共2家", *[""] * 5]]
    ),
    "remark_rows.xlsx": lambda: make_book(
        [*PLAIN, ["注：金额以元为单位。"], ["填表说明：一行一个客户"], ["制表人：张三"]]
    ),
    "remark_unmarked.xlsx": lambda: make_book([*PLAIN, ["以上客户均为2026年签约，如有变动请联系。"]]),
    "example_row.xlsx": lambda: make_book(
        [LABELS, ["示例", "某某公司", None, "是", None, 1_000_000], FIRST, SECOND]
    ),
    "header_repeated.csv": lambda: make_text([CODES, FIRST, CODES, SECOND]),
    "labels_below_codes.xlsx": lambda: make_book([CODES, LABELS, FIRST, SECOND]),
    "required_row_below_header.xlsx": lambda: make_book(
        [LABELS, ["必填", "必填", "选填", "选填", "选填", "选填"], FIRST, SECOND]
    ),
    "full_width_numbers.xlsx": lambda: make_book(
        answer("registered_capital_cny", "１２，０００，０００", "５００万", "￥１０００００")
    ),
    "amounts_as_text.csv": lambda: make_text(
        answer(
            "registered_capital_cny",
            "1,000,000",
            "¥5000000",
            "500万",
            "1.2亿",
            "500万元",
            "人民币1亿2000万元整",
            "RMB 5 million",
            "500W",
            " 10,0000 ",
        )
    ),
    "amounts_shown_with_unit.xlsx": lambda: make_book(
        answer("registered_capital_cny", 500, 1200), show("C", '#,##0"万元"')
    ),
    "amounts_scaled_to_ten_thousands.xlsx": lambda: make_book(
        answer("registered_capital_cny", 5_000_000, 12_345_678), show("C", '0!.0000"万"')
    ),
    "amounts_in_dollars.xlsx": lambda: make_book(
        answer("registered_capital_cny", 5_000_000), show("C", "[$$-409]#,##0.00")
    ),
    "amounts_in_yuan.xlsx": lambda: make_book(
        answer("registered_capital_cny", 5_000_000), show("C", "[$¥-804]#,##0.00")
    ),
    "amounts_vague.csv": lambda: make_text(
        answer("registered_capital_cny", "约500万", "500-1000万", "500万以上", "100万美元", "12,5")
    ),
    "percents_as_shown.xlsx": lambda: make_book(
        answer("foreign_share_percent", 0.6, 0.255), show("C", "0.0%")
    ),
    "percents_as_text.csv": lambda: make_text(answer("foreign_share_percent", "60%", "６０％", "60", "0.6")),
    "months_as_years.csv": lambda: make_text(
        answer("company_age_months", "3年", "18个月", "2年6个月", "1.5 years")
    ),
    "day_for_months.xlsx": lambda: make_book(answer("company_age_months", datetime(2023, 5, 4))),
    "days_in_many_forms.csv": lambda: make_text(
        answer(
            "engaged_on",
            "2026-11-24",
            "2026/11/24",
            "2026.11.24",
            "2026年11月24日",
            "２０２６年１１月２４日",
            "20261124",
            "24 November 2026",
            "Nov 24, 2026",
            "2026-11-24 00:00:00",
        )
    ),
    "days_as_excel_dates.xlsx": lambda: make_book(
        answer("engaged_on", DAY, DAY), show("C", 'yyyy"年"m"月"d"日"')
    ),
    "days_as_serial_numbers.xlsx": lambda: make_book(answer("engaged_on", 46350)),
    "days_that_may_be_two.csv": lambda: make_text(answer("engaged_on", "03/04/2026", "2026年11月")),
    "expiries_in_many_forms.csv": lambda: make_text(
        answer(
            "holds",
            "EDI@2029年3月31日",
            "EDI@2029/3/31；ICP",
            "EDI 有效期至2029/3/31",
            "EDI（有效期至：2029年3月31日）、ICP",
            "EDI valid until 2029-03-31",
            "EDI（长期有效）",
            "无",
        )
    ),
    "expiry_that_is_none.csv": lambda: make_text(answer("holds", "EDI@2029年2月30日")),
    "yes_and_no_in_many_forms.csv": lambda: make_text(
        answer("has_app", "是", "有", "√", "Y", "YES", "对", "否", "无", "×", "N", "没有", "✗")
    ),
    "crosses_that_may_be_ticks.csv": lambda: make_text(answer("has_app", "x", "Ｘ")),
    "excel_truth_values.xlsx": lambda: make_book(answer("has_app", True, False)),
    "not_known.xlsx": lambda: make_book(
        [
            ["client", "name", "has_app", "registered_capital_cny", "own_categories", "province"],
            ["a", "A", "不清楚", "未知", "?", "待定"],
            ["b", "B", "？", "unknown", "不详", "not sure"],
        ]
    ),
    "not_applicable.csv": lambda: make_text(answer("has_app", "N/A", "/")),
    "separators.csv": lambda: make_text(
        answer(
            "own_categories",
            "药品；化妆品",
            "药品、化妆品",
            "药品,化妆品",
            "drugs，cosmetics",
            "药品\n化妆品",
            "餐饮、外卖、药品",
            "无",
            "药品;",
        )
    ),
    "values_taken_for_the_nearest.csv": lambda: make_text(
        answer("own_categories", "其他食品", "publicatons", "酒类 ；药 品")
    ),
    "values_nearly_right.csv": lambda: make_text(
        answer("own_categories", "其他食品", "publicatons", "酒类 ", "第四类医疗器械", "食品")
    ),
    "provinces.csv": lambda: make_text(
        answer("province", "浙江", "浙江省", "ZJ", "Zhejiang", "330000", "33")
    ),
    "merged_downwards.xlsx": lambda: make_book(
        [CODES, FIRST, [*SECOND[:3], None, *SECOND[4:]]], merge("D2:D3")
    ),
    "merged_across.xlsx": lambda: make_book(
        [["client", "name", "has_website", "has_app", "has_mini_program"], ["a", "A", "是", None, None]],
        merge("C2:E2"),
    ),
    "merged_ids.xlsx": lambda: make_book(PLAIN, merge("A2:A3")),
    "merged_stages.xlsx": lambda: make_book(
        [
            ["client", "name", "from", "has_app"],
            ["a", "A", None, "no"],
            [None, None, date(2027, 4, 1), "yes"],
        ],
        merge("A2:A3"),
    ),
    "hidden_row.xlsx": lambda: make_book(PLAIN, hide_row),
    "hidden_column.xlsx": lambda: make_book(PLAIN, hide_column("D")),
    "hidden_id_column.xlsx": lambda: make_book(PLAIN, hide_column("A")),
    "hidden_sheet.xlsx": lambda: make_book(PLAIN, add("旧", [CODES, ["old", *FIRST[1:]]], "hidden")),
    "only_sheet_hidden.xlsx": lambda: make_book(PLAIN, hide_sheet),
    "several_alike_sheets.xlsx": lambda: make_book([CODES, FIRST], add("二组", [CODES, SECOND])),
    "several_sheets_other_order.xlsx": lambda: make_book(
        [CODES, FIRST], add("二组", [CODES[::-1], SECOND[::-1]])
    ),
    "several_sheets_bad_cells.xlsx": lambda: make_book(
        [CODES, [*FIRST[:3], "ja", *FIRST[4:]]], add("二组", [CODES, [*SECOND[:3], "ja", *SECOND[4:]]])
    ),
    "same_client_in_two_sheets.xlsx": lambda: make_book([CODES, FIRST], add("备份", [CODES, FIRST])),
    "sheets_not_alike.xlsx": lambda: make_book(
        PLAIN,
        add(
            "合同",
            [
                ["客户编号", "客户名称", "合同号", "金额", "日期", "经办人", "状态"],
                ["moon", "月牙湾", "A1", 3, "x", "y", "z"],
            ],
        ),
    ),
    "instructions_sheet.xlsx": lambda: make_book(
        PLAIN, add("填写说明", [["一行一个客户"], ["不清楚的请留空"]])
    ),
    "names_without_ids.csv": lambda: make_text([["公司名称", "有App"], ["Lantern-Shop", "是"]]),
    "full_name_and_short_name.csv": lambda: make_text(
        [["客户编号", "客户名称", "公司名称"], ["a", "A", "A Ltd"]]
    ),
    "no_header.csv": lambda: make_text([FIRST, SECOND]),
    "utf8_with_bom.csv": lambda: make_text(PLAIN, "utf-8-sig"),
    "gb18030.csv": lambda: make_text([LABELS, FIRST, SECOND], "gb18030"),
    "utf16_tabs.csv": lambda: make_text([LABELS, FIRST, SECOND], "utf-16", "\t"),
    "utf16_commas.csv": lambda: make_text([LABELS, FIRST, SECOND], "utf-16"),
    "garbled_names.csv": lambda: make_text([CODES, [FIRST[0], GARBLED[1][1], *FIRST[2:]]]),
    "garbled_header.csv": lambda: make_text(GARBLED, "utf-8-sig"),
    "lost_chinese.csv": lambda: make_text([["client", "name"], ["a", "???????"]]),
    "capital_in_ten_thousands.csv": lambda: make_text(
        answer("registered_capital_cny", "500", "0", "1000000")
    ),
    "year_for_months.csv": lambda: make_text(answer("company_age_months", "2023", "30")),
    "share_for_percents.csv": lambda: make_text(answer("foreign_share_percent", "0.6", "60", "0")),
    "old_excel.xls": lambda: make_old([LABELS, FIRST, SECOND]),
    "old_excel_days.xls": lambda: make_old(answer("engaged_on", DAY)),
    "wps_table.et": lambda: make_old(PLAIN),
    "binary_excel.xlsb": lambda: b"PK\x03\x04" + b"xl/workbook.bin",
    "opendocument.ods": lambda: make_open(
        [["客户资料登记表"], LABELS, FIRST, SECOND, TOTAL], {(0, 0): (1, 6)}
    ),
    "opendocument_merged_hidden.ods": lambda: make_open(
        [CODES, FIRST, [*SECOND[:3], None, *SECOND[4:]], ["c", "C"]], {(1, 3): (2, 1)}, (3,)
    ),
    "opendocument_days.ods": lambda: make_open(answer("engaged_on", DAY)),
    "opendocument_one_client_a_column.ods": lambda: make_open(turn([LABELS, FIRST, SECOND])),
}


# Files of the above as LibreOffice saves them, which lays sheets, styles and days out in its own way.
SAVED_ANEW = {
    "days_as_excel_dates.xlsx": (".xls", ".ods", ".xlsx"),
    "excel_truth_values.xlsx": (".ods", ".xls"),
    "hidden_row.xlsx": (".ods", ".xls"),
    "hidden_column.xlsx": (".ods",),
    "hidden_sheet.xlsx": (".ods", ".xls"),
    "merged_downwards.xlsx": (".ods", ".xls", ".xlsx"),
    "one_client_a_column.xlsx": (".ods", ".xls"),
    "percents_as_shown.xlsx": (".ods", ".xls", ".xlsx"),
    "amounts_shown_with_unit.xlsx": (".ods", ".xlsx"),
    "several_alike_sheets.xlsx": (".ods", ".xls"),
    "two_row_header.xlsx": (".ods", ".xls"),
}


def save_anew(name: str, kind: str) -> bytes:
    """A file of this folder opened in LibreOffice's Calc and saved as another kind."""
    with TemporaryDirectory() as folder:
        office = ["soffice", f"-env:UserInstallation=file://{folder}/office", "--headless"]
        order = ["--convert-to", kind.removeprefix("."), "--outdir", folder, str(FOLDER / name)]
        subprocess.run([*office, *order], check=True, capture_output=True, timeout=180)
        return Path(folder, name).with_suffix(kind).read_bytes()


def name_saved_anew(name: str, kind: str) -> str:
    return f"{Path(name).stem}_of_libreoffice{kind}"


FILES |= {
    name_saved_anew(name, kind): partial(save_anew, name, kind)
    for name, kinds in SAVED_ANEW.items()
    for kind in kinds
}


def main() -> None:
    """Writes what is not there yet, or what is named."""
    for name in sys.argv[1:] or [name for name in FILES if not (FOLDER / name).exists()]:
        (FOLDER / name).write_bytes(FILES[name]())


if __name__ == "__main__":
    main()
