"""Channel between processes: JSON messages, with whole files beside them, over a socket."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import struct
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

_LENGTH = struct.Struct(">Q")
_CHUNK = 1 << 20


class ChannelClosedError(ConnectionError):
    """The process at the other end is gone."""


class MessageTooLongError(ChannelClosedError):
    """A message is longer than what is taken from the other end."""


def pack_message(text: bytes, *files: bytes) -> bytes:
    """A message as it goes over a channel; ``text`` is JSON."""
    parts = [_LENGTH.pack(1 + len(files))]
    for part in (text, *files):
        parts += [_LENGTH.pack(len(part)), part]
    return b"".join(parts)


def unpack_parts(packed: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """The messages that were kept one after the other, up to one that was cut short.

    Of each where it begins, its JSON and its files.
    """
    at = 0

    def take(length: int) -> bytes:
        nonlocal at
        part = packed[at : at + length]
        if len(part) < length:
            raise EOFError
        at += length
        return part

    with contextlib.suppress(EOFError):
        while True:
            began = at
            (count,) = _LENGTH.unpack(take(_LENGTH.size))
            yield began, [take(_LENGTH.unpack(take(_LENGTH.size))[0]) for _ in range(count)]


def unpack_messages(packed: bytes) -> Iterator[dict[str, Any]]:
    """As ``unpack_parts``, each without its files."""
    with contextlib.suppress(json.JSONDecodeError):
        for _, parts in unpack_parts(packed):
            yield json.loads(parts[0])


class Channel:
    """One end of a channel; a message is a dict of plain values and any number of ``bytes``.

    allowed_bytes: how much is taken from the other end in all, None for no limit.
    """

    def __init__(self, end: socket.socket, allowed_bytes: int | None = None) -> None:
        self.end, self.allowed_bytes = end, allowed_bytes
        self._sending = threading.Lock()

    def send(self, message: Mapping[str, Any], *files: bytes) -> None:
        """Sends a message. Raises: ChannelClosedError."""
        self.send_text(json.dumps(message).encode(), *files)

    def send_text(self, text: bytes, *files: bytes) -> None:
        """Sends a message that is JSON already. Raises: ChannelClosedError."""
        try:
            with self._sending:
                self.end.sendall(pack_message(text, *files))
        except OSError as error:
            raise ChannelClosedError(str(error)) from None

    def receive(self, until: float | None = None) -> tuple[dict[str, Any], list[bytes]]:
        """The next message. until: a time of ``time.monotonic`` after which it is waited for no longer.

        Raises: ChannelClosedError where the other end is closed; MessageTooLongError; TimeoutError.
        """
        (count,) = _LENGTH.unpack(self._read(_LENGTH.size, until))
        parts = []
        for _ in range(count):
            (length,) = _LENGTH.unpack(self._read(_LENGTH.size, until))
            parts.append(self._read(length, until))
        return json.loads(parts[0]), parts[1:]

    def is_ready(self, within_seconds: float) -> bool:
        """Whether there is something to receive, or nobody any more from whom it could come."""
        if self.end.fileno() < 0:
            return True
        watcher = select.poll()
        watcher.register(self.end, select.POLLIN)
        return bool(watcher.poll(within_seconds * 1000))

    def close(self) -> None:
        """Cuts the channel and forgets it."""
        self.end.close()

    def cut(self) -> None:
        """Cuts the channel, also for another thread that is waiting for a message, and forgets it."""
        with contextlib.suppress(OSError):
            self.end.shutdown(socket.SHUT_RDWR)
        self.end.close()

    def _read(self, length: int, until: float | None) -> bytes:
        if self.allowed_bytes is not None:
            self.allowed_bytes -= length
            if self.allowed_bytes < 0:
                raise MessageTooLongError(f"{length} bytes more than what is taken")
        content = bytearray()
        while len(content) < length:
            if until is not None:
                self._wait(until)
            try:
                part = self.end.recv(min(_CHUNK, length - len(content)))
            except OSError as error:
                raise ChannelClosedError(str(error)) from None
            if not part:
                raise ChannelClosedError("closed")
            content += part
        return bytes(content)

    def _wait(self, until: float) -> None:
        ready, _, _ = select.select([self.end], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise TimeoutError
