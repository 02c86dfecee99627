"""A batch of small notebooks as a process of its own, and what it leaves."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import nbformat
import pandas as pd
import psutil

from clock import read_clock
from licences.batch.task import PackedFrame

MARK = "LICENCES_TEST_MARK"
# A cell that goes on once there is a file beside its notebook.
WAITS = "import time\nfrom pathlib import Path\nwhile not Path('go').exists(): time.sleep(0.05)"
NO_PROFILES = PackedFrame.pack(pd.DataFrame())


def says_what_was_read(line: str) -> bool:
    """Whether a line of a batch is the one that says how many clients it has read, and answers of them."""
    return re.fullmatch(r"\S+: \d+ clients?, \d+ answers?", line) is not None


def find_secret(client: str) -> str:
    return f"secret{client.replace('-', '')}tercces"


def write_clients(path: Path, clients: Iterable[str]) -> Path:
    rows = "".join(f"{client},{find_secret(client)},BUSINESS_LICENCE,yes\n" for client in clients)
    path.write_text(f"client,name,holds,has_website\n{rows}", encoding="utf-8")
    return path


def write_notebook(path: Path, *sources: str) -> Path:
    parameters = "\n".join(
        f"{name} = ''" for name in ("client", "as_of", "start", "language", "catalogue", "clients")
    )
    cells = [nbformat.v4.new_code_cell(source) for source in (parameters, *sources)]
    cells[0].metadata["tags"] = ["parameters"]
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


@contextmanager
def start_batch(folder: Path, *arguments: str, engine: str = "fork") -> Iterator[subprocess.Popen[str]]:
    """``licences report`` in a group of its own; nothing that it starts may outlive it by more than a moment."""
    mark = uuid4().hex
    env = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    with subprocess.Popen(
        [
            sys.executable,
            "-m",
            "licences",
            "report",
            "--as-of",
            "2026-11-23",
            "--start",
            "2026-11-24",
            *arguments,
        ],
        cwd=folder,
        env=env | {MARK: mark, "LICENCES_ENGINE": engine},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()
            process.wait()
    until = read_clock() + 10
    while left := [one for one in psutil.process_iter() if has_mark(one, mark)]:
        assert read_clock() < until, left
        time.sleep(0.05)


def has_mark(process: psutil.Process, mark: str) -> bool:
    try:
        return process.environ().get(MARK) == mark
    except psutil.Error:
        return False


def read_ledger(out: Path) -> list[dict[str, str]]:
    path = out / "ledger.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def check_reports(out: Path) -> set[str]:
    """Whom the ledger calls done; each of them has two whole files, and nobody has another's."""
    done = {line["client"] for line in read_ledger(out) if line["status"] == "done"}
    for client in done:
        assert (out / client / "report.html").read_text("utf-8").rstrip().endswith("</html>")
        nbformat.validate(nbformat.read(out / client / "report.ipynb", as_version=4))
    return done


def wait_for(condition: Callable[[], bool]) -> None:
    until = read_clock() + 30
    while not condition():
        assert read_clock() < until
        time.sleep(0.05)
