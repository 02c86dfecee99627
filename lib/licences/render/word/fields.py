"""Fields of a finished Word file that show something before Word has worked them out: contents and numbers of captions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from licences.errors import UsageError

_MOST_ENTRIES = 5_000
_COUNTED = re.compile(r"\s*SEQ\s+(\w+)(?:\s+\\\*\s+(?:ARABIC|MERGEFORMAT))*\s*")


def number_captions(document: Any) -> None:
    """Shows in each caption the number that Word would work out: figures and tables are counted apart."""
    counts = Counter[str]()
    for told in document.element.body.iter(qn("w:instrText")):
        found = _COUNTED.fullmatch(told.text or "")
        if found is None:
            continue
        counts[found[1]] += 1
        shown = told.getparent().getnext()
        while shown is not None and shown.find(qn("w:t")) is None:
            shown = shown.getnext()
        if shown is not None:
            shown.find(qn("w:t")).text = str(counts[found[1]])


def fill_contents(document: Any) -> None:
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
        if at < len(headings) - 1:
            paragraph.get_or_add_pPr().append(OxmlElement("w:keepNext"))  # it is not cut at the end of a page
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
