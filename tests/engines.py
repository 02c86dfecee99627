"""A notebook run by papermill's own engine and by ours, and the cells that come out differently."""

from __future__ import annotations

import json
import os
import tempfile
import warnings
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbformat import NotebookNode

from alike import describe
from notebook_kinds import NOTEBOOKS

ENGINES = ("nbclient", "licences")


def compare(name: str) -> list[str]:
    """What differs between the two runs of a notebook, a cell a line; nothing where all is alike."""
    runs = [run(name, engine) for engine in ENGINES]
    told = [
        {
            "language": notebook.metadata.get("language_info"),
            "cells": len(notebook.cells),
            "raised": notebook.metadata.raised,
        }
        for notebook in runs
    ]
    different = [f"the notebook: {told}"] if told[0] != told[1] else []
    for number, cells in enumerate(zip(*(notebook.cells for notebook in runs), strict=False), start=1):
        stock, ours = (_describe(notebook, cell) for notebook, cell in zip(runs, cells, strict=True))
        if stock != ours:
            different.append(f"cell {number}: {cells[0].source!r}\n  stock {stock}\n  ours  {ours}")
    return different


def run(name: str, engine: str) -> NotebookNode:
    """Runs a notebook with every cell allowed to fail: what papermill has written."""
    cells = [
        nbformat.v4.new_code_cell(source, id=f"cell-{at}", metadata={"tags": ["raises-exception"]})
        for at, source in enumerate(NOTEBOOKS[name])
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    os.environ.pop("PYTEST_CURRENT_TEST", None)  # with it a kernel leaves the descriptors alone
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        nbformat.write(
            nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), f"{folder}/in.ipynb"
        )
        raised = ""
        try:
            papermill.execute_notebook(
                f"{folder}/in.ipynb", f"{folder}/out.ipynb", engine_name=engine, cwd=folder,
                progress_bar=False, execution_timeout=120, iopub_timeout=30,
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001 - it is part of what is compared
            raised = type(error).__name__
        text = Path(folder, "out.ipynb").read_text(encoding="utf-8").replace(folder, "/folder")
        written = nbformat.reads(text, as_version=4)
        written.metadata.raised = raised
        return written


def _describe(notebook: NotebookNode, cell: NotebookNode) -> Any:
    if "papermill-error-cell-tag" in cell.metadata.get("tags", []):
        return cell.source
    return json.loads(json.dumps(describe(notebook, cell)))
