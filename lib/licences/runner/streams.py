"""Streams of a notebook: the messages of its shell and widgets, and all that is written to its outputs."""

from __future__ import annotations

import base64
import codecs
import contextlib
import io
import os
import select
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from comm.base_comm import BaseComm
from ipykernel.jsonutil import json_clean
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
        with contextlib.suppress(ChannelClosedError):
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
    """A widget's channel to its front end: the state that the notebook keeps."""

    journal: Journal

    def publish_msg(
        self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **keys: Any
    ) -> None:
        content = json_clean({"data": data or {}, "comm_id": self.comm_id, **keys})
        self.journal.send(None, msg_type, content, metadata=json_clean(metadata or {}), buffers=buffers)
