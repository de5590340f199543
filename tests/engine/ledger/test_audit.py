"""The audit log: whatever somebody does to it behind the triggers, the first bad row is named."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from engine.gatehouse import Gatehouse
from engine.ledger.access_tables import audit
from engine.ledger.audit import Actor, Audit, Deed, Wanted
from engine.ledger.migrate import migrate
from engine.records.database import database_at
from tests.engine.gates import BY, NOON, gate_at, later
from tests.stores import SQLITE, STORES

pytestmark = pytest.mark.usefixtures("each_store")

ROWS = 12


@pytest.fixture(name="log")
def _log() -> Iterator[Audit]:
    """A log of some rows, whose triggers somebody has taken away."""
    with database_at(STORES.url(), "UTC").connect(read_only=False) as connection, connection.begin():
        migrate(connection)
        log = Audit(connection)
        for n in range(ROWS):
            deed = Deed("published", f"流程 {n}.yaml", {"note": f"第 {n} 次", "count": n})
            log.append(Actor(f"n{n % 3}", "editor", "127.0.0.1"), deed, NOON + timedelta(minutes=n))
        assert log.first_broken() is None
        _without_triggers(connection)
        yield log


def _without_triggers(connection: sa.Connection) -> None:
    if connection.dialect.name == SQLITE:
        for deed in ("update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER wakeline_audit_no_{deed}")
    else:
        connection.exec_driver_sql("DROP TRIGGER wakeline_audit_stays ON wakeline_audit")


def edit(rng: random.Random, connection: sa.Connection) -> int:
    number = rng.randint(1, ROWS)
    column = rng.choice(["at", "who", "role", "address", "deed", "subject", "details", "seal"])
    values = {column: f"x{rng.random()}"}
    connection.execute(sa.update(audit).where(audit.c.id == number).values(values))
    return number


def delete(rng: random.Random, connection: sa.Connection) -> int:
    number = rng.randint(1, ROWS)
    connection.execute(sa.delete(audit).where(audit.c.id == number))
    return number


def truncate(rng: random.Random, connection: sa.Connection) -> int:
    first = rng.randint(1, ROWS)
    connection.execute(sa.delete(audit).where(audit.c.id >= first))
    return first


def reorder(rng: random.Random, connection: sa.Connection) -> int:
    one, other = sorted(rng.sample(range(1, ROWS + 1), 2))
    for before, after in ((one, 1000), (other, one), (1000, other)):
        connection.execute(sa.update(audit).where(audit.c.id == before).values(id=after))
    return one


def insert(rng: random.Random, connection: sa.Connection) -> int:
    row = dict(connection.execute(sa.select(audit).where(audit.c.id == rng.randint(1, ROWS))).one()._mapping)
    connection.execute(audit.insert().values({**row, "id": ROWS + 1}))
    return ROWS + 1


@pytest.mark.parametrize("how", [edit, delete, truncate, reorder, insert])
def test_whatever_is_done_to_it_the_first_bad_row_is_named(
    log: Audit, how: Callable[[random.Random, sa.Connection], int]
) -> None:
    for seed in range(20):
        place = log.connection.begin_nested()
        expected = how(random.Random(seed), log.connection)
        assert log.first_broken() == expected, seed
        # Nothing that is added later heals it.
        log.append(BY, Deed("exported"), NOON)
        assert log.first_broken() == expected, seed
        place.rollback()
    assert log.first_broken() is None


def test_a_forged_end_of_the_chain_is_seen(log: Audit) -> None:
    """Whoever makes a whole new chain would have to change what is remembered of the last row, too."""
    place = log.connection.begin_nested()
    log.append(BY, Deed("approved"), NOON)
    rows = [dict(row._mapping) for row in log.connection.execute(sa.select(audit).order_by(audit.c.id))]
    place.rollback()
    log.append(BY, Deed("refused"), NOON)
    log.connection.execute(sa.delete(audit))
    log.connection.execute(audit.insert(), rows)
    assert log.first_broken() == ROWS + 1


@pytest.mark.parametrize("change", ["UPDATE wakeline_audit SET who = 'x'", "DELETE FROM wakeline_audit"])
def test_the_database_itself_refuses_changes(change: str) -> None:
    gate = gate_at()
    gate.note(BY, Deed("published", "a.yaml"))
    with (
        gate.store.write(gate.clock) as session,
        pytest.raises(DBAPIError, match="only added to"),
        session.connection.begin(),
    ):
        session.connection.exec_driver_sql(change)
    assert gate.verify() == (1, None)


def noted(gate: Gatehouse, **asked: Any) -> list[int]:
    return [one.id for one in gate.entries(gate.wanted(**asked))]


def test_rows_are_found_by_who_what_where_and_day() -> None:
    gate = gate_at()
    for hours, who, deed, subject in [
        (0, "lina", "published", "wake.yaml"),  # 31 March, 12:00 in Shanghai
        (12, "bo", "published", "Other_%.yaml"),  # 1 April, 00:00
        (35, "bo", "exported", "audit"),  # 1 April, 23:00
    ]:
        later(gate, hours=hours).note(Actor(who, "editor"), Deed(deed, subject))
    assert noted(gate) == [3, 2, 1]
    assert noted(gate, who="bo") == [3, 2]
    assert noted(gate, deed="published", who="bo") == [2]
    assert noted(gate, subject="other_%") == [2]
    assert noted(gate, subject="%") == [2]
    assert noted(gate, since=date(2026, 4, 1)) == [3, 2]
    assert noted(gate, until=date(2026, 3, 31)) == [1]
    assert noted(gate, since=date(2026, 4, 2)) == []
    with gate.log() as log:
        assert log is not None
        assert [one.id for one in log.rows(Wanted(), limit=1, skip=1)] == [2]
        assert log.count(Wanted(who="bo")) == 2
        assert log.last_times("published") == {"lina": "2026-03-31T04:00:00Z", "bo": "2026-03-31T16:00:00Z"}


def test_odd_signs_and_endless_texts_are_kept_so_that_the_chain_holds() -> None:
    gate = gate_at()
    gate.note(
        Actor("a\0b\ud800", "editor", "x" * 900),
        Deed("published", "流程\0", {"note": "a\0\ud800", "n": None}),
    )
    (entry,) = gate.entries()
    assert (entry.who, len(entry.address), entry.subject) == ("ab?", 500, "流程")
    assert entry.details == {"note": "a\0?"}
    assert gate.verify() == (1, None)
