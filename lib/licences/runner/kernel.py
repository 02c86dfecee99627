"""Kernel in this process: it runs code as a kernel does, and says over a channel what came out."""

from __future__ import annotations

import asyncio
import atexit
import builtins
import contextvars
import gc
import getpass
import os
import pdb  # noqa: T100 - for the notebooks
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MethodType, SimpleNamespace
from typing import Any

import comm
from ipykernel.compiler import get_file_name
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.compilerop import CachingCompiler
from IPython.core.debugger import InterruptiblePdb, set_trace
from traitlets.config import Config

from licences.runner.channel import Channel
from licences.runner.streams import CellStream, Journal, JournalComm, Publish, Streams, pack

LANGUAGE_INFO: dict[str, Any] = dict(IPythonKernel.language_info)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


Shell = Any
"""A ``ZMQInteractiveShell``, of whose parts type checkers know little."""


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


def hold_back(memory_mib: int | None, *folders: str) -> None:
    """From now on this process writes in these folders and its caches alone, and takes no more memory than that."""
    home = Path.home()
    caches = [home / name for name in (".cache", ".ipython", ".config")]
    guard_writes([*map(Path, folders), Path("/dev"), *caches])
    limit_memory(memory_mib)


def find_folder_first() -> None:
    """Modules are found in the folder where this process is, after those of the standard library, as in a kernel."""
    libraries = [path for path in sys.path if Path(path).name in {"site-packages", "dist-packages"}]
    sys.path.insert(sys.path.index(libraries[0]) if libraries else 0, "")


def guard_writes(allowed: Iterable[Path]) -> None:
    """From now on this process may write below ``allowed`` alone, whatever library it uses to do so.

    It stops mistakes, not malice: a program that it starts, or C code, is not held back.
    """
    folders = tuple(os.path.normcase(os.path.realpath(folder)) for folder in allowed)
    places = {"os.remove": (0,), "os.rename": (0, 1), "os.mkdir": (0,), "os.rmdir": (0,), "os.link": (1,),
              "os.symlink": (1,), "os.truncate": (0,), "os.chmod": (0,), "os.chown": (0,),
              "sqlite3.connect": (0,)}  # fmt: skip

    def is_allowed(path: Any) -> bool:
        if not isinstance(path, (str, bytes, os.PathLike)):
            return True  # a descriptor is open already
        if os.fsdecode(path) == os.devnull:
            return True
        where = os.path.normcase(os.path.realpath(os.fsdecode(path)))
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
    try:
        import resource
    except ImportError:  # Windows has none
        return
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
    find_folder_first()
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()  # the standard library's generator does so by itself
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background process ignores it
    no_front_end = SimpleNamespace(_allow_stdin=False)
    builtins.input = MethodType(IPythonKernel.raw_input, no_front_end)
    getpass.getpass = MethodType(IPythonKernel.getpass, no_front_end)
    tempfile.tempdir = None  # what it found before the fork is forgotten
    if temporary:
        os.environ["TMPDIR"] = temporary
        hold_back(memory_mib, temporary)


def serve_cells(channel: Channel, shell: Shell) -> None:
    """Runs what is asked for over a channel until it is asked to end, and ends as a process of Python does."""
    kernel = Kernel(shell, lambda message: channel.send_text(pack(message)))
    kernel.listen()

    async def serve() -> None:
        while True:
            await _wait_for(channel)
            asked, _ = channel.receive()
            if "end" in asked:
                return
            if "comm" in asked:
                kernel.hear(asked["comm"])
            else:
                await kernel.run(asked["id"], asked["code"], asked["store_history"])

    asyncio.new_event_loop().run_until_complete(serve())  # ``asyncio.run`` would take Ctrl-C from the cells
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - waits for threads, as multiprocessing does
    atexit._run_exitfuncs()  # noqa: SLF001 - ``os._exit`` does not; the shell forgets what the notebook has made
    gc.collect()  # and with it go the files that were left open


async def _wait_for(channel: Channel) -> None:
    """Comes back when there is something to receive; meanwhile tasks that a cell has started go on."""
    loop, is_there = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(channel.end, is_there.set)
    try:
        await is_there.wait()
    finally:
        loop.remove_reader(channel.end)


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
