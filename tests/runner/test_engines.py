"""Notebooks of the kinds in public use come out of our engine as of papermill's own; ``make compare-engines`` runs all."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor

import pytest

from engines import compare
from notebook_kinds import NOTEBOOKS

# Those that look into the kernel, its streams and its processes: where a kernel and a fork may differ.
QUICK = (
    "the kernel as libraries find it",
    "the streams as libraries find them",
    "matplotlib with settings",
    "colours of click",
    "comms",
    "interrupts and exits",
    "multiprocessing",
    "linear algebra",
)


@pytest.fixture(scope="module")
def compared() -> Iterator[dict[str, Future[list[str]]]]:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield {name: pool.submit(compare, name) for name in QUICK}


@pytest.mark.parametrize("name", QUICK)
def test_a_notebook_comes_out_as_of_papermills_own_engine(
    name: str, compared: dict[str, Future[list[str]]]
) -> None:
    assert compared[name].result(timeout=300) == []


def test_the_comparison_has_forty_notebooks_and_more() -> None:
    assert len(NOTEBOOKS) > 40
    assert all(cells for cells in NOTEBOOKS.values())
