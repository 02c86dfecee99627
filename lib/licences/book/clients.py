"""Clients of a book, as the rows of a clients file; and what they tell, as rows that are added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from licences.book.place import find_file, find_known_on
from licences.book.store import RESTORE, BookError, fetch_rows, find_limit, read_book, write_time

HOW = ("told", "document", "verified")
"""How a fact is known: the client said so, a document shows it, or we have looked ourselves."""
IDENTITY = ("client", "name", "group", "contact", "engaged_on")
FROM = "from"


@dataclass(frozen=True)
class Writing:
    """When and by whom rows are written; told_by, told_on, how: where what a client tells comes from, where that is known."""

    at: datetime
    by: str
    told_by: str = ""
    told_on: date | None = None
    how: str = "told"

    @property
    def stamp(self) -> dict[str, str]:
        """What every row says of its writing."""
        return {"recorded_at": write_time(self.at), "recorded_by": self.by}


def list_rows(place: Path) -> list[list[str]]:
    """A header and a row a client, as a clients file has them; a later stage is a further row.

    The columns are those of which anything is told.

    Raises: MissingFileError, BookError.
    """
    from sqlalchemy import select

    from licences.book.schema import CLIENTS, FACTS

    limit = find_limit(place)
    with read_book(place) as connection:
        clients = fetch_rows(
            connection,
            select(*(CLIENTS.c[name] for name in IDENTITY))
            .where(CLIENTS.c.recorded_at < limit)
            .order_by(CLIENTS.c.id),
        )
        facts = fetch_rows(
            connection,
            select(FACTS.c.client, FACTS.c.field, FACTS.c.value, FACTS.c.from_on)
            .where(FACTS.c.recorded_at < limit)
            .order_by(FACTS.c.id),
        )
    if not clients:
        then = f" on {find_known_on(place)}" if find_known_on(place) else ""
        raise BookError(
            str(find_file(place)),
            f"held no client{then}" if then else "holds no client",
            "save one from the explorer, or make a book with licences book init --from CLIENTS",
        )
    identities = {
        row[0]: [*row[:-1], row.engaged_on.isoformat() if row.engaged_on else ""] for row in clients
    }
    rows: dict[str, dict[date | None, dict[str, str]]] = {client: {None: {}} for client in identities}
    for client, field, value, from_on in facts:
        if client not in rows:
            raise BookError(
                str(find_file(place)), f"holds facts of {client!r}, whom it does not know", RESTORE
            )
        rows[client].setdefault(from_on, {})[field] = value
    names = list(dict.fromkeys(field for _, field, _, _ in facts))
    listed = [[*IDENTITY, FROM, *names]]
    for client, stages in rows.items():
        for from_on in sorted(stages, key=lambda day: (day is not None, day)):
            told = stages[from_on]
            if from_on is None or any(told.values()):
                identity = identities[client] if from_on is None else [client, *[""] * (len(IDENTITY) - 1)]
                day = from_on.isoformat() if from_on else ""
                listed.append([*identity, day, *(told.get(name, "") for name in names)])
    return listed


class Fact(NamedTuple):
    """What a client told last of a field, from a day on or of the present, and where that comes from."""

    field: str
    value: str
    from_on: date | None
    told_by: str
    told_on: date | None
    how: str
    recorded_at: str
    recorded_by: str


def list_facts(connection: Any, client: str, limit: str | None = None) -> list[Fact]:
    """What a client tells, field by field, as it was last written; limit: of what was written before a moment.

    Raises: BookError.
    """
    from sqlalchemy import select

    from licences.book.schema import FACTS

    asked = select(*(FACTS.c[name] for name in Fact._fields)).where(FACTS.c.client == client)
    if limit is not None:
        asked = asked.where(FACTS.c.recorded_at < limit)
    facts = [Fact(*row) for row in fetch_rows(connection, asked.order_by(FACTS.c.id))]
    latest = {(fact.field, fact.from_on): fact for fact in facts}
    return [fact for fact in latest.values() if fact.value]


def has_clients(place: Path) -> bool:
    """Whether any client was in a book. Raises: MissingFileError, BookError."""
    from sqlalchemy import select

    from licences.book.schema import CLIENTS

    with read_book(place) as connection:
        found = connection.execute(
            select(CLIENTS.c.id).where(CLIENTS.c.recorded_at < find_limit(place)).limit(1)
        )
        return found.first() is not None


def write_cells(
    connection: Any,
    client: str,
    cells: Mapping[str, str],
    before: Mapping[str, str] | None,
    writing: Writing,
    from_on: date | None = None,
) -> None:
    """Adds rows for the cells of a client that are otherwise than ``before``, all where it is new.

    from_on: the day from which they are so, None for the present.
    """
    from licences.book.schema import CLIENTS, FACTS

    old = before or {}
    changed = {name for name in {*cells, *old} if cells.get(name, "") != old.get(name, "")}
    if from_on is None and (before is None or changed.intersection(IDENTITY)):
        told: dict[str, Any] = {name: cells.get(name, "") for name in IDENTITY}
        told |= {"client": client, "engaged_on": _read_day(told["engaged_on"])}
        connection.execute(CLIENTS.insert(), [told | writing.stamp])
    rows = [
        {
            "client": client,
            "field": name,
            "value": cells.get(name, ""),
            "from_on": from_on,
            "told_by": writing.told_by,
            "told_on": writing.told_on,
            "how": writing.how,
            **writing.stamp,
        }
        for name in {**old, **cells}
        if name in changed and name not in IDENTITY and name != FROM
    ]
    if rows:
        connection.execute(FACTS.insert(), rows)


def _read_day(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None


def find_client(connection: Any, client: str) -> str | None:
    """A client's id as the book has it, whatever the capitals; None where there is no such client."""
    return {known.casefold(): known for known in list_clients(connection)}.get(client.casefold())


def list_clients(connection: Any) -> Iterable[str]:
    """The ids of all clients, in the order in which they came."""
    from sqlalchemy import select

    from licences.book.schema import CLIENTS

    return dict.fromkeys(connection.execute(select(CLIENTS.c.client).order_by(CLIENTS.c.id)).scalars())
