"""The sample customers of the shipped workspace in any number, for words.py: the whole model, all modules."""

from __future__ import annotations

import hashlib
import importlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from engine.model.entities import Field, FieldType, Module
from engine.model.moments import Clock
from engine.model.values import Reader, to_stored
from engine.pipeline import store_of
from engine.records.session import Session
from engine.shipped import copy_workspace, shipped_workspace
from engine.workspace import Workspace, open_workspace

SEED = 2026
NIGHT = datetime(2026, 4, 1, 1, 0)  # noqa: DTZ001 - the workspace's wall clock
DATABASE = Path(".wakeline") / "wakeline.db"
GUARDS = """
guards:                     # nothing is held here
  messages: {at_most: 1000000000, share: 100 %}
  updates: {at_most: 1000000000, share: 100 %}
  creates: {at_most: 1000000000, share: 100 %}
  messages_per_day: 1000000000
"""

_OTHER_PLAYBOOKS = ("tiers", "silence", "signals", "contact", "warnings", "care")
"""What is measured are selections over the whole module."""
_ROWS_AT_ONCE = 20_000
_KEPT_AS_WRITTEN = {FieldType.TEXT, FieldType.LINK, FieldType.DATE, FieldType.EMAIL, FieldType.PHONE}


def clock_of(workspace: Workspace) -> Clock:
    """The night that is measured."""
    zone = workspace.settings.zone
    return Clock(NIGHT.replace(tzinfo=zone).astimezone(UTC), zone)


def filled_folder(size: int) -> Path:
    """A folder with a store of so many customers; made unless one of this code is kept."""
    folder = _cache() / f"{size}-{_hash_of_code()}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=folder.parent))
        write_files(unfinished)
        _fill(unfinished, size)
        unfinished.rename(folder)
    return folder


def _cache() -> Path:
    """$WAKELINE_BENCH_CACHE, else a folder of this name below the user's cache folder."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("WAKELINE_BENCH_CACHE") or Path(home) / "wakeline-benchmarks")


def _hash_of_code() -> str:
    """Names the data: what makes the rows, the model they are for, and the tables they go into."""
    shipped, engine = shipped_workspace(), Path(importlib.import_module("engine").__file__ or "").parent
    files = [Path(__file__), shipped / "model.yaml", *sorted((shipped / "samples").glob("*.py"))]
    files += [engine / "records" / "tables.py", engine / "ledger" / "tables.py"]
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def write_files(folder: Path) -> None:
    """The files of the workspace as it ships now, without what is not measured."""
    copy_workspace(folder)
    for name in ("samples", "presets", *_OTHER_PLAYBOOKS):
        shutil.rmtree(folder / name)
    settings = folder / "workspace.yaml"
    head, found, _ = settings.read_text(encoding="utf-8").partition("\nguards:")
    assert found, "the shipped workspace.yaml ends with its guards"
    kept = [line for line in head.splitlines() if not line.startswith("capacity:")]
    settings.write_text("\n".join(kept) + GUARDS, encoding="utf-8")


def _fill(folder: Path, size: int) -> None:
    workspace = open_workspace(folder)
    assert not workspace.has_errors, workspace.diagnostics
    make = _generator()
    with store_of(workspace).write(clock_of(workspace)) as session:
        tables = {
            key: _Table.of(session, workspace.model.modules[key], header.split())
            for key, header in make.words.HEADERS.items()
        }
        with session.transaction():
            for name, row in _rows(make, size):
                tables[name].add(row)
            for table in tables.values():
                table.flush()


def _generator() -> Any:
    """The script that makes the sample records, as a module."""
    folder = str(shipped_workspace() / "samples")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return importlib.import_module("generate")


def _rows(make: Any, size: int) -> Iterator[tuple[str, list[str]]]:
    """(module, row) as `generate.py` makes them; rows without a key of their own are numbered here."""
    staff = make.make_staff(SEED, size)
    owners = [one for one in staff if one.role == "业务员"] * 4
    owners += [one for one in staff if one.role in {"主管", "老客运营"}]
    desk = [one for one in staff if one.role in {"老客运营", "客服"}]
    width = max(5, len(str(size)))
    yield from (("staff", row) for row in make.staff_rows(staff))
    numbers = dict.fromkeys(("orders", "followups", "tasks"), 0)
    for number in range(1, size + 1):
        dice = make.Dice(SEED * 1_000_000_007 + number)
        customer = make.make_customer(dice, number, width, owners)
        yield "customers", make.customer_row(dice, customer)
        related = {
            "orders": partial(make.order_rows, dice, customer),
            "followups": partial(make.follow_up_rows, dice, customer, desk),
            "tasks": partial(make.task_rows, dice, customer),
        }
        for name, rows in related.items():
            for row in rows():
                numbers[name] += 1
                yield name, [f"{name[0].upper()}{numbers[name]:08d}", *row]


@dataclass
class _Table:
    """Rows of one module on their way into its table, in kept form."""

    session: Session
    sql: str
    keepers: Sequence[Callable[[str], Any]]
    waiting: list[tuple[Any, ...]] = field(default_factory=list)

    @classmethod
    def of(cls, session: Session, module: Module, header: Sequence[str]) -> _Table:
        fields = [one for one in map(module.field, header[1:]) if one is not None]
        assert len(fields) == len(header) - 1, "the generator's columns are fields of the model"
        reader = Reader(session.clock.zone, lenient=True)
        columns = ", ".join([module.record_key.column, *(one.column for one in fields)])
        marks = ", ".join("?" for _ in header)
        sql = f"INSERT INTO {session.tables.of(module).name} ({columns}) VALUES ({marks})"
        return cls(session, sql, [_as_written, *(_keeper(reader, one) for one in fields)])

    def add(self, row: Sequence[str]) -> None:
        self.waiting.append(tuple(keep(cell) for keep, cell in zip(self.keepers, row, strict=True)))
        if len(self.waiting) >= _ROWS_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        if self.waiting:
            self.session.connection.exec_driver_sql(self.sql, self.waiting)
            self.waiting = []


def _as_written(cell: str) -> str | None:
    return cell or None


def _keeper(reader: Reader, one: Field) -> Callable[[str], Any]:
    """From a cell to the kept form, by the engine's own reader wherever the two differ."""
    if one.type in _KEPT_AS_WRITTEN:
        return _as_written
    return lru_cache(maxsize=1_000)(lambda cell: to_stored(reader.read(one, cell)))
