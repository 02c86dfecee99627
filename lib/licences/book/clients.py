"""Clients of a book, as the rows of a clients file; and what they tell, as rows that are added."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from licences.book.place import find_file, find_known_on
from licences.book.store import RESTORE, BookError, fetch_rows, find_limit, read_book, write_time
from licences.errors import UsageError

HOW = ("told", "document", "verified")
"""How a fact is known: the client said so, a document shows it, or we have looked ourselves."""
IDENTITY = ("client", "name", "group", "contact", "engaged_on")
FROM = "from"
_SHOWN = 10  # ids
OWN = "extra:"
"""What the name of a column of the firm's own begins with, where it could be taken for another."""


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
            select(*(CLIENTS.c[name] for name in (*IDENTITY, "extra")))
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
        row.client: [*row[:-2], row.engaged_on.isoformat() if row.engaged_on else ""] for row in clients
    }
    owns = {row.client: _read_own(row.extra, place) for row in clients}
    own_names = list(dict.fromkeys(name for own in owns.values() for name in own))
    rows: dict[str, dict[date | None, dict[str, str]]] = {client: {None: {}} for client in identities}
    for client, field, value, from_on in facts:
        if client not in rows:
            raise BookError(
                str(find_file(place)), f"holds facts of {client!r}, whom it does not know", RESTORE
            )
        rows[client].setdefault(from_on, {})[field] = value
    names = list(dict.fromkeys(field for _, field, _, _ in facts))
    listed = [[*IDENTITY, FROM, *names, *(f"{OWN}{name}" for name in own_names)]]
    for client, stages in rows.items():
        for from_on in sorted(stages, key=lambda day: (day is not None, day)):
            told = stages[from_on]
            if from_on is None or any(told.values()):
                identity = identities[client] if from_on is None else [client, *[""] * (len(IDENTITY) - 1)]
                day = from_on.isoformat() if from_on else ""
                own = owns[client] if from_on is None else {}
                texts = (told.get(name, "") for name in names)
                listed.append([*identity, day, *texts, *(own.get(name, "") for name in own_names)])
    return listed


def _read_own(text: str, place: Path) -> dict[str, str]:
    """The own texts of a client by name. Raises: BookError where another program wrote what is none."""
    if not text:
        return {}
    try:
        own = json.loads(text)
    except ValueError:
        own = None
    if isinstance(own, dict) and all(isinstance(one, str) for one in own.values()):
        return own
    raise BookError(str(find_file(place)), "holds texts of a client's own columns that are none", RESTORE)


def write_own(cells: Mapping[str, str]) -> str:
    """The texts of own columns among the cells of a client as a book keeps them; empty where there are none."""
    own = {name.removeprefix(OWN): text for name, text in cells.items() if name.startswith(OWN) and text}
    return json.dumps(own, ensure_ascii=False) if own else ""


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
    is_own_changed = write_own(cells) != write_own(old)
    if from_on is None and (before is None or changed.intersection(IDENTITY) or is_own_changed):
        told: dict[str, Any] = {name: cells.get(name, "") for name in IDENTITY}
        told |= {"client": client, "engaged_on": _read_day(told["engaged_on"]), "extra": write_own(cells)}
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
        if name in changed and name not in IDENTITY and name != FROM and not name.startswith(OWN)
    ]
    if rows:
        connection.execute(FACTS.insert(), rows)


def _read_day(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None


def find_client(connection: Any, client: str) -> str | None:
    """A client's id as the book has it, by its id, whatever the capitals, or by its name; None where there is none.

    Raises: UsageError where several clients have the name.
    """
    names = list_names(connection)
    return find_id(client, list(names), list(names.values()))


def find_id(text: str, ids: Sequence[str], names: Sequence[str]) -> str | None:
    """The id that is meant by an id, whatever its capitals and its width, or by the name of one client alone.

    names: of each id. None where neither is known. Raises: UsageError where several clients have the name.
    """
    folded = _fold(text)
    for known, meant in ((ids, text), (map(_fold, ids), folded)):
        found = [one for one, same in zip(ids, known, strict=True) if same == meant]
        if found:
            return found[0]
    found = [one for one, name in zip(ids, names, strict=True) if _fold(name) == folded]
    if len(found) > 1:
        said, more = ", ".join(found[:_SHOWN]), len(found) - _SHOWN
        right = f"name one by its id: {said} and {more} more" if more > 0 else f"name one by its id: {said}"
        raise UsageError(f"several clients are called {text!r}", right)
    return found[0] if found else None


def _fold(text: str) -> str:
    """An id or a name as it is compared: whatever its width, its capitals and its blanks."""
    if text.isascii():
        return "".join(text.casefold().split())
    return "".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())


def list_names(connection: Any) -> dict[str, str]:
    """The names of all clients by their ids, in the order in which they came."""
    from sqlalchemy import select

    from licences.book.schema import CLIENTS

    return dict(
        tuple(row)
        for row in connection.execute(select(CLIENTS.c.client, CLIENTS.c.name).order_by(CLIENTS.c.id))
    )


def list_clients(connection: Any) -> Iterable[str]:
    """The ids of all clients, in the order in which they came."""
    from sqlalchemy import select

    from licences.book.schema import CLIENTS

    return dict.fromkeys(connection.execute(select(CLIENTS.c.client).order_by(CLIENTS.c.id)).scalars())
