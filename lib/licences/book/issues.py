"""Issues in a book: what was sent to a client, under which number, and what it said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from licences.book.store import fetch_own, fetch_rows

if TYPE_CHECKING:
    from licences.book.clients import Writing


class Issue(NamedTuple):
    """What was sent.

    number: such as ``corner-shop-2026-001``. folder: where it is frozen, as it was given. files: names and hashes, as
    JSON. hash: over all of them. record: what it said, see ``make_record``, as JSON.
    """

    number: str
    issued_on: date
    as_of: date
    language: str
    length: str
    folder: str
    files: str
    hash: str
    record: str


def list_issues(
    connection: Any, client: str | None = None, limit: str | None = None
) -> dict[str, tuple[Issue, ...]]:
    """By client what was sent, of one client or of all, the last one last; limit: of what was written before a moment.

    Raises: BookError.
    """
    from licences.book.schema import ISSUES

    found: dict[str, list[Issue]] = {}
    for whose, *cells in fetch_own(connection, ISSUES, Issue._fields, client, limit):
        found.setdefault(whose, []).append(Issue(*cells))
    return {whose: tuple(issues) for whose, issues in found.items()}


def list_last_issues(
    connection: Any, client: str | None = None, limit: str | None = None
) -> dict[str, Issue]:
    """By client what was sent last; otherwise as ``list_issues``. Raises: BookError."""
    from sqlalchemy import func, select

    from licences.book.schema import ISSUES

    own = ISSUES.c
    last = select(func.max(own.id)).group_by(own.client)
    if limit is not None:
        last = last.where(own.recorded_at < limit)
    if client is not None:
        last = last.where(own.client == client)
    asked = select(own.client, *(own[name] for name in Issue._fields)).where(own.id.in_(last))
    return {whose: Issue(*cells) for whose, *cells in fetch_rows(connection, asked)}


def find_next_number(client: str, year: int, numbers: Iterable[str]) -> str:
    """The number after the last one of a year; numbers: of what was sent to the client in any year."""
    before = f"{client}-{year}-"
    running = [number.removeprefix(before) for number in numbers if number.startswith(before)]
    return f"{before}{max([int(one) for one in running if one.isdigit()], default=0) + 1:03}"


def write_issue(connection: Any, client: str, issue: Issue, writing: Writing) -> None:
    """Adds what was sent."""
    from licences.book.schema import ISSUES

    connection.execute(ISSUES.insert(), [issue._asdict() | {"client": client} | writing.stamp])
