"""A ledger that another version of Wakeline has left: an older one is gone on with, a newer one is not."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config

from engine.cli import run_command
from engine.front import Desk
from engine.ledger import migrate as module
from engine.ledger.tables import HEAD
from engine.records.database import database_at
from engine.records.sqlite import driver
from tests.company import nightly, stories_in
from tests.stores import POSTGRES, Place

pytestmark = pytest.mark.usefixtures("each_store")

MIGRATIONS = Path(module.__file__).parent / "migrations"
AT = "2026-04-01T10:00"
WORKFLOW = nightly(
    """\
actions:
  - update_field: {沉默唤醒次数: {add: 1}}
  - send_template: {template: 问候, to: customer, via: email}
""",
    key="greet",
    name="问候",
)
OUTBOX = (
    "INSERT INTO wakeline_outbox (enrollment, path, run, kind, record, channel, recipient, template,"
    " subject, body, urgent, state) VALUES"
)
RUN = (
    "INSERT INTO wakeline_runs (workflow, version, state, at, on_day, checked, matched, started, failed,"
    " deferred, effects) VALUES ('greet', '24186a0dc4a6', 'done', '2026-03-30T17:00:00Z', '2026-03-31',"
    """ 4, 3, 3, 0, 0, '{"update": 3, "message": 2, "notice": 1}')"""
)
ROWS_OF_BEFORE = (
    RUN,
    *(
        "INSERT INTO wakeline_enrollments (id, workflow, record, once_key, run, started_on, state,"
        f" episode_open, control) VALUES ({n}, 'greet', 'C{n}', '', 1, '2026-03-31', 'done', 0, 0)"
        for n in (1, 2, 3)
    ),
    *(
        "INSERT INTO wakeline_journal (enrollment, path, kind, run, details) VALUES"
        f""" ({n}, 'actions/0', 'update', 1, '{{"module":"customers","changes":{{"wakes":[null,10000]}}}}')"""
        for n in (1, 2, 3)
    ),
    *(
        f"{OUTBOX} ({n}, 'actions/1', 1, 'message', 'C{n}', 'email', 'c{n}@example.cn', '问候',"
        f" '客户{n}', '近来可好？', 0, 'waiting')"
        for n in (1, 2)
    ),
    f"{OUTBOX} (3, 'actions/2', 1, 'notice', 'C3', 'inbox', 'S1', NULL, NULL, '客户3', 0, 'waiting')",
)
"""What a run of the time of the third form has left: two letters and a notice that were not sent any more."""


class House:
    """A workspace with its database, and the commands on it."""

    def __init__(self, root: Path, place: Place, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self.place, self._capsys = root, place, capsys

    def call(self, *arguments: str) -> tuple[int, str, str]:
        place = ["--workspace", str(self.root), "--store", self.place.url, "--lang", "en"]
        code = run_command([*arguments, *place])
        return code, *self._capsys.readouterr()

    def rows(self, *arguments: str) -> Any:
        code, out, err = self.call(*arguments, "--format", "json")
        assert code == 0, err
        return json.loads(out)

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        with self.place.look() as connection:
            found = connection.execute(statement)
            return [tuple(row) for row in found.fetchall()] if found.description else []


@pytest.fixture
def house(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> House:
    """Four customers, and the ledger in its third form; the second customer has taken the consent back."""
    stories_in(tmp_path)
    (tmp_path / "greet.yaml").write_text(WORKFLOW, "utf-8")
    found = House(tmp_path, Place.make(tmp_path), capsys)
    desk = Desk(tmp_path, found.place.url, at=datetime.fromisoformat(AT))
    modules = desk.workspace.model.modules
    with desk.store.write(desk.clock) as session, session.transaction():
        staff, customers = modules["staff"], modules["customers"]
        session.upsert(staff, [staff.fields["name"]], [("S1", "王一")])
        fields = [customers.fields[name] for name in ("name", "owner", "email", "email_ok")]
        session.upsert(
            customers, fields, ((f"C{n}", f"客户{n}", "S1", f"c{n}@example.cn", n != 2) for n in range(1, 5))
        )
    for name in found.place.tables():
        if name.startswith("wakeline_"):
            found.sql(f'DROP TABLE "{name}"')
    at_mark(found.place.url, "0003")
    for row in ROWS_OF_BEFORE:
        found.sql(row)
    return found


def at_mark(url: str, mark: str) -> None:
    """A ledger as an older version of Wakeline has made it."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with database_at(url, "UTC").connect(read_only=False) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, mark)


@pytest.mark.parametrize(
    "arguments, expected",
    [
        (("runs",), [{"run": 1, "workflow": "greet", "state": "done", "started": 3, "cause": "hand"}]),
        (("enrollments",), [{"id": n, "record": f"C{n}", "state": "done"} for n in (3, 2, 1)]),
        (("journal",), [{"record": f"C{n}", "path": "actions/0", "kind": "update"} for n in (3, 2, 1)]),
        (("outbox",), [{"id": n, "state": "waiting", "tries": 0} for n in (3, 2, 1)]),
        (("holds",), []),
        (("asks",), []),
    ],
)
def test_commands_that_read_know_what_an_older_version_did(
    house: House, arguments: tuple[str, ...], expected: list[dict[str, Any]]
) -> None:
    found = house.rows(*arguments)

    assert [
        {key: row[key] for key in wanted} for row, wanted in zip(found, expected, strict=True)
    ] == expected


def test_a_plan_and_an_explanation_know_whom_an_older_version_has_started(house: House) -> None:
    plan = house.rows("plan", "greet", "--at", AT)

    assert (plan["matched"], plan["already"]) == (1, 3)
    assert house.rows("explain", "greet", "--record", "C1", "--at", AT)["verdict"] == "already"


def test_letters_that_waited_are_sent_once_and_not_to_those_who_disagree_now(house: House) -> None:
    first = house.rows("run", "greet", "--at", AT)
    house.rows("run", "greet", "--at", AT)

    assert [(one["state"], one["started"]) for one in first] == [("done", 1)]
    states = "SELECT id, state FROM wakeline_outbox WHERE id < 4 ORDER BY id"
    assert house.sql(states) == [(1, "sent"), (2, "dropped"), (3, "sent")]
    lines = (house.root / ".wakeline" / "outbox" / "email.jsonl").read_text("utf-8").splitlines()
    assert sorted(json.loads(line)["record"] for line in lines) == ["C1", "C4"]
    assert house.sql("SELECT version_num FROM wakeline_migrations") == [(HEAD,)]


def test_an_older_ledger_that_cannot_be_written_to_is_told_in_one_sentence(
    each_store: str, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    if each_store == POSTGRES:
        ((name,),) = house.sql("SELECT current_database()")
        house.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    else:
        forbid_writing(monkeypatch)

    code, _, err = house.call("runs")

    assert code == 3
    assert err.startswith("error W419 The ledger of an older Wakeline cannot be brought up to date: ")
    assert len(err.splitlines()) == 2, "a sentence, and what to do"


def forbid_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = driver().connect

    def protected(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.execute("PRAGMA query_only=ON")
        return connection

    monkeypatch.setattr(driver(), "connect", protected)


@pytest.mark.parametrize(
    "arguments",
    [
        ("runs",),
        ("plan", "greet"),
        ("run",),
        ("holds",),
        ("start", "--once"),
        ("pause", "greet", "--by", "王一"),
    ],
    ids=lambda one: one[0],
)
def test_the_ledger_of_a_newer_version_is_refused_and_left_alone(
    house: House, arguments: tuple[str, ...]
) -> None:
    house.sql("UPDATE wakeline_migrations SET version_num = '9999'")
    before = house.place.dump()

    code, _, err = house.call(*arguments)

    assert code == 3
    assert err.splitlines()[0].endswith(f"its form is 9999, this version knows {HEAD}.")
    assert len(err.splitlines()) == 2
    assert house.place.dump() == before


def test_the_doctor_names_a_newer_ledger(house: House) -> None:
    house.sql("UPDATE wakeline_migrations SET version_num = '9999'")

    code, out, _ = house.call("doctor")

    assert code == 1
    assert "9999" in out
