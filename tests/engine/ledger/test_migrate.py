"""A ledger made by the migrations is the ledger that the code expects."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from engine.ledger import access_tables
from engine.ledger import migrate as module
from engine.ledger.migrate import is_current, is_present, migrate
from engine.ledger.tables import HEAD, marks, metadata
from engine.records.sqlite import memory_engine

ALL = {**metadata.tables, **access_tables.metadata.tables}
NAMES = sorted(table.name for table in ALL.values() if table is not marks)
VERSIONS = Path(module.__file__).parent / "migrations" / "versions"


def migrated() -> sa.Connection:
    connection = memory_engine().connect()
    with connection.begin():
        migrate(connection)
    return connection


def declared() -> sa.Connection:
    connection = memory_engine().connect()
    with connection.begin():
        metadata.create_all(connection)
        access_tables.metadata.create_all(connection)
    return connection


MADE, WANTED = sa.inspect(migrated()), sa.inspect(declared())


def columns(inspector: Any, table: str) -> list[tuple[Any, ...]]:
    return [
        (one["name"], str(one["type"]), one["nullable"], one["default"], one["primary_key"])
        for one in inspector.get_columns(table)
    ]


def indexes(inspector: Any, table: str) -> list[tuple[Any, ...]]:
    return sorted(
        (one["name"], tuple(one["column_names"]), bool(one["unique"]), _where(one))
        for one in inspector.get_indexes(table)
    )


def _where(index: Any) -> str:
    return str(index.get("dialect_options", {}).get("sqlite_where", ""))


def uniques(inspector: Any, table: str) -> list[tuple[Any, ...]]:
    found = inspector.get_unique_constraints(table)
    return sorted((one["name"] or "", tuple(one["column_names"])) for one in found)


def test_migrations_make_the_tables_of_the_code_and_no_others() -> None:
    assert sorted(MADE.get_table_names()) == sorted([*NAMES, marks.name])


def test_every_table_of_the_ledger_has_the_prefix() -> None:
    assert [name for name in ALL if not name.startswith("wakeline_")] == []


@pytest.mark.parametrize("table", NAMES)
def test_columns_agree_in_order_type_default_and_key(table: str) -> None:
    assert columns(MADE, table) == columns(WANTED, table)


@pytest.mark.parametrize("table", NAMES)
def test_indexes_agree(table: str) -> None:
    assert indexes(MADE, table) == indexes(WANTED, table)


@pytest.mark.parametrize("table", NAMES)
def test_unique_keys_agree(table: str) -> None:
    assert uniques(MADE, table) == uniques(WANTED, table)


@pytest.mark.parametrize("table", NAMES)
def test_primary_keys_agree(table: str) -> None:
    assert (
        MADE.get_pk_constraint(table)["constrained_columns"]
        == WANTED.get_pk_constraint(table)["constrained_columns"]
    )


@pytest.mark.parametrize("table", NAMES)
def test_tables_without_row_numbers_agree(table: str) -> None:
    query = sa.text("SELECT sql LIKE '%WITHOUT ROWID%' FROM sqlite_master WHERE name = :name")
    with migrated() as made, declared() as wanted:
        assert (
            made.execute(query, {"name": table}).scalar() == wanted.execute(query, {"name": table}).scalar()
        )


def test_promise_of_once_is_kept_by_the_database() -> None:
    """DESIGN section 2: by unique keys, not by care in the code."""
    assert ("uq_wakeline_runs_slot", ("workflow", "slot")) in uniques(MADE, "wakeline_runs")
    assert ("uq_wakeline_enrollments_once", ("workflow", "record", "once_key")) in uniques(
        MADE, "wakeline_enrollments"
    )
    assert ("uq_wakeline_outbox_effect", ("enrollment", "path")) in uniques(MADE, "wakeline_outbox")
    assert MADE.get_pk_constraint("wakeline_journal")["constrained_columns"] == ["enrollment", "path"]


def dump(connection: sa.Connection) -> list[Any]:
    found = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
    return [tuple(row) for row in found]


def test_second_migration_changes_nothing() -> None:
    connection = migrated()
    connection.execute(sa.text("INSERT INTO wakeline_sources VALUES ('h', 't')"))
    connection.commit()
    before = dump(connection)
    connection.commit()

    with connection.begin():
        migrate(connection)

    assert dump(connection) == before
    assert connection.execute(sa.text("SELECT text FROM wakeline_sources")).scalars().all() == ["t"]


def at_mark(mark: str) -> sa.Connection:
    """A ledger as an older version of Wakeline left it."""
    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    config.set_main_option("path_separator", "os")
    connection = memory_engine().connect()
    with connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, mark)
    return connection


def test_enrollments_of_the_first_ledger_are_kept_and_were_in_no_control_group() -> None:
    connection = at_mark("0001")
    with connection.begin():
        connection.exec_driver_sql(
            "INSERT INTO wakeline_enrollments VALUES (7, 'wake', 'C1', '', 1, '2026-03-31', 'done', NULL, 1)"
        )
    assert not is_current(connection)
    connection.rollback()

    with connection.begin():
        migrate(connection)

    assert is_current(connection)
    found = connection.exec_driver_sql("SELECT id, record, episode_open, control FROM wakeline_enrollments")
    assert [tuple(row) for row in found] == [(7, "C1", 1, 0)]
    for table in NAMES:
        assert columns(sa.inspect(connection), table) == columns(WANTED, table)


def test_ledger_knows_whether_it_is_there_and_up_to_date() -> None:
    empty = memory_engine().connect()
    assert (is_present(empty), is_current(empty)) == (False, False)

    connection = migrated()

    assert (is_present(connection), is_current(connection)) == (True, True)
    connection.execute(sa.update(marks).values(version_num="0000"))
    assert (is_present(connection), is_current(connection)) == (True, False)


def test_migration_is_undone_with_its_transaction() -> None:
    connection = memory_engine().connect()
    transaction = connection.begin()
    migrate(connection)

    transaction.rollback()

    assert not is_present(connection)


def test_head_is_the_newest_migration() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(VERSIONS.glob("m*.py"))]
    revisions = [
        re.search(
            r"^revision = "
            r'"(\d+)"',
            text,
            re.MULTILINE,
        )[1]
        for text in texts
    ]  # type: ignore[index]  # JSON from the file

    assert revisions[-1] == HEAD
    assert revisions == [f"{number:04}" for number in range(1, len(revisions) + 1)]


def test_every_migration_follows_the_one_before() -> None:
    before = "None"
    for path in sorted(VERSIONS.glob("m*.py")):
        text = path.read_text(encoding="utf-8")
        follows = re.search(r"^down_revision = (.+)$", text, re.MULTILINE)
        assert follows is not None
        assert follows[1].strip('"') == before
        before = path.name[1:5]
