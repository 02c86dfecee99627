"""Kernel application: what libraries find around the shell, as ipykernel has it, without its sockets and threads."""

from __future__ import annotations

import asyncio
import atexit
import contextvars
import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import comm
from ipykernel.compiler import XCachingCompiler, get_file_name
from ipykernel.displayhook import ZMQDisplayHook
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.inputtransformer2 import TransformerManager
from jupyter_client.session import msg_header, utcnow
from tornado.ioloop import IOLoop
from traitlets import Type

from licences.runner.streams import CellStream, Courier, Journal, Publish, Streams

_Kernel: Any = IPythonKernel  # type checkers know half of their parts
_Application: Any = IPKernelApp
LANGUAGE_INFO: dict[str, Any] = dict(IPythonKernel.language_info)


class CellCompiler(XCachingCompiler):
    """Names the code of a cell as a kernel does, but for the temporary folder and the number of the process."""

    def get_code_name(self, raw_code: str, code: str, number: int) -> str:  # noqa: ARG002
        """A name by which tracebacks and warnings find the code."""
        return f"/ipykernel/{Path(get_file_name(raw_code)).name}"


class CellTransformer(TransformerManager):
    """Translates the source of cells as IPython does, and once each of those that it was told of before.

    It begins anew with all of them where a notebook has changed what is translated, and how.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._known: dict[str, str] = {}
        self._ways = self._list_ways()

    def learn(self, sources: Iterable[str]) -> None:
        """Translates cells that are to be run later; one that cannot be is left until then."""
        for source in sources:
            with suppress(SyntaxError):
                self._known[source] = super().transform_cell(source)

    def transform_cell(self, cell: str) -> str:
        if cell in self._known and self._ways == self._list_ways():
            return self._known[cell]
        return super().transform_cell(cell)

    def _list_ways(self) -> list[object]:
        return [*self.cleanup_transforms, *self.line_transforms, *self.token_transformers]


class NotebookKernel(_Kernel):  # type: ignore[misc]
    """ipykernel's kernel, asked by a call for what a socket would ask of it."""

    compiler_class = Type(CellCompiler, klass=XCachingCompiler)
    debugger_class = Type(object)  # its own would be imported with all that belongs to it
    _supports_kernel_subshells = False
    parent: NotebookApp

    def __init__(self, **named: Any) -> None:
        # As ``IPythonKernel`` does it, but for the debugger, whose import takes longer than all the rest.
        named["_execute_sleep"] = 0.0  # its clients are waited for; nobody has to catch up here
        super(IPythonKernel, self).__init__(**named)  # type: ignore[misc]
        self.shell: Any = self.shell_class.instance(
            parent=self, profile_dir=self.profile_dir, user_module=self.user_module, user_ns=self.user_ns,
            kernel=self, compiler_class=self.compiler_class, input_transformer_manager=CellTransformer(),
        )  # fmt: skip
        self.shell.unobserve_all("exit_now")  # the loop that it would stop is not the kernel's own
        for publisher in (self.shell.displayhook, self.shell.display_pub):
            publisher.session, publisher.pub_socket = self.session, self.iopub_socket
        self.shell.displayhook.topic = self._topic("execute_result")
        self.comm_manager: Any = comm.get_comm_manager()
        self.shell.configurables.append(self.comm_manager)
        for kind in ("comm_open", "comm_msg", "comm_close"):
            self.shell_handlers[kind] = getattr(self.comm_manager, kind)
        self.shell_channel_thread = SimpleNamespace(parent_thread=threading.main_thread())
        self._front_end = uuid4().hex
        self._context = contextvars.copy_context()

    @property
    def io_loop(self) -> IOLoop:
        """The loop in which cells run, as tornado has it; it is made for who asks."""
        return IOLoop.current()

    def hear(self, message: dict[str, Any]) -> None:
        """Takes a message of a widget's front end. What comes of it belongs to no cell."""
        asked, self.session.asked = self.session.asked, {}
        self.shell_handlers[message["header"]["msg_type"]](None, None, message)
        self._flush()
        self.session.asked = asked

    def begin(self, publish: Publish) -> None:
        """From now on this process runs the cells of one notebook, in a context of their own.

        publish: called with each message, in the order of the Jupyter protocol; it may be called in any thread.
        """
        self.session.publish, self.session.process = publish, os.getpid()
        self._context = contextvars.copy_context()
        self.shell.init_environment()
        os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
        os.environ["JPY_PARENT_PID"] = str(os.getppid())
        self.shell.history_manager.dir_hist[:] = [Path.cwd()]

    async def run(self, asked: str, content: dict[str, Any]) -> None:
        """Runs a cell; does not come back where one before it has ended the kernel.

        asked: the number of the request; content: its content, as the Jupyter protocol has it.
        """
        if self.shell.exit_now:
            os._exit(0)
        await asyncio.create_task(self._run(self._make_request(asked, content)), context=self._context)

    async def _run(self, request: dict[str, Any]) -> None:
        """Does with a request what ``dispatch_shell`` does, in the one context that all cells have."""
        self.session.asked = {"msg_id": request["msg_id"]}
        self.set_parent([], request)
        self._publish_status("busy", "shell")
        self.pre_handler_hook()
        try:
            await self.execute_request(None, [], request)
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - a kernel would log it, and leave the client waiting
            failed = {"status": "error", "ename": type(error).__name__, "evalue": "", "traceback": []}
            self.session.send(None, "execute_reply", failed | {"execution_count": self.execution_count})
        finally:
            self.post_handler_hook()
        self._flush()
        self._publish_status("idle", "shell")

    def _make_request(self, asked: str, content: dict[str, Any]) -> dict[str, Any]:
        """The request as a client sends it; libraries look into it."""
        header = msg_header(asked, "execute_request", self.session.username, self._front_end)
        return {
            "header": header | {"date": utcnow()},
            "msg_id": asked,
            "msg_type": "execute_request",
            "parent_header": {},
            "metadata": {},
            "content": content,
            "buffers": [],
        }

    async def do_execute(self, *given: Any, **named: Any) -> dict[str, Any]:
        """As a kernel's; tasks that the cell has created begin before it is over: what they print would be lost."""
        reply: dict[str, Any] = await super().do_execute(*given, **named)
        if os.getpid() != self.session.process:
            os._exit(0)  # a process that the notebook forked and left running does not run the rest
        await asyncio.sleep(0)
        self._flush()
        return reply

    @contextmanager
    def _cancel_on_sigint(self, future: asyncio.Future[Any]) -> Iterator[None]:
        """As a kernel's, which hears of the signal when something else happens in its loop."""
        loop = asyncio.get_running_loop()
        before = signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(future.cancel))
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        """Nothing waits after a cell that failed."""

    def _flush(self) -> None:
        """Publishes what is written so far; a cell may have put another stream in the place of ours."""
        for stream in (sys.stdout, sys.stderr, self.parent.streams):
            if stream is not None:
                stream.flush()


class NotebookApp(_Application):  # type: ignore[misc]
    """ipykernel's application. Nothing listens at its connection file, which names a kernel without a port.

    is_isolated: neither settings nor files of the user's profile are read, and outputs wait for ``listen``.
    """

    is_isolated = True
    streams: Streams | None = None

    def listen(self) -> None:
        """From now on what is written to the standard streams, and to their descriptors, is an output."""
        self.session.process = os.getpid()
        self.streams = Streams(self.session)
        sys.stdout = CellStream(self.session, self.iopub_thread, "stdout", self.streams, 1)
        sys.stderr = CellStream(self.session, self.iopub_thread, "stderr", self.streams, 2)

    def place(self, folder: str, arguments: Sequence[str] = ()) -> None:
        """Puts the connection file into a folder; libraries look for it, and for its name on the command line."""
        opened, file = tempfile.mkstemp(".json", dir=folder)
        ports = dict.fromkeys(("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"), 0)
        named = {"transport": "tcp", "ip": "127.0.0.1", "key": "", "signature_scheme": "hmac-sha256"}
        with os.fdopen(opened, "w", encoding="utf-8") as written:
            json.dump(ports | named | {"kernel_name": "python3"}, written, indent=2)
        self.connection_file = file
        launcher = find_spec("ipykernel_launcher")
        sys.argv[:] = [str(launcher.origin if launcher else ""), "-f", file, *arguments]

    def init_io(self) -> None:
        self.iopub_thread = Courier(self.session)
        self.iopub_socket = self.iopub_thread.background_socket
        if not self.is_isolated:
            self.listen()
        self.displayhook = ZMQDisplayHook(self.session, self.iopub_socket)
        sys.displayhook = self.displayhook
        self.patch_io()

    def init_kernel(self) -> None:
        self.kernel = NotebookKernel.instance(
            parent=self, session=self.session, iopub_thread=self.iopub_thread, iopub_socket=self.iopub_socket,
            log=self.log, profile_dir=self.profile_dir, user_ns=self.user_ns,
        )  # fmt: skip
        self.displayhook.get_execution_count = lambda: self.kernel.execution_count  # type: ignore[method-assign]

    def init_gui_pylab(self) -> None:
        sys.breakpointhook = lambda *_given, **_named: (
            None
        )  # a kernel's waits for a debugger's front end alone
        super().init_gui_pylab()

    def flatten_flags(self) -> tuple[Any, Any]:
        return self.flags, self.aliases  # of the class whose names libraries look for, not of this one

    def parse_command_line(self, argv: list[str] | None = None) -> None:
        if not self.is_isolated:  # else there is none
            super().parse_command_line(argv)

    def load_config_file(self, *given: Any, **named: Any) -> None:
        if not self.is_isolated:
            super().load_config_file(*given, **named)

    def init_code(self) -> None:
        if self.is_isolated:
            self.shell.user_ns_hidden.update(self.shell.user_ns)
        else:
            super().init_code()

    def init_connection_file(self) -> None: ...
    def init_poller(self) -> None: ...
    def init_sockets(self) -> None: ...
    def init_heartbeat(self) -> None: ...
    def write_connection_file(self, **_named: Any) -> None: ...
    def log_connection_info(self) -> None: ...
    def init_signal(self) -> None: ...


def make_app(
    arguments: Sequence[str] = (), *, folder: str | None = None, publish: Publish | None = None
) -> NotebookApp:
    """The application of this process, with its kernel and its shell; one that was made before is forgotten.

    arguments: of a kernel's command line. folder: where it keeps what it has to. publish: called with
    each message; without it the application is an isolated one, still to be forked.
    """
    if ZMQInteractiveShell.initialized():
        atexit.unregister(ZMQInteractiveShell.instance().atexit_operations)
    for single in (ZMQInteractiveShell, NotebookKernel, NotebookApp):
        single.clear_instance()
    app: NotebookApp = NotebookApp.instance()
    app.is_isolated = publish is None
    if publish is None:
        app.config.HistoryManager.enabled = False  # it would keep a file
    app.session = Journal(publish or (lambda _message: None), parent=app)
    if folder is not None:
        app.place(folder, arguments)
    app.initialize(sys.argv[1:] if folder is not None else [])
    if app.is_isolated:
        app.log.setLevel(app.log_level)  # else every message is made a record that its handler drops
    return app
