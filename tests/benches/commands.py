"""Cold commands: how soon each answers, the whole process and all."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benches.clients import AS_OF, DAYS
from benches.clock import PROJECT, YARDSTICK, time_by_turns
from benches.measured import Figures, Measured

_LAW = ("--as-of", AS_OF.isoformat())
_ONE = ("--client", "corner-shop")
LIBRARIES = ("-c", "import pandas, plotly, nbformat, IPython")
SWIFT = ("version", "check", "assess", "questions", "plan", "diff")
WEIGHTY = ("report", "portfolio", "reports")


def list_commands(folder: Path) -> dict[str, tuple[str, ...]]:
    """The words of each command, by its line; what they read and write lies in a folder."""
    quiet = folder / "quiet.csv"
    quiet.write_text("client,name\nquiet,Quiet\n", encoding="utf-8")
    out = str(folder / "reports")
    return {
        "version": ("--version",),
        "check": ("check", *_LAW),
        "assess": ("assess", *_ONE, *_LAW),
        "questions": ("assess", "--clients", str(quiet), "--questions", *_LAW),
        "plan": ("plan", *_ONE, *DAYS),
        "diff": ("diff", "--from", "2025-06-30", "--to", "2026-11-23"),
        "report": ("report", *_ONE, *DAYS, "--out", out, "--force"),
        "portfolio": ("portfolio", *DAYS, "--out", out),
        "reports": ("report", *DAYS, "--out", out, "--force"),
    }


def time_commands(
    names: Sequence[str], runs: int, take: Callable[[Sequence[float]], float], fills: bool = True
) -> tuple[float, dict[str, float]]:
    """Seconds of the yardstick and of each command, by turns, the yardstick before each command and at the end.

    fills: a first turn is not counted, since it fills what is kept on disk.
    """
    with tempfile.TemporaryDirectory() as folder:
        words = list_commands(Path(folder))
        asked = [("-m", "licences", *words[name]) for name in names]
        if fills:
            time_by_turns(YARDSTICK, *asked, runs=1)
        turn = [one for words in asked for one in (YARDSTICK, words)]
        seconds = time_by_turns(*turn, YARDSTICK, runs=runs, take=take)
    return take(seconds[::2]), dict(zip(names, seconds[1::2], strict=True))


def measure(runs: int = 3) -> Figures:
    """Each command in units of ``python -c "import pandas"``; what takes long is run once."""
    for names, turns in ((SWIFT, runs), (WEIGHTY, 1)):
        yardstick, seconds = time_commands(names, turns, statistics.median)
        for name, taken in seconds.items():
            yield Measured(name, taken / yardstick, f"{taken:.2f} s; 1 P = {yardstick:.2f} s")
    yield compare_report()
    nothing, imported = time_by_turns(("-c", "pass"), ("-c", "import licences"), runs=runs)
    yield Measured("import", imported - nothing, f"Python itself: {nothing:.3f} s")


def compare_report(runs: int = 2) -> Measured:
    """One report from cold, as against importing the libraries that it needs."""
    with tempfile.TemporaryDirectory() as folder:
        report = ("-m", "licences", *list_commands(Path(folder))["report"])
        libraries, taken = time_by_turns(LIBRARIES, report, runs=runs, take=min)
    return Measured("report_libraries", taken / libraries, f"{taken:.2f} s as against {libraries:.2f} s")


def measure_deep() -> Figures:
    """How soon it is known which rules nobody guards, command and all."""
    words = ("-m", "licences", "check", "--deep", "--json", *_LAW)
    began = time.perf_counter()
    run = subprocess.run([sys.executable, *words], check=False, capture_output=True, cwd=PROJECT)
    seconds, told = time.perf_counter() - began, json.loads(run.stdout)
    yield Measured(
        "deep", seconds, f"{told['share']:.1%} of {told['broken_rules']:,} broken rules are noticed"
    )
