"""A worker that is asked to leave does so while the mail server keeps it waiting (RELIABILITY F45)."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from engine.front import Desk
from tests.engine.mail_server import LOCAL, Mailbox, mail_server
from tests.stores import Place
from tests.torture.house import LETTER, WIDE, ZONE, furnish, put_customers

ROOT = Path(__file__).parent.parent
NIGHT = datetime(2026, 3, 31, 1, 0, 5, tzinfo=ZONE)
LETTERS = 4
SETTINGS = f"""\
language: zh
time_zone: Asia/Shanghai
publish: automatic
channels:
  email: {{{{kind: smtp, host: {LOCAL}, port: {{port}}, security: none, from: crm@example.cn, timeout: 60}}}}
"""
FILES = {
    "templates/t.yaml": LETTER.format(name="近况", kind="service"),
    "wake.yaml": """\
id: wake
name: 唤醒
module: 客户
trigger: {every: day, at: "01:00"}
actions: [{send_template: {template: 近况, to: customer, via: email}}]
""",
}
pytestmark = pytest.mark.usefixtures("each_store")


@contextmanager
def working(root: Path, store: Place, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in the minute in which the letters of some customers fall due."""
    furnish(root, SETTINGS.format(port=port) + WIDE, FILES)
    put_customers(Desk(root, store.url, NIGHT), {"C": LETTERS})
    where = ["--workspace", str(root), "--store", store.url, "--at", NIGHT.isoformat()]
    command = [sys.executable, "-m", "engine", "start", *where, "--speed", "1", "--every", "0.2"]
    with (root / "log.txt").open("wb") as log, subprocess.Popen(command, cwd=ROOT, stderr=log) as process:
        try:
            yield process
        finally:
            process.kill()


def leaves_after(box: Mailbox, store: Place, root: Path, *, asked: int, texts: int) -> Counter[str]:
    """The states of the letters when a worker has left that was told to after so many words."""
    with mail_server(box) as port, working(root, store, port) as process:
        end = time.monotonic() + 90
        while len(box.asked) < asked or len(box.letters) < texts:
            assert process.poll() is None, (root / "log.txt").read_text("utf-8")
            assert time.monotonic() < end, (root / "log.txt").read_text("utf-8")
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=120) == 0
    with store.look() as connection:
        return Counter(state for (state,) in connection.execute("SELECT state FROM wakeline_outbox"))


def test_letter_whose_text_may_have_been_taken_is_in_doubt(tmp_path: Path) -> None:
    box = Mailbox(at_text={"C-1@example.com": "drip"})
    with Place.lasting(tmp_path) as store:
        states = leaves_after(box, store, tmp_path, asked=2, texts=2)

    assert states == {"sent": 1, "in_doubt": 1, "waiting": 2}
    assert len(box.letters) == 2


def test_letter_that_the_server_has_not_got_waits(tmp_path: Path) -> None:
    box = Mailbox(at_recipient={"C-1@example.com": "drip"})
    with Place.lasting(tmp_path) as store:
        states = leaves_after(box, store, tmp_path, asked=2, texts=1)

    assert states == {"sent": 1, "waiting": 3}
    assert len(box.letters) == 1


def test_no_letter_begins_to_leave_after_the_worker_was_told_to(tmp_path: Path) -> None:
    """The server takes its time for each, but answers soon enough for the letter in hand."""
    box = Mailbox(at_text={f"C-{n}@example.com": "hang" for n in range(LETTERS)})
    with Place.lasting(tmp_path) as store:
        states = leaves_after(box, store, tmp_path, asked=1, texts=1)

    assert states == {"sent": 1, "waiting": 3}
    assert len(box.letters) == 1
