"""Cells of a text file: no text becomes a formula, and every value has its writing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.exchange.cells import cell_writer, guarded, unguarded
from engine.model.entities import FieldType
from engine.model.moments import Length, Unit
from engine.model.values import Value
from tests.engine.exchange.firms import ZONE


@pytest.mark.parametrize(
    "text, cell",
    [
        ("=1+1", "'=1+1"),
        ("+86", "'+86"),
        ("-", "'-"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("＝1", "'＝1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠1", "'＠1"),
        ("'=1", "''=1"),
        ("'tis", "'tis"),
        ("1-1", "1-1"),
        ("", ""),
    ],
)
def test_a_text_never_becomes_a_formula(text: str, cell: str) -> None:
    assert guarded(text) == cell
    assert unguarded(cell) == text


@given(st.text(alphabet="'=+-@\t\r＝＋－＠a1", max_size=6))
def test_guarding_is_undone_exactly(text: str) -> None:
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize(
    "kind, value, zh, en",
    [
        (FieldType.TEXT, "=x", "'=x", "'=x"),
        (FieldType.CHOICE, "-", "'-", "'-"),
        (FieldType.TAGS, ("高潜", "低价值"), "高潜;低价值", "高潜;低价值"),
        (FieldType.NUMBER, Decimal("-5.50"), "-5.5", "-5.5"),
        (FieldType.MONEY, Decimal(1234567), "1234567", "1234567"),
        (FieldType.PERCENT, Decimal(30), "30 %", "30 %"),
        (FieldType.LENGTH, Length(90, Unit.DAYS), "90 天", "90 days"),
        (FieldType.DATE, date(2026, 3, 1), "2026-03-01", "2026-03-01"),
        (FieldType.YES_NO, True, "是", "yes"),
        (FieldType.YES_NO, False, "否", "no"),
        (FieldType.TEXT, 12, "12", "12"),
        (FieldType.DATE, None, "", ""),
    ],
)
def test_values_become_cells(kind: FieldType, value: Value, zh: str, en: str) -> None:
    assert cell_writer(kind, "zh", ZONE)(value) == zh
    assert cell_writer(kind, "en", ZONE)(value) == en


@pytest.mark.parametrize(
    "instant, cell",
    [
        (datetime(2026, 3, 1, tzinfo=UTC), "2026-03-01T08:00:00+08:00"),
        (datetime(1900, 3, 1, tzinfo=UTC), "1900-03-01T00:00:00+00:00"),  # Shanghai was 8:05:43 ahead
        (datetime.max.replace(tzinfo=UTC), "9999-12-31T23:59:59+00:00"),
    ],
)
def test_instants_are_local_with_their_offset_where_that_can_be_written(instant: datetime, cell: str) -> None:
    assert cell_writer(FieldType.DATETIME, "zh", ZONE)(instant) == cell
