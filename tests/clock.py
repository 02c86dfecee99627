"""The time that a machine has had: while all of it stands still, as a virtual one does at times, none goes by."""

from __future__ import annotations

import threading
import time
from functools import cache

_LOOK_SECONDS, _MOST_SECONDS = 0.05, 1.0


class Clock:
    """Adds up the time between its looks, of each gap a second at most: nothing but a machine makes it longer."""

    def __init__(self) -> None:
        self._lock, self._seconds, self._seen = threading.Lock(), 0.0, time.monotonic()
        threading.Thread(target=self._look, name="clock", daemon=True).start()

    def read(self) -> float:
        """Seconds since it was made."""
        with self._lock:
            now = time.monotonic()
            self._seconds += min(now - self._seen, _MOST_SECONDS)
            self._seen = now
            return self._seconds

    def _look(self) -> None:
        while True:
            time.sleep(_LOOK_SECONDS)
            self.read()


@cache
def _start() -> Clock:
    return Clock()


def read_clock() -> float:
    """Seconds that the machine has had, of which the difference counts, as with ``time.monotonic``."""
    return _start().read()
