"""Runs code as a kernel does, in this process, and says over a line what came out."""

from __future__ import annotations

import asyncio
import atexit
import base64
import builtins
import codecs
import contextlib
import contextvars
import gc
import getpass
import io
import os
import pdb  # noqa: T100 - for the notebooks
import resource
import select
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MethodType, SimpleNamespace
from typing import Any

import comm
from comm.base_comm import BaseComm
from ipykernel.compiler import get_file_name
from ipykernel.ipkernel import IPythonKernel
from ipykernel.jsonutil import json_clean
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.compilerop import CachingCompiler
from IPython.core.debugger import InterruptiblePdb, set_trace
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


def pack(message: dict[str, Any]) -> bytes:
    """A message as JSON. What is no text in it is replaced, as the clients of a kernel do."""
    packed: bytes = json_packer(message)
    return packed.decode("utf-8", "replace").encode()


class Journal(Session):
    """Takes the place of a kernel's session: what the shell sends is published in this process."""

    def __init__(self, publish: Publish) -> None:
        super().__init__(key=b"")
        self.publish, self.process, self.lock = publish, os.getpid(), threading.RLock()
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
        with self.lock:
            self.publish(made)


class Streams:
    """What the cells write to the standard streams, and programs and C code to the descriptors 1 and 2.

    All of it is published in the order in which it was written.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._name, self._waiting = "", list[str]()
        self._size, self._sent_at = 0, 0.0
        self._pipes: dict[int, tuple[str, codecs.IncrementalDecoder]] = {}
        self._written_by_programs = select.poll()
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123 - as long as the process lives
        os.dup2(sys.stdin.fileno(), 0)
        for number, name in ((1, "stdout"), (2, "stderr")):
            reads, writes = os.pipe()
            os.set_blocking(reads, False)
            os.dup2(writes, number, inheritable=True)  # ``writes`` stays: a cell may close the descriptor
            self._pipes[reads] = name, codecs.getincrementaldecoder("utf-8")("replace")
            self._written_by_programs.register(reads, select.POLLIN)
        threading.Thread(target=self._follow, name="streams", daemon=True).start()

    def write(self, name: str, text: str) -> None:
        """Keeps what a cell writes to a stream until there is more of it, or time has passed.

        A whole line after a silence is published at once: the process may not live long enough for more.
        """
        with self._journal.lock:
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
        with self._journal.lock:
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
                select.select(list(self._pipes), [], [], _FLUSH_SECONDS)
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


class CellCompiler(CachingCompiler):
    """Names the code of a cell as a kernel does, but for the temporary folder and the number of the process."""

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:  # noqa: ARG002
        """A name by which tracebacks and warnings find the code."""
        return f"/ipykernel/{Path(get_file_name(raw_code)).name}"


def make_shell() -> Shell:
    """The shell of a kernel, with no kernel around it and no thread; made before the fork."""
    config = Config()
    config.HistoryManager.enabled = False  # it keeps a thread and a file
    shell: Shell = ZMQInteractiveShell.instance(config=config, compiler_class=CellCompiler)
    shell.kernel = SimpleNamespace(eventloop=None)
    # The rest as a kernel's application does it. Its ``breakpoint()`` waits for a debugger's front end alone.
    shell.extension_manager.load_extension("storemagic")
    pdb.Pdb, pdb.set_trace = InterruptiblePdb, set_trace  # type: ignore[misc, assignment]
    sys.breakpointhook = lambda *_given, **_named: None
    shell.user_ns_hidden.update(shell.user_ns)
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


def settle(
    folder: str,
    temporary: str | None = None,
    memory_mib: int | None = None,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Makes this process, just forked, one that runs a notebook in ``folder``.

    temporary: the one folder in which it may write. memory_mib: the most memory that it can take.
    environment: the variables of who asks for it, where those of the process that was forked may be old.
    """
    if environment is not None:
        os.environ.clear()
        os.environ.update(environment)
        time.tzset()
    os.chdir(folder)
    libraries = [path for path in sys.path if Path(path).name in {"site-packages", "dist-packages"}]
    sys.path.insert(sys.path.index(libraries[0]) if libraries else 0, "")  # where a kernel has it
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()  # the standard library's generator does so by itself
    no_front_end = SimpleNamespace(_allow_stdin=False)
    builtins.input = MethodType(IPythonKernel.raw_input, no_front_end)
    getpass.getpass = MethodType(IPythonKernel.getpass, no_front_end)
    tempfile.tempdir = None  # what it found before the fork is forgotten
    if temporary:
        os.environ["TMPDIR"] = temporary
        home = Path.home()
        guard_writes([Path(temporary), Path("/dev"), home / ".cache", home / ".ipython", home / ".config"])
    limit_memory(memory_mib)


def serve_cells(line: Line, shell: Shell) -> None:
    """Runs what is asked for over a line until it is asked to end, and ends as a process of Python does."""
    kernel = Kernel(shell, lambda message: line.send_text(pack(message)))
    kernel.listen()

    async def serve() -> None:
        while True:
            await _wait_for(line)
            asked, _ = line.receive()
            if "end" in asked:
                return
            if "comm" in asked:
                kernel.hear(asked["comm"])
            else:
                await kernel.run(asked["id"], asked["code"], asked["store_history"])

    asyncio.new_event_loop().run_until_complete(serve())  # ``asyncio.run`` would take Ctrl-C from the cells
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - waits for threads, as multiprocessing does
    atexit._run_exitfuncs()  # noqa: SLF001 - ``os._exit`` does not
    shell.user_ns.clear()  # closes the files that the notebook has left open
    gc.collect()


async def _wait_for(line: Line) -> None:
    """Comes back when there is something to receive; meanwhile tasks that a cell has started go on."""
    loop, is_there = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(line.end, is_there.set)
    try:
        await is_there.wait()
    finally:
        loop.remove_reader(line.end)


class Kernel:
    """What a kernel does with a cell, without its process and its sockets.

    publish: called with each message, in the order of the Jupyter protocol; it may be called in any thread.
    """

    eventloop = iopub_socket = None  # what libraries expect of ``get_ipython().kernel``

    def __init__(self, shell: Shell, publish: Publish) -> None:
        self.shell, self.session = shell, Journal(publish)
        self.comm_manager = comm.get_comm_manager()
        shell.kernel = self
        shell.init_environment()
        os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
        os.environ["JPY_PARENT_PID"] = str(os.getppid())
        shell.history_manager.dir_hist[:] = [Path.cwd()]
        shell.displayhook.session = shell.display_pub.session = self.session
        JournalComm.journal = self.session
        comm.create_comm = JournalComm
        self._streams: Streams | None = None
        self._context = contextvars.copy_context()

    def listen(self) -> None:
        """From now on what is written to the standard streams, and to their descriptors, is an output."""
        self._streams = Streams(self.session)
        sys.stdout = CellStream("stdout", self.session, self._streams, 1)
        sys.stderr = CellStream("stderr", self.session, self._streams, 2)

    def get_parent(self, _channel: str | None = None) -> dict[str, Any]:
        """The request for the cell that runs; an output widget asks for it."""
        return {"header": self.session.asked}

    def hear(self, message: dict[str, Any]) -> None:
        """Takes a message of a widget's front end. What comes of it belongs to no cell."""
        asked, self.session.asked = self.session.asked, {}
        getattr(self.comm_manager, message["header"]["msg_type"])(None, None, message)
        self._flush()
        self.session.asked = asked

    async def run(self, asked: str, code: str, store_history: bool = True) -> None:
        """Runs a cell; does not come back where one before it has ended the kernel."""
        shell, session = self.shell, self.session
        if shell.exit_now:
            os._exit(0)
        session.asked = {"msg_id": asked, "msg_type": "execute_request"}
        self._context.run(shell.set_parent, self.get_parent())
        session.send(None, "status", {"execution_state": "busy"})
        session.send(None, "execute_input", {"code": code, "execution_count": shell.execution_count})
        reply = await self._run(code, store_history)
        self._flush()
        session.send(None, "execute_reply", reply, channel="shell")
        session.send(None, "status", {"execution_state": "idle"})

    async def _run(self, code: str, store_history: bool) -> dict[str, Any]:
        """Runs a cell as ``IPythonKernel.do_execute`` does; what it would reply."""
        shell, failure = self.shell, None
        shell._last_traceback, shell._last_traceback_during_displayhook = None, False  # noqa: SLF001
        try:
            transformed = shell.transform_cell(code)
        except Exception:  # noqa: BLE001 - the shell reports it as the cell's own error
            transformed, failure = code, sys.exc_info()
        given = {"transformed_cell": transformed, "preprocessing_exc_tuple": failure}
        if shell.should_run_async(code, **given):
            running, result = shell.run_cell_async(code, store_history=store_history, **given), None
            try:
                result = await asyncio.create_task(running, context=self._context.copy())
            finally:
                shell.events.trigger("post_execute")
                shell.events.trigger("post_run_cell", result)
        else:
            result = self._context.run(shell.run_cell, code, store_history=store_history)
        if os.getpid() != self.session.process:
            os._exit(0)  # a process that the notebook forked and left running does not run the rest
        await asyncio.sleep(0)  # tasks that the cell has created begin; a kernel would lose what they print
        shell.payload_manager.clear_payload()
        count = shell.execution_count - 1
        if result.success and not shell._last_traceback_during_displayhook:  # noqa: SLF001
            return {"status": "ok", "execution_count": count}
        error = result.error_before_exec or result.error_in_exec
        return {
            "status": "error",
            "execution_count": count,
            "traceback": shell._last_traceback or [],  # noqa: SLF001
            "ename": type(error).__name__,
            "evalue": str(error),
        }

    def _flush(self) -> None:
        """Publishes what is written so far; a cell may have put another stream in the place of ours."""
        for stream in (sys.stdout, sys.stderr, self._streams):
            if stream is not None:
                stream.flush()
