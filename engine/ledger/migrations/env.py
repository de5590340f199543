"""What Alembic runs for every migration: our own connection, our own table of marks."""

from __future__ import annotations

from alembic import context

from engine.ledger import access_tables, tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=[tables.metadata, access_tables.metadata],
    version_table="wakeline_migrations",
    render_as_batch=True,
)
context.run_migrations()
