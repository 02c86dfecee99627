"""Page of the portfolio, made as a report is: its notebook runs beside the batch's own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from licences.batch.fingerprint import hash_library
from licences.batch.job import NotebookJob
from licences.batch.pool import BatchContext, find_engine, open_pool
from licences.batch.task import FAILURE, PAGE, TRAIL, PackedFrame, Result, Task
from licences.errors import MissingFileError, UsageError
from licences.law.catalogue import Catalogue
from licences.reading.files import delete_file, say_why, write_all_whole
from licences.render.brand import Brand
from licences.runner.notebooks import parse_notebook, read_notebook
from licences.runner.parameters import check_parameters
from licences.words.texts import say

# A client's folder has no dot in its name, so that none of these is one.
NAMES = {PAGE: "portfolio.html", TRAIL: "portfolio.ipynb", FAILURE: "portfolio-failed.ipynb"}


@dataclass(frozen=True)
class PortfolioJob(NotebookJob):
    """From what the portfolio's page is made, and where it goes.

    capacity: how many applications are prepared at a time, 0 for no limit. prepares: whether they are.
    """

    capacity: int = 0
    prepares: bool = True
    brand: Brand | None = None


def write_portfolio(
    job: PortfolioJob,
    catalogue: Catalogue,
    profiles: pd.DataFrame,
    progress: Callable[[int, int], None] | None = None,
) -> Result:
    """Makes the page and its audit trail; what became of it, with the names of the files written.

    progress: told after each cell how many have run, and how many there are.

    A failure leaves ``portfolio-failed.ipynb``, and an earlier page as it was. Raises: UsageError where the
    notebook cannot be read or does not take our parameters; MissingFileError where nothing can be written.
    """
    find_engine()
    parameters: dict[str, str | int] = {
        **job.parameters,
        **({"capacity": job.capacity} if job.capacity else {}),
        **({} if job.prepares else {"prepares": False}),
    }
    notebook = read_notebook(job.notebook)
    parsed = parse_notebook(notebook, str(job.notebook))
    if "client" in check_parameters(parsed, str(job.notebook), parameters):
        right = "name one about all clients, such as notebooks/portfolio.ipynb"
        raise UsageError(f"{job.notebook} is about one client", right)
    task = Task(
        client="",
        name=say(job.language, "portfolio.name"),
        language=job.language,
        parameters=parameters,
        profiles=PackedFrame.pack(profiles),
        brand=job.brand,
        is_watched=progress is not None,
    )
    with closing(open_pool(_make_context(job, catalogue, notebook))) as pool:
        result = pool.make_report(task, progress).settle()
    named = {NAMES[name]: content for name, content in result.files.items()}
    _keep(job.out, named)
    return replace(result, files=named)


def _make_context(job: PortfolioJob, catalogue: Catalogue, notebook: bytes) -> BatchContext:
    return BatchContext(
        name=job.notebook.name,
        notebook=notebook,
        folder=str(job.notebook.resolve().parent),
        catalogue=catalogue,
        as_of=job.as_of,
        start=job.start,
        language=job.language,
        library=hash_library(),
        rehearsed=(),
    )


def _keep(out: Path, files: dict[str, bytes]) -> None:
    """Writes the files whole; an earlier failure goes when there is a page."""
    place: Any = out
    try:
        write_all_whole(out, files)
        if files and NAMES[FAILURE] not in files:
            delete_file(place / NAMES[FAILURE])
    except OSError as error:
        right = "make room, or name another place with --out"
        raise MissingFileError(str(place / NAMES[PAGE]), say_why(error), right) from None
