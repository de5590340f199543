"""Other programs write to the company's records while a run goes on: nothing of theirs or ours is lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from engine.by_hand import run_workflow
from engine.duty import Duty
from engine.pipeline import RunResult
from engine.records import postgres
from engine.records.writing import ChunkWriter
from engine.shift import Clocks
from tests.engine.small import HEAD, NIGHT, Place, files_with, workspace_with
from tests.postgres import Server

pytestmark = pytest.mark.usefixtures("on_postgres")

WAKE = """\
once_per: customer
conditions: {field: 客户层级, is: A}
actions: [{update_field: {唤醒次数: {add: 1}}}]
"""
TASK = WAKE.replace("update_field: {唤醒次数: {add: 1}}", "create_task: {subject: x, to: owner}")
ONE = 10_000
"""A number is kept to four places."""


def company(body: str = WAKE) -> Place:
    customers = {f"C{n}": {"客户名称": f"客户{n}", "客户层级": "A", "唤醒次数": "1"} for n in range(1, 4)}
    return Place.make(workspace_with("", files_with(body, HEAD)), {"客户": customers})


def run(place: Place) -> RunResult:
    with place.session() as session:
        return run_workflow(session, place.workspace, place.workflow)


@contextmanager
def beside(work: Callable[[Place], RunResult], place: Place) -> Iterator[Future[RunResult]]:
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(work, place)


@pytest.fixture
def other(on_postgres: Server) -> Iterator[Callable[[Place], psycopg.Connection[Any]]]:
    """A connection of another program, which commits when it likes."""
    opened: list[psycopg.Connection[Any]] = []

    def connect(place: Place) -> psycopg.Connection[Any]:
        opened.append(on_postgres.connect(make_url(place.store.url).database or ""))
        return opened[-1]

    yield connect
    for one in opened:
        one.close()


def until_waiting(watcher: psycopg.Connection[Any], *, ours: bool) -> None:
    """Until a connection of ours, or of the other program, stands still before a lock."""
    asked = (
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        f" AND (application_name = 'wakeline') = {ours} AND datname = current_database()"
    )
    for _ in range(600):
        if watcher.execute(asked).fetchone() != (0,):
            return
        time.sleep(0.05)
    raise AssertionError("nobody waits")


def wakes(program: psycopg.Connection[Any]) -> list[tuple[str, int]]:
    return program.execute("SELECT id, wakes FROM customers ORDER BY id").fetchall()


def test_a_change_that_is_not_committed_yet_is_waited_for_and_not_overwritten(other) -> None:
    place = company()
    program = other(place)
    program.autocommit = False
    program.execute("UPDATE customers SET wakes = 70000 WHERE id = 'C2'")

    with beside(run, place) as done:
        until_waiting(other(place), ours=True)
        program.commit()
        result = done.result(60)

    assert (result.state, result.started) == ("done", 2)
    assert wakes(program) == [("C1", 2 * ONE), ("C2", 7 * ONE), ("C3", 2 * ONE)]


def test_who_writes_during_a_chunk_waits_for_its_end(other, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other program adds to what the chunk has written, so neither is lost."""
    place, late = company(), list[Future[Any]]()
    program, watcher, enroll = other(place), other(place), ChunkWriter.enroll

    with ThreadPoolExecutor(1) as pool:

        def slow(writer: ChunkWriter) -> None:
            change = "UPDATE customers SET wakes = wakes + 50000 WHERE id = 'C2'"
            late.append(pool.submit(program.execute, change))
            until_waiting(watcher, ours=False)
            enroll(writer)

        monkeypatch.setattr(ChunkWriter, "enroll", slow)
        result = run(place)
        late[0].result(60)

    assert (result.state, result.started) == ("done", 3)
    assert wakes(program) == [("C1", 2 * ONE), ("C2", 7 * ONE), ("C3", 2 * ONE)]


def test_records_that_are_not_changed_are_not_locked(other) -> None:
    place = company(TASK)
    program = other(place)
    program.autocommit = False
    program.execute("SELECT 1 FROM customers FOR UPDATE")

    result = run(place)

    program.rollback()
    assert (result.state, result.started) == ("done", 3)


def test_a_record_that_is_locked_for_too_long_gives_the_run_back_and_the_command_goes_on_with_it(
    other, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_PATIENCE", "200ms")
    place, states = company(), list[Any]()
    program, watcher = other(place), other(place)
    program.autocommit = False
    program.execute("SELECT 1 FROM customers WHERE id = 'C2' FOR UPDATE")

    def wait(_: float) -> None:
        states.extend(watcher.execute("SELECT id, state FROM wakeline_runs").fetchall())
        program.rollback()

    duty = Duty(place.workspace, place.store, NIGHT, Clocks.standing(NIGHT.now), wait=wait)
    told = [(result.run, result.state, result.started) for _, result, _ in duty.run(["wake"])]

    assert states == [(1, "due")]
    assert told == [(1, "done", 3)]
    assert wakes(program) == [("C1", 2 * ONE), ("C2", 2 * ONE), ("C3", 2 * ONE)]
