"""The commands that write what a client or the firm receives: reports, the portfolio, a template."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from licences.book.place import is_book
from licences.cli.language import tell
from licences.cli.options import (
    find_as_of,
    find_catalogue_file,
    find_clients_file,
    find_start,
    read_files,
    shorten,
    warn_of_capacity,
    warn_of_contradictions,
)
from licences.errors import MissingFileError, UsageError, need_extra
from licences.law.catalogue import Catalogue, read_catalogue
from licences.reading.files import say_why, write_whole
from licences.reading.places import find_own_file, find_shipped_file, find_work_folder
from licences.runner.imports import import_nbformat

if TYPE_CHECKING:
    from licences.batch.run import BatchJob

_AGAIN_SECONDS = 0.05


def issue_reports(options: argparse.Namespace) -> int:
    need_extra("notebook", "a report")
    from licences.batch.pool import complain_in
    from licences.batch.run import MADE, write_reports
    from licences.cli.progress import follow_batch

    catalogue, profiles = read_files(options)
    everybody = profiles
    if options.touched_by:
        profiles = _choose_touched(options, catalogue, profiles)
        if profiles.empty:
            return 0
    order = read_order(options, catalogue, profiles, options.out or find_work_folder() / "reports")
    warn_of_contradictions(catalogue, profiles, order.as_of, options.says)
    warn_of_capacity(options)

    made = 0
    stop_as_by_ctrl_c()
    complain_in(options.says)
    with (
        follow_batch(len(profiles), options.says, options.began) as follow,
        closing(
            write_reports(
                order,
                catalogue,
                profiles,
                lambda: datetime.now(UTC),
                warn=partial(tell, language=options.says),
            )
        ) as entries,
    ):
        for entry in entries:
            made += entry["status"] in MADE
            follow(entry)
    waited = time.monotonic() - options.began
    tell(f"{made} of {len(profiles)} reports are in {shorten(order.out)}, {waited:.1f} s", options.says)
    if options.group:
        import_nbformat()
        from licences.analysis.mark import DRAFT
        from licences.batch.group import GroupJob, write_groups

        job = GroupJob(order.out, order.as_of, options.lang, order.brand, DRAFT if order.book else None)
        for page in write_groups(job, catalogue, everybody, options.group):
            print(shorten(page), file=sys.stderr)
    return 0 if made == len(profiles) and order.formats == options.format else 1


def read_order(
    options: argparse.Namespace, catalogue: Catalogue, profiles: pd.DataFrame, out: Path
) -> BatchJob:
    """Which reports are asked for; says of which formats none can be made here."""
    from licences.batch.formats import find_makeable
    from licences.batch.run import TIMEOUT_SECONDS, BatchJob
    from licences.planning.schedule import find_beginning
    from licences.render.brand import read_brand

    start = find_start(options)
    find_beginning(start)
    makeable = find_makeable(options.format)
    for warning in makeable.warnings:
        tell(warning, options.says)
    formats = makeable.formats
    template = _read_template(options, catalogue, profiles, start) if options.template else None
    place = find_clients_file(options)
    return BatchJob(
        notebook=options.notebook or find_shipped_file("notebooks/client_report.ipynb"),
        out=out,
        catalogue=options.catalogue,
        clients=place if options.known_on or options.hidden else options.clients,
        as_of=find_as_of(options),
        start=start,
        language=options.lang,
        include=options.include,
        capacity=options.capacity,
        prepares=options.prepares,
        seed=options.seed,
        workers=options.workers,
        timeout_seconds=options.timeout or TIMEOUT_SECONDS,
        memory_mib=options.memory or (None if options.scheduler else _share_memory_mib(options.workers)),
        scheduler=options.scheduler,
        force=options.force,
        formats=formats,
        brand=read_brand(find_own_file("brand.yaml")),
        template=template,
        has_browser=makeable.has_browser,
        length=options.length,
        ics=options.ics,
        book=place if is_book(place) else None,
    )


def issue_portfolio(options: argparse.Namespace) -> int:
    need_extra("notebook", "the portfolio")
    import_nbformat()
    from licences.batch.portfolio import NAMES, PortfolioJob, write_portfolio
    from licences.batch.task import FAILURE, PAGE
    from licences.planning.schedule import find_beginning
    from licences.render.brand import read_brand

    catalogue, profiles = read_files(options)
    order = PortfolioJob(
        notebook=options.notebook or find_shipped_file("notebooks/portfolio.ipynb"),
        out=options.out or find_work_folder() / "reports",
        catalogue=options.catalogue,
        clients=find_clients_file(options) if options.hidden else options.clients,
        as_of=find_as_of(options),
        start=find_start(options),
        language=options.lang,
        capacity=options.capacity or 0,
        prepares=options.prepares,
        brand=read_brand(find_own_file("brand.yaml")),
    )
    find_beginning(order.start)
    warn_of_capacity(options)
    stop_as_by_ctrl_c()
    tell("the portfolio is being made", options.says)
    result = write_portfolio(order, catalogue, profiles)
    out, waited = shorten(order.out), time.monotonic() - options.began
    if result.status == "done":
        tell(
            f"{out / NAMES[PAGE]}: {len(profiles)} {'client' if len(profiles) == 1 else 'clients'}, {waited:.1f} s",
            options.says,
        )
        return 0
    kept = f"; see {out / NAMES[FAILURE]}" if NAMES[FAILURE] in result.files else ""
    tell(f"the portfolio was not made ({result.status}): {result.problem}{kept}", options.says)
    return 1


def _choose_touched(
    options: argparse.Namespace, catalogue: Catalogue, profiles: pd.DataFrame
) -> pd.DataFrame:
    """The clients that the difference from an earlier catalogue touches."""
    from licences.analysis.impact import find_moves
    from licences.law.diff import compare_laws

    earlier = replace(read_catalogue(options.touched_by), own_times=catalogue.own_times)
    difference = compare_laws(earlier, catalogue, find_as_of(options), options.lang)
    touched = profiles[profiles["client"].isin(set(find_moves(difference, profiles)))]
    count, all_of_them, ours = len(touched), len(profiles), find_catalogue_file(options)
    tell(
        f"{count} of {all_of_them} {'client is' if all_of_them == 1 else 'clients are'} touched by what differs "
        f"between {options.touched_by} and {ours}",
        options.says,
    )
    return touched


def _read_template(
    options: argparse.Namespace, catalogue: Catalogue, profiles: pd.DataFrame, start: date
) -> bytes:
    """The Word template, once it has been tried on a first client and on one for whom there is much to say."""
    if "docx" not in options.format:
        raise UsageError("--template is for Word files alone", "add docx to --format")
    if find_spec("docxtpl") is None:
        return b""
    from licences.analysis.case import make_case
    from licences.planning.forecast import PlanOptions
    from licences.render.word.document import make_word
    from licences.render.word.opening import MOST_FILE_BYTES, open_template
    from licences.rules.facts import make_nobody

    opened = open_template(_read_at_most(options.template, MOST_FILE_BYTES + 1))
    if opened.left_behind:
        tell(f"{options.template}: without {', '.join(opened.left_behind)}", options.says)
    first = profiles.head(1).reset_index(drop=True)
    for tried in (first, make_nobody(catalogue.fields, "yes")) if len(first) else ():
        case = make_case(catalogue, tried, find_as_of(options), PlanOptions(start), options.lang)
        make_word(case, template=opened.content)
    return opened.content


def _read_at_most(path: Path, count: int) -> bytes:
    """The file's first bytes. Raises: MissingFileError."""
    try:
        if path.exists() and not path.is_file():
            raise MissingFileError(str(path), "is no file", "check --template")
        with path.open("rb") as file:
            return file.read(count)
    except OSError as error:
        raise MissingFileError(str(path), say_why(error), "check --template") from None


def write_template(options: argparse.Namespace) -> int:
    need_extra("word", "a Word template")
    from licences.render.word.template import make_template

    if options.file.exists():
        raise UsageError(f"{options.file} is there already", "name another file, or delete it first")
    write_whole(options.file, make_template())
    tell(f"{options.file}: change it in Word, then licences report --template {options.file}", options.says)
    return 0


def stop_as_by_ctrl_c() -> None:
    """A batch that is told to end leaves its place to others, whoever told it and at whatever moment."""
    if threading.current_thread() is not threading.main_thread():
        return
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):  # not every system has each
        told = getattr(signal, name, None)
        if told is not None and signal.getsignal(told) == signal.SIG_DFL:
            signal.signal(told, signal.default_int_handler)
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = _tell_again


def _tell_again(passed_over: sys.UnraisableHookArgs) -> None:
    """Python passes over what is raised while an object is deleted; being told to end is not to be lost so."""
    if not isinstance(passed_over.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(passed_over)
        return
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        again = threading.Timer(_AGAIN_SECONDS, signal.pthread_kill, (main, signal.SIGTERM))
    else:
        again = threading.Timer(_AGAIN_SECONDS, signal.raise_signal, (signal.SIGTERM,))
    again.start()


def _share_memory_mib(workers: int) -> int | None:
    """What each of the workers can have of this machine's memory; None where nothing is held to that."""
    if not hasattr(os, "sysconf"):
        return None
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024 // 1024 // workers
