"""Five thousand customers, a worker, and a store that gets into trouble."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.cli import run_command
from engine.runners import Local
from engine.shift import Clocks
from engine.worker import Worker
from engine.workspace import open_workspace
from tests.company import nightly, stories_in
from tests.lacks import lacks
from tests.stores import Place

COUNT = 5000
NIGHT = datetime(2026, 3, 30, 17, tzinfo=UTC)
WORKFLOW = nightly(
    """\
guard: {at_most: 10000, share: 100 %}
actions:
  - update_field: {沉默唤醒次数: {add: 1}}
  - create_task: {subject: "{{ 客户名称 }}", to: owner}
  - send_template: {template: 问候, to: customer, via: sms}
""",
    key="greet",
    name="问候",
)
NIGHTLY = " FROM wakeline_runs WHERE slot = '2026-03-31T01:00'"


def fill(root: Path, store: str = "") -> None:
    """A workspace with five thousand customers, in its own store or another."""
    stories_in(root)
    (root / "greet.yaml").write_text(WORKFLOW, "utf-8")
    settings = root / "workspace.yaml"
    settings.write_text(settings.read_text("utf-8") + "guards: {messages_per_day: 10000}\n", "utf-8")
    rows = "".join(f"C{n},甲{n},S1,138{n:08}\n" for n in range(COUNT))
    (root / "staff.csv").write_text("编号,姓名\nS1,王一\n", "utf-8")
    (root / "customers.csv").write_text(f"编号,客户名称,负责人,电话\n{rows}", "utf-8")
    where = ["--workspace", str(root), "--lang", "en", *(["--store", store] if store else [])]
    for module in ("staff", "customers"):
        assert run_command(["import", module, str(root / f"{module}.csv"), *where]) == 0


class House:
    """A workspace and its store, and a worker."""

    def __init__(self, root: Path, place: Place) -> None:
        self.root, self.place = root, place
        self.worker = Worker(open_workspace(root), place.url, Clocks(now=lambda: NIGHT))
        self.runner = Local(self.worker)

    def round(self) -> bool:
        """One round of the worker; whether all went well."""
        self.runner._round(lambda: False)
        return bool(self.runner.health()["is_well"])

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Plain SQL, past everything that is tested."""
        with self.place.look() as connection:
            return list(connection.execute(statement))

    def letters(self) -> list[str]:
        """To whom letters have left."""
        path = self.root / ".wakeline" / "outbox" / "sms.jsonl"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return [json.loads(line)["record"] for line in lines]

    def everybody_once(self) -> None:
        """All customers were looked after, each once: their field, their task, their letter."""
        assert self.rows(f"SELECT state, started, failed{NIGHTLY}") == [("done", COUNT, 0)]
        assert self.rows("SELECT wakes, count(*) FROM customers GROUP BY wakes") == [(10_000, COUNT)]
        assert self.rows("SELECT count(*), count(DISTINCT customer) FROM tasks") == [(COUNT, COUNT)]
        letters = Counter(self.letters())
        assert (len(letters), set(letters.values())) == (COUNT, {1})
        assert self.rows("SELECT DISTINCT state FROM wakeline_outbox") == [("sent",)]


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[Path]:
    """A small disk of its own; skipped where nobody may mount one."""
    folder.mkdir()
    mount = shutil.which("mount")
    asked = [mount or "mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if (
        os.name != "posix"
        or mount is None
        or subprocess.run(asked, capture_output=True, check=False).returncode
    ):
        lacks("no right to mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def resize(disk: Path, size: str) -> None:
    """Another room on the small disk."""
    subprocess.run(["mount", "-o", f"remount,size={size}", str(disk)], check=True)
