"""Client that runs a notebook as papermill does, in a forked process in the place of a kernel."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, BinaryIO
from uuid import uuid4

from nbclient.client import timestamp
from nbclient.exceptions import CellExecutionComplete, CellExecutionError, DeadKernelError
from nbclient.util import run_sync
from nbformat import NotebookNode, ValidationError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NotebookExecutionManager
from papermill.log import logger

from licences.errors import LicencesError
from licences.runner.application import LANGUAGE_INFO
from licences.runner.channel import pack_message, unpack_messages
from licences.runner.failures import explain_failure
from licences.runner.forkserver import Ended
from licences.runner.kernel import Shell
from licences.runner.processes import STOPPED
from licences.runner.streams import pack

ALLOWED_BYTES = 32 * 1024 * 1024
_PARTS = {
    "stream": ("name", "text"),
    "display_data": ("metadata", "data"),
    "execute_result": ("metadata", "data", "execution_count"),
}
_JSON = {"application/json", "application/vnd.plotly.v1+json", "application/vnd.jupyter.widget-view+json"}
_NOT_OF_CELLS = {"status", "execute_input"}  # in whose content is nothing that a cell has made
_WINDOWS_CRASH = 0xC0000000  # as which Windows gives the signals of others, and more
TOO_MUCH = 87  # how a notebook's process ends that has put out more


class NotebookError(LicencesError):
    """A notebook did not run to its end; ``status`` is a word of the ledger."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(status, reason)
        self.status, self.reason = status, reason

    def __str__(self) -> str:
        return self.reason


class ProcessEndedError(DeadKernelError):
    """The notebook's process ended before its last cell did."""

    def __init__(self, ended: Ended) -> None:
        super().__init__(ended)
        self.ended = ended

    def __str__(self) -> str:
        return explain_end(self.ended)[1]


def explain_end(ended: Ended) -> tuple[str, str]:
    """A status of the ledger and a sentence: how a notebook's process ended before its last cell did."""
    if ended.is_late:
        return "timed_out", "it took too long"
    if ended.is_out_of_memory:
        return "out_of_memory", "the notebook's process had no memory left"
    if ended.code == TOO_MUCH:
        return "failed", f"its cells put out more than {ALLOWED_BYTES // 1024 // 1024} MiB"
    if ended.code < 0:
        is_stopped = ended.code == STOPPED
        how = "stopped by a signal, and then ended" if is_stopped else f"killed by signal {-ended.code}"
        return "killed", f"the notebook's process was {how}"
    if ended.code >= _WINDOWS_CRASH:
        return "killed", f"the notebook's process crashed with the code {ended.code:#x}"
    return "exited", f"the notebook's process ended itself with exit status {ended.code}"


class TrueManager(NotebookExecutionManager):  # type: ignore[misc]
    """Keeps papermill's record of a run; a cell that did not run is never called completed.

    at: when that happens which is recorded, None for now.
    """

    at: datetime | None = None

    def now(self) -> datetime:
        """What is recorded as the time."""
        now: datetime = self.at or super().now()
        return now

    def cell_complete(self, cell: NotebookNode, cell_index: int | None = None, **_more: Any) -> None:
        """As papermill's, which reads anew the time that it has written."""
        record, ended = cell.metadata.papermill, self.now()
        record["end_time"] = ended.isoformat()
        record["duration"] = (ended - datetime.fromisoformat(record["start_time"])).total_seconds()
        if record["status"] != self.FAILED:
            record["status"] = self.COMPLETED
        if self.log_output:
            logger.info(f"Ending Cell {'' if cell_index is None else cell_index + 1:-<43}")
        if self.pbar:
            self.pbar.update(1)

    def notebook_complete(self, **kwargs: Any) -> None:
        """Ends the record: a cell that was running did not end, and what is pending stays so."""
        for cell in self.nb.cells:
            if cell.metadata.papermill["status"] == self.RUNNING:
                self.cell_exception(cell)
        pending = [cell for cell in self.nb.cells if cell.metadata.papermill["status"] == self.PENDING]
        super().notebook_complete(**kwargs)
        for cell in pending:
            cell.metadata.papermill["status"] = self.PENDING
        if pending:
            self.save()


class TrueClient(PapermillNotebookClient):  # type: ignore[misc]
    """papermill's client: a cell that does not end is marked as failed, and text is kept whole.

    progress: told after each cell how many have run and how many there are.
    """

    def __init__(
        self,
        manager: NotebookExecutionManager,
        progress: Callable[[int, int], None] | None = None,
        **named: Any,
    ) -> None:
        super().__init__(manager, **named)
        self.progress, self.running = progress, -1

    async def async_execute_cells(self) -> None:
        """Runs cell by cell; the one that fails, or does not end, is marked as failed."""
        for index, cell in enumerate(self.nb.cells):
            self.running = index
            self.nb_man.cell_start(cell, index)
            try:
                await self.async_execute_cell(cell, index)
            except CellExecutionError as error:
                self.nb_man.cell_exception(cell, cell_index=index, exception=error)
                return
            except BaseException:
                self.nb_man.cell_exception(cell, cell_index=index)
                raise
            finally:
                self.nb_man.cell_complete(cell, cell_index=index)
            if self.progress:
                self.progress(index + 1, len(self.nb.cells))

    papermill_execute_cells = run_sync(async_execute_cells)

    def output(
        self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int
    ) -> NotebookNode | None:
        """Keeps an output; text that goes on where the last output ended becomes one with it."""
        is_wanted_elsewhere = bool(self.output_hook_stack[msg["parent_header"]["msg_id"]])
        is_plain = not (display_id or self.clear_before_next_output or is_wanted_elsewhere)
        made: NotebookNode | None = _make_output(msg) if is_plain else None
        if made is None:
            try:
                made = super().output(outs, msg, display_id, cell_index)
            except ValidationError:
                made = _mend_output(msg)
                outs.append(made)
        else:
            outs.append(made)
        if made is not None and made.output_type == "stream" and len(outs) > 1:
            before = outs[-2]
            if before.output_type == "stream" and before.name == made.name:
                text = before.pop("text")
                text += made.text  # in place, for nothing else holds it
                before["text"] = text
                outs.pop()
        return made


class Client(TrueClient):
    """papermill's client without a kernel: ``run_code`` runs a cell, its messages come to ``take``."""

    def __init__(self, manager: NotebookExecutionManager, **named: Any) -> None:
        super().__init__(manager, **named)
        self.kc = self.session = self.shell_channel = self  # what nbclient asks of a kernel's client
        self.asked: tuple[str, dict[str, Any]] = ("", {})
        self.reply = dict[str, Any]()

    async def run_code(self, asked: str, content: dict[str, Any], within_seconds: int | None) -> None:
        """Has a request done, and gives each of its messages to ``take`` until one says that it is done."""
        raise NotImplementedError

    def hear(self, message: dict[str, Any]) -> None:
        """Sends a message of a widget's front end to the notebook."""
        raise NotImplementedError

    def take(self, message: dict[str, Any]) -> bool:
        """Keeps what a message says in the notebook; whether it was the last one of its cell."""
        if not message["parent_header"]:
            return False  # it comes of what a widget's front end said, and belongs to no cell
        message["header"]["date"] = datetime.fromisoformat(message["header"]["date"])
        if "buffers" in message:
            message["buffers"] = [base64.b64decode(part) for part in message["buffers"]]
        cell = self.nb.cells[self.running]
        if message["channel"] == "shell":
            self.reply = message
            if self.record_timing:
                cell["metadata"]["execution"]["shell.execute_reply"] = timestamp(message)
            return False
        try:
            self.process_message(message, cell, self.running)
        except CellExecutionComplete:
            return True
        return False

    def execute(self, *given: Any, **named: Any) -> Any:
        """Runs every cell; or, with code, remembers the code of the cell that nbclient is about to run.

        Raises: ProcessEndedError, CellTimeoutError, ChannelClosedError.
        """
        if given:
            kept = {"silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
            self.asked = (uuid4().hex, {"code": given[0], **kept, "stop_on_error": True, **named})
            return self.asked[0]
        self.reset_execution_trackers()
        self.papermill_execute_cells()
        self.nb.metadata["language_info"] = LANGUAGE_INFO
        self.set_widgets_metadata()
        return self.nb

    def msg(self, msg_type: str, content: Any, metadata: Any, **_more: Any) -> dict[str, Any]:
        """A message as a session makes it."""
        return {
            "header": {"msg_type": msg_type},
            "msg_type": msg_type,
            "content": content,
            "metadata": metadata,
            "buffers": [],
        }

    def send(self, message: dict[str, Any]) -> None:
        """Sends a message as a channel does."""
        self.hear(message)

    async def _async_poll_kernel_alive(self) -> None:
        await asyncio.Event().wait()  # a process that ends is noticed where its messages are read

    async def _async_poll_output_msg(self, *_given: Any) -> None:
        """There is nothing to poll: all messages come in order."""

    async def _async_poll_for_reply(
        self,
        msg_id: str,  # noqa: ARG002 - one cell runs at a time
        cell: NotebookNode,  # noqa: ARG002
        timeout: int | None,  # noqa: ASYNC109 - nbclient's name
        task_poll_output_msg: asyncio.Future[Any],
        task_poll_kernel_alive: asyncio.Future[Any],
    ) -> dict[str, Any]:
        task_poll_output_msg.cancel()
        try:
            await self.run_code(*self.asked, timeout)
        finally:
            task_poll_kernel_alive.cancel()
        return self.reply


def _make_output(message: dict[str, Any]) -> NotebookNode | None:
    """A text or a shown value as an output; None where nbformat has to look at it.

    nbformat holds each output that it makes against its schema, which takes as long as most cells do.
    """
    kind, content = message["msg_type"], message["content"]
    shown = content.get("data", {})
    if kind not in _PARTS or not all(
        isinstance(value, str) or name in _JSON for name, value in shown.items()
    ):
        return None
    made = NotebookNode(output_type=kind)
    for name in _PARTS[kind]:
        made[name] = NotebookNode() if name == "data" else content[name]
    if "data" in made:  # a figure stays plain: nobody asks for an attribute of its parts
        dict.update(made.data, shown)
    return made


def _mend_output(message: dict[str, Any]) -> NotebookNode:
    """An output as text, of a message that says what the format of notebooks does not know.

    An exception that prints no traceback of itself has none, where there should be a list of lines.
    """
    content = message["content"]
    if message["msg_type"] == "error":
        lines = content.get("traceback")
        traceback = list(map(str, lines)) if isinstance(lines, list) else []
        named = {key: str(content.get(key, "")) for key in ("ename", "evalue")}
        return NotebookNode(output_type="error", traceback=traceback, **named)
    data = content.get("data")
    shown = data if isinstance(data, dict) else {}
    texts = {str(kind): _write_text(value, str(kind)) for kind, value in shown.items()}
    return NotebookNode(output_type="display_data", data=NotebookNode(texts), metadata=NotebookNode())


def _write_text(value: Any, kind: str) -> Any:
    is_fit = isinstance(value, str) or kind == "application/json" or kind.endswith("+json")
    return value if is_fit else json.dumps(value, ensure_ascii=False)


class DirectClient(Client):
    """Runs cells in this process, and keeps every message in a trace that outlives it."""

    def __init__(
        self, manager: NotebookExecutionManager, shell: Shell, trace: BinaryIO, **named: Any
    ) -> None:
        super().__init__(manager, **named)
        self.trace, self._left = trace, ALLOWED_BYTES
        self._heard = list[dict[str, Any]]()
        self.kernel = shell.kernel
        self.kernel.begin(self._publish)

    async def run_code(
        self,
        asked: str,
        content: dict[str, Any],
        within_seconds: int | None,  # noqa: ARG002 - who waits for the process keeps the time
    ) -> None:
        self._keep({"running": self.running, "at": self.nb_man.now().isoformat()})
        await self.kernel.run(asked, content)
        while self._heard:
            self.kernel.hear(self._heard.pop(0))

    def hear(self, message: dict[str, Any]) -> None:
        """Keeps a message until the cell is over, as a kernel does that is busy."""
        self._heard.append(message)

    def _publish(self, message: dict[str, Any]) -> None:
        kept = self._keep(message)
        if message["msg_type"] in _NOT_OF_CELLS:
            self.take(message)
        else:
            self.take(json.loads(kept))  # as it is now, whatever the cell does with its parts

    def _keep(self, message: dict[str, Any]) -> bytes:
        packed = pack(message)
        self._left -= len(packed)
        if self._left < 0:
            os._exit(TOO_MUCH)
        self.trace.write(pack_message(packed))
        if not _is_followed(message):
            self.trace.flush()
        return packed


def _is_followed(message: Mapping[str, Any]) -> bool:
    """Whether another message follows at once, before anything of the notebook runs."""
    kind = message.get("msg_type")
    return kind == "execute_reply" or (kind == "status" and message["content"]["execution_state"] == "busy")


class TraceClient(Client):
    """Puts into a notebook what the trace of a process that is gone says."""

    def follow(self, trace: bytes) -> None:
        """The cell that was running last is marked as failed."""
        self.reset_execution_trackers()
        for message in unpack_messages(trace):
            if "running" in message:
                self.nb_man.at = datetime.fromisoformat(message["at"])
                if self.running < 0:
                    self.nb_man.start_time = self.nb_man.at
                    self.nb.metadata.papermill["start_time"] = message["at"]
                while self.running < message["running"]:  # cells with nothing to run are passed over
                    self._finish()
                    self.running += 1
                    self.nb_man.cell_start(self.nb.cells[self.running], self.running)
                self.nb.cells[self.running]["metadata"]["execution"] = {}
                self.clear_before_next_output = False
            else:
                self.take(message)
        self.nb_man.at = None
        if self.running >= 0:
            self.nb_man.cell_exception(self.nb.cells[self.running], cell_index=self.running)
            self._finish()

    def hear(self, message: dict[str, Any]) -> None:
        """Nobody is there any more to whom a widget's front end could say anything."""

    def _finish(self) -> None:
        if self.running >= 0:
            self.nb_man.cell_complete(self.nb.cells[self.running], cell_index=self.running)


def run_cells(
    notebook: NotebookNode,
    shell: Shell,
    trace: BinaryIO,
    progress: Callable[[int, int], None] | None = None,
    listens: bool = True,
) -> None:
    """Runs a parameterized notebook in this process, and keeps in it all that came out.

    listens: take over the standard streams for good, as a process does that runs nothing else.

    Raises: NotebookError where not every cell ran to its end; the notebook then holds what there was.
    """
    manager = TrueManager(notebook, None, progress_bar=False, autosave_cell_every=0)
    manager.notebook_start()
    client = DirectClient(manager, shell, trace, progress=progress)
    if listens:
        client.kernel.parent.listen()
    try:
        client.execute()
    finally:
        manager.notebook_complete()
    check_every_cell(notebook)


def rebuild(notebook: NotebookNode, trace: bytes) -> None:
    """Puts into a parameterized notebook what its process had put out before it was gone."""
    manager = TrueManager(notebook, None, progress_bar=False, autosave_cell_every=0)
    manager.notebook_start()
    TraceClient(manager).follow(trace)
    manager.notebook_complete()


def check_every_cell(notebook: NotebookNode) -> None:
    """Raises: NotebookError where not every cell of a notebook that was run is completed."""
    for cell in notebook.cells:
        status = cell.metadata.papermill["status"]
        if status == TrueManager.FAILED:
            raise NotebookError(*explain_failure(cell))
        if status != TrueManager.COMPLETED:
            raise NotebookError("failed", "not every cell ran")
