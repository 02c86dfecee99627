"""Where data, notebooks and work are looked for, from where one stands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from licences.reading.places import (
    are_samples,
    find_data_folder,
    find_own_file,
    find_running_folder,
    find_shipped_file,
    find_work_folder,
)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A folder as ``licences new`` makes it."""
    folder = tmp_path / "work"
    (folder / "reports").mkdir(parents=True)
    for name in ("clients.csv", "brand.yaml"):
        (folder / name).write_text("", encoding="utf-8")
    return folder


def test_in_a_checkout_and_below_it_all_is_the_projects(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (project, project / "data", project / "notebooks", project / "lib" / "licences"):
        monkeypatch.chdir(folder)
        assert find_work_folder() == project
        assert find_data_folder() == project / "data"
        assert find_own_file("clients.csv") == project / "data" / "clients.csv"
        assert not are_samples(project / "data" / "clients.csv")
        assert find_running_folder(project / "notebooks" / "explore.ipynb") == project / "notebooks"


def test_elsewhere_data_and_notebooks_are_those_that_ship_and_work_is_where_one_stands(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    notebook = project / "notebooks" / "client_report.ipynb"
    assert find_work_folder() == tmp_path
    assert find_data_folder() == project / "data"
    assert find_own_file("brand.yaml") == project / "data" / "brand.yaml"
    assert find_shipped_file("notebooks/client_report.ipynb") == notebook
    assert find_running_folder(notebook) == tmp_path
    assert are_samples(find_own_file("clients.csv"))


def test_a_file_of_ones_own_comes_before_the_one_that_ships(
    project: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (work / "notebooks").mkdir()
    shutil.copy(project / "notebooks" / "portfolio.ipynb", work / "notebooks")
    for folder in (work, work / "reports", work / "notebooks"):
        monkeypatch.chdir(folder)
        assert find_work_folder() == work
        assert find_own_file("clients.csv") == work / "clients.csv"
        assert find_own_file("brand.yaml") == work / "brand.yaml"
        assert find_shipped_file("notebooks/portfolio.ipynb") == work / "notebooks" / "portfolio.ipynb"
        assert find_shipped_file("notebooks/explore.ipynb") == project / "notebooks" / "explore.ipynb"
        assert find_running_folder(work / "notebooks" / "portfolio.ipynb") == work / "notebooks"
        assert not are_samples(find_own_file("clients.csv"))


def test_clients_alone_make_a_work_folder_of_where_one_stands_but_not_of_what_lies_above(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (work / "brand.yaml").unlink()
    monkeypatch.chdir(work)
    assert find_own_file("clients.csv") == work / "clients.csv"
    monkeypatch.chdir(work / "reports")
    assert find_work_folder() == work / "reports"
    assert are_samples(find_own_file("clients.csv"))


def test_a_folder_with_data_of_its_own_is_a_work_folder(project: Path, tmp_path: Path) -> None:
    shutil.copytree(project / "data", tmp_path / "data")
    below = tmp_path / "data" / "more"
    below.mkdir()
    assert find_work_folder(below) == tmp_path
    assert find_data_folder(below) == tmp_path / "data"
    assert find_own_file("clients.csv", below) == tmp_path / "data" / "clients.csv"


def test_a_notebook_of_ones_own_runs_in_its_folder(tmp_path: Path) -> None:
    assert find_running_folder(tmp_path / "mine.ipynb") == tmp_path
