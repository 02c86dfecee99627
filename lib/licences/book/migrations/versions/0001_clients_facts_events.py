"""Clients, what they told, and what happened to their applications."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _written() -> tuple[sa.Column[str], sa.Column[str]]:
    return (
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
    )


def _number() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True, autoincrement=True)


def upgrade() -> None:
    op.create_table(
        "clients",
        _number(),
        sa.Column("client", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("group", sa.Text, nullable=False),
        *_written(),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "facts",
        _number(),
        sa.Column("client", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("from_on", sa.Date),
        sa.Column("told_by", sa.Text, nullable=False),
        sa.Column("told_on", sa.Date),
        sa.Column("how", sa.Text, nullable=False),
        *_written(),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "events",
        _number(),
        sa.Column("client", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("happened_on", sa.Date),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("until", sa.Date),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("corrects", sa.Integer, sa.ForeignKey("events.id")),
        *_written(),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_facts_client", "facts", ["client"])
    op.create_index("ix_events_client", "events", ["client"])
