"""A night that is killed, again and again, ends as one that nobody disturbed: nothing twice, nothing lost."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from engine.front import Desk
from tests.stores import POSTGRES, SQLITE, Place

ROOT = Path(__file__).parent.parent
BASE = Path(__file__).parent / "cases" / "run" / "_base"
AT = "2026-03-31T01:00"
CUSTOMERS = 2_600
KILLS = {SQLITE: 15, POSTGRES: 8}
SEED = 20260331

CHILD = """
# Runs a night and dies at the n-th point: before or after a statement, or in the middle of a long one.
import os, signal, sys
import sqlalchemy as sa
from engine.cli import run_command

root, at, fatal, store = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
points = 0

def point(*_, **__):
    global points
    points += 1
    if points == fatal:
        os.kill(os.getpid(), signal.SIGKILL)

for event in ("before_cursor_execute", "after_cursor_execute", "commit", "begin"):
    sa.event.listen(sa.Engine, event, point)
def connected(connection, _):
    if hasattr(connection, "set_progress_handler"):
        connection.set_progress_handler(point, 200_000)

sa.event.listen(sa.Engine, "connect", connected)
fsync = os.fsync
os.fsync = lambda file: (point(), fsync(file), point())
code = run_command(["run", "--workspace", root, "--store", store, "--at", at, "--format", "json"])
print(f"\\npoints {points}")
sys.exit(code)
"""

FIRST = """
id: first
name: 先
module: 客户
priority: 10
trigger: {every: day, at: "01:00"}
once_per: customer
conditions: {field: 沉默唤醒次数, at_least: 1, if_missing: match}
actions:
  - update_field: {沉默唤醒次数: {add: 1}, 沉默状态: 即将沉默}
  - create_task: {subject: "{{ 客户名称 }}：{{ 行业 }}", to: owner, due: in 3 days}
  - send_template: {template: 问候, to: customer, via: [email, sms]}
    otherwise: [{notify: {to: owner, text: "{{ 客户名称 }} 没有渠道"}}]
"""
SECOND = """
id: second
name: 后
module: 客户
priority: 20
trigger: {every: day, at: "01:00"}
once_per: day
limit: {per_owner_per_day: 700, first: {highest: 潜力}}
conditions: {field: 沉默状态, is: 即将沉默}
actions:
  - add_tag: 低价值
  - notify: {to: supervisor, text: "{{ 客户名称 }}"}
"""
GUARDS = """
guards:
  messages: {at_most: 100000, share: 100 %}
  updates: {at_most: 100000, share: 100 %}
  creates: {at_most: 100000, share: 100 %}
  messages_per_day: 100000
"""


@dataclass(frozen=True)
class Company:
    """A workspace with its database."""

    root: Path
    store: Place

    def copied(self, name: str, *, lasting: bool = False) -> Company:
        root = shutil.copytree(self.root, self.root.parent / name)
        if self.store.path is None:
            return Company(root, self.store.copied(name, lasting=lasting))
        return Company(root, Place.at(str(root / self.store.path.relative_to(self.root))))


@pytest.fixture(scope="module")
def before(each_store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A few thousand records, and two workflows that do something of every kind."""
    root = tmp_path_factory.mktemp("crash") / "before"
    shutil.copytree(BASE, root, ignore=shutil.ignore_patterns("before.yaml"))
    (root / "first.yaml").write_text(FIRST, encoding="utf-8")
    (root / "second.yaml").write_text(SECOND, encoding="utf-8")
    with (root / "workspace.yaml").open("a", encoding="utf-8") as file:
        file.write(GUARDS)
    with Place.lasting(root) as store:
        fill(Desk(root, store.url, at=datetime.fromisoformat(AT)))
        yield Company(root, store)


def fill(desk: Desk) -> None:
    modules = desk.workspace.model.modules
    with desk.store.write(desk.clock) as session, session.transaction():
        staff, customers = modules["staff"], modules["customers"]
        session.upsert(
            staff, [staff.fields["name"], staff.fields["boss"]], [("S1", "王一", "S8"), ("S8", "八", None)]
        )
        names = ("name", "silent", "industry", "owner", "email", "email_ok", "phone", "potential")
        session.upsert(customers, [customers.fields[name] for name in names], map(customer, range(CUSTOMERS)))


def customer(n: int) -> tuple[Any, ...]:
    """Some without an industry (their text fails), some by e-mail, some by telephone, some by neither."""
    industry = None if n in {7, 2_300} else "机械"
    email, phone = (f"c{n}@example.com" if n % 3 else None), ("13800000000" if n % 2 else None)
    return (
        f"C{n:05}",
        f"客户 {n}",
        "正常跟进",
        industry,
        "S1" if n % 5 else None,
        email,
        n % 3 == 1,
        phone,
        n % 97,
    )


def run(company: Company, fatal: int) -> tuple[int, int]:
    """The night in a process of its own, killed at a point (0: never); its exit code and number of points."""
    command = [sys.executable, "-c", CHILD, str(company.root), AT, str(fatal), company.store.url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in {0, -signal.SIGKILL}, done.stdout + done.stderr
    return done.returncode, int(done.stdout.rpartition("points ")[2]) if done.returncode == 0 else 0


@pytest.fixture(scope="module")
def calm(before: Company) -> tuple[Company, int]:
    """The night that nobody disturbs, and how many points it has."""
    company = before.copied("calm", lasting=True)
    _, points = run(company, 0)
    return company, points


def rows(company: Company, sql: str) -> list[tuple[Any, ...]]:
    with company.store.look() as connection:
        return list(connection.execute(sql))


STATE = {
    "customers": "SELECT * FROM customers",
    "tasks": "SELECT customer, subject, type, assignee, due, priority, text, status FROM tasks",
    "enrollments": "SELECT workflow, record, once_key, started_on, state, reason FROM wakeline_enrollments",
    "journal": "SELECT e.workflow, e.record, j.path, j.kind,"
    " CASE j.kind WHEN 'create' THEN '' ELSE j.details END"
    " FROM wakeline_journal j JOIN wakeline_enrollments e ON e.id = j.enrollment",
    "outbox": "SELECT e.workflow, o.record, o.path, o.kind, o.channel, o.recipient, o.template,"
    " o.subject, o.body"
    " FROM wakeline_outbox o JOIN wakeline_enrollments e ON e.id = o.enrollment",
}


def state(company: Company) -> dict[str, list[tuple[Any, ...]]]:
    """All that a night leaves, without numbers that only say in which order things were made."""
    return {name: sorted(rows(company, sql), key=repr) for name, sql in STATE.items()}


def sent_by_file(company: Company) -> list[str]:
    files = (company.root / ".wakeline" / "outbox").glob("*.jsonl")
    return [
        json.loads(line)["key"] for path in files for line in path.read_text(encoding="utf-8").splitlines()
    ]


def check_integrity(company: Company) -> None:
    if company.store.path is not None:
        assert rows(company, "PRAGMA integrity_check") == [("ok",)]
    for columns, table in (
        ("workflow, record, once_key", "enrollments"),
        ("enrollment, path", "journal"),
        ("enrollment, path", "outbox"),
    ):
        doubles = f"SELECT {columns} FROM wakeline_{table} GROUP BY {columns} HAVING count(*) > 1"
        assert rows(company, doubles) == []


def check_letters(company: Company) -> None:
    """A letter went out at most once; one of which that is not known is shown as in doubt, never dropped."""
    letters = rows(
        company, "SELECT enrollment || '/' || path, state FROM wakeline_outbox WHERE kind = 'message'"
    )
    sent = {key for key, state in letters if state == "sent"}
    doubtful = {key for key, state in letters if state == "sending"}
    found = Counter(sent_by_file(company))
    assert len(sent) + len(doubtful) == len(letters)
    assert max(found.values()) == 1
    assert sent <= set(found) <= sent | doubtful


def check_notices(company: Company, calm: Company) -> None:
    """The inbox is in the same database: every notice is there, once."""
    assert lines_of_inbox(company) == lines_of_inbox(calm)
    assert rows(
        company, "SELECT count(*) FROM wakeline_outbox WHERE kind = 'notice' AND state <> 'sent'"
    ) == [(0,)]


def lines_of_inbox(company: Company) -> Counter[tuple[str, str]]:
    return Counter(
        (person, line)
        for person, text in rows(company, "SELECT person, text FROM wakeline_inbox")
        for line in text.split("\n")
    )


def test_the_night_has_something_of_everything(calm: tuple[Company, int]) -> None:
    company, points = calm

    found = state(company)

    assert points > 50
    assert len(found["customers"]) == CUSTOMERS
    assert {(row[3], row[4]) for row in found["outbox"]} >= {
        ("message", "email"),
        ("message", "sms"),
        ("notice", "inbox"),
    }
    assert len(found["tasks"]) == CUSTOMERS - 2
    check_integrity(company)
    check_letters(company)


def test_a_night_killed_again_and_again_ends_as_one_undisturbed(
    each_store: str, before: Company, calm: tuple[Company, int]
) -> None:
    # given
    undisturbed, points = calm
    dice, kills = random.Random(SEED), 0
    wanted = state(undisturbed)
    while kills < KILLS[each_store]:
        company = before.copied("killed")

        # when
        code, here = -signal.SIGKILL, 0
        while code:
            here += 1
            code, _ = run(company, dice.randint(1, points) if here <= 5 else 0)
            kills += code != 0

        # then
        check_integrity(company)
        assert state(company) == wanted
        check_letters(company)
        check_notices(company, undisturbed)
        shutil.rmtree(company.root)
