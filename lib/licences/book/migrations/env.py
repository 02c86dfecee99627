"""Environment of Alembic: a connection of ours, and the tables that a book is to have."""

from alembic import context

from licences.book.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=False,  # the transaction is ours
)
context.run_migrations()
