"""Whichever process of a batch is killed or stopped: what is promised holds, and clients are made or told."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import psutil
import pytest

import kills
from batches import (
    WAITS,
    check_reports,
    read_ledger,
    says_what_was_read,
    start_batch,
    wait_for,
    write_clients,
    write_notebook,
)
from licences.runner.processes import STOPPED_SECONDS

CLIENTS = ["client-0", "client-1"]
ANOTHER = "another one is started"
pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="processes are found by what Linux says of them"
)


def write_batch(folder: Path, *sources: str) -> tuple[str, ...]:
    write_clients(folder / "clients.csv", CLIENTS)
    write_notebook(folder / "short.ipynb", *sources)
    return ("--clients", "clients.csv", "--notebook", "short.ipynb", "--out", "out", "--workers", "2")


def find_one(process: subprocess.Popen[str], kind: str) -> psutil.Process:
    """A process of that kind, as soon as there is one."""
    return find_some(process, kind, 1)[0]


def find_some(process: subprocess.Popen[str], kind: str, count: int) -> list[psutil.Process]:
    """The processes of that kind, as soon as there are so many."""
    found: list[psutil.Process] = []

    def look() -> bool:
        found[:] = kills.list_victims(psutil.Process(process.pid), kind)
        return len(found) >= count

    wait_for(look)
    return found


@pytest.mark.parametrize(
    ("told", "how"), [(signal.SIGKILL, "was killed by signal 9"), (signal.SIGSTOP, "was stopped by a signal")]
)
def test_a_warm_process_that_is_lost_is_told_in_a_sentence_and_started_anew_and_each_client_is_made(
    tmp_path: Path, told: signal.Signals, how: str
) -> None:
    asked = write_batch(tmp_path, WAITS)
    with start_batch(tmp_path, *asked) as process:
        keepers = [report.parent() for report in find_some(process, "report", len(CLIENTS))]
        find_one(process, "warm").send_signal(told)
        for keeper in keepers:  # so that their reports need another one, and find none that is idle
            assert keeper is not None
            keeper.kill()
        (tmp_path / "go").touch()
        said = process.communicate(timeout=60)[1]
    sentence = f"licences: the process from which reports are forked {how}; {ANOTHER}"
    assert [line for line in said.splitlines() if line.startswith("licences:")] == [sentence]
    assert process.returncode == 0
    assert check_reports(tmp_path / "out") == set(CLIENTS)


def test_a_warm_process_that_is_killed_again_and_again_ends_the_batch_with_a_sentence(tmp_path: Path) -> None:
    asked = write_batch(tmp_path, WAITS)
    with start_batch(tmp_path, *asked) as process:
        killed = set()
        until = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < until:
            for warm in kills.list_victims(psutil.Process(process.pid), "warm"):
                killed.add(warm.pid)
                warm.kill()
            time.sleep(0.05)
        said = process.communicate(timeout=10)[1]
    assert process.returncode == 1
    assert len(killed) == 3
    assert "Traceback" not in said
    *before, last = [line for line in said.splitlines() if not says_what_was_read(line)]
    assert [line.endswith(ANOTHER) for line in before] == [True, True]
    assert f"was killed by signal 9; 2 before it ended so, and {kills.GIVES_UP}" in last
    assert "start the batch again: it goes on from its ledger" in last


@pytest.mark.parametrize("told", [signal.SIGKILL, signal.SIGSTOP])
def test_a_report_is_tried_again_whose_keeper_is_lost_and_what_that_left_behind_is_ended(
    tmp_path: Path, told: signal.Signals
) -> None:
    asked = write_batch(tmp_path, f"import subprocess\nsubprocess.Popen(['sleep', '998'])\n{WAITS}")
    with start_batch(tmp_path, *asked) as process:
        report = find_one(process, "report")
        keeper = report.parent()
        assert keeper is not None
        wait_for(lambda: bool(report.children()))
        below = report.children(recursive=True)
        keeper.send_signal(told)
        assert not psutil.wait_procs([report, *below], timeout=20)[1]
        (tmp_path / "go").touch()
        said = process.communicate(timeout=60)[1]
    assert process.returncode == 0, said
    assert check_reports(tmp_path / "out") == set(CLIENTS)


def test_a_report_whose_keeper_is_killed_each_time_is_told(tmp_path: Path) -> None:
    asked = write_batch(tmp_path, "import os\nclient == 'client-1' and os.kill(os.getppid(), 9)")
    with start_batch(tmp_path, *asked) as process:
        process.communicate(timeout=60)
    assert process.returncode == 1
    assert check_reports(tmp_path / "out") == {"client-0"}
    (line,) = [line for line in read_ledger(tmp_path / "out") if line["client"] == "client-1"]
    assert line["status"] == "killed"
    assert line["error"] == "the process that looks after the report was killed, 3 times"


def test_a_batch_that_is_stopped_goes_on_when_it_is_let(tmp_path: Path) -> None:
    asked = write_batch(tmp_path, WAITS)
    with start_batch(tmp_path, *asked) as process:
        find_one(process, "report")
        process.send_signal(signal.SIGSTOP)
        (tmp_path / "go").touch()
        time.sleep(STOPPED_SECONDS + 1.5)  # longer than any other process may be stopped
        process.send_signal(signal.SIGCONT)
        said = process.communicate(timeout=60)[1]
    assert process.returncode == 0
    assert "licences:" not in said
    assert check_reports(tmp_path / "out") == set(CLIENTS)


def test_nothing_is_left_of_a_batch_that_is_killed_while_what_it_has_started_is_stopped(
    tmp_path: Path,
) -> None:
    asked = write_batch(tmp_path, WAITS)
    with start_batch(tmp_path, *asked) as process:
        report = find_one(process, "report")
        keeper = report.parent()
        assert keeper is not None
        warm = find_one(process, "warm")
        for one in (warm, keeper, report):
            one.suspend()
        process.kill()
        assert not psutil.wait_procs([warm, keeper, report], timeout=20)[1]


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGHUP])
def test_a_batch_that_is_told_to_end_does_so_at_once_while_its_processes_are_stopped(
    tmp_path: Path, told: signal.Signals
) -> None:
    (tmp_path / "temporary").mkdir()
    asked = write_batch(tmp_path, WAITS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(tmp_path / "temporary"))
        with start_batch(tmp_path, *asked) as process:
            report = find_one(process, "report")
            find_one(process, "warm").suspend()
            report.suspend()
            assert list((tmp_path / "temporary").iterdir())
            process.send_signal(told)
            said = process.communicate(timeout=20)[1]
    assert (process.returncode, said) == (1, "clients.csv: 2 clients, 2 answers\nlicences: stopped\n")
    assert not list((tmp_path / "temporary").iterdir())


def test_a_browser_that_does_not_start_costs_pdf_and_figures_and_is_told_once(
    tmp_path: Path, browser_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kills, "CLIENTS", 3)
    kills.write_clients(tmp_path / "clients.csv")
    program = tmp_path / "browser"
    program.write_text("#!/bin/sh\necho not today >&2\nexit 3\n", encoding="utf-8")
    program.chmod(0o755)
    asked = (
        "--clients",
        "clients.csv",
        "--out",
        "out",
        "--workers",
        "2",
        "--format",
        ",".join(kills.FORMATS),
    )
    monkeypatch.setenv("LICENCES_BROWSER", str(program))
    with start_batch(tmp_path, *asked) as process:
        said = process.communicate(timeout=120)[1]
    assert process.returncode == 1
    assert "Traceback" not in said
    reason = f"{program} does not start; the browser failed: "
    (told,) = [line for line in said.splitlines() if line.startswith("licences:")]
    assert told.startswith(f"licences: no more is printed in this batch: {reason}")
    lines = read_ledger(tmp_path / "out")
    assert {line["status"] for line in lines} == {"failed"}
    made = kills.FILES - {"report.pdf"}
    for line in lines:
        assert line["error"].startswith(f"no report.pdf and no figures in report.docx: {reason}")
        assert line["error"].endswith("(not today)")
        assert (
            set(line["outputs"])
            == made
            == {path.name for path in (tmp_path / "out" / line["client"]).iterdir()}
        )
        with zipfile.ZipFile(tmp_path / "out" / line["client"] / "report.docx") as word:
            assert not [name for name in word.namelist() if name.startswith("word/media/")]
    assert not list(kills.find_half_files(tmp_path / "out"))
    monkeypatch.setenv("LICENCES_BROWSER", browser_path)
    with start_batch(tmp_path, *asked, "--client", lines[0]["client"]) as process:
        process.communicate(timeout=120)
    last = read_ledger(tmp_path / "out")[-1]
    assert (last["status"], set(last["outputs"])) == ("done", kills.FILES)


def test_no_promise_is_broken_by_a_batch_that_gives_up_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kills, "CLIENTS", 2)
    incident = kills.try_kills([kills.Kill("warm", "KILL", 0.0, number) for number in range(3)])
    assert incident is not None
    assert (incident.status, incident.made, incident.broken) == (1, 0, [])
    assert kills.GIVES_UP in incident.said


def test_a_few_random_kills_break_no_promise(browser_path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LICENCES_BROWSER", browser_path)
    monkeypatch.setattr(kills, "CLIENTS", 2)
    seed = random.SystemRandom().randrange(10_000)
    below = {kind: share for kind, share in kills.VICTIMS.items() if kind != "batch"}
    chosen = kills.choose_kills(random.Random(seed), 4, longest=4.0, victims=below)  # noqa: S311
    incident = kills.try_kills(chosen)
    assert incident is not None
    assert not incident.broken, (seed, incident)
