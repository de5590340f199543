"""The records of crm.py, put into an empty store of either database."""

from __future__ import annotations

import hashlib
import importlib
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from benchmarks.crm import COLUMNS, Row, make_companies, make_staff
from benchmarks.night import REFERENCE, clock_of, reference_workspace, write_workspace
from benchmarks.server import Server
from engine.pipeline import store_of
from engine.records.driving import insert_rows
from engine.records.session import Session
from engine.records.sqlite import file_engine

_ROWS_AT_ONCE = 20_000


def hash_of_code() -> str:
    """Names the data: what makes the rows, the model they are for, and the tables they go into."""
    here, engine = Path(__file__).parent, Path(importlib.import_module("engine").__file__ or "").parent
    files = [here / "crm.py", here / "filling.py", REFERENCE / "model.yaml"]
    files += [engine / "records" / "tables.py", engine / "ledger" / "tables.py"]
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def fill(url: str, size: int) -> None:
    """The records of so many customers into an empty store, past the engine, in kept form."""
    print(f"  filling {url.split(':', maxsplit=1)[0]} with {size:,} customers ...", file=sys.stderr)
    with tempfile.TemporaryDirectory() as scratch:
        write_workspace(Path(scratch) / "workspace")
        workspace = reference_workspace(Path(scratch) / "workspace")
        with store_of(workspace, url).write(clock_of(workspace)) as session:
            _fill(session, size)


def fill_database(server: Server, size: int, name: str) -> None:
    """A new database with these records, its statistics up to date, as the server itself would keep them."""
    server.copy("template1", name)
    fill(server.url(name), size)
    with closing(server.connect(name)) as connection:
        connection.execute("VACUUM (FREEZE, ANALYZE)")
        connection.execute("CHECKPOINT")


def _fill(session: Session, size: int) -> None:
    tables = {key: session.tables.of(module) for key, module in session.tables.model.modules.items()}
    for key, table in tables.items():
        assert {one.name for one in table.columns} == set(COLUMNS[key]), f"{key} is not as in model.yaml"
    indexes = [index for table in tables.values() for index in table.indexes]
    with session.transaction():
        for index in indexes:
            index.drop(session.connection)
    waiting: dict[str, list[Row]] = {key: [] for key in tables}
    staff = make_staff(size)
    waiting["staff"] += staff
    for company in make_companies(size, staff):
        waiting["customers"].append(company.customer)
        waiting["orders"] += company.orders
        waiting["followups"] += company.followups
        waiting["tasks"] += company.tasks
        if len(waiting["orders"]) >= _ROWS_AT_ONCE:
            _flush(session, waiting)
    _flush(session, waiting)
    with session.transaction():
        for index in indexes:
            index.create(session.connection)


def _flush(session: Session, waiting: Mapping[str, list[Row]]) -> None:
    with session.transaction():
        for key, rows in waiting.items():
            table = session.tables.of(session.tables.model.modules[key])
            insert_rows(session.connection, table, COLUMNS[key], rows)
            rows.clear()


def tidy_file(path: Path) -> None:
    """One file without gaps and without a log; statistics nobody makes there, so there are none."""
    with file_engine(path, read_only=False).connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.close()
