"""Tags of a Word template as they were typed: what is almost one, and what no tag can be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from docx.oxml.ns import qn

MOST_TAGS = 5_000
_MOST_MERGING = 500
_LONGEST_TAG = 2_000
_LONGEST_TAG_XML = 50_000  # with the marks of Word that lie within
_MARKS = re.compile(r"\{\{|\{%|\{#|\}\}|%\}|#\}")
_CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}
_ALMOST = re.compile(r"[{｛][^\S\n]*[{｛%％][^\n]{0,60}")
_ALMOST_CLOSED = re.compile(r"[^\n]{0,60}(?:[}｝][^\S\n]*｝|｝[^\S\n]*\}|[%％]｝|％\})")
_STRINGS = re.compile(r"\"[^\"]*\"|'[^']*'|“[^”]*”|‘[^’]*’")
_TAKES_AWAY = re.compile(r"\{[{%](p|tr|tc|r)\s[^%}]*[%}]")
_MERGING = re.compile(r"\{%\s*[vh]m\s*%\}")
_SPLIT = re.compile(r"(?<={)(<[^>]*>)+(?=[\{%\#])|(?<=[%\}\#])(<[^>]*>)+(?=\})")  # as docxtpl looks for them


def find_faults(root: Any, xml: str) -> list[str]:
    """What is wrong with the tags of a part, each with what would be right. xml: the part as written."""
    text = _read_text(root)
    faults = list(_check_tags(text))
    return faults or list(_check_written(_SPLIT.sub("", xml), text))


def find_text_faults(text: str) -> list[str]:
    """What is wrong with the tags of a text that has no marks of Word, such as a property."""
    return list(_check_tags(text))


def _read_text(root: Any) -> str:
    """What is typed in a part, a line a paragraph."""
    said = {qn("w:p"): "\n", qn("w:tab"): " ", qn("w:br"): " "}
    return "".join(
        (mark.text or "") if mark.tag == qn("w:t") else said[mark.tag] for mark in root.iter(qn("w:t"), *said)
    )


def _check_tags(text: str) -> Iterator[str]:
    begin, outside = None, 0
    for count, mark in enumerate(_MARKS.finditer(text)):
        if count > 2 * MOST_TAGS:
            yield f"more than {MOST_TAGS:,} tags"
            return
        found = mark[0]
        if begin is None and found in _CLOSING:
            yield from _find_almost(text[outside : mark.start()])
            begin = mark
        elif begin is None:
            if found != "#}":
                yield f"{_show(text, mark.start())} ends a tag that does not begin; write {{{{ name }}}}"
            outside = mark.end()
        elif found == _CLOSING[begin[0]]:
            if begin[0] != "{#":
                yield from _check_inner(text[begin.start() : mark.end()])
            begin, outside = None, mark.end()
        elif found in _CLOSING and begin[0] != "{#":
            yield _say_open(text, begin)
            begin = mark
    if begin is not None:
        yield _say_open(text, begin)
        return
    yield from _find_almost(text[outside:])


def _say_open(text: str, begin: re.Match[str]) -> str:
    return f"{_show(text, begin.start())} begins a tag that does not end; it wants {_CLOSING[begin[0]]}"


def _find_almost(text: str) -> Iterator[str]:
    begun = [found[0] for found in _ALMOST.finditer(text)]
    ended = [] if begun else [found[0][-40:] for found in _ALMOST_CLOSED.finditer(text)]
    for found in (*begun, *ended):
        cut = re.search(r"[}｝%％]\s*[}｝]", found)
        shown = (found[: cut.end()] if cut else found[:40]).strip()
        right = re.sub(r"([{}%])\s+(?=[{}%])", r"\1", unicodedata.normalize("NFKC", shown))
        yield f"{shown!r} is almost a tag; write {right}"


def _check_inner(tag: str) -> Iterator[str]:
    if len(tag) > _LONGEST_TAG:
        yield f"{tag[:40]!r} is a tag of more than {_LONGEST_TAG:,} characters; a brace is lost, or it wants parts"
        return
    bare = _STRINGS.sub("", tag)
    wide = next((sign for sign in bare if "！" <= sign <= "～"), None)
    if wide:
        yield f"{wide!r} in {_cut(tag)!r} is a full-width sign; write {unicodedata.normalize('NFKC', wide)}"
    found = _TAKES_AWAY.match(tag)
    if found and len(found[0]) < len(tag) - 1:
        yield (
            f"{_cut(tag)!r} has % or }} within; a tag that takes away its {'row' if found[1] == 'tr' else 'place'}"
            f" cannot: put it into a {{% set %}} before, or write 'is divisibleby(2)' for '% 2'"
        )


def _check_written(xml: str, text: str) -> Iterator[str]:
    """Faults that would have docxtpl search for hours: tags in attributes, and merged cells without a cell."""
    marks = [mark for mark in _MARKS.finditer(xml) if mark[0] in _CLOSING]
    if len(marks) > MOST_TAGS:
        yield f"more than {MOST_TAGS:,} tags"
        return
    for mark in marks:
        end = xml.find(_CLOSING[mark[0]], mark.end(), mark.end() + _LONGEST_TAG_XML)
        if end < 0:
            yield f"{_show(xml, mark.start())} begins a tag that does not end; it wants {_CLOSING[mark[0]]}"
            return
    merging = list(_MERGING.finditer(xml))
    if len(merging) > _MOST_MERGING:
        yield f"more than {_MOST_MERGING} cells that are merged"
        return
    well = [mark for mark in merging if _is_in_cell(xml, mark.start())]
    if not len(well) == len(merging) == len(_MERGING.findall(text)):
        yield "{% vm %} or {% hm %} stands outside a cell; write it anew, at the beginning of the cell's text"


def _is_in_cell(xml: str, at: int) -> bool:
    begin = max(xml.rfind("<w:tc>", 0, at), xml.rfind("<w:tc ", 0, at))
    properties = xml.find("</w:tcPr", begin, at) if begin >= 0 else -1
    if properties < 0 or re.search(r"<w:t[ >]", xml[properties:at]) is None:
        return False
    return 0 <= xml.find("</w:t>", at) < xml.find("</w:tc", at)


def _show(text: str, at: int) -> str:
    return repr(_cut(text[at : at + 200].split("\n", 1)[0]) or text[at : at + 2])


def _cut(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
