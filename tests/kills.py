"""Kills processes of a batch at random moments, and looks whether what is promised holds; `make kills` runs it.

The same seed chooses the same victims, signals and moments; what the batch has done by then is up to the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import nbformat
import psutil
from rich.console import Console
from rich.table import Table

from batches import MARK
from processes import read_command

PROJECT = Path(__file__).parents[1]
FORMATS = ("html", "pdf", "docx", "xlsx", "ics")
FILES = {"report.html", "report.ipynb", "report.pdf", "report.docx", "checklist.xlsx", "renewals.ics"}
# Whom to kill and how often; how often with which signal. One that is stopped is never told to go on, but the batch.
VICTIMS = {"batch": 20, "warm": 20, "keeper": 10, "report": 20, "driver": 8, "browser": 14, "page": 8}
SIGNALS = {"KILL": 65, "TERM": 13, "STOP": 15, "HUP": 7}
END_SECONDS, GONE_SECONDS, STOPPED_SECONDS = 150, 15, 2
CLIENTS = 5
# What a batch says that ends because its warm processes are lost in a row.
GIVES_UP = "no report was made in between"


@dataclass(frozen=True)
class Kill:
    """Whom a signal is sent to, and when; the number says to which of several."""

    victim: str
    signal: str
    seconds: float
    number: int

    def __str__(self) -> str:
        return f"{self.victim} {self.signal} after {self.seconds:.1f} s"


@dataclass
class Incident:
    """What befell one batch, and what did not hold then."""

    kills: list[Kill]
    status: int = 0
    said: str = ""
    made: int = 0
    told: int = 0
    broken: list[str] = field(default_factory=list)

    @property
    def ends_batch(self) -> bool:
        """Whether the batch itself is ended by it."""
        return any(kill.victim == "batch" and kill.signal != "STOP" for kill in self.kills)


def list_victims(batch: psutil.Process, kind: str) -> list[psutil.Process]:
    """The processes of a batch of some kind, as they are now."""
    if kind == "batch":
        return [batch]
    found = defaultdict(list)
    with suppress(psutil.Error):
        for child in batch.children():
            command = " ".join(read_command(child))
            if "licences.batch.server" in command:
                found["warm"].append(child)
                keepers = child.children()
                found["keeper"] += keepers
                found["report"] += [report for keeper in keepers for report in keeper.children()]
            elif "run-driver" in command:
                found["driver"].append(child)
                for one in child.children(recursive=True):
                    words = read_command(one)
                    kinds = [word for word in words if word.startswith("--type=")]
                    if "--type=renderer" in kinds or (words and not kinds):
                        found["page" if kinds else "browser"].append(one)
    return found[kind]


def list_left(mark: str, below: list[psutil.Process]) -> list[psutil.Process]:
    """What still runs of a batch: what bears its mark, and what was seen below it."""
    left = {process for process in below if process.is_running()}
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(MARK) == mark:
                left.add(process)
    return [process for process in left if is_alive(process)]


def is_alive(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False


def start_batch(folder: Path, mark: str, *more: str) -> subprocess.Popen[str]:
    """A batch with every format, whose temporary files lie in a folder of its own."""
    (folder / "temporary").mkdir(exist_ok=True)
    asked = (
        "--clients",
        "clients.csv",
        "--out",
        "out",
        "--format",
        ",".join(FORMATS),
        "--workers",
        "2",
        *more,
    )
    days = ("--as-of", "2026-11-23", "--start", "2026-11-24")
    with (folder / "said").open("w") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "licences", "report", *days, *asked],
            cwd=folder,
            env=os.environ | {MARK: mark, "TMPDIR": str(folder / "temporary")},
            stdout=subprocess.DEVNULL,
            stderr=said,
            text=True,
            start_new_session=True,
        )


def cause(folder: Path, incident: Incident) -> bool:
    """Starts a batch and kills its victims; whether there were any. What did not hold is kept in the incident."""
    mark, began = uuid4().hex, time.monotonic()
    process = start_batch(folder, mark)
    batch, below = psutil.Process(process.pid), list[psutil.Process]()
    found = False
    for kill in incident.kills:
        time.sleep(max(0.0, began + kill.seconds - time.monotonic()))
        found = send(batch, process, kill, below) or found
    try:
        incident.status = process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        incident.broken.append(f"did not end in {END_SECONDS} s")
        process.kill()
        process.wait()
    until = time.monotonic() + GONE_SECONDS
    while (left := list_left(mark, below)) and time.monotonic() < until:
        time.sleep(0.1)
    incident.broken += [f"still runs: {' '.join(read_command(one))[:80]}" for one in left if is_alive(one)]
    for one in left:
        with suppress(psutil.Error):
            one.kill()
    incident.said = (folder / "said").read_text("utf-8")
    return found


def send(
    batch: psutil.Process, process: subprocess.Popen[str], kill: Kill, below: list[psutil.Process]
) -> bool:
    """Kills a victim as soon as there is one; False where there was none any more."""
    while process.poll() is None:
        victims = list_victims(batch, kill.victim)
        with suppress(psutil.Error):
            below += batch.children(recursive=True)
        if not victims:
            time.sleep(0.02)
            continue
        victim = victims[kill.number % len(victims)]
        with suppress(psutil.Error):
            victim.send_signal(signal.Signals[f"SIG{kill.signal}"])
        while kill.signal == "KILL" and is_alive(victim):
            time.sleep(0.001)  # else the next one might be sent to a process that is about to be gone
        if (kill.victim, kill.signal) == ("batch", "STOP"):
            time.sleep(STOPPED_SECONDS)
            process.send_signal(signal.SIGCONT)
        return True
    return False


def check(folder: Path, incident: Incident) -> None:
    """What must hold after it, then after the next run."""
    out = folder / "out"
    incident.broken += find_noise(incident.said)
    lines = read_ledger(out)
    for line in lines:
        if line["status"] == "done" and set(line["outputs"]) != FILES:
            incident.broken.append(f"done without {FILES - set(line['outputs'])}")
        for name in line["outputs"]:
            if not (out / line["client"] / name).is_file():
                incident.broken.append(f"{line['status']}, but no {line['client']}/{name}")
    done = {line["client"] for line in lines if line["status"] == "done"}
    incident.made, incident.told = len(done), len({line["client"] for line in lines} - done)
    was_ended = incident.ends_batch
    if not was_ended and incident.made + incident.told != CLIENTS and GIVES_UP not in incident.said:
        incident.broken.append(f"{CLIENTS - incident.made - incident.told} clients neither made nor told")
    if not was_ended and (incident.status == 0) != (incident.made == CLIENTS):
        incident.broken.append(f"exit status {incident.status} with {incident.made} made")
    incident.broken += list(find_half_files(out))
    again = start_batch(folder, uuid4().hex)
    try:
        status = again.wait(END_SECONDS)
    finally:
        again.kill()
    said = (folder / "said").read_text("utf-8")
    incident.broken += find_noise(said)
    if status or {line["client"] for line in read_ledger(out) if line["status"] == "done"} != list_clients(
        folder
    ):
        incident.broken.append(f"the next run: status {status}: {said[-200:]}")
    incident.broken += list(find_half_files(out))
    incident.broken += [f"left: {path.name}" for path in out.rglob(".*")]
    incident.broken += [
        f"left in the temporary folder: {path.name}" for path in (folder / "temporary").iterdir()
    ]


def find_noise(said: str) -> list[str]:
    """What no user should read."""
    noise = ("Traceback", "RuntimeError", "Exception ", "node:", "Error: ")
    return [f"said: {line}" for line in said.splitlines() if any(part in line for part in noise)]


def list_clients(folder: Path) -> set[str]:
    return {
        line.partition(",")[0] for line in (folder / "clients.csv").read_text("utf-8-sig").splitlines()[1:]
    }


def read_ledger(out: Path) -> list[dict[str, object]]:
    path = out / "ledger.jsonl"
    lines = path.read_text("utf-8").split("\n") if path.exists() else [""]
    return [json.loads(line) for line in lines[:-1]]  # what comes after the last line break was cut short


def find_half_files(out: Path) -> Iterator[str]:
    """The files that are not whole, under whatever final name."""
    for path in out.glob("*/[!.]*"):
        try:
            check_whole(path)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is not whole
            yield f"{path.parent.name}/{path.name} is not whole: {type(error).__name__}"


def check_whole(path: Path) -> None:
    """Reads a file to its end."""
    content = path.read_bytes()
    match path.suffix:
        case ".html":
            assert content.rstrip().endswith(b"</html>")
        case ".ipynb":
            nbformat.validate(nbformat.reads(content.decode(), as_version=4))
        case ".pdf":
            assert content.startswith(b"%PDF")
            assert content.rstrip().endswith(b"%%EOF")
        case ".ics":
            assert content.rstrip().endswith(b"END:VCALENDAR")
        case _:
            with zipfile.ZipFile(path) as file:
                assert file.testzip() is None


def write_clients(path: Path) -> None:
    rows = (PROJECT / "data" / "clients.csv").read_text("utf-8-sig").splitlines(keepends=True)
    path.write_text("".join(rows[: CLIENTS + 1]), encoding="utf-8")


def choose_kills(chosen: random.Random, count: int, longest: float, victims: dict[str, int]) -> list[Kill]:
    """So many, one after the other."""
    made = [
        Kill(
            victim=chosen.choices(list(victims), list(victims.values()))[0],
            signal=chosen.choices(list(SIGNALS), list(SIGNALS.values()))[0],
            seconds=chosen.uniform(0.0, longest),
            number=chosen.randrange(100),
        )
        for _ in range(count)
    ]
    return sorted(made, key=lambda kill: kill.seconds)


def try_kills(kills: list[Kill]) -> Incident | None:
    """A batch to which this happens, looked at; None where there was no victim any more."""
    incident = Incident(kills)
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        write_clients(Path(name) / "clients.csv")
        if not cause(Path(name), incident):
            return None
        check(Path(name), incident)
    return incident


def measure(seconds: float = 0.0) -> float:
    """How long a batch takes of which nothing is killed."""
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        write_clients(Path(name) / "clients.csv")
        began = time.monotonic()
        start_batch(Path(name), uuid4().hex).wait(END_SECONDS)
        return seconds + time.monotonic() - began


def main() -> int:
    """Prints a table; exit status 1 where something did not hold."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--count", type=int, default=100)
    asked.add_argument("--seed", type=int, default=2026)
    asked.add_argument("--victim", choices=VICTIMS, help="this one alone")
    options = asked.parse_args()
    victims = {options.victim: 1} if options.victim else VICTIMS
    longest = measure()
    print(f"a batch of {CLIENTS} clients takes {longest:.1f} s; seed {options.seed}", flush=True)
    chosen = random.Random(options.seed)  # noqa: S311 - any moment will do
    incidents: list[Incident] = []
    while len(incidents) < options.count:
        incident = try_kills(choose_kills(chosen, 1, longest, victims))
        if incident is None:
            continue
        incidents.append(incident)
        ended = f"status {incident.status}, {incident.made} made, {incident.told} told"
        said = "; ".join(incident.broken) or "holds"
        print(f"{len(incidents)}/{options.count} {incident.kills[0]}: {ended}: {said}", flush=True)
    table = Table("killed", *SIGNALS, "all", "clients made", "told", "did not hold")
    for kind in victims:
        ours = [one for one in incidents if one.kills[0].victim == kind]
        counts = Counter(one.kills[0].signal for one in ours)
        made, told = sum(one.made for one in ours), sum(one.told for one in ours)
        broken = sum(bool(one.broken) for one in ours)
        table.add_row(
            kind, *(str(counts[name]) for name in SIGNALS), *map(str, (len(ours), made, told, broken))
        )
    Console().print(table)
    broken = sum(bool(one.broken) for one in incidents)
    print(f"{len(incidents)} kills; what is promised did not hold after {broken} of them")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
