"""Prints how fast the work goes, as figures beside what was asked for; `make bench` runs it.

Start-up times are medians over several fresh processes; the rest is the best of several runs.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from licences.assessment import find_verdicts
from licences.law import Law, read_law
from licences.profiles import read_profiles

PROJECT = Path(__file__).parents[1]
AS_OF = date(2026, 11, 23)


def time_process(code: str, runs: int = 9) -> float:
    """Median seconds of a fresh Python process that runs ``code``."""
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=PROJECT)
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def time_call(call: Callable[[], object], runs: int = 5) -> float:
    """Best seconds of a call."""
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def make_many_clients(law: Law, count: int) -> pd.DataFrame:
    """Random clients: each fact of each is drawn from what the sample clients told, or left out."""
    sample = read_profiles(PROJECT / "data" / "clients.csv", law.fields, set(law.catalogue["code"]))
    generator = np.random.default_rng(0)
    many = {
        name: sample[name].take(generator.integers(0, len(sample), count)).array
        for name in law.fields.by_name
    }
    clients = pd.Series([f"client-{at}" for at in range(count)])
    return pd.DataFrame({"client": clients, **many})


def measure() -> list[tuple[str, str, str]]:
    law = read_law()
    rows = []
    pandas = time_process("import pandas")
    anew = "import licences.tables as tables; tables.is_sealed = lambda seal: False; "
    check = "from licences.__main__ import main; main(['check'])"
    for name, code in (
        ("import licences", "import licences"),
        ("licences check, files as they were last found good", check),
        ("licences check, files checked anew", anew + check),
    ):
        seconds = time_process(code)
        rows.append(
            (name, f"{seconds:.2f} s = import pandas ({pandas:.2f} s) {seconds - pandas:+.2f} s", "+0.30 s")
        )
    many = make_many_clients(law, 100_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = time_call(lambda: find_verdicts(law, many, AS_OF))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    codes = find_verdicts(law, many.head(1), AS_OF).shape[1]
    grown = f"peak {peak / 1024:.0f} MiB, {(peak - before) / 1024:.0f} of them for it"
    rows.append((f"verdicts: 100,000 clients, {codes} licences", f"{seconds:.2f} s, {grown}", "1 s, 1 GiB"))
    return rows


def main() -> None:
    table = Table("what", "measured", "asked for", title="licences: how fast")
    for row in measure():
        table.add_row(*row)
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
