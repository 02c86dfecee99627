"""Profiles a process of Python that finds this folder in its path, and each that is forked from it.

What each of them did is left as a file of its own in the folder that LICENCES_PROFILE names; the file is opened
at once, since the process of a report may later write in its own folder alone.
"""

import atexit
import json
import os
import uuid
from pathlib import Path

_INTERVAL_SECONDS = 0.001
_end = os._exit


def _begin(kind: str) -> None:
    from pyinstrument import Profiler

    global _profiler, _file  # noqa: PLW0603 - one of each process
    path = Path(os.environ["LICENCES_PROFILE"]) / f"{kind}-{uuid.uuid4().hex}.json"
    _file = path.open("w", encoding="utf-8")
    _profiler = Profiler(interval=_INTERVAL_SECONDS, async_mode="disabled", use_timing_thread=False)
    _profiler.start()


def _begin_anew() -> None:
    """In a process that was forked: what came before the fork is the other one's."""
    if _profiler.is_running:
        _profiler.stop()
    _begin("forked")


def _keep() -> None:
    if _profiler.is_running:
        json.dump(_profiler.stop().to_json(), _file)
        _file.close()


def _keep_and_end(status: int) -> None:
    try:
        _keep()
    finally:
        _end(status)


if os.environ.get("LICENCES_PROFILE"):
    _begin("started")
    os._exit = _keep_and_end
    os.register_at_fork(after_in_child=_begin_anew)
    atexit.register(_keep)
