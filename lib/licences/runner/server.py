"""The process from which notebooks are forked: has imported what they ask for most, and runs their cells."""

from __future__ import annotations

import gc
import importlib
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from licences.runner.forkserver import Job

_IMPORTED = ("numpy", "pandas", "plotly.graph_objects", "plotly.io")


def main(descriptor: int) -> None:
    """Serves forks to the process at the other end of a socket."""
    gc.disable()  # until all is imported
    from licences.runner.ending import end_at_once
    from licences.runner.forkserver import serve_forks
    from licences.runner.imports import import_nbformat
    from licences.runner.kernel import make_shell

    import_nbformat()
    shell = make_shell()
    with shell.builtin_trap:  # libraries look for the shell as they are imported, and pandas here alone
        for name in _IMPORTED:
            with suppress(ImportError):
                importlib.import_module(name)
    del sys.argv[1:]
    serve_forks(socket.socket(fileno=descriptor), lambda _files: freeze(), {"cells": run_alone})
    end_at_once(0)


def run_alone(job: Job) -> None:
    """Runs a notebook cell by cell, as it is asked for over the job's channel; see ``ChannelClient``."""
    from licences.runner.kernel import serve_cells, settle

    settle(job.order["folder"], environment=job.order["environment"])
    serve_cells(job.channel, job.order["arguments"], job.temporary)


def freeze(*, is_worth_looking: bool = True) -> None:
    """What is there now is never looked at again for garbage, and so not copied in the forks.

    is_worth_looking: whether garbage is looked for once more before.
    """
    if is_worth_looking:
        gc.collect()
    gc.freeze()
    gc.set_threshold(100_000)
    gc.enable()


if __name__ == "__main__":
    main(int(sys.argv[1]))
