"""Reaching a PostgreSQL server: what is missing or refused is told in a sentence, without a password."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.cli import run_command
from engine.cli.errors import render_failure
from engine.model.diagnostics import StoreError
from tests.engine.records.reaching import store
from tests.engine.small import NIGHT
from tests.postgres import PASSWORD, Server

pytestmark = pytest.mark.usefixtures("on_postgres")


STORIES = Path(__file__).parents[2] / "cases" / "run"


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
