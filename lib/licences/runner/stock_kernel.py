"""A notebook in a stock kernel, which nbclient drives: slower than a fork, and at home on every system."""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any, BinaryIO

import psutil
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from traitlets import Type

from licences.runner.application import LANGUAGE_INFO
from licences.runner.client import (
    ALLOWED_BYTES,
    TOO_MUCH,
    NotebookError,
    ProcessEndedError,
    TrueClient,
    TrueManager,
    check_every_cell,
    explain_end,
)
from licences.runner.failures import find_interrupted
from licences.runner.forkserver import INTERRUPT_SECONDS, OUT_OF_MEMORY, Ended, count_killed_for_memory
from licences.runner.kernel_app import KernelOrder
from licences.runner.processes import STOPPED, StopWatch, is_stopped
from licences.runner.temporary import find_temporary_folder

_READY_SECONDS = 120
# How often it is looked whether a notebook is still wanted and has time left, and whether Ctrl-C was pressed,
# which Windows says between two waits alone; how long a reply is waited for before the socket is asked again;
# how long outputs may take that come after the reply.
_LOOK_SECONDS, _HEAR_SECONDS, _ASK_SECONDS, _OUTPUT_SECONDS = 0.1, 0.5, 0.1, 600
_LONGEST_PLACE = 80  # of a folder with sockets in it; their paths may have some hundred characters
# Ports are looked for and bound by different processes: two kernels that start at once could find the same.
_starting = threading.Lock()


@dataclass(frozen=True)
class KernelJob:
    """A notebook's kernel: what starts it, where it runs, and how much it may take.

    module: what is run as its process, which calls ``serve_kernel``; given: what that hands over to it.
    """

    module: str
    given: bytes
    folder: Path
    timeout_seconds: float | None = None
    memory_mib: int | None = None


def run_in_kernel(
    notebook: NotebookNode,
    job: KernelJob,
    progress: Callable[[int, int], None] | None = None,
    is_wanted: Callable[[], bool] = lambda: True,
) -> None:
    """Runs a parameterized notebook in a kernel of its own, and keeps in it all that came out.

    progress: told after each cell how many have run and how many there are. is_wanted: asked now and then;
    a notebook that is not is stopped, its status is ``killed``.

    Raises: NotebookError where not every cell ran to its end; the notebook then holds what there was.
    """
    manager = TrueManager(notebook, None, progress_bar=False, autosave_cell_every=0)
    manager.notebook_start()
    is_stopped = threading.Event()
    run = _KernelRun(manager, job, progress, lambda: is_wanted() and not is_stopped.is_set())
    try:
        # The caller may run in a loop already, and Ctrl-C is for the caller alone.
        with ThreadPoolExecutor(1, thread_name_prefix="kernel") as alone:
            running = alone.submit(run.run)
            try:
                while not running.done():
                    wait([running], _HEAR_SECONDS)
                running.result()
            except BaseException:
                is_stopped.set()
                raise
    finally:
        manager.notebook_complete()
    check_every_cell(notebook)


class _PatientChannel(AsyncZMQSocketChannel):
    """Asks its socket again now and then: what arrives while something is sent may not be announced."""

    async def get_msg(  # type: ignore[override]
        self,
        timeout: float | None = None,  # noqa: ASYNC109 - jupyter_client's name
    ) -> dict[str, Any]:
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            left = _ASK_SECONDS if until is None else min(_ASK_SECONDS, max(0.0, until - time.monotonic()))
            try:
                return await super().get_msg(left)
            except Empty:
                if until is not None and time.monotonic() >= until:
                    raise


class _PatientConnection(AsyncKernelClient):
    shell_channel_class = Type(_PatientChannel)


class _OneKernel(KernelSpecManager):
    """Knows one kernel: the module that is run."""

    def __init__(self, command: list[str]) -> None:
        super().__init__()
        self._command = command

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:  # noqa: ARG002 - there is but one
        return KernelSpec(argv=self._command, language="python", display_name="Python 3")


class _KernelClient(TrueClient):
    """Counts what the cells put out, and runs none after one that has ended the kernel."""

    def __init__(
        self, manager: TrueManager, progress: Callable[[int, int], None] | None, **named: Any
    ) -> None:
        super().__init__(
            manager, progress, on_cell_execute=self._check_goodbye, iopub_timeout=_OUTPUT_SECONDS, **named
        )
        self.put_out_bytes, self._has_said_goodbye = 0, False

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        self.put_out_bytes += len(json.dumps(msg["content"], default=str))
        if self.put_out_bytes > ALLOWED_BYTES:
            return None  # not even the end of the cell is heard of any more; who looks on will end it
        made: NotebookNode | None = super().process_message(msg, cell, cell_index)
        return made

    async def _async_poll_for_reply(self, *given: Any) -> dict[str, Any]:
        reply: dict[str, Any] = await super()._async_poll_for_reply(*given)
        told = reply["content"].get("payload") or ()
        if any(one.get("source") == "ask_exit" and not one.get("keepkernel") for one in told):
            self._has_said_goodbye = True
        return reply

    def _check_goodbye(self, **_cell: Any) -> None:
        """A kernel that is told to end does so a moment later, and would run some more cells till then."""
        if self._has_said_goodbye:
            raise ProcessEndedError(Ended(0, is_late=False, is_out_of_memory=False, trace=b""))


class _KernelRun:
    """One kernel, from its start to its end."""

    def __init__(
        self,
        manager: TrueManager,
        job: KernelJob,
        progress: Callable[[int, int], None] | None,
        is_wanted: Callable[[], bool],
    ) -> None:
        self.job, self.is_wanted = job, is_wanted
        self.client = _KernelClient(manager, progress)
        self.process: subprocess.Popen[bytes] | None = None
        self.watch = StopWatch()
        self.ends_at = None if job.timeout_seconds is None else time.monotonic() + job.timeout_seconds
        self.killed_before = count_killed_for_memory()

    def run(self) -> None:
        """Raises: NotebookError."""
        folder = find_temporary_folder()
        with (
            tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as temporary,
            tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as own,
            tempfile.TemporaryFile() as complaints,
            # zmq's sockets need this loop on Windows, where it is not the one that comes by itself.
            asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner,
        ):
            try:
                runner.run(self._look_on(Path(own), temporary, complaints))
            finally:
                self._end_process()

    async def _look_on(self, own: Path, temporary: str, complaints: BinaryIO) -> None:
        """Has the cells run, and ends that where there is a reason to."""
        kernel = self._make_kernel(own)
        running = asyncio.ensure_future(self._run_cells(kernel, own, temporary, complaints))
        try:
            while not running.done():
                self._check_limits()
                await asyncio.wait({running}, timeout=_LOOK_SECONDS)
            running.result()
        except ProcessEndedError as error:
            raise NotebookError(*explain_end(error.ended)) from None
        except DeadKernelError:
            raise NotebookError(*explain_end(self._find_end())) from None
        except NotebookError as error:
            if error.status == "timed_out":  # the cell that hangs is to say in which line
                with suppress(RuntimeError, OSError):
                    await kernel.interrupt_kernel()
                    await asyncio.wait({running}, timeout=INTERRUPT_SECONDS)
                where = find_interrupted(self.client.nb.cells)
                raise NotebookError(error.status, error.reason + where) from None
            raise
        finally:
            self._end_process()
            running.cancel()
            await asyncio.wait({running})
            if not running.cancelled():
                running.exception()  # else asyncio would say that nobody has asked for it
            with suppress(RuntimeError):
                if self.client.kc is not None:
                    self.client.kc.stop_channels()
                await kernel.cleanup_resources()

    def _make_kernel(self, own: Path) -> AsyncKernelManager:
        """A kernel that is spoken to by files of ours where the system has such sockets, else by ports."""
        order = own / "order"
        is_local = hasattr(socket, "AF_UNIX") and len(str(own)) < _LONGEST_PLACE
        return AsyncKernelManager(
            kernel_spec_manager=_OneKernel([sys.executable, "-P", "-m", self.job.module, str(order)]),
            client_factory=_PatientConnection,
            connection_file=str(own / "kernel.json"),
            transport="ipc" if is_local else "tcp",
        )

    async def _run_cells(
        self, kernel: AsyncKernelManager, own: Path, temporary: str, complaints: BinaryIO
    ) -> None:
        settings = own / "ipython"
        settings.mkdir()
        order = KernelOrder(
            given=self.job.given,
            connection_file=kernel.connection_file,
            settings=str(settings),
            temporary=temporary,
            memory_mib=self.job.memory_mib,
        )
        (own / "order").write_bytes(pickle.dumps(order))
        places = dict.fromkeys(("TMPDIR", "TEMP", "TMP") if os.name == "nt" else ("TMPDIR",), temporary)
        how: dict[str, Any] = {
            "cwd": str(self.job.folder),
            "env": {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"} | os.environ | places,
            "stdin": subprocess.DEVNULL,
            "stdout": complaints,
            "stderr": complaints,
        }
        try:
            with _starting:
                await kernel.start_kernel(**how)
        except OSError as error:
            raise NotebookError("failed", f"its kernel did not start: {error}") from None
        provisioner: Any = kernel.provisioner
        self.process = provisioner.process
        connection = kernel.client()
        connection.start_channels()
        self.client.km, self.client.kc = kernel, connection
        try:
            await connection.wait_for_ready(timeout=_READY_SECONDS)
        except RuntimeError:
            raise self._explain_start(complaints) from None
        connection.allow_stdin = False
        self.client.reset_execution_trackers()
        await self.client.async_execute_cells()
        self.client.nb.metadata["language_info"] = LANGUAGE_INFO
        self.client.set_widgets_metadata()

    def _check_limits(self) -> None:
        """Raises: NotebookError where the notebook is to go no further."""
        if self.client.put_out_bytes > ALLOWED_BYTES:
            raise NotebookError(*explain_end(Ended(TOO_MUCH, False, False, b"")))
        if self.ends_at is not None and time.monotonic() >= self.ends_at:
            raise NotebookError("timed_out", f"it took longer than {self.job.timeout_seconds:g} seconds")
        if not self.is_wanted():
            raise NotebookError("killed", "it was stopped")
        if self.process is not None and self.watch.is_over(is_stopped(self.process.pid)):
            raise NotebookError(*explain_end(Ended(STOPPED, False, False, b"")))

    def _find_end(self) -> Ended:
        """How the process ended, which is gone."""
        code = (self.process.poll() if self.process else None) or 0
        was_killed_for_memory = code == -9 and count_killed_for_memory() > self.killed_before
        return Ended(code, False, code == OUT_OF_MEMORY or was_killed_for_memory, b"")

    def _explain_start(self, complaints: BinaryIO) -> NotebookError:
        """Why a kernel is not ready."""
        ended = self._find_end()
        if ended.code <= 0 or ended.is_out_of_memory:
            if self.process and self.process.poll() is None:
                return NotebookError("timed_out", f"its kernel was not ready in {_READY_SECONDS} seconds")
            return NotebookError(*explain_end(ended))
        complaints.seek(0)
        said = complaints.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
        return NotebookError("failed", f"its kernel did not start: {said or f'exit status {ended.code}'}")

    def _end_process(self) -> None:
        """Kills the kernel, and what it has started and left running."""
        process, self.process = self.process, None  # once: its number may soon be another one's
        if process is None:
            return
        left: list[psutil.Process] = []
        with suppress(psutil.Error):
            left = psutil.Process(process.pid).children(recursive=True)
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        for one in left:
            with suppress(psutil.Error):
                one.kill()
        process.wait()
