"""Runs that take back another one, and how new records were made: who has touched one is seen by that."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of records that were made before, nobody can tell whether somebody touched them."""
    op.add_column("wakeline_runs", sa.Column("undoes", sa.Integer))
    one = sa.text("undoes IS NOT NULL")
    name, columns = "uq_wakeline_runs_undoes", ["undoes"]
    op.create_index(name, "wakeline_runs", columns, unique=True, sqlite_where=one, postgresql_where=one)
    op.create_table(
        "wakeline_created",
        sa.Column("enrollment", sa.Integer, primary_key=True),
        sa.Column("record", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("path", "imprint")),
        sqlite_with_rowid=False,
    )
