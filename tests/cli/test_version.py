"""What ``licences --version`` tells, and how little it takes."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

from licences import __version__
from licences.law.edition import read_edition

BROKEN = Path(__file__).parents[1] / "broken"


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "licences", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_the_version_names_package_catalogue_and_python(project: Path, tmp_path: Path) -> None:
    expected = [
        f"licences {__version__}",
        f"catalogue {read_edition(project / 'data' / 'licences.csv')}",
        f"Python {platform.python_version()}",
    ]
    for folder in (project, tmp_path):
        told = run("--version", cwd=folder)
        assert (told.returncode, told.stdout.splitlines(), told.stderr) == (0, expected, "")


def test_another_catalogue_has_its_own_edition(project: Path, tmp_path: Path) -> None:
    text = (project / "data" / "licences.csv").read_text(encoding="utf-8-sig")
    newest = read_edition(project / "data" / "licences.csv").checked_on
    (tmp_path / "mine.csv").write_text(text.replace(newest, "2027-11-24"), encoding="utf-8")
    told = run("--version", "--catalogue", "mine.csv", cwd=tmp_path)
    assert told.returncode == 0
    assert told.stdout.splitlines()[1].startswith("catalogue 2027-11-24-")


def test_a_catalogue_that_cannot_be_read_is_named_and_the_rest_told(project: Path) -> None:
    told = run("--version", "--catalogue", str(BROKEN / "empty.csv"), cwd=project)
    assert told.returncode == 1
    assert [line.split()[0] for line in told.stdout.splitlines()] == ["licences", "Python"]
    assert "empty.csv:1: file: it is empty" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_command_beside_the_version_is_wrong_usage(project: Path) -> None:
    told = run("check", "--version", cwd=project)
    assert told.returncode == 2
    assert "unrecognized arguments: check" in told.stderr


def test_nothing_is_imported_for_it_that_takes_long(project: Path) -> None:
    script = "import sys; from licences.__main__ import main; main(['--version']); print(*sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=project, capture_output=True, text=True, check=True
    )
    assert not {"pandas", "numpy", "yaml", "scipy", "rich"} & set(told.stdout.split())
