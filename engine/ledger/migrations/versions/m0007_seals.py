"""What held runs were about to do: who approves one approves exactly that."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of runs that are held already nothing was kept: approved, they are shown once more."""
    op.create_table(
        "wakeline_seals",
        *(sa.Column(name, sa.Integer, primary_key=True) for name in ("run", "number")),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
