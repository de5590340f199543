"""A store of the small model, and a way to import a text into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.exchange import ImportReport, import_file
from engine.model.values import Reader
from engine.records.session import Session
from engine.records.store import Store
from tests.engine.exchange.firms import CLOCK, FIRMS, MODEL_READ, ZONE
from tests.stores import STORES


@pytest.fixture
def session() -> Iterator[Session]:
    with Store(STORES.url(), MODEL_READ, "Asia/Shanghai").write(CLOCK) as session:
        yield session


@pytest.fixture
def load(session: Session, tmp_path: Path):
    """A text or bytes imported as a file of a module."""

    def run(content: str | bytes, module=FIRMS, **options) -> ImportReport:
        path = tmp_path / "records.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_file(
            session, module, path, model=MODEL_READ, reader=Reader(ZONE, lenient=True), **options
        )

    return run
