"""papermill's engine ``licences``: a notebook in a process forked from one that has imported everything.

papermill imports this module while it is itself being imported, so that the rest comes when it is used.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from papermill.engines import Engine

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from licences.runner.channel import Channel
    from licences.runner.forkserver import ForkServer

# Of the environment, what a process reads as it starts: it cannot be given to one that is forked.
_READ_AT_START = ("PYTHON", "LD_", "DYLD_", "OPENBLAS", "GOTO_", "OMP_", "MKL_", "NUMEXPR_", "LC_", "LANG")

_forks: dict[frozenset[tuple[str, str]], ForkServer] = {}


def _keep_forks(environment: dict[str, str] | None = None, within_seconds: float | None = None) -> ForkServer:
    """The process from which papermill's notebooks are forked; it lives as long as this one.

    There is one for each environment in which Python itself would start otherwise; by default it is ours.
    """
    import atexit

    from licences.runner.blas import ONE_THREAD
    from licences.runner.forkserver import ForkServer

    environment = dict(os.environ) if environment is None else environment
    key = frozenset((name, value) for name, value in environment.items() if name.startswith(_READ_AT_START))
    if key not in _forks:
        forkserver = ForkServer("licences.runner.server", environment | ONE_THREAD)
        try:
            forkserver.prepare(within_seconds=within_seconds)
        except BaseException:
            forkserver.kill()
            raise
        atexit.register(forkserver.close)
        _forks[key] = forkserver
    return _forks[key]


def _open_channel(environment: dict[str, str], within_seconds: float, ending: BinaryIO) -> Channel:
    """A channel to a process that is still to be forked. Raises: RuntimeError where none is ready in time."""
    from licences.runner.channel import ChannelClosedError

    forkserver = _keep_forks(environment, within_seconds)
    try:
        return forkserver.open_channel(ending=ending)
    except ChannelClosedError:  # it was killed since the last notebook
        for key in [key for key, one in _forks.items() if one is forkserver]:
            del _forks[key]
        return _keep_forks(environment, within_seconds).open_channel(ending=ending)


class WarmEngine(Engine):  # type: ignore[misc]
    """``papermill --engine licences``; ``execution_timeout`` holds for each cell, as papermill has it."""

    @classmethod
    def execute_notebook(
        cls,
        nb: NotebookNode,
        kernel_name: str,
        output_path: str | None = None,
        progress_bar: bool | dict[str, Any] = True,
        log_output: bool = False,
        autosave_cell_every: int = 30,
        start_timeout: int = 60,
        execution_timeout: float | None = None,
        **more: Any,
    ) -> NotebookNode:
        """Runs the cells, and writes the notebook as papermill's own engine does.

        more: what that engine hands on to nbclient, as ``allow_errors``.
        """
        import tempfile

        import tqdm.auto  # type: ignore[import-untyped]  # noqa: F401 - first: it takes a process that has imported a kernel's shell for a notebook
        from papermill.exceptions import PapermillException
        from papermill.log import logger
        from papermill.utils import remove_args

        from licences.runner.channel_client import ChannelClient
        from licences.runner.client import TrueManager
        from licences.runner.kernelspec import find_setup

        named = nb.metadata.get("kernelspec", {})
        language = nb.metadata.get("language_info", {}).get("name") or named.get("language") or "python"
        if kernel_name == named.get("name") and language.lower() != "python":
            raise PapermillException(
                f"the notebook is written in {language}, and the engine 'licences' runs notebooks in Python;"
                " choose another --engine"
            )
        setup = find_setup(kernel_name, os.environ)
        ours = {
            "timeout": execution_timeout or more.get("timeout"),
            "startup_timeout": start_timeout,
            "kernel_name": kernel_name,
            "log": logger,
            "log_output": log_output,
        }
        theirs = remove_args(["input_path"], **more)
        manager = TrueManager(nb, output_path, log_output, progress_bar, autosave_cell_every)
        manager.notebook_start()
        ending = tempfile.TemporaryFile()  # noqa: SIM115 - closed below, with the channel
        channel = None
        try:
            channel = _open_channel(setup.environment, start_timeout, ending)
            client = ChannelClient(manager, channel, ending, **{**theirs, **ours})
            history = (
                [f"--HistoryManager.hist_file={client.ipython_hist_file}"] if client.ipython_hist_file else []
            )
            folder = client.resources.get("metadata", {}).get("path") or str(Path.cwd())
            arguments = [*setup.arguments, *history, *client.extra_arguments]
            order = {"folder": str(folder), "environment": setup.environment, "arguments": arguments}
            channel.send({"job": "cells", **order})
            client.begin()
            client.execute()
            client.end()
        finally:
            if channel is not None:
                channel.close()
            ending.close()
            manager.cleanup_pbar()
            manager.notebook_complete()
        return nb
