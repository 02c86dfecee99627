"""A workbook is read for what its cells show; what shows nothing that was meant is named with its cell."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
import xlwt

from licences.errors import ProblemsError
from licences.reading.rows import Rows, read_table_rows

NAMES = ["client", "name", "share"]
SPELLINGS = {name: name for name in NAMES} | {"客户编号": "client", "名称": "name"}
KINDS = {"xlsx": "xl/worksheets/sheet1.xml", "ods": "content.xml"}


def read(path: Path) -> Rows:
    return read_table_rows(path, ("client", "name"), SPELLINGS)


def refuse(path: Path) -> str:
    with pytest.raises(ProblemsError) as caught:
        read(path)
    return str(caught.value).replace(f"{path}:", "")


def note(rows: Rows) -> dict[str, tuple[int, tuple[str, ...]]]:
    return {one.kind: (one.count, one.items) for one in rows.extent.notes}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """A workbook with a header and rows, changed as a test wants it."""

    def save(*rows: list[Any], change: Callable[[Any, Any], object] = lambda _book, _sheet: None) -> Path:
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        for row in (NAMES, *rows):
            sheet.append(row)
        change(book, sheet)
        book.save(tmp_path / "a.xlsx")
        return tmp_path / "a.xlsx"

    return save


def make_sheet(path: Path, sheet: str, **parts: str) -> Path:
    """A workbook of hand-written XML: the sheet's rows below the header, and other parts by their name."""
    header = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in NAMES)
    texts = {
        "_rels/.rels": '<Relationships><Relationship Id="a" Type="x/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>",
        "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="S" r:id="b"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": "<Relationships>"
        '<Relationship Id="b" Type="x/worksheet" Target="worksheets/sheet1.xml"/>'
        '<Relationship Id="c" Type="x/sharedStrings" Target="strings.xml"/>'
        '<Relationship Id="d" Type="x/styles" Target="styles.xml"/></Relationships>',
        KINDS["xlsx"]: f"<worksheet><sheetData><row>{header}</row>{sheet}</sheetData></worksheet>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (texts | parts).items():
            archive.writestr(name, text)
    return path


def make_ods(path: Path, rows: str, styles: str = "", manifest: str = "") -> Path:
    header = "".join(f"<table:table-cell><text:p>{name}</text:p></table:table-cell>" for name in NAMES)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
        archive.writestr(
            "content.xml",
            '<o:document-content xmlns:o="o" xmlns:office="f" xmlns:table="t" xmlns:text="x" xmlns:style="s">'
            f'{styles}<table:table table:name="S"><table:table-row>{header}</table:table-row>{rows}</table:table>'
            "</o:document-content>",
        )
    return path


def test_a_share_shown_as_percents_is_read_as_it_is_shown(write: Callable[..., Path]) -> None:
    def change(_book: Any, sheet: Any) -> None:
        for line, shown in enumerate(
            ("0%", "0.00%", "0.0%;[Red]-0.0%", 'General"%"', '"%"0', "General"), start=2
        ):
            sheet.cell(line, 3).number_format = shown

    shares = (0.6, 0.29, 1, 60, 60, 0.6)
    path = write(*[[f"a{at}", "A", share] for at, share in enumerate(shares)], change=change)
    assert [cells[2] for cells in read(path).cells] == ["60%", "29%", "100%", "60", "60", "0.6"]


def test_numbers_keep_the_zeros_that_they_show_and_none_has_digits_that_nobody_wrote(
    write: Callable[..., Path],
) -> None:
    path = write([7, "A", 0.1 + 0.2], change=lambda _, sheet: setattr(sheet["A2"], "number_format", "000"))
    assert read(path).cells == [["007", "A", "0.3"]]
    wrong = refuse(write(["a", "A", 91310000123456789]))
    assert wrong == (
        "2: share: in C2 of 'Sheet': holds a number of more than 15 digits, of which Excel keeps 15; "
        "format the cell as text and type it anew"
    )


def test_a_formula_without_a_result_and_an_error_are_named_with_their_cell(
    write: Callable[..., Path],
) -> None:
    assert refuse(write(["a", "A", "=1+1"], ["b", "#N/A", 1])).splitlines() == [
        "2: share: in C2 of 'Sheet': holds a formula without a result; open the file in Excel and save it",
        "3: name: in B3 of 'Sheet': holds the error #N/A; mend its formula, or empty the cell",
    ]


def test_a_formula_that_nobody_worked_out_is_no_zero_and_one_worked_out_is_read(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, NAMES)
    sheet.write_row(1, 0, ["a", "A", "=30*2"])
    book.close()
    assert "in C2 of 'Sheet1': holds a formula without a result" in refuse(tmp_path / "a.xlsx")
    worked = '<row><c t="str"><v>a</v></c><c t="str"><f>T("")</f><v></v></c><c><f>30*2</f><v>60</v></c></row>'
    assert read(make_sheet(tmp_path / "b.xlsx", worked)).cells == [["a", "", "60"]]


def test_cells_merged_downwards_have_one_value_each(write: Callable[..., Path]) -> None:
    path = write(
        ["a", "A", 1], ["b", "B", None], ["c", "C", 2], change=lambda _, sheet: sheet.merge_cells("C2:C3")
    )
    rows = read(path)
    assert [cells[2] for cells in rows.cells] == ["1", "1", "2"]
    assert note(rows) == {"merged": (1, ("C2:C3",))}


@pytest.mark.parametrize(
    ("merged", "said"),
    [
        (
            "B2:C2",
            "2: name: in B2 of 'Sheet': B2:C2 is merged over several columns; take the merge apart, and fill in each cell",
        ),
        (
            "A2:A3",
            "2: client: in A2 of 'Sheet': A2:A3 is merged; take the merge apart; each row has a client of its own",
        ),
        ("A1:A2", "1: client: in A1 of 'Sheet': A1:A2 is merged in the header; take the merge apart"),
    ],
)
def test_a_merge_that_could_mean_two_things_is_named(
    write: Callable[..., Path], merged: str, said: str
) -> None:
    path = write(["a", "A", 1], ["b", "B", 2], change=lambda _, sheet: sheet.merge_cells(merged))
    assert said in refuse(path)


def test_what_is_hidden_is_read_and_said(write: Callable[..., Path]) -> None:
    def change(_book: Any, sheet: Any) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["C"].hidden = True

    rows = read(write(["a", "A", 1], ["b", "B", 2], change=change))
    assert len(rows.cells) == 2
    assert note(rows) == {"hidden_rows": (1, ("3",)), "hidden_columns": (1, ("share",))}


def test_the_sheet_with_the_header_is_read_wherever_it_stands(write: Callable[..., Path]) -> None:
    def hide_lists(book: Any, _sheet: Any) -> None:
        book.create_sheet("lists", 0).append(["yes"])
        book.worksheets[0].sheet_state = "hidden"
        book.create_sheet("copy").append(NAMES)
        book.worksheets[2].append(["old", "Old", 1])
        book.worksheets[2].sheet_state = "veryHidden"

    rows = read(write(["a", "A", 1], change=hide_lists))
    assert (rows.extent.sheet, rows.lines) == ("Sheet", [2])
    assert note(rows) == {"sheets": (2, ("lists", "copy"))}


def test_two_sheets_with_the_header_or_none_are_named(write: Callable[..., Path]) -> None:
    def add(header: list[str]) -> Callable[[Any, Any], None]:
        return lambda book, _: book.create_sheet("二组").append(header)

    said = refuse(write(["a", "A", 1], change=add(NAMES)))
    assert (
        "several sheets have a row that names client, name: Sheet, 二组; put all rows into one of them"
        in said
    )

    def rename(book: Any, sheet: Any) -> None:
        sheet["A1"], sheet["B1"] = "x", "y"
        add(["z"])(book, sheet)

    assert "no sheet has a row that names client, name: Sheet, 二组" in refuse(
        write(["a", "A", 1], change=rename)
    )


def test_a_hidden_sheet_is_read_where_no_other_has_the_header(write: Callable[..., Path]) -> None:
    def change(book: Any, sheet: Any) -> None:
        book.create_sheet("cover", 0).append(["fill in the next sheet"])
        sheet.sheet_state = "hidden"

    assert set(note(read(write(["a", "A", 1], change=change)))) == {"sheets", "hidden_sheet"}


def test_a_title_stands_above_the_header_and_columns_may_bear_their_label(write: Callable[..., Path]) -> None:
    def change(_book: Any, sheet: Any) -> None:
        sheet.insert_rows(1, 2)
        sheet["A1"], sheet["A3"], sheet["B3"] = "客户资料登记表", "客户编号 ", "名称"
        sheet.merge_cells("A1:C1")
        sheet["F4"] = " "

    rows = read(write(["a", "A", 1], [None, None, None], ["b", "B", 1], change=change))
    assert (rows.header, rows.written[:2], rows.lines) == (NAMES, ["客户编号", "名称"], [4, 6])
    assert note(rows) == {"above": (1, ("1",)), "empty_rows": (1, ())}


def test_escapes_and_what_cannot_be_seen_are_undone(tmp_path: Path) -> None:
    strings = (
        "<sst><si><t>a\u200b</t></si><si><r><t>甲_x000D_\n乙</t></r><r><t>_x005F_x0041_\u202a丙</t></r>"
        "<rPh><t>spoken</t></rPh></si><si><t>_xD83D__xDE00_\u00a0x</t></si></sst>"
    )
    row = '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>2</v></c></row>'
    rows = read(make_sheet(tmp_path / "a.xlsx", row, **{"xl/strings.xml": strings}))
    assert rows.cells == [["a", "甲\n乙_x0041_丙", "😀 x"]]
    assert note(rows) == {"characters": (3, ())}
    bad = '<row><c t="str"><v>a</v></c><c t="str"><v>b_x0007_</v></c></row>'
    assert "2: name: in B2 of 'S': holds U+0007, which cannot be seen; type" in refuse(
        make_sheet(tmp_path / "b.xlsx", bad)
    )


def test_a_fault_in_the_looks_is_no_fault_but_number_formats_must_be_readable(tmp_path: Path) -> None:
    row = '<row><c t="str"><v>a</v></c><c t="str"><v>A</v></c><c s="1"><v>0.5</v></c></row>'
    styles = '<styleSheet><fills><fill/></fills><cellXfs><xf/><xf numFmtId="9" fontId="99"/></cellXfs></styleSheet>'
    assert read(make_sheet(tmp_path / "a.xlsx", row, **{"xl/styles.xml": styles})).cells == [
        ["a", "A", "50%"]
    ]
    broken = make_sheet(tmp_path / "b.xlsx", row, **{"xl/styles.xml": styles[:-9]})
    assert "its number formats cannot be read, so percents and days cannot be told" in refuse(broken)


def test_the_strict_form_with_its_other_names_is_read(write: Callable[..., Path], tmp_path: Path) -> None:
    path = write(["a", "A", 1])
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "strict.xlsx", "w") as strict:
        for name in old.namelist():
            content = old.read(name).replace(
                b"schemas.openxmlformats.org/spreadsheetml/2006", b"purl.oclc.org/ooxml/x"
            )
            old_kind = b"schemas.openxmlformats.org/officeDocument/2006/relationships"
            strict.writestr(
                name, content.replace(old_kind, b"purl.oclc.org/ooxml/officeDocument/relationships")
            )
    assert read(tmp_path / "strict.xlsx").cells == [["a", "A", "1"]]


def ole(*names: str) -> bytes:
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 504
        + b"".join(name.encode("utf-16-le") for name in names)
    )


def zipped(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (ole("EncryptedPackage"), "is locked with a password; open it, take the password away"),
        (ole("Workbook"), "is an old Excel workbook (.xls); open it in Excel and save it as .xlsx"),
        (ole("WordDocument"), "is cut short, or an old Office file and no workbook"),
        (b"<html><table><tr><td>client</td></tr></table></html>", "is a web page (HTML); open it in Excel"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            "2003 as XML",
        ),
        (b"client,name\na,A\n", "is text, such as CSV, and no workbook; give its name the ending .csv"),
        (zipped("xl/workbook.bin"), "is a binary Excel workbook (.xlsb); open it in Excel"),
        (zipped("Index/Document.iwa"), "is a file of Apple Numbers or Pages; export it as .xlsx"),
        (zipped("word/document.xml"), "is a Word file"),
        (zipped("clients.csv"), "is a ZIP archive and no workbook; unpack it"),
        (b"%PDF-1.7", "is a PDF"),
        (b"PK\x03\x04 and no more, xl/", "is cut short or damaged; save it anew as .xlsx"),
    ],
    ids=range(12),
)
def test_what_stands_under_another_name_is_called_what_it_is(
    tmp_path: Path, content: bytes, said: str
) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)
    assert said in refuse(tmp_path / "a.xlsx")


CELL = '<c t="str"><v>a</v></c>'


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        ('<row r="999999999999">' + CELL + "</row>", "a row number beyond 1,048,576"),
        ('<row r="' + "1" * 3_000_000 + '"/>', "a tag of more than 1 MB"),
        ("<row/>" * 1_100_000, "a row number beyond 1,048,576"),
        ("<row>" + CELL * 1001 + "</row>", "a cell in column ALM; at most 1,000 columns"),
        ("<row>" + "<c/>" * 1_500_001 + "</row>", "more than 1,500,000 cells"),
        ('<row><c t="str"><v>' + "a" * 300_000 + "</v></c></row>", "a cell of more than 32,767 characters"),
        ("<a>" * 100, "nested deeper than 50 levels; at most 50"),
        ("".join(f"<a{at}/>" for at in range(1001)), "more than 1,000 names of tags"),
        ('<row><c t="e"><v>#N/A</v></c></row>' * 10_001, "more than 10,000 cells that cannot be read"),
    ],
    ids=["row", "attribute", "empty rows", "columns", "cells", "text", "depth", "names", "errors"],
)
def test_a_small_workbook_that_asks_for_much_is_refused_with_the_bound(
    tmp_path: Path, sheet: str, said: str
) -> None:
    path = make_sheet(tmp_path / "a.xlsx", sheet)
    assert path.stat().st_size < 200_000
    assert said in refuse(path)


def test_a_part_that_unpacks_to_more_than_it_may_and_one_that_declares_entities_are_refused(
    tmp_path: Path,
) -> None:
    path = make_sheet(tmp_path / "a.xlsx", "<!--" + " " * 900_000 + "-->" * 1)
    grown = path.read_bytes()
    at = grown.rindex(b"PK\x01\x02") + 24  # the size that the list of parts says of the last one
    path.write_bytes(grown[:at] + (300_000_000).to_bytes(4, "little") + grown[at + 4 :])
    assert "has 300 MB when unpacked; at most 200 MB" in refuse(path)
    bomb = '<!DOCTYPE a [<!ENTITY a "aaaa">]><worksheet><sheetData><row><c><v>&a;</v></c></row></sheetData></worksheet>'
    path = make_sheet(tmp_path / "b.xlsx", "", **{KINDS["xlsx"]: bomb})
    assert "declares a document type" in refuse(path)


def test_an_opendocument_workbook_is_read_alike(tmp_path: Path) -> None:
    def cell(kind: str, shown: str, more: str = "") -> str:
        return (
            f'<table:table-cell office:value-type="{kind}" {more}><text:p>{shown}</text:p></table:table-cell>'
        )

    note_on_it = "<office:annotation><text:p>a remark</text:p></office:annotation>"
    rows = (
        "<table:table-row>" + cell("string", "a") + cell("string", "A<text:s text:c='2'/>B</text:p><text:p>C" + "")
        + cell("percentage", "60%", 'office:value="0.6" table:number-rows-spanned="2"') + "</table:table-row>"
        '<table:table-row table:number-rows-repeated="2"/>'
        '<table:table-row table:visibility="filter">' + cell("float", "007", 'office:value="7"')
        + cell("date", "31.3.29", 'office:date-value="2029-03-31T00:00:00"').replace("<text:p>", note_on_it + "<text:p>")
        + cell("boolean", "TRUE", 'office:boolean-value="true"') + '</table:table-row>'
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    )  # fmt: skip
    read_rows = read(make_ods(tmp_path / "a.ods", rows))
    assert read_rows.cells == [["a", "A  B\nC", "60%"], ["007", "2029-03-31", "yes"]]
    assert note(read_rows) == {"empty_rows": (2, ()), "hidden_rows": (1, ("5",))}
    error = (
        "<table:table-row>"
        + cell("string", "a")
        + cell("string", "#N/A", 'table:formula="x"')
        + "</table:table-row>"
    )
    assert "2: name: in B2 of 'S': holds the error #N/A" in refuse(make_ods(tmp_path / "b.ods", error))
    assert "password" in refuse(make_ods(tmp_path / "c.ods", "", manifest="<encryption-data/>"))
    for many, said in (("1000000000", "at most 1,048,576"), ("900000", "more than 750,000 cells")):
        full = (
            f'<table:table-row table:number-rows-repeated="{many}">'
            + cell("string", "a")
            + "</table:table-row>"
        )
        assert said in refuse(make_ods(tmp_path / "d.ods", full))


def test_an_old_workbook_is_read_alike(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    lists, sheet = book.add_sheet("lists"), book.add_sheet("客户")
    lists.write(0, 0, "yes")
    lists.visibility = 1
    for at, name in enumerate(NAMES):
        sheet.write(0, at, name)
    sheet.write(1, 0, "a")
    sheet.write(1, 1, "甲")
    sheet.write_merge(1, 2, 2, 2, 0.6, xlwt.easyxf(num_format_str="0%"))
    sheet.write(2, 0, 7, xlwt.easyxf(num_format_str="000"))
    sheet.write(2, 1, 47208, xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    sheet.row(2).hidden = True
    book.save(str(tmp_path / "a.xls"))
    rows = read(tmp_path / "a.xls")
    assert rows.cells == [["a", "甲", "60%"], ["007", "2029-03-31", "60%"]]
    assert note(rows) == {"sheets": (1, ("lists",)), "hidden_rows": (1, ("3",)), "merged": (1, ("C2:C3",))}
    whole = (tmp_path / "a.xls").read_bytes()
    (tmp_path / "b.xls").write_bytes(whole[: len(whole) // 2])
    assert "is cut short" in refuse(tmp_path / "b.xls")
