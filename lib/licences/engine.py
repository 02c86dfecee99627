"""Runs a notebook with parameters and finds out whether every cell of it really ran."""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import nbformat
import papermill
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError
from traitlets import default

from licences.errors import LicencesError, UsageError, suggest

PAPERMILL_TYPES = {"str": str, "int": int, "float": float, "bool": bool}


class LocalKernelManager(AsyncKernelManager):
    """A kernel behind sockets of its own in the file system: no port to run out of or to listen in on."""

    @default("transport")
    def _default_transport(self) -> str:
        return "ipc"

    @default("ip")
    def _default_ip(self) -> str:
        return str(Path(tempfile.gettempdir()) / f"licences-{uuid4().hex}")


class NotebookError(LicencesError):
    """A notebook did not run to its end."""

    def __init__(self, status: str, reason: str, notebook: NotebookNode | None) -> None:
        super().__init__(status, reason, notebook)
        self.status, self.reason, self.notebook = status, reason, notebook

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True)
class Run:
    """What to run: a notebook, its parameters, and how long a cell of it may take.

    progress: told after each cell how many have run and how many there are.
    """

    notebook: Path
    parameters: Mapping[str, str | int]
    timeout_seconds: float | None = None
    progress: Callable[[int, int], None] | None = None


def check_parameters(notebook: Path, parameters: Mapping[str, str | int]) -> None:
    """Holds parameters against the notebook's own. Raises: UsageError naming all that it does not take."""
    if not notebook.is_file():
        raise UsageError(f"no notebook {str(notebook)!r}", "check --notebook")
    try:
        known = papermill.inspect_notebook(str(notebook))
    except (ValueError, KeyError, nbformat.ValidationError) as error:
        raise UsageError(
            f"{notebook} is not a notebook ({type(error).__name__})", "check --notebook"
        ) from None
    for name, value in parameters.items():
        if name not in known:
            raise UsageError(f"{notebook} takes no parameter {name!r}", suggest(name, known))
        wanted = type(_read_literal(known[name]["default"]))
        if wanted is not type(value):
            right = f"give it a {wanted.__name__}"
            raise UsageError(f"the parameter {name!r} of {notebook} is a {wanted.__name__}", right)


def _read_literal(text: str) -> object:
    return ast.literal_eval(text)


def run_notebook(run: Run) -> NotebookNode:
    """The executed notebook. Raises: NotebookError where not every cell ran to its end.

    It runs in the notebook's folder, as Jupyter and nbval run it, and keeps no path of this machine.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "executed.ipynb"
        try:
            executed = _execute(run, target)
        except (PapermillExecutionError, DeadKernelError, CellTimeoutError, TimeoutError) as error:
            raise _explain_failure(error, run, _read_if_there(target)) from None
    _forget_paths(executed, run.notebook)
    skipped = [
        at
        for at, cell in enumerate(executed.cells)
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None
    ]
    if skipped:
        reason = f"the notebook ended itself before its cell {skipped[0]} ran"
        raise NotebookError("exited", reason, executed)
    return executed


def _execute(run: Run, target: Path) -> NotebookNode:
    total = len(nbformat.read(run.notebook, as_version=4).cells) + 1  # papermill adds one for the parameters
    progress = run.progress

    def count(cell_index: int, **_more: object) -> None:
        if progress is not None:
            progress(min(cell_index + 1, total), total)

    executed: NotebookNode = papermill.execute_notebook(
        str(run.notebook),
        str(target),
        parameters=dict(run.parameters),
        resources={"metadata": {"path": str(run.notebook.resolve().parent)}},
        kernel_name="python3",
        progress_bar=False,
        log_output=False,
        timeout=run.timeout_seconds,
        kernel_manager_class=LocalKernelManager,
        on_cell_complete=count,
    )
    return executed


def _explain_failure(error: Exception, run: Run, notebook: NotebookNode | None) -> NotebookError:
    if notebook is not None:
        _forget_paths(notebook, run.notebook)
    if isinstance(error, PapermillExecutionError):
        return NotebookError("failed", f"{error.ename}: {error.evalue}", notebook)
    if isinstance(error, DeadKernelError):
        return NotebookError("killed", "the kernel died", notebook)
    return NotebookError("timed_out", f"a cell took longer than {run.timeout_seconds:g} seconds", notebook)


def _read_if_there(path: Path) -> NotebookNode | None:
    return nbformat.read(path, as_version=4) if path.exists() else None


def _forget_paths(notebook: NotebookNode, source: Path) -> None:
    """Takes the paths of this machine out of papermill's record."""
    record = notebook.metadata.get("papermill", {})
    record["input_path"], record["output_path"] = source.name, "report.ipynb"
