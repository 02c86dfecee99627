"""A short part of `make fuzz`, and that the fuzzer finds what it looks for."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

TESTS = Path(__file__).parent


def test_no_changed_file_brings_a_traceback_a_hang_or_takes_too_much() -> None:
    tried = subprocess.run(
        [sys.executable, TESTS / "fuzz.py", "--inputs", "500", "--seed", "1", "--seconds", "120"],
        capture_output=True, text=True, check=False, timeout=200,
    )  # fmt: skip
    assert tried.returncode == 0, tried.stdout[-6000:] + tried.stderr[-2000:]
    assert "500 of 500 inputs" in tried.stdout


def test_the_fuzzer_notices_whatever_a_reader_must_not_do() -> None:
    code = """
        import os, tempfile
        from pathlib import Path
        import fuzz
        from licences.errors import UsageError

        def turn(path):
            while True:
                pass

        def refuse(path):
            raise UsageError("it is wrong", "mend it")

        def refuse_badly(path):
            raise UsageError(repr(object()), "mend it")

        readers = {
            "fine": len, "refuses": refuse, "refuses badly": refuse_badly, "fails": lambda path: 1 / 0,
            "turns": turn, "dies": lambda path: os._exit(3), "takes": lambda path: [0] * 10**7,
        }
        readers["fine"] = lambda path: path.read_bytes()
        fuzz.MOST_SECONDS, fuzz.MOST_MIB = 3.0, 50
        kinds = [fuzz.Kind(name, "x", 1, lambda random: b"x", read) for name, read in readers.items()]
        _, findings = fuzz.fuzz(kinds, len(kinds), 0, 60.0, Path(tempfile.mkdtemp()))
        for finding in findings:
            print(finding.kind, "-", finding.what)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=TESTS, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert sorted(done.stdout.splitlines()) == [
        "dies - died",
        "fails - traceback",
        "refuses badly - no sentence",
        "takes - too much memory",
        "turns - hang",
    ]
