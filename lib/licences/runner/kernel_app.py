"""The process of a stock kernel that runs one notebook, held back as a forked one is."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zmq
from ipykernel.kernelapp import IPKernelApp
from traitlets.config import Config

from licences.runner.application import CellCompiler
from licences.runner.confinement import find_folder_first, hold_back
from licences.runner.forkserver import OUT_OF_MEMORY
from licences.runner.imports import import_nbformat


@dataclass(frozen=True)
class KernelOrder:
    """What a kernel is told as it starts.

    given: for ``prepare`` of ``serve_kernel``. settings: an empty folder for IPython's profile, so that the
    user's changes nothing. temporary: the one folder beside it in which it may write.
    """

    given: bytes
    connection_file: str
    settings: str
    temporary: str
    memory_mib: int | None


class _PatientApp(IPKernelApp):
    """A kernel's application that drops no output, however slowly it is read."""

    def init_iopub(self, context: zmq.Context[Any]) -> None:
        context.setsockopt(zmq.SNDHWM, 0)
        super().init_iopub(context)  # type: ignore[no-untyped-call]


def serve_kernel(prepare: Callable[[bytes], object]) -> None:
    """Runs cells until this process is ended; the file with its order is named on the command line.

    prepare: called once before the first cell, with what the order holds for it.
    """
    file = Path(sys.argv[1])
    order: KernelOrder = pickle.loads(file.read_bytes())  # noqa: S301 - from who started us
    file.unlink()
    del sys.argv[1:]
    said = os.dup(2)  # the kernel will take what is written to the streams for outputs
    try:
        app = _make_app(order)
        with app.shell.builtin_trap:  # pandas looks for the shell as it is imported
            prepare(order.given)
        hold_back(order.memory_mib, order.temporary, order.settings)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BaseException as error:  # noqa: BLE001 - whatever it is, who started us is to know
        os.write(said, f"{type(error).__name__}: {error}".encode())
        os._exit(1)
    os.close(said)
    app.start()


def _make_app(order: KernelOrder) -> Any:
    import_nbformat()
    config = Config()
    config.HistoryManager.enabled = False  # as in a forked process
    config.IPKernelApp.exec_PYTHONSTARTUP = False
    app: Any = _PatientApp.instance(config=config, connection_file=order.connection_file)
    app.ipython_dir = order.settings
    app.initialize([])
    app.shell.compile = CellCompiler()  # type: ignore[no-untyped-call]
    find_folder_first()
    return app
