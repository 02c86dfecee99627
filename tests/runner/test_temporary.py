"""A temporary folder goes with its process, or with the next one; those of others stay."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from licences.runner.temporary import sweep

MAKE = """
import sys
from licences.runner.temporary import find_temporary_folder
print(find_temporary_folder(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders lie."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def start_one() -> tuple[subprocess.Popen[str], Path]:
    """A process that has a folder, and that."""
    process = subprocess.Popen(
        [sys.executable, "-c", MAKE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def end(process: subprocess.Popen[str], how: Callable[[], object]) -> None:
    with process:
        how()
        assert process.stdin is not None
        process.stdin.close()
        process.wait(20)


def test_a_folder_goes_with_its_process(folder: Path) -> None:
    process, its = start_one()
    assert its.parent == folder
    assert its.stat().st_mode & 0o777 == 0o700
    end(process, lambda: None)
    assert process.returncode == 0
    assert not list(folder.iterdir())


def test_the_folder_of_a_killed_process_is_swept_and_that_of_a_living_one_stays(folder: Path) -> None:
    living, its = start_one()
    killed, left = start_one()
    (left / "report.html").write_text("of a client", encoding="utf-8")
    end(killed, killed.kill)
    sweep()
    assert list(folder.iterdir()) == [its]
    end(living, lambda: None)


def test_what_a_killed_process_left_running_is_ended_with_its_folder(folder: Path) -> None:
    killed, left = start_one()
    inside = left / "report"
    inside.mkdir()
    with (
        subprocess.Popen(["sleep", "997"], env=os.environ | {"TMPDIR": str(inside)}) as forgotten,
        subprocess.Popen(["sleep", "997"], env=os.environ | {"TMPDIR": str(folder)}) as another,
    ):
        psutil.Process(forgotten.pid).suspend()
        end(killed, killed.kill)
        sweep()
        assert forgotten.wait(20) == -9
        assert another.poll() is None
        another.kill()
    assert not left.exists()


def test_what_only_looks_like_a_folder_of_ours_stays(folder: Path) -> None:
    kept = folder / "kept"
    kept.mkdir()
    (kept / "file").touch()
    (folder / "licences-run-linkedto").symlink_to(kept)
    (folder / "licences-run-afileaaa").touch()
    (folder / "licences-run-of-somebody").mkdir()
    before = sorted(folder.rglob("*"))
    sweep()
    assert sorted(folder.rglob("*")) == before


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="nobody else can give a folder away"
)
def test_the_folder_of_another_user_stays(folder: Path) -> None:
    theirs = folder / "licences-run-ofothers"
    theirs.mkdir()
    os.chown(theirs, 12345, 12345)
    sweep()
    assert theirs.is_dir()
