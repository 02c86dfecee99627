"""Clients, what they told, and what happened to their applications."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _create_table(name: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        *columns,
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )


def upgrade() -> None:
    _create_table(
        "clients",
        sa.Column("client", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("group", sa.Text, nullable=False),
    )
    _create_table(
        "facts",
        sa.Column("client", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("from_on", sa.Date),
        sa.Column("told_by", sa.Text, nullable=False),
        sa.Column("told_on", sa.Date),
        sa.Column("how", sa.Text, nullable=False),
    )
    _create_table(
        "events",
        sa.Column("client", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("happened_on", sa.Date),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("until", sa.Date),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("corrects", sa.Integer, sa.ForeignKey("events.id")),
    )
    op.create_index("ix_facts_client", "facts", ["client"])
    op.create_index("ix_events_client", "events", ["client"])
