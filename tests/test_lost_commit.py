"""The reply to a COMMIT gets lost, or the COMMIT itself: every effect is there once (RELIABILITY F14).

A night is run again and again, each time with another COMMIT at which the connection breaks, until it goes by
without reaching that many: the tick, the claim, the opening, every chunk, the end, and every letter.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from engine import apply
from engine.duty import Duty
from engine.front import Desk
from engine.model.diagnostics import StoreAway
from engine.worker import Worker
from engine.workspace import open_workspace
from tests.company import nightly, stories_in
from tests.engine.mail_server import LOCAL, Mailbox, mail_server
from tests.lost_replies import Wire, wire_to
from tests.postgres import Server

AT = datetime.fromisoformat("2026-03-31T09:00+08:00")
CUSTOMERS, CHUNK, LETTERS = 20, 10, 2
STRIDE = 6
"""Of so many COMMITs one is tried; which, depends on the case."""
WORKFLOW = nightly(
    """\
guard: {at_most: 100, share: 100 %}
actions:
  - update_field: {沉默唤醒次数: {add: 1}}
  - create_task: {subject: "{{ 客户名称 }}", to: owner}
  - notify: {to: owner, text: "{{ 客户名称 }}"}
  - send_template: {template: 问候, to: customer, via: email}
""",
    key="greet",
    name="问候",
    at="09:00",
)


@dataclass
class House:
    """A workspace, its database, the wire to it, and the mailbox outside."""

    root: Path
    database: str
    wire: Wire
    box: Mailbox
    names: tuple[str, ...] = ()

    def start(self) -> None:
        """Rounds of one worker until one goes through."""
        url, clocks = self.wire.url(self.database), Desk(self.root, at=AT).clocks
        worker = Worker(open_workspace(self.root), url, clocks)
        for _ in range(2):
            with suppress(StoreAway):
                list(worker.round(lambda: False))
                return
        raise AssertionError("the database is there, and no round goes through")

    def run(self) -> None:
        """The command, which goes on by itself and tells of the run once."""
        desk = Desk(self.root, self.wire.url(self.database), at=AT)
        duty = Duty(desk.workspace, desk.store, desk.clock, desk.clocks, wait=lambda _: None)
        told = [(result.state, result.started, result.checked) for _, result, _ in duty.run(self.names)]
        assert told == [("done", CUSTOMERS, CUSTOMERS)]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.wire.server.connect(self.database) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def wire(server: Server) -> Iterator[Wire]:
    with wire_to(server) as found:
        yield found


@pytest.fixture(scope="module")
def filled(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, Mailbox]]:
    """A workspace with its customers in a database, to be copied; some of them may be written to."""
    root, box = tmp_path_factory.mktemp("lost"), Mailbox()
    stories_in(root)
    (root / "greet.yaml").write_text(WORKFLOW, "utf-8")
    with server.database("with_ledger") as database, mail_server(box) as port:
        settings = root / "workspace.yaml"
        account = f"{{kind: smtp, host: {LOCAL}, port: {port}, security: none, from: crm@example.cn}}"
        old = "{kind: file, path: .wakeline/outbox/email.jsonl}"
        text = settings.read_text("utf-8")
        assert old in text
        settings.write_text(text.replace(old, account), "utf-8")
        desk = Desk(root, server.url(database), at=AT)
        modules = desk.workspace.model.modules
        with desk.store.write(desk.clock) as session, session.transaction():
            staff, customers = modules["staff"], modules["customers"]
            session.upsert(staff, [staff.fields["name"]], [("S1", "王一")])
            fields = [customers.fields[name] for name in ("name", "owner", "email", "email_ok")]
            session.upsert(customers, fields, map(customer, range(CUSTOMERS)))
        yield root, database, box


def customer(n: int) -> tuple[Any, ...]:
    return (f"C{n}", f"客户{n}", "S1", f"c{n}@example.com" if n < LETTERS else None, n < LETTERS)


@pytest.mark.parametrize("reached", [True, False], ids=["carried out", "never heard of"])
@pytest.mark.parametrize(
    "first, program, names",
    [(1, House.start, ()), (2, House.run, ()), (3, House.run, ("greet",))],
    ids=["start", "run", "run by hand"],
)
def test_a_connection_that_breaks_at_a_commit_loses_and_doubles_nothing(
    filled: tuple[Path, str, Mailbox],
    wire: Wire,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    first: int,
    program: Callable[[House], None],
    names: tuple[str, ...],
    reached: bool,
) -> None:
    monkeypatch.setattr(apply, "CHUNK_RECORDS", CHUNK)
    source, database, box = filled
    for fatal in count(first + (0 if reached else STRIDE // 2), STRIDE):
        # given
        root = Path(shutil.copytree(source, tmp_path / "again"))
        box.letters.clear()
        with wire.server.database(database) as name:
            house = House(root, name, wire, box, names)
            wire.break_at(fatal, reached=reached)

            # when
            program(house)

            # then
            check(house)
        shutil.rmtree(root)
        if not wire.broken:
            break
    assert fatal > 20


def check(house: House) -> None:
    """Every customer was looked after, once: field, task, notice, letter."""
    runs = "SELECT state, started, failed FROM wakeline_runs WHERE state <> 'failed'"
    assert house.rows(runs) == [("done", CUSTOMERS, 0)]
    assert house.rows("SELECT wakes, count(*) FROM customers GROUP BY wakes") == [(10_000, CUSTOMERS)]
    assert house.rows("SELECT count(*), count(DISTINCT customer) FROM tasks") == [(CUSTOMERS, CUSTOMERS)]
    assert house.rows("SELECT count(*) FROM wakeline_enrollments") == [(CUSTOMERS,)]
    told = sum(len(text.splitlines()) for (text,) in house.rows("SELECT text FROM wakeline_inbox"))
    assert told == CUSTOMERS
    arrived = Counter(house.box.keys)
    assert (len(arrived), set(arrived.values())) == (LETTERS, {1})
    assert house.rows("SELECT state, count(*) FROM wakeline_outbox GROUP BY state") == [
        ("sent", CUSTOMERS + LETTERS)
    ]
