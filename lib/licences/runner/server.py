"""The process from which notebooks are forked: has imported what they ask for most, and runs their cells."""

from __future__ import annotations

import gc
import importlib
import socket
import sys
from contextlib import suppress

from licences.runner.forkserver import Job, serve_forks
from licences.runner.imports import import_nbformat
from licences.runner.kernel import make_shell, serve_cells, settle

_IMPORTED = ("numpy", "pandas", "plotly.graph_objects", "plotly.io")


def main(descriptor: int) -> None:
    """Serves forks to the process at the other end of a socket."""
    import_nbformat()
    shell = make_shell()
    with shell.builtin_trap:  # libraries look for the shell as they are imported, and pandas here alone
        for name in _IMPORTED:
            with suppress(ImportError):
                importlib.import_module(name)
    del sys.argv[1:]
    serve_forks(socket.socket(fileno=descriptor), lambda _files: freeze(), {"cells": run_alone})


def run_alone(job: Job) -> None:
    """Runs a notebook cell by cell, as it is asked for over the job's channel; see ``ChannelClient``."""
    settle(job.order["folder"], environment=job.order["environment"])
    serve_cells(job.channel, job.order["arguments"], job.temporary)


def freeze() -> None:
    """What is there now is never looked at again for garbage, and so not copied in the forks."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000)


if __name__ == "__main__":
    main(int(sys.argv[1]))
