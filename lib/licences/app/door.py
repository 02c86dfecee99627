"""The door of the explorer: answers at its address at once with what is coming, and hands over to the server once that is there."""

from __future__ import annotations

import hmac
import os
import selectors
import socket
import tempfile
import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

_LONGEST_HEAD = 65_536
_HEAD_ENDS = b"\r\n\r\n"


class Door:
    """Listens from the beginning on; what it is asked is kept unread for the server, but for the first look at the page.

    page: address of that, with its token. make_page: makes what is shown there until the server answers, as HTML;
    called once somebody looks.
    """

    def __init__(self, ip: str, port: int, page: str, make_page: Callable[[], str]) -> None:
        family = socket.AF_INET6 if ":" in ip else socket.AF_INET
        self._listening = socket.create_server((ip, port), family=family, backlog=128)
        self._listening.setblocking(False)
        self._asked = urlsplit(page)
        self._make_page = make_page
        self._has_shown = False
        self._kept: list[tuple[socket.socket, Any]] = []
        self._end, self._told = socket.socketpair()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def open_to(self, server: Any) -> None:
        """Lets a server of Tornado have all who wait, and all who come from now on."""
        from tornado.iostream import IOStream

        self._stop()
        for connection, address in self._kept:
            server.handle_stream(IOStream(connection), address)
        server.add_socket(self._listening)

    def close(self) -> None:
        """Shuts the door on whoever waits; where it was opened to a server nothing is left to do."""
        if self._thread.is_alive():
            self._stop()
            for connection, _ in self._kept:
                connection.close()
            self._listening.close()

    def _stop(self) -> None:
        self._end.close()
        self._thread.join()

    def _watch(self) -> None:
        with selectors.DefaultSelector() as selector, self._told:
            selector.register(self._listening, selectors.EVENT_READ)
            selector.register(self._told, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is self._told:
                        return
                    if key.fileobj is self._listening:
                        self._let_in(selector)
                    else:
                        selector.unregister(key.fileobj)
                        self._look(key.data)

    def _let_in(self, selector: selectors.BaseSelector) -> None:
        with suppress(OSError):
            connection, address = self._listening.accept()
            connection.setblocking(False)
            self._kept.append((connection, address))
            selector.register(connection, selectors.EVENT_READ, self._kept[-1])

    def _look(self, kept: tuple[socket.socket, Any]) -> None:
        """Answers who asks for the page first; all else stays unread."""
        connection, _ = kept
        try:
            head = connection.recv(_LONGEST_HEAD, socket.MSG_PEEK)
            if self._has_shown or not self._is_page(head):
                return
            self._has_shown = True
            self._kept.remove(kept)
            connection.recv(_LONGEST_HEAD)
            connection.settimeout(5)
            with connection:
                connection.sendall(_make_answer(self._make_page()))
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            if kept in self._kept:
                self._kept.remove(kept)
            connection.close()

    def _is_page(self, head: bytes) -> bool:
        if not head.endswith(_HEAD_ENDS):
            return False
        words = head.split(b"\r\n", 1)[0].split(b" ")
        if len(words) != 3 or words[0] != b"GET":
            return False
        asked = urlsplit(words[1].decode("latin-1"))
        given, right = (parse_qs(one.query).get("token", [""])[0].encode() for one in (asked, self._asked))
        return asked.path == self._asked.path and hmac.compare_digest(given, right)


def launch_browser(page: str, name: str | None = None) -> None:
    """Opens the page through a file, since everybody on a machine sees the arguments of a program.

    name: of the browser, None for the usual one. Without a browser nothing happens; the address is printed.
    """
    handle, file = tempfile.mkstemp(prefix="explorer-", suffix=".html")
    with os.fdopen(handle, "w", encoding="utf-8") as text:
        text.write(f'<!DOCTYPE html><meta http-equiv="refresh" content="0; url={escape(page)}">\n')
    with suppress(webbrowser.Error):
        browser = webbrowser.get(name)
        threading.Thread(target=browser.open, args=(Path(file).as_uri(), 2), daemon=True).start()


def _make_answer(page: str) -> bytes:
    body = page.encode()
    lines = (
        "HTTP/1.1 200 OK",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
        "X-Content-Type-Options: nosniff",
        "Referrer-Policy: no-referrer",
        "Connection: close",
    )
    return "\r\n".join((*lines, "", "")).encode() + body
