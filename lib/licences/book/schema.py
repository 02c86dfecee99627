"""Tables of a book: every row says when and by whom it was written, and stays as it is."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, MetaData, String, Table, Text

VERSIONS = ("0001",)
"""Every version of these tables that there was, the present one last."""

METADATA = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s"},
)


def _written() -> tuple[Column[str], Column[str]]:
    """When a row was written, in UTC as an ISO text that sorts, and by whom."""
    return Column("recorded_at", String(27), nullable=False), Column("recorded_by", Text, nullable=False)


CLIENTS = Table(
    "clients",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("client", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("group", Text, nullable=False),
    *_written(),
    sqlite_autoincrement=True,
)
"""A client's id, name and group; of several rows the last counts."""

FACTS = Table(
    "facts",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("client", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("from_on", Date),
    Column("told_by", Text, nullable=False),
    Column("told_on", Date),
    Column("how", Text, nullable=False),
    *_written(),
    sqlite_autoincrement=True,
)
"""What a client told, as the cell of a clients file; empty where it is not told any more. from_on: of a later stage."""

EVENTS = Table(
    "events",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("client", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("happened_on", Date),
    Column("number", Text, nullable=False),
    Column("until", Date),
    Column("note", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("corrects", Integer, ForeignKey("events.id")),
    *_written(),
    sqlite_autoincrement=True,
)
"""What happened to an application. corrects: the row in whose place it stands; one without an event strikes that out."""

Index("ix_facts_client", FACTS.c.client)
Index("ix_events_client", EVENTS.c.client)

TABLES = (CLIENTS, FACTS, EVENTS)
