"""Notice of what a command is at, where it takes long before it first says something."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from licences.cli.language import tell

PATIENCE_SECONDS = 0.5
_waiting: list[threading.Timer] = []


@contextmanager
def notice_reading(language: str) -> Iterator[None]:
    """Says that files are read, to who looks at a screen for that long, unless ``cancel`` is called before."""
    if not sys.stderr.isatty():
        yield
        return
    timer = threading.Timer(PATIENCE_SECONDS, tell, ("reading the catalogue and the clients …", language))
    timer.daemon = True
    _waiting.append(timer)
    timer.start()
    try:
        yield
    finally:
        cancel()


def cancel() -> None:
    """Something is said now."""
    while _waiting:
        _waiting.pop().cancel()
