"""The commands that a Windows machine is to run, with all taken away from them that Windows does not have.

What is missing is listed in ``elsewhere/sitecustomize.py``. Windows itself is not tried here.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from licences.batch.job import see_from

ELSEWHERE = Path(__file__).parent / "elsewhere"
ABOUT = ("--client", "grand-bazaar", "--as-of", "2026-11-23", "--start", "2026-11-24")


def run(folder: Path, *words: str, elsewhere: bool = True, **more: str) -> subprocess.CompletedProcess[str]:
    given = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    if elsewhere:
        given["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ELSEWHERE), given.get("PYTHONPATH", ""))))
        given["PYTHONWARNDEFAULTENCODING"] = "1"
    # Its locks are of another kind than those of the machine's other processes, which would sweep away what it keeps.
    with tempfile.TemporaryDirectory() as own:
        given["TMPDIR"] = own
        return subprocess.run(
            [sys.executable, *words],
            cwd=folder,
            env=given | more,
            capture_output=True,
            text=True,
            check=False,
        )


def run_command(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return run(folder, "-m", "licences", *words, **more)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import fcntl", "No module named 'fcntl'"),
        ("import os; os.sysconf", "module 'os' has no attribute 'sysconf'"),
        ("from signal import SIGKILL", "cannot import name 'SIGKILL'"),
        ("open('x', 'w')", "EncodingWarning: 'encoding' argument not specified"),
    ],
)
def test_what_windows_lacks_is_missed_by_our_package(tmp_path: Path, code: str, said: str) -> None:
    as_ours = f"exec(compile({code!r}, 'x', 'exec'), {{'__name__': 'licences.x'}})"
    assert said in run(tmp_path, "-c", as_ours).stderr
    assert run(tmp_path, "-c", as_ours, elsewhere=False).returncode == 0


@pytest.mark.parametrize(
    "words",
    [("check",), ("assess", *ABOUT[:4], "--json"), ("plan", *ABOUT, "--json")],
    ids=lambda one: one[0],
)
def test_a_command_says_the_same_without_what_windows_lacks(words: tuple[str, ...], project: Path) -> None:
    there, here = run_command(project, *words), run_command(project, *words, elsewhere=False)
    assert (there.returncode, there.stdout, there.stderr) == (here.returncode, here.stdout, here.stderr)
    assert there.returncode == 0


def test_a_report_is_the_same_without_what_windows_lacks(tmp_path: Path) -> None:
    for out, elsewhere in (("there", True), ("here", False)):
        asked = ("report", *ABOUT, "--out", out, "--format", "html,xlsx,ics", "--memory", "4000")
        made = run_command(tmp_path, *asked, elsewhere=elsewhere)
        assert made.returncode == 0, made.stderr
        assert "Traceback" not in made.stderr
        assert made.stderr.splitlines()[-1].startswith(f"1 of 1 reports are in {out}, ")
    for name in ("report.html", "checklist.xlsx", "renewals.ics"):
        made, expected = ((tmp_path / out / "grand-bazaar" / name).read_bytes() for out in ("there", "here"))
        assert made == expected
    assert sorted(path.name for path in (tmp_path / "there").iterdir()) == ["grand-bazaar", "ledger.jsonl"]


def test_forks_are_refused_where_there_are_none(tmp_path: Path) -> None:
    refused = run_command(tmp_path, "report", *ABOUT, "--out", "out", LICENCES_ENGINE="fork")
    assert refused.returncode == 2
    wrong = "licences: LICENCES_ENGINE: this system cannot fork processes; leave it out, or write kernel"
    assert refused.stderr.splitlines()[-1] == wrong


def test_a_file_on_another_drive_of_windows_is_named_whole(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook, clients = project / "notebooks" / "client_report.ipynb", tmp_path / "clients.csv"
    assert see_from(notebook, project / "data" / "clients.csv") == "../data/clients.csv"

    def find_no_way(*_paths: object) -> str:
        raise ValueError("path is on mount 'C:', start on mount 'D:'")

    monkeypatch.setattr(os.path, "relpath", find_no_way)
    assert see_from(notebook, clients) == clients.as_posix()
