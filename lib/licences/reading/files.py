"""Files: read as rows of text, whatever their encoding; written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any, cast

from licences.errors import (
    LicencesError,
    MissingFileError,
    Problem,
    ProblemsError,
    UsageError,
)
from licences.reading.bounds import MAX_FILE_BYTES

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700  # of what we make: whoever shares it opens it to others
_PRIVATE = re.compile("[\ue000-\uf8ff]")


def read_text(path: Path) -> str:
    """The text of a file in UTF-8 (with or without BOM), GB18030 or UTF-16 (with BOM).

    Raises: MissingFileError, ProblemsError.
    """
    return read_coded_text(path)[0]


def read_coded_text(path: Path) -> tuple[str, str]:
    """As ``read_text``, with the encoding in which the file is written beside it."""
    content = read_bytes(path)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = content.decode("utf-16")
        except UnicodeDecodeError:
            wrong = Problem(str(path), 1, "file", "begins as UTF-16 and is none", "save it as UTF-8")
            raise ProblemsError([wrong]) from None
        if "\0" not in text:
            return text, "utf-16"
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


def read_bytes(path: Path) -> bytes:
    """The content of a file that is one, and no greater than MAX_FILE_BYTES.

    Raises: MissingFileError, also for a folder, a device or a pipe; ProblemsError where it is too great.
    """
    try:
        with reach(path):
            if is_remote(path):
                with path.open("rb") as file:
                    content = file.read(MAX_FILE_BYTES + 1)
            else:
                found = path.stat()
                if stat.S_ISDIR(found.st_mode):
                    raise IsADirectoryError
                if not stat.S_ISREG(found.st_mode):  # reading a pipe could wait for ever
                    raise MissingFileError(
                        str(path), "is a device or a pipe", "save it as a file, and name that"
                    )
                _check_size(path, found.st_size)
                content = path.read_bytes()
    except IsADirectoryError:
        raise MissingFileError(str(path), "is a folder", "name a file") from None
    except FileNotFoundError:
        raise MissingFileError(str(path), "there is no such file", "check the path") from None
    except (OSError, ValueError) as error:
        right = "check the address and your access to it" if is_remote(path) else "check its permissions"
        why = say_why(error) if isinstance(error, OSError) else str(error)
        raise MissingFileError(str(path), why, right) from None
    _check_size(path, len(content))
    return content


def _check_size(path: Path, size: int) -> None:
    if size > MAX_FILE_BYTES:
        most = f"{MAX_FILE_BYTES / 1e6:,.0f} MB"
        raise ProblemsError([Problem(str(path), 1, "file", f"it has more than {most}", f"at most {most}")])


def write_whole(path: Path, content: str | bytes) -> None:
    """Writes a file that appears under its name only when it is whole; one that is there keeps its mode."""
    mode = None
    if not is_remote(path):
        with contextlib.suppress(OSError):
            mode = stat.S_IMODE(path.stat().st_mode)
    write_all_whole(path.parent, {path.name: content}, PRIVATE_FILE if mode is None else mode)


def write_all_whole(folder: Path, files: Mapping[str, str | bytes], mode: int = PRIVATE_FILE) -> None:
    """Writes files of a folder; none appears under its name before all of them are whole.

    An object store takes each of them whole, all at a time. A link of that name gives way, and nothing is
    written where it leads. Raises: OSError; then every file that was there before is still there.
    """
    encoded = {
        name: content.encode() if isinstance(content, str) else content for name, content in files.items()
    }
    if is_remote(folder):
        place: Any = folder
        with reach(folder):
            place.fs.pipe({(place / name).path: content for name, content in encoded.items()})
        return
    make_folder(folder)
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


def make_folder(folder: Path) -> None:
    """Makes a folder of this machine and those above it, each its owner's alone; one that is there stays as it is."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(PRIVATE_FOLDER, exist_ok=True)
    if not folder.is_dir():
        raise NotADirectoryError(20, "is no folder", str(folder))


def delete_file(path: Path) -> None:
    """Takes the file of just this name away, where there is one: in an address no character is a pattern.

    Raises: OSError.
    """
    place: Any = path
    with contextlib.suppress(FileNotFoundError), reach(path):
        if is_remote(path):
            place.fs.rm_file(place.path)
        else:
            path.unlink()


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
