"""Packages: the parts of a workbook that is a ZIP archive, unpacked and parsed no further than the bounds."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from xml.parsers import expat

from licences.reading.bounds import (
    MAX_DEPTH,
    MAX_NAMES,
    MAX_PARTS,
    MAX_TOKEN_BYTES,
    MAX_UNPACKED_BYTES,
    BoundError,
    check_count,
)
from licences.reading.workbooks.sheets import WorkbookError

_CHUNK = 1 << 16
_ENTRY = b"PK\x01\x02"
_LOCKED = 1
DAMAGED = ("is cut short or damaged", "save it anew as .xlsx")
LOCKED = ("is locked with a password", "open it, take the password away, and save it as .xlsx")

Attributes = dict[str, str]
Start = Callable[[str, Attributes], None]
End = Callable[[str], None]
Text = Callable[[str], None]


class Package:
    """The parts of an archive by name, however a program wrote the names."""

    def __init__(self, content: bytes) -> None:
        if content.count(_ENTRY) > MAX_PARTS:
            raise BoundError(f"more than {MAX_PARTS:,} parts", f"at most {MAX_PARTS:,}")
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise WorkbookError(*DAMAGED) from error
        self._parts = {
            info.filename.replace("\\", "/").lstrip("/").lower(): info for info in self._archive.infolist()
        }

    def __contains__(self, name: str) -> bool:
        return name.lstrip("/").lower() in self._parts

    @property
    def names(self) -> list[str]:
        """The names of all parts, in lower case."""
        return list(self._parts)

    def read_chunks(self, name: str) -> Iterator[bytes]:
        """The content of a part. Raises: WorkbookError, BoundError."""
        info = self._parts.get(name.lstrip("/").lower())
        if info is None:
            raise WorkbookError(f"lacks its part {name[:80]}")
        if info.flag_bits & _LOCKED:
            raise WorkbookError(*LOCKED)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise WorkbookError("is packed in a way that no workbook is")
        size = info.file_size
        try:
            with self._archive.open(info) as part:
                while size <= MAX_UNPACKED_BYTES and (chunk := part.read(_CHUNK)):
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise WorkbookError(*DAMAGED) from error
        if size > MAX_UNPACKED_BYTES:
            wrong = f"{name[:80]} has {size / 1e6:,.0f} MB when unpacked"
            raise BoundError(
                wrong, f"at most {MAX_UNPACKED_BYTES / 1e6:,.0f} MB; keep only the clients in it"
            )

    def read_head(self, name: str, size: int = 1_000_000) -> bytes:
        """The beginning of a part, or nothing where there is no such part."""
        head = b""
        if name in self:
            for chunk in self.read_chunks(name):
                head += chunk
                if len(head) >= size:
                    break
        return head


def parse(chunks: Iterator[bytes], start: Start, end: End, text: Text | None = None) -> Iterator[None]:
    """Parses XML a chunk at a time, and tells names without their prefix; what is yielded is a moment to look.

    Raises: WorkbookError where it is no XML, or declares things that no workbook does; BoundError.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    depth, local = 0, _Names()

    def begin(name: str, attributes: Attributes) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise BoundError(f"nested deeper than {MAX_DEPTH} levels", f"at most {MAX_DEPTH}")
        start(local[name], attributes)

    def finish(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(local[name])

    parser.StartElementHandler, parser.EndElementHandler = begin, finish
    parser.StartDoctypeDeclHandler = _refuse_declaration
    if text:
        parser.CharacterDataHandler = text
    fed = 0
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            fed += len(chunk)
            if fed - max(parser.CurrentByteIndex, 0) > MAX_TOKEN_BYTES:
                wrong = f"a tag of more than {MAX_TOKEN_BYTES / 1e6:,.0f} MB"
                raise BoundError(wrong, "save it anew with Excel")
            yield
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, UnicodeError) as error:
        raise WorkbookError(*DAMAGED) from error
    yield


def parse_whole(chunks: Iterator[bytes], start: Start, end: End, text: Text | None = None) -> None:
    """As ``parse``, all at once."""
    for _ in parse(chunks, start, end, text):
        pass


class _Names(dict[str, str]):
    """Names with a prefix to names without it."""

    def __missing__(self, name: str) -> str:
        check_count(len(self) + 1, MAX_NAMES, "names of tags")
        self[name] = local = name.rpartition(":")[2]
        return local


def _refuse_declaration(*_: object) -> None:
    raise WorkbookError("declares a document type, as no workbook does")
