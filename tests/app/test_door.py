"""The door: it answers at once with what is coming, to nobody without the token, and keeps all else for the server."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from licences.app.door import Door
from licences.app.serve import HERE, Address
from licences.reading.dictionary import LANGUAGES
from licences.render.html.coming import make_waiting_page
from licences.words.texts import say

TOKEN = "a token of more than sixteen characters"  # noqa: S105 - it opens nothing


@pytest.fixture
def address() -> Address:
    with socket.create_server((HERE, 0)) as free:
        return Address(HERE, free.getsockname()[1], TOKEN)


@pytest.fixture
def door(address: Address) -> Iterator[Door]:
    door = Door(address.ip, address.port, address.find_page(), lambda: make_waiting_page("zh"))
    yield door
    door.close()


def ask(address: Address, path: str) -> socket.socket:
    """A connection on which somebody has asked for a path."""
    asked = socket.create_connection((address.ip, address.port), timeout=30)
    asked.sendall(f"GET {path} HTTP/1.1\r\nHost: {HERE}\r\nConnection: close\r\n\r\n".encode())
    return asked


def read(asked: socket.socket) -> str:
    with asked:
        return b"".join(iter(lambda: asked.recv(65_536), b"")).decode()


def find_path(address: Address) -> str:
    return address.find_page().partition(f":{address.port}")[2]


def has_answer(asked: socket.socket) -> bool:
    asked.settimeout(0.3)
    try:
        return bool(asked.recv(1, socket.MSG_PEEK))
    except TimeoutError:
        return False
    finally:
        asked.settimeout(30)


def serve_behind(door: Door, requests: int) -> list[str]:
    """Opens the door to a server, which says what it was asked for; that, in the order in which it was asked."""
    heard: list[str] = []

    class Echo(RequestHandler):
        def get(self) -> None:
            heard.append(str(self.request.uri))
            self.write(heard[-1])

    async def serve() -> None:
        server = HTTPServer(Application([(".*", Echo)]))
        door.open_to(server)
        for _ in range(300):
            await asyncio.sleep(0.1)
            if len(heard) == requests:
                break
        server.stop()
        await server.close_all_connections()

    asyncio.run(serve())
    return heard


def test_the_page_says_at_once_what_is_coming(door: Door, address: Address) -> None:  # noqa: ARG001 - it listens
    answer = read(ask(address, find_path(address)))
    head, _, page = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 200 OK")
    assert "default-src 'none'" in head
    assert say("zh", "explorer.coming") in page
    assert TOKEN not in page
    assert "<script" not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_the_language_of_the_explorer(language: str) -> None:
    page = make_waiting_page(language)
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in page
    for key in ("title", "coming", "coming_hint"):
        assert say(language, f"explorer.{key}") in page


@pytest.mark.parametrize("path", ["/", "/?token=guessed-and-wrong-token", "/other?token=…", "/lab?"])
def test_nobody_gets_a_word_without_the_token(door: Door, address: Address, path: str) -> None:
    given = path.replace("…", find_path(address).partition("=")[2])
    with ask(address, given) as asked:
        assert not has_answer(asked)
        assert serve_behind(door, 1) == [given]


def test_what_is_asked_meanwhile_is_answered_by_the_server(door: Door, address: Address) -> None:
    path = find_path(address)
    assert say("zh", "explorer.coming") in read(ask(address, path))
    asked = path, "/voila/static/voila.js"
    waiting = [ask(address, one) for one in asked]
    assert not any(map(has_answer, waiting))
    late: list[str] = []
    comes_late = threading.Timer(0.2, lambda: late.append(read(ask(address, "/late"))))
    comes_late.start()
    assert sorted(serve_behind(door, 3)) == sorted([*asked, "/late"])
    comes_late.join()
    assert all(read(one).endswith(path) for one, path in zip(waiting, asked, strict=True))
    assert late[0].endswith("/late")


def test_half_a_question_and_none_at_all_keep_nobody_waiting(door: Door, address: Address) -> None:
    half = socket.create_connection((address.ip, address.port))
    half.sendall(b"GET /half")
    silent = socket.create_connection((address.ip, address.port))
    gone = socket.create_connection((address.ip, address.port))
    gone.close()
    assert say("zh", "explorer.coming") in read(ask(address, find_path(address)))
    half.sendall(b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert serve_behind(door, 1) == ["/half"]
    half.close()
    silent.close()


def test_a_door_that_is_closed_leaves_the_port_to_others(door: Door, address: Address) -> None:
    kept = ask(address, "/")
    assert not has_answer(kept)
    door.close()
    with pytest.raises(ConnectionResetError), kept:
        kept.recv(1)
    with socket.create_server((address.ip, address.port)):
        pass
