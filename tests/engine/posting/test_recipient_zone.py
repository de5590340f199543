"""Quiet hours by the clock of the recipient, where their record tells of one (RELIABILITY F33)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.engine.posting_world import Post
from tests.engine.small import BASE, HEAD, MODEL, workspace_with

pytestmark = pytest.mark.usefixtures("each_store")

FIELD = "      zone: {label: 时区, type: text}\n"
ZONED = MODEL.replace("      tier:\n", FIELD + "      tier:\n", 1).replace(
    "    owner: 负责人\n", "    owner: 负责人\n    time_zone: 时区\n", 1
)
PLACES = {
    "NY": "America/New_York",
    "SH": "Asia/Shanghai",
    "NONE": None,
    "ODD": "纽约",
    "BAD": "../../etc/passwd",
}


@pytest.fixture(name="post")
def _post(tmp_path: Path) -> Post:
    assert "time_zone: 时区" in ZONED
    assert "zone: {label: 时区" in ZONED
    files = {**BASE, "model.yaml": ZONED, "wake.yaml": HEAD + "actions: [{stop: x}]\n"}
    return Post.made(workspace_with("", files), tmp_path, guarded=True)


def left(post: Post, now: str) -> tuple[set[str], dict[str, datetime]]:
    """Who was written to at that moment, and until when the others wait."""
    at = datetime.fromisoformat(now)
    with post.session(at) as session, session.transaction():
        module = post.workspace.model.modules["customers"]
        fields = [module.fields[one] for one in ("name", "tier", "email_ok", "zone")]
        session.upsert(module, fields, [(key, key, "A", True, zone) for key, zone in PLACES.items()])
    about = {"module": "customers", "template": "唤醒"}
    post.put(at, *({**about, "record": key, "addressee": key, "body": key} for key in PLACES))
    post.send(at)
    waiting = post.rows("SELECT record, not_before FROM wakeline_outbox WHERE state = 'waiting'")
    return set(post.outside.bodies), {key: datetime.fromisoformat(until) for key, until in waiting}


def test_in_the_night_of_new_york_only_those_there_wait_for_their_morning(post: Post) -> None:
    """15:00 in Shanghai is 03:00 in New York, where it is quiet until 09:00: 21:00 in Shanghai."""
    sent, waiting = left(post, "2026-03-31T15:00+08:00")

    assert sent == {"SH", "NONE", "ODD", "BAD"}
    (until,) = waiting.values()
    assert datetime.fromisoformat("2026-03-31T21:00+08:00") <= until
    assert until < datetime.fromisoformat("2026-03-31T22:00+08:00")


def test_in_the_day_of_new_york_those_there_are_written_to_and_the_others_wait(post: Post) -> None:
    """23:00 in Shanghai is 11:00 in New York; whose zone nobody knows lives by the company's clock."""
    sent, waiting = left(post, "2026-03-31T23:00+08:00")

    assert sent == {"NY"}
    assert set(waiting) == {"SH", "NONE", "ODD", "BAD"}
    assert min(waiting.values()) >= datetime.fromisoformat("2026-04-01T09:00+08:00")
