"""A post that keeps to the rules of whom to write to, and when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.engine.posting_world import Post
from tests.engine.small import BASE, HEAD, SHANGHAI, TEMPLATE, workspace_with

SETTINGS = BASE["workspace.yaml"]
SERVICE = TEMPLATE.replace("name: 唤醒", "name: 服务\nclass: service")
WORKFLOW = HEAD + "actions: [{stop: x}]\n"


def post_with(tmp_path: Path, settings: str = "") -> Post:
    files = {
        **BASE,
        "workspace.yaml": SETTINGS + settings,
        "templates/s.yaml": SERVICE,
        "wake.yaml": WORKFLOW,
    }
    return Post.made(workspace_with("", files), tmp_path, guarded=True)


def at(text: str) -> datetime:
    """A wall time in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


NOON = at("2026-03-31T12:00")


def bring(post: Post, agreed: Mapping[str, bool]) -> None:
    with post.session(NOON) as session, session.transaction():
        module = post.workspace.model.modules["customers"]
        fields = [module.fields["name"], module.fields["tier"], module.fields["email_ok"]]
        session.upsert(module, fields, [(key, key, "A", yes) for key, yes in agreed.items()])


def to(record: str, **more: Any) -> dict[str, Any]:
    about = {"record": record, "module": "customers", "addressee": record, "template": "唤醒", "body": record}
    return {**about, **more}


def answers(post: Post) -> list[tuple[Any, ...]]:
    rows = post.rows("SELECT state, answer, not_before FROM wakeline_outbox ORDER BY id")
    return [(state, answer and json.loads(answer).get("code"), when) for state, answer, when in rows]


def until(post: Post, number: int = 1) -> datetime:
    """Before when a letter is not tried again."""
    ((instant,),) = post.rows(f"SELECT not_before FROM wakeline_outbox WHERE id = {number}")
    return datetime.fromisoformat(instant)
