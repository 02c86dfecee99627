"""What follows an answer on the screen, so that nobody who waits for the answer waits for it too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

_NEXT_SECONDS = 0.02  # between two steps, so that what is asked meanwhile comes first
_FIRST_SECONDS = 0.4  # after a page is seen, so that its first click is
Step = Callable[[], None]


class Later:
    """Steps that are done soon, one after the other; at once where nothing else can happen meanwhile.

    waits: whether they wait for the first page to be seen.
    """

    def __init__(self, *, waits: bool) -> None:
        self.waits = waits
        self._steps: list[Step] = []
        self._next: asyncio.TimerHandle | None = None

    def do(self, steps: Sequence[Step]) -> None:
        """Does these steps, and none of those before that are not done yet."""
        self._steps = list(steps)
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
            while self._steps:
                self._steps.pop(0)()
        else:
            if self._steps:
                self._next = loop.call_later(seconds, self._do_next)

    def _do_next(self) -> None:
        self._next = None
        if self._steps:
            self._steps.pop(0)()
        self._go_on(_NEXT_SECONDS)
