"""Threads of linear algebra: a forked process has as many as one that has just imported numpy."""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from pathlib import Path

# OpenBLAS starts its threads as it is loaded, and nothing with threads can be forked: it is loaded with one.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
_ASKED = ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS")
_MAPS = Path("/proc/self/maps")


def restore_threads() -> None:
    """Has each OpenBLAS that this process was forked with start as many threads as the environment asks for."""
    if not _MAPS.exists():
        return
    mapped = {line.rpartition(" ")[2].strip() for line in _MAPS.read_text("utf-8", "replace").splitlines()}
    for path in (one for one in mapped if "openblas" in one.rpartition("/")[2].lower()):
        with suppress(OSError):
            _restore_threads(ctypes.CDLL(path))


def _restore_threads(library: ctypes.CDLL) -> None:
    for before in ("scipy_", ""):
        for after in ("64_", "", "_64"):
            count = getattr(library, f"{before}openblas_get_num_procs{after}", None)
            start = getattr(library, f"{before}openblas_set_num_threads{after}", None)
            if count is not None and start is not None:
                most = count()
                asked = next(
                    (given for name in _ASKED if (given := _read_count(os.environ.get(name, "")))), most
                )
                start(min(asked, most))
                return


def _read_count(text: str) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() else 0
