"""papermill's engine ``licences``: a notebook in a process forked from one that has imported everything.

papermill imports this module while it is itself being imported, so that the rest comes when it is used.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from papermill.engines import Engine

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from licences.runner.channel import Channel
    from licences.runner.forkserver import ForkServer


@cache
def _keep_forks() -> ForkServer:
    """The process from which papermill's notebooks are forked; it lives as long as this one."""
    import atexit

    from licences.runner.forkserver import ForkServer

    forkserver = ForkServer("licences.runner.server")
    forkserver.prepare()
    atexit.register(forkserver.close)
    return forkserver


def _open_channel(ending: BinaryIO) -> Channel:
    from licences.runner.channel import ChannelClosedError

    try:
        return _keep_forks().open_channel(ending=ending)
    except ChannelClosedError:  # it was killed since the last notebook
        _keep_forks.cache_clear()
        return _keep_forks().open_channel(ending=ending)


class WarmEngine(Engine):  # type: ignore[misc]
    """``papermill --engine licences``; ``execution_timeout`` holds for each cell, as papermill has it."""

    @classmethod
    def execute_notebook(
        cls,
        nb: NotebookNode,
        kernel_name: str,  # noqa: ARG003 - there is no kernel
        output_path: str | None = None,
        progress_bar: bool | dict[str, Any] = True,
        log_output: bool = False,
        execution_timeout: float | None = None,
        **more: Any,
    ) -> NotebookNode:
        """Runs the cells. papermill writes the notebook once; where it will not, for the process died, we do.

        more: what papermill's own engine hands on to nbclient, as ``allow_errors``.
        """
        import os
        import tempfile

        import tqdm.auto  # type: ignore[import-untyped]  # noqa: F401 - first: it takes a process that has imported a kernel's shell for a notebook
        from papermill.exceptions import PapermillException
        from papermill.iorw import write_ipynb
        from papermill.log import logger
        from papermill.utils import remove_args

        from licences.runner.client import ChannelClient, TrueManager

        language = nb.metadata.get("language_info", {}).get("name")
        language = language or nb.metadata.get("kernelspec", {}).get("language") or "python"
        if language.lower() != "python":
            raise PapermillException(
                "the engine 'licences' runs notebooks in Python; choose another --engine"
            )
        ours = {"timeout": execution_timeout or more.get("timeout"), "log": logger, "log_output": log_output}
        theirs = remove_args(["input_path", "start_timeout", "autosave_cell_every"], **more)
        manager = TrueManager(nb, None, log_output, progress_bar, autosave_cell_every=0)
        manager.notebook_start()
        ending = tempfile.TemporaryFile()  # noqa: SIM115 - closed below, with the channel
        channel = _open_channel(ending)
        try:
            channel.send({"job": "cells", "folder": str(Path.cwd()), "environment": dict(os.environ)})
            client = ChannelClient(manager, channel, ending, **{**theirs, **ours})
            client.execute()
            client.end()
        except BaseException:
            manager.cleanup_pbar()
            manager.notebook_complete()
            if output_path:
                write_ipynb(manager.nb, output_path)
            raise
        finally:
            channel.close()
            ending.close()
        manager.cleanup_pbar()
        manager.notebook_complete()
        return nb
