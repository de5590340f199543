"""Enrollments of the control group, which are counted but left alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who had started before was in no control group."""
    op.add_column(
        "wakeline_enrollments", sa.Column("control", sa.Integer, nullable=False, server_default="0")
    )
