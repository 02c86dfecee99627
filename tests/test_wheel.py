"""The package as others install it: a wheel in an environment of its own, light and then with all extras, offline."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
from importlib.metadata import packages_distributions
from pathlib import Path

import nbformat
import openpyxl
import pytest
import xlwt

from licences import __version__
from licences.errors import EXTRAS
from licences.law.catalogue import Catalogue

DATED = ("--as-of", "2026-11-23", "--start", "2026-11-24")
SAMPLE = ("--client", "wander-work")
MOST_PACKAGES = 14


def run(*words: str | Path, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """A command without the paths by which this checkout would be found."""
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))
    }
    return subprocess.run(
        [*map(str, words)], cwd=cwd, env=clean | env, capture_output=True, text=True, check=False
    )


def make_environment(folder: Path) -> Path:
    """An empty environment; its Python."""
    venv.EnvBuilder(symlinks=os.name != "nt").create(folder)
    return Path(folder, "Scripts" if os.name == "nt" else "bin", "python")


def install(python: Path, *asked: str | Path) -> None:
    """Into an environment by the pip of this one."""
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check", "--quiet")
    done = run(*pip, "install", *asked, cwd=python.parent)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet")
    built = run(*pip, "--no-deps", "--wheel-dir", folder, project, cwd=folder)
    assert built.returncode == 0, built.stderr
    (made,) = folder.glob("licences-*.whl")
    return made


@pytest.fixture(scope="module")
def light(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the wheel and what it asks for, without extras."""
    python = make_environment(tmp_path_factory.mktemp("light"))
    install(python, wheel)
    return python


@pytest.fixture(scope="module")
def full(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the wheel and what this one has."""
    folder = tmp_path_factory.mktemp("full")
    python = make_environment(folder)
    install(python, "--no-deps", wheel)
    where = sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)})
    Path(where, "others.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python


def find_offline() -> dict[str, str]:
    """The variables with which nothing is reached, and Jupyter finds its own files where this Python lies."""
    proxies = {f"{name}_proxy": "http://127.0.0.1:9" for name in ("http", "https", "all")}
    return proxies | {"JUPYTER_PATH": str(Path(sys.prefix, "share", "jupyter"))}


def list_files(python: Path) -> dict[str, bytes]:
    """What the installed package holds."""
    found = run(python, "-c", "import licences; print(licences.__path__[0])", cwd=python.parent)
    package = Path(found.stdout.strip())
    assert package.is_relative_to(python.parents[1])
    return {
        str(path.relative_to(package)): path.read_bytes()
        for path in package.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def test_the_light_installation_brings_about_ten_packages(light: Path) -> None:
    listing = (sys.executable, "-m", "pip", "--python", light, "list", "--format", "json")
    names = {package["name"].lower() for package in json.loads(run(*listing, cwd=light.parent).stdout)}
    assert {"licences", "numpy", "pandas", "scipy", "platformdirs", "holidays", "rich"} <= names
    assert len(names) <= MOST_PACKAGES, names


def test_the_wheel_holds_data_notebooks_texts_and_types_and_no_pictures(light: Path) -> None:
    held = list_files(light)
    for name in (
        "data/licences.csv", "data/papers.csv", "data/evidence.csv", "data/dictionary.yaml", "notebooks/client_report.ipynb", "words/zh.yaml",
        "render/templates/client/index.html.j2", "tests/scenarios.yaml", "py.typed",
    ):  # fmt: skip
        assert name in held
    assert not [name for name in held if name.endswith(".png")]


def test_the_light_commands_answer_in_an_empty_folder(
    light: Path, tmp_path: Path, catalogue: Catalogue
) -> None:
    def ask(*words: str, cwd: Path = tmp_path) -> str:
        done = run(light, "-m", "licences", *words, cwd=cwd)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert ask("--version").splitlines()[:2] == [f"licences {__version__}", f"catalogue {catalogue.edition}"]
    ask("check")
    assert json.loads(ask("assess", *SAMPLE, *DATED[:2], "--json"))
    assert "ICP" in ask("assess", *SAMPLE, *DATED[:2])
    assert json.loads(ask("plan", *SAMPLE, *DATED, "--json"))[0]["promise"]["not_before"]
    assert "ICP" in ask("plan", *SAMPLE, *DATED)
    days = ("--from", "2025-07-17", "--to", "2025-07-18")
    assert json.loads(ask("diff", *days, "--json"))["clients"]
    assert "PERSONAL_INFORMATION_OFFICER" in ask("diff", *days)
    assert json.loads(ask("what-if", *SAMPLE, "--licence", "ICP", "--json"))
    assert not list(tmp_path.iterdir())
    ask("new", "work")
    ask("check", cwd=tmp_path / "work")


def test_a_workbook_is_read_and_an_old_one_says_what_it_needs(light: Path, tmp_path: Path) -> None:
    book, old = openpyxl.Workbook(), xlwt.Workbook()
    sheet = old.add_sheet("clients")
    for line, row in enumerate((("client", "name", "has_website"), ("shop", "Shop", "yes"))):
        book.worksheets[0].append(row)
        for at, cell in enumerate(row):
            sheet.write(line, at, cell)
    book.save(tmp_path / "clients.xlsx")
    old.save(str(tmp_path / "clients.xls"))
    told = run(light, "-m", "licences", "assess", "--clients", "clients.xlsx", "--json", cwd=tmp_path)
    assert (told.returncode, {one["client"] for one in json.loads(told.stdout)}) == (0, {"shop"})
    refused = run(light, "-m", "licences", "assess", "--clients", "clients.xls", cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr.rstrip().endswith("pip install 'licences[excel]'")


@pytest.mark.parametrize(
    ("words", "extra"),
    [
        (("report",), "notebook"),
        (("portfolio",), "notebook"),
        (("explore",), "notebook"),
        (("explore", "--app"), "app"),
        (("template", "ours.docx"), "word"),
        (("assess", "--clients", "s3://firm/clients.csv"), "cluster"),
    ],
)
def test_what_needs_an_extra_says_so_with_the_command(
    light: Path, tmp_path: Path, words: tuple[str, ...], extra: str
) -> None:
    refused = run(light, "-m", "licences", *words, cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr.rstrip().endswith(f"pip install 'licences[{extra}]'")
    assert "Traceback" not in refused.stderr
    assert not list(tmp_path.iterdir())


def test_a_new_folder_has_its_reports_at_once_offline(full: Path, tmp_path: Path) -> None:
    before = list_files(full)
    nowhere = find_offline()
    assert run(full, "-m", "licences", "new", "work", cwd=tmp_path).returncode == 0
    work = tmp_path / "work"
    made = run(full, "-m", "licences", "report", "--format", "html,xlsx,ics", *DATED, cwd=work, **nowhere)
    assert made.returncode == 0, made.stderr
    assert re.search(r"2 of 2 reports are in reports, \d+\.\d s\n$", made.stderr)
    for client in ("example-shop", "example-marketplace"):
        folder = work / "reports" / client
        assert sorted(path.name for path in folder.iterdir()) == [
            "checklist.xlsx", "renewals.ics", "report.html", "report.ipynb"
        ]  # fmt: skip
        page = (folder / "report.html").read_text(encoding="utf-8")
        assert "所据目录版本" in page
        trail = nbformat.read(folder / "report.ipynb", as_version=4)
        assert [cell for cell in trail.cells if cell.cell_type == "code" and cell.execution_count]
        assert str(full.parents[1]) not in (folder / "report.ipynb").read_text(encoding="utf-8")
    again = run(full, "-m", "licences", "report", "--format", "html,xlsx,ics", *DATED, cwd=work, **nowhere)
    assert again.stderr.count("up_to_date") == 2
    assert sorted(path.name for path in work.iterdir()) == [
        "README.md",
        "brand.yaml",
        "clients.xlsx",
        "our_fees.csv",
        "our_preparation.csv",
        "reports",
    ]
    assert list_files(full) == before


def test_data_of_ones_own_come_before_those_that_are_installed(
    full: Path, tmp_path: Path, project: Path
) -> None:
    for name in ("data", "notebooks"):
        (tmp_path / name).mkdir()
    for path in (project / "data").iterdir():
        (tmp_path / "data" / path.name).write_bytes(path.read_bytes())
    dictionary = tmp_path / "data" / "dictionary.yaml"
    words = dictionary.read_text(encoding="utf-8")
    assert words.count("[基础阶段, foundation]") == 1
    dictionary.write_text(words.replace("[基础阶段,", "[起步阶段,"), encoding="utf-8")
    made = run(
        full, "-m", "licences", "report", *SAMPLE, *DATED, cwd=tmp_path / "notebooks", **find_offline()
    )
    assert made.returncode == 0, made.stderr
    assert "sample" not in made.stderr
    page = (tmp_path / "reports" / "wander-work" / "report.html").read_text(encoding="utf-8")
    assert "起步阶段" in page
    assert "基础阶段" not in page


def test_the_extras_that_are_looked_for_bring_the_packages_that_are(project: Path) -> None:
    with (project / "pyproject.toml").open("rb") as file:
        asked = tomllib.load(file)["project"]["optional-dependencies"]

    def list_packages(extra: str) -> set[str]:
        names = set()
        for line in asked[extra]:
            found = re.match(r"([\w-]+)(?:\[([\w,]+)\])?", line)
            assert found
            name, extras = found[1], (found[2] or "").split(",")
            names |= set().union(*map(list_packages, extras)) if name == "licences" else {name}
        return names

    distributions = packages_distributions()
    for extra, modules in EXTRAS.items():
        for module in modules:
            names = {name.lower().replace("_", "-") for name in distributions[module]}
            assert names & list_packages(extra), (extra, module)
    assert set().union(*map(list_packages, EXTRAS)) == list_packages("all")
