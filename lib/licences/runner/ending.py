"""End of a process that has done its work: at once, without Python taking itself apart."""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import suppress
from typing import NoReturn


def end_at_once(status: int) -> NoReturn:
    """Ends this process after all that asked to be called at its end, and once everything is printed.

    Giving back each of a hundred thousand objects takes longer than many a command; the system takes them all at once.
    """
    if "threading" in sys.modules:
        sys.modules["threading"]._shutdown()  # noqa: SLF001 - waits for threads, as Python itself does
    atexit._run_exitfuncs()  # noqa: SLF001 - which ``os._exit`` does not call
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, or there is none
            stream.flush()
    os._exit(status)
