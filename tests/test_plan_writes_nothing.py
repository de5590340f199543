"""The dry run writes nothing, and tells the same each time (DESIGN, promise 1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from engine.cli import run_command
from engine.front import Desk
from engine.model.diagnostics import StoreError
from engine.shipped import write_starter
from tests.plan_worlds import NIGHT
from tests.stores import Place

MODULES = ("staff", "customers", "orders", "followups", "tasks")


@dataclass(frozen=True)
class Starter:
    """A fresh workspace with its samples imported."""

    root: Path
    store: Place


@pytest.fixture(scope="module")
def starter(each_store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starter]:
    root = tmp_path_factory.mktemp("starter")
    write_starter(root)
    with Place.lasting(root) as store:
        desk = Desk(root, store.url, at=datetime(2026, 4, 1, 1, 0))  # noqa: DTZ001 - as NIGHT
        for module in MODULES:
            desk.import_file(module, root / "samples" / f"{module}.csv")
        yield Starter(root, store)


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
def test_looking_ahead_leaves_every_table_as_it_was(starter: Starter, command: list[str], capfd: Any) -> None:
    before = starter.store.dump()
    where = ["--workspace", str(starter.root), "--store", starter.store.url]

    code = run_command([*command, *where, "--at", "2026-04-01T01:00"])

    assert code == 0, capfd.readouterr()
    assert starter.store.dump() == before
    assert not (starter.root / ".wakeline" / "outbox").exists()


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM customers",
        "UPDATE wakeline_runs SET state = 'done'",
        "CREATE TABLE x (y INTEGER)",
    ],
)
def test_a_dry_run_cannot_write(starter: Starter, sql: str) -> None:
    def write() -> None:
        with Desk(starter.root, starter.store.url, at=NIGHT).plan("silent-first-touch") as dry:
            list(dry.records())
            dry.session.connection.exec_driver_sql(sql)

    with pytest.raises(StoreError, match=r"read-?only"):
        write()


def test_the_same_records_clock_and_version_give_the_same_plan(starter: Starter) -> None:
    def told() -> tuple[Any, str]:
        with Desk(starter.root, starter.store.url, at=NIGHT).plan("silent-first-touch") as dry:
            return [one.as_json() for one in dry.records()], dry.fingerprint()

    first = told()
    assert told() == first
    assert _TOLD.setdefault("plan", first) == first, "whatever the store"


_TOLD: dict[str, Any] = {}
