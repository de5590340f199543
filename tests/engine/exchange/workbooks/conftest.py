"""A store of the small model, and a way to import a workbook into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.exchange import ImportReport, import_file
from engine.records.session import Session
from engine.records.store import Store
from tests.engine.exchange.firms import CLOCK
from tests.engine.exchange.workbooks.books import FIRMS, MODEL, READER, Fill, Load, workbook
from tests.stores import STORES


@pytest.fixture
def session() -> Iterator[Session]:
    with Store(STORES.url(), MODEL, "Asia/Shanghai").write(CLOCK) as session:
        yield session


@pytest.fixture
def load(session: Session, tmp_path: Path) -> Load:
    """Rows, or what fills the first sheet of a workbook, imported."""

    def run(
        content: list[list[Any]] | Fill | bytes, module=FIRMS, name="records.xlsx", **options
    ) -> ImportReport:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else workbook(content))
        return import_file(session, module, path, model=MODEL, reader=READER, **options)

    return run
