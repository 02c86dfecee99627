"""Server from which reports are forked: it imports everything, and for many works once through one of nobody."""

from __future__ import annotations

import gc
import os
import pickle
import socket
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from licences.runner.forkserver import JobHandler

# How nbformat checks a cell: what it does by itself, compiling its schema first, pays for many cells alone.
_CHECKED_AT_ONCE = "NBFORMAT_VALIDATOR", "jsonschema"


def main(descriptor: int) -> None:
    """Serves forks to the process at the other end of a socket."""
    gc.disable()  # until all is imported
    from licences.runner.ending import end_at_once
    from licences.runner.forkserver import serve_forks
    from licences.runner.imports import import_nbformat, import_papermill
    from licences.runner.kernel import make_shell
    from licences.runner.server import freeze
    from licences.runner.temporary import sweep

    import_nbformat()
    import_papermill()
    shell = make_shell()
    with shell.builtin_trap:  # libraries look for the shell as they are imported, and pandas here alone
        from licences.batch.warm_up import work_once
        from licences.batch.worker import WorkerContext
        from licences.render.html.page import make_ready
    del sys.argv[1:]
    make_ready()
    jobs: dict[str, JobHandler] = {}

    def prepare(files: list[bytes]) -> None:
        given = pickle.loads(files[0])  # noqa: S301 - from who started us
        notebook, catalogue, as_of, start, language, formats, rehearsed, template = given
        if rehearsed:
            work_once(shell, catalogue, as_of, start, language, rehearsed, formats, template)
        else:
            os.environ.setdefault(*_CHECKED_AT_ONCE)
        jobs["report"] = WorkerContext(notebook, catalogue, shell).make_report
        freeze(is_worth_looking=bool(rehearsed))

    serve_forks(socket.socket(fileno=descriptor), prepare, jobs)
    sweep(
        Path(tempfile.gettempdir()).parent
    )  # who started us may have been killed, and ours is in its folder
    end_at_once(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
