"""Styles of our Word template: the page, one font for Latin letters and one for Chinese, and what each text looks like."""

from __future__ import annotations

from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from licences.render.figures.style import INK, LINE, SOFT

LATIN_FONT, CHINESE_FONT = "Arial", "Microsoft YaHei"
TEXT_WIDTH_MM, GAP_MM, TALLEST_MM = 174, 6, 172
ALARM, OVERDUE, FORBIDDEN = "#a83200", "#b00020", "#8c0032"
_HEADINGS: dict[str, tuple[float, float, float]] = {
    "Title": (17, 0, 4),
    "Heading 1": (14, 14, 4),
    "Heading 2": (11, 9, 3),
    "Heading 3": (9, 5, 0),
}
# Name, the style that it is like, size in points, colour, points after it, and whether it stays with what follows.
_TEXTS: tuple[tuple[str, str, float, str, float, bool], ...] = (
    ("Note", "Normal", 8.5, SOFT, 4, False),
    ("Lead", "Normal", 9.5, INK, 4, True),
    ("Letterhead", "Normal", 9, SOFT, 0, False),
    ("Contents heading", "Normal", 11, INK, 3, True),
    ("Alarm", "Normal", 9.5, ALARM, 3, False),
    ("Overdue", "Normal", 9.5, OVERDUE, 3, False),
    ("Large", "Normal", 13, INK, 2, False),
    ("Cell", "Normal", 8.5, INK, 0, False),
    ("Cell bullet", "List Bullet", 8.5, INK, 0, False),
    ("Cell alarm", "Cell", 8.5, OVERDUE, 0, False),
    ("Small cell", "Cell", 7.5, INK, 0, False),
    ("Card", "Cell", 7.5, INK, 0, True),
    ("Card end", "Cell", 7.5, INK, 0, False),
    ("Card alarm", "Cell", 7.5, ALARM, 0, True),
    ("Card names", "Cell", 7.5, SOFT, 0, True),
    ("Item", "Cell", 7.5, INK, 0.5, False),
    ("Text of law", "Cell", 7, INK, 0.5, False),
)
_WHOLE = frozenset({"Card", "Card end", "Card alarm", "Card names", "Item", "Text of law"})  # in one column


def set_version(document: Any) -> None:
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


def set_page(document: Any) -> None:
    """A4 with the firm at the head of every page but the first, which has its letterhead, and numbers at the foot."""
    (section,) = document.sections
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm((210 - TEXT_WIDTH_MM) / 2)
    section.top_margin, section.bottom_margin = Mm(17), Mm(14)
    section.header_distance = section.footer_distance = Mm(8)
    section.different_first_page_header_footer = True
    section.header.paragraphs[0].add_run("{{ firm }}{% if contact %} · {{ contact }}{% endif %}")
    for head in (section.header.paragraphs[0], section.first_page_header.paragraphs[0]):
        _write_mark(document, head)
    _write_foot(document, section.footer.paragraphs[0])
    _write_foot(document, section.first_page_footer.paragraphs[0])


def _write_mark(document: Any, paragraph: Any) -> None:
    """At the right whether it was issued, a draft in a colour that is seen."""
    paragraph.style = document.styles["Header"]
    paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(TEXT_WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT)
    paragraph.add_run("{% if mark %}\t{% endif %}")
    draft = paragraph.add_run("{% if is_draft %}{{ mark }}{% endif %}")
    draft.bold, draft.font.color.rgb = True, find_colour(ALARM)
    paragraph.add_run("{% if not is_draft %}{{ mark }}{% endif %}")


def _write_foot(document: Any, paragraph: Any) -> None:
    paragraph.style = document.styles["Footer"]
    paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(TEXT_WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT)
    paragraph.add_run("{{ client }} · {{ as_of }}\t")
    add_field(paragraph, "PAGE", "1")
    paragraph.add_run(" / ")
    add_field(paragraph, "NUMPAGES", "1")


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


def set_styles(document: Any, colour: str) -> None:
    """What each text looks like. colour: of the headings, ``#rrggbb``."""
    styles = document.styles
    for name in ("Normal", "Header", "Footer", "List Bullet", "Caption", *_HEADINGS):
        _set_font(styles[name])
    _set_text(styles["Normal"], 9.5, INK, 4)
    styles["Normal"].paragraph_format.line_spacing = 1.1
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    language.set(qn("w:eastAsia"), "zh-CN")
    styles["Normal"].element.get_or_add_rPr().append(language)
    styles["List Bullet"].paragraph_format.space_after = Pt(2)
    for name, (size, before, after) in _HEADINGS.items():
        style = styles[name]
        for border in style.element.findall(f".//{qn('w:pBdr')}"):
            border.getparent().remove(border)
        _set_text(style, size, colour, after, is_with_next=True)
        style.font.bold, style.paragraph_format.space_before = True, Pt(before)
    _set_outline(styles["Title"])
    _set_line_below(styles["Heading 1"], colour)
    for name in ("Header", "Footer"):
        for tabs in styles[name].element.findall(f".//{qn('w:tabs')}"):
            tabs.getparent().remove(tabs)  # they are made for another width
        _set_text(styles[name], 8, SOFT, 0)
    _set_text(styles["Caption"], 8.5, SOFT, 3)
    styles["Caption"].font.bold, styles["Caption"].font.italic = False, False
    for name, like, size, tone, after, is_with_next in _TEXTS:
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles[like]
        _set_font(style)
        _set_text(style, size, tone, after, is_with_next=is_with_next)
        style.paragraph_format.keep_together = name in _WHOLE or None
    _set_more(styles)


def _set_more(styles: Any) -> None:
    """What single styles have beside size and colour."""
    for name in ("Large", "Contents heading"):
        styles[name].font.bold = True
    for name, hang in (("List Bullet", 5), ("Cell bullet", 3), ("Item", 4), ("Text of law", 7)):
        layout = styles[name].paragraph_format
        layout.left_indent, layout.first_line_indent = Mm(hang), Mm(-hang)
        layout.tab_stops.add_tab_stop(Mm(hang))
    styles["Cell"].paragraph_format.line_spacing = 1.0
    for name, before in (("Contents heading", 14), ("Note", 3)):
        styles[name].paragraph_format.space_before = Pt(before)
    at_break = styles.add_style("Break", WD_STYLE_TYPE.PARAGRAPH)  # where columns begin or end
    at_break.base_style, at_break.font.size = styles["Normal"], Pt(1)
    at_break.paragraph_format.space_after = Pt(0)
    at_break.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    at_break.paragraph_format.line_spacing = Pt(1)
    for level in (1, 2, 3):
        entry = styles.add_style(f"toc {level}", WD_STYLE_TYPE.PARAGRAPH)
        entry.element.set(qn("w:styleId"), f"TOC{level}")
        entry.base_style = styles["Normal"]
        entry.paragraph_format.left_indent = Mm(5 * (level - 1))
        entry.paragraph_format.space_after = Pt(0)


def _set_text(style: Any, size: float, colour: str, after: float, *, is_with_next: bool = False) -> None:
    style.font.size, style.font.color.rgb = Pt(size), find_colour(colour)
    style.paragraph_format.space_after = Pt(after)
    style.paragraph_format.keep_with_next = is_with_next


def find_colour(colour: str) -> RGBColor:
    """``#rrggbb`` as Word's colour."""
    return RGBColor.from_string(colour[1:].upper())


def _set_outline(style: Any) -> None:
    """Shows a title in the panel by which Word is navigated, as it does its headings."""
    level = OxmlElement("w:outlineLvl")
    level.set(qn("w:val"), "0")
    style.element.get_or_add_pPr().append(level)


def _set_line_below(style: Any, colour: str) -> None:
    borders = OxmlElement("w:pBdr")
    borders.append(make_border("bottom", colour, 8, space=2))
    style.element.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl"
    )


def make_border(side: str, colour: str = LINE, eighths: int = 4, space: int = 0) -> Any:
    """A line of so many eighths of a point."""
    border = OxmlElement(f"w:{side}")
    told = {"val": "single", "sz": str(eighths), "space": str(space), "color": colour[1:].upper()}
    for name, value in told.items():
        border.set(qn(f"w:{name}"), value)
    return border


def _set_font(style: Any) -> None:
    """One font for Latin letters and one for Chinese; those of the theme would win over both."""
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{kind}"), None)
    for kind in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{kind}"), LATIN_FONT)
    fonts.set(qn("w:eastAsia"), CHINESE_FONT)
