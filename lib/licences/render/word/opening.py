"""Opening of a Word template as it was handed over: what comes out can be filled in and sent to a client."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from lxml import etree

from licences.errors import UsageError
from licences.render.word.belongings import (
    check_drawings,
    leave_links,
    leave_settings,
    list_inner_links,
    refuse_active,
)
from licences.render.word.parts import find_reaching_field, read_part, write_part
from licences.render.word.revisions import accept_changes
from licences.render.word.tags import find_faults, find_text_faults

MOST_FILE_BYTES = 50_000_000
MOST_UNPACKED_BYTES = 60_000_000
MOST_TEXT_BYTES = 4_000_000  # of its text, headers and footers, with the marks of Word
MOST_PARTS = 1_000

_SAVE = "open it in Word and save it as Word document (.docx)"
_MAIN_TYPES = frozenset(
    {
        CONTENT_TYPE.WML_DOCUMENT_MAIN,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
        "application/vnd.ms-word.document.macroEnabled.main+xml",
        "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
    }
)
# Parts by their outermost element: those whose tags are filled in, and those where tags would stay.
_FILLED = {"header": qn("w:hdr"), "footer": qn("w:ftr"), "footnotes": qn("w:footnotes")}
_UNFILLED = {qn("w:endnotes"): "an endnote", qn("w:comments"): "a comment"}
_KINDS = (
    (rb"\{\\rtf", "an RTF file"),
    (rb"%PDF", "a PDF file"),
    (rb"(?is)\s*(?:<!doctype html|<html|<head|<meta|<body)", "a web page (HTML)"),
    (rb"(?s)\s*<\?xml.{0,2000}?(?:pkg:package|w:wordDocument)", "a Word file in XML"),
    (rb"(?is)\s*<\?xml.{0,400}?<html", "a web page (HTML)"),
    (rb"MIME-Version:", "a web archive"),
)


@dataclass(frozen=True)
class OpenedTemplate:
    """A template that can be filled in. left_behind: what of it does not reach the clients, in words."""

    content: bytes
    left_behind: tuple[str, ...]


@lru_cache(maxsize=4)
def open_template(content: bytes) -> OpenedTemplate:
    """Reads a ``.docx``, ``.docm``, ``.dotx`` or ``.dotm``.

    Tracked changes are accepted; macros, add-ins and links to other templates are left behind; a file in
    Strict Open XML is turned into what everybody reads.
    Raises: UsageError where it is something else, where its tags are none, or where it would have a
    client's Word load or run something.
    """
    package = _Package(_unpack(content))
    package.find_main()
    left_behind = package.part_from_others()
    package.tidy_texts()
    return OpenedTemplate(package.pack(), left_behind)


class _Package:
    """The parts of a template by their names."""

    def __init__(self, parts: dict[str, bytes]) -> None:
        if any(b"http://purl.oclc.org/ooxml/" in content for content in parts.values()):
            parts = {name: _loosen(content) if _is_xml(name) else content for name, content in parts.items()}
        self.parts = parts
        self.roots = {name: _parse(name, content) for name, content in parts.items() if _is_xml(name)}
        self.changed: set[str] = set()

    def find_main(self) -> None:
        """Sees that the main part is a document of Word's, and calls it one."""
        types, links = self.roots.get("[Content_Types].xml"), self.roots.get("_rels/.rels")
        main = [
            link.get("Target", "").lstrip("/")
            for link in (() if links is None else links)
            if link.get("Type") == RELATIONSHIP_TYPE.OFFICE_DOCUMENT
        ]
        named = [] if types is None else [one for one in types if one.get("PartName", "")[1:] in main]
        if len(main) != 1 or len(named) != 1 or main[0] not in self.roots:
            raise _refuse(_name_kind(self.parts), _SAVE)
        if named[0].get("ContentType") not in _MAIN_TYPES:
            raise _refuse(_name_kind(self.parts), _SAVE)
        self._check_types(types)
        named[0].set("ContentType", CONTENT_TYPE.WML_DOCUMENT_MAIN)
        self.changed.add("[Content_Types].xml")
        root = self.roots[main[0]]
        if root.tag != qn("w:document") or root.nsmap.get("w") != qn("w:p")[1:-2]:
            raise _refuse("a file of another program", _SAVE)
        root.attrib.pop(qn("w:conformance"), None)

    def part_from_others(self) -> tuple[str, ...]:
        """Takes away what leads elsewhere and can be missed; what cannot be missed is refused."""
        left_behind: set[str] = set()
        for name, root in self.roots.items():
            if name.endswith(".rels"):
                gone = leave_links(name, root)
                for kind, target in list_inner_links(name, root):
                    if kind in _FILLED:
                        self._check_filled(kind, target)
            else:
                gone = leave_settings(root)
                check_drawings(root)
            if gone:
                self.changed.add(name)
                left_behind.update(gone)
        return tuple(sorted(left_behind))

    def tidy_texts(self) -> None:
        """Accepts tracked changes, and sees that the tags are tags. Raises: UsageError."""
        faults: list[str] = []
        size = 0
        for name, root in self.roots.items():
            if root.tag in _UNFILLED:
                found = re.search(r"\{[{%].{0,40}", "".join(root.itertext()))
                faults += (
                    [f"{found[0]!r} is in {_UNFILLED[root.tag]}, where no tag is filled in"] if found else []
                )
            elif root.tag.endswith("}coreProperties"):
                faults += [fault for told in root for fault in find_text_faults(told.text or "")]
            is_filled = root.tag in {qn("w:document"), *_FILLED.values()}
            if is_filled:
                accept_changes(root)
                self.changed.add(name)
            if field := find_reaching_field(root):
                raise refuse_active(f"a field that fetches or runs something ({field})")
            if is_filled:
                written = write_part(root)
                size += len(written)
                if size > MOST_TEXT_BYTES:
                    raise _refuse_size(f"its text has more than {MOST_TEXT_BYTES // 1_000_000} MB")
                faults += find_faults(root, written.decode())
        if faults:
            more = f" (and {len(faults) - 4} more)" if len(faults) > 4 else ""
            raise UsageError(
                f"--template: {'; '.join(faults[:4])}{more}",
                "see the consultant's guide, 'A Word template of your own'",
            )

    def _check_types(self, types: Any) -> None:
        """Sees that each part that is going to be filled in is one of those that are looked through."""
        for one in types:
            if one.get("ContentType") != CONTENT_TYPE.WML_FOOTNOTES:
                continue
            root = self._find_root(one.get("PartName", ""))
            if root is None or root.tag != _FILLED["footnotes"]:
                raise _refuse("damaged (its footnotes are none)", _SAVE)

    def _check_filled(self, kind: str, target: str) -> None:
        root = self._find_root(target)
        if root is None or root.tag != _FILLED[kind]:
            raise _refuse(f"damaged (its {kind} is none)", _SAVE)

    def _find_root(self, name: str) -> Any:
        same = {other.lower(): other for other in self.roots}.get(name.lower().lstrip("/"))
        return None if same is None else self.roots[same]

    def pack(self) -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.parts.items():
                changed = name in self.changed
                archive.writestr(name, write_part(self.roots[name]) if changed else content, compresslevel=1)
        return target.getvalue()


def _unpack(content: bytes) -> dict[str, bytes]:
    if len(content) > MOST_FILE_BYTES:
        raise _refuse_size(f"it has more than {MOST_FILE_BYTES // 1_000_000} MB")
    _check_begin(content)
    if content.count(b"PK\x01\x02") > MOST_PARTS:
        raise _refuse_size(f"it has more than {MOST_PARTS:,} parts")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if any(entry.flag_bits & 1 for entry in entries):
                raise _refuse("locked with a password", "take the password away")
            if any(
                entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for entry in entries
            ):
                raise _refuse("packed in another way than Word does", _SAVE)
            if sum(entry.file_size for entry in entries) > MOST_UNPACKED_BYTES:
                raise _refuse_size(f"it unpacks to more than {MOST_UNPACKED_BYTES // 1_000_000} MB")
            return {entry.filename: archive.read(entry) for entry in entries if not entry.is_dir()}
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError) as error:
        raise UsageError(f"--template is no Word file ({error})", "save it as .docx") from None


def _check_begin(content: bytes) -> None:
    """Names a file of another kind by how it begins."""
    for pattern, kind in _KINDS:
        if re.match(pattern, content[:4096].removeprefix(b"\xef\xbb\xbf")):
            raise _refuse(kind, _SAVE)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise _refuse("locked with a password", "in Word, take the password away: File > Info > Protect")
        raise _refuse("in the old format of Word (.doc)", _SAVE)


def _is_xml(name: str) -> bool:
    return name.endswith((".xml", ".rels", ".vml"))


def _parse(name: str, content: bytes) -> Any:
    try:
        root = read_part(content)
    except etree.XMLSyntaxError as error:
        raise UsageError(f"--template is no Word file ({name}: {error})", _SAVE) from None
    if root.getroottree().docinfo.doctype:
        raise refuse_active(f"a document type in {name}, as Word never writes one")
    return root


def _name_kind(parts: Mapping[str, bytes]) -> str:
    """What a zip file is that is no Word file."""
    if b"opendocument.text" in parts.get("mimetype", b""):
        return "an OpenDocument text (.odt)"
    for folder, kind in (("xl/", "an Excel workbook"), ("ppt/", "a PowerPoint file")):
        if any(name.startswith(folder) for name in parts):
            return kind
    return "a zip file of another kind"


def _loosen(content: bytes) -> bytes:
    """Strict Open XML in the names that all programs know."""
    for strict, known in (
        (rb"wordprocessingml/main", rb"wordprocessingml/2006/main"),
        (rb"officeDocument/relationships/extendedProperties", rb"officeDocument/2006/relationships/extended-properties"),
        (rb"officeDocument/relationships/customProperties", rb"officeDocument/2006/relationships/custom-properties"),
        (rb"officeDocument/extendedProperties", rb"officeDocument/2006/extended-properties"),
        (rb"officeDocument/customProperties", rb"officeDocument/2006/custom-properties"),
        (rb"(officeDocument|drawingml|schemaLibrary|presentationml|spreadsheetml)/", rb"\1/2006/"),
    ):  # fmt: skip
        content = re.sub(
            rb"http://purl\.oclc\.org/ooxml/" + strict,
            rb"http://schemas.openxmlformats.org/" + known,
            content,
        )
    return content


def _refuse(kind: str, right: str) -> UsageError:
    return UsageError(f"--template is no Word file that can be filled in: it is {kind}", right)


def _refuse_size(wrong: str) -> UsageError:
    return UsageError(f"--template is too large: {wrong}", "leave pictures out, or make them smaller")
