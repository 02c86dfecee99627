"""Word file that a client receives: a template filled in, to be edited further."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, time
from types import MappingProxyType
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm

from licences.analysis.case import Case
from licences.errors import UsageError
from licences.render.brand import Brand
from licences.render.figures.style import SHEET_PIXELS, Drawn
from licences.render.word.belongings import refuse_active
from licences.render.word.budget import allot
from licences.render.word.context import describe_words
from licences.render.word.filling import Filling, PictureFile, cut_property, mark_picture
from licences.render.word.opening import open_template
from licences.render.word.parts import clean_text, find_reaching_field
from licences.render.word.pictures import PICTURE_MARK, place_pictures
from licences.render.word.sandbox import freeze
from licences.render.word.template import TEXT_WIDTH_MM, make_template

LOGO_HEIGHT_MM = 14
_MOST_ENTRIES = 5_000


def make_word(
    case: Case, brand: Brand | None = None, template: bytes | None = None, figures: tuple[Drawn, ...] = ()
) -> bytes:
    """The ``.docx`` of a client, its figures empty until ``place_pictures``.

    template: a Word file with the tags of docxtpl, by default ours. The same arguments give the same bytes.
    Raises: UsageError where the template is no Word file, or says what cannot be said.
    """
    brand = brand or Brand()
    if template is None:
        return _make(case, brand, make_template(brand.colour), figures)
    opened = open_template(template)
    try:
        return _make(case, brand, opened.content, figures, is_ours=False)
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001 - our own template is tried; with another one it is that one's fault
        raise UsageError(
            f"--template cannot be filled in ({type(error).__name__}: {error})",
            "begin with ours: licences template FILE.docx",
        ) from None


def _make(
    case: Case, brand: Brand, template: bytes, figures: tuple[Drawn, ...], *, is_ours: bool = True
) -> bytes:
    logo, places = _find_logo(brand), {f"figures.{one.name}": _keep_place(one) for one in figures}
    told, frozen = describe_words(case, brand), dict[int, Any]()
    words = {name: freeze(value, frozen) for name, value in told.items()}
    words["logo"] = mark_picture("logo") if logo else ""
    words["figures"] = MappingProxyType(
        _Figures({one.name: mark_picture(f"figures.{one.name}") for one in figures})
    )
    file = Filling(template, places | logo)
    file.init_docx()
    _forget_other_properties(file.docx)
    with allot():
        file.fill(words)
    document = file.docx
    if not is_ours:
        _check_fields(document)
    _describe_pictures(document, figures)
    _fill_contents(document)
    made = datetime.combine(case.as_of, time(), UTC)
    properties = document.core_properties
    properties.author = properties.last_modified_by = cut_property(clean_text(brand.firm))
    properties.created = properties.modified = made
    title = f" – {words['page']['title']}"
    properties.title = cut_property(clean_text(case.name), beside=title) + title
    properties.revision = 1
    target = io.BytesIO()
    file.save(target)
    return place_pictures(target.getvalue(), {})


class _Figures(dict[str, str]):
    """Figures by their names; nothing stands for one that is not drawn."""

    def __missing__(self, name: str) -> str:
        return ""


def _check_fields(document: Any) -> None:
    """Raises: UsageError for a field that has become another one when it was filled in."""
    others = [link.target_part for link in document.part.rels.values() if not link.is_external]
    roots = [document.element, *(part.element for part in others if hasattr(part, "element"))]
    for field in filter(None, map(find_reaching_field, roots)):
        raise refuse_active(f"a field that fetches or runs something ({field})")


def _forget_other_properties(document: Any) -> None:
    """Drops a title page that LibreOffice names its own way, or the file would have two."""
    links = document.part.package.rels
    for key, link in list(links.items()):
        if link.reltype.endswith("/core-properties") and link.reltype != RELATIONSHIP_TYPE.CORE_PROPERTIES:
            del links[key]


def _find_logo(brand: Brand) -> dict[str, PictureFile]:
    if brand.logo is None or brand.logo_type not in {"image/png", "image/jpeg"}:
        return {}
    return {"logo": PictureFile(brand.logo, height=Mm(LOGO_HEIGHT_MM))}


def _keep_place(drawn: Drawn) -> PictureFile:
    height = TEXT_WIDTH_MM * drawn.height_pixels / SHEET_PIXELS
    return PictureFile(_make_blank(drawn.name), Mm(TEXT_WIDTH_MM), Mm(height))


def _make_blank(name: str) -> bytes:
    """A white PNG of one pixel that bears a figure's name, so that its picture finds its place."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
            chunk(b"tEXt", b"Comment\0" + PICTURE_MARK + name.encode()),
            chunk(b"IDAT", zlib.compress(b"\0\xff")),
            chunk(b"IEND", b""),
        ]
    )


def _describe_pictures(document: Any, figures: tuple[Drawn, ...]) -> None:
    """Says to a screen reader what each figure shows."""
    texts = {_make_blank(drawn.name): drawn.alternative_text for drawn in figures}
    for shape in document.inline_shapes:
        inline = shape._inline  # noqa: SLF001 - python-docx knows no alternative texts
        part = document.part.related_parts[inline.graphic.graphicData.pic.blipFill.blip.embed]
        if part.blob in texts:
            inline.docPr.set("descr", clean_text(texts[part.blob]))


def _fill_contents(document: Any) -> None:
    """Fills in each table of contents, and has Word work out its page numbers when it opens the file."""
    headings, entries = list(_mark_headings(document)), 0
    for told in list(document.element.body.iter(qn("w:instrText"))):
        if not (told.text or "").strip().startswith("TOC"):
            continue
        first = told.getparent().getparent()
        last = _find_end(first)
        if last is None:
            continue
        for paragraph in _list_between(first, last):
            paragraph.getparent().remove(paragraph)
        before = first
        levels = re.search(r'\\o\s+"1-(\d)"', told.text)
        deepest = int(levels[1]) if levels else 3
        shown = [heading for heading in headings if heading[0] <= deepest]
        entries += len(shown)
        if entries > _MOST_ENTRIES:
            raise UsageError(
                f"--template: its tables of contents have more than {_MOST_ENTRIES:,} entries",
                "take the table of contents out of the loop",
            )
        for paragraph in _make_entries(told.text, shown):
            before.addnext(paragraph)
            before = paragraph
        first.getparent().remove(first)


def _mark_headings(document: Any) -> Iterator[tuple[int, str, str]]:
    """Level, text and bookmark of each heading, which is set here."""
    named = {style.style_id: re.fullmatch(r"Heading ([1-3])", style.name or "") for style in document.styles}
    levels = {style: int(found[1]) for style, found in named.items() if found}
    path = f"{qn('w:pPr')}/{qn('w:pStyle')}"
    for at, paragraph in enumerate(document.element.body.findall(qn("w:p")), start=1):
        named_style = paragraph.find(path)
        if named_style is None or named_style.val not in levels or not paragraph.text.strip():
            continue
        begin, end = (OxmlElement(f"w:bookmark{kind}") for kind in ("Start", "End"))
        begin.set(qn("w:name"), f"_Toc{at:08}")
        for mark in (begin, end):
            mark.set(qn("w:id"), str(at))
        paragraph.insert(1, begin)  # after its properties, which name the style
        paragraph.append(end)
        yield levels[named_style.val], paragraph.text, f"_Toc{at:08}"


def _find_end(first: Any) -> Any:
    """The paragraph in which the field ends that begins in ``first``."""
    depth, paragraph = 0, first
    while paragraph is not None:
        for mark in paragraph.iter(qn("w:fldChar")):
            depth += {"begin": 1, "end": -1}.get(mark.get(qn("w:fldCharType")), 0)
        if depth == 0:
            return paragraph
        paragraph = paragraph.getnext()
    return None


def _list_between(first: Any, last: Any) -> list[Any]:
    """The paragraphs after ``first`` up to ``last``."""
    found, paragraph = [], first
    while paragraph is not last:
        paragraph = paragraph.getnext()
        found.append(paragraph)
    return found


def _make_entries(instruction: str, headings: list[tuple[int, str, str]]) -> Iterator[Any]:
    """The paragraphs of a table of contents: a field that is to be worked out, and until then our entries."""
    for at, (level, text, bookmark) in enumerate(headings):
        paragraph = OxmlElement("w:p")
        style = OxmlElement("w:pStyle")
        style.set(qn("w:val"), f"TOC{level}")
        paragraph.get_or_add_pPr().append(style)
        if at == 0:
            begin = _make_mark("begin")
            begin[0].set(qn("w:dirty"), "true")
            told = OxmlElement("w:instrText")
            told.set(qn("xml:space"), "preserve")
            told.text = instruction
            run = OxmlElement("w:r")
            run.append(told)
            paragraph.extend([begin, run, _make_mark("separate")])
        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), bookmark)
        run = OxmlElement("w:r")
        shown = OxmlElement("w:t")
        shown.text = text
        run.append(shown)
        link.append(run)
        paragraph.append(link)
        if at == len(headings) - 1:
            paragraph.append(_make_mark("end"))
        yield paragraph


def _make_mark(kind: str) -> Any:
    run, mark = OxmlElement("w:r"), OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    run.append(mark)
    return run
