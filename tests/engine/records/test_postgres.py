"""What is true of PostgreSQL alone: how it is reached, who may write when, and types that columns hold to."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.by_hand import run_workflow
from engine.cli import run_command
from engine.cli.errors import render_failure
from engine.ledger.tables import HEAD, enrollments, marks
from engine.model.diagnostics import StoreError
from engine.model.moments import Clock
from engine.model.operands import FieldValue
from engine.pipeline import prepare
from engine.records.database import database_at
from engine.records.store import Store
from engine.records.writing import ChunkWriter
from tests.engine.small import BASE, NEW_YORK, NIGHT, SHANGHAI, Place, workspace_with
from tests.engine.small import HEAD as WAKE
from tests.postgres import PASSWORD, Server

pytestmark = pytest.mark.usefixtures("on_postgres")

STORIES = Path(__file__).parents[2] / "cases" / "run"


@pytest.fixture
def empty(on_postgres: Server) -> Iterator[str]:
    """A database without a single table."""
    with on_postgres.database() as name:
        yield name


def store(url: str) -> Store:
    return Store(url, workspace_with("actions: [{stop: x}]\n").model, SHANGHAI.key)


# --- reaching it --------------------------------------------------------------------------------------------


def told(url: str, language: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """What a person sees of a command on that store."""
    base = STORIES / "_base"
    code = run_command(["runs", "--workspace", str(base), "--store", url, "--lang", language])
    return code, capsys.readouterr().err


@pytest.mark.parametrize("language, code", [("zh", "错误 W411"), ("en", "error W411")])
@pytest.mark.parametrize(
    "url, reason",
    [
        ("postgresql://me:geheim@127.0.0.1:1/w", "127.0.0.1:1/w"),
        ("postgres://me:geheim@nowhere.invalid/w", "nowhere.invalid/w"),
        ("postgresql+psycopg://me:geheim@/w?host=/nowhere", "/nowhere/w"),
        ("postgresql://me:geheim@/w?host=/nowhere&sslmode=geheim", "sslmode"),
    ],
)
def test_server_that_cannot_be_reached_is_one_sentence(
    url: str, reason: str, language: str, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    failed, said = told(url, language, capsys)

    assert failed == 3
    assert said.startswith(code)
    assert reason in said
    assert len(said.splitlines()) == 2, "a sentence, and what to do"
    assert "geheim" not in said
    assert "Traceback" not in said


def test_wrong_password_is_told_without_it(on_postgres: Server, capsys: pytest.CaptureFixture[str]) -> None:
    right = on_postgres.url("postgres")
    wrong = right.replace(right.split(":")[2].split("@")[0], "verraten")
    assert wrong != right

    _, said = told(wrong, "en", capsys)

    assert "password authentication failed" in said
    assert "verraten" not in said
    assert PASSWORD not in said


@pytest.mark.parametrize("url", ["postgresql://me:ge@heim:@x:y/db", "postgresql://me:geheim@host:port"])
def test_address_that_cannot_be_read_is_told_without_its_password(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, said = told(url, "en", capsys)

    assert said.startswith("error W414")
    assert "heim" not in said


def test_missing_driver_is_told_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    present = importlib.import_module

    def without(name: str, package: str | None = None) -> Any:
        if name == "psycopg":
            raise ImportError(name)
        return present(name, package)

    monkeypatch.setattr(importlib, "import_module", without)

    _, said = told("postgresql://me:geheim@127.0.0.1:1/w", "en", capsys)

    assert said.startswith("error W410")
    assert "wakeline[postgres]" in said


def test_database_of_another_encoding_is_refused(on_postgres: Server) -> None:
    with on_postgres.connect() as connection:
        connection.execute(
            "CREATE DATABASE bytes ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
        )
    try:
        with pytest.raises(StoreError) as caught, store(on_postgres.url("bytes")).write(NIGHT):
            pass
    finally:
        on_postgres.drop("bytes")
    assert caught.value.code == "W412"
    assert (caught.value.facts["found"], caught.value.facts["needed"]) == ("SQL_ASCII", "UTF8")


def test_missing_rights_are_told(on_postgres: Server, empty: str) -> None:
    with on_postgres.connect(empty) as connection:
        connection.execute("DROP ROLE IF EXISTS guest")
        connection.execute("CREATE ROLE guest LOGIN PASSWORD 'gast'")
    url = f"postgresql://guest:gast@/{empty}?host={on_postgres.folder}"

    with pytest.raises(StoreError) as caught, store(url).write(NIGHT):
        pass

    assert caught.value.code == "W413"


@pytest.mark.parametrize(
    "sql, code, facts",
    [
        ("SELECT * FROM nowhere", "W405", {"kind": "server", "name": "nowhere"}),
        ('SELECT * FROM "no where".clients', "W405", {"kind": "server", "name": "no where.clients"}),
        ("SELECT nothing FROM customers", "W406", {"name": "nothing"}),
        ("SELECT c.nothing FROM customers AS c", "W406", {"name": "nothing"}),
    ],
)
def test_what_is_missing_is_told_by_its_name(
    on_postgres: Server, empty: str, sql: str, code: str, facts: dict[str, str]
) -> None:
    with (
        pytest.raises(StoreError) as caught,
        store(on_postgres.url(empty)).write(NIGHT) as session,
    ):
        session.connection.exec_driver_sql(sql)
    assert (caught.value.code, caught.value.facts) == (code, facts)


@pytest.mark.parametrize(
    "sql, words, hint",
    [
        (
            "SET statement_timeout = '10ms'; SELECT pg_sleep(60)",
            "canceling statement due to statement timeout",
            "statement_timeout",
        ),
        (
            "CREATE TABLE made (a INT, a_column_with_a_name INT GENERATED ALWAYS AS (a) STORED);\
             UPDATE made SET a_column_with_a_name = 1",
            'column "a_column_with_a_name" can only be updated to DEFAULT',
            "by itself",
        ),
        (
            "CREATE TABLE made (a DATE); INSERT INTO made VALUES (1)",
            'column "a" is of type date but expression is of type integer',
            "model.yaml",
        ),
        (
            "CREATE TABLE made (a INT CONSTRAINT the_amount_is_never_below_nothing CHECK (a >= 0));\
             INSERT INTO made VALUES (-1)",
            'new row for relation "made" violates check constraint "the_amount_is_never_below_nothing"',
            "refuses",
        ),
        (
            "SET TRANSACTION READ ONLY; CREATE TABLE made (a INT)",
            "cannot execute CREATE TABLE in a read-only transaction",
            "only be read",
        ),
        (
            "SET search_path = nowhere; CREATE TABLE made (a INT)",
            "no schema has been selected",
            "search_path",
        ),
        ("SELECT 1 +", "syntax error at end of input", "own words"),
    ],
)
def test_the_servers_own_words_are_told_whole_with_a_hint_that_fits(
    on_postgres: Server, empty: str, sql: str, words: str, hint: str
) -> None:
    with pytest.raises(StoreError) as caught, store(on_postgres.url(empty)).write(NIGHT) as session:
        session.connection.exec_driver_sql(sql)

    said = render_failure(caught.value, "en")
    assert said.startswith("error W403")
    assert words in said
    assert hint in said.splitlines()[1]
    assert render_failure(caught.value, "zh").splitlines()[1] != ""


def test_the_servers_own_words_are_told_without_a_password_and_not_without_end(
    on_postgres: Server, empty: str
) -> None:
    with pytest.raises(StoreError) as caught, store(on_postgres.url(empty)).write(NIGHT) as session:
        session.connection.execute(sa.select(sa.cast(f"{PASSWORD} {'x' * 500}", sa.Integer)))

    said = render_failure(caught.value, "en").splitlines()[0]
    assert "***" in said
    assert PASSWORD not in said
    assert said.endswith("x…")
    assert 200 < len(said) < 300


# --- several at once ----------------------------------------------------------------------------------------


def test_many_that_start_at_once_make_the_tables_once(on_postgres: Server, empty: str) -> None:
    at_once = threading.Barrier(6)

    def start(_: int) -> str:
        at_once.wait()
        with store(on_postgres.url(empty)).write(NIGHT) as session:
            return session.connection.execute(sa.select(marks.c.version_num)).scalar_one()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(start, range(6))) == [HEAD] * 6


@pytest.mark.parametrize(
    "theirs, ours", [("off", "on"), ("local", "local"), ("on", "on"), ("remote_apply", "remote_apply")]
)
def test_what_is_committed_is_on_the_disk(on_postgres: Server, empty: str, theirs: str, ours: str) -> None:
    """RELIABILITY section 5: else a letter could have left whose claim a fall of power takes back."""
    with closing(on_postgres.connect()) as connection:
        connection.execute(f'ALTER DATABASE "{empty}" SET synchronous_commit = {theirs}')

    with database_at(on_postgres.url(empty), "UTC").connect(read_only=False) as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == ours


def test_ledger_has_room_and_compares_by_signs(on_postgres: Server, empty: str) -> None:
    with store(on_postgres.url(empty)).write(NIGHT):
        pass
    with on_postgres.connect(empty) as connection:
        found = connection.execute(
            "SELECT table_name, column_name, data_type, collation_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name <> %s AND (data_type NOT IN ('bigint', 'text')"
            " OR data_type = 'text' AND collation_name IS DISTINCT FROM 'C')",
            (marks.name,),
        ).fetchall()
    assert found == []


def test_two_that_write_at_once_give_no_number_twice() -> None:
    """The second waits until the first has committed: it would read the same highest number."""
    records = {"客户": {f"C{n}": {"客户名称": "甲", "客户层级": "A"} for n in range(5)}}
    found = Place.make(workspace_with("", {**BASE, "wake.yaml": f"{WAKE}actions: [{{stop: x}}]\n"}), records)
    waiting, done = threading.Event(), threading.Event()

    def other() -> None:
        with found.session() as session:
            waiting.set()
            with session.transaction():
                matched = session.select(found.workflow, draft)
                writer = ChunkWriter.begin(matched, 8, 1, 5)
                bases.append(writer.base)
                assert sorted(writer.taken()) == [1, 2, 3, 4, 5], "all have started meanwhile"
            done.set()

    bases: list[int] = []
    with found.session() as session:
        prepared = prepare(session, found.workspace, found.workflow)
        draft, matched = prepared.matched.draft, prepared.matched
        thread = threading.Thread(target=other)
        with session.transaction():
            writer = ChunkWriter.begin(matched, 7, 1, 5)
            bases.append(writer.base)
            thread.start()
            assert waiting.wait(20)
            assert not done.wait(0.5), "it has to wait"
            writer.enroll()
        assert done.wait(20)
        thread.join()
        numbers = session.connection.execute(sa.select(enrollments.c.id).order_by(enrollments.c.id)).scalars()
        assert list(numbers) == [1, 2, 3, 4, 5]
    assert bases == [0, 5]


# --- order --------------------------------------------------------------------------------------------------


def test_records_go_by_the_signs_of_their_keys_in_any_language() -> None:
    """The tests' server sorts as Chinese does, by sound and regardless of capitals."""
    keys = ["b", "B", "a", "A", "中", "啊", "_", "-", "1", "10", "9"]
    records = {"客户": {key: {"客户名称": "甲", "客户层级": "A"} for key in keys}}
    found = Place.make(workspace_with("", {**BASE, "wake.yaml": f"{WAKE}actions: [{{stop: x}}]\n"}), records)
    with found.session() as session:
        rows = prepare(session, found.workspace, found.workflow).matched.all_rows()
        by_server = session.connection.exec_driver_sql(
            'SELECT id FROM customers ORDER BY id COLLATE "default"'
        ).scalars()

        assert [row[1] for row in rows] == sorted(keys)
        assert list(by_server) != sorted(keys)


# --- a company's own table ----------------------------------------------------------------------------------

OWN = """
CREATE TABLE firms (no UUID PRIMARY KEY, called VARCHAR(40) NOT NULL, grade CHAR(3), woken SMALLINT,
  credit NUMERIC(12, 2), signed DATE, seen TIMESTAMP, looked TIMESTAMPTZ, vip BOOLEAN, pause INTEGER)
"""
KEYS = [f"00000000-0000-0000-0000-00000000000{n}" for n in (1, 2)]
MODEL = """\
modules:
  customers:
    label: 客户
    table: firms
    key: 号
    columns: {id: no, name: called, tier: grade, wakes: woken}
    fields:
      id: {label: 号, type: text}
      name: {label: 客户名称, type: text, required: true}
      tier: {label: 客户层级, type: choice, options: [A, B]}
      wakes: {label: 唤醒次数, type: number}
      credit: {label: 额度, type: money}
      signed: {label: 签约日期, type: date}
      seen: {label: 最近访问, type: datetime}
      looked: {label: 最近浏览, type: datetime}
      vip: {label: 重点, type: yes_no}
      pause: {label: 间隔, type: length}
"""


@pytest.fixture
def firms() -> Place:
    files = {"workspace.yaml": "time_zone: America/New_York\n", "model.yaml": MODEL}
    files["wake.yaml"] = (
        'id: wake\nname: 唤醒\nmodule: 客户\ntrigger: {every: day, at: "01:00"}\n'
        "conditions: {all: [{field: 客户层级, is: A}, {time_since: 签约日期, at_least: 90 days},"
        " {field: 额度, at_least: 100}, {field: 重点, is: 是}, {field: 间隔, at_most: 10 days}]}\n"
        "actions: [{update_field: {唤醒次数: {add: 1}, 额度: 12.3, 签约日期: today, 最近访问: now,"
        " 最近浏览: now, 重点: 否, 间隔: 7 days}}]\n"
    )
    place = Place.make(workspace_with("", files), {})
    with place.session() as session, session.transaction():
        session.connection.exec_driver_sql(OWN)
        session.connection.exec_driver_sql(
            f"INSERT INTO firms VALUES ('{KEYS[0]}', '甲', 'A', NULL, 100, '2025-12-01',"
            " '2025-11-02 01:30', '2025-11-02 01:30-04', true, 3),"
            f" ('{KEYS[1]}', '乙', 'B', 7, 99.99, NULL, '2026-03-08 02:30', NULL, NULL, NULL)"
        )
    return place


def test_columns_that_hold_to_their_type_are_read(firms: Place) -> None:
    """01:30 comes twice on 2 November in New York, and means the first; 02:30 on 8 March never comes."""
    module = firms.workspace.model.modules["customers"]
    with firms.store.read(NIGHT) as session:
        rows = list(session.read_all(module, [FieldValue(one, module) for one in module.fields.values()]))

    first = datetime(2025, 11, 2, 5, 30, tzinfo=UTC)
    assert [row[:8] for row in rows] == [
        (KEYS[0], "甲", "A", None, Decimal(100), date(2025, 12, 1), first, first),
        (
            KEYS[1],
            "乙",
            "B",
            Decimal(7),
            Decimal("99.99"),
            None,
            datetime(2026, 3, 8, 7, 30, tzinfo=UTC),
            None,
        ),
    ]
    assert [(row[8], str(row[9])) for row in rows] == [(True, "3 days"), (None, "None")]


def test_columns_that_hold_to_their_type_are_written(firms: Place) -> None:
    """The night is 17:00 in UTC, which is 13:00 in New York."""
    with firms.session(Clock(NIGHT.now, NEW_YORK)) as session:
        result = run_workflow(session, firms.workspace, firms.workflow)
        row = session.connection.exec_driver_sql("SELECT * FROM firms ORDER BY no LIMIT 1").one()

    assert (result.started, result.failed) == (1, 0)
    woken, credit, signed, seen, looked, vip, pause = row[3:]
    assert (woken, credit, vip, pause) == (1, Decimal("12.30"), False, 7)
    assert (str(signed), str(seen)) == ("2026-03-30", "2026-03-30 13:00:00")
    assert looked == NIGHT.now


def test_row_that_a_column_refuses_is_noted_and_the_others_go_on(firms: Place) -> None:
    with firms.session() as session:
        with session.transaction():
            session.connection.exec_driver_sql(
                "UPDATE firms SET grade = 'A', credit = 500, vip = true, signed = '2025-01-01', pause = 1"
            )
            session.connection.exec_driver_sql(
                f"ALTER TABLE firms ADD CHECK (no <> '{KEYS[0]}' OR woken IS NULL)"
            )
        result = run_workflow(session, firms.workspace, firms.workflow)

        assert (result.started, result.failed) == (1, 1)
        (failure,) = session.book.rows_of("failures", limit=9)
        assert failure["record"] == KEYS[0]
        assert "firms_check" in failure["details"]
