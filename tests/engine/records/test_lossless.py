"""A company's own columns on PostgreSQL: what they would cut or round is refused, record by record."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from engine.by_hand import run_workflow
from engine.cli.errors import render_failure
from engine.exchange import import_file
from engine.model.diagnostics import StoreError
from engine.model.moments import Clock
from engine.model.values import Reader
from engine.records.session import Session
from engine.report.effects import EffectWords
from engine.report.lists import render_rows, row_json
from engine.stock import take_stock
from engine.texts import Texts
from tests.engine.small import NEW_YORK, NIGHT, SHANGHAI, Place, workspace_with

pytestmark = pytest.mark.usefixtures("on_postgres")

SETTINGS = "time_zone: America/New_York\n"
MODEL = """\
people: {{module: 员工}}
tasks: {{module: notes, record: 客户, subject: 主题, to: 负责人}}
modules:
  firms:
    label: 客户
    table: firms
    key: id
    owner: 负责人
    fields:
      id: {{label: 号, type: text}}
      x: {{label: {{zh: 值, en: Value}}, type: {kind}}}
      owner: {{label: 负责人, type: link, to: staff}}
      fits: {{label: 合适, type: yes_no}}
  staff:
    label: 员工
    fields: {{name: {{label: 姓名, type: text}}}}
  notes:
    label: 任务
    table: notes
    key: id
    fields:
      id: {{label: 号, type: text}}
      firm: {{label: 客户, type: link, to: firms}}
      to: {{label: 负责人, type: link, to: staff}}
      subject: {{label: 主题, type: text}}
"""
HEAD = 'id: wake\nname: 唤醒\nmodule: 客户\ntrigger: {every: day, at: "01:00"}\n'


def company(column: str, kind: str, actions: str, rows: str = "('a', NULL), ('b', NULL)") -> Place:
    """Firms with one column of a type, read as a field of a kind, and a workflow on all of them."""
    files = {"workspace.yaml": SETTINGS, "model.yaml": MODEL.format(kind=kind)}
    files["wake.yaml"] = f"{HEAD}guard: {{at_most: 500, share: 100 %}}\nactions:\n{actions}"
    place = Place.make(workspace_with("", files), {"员工": {"s": {"姓名": "甲"}}})
    with place.session() as session, session.transaction():
        for statement in (
            "CREATE DOMAIN short AS VARCHAR(3)",
            "CREATE DOMAIN cents AS NUMERIC(5, 2) CHECK (VALUE > 0)",
            "CREATE DOMAIN price AS cents",
            f"CREATE TABLE firms (id TEXT PRIMARY KEY, x {column}, fits BOOLEAN, owner TEXT DEFAULT 's')",
            'CREATE TABLE notes (id TEXT PRIMARY KEY, firm TEXT, "to" TEXT, subject VARCHAR(6))',
            f"INSERT INTO firms VALUES {rows}",
        ):
            session.connection.exec_driver_sql(statement)
    return place


def column_of(
    session: Session, sql: str = "SELECT CAST(x AS TEXT) FROM firms ORDER BY id"
) -> list[str | None]:
    return list(session.connection.exec_driver_sql(sql).scalars())


def refused(session: Session) -> dict[str, dict[str, str]]:
    """Record -> why, with the facts."""
    found = {one["record"]: json.loads(one["details"]) for one in session.book.rows_of("failures", limit=9)}
    return {record: {"code": why["reason"], **why["facts"]} for record, why in found.items()}


def done(session: Session) -> list[str]:
    """The records that the journal tells effects of."""
    rows = session.book.rows_of("journal", limit=9)
    return sorted(one["record"] for one in rows if one["kind"] != "failed")


@pytest.mark.parametrize(
    "column, kind, value, kept",
    [
        ("VARCHAR(5)", "text", "abcdefgh", "abcde"),
        ("VARCHAR(2)", "text", "唤醒客户", "唤醒"),
        ('VARCHAR(5) COLLATE "C"', "text", "abcdefgh", "abcde"),
        ("CHAR(5)", "text", "abcdefgh", "abcde"),
        ("CHAR", "text", "abcdefgh", "a"),
        ("short", "text", "abcdefgh", "abc"),
        ("VARCHAR(3)", "number", "12345", "123"),
        ("INTEGER", "number", "1.5", "2"),
        ("SMALLINT", "number", "1.4", "1"),
        ("NUMERIC(5, 2)", "money", "3.1459", "3.15"),
        ("NUMERIC(7)", "number", "-0.5", "-1"),
        ("NUMERIC(5, 2)", "text", "'3.1459'", "3.15"),
        ("cents", "money", "3.1459", "3.15"),
        ("price", "money", "3.1459", "3.15"),
        ("MONEY", "money", "3.1459", "$3.15"),
        ("REAL", "money", "1234567.89", "1.2345679e+06"),
        ("INTEGER", "length", "12 hours", "1"),
        ("DATE", "datetime", "now", "2026-03-30"),
    ],
)
def test_a_value_that_a_column_would_cut_or_round_is_refused(
    column: str, kind: str, value: str, kept: str
) -> None:
    """The night is 13:00 in New York."""
    place = company(column, kind, f"  - update_field: {{值: {value}}}\n")
    with place.session(Clock(NIGHT.now, NEW_YORK)) as session:
        result = run_workflow(session, place.workspace, place.workflow)

        assert (result.started, result.failed) == (0, 2)
        assert column_of(session) == [None, None]
        assert [(one["code"], one["stored"]) for one in refused(session).values()] == [("W475", kept)] * 2
        assert done(session) == []


@pytest.mark.parametrize(
    "column, kind, value, kept",
    [
        ("VARCHAR(5)", "text", "abcde", "abcde"),
        ("CHAR(5)", "text", "ab", "ab"),
        ("short", "text", "abc", "abc"),
        ("TEXT", "text", "abcdefgh", "abcdefgh"),
        ("INTEGER", "number", "1.0", "1"),
        ("NUMERIC(5, 2)", "money", "3.10", "3.10"),
        ("NUMERIC(5, 2)", "text", "'3.1'", "3.10"),
        ("price", "money", "3.1", "3.10"),
        ("NUMERIC", "money", "3.1459", "3.1459"),
        ("REAL", "number", "0.1", "0.1"),
        ("DOUBLE PRECISION", "money", "1234567.89", "1234567.89"),
        ("MONEY", "money", "3.1", "$3.10"),
        ("INTEGER", "length", "7 days", "7"),
        ("REAL", "length", "1 hours", "0.041666668"),
        ("DATE", "date", "2026-01-02", "2026-01-02"),
        ("TIMESTAMP", "date", "2026-01-02", "2026-01-02 00:00:00"),
        ("TIMESTAMPTZ", "date", "2026-01-02", "2026-01-02 00:00:00-05"),
        ("TIMESTAMP(0)", "datetime", "now", "2026-11-01 01:30:00"),
        ("TIMESTAMPTZ(0)", "datetime", "now", "2026-11-01 01:30:00-05"),
    ],
)
def test_a_value_that_fits_is_written(column: str, kind: str, value: str, kept: str) -> None:
    """The moment is the second 01:30 of that day in New York; a column without a zone holds 01:30."""
    place = company(column, kind, f"  - update_field: {{值: {value}}}\n")
    later = NIGHT.now.replace(month=11, day=1, hour=6, minute=30)
    with place.session(Clock(later, NEW_YORK)) as session:
        result = run_workflow(session, place.workspace, place.workflow)

        assert (result.started, result.failed) == (2, 0)
        assert column_of(session) == [kept, kept]


def test_records_whose_values_fit_go_on_beside_one_whose_value_does_not() -> None:
    actions = """\
  - if: {field: 合适, is: 是, if_missing: no_match}
    then: [{update_field: {值: {add: 1}}}]
    else: [{update_field: {值: {add: 0.5}}}]
"""
    rows = "('a', 1, true), ('b', 1, false), ('c', 2, true)"
    place = company("INTEGER", "number", actions, rows)
    with place.session() as session:
        result = run_workflow(session, place.workspace, place.workflow)

        assert (result.started, result.failed) == (2, 1)
        assert column_of(session) == ["2", "1", "3"]
        why = {"code": "W475", "field": "值\x1fValue", "value": "1.5", "stored": "2"}
        assert refused(session) == {"b": why}
        assert done(session) == ["a", "c"]


@pytest.mark.parametrize(
    "action",
    [
        "create_task: {subject: '回访 {{ 号 }}', to: owner}",
        "create_record: {module: 任务, fields: {主题: '回访 {{ 号 }}'}}",
    ],
)
def test_a_new_record_whose_text_is_too_long_is_refused(action: str) -> None:
    place = company("TEXT", "text", f"  - {action}\n", "('a'), ('long')")
    with place.session() as session:
        result = run_workflow(session, place.workspace, place.workflow)

        assert (result.started, result.failed) == (1, 1)
        assert column_of(session, "SELECT subject FROM notes") == ["回访 a"]
        why = {"code": "W475", "field": "主题", "value": "回访 long", "stored": "回访 lon"}
        assert refused(session) == {"long": why}


def test_a_file_brings_what_fits_and_every_other_row_says_why_not(tmp_path: Path) -> None:
    place = company("NUMERIC(5, 2)", "money", "  - stop: x\n", "('a', 1), ('b', 2)")
    file = tmp_path / "firms.csv"
    file.write_text("号,值\na,1.25\nb,2.125\nc,3.5\nd,0.001\ne,10000\n", encoding="utf-8")
    model = place.workspace.model
    with place.session() as session:
        report = import_file(
            session, model.modules["firms"], file, model=model, reader=Reader(SHANGHAI, lenient=True)
        )

        assert column_of(session, "SELECT concat(id, ' ', x) FROM firms ORDER BY id") == [
            "a 1.25",
            "b 2.00",
            "c 3.50",
        ]
    assert (report.rows, report.added, report.updated, report.refused_rows) == (5, 1, 1, 3)
    told = [(one.row, one.column, one.value, one.code) for one in report.refused]
    assert told == [(3, "值", "2.125", "W475"), (5, "值", "0.001", "W475"), (6, "", "", "W606")]
    assert dict(report.refused[0].facts) == {"field": "值\x1fValue", "value": "2.125", "stored": "2.13"}
    assert "numeric field overflow" in dict(report.refused[2].facts)["reason"]


def test_a_value_written_where_no_record_can_be_left_out_is_told_as_such() -> None:
    place = company("INTEGER", "number", "  - stop: x\n", "('a', 1)")
    module = place.workspace.model.modules["firms"]
    with pytest.raises(StoreError) as caught, place.session() as session:
        session.upsert(module, [module.fields["x"]], [("a", Decimal("1.5"))])

    with place.session() as session:
        changed = session.update(module, [module.fields["x"]], [("nobody", Decimal("1.5"))])
    facts = {"field": "值\x1fValue", "value": "1.5", "stored": "2"}
    assert changed == 0, "nothing fails where nothing is written"
    assert (caught.value.code, caught.value.facts) == ("W475", facts)
    assert render_failure(caught.value, "zh").startswith("错误 W475 “值”存不下“1.5”")


def test_the_list_of_failures_tells_the_whole_sentence() -> None:
    long = "a text that is far too long for a column of ten"
    place = company("VARCHAR(10)", "text", f"  - update_field: {{值: {long}}}\n", "('a', NULL)")
    with place.session() as session:
        run_workflow(session, place.workspace, place.workflow)
        rows = [row_json(one, place.workspace.model) for one in session.book.rows_of("failures", limit=9)]
        told = render_rows("failures", rows, EffectWords(Texts.of("en"), place.workspace, session))

    assert f'"Value" cannot hold "{long}"; its column would keep "a text tha".' in told


@pytest.mark.parametrize(
    "column, kind, codes",
    [("DATE", "datetime", ["W674"]), ("TIMESTAMP", "datetime", []), ("DATE", "date", [])],
)
def test_a_column_of_days_for_moments_is_told_before_a_night_tries(
    column: str, kind: str, codes: list[str]
) -> None:
    place = company(column, kind, "  - update_field: {合适: 是}\n")
    with place.session() as session:
        found = take_stock(session, place.workspace)

    assert [one.code for one in found] == codes
