"""Makes the page of the portfolio, as a report is made: its notebook runs in a process forked from a warm one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from licences.batch.run import read_notebook, see_from
from licences.render.brand import Brand
from licences.runner.client import check_parameters
from licences.errors import MissingFileError
from licences.errors import UsageError
from licences.reading.files import reach, say_why, write_all_whole
from licences.batch.fingerprint import hash_library
from licences.law.catalogue import Catalogue
from licences.batch.worker import FAILURE, PAGE, TRAIL, Result, Task
from licences.words.texts import say
from licences.batch.pool import BatchContext, ReportPool

# A client's folder has no dot in its name, so that none of these is one.
NAMES = {PAGE: "portfolio.html", TRAIL: "portfolio.ipynb", FAILURE: "portfolio-failed.ipynb"}


@dataclass(frozen=True)
class PortfolioJob:
    """From what the portfolio's page is made, and where it goes.

    capacity: how many applications are begun a month, 0 for no limit. catalogue, clients: None for ours.
    """

    notebook: Path
    out: Path
    catalogue: Path | None
    clients: Path | None
    as_of: date
    start: date
    language: str
    capacity: int = 0
    brand: Brand | None = None


def write_portfolio(
    order: PortfolioJob,
    law: Catalogue,
    profiles: pd.DataFrame,
    progress: Callable[[int, int], None] | None = None,
) -> Result:
    """Makes the page and its audit trail; what became of it, with the names of the files written.

    progress: told after each cell how many have run, and how many there are.

    A failure leaves ``portfolio-failed.ipynb``, and an earlier page as it was. Raises: UsageError where the
    notebook does not take our parameters; MissingFileError where it cannot be read, or nothing written.
    """
    parameters: dict[str, str | int] = {
        "as_of": order.as_of.isoformat(),
        "start": order.start.isoformat(),
        "language": order.language,
        "catalogue": see_from(order.notebook, order.catalogue),
        "clients": see_from(order.notebook, order.clients),
        **({"capacity": order.capacity} if order.capacity else {}),
    }
    if "client" in check_parameters(order.notebook, parameters):
        right = "name one about all clients, such as notebooks/portfolio.ipynb"
        raise UsageError(f"{order.notebook} is about one client", right)
    task = Task(
        client="",
        name=say(order.language, "portfolio.name"),
        language=order.language,
        parameters=parameters,
        profiles=profiles,
        brand=order.brand,
        is_watched=progress is not None,
    )
    with closing(ReportPool(_make_context(order, law))) as pool:
        result = pool.make_report(task, progress)
    named = {NAMES[name]: content for name, content in result.files.items()}
    _keep(order.out, named)
    return replace(result, files=named)


def _make_context(order: PortfolioJob, law: Catalogue) -> BatchContext:
    return BatchContext(
        name=order.notebook.name,
        notebook=read_notebook(order.notebook),
        folder=str(order.notebook.resolve().parent),
        law=law,
        as_of=order.as_of,
        start=order.start,
        language=order.language,
        library=hash_library(),
    )


def _keep(out: Path, files: dict[str, bytes]) -> None:
    """Writes the files whole; an earlier failure goes when there is a page."""
    place: Any = out
    try:
        write_all_whole(out, files)
        if files and NAMES[FAILURE] not in files:
            with reach(out):
                (place / NAMES[FAILURE]).unlink(missing_ok=True)
    except OSError as error:
        right = "make room, or name another place with --out"
        raise MissingFileError(str(place / NAMES[PAGE]), say_why(error), right) from None
