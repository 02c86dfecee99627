"""Reports and the portfolio for an analyst, made as the command makes them."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from licences.api.clients import Clients
from licences.api.days import Day, read_day
from licences.book.place import is_book
from licences.errors import UsageError, need_extra, suggest
from licences.law.working_days import find_usual_start
from licences.planning.schedule import find_beginning
from licences.reading.places import find_own_file, find_shipped_file

if TYPE_CHECKING:
    from licences.analysis.portfolio import Portfolio


def portfolio(
    clients: Clients,
    *,
    as_of: Day | None = None,
    start: Day | None = None,
    capacity: int = 0,
    prepares: bool = True,
    language: str = "zh",
) -> Portfolio:
    """All clients at a glance: what each needs, what holds it up, what falls due, and what to ask.

    Parameters
    ----------
    clients : Clients
    as_of, start : date or ISO text, optional
        The day of the law, today by default; the first day of work, the next working day after it by default.
    capacity : int
        How many applications are prepared at a time over all clients, 0 for no limit.
    prepares : bool
        Whether applications are prepared first; False where all papers are complete at the start.
    language : {"zh", "en"}

    Returns
    -------
    Portfolio
        With frames: ``clients``, ``verdicts``, ``steps``, ``events``, ``questions``, ``bottlenecks``, ``due``.

    Raises
    ------
    LicencesError
        Where the plan cannot start on that day.

    Examples
    --------
    >>> import licences as lc
    >>> everybody = lc.portfolio(lc.read_clients(), as_of="2026-11-23")
    >>> everybody.clients.loc["grand-bazaar", ["open", "undated"]].tolist()
    [40, 2]
    """
    from licences.analysis.portfolio import make_portfolio

    day = read_day("as_of", as_of) or date.today()
    first = read_day("start", start) or find_usual_start(date.today(), day)
    present = clients.find_present(day)
    return make_portfolio(present.catalogue, present.frame, day, first, language, capacity, prepares=prepares)


def report(
    clients: Clients,
    *,
    out: str | Path = "reports",
    formats: Iterable[str] = ("html",),
    length: str = "standard",
    ics: str = "renewals",
    as_of: Day | None = None,
    start: Day | None = None,
    language: str = "zh",
    workers: int = 1,
    force: bool = False,
    notebook: str | Path | None = None,
) -> pd.DataFrame:
    """A folder of documents a client, and a ledger of every attempt.

    Parameters
    ----------
    clients : Clients
    out : str or Path
        The folder that takes them; a report whose inputs have not changed is left as it is.
    formats : iterable of {"html", "pdf", "docx", "xlsx", "ics"}
    length : {"letter", "standard", "full"}
        Of the PDF and the Word file; the page holds all of it.
    ics : {"renewals", "all"}
        What the calendar holds: renewals, duties and deadlines, or these with the plan.
    as_of, start : date or ISO text, optional
        The day of the law, today by default; the first day of work, the next working day after it by default.
    workers : int
        How many reports are made at a time.
    force : bool
        Whether to make also what has not changed.
    notebook : str or Path, optional
        Another notebook than ours.

    Returns
    -------
    pandas.DataFrame
        One row a client: the line of the ledger, with ``status``, ``outputs``, ``error`` and ``seconds``.

    Raises
    ------
    LicencesError
        Where a format cannot be made here, another batch writes to the folder, or the notebook takes no such
        parameters. A report that fails raises nothing: its row says so, and the others go on.

    Examples
    --------
    >>> import licences as lc, tempfile
    >>> clients = lc.read_clients()
    >>> one = lc.Clients(clients.frame.head(1), clients.catalogue)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = lc.report(one, out=folder, as_of="2026-11-23", start="2026-11-24")
    >>> made.loc[0, ["client", "status", "outputs"]].tolist()
    ['corner-shop', 'done', ['report.html', 'report.ipynb']]
    """
    need_extra("notebook", "a report")
    from licences.batch.formats import find_makeable
    from licences.batch.run import BatchJob, write_reports
    from licences.batch.task import ALL, FORMATS, RENEWALS
    from licences.render.brand import read_brand
    from licences.render.lengths import EVERY_LENGTH

    asked = tuple(formats)
    for name in asked:
        if name not in FORMATS:
            raise UsageError(f"there is no format {name!r}", suggest(name, FORMATS))
    if length not in EVERY_LENGTH:
        raise UsageError(f"there is no length {length!r}", suggest(length, EVERY_LENGTH))
    if ics not in (RENEWALS, ALL):
        raise UsageError(f"there is no calendar {ics!r}", suggest(ics, (RENEWALS, ALL)))
    makeable = find_makeable(asked)
    if makeable.formats != asked:
        raise UsageError("; ".join(makeable.warnings), "leave the format out, or install what it needs")
    day = read_day("as_of", as_of) or date.today()
    first = read_day("start", start) or find_usual_start(date.today(), day)
    find_beginning(first)
    job = BatchJob(
        notebook=Path(notebook) if notebook else find_shipped_file("notebooks/client_report.ipynb"),
        out=Path(out),
        catalogue=clients.catalogue.file,
        clients=clients.path,
        as_of=day,
        start=first,
        language=language,
        workers=workers,
        force=force,
        formats=asked,
        brand=read_brand(find_own_file("brand.yaml")),
        has_browser=makeable.has_browser,
        length=length,
        ics=ics,
        book=clients.path if clients.path and is_book(clients.path) else None,
    )
    present = clients.find_present(day)
    entries = write_reports(
        job,
        present.catalogue,
        present.frame,
        lambda: datetime.now(UTC),
        warn=lambda said: warnings.warn(said, stacklevel=2),
    )
    return pd.DataFrame(entries)
