"""What follows an answer on the screen, so that nobody who waits for the answer waits for it too."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence

_NEXT_SECONDS = 0.005  # then what was asked meanwhile has its turn
_FIRST_SECONDS = 0.4  # after a page is seen, so that its first click is
_LONGEST_SECONDS = 0.05  # without a look at what was asked meanwhile
Step = Callable[[], Iterator[None]]


class Later:
    """Steps that are done soon, one after the other; at once where nothing else can happen meanwhile.

    A step is a generator: it yields where something else may be done before it goes on.
    waits: whether they wait for the first page to be seen.
    """

    def __init__(self, *, waits: bool) -> None:
        self.waits = waits
        self._steps: list[Step] = []
        self._now: Iterator[None] = iter(())
        self._next: asyncio.TimerHandle | None = None

    def do(self, steps: Sequence[Step]) -> None:
        """Does these steps, and none of those before that are not done yet."""
        self._steps, self._now = list(steps), iter(())
        self._go_on(0)

    def begin(self) -> None:
        """A page is seen."""
        if self.waits:
            self.waits = False
            self._go_on(_FIRST_SECONDS)

    def _go_on(self, seconds: float) -> None:
        if self.waits:
            return
        if self._next:
            self._next.cancel()
            self._next = None
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            while self._is_left():
                pass
        else:
            self._next = loop.call_later(seconds, self._do_some)

    def _do_some(self) -> None:
        self._next = None
        until = time.monotonic() + _LONGEST_SECONDS
        while self._is_left():
            if time.monotonic() > until:
                self._go_on(_NEXT_SECONDS)
                return

    def _is_left(self) -> bool:
        """Does a piece of what is to be done; whether something was left to do."""
        try:
            next(self._now)
        except StopIteration:
            if not self._steps:
                return False
            self._now = self._steps.pop(0)()
        return True
