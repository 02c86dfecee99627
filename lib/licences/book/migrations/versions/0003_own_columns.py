"""The texts of own columns of a client."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("clients", sa.Column("extra", sa.Text, nullable=False, server_default=""))
