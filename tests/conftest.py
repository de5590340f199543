"""Options of the test run, and the databases that tests run on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres import Server
from tests.stores import POSTGRES, SQLITE, STORES


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-cases",
        action="store_true",
        help="rewrite what the cases of tests/cases expect; the diff is the review",
    )


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server of the tests' own."""
    yield STORES.start()
    STORES.stop()


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
def each_store(request: pytest.FixtureRequest) -> Iterator[str]:
    """Every test of the module runs on every store."""
    if request.param == POSTGRES:
        request.getfixturevalue("server")
    STORES.kind = request.param
    yield request.param
    STORES.kind = SQLITE


@pytest.fixture
def on_postgres(server: Server) -> Iterator[Server]:
    """The test that asks for it runs on PostgreSQL."""
    STORES.kind = POSTGRES
    yield server
    STORES.kind = SQLITE


@pytest.fixture
def on_sqlite() -> Iterator[None]:
    """The test that asks for it runs on SQLite, also where the others of its module run on every store."""
    before, STORES.kind = STORES.kind, SQLITE
    yield
    STORES.kind = before


@pytest.fixture(autouse=True)
def clean_stores() -> Iterator[None]:
    """What one test has made is gone before the next."""
    yield
    STORES.clean()
