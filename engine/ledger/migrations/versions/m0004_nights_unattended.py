"""What runs without anybody: slots, claims, enrollments that wait, questions, events, letters tried again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs of before were started by hand, and nothing of them waits."""
    _runs()
    _enrollments()
    _outbox()
    _asks()
    _events()
    _agenda()


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _count(name: str, default: str = "0") -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default=default)


def _add(table: str, *columns: sa.Column[str] | sa.Column[int]) -> None:
    for column in columns:
        op.add_column(table, column)


def _index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _runs() -> None:
    _add(
        "wakeline_runs",
        sa.Column("cause", sa.Text, nullable=False, server_default="hand"),
        _text("due_at", nullable=True),
        _count("priority", "50"),
        *(_count(name) for name in ("depth", "woken", "cleared")),
        _text("reason", nullable=True),
        _count("slots", "1"),
        *(_text(name, nullable=True) for name in ("last_slot", "worker")),
        _count("fence"),
        *(_text(name, nullable=True) for name in ("lease_until", "ended_at")),
        *(_text(name, nullable=True) for name in ("decided_by", "decided_at", "decided_because")),
    )
    op.create_index("ix_wakeline_journal_run", "wakeline_journal", ["run"])
    op.create_index("ix_wakeline_runs_state", "wakeline_runs", ["state", "due_at"])
    op.create_table(
        "wakeline_shards",
        *(sa.Column(name, sa.Integer, primary_key=True) for name in ("run", "number")),
        *(_text(name, nullable=True) for name in ("from_key", "to_key")),
        _text("state"),
        _text("worker", nullable=True),
        _count("fence"),
        *(_text(name, nullable=True) for name in ("lease_until", "progress_at")),
        sqlite_with_rowid=False,
    )


def _enrollments() -> None:
    names = ("started_at", "path", "since", "until", "ended_at", "goal_by", "goal_at")
    version = sa.Column("version", sa.Text, nullable=False, server_default="")
    _add("wakeline_enrollments", version, *(_text(name, nullable=True) for name in names))
    table, waiting = "wakeline_enrollments", "state = 'waiting'"
    _index("uq_wakeline_enrollments_waiting", table, ["workflow", "record"], waiting, unique=True)
    _index("ix_wakeline_enrollments_until", table, ["until"], waiting)
    _index("ix_wakeline_enrollments_goal", table, ["goal_by"], "goal_at IS NULL AND goal_by IS NOT NULL")


def _outbox() -> None:
    names = ("first_try_at", "not_before", "worker", "claimed_at", "provider_id", "receipt", "settled_by")
    _add("wakeline_outbox", _count("tries"), *(_text(name, nullable=True) for name in names))
    _add(
        "wakeline_outbox",
        *(_text(name, nullable=True) for name in ("module", "addressee", "address")),
        _count("html"),
    )
    _index("ix_wakeline_outbox_addressee", "wakeline_outbox", ["module", "addressee"], "state <> 'waiting'")
    _index("ix_wakeline_outbox_address", "wakeline_outbox", ["address"], "state <> 'waiting'")
    op.execute("UPDATE wakeline_outbox SET address = lower(trim(recipient)) WHERE state <> 'waiting'")
    op.create_table(
        "wakeline_bounces",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("channel", "address")),
        sa.Column("count", sa.Integer, nullable=False),
        *(_text(name) for name in ("last_at", "answer")),
    )


def _asks() -> None:
    op.create_table(
        "wakeline_asks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("enrollment", sa.Integer, nullable=False),
        *(_text(name) for name in ("path", "step")),
        sa.Column("run", sa.Integer, nullable=False),
        *(_text(name) for name in ("workflow", "record", "person", "question", "answers", "asked_at")),
        *(_text(name) for name in ("until", "state")),
        *(_text(name, nullable=True) for name in ("answer", "decided_by", "decided_at")),
        sa.UniqueConstraint("enrollment", "path", name="uq_wakeline_asks_effect"),
    )
    op.create_index("ix_wakeline_asks_open", "wakeline_asks", ["state", "person"])


def _events() -> None:
    op.create_table(
        "wakeline_events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        *(_text(name) for name in ("workflow", "record", "kind")),
        *(_text(name, nullable=True) for name in ("about", "details")),
        _count("depth"),
        sa.Column("origins", sa.Text, nullable=False, server_default=""),
        *(_text(name) for name in ("at", "state")),
        _text("reason", nullable=True),
        sa.Column("run", sa.Integer),
        _text("not_before", nullable=True),
    )
    op.create_index("ix_wakeline_events_state", "wakeline_events", ["state", "workflow", "depth"])
    _index("ix_wakeline_events_refused", "wakeline_events", ["at"], "state = 'refused'")
    op.create_index("ix_wakeline_events_run", "wakeline_events", ["run", "record"])
    op.create_index("ix_wakeline_events_record", "wakeline_events", ["record", "workflow"])
    keys = (sa.Column(name, sa.Text, primary_key=True) for name in ("module", "field", "record"))
    op.create_table("wakeline_remembered", *keys, _text("value", nullable=True), sqlite_with_rowid=False)
    _index("ix_wakeline_remembered_fields", "wakeline_remembered", ["module", "field"], "record = ''")


def _agenda() -> None:
    op.create_table(
        "wakeline_schedules",
        sa.Column("workflow", sa.Text, primary_key=True),
        _text("seen_until"),
        _text("looked_at", nullable=True),
    )
    op.create_table(
        "wakeline_pauses",
        sa.Column("workflow", sa.Text, primary_key=True),
        *(_text(name) for name in ("by", "at")),
        _text("reason", nullable=True),
    )
    op.create_table(
        "wakeline_workers",
        sa.Column("name", sa.Text, primary_key=True),
        *(_text(name) for name in ("started_at", "seen_at", "version")),
    )
    op.create_table("wakeline_facts", sa.Column("name", sa.Text, primary_key=True), _text("value"))
