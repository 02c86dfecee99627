"""Notebooks of odd shapes run right, or are refused with a sentence."""

from __future__ import annotations

import json
import os
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from licences.errors import UsageError
from licences.reading.bounds import MAX_DEPTH, MAX_NOTEBOOK_BYTES, MAX_NOTEBOOK_CELLS
from licences.runner.notebooks import parse_notebook, read_notebook


def make_cell(source: object = "a = 1", **more: object) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "outputs": [], "source": source, **more}


def make_notebook(*cells: object, **more: object) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more}


def parse(told: object) -> dict[str, Any]:
    return parse_notebook(json.dumps(told).encode(), "own.ipynb")


def nest(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ([], "own.ipynb is not a notebook; name a file that Jupyter has saved with --notebook"),
        ("text", "own.ipynb is not a notebook;"),
        ({}, "own.ipynb is not a notebook;"),
        ({"name": "package", "version": 1}, "own.ipynb is not a notebook;"),
        ({"nbformat": 4, "metadata": {}}, "own.ipynb is not a notebook;"),
        (make_notebook(nbformat="4"), "own.ipynb is not a notebook;"),
        (make_notebook(nbformat=None), "own.ipynb is not a notebook;"),
        (make_notebook(nbformat=99), "the notebook format 99, and 4 is the last one known"),
        ({"nbformat": 3, "worksheets": [7]}, "own.ipynb has no list of cells"),
        ({"nbformat": 3, "worksheets": [{"cells": 7}]}, "own.ipynb has no list of cells"),
        ({"nbformat": 2, "worksheets": [{"cells": [7]}]}, "own.ipynb: cell 1 says no kind"),
        ({"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": 7}]}]}, "a source that is no text"),
        ({"nbformat": 4, "worksheets": []}, "own.ipynb has no list of cells"),
        (make_notebook() | {"cells": {}}, "own.ipynb has no list of cells"),
        (make_notebook(make_cell(), "text"), "own.ipynb: cell 2 says no kind; a cell is one of code, markdown"),
        (make_notebook({"source": "1"}), "own.ipynb: cell 1 says no kind"),
        (make_notebook(make_cell(cell_type="heading")), "own.ipynb: cell 1 is of the kind 'heading'"),
        (make_notebook(make_cell(7)), "own.ipynb: cell 1 has a source that is no text"),
        (make_notebook(make_cell("'\ud800'")), "own.ipynb: cell 1 has a source that is no text"),
        (make_notebook(make_cell(["a", 7])), "own.ipynb: cell 1 has a source that is no text"),
        (make_notebook(*[make_cell()] * (MAX_NOTEBOOK_CELLS + 1)), "has 10,001 cells, and no more than 10,000"),
        (make_notebook(metadata=nest(MAX_DEPTH + 1)), "own.ipynb has metadata more than 50 levels deep"),
        (make_notebook(make_cell(metadata=nest(60))), "own.ipynb: cell 1 has metadata more than 50 levels deep"),
        (make_notebook(metadata={"kernelspec": {"name": "ir", "language": "R"}}), "own.ipynb is written in R;"),
        (make_notebook(metadata={"language_info": {"name": "julia"}}), "own.ipynb is written in julia;"),
        (
            make_notebook(metadata={"application/vnd.databricks.v1+notebook": {"language": "scala"}}),
            "own.ipynb is written in scala; write it in Python",
        ),
    ],
)  # fmt: skip
def test_what_is_no_notebook_that_we_can_run_is_refused_with_a_sentence(told: object, wrong: str) -> None:
    with pytest.raises(UsageError, match=re.escape(wrong)):
        parse(told)


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (
            json.dumps(make_notebook(), indent=1).encode()[:20],
            "is not a notebook: it is broken JSON (line 3)",
        ),
        (b'{"cells": [' + b"[" * 100_000, "lies too many levels deep"),
        (b'{"cells": "\xff\xfe"}', "is not a notebook: it is not text in UTF-8"),
        (
            b'{"cells": [' + b"1," * 1_000_000 + b"1]}",
            "holds some 1,000,002 values, and no more than 1,000,000 are",
        ),
        (b'{"nbformat": ' + b"9" * 5000 + b"}", "is not a notebook: it is broken JSON"),
    ],
)
def test_a_damaged_file_is_refused_with_a_sentence(content: bytes, wrong: str) -> None:
    with pytest.raises(UsageError, match=re.escape(wrong)):
        parse_notebook(content, "own.ipynb")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_notebook_in_another_encoding_is_read(encoding: str) -> None:
    told = json.dumps(make_notebook(make_cell("a = '月'")), ensure_ascii=False).encode(encoding)
    assert parse_notebook(told, "own.ipynb")["cells"][0]["source"] == "a = '月'"


@pytest.mark.parametrize(
    "more",
    [
        {"metadata": None},
        {"metadata": []},
        {"nbformat_minor": None},
        {"nbformat_minor": 99},
        {"metadata": {"kernelspec": None}},
        {"metadata": {"kernelspec": {"name": None}}},
        {"metadata": {"language_info": {"name": "python"}}},
        {"metadata": {"kernelspec": {"name": "python3", "language": "Python"}, "language_info": []}},
        {"metadata": {"application/vnd.databricks.v1+notebook": {"language": "python"}}},
        {"metadata": {"widgets": float("nan")}},
    ],
)
def test_what_a_notebook_says_oddly_about_itself_does_no_harm(more: dict[str, object]) -> None:
    made = parse(make_notebook(make_cell(), **more))
    assert made["cells"][0]["source"] == "a = 1"
    assert (made["nbformat"], made["nbformat_minor"]) == (4, 5)
    json.dumps(made, allow_nan=False)


@pytest.mark.parametrize(
    ("cell", "source"),
    [
        (make_cell(["a = 1\n", "b = 2"]), "a = 1\nb = 2"),
        ({"cell_type": "code"}, ""),
        (make_cell(metadata=None), "a = 1"),
        (make_cell(metadata={"tags": None}), "a = 1"),
        (make_cell(metadata={"tags": "parameters"}), "a = 1"),
        (make_cell(outputs=None), "a = 1"),
        (make_cell(outputs=[{"output_type": "nothing"}, 7]), "a = 1"),
        (make_cell(outputs=[{"output_type": "stream", "text": nest(60)}]), "a = 1"),
        (make_cell(execution_count="x"), "a = 1"),
        (make_cell(id=7), "a = 1"),
    ],
)
def test_what_a_cell_says_oddly_about_itself_does_no_harm(cell: dict[str, Any], source: str) -> None:
    made = parse(make_notebook(cell))["cells"][0]
    assert (made["source"], made["outputs"], made["execution_count"]) == (source, [], None)
    assert made["metadata"]["tags"] == []


def test_each_cell_keeps_its_id_and_gets_another_one_where_it_is_taken() -> None:
    cells = [make_cell(id=one) for one in ("a", "a", "", None, "cell-2", "x" * 65)]
    ids = [cell["id"] for cell in parse(make_notebook(*cells))["cells"]]
    assert ids == ["a", "cell-2-", "cell-3", "cell-4", "cell-2", "cell-6"]


def test_notebooks_of_old_formats_are_read() -> None:
    three = {
        "metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0,
        "worksheets": [{"metadata": {}, "cells": [
            {"cell_type": "heading", "level": 1, "source": ["Title"], "metadata": {}},
            {"cell_type": "code", "language": "python", "input": ["a = 1\n", "b = 2"], "collapsed": False,
             "metadata": {"tags": ["parameters"]}, "outputs": [{"output_type": "odd"}], "prompt_number": 1},
        ]}],
    }  # fmt: skip
    title, code = parse(three)["cells"]
    assert (title["cell_type"], title["source"]) == ("markdown", "# Title")
    assert (code["source"], code["metadata"]["tags"]) == ("a = 1\nb = 2", ["parameters"])
    two = deepcopy(three)
    two["nbformat"] = 2
    two["worksheets"][0]["cells"][0] = {"cell_type": "html", "source": "<p>"}
    assert [cell["source"] for cell in parse(two)["cells"]] == ["<p>", "a = 1\nb = 2"]
    one = {
        "nbformat": 1,
        "cells": [{"cell_type": "text", "text": "t"}, {"cell_type": "code", "code": "a = 1"}],
    }
    assert [cell["source"] for cell in parse(one)["cells"]] == ["t", "a = 1"]


def test_pictures_in_the_text_of_a_notebook_are_kept() -> None:
    cell = {"cell_type": "markdown", "source": "![x](attachment:x.png)", "metadata": {},
            "attachments": {"x.png": {"image/png": ["aW1h", "Z2U="]}, "odd": 7}}  # fmt: skip
    assert parse(make_notebook(cell))["cells"][0]["attachments"] == {"x.png": {"image/png": "aW1hZ2U="}}


def test_what_is_no_file_is_never_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "large").open("wb") as large:
        large.truncate(MAX_NOTEBOOK_BYTES + 1)
    for path, wrong in [
        (tmp_path, "is a folder; check --notebook"),
        (tmp_path / "pipe", "is no file; check --notebook"),
        (Path("/dev/zero"), "the notebook /dev/zero is no file"),
        (tmp_path / "large", "has 50,000,001 bytes, and no more than 50,000,000 are read; clear its outputs"),
        (tmp_path / "nowhere.ipynb", "no notebook '"),
        (tmp_path / ("x" * 300), "cannot be read (File name too long)"),
        (tmp_path / "nowhere" / "own.ipynb", "no notebook '"),
        (tmp_path / "large" / "own.ipynb", "cannot be read (Not a directory)"),
    ]:
        with pytest.raises(UsageError, match=re.escape(wrong)):
            read_notebook(path)
