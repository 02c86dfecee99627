"""Writer of a Word template: paragraphs, tables, boxes and columns with the tags of docxtpl in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from licences.render.figures.style import SOFT
from licences.render.lengths import LENGTHS
from licences.render.word.styles import GAP_MM, TEXT_WIDTH_MM, add_field, find_colour, make_border

PALE = "#F1F4F8"

Cell = str | tuple[str, str]
"""What stands in a cell: tags, and the style of its paragraph."""


class Writer:
    """Writes paragraphs one below the other. length: of LENGTHS, or empty for all of them with tags that choose."""

    def __init__(self, document: Any, length: str) -> None:
        self.document, self.length, self.has_break = document, length, False

    @contextmanager
    def only_in(self, shortest: str) -> Iterator[bool]:
        """What is in this length and the longer ones; tells whether it is to be written at all."""
        longer = LENGTHS[LENGTHS.index(shortest) :]
        with self._only(longer) as wanted:
            yield wanted

    @contextmanager
    def only_as(self, length: str) -> Iterator[bool]:
        """What is in this length alone; tells whether it is to be written at all."""
        with self._only((length,)) as wanted:
            yield wanted

    @contextmanager
    def _only(self, lengths: Sequence[str]) -> Iterator[bool]:
        if self.length:
            yield self.length in lengths
            return
        with self.block("if " + " or ".join(f"length == '{length}'" for length in lengths)):
            yield True

    def write(self, text: str, style: str = "Normal") -> Any:
        return self.document.add_paragraph(text, style)

    def heading(self, text: str, level: int = 2) -> Any:
        return self.document.add_heading(text, level)

    @contextmanager
    def block(self, tag: str) -> Iterator[None]:
        """What stands under a condition or in a loop; the tags take their paragraphs away with them."""
        self.tag(tag)
        yield
        self.tag("end" + tag.split(maxsplit=1)[0])

    def tag(self, text: str) -> None:
        self.document.add_paragraph("{%p " + text + " %}")

    def only_if(self, test: str, text: str, style: str = "Normal") -> None:
        with self.block(f"if {test}"):
            self.write(text, style)

    def list(self, each: str, text: str, style: str = "List Bullet") -> None:
        with self.block(f"for {each}"):
            self.write(text, style)

    def label(self, label: str, text: str, style: str) -> None:
        """A text with what it is before it, paler."""
        paragraph = self.write("", style)
        paragraph.add_run(label).font.color.rgb = find_colour(SOFT)
        paragraph.add_run(text)

    def caption(self, kind: str, text: str) -> None:
        """The line that names a figure or a table and counts it. kind: ``figure`` or ``table``."""
        paragraph = self.write(f"{{{{ labels.word.{kind} }}}} ", "Caption")
        add_field(paragraph, f"SEQ {kind.capitalize()} \\* ARABIC", "1")
        paragraph.add_run(f"{{{{ labels.word.stop }}}}{text}")
        paragraph.paragraph_format.keep_with_next = kind == "table"  # that of a figure stands below it

    def figure(self, name: str) -> None:
        with self.block(f"if figures.{name}"):
            self.write(f"{{{{ figures.{name} }}}}").paragraph_format.keep_with_next = True
            self.caption("figure", f"{{{{ page.figure_{name} }}}}")

    def table(
        self,
        each: str,
        labels: Sequence[str],
        cells: Sequence[Cell],
        widths_mm: Sequence[float],
        other: tuple[str, Sequence[Cell]] | None = None,
        style: str = "Cell",
    ) -> Any:
        """A table with a header that is repeated on each page, and a row for each of what ``each`` names.

        other: a condition, and the cells of the rows that meet it. style: of what names none of its own.
        """
        rows = [[("{%tr for " + each + " %}", "Cell")], _style(cells, style), [("{%tr endfor %}", "Cell")]]
        if other:
            test, told = other
            tags = [[("{%tr " + tag + " %}", "Cell")] for tag in (f"if {test}", "else", "endif")]
            rows[1:2] = [tags[0], _style(told, style), tags[1], _style(cells, style), tags[2]]
        table = self.make_table(len(rows) + bool(labels), widths_mm)
        _set_margins(table, 0.2 if style == "Small cell" else 0.4, 1.2)
        made = list(table.rows)
        if labels:
            _fill_row(made.pop(0), [(f"{{{{ {label} }}}}", style) for label in labels], is_header=True)
        for row, told in zip(made, rows, strict=True):
            _fill_row(row, told)
        self.end_table()
        return table

    def make_table(self, rows: int, widths_mm: Sequence[float], *, has_lines: bool = True) -> Any:
        """An empty table as wide as its columns."""
        table = self.document.add_table(rows=rows, cols=len(widths_mm))
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.LEFT, False
        borders = OxmlElement("w:tblBorders")
        borders.extend([make_border(side) for side in ("top", "bottom", "insideH")] if has_lines else [])
        table._tbl.tblPr.find(qn("w:tblLayout")).addprevious(borders)  # noqa: SLF001 - python-docx knows none
        _set_margins(table, 0.6, 1.2)
        for column, width in zip(table.columns, widths_mm, strict=True):
            column.width = Mm(width)
        for row in table.rows:
            for cell, width in zip(row.cells, widths_mm, strict=True):
                cell.width = Mm(width)
            row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001
        return table

    def end_table(self) -> None:
        """The small room below a table, without which Word joins it to the next one."""
        self.write("", "Break").paragraph_format.space_after = Pt(4)

    @contextmanager
    def box(self, colour: str, fill: str = "") -> Iterator[Writer]:
        """A frame; what is written within stands in it."""
        table = self.make_table(1, [TEXT_WIDTH_MM], has_lines=False)
        borders = table._tbl.tblPr.find(qn("w:tblBorders"))  # noqa: SLF001
        borders.extend([make_border(side, colour, 12) for side in ("top", "left", "bottom", "right")])
        _set_margins(table, 1.5, 3)
        (cell,) = table.rows[0].cells
        if fill:
            shade(cell, fill)
        first = cell.paragraphs[0]._p  # noqa: SLF001
        yield Writer(cell, self.length)
        first.getparent().remove(first)
        self.end_table()

    def begin_columns(self) -> None:
        """Ends what stands in one column; what follows stands in two."""
        self._break(columns=1)

    def end_columns(self) -> None:
        self._break(columns=2)

    def _break(self, columns: int) -> None:
        """The end of a section of so many columns; the first one bears what stands at head and foot of all."""
        paragraph = self.write("", "Break")
        last = self.document.element.body.sectPr
        section = _copy_section(last, columns)
        if self.has_break:
            _let_follow(section)
        else:
            heads = [*last.findall(qn("w:headerReference")), *last.findall(qn("w:footerReference"))]
            for place, head in enumerate(heads):
                section.insert(place, deepcopy(head))
            section.append(deepcopy(last.find(qn("w:titlePg"))))
            _let_follow(last)
            self.has_break = True
        paragraph._p.get_or_add_pPr().append(section)  # noqa: SLF001


def _style(cells: Sequence[Cell], style: str) -> list[tuple[str, str]]:
    return [cell if isinstance(cell, tuple) else (cell, style) for cell in cells]


def _copy_section(last: Any, columns: int) -> Any:
    section = OxmlElement("w:sectPr")
    for name in ("pgSz", "pgMar"):
        told, copied = last.find(qn(f"w:{name}")), OxmlElement(f"w:{name}")
        for key, value in told.attrib.items():
            copied.set(key, value)
        section.append(copied)
    told = OxmlElement("w:cols")
    told.set(qn("w:num"), str(columns))
    told.set(qn("w:space"), str(Mm(GAP_MM).twips))
    section.append(told)
    return section


def _let_follow(section: Any) -> None:
    """Lets a section begin where the one before it ends, on the same page."""
    if section.find(qn("w:type")) is None:
        kind = OxmlElement("w:type")
        kind.set(qn("w:val"), "continuous")
        section.find(qn("w:pgSz")).addprevious(kind)


def _set_margins(table: Any, high_mm: float, wide_mm: float) -> None:
    properties = table._tbl.tblPr  # noqa: SLF001
    for old in properties.findall(qn("w:tblCellMar")):
        properties.remove(old)
    margins = OxmlElement("w:tblCellMar")
    for side, width in (("top", high_mm), ("left", wide_mm), ("bottom", high_mm), ("right", wide_mm)):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(Mm(width).twips))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    look = properties.find(qn("w:tblLook"))
    if look is None:
        properties.append(margins)
    else:
        look.addprevious(margins)


def _fill_row(row: Any, cells: Sequence[tuple[str, str]], *, is_header: bool = False) -> None:
    if is_header:
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001
    for cell, (text, style) in zip(row.cells, cells, strict=False):
        paragraph = cell.paragraphs[0]
        paragraph.style = style
        paragraph.add_run(text).bold = is_header or None
        paragraph.paragraph_format.keep_with_next = is_header or None  # no header stands alone
        if is_header:
            shade(cell, PALE)


def shade(cell: Any, colour: str) -> None:
    """Gives a cell a ground of a colour."""
    ground = OxmlElement("w:shd")
    ground.set(qn("w:val"), "clear")
    ground.set(qn("w:color"), "auto")
    ground.set(qn("w:fill"), colour[1:])
    cell._tc.get_or_add_tcPr().append(ground)  # noqa: SLF001
