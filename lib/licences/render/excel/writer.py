"""Writer of Excel workbooks: typed cells, headers that stay, filters, colours, print."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.image import Image
from xlsxwriter.worksheet import Worksheet

from licences.reading.characters import FORMULA_SIGNS
from licences.render.excel.cells import (
    Cell,
    Column,
    Day,
    Estimate,
    Line,
    Link,
    Look,
    Plain,
    SheetLink,
    Table,
    Toned,
    Wide,
)
from licences.render.figures.style import INK, LINE, PALE, SOFT

# Excel for Windows and for the Mac has it, and it holds Chinese and Latin letters alike.
FONT = "Microsoft YaHei"
A4 = 9
FIRST_YEAR = 1900  # of Excel's calendar
MAX_TEXT = 32_767  # characters of a cell
LONGEST_LINK = 2_079  # UTF-16 units of an address; a longer one Excel does not take, and it is plain text
MAX_HEADER = 255  # characters of all of a header or footer, its codes included
MAX_HEADER_NAME = 50
LOGO_PIXELS = (240, 80)
LETTER = 0.88  # how wide a letter is on the average, in digits
_WORDS = re.compile(r"[\u2e80-\uffff]|[^\s\u2e80-\uffff]+\s*")
LINE_POINTS, MAX_POINTS = 14, 409  # how high a line of text is, and the highest row that Excel knows
# Dark letters on a pale ground, at least 4.5 to 1; a tone only repeats what the cell says.
TONES: dict[str, dict[str, Any]] = {
    "forbidden": {"font_color": "#8c0032", "bg_color": "#fbe6ec", "bold": True},
    "required": {"font_color": "#a83200", "bg_color": "#fbeae3"},
    "undetermined": {"font_color": "#6929c4", "bg_color": "#f3ecfb"},
    "advised": {"font_color": "#00539a", "bg_color": "#e6f0f8"},
    "held": {"font_color": "#00694c", "bg_color": "#e4f3ee"},
    "estimate": {"font_color": "#7a4b00", "bg_color": "#fdf3dd", "italic": True},
    "alarm": {"font_color": "#a83200", "bg_color": "#fbeae3", "bold": True},
    "overdue": {"font_color": "#b00020", "bg_color": "#fde7ea", "bold": True},
    "done": {"font_color": SOFT},
}
ENTRY = "#fffbe8"  # the ground of what a reader fills in


def draw_book(name: str, lines: Sequence[Line], tables: Sequence[Table], look: Look) -> bytes:
    """An ``.xlsx`` file: a first sheet ``name`` of ``lines``, then a sheet for each table.

    The same arguments give the same bytes.
    """
    target = BytesIO()
    book = open_book(target, look)
    pen = Pen(book, look)
    pen.draw_front(name, lines)
    for table in tables:
        pen.draw_table(table)
    book.close()
    return target.getvalue()


def open_book(target: BytesIO, look: Look) -> Any:
    """A new workbook without a sheet, in which a text is a text whatever it begins with; it is to be closed."""
    book = Workbook(
        target,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_format_properties": {"font_name": FONT, "font_size": 10},
        },
    )
    made = datetime.combine(look.as_of, time(), UTC).replace(tzinfo=None)
    book.worksheet_class = _Sheet
    book.set_properties({"title": look.title, "subject": look.name, "author": look.firm, "created": made})
    return book


class _Sheet(Worksheet):  # type: ignore[misc]
    """A sheet whose row heights are a first guess, which a program that measures its text may correct."""

    def _xml_start_tag_unencoded(self, tag: str, attributes: list[tuple[str, Any]] | None = None) -> None:
        kept = [one for one in attributes or () if tag != "row" or one[0] != "customHeight"]
        super()._xml_start_tag_unencoded(tag, kept)


def _guess_lines(cell: Cell, width: float) -> int:
    """How many lines a text takes in a column so many digits wide; a Chinese character is as wide as two."""
    if isinstance(cell, Toned | Wide):
        cell = cell.text
    if isinstance(cell, Link | SheetLink):
        cell = cell.address if isinstance(cell, Link) else cell.sheet
    if not isinstance(cell, str):
        return 1
    return sum(_count_lines(part, width) for part in cell.split("\n"))


def _count_lines(text: str, width: float) -> int:
    """On how many lines a text is folded, between words or after any Chinese character."""
    if 2 * len(text) <= width:
        return 1
    lines, used = 1, 0.0
    for word in _WORDS.findall(text):
        size = 2.0 if word[0] > "\u2e7f" else LETTER * len(word.rstrip())
        if used and used + size > width:
            lines, used = lines + 1, 0.0
        lines += int(size // (width + 1))  # what is longer than a line is folded within
        used += size % (width + 1) + (LETTER if word[-1] == " " else 0)
    return lines


def fit_row(sheet: Any, row: int, cells: Sequence[Cell], widths: Sequence[float]) -> None:
    """Makes a row as high as its longest text: Excel does that itself, other programs do not."""
    lines = max(map(_guess_lines, cells, widths), default=1)
    if lines > 1:
        sheet.set_row(row, min(LINE_POINTS * lines + 2, MAX_POINTS))


class Pen:
    """Writes the sheets of one workbook in one look."""

    def __init__(self, book: Any, look: Look) -> None:
        self.book, self.look = book, look
        self.formats: dict[tuple[str, ...], Any] = {}
        ground = look.colour or INK
        self.styles: dict[str, dict[str, Any]] = {
            "cell": {"valign": "top", "text_wrap": True, "bottom": 1, "bottom_color": LINE},
            "header": {
                "bold": True,
                "text_wrap": True,
                "valign": "vcenter",
                "bg_color": ground,
                "font_color": _find_contrast(ground),
                "border": 1,
                "border_color": PALE,
            },
            "line": {"valign": "top", "text_wrap": True, "align": "left"},
            "label": {"valign": "top", "text_wrap": True, "font_color": SOFT},
            "title": {"bold": True, "font_size": 18, "font_color": INK},
            "heading": {"bold": True, "font_size": 12, "bottom": 2, "bottom_color": ground},
            "total": {"bold": True, "valign": "top", "text_wrap": True, "top": 1, "top_color": PALE},
            "remark": {"valign": "top", "text_wrap": True, "top": 1, "top_color": PALE},
            "text": {"quote_prefix": True},
            "day": {"num_format": "yyyy-mm-dd", "align": "left"},
            "provisional": {"num_format": 'yyyy-mm-dd"*"', "align": "left"},
            "whole": {"num_format": "#,##0"},
            "fraction": {"num_format": "#,##0.00"},
            "link": {"font_color": "#00539a", "underline": 1},
            "centre": {"align": "center"},
            "entry": {"bg_color": ENTRY, "border": 1, "border_color": LINE},
            **TONES,
        }

    def style(self, *names: str) -> Any:
        """A format that has all that these styles say, the later ones winning."""
        if names not in self.formats:
            said = {key: value for name in names for key, value in self.styles[name].items()}
            self.formats[names] = self.book.add_format(said)
        return self.formats[names]

    def write(self, sheet: Any, row: int, at: int, cell: Cell, *styles: str) -> None:
        """One cell by its type; a text is a text whatever it begins with."""
        plain, styles = _take_apart(cell, styles)
        self._write_plain(sheet, row, at, plain, styles)

    def _write_plain(self, sheet: Any, row: int, at: int, cell: Plain, styles: tuple[str, ...]) -> None:
        match cell:
            case None | "":
                sheet.write_blank(row, at, None, self.style(*styles))
            case str():
                kept = ("text",) if cell.startswith(FORMULA_SIGNS) else ()
                sheet.write_string(row, at, cell[:MAX_TEXT], self.style(*styles, *kept))
            case Day() if cell.day.year < FIRST_YEAR:
                sheet.write_string(row, at, cell.day.isoformat(), self.style(*styles))
            case Day():
                kind = "provisional" if cell.is_provisional else "day"
                tone = ("overdue",) if cell.is_overdue else ()
                sheet.write_datetime(row, at, cell.day, self.style(*styles, *tone, kind))
            case Link() if len(cell.address.encode("utf-16-le")) > 2 * LONGEST_LINK:
                self.write(sheet, row, at, cell.address, *styles)
            case Link():
                sheet.write_url(row, at, cell.address, self.style(*styles, "link"), cell.address)
            case SheetLink():
                address = f"internal:'{cell.sheet}'!A1"
                sheet.write_url(row, at, address, self.style(*styles, "link"), cell.sheet)
            case _:
                sheet.write_number(row, at, cell, self.style(*styles, _find_kind(cell)))

    def draw_front(self, name: str, lines: Sequence[Line]) -> None:
        """The first sheet: a label and a sentence a line, for reading."""
        sheet = self.add_sheet(name)
        sheet.set_portrait()
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 90)
        if self.look.logo:
            self._place_logo(sheet, self.look.logo)
        for row, line in enumerate(lines, start=1 if self.look.logo else 0):
            if line.style in {"title", "heading"}:
                self.write(sheet, row, 0, line.label, line.style)
                self.write(sheet, row, 1, line.value, line.style)
            else:
                tone = (line.style,) if line.style in {"alarm", "overdue"} else ()
                label = ("line", *tone) if tone or isinstance(line.label, SheetLink) else ("label",)
                self.write(sheet, row, 0, line.label, *label)
                self.write(sheet, row, 1, line.value, "line", *tone)
                fit_row(sheet, row, (line.label, line.value), (28, 90))
        sheet.activate()

    def _place_logo(self, sheet: Any, content: bytes) -> None:
        """The logo in a first row of its own, no larger than LOGO_PIXELS."""
        image = Image(BytesIO(content))
        widest, highest = LOGO_PIXELS
        shown = image.width * 96 / image.x_dpi, image.height * 96 / image.y_dpi
        scale = min(1.0, widest / shown[0], highest / shown[1])
        options = {"x_scale": scale, "y_scale": scale, "description": self.look.firm}
        sheet.set_row_pixels(0, highest + 8)
        sheet.insert_image(0, 0, image, options)

    def draw_table(self, table: Table) -> None:
        """A sheet with a table; its first line is the header."""
        sheet, last = self.add_sheet(table.name), max(len(table.rows), 1)
        sheet.set_landscape()
        sheet.freeze_panes(1, table.fixed)
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, last, len(table.columns) - 1)
        for at, column in enumerate(table.columns):
            sheet.set_column(at, at, column.width, None, {"hidden": column.is_hidden})
            self.write(sheet, 0, at, column.label, "header")
            self._mark(sheet, at, column, last)
        styles = [_find_styles(column) for column in table.columns]
        for row, cells in enumerate(table.rows, start=1):
            for at, (cell, own) in enumerate(zip(cells, styles, strict=True)):
                self.write(sheet, row, at, cell, "cell", *own)
        if not table.rows:
            self.write(sheet, 1, table.fixed - 1, table.empty)
        widths = [1e9 if column.is_hidden else column.width for column in table.columns]
        fit_row(sheet, 0, [column.label for column in table.columns], [0.8 * width for width in widths])
        for row, cells in enumerate(table.rows, start=1):
            fit_row(sheet, row, cells, widths)
        shown = [column.width for column in table.columns if not column.is_hidden]
        for row, cells in enumerate(table.totals, start=last + 2):
            self._draw_total(sheet, row, cells, shown)

    def _draw_total(self, sheet: Any, row: int, cells: Sequence[Cell], widths: Sequence[float]) -> None:
        """A row of sums, of which the last cell may be wide."""
        rooms = list(widths)
        for at, cell in enumerate(cells):
            is_wide = isinstance(cell, Wide)
            if is_wide and at < len(widths) - 1:
                sheet.merge_range(row, at, row, len(widths) - 1, "", self.style("remark"))
                rooms[at] = sum(widths[at:])
            self.write(sheet, row, at, cell, "remark" if is_wide else "total")
        fit_row(sheet, row, cells, rooms)

    def _mark(self, sheet: Any, at: int, column: Column, last: int) -> None:
        """Colours what a column says, and lets a reader pick where there is something to pick."""
        for text, tone in column.marks.items():
            rule = (
                {"type": "no_blanks"}
                if text == "*"
                else {"type": "cell", "criteria": "==", "value": f'"{text}"'}
            )
            sheet.conditional_format(1, at, last, at, rule | {"format": self.style(tone)})
        if column.choices:
            sheet.data_validation(
                1,
                at,
                last,
                at,
                {
                    "validate": "list",
                    "source": list(column.choices),
                    "error_title": column.label[:32],
                    "error_message": column.hint[:255],
                },
            )

    def add_sheet(self, name: str) -> Any:
        """A sheet that prints on A4, as wide as the page, with the firm above and the page's number below."""
        sheet, look = self.book.add_worksheet(name), self.look
        sheet.set_paper(A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.7)
        sheet.fit_to_pages(1, 0)
        font = f'&"{FONT},Regular"&9 '
        sheet.set_header(f"&L{font}{_quote(look.firm)}&R{font}{_quote(look.title)}")
        client, rest = look.name.replace("&", "&&"), f"&C{font}{_quote(look.dated)}&R{font}{look.page}"
        footer = f"&L{font}{client}{rest}"  # a name is never cut: one without room stands on the cover alone
        sheet.set_footer(footer if len(footer) <= MAX_HEADER else rest)
        return sheet


def _quote(text: str) -> str:
    """A text that stands in a header as it is, not too long for one."""
    cut = text if len(text) <= MAX_HEADER_NAME else text[: MAX_HEADER_NAME - 1] + "…"
    return cut.replace("&", "&&")


def _find_styles(column: Column) -> tuple[str, ...]:
    """What the cells of a column look like beside what their kind asks for."""
    day = ("day",) if column.entry == "day" else ()
    return (*(("entry", *day) if column.entry else ()), *(("centre",) if column.is_centred else ()))


def _take_apart(cell: Cell, styles: tuple[str, ...]) -> tuple[Plain, tuple[str, ...]]:
    """What a cell holds, and its styles with those that it brings along."""
    match cell:
        case Toned():
            return cell.text, (*styles, cell.tone)
        case Wide():
            return cell.text, styles
        case Estimate():
            return cell.number, (*styles, "estimate")
        case date():
            return Day(cell), styles
    return cell, styles


def _find_kind(number: float) -> str:
    return "whole" if float(number).is_integer() else "fraction"


@cache
def _find_contrast(colour: str) -> str:
    """White or ink, whichever is read better on a colour.

    Source: WCAG 2.2, relative luminance.
    """
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#ffffff" if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.0639 else INK
