"""Tables of a book: every row says when and by whom it was written, and stays as it is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, MetaData, String, Table, Text

VERSIONS = ("0001",)
"""Every version of these tables that there was, the present one last."""

METADATA = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s"},
)


def _make_table(name: str, *columns: Column[Any]) -> Table:
    """A table with numbered rows, each of which says when, in UTC as an ISO text that sorts, and by whom it was written."""
    return Table(
        name,
        METADATA,
        Column("id", Integer, primary_key=True, autoincrement=True),
        *columns,
        Column("recorded_at", String(27), nullable=False),
        Column("recorded_by", Text, nullable=False),
        sqlite_autoincrement=True,
    )


CLIENTS = _make_table(
    "clients",
    Column("client", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("group", Text, nullable=False),
)
"""A client's id, name and group; of several rows the last counts."""

FACTS = _make_table(
    "facts",
    Column("client", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("from_on", Date),
    Column("told_by", Text, nullable=False),
    Column("told_on", Date),
    Column("how", Text, nullable=False),
)
"""What a client told, as the cell of a clients file; empty where it is not told any more. from_on: of a later stage."""

EVENTS = _make_table(
    "events",
    Column("client", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("happened_on", Date),
    Column("number", Text, nullable=False),
    Column("until", Date),
    Column("note", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("corrects", Integer, ForeignKey("events.id")),
)
"""What happened to an application. corrects: the row in whose place it stands; one without an event strikes that out."""

Index("ix_facts_client", FACTS.c.client)
Index("ix_events_client", EVENTS.c.client)

TABLES = (CLIENTS, FACTS, EVENTS)
