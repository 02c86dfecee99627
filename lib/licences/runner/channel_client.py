"""Client that runs a notebook for papermill in the process at the other end of a channel, cell by cell."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from typing import Any, BinaryIO

from nbclient.exceptions import CellTimeoutError
from nbclient.util import run_hook, run_sync
from nbformat import NotebookNode
from papermill.engines import NotebookExecutionManager

from licences.runner.channel import Channel, ChannelClosedError
from licences.runner.client import Client, ProcessEndedError
from licences.runner.forkserver import INTERRUPT_SECONDS, read_ending

_END_SECONDS = 5.0


class ChannelClient(Client):
    """Runs cells in the process at the other end of a channel.

    ending: the file in which it is kept how that process ended; see ``ForkServer.open_channel``.
    """

    def __init__(
        self, manager: NotebookExecutionManager, channel: Channel, ending: BinaryIO, **named: Any
    ) -> None:
        super().__init__(manager, **named)
        self.km = self  # what nbclient asks of a kernel's manager
        self.channel, self.ending, self._process = channel, ending, 0

    def begin(self) -> None:
        """Waits until the kernel is ready. Raises: ProcessEndedError; RuntimeError where it takes too long."""
        until, said = time.monotonic() + self.startup_timeout, dict[str, Any]()
        try:
            while said.get("channel") != "ready":  # what the user's startup files put out belongs to no cell
                said = self._receive(until)
            self._process = said["process"]
        except TimeoutError:
            raise RuntimeError(f"Kernel didn't respond in {self.startup_timeout} seconds") from None
        run_sync(run_hook)(self.on_notebook_start, notebook=self.nb)
        self.log.info("Executing notebook with kernel: %s", self.kernel_name)

    def end(self) -> None:
        """Waits until the process has written what it had left open, but no longer than for a kernel."""
        if self.shutdown_kernel == "immediate":
            return
        until = time.monotonic() + _END_SECONDS
        with suppress(ChannelClosedError, TimeoutError):
            self.channel.send({"end": True})
            while True:
                self.channel.receive(until)

    def interrupt_kernel(self) -> None:
        """Interrupts the cell that runs, and the programs that it has started."""
        with suppress(ProcessLookupError):
            os.killpg(self._process, signal.SIGINT)

    async def run_code(self, asked: str, content: dict[str, Any], within_seconds: int | None) -> None:
        """As nbclient does; but a cell whose time is over is always interrupted, so that it says where it was.

        Raises: ProcessEndedError, CellTimeoutError.
        """
        with suppress(ChannelClosedError):  # how it ended is still to be read
            self.channel.send({"id": asked, "content": content})
        while True:
            try:
                self._follow(within_seconds)
            except TimeoutError:
                cell, given = self.nb.cells[self.running], None
                try:
                    given = await self._async_handle_timeout(within_seconds or 0, cell)
                except CellTimeoutError:
                    self.interrupt_kernel()
                    with suppress(TimeoutError, ProcessEndedError):
                        self._follow(INTERRUPT_SECONDS)
                    raise
                if given is None:
                    continue
                self._follow_or_raise(cell)
                self.reply = given
            return

    def _follow_or_raise(self, cell: NotebookNode) -> None:
        """Raises: CellTimeoutError where a cell that was interrupted goes on, and that is not to be."""
        try:
            self._follow(self.iopub_timeout)
        except TimeoutError:
            if self.raise_on_iopub_timeout:
                wrong = "Timeout waiting for IOPub output"
                raise CellTimeoutError.error_from_timeout_and_cell(wrong, self.iopub_timeout, cell) from None

    def _follow(self, within_seconds: float | None) -> None:
        """Takes messages until the cell is over. Raises: ProcessEndedError, TimeoutError."""
        until = time.monotonic() + within_seconds if within_seconds else None
        while not self.take(self._receive(until)):
            pass

    def _receive(self, until: float | None) -> dict[str, Any]:
        try:
            return self.channel.receive(until)[0]
        except ChannelClosedError:
            ended = read_ending(self.ending)
            if ended is None:
                raise
            raise ProcessEndedError(ended) from None

    def hear(self, message: dict[str, Any]) -> None:
        self.channel.send({"comm": message})
