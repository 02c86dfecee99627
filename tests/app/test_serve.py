"""Where the explorer may be served, and that nobody gets in without the token."""

from __future__ import annotations

import queue
import socket
import tempfile
import webbrowser
from html import escape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from licences.app.door import launch_browser
from licences.app.serve import (
    HERE,
    PORTS,
    Address,
    choose_address,
    find_asked,
    find_lab_path,
    hand_over,
)
from licences.errors import UsageError

TOKEN = "a token of more than sixteen characters"  # noqa: S105 - it opens nothing


@pytest.mark.parametrize("ip", ["127.0.0.1", "127.8.9.10", "localhost"])
def test_this_machine_gets_a_token_of_its_own(ip: str) -> None:
    address = choose_address(ip, None, None)
    assert address.ip == ip
    assert address.port in PORTS
    assert len(address.token) >= 32
    assert choose_address(ip, None, None).token != address.token


@pytest.mark.parametrize("ip", ["0.0.0.0", "::", "", "192.168.1.5", "example.com", "*"])
def test_others_are_let_in_only_with_a_token_that_was_given(ip: str) -> None:
    with pytest.raises(UsageError, match="no token"):
        choose_address(ip, None, None)


@pytest.mark.parametrize("token", ["", "short", "x" * 15])
@pytest.mark.parametrize("ip", [HERE, "0.0.0.0"])
def test_a_token_that_can_be_guessed_is_refused(ip: str, token: str) -> None:
    with pytest.raises(UsageError, match="guessed"):
        choose_address(ip, None, token)


def test_with_a_token_any_address_of_this_machine_will_do() -> None:
    assert choose_address("0.0.0.0", None, TOKEN).token == TOKEN


def test_a_port_that_is_taken_is_passed_over_or_named() -> None:
    with socket.create_server((HERE, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"{port} of {HERE} is taken"):
            choose_address(HERE, port, None)
        first = choose_address(HERE, None, None).port
        with socket.create_server((HERE, first)):
            assert choose_address(HERE, None, None).port != first
    with pytest.raises(UsageError, match="70000"):
        choose_address(HERE, 70000, None)


def test_an_address_that_is_not_ours_is_named() -> None:
    with pytest.raises(UsageError, match=r"192\.0\.2\.1"):
        choose_address("192.0.2.1", 8888, TOKEN)


def test_the_page_to_open_carries_the_token(project: Path) -> None:
    notebook = project / "notebooks" / "explore.ipynb"
    assert find_lab_path(notebook) == "lab/tree/notebooks/explore.ipynb"
    page = Address("::1", 8890, "secret").find_page(find_lab_path(notebook))
    assert page == "http://[::1]:8890/lab/tree/notebooks/explore.ipynb?token=secret"


def test_a_token_of_any_characters_reaches_the_server_whole() -> None:
    page = urlsplit(Address(HERE, 8890, f"{TOKEN} & 二十 #1?").find_page())
    assert parse_qs(page.query) == {"token": [f"{TOKEN} & 二十 #1?"]}
    assert page.fragment == ""


def test_a_browser_opens_the_page_with_its_token_and_nobody_reads_that_in_its_arguments(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: queue.Queue[str] = queue.Queue()

    class Browser(webbrowser.BaseBrowser):
        def open(self, url: str, *_how: object) -> bool:
            opened.put(url)
            return True

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    webbrowser.register("listening", Browser)
    page = Address(HERE, 8890, "secret&more").find_page()
    launch_browser(page, "listening")
    (file,) = tmp_path.iterdir()
    assert opened.get(timeout=30) == file.as_uri()
    assert file.stat().st_mode & 0o077 == 0
    assert f'url={escape(page)}"' in file.read_text(encoding="utf-8")
    launch_browser(page, "none of that name")


def test_what_was_asked_for_reaches_the_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LICENCES_EXPLORE", raising=False)
    assert find_asked() == {}
    monkeypatch.setenv("LICENCES_EXPLORE", "{}")
    hand_over({"client": "月牙湾"})
    assert find_asked() == {"client": "月牙湾"}
