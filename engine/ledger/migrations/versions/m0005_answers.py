"""What every record answered in a run, so that "why (not)?" can be told later."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of runs of before nothing is known."""
    op.create_table(
        "wakeline_recordings",
        sa.Column("run", sa.Integer, primary_key=True),
        sa.Column("module", sa.Text, nullable=False),
        *(sa.Column(name, sa.LargeBinary, nullable=False) for name in ("seen", "deferred")),
    )
    op.create_table(
        "wakeline_answers",
        *(sa.Column(name, sa.Integer, primary_key=True) for name in ("run", "part")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("first", "key_hash")),
        sa.Column("signs", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "wakeline_answer_keys",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("packed", sa.LargeBinary, nullable=False),
    )
