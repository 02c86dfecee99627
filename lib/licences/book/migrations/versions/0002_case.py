"""Whom to call and since when, what we hold against the rules, notes, and what was sent."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def _create_table(name: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("client", sa.Text, nullable=False),
        *columns,
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index(f"ix_{name}_client", name, ["client"])


def upgrade() -> None:
    op.add_column("clients", sa.Column("contact", sa.Text, nullable=False, server_default=""))
    op.add_column("clients", sa.Column("engaged_on", sa.Date))
    _create_table(
        "overrides",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("because", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("given_on", sa.Date, nullable=False),
        sa.Column("until", sa.Date),
    )
    _create_table(
        "notes",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("noted_on", sa.Date, nullable=False),
        sa.Column("corrects", sa.Integer, sa.ForeignKey("notes.id")),
    )
    _create_table(
        "issues",
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("issued_on", sa.Date, nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("length", sa.Text, nullable=False),
        sa.Column("folder", sa.Text, nullable=False),
        sa.Column("files", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
    )
    op.create_index("ux_issues_number", "issues", ["client", "number"], unique=True)
