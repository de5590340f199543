"""Why a letter had to wait, kept once it has left: a past night is asked why somebody heard nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of letters that waited before nobody knows any more."""
    op.add_column("wakeline_outbox", sa.Column("put_off", sa.Text))
