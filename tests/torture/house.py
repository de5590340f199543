"""A company with customers and a mail server, and commands on it as a timer or a person calls them.

Each command is a process of its own; what left is told by the mail server's log.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from engine.front import Desk
from tests.engine.mail_server import LOCAL, Mailbox, mail_server
from tests.stores import Place
from tests.torture.fork_server import Ended, ForkServer, Order

BASE = Path(__file__).parent.parent / "cases" / "run" / "_base"
ZONE = ZoneInfo("Asia/Shanghai")
WIDE = """\
guards:
  messages: {at_most: 1000000, share: 100 %}
  updates: {at_most: 1000000, share: 100 %}
  creates: {at_most: 1000000, share: 100 %}
  messages_per_day: 1000000
"""
"""Guards that hold nothing."""
SETTINGS = """\
language: zh
time_zone: Asia/Shanghai
publish: automatic
fallback_person: S9
channels:
  email: {{kind: smtp, host: {host}, port: {port}, security: none, from: crm@example.cn}}
  inbox: {{kind: inbox}}
"""
LETTER = """\
name: {name}
class: {kind}
versions: [{{email: {{subject: "{name}", text: "您好，{{{{ 客户名称 }}}}。"}}}}]
"""


def furnish(root: Path, settings: str, files: Mapping[str, str]) -> None:
    """A workspace: the company of the cases, with its own settings and files."""
    shutil.copytree(BASE, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("before.yaml"))
    for name, text in {"workspace.yaml": settings, **files}.items():
        (root / name).write_text(text, encoding="utf-8")


def put_customers(desk: Desk, groups: Mapping[str, int]) -> None:
    """So many customers of each group (their 行业), whom letters may reach; `G-0` is the first of G."""
    modules = desk.workspace.model.modules
    with desk.store.write(desk.clock) as session, session.transaction():
        staff, customers = modules["staff"], modules["customers"]
        session.upsert(staff, [staff.fields["name"]], [("S1", "王一"), ("S9", "总管九")])
        fields = [customers.fields[name] for name in ("name", "industry", "owner", "email", "email_ok")]
        rows = (
            (f"{group}-{n}", f"客户{group}-{n}", group, "S1", address(group, n), True)
            for group, count in groups.items()
            for n in range(count)
        )
        session.upsert(customers, fields, rows)


def address(group: str, number: int) -> str:
    """The mail address of a customer."""
    return f"{group}-{number}@example.com"


@dataclass
class House:
    """A workspace, its database, and the mail server, which is never set back."""

    root: Path
    store: Place
    forks: ForkServer
    box: Mailbox = field(default_factory=Mailbox)

    @classmethod
    @contextmanager
    def opened(cls, root: Path, files: Mapping[str, str], settings: str = "") -> Iterator[House]:
        """A new one; `settings` are added to those of the workspace."""
        box = Mailbox()
        with mail_server(box) as port, ForkServer.started() as forks, Place.lasting(root) as store:
            furnish(root, SETTINGS.format(host=LOCAL, port=port) + settings, files)
            yield cls(root, store, forks, box)

    def bring(self, groups: Mapping[str, int], at: datetime) -> None:
        """Customers, before anything is run."""
        put_customers(Desk(self.root, self.store.url, at), groups)

    def call(self, *arguments: str, at: datetime) -> Ended:
        """A command, in a process of its own."""
        where = ("--workspace", str(self.root), "--store", self.store.url, "--at", at.isoformat())
        return self.forks.run(Order((*arguments, *where)))

    def start(self, at: datetime) -> Ended:
        """What the timer does."""
        return self.call("start", "--once", "--format", "json", at=at)

    @property
    def arrived(self) -> Counter[str]:
        """By address, by the mail server's log."""
        return Counter(to for recipients in self.box.recipients for to in recipients)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Plain SQL, past everything that is tested."""
        with self.store.look() as connection:
            return list(connection.execute(sql))


def too_many(arrived: Counter[str], wanted: Iterable[str]) -> int:
    """How many letters arrived that nobody was to get, or more than once."""
    return sum((arrived - Counter(wanted)).values())


def too_few(arrived: Counter[str], wanted: Iterable[str]) -> int:
    """How many letters did not arrive."""
    return sum((Counter(wanted) - arrived).values())
