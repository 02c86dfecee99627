"""Early start of the process from which reports are forked: it imports while the files are still read."""

from __future__ import annotations

import atexit

from licences.runner.forkserver import ForkServer

_SERVER = "licences.batch.server"
_waiting: list[ForkServer] = []


def start_early() -> None:
    """Starts the process, for whoever first takes it; where nobody does, it ends with this one."""
    if not _waiting:
        _waiting.append(ForkServer(_SERVER))


def take_server() -> ForkServer:
    """A process that has been started, and is still to be prepared."""
    return _waiting.pop() if _waiting else ForkServer(_SERVER)


@atexit.register
def _forget() -> None:
    while _waiting:
        _waiting.pop().kill()
