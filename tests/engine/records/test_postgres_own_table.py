"""A company's own table on PostgreSQL: columns that hold to their type."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from engine.by_hand import run_workflow
from engine.model.moments import Clock
from engine.model.operands import FieldValue
from tests.engine.small import NEW_YORK, NIGHT, Place, workspace_with

pytestmark = pytest.mark.usefixtures("on_postgres")


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


def test_a_copy_on_sqlite_says_the_same(firms: Place, tmp_path: Path) -> None:
    """As a simulation takes it: other columns, the same values."""
    module = firms.workspace.model.modules["customers"]
    fields = [FieldValue(one, module) for one in module.fields.values()]
    copy = firms.store.copy_to(tmp_path / "copy.db", NIGHT)
    found = []
    for store in (firms.store, copy):
        with store.read(NIGHT) as session:
            found.append(list(session.read_all(module, fields)))

    assert found[0] == found[1]
    assert len(found[0]) == len(KEYS)
