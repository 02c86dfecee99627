"""Overrides in a book: what we hold against the rules of a client's licence, why, and until when."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from licences.book.store import fetch_own

if TYPE_CHECKING:
    from licences.book.clients import Writing

KINDS = ("verdict", "days", "fee")


class Override(NamedTuple):
    """What counts for a client's licence in place of what the rules, the catalogue or the tariff say.

    kind: of KINDS. value: a verdict, working days, or yuan; as a text. until: the last day on which it counts, None for no end.
    """

    code: str
    kind: str
    value: str
    because: str
    by: str
    given_on: date
    until: date | None = None

    def counts_on(self, day: date) -> bool:
        """Whether it had been given by a day and had not ended."""
        return self.given_on <= day and (self.until is None or day <= self.until)


def list_overrides(
    connection: Any, client: str | None = None, limit: str | None = None
) -> dict[str, tuple[Override, ...]]:
    """By client the overrides of which none was taken back or replaced, of one client or of all.

    limit: of what was written before a moment, else of all there is. Raises: BookError.
    """
    from licences.book.schema import OVERRIDES

    found: dict[str, dict[tuple[str, str], Override]] = {}
    for whose, *cells in fetch_own(connection, OVERRIDES, Override._fields, client, limit):
        one = Override(*cells)
        overrides = found.setdefault(whose, {})
        overrides.pop((one.code, one.kind), None)
        if one.value:
            overrides[one.code, one.kind] = one
    return {whose: tuple(overrides.values()) for whose, overrides in found.items() if overrides}


def write_override(connection: Any, client: str, override: Override, writing: Writing) -> None:
    """Adds an override, in place of the one of its kind; one without a value takes that back."""
    from licences.book.schema import OVERRIDES

    connection.execute(OVERRIDES.insert(), [override._asdict() | {"client": client} | writing.stamp])
