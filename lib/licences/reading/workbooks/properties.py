"""Properties of a workbook: what its maker noted in it, and when it was last saved."""

from __future__ import annotations

from licences.reading.bounds import check_count
from licences.reading.workbooks import kinds
from licences.reading.workbooks.packages import Attributes, Package, parse_whole
from licences.reading.workbooks.sheets import WorkbookError

SAVED = "saved"
_PARTS = {kinds.XLSX: ("docprops/custom.xml", "docprops/core.xml"), kinds.ODS: ("meta.xml",)}
_NOTED = frozenset({"property", "user-defined"})
_SAVED = frozenset({"modified", "date"})
_MOST, _LONGEST = 1_000, 1_000


def read_properties(content: bytes) -> dict[str, str]:
    """The properties that a workbook bears of its own, and under ``saved`` the moment as ISO; nothing of an old one.

    Raises: WorkbookError, BoundError.
    """
    kind = kinds.find_kind(content)[0]
    reader = _Reader()
    if kind in _PARTS:
        package = Package(content)
        for part in _PARTS[kind]:
            if part in package:
                try:
                    parse_whole(package.read_chunks(part), reader.start, reader.end, reader.text)
                except WorkbookError:  # they say nothing then, and the sheets may still be whole
                    continue
    return reader.found


class _Reader:
    """The properties as they are parsed."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._name = ""
        self._text = ""

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag in _NOTED:
            told = (value for key, value in attributes.items() if key.rpartition(":")[2] == "name")
            self._name, self._text = next(told, ""), ""
        elif tag in _SAVED:
            self._name, self._text = SAVED, ""

    def end(self, tag: str) -> None:
        if tag in _NOTED | _SAVED and self._name:
            self.found[self._name] = self._text.strip()
            check_count(len(self.found), _MOST, "properties")
            self._name = ""

    def text(self, data: str) -> None:
        if self._name and len(self._text) < _LONGEST:
            self._text += data
