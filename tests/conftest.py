"""Options of the test run, and the databases that tests run on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import pytest

from engine import compose
from engine.records import store
from tests.postgres import Server
from tests.stores import POSTGRES, SQLITE, STORES, migrate_quickly


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-cases",
        action="store_true",
        help="rewrite what the cases of tests/cases expect; the diff is the review",
    )


@pytest.fixture(scope="session", autouse=True)
def quick_ledgers() -> Iterator[None]:
    """Who opens a new database does not wait for the migrations; they are tried in test_migrate."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "migrate", migrate_quickly)
        yield


@pytest.fixture(scope="session", autouse=True)
def texts_read_once() -> Iterator[None]:
    """Most tests stand on the same files: each text is read by ruamel.yaml once, and its nodes are kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compose, "compose", lru_cache(maxsize=512)(compose.compose.__wrapped__))
        yield


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


@pytest.fixture(autouse=True)
def clean_stores(request: pytest.FixtureRequest) -> Iterator[None]:
    """Who does not ask for another store has SQLite, whatever runs before; what a test makes goes with it."""
    asked = "each_store" in request.fixturenames
    STORES.kind = request.getfixturevalue("each_store") if asked else SQLITE
    yield
    STORES.clean()
