"""Parts of a Word file: how one is read, and what a text in one may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docx.oxml.ns import qn
from lxml import etree

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_FIELD_NAME = re.compile(r"\s*(?:=|([A-Za-z]+)(?![^\s\\\"]))")
# Fields that have Word fetch something from elsewhere, or run something.
_REACHING_FIELDS = frozenset(
    {"DATABASE", "DDE", "DDEAUTO", "IMPORT", "INCLUDE", "INCLUDEPICTURE", "INCLUDETEXT", "LINK", "MACROBUTTON", "RD"}
)  # fmt: skip
_NESTED = "\0"


def clean_text(text: str) -> str:
    """A text without the characters that no XML file may hold."""
    return _CONTROLS.sub("", text)


def read_part(content: bytes) -> Any:
    """The root of a part's XML; nothing outside it is looked at. Raises: etree.XMLSyntaxError."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(content, parser)


def write_part(root: Any) -> bytes:
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)
    return written


def find_reaching_field(root: Any) -> str | None:
    """What a field says that has Word fetch or run something, or that hides what it does."""
    for told in _list_fields(root):
        found = _FIELD_NAME.match(told)
        if (told.strip() and not found) or (found and str(found[1]).upper() in _REACHING_FIELDS):
            return told.replace(_NESTED, "{…}").strip()[:60]
    return None


def _list_fields(root: Any) -> Iterator[str]:
    """What each field is told to do, without what the fields within it are told."""
    begun: list[list[str]] = []
    for mark in root.iter(qn("w:fldChar"), qn("w:instrText"), qn("w:fldSimple")):
        if mark.tag == qn("w:fldSimple"):
            yield mark.get(qn("w:instr")) or ""
        elif mark.tag == qn("w:instrText"):
            if begun:
                begun[-1].append(mark.text or "")
            else:
                yield mark.text or ""
        elif mark.get(qn("w:fldCharType")) == "begin":
            if begun:
                begun[-1].append(_NESTED)
            begun.append([])
        elif begun and mark.get(qn("w:fldCharType")) == "end":
            yield "".join(begun.pop())
    yield from ("".join(told) for told in begun)
