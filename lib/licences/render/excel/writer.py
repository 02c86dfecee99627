"""Writer of Excel workbooks: typed cells, headers that stay, filters, colours, print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cache
from io import BytesIO
from math import ceil
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.image import Image
from xlsxwriter.worksheet import Worksheet

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
LINE_POINTS, MAX_POINTS = 14, 409  # how high a line of text is, and the highest row that Excel knows
# What a spreadsheet may take for the beginning of a formula, also when the cell is edited later.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
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


@dataclass(frozen=True)
class Link:
    """An address of the web that can be clicked."""

    address: str


@dataclass(frozen=True)
class SheetLink:
    """The name of a sheet of this workbook that can be clicked."""

    sheet: str


@dataclass(frozen=True)
class Day:
    """A date; a star follows it where it is provisional, and it is red where it is overdue."""

    day: date
    is_provisional: bool = False
    is_overdue: bool = False


@dataclass(frozen=True)
class Estimate:
    """A number that rests on no source."""

    number: float


Cell = str | float | date | Day | Estimate | Link | SheetLink | None


@dataclass(frozen=True)
class Column:
    """A column of a table.

    width: in characters. marks: the tone of a text, or, under ``*``, of whatever stands there.
    choices: the texts that a reader picks from, and what to tell who types another one.
    """

    label: str
    width: int
    marks: Mapping[str, str] = field(default_factory=dict)
    choices: Sequence[str] = ()
    hint: str = ""
    is_centred: bool = False


@dataclass(frozen=True)
class Table:
    """A sheet with one table: a header, rows that can be filtered and, below them, sums.

    fixed: how many columns stay in sight and are printed on every page. pages_wide: on how many
    pages its width is printed. empty: what to say where there is no row.
    """

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    empty: str
    totals: Sequence[Sequence[Cell]] = ()
    fixed: int = 1
    pages_wide: int = 1


@dataclass(frozen=True)
class Line:
    """A line of the first sheet. style: ``title``, ``heading``, ``alarm``, ``overdue`` or ``plain``."""

    label: Cell
    value: Cell = None
    style: str = "plain"


@dataclass(frozen=True)
class Look:
    """What is the same on every sheet: who it is about, from which day, and whose it is.

    page: how a page is numbered, in Excel's codes. logo: PNG or JPEG.
    """

    title: str
    name: str
    as_of: date
    header: str
    page: str
    firm: str = ""
    colour: str = ""
    logo: bytes | None = None


def draw_book(name: str, lines: Sequence[Line], tables: Sequence[Table], look: Look) -> bytes:
    """An ``.xlsx`` file: a first sheet ``name`` of ``lines``, then a sheet for each table.

    The same arguments give the same bytes.
    """
    target = BytesIO()
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
    pen = _Pen(book, look)
    pen.draw_front(name, lines)
    for table in tables:
        pen.draw_table(table)
    book.close()
    return target.getvalue()


class _Sheet(Worksheet):  # type: ignore[misc]
    """A sheet whose row heights are a first guess, which a program that measures its text may correct."""

    def _xml_start_tag_unencoded(self, tag: str, attributes: list[tuple[str, Any]] | None = None) -> None:
        kept = [one for one in attributes or () if tag != "row" or one[0] != "customHeight"]
        super()._xml_start_tag_unencoded(tag, kept)


def _guess_lines(cell: Cell, width: float) -> int:
    """How many lines a text takes in a column so many digits wide; a Chinese character is as wide as two."""
    if not isinstance(cell, str):
        return 1
    parts = [len(part) + sum(letter > "\u2e7f" for letter in part) for part in cell.split("\n")]
    return sum(max(1, ceil(part / width)) for part in parts)


def _fit_row(sheet: Any, row: int, cells: Sequence[Cell], widths: Sequence[float]) -> None:
    """Makes a row as high as its longest text: Excel does that itself, other programs do not."""
    lines = max(map(_guess_lines, cells, widths), default=1)
    if lines > 1:
        sheet.set_row(row, min(LINE_POINTS * lines + 2, MAX_POINTS))


class _Pen:
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
            "text": {"quote_prefix": True},
            "day": {"num_format": "yyyy-mm-dd", "align": "left"},
            "provisional": {"num_format": 'yyyy-mm-dd"*"', "align": "left"},
            "whole": {"num_format": "#,##0"},
            "fraction": {"num_format": "#,##0.00"},
            "link": {"font_color": "#00539a", "underline": 1},
            "centre": {"align": "center"},
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
        if isinstance(cell, date):
            cell = Day(cell)
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
            case Estimate():
                sheet.write_number(
                    row, at, cell.number, self.style(*styles, _find_kind(cell.number), "estimate")
                )
            case _:
                sheet.write_number(row, at, cell, self.style(*styles, _find_kind(cell)))

    def draw_front(self, name: str, lines: Sequence[Line]) -> None:
        """The first sheet: a label and a sentence a line, for reading."""
        sheet = self._add_sheet(name)
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
                _fit_row(sheet, row, (line.label, line.value), (28, 90))
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
        sheet, last = self._add_sheet(table.name), max(len(table.rows), 1)
        sheet.set_landscape()
        sheet.freeze_panes(1, table.fixed)
        sheet.repeat_rows(0)
        if table.pages_wide > 1:
            sheet.repeat_columns(0, table.fixed - 1)
        sheet.fit_to_pages(table.pages_wide, 0)
        sheet.autofilter(0, 0, last, len(table.columns) - 1)
        widths = [column.width for column in table.columns]
        _fit_row(sheet, 0, [column.label for column in table.columns], widths)
        for at, column in enumerate(table.columns):
            sheet.set_column(at, at, column.width)
            self.write(sheet, 0, at, column.label, "header")
            self._mark(sheet, at, column, last)
        for row, cells in enumerate(table.rows, start=1):
            for at, (cell, column) in enumerate(zip(cells, table.columns, strict=True)):
                self.write(sheet, row, at, cell, "cell", *(("centre",) if column.is_centred else ()))
            _fit_row(sheet, row, cells, widths)
        if not table.rows:
            self.write(sheet, 1, 0, table.empty)
        for row, cells in enumerate(table.totals, start=last + 2):
            for at, cell in enumerate(cells):
                self.write(sheet, row, at, cell, "total")
            _fit_row(sheet, row, cells, widths)

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

    def _add_sheet(self, name: str) -> Any:
        sheet, look = self.book.add_worksheet(name), self.look
        sheet.set_paper(A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        font = f'&"{FONT},Regular"&9 '
        right, name = f"&R{font}{_quote(look.header)}", look.name.replace("&", "&&")
        header = f"&L{font}{name}{right}"  # a name is never cut: one without room stands on the cover alone
        sheet.set_header(header if len(header) <= MAX_HEADER else right)
        sheet.set_footer(
            f"&L{font}{_quote(look.firm)}&C{font}{_quote(f'{look.title} – {name}')}&R{font}{look.page}"
        )
        return sheet


def _quote(text: str) -> str:
    """A text that stands in a header as it is, not too long for one."""
    cut = text if len(text) <= MAX_HEADER_NAME else text[: MAX_HEADER_NAME - 1] + "…"
    return cut.replace("&", "&&")


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
