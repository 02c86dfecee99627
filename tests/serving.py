"""Starts the explorer's servers as a user starts them, for the tests and the benchmark."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError

PATIENCE_SECONDS = 60
BROWSER_ARGUMENTS = ("--no-sandbox", "--disable-background-networking")


@dataclass
class Served:
    """A running server of ours: which one (``app`` or ``lab``), where, and what it works on."""

    kind: str
    address: str
    clients: Path
    out: Path


@contextmanager
def serve(kind: str, project: Path, folder: Path, *asked: str) -> Iterator[Served]:
    """``licences explore`` on a copy of the project's data and notebooks in ``folder``."""
    for name in ("data", "notebooks"):
        shutil.copytree(project / name, folder / name)
    clients, out = folder / "mine.csv", folder / "reports"
    shutil.copy(project / "data" / "clients.csv", clients)
    files = ["--clients", str(clients), "--out", str(out), *(["--app"] if kind == "app" else [])]
    own = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    own |= {f"JUPYTERLAB_{name}_DIR": str(folder / name) for name in ("WORKSPACES", "SETTINGS")}
    with subprocess.Popen(
        [sys.executable, "-m", "licences", "explore", "--no-browser", *files, *asked],
        cwd=folder,
        env=os.environ | own,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            assert process.stderr
            said, found = "", None
            for line in process.stderr:
                said += line
                if found := re.search(r"http://127\.0\.0\.1:\d+/\S*\?token=\S+", line):
                    break
            assert found, said
            _wait_for(found.group())
            yield Served(kind, found.group(), clients, out)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(PATIENCE_SECONDS)


def _wait_for(address: str) -> None:
    for _ in range(PATIENCE_SECONDS * 5):
        try:
            with urllib.request.urlopen(re.sub(r"(:\d+)/.*", r"\1/static/none", address)):
                return
        except HTTPError:
            return
        except (URLError, ConnectionError):
            time.sleep(0.2)
    raise TimeoutError(f"nothing answers at {address}")
