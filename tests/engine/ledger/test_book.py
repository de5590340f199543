"""What the stages write to and read from the ledger: runs, versions, lists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from engine.ledger.book import Book, RecordedVersion
from engine.ledger.migrate import migrate
from engine.ledger.tables import enrollments, failures, inbox, journal, outbox, sources, versions
from engine.model.moments import Clock
from engine.records.database import database_at
from tests.engine.small import NIGHT, SHANGHAI, begun
from tests.stores import POSTGRES, SQLITE, STORES, asked_by, plan_of

pytestmark = pytest.mark.usefixtures("each_store")

LATER = Clock(datetime(2026, 3, 31, 17, 0, tzinfo=UTC), SHANGHAI)


@pytest.fixture(name="book")
def _book() -> Iterator[Book]:
    with database_at(STORES.url(), "UTC").connect(read_only=False) as connection, connection.begin():
        migrate(connection)
        yield Book(connection)


def put(book: Book, enrollment: int, **more: Any) -> None:
    """A letter into the outbox."""
    letter = {
        "enrollment": enrollment,
        "path": "actions/0",
        "run": 1,
        "kind": "message",
        "record": f"C{enrollment}",
        "channel": "email",
        "recipient": "a@example.cn",
        "body": "您好",
        "state": "waiting",
    }
    book.connection.execute(outbox.insert(), [{**letter, **more}])


# --- runs ---------------------------------------------------------------------------------------------------


def test_last_starts_are_of_finished_runs_of_that_workflow_newest_first(book: Book) -> None:
    for workflow, state, started in [
        ("wake", "done", 1),
        ("wake", "done", 2),
        ("wake", "held", 90),
        ("wake", "failed", 91),
        ("wake", "stopped", 92),
        ("other", "done", 93),
        ("wake", "running", 94),
        ("wake", "done", 3),
    ]:
        begun(book.connection, workflow, state=state, started=started)

    assert book.last_starts("wake", 7) == [3, 2, 1]
    assert book.last_starts("wake", 2) == [3, 2]
    assert book.last_starts("nobody", 7) == []


def test_messages_of_a_local_day_are_counted_over_all_workflows(book: Book) -> None:
    begun(book.connection, "a", effects={"message": 1, "notice": 1})
    begun(book.connection, "b", effects={"message": 2}, state="failed")
    begun(book.connection, "a", LATER, effects={"update": 3, "message": 1})

    assert [book.messages_on(date(2026, 3, day)) for day in (30, 31)] == [0, 3]
    assert book.messages_on(date(2026, 4, 1)) == 1


# --- versions -----------------------------------------------------------------------------------------------

FIRST = RecordedVersion("wake", "v1", "wake.yaml", {"wake.yaml": "一", "model.yaml": "型"})
SECOND = RecordedVersion("wake", "v2", "wake.yaml", {"wake.yaml": "二", "model.yaml": "型"})


def count(book: Book, table: sa.Table) -> int:
    return int(book.connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def test_workflow_that_was_never_published_has_no_version(book: Book) -> None:
    assert (book.latest_version("wake"), book.read_version("wake")) == (None, None)


def test_recorded_version_comes_back_with_the_texts_of_its_files(book: Book) -> None:
    book.record_version(FIRST, NIGHT, "小王")

    assert (book.latest_version("wake"), book.read_version("wake")) == ("v1", FIRST)
    row = book.connection.execute(sa.select(versions)).one()
    assert (row.published_at, row.published_by) == ("2026-03-30T17:00:00Z", "小王")


def test_version_published_last_counts_and_the_older_are_kept(book: Book) -> None:
    for one in (FIRST, SECOND, FIRST):
        book.record_version(one, NIGHT, "x")

    assert (book.latest_version("wake"), count(book, versions)) == ("v1", 3)


def test_file_that_two_versions_share_is_kept_once(book: Book) -> None:
    book.record_version(FIRST, NIGHT, "x")
    book.record_version(SECOND, NIGHT, "x")
    book.record_version(
        RecordedVersion("other", "v1", "o.yaml", {"o.yaml": "一", "copy.yaml": "一"}), NIGHT, "x"
    )

    assert count(book, sources) == 3
    assert book.read_version("wake") == SECOND
    assert book.read_version("other") == RecordedVersion(
        "other", "v1", "o.yaml", {"o.yaml": "一", "copy.yaml": "一"}
    )


def test_versions_of_workflows_are_apart(book: Book) -> None:
    book.record_version(FIRST, NIGHT, "x")

    assert book.latest_version("other") is None


# --- lists --------------------------------------------------------------------------------------------------


@pytest.fixture(name="full")
def _full(book: Book) -> Book:
    """Two runs, each with an enrollment, a journal row, a letter; one failure and two notices."""
    for number, workflow in enumerate(("wake", "other"), start=1):
        run = begun(book.connection, workflow)
        enrollment = {
            "id": number,
            "workflow": workflow,
            "record": f"C{number}",
            "once_key": "",
            "run": run,
            "started_on": "2026-03-31",
            "state": "done",
            "episode_open": 0,
        }
        book.connection.execute(enrollments.insert(), [enrollment])
        done = {"enrollment": number, "path": "actions/0", "kind": "update", "run": run, "details": "{}"}
        book.connection.execute(journal.insert(), [done])
        put(book, number, run=run)
    failed = {"run": 1, "record": "C9", "path": "actions/0", "code": "W601", "facts": '{"field": "额度"}'}
    book.connection.execute(failures.insert(), [failed])
    told = {"person": "S1", "run": 1, "at": "2026-03-30T17:00:00Z", "text": "请看"}
    book.connection.execute(inbox.insert(), [{**told, "key": key} for key in "ab"])
    return book


def listed(book: Book, name: str, column: str, **filters: Any) -> list[Any]:
    return [row[column] for row in book.rows_of(name, limit=100, **filters)]


@pytest.mark.parametrize(
    "name, column, newest_first",
    [
        ("runs", "run", [2, 1]),
        ("enrollments", "id", [2, 1]),
        ("journal", "record", ["C2", "C1", "C9"]),
        ("failures", "record", ["C9"]),
        ("outbox", "id", [2, 1]),
        ("inbox", "key", ["b", "a"]),
    ],
)
def test_lists_are_newest_first(full: Book, name: str, column: str, newest_first: list[Any]) -> None:
    assert listed(full, name, column) == newest_first
    assert len(list(full.rows_of(name, limit=1))) == 1


@pytest.mark.parametrize(
    "name, filters, records",
    [
        ("enrollments", {"workflow": "wake"}, ["C1"]),
        ("enrollments", {"record": "C2"}, ["C2"]),
        ("enrollments", {"run": 1}, ["C1"]),
        ("enrollments", {"workflow": "wake", "record": "C2"}, []),
        ("journal", {"workflow": "wake"}, ["C1", "C9"]),
        ("journal", {"record": "C9"}, ["C9"]),
        ("journal", {"run": 2}, ["C2"]),
        ("failures", {"workflow": "other"}, []),
        ("failures", {"run": 1}, ["C9"]),
        ("outbox", {"workflow": "other"}, ["C2"]),
        ("outbox", {"record": "C1"}, ["C1"]),
        ("outbox", {"run": 3}, []),
    ],
)
def test_lists_by_workflow_record_and_run(
    full: Book, name: str, filters: dict[str, Any], records: list[str]
) -> None:
    assert listed(full, name, "record", **filters) == records


def test_runs_by_workflow_and_number(full: Book) -> None:
    assert listed(full, "runs", "run", workflow="wake") == [1]
    assert listed(full, "runs", "run", run=2) == [2]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 9])
def test_the_newest_of_the_journal_are_the_first_of_all(full: Book, limit: int) -> None:
    everything = [(one["run"], one["record"]) for one in full.rows_of("journal", limit=99)]

    assert [(one["run"], one["record"]) for one in full.rows_of("journal", limit=limit)] == everything[:limit]


def test_record_that_failed_is_in_the_journal_with_its_reason(full: Book) -> None:
    (row,) = full.rows_of("journal", limit=9, record="C9")

    assert (row["kind"], row["enrollment"], row["run"], row["workflow"]) == ("failed", None, 1, "wake")
    assert json.loads(row["details"]) == {"reason": "W601", "facts": {"field": "额度"}}


def test_the_letter_of_a_step_is_that_of_its_own_record_and_path(full: Book) -> None:
    put(full, 2, run=2, path="actions/1", body="再见")

    found = [full.letter_of(2, path) for path in ("actions/0", "actions/1", "actions/2")]

    assert [one and (one["record"], one["body"], one["workflow"]) for one in found] == [
        ("C2", "您好", "other"),
        ("C2", "再见", "other"),
        None,
    ]
    assert full.letter_of(3, "actions/0") is None


def test_the_letter_of_a_step_is_found_without_reading_the_outbox(each_store: str, full: Book) -> None:
    ((statement, values),) = asked_by(lambda: full.letter_of(2, "actions/0")).items()

    steps = plan_of(full.connection, statement, values)

    wanted = {
        SQLITE: r"SEARCH wakeline_outbox .*\(enrollment=\? AND path=\?\)",
        POSTGRES: r"Index Cond: \(\(enrollment = .* AND .*path.* = 'actions/0'",
    }[each_store]
    assert any(re.search(wanted, one) for one in steps), steps
    assert not any("SCAN" in one or "Seq Scan" in one for one in steps), steps


@pytest.mark.parametrize("name", ["runs", "enrollments", "journal", "failures", "outbox", "inbox"])
def test_lists_of_an_empty_ledger_are_empty(book: Book, name: str) -> None:
    assert list(book.rows_of(name, limit=10, workflow="x", record="y", run=1)) == []
