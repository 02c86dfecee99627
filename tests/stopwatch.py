"""Seconds of this process, without what it spends on the garbage of the tests before."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def count_seconds() -> Iterator[Callable[[], float]]:
    """What is yielded says how many seconds of the processor have gone since."""
    gc.disable()
    began = time.process_time()
    try:
        yield lambda: time.process_time() - began
    finally:
        gc.enable()
