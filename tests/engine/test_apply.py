"""Apply: what was selected is carried out where it still is so, and every chunk notes what it did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from engine import apply
from engine.apply import Receipt, apply_effects
from engine.by_hand import run_workflow
from engine.ledger.agenda import Agenda
from engine.ledger.tables import enrollments, runs
from engine.model.moments import Clock
from engine.pipeline import prepare
from engine.records.session import Session
from engine.records.statements import Statements
from tests.engine.small import BASE, HEAD, NIGHT, Place, begun, changed, workspace_with
from tests.stores import refuse

pytestmark = pytest.mark.usefixtures("each_store")

ADD = "actions:\n  - update_field: {唤醒次数: {add: 1}}\n"
TELL = "actions:\n  - notify: {to: owner, text: 您好}\n"
SOME = {"员工": {"S1": {"姓名": "甲"}}, "客户": {f"C{n}": {"客户名称": "某", "负责人": "S1"} for n in (1, 2)}}


def place(actions: str, more: str = "") -> Place:
    return Place.make(workspace_with("", {**BASE, "wake.yaml": f"{HEAD}{more}{actions}"}), SOME)


@dataclass(frozen=True)
class Alone:
    """A keeper of whom nobody takes the run over."""

    session: Session
    run: int

    def note(self, so_far: Mapping[str, Any]) -> None:
        Agenda(self.session.connection).note(self.run, **so_far)

    def goes_on(self) -> bool:
        return True


def carried_out(session: Session, found: Place, meanwhile: str = "") -> Receipt:
    """A run of whose records somebody else says something between the selection and the first chunk."""
    with session.transaction():
        run = begun(session.connection, clock=session.clock)
        prepared = prepare(session, found.workspace, found.workflow)
    if meanwhile:
        with session.transaction():
            session.connection.exec_driver_sql(meanwhile)
    return apply_effects(
        session, prepared.matched, prepared.reader, run=run, notices="inbox", keeper=Alone(session, run)
    )


def started(session: Session) -> list[str]:
    return list(session.connection.execute(sa.select(enrollments.c.record).order_by("record")).scalars())


def wakes(session: Session) -> dict[str, Any]:
    rows = session.connection.exec_driver_sql("SELECT id, wakes FROM customers")
    return dict(map(tuple, rows))


# --- written to by others -----------------------------------------------------------------------------------


def test_value_that_somebody_wrote_meanwhile_stays_and_its_record_waits_for_the_next_run() -> None:
    found = place(ADD, "once_per: customer\n")
    with found.session() as session:
        receipt = carried_out(session, found, "UPDATE customers SET wakes = 50000 WHERE id = 'C1'")

        assert (receipt.started, receipt.effects, started(session)) == (1, {"update": 1}, ["C2"])
        assert wakes(session) == {"C1": 50_000, "C2": 10_000}

        assert carried_out(session, found).started == 1
        assert wakes(session) == {"C1": 60_000, "C2": 10_000}


def test_record_that_is_gone_is_not_started() -> None:
    found = place(TELL)
    with found.session() as session:
        receipt = carried_out(session, found, "DELETE FROM customers WHERE id = 'C2'")

        assert (receipt.started, receipt.effects, started(session)) == (1, {"notice": 1}, ["C1"])


def test_other_fields_may_change_meanwhile() -> None:
    found = place(ADD)
    with found.session() as session:
        assert carried_out(session, found, "UPDATE customers SET tier = 'C'").started == 2


def test_record_started_by_somebody_else_within_the_length_is_not_started_again() -> None:
    found = place(TELL, "once_per: 30 days\n")
    day = (NIGHT.today - timedelta(days=3)).isoformat()
    other = (
        "INSERT INTO wakeline_enrollments (workflow, record, once_key, run, started_on, state, episode_open)"
        f" VALUES ('wake', 'C1', 'length:{day}', 7, '{day}', 'done', 0)"
    )
    with found.session() as session:
        assert carried_out(session, found, other).started == 1
        assert started(session) == ["C1", "C2"]


# --- episodes -----------------------------------------------------------------------------------------------


def test_one_moment_may_see_two_episodes_of_a_record() -> None:
    found = place(TELL, "conditions: {field: 客户层级, is: A}\n")
    starts = []
    with found.session() as session:
        for tier in ("A", "B", "A", "A"):
            with session.transaction():
                tiers = sa.text("UPDATE customers SET tier = :tier WHERE id = 'C1'")
                session.connection.execute(tiers, {"tier": tier})
            starts.append(run_workflow(session, found.workspace, found.workflow).started)
        rows = session.connection.execute(sa.select(enrollments.c.once_key, enrollments.c.episode_open))

        assert starts == [1, 0, 1, 0]
        assert [tuple(row) for row in rows] == [
            ("2026-03-30T17:00:00Z#1", 0),
            ("2026-03-30T17:00:00Z#3", 1),
        ]


def test_database_keeps_one_open_episode_a_record() -> None:
    found = place(TELL)
    with found.session() as session:
        carried_out(session, found)
        twice = (
            "INSERT INTO wakeline_enrollments"
            " (workflow, record, once_key, run, started_on, state, episode_open)"
            " VALUES ('wake', 'C1', 'other', 7, '2026-03-31', 'done', 1)"
        )
        with pytest.raises(sa.exc.IntegrityError), session.transaction():
            session.connection.exec_driver_sql(twice)


# --- what the ledger knows ----------------------------------------------------------------------------------


def test_run_that_is_killed_shows_the_chunks_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given chunks of one record, when the second one is never written, then the first one is noted."""
    found, render = place(TELL), apply._render
    calls: list[Any] = []

    def killed(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return render(*arguments)

    monkeypatch.setattr(apply, "CHUNK_RECORDS", 1)
    monkeypatch.setattr(apply, "_render", killed)
    with found.session() as session:
        with pytest.raises(KeyboardInterrupt):
            carried_out(session, found)
        row = session.connection.execute(sa.select(runs)).one()

        assert (row.state, row.started, row.failed, json.loads(row.effects)) == (
            "running",
            1,
            0,
            {"notice": 1},
        )


def test_messages_of_a_killed_run_count_for_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "CHUNK_RECORDS", 1)
    found = place("actions:\n  - send_template: {template: 唤醒, to: customer, via: email}\n")
    found.bring({"客户": {"C1": {"邮箱": "a@example.cn", "邮件同意": "是"}}})
    with found.session() as session:
        carried_out(session, found)

        assert session.book.messages_on(NIGHT.today) == 1


# --- a company's own table ----------------------------------------------------------------------------------


def test_created_record_takes_fields_of_any_name() -> None:
    """`k` and `wakeline` are names that a statement might use itself."""
    files = changed(
        BASE, "model.yaml", "  tasks:\n    label: 任务\n", "  tasks:\n    table: todo\n    label: 任务\n"
    )
    files = changed(files, "model.yaml", "      text: {label: 说明", "      k: {label: 说明")
    files["wake.yaml"] = f"{HEAD}actions:\n  - create_task: {{subject: 回访, to: owner, text: 请回访}}\n"
    found = Place.make(workspace_with("", files), SOME)
    with found.session() as session:
        with session.transaction():
            session.connection.exec_driver_sql(
                "CREATE TABLE todo (id TEXT PRIMARY KEY,"
                " customer TEXT, subject TEXT, assignee TEXT, due DATE, k TEXT)"
            )
        assert carried_out(session, found).effects == {"create": 2}
        rows = session.connection.exec_driver_sql("SELECT id, customer, subject, assignee, k FROM todo")

        assert [tuple(row) for row in rows] == [
            ("W1-0", "C1", "回访", "S1", "请回访"),
            ("W2-0", "C2", "回访", "S1", "请回访"),
        ]


def test_later_night_is_another_moment() -> None:
    found = place(TELL, "once_per: day\n")
    later = Clock(NIGHT.now + timedelta(days=1), NIGHT.zone)
    with found.session() as session:
        assert carried_out(session, found).started == 2
    with found.session(later) as session:
        assert carried_out(session, found).started == 2


def test_record_that_the_database_refuses_is_noted_and_the_others_go_on() -> None:
    found = place(ADD, "once_per: customer\n")
    with found.session() as session:
        with session.transaction():
            refuse(session, "customers", "UPDATE", "old.id = 'C1'", "not this one")

        receipt = carried_out(session, found)

        assert (receipt.started, receipt.failed, started(session)) == (1, 1, ["C2"])
        (failure,) = session.book.rows_of("failures", limit=9)
        assert (failure["record"], json.loads(failure["details"])["reason"]) == ("C1", "W606")
        assert "not this one" in failure["details"]


# --- what a chunk has done ----------------------------------------------------------------------------------

SEVERAL = """\
actions:
  - update_field: {唤醒次数: {add: 1}}
  - if: {field: 客户名称, is: 某}
    then:
      - notify: {to: owner, text: 您好}
      - create_task: {subject: 回访, to: owner}
    else:
      - update_field: {唤醒次数: {add: 2}}
"""


def test_every_chunk_notes_how_many_effects_of_each_kind_it_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some steps concern every record, some only a few of a chunk, and one record is left out."""
    monkeypatch.setattr(apply, "CHUNK_RECORDS", 3)
    names = {f"C{n}": {"客户名称": "某" if n % 3 == 1 else "他", "负责人": "S1"} for n in range(1, 9)}
    found = Place.make(workspace_with("", {**BASE, "wake.yaml": f"{HEAD}{SEVERAL}"}), {**SOME, "客户": names})
    with found.session() as session:
        receipt = carried_out(session, found, "DELETE FROM customers WHERE id = 'C4'")

        rows = session.connection.exec_driver_sql("SELECT kind, count(*) FROM wakeline_journal GROUP BY kind")
        assert (receipt.started, receipt.effects) == (7, dict(map(tuple, rows)))
        assert receipt.effects == {"update": 7 + 5, "notice": 2, "create": 2}


def test_no_statement_of_a_chunk_is_compiled_anew_for_the_next_one() -> None:
    """SQLAlchemy compiles again and again what it has no key for, and says nothing."""
    found = Place.make(workspace_with("", {**BASE, "wake.yaml": f"{HEAD}{SEVERAL}"}), SOME)
    with found.session() as session, session.transaction():
        statements = Statements(prepare(session, found.workspace, found.workflow).matched, 1)
        asked = [statements.enroll, statements.update, statements.intact, statements.taken]
        asked += [one.statement for one in statements.journal]
        assert all(one is not None and one._generate_cache_key() is not None for one in asked)
