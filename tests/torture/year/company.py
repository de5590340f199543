"""The company of the year: the shipped workspace and its samples, and the life that goes on in it by day.

Who orders, who writes a follow-up and who approves depends on the seed and the day alone, so two years of
one seed have the same story.
"""

from __future__ import annotations

import csv
import json
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg

from engine import lookout, worker
from engine.deciding import decide
from engine.duty import Duty
from engine.front import Desk
from engine.shift import Clocks
from engine.shipped import copy_workspace
from engine.workspace import Workspace, open_workspace

ZONE = "America/New_York"
"""Its clocks change twice a year, and in autumn one o'clock, when the shipped workflows run, comes twice."""
ADDED = {
    "half-hourly.yaml": """\
id: half-hourly
name: 半小时一看
module: 客户
trigger: {every: 30 minutes}
once_per: day
conditions: {field: 沉默状态, is: 已沉默}
actions:
  - notify: {to: owner, text: "{{ 客户名称 }} 沉默了"}
""",
    "lost-hour.yaml": """\
id: lost-hour
name: 凌晨两点半
module: 客户
trigger: {every: day, at: "02:30", catch_up: all}
once_per: {field: 沉默唤醒次数}
conditions: {field: 沉默唤醒次数, at_least: 1, if_missing: no_match}
actions:
  - add_tag: 高潜
""",
    "waits.yaml": """\
id: waits
name: 等两天
module: 客户
trigger: {every: day, at: "01:00"}
once_per: {field: 最近下单日期}
conditions: {time_since: 最近下单日期, at_least: 60 days}
guard: {at_most: 1000, share: 100 %}
stop_when:
  - {if: {field: 是否继续维护, is: 否, if_missing: no_match}, because: 不再维护}
actions:
  - create_task: {subject: "问候 {{ 客户名称 }}", type: 关怀, to: owner, due: in 3 days}
  - wait_until: {count_of: 跟进记录, since: start, at_least: 1}
    within: 2 days
    otherwise:
      - notify: {to: supervisor, text: "{{ 客户名称 }} 两天没人跟进"}
  - update_field: {沉默唤醒次数: {add: 1}}
  - wait: 3 days
  - send_template: {template: 90 天唤醒, to: customer, via: email}
  - ask: {to: owner, question: "{{ 客户名称 }} 还要维护吗？", within: 4 days}
    answers:
      - {answer: 继续, then: [{add_tag: 高潜}]}
      - {answer: 放弃, then: [{add_tag: 低价值}]}
    otherwise: [{notify: {to: supervisor, text: "{{ 客户名称 }} 没有决定"}}]
""",
}
MANAGER = "S001"


@dataclass
class Company:
    """A workspace with its store; `url` empty for the file inside it."""

    root: Path
    seed: int
    url: str = ""
    step: int = 10
    """Every how many of the sample customers there are."""
    only: frozenset[str] = frozenset()
    """The files of the workflows that are kept, by their names; empty for all that ship."""
    _opened: dict[Any, Workspace] = field(default_factory=dict)

    def found(self, at: datetime) -> None:
        """Copy the workspace, set it up, bring the records."""
        copy_workspace(self.root)
        _set_up(self.root, self.only)
        desk = Desk(self.root, self.url, at)
        for module in desk.workspace.model.modules.values():
            path = self.root / "samples" / f"{module.key}.csv"
            _thin(path, self.step)
            desk.import_file(module.key, path)

    # --- files ------------------------------------------------------------------------------------

    def workspace(self) -> Workspace:
        """The files as they are; read again only when one has changed."""
        state = worker._print_of(self.root)
        if state not in self._opened:
            self._opened = {state: open_workspace(self.root)}
        return self._opened[state]

    def prepare(self) -> None:
        """In a worker's new process: what this process has read already need not be read again."""

        def remembered(root: Path, *_: Any, **__: Any) -> Workspace:
            assert root == self.root
            return self.workspace()

        lookout.open_workspace = remembered  # type: ignore[attr-defined]  # what it imports

    def edit(self, name: str, change: Callable[[str], str]) -> None:
        """Somebody saves a file."""
        path = self.root / name
        before = path.read_text("utf-8")
        after = change(before)
        assert after != before
        path.write_text(after, "utf-8")

    # --- the store --------------------------------------------------------------------------------

    @contextmanager
    def look(self) -> Iterator[Callable[[str], list[tuple[Any, ...]]]]:
        """Plain SQL past everything that is tested."""
        if self.url:
            with psycopg.connect(self.url, autocommit=True) as server:
                yield lambda sql: server.execute(sql).fetchall()  # type: ignore[arg-type]  # takes literals only
        else:
            with closing(sqlite3.connect(self.database, timeout=30)) as connection:
                yield lambda sql: connection.execute(sql).fetchall()

    @property
    def database(self) -> Path:
        """The file, where it is one."""
        return self.root / ".wakeline" / "wakeline.db"

    # --- by day -----------------------------------------------------------------------------------

    def live(self, now: datetime, day: date) -> None:
        """A day of the company: orders, follow-ups, tasks done."""
        dice = random.Random(f"{self.seed} {day}")
        workspace = self.workspace()
        modules = workspace.model.modules
        customers, tasks = self._customers_and_tasks()
        some = [one for one in customers if dice.random() < 0.02]
        followed = [one for one in customers if dice.random() < 0.03]
        done = {one for one in customers if dice.random() < 0.1}
        orders = [(f"Y{day:%y%m%d}{one}", one, day, dice.randint(500, 60_000)) for one in some]
        talks = [
            (f"Y{day:%y%m%d}{one}", one, day, dice.choice(["有意向", "待跟进", "无回应", "拒绝"]))
            for one in followed
        ]
        desk = self._desk(now)
        with desk.store.write(desk.clock) as session, session.transaction():
            for key, names, rows in (
                ("orders", ("customer", "date", "amount"), orders),
                ("followups", ("customer", "date", "result"), talks),
                ("tasks", ("status",), [(task, "已完成") for task, customer in tasks if customer in done]),
            ):
                module = modules[key]
                session.upsert(module, [module.fields[name] for name in names], rows)

    def _customers_and_tasks(self) -> tuple[list[str], list[tuple[str, str]]]:
        with self.look() as ask:
            customers = sorted(one for (one,) in ask("SELECT id FROM customers"))
            tasks = ask("SELECT id, customer FROM tasks WHERE status = '待办'")
        return customers, [(str(task), customer) for task, customer in tasks]

    def decide(self, now: datetime) -> None:
        """The manager at nine: most held runs are approved, some refused, some forgotten; questions too."""
        desk = self._desk(now)
        duty = Duty(desk.workspace, desk.store, desk.clock, desk.clocks)
        for held in duty.holds():
            fate = random.Random(f"{self.seed} {held['workflow']} {held['slot']}").random()
            if fate < 0.7:
                duty.approve(held["run"], "样例·李一", "看过了")
            elif fate < 0.85:
                duty.refuse(held["run"], "样例·李一", "不发")
        self._answer(desk)

    def _answer(self, desk: Desk) -> None:
        with self.look() as ask:
            found = ask("SELECT id, record, answers FROM wakeline_asks WHERE state = 'open' ORDER BY record")
        for number, record, answers in found:
            dice = random.Random(f"{self.seed} {record}")
            if dice.random() < 0.7:
                chosen = dice.choice(sorted(json.loads(answers)))
                with desk.store.write(desk.clock) as session, session.transaction():
                    decide(session, number, chosen, "")

    def _desk(self, now: datetime) -> Desk:
        keep, lookout.open_workspace = lookout.open_workspace, lambda *_, **__: self.workspace()  # type: ignore[attr-defined]  # as above
        try:
            desk = Desk(self.root, self.url, now)
        finally:
            lookout.open_workspace = keep  # type: ignore[attr-defined]  # as above
        desk.clocks = Clocks(lambda: now, lambda: now, now.timestamp)
        return desk


def _set_up(root: Path, only: frozenset[str]) -> None:
    settings = root / "workspace.yaml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("time_zone: Asia/Shanghai", f"time_zone: {ZONE}"), "utf-8")
    for path in root.rglob("*.yaml"):
        if only and path.stem not in only and "\ntrigger:" in path.read_text("utf-8"):
            path.unlink()
    for name, text in ADDED.items():
        (root / name).write_text(text, "utf-8")


def _thin(path: Path, step: int) -> None:
    """Leave every n-th customer, and what belongs to them."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    link = "客户" if "客户" in rows[0] else "编号" if path.stem == "customers" else ""
    kept = [row for row in rows if not link or int(row[link].lstrip("C") or 0) % step == 0]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(kept)
