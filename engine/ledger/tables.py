"""The tables of the ledger. Changes to them need a migration (`ledger/migrations/versions`)."""

from __future__ import annotations

import sqlalchemy as sa

HEAD = "0003"
"""The newest migration; a ledger at this mark needs none."""

metadata = sa.MetaData()

marks = sa.Table("wakeline_migrations", metadata, sa.Column("version_num", sa.String(32), primary_key=True))

sources = sa.Table(
    "wakeline_sources",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
)

versions = sa.Table(
    "wakeline_versions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("workflow", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("files", sa.Text, nullable=False, comment="JSON: file name -> hash in wakeline_sources"),
    sa.Column("published_at", sa.Text, nullable=False),
    sa.Column("published_by", sa.Text, nullable=False),
    sa.Index("ix_wakeline_versions_workflow", "workflow", "id"),
)

runs = sa.Table(
    "wakeline_runs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("workflow", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("slot", sa.Text, comment="local wall time of a scheduled run; null when started by hand"),
    sa.Column("state", sa.Text, nullable=False, comment="running, done, held, stopped, failed"),
    sa.Column("at", sa.Text, nullable=False, comment="the moment everything was computed for, UTC"),
    sa.Column("on_day", sa.Text, nullable=False, comment="the local day of that moment"),
    sa.Column("checked", sa.Integer, nullable=False, server_default="0"),
    sa.Column("matched", sa.Integer, nullable=False, server_default="0"),
    sa.Column("started", sa.Integer, nullable=False, server_default="0"),
    sa.Column("failed", sa.Integer, nullable=False, server_default="0"),
    sa.Column("deferred", sa.Integer, nullable=False, server_default="0"),
    sa.Column("effects", sa.Text, nullable=False, server_default="{}", comment="JSON: kind -> number"),
    sa.Column("held", sa.Text, comment="JSON: the guard that held the run, with its figures"),
    sa.Column("barred", sa.Text, comment="JSON: what kept how many from starting; null in old runs"),
    sa.UniqueConstraint("workflow", "slot", name="uq_wakeline_runs_slot"),
    sa.Index("ix_wakeline_runs_day", "on_day"),
)

enrollments = sa.Table(
    "wakeline_enrollments",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("workflow", sa.Text, nullable=False),
    sa.Column("record", sa.Text, nullable=False),
    sa.Column("once_key", sa.Text, nullable=False),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("started_on", sa.Text, nullable=False, comment="the local day"),
    sa.Column("state", sa.Text, nullable=False, comment="done, stopped"),
    sa.Column("reason", sa.Text),
    sa.Column(
        "episode_open", sa.Integer, nullable=False, comment="1 until a run sees the conditions answered no"
    ),
    sa.Column("control", sa.Integer, nullable=False, server_default="0", comment="1 in the control group"),
    sa.UniqueConstraint("workflow", "record", "once_key", name="uq_wakeline_enrollments_once"),
    sa.Index(
        "uq_wakeline_enrollments_episode",
        *("workflow", "record"),
        unique=True,
        sqlite_where=sa.text("episode_open = 1"),
    ),
    # The day comes first: after the workflow, it would be taken for a search of one record's starts.
    sa.Index("ix_wakeline_enrollments_day", "started_on", "workflow"),
)

journal = sa.Table(
    "wakeline_journal",
    metadata,
    sa.Column("enrollment", sa.Integer, primary_key=True),
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("details", sa.Text, comment="JSON"),
    sqlite_with_rowid=False,
)

failures = sa.Table(
    "wakeline_failures",
    metadata,
    sa.Column("run", sa.Integer, primary_key=True),
    sa.Column("record", sa.Text, primary_key=True),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("facts", sa.Text, nullable=False, comment="JSON"),
    sqlite_with_rowid=False,
)

outbox = sa.Table(
    "wakeline_outbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("enrollment", sa.Integer, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False, comment="message, notice"),
    sa.Column("record", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("template", sa.Text),
    sa.Column("subject", sa.Text),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("urgent", sa.Integer, nullable=False, server_default="0"),
    sa.Column("state", sa.Text, nullable=False, comment="waiting, sending, sent, failed"),
    sa.Column("sent_at", sa.Text),
    sa.Column("answer", sa.Text, comment="what the channel said"),
    sa.UniqueConstraint("enrollment", "path", name="uq_wakeline_outbox_effect"),
    sa.Index(
        "ix_wakeline_outbox_unsent",
        *("state", "channel", "run", "recipient"),
        sqlite_where=sa.text("state <> 'sent'"),
    ),
)

inbox = sa.Table(
    "wakeline_inbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("urgent", sa.Integer, nullable=False, server_default="0"),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Index("ix_wakeline_inbox_person", "person", "id"),
)
