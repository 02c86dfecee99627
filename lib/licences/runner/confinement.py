"""Confinement of a process that runs a report's notebook: where it may write, and how much memory it may take."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def hold_back(memory_mib: int | None, *folders: str) -> None:
    """From now on this process writes in these folders and its caches alone, and takes no more memory than that."""
    home = Path.home()
    caches = [home / name for name in (".cache", ".ipython", ".config")]
    guard_writes([*map(Path, folders), Path("/dev"), *caches])
    limit_memory(memory_mib)


def guard_writes(allowed: Iterable[Path]) -> None:
    """From now on this process may write below ``allowed`` alone, whatever library it uses to do so.

    It stops mistakes, not malice: a program that it starts, or C code, is not held back.
    """
    folders = tuple(os.path.normcase(os.path.realpath(folder)) for folder in allowed)
    places = {"os.remove": (0,), "os.rename": (0, 1), "os.mkdir": (0,), "os.rmdir": (0,), "os.link": (1,),
              "os.symlink": (1,), "os.truncate": (0,), "os.chmod": (0,), "os.chown": (0,),
              "sqlite3.connect": (0,)}  # fmt: skip

    def is_allowed(path: Any) -> bool:
        if not isinstance(path, (str, bytes, os.PathLike)):
            return True  # a descriptor is open already
        if os.fsdecode(path) == os.devnull:
            return True
        where = os.path.normcase(os.path.realpath(os.fsdecode(path)))
        return any(where == folder or where.startswith(folder + os.sep) for folder in folders)

    def watch(event: str, given: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = given
            writes = bool(flags & _WRITES) if isinstance(flags, int) else False
            if not writes and not (isinstance(mode, str) and set(mode) & set("wax+")):
                return
            refused = () if is_allowed(path) else (path,)
        elif event in places:
            refused = tuple(given[at] for at in places[event] if not is_allowed(given[at]))
        else:
            return
        for path in refused:
            raise PermissionError(13, "a report's notebook writes in its temporary folder alone", path)

    sys.addaudithook(watch)


def limit_memory(limit_mib: int | None) -> None:
    """The most memory that this process can take, where the system can hold it to that."""
    try:
        import resource
    except ImportError:  # Windows has none
        return
    if limit_mib is not None and sys.platform == "linux":
        most = limit_mib * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def find_folder_first() -> None:
    """Modules are found in the folder where this process is, after those of the standard library, as in a kernel."""
    libraries = [path for path in sys.path if Path(path).name in {"site-packages", "dist-packages"}]
    sys.path.insert(sys.path.index(libraries[0]) if libraries else 0, "")
