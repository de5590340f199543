"""The tables of who may sign in, what people did, and what waits for a second person to publish it.

They are the editor's: a night does not know them, and a copy of the store to try things on has none.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

accounts = sa.Table(
    "wakeline_accounts",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("role", sa.Text, nullable=False, comment="rep, supervisor, viewer, editor, publisher, admin"),
    sa.Column("person", sa.Text, comment="the key of the colleague whose customers they see"),
    sa.Column("password", sa.Text, nullable=False, comment="argon2id, with its salt and cost"),
    sa.Column("stamp", sa.Text, nullable=False, comment="a session holds as long as this stays"),
    sa.Column("created_at", sa.Text, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("disabled_at", sa.Text),
)

attempts = sa.Table(
    "wakeline_attempts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, comment="the account that was tried, be there one or not"),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Index("ix_wakeline_attempts_name", "name", "at"),
    sa.Index("ix_wakeline_attempts_address", "address", "at"),
)

audit = sa.Table(
    "wakeline_audit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("deed", sa.Text, nullable=False, comment="published, approved, signed_in …"),
    sa.Column("subject", sa.Text, nullable=False, comment="the file, run, account … that it was done to"),
    sa.Column("details", sa.Text, nullable=False, comment="JSON"),
    sa.Column("seal", sa.Text, nullable=False, comment="a hash of the row and of the seal before it"),
    sa.Index("ix_wakeline_audit_who", "who", "id"),
)

proposals = sa.Table(
    "wakeline_proposals",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False, comment="what the file shall say"),
    sa.Column("base", sa.Text, nullable=False, comment="names the text that it was written against"),
    sa.Column("on_change", sa.Text, nullable=False, comment="what becomes of those who wait: see OnChange"),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, comment="open, published, refused, withdrawn"),
    sa.Column("decided_by", sa.Text),
    sa.Column("decided_at", sa.Text),
    sa.Column("decided_because", sa.Text),
    sa.Index("ix_wakeline_proposals_state", "state", "file"),
)
