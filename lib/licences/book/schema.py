"""Tables of a book: every row says when and by whom it was written, and stays as it is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, MetaData, String, Table, Text

VERSIONS = ("0001", "0002", "0003")
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
    Column("contact", Text, nullable=False, server_default=""),
    Column("engaged_on", Date),
    Column("extra", Text, nullable=False, server_default=""),
)
"""A client's id, name and group, whom to call, since when we work for it, and the texts of own columns as JSON; of several rows the last counts."""

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

OVERRIDES = _make_table(
    "overrides",
    Column("client", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("given_on", Date, nullable=False),
    Column("until", Date),
)
"""What we hold against the rules: kind is verdict, days or fee; of a client, code and kind the last row counts, and one without a value takes it back."""

NOTES = _make_table(
    "notes",
    Column("client", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("noted_on", Date, nullable=False),
    Column("corrects", Integer, ForeignKey("notes.id")),
)
"""What is to be remembered of a client, of a licence where code is filled; audience is client or us. corrects: the row that it takes back."""

ISSUES = _make_table(
    "issues",
    Column("client", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("language", Text, nullable=False),
    Column("length", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("files", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("record", Text, nullable=False),
)
"""What was sent to a client: number, day, the files and their hashes as JSON, one hash over all, and what it said (see ``make_record``) as JSON."""

for _table in (FACTS, EVENTS, OVERRIDES, NOTES, ISSUES):
    Index(f"ix_{_table.name}_client", _table.c.client)
Index("ux_issues_number", ISSUES.c.client, ISSUES.c.number, unique=True)

TABLES = (CLIENTS, FACTS, EVENTS, OVERRIDES, NOTES, ISSUES)
