"""Reports made in stock kernels are those made in forked processes, and end when they are to end."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from batches import NO_PROFILES
from clock import read_clock
from licences.batch.fingerprint import hash_library
from licences.batch.kernels import KernelPool
from licences.batch.pool import ENGINES, BatchContext, borrow_pool, find_engine
from licences.batch.task import Result, Task
from licences.cli.main import main
from licences.errors import UsageError
from licences.law.catalogue import Catalogue
from processes import read_command

CLIENTS = ("grand-bazaar", "quiet-client", "sea-bridge")


def report(folder: Path, engine: str, *asked: str) -> int:
    named = [word for client in CLIENTS for word in ("--client", client)]
    words = ["report", *named, "--out", engine, "--workers", "2", "--start", "2026-11-24", *asked]
    return subprocess.run(
        [sys.executable, "-m", "licences", *words],
        cwd=folder, env=os.environ | {"LICENCES_ENGINE": engine}, check=False,
    ).returncode  # fmt: skip


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the reports of each engine, which both follow upon the same reports of an earlier day."""
    folder = tmp_path_factory.mktemp("engines")
    assert report(folder, "fork", "--as-of", "2025-01-02", "--lang", "en") == 0
    shutil.copytree(folder / "fork", folder / "kernel")
    for engine in ENGINES:
        assert (
            report(folder, engine, "--as-of", "2026-11-23", "--lang", "en", "--format", "html,xlsx,ics,docx")
            == 0
        )
    return folder


def read_ledger(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "ledger.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("name", ["report.html", "checklist.xlsx", "renewals.ics", "report.docx"])
@pytest.mark.parametrize("client", CLIENTS)
def test_what_a_client_receives_is_the_same_to_the_byte_by_each_engine(
    twice: Path, client: str, name: str
) -> None:
    made = [(twice / engine / client / name).read_bytes() for engine in ENGINES]
    assert made[0] == made[1]
    if name == "report.html" and client != "quiet-client":
        assert b'id="changed"' in made[0]  # the record of the earlier report was at hand


@pytest.mark.parametrize("client", CLIENTS)
def test_the_audit_trail_is_the_same_but_for_times_and_random_names(twice: Path, client: str) -> None:
    trails = [(twice / engine / client / "report.ipynb").read_text(encoding="utf-8") for engine in ENGINES]
    blurred = []
    for trail in trails:
        nbformat.validate(nbformat.reads(trail, as_version=4))
        (injected,) = re.findall(
            r'"id":"([^"]+)","metadata":\{[^{}]*(?:\{[^{}]*\}[^{}]*)*"injected-parameters"', trail
        )
        plain = re.sub(r"0x[0-9a-f]+", "0x", trail.replace(injected, "injected"))
        plain = re.sub(r'"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|\+00:00)?"', '"at"', plain)
        blurred.append(re.sub(r'"duration":[\d.e-]+', '"duration":0', plain))
    assert blurred[0] == blurred[1]
    assert str(twice) not in trails[1]


def test_the_ledger_is_the_same_but_for_the_time_it_took(twice: Path) -> None:
    ledgers = [
        sorted(
            ({**line, "seconds": 0, "at": ""} for line in read_ledger(twice / engine)),
            key=lambda line: (line["as_of"], line["client"]),
        )
        for engine in ENGINES
    ]
    assert ledgers[0] == ledgers[1]
    assert [line["status"] for line in ledgers[0]] == ["done"] * 2 * len(CLIENTS)


def test_a_report_made_by_one_engine_is_up_to_date_for_the_other(twice: Path) -> None:
    (twice / "fork").rename(twice / "forked")
    (twice / "kernel").rename(twice / "fork")
    try:
        asked = ("--as-of", "2026-11-23", "--lang", "en", "--format", "html,xlsx,ics,docx")
        assert report(twice, "fork", *asked) == 0
        assert {line["status"] for line in read_ledger(twice / "fork")[2 * len(CLIENTS) :]} == {"up_to_date"}
    finally:
        (twice / "fork").rename(twice / "kernel")
        (twice / "forked").rename(twice / "fork")


# The choice of an engine.


def test_forks_are_taken_where_there_are_any_and_stock_kernels_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("LICENCES_ENGINE", raising=False)
    assert find_engine() == "fork"
    monkeypatch.delattr(os, "fork")
    assert find_engine() == "kernel"
    monkeypatch.setenv("LICENCES_ENGINE", "fork")
    with pytest.raises(UsageError, match=r"cannot fork processes; leave it out, or write kernel"):
        find_engine()


@pytest.mark.parametrize("command", [("report", "--client", "corner-shop"), ("portfolio",)])
def test_an_engine_that_there_is_not_is_named_before_anything_is_written(
    command: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LICENCES_ENGINE", "kernels")
    assert main([*command, "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[-1] == "licences: LICENCES_ENGINE: no engine 'kernels'; did you mean 'kernel'?"
    assert not (tmp_path / "out").exists()


# A pool of kernels.


@pytest.fixture
def make_pool(tmp_path: Path, catalogue: Catalogue) -> Callable[..., KernelPool]:
    def make(*sources: str) -> KernelPool:
        cells = [nbformat.v4.new_code_cell(source) for source in ("client = ''", *sources)]
        cells[0].metadata["tags"] = ["parameters"]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "own.ipynb")
        content, days = (tmp_path / "own.ipynb").read_bytes(), (date(2026, 11, 23), date(2026, 11, 24))
        context = BatchContext("own.ipynb", content, str(tmp_path), catalogue, *days, "en", hash_library())
        return KernelPool(context)

    return make


def make_task(**more: Any) -> Task:
    given = {"client": "a", "catalogue": "", "clients": ""}
    return Task("a", "A", "en", given, NO_PROFILES, is_watched=True, **more)


@pytest.mark.parametrize("told_by", ["the pool", "who asked"])
def test_a_report_that_is_no_longer_wanted_ends_at_once_with_all_that_it_started(
    make_pool: Callable[..., KernelPool], told_by: str
) -> None:
    pool = make_pool("1", "import subprocess\nsubprocess.run(['sleep', '600'])")
    begun, given_up = threading.Event(), threading.Event()

    def progress(done: int, _total: int) -> None:
        if done == 3:
            begun.set()

    with ThreadPoolExecutor(1) as alone:
        running = alone.submit(pool.make_report, make_task(), progress, lambda: not given_up.is_set())
        assert begun.wait(60)
        began, children = read_clock(), psutil.Process().children(recursive=True)
        if told_by == "the pool":
            pool.close()
        else:
            given_up.set()
        result = running.result(timeout=60)
    assert (result.status, result.files, result.problem) == ("killed", {}, "the batch was ended")
    assert read_clock() - began < 2
    assert len(children) >= 1
    _, left = psutil.wait_procs(children, timeout=3)
    commands = [" ".join(read_command(one)) for one in left]
    assert not [words for words in commands if "sleep" in words or "kernel" in words]


def test_a_pool_that_is_closed_begins_nothing(make_pool: Callable[..., KernelPool]) -> None:
    pool = make_pool("1")
    pool.close()
    assert replace(pool.make_report(make_task()), seconds=0.0) == Result(
        "a", "killed", {}, "the batch was ended"
    )


def test_a_document_that_cannot_be_made_is_no_failure_of_the_notebook(
    make_pool: Callable[..., KernelPool],
) -> None:
    result = make_pool("print('ran')").make_report(make_task(formats=("html", "xlsx"))).settle()
    assert result.status == "failed"
    said = "the notebook ran to its end, but checklist.xlsx could not be made: TypeError: open_case() missing"
    assert str(result.problem).startswith(said)  # it wants to know of which day
    assert set(result.files) == {"report.html", "report.ipynb"}


def test_a_kernel_that_cannot_be_started_fails_its_report(
    make_pool: Callable[..., KernelPool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    result = make_pool("1").make_report(make_task())
    assert result.status == "failed"
    assert str(result.problem).startswith("its kernel did not start: [Errno 2] No such file or directory")


def test_pools_of_kernels_are_kept_as_others_are(
    make_pool: Callable[..., KernelPool],
    tmp_path: Path,
    catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_pool("1")
    monkeypatch.setenv("LICENCES_ENGINE", "kernel")
    content, days = (tmp_path / "own.ipynb").read_bytes(), (date(2026, 11, 23), date(2026, 11, 24))
    context = BatchContext("own.ipynb", content, None, catalogue, *days, "en", hash_library())
    with borrow_pool(context) as first:
        assert isinstance(first, KernelPool)
    with borrow_pool(context) as again:
        assert again is first
        assert first.notebook.read_bytes() == content
