"""Seconds of this thread, without what it spends on the garbage of the tests before, or what threads of theirs still do."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def count_seconds() -> Iterator[Callable[[], float]]:
    """What is yielded says how many seconds of the processor have gone since."""
    gc.disable()
    began = time.thread_time()
    try:
        yield lambda: time.thread_time() - began
    finally:
        gc.enable()
