"""Filling in of a Word template: docxtpl in our sandbox, and pictures where their marks stand."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from docx.shared import Length
from docxtpl import DocxTemplate
from jinja2 import TemplateSyntaxError

from licences.errors import UsageError
from licences.render.word.budget import MOST_PICTURES
from licences.render.word.sandbox import Picture, make_environment

LONGEST_PROPERTY = 255  # that Word takes
_GUIDE = "see the names in the consultant's guide, 'A Word template of your own'"
_PROPERTIES = ("author", "comments", "identifier", "language", "subject", "title")
_MARK = re.compile("\x02(.*?)\x03")
_BROKEN_TEXT = re.compile(r"(?<=>)[^<]*[\n\t][^<]*(?=</w:t>)")
_LONGEST_RUN = 20_000


@dataclass(frozen=True)
class PictureFile:
    """A picture and how large it is to be; where one measure is not told, it follows from the other."""

    content: bytes
    width: Length | None = None
    height: Length | None = None


def mark_picture(name: str) -> Picture:
    """What a template prints where it wants a picture."""
    return Picture(f"\x02{name}\x03")


def cut_property(text: str, beside: str = "") -> str:
    """A text as a property of a Word file can hold it, with room for what stands beside it."""
    room = LONGEST_PROPERTY - len(beside)
    return text if len(text) <= room else text[: room - 1] + "…"


class Filling(DocxTemplate):  # type: ignore[misc]
    """A template being filled in; what it says is the same for each client of a batch, and is made ready once.

    pictures: by the names in their marks.
    """

    def __init__(self, content: bytes, pictures: Mapping[str, PictureFile]) -> None:
        super().__init__(io.BytesIO(content))
        self.pictures, self.placed = pictures, 0

    def fill(self, words: dict[str, Any]) -> None:
        """Raises: UsageError where the template says what cannot be said."""
        self.render(words, make_environment())

    def patch_xml(self, src_xml: str) -> str:
        return _patch(src_xml)

    def map_tree(self, tree: Any) -> None:
        self.docx.element.body.clear()  # lxml takes a full one away in the square of its length
        super().map_tree(tree)

    def render_xml_part(
        self, src_xml: str, part: Any, context: dict[str, Any], _environment: Any = None
    ) -> str:
        source = re.sub(r"<w:p([ >])", r"\n<w:p\1", src_xml)  # a line a paragraph, for what is said of faults
        filled = re.sub(r"\n<w:p([ >])", r"<w:p\1", _fill(source, context))
        return self._place_pictures(_break_lines(filled), part)

    def render_properties(self, context: dict[str, Any], _environment: Any = None) -> None:
        about = self.docx.core_properties
        for name in _PROPERTIES:
            filled = html.unescape(_fill(getattr(about, name), context))
            setattr(about, name, cut_property(_MARK.sub("", filled)))

    def _place_pictures(self, xml: str, part: Any) -> str:
        if "\x02" not in xml:
            return xml

        def draw(mark: re.Match[str]) -> str:
            begin = xml.rfind("<", 0, mark.start())
            is_text = xml.startswith(("<w:t>", "<w:t "), begin) and ">" in xml[begin : mark.start()]
            if not is_text or not hasattr(part, "new_pic_inline"):
                raise UsageError(
                    f"--template: the picture {mark[1]!r} stands where none can be",
                    "write {{ … }} in the text, a table, a header or a footer; not {{p … }}, nor in a footnote",
                )
            self.placed += 1
            if self.placed > MOST_PICTURES:
                raise UsageError(
                    f"--template: more than {MOST_PICTURES} pictures", "take them out of the loop"
                )
            picture = self.pictures[mark[1]]
            drawn = part.new_pic_inline(io.BytesIO(picture.content), picture.width, picture.height).xml
            return (
                f"</w:t></w:r><w:r><w:drawing>{drawn}</w:drawing></w:r>"
                '<w:r><w:t xml:space="preserve">'
            )  # fmt: skip

        return _MARK.sub(draw, xml)


@lru_cache(maxsize=64)
def _patch(source: str) -> str:
    patched: str = DocxTemplate(None).patch_xml(source)
    return patched


def _fill(source: str, words: dict[str, Any]) -> str:
    """Raises: UsageError with what the template says and where."""
    try:
        return make_environment().from_string(source).render(words)
    except Exception as error:  # noqa: BLE001 - whatever a template does wrong is told, and stops nothing else
        near = _find_near(error, source)
        said = getattr(error, "message", None) or str(error) or type(error).__name__
        if isinstance(error, RecursionError | MemoryError | SyntaxError):
            said = "tags or brackets lie too deep in one another"
        raise UsageError(f"--template: {said}" + (f" near {near!r}" if near else ""), _GUIDE) from None


def _find_near(error: BaseException, source: str) -> str:
    """What stands in the paragraph of a fault."""
    line = error.lineno if isinstance(error, TemplateSyntaxError) else 0
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    lines = re.split(r"\r\n|\r|\n", source)
    if not 0 < line <= len(lines):
        return ""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", lines[line - 1])).split())[:120]


def _break_lines(xml: str) -> str:
    """Line breaks and tabs of what was filled in, as Word writes them."""

    def write(text: re.Match[str]) -> str:
        written = text[0].replace("\n", '</w:t><w:br/><w:t xml:space="preserve">')
        if "\t" not in written:
            return written
        earliest = max(0, text.start() - _LONGEST_RUN)
        begin = max(xml.rfind(run, earliest, text.start()) for run in ("<w:r>", "<w:r "))
        found = re.search(r"<w:rPr>.*?</w:rPr>", xml[begin : text.start()], re.DOTALL) if begin >= 0 else None
        properties = found[0] if found else ""
        tab = (
            f"</w:t></w:r><w:r>{properties}<w:tab/></w:r>"
            f'<w:r>{properties}<w:t xml:space="preserve">'
        )  # fmt: skip
        return written.replace("\t", tab)

    return _BROKEN_TEXT.sub(write, xml)
