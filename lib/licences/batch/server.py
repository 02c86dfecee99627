"""Server from which reports are forked: it imports everything, and for many works once through one of nobody."""

from __future__ import annotations

import pickle
import socket
import sys
import tempfile
from pathlib import Path

from licences.runner.forkserver import JobHandler, serve_forks
from licences.runner.imports import import_nbformat, import_papermill
from licences.runner.kernel import make_shell
from licences.runner.server import freeze
from licences.runner.temporary import sweep


def main(descriptor: int) -> None:
    """Serves forks to the process at the other end of a socket."""
    import_nbformat()
    import_papermill()
    shell = make_shell()
    with shell.builtin_trap:  # libraries look for the shell as they are imported, and pandas here alone
        from licences.batch.warm_up import work_once
        from licences.batch.worker import WorkerContext
    del sys.argv[1:]
    jobs: dict[str, JobHandler] = {}

    def prepare(files: list[bytes]) -> None:
        given = pickle.loads(files[0])  # noqa: S301 - from who started us
        notebook, catalogue, as_of, start, language, formats, is_worth_warming, template = given
        if is_worth_warming:
            work_once(shell, catalogue, as_of, start, language, formats, template)
        jobs["report"] = WorkerContext(notebook, catalogue, shell).make_report
        freeze()

    serve_forks(socket.socket(fileno=descriptor), prepare, jobs)
    sweep(
        Path(tempfile.gettempdir()).parent
    )  # who started us may have been killed, and ours is in its folder


if __name__ == "__main__":
    main(int(sys.argv[1]))
