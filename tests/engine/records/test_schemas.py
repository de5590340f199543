"""A company's own table in another schema of PostgreSQL: named with it, or found by the URL's search path."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine.cli import run_command
from engine.files.model import read_model
from engine.load import load_document
from engine.model.diagnostics import Problems
from tests.postgres import Server

pytestmark = pytest.mark.usefixtures("on_postgres")

MODEL = """\
modules:
  customers:
    label: Customers
    table: {table}
    key: no
    title: name
    columns: {{no: "No", name: "full.name"}}
    fields:
      no: {{label: {{zh: 号, en: No}}, type: number}}
      name: {{label: {{zh: 名称, en: Name}}, type: text}}
      wakes: {{label: {{zh: 次数, en: Wakes}}, type: number}}
  orders:
    label: Orders
    fields:
      customer: {{label: Customer, type: link, to: customers}}
"""
WAKE = """\
id: wake
name: Wake
module: customers
trigger: {when: by_hand}
conditions: {all: [{field: wakes, at_least: 1}, {count_of: orders, at_most: 1}]}
guard: {at_most: 500, share: 100 %}
actions:
  - update_field: {wakes: {add: 1}}
"""
TABLE = """
CREATE TABLE "{schema}".clients ("No" INTEGER PRIMARY KEY, "full.name" VARCHAR(5), wakes NUMERIC(4, 1));
INSERT INTO "{schema}".clients VALUES (1, 'Ann', {wakes}), (2, 'Bob', {wakes})
"""


@pytest.fixture
def database(on_postgres: Server) -> Iterator[str]:
    """A table of one name in two schemas, one of which must be quoted, and nothing in the usual one."""
    with on_postgres.database() as name:
        with closing(on_postgres.connect(name)) as connection:
            for schema, wakes in (("crm", 1), ("Our Crm", 5)):
                connection.execute(f'CREATE SCHEMA "{schema}"')
                connection.execute(TABLE.format(schema=schema, wakes=wakes))
        yield name


def workspace(root: Path, table: str) -> Path:
    folder = root / "shop"
    folder.mkdir()
    (folder / "workspace.yaml").write_text("language: en\ntime_zone: Asia/Shanghai\n", encoding="utf-8")
    (folder / "model.yaml").write_text(MODEL.format(table=table), encoding="utf-8")
    (folder / "wake.yaml").write_text(WAKE, encoding="utf-8")
    return folder


def call(folder: Path, url: str, *arguments: str) -> int:
    return run_command([*arguments, "--workspace", str(folder), "--store", url, "--lang", "en"])


def wakes(server: Server, database: str, schema: str) -> list[str]:
    with closing(server.connect(database)) as connection:
        rows = connection.execute(f'SELECT "No", "full.name", wakes FROM "{schema}".clients ORDER BY 1')
        return [" ".join(map(str, row)) for row in rows.fetchall()]


@pytest.mark.parametrize(
    "table, schema, other", [("crm.clients", "crm", "Our Crm"), ("Our Crm.clients", "Our Crm", "crm")]
)
def test_a_table_is_named_with_its_schema(
    on_postgres: Server,
    database: str,
    tmp_path: Path,
    table: str,
    schema: str,
    other: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder, url = workspace(tmp_path, table), on_postgres.url(database)
    before = wakes(on_postgres, database, other)
    file = tmp_path / "more.csv"
    file.write_text("No,Name,Wakes\n2,Bo,0\n3,Charlie,1\n4,Dan,2.5\n", encoding="utf-8")

    assert call(folder, url, "import", "customers", str(file)) == 1, "Charlie has too many letters"
    assert "cannot hold" in capsys.readouterr().out
    assert call(folder, url, "plan", "wake") == 0
    assert call(folder, url, "run", "wake") == 0

    first = "2.0" if schema == "crm" else "6.0"
    assert wakes(on_postgres, database, schema) == [f"1 Ann {first}", "2 Bo 0.0", "4 Dan 3.5"]
    assert wakes(on_postgres, database, other) == before


def test_a_simulation_takes_a_copy_and_leaves_the_table_alone(
    on_postgres: Server, database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, before = workspace(tmp_path, "crm.clients"), wakes(on_postgres, database, "crm")
    nightly = WAKE.replace("{when: by_hand}", '{every: day, at: "01:00"}')
    (folder / "wake.yaml").write_text(nightly, encoding="utf-8")
    asked = ("simulate", "wake", "--nights", "2", "--at", "2026-03-31", "--format", "json")

    assert call(folder, on_postgres.url(database), *asked) == 0

    (ended,) = json.loads(capsys.readouterr().out)["ended"]
    assert (ended["state"], ended["count"]) == ("done", 2)
    assert wakes(on_postgres, database, "crm") == before


def test_a_search_path_in_the_url_finds_a_table_without_its_schema(
    on_postgres: Server, database: str, tmp_path: Path
) -> None:
    folder = workspace(tmp_path, "clients")
    url = f"{on_postgres.url(database)}&options=-csearch_path%3Dcrm"

    assert call(folder, url, "run", "wake") == 0

    assert wakes(on_postgres, database, "crm") == ["1 Ann 2.0", "2 Bob 2.0"]
    with closing(on_postgres.connect(database)) as connection:
        found = connection.execute(
            "SELECT DISTINCT schemaname FROM pg_tables WHERE tablename LIKE 'wakeline%'"
        )
        assert found.fetchall() == [("crm",)]


@pytest.mark.parametrize(
    "table, said",
    [("clients", "clients"), ("crm.nothing", "crm.nothing"), ("nowhere.clients", "nowhere.clients")],
)
def test_a_table_that_is_not_there_is_told_as_it_was_asked_for(
    on_postgres: Server,
    database: str,
    tmp_path: Path,
    table: str,
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert call(workspace(tmp_path, table), on_postgres.url(database), "run", "wake") == 3

    told = capsys.readouterr().err
    assert f'error W405 The database has no table "{said}".' in told
    assert "crm.customers" in told, "the hint shows how a schema is written"


def test_a_search_path_that_leads_nowhere_is_told_as_such(
    on_postgres: Server, database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"{on_postgres.url(database)}&options=-csearch_path%3Dnowhere"

    assert call(workspace(tmp_path, "crm.clients"), url, "run", "wake") == 3

    assert "search_path" in capsys.readouterr().err


def test_a_table_of_the_ledger_is_reserved_in_every_schema() -> None:
    problems = Problems()
    text = "modules:\n  a:\n    table: crm.wakeline_runs\n    fields: {name: {type: text}}\n"
    read_model(load_document(text, "model.yaml", problems), problems)

    assert [one.code for one in problems.found] == ["W297"]
