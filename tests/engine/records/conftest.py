"""A database of the tests' own PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres import Server


@pytest.fixture
def empty(on_postgres: Server) -> Iterator[str]:
    """A database without a single table."""
    with on_postgres.database() as name:
        yield name
