"""Tracked changes of a Word template: it is read as if each had been accepted."""

from __future__ import annotations

from typing import Any

from docx.oxml.ns import qn

_GONE, _COME = {qn("w:del"), qn("w:moveFrom")}, {qn("w:ins"), qn("w:moveTo")}
_REMEMBERED = {
    qn(f"w:{name}")
    for name in ("cellIns", "cellMerge", "moveFromRangeEnd", "moveFromRangeStart", "moveToRangeEnd",
                 "moveToRangeStart", "numberingChange", "pPrChange", "rPrChange", "sectPrChange", "tblGridChange",
                 "tblPrChange", "tblPrExChange", "tcPrChange", "trPrChange")
}  # fmt: skip


def accept_changes(root: Any) -> None:
    """Takes away what is deleted, with the marks of it, and leaves what is inserted as if it had always been there."""
    joined = []
    for mark in list(root.iter(*_GONE, *_COME, *_REMEMBERED, qn("w:cellDel"))):
        parent = mark.getparent()
        if parent is None:
            continue
        is_gone = mark.tag in _GONE
        if mark.tag == qn("w:cellDel") or (is_gone and parent.tag == qn("w:trPr")):
            _remove(parent.getparent())
            continue
        if is_gone and parent.tag == qn("w:rPr") and parent.getparent().tag == qn("w:pPr"):
            joined.append(parent.getparent().getparent())
        elif mark.tag in _COME and parent.tag not in {qn("w:rPr"), qn("w:trPr")}:
            for child in list(mark):
                mark.addprevious(child)
        _remove(mark)
    for paragraph in reversed(joined):  # the last one first, so that nothing is moved twice
        _join_to_next(paragraph)


def _remove(element: Any) -> None:
    if element is not None and element.getparent() is not None:
        element.getparent().remove(element)


def _join_to_next(paragraph: Any) -> None:
    """A paragraph whose end is deleted goes into the next one, whose properties hold."""
    following = paragraph.getnext()
    if following is None or following.tag != qn("w:p"):
        return
    at = 1 if len(following) and following[0].tag == qn("w:pPr") else 0
    for child in reversed([child for child in paragraph if child.tag != qn("w:pPr")]):
        following.insert(at, child)
    _remove(paragraph)
