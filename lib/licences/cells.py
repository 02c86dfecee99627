"""Runs code as a kernel does, in this process, and says over a line what came out."""

from __future__ import annotations

import asyncio
import base64
import builtins
import codecs
import contextlib
import getpass
import io
import os
import resource
import select
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MethodType, SimpleNamespace
from typing import Any

import comm
from comm.base_comm import BaseComm
from ipykernel.compiler import XCachingCompiler
from ipykernel.ipkernel import IPythonKernel
from ipykernel.jsonutil import json_clean
from ipykernel.zmqshell import ZMQInteractiveShell
from jupyter_client.session import Session, json_packer
from traitlets.config import Config

from licences.lines import Line, LineCutError

LANGUAGE_INFO: dict[str, Any] = dict(IPythonKernel.language_info)
_FLUSH_BYTES, _FLUSH_SECONDS = 65_536, 0.1
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


Shell = Any
"""A ``ZMQInteractiveShell``, of whose parts type checkers know little."""

Publish = Callable[[dict[str, Any]], None]
"""Takes a message as the Jupyter protocol has it, with the name of its channel beside it."""


class Journal(Session):
    """Takes the place of a kernel's session: what the shell sends is published in this process."""

    def __init__(self, publish: Publish) -> None:
        super().__init__(key=b"")
        self.publish, self.process = publish, os.getpid()
        self.asked: dict[str, Any] = {}

    def msg(  # type: ignore[override]
        self, msg_type: str, content: Any = None, metadata: Any = None, **_more: Any
    ) -> dict[str, Any]:
        """A message as the Jupyter protocol has it."""
        return {
            "channel": "iopub",
            "header": {"msg_type": msg_type, "date": datetime.now(UTC).isoformat()},
            "msg_type": msg_type,
            "parent_header": self.asked,
            "content": {} if content is None else content,
            "metadata": metadata or {},
        }

    def send(  # type: ignore[override]
        self,
        _socket: Any,
        message: str | dict[str, Any],
        content: Any = None,
        parent: Any = None,  # noqa: ARG002 - the parent is the cell that runs
        *,
        metadata: Any = None,
        buffers: Sequence[Any] | None = None,
        channel: str = "iopub",
        **_more: Any,
    ) -> None:
        """Publishes a message; one of a process that the notebook has forked is not heard."""
        if os.getpid() != self.process:
            return
        made = self.msg(message, content, metadata) if isinstance(message, str) else message
        made["channel"] = channel
        if buffers:
            made["buffers"] = [base64.b64encode(part).decode("ascii") for part in buffers]
        self.publish(made)


class Streams:
    """What the cells write to the standard streams, and programs and C code to the descriptors 1 and 2.

    All of it is published in the order in which it was written.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal, self._lock = journal, threading.RLock()
        self._name, self._waiting = "", list[str]()
        self._size, self._sent_at = 0, 0.0
        self._pipes: dict[int, tuple[str, codecs.IncrementalDecoder]] = {}
        self._written_by_programs = select.poll()
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123 - as long as the process lives
        os.dup2(sys.stdin.fileno(), 0)
        for number, name in ((1, "stdout"), (2, "stderr")):
            reads, writes = os.pipe()
            os.set_blocking(reads, False)
            os.dup2(writes, number, inheritable=True)
            os.close(writes)
            self._pipes[reads] = name, codecs.getincrementaldecoder("utf-8")("replace")
            self._written_by_programs.register(reads, select.POLLIN)
        threading.Thread(target=self._follow, name="streams", daemon=True).start()

    def write(self, name: str, text: str) -> None:
        """Keeps what a cell writes to a stream until there is more of it, or time has passed."""
        with self._lock:
            if name != self._name or self._written_by_programs.poll(0):
                self.flush()
            self._name = name
            self._waiting.append(text)
            self._size += len(text)
            is_late = text.endswith("\n") and time.monotonic() - self._sent_at > _FLUSH_SECONDS
            if is_late or self._size > _FLUSH_BYTES:
                self._send()

    def flush(self) -> None:
        """Publishes what a cell wrote, then what programs have written since."""
        with self._lock:
            self._send()
            for pipe, (name, decoder) in self._pipes.items():
                for _ in range(32):
                    try:
                        written = os.read(pipe, _FLUSH_BYTES)
                    except BlockingIOError:
                        break
                    self._publish(name, decoder.decode(written))

    def _send(self) -> None:
        text, self._waiting, self._size = "".join(self._waiting), [], 0
        self._publish(self._name, text)

    def _publish(self, name: str, text: str) -> None:
        if text:
            self._sent_at = time.monotonic()
            self._journal.send(None, "stream", {"name": name, "text": text})

    def _follow(self) -> None:
        with contextlib.suppress(LineCutError):
            while True:
                select.select(list(self._pipes), [], [])
                self.flush()


class CellStream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of a cell."""

    def __init__(self, name: str, journal: Journal, streams: Streams, descriptor: int) -> None:
        self._name, self._journal, self._streams, self._descriptor = name, journal, streams, descriptor

    @property
    def name(self) -> str:
        return self._name

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "UTF-8"

    def fileno(self) -> int:
        return self._descriptor

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if os.getpid() == self._journal.process:
            self._streams.write(self._name, text)
        else:  # a forked process speaks through the pipe
            os.write(self._descriptor, text.encode("utf-8", "replace"))
        return len(text)

    def flush(self) -> None:
        if os.getpid() == self._journal.process:
            self._streams.flush()


class JournalComm(BaseComm):
    """A widget's line to its front end: the state that the notebook keeps."""

    journal: Journal

    def publish_msg(
        self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **keys: Any
    ) -> None:
        content = json_clean({"data": data or {}, "comm_id": self.comm_id, **keys})
        self.journal.send(None, msg_type, content, metadata=json_clean(metadata or {}), buffers=buffers)


def make_shell() -> Shell:
    """The shell of a kernel, with no kernel around it and no thread; made before the fork."""
    config = Config()
    config.HistoryManager.enabled = False  # it keeps a thread and a file
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    shell: Shell = ZMQInteractiveShell.instance(config=config)
    shell.kernel = SimpleNamespace(eventloop=None)
    shell.displayhook.session = shell.display_pub.session = Journal(lambda _message: None)
    return shell


def guard_writes(allowed: Iterable[Path]) -> None:
    """From now on this process may write below ``allowed`` alone, whatever library it uses to do so.

    It stops mistakes, not malice: a program that it starts, or C code, is not held back.
    """
    folders = tuple(os.path.realpath(folder) for folder in allowed)
    places = {"os.remove": (0,), "os.rename": (0, 1), "os.mkdir": (0,), "os.rmdir": (0,), "os.link": (1,),
              "os.symlink": (1,), "os.truncate": (0,), "os.chmod": (0,), "os.chown": (0,),
              "sqlite3.connect": (0,)}  # fmt: skip

    def is_allowed(path: Any) -> bool:
        if not isinstance(path, (str, bytes, os.PathLike)):
            return True  # a descriptor is open already
        where = os.path.realpath(os.fsdecode(path))
        return any(where == folder or where.startswith(folder + os.sep) for folder in folders)

    def watch(event: str, given: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = given
            writes = bool(flags & _WRITES) if isinstance(flags, int) else False
            if not writes and not (isinstance(mode, str) and set(mode) & set("wax+")):
                return
            refused = () if is_allowed(path) else (path,)
        elif event in places:
            refused = tuple(given[at] for at in places[event] if not is_allowed(given[at]))
        else:
            return
        for path in refused:
            raise PermissionError(13, "a report's notebook writes in its temporary folder alone", path)

    sys.addaudithook(watch)


def limit_memory(limit_mib: int | None) -> None:
    """The most memory that this process can take, where the system can hold it to that."""
    if limit_mib is not None and sys.platform == "linux":
        most = limit_mib * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def settle(folder: str, temporary: str | None = None, memory_mib: int | None = None) -> None:
    """Makes this process, just forked, one that runs a notebook in ``folder``.

    temporary: the one folder in which it may write. memory_mib: the most memory that it can take.
    """
    os.chdir(folder)
    sys.path.insert(0, "")
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()  # the standard library's generator does so by itself
    builtins.input = _refuse_input
    if temporary:
        os.environ["TMPDIR"] = temporary
        tempfile.tempdir = None  # what it found before the fork is forgotten
        home = Path.home()
        guard_writes([Path(temporary), Path("/dev"), home / ".cache", home / ".ipython", home / ".config"])
    limit_memory(memory_mib)


def serve_cells(line: Line, shell: Shell) -> None:
    """Runs what is asked for over a line until it is cut."""
    kernel = Kernel(shell, lambda message: line.send_text(json_packer(message)))
    kernel.listen()

    async def serve() -> None:
        while True:
            asked, _ = line.receive()
            if "comm" in asked:
                kernel.hear(asked["comm"])
            else:
                await kernel.run(asked["id"], asked["code"], asked["store_history"])

    asyncio.run(serve())


def _refuse_input(_prompt: object = "") -> str:
    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")


class Kernel:
    """What a kernel does with a cell, without its process and its sockets.

    publish: called with each message, in the order of the Jupyter protocol; it may be called in any thread.
    """

    def __init__(self, shell: Shell, publish: Publish) -> None:
        self.shell, self.journal = shell, Journal(publish)
        shell.init_environment()
        shell.displayhook.session = shell.display_pub.session = self.journal
        JournalComm.journal = self.journal
        comm.create_comm = JournalComm
        self._descriptors: Descriptors | None = None

    def listen(self) -> None:
        """From now on what is written to the standard streams, and to their descriptors, is an output."""
        self._descriptors = Descriptors(self.journal)
        sys.stdout, sys.stderr = CellStream("stdout", self.journal, 1), CellStream("stderr", self.journal, 2)

    def hear(self, message: dict[str, Any]) -> None:
        """Takes a message of a widget's front end."""
        getattr(comm.get_comm_manager(), message["header"]["msg_type"])(None, None, message)

    async def run(self, asked: str, code: str, store_history: bool = True) -> None:
        """Runs a cell. Does not come back where the cell ends the kernel."""
        shell, journal = self.shell, self.journal
        journal.asked = {"msg_id": asked, "msg_type": "execute_request"}
        shell.set_parent({"header": journal.asked})
        journal.send(None, "status", {"execution_state": "busy"})
        journal.send(None, "execute_input", {"code": code, "execution_count": shell.execution_count})
        reply = await _run(shell, code, store_history)
        if os.getpid() != journal.process:
            os._exit(0)  # a process that the notebook forked and left running does not run the rest
        sys.stdout.flush()
        sys.stderr.flush()
        if self._descriptors:
            self._descriptors.drain()
        if shell.exit_now:
            os._exit(0)
        journal.send(None, "execute_reply", reply, channel="shell")
        journal.send(None, "status", {"execution_state": "idle"})


async def _run(shell: Shell, code: str, store_history: bool) -> dict[str, Any]:
    """Runs a cell as ``IPythonKernel.do_execute`` does; what it would reply."""
    failure = None
    try:
        transformed = shell.transform_cell(code)
    except Exception:  # noqa: BLE001 - the shell reports it as the cell's own error
        transformed, failure = code, sys.exc_info()
    shell._last_traceback = None  # noqa: SLF001 - as its ``run_cell`` does, which would transform the code again
    shell._last_traceback_during_displayhook = False  # noqa: SLF001
    result = None
    try:
        result = await shell.run_cell_async(
            code, store_history=store_history, transformed_cell=transformed, preprocessing_exc_tuple=failure
        )
    finally:
        shell.events.trigger("post_execute")
        shell.events.trigger("post_run_cell", result)
    error = result.error_before_exec or result.error_in_exec
    shell.payload_manager.clear_payload()
    count = shell.execution_count - 1
    if result.success and not shell._last_traceback_during_displayhook:  # noqa: SLF001
        return {"status": "ok", "execution_count": count}
    return {
        "status": "error",
        "execution_count": count,
        "traceback": shell._last_traceback or [],  # noqa: SLF001
        "ename": type(error).__name__,
        "evalue": str(error),
    }
