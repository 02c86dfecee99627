"""Streams of a notebook: the messages of its shell and widgets, and all that is written to its outputs."""

from __future__ import annotations

import base64
import codecs
import contextlib
import os
import select
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from ipykernel.iostream import BackgroundSocket, IOPubThread, OutStream
from jupyter_client.session import Session, json_packer

from licences.runner.channel import ChannelClosedError

_FLUSH_BYTES, _FLUSH_SECONDS = 65_536, 0.1

Publish = Callable[[dict[str, Any]], None]
"""Takes a message as the Jupyter protocol has it, with the name of its channel beside it."""


def pack(message: dict[str, Any]) -> bytes:
    """A message as JSON. What is no text in it is replaced, as the clients of a kernel do."""
    packed: bytes = json_packer(message)
    return packed.decode("utf-8", "replace").encode()


class Journal(Session):
    """Takes the place of a kernel's session: what is sent over it is published in this process.

    publish: called with each message, in the order of the Jupyter protocol; it may be called in any thread.
    process: the one whose messages are heard. asked: the request to which all that is sent belongs.
    """

    def __init__(self, publish: Publish = lambda _message: None, **named: Any) -> None:
        super().__init__(**named)
        self.publish, self.process, self.lock = publish, os.getpid(), threading.RLock()
        self.asked: dict[str, Any] = {}

    def send(  # type: ignore[override]
        self,
        _socket: Any,
        message: str | dict[str, Any],
        content: Any = None,
        _parent: Any = None,
        _ident: Any = None,
        buffers: Sequence[Any] | None = None,
        _track: bool = False,
        _header: Any = None,
        metadata: Any = None,
        **_more: Any,
    ) -> dict[str, Any] | None:
        """Publishes a message; one of a process that the notebook has forked is not heard.

        Its parent is the cell that runs, whoever sends it.
        """
        if os.getpid() != self.process:
            return None
        if isinstance(message, str):  # nobody looks at its header
            sent: dict[str, Any] = {"msg_type": message, "content": content or {}, "metadata": metadata or {}}
        else:
            sent = message
        kind: str = sent["msg_type"]
        made = {
            "channel": "shell" if kind.endswith("_reply") else "iopub",
            "header": {"msg_type": kind, "date": datetime.now(UTC).isoformat()},
            "msg_type": kind,
            "parent_header": self.asked,
            "content": sent["content"],
            "metadata": sent["metadata"],
        }
        if buffers:
            made["buffers"] = [base64.b64encode(part).decode("ascii") for part in buffers]
        with self.lock:
            self.publish(made)
        return sent


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
            if not self._written_by_programs.poll(0):
                return
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
        with contextlib.suppress(ChannelClosedError):
            while True:
                select.select(list(self._pipes), [], [], _FLUSH_SECONDS)
                self.flush()


class Courier(IOPubThread):
    """Takes the place of the thread that sends what a kernel puts out: it is sent at once."""

    def __init__(self, session: Journal) -> None:
        nothing: Any = None
        self.session, self.socket, self.thread, self.io_loop = session, nothing, nothing, nothing
        self.background_socket = BackgroundSocket(self)

    def schedule(self, task: Callable[[], object]) -> None:
        task()

    def send_multipart(self, *_given: Any, **_named: Any) -> None:
        """Nobody listens to what is not a message."""

    def start(self) -> None:
        """There is nothing to start."""

    def stop(self) -> None:
        """There is nothing to stop."""

    def close(self) -> None:
        """There is nothing to close."""


class CellStream(OutStream):
    """``sys.stdout`` or ``sys.stderr`` of a cell; its descriptor is one of its own, as a kernel's."""

    def __init__(
        self, session: Journal, courier: Courier, name: str, streams: Streams, descriptor: int
    ) -> None:
        super().__init__(session, courier, name, watchfd=False)  # type: ignore[no-untyped-call]
        self._streams = streams
        self._original_stdstream_copy = os.dup(descriptor)

    def write(self, string: str) -> int:
        if not isinstance(string, str):
            raise TypeError(f"write() argument must be str, not {type(string)}")
        if self.closed:
            raise ValueError("I/O operation on closed file")
        if os.getpid() == self.session.process:
            self._streams.write(self.name, string)
        else:  # a forked process speaks through the pipe
            os.write(self._original_stdstream_copy, string.encode("utf-8", "replace"))
        return len(string)

    def flush(self) -> None:
        if os.getpid() == self.session.process:
            self._streams.flush()


# By these names libraries tell that a stream shows colours.
for _name in ("__module__", "__name__", "__qualname__"):
    setattr(CellStream, _name, getattr(OutStream, _name))
