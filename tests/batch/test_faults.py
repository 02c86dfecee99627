"""Whatever a notebook does, and whatever is done to a batch, the ledger is true and clients stay apart."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import nbformat
import psutil
import pytest

from batches import (
    WAITS,
    check_reports,
    find_secret,
    read_ledger,
    start_batch,
    wait_for,
    write_clients,
    write_notebook,
)
from clock import read_clock

# Long enough for a machine that stands still for a while: no fault but those of time may end by it.
TIMEOUT_SECONDS = 30
MEMORY_MIB = 700

# client: in which of the three cells, what it does there, the status it must get, what the ledger must say. Memory
# is asked for and not written to, since a busy machine takes longer to find its pages than a report may take.
FAULTS: dict[str, tuple[str, str, str, str]] = {
    "kill-first": ("first", "os.kill(os.getpid(), 9)", "killed", "signal 9"),
    "kill-middle": ("middle", "os.kill(os.getpid(), 9)", "killed", "signal 9"),
    "kill-last": ("last", "os.kill(os.getpid(), 9)", "killed", "signal 9"),
    "terminate": ("middle", "os.kill(os.getpid(), 15)", "killed", "signal 15"),
    "crash": ("middle", "ctypes.string_at(0)", "killed", "signal 11"),
    "memory": ("middle", "hoard = [numpy.empty(10_000_000, 'u1') for _ in range(1000)]", "out_of_memory", "Memory"),
    "loop": ("middle", "while True: pass", "timed_out", f"longer than {TIMEOUT_SECONDS} seconds, in cell ["),
    "deaf": (
        "last",
        "[signal.signal(number, signal.SIG_IGN) for number in (2, 15)]; time.sleep(999)",
        "timed_out",
        f"longer than {TIMEOUT_SECONDS} seconds",
    ),
    "stop": ("middle", "os.kill(os.getpid(), signal.SIGSTOP)", "killed", "stopped by a signal"),
    "hard-exit": ("middle", "os._exit(0)", "exited", "exit status 0"),
    "hard-exit-last": ("last", "os._exit(3)", "exited", "exit status 3"),
    "soft-exit": ("middle", "sys.exit(0)", "exited", "sys.exit"),
    "soft-exit-why": ("first", "sys.exit('enough')", "exited", "enough"),
    "quit": ("middle", "get_ipython().run_cell('exit')", "exited", "exit status 0"),
    "raise": ("middle", "1 / 0", "failed", "ZeroDivisionError"),
    "assert": ("middle", "assert 1 == 2, 'no'", "failed", "AssertionError: no"),
    "flood": ("middle", "while True: print('x' * 100_000)", "failed", "more than 32 MiB"),
    "flood-below": ("middle", "os.system('yes')", "failed", "more than 32 MiB"),
    "cut": ("middle", "os.closerange(3, 300)", "exited", "exit status"),
    "megabyte": ("middle", "print('m' * 1_000_000)", "done", ""),
    "program": ("middle", "os.system('head -c 500000 /dev/zero | tr \"\\\\0\" p')", "done", ""),
    "linger": (
        "middle",
        "os.fork() or time.sleep(999); subprocess.Popen(['sleep', '999'], start_new_session=True)",
        "done",
        "",
    ),
    "two-of-me": ("middle", "os.fork()", "done", ""),
    "thread": ("middle", "threading.Thread(target=time.sleep, args=(999,)).start()", "done", ""),
    "elsewhere": ("middle", "os.chdir('/'); sys.path.clear()", "done", ""),
    "trespass": ("last", "(out / 'good-1' / 'report.html').write_text(secret)", "failed", "PermissionError"),
    "trespass-moving": ("last", "os.rename(out / 'good-1', out / 'mine')", "failed", "PermissionError"),
    "good-1": ("middle", "pass", "done", ""),
    "good-2": ("middle", "Path(os.environ['TMPDIR'], 'mine.txt').write_text(secret)", "done", ""),
}  # fmt: skip

# What is tried in stock kernels, for which the rest makes no sense or takes long.
IN_KERNELS = {
    **{name: FAULTS[name] for name in ("kill-middle", "stop", "memory", "soft-exit", "raise", "megabyte",
                                       "program", "trespass", "good-1", "loop")},
    "linger": ("middle", "subprocess.Popen(['sleep', '999'], start_new_session=True)", "done", ""),
}  # fmt: skip
ENGINES = {"fork": FAULTS, "kernel": IN_KERNELS}
TRIED = [(engine, client) for engine, faults in ENGINES.items() for client in faults]


@dataclass
class Faulty:
    """A batch that has ended in which each client's notebook did what it says here."""

    faults: dict[str, tuple[str, str, str, str]]
    folder: Path
    status: int
    said: str

    @property
    def out(self) -> Path:
        return self.folder / "out"


@pytest.fixture(scope="module")
def run_faults(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Faulty]:
    """Runs that batch with an engine, once."""

    @cache
    def run(engine: str) -> Faulty:
        folder, faults = tmp_path_factory.mktemp("faults"), ENGINES[engine]
        write_faults(folder, faults)
        asked = ("--clients", "clients.csv", "--notebook", "faults.ipynb", "--out", "out", "--workers", "2")
        limits = ("--timeout", str(TIMEOUT_SECONDS), "--memory", str(MEMORY_MIB))
        with start_batch(folder, *asked, *limits, engine=engine) as process:
            said = process.communicate(timeout=180)[1]
        return Faulty(faults, folder, process.returncode, said)

    return run


def write_faults(folder: Path, faults: dict[str, tuple[str, str, str, str]]) -> None:
    deeds = {client: {place: deed} for client, (place, deed, _, _) in faults.items()}
    imports = "import ctypes, numpy, os, signal, subprocess, sys, threading, time\nfrom pathlib import Path"
    opens = (
        "from licences.analysis.case import open_case\n"
        "case = open_case(client, as_of, start, language, catalogue, clients)\nsecret = case.name\nprint(secret)"
    )
    acts = f"deeds = {deeds!r}\nout = Path({str(folder / 'out')!r})\nact = lambda place: exec(deeds[client].get(place, 'pass'), globals())"
    write_notebook(
        folder / "faults.ipynb",
        f"{imports}\n{acts}\nact('first')", opens, "act('middle')", "print('still here')", "act('last')",
    )  # fmt: skip
    write_clients(folder / "clients.csv", faults)
    old = folder / "out" / "raise"
    old.mkdir(parents=True)
    (old / "report.html").write_text("an earlier report</html>", encoding="utf-8")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_batch_with_failures_ends_with_status_1_and_no_traceback(
    engine: str, run_faults: Callable[[str], Faulty]
) -> None:
    ran = run_faults(engine)
    assert ran.status == 1
    assert "Traceback" not in ran.said
    made = sum(fault[2] == "done" for fault in ran.faults.values())
    assert f"{made} of {len(ran.faults)} reports are in out" in ran.said
    read, *lines = ran.said.splitlines()
    assert read == f"clients.csv: {len(ran.faults)} clients, {len(ran.faults)} answers"
    assert len(lines) == len(ran.faults) + 1


@pytest.mark.parametrize(("engine", "client"), TRIED)
def test_the_ledger_says_what_became_of(
    engine: str, client: str, run_faults: Callable[[str], Faulty]
) -> None:
    ran = run_faults(engine)
    _, _, status, reason = ran.faults[client]
    (line,) = [line for line in read_ledger(ran.out) if line["client"] == client]
    assert (line["status"], line["error"] or "") == (status, line["error"] or "")
    assert reason in (line["error"] or "")
    there = {path.name for path in (ran.out / client).iterdir()}
    if status == "done":
        assert set(line["outputs"]) == there == {"report.html", "report.ipynb"}
    else:
        assert line["outputs"] == ["failed.ipynb"]
        assert there - {"report.html"} == {"failed.ipynb"}


@pytest.mark.parametrize(("engine", "client"), [one for one in TRIED if FAULTS[one[1]][2] != "done"])
def test_a_failed_notebook_says_so_at_its_top_and_no_cell_that_did_not_run_is_completed(
    engine: str, client: str, run_faults: Callable[[str], Faulty]
) -> None:
    ran = run_faults(engine)
    place, _, status, reason = ran.faults[client]
    failed = nbformat.read(ran.out / client / "failed.ipynb", as_version=4)
    nbformat.validate(failed)
    assert status in failed.cells[0].source
    assert reason in failed.cells[0].source
    statuses = [cell.metadata.papermill.status for cell in failed.cells[1:]]
    guilty = {"first": 2, "middle": 4, "last": 6}[place]
    guilty += client == "quit"  # a kernel that is told to end does so after the cell
    assert statuses == ["completed"] * guilty + ["failed"] + ["pending"] * (6 - guilty)
    assert "papermill" in failed.metadata
    if place != "first":
        assert find_secret(client) in failed.cells[4].outputs[0].text  # what came out before is there


@pytest.mark.parametrize("engine", ENGINES)
def test_an_earlier_report_stays_where_a_new_one_fails(
    engine: str, run_faults: Callable[[str], Faulty]
) -> None:
    kept = run_faults(engine).out / "raise" / "report.html"
    assert kept.read_text("utf-8") == "an earlier report</html>"


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_of_one_client_is_in_another_ones_files(
    engine: str, run_faults: Callable[[str], Faulty]
) -> None:
    ran = run_faults(engine)
    assert check_reports(ran.out) == {client for client, fault in ran.faults.items() if fault[2] == "done"}
    for path in ran.out.rglob("*.*"):
        if path.is_file() and path.name != "ledger.jsonl":
            content = path.read_bytes()
            for client in ran.faults:
                owner = path.relative_to(ran.out).parts[0]
                assert client == owner or find_secret(client).encode() not in content, (path, client)
    assert sorted(path.name for path in ran.out.iterdir()) == sorted([*ran.faults, "ledger.jsonl"])


@pytest.mark.parametrize("engine", ENGINES)
def test_what_comes_out_of_a_report_is_whole(engine: str, run_faults: Callable[[str], Faulty]) -> None:
    out = run_faults(engine).out
    for client, letter, count in (("megabyte", "m", 1_000_000), ("program", "p", 500_000)):
        notebook = nbformat.read(out / client / "report.ipynb", as_version=4)
        text = "".join(
            output.text for cell in notebook.cells[4:5] for output in cell.outputs if "text" in output
        )
        assert text.count(letter) == count


def test_a_notebook_that_goes_on_in_two_processes_says_what_one_of_them_does(
    run_faults: Callable[[str], Faulty],
) -> None:
    twice = nbformat.read(run_faults("fork").out / "two-of-me" / "report.ipynb", as_version=4)
    assert [output.text for output in twice.cells[5].outputs] == ["still here\n"]


def test_a_report_that_cannot_be_written_is_said_to_be_so(tmp_path: Path) -> None:
    write_clients(tmp_path / "clients.csv", ["hindered", "free"])
    write_notebook(tmp_path / "short.ipynb", "print(client)")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "hindered").write_text("a file where the folder should be", encoding="utf-8")
    with start_batch(
        tmp_path, "--clients", "clients.csv", "--notebook", "short.ipynb", "--out", "out"
    ) as process:
        said = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert "Traceback" not in said
    statuses = {line["client"]: (line["status"], line["outputs"]) for line in read_ledger(tmp_path / "out")}
    assert statuses == {"hindered": ("not_written", []), "free": ("done", ["report.html", "report.ipynb"])}


def test_a_full_disk_leaves_the_earlier_report_and_a_true_ledger(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1100k", "none", str(out)], check=False)
    if mounted.returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        write_clients(tmp_path / "clients.csv", ["one", "two", "three"])
        asked = ("--clients", "clients.csv", "--out", "out", "--workers", "1")
        write_notebook(tmp_path / "short.ipynb", "print(client)")
        with start_batch(tmp_path, *asked, "--notebook", "short.ipynb") as process:
            said = process.communicate(timeout=60)[1]
        lines = read_ledger(out)
        assert process.returncode == 1
        assert "No space left" in said
        assert "Traceback" not in said
        assert {line["status"] for line in lines} == {"done", "not_written"}
        assert [line["client"] for line in lines] == ["one", "two", "three"]
        assert check_reports(out) == {line["client"] for line in lines if line["status"] == "done"}
        assert not list(out.rglob(".*"))
    finally:
        subprocess.run(["umount", str(out)], check=True)


def test_a_second_batch_on_the_same_folder_refuses(tmp_path: Path) -> None:
    write_clients(tmp_path / "clients.csv", ["slow"])
    write_notebook(tmp_path / "slow.ipynb", WAITS)
    asked = ("--clients", "clients.csv", "--notebook", "slow.ipynb", "--out", "out")
    with start_batch(tmp_path, *asked) as first:
        wait_for((tmp_path / "out" / "ledger.jsonl").exists)
        time.sleep(0.5)
        with start_batch(tmp_path, *asked) as second:
            said = second.communicate(timeout=60)[1]
        assert second.returncode == 1
        assert "another batch is writing there; wait for it to end" in said
        (tmp_path / "go").touch()
        first.communicate(timeout=60)
    assert first.returncode == 0
    assert [line["status"] for line in read_ledger(tmp_path / "out")] == ["done"]


def test_ctrl_c_ends_a_batch_at_once_and_the_next_goes_on_from_there(tmp_path: Path) -> None:
    clients = [f"client-{at}" for at in range(12)]
    write_clients(tmp_path / "clients.csv", clients)
    write_notebook(tmp_path / "slow.ipynb", "import time\ntime.sleep(0.4)")
    asked = ("--clients", "clients.csv", "--notebook", "slow.ipynb", "--out", "out", "--workers", "2")
    with start_batch(tmp_path, *asked) as process:
        wait_for(lambda: len(read_ledger(tmp_path / "out")) >= 3)
        process.send_signal(signal.SIGINT)
        began = read_clock()
        said = process.communicate(timeout=60)[1]
    assert read_clock() - began < 3
    assert process.returncode == 1
    assert "stopped" in said
    assert "Traceback" not in said
    done = check_reports(tmp_path / "out")
    assert 3 <= len(done) < 12
    with start_batch(tmp_path, *asked) as process:
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert check_reports(tmp_path / "out") == set(clients)
    again = read_ledger(tmp_path / "out")[len(done) :]
    assert {line["client"] for line in again if line["status"] == "up_to_date"} == done


TOLD_AT_A_BAD_MOMENT = """
import os, sys
from licences.cli.main import main
from licences.batch.store import ReportStore

class Leaving:
    def __del__(self):
        os.kill(os.getpid(), {signal})

def note(shelf, entry, note=ReportStore.note):
    note(shelf, entry)
    Leaving()

ReportStore.note = note
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_a_batch_told_to_end_while_python_deletes_something_ends_all_the_same(
    tmp_path: Path, told: signal.Signals
) -> None:
    write_clients(tmp_path / "clients.csv", ["client-0", "client-1"])
    write_notebook(tmp_path / "slow.ipynb", "import time\ntime.sleep(600 if client.endswith('1') else 0)")
    asked = ("report", "--clients", "clients.csv", "--notebook", "slow.ipynb", "--out", "out")
    script = TOLD_AT_A_BAD_MOMENT.format(signal=int(told))
    command = [sys.executable, "-c", script, *asked, "--workers", "1"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
    assert ran.returncode == 1
    read, made, *rest = ran.stderr.splitlines()
    assert read == "clients.csv: 2 clients, 2 answers"
    assert made.startswith("1/2 client-0: done")
    assert rest == ["licences: stopped"]
    assert [line["client"] for line in read_ledger(tmp_path / "out")] == ["client-0"]


def test_ctrl_c_ends_the_stock_kernels_of_a_batch_at_once(tmp_path: Path) -> None:
    write_clients(tmp_path / "clients.csv", ["quick", "slow", "waiting"])
    write_notebook(
        tmp_path / "slow.ipynb",
        "import time\nprint('begun', flush=True)\ntime.sleep(600 * (client != 'quick'))",
    )
    asked = ("--clients", "clients.csv", "--notebook", "slow.ipynb", "--out", "out", "--workers", "1")
    with start_batch(tmp_path, *asked, engine="kernel") as process:
        wait_for(lambda: len(read_ledger(tmp_path / "out")) == 1)
        time.sleep(1.5)  # in the middle of the next one's start
        process.send_signal(signal.SIGINT)
        began = read_clock()
        said = process.communicate(timeout=60)[1]
    assert read_clock() - began < 3
    read, made, *rest = said.splitlines()
    assert read == "clients.csv: 3 clients, 3 answers"
    assert made.startswith("1/3 quick: done")
    assert (process.returncode, rest) == (1, ["licences: stopped"])
    assert check_reports(tmp_path / "out") == {"quick"}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["ledger.jsonl", "quick"]


def test_a_batch_of_stock_kernels_that_was_killed_leaves_no_lock_and_no_kernel(tmp_path: Path) -> None:
    write_clients(tmp_path / "clients.csv", ["slow"])
    write_notebook(tmp_path / "slow.ipynb", "import os, time\ntime.sleep(float(os.environ.get('SLEPT', 0)))")
    asked = ("--clients", "clients.csv", "--notebook", "slow.ipynb", "--out", "out")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SLEPT", "600")
        with start_batch(tmp_path, *asked, engine="kernel") as process:
            children = psutil.Process(process.pid).children
            wait_for(lambda: bool(children()))
            time.sleep(2)
            process.kill()
    assert (tmp_path / "out" / "ledger.lock").exists()
    with start_batch(tmp_path, *asked) as process:
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["ledger.jsonl", "slow"]


def has_moved(process: subprocess.Popen[str], out: Path, lines: int) -> bool:
    return process.poll() is not None or len(read_ledger(out)) > lines


def test_a_batch_killed_at_any_moment_goes_on_where_it_was(tmp_path: Path) -> None:
    moments = random.Random(2026)  # noqa: S311 - any moment will do
    clients = [f"client-{at}" for at in range(40)]
    write_clients(tmp_path / "clients.csv", clients)
    write_notebook(tmp_path / "short.ipynb", "from licences.analysis.case import open_case\nprint(client)")
    asked = ("--clients", "clients.csv", "--notebook", "short.ipynb", "--out", "out", "--workers", "2")
    made_before: set[str] = set()
    for at in range(20):
        lines = len(read_ledger(tmp_path / "out"))
        with start_batch(tmp_path, *asked) as process:
            if at % 2:  # while reports are being made, else at the start
                wait_for(partial(has_moved, process, tmp_path / "out", lines))
            time.sleep(moments.uniform(0.0, 0.3 if at % 2 else 2.5))
            process.kill()
        made = check_reports(tmp_path / "out")
        assert made >= made_before
        made_before = made
    assert made_before
    with start_batch(tmp_path, *asked) as process:
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert check_reports(tmp_path / "out") == set(clients)
    times = [line["client"] for line in read_ledger(tmp_path / "out") if line["status"] == "done"]
    assert len(times) <= len(clients) + 20  # what was on its way when it was killed, no more, is made again
    assert not list((tmp_path / "out").rglob(".*"))
