"""The ledger in numbers, on every store: what the doctor and the metrics ask of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from engine.ledger.counts import LetterCounts, RunCounts, effect_counts, run_counts, slots_not_run
from engine.ledger.pulse import Lateness, Letters, Pulse
from engine.ledger.tables import HEAD, enrollments, facts, outbox, runs, schedules, workers
from engine.model.entities import Model
from engine.model.moments import Clock
from engine.model.values import stored_instant
from engine.records.store import Store
from tests.engine.small import SHANGHAI
from tests.stores import POSTGRES, STORES

pytestmark = pytest.mark.usefixtures("each_store")

NOW = datetime(2026, 3, 30, 17, tzinfo=UTC)


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


@pytest.fixture
def store() -> Store:
    return Store(STORES.url(), Model({}), "Asia/Shanghai")


@pytest.fixture
def connection(store: Store) -> Iterator[sa.Connection]:
    """A ledger with nothing in it, as a session that writes sees it."""
    with store.write(Clock(NOW, SHANGHAI)) as session, session.transaction():
        yield session.connection


def put_run(connection: sa.Connection, workflow: str, state: str, at: datetime = NOW, **more: Any) -> int:
    values = {
        "workflow": workflow, "version": "v", "state": state, "cause": "clock", "at": stored_instant(at),
        "due_at": stored_instant(at), "on_day": "2026-03-31", "ended_at": stored_instant(at), **more,
    }  # fmt: skip
    done = connection.execute(runs.insert().values(values))
    assert done.inserted_primary_key is not None
    return int(done.inserted_primary_key[0])


def put_letter(connection: sa.Connection, run: int, state: str, channel: str = "sms", **more: Any) -> None:
    number = connection.execute(sa.select(sa.func.count()).select_from(outbox)).scalar_one()
    values = {
        "enrollment": number, "path": "a", "run": run, "kind": "message", "record": "C1", "recipient": "x",
        "body": "x", "channel": channel, "state": state, **more,
    }  # fmt: skip
    connection.execute(outbox.insert().values(values))


def test_late_runs_are_those_that_nothing_holds_up(connection: sa.Connection) -> None:
    put_run(connection, "a", "due", ago(minutes=11))
    put_run(connection, "a", "due", ago(minutes=12))
    put_run(connection, "b", "due", ago(minutes=9))
    put_run(connection, "c", "done", ago(minutes=90))
    put_run(connection, "d", "held", ago(days=1))
    put_run(connection, "d", "due", ago(hours=1))

    found = Pulse(connection).due_before(ago(minutes=10))

    assert found == [Lateness("a", "", 2, ago(minutes=12))]


def test_failures_in_a_row_end_with_the_last_success(connection: sa.Connection) -> None:
    for workflow, states in {
        "a": "done failed stopped",
        "b": "failed done",
        "c": "failed failed failed",
    }.items():
        for hour, state in enumerate(states.split()):
            put_run(connection, workflow, state, ago(hours=9 - hour))
    put_run(connection, "b", "failed", ago(hours=1), cause="hand")
    put_run(connection, "a", "stopped", ago(hours=1), reason='{"code": "W643"}')  # a pause stopped it

    found = Pulse(connection).failed_in_a_row(date(2026, 3, 1), 2)

    assert found == {"a": 2, "c": 2}
    assert Pulse(connection).failed_in_a_row(date(2026, 4, 1), 2) == {}


def test_waits_past_their_time_are_counted_by_version(connection: sa.Connection) -> None:
    for record, version, state, until in (
        ("1", "v1", "waiting", ago(days=2)),
        ("2", "v1", "waiting", ago(days=3)),
        ("3", "v2", "waiting", ago(hours=1)),
        ("4", "v1", "done", ago(days=9)),
        ("5", "v2", "waiting", None),
    ):
        values = {
            "workflow": "a", "record": record, "once_key": "", "run": 1, "started_on": "2026-03-01",
            "state": state, "episode_open": 0, "version": version,
            "until": stored_instant(until) if until else None,
        }  # fmt: skip
        connection.execute(enrollments.insert().values(values))

    assert Pulse(connection).waits_past(ago(days=1)) == [Lateness("a", "v1", 2, ago(days=3))]


def test_letters_that_could_go_are_told_from_those_that_must_wait(connection: sa.Connection) -> None:
    old, young = put_run(connection, "a", "done", ago(hours=2)), put_run(connection, "a", "done")
    put_letter(connection, old, "waiting")
    put_letter(connection, old, "waiting", not_before=stored_instant(ago(hours=-1)))
    put_letter(connection, old, "waiting", "email", not_before=stored_instant(ago(minutes=1)))
    put_letter(connection, young, "waiting")
    put_letter(connection, old, "in_doubt")
    put_letter(connection, old, "sent")

    pulse = Pulse(connection)

    assert pulse.letters_late(NOW, ago(hours=1)) == [
        Letters("email", "waiting", 1, ago(hours=2)),
        Letters("sms", "waiting", 1, ago(hours=2)),
    ]
    assert pulse.letters_unsent() == [
        Letters("email", "waiting", 1),
        Letters("sms", "in_doubt", 1),
        Letters("sms", "waiting", 3),
    ]


def test_who_is_there_and_what_was_looked_at(connection: sa.Connection) -> None:
    at = stored_instant(NOW)
    connection.execute(workers.insert().values(name="w", started_at=at, seen_at=at, version="1"))
    connection.execute(schedules.insert().values(workflow="a", seen_until=at))
    connection.execute(facts.insert().values(name="n", value="x"))
    put_run(connection, "a", "running", worker="w", lease_until=stored_instant(ago(hours=-1)), slot="s")

    pulse = Pulse(connection)

    assert [(one.name, one.seen_at, one.version) for one in pulse.workers()] == [("w", NOW, "1")]
    assert pulse.seen_until() == {"a": NOW}
    assert (pulse.facts.get("n"), pulse.facts.get("m")) == ("x", None)
    assert [(one.workflow, one.worker, one.lease_until) for one in pulse.running()] == [
        ("a", "w", ago(hours=-1))
    ]
    assert pulse.latest_slots(["a", "b"]) == {"a": NOW}
    assert pulse.has_slots()


def test_the_whole_ledger_is_counted(connection: sa.Connection) -> None:
    put_run(
        connection, "a", "done", started=3, woken=1, failed=2, effects=json.dumps({"message": 3, "wait": 1})
    )
    put_run(connection, "a", "done", started=4, effects=json.dumps({"message": 4}))
    put_run(connection, "b", "missed", slots=9, reason='{"code": "W340", "hours": "12"}')
    put_run(connection, "b", "skipped", slots=2)

    assert run_counts(connection) == [
        RunCounts("a", "done", 2, 7, 1, 2),
        RunCounts("b", "missed", 1, 0, 0, 0),
        RunCounts("b", "skipped", 1, 0, 0, 0),
    ]
    assert effect_counts(connection) == {"message": 7, "wait": 1}
    assert slots_not_run(connection) == {("missed", "W340"): 9, ("skipped", ""): 2}


def test_letters_are_counted_once_however_often(connection: sa.Connection) -> None:
    counts, at = LetterCounts(), NOW
    for number in range(1, 6):
        put_letter(connection, 1, "sent" if number % 2 else "waiting")
        at += timedelta(seconds=40)
        found = counts.count(connection, at)
        assert found[("sms", "sent")] == (number + 1) // 2
        assert found.get(("sms", "waiting"), 0) == number // 2
    assert counts._up_to > 0


def test_a_look_that_cannot_write_sees_it_all(store: Store) -> None:
    """Every question is asked over the kind of connection that the doctor has."""
    clock = Clock(NOW, SHANGHAI)
    with store.write(clock):
        pass
    with store.read(clock) as session:
        pulse = Pulse(session.connection)
        assert (pulse.workers(), pulse.running(), pulse.seen_until()) == ([], [], {})
        assert pulse.due_before(NOW) == pulse.waits_past(NOW) == pulse.letters_late(NOW, NOW) == []
        assert run_counts(session.connection) == []
        assert effect_counts(session.connection) == slots_not_run(session.connection) == {}
        assert LetterCounts().count(session.connection, NOW) == {}


def test_the_vitals_of_the_store(store: Store) -> None:
    with store.write(Clock(NOW, SHANGHAI)):
        pass

    found = store.vitals(deep=True)

    assert (found.mark, found.is_writable) == (HEAD, True)
    if STORES.kind == POSTGRES:
        assert (found.kind, found.encoding) == ("postgresql", "UTF8")
        assert int(found.version.split(".")[0]) >= 13
    else:
        assert (found.kind, found.damage, found.free) == ("sqlite", (), None)
