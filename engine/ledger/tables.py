"""The tables of the ledger. Changes to them need a migration (`ledger/migrations/versions`)."""

from __future__ import annotations

import sqlalchemy as sa

HEAD = "0009"
"""The newest migration; a ledger at this mark needs none."""

metadata = sa.MetaData()
LARGEST = 2**63 - 1
"""No database numbers further."""

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
    sa.Column("workflow", sa.Text, nullable=False, comment="of a file that workflows share: its name"),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("files", sa.Text, nullable=False, comment="JSON: file name -> hash in wakeline_sources"),
    sa.Column("published_at", sa.Text, nullable=False),
    sa.Column("published_by", sa.Text, nullable=False),
    sa.Column("note", sa.Text, comment="what its author wrote about it"),
    sa.Column("approved_by", sa.Text, comment="the second person"),
    sa.Index("ix_wakeline_versions_workflow", "workflow", "id"),
)

runs = sa.Table(
    "wakeline_runs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("workflow", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("slot", sa.Text, comment="local wall time of a scheduled run; null when started by hand"),
    sa.Column("state", sa.Text, nullable=False, comment="see engine/model/nights.py, RunState"),
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
    sa.Column("cause", sa.Text, nullable=False, server_default="hand", comment="see Cause"),
    sa.Column("due_at", sa.Text, comment="the instant a slot stands for; null without a slot"),
    sa.Column("priority", sa.Integer, nullable=False, server_default="50"),
    sa.Column("depth", sa.Integer, nullable=False, server_default="0", comment="workflows that led to it"),
    sa.Column("woken", sa.Integer, nullable=False, server_default="0", comment="enrollments that went on"),
    sa.Column("cleared", sa.Integer, nullable=False, server_default="0", comment="1: no guard stops it now"),
    sa.Column("reason", sa.Text, comment="JSON: code and facts, why it did not run or failed"),
    sa.Column("slots", sa.Integer, nullable=False, server_default="1", comment="missed ones it stands for"),
    sa.Column("last_slot", sa.Text, comment="the last of several missed ones"),
    sa.Column("worker", sa.Text, comment="who works on it"),
    sa.Column("fence", sa.Integer, nullable=False, server_default="0", comment="grows with every claim"),
    sa.Column("lease_until", sa.Text, comment="after this another worker may go on with it"),
    sa.Column("ended_at", sa.Text),
    sa.Column("decided_by", sa.Text, comment="who approved or refused it"),
    sa.Column("decided_at", sa.Text),
    sa.Column("decided_because", sa.Text),
    sa.Column("undoes", sa.Integer, comment="the run that it takes back"),
    sa.UniqueConstraint("workflow", "slot", name="uq_wakeline_runs_slot"),
    sa.Index(
        "uq_wakeline_runs_undoes",
        "undoes",
        unique=True,
        sqlite_where=sa.text("undoes IS NOT NULL"),
        postgresql_where=sa.text("undoes IS NOT NULL"),
    ),
    sa.Index("ix_wakeline_runs_day", "on_day"),
    sa.Index("ix_wakeline_runs_state", "state", "due_at"),
)

shards = sa.Table(
    "wakeline_shards",
    metadata,
    sa.Column("run", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("from_key", sa.Text, comment="the first record key; null: from the beginning"),
    sa.Column("to_key", sa.Text, comment="the first record key of the next shard; null: to the end"),
    sa.Column("state", sa.Text, nullable=False, comment="waiting, running, done"),
    sa.Column("worker", sa.Text),
    sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("lease_until", sa.Text),
    sa.Column("progress_at", sa.Text),
    sqlite_with_rowid=False,
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
    sa.Column("state", sa.Text, nullable=False, comment="waiting, done, stopped, goal, gone, cancelled"),
    sa.Column("reason", sa.Text),
    sa.Column(
        "episode_open", sa.Integer, nullable=False, comment="1 until a run sees the conditions answered no"
    ),
    sa.Column("control", sa.Integer, nullable=False, server_default="0", comment="1 in the control group"),
    sa.Column("version", sa.Text, nullable=False, server_default="", comment="the one it began with"),
    sa.Column("started_at", sa.Text, comment="the moment `start`"),
    sa.Column("path", sa.Text, comment="the step it waits at"),
    sa.Column("since", sa.Text, comment="when it came to that step"),
    sa.Column("until", sa.Text, comment="when it goes on at the latest"),
    sa.Column("ended_at", sa.Text),
    sa.Column("goal_by", sa.Text, comment="the goal counts as reached until then; null: nobody watches"),
    sa.Column("goal_at", sa.Text, comment="when the goal was seen reached"),
    sa.Index(
        "uq_wakeline_enrollments_waiting",
        *("workflow", "record"),
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    ),
    sa.Index(
        "ix_wakeline_enrollments_goal",
        "goal_by",
        sqlite_where=sa.text("goal_at IS NULL AND goal_by IS NOT NULL"),
        postgresql_where=sa.text("goal_at IS NULL AND goal_by IS NOT NULL"),
    ),
    sa.Index(
        "ix_wakeline_enrollments_until",
        "until",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    ),
    sa.UniqueConstraint("workflow", "record", "once_key", name="uq_wakeline_enrollments_once"),
    sa.Index(
        "uq_wakeline_enrollments_episode",
        *("workflow", "record"),
        unique=True,
        sqlite_where=sa.text("episode_open = 1"),
        postgresql_where=sa.text("episode_open = 1"),
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
    sa.Index("ix_wakeline_journal_run", "run"),
    sqlite_with_rowid=False,
)

created = sa.Table(
    "wakeline_created",
    metadata,
    sa.Column("enrollment", sa.Integer, primary_key=True),
    sa.Column("record", sa.Text, primary_key=True, comment="the key of the new record"),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("imprint", sa.Text, nullable=False, comment="of all its fields as it was made"),
    sqlite_with_rowid=False,
)

seals = sa.Table(
    "wakeline_seals",
    metadata,
    sa.Column("run", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False, comment="a page of what it would do: sealing.py"),
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

recordings = sa.Table(
    "wakeline_recordings",
    metadata,
    sa.Column("run", sa.Integer, primary_key=True),
    sa.Column("module", sa.Text, nullable=False, comment="whose records were asked"),
    sa.Column("seen", sa.LargeBinary, nullable=False, comment="packed JSON: key -> what conditions saw"),
    sa.Column("deferred", sa.LargeBinary, nullable=False, comment="packed keys that waited for another day"),
)

answers = sa.Table(
    "wakeline_answers",
    metadata,
    sa.Column("run", sa.Integer, primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True),
    sa.Column("first", sa.Text, nullable=False, comment="the key that the part begins with"),
    sa.Column("key_hash", sa.Text, nullable=False, comment="of the keys, in wakeline_answer_keys"),
    sa.Column("signs", sa.LargeBinary, nullable=False, comment="packed: a sign a record, in their order"),
    sqlite_with_rowid=False,
)

answer_keys = sa.Table(
    "wakeline_answer_keys",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("packed", sa.LargeBinary, nullable=False, comment="the keys, each on a line"),
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
    sa.Column("state", sa.Text, nullable=False, comment="see engine/model/nights.py, LetterState"),
    sa.Column("sent_at", sa.Text),
    sa.Column("answer", sa.Text, comment="what the channel said"),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("first_try_at", sa.Text),
    sa.Column("not_before", sa.Text, comment="no attempt before this instant"),
    sa.Column("worker", sa.Text, comment="who claimed it"),
    sa.Column("claimed_at", sa.Text),
    sa.Column("provider_id", sa.Text, comment="the receiver's own number of it"),
    sa.Column("receipt", sa.Text, comment="delivered, opened, clicked, replied: the furthest that is known"),
    sa.Column("settled_by", sa.Text, comment="who decided about one in doubt"),
    sa.Column("module", sa.Text, comment="the module of the record that a message goes to"),
    sa.Column("addressee", sa.Text, comment="the key of that record"),
    sa.Column("address", sa.Text, comment="the recipient in its normal form, once it was claimed"),
    sa.Column("html", sa.Integer, nullable=False, server_default="0", comment="1: the body is HTML"),
    sa.Column("put_off", sa.Text, comment="JSON: why it had to wait, and until when, the newest ten times"),
    sa.UniqueConstraint("enrollment", "path", name="uq_wakeline_outbox_effect"),
    sa.Index(
        "ix_wakeline_outbox_unsent",
        *("state", "channel", "run", "recipient"),
        sqlite_where=sa.text("state <> 'sent'"),
        postgresql_where=sa.text("state <> 'sent'"),
    ),
    # For the contact budget; what waits is in neither, so that a night's letters cost nothing.
    sa.Index(
        "ix_wakeline_outbox_addressee",
        *("module", "addressee"),
        sqlite_where=sa.text("state <> 'waiting'"),
        postgresql_where=sa.text("state <> 'waiting'"),
    ),
    sa.Index(
        "ix_wakeline_outbox_address",
        "address",
        sqlite_where=sa.text("state <> 'waiting'"),
        postgresql_where=sa.text("state <> 'waiting'"),
    ),
)

bounces = sa.Table(
    "wakeline_bounces",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("address", sa.Text, primary_key=True),
    sa.Column("count", sa.Integer, nullable=False, comment="how often in a row it was refused for good"),
    sa.Column("last_at", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False, comment="what the receiver said the last time"),
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

asks = sa.Table(
    "wakeline_asks",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("enrollment", sa.Integer, nullable=False),
    sa.Column("path", sa.Text, nullable=False, comment="one for each person who is asked"),
    sa.Column("step", sa.Text, nullable=False, comment="the step they wait at"),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("workflow", sa.Text, nullable=False),
    sa.Column("record", sa.Text, nullable=False),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("answers", sa.Text, nullable=False, comment="JSON: the answers to choose from"),
    sa.Column("asked_at", sa.Text, nullable=False),
    sa.Column("until", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, comment="open, answered, expired, withdrawn"),
    sa.Column("answer", sa.Text),
    sa.Column("decided_by", sa.Text),
    sa.Column("decided_at", sa.Text),
    sa.UniqueConstraint("enrollment", "path", name="uq_wakeline_asks_effect"),
    sa.Index("ix_wakeline_asks_open", "state", "person"),
)

events = sa.Table(
    "wakeline_events",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True, comment="one event comes in once"),
    sa.Column("workflow", sa.Text, nullable=False, comment="the workflow it starts"),
    sa.Column("record", sa.Text, nullable=False, comment="the record it is about"),
    sa.Column("kind", sa.Text, nullable=False, comment="created, changed, started, outside"),
    sa.Column("about", sa.Text, comment="the related record that was created"),
    sa.Column("details", sa.Text, comment="JSON: field, before, after; or what came with it"),
    sa.Column("depth", sa.Integer, nullable=False, server_default="0"),
    sa.Column("origins", sa.Text, nullable=False, server_default="", comment="workflows that led to it"),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, comment="waiting, taken, started, not_started, refused"),
    sa.Column("reason", sa.Text, comment="a code, why it started nothing, or waits"),
    sa.Column("run", sa.Integer, comment="the run that took it"),
    sa.Column("not_before", sa.Text, comment="no run takes it before this instant"),
    sa.Index("ix_wakeline_events_state", "state", "workflow", "depth"),
    sa.Index(
        "ix_wakeline_events_refused",
        "at",
        sqlite_where=sa.text("state = 'refused'"),
        postgresql_where=sa.text("state = 'refused'"),
    ),
    sa.Index("ix_wakeline_events_run", "run", "record"),
    sa.Index("ix_wakeline_events_record", "record", "workflow"),
)

remembered = sa.Table(
    "wakeline_remembered",
    metadata,
    sa.Column("module", sa.Text, primary_key=True),
    sa.Column("field", sa.Text, primary_key=True, comment="empty: that there is such a record"),
    sa.Column("record", sa.Text, primary_key=True),
    sa.Column("value", sa.Text),
    sa.Index(
        "ix_wakeline_remembered_fields",
        *("module", "field"),
        sqlite_where=sa.text("record = ''"),
        postgresql_where=sa.text("record = ''"),
    ),
    sqlite_with_rowid=False,
)

schedules = sa.Table(
    "wakeline_schedules",
    metadata,
    sa.Column("workflow", sa.Text, primary_key=True),
    sa.Column("seen_until", sa.Text, nullable=False, comment="slots up to this instant have their row"),
    sa.Column("looked_at", sa.Text, comment="when all that waits was last looked at"),
)

pauses = sa.Table(
    "wakeline_pauses",
    metadata,
    sa.Column("workflow", sa.Text, primary_key=True),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, comment="JSON: code and facts, or what a person wrote"),
)

workers = sa.Table(
    "wakeline_workers",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("started_at", sa.Text, nullable=False),
    sa.Column("seen_at", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
)

facts = sa.Table(
    "wakeline_facts",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
