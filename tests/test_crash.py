"""A night in several chunks, with effects of every kind, killed again and again: nothing twice, nothing lost.

Where each of its moments is fatal once, and letters leave by a mail server, is in test_crash_points.
"""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from engine.front import Desk
from tests.company import stories_in
from tests.stores import POSTGRES, SQLITE, Place
from tests.torture.crash_night import Effects, faults, state
from tests.torture.fork_server import Ended, ForkServer, Order

AT = "2026-03-31T01:00"
CUSTOMERS = 2_600
KILLS = {SQLITE: 15, POSTGRES: 8}
SEED = 20260331

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
    stories_in(root)
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


@pytest.fixture(scope="module")
def forks() -> Iterator[ForkServer]:
    with ForkServer.started() as found:
        yield found


def run(forks: ForkServer, company: Company, fatal: int = 0) -> Ended:
    """The night in a process of its own, killed at a point (0: never)."""
    where = ("--workspace", str(company.root), "--store", company.store.url, "--at", AT, "--format", "json")
    ended = forks.run(Order(("run", *where), fatal=fatal))
    assert ended.was_killed or ended.code == 0, ended.said
    return ended


@pytest.fixture(scope="module")
def calm(forks: ForkServer, before: Company) -> tuple[Company, int]:
    """The night that nobody disturbs, and how many points it has."""
    company = before.copied("calm", lasting=True)
    return company, len(run(forks, company).names)


def rows(company: Company, sql: str) -> list[tuple[Any, ...]]:
    with company.store.look() as connection:
        return list(connection.execute(sql))


TASKS = "SELECT customer, subject, type, assignee, due, priority, text, status FROM tasks"


def effects(company: Company) -> dict[str, Effects]:
    return state(company.store, tasks=TASKS)


UNTOLD = "SELECT count(*) FROM wakeline_outbox WHERE kind = 'notice' AND state <> 'sent'"


def sent_by_file(company: Company) -> list[str]:
    files = (company.root / ".wakeline" / "outbox").glob("*.jsonl")
    return [
        json.loads(line)["key"] for path in files for line in path.read_text(encoding="utf-8").splitlines()
    ]


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


def test_the_night_has_something_of_everything(calm: tuple[Company, int]) -> None:
    company, points = calm

    found = effects(company)

    assert points > 50
    assert found["customers"].total() == CUSTOMERS
    assert {(row[3], row[4]) for row in found["outbox"]} >= {
        ("message", "email"),
        ("message", "sms"),
        ("notice", "inbox"),
    }
    assert found["tasks"].total() == CUSTOMERS - 2
    assert faults(company.store) == []
    check_letters(company)


def test_a_night_killed_again_and_again_ends_as_one_undisturbed(
    each_store: str, forks: ForkServer, before: Company, calm: tuple[Company, int]
) -> None:
    # given
    undisturbed, points = calm
    dice, kills = random.Random(SEED), 0
    wanted = effects(undisturbed)
    while kills < KILLS[each_store]:
        company = before.copied("killed")

        # when
        ended, here = run(forks, company, dice.randint(1, points)), 1
        while ended.was_killed:
            kills, here = kills + 1, here + 1
            ended = run(forks, company, dice.randint(1, points) if here <= 5 else 0)

        # then
        assert faults(company.store) == []
        assert effects(company) == wanted
        check_letters(company)
        assert rows(company, UNTOLD) == [(0,)]
        shutil.rmtree(company.root)
