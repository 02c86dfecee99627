"""papermill's engine ``licences``: a notebook in a process forked from one that has imported everything.

papermill imports this module while it is itself being imported, so that the rest comes when it is used.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from papermill.engines import Engine

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from licences.forks import Forks


@cache
def _keep_forks() -> Forks:
    """The process from which papermill's notebooks are forked; it lives as long as this one."""
    from licences.forks import Forks

    return Forks()


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
        stdout_file: Any = None,
        stderr_file: Any = None,
        execution_timeout: float | None = None,
        **_more: Any,
    ) -> NotebookNode:
        """Runs the cells. papermill writes the notebook once; where it will not, for the process died, we do."""
        import nbformat
        from papermill.exceptions import PapermillException
        from papermill.log import logger

        from licences.engine import ALLOWED_BYTES, LineClient, TrueManager
        from licences.files import write_whole

        if cls.nb_language(nb).lower() != "python":
            raise PapermillException(
                "the engine 'licences' runs notebooks in Python; choose another --engine"
            )
        manager = TrueManager(nb, None, log_output, progress_bar, autosave_cell_every=0)
        manager.notebook_start()
        line = _keep_forks().open_line(ALLOWED_BYTES)
        try:
            line.send({"job": "cells", "folder": str(Path.cwd())})
            LineClient(
                manager,
                line,
                timeout=execution_timeout,
                log=logger,
                log_output=log_output,
                stdout_file=stdout_file,
                stderr_file=stderr_file,
            ).execute()
        except BaseException:
            manager.notebook_complete()
            if output_path and "://" not in output_path:
                write_whole(Path(output_path), nbformat.writes(manager.nb))
            raise
        finally:
            line.close()
        manager.notebook_complete()
        return nb
