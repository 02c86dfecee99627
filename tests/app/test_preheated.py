"""Kernels that begin before anybody asks: what they have ready is what is asked for, and of now."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient

from licences.app.preheated import Order, Preheated, Waiting
from licences.app.serve import name_asked

SHOWN = "application/vnd.jupyter.widget-view+json"
EXPLORE = "from licences.app.opening import explore\nexplore({})"


@pytest.fixture
def order(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Order:
    """``licences explore --app`` of a client, in a folder of its own."""
    for name in ("data", "notebooks"):
        shutil.copytree(project / name, tmp_path / name)
    clients = tmp_path / "mine.csv"
    shutil.copy(tmp_path / "data" / "clients.csv", clients)
    monkeypatch.chdir(tmp_path)
    asked = dict.fromkeys(("catalogue", "out", "start"), "")
    asked |= {"client": "wander-work", "language": "zh", "work": str(tmp_path), "clients": str(clients)}
    asked |= {"as_of": "2026-11-23"}
    words = ["explore", "--app", "--client", "wander-work", "--clients", "mine.csv", "--as-of", "2026-11-23"]
    command = [sys.executable, "-P", "-m", "licences.cli.explorer_kernel"]
    return Order(command, words, dict(os.environ), asked, tmp_path / "notebooks")


@pytest.fixture
def kernels(order: Order) -> Iterator[Preheated]:
    kernels = Preheated(order, name_asked)
    yield kernels
    kernels.close()


def run(waiting: Waiting, code: str) -> Mapping[str, Any]:
    """What a kernel shows when it runs a cell."""
    connection = waiting.find_connection()
    assert connection
    client = BlockingKernelClient()
    client.load_connection_info({**connection, "key": connection["key"].encode()})
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        shown: dict[str, Any] = {}

        def hear(message: dict[str, Any]) -> None:
            shown.update(message["content"].get("data", {}) if "data" in message["content"] else {})
            assert message["msg_type"] != "error", message["content"]

        client.execute_interactive(code, timeout=60, output_hook=hear)
        return shown
    finally:
        client.stop_channels()


def test_what_is_asked_for_is_there_and_is_given_once(kernels: Preheated) -> None:
    waiting = kernels.begin()
    assert kernels.find_status() == 0
    assert kernels.take() is waiting
    try:
        assert run(waiting, EXPLORE.format(""))[SHOWN]["model_id"] == waiting.page
        assert run(waiting, "import os; print(os.getcwd())") == {}
        assert run(waiting, "os.path.basename(os.getcwd())")["text/plain"] == "'notebooks'"
    finally:
        waiting.end()


def test_a_file_that_changed_is_read_by_another_kernel(kernels: Preheated, order: Order) -> None:
    first = kernels.begin()
    assert kernels.find_status() == 0
    clients = Path(order.asked["clients"])
    clients.write_text(clients.read_text(encoding="utf-8").replace("走走停停", "停停走走"), encoding="utf-8")
    second = kernels.take()
    try:
        assert second is not first
        assert first.process.poll() is not None
        code = EXPLORE.format("") + ".children[1].children[0].value"
        assert "停停走走" in run(second, code)["text/plain"]
    finally:
        second.end()


def test_a_file_that_went_wrong_is_said_in_the_next_page(kernels: Preheated, order: Order) -> None:
    kernels.begin()
    assert kernels.find_status() == 0
    Path(order.asked["clients"]).write_text("client,name,has_app\nshop,Shop,perhaps\n", encoding="utf-8")
    second = kernels.take()
    try:
        assert "perhaps" in run(second, EXPLORE.format("") + ".value")["text/plain"]
    finally:
        second.end()


def test_files_that_cannot_be_read_end_the_command(order: Order) -> None:
    kernels = Preheated(replace(order, words=[*order.words, "--client", "wander-wrok"]), name_asked)
    kernels.begin()
    try:
        assert kernels.find_status() == 2
    finally:
        kernels.close()


def test_a_kernel_waits_for_notebooks_of_its_folder_alone(kernels: Preheated, order: Order) -> None:
    assert kernels.take_for(str(order.folder)) is None
    waiting = kernels.begin()
    assert kernels.take_for(str(order.folder.parent)) is None
    assert kernels.take_for(str(order.folder)) is waiting
    waiting.end()
