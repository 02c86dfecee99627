"""Cache on disk of what was worked out of files, found by a hash of all that it rests on."""

from __future__ import annotations

import hashlib
import os
import pickle
import stat
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from licences.book.garbage import keep_garbage
from licences.reading.files import PRIVATE_FOLDER, make_folder, write_whole
from licences.reading.places import find_program_folder

PLACE = "LICENCES_CACHE"  # the variable that names another folder, or says off
OFF = "off"
ROOMS = ("book", "reading", "rules", "law")  # what is kept of the law is made by their modules
KEPT = 8  # of one name, those used last; each new text of the law adds one
_DIGEST_BYTES = 32
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH
Made = TypeVar("Made")


def remember(
    name: str,
    rests_on: Iterable[bytes],
    make: Callable[[], Made],
    is_good: Callable[[Made], bool] = lambda _: True,
    rooms: tuple[str, ...] = ROOMS,
) -> Made:
    """What ``make`` returns, from the cache where it was made before of just the same.

    rests_on: all that it follows from, beside this Python and the modules of ``rooms``. is_good: whether what was
    made is to be kept. What cannot be read whole, or could have been written by another user, is made anew; where nothing
    can be written, nothing is kept.
    """
    folder = find_cache_folder()
    if folder is None:
        return make()
    file = folder / f"{name}-{_hash([_find_program(rooms), *rests_on])}.pickle"
    with suppress(OSError, _DamagedError):
        known: Made = _read(file)
        return known
    made = make()
    if is_good(made):
        with suppress(OSError):
            _keep(file, name, made)
    return made


def find_cache_folder() -> Path | None:
    """Where the cache lies, None where there is to be none."""
    told = os.environ.get(PLACE)
    if told:
        return None if told == OFF else Path(told)
    from platformdirs import user_cache_path

    return user_cache_path("licences", appauthor=False)


class _DamagedError(Exception):
    """A file of the cache is not what was written, or not by us."""


def _read(file: Path) -> Any:
    with file.open("rb") as opened:
        about = os.fstat(opened.fileno())
        if hasattr(os, "geteuid") and (about.st_uid != os.geteuid() or about.st_mode & _OTHERS_MAY_WRITE):
            raise _DamagedError
        content = opened.read()
    packed = memoryview(content)[_DIGEST_BYTES:]
    if hashlib.sha256(packed).digest() != content[:_DIGEST_BYTES]:
        raise _DamagedError
    with suppress(OSError):
        os.utime(file)  # so that what is used is not among the old ones that are thrown away
    try:
        with keep_garbage():
            return pickle.loads(packed)  # noqa: S301 - our own, as a compiled module is
    except Exception:  # noqa: BLE001 - whatever it is, it can be made anew
        raise _DamagedError from None


def _keep(file: Path, name: str, made: object) -> None:
    with keep_garbage():
        packed = pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL)
    make_folder(file.parent)
    file.parent.chmod(PRIVATE_FOLDER)
    write_whole(file, hashlib.sha256(packed).digest() + packed)
    kept = sorted(file.parent.glob(f"{name}-*.pickle"), key=lambda one: one.stat().st_mtime, reverse=True)
    for old in kept[KEPT:]:
        old.unlink(missing_ok=True)


@cache
def _find_program(rooms: tuple[str, ...]) -> bytes:
    """What tells one state of the modules from another, and one Python: names, sizes and times of their files."""
    told = [sys.version]
    for room in rooms:
        folders = [str(find_program_folder() / room)]
        for folder in folders:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.endswith(".py"):
                        about = entry.stat()
                        told.append(f"{entry.path} {about.st_size} {about.st_mtime_ns}")
                    elif entry.name != "__pycache__" and entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
    return "\n".join(sorted(told)).encode()


def _hash(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()[:32]
