"""What an import writes: only its own columns, defaults for new records, links between rows of one file."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from engine.exchange import imports
from engine.model.moments import Length, Unit
from engine.model.values import Value
from tests.engine.exchange.firms import PEOPLE, stored

pytestmark = pytest.mark.usefixtures("each_store")

# --- adding and updating ------------------------------------------------------------------------------------


def test_only_the_columns_of_the_file_are_written_and_blanks_clear(session, load) -> None:
    load("编号,客户名称,次数,沉默状态\nC1,a,1,已沉默\nC2,b,2,\n")

    report = load("编号,次数,沉默状态\nC1,,\nC2,2,正常\nC3,3,\n")

    assert (report.added, report.updated, report.unchanged) == (1, 1, 1)
    assert stored(session, "name", "count", "silent") == [
        ("C1", "a", None, None),
        ("C2", "b", Decimal(2), "正常跟进"),
        ("C3", None, Decimal(3), "正常跟进"),
    ]


def test_a_default_fills_new_records_also_without_its_column(session, load) -> None:
    load("编号\nC1\n")

    assert stored(session, "silent") == [("C1", "正常跟进")]


@pytest.mark.parametrize(
    "column, cell, value",
    [
        ("amount", "¥1,234.50", Decimal("1234.5")),
        ("amount", "1234.5元", Decimal("1234.5")),
        ("share", "30", Decimal(30)),
        ("share", "30%", Decimal(30)),
        ("length", "90 天", Length(90, Unit.DAYS)),
        ("day", "2026/3/1", date(2026, 3, 1)),
        ("day", "2026年3月1日", date(2026, 3, 1)),
        ("moment", "2026-03-01 08:00", datetime(2026, 3, 1, tzinfo=UTC)),
        ("moment", "2026-03-01T08:00:00+09:00", datetime(2026, 2, 28, 23, tzinfo=UTC)),
        ("keep", "1", True),
        ("tags", "低价值、高潜", ("高潜", "低价值")),
        ("phone", "+86 154 0000 0001", "+86 154 0000 0001"),
        ("name", "'=1+1", "=1+1"),
        ("name", "'tis", "'tis"),
        ("count", "'-5", Decimal(-5)),
    ],
)
def test_habits_of_spreadsheets_are_understood(session, load, column: str, cell: str, value: Value) -> None:
    report = load(f'编号,{column}\nC1,"{cell}"\n')

    assert (report.added, stored(session, column)) == (1, [("C1", value)])


# --- records that point to one another ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines, kept",
    [
        ("S1,a,S2 S2,b,", "S1 S2"),
        ("S1,a,S1", "S1"),
        ("S1,a,S2 S2,b,S3 S3,c,S1", "S1 S2 S3"),
        ("S1,a,S9 S2,b,", "S1 S2"),
        ("S1,a,S2 S2,b,S3 S3,,", "S1 S2"),
        ("S1,,S1 S2,b,S1 S3,c,S2 S4,d,S3 S5,e,", "S2 S3 S4 S5"),
        ("S1,,S4 S4,d,S1 S2,b,S3 S3,c,S2", "S2 S3 S4"),
        ("S1,,S2 S2,b,S1 S0,z,OLD OLD,,", "S0 S2"),
    ],
)
@pytest.mark.parametrize("chunk", [1, 2, 2000])
def test_rows_of_one_file_may_point_to_one_another(session, load, monkeypatch, lines, kept, chunk) -> None:
    load("编号,姓名\nOLD,old\n", PEOPLE)
    monkeypatch.setattr(imports, "CHUNK", chunk)

    report = load("编号,姓名,上级\n" + lines.replace(" ", "\n"), PEOPLE)

    keys = [key for (key,) in stored(session, module=PEOPLE) if key != "OLD"]
    assert keys == kept.split()
    assert {one.code for one in report.refused} <= {"W306"}
    assert report.rows == report.added + report.refused_rows
