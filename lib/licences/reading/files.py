"""Files: read as rows of text, whatever their encoding; written whole or not at all."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
import stat
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path, PurePath
from typing import Any, cast

from licences.errors import (
    LicencesError,
    MissingFileError,
    Problem,
    ProblemsError,
    UsageError,
    need_extra,
)

WORKBOOKS = frozenset({".xlsx", ".xlsm"})
PRIVATE_FILE = 0o600  # of what we make: whoever shares it opens it to others
_CONTROLS = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
_PRIVATE = re.compile("[\ue000-\uf8ff]")


def read_rows(path: Path) -> tuple[list[str], list[int], list[list[str]]]:
    """Header, line numbers and cells of a CSV or XLSX file, all as text; blank lines are left out.

    Raises: ProblemsError where the file is broken; MissingFileError.
    """
    numbered = _read_sheet(path) if path.suffix.lower() in WORKBOOKS else _read_csv(path)
    file = str(path)
    numbered = [(line, row) for line, row in numbered if any(cell.strip() for cell in row)]
    if not numbered:
        raise ProblemsError([Problem(file, 1, "file", "it is empty", "the first line names the columns")])
    numbered = _cut_empty_columns(numbered)
    header = [name.strip() for name in numbered[0][1]]
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        mark = "semicolons" if ";" in header[0] else "tabs"
        wrong = Problem(file, 1, "header", f"its cells are separated by {mark}", "save it as CSV with commas")
        raise ProblemsError([wrong])
    problems = [
        Problem(file, line, "row", f"{len(row)} cells where the header has {len(header)}",
                "quote a cell that holds a comma, and give every column a cell")
        for line, row in numbered[1:] if len(row) != len(header)
    ]  # fmt: skip
    problems += [
        Problem(file, line, name, "holds a character that cannot be seen", "type the cell anew")
        for line, row in numbered for name, cell in zip(header, row, strict=False) if _CONTROLS.search(cell)
    ]  # fmt: skip
    if len(numbered) == 1:
        line = numbered[0][0]
        problems.append(Problem(file, line, "file", "no row follows the header", "write one row or more"))
    if problems:
        raise ProblemsError(problems)
    return header, [line for line, _ in numbered[1:]], [row for _, row in numbered[1:]]


def _cut_empty_columns(numbered: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """The rows without the empty columns that a spreadsheet leaves at the right."""
    width = max(
        (at for _, row in numbered for at, cell in enumerate(row, start=1) if cell.strip()), default=0
    )
    named = max((at for at, name in enumerate(numbered[0][1], start=1) if name.strip()), default=0)
    return [(line, row[:named]) for line, row in numbered] if width <= named else numbered


def read_text(path: Path) -> str:
    """The text of a UTF-8 (with or without BOM) or GB18030 file. Raises: MissingFileError, ProblemsError."""
    return read_coded_text(path)[0]


def read_coded_text(path: Path) -> tuple[str, str]:
    """As ``read_text``, with the encoding in which the file is written beside it."""
    content = _read_bytes(path)
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        right = "save it as plain text in UTF-8, a workbook as .xlsx"
        raise ProblemsError([Problem(str(path), line, "file", "holds a NUL byte", right)])
    has_mark = content.startswith(b"\xef\xbb\xbf")
    try:
        return content.decode("utf-8-sig"), "utf-8-sig" if has_mark else "utf-8"
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    # Damaged UTF-8 can pass as GB18030, then mostly with characters that no text has.
    if text and not _PRIVATE.search(text) and not has_mark:
        return text, "gb18030"
    wrong = Problem(str(path), line, "file", "neither UTF-8 nor GB18030", "save it as UTF-8")
    raise ProblemsError([wrong])


def _read_bytes(path: Path) -> bytes:
    try:
        with reach(path):
            return path.read_bytes()
    except IsADirectoryError:
        raise MissingFileError(str(path), "is a folder", "name a file") from None
    except FileNotFoundError:
        raise MissingFileError(str(path), "there is no such file", "check the path") from None
    except OSError as error:
        right = "check the address and your access to it" if is_remote(path) else "check its permissions"
        raise MissingFileError(str(path), say_why(error), right) from None


def _read_csv(path: Path) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for row in reader:
            rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        wrong = Problem(
            str(path), line, "row", f"broken quotes ({error})", 'close every quote and double a " inside'
        )
        raise ProblemsError([wrong]) from None
    return rows


def _read_sheet(path: Path) -> list[tuple[int, list[str]]]:
    need_extra("excel", str(path))
    from openpyxl import load_workbook  # only here: reading a CSV must not pay for it

    content = io.BytesIO(_read_bytes(path))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # what openpyxl cannot keep, such as drop-down lists, holds no cell
            sheet = load_workbook(content, read_only=True, data_only=True).worksheets[0]
            sheet.reset_dimensions()  # some programs write them wrong, and cells would be lost
            rows = [
                (line, [_cell_text(value) for value in row])
                for line, row in enumerate(sheet.iter_rows(values_only=True), start=1)
                if row
            ]
    except Exception as error:  # noqa: BLE001 - a broken workbook fails in openpyxl in any way
        wrong = Problem(str(path), 1, "file", f"not an Excel workbook ({error})", "save it as .xlsx or CSV")
        raise ProblemsError([wrong]) from None
    width = max((len(row) for _, row in rows), default=0)
    return [(line, row + [""] * (width - len(row))) for line, row in rows]


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()[:10]
    return str(value)


def write_whole(path: Path, content: str | bytes) -> None:
    """Writes a file that appears under its name only when it is whole; one that is there keeps its mode."""
    mode = None
    if not is_remote(path):
        with contextlib.suppress(OSError):
            mode = stat.S_IMODE(path.stat().st_mode)
    write_all_whole(path.parent, {path.name: content}, PRIVATE_FILE if mode is None else mode)


def write_all_whole(folder: Path, files: Mapping[str, str | bytes], mode: int = PRIVATE_FILE) -> None:
    """Writes files of a folder; none appears under its name before all of them are whole.

    An object store takes each of them whole, all at a time. Raises: OSError; then every file that was
    there before is still there.
    """
    encoded = {
        name: content.encode() if isinstance(content, str) else content for name, content in files.items()
    }
    if is_remote(folder):
        place: Any = folder
        with reach(folder):
            place.fs.pipe({(place / name).path: content for name, content in encoded.items()})
        return
    folder.mkdir(parents=True, exist_ok=True)
    temporary: dict[str, Path] = {}
    try:
        for name, content in encoded.items():
            handle, path = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
            temporary[name] = Path(path)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if mode != PRIVATE_FILE:
                temporary[name].chmod(mode)
        for name in encoded:
            temporary.pop(name).replace(folder / name)
    finally:
        for left in temporary.values():
            left.unlink(missing_ok=True)


def read_place(text: str) -> Path:
    """A path, or an address of an object store such as ``s3://bucket/folder`` as fsspec knows them.

    Raises: UsageError where what reads that address is not installed.
    """
    if "://" not in text:
        return Path(text)
    wrong = f"{text!r} cannot be reached"
    try:
        from upath import UPath

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it knows a store by fsspec alone
            place: Any = UPath(text)
        place.fs, place / "name"  # the library of the store is looked for here, and the address taken apart
    except ImportError as error:
        raise UsageError(f"{wrong}: {error}", "pip install 'licences[cluster]'") from None
    except Exception as error:  # noqa: BLE001 - each store has errors of its own
        raise UsageError(f"{wrong}: {error}", "check the address") from None
    if place.protocol in {"", "file", "local"}:
        return Path(place.path)
    if not place.path.strip("/"):
        raise UsageError(f"{wrong}: it names no bucket", f"write {place.protocol}://bucket/folder")
    return cast(Path, place)


def is_remote(path: Path) -> bool:
    """Whether a place is an address of an object store and not a path of this machine."""
    return not isinstance(path, PurePath)


@contextlib.contextmanager
def reach(place: Path) -> Iterator[None]:
    """Makes an OSError of whatever goes wrong at a place: the library of an object store has errors of its own."""
    try:
        yield
    except (OSError, LicencesError):
        raise
    except Exception as error:
        if not is_remote(place):
            raise
        raise OSError(str(error) or type(error).__name__) from None


def say_why(error: OSError) -> str:
    """The reason of an error, without the path and the number that the system puts beside it."""
    return error.strerror or str(error) or type(error).__name__
