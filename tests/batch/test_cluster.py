"""Reports made on a Dask cluster and kept in an object store, with real processes of both on this machine."""

from __future__ import annotations

import json
import os
import pickle
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import nbformat
import pandas as pd
import psutil
import pytest

from batches import NO_PROFILES, says_what_was_read
from clock import read_clock
from licences.batch import early, forks
from licences.batch import executors as crews
from licences.batch import ledger as ledgers
from licences.batch import pool as pools
from licences.batch import store as shelves
from licences.batch.executors import _Cluster, _greet, make_report_there
from licences.batch.fingerprint import hash_library
from licences.batch.forks import ForkPool
from licences.batch.pool import BatchContext, borrow_pool
from licences.batch.store import ReportStore
from licences.batch.task import PackedFrame, Result, Task
from licences.errors import BusyError, LicencesError, LostError, MissingFileError, UsageError
from licences.law.catalogue import Catalogue
from licences.reading.files import read_place
from licences.runner.channel import Channel, ChannelClosedError
from processes import read_command

PATIENCE_SECONDS = 60
DAYS = ("--as-of", "2026-11-23", "--start", "2026-11-24")
NOBODY = "127.0.0.1:1"
TASK = Task("a", "客户", "zh", {"client": "a", "catalogue": "", "clients": ""}, NO_PROFILES)
QUICK = ["quick-0", "quick-1", "quick-2"]


# What is started, and how.


def start(log: Path, *arguments: str, **env: str) -> subprocess.Popen[bytes]:
    with log.open("wb") as said:
        return subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=log.parent,
            env=os.environ | {"PYTHONUNBUFFERED": "1"} | env,
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,
        )


def wait_until(is_so: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    ends_at = read_clock() + seconds
    while not is_so():
        assert read_clock() < ends_at, "it does not come about"
        time.sleep(0.05)


def kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


class Batch:
    """A running ``licences report``."""

    count = 0

    def __init__(self, folder: Path, *arguments: str, **env: str) -> None:
        Batch.count += 1
        self.folder = folder
        self._log = folder / f"batch-{Batch.count}.log"
        self.process = start(self._log, "licences", "report", *DAYS, *arguments, **env)
        self.began = read_clock()

    @property
    def said(self) -> list[str]:
        """Its lines, without those on whose clients they are and how many were read."""
        said = self._log.read_text(encoding="utf-8").splitlines()
        said = [line for line in said if not line.startswith("these are sample clients")]
        return [line for line in said if not says_what_was_read(line)]

    def wait_for_reports(self, count: int) -> None:
        wait_until(lambda: len(self.said) >= count or self.process.poll() is not None)
        assert self.process.poll() is None, self.said
        assert len(self.said) >= count, self.said

    def end(self, told: int | None = None) -> tuple[int, list[str]]:
        """Its exit status and what it said, after a signal if one is given."""
        if told is not None:
            self.process.send_signal(told)
        try:
            self.process.wait(PATIENCE_SECONDS)
        finally:
            kill(self.process)
        for noise in ("Traceback", "Warning", "distributed.", "botocore.", "Unclosed", "Exception ignored"):
            assert noise not in "\n".join(self.said)
        return self.process.returncode, self.said


@contextmanager
def run_batch(folder: Path, *arguments: str, **env: str) -> Iterator[Batch]:
    batch = Batch(folder, *arguments, **env)
    try:
        yield batch
    finally:
        kill(batch.process)


def report(folder: Path, *arguments: str, **env: str) -> tuple[int, list[str]]:
    with run_batch(folder, *arguments, **env) as batch:
        return batch.end()


class DaskCluster:
    """A Dask scheduler, and workers of one thread each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        said = ("--scheduler-file", str(folder / "scheduler.json"))
        self.scheduler = self._start("scheduler", "--port", "0", "--dashboard-address", "127.0.0.1:0", *said)
        self.workers: list[subprocess.Popen[bytes]] = []

    @cached_property
    def address(self) -> str:
        """Where the scheduler listens; waits until the first workers have joined."""
        for worker in self.workers:
            self.find_address(worker)
        said = (self.folder / "scheduler.json").read_text(encoding="utf-8")
        return str(json.loads(said)["address"])

    def _start(self, *arguments: str, **env: str) -> subprocess.Popen[bytes]:
        log = self.folder / f"dask-{len(self._processes)}.log"
        here = ("--host", "127.0.0.1", "--no-dashboard")
        process = start(log, "dask", *arguments, *here, TMPDIR=str(self._make_folder(log)), **env)
        self._processes.append(process)
        return process

    def _make_folder(self, log: Path) -> Path:
        folder = log.with_suffix("")
        folder.mkdir()
        return folder

    def find_left(self, worker: subprocess.Popen[bytes]) -> list[str]:
        """What a worker has put down in the folder for temporary files and not taken away."""
        folder = self.folder / f"dask-{self._processes.index(worker)}"
        return [path.name for path in folder.glob("licences-*")]

    def find_kept(self) -> dict[str, bytes | None]:
        """What the scheduler keeps for the workers, by batch."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            kept: dict[str, bytes | None] = client.get_metadata(["licences"])
        return kept

    def start_worker(self, **env: str) -> subprocess.Popen[bytes]:
        told = ("--scheduler-file", str(self.folder / "scheduler.json"))
        worker = self._start("worker", *told, "--nthreads", "1", "--no-nanny", **env)
        self.workers.append(worker)
        return worker

    def find_address(self, worker: subprocess.Popen[bytes]) -> str:
        """Where a worker listens; waits until it has joined."""
        log = self.folder / f"dask-{self._processes.index(worker)}.log"
        wait_until(lambda: "Registered to" in log.read_text(encoding="utf-8"))
        found = re.search(r"Listening to: +(\S+)", log.read_text(encoding="utf-8"))
        assert found
        return found.group(1)

    def close(self) -> None:
        for process in self._processes:
            kill(process)


@contextmanager
def open_cluster(folder: Path, workers: int) -> Iterator[DaskCluster]:
    cluster = DaskCluster(folder)
    try:
        for _ in range(workers):
            cluster.start_worker()
        yield cluster
    finally:
        cluster.close()


class Store:
    """A server that speaks S3, with one bucket, ``firm``."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "store.log"
        self.process = start(self._log, "moto.server", "-H", "127.0.0.1", "-p", "0")

    @cached_property
    def address(self) -> str:
        """Where it listens; waits until it does."""
        wait_until(lambda: "Running on http" in self._log.read_text(encoding="utf-8"))
        found = re.search(r"Running on http://(\S+)", self._log.read_text(encoding="utf-8"))
        assert found
        self.address = found.group(1)
        self.ask("PUT", "firm")
        return self.address

    @property
    def access(self) -> dict[str, str]:
        """What a user puts into the environment."""
        return {"AWS_ENDPOINT_URL": f"http://{self.address}", **KEYS}

    def ask(self, method: str, path: str, content: bytes | None = None) -> str:
        signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=someone/20261124/us-east-1/s3/aws4_request"}
        request = urllib.request.Request(
            f"http://{self.address}/{path}", content, signed | {"Content-Type": "text/plain"}, method=method
        )
        with urllib.request.urlopen(request) as answer:
            return str(answer.read().decode())

    def find_names(self, folder: str) -> list[str]:
        listed = self.ask("GET", f"firm?list-type=2&prefix={folder}/")
        return [name.removeprefix(f"{folder}/") for name in re.findall("<Key>([^<]*)</Key>", listed)]

    def read_ledger(self, folder: str) -> list[dict[str, Any]]:
        if "ledger.jsonl" not in self.find_names(folder):
            return []
        return read_lines(self.ask("GET", f"firm/{folder}/ledger.jsonl"))

    def close(self) -> None:
        kill(self.process)


NOTHING = {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
NOTHING |= {"AWS_EC2_METADATA_DISABLED": "true", "AWS_DEFAULT_REGION": "us-east-1"}
KEYS = NOTHING | {"AWS_ACCESS_KEY_ID": "someone", "AWS_SECRET_ACCESS_KEY": "secret"}


@contextmanager
def open_store(folder: Path) -> Iterator[Store]:
    store = Store(folder)
    try:
        yield store
    finally:
        store.close()


def read_lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def read_ledger(out: Path) -> list[dict[str, Any]]:
    return read_lines((out / "ledger.jsonl").read_text(encoding="utf-8"))


# What the tests share.


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """A scheduler and two workers."""
    with open_cluster(tmp_path_factory.mktemp("cluster"), workers=2) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def doomed_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """A scheduler that is going to be killed, and a worker."""
    with open_cluster(tmp_path_factory.mktemp("doomed"), workers=1) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def doomed_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A server that speaks S3 and is going to be killed."""
    with open_store(tmp_path_factory.mktemp("doomed")) as store:
        yield store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, project: Path) -> Iterator[Store]:
    """A server that speaks S3 and holds the sample clients."""
    with open_store(tmp_path_factory.mktemp("store")) as store:
        store.ask("PUT", "firm/clients.csv", (project / "data" / "clients.csv").read_bytes())
        yield store


@pytest.fixture(scope="module")
def unanswered(tmp_path_factory: pytest.TempPathFactory, store: Store) -> Iterator[dict[str, Batch]]:
    """Batches that wait for somebody who does not answer; they do so while the other tests run."""
    folder = tmp_path_factory.mktemp("unanswered")
    nobody = {"AWS_ENDPOINT_URL": f"http://{NOBODY}"}
    asked: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
        "no scheduler": (("--scheduler", f"tcp://{NOBODY}"), {}),
        "no scheduler but a web server": (("--scheduler", f"tcp://{store.address}"), {}),
        "no store": (("--out", "s3://firm/reports"), KEYS | nobody),
        "no store to read from": (("--clients", "s3://firm/clients.csv"), KEYS | nobody),
    }
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(run_batch(folder, "--out", name, *arguments, **env))
            for name, (arguments, env) in asked.items()
        }


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three clients whose reports are made at once, and three whose reports take for ever."""
    path = tmp_path_factory.mktemp("few") / "few.csv"
    rows = [f"{kind}-{at},客户,BUSINESS_LICENCE" for kind in ("quick", "slow") for at in range(3)]
    path.write_text("\n".join(["client,name,holds", *rows, ""]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small notebook that takes our parameters, and for ever for clients that are called slow."""
    taken = ("client", "as_of", "start", "language", "catalogue", "clients")
    cells = [
        nbformat.v4.new_code_cell(
            "\n".join(f"{name} = ''" for name in taken), metadata={"tags": ["parameters"]}
        ),
        nbformat.v4.new_code_cell("import time\ntime.sleep(600 if client.startswith('slow') else 0.05)"),
        nbformat.v4.new_code_cell("print(f'the report of {client}')"),
    ]
    path = tmp_path_factory.mktemp("notebook") / "slow.ipynb"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


@pytest.fixture
def slowly(few: Path, notebook: Path) -> tuple[str, ...]:
    """Asks for reports of which three are made and three are not."""
    return ("--clients", str(few), "--notebook", str(notebook))


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Batch]:
    """A batch of the sample clients on this machine."""
    with run_batch(tmp_path_factory.mktemp("local"), "--out", "reports") as batch:
        yield batch


@pytest.fixture
def pack(catalogue: Catalogue, notebook: Path) -> BatchContext:
    days = {"as_of": date(2026, 11, 23), "start": date(2026, 11, 24)}
    return BatchContext(
        "a.ipynb", notebook.read_bytes(), None, catalogue, language="zh", library=hash_library(), **days
    )


# A cluster, and an object store beside it.


@pytest.mark.usefixtures("doomed_cluster", "doomed_store", "unanswered")  # started here, needed later
def test_a_cluster_makes_the_same_pages_as_this_machine(
    cluster: DaskCluster, local: Batch, sample_clients: pd.DataFrame, tmp_path: Path
) -> None:
    status, said = report(tmp_path, "--scheduler", cluster.address, "--out", "reports")
    assert local.end()[0] == 0
    clients = sorted(sample_clients["client"])
    assert status == 0, said
    assert len(said) == len(clients) + 1
    lines = read_ledger(tmp_path / "reports")
    assert sorted(line["client"] for line in lines) == clients
    assert {line["status"] for line in lines} == {"done"}
    for client in clients:
        made = (tmp_path / "reports" / client / "report.html").read_bytes()
        assert made == (local.folder / "reports" / client / "report.html").read_bytes()
    kept = cluster.find_kept()
    assert kept
    assert not any(kept.values())  # the scheduler keeps nothing of a batch that is over


def test_clients_and_reports_may_be_in_an_object_store(
    cluster: DaskCluster, store: Store, local: Batch, sample_clients: pd.DataFrame, tmp_path: Path
) -> None:
    access = KEYS | {"FSSPEC_S3_ENDPOINT_URL": f"http://{store.address}"}
    asked = ("--clients", "s3://firm/clients.csv", "--out", "s3://firm/reports")
    status, said = report(tmp_path, "--scheduler", cluster.address, *asked, **access)
    assert status == 0, said
    clients = list(sample_clients["client"])
    count = len(clients)
    assert said[-1].startswith(f"{count} of {count} reports are in s3://firm/reports, ")
    files = [f"{client}/report.{kind}" for client in clients for kind in ("html", "ipynb")]
    assert sorted(store.find_names("reports")) == sorted([*files, "ledger.jsonl"])
    for client in clients[:5]:
        page = store.ask("GET", f"firm/reports/{client}/report.html")
        assert page == (local.folder / "reports" / client / "report.html").read_text(encoding="utf-8")
    status, said = report(tmp_path, *asked, **access)
    assert status == 0, said
    lines = store.read_ledger("reports")
    assert sorted(line["client"] for line in lines[:count]) == sorted(clients)
    assert [line["client"] for line in lines[count:]] == clients
    assert [line["status"] for line in lines] == ["done"] * count + ["up_to_date"] * count


def test_the_last_report_in_an_object_store_reaches_the_worker_that_makes_the_next(
    cluster: DaskCluster, store: Store, project: Path, tmp_path: Path
) -> None:
    text = (project / "data" / "licences.csv").read_text(encoding="utf-8-sig")
    old = text.replace("own_couriers,", "own_couriers and issues_prepaid_cards,")
    (tmp_path / "old.csv").write_text(old, encoding="utf-8")
    asked = ("--client", "paper-plane-post", "--client", "jam-jar", "--out", "s3://firm/since")
    status, said = report(tmp_path, *asked, "--catalogue", "old.csv", **store.access)
    assert status == 0, said
    anew = (*asked, "--scheduler", cluster.address, "--touched-by", "old.csv")
    status, said = report(tmp_path, *anew, **store.access)
    assert (status, said[0].partition(" are")[0]) == (0, "1 of 2 clients")
    pages = {client: store.ask("GET", f"firm/since/{client}/report.html") for client in asked[1:4:2]}
    assert {client: 'id="changed"' in page for client, page in pages.items()} == {
        "paper-plane-post": True,
        "jam-jar": False,
    }
    assert [line["client"] for line in store.read_ledger("since")][2:] == ["paper-plane-post"]


def test_a_killed_worker_loses_nothing_and_leaves_nothing_behind(
    cluster: DaskCluster, notebook: Path, sample_clients: pd.DataFrame, project: Path, tmp_path: Path
) -> None:
    clients = [f"{client}-{at}" for at in range(3) for client in sample_clients["client"]][:60]
    table = pd.read_csv(project / "data" / "clients.csv", dtype=str, keep_default_na=False)
    table = pd.concat([table] * 3).head(60).assign(client=clients)
    table.to_csv(tmp_path / "clients.csv", index=False)
    victim = cluster.workers[0]
    asked = ("--clients", "clients.csv", "--notebook", str(notebook), "--out", "reports")
    with run_batch(tmp_path, "--scheduler", cluster.address, *asked) as batch:
        batch.wait_for_reports(20)
        ours = psutil.Process(victim.pid).children(recursive=True)
        assert any("licences.batch.server" in " ".join(read_command(one)) for one in ours)
        assert cluster.find_left(victim)
        kill(victim)
        cluster.workers.remove(victim)
        cluster.start_worker()
        status, said = batch.end()
    assert status == 0, said
    lines = read_ledger(tmp_path / "reports")
    assert sorted(line["client"] for line in lines) == sorted(clients)
    assert {line["status"] for line in lines} == {"done"}
    for client in clients:
        folder = tmp_path / "reports" / client
        assert sorted(path.name for path in folder.iterdir()) == ["report.html", "report.ipynb"]
        assert (folder / "report.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
        ran = nbformat.read(folder / "report.ipynb", as_version=4)
        assert ran.cells[-1].outputs[0].text == f"the report of {client}\n"
    assert not psutil.wait_procs(ours, timeout=10)[1]
    wait_until(lambda: not cluster.find_left(victim), 5)


def test_a_batch_on_a_cluster_that_is_told_to_end_frees_its_workers(
    cluster: DaskCluster, slowly: tuple[str, ...], tmp_path: Path
) -> None:
    asked = ("--scheduler", cluster.address, *slowly, "--out", "reports")
    with run_batch(tmp_path, *asked) as batch:
        batch.wait_for_reports(3)
        time.sleep(0.5)
        told_at = read_clock()
        status, said = batch.end(signal.SIGINT)
        assert read_clock() - told_at < 5
    assert (status, said[3:]) == (1, ["licences: stopped"])
    assert sorted(line["client"] for line in read_ledger(tmp_path / "reports")) == QUICK
    with run_batch(tmp_path, *asked, "--client", "quick-0", "--force") as batch:
        batch.end()
        assert read_clock() - batch.began < 15
    assert [line["status"] for line in read_ledger(tmp_path / "reports")] == ["done"] * 4


def test_a_batch_whose_scheduler_is_gone_says_so(
    doomed_cluster: DaskCluster, slowly: tuple[str, ...], tmp_path: Path
) -> None:
    more = ("--scheduler", doomed_cluster.address, "--out", "reports")
    with run_batch(tmp_path, *slowly, *more) as batch:
        batch.wait_for_reports(3)
        kill(doomed_cluster.scheduler)
        killed_at = read_clock()
        status, said = batch.end()
        assert read_clock() - killed_at < 6
    assert status == 1
    gone = f"the Dask scheduler at {doomed_cluster.address} is gone; start it again, and then the same batch"
    assert said[-1].startswith(gone)
    lines = read_ledger(tmp_path / "reports")
    assert [line["status"] for line in lines] == ["done"] * 3 + ["killed"] * (len(lines) - 3)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("no scheduler", f"licences: no Dask scheduler answers at tcp://{NOBODY}; start 'dask scheduler'"),
        ("no scheduler but a web server", "licences: no Dask scheduler answers at tcp://"),
    ],
)
def test_a_scheduler_that_does_not_answer_is_told_in_a_sentence(
    unanswered: dict[str, Batch], kind: str, wrong: str
) -> None:
    batch = unanswered[kind]
    wait_until(lambda: batch.process.poll() is not None, 30)  # ten of them are its own patience
    status, said = batch.end()
    assert (status, len(said)) == (2, 1)
    assert said[0].startswith(wrong)


@pytest.mark.parametrize("address", ["nowhere", "tcp://", "ftp://127.0.0.1:8786", "tls://127.0.0.1:8786"])
def test_an_address_that_means_nothing_is_told_in_a_sentence(address: str) -> None:
    with pytest.raises(
        UsageError, match=f"no Dask scheduler answers at {address} .*; start 'dask scheduler'"
    ):
        _greet(address)


def test_a_scheduler_without_workers_and_the_address_of_a_worker_are_told_in_a_sentence(
    cluster: DaskCluster,
) -> None:
    address = cluster.find_address(cluster.workers[0])
    with pytest.raises(UsageError, match="is no Dask scheduler but a Worker; name the scheduler's address"):
        _greet(address)
    client = FakeClient(wait_for_workers=_time_out)
    with pytest.raises(UsageError, match=r"no worker has joined .*; start 'dask worker tcp://here:1'"):
        _Cluster("tcp://here:1", client).check_workers()


def _time_out(*_given: Any, **_named: Any) -> None:
    raise TimeoutError


class FakeClient(SimpleNamespace):
    """In the place of a client of Dask."""

    status = "running"

    def get_executor(self, **_named: Any) -> None:
        """None is needed."""


def test_a_worker_with_another_version_is_told_in_a_sentence(
    cluster: DaskCluster, project: Path, few: Path, tmp_path: Path
) -> None:
    there = tmp_path / "there"
    for folder in ("lib", "data"):
        shutil.copytree(project / folder, there / folder)
    (there / "lib" / "licences" / "another.py").write_text('"""One module more."""\n', encoding="utf-8")
    other = cluster.start_worker(PYTHONPATH=str(there / "lib"))
    try:
        address = cluster.find_address(other)
        asked = ("--scheduler", cluster.address, "--clients", str(few), "--out", "reports")
        status, said = report(tmp_path, *asked)
    finally:
        kill(other)
        cluster.workers.remove(other)
    assert status == 2
    wrong = (
        f"licences: the Dask worker at {address} has another version of licences, or of its data dictionary"
    )
    assert said == [f"{wrong}; install the same one on each machine, and start its workers anew"]
    assert not (tmp_path / "reports" / "quick-0").exists()


def test_a_workshop_takes_no_pack_of_another_version(pack: BatchContext) -> None:
    with pytest.raises(UsageError, match=r"another version of licences.*; install the same one on each"):
        ForkPool(replace(pack, library="another"))


def test_a_batch_gives_a_cluster_two_reports_a_thread_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crews, "_COUNT_SECONDS", 0)
    threads = {"tcp://a": 1, "tcp://b": 3}
    client = FakeClient(nthreads=lambda **_named: threads)
    cluster = _Cluster("tcp://here:1", client)
    assert cluster.find_room() == 8
    threads.clear()
    assert cluster.find_room() == 2
    client.status = "connecting"
    with pytest.raises(LostError, match="the Dask scheduler at tcp://here:1 is gone"):
        cluster.find_room()


def test_a_scheduler_is_asked_twice_a_second_and_no_more_how_many_threads_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, told = [1000.0], [2, 3]
    monkeypatch.setattr(crews.time, "monotonic", lambda: now[0])
    cluster = _Cluster("tcp://here:1", FakeClient(nthreads=lambda **_named: {"tcp://a": told.pop(0)}))
    assert [cluster.find_room(), cluster.find_room()] == [4, 4]
    now[0] += 0.6
    assert cluster.find_room() == 6


def test_a_report_goes_to_a_cluster_in_one_part_however_many_columns_a_client_has() -> None:
    sent: list[Any] = []
    executor = SimpleNamespace(submit=lambda _do, *given: sent.extend(given))
    cluster = _Cluster("tcp://here:1", FakeClient(get_executor=lambda **_named: executor))
    frame = pd.DataFrame({f"answer_{at}": [True] for at in range(50)}, dtype="boolean")
    cluster.submit(replace(TASK, profiles=PackedFrame.pack(frame)))
    parts: list[pickle.PickleBuffer] = []
    pickle.dumps(sent, 5, buffer_callback=parts.append)
    assert parts == []
    pd.testing.assert_frame_equal(sent[0].profiles.unpack(), frame)


def test_a_scheduler_that_does_not_answer_at_once_is_asked_again_until_it_is_known_to_be_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crews, "_COUNT_SECONDS", 0)
    asked: list[float] = []

    def answer(callback_timeout: float) -> dict[str, int]:
        asked.append(callback_timeout)
        if len(asked) == 2:
            return {"tcp://a": 3}
        if len(asked) == 4:
            client.status = "closed"
        raise TimeoutError

    client = FakeClient(nthreads=answer)
    cluster = _Cluster("tcp://here:1", client)
    assert cluster.find_room() == 6
    with pytest.raises(LostError, match="the Dask scheduler at tcp://here:1 is gone"):
        cluster.find_room()
    assert asked == [1] * 4


def test_a_scheduler_that_goes_before_it_has_what_reports_are_made_with_is_missed(pack: BatchContext) -> None:
    def sync(*_given: Any, **_named: Any) -> None:
        raise TimeoutError

    client = FakeClient(sync=sync, scheduler=SimpleNamespace(set_metadata=None))
    with pytest.raises(LostError, match="the Dask scheduler at tcp://here:1 is gone"):
        _Cluster("tcp://here:1", client).keep_context(pack)


def test_a_cluster_without_workers_is_waited_for_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    threads, now = {"tcp://a": 1}, [1000.0]
    monkeypatch.setattr(crews.time, "monotonic", lambda: now[0])
    cluster = _Cluster("tcp://here:1", FakeClient(nthreads=lambda **_named: threads))
    for there, seconds in (({}, 0), ({}, 59), ({"tcp://a": 1}, 30), ({}, 1), ({}, 60)):
        threads.clear()
        threads.update(there)
        now[0] += seconds
        assert cluster.find_room() == 2
    now[0] += 1
    with pytest.raises(LostError, match="no worker is left at the Dask scheduler at tcp://here:1"):
        cluster.find_room()


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """This process, as a Dask worker that runs a task."""
    import distributed

    worker = SimpleNamespace(
        address="tcp://here:2",
        get_current_task=lambda: "task",
        memory_manager=SimpleNamespace(memory_limit=8 * 1024**3),
        state=SimpleNamespace(nthreads=4, tasks={"task": SimpleNamespace(state="executing")}),
    )
    monkeypatch.setattr(distributed, "get_worker", lambda: worker)
    return worker


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize(("asked", "given"), [(None, 2048), (500, 500)])
def test_a_report_on_a_cluster_gets_its_share_of_the_workers_memory(
    pack: BatchContext, monkeypatch: pytest.MonkeyPatch, asked: int | None, given: int
) -> None:
    def make_report(task: Task, **_named: Any) -> Result:
        return Result(task.client, "done", {}, str(task.memory_mib))

    pool = SimpleNamespace(make_report=make_report)
    monkeypatch.setattr(crews, "borrow_pool", lambda _pack: nullcontext(pool))
    monkeypatch.setattr(crews, "_fetch", lambda _kept_as: pack)
    made = make_report_there(replace(TASK, memory_mib=asked), ())
    assert made.problem == str(given)


def test_a_worker_that_comes_later_with_another_version_is_named_in_the_ledger(
    worker: SimpleNamespace, pack: BatchContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crews, "_fetch", lambda _kept_as: replace(pack, library="another"))
    made = make_report_there(TASK, ())
    assert (made.status, made.files) == ("failed", {})
    wrong = f"the Dask worker at {worker.address}: this machine has another version of licences"
    assert made.problem
    assert made.problem.startswith(wrong)


def test_a_scheduler_that_a_worker_does_not_reach_is_named_in_the_ledger(
    worker: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed.comm import CommClosedError

    def lose(_kept_as: object) -> BatchContext:
        raise CommClosedError("the connection is closed")

    monkeypatch.setattr(crews, "_fetch", lose)
    made = make_report_there(TASK, ())
    said = f"the Dask worker at {worker.address}: the connection is closed"
    assert (made.status, made.files, made.problem) == ("failed", {}, said)


class NoForks:
    """In the place of a warm process: none is started."""

    def __init__(self, _module: str) -> None:
        self.is_closed = False

    def prepare(self, *_files: bytes) -> None:
        """It is ready at once."""

    def is_gone(self) -> bool:
        return False

    def explain(self) -> str:
        return "was killed by signal 9"

    def close(self) -> None:
        self.is_closed = True


def test_a_workshop_in_use_makes_no_room_for_another(
    pack: BatchContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(early, "ForkServer", NoForks)
    monkeypatch.setattr(pools, "_kept", [])
    packs = [replace(pack, name=f"{at}.ipynb") for at in range(4)]

    def find_open() -> list[str]:
        return [one.notebook.name for one in pools._kept if not one._forks.is_closed]

    with borrow_pool(packs[0]) as first, borrow_pool(packs[1]):
        with borrow_pool(packs[2]), borrow_pool(packs[0]) as again:
            assert again is first
        assert find_open() == ["1.ipynb", "2.ipynb", "0.ipynb"]
    with borrow_pool(packs[3]):
        assert find_open() == ["0.ipynb", "3.ipynb"]
    pools.close_pools()
    assert first._forks.is_closed


class OneLife(NoForks):
    """In the place of a warm process: the first that is started is dead."""

    started: ClassVar[list[OneLife]] = []

    def __init__(self, module: str) -> None:
        super().__init__(module)
        self.started.append(self)
        self.ends: list[socket.socket] = []

    def open_channel(self) -> Channel:
        if self is self.started[0]:
            raise ChannelClosedError("it is dead")
        ours, theirs = socket.socketpair()
        self.ends.append(theirs)
        return Channel(ours)


def test_a_warm_process_that_was_killed_is_started_anew_and_a_line_that_is_cut_is_not_used(
    pack: BatchContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(early, "ForkServer", OneLife)
    monkeypatch.setattr(forks, "ask_report", lambda *_given: Result("a", "done", {}))
    pool = ForkPool(pack)
    for _ in range(2):
        assert pool.make_report(TASK).status == "done"
    _, second = OneLife.started
    assert len(second.ends) == 1
    second.ends[0].close()
    assert pool.make_report(TASK).status == "done"
    assert len(second.ends) == 2
    second.ends[1].close()
    pool.close()
    assert [forkserver.is_closed for forkserver in OneLife.started] == [True, True]
    assert pool.make_report(TASK).status == "killed"


# An object store alone.


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_a_batch_that_is_told_to_end_leaves_its_place_to_the_next_which_goes_on(
    cluster: DaskCluster, store: Store, slowly: tuple[str, ...], tmp_path: Path, told: signal.Signals
) -> None:
    makers = {signal.SIGINT: ("--workers", "1"), signal.SIGTERM: ("--scheduler", cluster.address)}
    asked = (*slowly, "--out", f"s3://firm/told-{told}", *makers[told])
    with run_batch(tmp_path, *asked, **store.access) as batch:
        batch.wait_for_reports(2)
        assert "ledger.lock" in store.find_names(f"told-{told}")
        if told == signal.SIGINT:
            status, said = report(tmp_path, *asked, **store.access)
            assert (status, len(said)) == (1, 1)
            busy = (
                f"s3://firm/told-{told}: another batch is writing there (on {os.uname().nodename}, process "
            )
            busy += (
                f"{batch.process.pid}); wait for it to end, or name another place with --out; if it died, "
            )
            assert said[0] == f"{busy}delete s3://firm/told-{told}/ledger.lock"
        batch.wait_for_reports(3)
        status, said = batch.end(told)
    assert (status, said[3:]) == (1, ["licences: stopped"])
    assert "ledger.lock" not in store.find_names(f"told-{told}")
    assert sorted(line["client"] for line in store.read_ledger(f"told-{told}")) == QUICK
    quick = [word for client in QUICK for word in ("--client", client)]
    status, said = report(tmp_path, *asked, *quick, **store.access)
    assert status == 0
    assert [line["status"] for line in store.read_ledger(f"told-{told}")][3:] == ["up_to_date"] * 3


def test_the_lock_of_a_batch_that_was_killed_is_named_and_can_be_deleted(
    cluster: DaskCluster, store: Store, slowly: tuple[str, ...], tmp_path: Path
) -> None:
    asked = ("--scheduler", cluster.address, *slowly, "--out", "s3://firm/killed")
    with run_batch(tmp_path, *asked, **store.access) as batch:
        batch.wait_for_reports(1)
        kill(batch.process)
    status, said = report(tmp_path, *asked, **store.access)
    assert status == 1
    assert said[0].endswith("; if it died, delete s3://firm/killed/ledger.lock")
    store.ask("DELETE", "firm/killed/ledger.lock")
    status, said = report(tmp_path, *asked, "--client", "quick-0", **store.access)
    assert status == 0, said
    assert "ledger.lock" not in store.find_names("killed")


def test_what_is_wrong_with_a_store_is_told_in_a_sentence(store: Store, few: Path, tmp_path: Path) -> None:
    access = "check the address and your access to it"
    asked: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
        "s3://none/reports: The specified bucket does not exist; " + access: (
            ("--out", "s3://none/reports"), store.access,
        ),
        "s3://firm/none.csv: there is no such file; check the path": (
            ("--clients", "s3://firm/none.csv"), store.access,
        ),
        "s3://firm/a: Unable to locate credentials; " + access: (("--out", "s3://firm/a"), NOTHING),
    }  # fmt: skip
    with ExitStack() as stack:
        batches = {
            wrong: stack.enter_context(run_batch(tmp_path, "--clients", str(few), *arguments, **env))
            for wrong, (arguments, env) in asked.items()
        }
        for wrong, batch in batches.items():
            assert batch.end() == (1, [wrong])


def test_credentials_that_a_store_does_not_know_are_told_in_a_sentence(store: Store, tmp_path: Path) -> None:
    store.ask("POST", "moto-api/reset-auth", b"0")
    places = (("--clients", "s3://firm/clients.csv"), ("--out", "s3://firm/mine"))
    try:
        with ExitStack() as stack:
            batches = [stack.enter_context(run_batch(tmp_path, *asked, **store.access)) for asked in places]
            ends = [batch.end() for batch in batches]
    finally:
        store.ask("POST", "moto-api/reset-auth", b"inf")
    right = "Forbidden; check the address and your access to it"
    assert ends == [(1, [f"s3://firm/clients.csv: {right}"]), (1, [f"s3://firm/mine: {right}"])]


@pytest.mark.parametrize("kind", ["no store", "no store to read from"])
def test_a_store_that_does_not_answer_is_told_in_a_sentence(unanswered: dict[str, Batch], kind: str) -> None:
    status, said = unanswered[kind].end()
    assert (status, len(said)) == (1, 1)
    assert re.fullmatch(
        r"s3://firm/\S+: Could not connect to the endpoint URL: .*; check the address.*", said[0]
    )


def test_a_store_that_goes_down_ends_a_batch_with_a_sentence(
    cluster: DaskCluster, doomed_store: Store, slowly: tuple[str, ...], tmp_path: Path
) -> None:
    asked = ("--scheduler", cluster.address, *slowly, "--out", "s3://firm/reports", "--timeout", "2")
    with run_batch(tmp_path, *asked, **doomed_store.access, AWS_MAX_ATTEMPTS="1") as batch:
        batch.wait_for_reports(3)
        doomed_store.close()
        status, said = batch.end()
    assert status == 1
    assert said[-1].startswith("s3://firm/reports/ledger.jsonl: Could not connect to the endpoint URL")
    assert said[-1].endswith("; check your access to it, or name another place with --out")


# What of it can be tried without any server.


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return read_place(f"memory://{tmp_path.name}/reports")


class StoreError(Exception):
    """An error that only the library of some store knows."""


def test_an_error_of_a_stores_own_library_ends_in_a_sentence_and_gives_the_place_back(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: Any, **_named: Any) -> None:
        raise StoreError("the store is full")

    with monkeypatch.context() as patch:
        patch.setattr(shelves, "_list_names", lambda _place: (_ for _ in ()).throw(OSError("no list")))
        with pytest.raises(MissingFileError, match="no list; check your access to it"):
            ReportStore(place)
    store = ReportStore(place)
    with monkeypatch.context() as patch:
        patch.setattr(type(place.fs), "pipe", fail)  # type: ignore[attr-defined]
        with pytest.raises(OSError, match="the store is full"):
            store.put("a", {"report.html": b""}, without="failed.ipynb")
        store.note({"client": "a", "status": "not_written"})
        with pytest.raises(MissingFileError, match=r"ledger\.jsonl: the store is full; check your access"):
            store.close()
    ReportStore(place).close()


def test_files_in_a_store_come_and_go_and_are_found_again(place: Path) -> None:
    store = ReportStore(place)
    store.put("a", {"failed.ipynb": b"1"}, without="failed.ipynb")
    assert store.has("a", ["failed.ipynb"])
    store.put("a", {"report.html": b"1", "report.ipynb": b"2"}, without="failed.ipynb")
    store.note({"client": "a", "status": "done"})
    store.close()
    again = ReportStore(place)
    assert again.made == {"a": {"client": "a", "status": "done"}}
    assert again.has("a", ["report.html", "report.ipynb"])
    assert not again.has("a", ["failed.ipynb"])
    assert (place / "a" / "report.ipynb").read_bytes() == b"2"
    with pytest.raises(BusyError, match=rf"another batch is writing there \(on .*, process {os.getpid()}\)"):
        ReportStore(place)
    again.close()


def test_a_batch_does_not_delete_the_lock_of_another(place: Path) -> None:
    store = ReportStore(place)
    lock = place / "ledger.lock"
    lock.write_bytes(b"on another machine, process 1\n")
    store.close()
    assert lock.read_bytes() == b"on another machine, process 1\n"
    lock.unlink()


def test_a_store_that_writes_over_what_is_there_is_asked_first(
    place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = type(place).open
    monkeypatch.setattr(
        type(place), "open", lambda path, mode, *given: real(path, mode.replace("x", "w"), *given)
    )
    store = ReportStore(place)
    with pytest.raises(BusyError):
        ReportStore(place)
    store.close()


def test_a_lock_that_was_taken_by_a_request_whose_answer_was_lost_is_ours(
    place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = type(place).open
    claim = f"on {os.uname().nodename}, process {os.getpid()}\n{'0' * 32}\n".encode()

    def open_twice(path: Any, mode: str, *given: Any, **named: Any) -> Any:
        if mode == "xb":
            monkeypatch.setattr(type(place), "open", real)
            path.write_bytes(claim)
            raise FileExistsError
        return real(path, mode, *given, **named)

    monkeypatch.setattr(ledgers, "uuid4", lambda: SimpleNamespace(hex="0" * 32))
    monkeypatch.setattr(type(place), "open", open_twice)
    ReportStore(place).close()
    assert not (place / "ledger.lock").exists()


@pytest.mark.parametrize(
    ("hidden", "asked", "wrong"),
    [
        (
            "distributed",
            ("--scheduler", "tcp://127.0.0.1:1"),
            "--scheduler needs distributed, which is not installed",
        ),
        ("upath", ("--out", "s3://firm/reports"), "'s3://firm/reports' cannot be reached: "),
        ("s3fs", ("--clients", "s3://firm/clients.csv"), "'s3://firm/clients.csv' cannot be reached: "),
    ],
)
def test_what_is_not_installed_is_told_in_a_sentence(
    hidden: str, asked: tuple[str, ...], wrong: str, tmp_path: Path
) -> None:
    hide = f"import sys; sys.modules['{hidden}'] = None; from licences.cli.main import main; sys.exit(main())"
    ran = subprocess.run(
        [sys.executable, "-c", hide, "report", *DAYS, "--out", "reports", *asked],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
    assert wrong in ran.stderr.splitlines()[-1]
    assert ran.stderr.rstrip().endswith("; pip install 'licences[cluster]'")


def test_an_address_of_this_machine_is_a_plain_path_and_one_that_names_nothing_is_refused(
    tmp_path: Path,
) -> None:
    assert read_place(f"file://{tmp_path}") == tmp_path
    for address in ("s3://", "s3:///reports", "nowhere://reports"):
        with pytest.raises(LicencesError, match="cannot be reached"):
            read_place(address)
