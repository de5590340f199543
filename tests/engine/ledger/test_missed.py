"""Slots that nobody kept go into the ledger in one statement, each of them once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from engine.ledger.agenda import Agenda, SlotRow
from engine.ledger.migrate import migrate
from engine.ledger.tables import runs
from engine.model.nights import RunState
from engine.records.database import database_at
from tests.engine.small import NIGHT
from tests.stores import STORES

pytestmark = pytest.mark.usefixtures("each_store")


def missed(day: int, code: str = "W340", slots: int = 1, last: str | None = None) -> SlotRow:
    at = datetime(2026, 3, 1, 17, 0, tzinfo=UTC) + timedelta(days=day - 2)
    reason = {"code": code, "hours": "12"}
    return SlotRow("wake", "v1", f"2026-03-{day:02}T01:00", at, 50, RunState.MISSED, reason, slots, last)


def test_missed_slots_are_put_once_and_say_why() -> None:
    with database_at(STORES.url(), "UTC").connect(read_only=False) as connection, connection.begin():
        migrate(connection)
        agenda = Agenda(connection)
        due = SlotRow("wake", "v1", "2026-03-20T01:00", datetime(2026, 3, 19, 17, 0, tzinfo=UTC), 50)
        agenda.put_slot(due, NIGHT)

        assert agenda.put_missed([], NIGHT) == 0
        assert agenda.put_missed([missed(2, slots=9, last="2026-03-10T01:00"), missed(11)], NIGHT) == 2
        assert agenda.put_missed([missed(11, "W341"), missed(12), missed(20)], NIGHT) == 1

        columns = (runs.c.slot, runs.c.last_slot, runs.c.slots, runs.c.state, runs.c.reason, runs.c.ended_at)
        found = connection.execute(sa.select(*columns).order_by(runs.c.slot)).all()
        why, ended = '{"code": "W340", "hours": "12"}', "2026-03-30T17:00:00Z"
        assert [tuple(one) for one in found] == [
            ("2026-03-02T01:00", "2026-03-10T01:00", 9, "missed", why, ended),
            ("2026-03-11T01:00", None, 1, "missed", why, ended),
            ("2026-03-12T01:00", None, 1, "missed", why, ended),
            ("2026-03-20T01:00", None, 1, "due", None, None),
        ]


def test_a_stretch_and_what_follows_it_are_accounted_for() -> None:
    with database_at(STORES.url(), "UTC").connect(read_only=False) as connection, connection.begin():
        migrate(connection)
        agenda = Agenda(connection)
        agenda.put_missed([missed(2, slots=9, last="2026-03-10T01:00"), missed(11)], NIGHT)

        answers = [agenda.has_row("wake", f"2026-03-{day:02}T01:00") for day in (1, 2, 7, 10, 11, 12)]
        assert answers == [False, True, True, True, True, False]
