"""What is to come: a run that is put, and what is noted of it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from engine.ledger.agenda import Agenda
from engine.ledger.migrate import migrate
from engine.ledger.tables import runs
from engine.model.nights import Cause
from engine.records.database import database_at
from tests.engine.small import NIGHT
from tests.stores import POSTGRES, STORES

pytestmark = pytest.mark.usefixtures("each_store")


@pytest.fixture(name="agenda")
def _agenda() -> Iterator[Agenda]:
    with database_at(STORES.url(), "UTC").connect(read_only=False) as connection, connection.begin():
        migrate(connection)
        yield Agenda(connection)


def test_run_is_due_at_its_moment_and_belongs_to_the_local_day(agenda: Agenda) -> None:
    number = agenda.put("wake", "v1", Cause.EVENT, NIGHT)

    row = agenda.connection.execute(sa.select(runs)).one()
    assert (row.id, row.workflow, row.version, row.state, row.slot) == (number, "wake", "v1", "due", None)
    assert (row.at, row.due_at, row.on_day) == ("2026-03-30T17:00:00Z", "2026-03-30T17:00:00Z", "2026-03-31")
    assert (row.checked, row.matched, row.started, row.failed, row.deferred) == (0, 0, 0, 0, 0)
    assert (row.effects, row.held, row.reason) == ("{}", None, None)


def test_what_a_run_did_is_noted_on_that_run_alone(agenda: Agenda) -> None:
    other, one = (agenda.put("wake", "v", Cause.HAND, NIGHT) for _ in range(2))
    assert one > other

    agenda.note(one, state="held", started=3, effects={"更新": 2}, held={"guard": "messages"})

    row = agenda.connection.execute(sa.select(runs).where(runs.c.id == one)).one()
    assert (row.state, row.started, json.loads(row.effects), json.loads(row.held)) == (
        "held",
        3,
        {"更新": 2},
        {"guard": "messages"},
    )
    assert "更新" in row.effects
    assert agenda.connection.execute(sa.select(runs.c.state).where(runs.c.id == other)).scalar() == "due"
    agenda.note(one, state="done", held=None)
    assert agenda.connection.execute(sa.select(runs.c.held).where(runs.c.id == one)).scalar() is None


@pytest.mark.parametrize("each_store", [POSTGRES], indirect=True)
def test_nobody_else_ticks_before_the_commit_not_even_the_first_time() -> None:
    """SQLite has one writer anyway."""
    url = STORES.url()
    with (
        database_at(url, "UTC").connect(read_only=False) as one,
        database_at(url, "UTC").connect(read_only=False) as other,
    ):
        with one.begin():
            migrate(one)
        with one.begin():
            Agenda(one).seen()
            other.exec_driver_sql("SET lock_timeout = '50ms'")
            with pytest.raises(sa.exc.OperationalError, match="lock timeout"):
                Agenda(other).seen()
            other.rollback()
        with other.begin():
            assert Agenda(other).seen().until == {}
