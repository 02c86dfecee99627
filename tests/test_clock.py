"""The clock of tests that hold a promise against the time, on a machine that may stand still."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from clock import read_clock

ASKED = "import sys, time; from clock import read_clock; read_clock(); print(flush=True); sys.stdin.readline(); print(read_clock())"


def test_no_time_goes_by_while_everything_stands_still() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ASKED],
        cwd=Path(__file__).parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdin
        assert process.stdout
        process.stdout.readline()
        began = time.monotonic()
        process.send_signal(signal.SIGSTOP)
        time.sleep(3)
        process.send_signal(signal.SIGCONT)
        said = float(process.communicate("\n")[0])
    assert time.monotonic() - began >= 3
    assert said < 2


def test_all_other_time_goes_by() -> None:
    began, ours = time.monotonic(), read_clock()
    time.sleep(1.5)
    until = time.monotonic() + 0.5
    while time.monotonic() < until:
        pass
    assert read_clock() - ours >= 1.9
    assert read_clock() - ours <= time.monotonic() - began
