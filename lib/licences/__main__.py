"""Entry of the command line: the version is told at once, a command is run by ``licences.cli.main``."""

from __future__ import annotations

import gc
import signal
import sys
import time
from collections.abc import Sequence
from typing import NoReturn


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command, or tells the version, for which nothing is imported that takes long."""
    # A command is short, and what it makes it needs: looking for garbage took a tenth of its time.
    gc.set_threshold(1_000_000)
    began = time.monotonic()
    words = sys.argv[1:] if arguments is None else arguments
    if "--version" in words:
        from licences.cli.version import tell_version

        return tell_version(words)
    try:
        from licences.cli.main import main as run_command

        status = run_command(words, began)
    except KeyboardInterrupt:  # while it is still being imported
        from licences.cli.language import find_message_language, tell

        tell("licences: stopped", find_message_language(words))
        status = 1
    _end_quietly_if_told()
    return status


def _end_quietly_if_told() -> None:
    """Whoever is told to end while Python takes itself apart does so without a word."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):  # not every system has each
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)


def run() -> NoReturn:
    """The process of one command, from its words to its exit status."""
    from licences.runner.ending import end_at_once

    end_at_once(main())


if __name__ == "__main__":
    run()
