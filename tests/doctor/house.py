"""The company that the doctor looks at, and how to spoil it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from engine.cli import run_command
from engine.doctor import Check
from tests.stores import Place

AT = "2026-03-31T01:00"
NOW = datetime(2026, 3, 30, 17, tzinfo=UTC)
"""The same moment in Shanghai."""
WAITING = """
id: waits
name: 等
module: 客户
trigger: {when: by_hand}
actions:
  - {wait: 3 days, name: 等一等}
  - add_tag: 高潜
"""

Find = Callable[..., dict[str, Check]]


def run(root: Path, *arguments: str, at: str = AT) -> int:
    return run_command([*arguments, "--workspace", str(root), "--at", at, "--lang", "en"])


def change(store: Place, *statements: str) -> None:
    with store.look() as connection:
        for one in statements:
            connection.execute(one)


def state(one: Check) -> tuple[str, str, str]:
    return one.status, one.code, one.facts["kind"]


def instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def due(store: Place, state: str = "due", workflow: str = "good", **columns: str) -> None:
    values = {
        "workflow": workflow, "version": "v", "slot": "x", "state": state, "cause": "clock",
        "at": instant(NOW), "due_at": instant(NOW), "on_day": "2026-03-31", **columns,
    }  # fmt: skip
    change(
        store,
        f"INSERT INTO wakeline_runs ({', '.join(values)}) VALUES ({', '.join(map(repr, values.values()))})",
    )


def letter(store: Place, number: int, state: str, channel: str = "sms", **columns: str) -> None:
    values: dict[str, object] = {
        "enrollment": number, "path": "actions/9", "run": 1, "kind": "message", "record": "C1",
        "channel": channel, "recipient": "13800000000", "body": "text", "state": state, **columns,
    }  # fmt: skip
    change(
        store,
        f"INSERT INTO wakeline_outbox ({', '.join(values)}) VALUES ({', '.join(map(repr, values.values()))})",
    )
