"""Garbage of Python: not looked for while much is read that is none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def keep_garbage() -> Iterator[None]:
    """Python looks for no garbage meanwhile: a large book is read as a million objects of which none is any.

    It took half the time of reading one.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
