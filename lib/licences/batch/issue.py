"""Issue of a report: made with a number, frozen in a folder of its own, and listed in the book."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from licences.analysis.last_issue import pack_record
from licences.analysis.mark import Mark
from licences.analysis.record import find_record
from licences.batch.frozen import check_place, find_frozen, freeze, hash_all, hash_files
from licences.batch.run import BatchJob, write_reports
from licences.batch.task import FORMATS, TRAIL
from licences.book.issues import Issue, find_next_number, list_issues, write_issue
from licences.book.store import change_book, read_book
from licences.errors import LicencesError, UsageError
from licences.law.catalogue import Catalogue
from licences.reading.files import make_folder, say_why
from licences.reading.turns import take_turns
from licences.rules.keeping import begin_writing
from licences.runner.temporary import find_temporary_folder

_ATTEMPTS = 5  # of a report to which another one of the client was issued meanwhile


class NotIssuedError(LicencesError):
    """A report that was not made whole, so that nothing was issued."""

    def __init__(self, client: str, reason: str) -> None:
        super().__init__(client, reason)
        self.client, self.reason = client, reason

    def __str__(self) -> str:
        return f"nothing was issued to {self.client}: {self.reason}; mend that, and issue again"


@dataclass(frozen=True)
class IssueOrder:
    """What is to be issued: from which book to which client, where it is frozen, on which day and by whom.

    folder: of all that is issued. kept_as: the same, as the book has it: relative to the work folder, or absolute.
    """

    book: Path
    client: str
    folder: Path
    kept_as: str
    issued_on: date
    by: str = ""


Make = Callable[[Mark, bytes | None], Mapping[str, bytes]]
"""Makes the files of a report with a mark, after the calendar that was issued last. Raises: NotIssuedError."""


def issue_report(
    order: IssueOrder,
    job: BatchJob,
    catalogue: Catalogue,
    profile: pd.DataFrame,
    now: Callable[[], datetime],
    warn: Callable[[str], None],
) -> Issue:
    """Makes the report of one client and issues it; see ``issue_files``."""

    def make(mark: Mark, calendar: bytes | None) -> dict[str, bytes]:
        return _make(order, replace(job, mark=mark, calendar=calendar), catalogue, profile, now)

    return issue_files(order, job.as_of, job.language, job.length, make, warn)


def issue_files(
    order: IssueOrder, as_of: date, language: str, length: str, make: Make, warn: Callable[[str], None]
) -> Issue:
    """Freezes the files of a report and lists them in the book: all of it or nothing.

    The folder appears under its name before the book has its row, within the transaction that adds it: whatever ends the
    program, the book names no folder that is not whole. A folder that the book does not know is left as it is, and its
    number passed over. Where another report was issued to the client while this one was made, it is made again, with the
    next number, and held against that one.

    warn: told, in a sentence, of a folder that was passed over.

    Raises: NotIssuedError; UsageError; BookError.
    """
    place = order.folder / order.client
    check_place(place)
    for _ in range(_ATTEMPTS):
        sent = _list_sent(order)
        mark = Mark(_choose_number(order, sent, warn), order.issued_on)
        files = make(mark, _find_calendar(sent))
        hashes = hash_files(files)
        issue = Issue(
            mark.number,
            order.issued_on,
            as_of,
            language,
            length,
            f"{order.kept_as}/{order.client}/{mark.number}",
            json.dumps(hashes, ensure_ascii=False, sort_keys=True),
            hash_all(hashes),
            pack_record(find_record(files.get(TRAIL, b""), order.client)),
        )
        if _keep(order, place, issue, files, sent):
            return issue
    raise UsageError(f"others issue to {order.client} all the time", "try it again in a moment")


def _list_sent(order: IssueOrder) -> tuple[Issue, ...]:
    with read_book(order.book) as connection:
        return list_issues(connection, order.client).get(order.client, ())


def _choose_number(order: IssueOrder, sent: tuple[Issue, ...], warn: Callable[[str], None]) -> str:
    """The next number under which no folder lies."""
    numbers = [one.number for one in sent]
    while True:
        number = find_next_number(order.client, order.issued_on.year, numbers)
        found = order.folder / order.client / number
        if not (found.exists() or found.is_symlink()):
            return number
        warn(
            f"{found} is there, and the book knows of no such issue; it stays as it is, and its number is passed over"
        )
        numbers.append(number)


def _find_calendar(sent: tuple[Issue, ...]) -> bytes | None:
    """The calendar that was issued last, where it lies on this machine as it was."""
    for issue in reversed(sent):
        known = json.loads(issue.files).get(FORMATS["ics"])
        file = find_frozen(issue) / FORMATS["ics"]
        if known and file.is_file():
            content = file.read_bytes()
            return content if hash_files({"": content})[""] == known else None
    return None


def _make(
    order: IssueOrder,
    job: BatchJob,
    catalogue: Catalogue,
    profile: pd.DataFrame,
    now: Callable[[], datetime],
) -> dict[str, bytes]:
    """The files of the report, by name, made in a folder that goes again. Raises: NotIssuedError."""
    with tempfile.TemporaryDirectory(dir=find_temporary_folder()) as made:
        out = Path(made)
        (entry,) = write_reports(replace(job, out=out), catalogue, profile, now)
        if entry["status"] != "done":
            raise NotIssuedError(order.client, entry["error"] or entry["status"])
        return {name: (out / order.client / name).read_bytes() for name in entry["outputs"]}


def _keep(
    order: IssueOrder,
    place: Path,
    issue: Issue,
    files: Mapping[str, bytes],
    sent: tuple[Issue, ...],
) -> bool:
    """Freezes and lists what was made; False where another was issued to the client meanwhile. Raises: NotIssuedError."""
    try:
        make_folder(place)
        with take_turns(place), change_book(order.book) as connection:
            if list_issues(connection, order.client).get(order.client, ()) != sent:
                return False
            if (place / issue.number).exists():
                return False
            write_issue(connection, order.client, issue, begin_writing(order.by))
            freeze(place, issue.number, files)
    except OSError as error:
        raise NotIssuedError(order.client, f"{error.filename or place}: {say_why(error)}") from None
    return True
