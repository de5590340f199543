"""A small company with workflows that watch it, as a tick sees it, and what the ledger has of events."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from engine.by_hand import run_workflow
from engine.eventing import look_for_events
from engine.ledger.events import Event, Events
from engine.ledger.tables import events
from engine.model.moments import Clock
from engine.publishing import Runnable
from engine.shift import Clocks, Roster, Shift
from engine.units import run_all, tick
from engine.workspace import workspace_of_sources
from tests.engine.small import BASE, ROOT, Place, clock_at

MORNING, NOON, TOMORROW = (
    clock_at("2026-03-31T09:00"),
    clock_at("2026-03-31T12:00"),
    clock_at("2026-04-01T02:00"),
)
STOP = "actions: [{stop: x}]\n"
RECORDS = {
    "客户": {
        "C1": {"客户名称": "甲", "客户层级": "B", "唤醒次数": "1"},
        "C2": {"客户名称": "乙", "客户层级": "C"},
        "C3": {"客户名称": "丙", "客户层级": "B"},
    },
}


def workflow(trigger: str, body: str = STOP, id: str = "wake") -> str:  # noqa: A002 - as files say it
    return f"id: {id}\nname: {id}\nmodule: 客户\ntrigger: {trigger}\n{body}"


class Company(Place):
    """The small company with some workflows, as a tick sees it."""

    @classmethod
    def of(cls, *texts: str, files: dict[str, str] = BASE) -> Company:
        named = {f"w{number}.yaml": text for number, text in enumerate(texts)}
        workspace = workspace_of_sources(ROOT, {**files, **named})
        assert not workspace.has_errors, workspace.diagnostics
        made = cls.make(workspace, RECORDS)
        assert isinstance(made, Company)
        return made

    @property
    def runnables(self) -> list[Runnable]:
        return [Runnable(self.workspace, one) for one in self.workspace.workflows]

    def look(self, clock: Clock = MORNING) -> int:
        with self.session(clock) as session, session.transaction():
            return look_for_events(session, self.runnables).count

    def change(self, sql: str) -> None:
        with self.session() as session, session.transaction():
            session.connection.exec_driver_sql(sql)

    def events(self, *columns: str) -> list[Any]:
        with self.session() as session:
            wanted = [events.c[one] for one in columns]
            rows = session.connection.execute(sa.select(*wanted).order_by(events.c.id)).all()
            return [row[0] if len(columns) == 1 else tuple(row) for row in rows]

    def night(self, clock: Clock = NOON) -> None:
        """A tick, and everything that it puts, with what follows from that."""
        with self.session(clock) as session:
            shift = Shift(session, Roster(self.workspace), clocks=Clocks.standing(clock.now))
            tick(shift)
            for _ in run_all(shift):
                pass

    def by_hand(self, workflow: str, clock: Clock = NOON) -> None:
        """A run that a person starts, and nothing else."""
        chosen = self.workspace.workflow(workflow)
        assert chosen is not None
        with self.session(clock) as session:
            run_workflow(session, self.workspace, chosen)

    @contextmanager
    def queue(self) -> Iterator[Events]:
        with self.session() as session, session.transaction():
            yield Events(session.connection)


TO_A = "actions: [{update_field: {客户层级: A}}]\n"
COUNT = "actions: [{update_field: {唤醒次数: {add: 1}}}]\n"


def wakes(company: Company) -> dict[str, int | None]:
    with company.session() as session:
        rows = session.connection.exec_driver_sql("SELECT id, wakes / 10000 FROM customers")
        return {row[0]: row[1] for row in rows}


def tasks(company: Company) -> list[tuple[str, str]]:
    with company.session() as session:
        rows = session.connection.exec_driver_sql("SELECT customer, subject FROM tasks ORDER BY 1, 2")
        return [(row[0], row[1]) for row in rows]


def event(key: str, record: str = "C1", **more: Any) -> Event:
    return Event(key, "wake", record, "outside", "2026-03-31T01:00:00Z", **more)


def chain(*fields: str) -> list[str]:
    """Workflows each of which is started by the field that the one before it counts up."""
    return [
        workflow(
            f"{{when: changed, field: {before}}}",
            f"actions: [{{update_field: {{{after}: {{add: 1}}}}}}]\n",
            f"w-{n}",
        )
        for n, (before, after) in enumerate(pairwise(fields))
    ]
