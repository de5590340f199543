"""The file for temporary tables: they lie in it, obey transactions as tables do, and leave nothing behind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.ledger.tables import metadata
from engine.records import scratch
from engine.records.database import database_at
from engine.records.driving import drop_temporary, make_temporary
from engine.records.scratch import SCRATCH
from engine.records.selection import MATCHED

TABLE = sa.Table(
    MATCHED,
    sa.MetaData(),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("text", sa.Text),
    prefixes=["TEMPORARY"],
)
ROWS = 30_000
"""Of two hundred signs: more than is kept of the file in memory."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary files, which is empty."""
    found = tmp_path / "scratch"
    found.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(found))
    return found


@pytest.fixture
def file(tmp_path: Path) -> str:
    """The address of a file with a table of somebody's."""
    url = f"sqlite:///{tmp_path / 'crm.db'}"
    with opened(url) as connection, connection.begin():
        connection.exec_driver_sql("CREATE TABLE customers (id TEXT PRIMARY KEY)")
    return url


def opened(url: str, *, read_only: bool = False) -> sa.Connection:
    return database_at(url, "UTC").connect(read_only=read_only)


def schemas_with(connection: sa.Connection, name: str) -> list[str]:
    """In which schemas of a connection there is a table of that name."""
    schemas = [row[1] for row in connection.exec_driver_sql("PRAGMA database_list")]
    asked = {one: f"SELECT count(*) FROM {one}.sqlite_master WHERE name = ?" for one in schemas}
    return [one for one, sql in asked.items() if connection.exec_driver_sql(sql, (name,)).scalar()]


def is_there(connection: sa.Connection) -> Iterator[list[str]]:
    """Where the table is, after it was made, and after it was dropped."""
    make_temporary(connection, TABLE)
    make_temporary(connection, TABLE)  # in place of the one before
    connection.execute(TABLE.insert(), {"text": "a"})
    assert connection.execute(sa.select(TABLE)).all() == [(1, "a")]
    yield schemas_with(connection, MATCHED)
    drop_temporary(connection, MATCHED)
    yield schemas_with(connection, MATCHED)


def test_temporary_tables_of_who_writes_to_a_file_lie_in_a_file(file: str) -> None:
    with opened(file) as connection, connection.begin():
        assert list(is_there(connection)) == [[SCRATCH], []]


def test_temporary_tables_of_who_only_reads_are_those_of_sqlite(file: str) -> None:
    with opened(file, read_only=True) as connection, connection.begin():
        assert list(is_there(connection)) == [["temp"], []]


def test_temporary_tables_of_a_database_in_memory_are_those_of_sqlite(folder: Path) -> None:
    with opened("sqlite://") as connection, connection.begin():
        assert list(is_there(connection)) == [["temp"], []]
    assert list(folder.iterdir()) == []


def test_where_no_folder_takes_a_file_they_are_those_of_sqlite(
    file: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as lacking:
        lacking.setattr(tempfile, "tempdir", str(folder / "gone"))
        with opened(file) as connection, connection.begin():
            assert list(is_there(connection)) == [["temp"], []]
    monkeypatch.setattr(scratch, "scratch_folder", lambda: None)
    with opened(file) as connection, connection.begin():
        assert list(is_there(connection)) == [["temp"], []]


def test_where_sqlite_does_not_take_the_file_they_are_its_own(
    file: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = os.open(folder, os.O_RDONLY)
    monkeypatch.setattr(tempfile, "mkstemp", lambda **_: (handle, str(folder)))

    with opened(file) as connection, connection.begin():
        assert list(is_there(connection)) == [["temp"], []]


def test_no_table_of_the_ledger_has_such_a_name() -> None:
    """Names are looked for in the database before the scratch: W297 keeps a company's from ours."""
    ours = (MATCHED, "wakeline_fan", "wakeline_seen", "wakeline_asked")

    assert [name for name in metadata.tables if name.startswith(ours)] == []


# --- transactions -----------------------------------------------------------------------------------------


def test_what_is_rolled_back_is_as_it_was(file: str) -> None:
    """Rows come, change and go in chunks of which some are undone, each chunk with a savepoint inside."""
    draw, known = random.Random(7), dict[int, str]()
    with opened(file) as connection:
        with connection.begin():
            make_temporary(connection, TABLE)
        for chunk in range(12):
            before, transaction = dict(known), connection.begin()
            change(connection, known, draw, ROWS // 6)
            kept, inner = dict(known), connection.begin_nested()
            change(connection, known, draw, 2_000)
            connection.exec_driver_sql("INSERT INTO customers VALUES (?)", (f"C{chunk}",))
            if draw.random() < 0.5:
                inner.rollback()
                known = kept
            if draw.random() < 0.5:
                transaction.rollback()
                known = before
            else:
                transaction.commit()

            assert dict(map(tuple, connection.execute(sa.select(TABLE)).all())) == known
            connection.rollback()
        assert len(known) > ROWS // 6
        checked = connection.exec_driver_sql(f"PRAGMA {SCRATCH}.integrity_check").scalars().all()
        assert checked == ["ok"]


def change(connection: sa.Connection, known: dict[int, str], draw: random.Random, count: int) -> None:
    """Some rows come, some change, some go."""
    first = max(known, default=0) + 1
    come = {seq: f"{draw.random()}".ljust(200, "a") for seq in range(first, first + count)}
    connection.execute(TABLE.insert(), [{"seq": seq, "text": text} for seq, text in come.items()])
    known |= come
    for seq in draw.sample(sorted(known), 100):
        connection.execute(sa.update(TABLE).where(TABLE.c.seq == seq).values(text="b"))
        known[seq] = "b"
    for seq in draw.sample(sorted(known), 100):
        connection.execute(sa.delete(TABLE).where(TABLE.c.seq == seq))
        del known[seq]


def test_table_that_was_made_in_vain_is_not_there(file: str) -> None:
    with opened(file) as connection:
        transaction = connection.begin()
        make_temporary(connection, TABLE)
        transaction.rollback()

        assert schemas_with(connection, MATCHED) == []


# --- nothing is left --------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="an open file keeps its name there")
def test_open_file_has_no_name(file: str, folder: Path) -> None:
    with opened(file) as connection, connection.begin():
        make_temporary(connection, TABLE)
        connection.execute(TABLE.insert(), [{"text": "a" * 200} for _ in range(ROWS)])

        assert list(folder.iterdir()) == []


def test_file_that_keeps_its_name_goes_away_with_the_connection(
    file: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where nobody may delete what is open."""
    with monkeypatch.context() as windows:
        windows.setattr(scratch, "_unlink", lambda _: None)
        connection = opened(file)
    with connection:
        with connection.begin():
            make_temporary(connection, TABLE)
            connection.execute(TABLE.insert(), [{"text": "a" * 200} for _ in range(ROWS)])
        assert len(list(folder.iterdir())) == 1

    assert list(folder.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="nobody is killed so there")
def test_nothing_is_left_of_a_killed_process(file: str, folder: Path) -> None:
    code = f"""\
import os
from tests.engine.records.test_scratch import TABLE, make_temporary, opened
with opened({file!r}) as connection, connection.begin():
    make_temporary(connection, TABLE)
    connection.execute(TABLE.insert(), [{{"text": "a" * 200}} for _ in range({ROWS})])
    os.kill(os.getpid(), {int(signal.SIGKILL)})
"""
    killed = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(folder)}, check=False
    )

    assert killed.returncode == -signal.SIGKILL
    assert list(folder.iterdir()) == []
