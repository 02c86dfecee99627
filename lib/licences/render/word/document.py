"""Word file that a client receives: a template filled in, to be edited further."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, time
from functools import cache, lru_cache
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from licences.analysis.case import Case
from licences.errors import UsageError
from licences.render.brand import Brand
from licences.render.figures.style import SHEET_PIXELS, Drawn
from licences.render.word.context import describe_words
from licences.render.word.pictures import PICTURE_MARK, place_pictures
from licences.render.word.template import TEXT_WIDTH_MM, make_template

LOGO_HEIGHT_MM = 14
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def make_word(
    case: Case, brand: Brand | None = None, template: bytes | None = None, figures: tuple[Drawn, ...] = ()
) -> bytes:
    """The ``.docx`` of a client, its figures empty until ``place_pictures``.

    template: a ``.docx`` with the tags of docxtpl, by default ours. The same arguments give the same bytes.
    Raises: UsageError where the template is no Word file, or says what cannot be said.
    """
    brand = brand or Brand()
    file = _Template(io.BytesIO(template or make_template(brand.colour)))
    words = describe_words(case, brand)
    try:
        file.init_docx()
        _forget_other_properties(file.docx)
        words["logo"] = _place_logo(file, brand)
        words["figures"] = defaultdict(str, ((one.name, _keep_place(file, one)) for one in figures))
        file.render(words, _make_environment())
    except TemplateError as error:
        where = " ".join("".join(getattr(error, "docx_context", ())).split())[:120]
        beside = f" near {where!r}" if where else ""
        raise UsageError(
            f"--template: {error}{beside}",
            "see the names in the consultant's guide, 'A Word template of your own'",
        ) from None
    except (ValueError, KeyError, zipfile.BadZipFile) as error:
        raise UsageError(f"--template is no Word file ({error})", "save it as .docx") from None
    document = file.docx
    _describe_pictures(document, figures)
    _fill_contents(document)
    made = datetime.combine(case.as_of, time(), UTC)
    properties = document.core_properties
    properties.author, properties.last_modified_by = brand.firm, brand.firm
    properties.created = properties.modified = made
    properties.title, properties.revision = _clean(f"{case.name} – {words['page']['title']}"), 1
    target = io.BytesIO()
    file.save(target)
    return place_pictures(target.getvalue(), {})


class _Template(DocxTemplate):  # type: ignore[misc]
    """A template; what it says is the same for each client of a batch, and is made ready once."""

    def patch_xml(self, src_xml: str) -> str:
        return _patch(src_xml)


@lru_cache(maxsize=32)
def _patch(source: str) -> str:
    patched: str = DocxTemplate(None).patch_xml(source)
    return patched


class _Environment(SandboxedEnvironment):
    """What fills a template: it can name what it is given, and reach nothing else.

    A template is the same for each client of a batch, and is compiled once.
    """

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined, finalize=_clean)
        self._find_template = lru_cache(maxsize=32)(super().from_string)

    def from_string(self, source: Any, *args: Any, **more: Any) -> Template:
        if args or more:
            return super().from_string(source, *args, **more)
        return self._find_template(source)


@cache
def _make_environment() -> _Environment:
    return _Environment()


def _clean(value: Any) -> Any:
    """A text without the characters that no XML file may hold; nothing for what is not known."""
    if value is None:
        return ""
    return _CONTROLS.sub("", value) if isinstance(value, str) else value


def _forget_other_properties(document: Any) -> None:
    """Drops a title page that LibreOffice names its own way, or the file would have two."""
    links = document.part.package.rels
    for key, link in list(links.items()):
        if link.reltype.endswith("/core-properties") and link.reltype != RELATIONSHIP_TYPE.CORE_PROPERTIES:
            del links[key]


def _place_logo(file: DocxTemplate, brand: Brand) -> InlineImage | str:
    if brand.logo is None or brand.logo_type not in {"image/png", "image/jpeg"}:
        return ""
    return InlineImage(file, io.BytesIO(brand.logo), height=Mm(LOGO_HEIGHT_MM))


def _keep_place(file: DocxTemplate, drawn: Drawn) -> InlineImage:
    height = TEXT_WIDTH_MM * drawn.height_pixels / SHEET_PIXELS
    return InlineImage(file, io.BytesIO(_make_blank(drawn.name)), width=Mm(TEXT_WIDTH_MM), height=Mm(height))


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
            inline.docPr.set("descr", _clean(texts[part.blob]))


def _fill_contents(document: Any) -> None:
    """Fills in each table of contents, and has Word work out its page numbers when it opens the file."""
    headings = list(_mark_headings(document))
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
        for paragraph in _make_entries(told.text, shown):
            before.addnext(paragraph)
            before = paragraph
        first.getparent().remove(first)


def _mark_headings(document: Any) -> Iterator[tuple[int, str, str]]:
    """Level, text and bookmark of each heading, which is set here."""
    named = {style.style_id: re.fullmatch(r"Heading ([1-3])", style.name or "") for style in document.styles}
    levels = {style: int(found[1]) for style, found in named.items() if found}
    for at, paragraph in enumerate(document.element.body.findall(qn("w:p")), start=1):
        if paragraph.style not in levels or not paragraph.text.strip():
            continue
        begin, end = (OxmlElement(f"w:bookmark{kind}") for kind in ("Start", "End"))
        begin.set(qn("w:name"), f"_Toc{at:08}")
        for mark in (begin, end):
            mark.set(qn("w:id"), str(at))
        paragraph.insert(1, begin)  # after its properties, which name the style
        paragraph.append(end)
        yield levels[paragraph.style], paragraph.text, f"_Toc{at:08}"


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
