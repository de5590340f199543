"""Who may sign in, what people did, what waits for a second person; who wrote what about a version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of what people did before there is no account; versions of before have no note."""
    for name in ("note", "approved_by"):
        op.add_column("wakeline_versions", sa.Column(name, sa.Text))
    _accounts()
    _audit()
    _proposals()


def _texts(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]


def _accounts() -> None:
    op.create_table(
        "wakeline_accounts",
        sa.Column("name", sa.Text, primary_key=True),
        *_texts("role"),
        *_texts("person", nullable=True),
        *_texts("password", "stamp", "created_at", "created_by"),
        *_texts("disabled_at", nullable=True),
    )
    op.create_table(
        "wakeline_attempts", sa.Column("id", sa.Integer, primary_key=True), *_texts("name", "address", "at")
    )
    for name in ("name", "address"):
        op.create_index(f"ix_wakeline_attempts_{name}", "wakeline_attempts", [name, "at"])


def _audit() -> None:
    names = ("at", "who", "role", "address", "deed", "subject", "details", "seal")
    op.create_table("wakeline_audit", sa.Column("id", sa.Integer, primary_key=True), *_texts(*names))
    op.create_index("ix_wakeline_audit_who", "wakeline_audit", ["who", "id"])
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER wakeline_audit_no_{deed.lower()} BEFORE {deed} ON wakeline_audit"
                " BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION wakeline_audit_stays() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION 'the audit log is only added to'; END$$"
    )
    op.execute(
        "CREATE TRIGGER wakeline_audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON wakeline_audit"
        " FOR EACH STATEMENT EXECUTE FUNCTION wakeline_audit_stays()"
    )


def _proposals() -> None:
    op.create_table(
        "wakeline_proposals",
        sa.Column("id", sa.Integer, primary_key=True),
        *_texts("file", "text", "base", "on_change", "note", "by", "at", "state"),
        *_texts("decided_by", "decided_at", "decided_because", nullable=True),
    )
    op.create_index("ix_wakeline_proposals_state", "wakeline_proposals", ["state", "file"])
