"""What several do at once on PostgreSQL, and in what order records go."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
import sqlalchemy as sa

from engine.by_hand import run_workflow
from engine.ledger.tables import HEAD, enrollments, marks
from engine.pipeline import prepare
from engine.records.database import database_at
from engine.records.statements import Statements
from engine.records.writing import ChunkWriter
from tests.engine.records.reaching import store
from tests.engine.small import BASE, NIGHT, Place, workspace_with
from tests.engine.small import HEAD as WAKE
from tests.postgres import Server

pytestmark = pytest.mark.usefixtures("on_postgres")


# --- several at once ----------------------------------------------------------------------------------------


def test_many_that_start_at_once_make_the_tables_once(on_postgres: Server, empty: str) -> None:
    at_once = threading.Barrier(6)

    def start(_: int) -> str:
        at_once.wait()
        with store(on_postgres.url(empty)).write(NIGHT) as session:
            return session.connection.execute(sa.select(marks.c.version_num)).scalar_one()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(start, range(6))) == [HEAD] * 6


@pytest.mark.parametrize(
    "theirs, ours", [("off", "on"), ("local", "local"), ("on", "on"), ("remote_apply", "remote_apply")]
)
def test_what_is_committed_is_on_the_disk(on_postgres: Server, empty: str, theirs: str, ours: str) -> None:
    """RELIABILITY section 5: else a letter could have left whose claim a fall of power takes back."""
    with closing(on_postgres.connect()) as connection:
        connection.execute(f'ALTER DATABASE "{empty}" SET synchronous_commit = {theirs}')

    with database_at(on_postgres.url(empty), "UTC").connect(read_only=False) as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == ours


def test_ledger_has_room_and_compares_by_signs(on_postgres: Server, empty: str) -> None:
    with store(on_postgres.url(empty)).write(NIGHT):
        pass
    with on_postgres.connect(empty) as connection:
        found = connection.execute(
            "SELECT table_name, column_name, data_type, collation_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name <> %s"
            " AND (data_type NOT IN ('bigint', 'text', 'bytea')"
            " OR data_type = 'text' AND collation_name IS DISTINCT FROM 'C')",
            (marks.name,),
        ).fetchall()
    assert found == []


def test_two_that_write_at_once_give_no_number_twice() -> None:
    """The second waits until the first has committed: it would read the same highest number."""
    records = {"客户": {f"C{n}": {"客户名称": "甲", "客户层级": "A"} for n in range(5)}}
    found = Place.make(workspace_with("", {**BASE, "wake.yaml": f"{WAKE}actions: [{{stop: x}}]\n"}), records)
    waiting, done = threading.Event(), threading.Event()

    def other() -> None:
        with found.session() as session:
            waiting.set()
            with session.transaction():
                matched = session.select(found.workflow, draft)
                writer = ChunkWriter.begin(Statements(matched, 8), 1, 5)
                bases.append(writer.base)
                assert sorted(writer.taken()) == [1, 2, 3, 4, 5], "all have started meanwhile"
            done.set()

    bases: list[int] = []
    with found.session() as session:
        prepared = prepare(session, found.workspace, found.workflow)
        draft, matched = prepared.matched.draft, prepared.matched
        thread = threading.Thread(target=other)
        with session.transaction():
            writer = ChunkWriter.begin(Statements(matched, 7), 1, 5)
            bases.append(writer.base)
            thread.start()
            assert waiting.wait(20)
            assert not done.wait(0.5), "it has to wait"
            writer.enroll()
        assert done.wait(20)
        thread.join()
        numbers = session.connection.execute(sa.select(enrollments.c.id).order_by(enrollments.c.id)).scalars()
        assert list(numbers) == [1, 2, 3, 4, 5]
    assert bases == [0, 5]


def test_rehearsal_joins_at_large_again_after_a_run() -> None:
    """Inside a chunk records are looked up by key; a rehearsal goes on in the same transaction."""
    records = {"客户": {f"C{n}": {"客户名称": "甲", "客户层级": "A"} for n in range(5)}}
    found = Place.make(
        workspace_with("", {**BASE, "wake.yaml": f"{WAKE}actions: [{{add_tag: 高潜}}]\n"}), records
    )
    with found.store.rehearse(NIGHT) as session:
        asked = "SELECT current_setting('enable_hashjoin'), current_setting('enable_mergejoin')"
        before = session.connection.exec_driver_sql(asked).one()
        assert run_workflow(session, found.workspace, found.workflow).started == 5

        assert session.connection.exec_driver_sql(asked).one() == before


# --- order --------------------------------------------------------------------------------------------------


def test_records_go_by_the_signs_of_their_keys_in_any_language() -> None:
    """The tests' server sorts as Chinese does, by sound and regardless of capitals."""
    keys = ["b", "B", "a", "A", "中", "啊", "_", "-", "1", "10", "9"]
    records = {"客户": {key: {"客户名称": "甲", "客户层级": "A"} for key in keys}}
    found = Place.make(workspace_with("", {**BASE, "wake.yaml": f"{WAKE}actions: [{{stop: x}}]\n"}), records)
    with found.session() as session:
        rows = prepare(session, found.workspace, found.workflow).matched.all_rows()
        by_server = session.connection.exec_driver_sql(
            'SELECT id FROM customers ORDER BY id COLLATE "default"'
        ).scalars()

        assert [row[1] for row in rows] == sorted(keys)
        assert list(by_server) != sorted(keys)
