"""The first tables of the ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables; written out, so that later changes of the code leave this migration alone."""
    _versions()
    _runs()
    _enrollments()
    _journal()
    _outbox()
    _inbox()


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _key(name: str = "id") -> sa.Column[int]:
    return sa.Column(name, sa.Integer, primary_key=True)


def _versions() -> None:
    op.create_table("wakeline_sources", sa.Column("hash", sa.Text, primary_key=True), _text("text"))
    columns = [
        _text(name) for name in ("workflow", "version", "file", "files", "published_at", "published_by")
    ]
    op.create_table("wakeline_versions", _key(), *columns)
    op.create_index("ix_wakeline_versions_workflow", "wakeline_versions", ["workflow", "id"])


def _runs() -> None:
    op.create_table(
        "wakeline_runs",
        _key(),
        _text("workflow"),
        _text("version"),
        _text("slot", nullable=True),
        _text("state"),
        _text("at"),
        _text("on_day"),
        *(_count(name) for name in ("checked", "matched", "started", "failed", "deferred")),
        sa.Column("effects", sa.Text, nullable=False, server_default="{}"),
        _text("held", nullable=True),
        sa.UniqueConstraint("workflow", "slot", name="uq_wakeline_runs_slot"),
    )
    op.create_index("ix_wakeline_runs_day", "wakeline_runs", ["on_day"])


def _enrollments() -> None:
    op.create_table(
        "wakeline_enrollments",
        _key(),
        _text("workflow"),
        _text("record"),
        _text("once_key"),
        _number("run"),
        _text("started_on"),
        _text("state"),
        _text("reason", nullable=True),
        _number("episode_open"),
        sa.UniqueConstraint("workflow", "record", "once_key", name="uq_wakeline_enrollments_once"),
    )
    table, is_open = "wakeline_enrollments", sa.text("episode_open = 1")
    op.create_index(
        "uq_wakeline_enrollments_episode",
        table,
        ["workflow", "record"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_index("ix_wakeline_enrollments_day", table, ["started_on", "workflow"])


def _journal() -> None:
    op.create_table(
        "wakeline_journal",
        _key("enrollment"),
        sa.Column("path", sa.Text, primary_key=True),
        _text("kind"),
        _number("run"),
        _text("details", nullable=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "wakeline_failures",
        _key("run"),
        sa.Column("record", sa.Text, primary_key=True),
        *(_text(name) for name in ("path", "code", "facts")),
        sqlite_with_rowid=False,
    )


def _outbox() -> None:
    op.create_table(
        "wakeline_outbox",
        _key(),
        _number("enrollment"),
        _text("path"),
        _number("run"),
        *(_text(name) for name in ("kind", "record", "channel", "recipient")),
        *(_text(name, nullable=True) for name in ("template", "subject")),
        _text("body"),
        _count("urgent"),
        _text("state"),
        *(_text(name, nullable=True) for name in ("sent_at", "answer")),
        sa.UniqueConstraint("enrollment", "path", name="uq_wakeline_outbox_effect"),
    )
    unsent = sa.text("state <> 'sent'")
    columns = ["state", "channel", "run", "recipient"]
    op.create_index(
        "ix_wakeline_outbox_unsent", "wakeline_outbox", columns, sqlite_where=unsent, postgresql_where=unsent
    )


def _inbox() -> None:
    op.create_table(
        "wakeline_inbox",
        _key(),
        _text("person"),
        _number("run"),
        _text("at"),
        _text("text"),
        _count("urgent"),
        sa.Column("key", sa.Text, nullable=False, unique=True),
    )
    op.create_index("ix_wakeline_inbox_person", "wakeline_inbox", ["person", "id"])
