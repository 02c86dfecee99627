"""Last issue of each client of a book: what was sent last, which the next report is held against."""

from __future__ import annotations

import json
from pathlib import Path

from licences.analysis.record import Record, read_record
from licences.book.issues import Issue, list_last_issues
from licences.book.store import find_limit, read_book


def read_last_issues(place: Path, client: str | None = None) -> dict[str, Issue]:
    """By client what was sent last, of one client or of all, as a book held it on the day of its place.

    Raises: MissingFileError, BookError.
    """
    with read_book(place) as connection:
        return list_last_issues(connection, client, find_limit(place))


def find_issued_record(client: str, issue: Issue | None) -> Record | None:
    """What was sent said, with its number and day under ``issued``; None where nothing was sent that can be read."""
    record = read_record(issue.record, client) if issue else None
    if issue is None or record is None:
        return None
    return {**record, "issued": {"number": issue.number, "on": issue.issued_on.isoformat()}}


def pack_record(record: Record | None) -> str:
    """A record as a book keeps it: without what it was held against; empty for none."""
    if record is None:
        return ""
    return json.dumps({name: value for name, value in record.items() if name != "since"}, ensure_ascii=False)
