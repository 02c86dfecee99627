"""End of a process that has done its work: at once, without Python taking itself apart."""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import suppress
from typing import NoReturn


def finish() -> None:
    """Does what Python does at the end of a process, before it takes itself apart."""
    if "threading" in sys.modules:
        sys.modules["threading"]._shutdown()  # noqa: SLF001 - waits for threads
    atexit._run_exitfuncs()  # noqa: SLF001 - which ``os._exit`` does not call


def end_at_once(status: int) -> NoReturn:
    """Ends this process after all that asked to be called at its end, and once everything is printed.

    Giving back each of a hundred thousand objects takes longer than many a command; the system takes them all at once.
    """
    finish()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, or there is none
            stream.flush()
    os._exit(status)
