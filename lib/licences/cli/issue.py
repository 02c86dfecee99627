"""The command that issues: what is sent to a client is made, numbered, frozen and listed in the book."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from licences.book.clients import find_client, list_clients
from licences.book.issues import list_issues
from licences.book.store import find_limit, read_book
from licences.cli.language import say, tell
from licences.cli.options import (
    find_book,
    read_files,
    shorten,
    warn_of_capacity,
    warn_of_contradictions,
)
from licences.errors import UnknownNameError, UsageError, need_extra
from licences.reading.places import find_work_folder
from licences.runner.imports import import_nbformat
from licences.words.issues import describe_issue, list_issue_lines


def issue(options: argparse.Namespace) -> int:
    """Issues a report to one client, or lists what was issued."""
    book = find_book(options, "knows what was issued")
    if options.list:
        return _list(options, book)
    if options.json:
        raise UsageError("--json is for --list", "leave it out")
    if not options.issued_to:
        raise UsageError("it is not said to whom", "licences issue CLIENT --clients BOOK")
    if options.known_on:
        raise UsageError("what is issued is issued with what is known now", "leave out --known-on")
    return _issue(options, book)


def _issue(options: argparse.Namespace, book: Path) -> int:
    need_extra("notebook", "a report")
    import_nbformat()
    from licences.batch.frozen import ISSUED, find_frozen
    from licences.batch.issue import IssueOrder, issue_report
    from licences.cli.report import read_order, stop_as_by_ctrl_c

    client = _find_client(book, options.issued_to)
    options.client = [client]
    catalogue, profile = read_files(options)
    folder = options.out.absolute() if options.out else find_work_folder() / ISSUED
    job = read_order(options, catalogue, profile, folder)
    if job.formats != options.format:
        raise UsageError("what is issued is issued whole", "leave the format out, or install what it needs")
    warn_of_contradictions(catalogue, profile, job.as_of, options.says)
    warn_of_capacity(options)
    stop_as_by_ctrl_c()
    kept_as = folder.as_posix() if options.out else ISSUED
    order = IssueOrder(book, client, folder, kept_as, date.today(), options.by)
    made = issue_report(
        order, job, catalogue, profile, lambda: datetime.now(UTC), partial(tell, language=options.says)
    )
    print(
        f"{made.number}: {', '.join(json.loads(made.files))} {say('in', options.says)} {shorten(find_frozen(made))}"
    )
    return 0


def _find_client(book: Path, client: str) -> str:
    with read_book(book) as connection:
        found = find_client(connection, client)
        if found is None:
            raise UnknownNameError("client", client, set(list_clients(connection)))
    return found


def _list(options: argparse.Namespace, book: Path) -> int:
    """Prints what was issued, each in a line, or as JSON."""
    client = _find_client(book, options.issued_to) if options.issued_to else None
    with read_book(book) as connection:
        found = list_issues(connection, client, find_limit(book))
    rows = [describe_issue(whose, one) for whose, issues in found.items() for one in issues]
    if options.json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    elif rows:
        print("\n".join(list_issue_lines(rows)))
    else:
        tell("nothing was issued", options.says)
    return 0
