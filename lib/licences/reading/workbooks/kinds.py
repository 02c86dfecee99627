"""Kinds: what a file really is, whatever its name says."""

from __future__ import annotations

import re

XLSX, XLS, ODS, TEXT = "xlsx", "xls", "ods", "text"
SUFFIXES = {".xlsx": XLSX, ".xlsm": XLSX, ".xls": XLS, ".ods": ODS}
# Tables of other programs, which we name and do not read.
UNREAD = {
    ".et": ("is a table of WPS (.et)", "open it in WPS, and save it as .xlsx"),
    ".ett": ("is a template of WPS (.ett)", "open it in WPS, and save it as .xlsx"),
    ".xlsb": ("is a binary Excel workbook (.xlsb)", "open it in Excel and save it as .xlsx"),
    ".numbers": ("is a file of Apple Numbers", "export it as .xlsx"),
}
_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK"
_SAVE = "open it in Excel and save it as .xlsx"
_MARKUP = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|div|style)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML_SHEET = b"urn:schemas-microsoft-com:office:spreadsheet"

# How what we do not read, or what stands under another name, is called: a beginning, and what to do.
_ZIPPED = (
    (b"xl/workbook.bin", "a binary Excel workbook (.xlsb)", _SAVE),
    (b"index/document.iwa", "a file of Apple Numbers or Pages", "export it as .xlsx"),
    (b"index.zip", "a file of Apple Numbers or Pages", "export it as .xlsx"),
    (b"word/document.xml", "a Word file", "put the clients into a workbook, and save it as .xlsx"),
    (b"ppt/presentation.xml", "a presentation", "put the clients into a workbook, and save it as .xlsx"),
)
_NAMES = {
    XLSX: ("an Excel workbook (.xlsx)", "give its name the ending .xlsx"),
    XLS: ("an old Excel workbook (.xls)", _SAVE),
    ODS: ("an OpenDocument workbook (.ods)", "give its name the ending .ods"),
    TEXT: ("text, such as CSV, and no workbook", "give its name the ending .csv, or save it as .xlsx"),
}


def find_kind(content: bytes) -> tuple[str, tuple[str, str] | None]:
    """The kind of a content; where it is none that we read, what it is and what to do."""
    if content.startswith(_OLE):
        return _find_ole_kind(content)
    if content.startswith(_ZIP):
        return _find_zip_kind(content)
    head = content[:4096].removeprefix(b"\xef\xbb\xbf")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.replace(b"\0", b"")[2:]
    if head.lstrip().startswith(b"<?xml") and _XML_SHEET in head:
        return "", ("is an Excel workbook of 2003 as XML", _SAVE)
    if _MARKUP.match(head):
        return "", ("is a web page (HTML)", _SAVE)
    if head.startswith(b"%PDF"):
        return "", ("is a PDF", "put the clients into a workbook, and save it as .xlsx")
    return TEXT, None


def name_kind(kind: str) -> tuple[str, str]:
    """What is wrong where a file is of this kind and its name says another, and what would be right."""
    what, right = _NAMES[kind]
    return f"is {what}", right


def _find_ole_kind(content: bytes) -> tuple[str, tuple[str, str] | None]:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "", ("is locked with a password", "open it, take the password away, and save it as .xlsx")
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        return XLS, None
    return "", ("is cut short, or an old Office file and no workbook", _SAVE)


def _find_zip_kind(content: bytes) -> tuple[str, tuple[str, str] | None]:
    lower = content[-2_000_000:].lower() if len(content) > 2_000_000 else content.lower()
    if b"application/vnd.oasis.opendocument.spreadsheet" in content[:200]:
        return ODS, None
    for name, what, right in _ZIPPED:
        if name in lower:
            return "", (f"is {what}", right)
    if b"workbook.xml" in lower or b"[content_types].xml" in lower or b"xl/" in lower or b"xl\\" in lower:
        return XLSX, None
    if b"content.xml" in lower:
        return ODS, None
    return "", ("is a ZIP archive and no workbook", "unpack it, and name the workbook in it")
