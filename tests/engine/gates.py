"""A gatehouse for tests: cheap hashes, a clock that is set, a database of the kind that is tried."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from argon2 import PasswordHasher

from engine.gatehouse import Gatehouse
from engine.ledger.audit import Actor
from engine.model.entities import Model
from engine.model.moments import Clock
from engine.passwords import Passwords
from engine.records.store import Store
from tests.engine.small import SHANGHAI
from tests.stores import STORES

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
WORD = "correct horse battery"
BY = Actor("root", "system")
NOON = datetime(2026, 3, 31, 4, 0, tzinfo=UTC)


def gate_at(now: datetime = NOON, *, of: Gatehouse | None = None) -> Gatehouse:
    """A new one, or another moment of one that there is."""
    clock = Clock(now, SHANGHAI)
    if of is not None:
        return Gatehouse(of.store, clock, of.passwords)
    return Gatehouse(Store(STORES.url(), Model({}), "Asia/Shanghai"), clock, Passwords(CHEAP))


def later(of: Gatehouse, **more: float) -> Gatehouse:
    """The same after a while."""
    return gate_at(of.clock.now + timedelta(**more), of=of)
