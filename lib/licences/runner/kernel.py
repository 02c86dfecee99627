"""Kernel in this process: a shell to fork, and the process that runs cells in it."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from typing import Any

from licences.runner.application import NotebookApp, make_app
from licences.runner.blas import restore_threads
from licences.runner.channel import Channel
from licences.runner.confinement import find_folder_first, hold_back
from licences.runner.ending import finish
from licences.runner.streams import pack

Shell = Any
"""A ``ZMQInteractiveShell``, of whose parts type checkers know little."""


def make_shell() -> Shell:
    """The shell of a kernel that reads no settings, with no socket and no thread; made before the fork."""
    return make_app().shell


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
        restore_threads()
    os.chdir(folder)
    find_folder_first()
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()  # the standard library's generator does so by itself
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # but while a cell runs
    tempfile.tempdir = None  # what it found before the fork is forgotten
    if temporary:
        os.environ["TMPDIR"] = temporary
        NotebookApp.instance().place(temporary)
        hold_back(memory_mib, temporary)


def serve_cells(channel: Channel, arguments: list[str], temporary: str) -> None:
    """Runs what is asked for over a channel until it is asked to end, and ends as a process of Python does.

    The kernel is made here, with the settings of who asks. arguments: of its command line.
    temporary: a folder for what it has to keep.
    """

    def publish(message: dict[str, Any]) -> None:
        channel.send_text(pack(message))

    app = make_app(arguments, folder=temporary, publish=publish)
    app.kernel.begin(publish)
    channel.send({"channel": "ready", "process": os.getpid()})

    async def serve() -> None:
        while True:
            await _wait_for(channel)
            asked, _ = channel.receive()
            if "end" in asked:
                return
            if "comm" in asked:
                app.kernel.hear(asked["comm"])
            else:
                await app.kernel.run(asked["id"], asked["content"])

    asyncio.new_event_loop().run_until_complete(serve())  # ``asyncio.run`` would take Ctrl-C from the cells
    finish()  # the shell forgets what the notebook has made
    gc.collect()  # and with it go the files that were left open


async def _wait_for(channel: Channel) -> None:
    """Comes back when there is something to receive; meanwhile tasks that a cell has started go on."""
    loop, is_there = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(channel.end, is_there.set)
    try:
        await is_there.wait()
    finally:
        loop.remove_reader(channel.end)
