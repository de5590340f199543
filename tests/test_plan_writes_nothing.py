"""The dry run writes nothing, and tells the same each time (DESIGN, promise 1)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.cli import run_command
from engine.front import Desk
from engine.shipped import write_starter
from tests.plan_worlds import NIGHT

MODULES = ("staff", "customers", "orders", "followups", "tasks")


def dump(path: Path) -> list[str]:
    """Every table of a database, as SQL."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh workspace with its samples imported."""
    root = tmp_path_factory.mktemp("starter")
    write_starter(root)
    desk = Desk(root, at=datetime(2026, 4, 1, 1, 0))  # noqa: DTZ001 - as NIGHT
    for module in MODULES:
        desk.import_file(module, root / "samples" / f"{module}.csv")
    return root


@pytest.mark.parametrize(
    "command",
    [
        ["plan", "silent-first-touch"],
        ["plan", "silent-first-touch", "--format", "json"],
        ["plan", "--night"],
        ["plan", "--night", "--format", "json"],
        ["explain", "silent-first-touch", "--record", "C00005"],
        ["plan", "silent-first-touch", "--sample", "samples"],
    ],
    ids=" ".join,
)
def test_looking_ahead_leaves_every_table_as_it_was(starter: Path, command: list[str], capfd: Any) -> None:
    store = starter / ".wakeline" / "wakeline.db"
    before = dump(store)

    code = run_command([*command, "--workspace", str(starter), "--at", "2026-04-01T01:00"])

    assert code == 0, capfd.readouterr()
    assert dump(store) == before
    assert not (starter / ".wakeline" / "outbox").exists()


def test_a_dry_run_cannot_write(starter: Path) -> None:
    with Desk(starter, at=NIGHT).plan("silent-first-touch") as dry:
        for sql in ("DELETE FROM customers", "UPDATE wakeline_runs SET state = 'done'", "CREATE TABLE x (y)"):
            with pytest.raises(sa.exc.OperationalError, match="readonly"):
                dry.session.connection.exec_driver_sql(sql)


def test_the_same_records_clock_and_version_give_the_same_plan(starter: Path) -> None:
    def told() -> tuple[Any, str]:
        with Desk(starter, at=NIGHT).plan("silent-first-touch") as dry:
            return [one.as_json() for one in dry.records()], dry.fingerprint()

    assert told() == told()
