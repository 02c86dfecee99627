"""The Word template that is used where none is given, and the one to begin an own one with.

It is built here rather than kept as a file, so that what is in it can be read.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from licences.render.figures.style import INK, LINE, SOFT

LATIN_FONT, CHINESE_FONT = "Arial", "Microsoft YaHei"
TEXT_WIDTH_MM = 170
_HEADINGS = {"Title": 24, "Heading 1": 15, "Heading 2": 12, "Heading 3": 10.5}
_PALE = "F1F4F8"

Cell = str | tuple[str, str]
"""What stands in a cell: tags, and the style of its paragraph."""


@cache
def make_template(colour: str = "") -> bytes:
    """A ``.docx`` with the tags of ``docxtpl`` in it. colour: of the headings, ``#rrggbb`` or empty."""
    document = Document()
    _set_version(document)
    _set_page(document)
    _set_styles(document, colour or INK)
    writer = _Writer(document)
    for write in (
        writer.write_front,
        writer.write_changed,
        writer.write_needed,
        writer.write_missing,
        writer.write_order,
        writer.write_plan,
        writer.write_launch,
        writer.write_renewals,
        writer.write_costs,
        writer.write_documents,
        writer.write_licences,
        writer.write_sources,
        writer.write_limits,
    ):
        write()
    about, links = document.core_properties, document.part.package.rels
    about.author, about.comments = "", ""
    for key in [key for key, link in links.items() if link.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del links[key]  # a picture of an empty page
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _set_page(document: Any) -> None:
    (section,) = document.sections
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm((210 - TEXT_WIDTH_MM) / 2)
    section.top_margin, section.bottom_margin = Mm(20), Mm(18)
    header, footer = section.header.paragraphs[0], section.footer.paragraphs[0]
    header.style, footer.style = document.styles["Header"], document.styles["Footer"]
    header.add_run("{{ firm }}{% if contact %} · {{ contact }}{% endif %}")
    footer.paragraph_format.tab_stops.add_tab_stop(Mm(TEXT_WIDTH_MM), 2)  # flush right
    footer.add_run("{{ client }} · {{ as_of }}\t")
    for text in ("PAGE", "/", "NUMPAGES"):
        if text == "/":
            footer.add_run(" / ")
        else:
            add_field(footer, text, "1")


def _set_version(document: Any) -> None:
    """Says that this is a file of Word 2013 or later; without it Word shows it in a mode for older ones."""
    compatibility, setting = OxmlElement("w:compat"), OxmlElement("w:compatSetting")
    said = {"name": "compatibilityMode", "uri": "http://schemas.microsoft.com/office/word", "val": "15"}
    for name, value in said.items():
        setting.set(qn(f"w:{name}"), value)
    compatibility.append(setting)
    settings = document.settings.element
    for old in settings.findall(qn("w:compat")):
        old.addnext(compatibility)
        settings.remove(old)
    if compatibility.getparent() is None:
        settings.append(compatibility)


def add_field(paragraph: Any, instruction: str, shown: str) -> None:
    """A field of Word with what it shows until Word works it out."""
    for kind, text in (("begin", ""), ("", instruction), ("separate", ""), ("shown", shown), ("end", "")):
        run = paragraph.add_run()
        if kind == "shown":
            run.text = text
        elif kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)  # noqa: SLF001 - python-docx knows no fields
        else:
            told = OxmlElement("w:instrText")
            told.set(qn("xml:space"), "preserve")
            told.text = f" {text} "
            run._r.append(told)  # noqa: SLF001


def _set_styles(document: Any, colour: str) -> None:
    styles = document.styles
    for name in ("Normal", "Header", "Footer", "List Bullet", "List Number", *_HEADINGS):
        _set_font(styles[name])
    normal = styles["Normal"]
    normal.font.size = Pt(10)
    normal.paragraph_format.space_after, normal.paragraph_format.line_spacing = Pt(5), 1.2
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    language.set(qn("w:eastAsia"), "zh-CN")
    normal.element.get_or_add_rPr().append(language)
    for name, size in _HEADINGS.items():
        style = styles[name]
        style.font.size, style.font.bold = Pt(size), True
        style.font.color.rgb = RGBColor.from_string(colour[1:].upper())
        style.paragraph_format.keep_with_next = True
        for border in style.element.findall(f".//{qn('w:pBdr')}"):
            border.getparent().remove(border)
    for name in ("Header", "Footer"):
        for tabs in styles[name].element.findall(f".//{qn('w:tabs')}"):
            tabs.getparent().remove(tabs)  # they are made for another width
        styles[name].font.size = Pt(8)
        styles[name].font.color.rgb = RGBColor.from_string(SOFT[1:].upper())
    for name, size, tone in (
        ("Note", 9, SOFT),
        ("Cell", 9, INK),
        ("Lead", 10, INK),
        ("Alarm", 10, "#a83200"),
        ("Overdue", 10, "#b00020"),
    ):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        _set_font(style)
        style.font.size, style.font.color.rgb = Pt(size), RGBColor.from_string(tone[1:].upper())
        style.paragraph_format.space_after = Pt(1 if name == "Cell" else 5)
        style.paragraph_format.keep_with_next = name == "Lead"  # what it leads to is a figure
    for level in (1, 2, 3):
        entry = styles.add_style(f"toc {level}", WD_STYLE_TYPE.PARAGRAPH)
        entry.element.set(qn("w:styleId"), f"TOC{level}")
        entry.base_style = normal
        entry.paragraph_format.left_indent = Mm(5 * (level - 1))
        entry.paragraph_format.space_after = Pt(1)


def _set_font(style: Any) -> None:
    """One font for Latin letters and one for Chinese; those of the theme would win over both."""
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{kind}"), None)
    for kind in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{kind}"), LATIN_FONT)
    fonts.set(qn("w:eastAsia"), CHINESE_FONT)


class _Writer:
    """Writes the tags, section by section."""

    def __init__(self, document: Any) -> None:
        self.document = document

    def write(self, text: str, style: str = "Normal") -> None:
        self.document.add_paragraph(text, style)

    def heading(self, text: str, level: int = 1) -> None:
        self.document.add_heading(text, level)

    def tag(self, text: str) -> None:
        """A tag that takes its paragraph away with it."""
        self.document.add_paragraph("{%p " + text + " %}")

    def only_if(self, test: str, text: str, style: str = "Normal") -> None:
        self.tag(f"if {test}")
        self.write(text, style)
        self.tag("endif")

    def list(self, each: str, text: str, style: str = "List Bullet") -> None:
        self.tag(f"for {each}")
        self.write(text, style)
        self.tag("endfor")

    def figure(self, name: str) -> None:
        self.only_if(f"figures.{name}", f"{{{{ figures.{name} }}}}")

    def table(
        self, each: str, labels: Sequence[str], cells: Sequence[Cell], widths_mm: Sequence[int]
    ) -> None:
        """A table with a header that is repeated on each page, and a row for each of what ``each`` names."""
        table = self.document.add_table(rows=4 if labels else 3, cols=len(cells))
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        _set_borders(table)
        rows = list(table.rows)
        if labels:
            _fill_row(rows.pop(0), [(f"{{{{ page.{label} }}}}", "Cell") for label in labels], is_header=True)
        _fill_row(rows[0], [("{%tr for " + each + " %}", "Cell")])
        _fill_row(rows[1], [cell if isinstance(cell, tuple) else (cell, "Cell") for cell in cells])
        _fill_row(rows[2], [("{%tr endfor %}", "Cell")])
        for column, width in zip(table.columns, widths_mm, strict=True):
            column.width = Mm(width)
        for row in table.rows:
            for cell, width in zip(row.cells, widths_mm, strict=True):
                cell.width = Mm(width)
        self.write("", "Cell")

    def write_front(self) -> None:
        self.only_if("logo", "{{ logo }}")
        self.write("{{ page.kicker }}", "Note")
        self.write("{{ client }}", "Title")
        self.write("{{ dates }}", "Note")
        self.tag("if forbidden")
        self.heading("{{ page.forbidden_title }}", 3)
        self.write("{{ page.forbidden_intro }}", "Alarm")
        self.tag("for licence in forbidden")
        self.write("{{ licence.names }}: {{ licence.forbidden_text }}", "List Bullet")
        self.only_if("licence.advice", "{{ page.forbidden_do }} {{ licence.advice }}", "Alarm")
        self.tag("endfor")
        self.tag("endif")
        self.only_if("warnings", "{{ page.contradiction }}", "Alarm")
        self.list("warning in warnings", "{{ warning }}")
        self.tag("if deadlines")
        self.heading("{{ deadlines_title }}", 3)
        self.tag("for one in deadlines")
        self.only_if("one.is_overdue", "{{ one.sentence }}", "Overdue")
        self.only_if("not one.is_overdue", "{{ one.sentence }}", "List Bullet")
        self.tag("endfor")
        self.write("{{ deadlines_intro }}", "Note")
        self.tag("endif")
        self.tag("if missing_today")
        self.heading("{{ page.today.title }}", 3)
        self.list("line in missing_today", "{{ line }}", "List Number")
        self.only_if("missing_more", "{{ missing_more }}", "Note")
        self.tag("endif")
        self.write("{{ answer }}")
        self.tag("if chances")
        self.heading("{{ page.opening }}", 3)
        self.write("{% for chance in chances %}{{ chance }}{% if not loop.last %} · {% endif %}{% endfor %}")
        self.only_if("decided", "{{ decided }}")
        self.tag("endif")
        self.write_stages()
        self.only_if("risk", "{{ risk }}")
        for title, each, text in (
            ("advice_title", "licence in advised", "{{ licence.name }}: {{ licence.advice }}"),
            ("blocks_title", "blocker in blockers", "{{ blocker }}"),
        ):
            self.tag(f"if {each.split()[-1]}")
            self.heading(f"{{{{ page.{title} }}}}", 3)
            self.list(each, text)
            self.tag("endif")
        self.only_if("held_in_vain", "{{ held_in_vain }}", "Note")
        self.tag("if next_questions")
        self.heading("{{ page.next_title }}", 3)
        self.list("question in next_questions", "{{ question }}", "List Number")
        self.tag("endif")
        self.write("{{ age }}", "Note")
        self.heading("{{ page.contents }}", 3)
        add_field(self.document.add_paragraph(), r'TOC \o "1-1" \h \z \u', "…")

    def write_stages(self) -> None:
        self.tag("if stages")
        self.heading("{{ stages_title }}", 3)
        self.tag("for stage in stages")
        self.write("{{ stage.number }}. {{ stage.summary }} {{ stage.promise }}")
        self.only_if("stage.late", "{{ stage.late }}", "Overdue")
        self.tag("endfor")
        self.tag("endif")

    def write_changed(self) -> None:
        self.tag("if changed")
        self.heading("{{ changed.title }}")
        self.write("{{ changed.intro }}")
        self.tag("for part in changed.parts")
        self.heading("{{ part.title }}", 3)
        self.list("sentence in part.sentences", "{{ sentence }}")
        self.tag("endfor")
        self.tag("endif")

    def write_needed(self) -> None:
        self.heading("{{ page.needed_title }}")
        self.tag("if missing_all")
        self.heading("{{ page.today.title }}", 3)
        self.list("line in missing_all", "{{ line }}", "List Bullet")
        self.tag("endif")
        self.tag("for group in groups")
        self.heading("{{ group.title }}", 3)
        self.table(
            "licence in group.licences",
            ("licence", "why", "status_title"),
            ("{{ licence.names }}", "{{ licence.reasons }}", "{{ licence.status_label }}"),
            (52, 92, 26),
        )
        self.tag("endfor")
        self.only_if("not_needed", "{{ not_needed }}", "Note")

    def write_missing(self) -> None:
        self.heading("{{ page.missing_title }}")
        self.only_if("not questions and not outside", "{{ page.missing_none }}")
        self.list("licence in outside", "{{ licence.names }}: {{ licence.why_text }}")
        self.tag("if questions")
        self.write("{{ missing_intro }}")
        self.table(
            "question in questions",
            ("question", "settles", "share"),
            ("{{ question.text }}", "{{ question.decides }}", "{{ question.share }}"),
            (70, 80, 20),
        )
        self.only_if("rare_note", "{{ rare_note }}", "Note")
        self.tag("endif")

    def write_order(self) -> None:
        self.heading("{{ page.order_title }}")
        self.write("{{ page.order_intro }}", "Lead")
        self.list("note in notes", "{{ note }}")
        self.figure("graph")

    def write_plan(self) -> None:
        self.heading("{{ page.plan_title }}")
        self.write("{{ plan_intro }}", "Lead")
        self.tag("if conflicts")
        self.heading("{{ page.conflicts_title }}", 3)
        self.list("conflict in conflicts", "{{ conflict }}")
        self.tag("endif")
        self.figure("timeline")
        self.only_if("not steps", "{{ page.plan_none }}")
        self.tag("if steps")
        self.tag("if has_chances")
        self.table(
            "step in steps",
            ("step", "after", "from_until", "slack", "sure", "basis"),
            ("{{ step.text }}", "{{ step.after }}", "{{ step.dates }}", "{{ step.slack_days }}",
             "{{ step.sure }}", "{{ step.basis }}"),
            (45, 32, 25, 14, 32, 22),
        )  # fmt: skip
        self.tag("else")
        self.table(
            "step in steps",
            ("step", "after", "from_until", "slack", "basis"),
            (
                "{{ step.text }}",
                "{{ step.after }}",
                "{{ step.dates }}",
                "{{ step.slack_days }}",
                "{{ step.basis }}",
            ),
            (59, 44, 27, 16, 24),
        )
        self.tag("endif")
        self.write("{{ steps_note }}", "Note")
        self.tag("endif")
        for title, each in (("undated_title", "line in undated"), ("coming_title", "line in coming")):
            self.tag(f"if {each.split()[-1]}")
            self.heading(f"{{{{ page.{title} }}}}", 3)
            self.list(each, "{{ line }}")
            self.tag("endif")

    def write_launch(self) -> None:
        self.heading("{{ page.launch_title }}")
        self.list("sentence in launch", "{{ sentence }}", "Normal")
        self.figure("launch")

    def write_renewals(self) -> None:
        self.heading("{{ renewals_title }}")
        self.only_if("untold_expiries", "{{ untold_expiries }}", "Note")
        self.only_if("not renewals", "{{ page.renewals_none }}")
        self.tag("if renewals")
        self.write("{{ renewals_intro }}")
        self.table(
            "entry in renewals",
            ("licence", "due_what", "due_when", "basis_of_dates"),
            ("{{ entry.name }}", "{{ entry.what }}", "{{ entry.when }}", "{{ entry.basis }}"),
            (45, 55, 45, 25),
        )
        self.figure("renewals")
        self.tag("endif")

    def write_costs(self) -> None:
        self.heading("{{ page.costs_title }}")
        self.only_if("not costs", "{{ page.costs_none }}")
        self.tag("if costs")
        self.write("{{ page.costs_intro }}")
        self.table(
            "cost in costs",
            ("phase", "costs_fee", "costs_yearly", "costs_market", "costs_unknown"),
            ("{{ cost.phase }}", "{{ cost.fee_cny }}", "{{ cost.yearly_fee_cny }}", "{{ cost.market_cny }}",
             "{{ cost.unknown }}"),
            (26, 30, 26, 36, 52),
        )  # fmt: skip
        self.list("sentence in costs_totals", "{{ sentence }}")
        self.tag("endif")
        self.tag("if quotation")
        self.heading("{{ page.quotation_title }}", 2)
        self.table(
            "quote in quotation",
            ("licence", "costs_ours", "quotation_remark"),
            ("{{ quote.name }}", "{{ quote.our_fee_cny }}", "{{ quote.remark }}"),
            (70, 30, 70),
        )
        self.write("{{ quotation_total }}")
        self.tag("endif")

    def write_documents(self) -> None:
        self.heading("{{ page.documents_title }}")
        self.only_if("not papers and not papers_unknown", "{{ page.documents_none }}")
        self.only_if("papers_intro", "{{ papers_intro }}")
        self.tag("if papers")
        self.table(
            "paper in papers",
            ("documents_paper", "documents_for", "documents_by", "documents_until"),
            ("{{ paper.text }}", "{{ paper.needed_for }}", "{{ paper.brought_by }}", "{{ paper.needed_by }}"),
            (60, 62, 22, 26),
        )
        self.tag("endif")
        self.only_if("papers_unknown", "{{ papers_unknown }}", "Note")

    def write_licences(self) -> None:
        self.heading("{{ page.licences_title }}")
        self.tag("for licence in licences")
        self.heading("{{ licence.names }}", 2)
        self.write("{{ licence.tags }}", "Note")
        self.only_if("licence.note", "{{ licence.note }}", "Note")
        self.write("{{ licence.definition }} {{ licence.relevance }}")
        self.table("fact in licence.facts", (), ("{{ fact.label }}", "{{ fact.text }}"), (38, 132))
        self.tag("endfor")

    def write_sources(self) -> None:
        self.heading("{{ page.sources_title }}")
        self.write("{{ sources_intro }}")
        self.table(
            "licence in shown",
            ("licence", "source", "published", "checked_title", "confidence"),
            ("{{ licence.name }}", "{{ licence.source_text }}", "{{ licence.published }}",
             "{{ licence.checked }}", "{{ licence.confidence }}"),
            (40, 66, 22, 24, 18),
        )  # fmt: skip
        self.heading("{{ page.profile_title }}", 2)
        self.table("answer in answers", (), ("{{ answer.label }}", "{{ answer.told }}"), (110, 60))

    def write_limits(self) -> None:
        self.heading("{{ page.limits_title }}")
        self.list("limit in limits", "{{ limit }}")
        self.write("{{ edition }}", "Note")
        self.only_if("disclaimer", "{{ disclaimer }}", "Note")


def _fill_row(row: Any, cells: Sequence[tuple[str, str]], *, is_header: bool = False) -> None:
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx knows nothing of these
    properties.append(OxmlElement("w:cantSplit"))
    if is_header:
        properties.append(OxmlElement("w:tblHeader"))
    for cell, (text, style) in zip(row.cells, cells, strict=False):
        paragraph = cell.paragraphs[0]
        paragraph.style = style
        paragraph.add_run(text).bold = is_header or None
        if is_header:
            shade = OxmlElement("w:shd")
            shade.set(qn("w:val"), "clear")
            shade.set(qn("w:fill"), _PALE)
            cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001


def _set_borders(table: Any) -> None:
    """A fine line below each row, and nothing else."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        border = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", LINE[1:].upper())):
            border.set(qn(f"w:{name}"), value)
        borders.append(border)
    table._tbl.tblPr.append(borders)  # noqa: SLF001
