"""Work that takes long is ended from another thread, on every store; what nobody may stop goes on."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.front import Desk
from engine.model.diagnostics import StoreError
from engine.stopping import Stopper, stoppable
from tests.company import Company, stories_in

ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(600)",
}

pytestmark = pytest.mark.usefixtures("each_store")


def test_a_statement_is_ended_from_another_thread(tmp_path: Path) -> None:
    company = Company(stories_in(tmp_path / "company"))
    company.bring("客户", [{"编号": "C1", "客户名称": "甲"}])
    desk, stopper = Desk(company.root), Stopper()
    begun, told = threading.Event(), list[StoreError]()

    def ask() -> None:
        try:
            with stopper.reach(), desk.store.read(desk.clock) as session:
                begun.set()
                session.connection.execute(sa.text(ENDLESS[session.connection.dialect.name]))
        except StoreError as failure:
            told.append(failure)

    thread = threading.Thread(target=ask)
    thread.start()
    assert begun.wait(30)
    while thread.is_alive():
        stopper.stop()
        thread.join(0.05)

    assert len(told) == 1
    stopper.stop()  # there is nothing left to be stopped
    with desk.store.read(desk.clock) as session:
        assert session.count(desk.module("客户")) == 1


def test_what_nobody_may_stop_knows_no_way() -> None:
    taken: list[str] = []
    stopper = Stopper()
    with stoppable(lambda: taken.append("outside")):
        stopper.stop()
    with stopper.reach(), stoppable(lambda: taken.append("inside")):
        stopper.stop()

    assert taken == ["inside"]
