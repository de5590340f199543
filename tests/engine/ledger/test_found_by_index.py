"""What is asked of the ledger while a night goes on is searched for: nothing reads a whole table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from engine.ledger.book import Book
from engine.ledger.events import Events
from engine.ledger.migrate import migrate
from engine.ledger.post import Post
from engine.ledger.waits import Waits
from engine.records.sqlite import memory_engine

ASKED: dict[str, tuple[Callable[[sa.Connection], Any], list[str]]] = {
    "journal of a run": (
        lambda connection: list(Book(connection).rows_of("journal", limit=9, run=1)),
        ["ix_wakeline_journal_run (run=?)", "wakeline_failures USING PRIMARY KEY (run=?)"],
    ),
    "journal of a record in a run": (
        lambda connection: list(
            Book(connection).rows_of("journal", limit=9, run=1, workflow="wake", record="C1")
        ),
        ["ix_wakeline_journal_run (run=? AND enrollment=?)", "(run=? AND record=?)"],
    ),
    "the newest of the journal": (
        lambda connection: list(Book(connection).rows_of("journal", limit=9)),
        [
            "SCAN wakeline_journal USING COVERING INDEX ix_wakeline_journal_run",  # its first nine
            "ix_wakeline_journal_run (run>?)",
            "wakeline_failures USING PRIMARY KEY (run>?)",
        ],
    ),
    "what a run has written": (
        lambda connection: list(Events(connection).written_by(1)),
        ["ix_wakeline_journal_run (run=?)", "ix_wakeline_events_run (run=? AND record=?)"],
    ),
    "letters that are due": (
        lambda connection: Post(connection).due("email", datetime(2026, 4, 1, tzinfo=UTC), 9),
        ["ix_wakeline_outbox_unsent (state=? AND channel=?)"],
    ),
    "letters that a worker has in hand": (
        lambda connection: Post(connection).senders("email"),
        ["ix_wakeline_outbox_unsent (state=? AND channel=?)"],
    ),
    "letters that have not left, by workflow": (
        lambda connection: Waits(connection).letters(),
        ["ix_wakeline_outbox_unsent (state=?)", "wakeline_runs USING INTEGER PRIMARY KEY"],
    ),
}


@pytest.fixture(name="connection")
def _connection() -> Iterator[sa.Connection]:
    with memory_engine().connect() as connection, connection.begin():
        migrate(connection)
        yield connection


@pytest.mark.parametrize("name", ASKED)
def test_it_is_found_by_an_index(connection: sa.Connection, name: str) -> None:
    ask, used = ASKED[name]
    asked: list[tuple[str, Any]] = []
    sa.event.listen(connection, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
    ask(connection)

    ((statement, values),) = asked
    steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    assert not any("SCAN wakeline" in one and one not in used for one in steps), steps
    for one in used:
        assert one in "\n".join(steps), steps
