"""A process ends at once, and yet with all that it said, and that it was asked to do at its end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ENDS = "from licences.runner.ending import end_at_once\n"


def run(code: str) -> tuple[int, str, str]:
    ran = subprocess.run([sys.executable, "-c", ENDS + code], capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout, ran.stderr


def test_what_is_printed_and_what_is_asked_for_at_the_end_comes_first() -> None:
    code = """import atexit, sys
atexit.register(print, "at the end")
print("said", end=" "); print("wrong", end="", file=sys.stderr)
end_at_once(3)"""
    assert run(code) == (3, "said at the end\n", "wrong")


def test_a_thread_is_waited_for_and_nothing_is_taken_apart() -> None:
    code = """import threading, time
class Left:
    def __del__(self): print("taken apart")
left = Left()
threading.Thread(target=lambda: (time.sleep(0.2), print("thread"))).start()
end_at_once(0)"""
    assert run(code) == (0, "thread\n", "")


@pytest.mark.parametrize("closed", ["sys.stdout.close()", "sys.stdout = None", "import os; os.close(1)"])
def test_where_nothing_can_be_printed_it_ends_all_the_same(closed: str) -> None:
    assert run(f"import sys\nprint('x', end='')\n{closed}\nend_at_once(1)")[0] == 1


def test_a_command_ends_with_its_status_and_a_whole_answer(tmp_path: Path) -> None:
    answer = tmp_path / "answer.json"
    with answer.open("w") as file:
        words = [sys.executable, "-m", "licences", "assess", "--json"]
        assert subprocess.run(words, stdout=file, stderr=subprocess.DEVNULL, check=False).returncode == 0
    assert answer.read_text(encoding="utf-8").endswith("]\n")
    words = [sys.executable, "-m", "licences", "assess", "--client", "nobody-of-that-name"]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "nobody-of-that-name" in ran.stderr
