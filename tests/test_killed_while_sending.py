"""A process killed again and again while it sends loses no letter and sends none twice (RELIABILITY M8).

What arrived is told by the mail server's own log, never by the product. On SQLite, by kills from outside; on
PostgreSQL a sender dies at moments spread over all of its work in test_crash_points.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.ledger.tables import outbox
from engine.workspace import open_workspace
from tests.engine.mail_server import LOCAL, Mailbox, mail_server
from tests.engine.posting_world import Post
from tests.engine.small import BASE, SHANGHAI, begun, files_with

ROOT = Path(__file__).parent.parent
LETTERS, KILLS, SEED = 100, 6, 20260331
START = datetime(2026, 3, 31, 9, 0, tzinfo=SHANGHAI)
CHILD = "import sys; from engine.cli import run_command; sys.exit(run_command(sys.argv[1:]))"


class Slow(Mailbox):
    """Takes its time before and after it takes a letter, so that kills come upon both."""

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802 - as there
        import asyncio

        await asyncio.sleep(0.002)
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(0.002)
        return answer


def workspace_at(root: Path, port: int, policy: str) -> Post:
    account = f"{{kind: smtp, host: {LOCAL}, port: {port}, security: none, from: crm@example.cn{policy}}}"
    settings = f"time_zone: Asia/Shanghai\nchannels: {{email: {account}, sms: {{kind: file}}}}\n"
    for name, text in {**files_with("actions: [{stop: x}]\n"), "workspace.yaml": settings}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    assert set(BASE) <= {str(path.relative_to(root)) for path in root.rglob("*.yaml")}
    found = open_workspace(root)
    assert not found.has_errors
    return Post.made(found, root)


def fill(post: Post) -> None:
    with post.session(START) as session, session.transaction():
        module = post.workspace.model.modules["customers"]
        fields = [module.fields[name] for name in ("name", "tier", "email", "email_ok")]
        customers = [(f"C{n}", f"C{n}", "A", f"c{n}@example.com", True) for n in range(LETTERS)]
        session.upsert(module, fields, customers)
        run = begun(session.connection, clock=session.clock)
        base = {"path": "actions/0", "run": run, "kind": "message", "channel": "email", "state": "waiting"}
        rows = [
            {**base, "enrollment": n, "record": f"C{n}", "recipient": f"c{n}@example.com", "body": f"{n}"}
            for n in range(LETTERS)
        ]
        session.connection.execute(outbox.insert(), rows)


def started(root: Path, hour: int) -> subprocess.Popen[bytes]:
    """A night an hour after the one before: claims of the dead are old by then."""
    at = (START + timedelta(minutes=10 * hour)).isoformat()
    command = [sys.executable, "-c", CHILD, "run", "wake", "--workspace", str(root), "--at", at]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def killed_again_and_again(post: Post, box: Mailbox) -> int:
    """Each process is killed somewhere in its work; the last one ends by itself. The number of kills."""
    dice, kills = random.Random(SEED), 0
    for hour in range(KILLS):
        child, wanted = started(post.folder.parent, hour), len(box.letters) + dice.randint(1, 15)
        while child.poll() is None and len(box.letters) < wanted:
            time.sleep(0.001)
        time.sleep(dice.random() * 0.01)
        child.kill()
        child.communicate()
        kills += child.returncode == -signal.SIGKILL
    for more in range(2):
        last = started(post.folder.parent, KILLS + more)
        out, err = last.communicate(timeout=120)
        assert last.returncode in {0, 3}, (out, err)
    return kills


@pytest.mark.parametrize("policy", ["", ", in_doubt: resend"], ids=["hold", "resend"])
def test_killed_process_loses_no_letter(tmp_path: Path, policy: str) -> None:
    # given
    box = Slow()
    with mail_server(box) as port:
        post = workspace_at(tmp_path / "w", port, policy)
        fill(post)

        # when
        kills = killed_again_and_again(post, box)

    # then
    arrived = Counter(str(one["X-Wakeline-Key"]) for one in box.letters)
    states = dict(post.rows("SELECT enrollment || '/' || path, state FROM wakeline_outbox"))
    sent = {key for key, state in states.items() if state == "sent"}
    doubtful = {key for key, state in states.items() if state == "in_doubt"}
    doubled = {key for key, count in arrived.items() if count > 1}
    assert kills >= KILLS - 2
    assert len(states) == LETTERS == len(sent) + len(doubtful)
    assert sent <= set(arrived) <= sent | doubtful
    if policy:
        assert doubtful == set()
        assert len(doubled) <= kills
        assert len({one["Message-ID"] for one in box.letters}) == LETTERS
    else:
        assert doubled == set()
        assert len(doubtful) <= kills
