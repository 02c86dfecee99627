"""Early start of the process from which reports are forked: it imports while the files are still read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from licences.runner.forkserver import ForkServer

_SERVER = "licences.batch.server"
_waiting: list[ForkServer] = []


@contextmanager
def start_early() -> Iterator[None]:
    """Starts the process for whoever first takes it; where nobody did, it is gone afterwards."""
    _waiting.append(ForkServer(_SERVER))
    try:
        yield
    finally:
        while _waiting:
            _waiting.pop().kill()


def take_server() -> ForkServer:
    """A process that is started, and still to be prepared."""
    return _waiting.pop() if _waiting else ForkServer(_SERVER)
