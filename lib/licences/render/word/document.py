"""Word file that a client receives: a template filled in, to be edited further."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import UTC, datetime, time
from types import MappingProxyType
from typing import Any

from docx.enum.text import WD_PARAGRAPH_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.shared import Mm

from licences.analysis.case import Case
from licences.errors import UsageError
from licences.render.brand import Brand
from licences.render.figures.style import SHEET_PIXELS, Drawn
from licences.render.lengths import STANDARD
from licences.render.word.belongings import refuse_active
from licences.render.word.budget import allot
from licences.render.word.context import describe_words
from licences.render.word.fields import fill_contents, number_captions
from licences.render.word.filling import Filling, PictureFile, cut_property, mark_picture
from licences.render.word.opening import open_template
from licences.render.word.parts import clean_text, find_reaching_field
from licences.render.word.pictures import PICTURE_MARK, place_pictures
from licences.render.word.sandbox import freeze
from licences.render.word.styles import TALLEST_MM, TEXT_WIDTH_MM
from licences.render.word.template import make_template

LOGO_HEIGHT_MM = 14


def make_word(
    case: Case,
    brand: Brand | None = None,
    template: bytes | None = None,
    figures: tuple[Drawn, ...] = (),
    length: str = STANDARD,
) -> bytes:
    """The ``.docx`` of a client, its figures empty until ``place_pictures``.

    template: a Word file with the tags of docxtpl, by default ours. length: one of EVERY_LENGTH. The same arguments give the same bytes.
    Raises: UsageError where the template is no Word file, or says what cannot be said.
    """
    brand = brand or Brand()
    if template is None:
        return _make(case, brand, make_template(brand.colour, length), figures, length)
    opened = open_template(template)
    try:
        return _make(case, brand, opened.content, figures, length, is_ours=False)
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001 - our own template is tried; with another one it is that one's fault
        raise UsageError(
            f"--template cannot be filled in ({type(error).__name__}: {error})",
            "begin with ours: licences template FILE.docx",
        ) from None


def _make(
    case: Case,
    brand: Brand,
    template: bytes,
    figures: tuple[Drawn, ...],
    length: str,
    *,
    is_ours: bool = True,
) -> bytes:
    logo, places = _find_logo(brand), {f"figures.{one.name}": _keep_place(one) for one in figures}
    told, frozen = describe_words(case, brand, length), dict[int, Any]()
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
        _write_mark(document, words["mark"])
    _describe_pictures(document, figures)
    number_captions(document)
    fill_contents(document)
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


def _write_mark(document: Any, mark: str) -> None:
    """Puts at the head of a document what it says of itself, where its template left no place for that."""
    parts = [
        document.part,
        *(link.target_part for link in document.part.rels.values() if not link.is_external),
    ]
    roots = [part.element for part in parts if hasattr(part, "element")]
    texts = ("".join(root.itertext(qn("w:t"))) for root in roots)
    if mark and not any(mark in text for text in texts):
        first = document.element.body[0]
        paragraph = document.add_paragraph(mark)
        paragraph.alignment = WD_PARAGRAPH_ALIGNMENT.RIGHT
        first.addprevious(paragraph._p)  # noqa: SLF001 - python-docx adds paragraphs only at the end


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
    """As wide as the text; what would be too tall for a page with its heading and caption is scaled down."""
    height = TEXT_WIDTH_MM * drawn.height_pixels / SHEET_PIXELS
    scale = min(1, TALLEST_MM / height)
    return PictureFile(_make_blank(drawn.name), Mm(TEXT_WIDTH_MM * scale), Mm(height * scale))


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
