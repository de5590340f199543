"""What kept how many records from starting, for each run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of earlier runs it is not known."""
    op.add_column("wakeline_runs", sa.Column("barred", sa.Text))
