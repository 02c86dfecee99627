"""House rules of the notebooks: thin, and an output is kept exactly where it is checked."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from licences.batch.report import load_notebook, prepare_notebook
from licences.words.texts import say

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=[path.name for path in NOTEBOOKS])
def notebook(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    return nbformat.read(request.param, as_version=4)


def test_an_output_is_kept_exactly_where_it_is_checked(notebook: nbformat.NotebookNode) -> None:
    checked = 0
    (given,) = (cell.source for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
    is_about_today = 'as_of = ""' in given  # what it says is another thing each day
    for cell in notebook.cells:
        if cell.cell_type == "code":
            tags = cell.metadata.get("tags", [])
            assert ("keep_output" in tags) is ("nbval-check-output" in tags) is bool(cell.outputs)
            checked += "keep_output" in tags
    assert checked > 0 or is_about_today


def test_a_cell_is_thin(notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        lines = cell.source.splitlines()
        assert len(lines) <= 10
        assert not [line for line in lines if line.lstrip().startswith(("def ", "for ", "while ", "class "))]


def test_the_title_asks_a_question_and_the_parameters_are_tagged(notebook: nbformat.NotebookNode) -> None:
    assert notebook.cells[0].source.splitlines()[0].startswith("# ")
    assert notebook.cells[0].source.splitlines()[0].endswith(("?", "？"))
    assert sum("parameters" in cell.metadata.get("tags", []) for cell in notebook.cells) == 1


def test_the_texts_of_the_report_are_those_of_its_language() -> None:
    source = nbformat.read(Path(NOTEBOOKS[0]).with_name("client_report.ipynb"), as_version=4)
    texts = [cell for cell in source.cells if cell.cell_type == "markdown"]
    keys = [cell.metadata["licences"]["text"] for cell in texts]
    assert len(set(keys)) == len(keys) > 10
    assert [cell.source for cell in texts] == [say("zh", key) for key in keys]  # the default of its parameter
    given = {"client": "corner-shop", "as_of": "2026-11-23", "start": "2026-11-24", "language": "en"}
    path = Path(NOTEBOOKS[0]).with_name("client_report.ipynb")
    made = prepare_notebook(load_notebook(path), given, path.name)
    assert [cell.source for cell in made.cells if cell.cell_type == "markdown"] == [
        say("en", key) for key in keys
    ]
