"""A value is read from a text, in files and in imports, or is a mistake with a code (Meaning 16 and 19)."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.model.entities import FieldType
from engine.model.moments import Length, Unit
from engine.model.values import Reader, ValueMistake, parse_length
from tests.engine.model.times import utc
from tests.engine.small import NEW_YORK, SHANGHAI, one_field

STRICT = Reader(SHANGHAI)
LENIENT = Reader(SHANGHAI, lenient=True)
TIERS: Any = {"options": ("A", "B"), "retired": ("Z",), "also_options": {"甲": "A"}}
TAGS: Any = {"options": ("高潜", "低价值", "决策慢"), "retired": ("旧",), "also_options": {"潜力": "高潜"}}
OPTIONS: dict[str, Any] = {"choice": TIERS, "tags": TAGS}


def read(kind: str, text: str, reader: Reader = STRICT) -> Any:
    return reader.read(one_field(kind, **OPTIONS.get(kind, {})), text)


def mistake(kind: str, text: str, reader: Reader = STRICT) -> str:
    with pytest.raises(ValueMistake) as caught:
        read(kind, text, reader)
    return caught.value.code


BOTH = [
    ("text", "  甲 公司 ", "甲 公司"),
    ("text", "0123", "0123"),
    ("text", "e\u0301", "\u00e9"),
    ("phone", "013800138000", "013800138000"),
    ("phone", "+86 138", "+86 138"),
    ("email", "a.b@example.cn", "a.b@example.cn"),
    ("link", "C-001", "C-001"),
    ("number", "0", Decimal(0)),
    ("number", "-12.5", Decimal("-12.5")),
    ("number", "+7", Decimal(7)),
    ("number", ".5", Decimal("0.5")),
    ("number", "5.", Decimal(5)),
    ("number", "1e3", Decimal(1000)),
    ("number", "007", Decimal(7)),
    ("number", "0.0001", Decimal("0.0001")),
    ("number", "1.10000", Decimal("1.1")),
    ("number", "90000000000000", Decimal(9 * 10**13)),
    ("money", "1234.50", Decimal("1234.5")),
    ("money", "¥1234.5", Decimal("1234.5")),
    ("money", "￥ 1234.5", Decimal("1234.5")),
    ("money", "1234.5元", Decimal("1234.5")),
    ("money", "CNY 1234.5", Decimal("1234.5")),
    ("money", "1234.5 CNY", Decimal("1234.5")),
    ("money", "-3", Decimal(-3)),
    ("percent", "30 %", Decimal(30)),
    ("percent", "30%", Decimal(30)),
    ("percent", "12.5％", Decimal("12.5")),
    ("percent", "-5 %", Decimal(-5)),
    ("length", "90 days", Length(90, Unit.DAYS)),
    ("length", "1 day", Length(1, Unit.DAYS)),
    ("length", "90 天", Length(90, Unit.DAYS)),
    ("length", "90天", Length(90, Unit.DAYS)),
    ("length", "2 个月", Length(2, Unit.MONTHS)),
    ("length", "1 quarter", Length(1, Unit.QUARTERS)),
    ("length", "30 分钟", Length(30, Unit.MINUTES)),
    ("date", "2026-03-31", date(2026, 3, 31)),
    ("date", "2024-02-29", date(2024, 2, 29)),
    ("datetime", "2026-03-31 09:00", utc("2026-03-31T01:00")),
    ("datetime", "2026-03-31T09:00:30", utc("2026-03-31T01:00:30")),
    ("datetime", "2026-03-31T09:00:00Z", utc("2026-03-31T09:00")),
    ("datetime", "2026-03-31 09:00:00+02:00", utc("2026-03-31T07:00")),
    ("datetime", "2026-03-31", utc("2026-03-30T16:00")),
    ("choice", "A", "A"),
    ("choice", "Z", "Z"),
    ("choice", "甲", "A"),
    ("yes_no", "是", True),
    ("yes_no", "否", False),
    ("yes_no", "yes", True),
    ("yes_no", "No", False),
    ("yes_no", "true", True),
    ("yes_no", "FALSE", False),
    ("tags", "低价值", ("低价值",)),
    ("tags", "低价值, 高潜", ("高潜", "低价值")),
    ("tags", "决策慢、高潜；低价值", ("高潜", "低价值", "决策慢")),
    ("tags", "高潜|高潜", ("高潜",)),
    ("tags", "旧;高潜", ("高潜", "旧")),
    ("tags", "潜力，低价值", ("高潜", "低价值")),
]


@pytest.mark.parametrize("reader", [STRICT, LENIENT], ids=["strict", "lenient"])
@pytest.mark.parametrize("kind, text, value", BOTH)
def test_text_is_read_in_files_and_imports_alike(kind: str, text: str, value: Any, reader: Reader) -> None:
    assert read(kind, text, reader) == value


@pytest.mark.parametrize("kind", list(FieldType))
@pytest.mark.parametrize("text", ["", "   ", "\u3000", "\t\n"])
def test_blank_is_a_missing_value_of_every_type(kind: str, text: str) -> None:
    assert read(kind, text) is None


LOOSE = [
    ("number", "1,234.50", Decimal("1234.5"), "W225"),
    ("number", "1，234，567", Decimal(1234567), "W225"),
    ("number", "-1,234", Decimal(-1234), "W225"),
    ("money", "¥1,234.50", Decimal("1234.5"), "W225"),
    ("percent", "30", Decimal(30), "W227"),
    ("percent", "0.3", Decimal("0.3"), "W227"),
    ("date", "2026/3/1", date(2026, 3, 1), "W228"),
    ("date", "2026.3.1", date(2026, 3, 1), "W228"),
    ("date", "2026-3-1", date(2026, 3, 1), "W228"),
    ("date", "2026年3月1日", date(2026, 3, 1), "W228"),
    ("date", "2026-03-01 00:00:00", date(2026, 3, 1), "W228"),
    ("date", "2026/3/1 8:05", date(2026, 3, 1), "W228"),
    ("datetime", "2026/3/1 8:05", utc("2026-03-01T00:05"), "W228"),
    ("yes_no", "1", True, "W230"),
    ("yes_no", "0", False, "W230"),
]


@pytest.mark.parametrize("kind, text, value, code", LOOSE)
def test_habit_of_exports_is_understood_in_imports_only(kind: str, text: str, value: Any, code: str) -> None:
    assert read(kind, text, LENIENT) == value
    assert mistake(kind, text) == code


BAD = [
    ("email", "nobody", "W224"),
    ("email", "a@b", "W224"),
    ("email", "a b@example.cn", "W224"),
    ("email", "a@example.cn, b@example.cn", "W224"),
    ("number", "twelve", "W225"),
    ("number", "12 个", "W225"),
    ("number", "1,23", "W225"),
    ("number", "1.2.3", "W225"),
    ("number", "１２", "W225"),
    ("number", "0x10", "W225"),
    ("number", "1_000", "W225"),
    ("number", "nan", "W225"),
    ("number", "inf", "W225"),
    ("number", "1e100", "W225"),
    ("number", "1e99", "W226"),
    ("number", "1e-99", "W226"),
    ("number", "0.00001", "W226"),
    ("number", "90000000000001", "W226"),
    ("money", "$5", "W225"),
    ("money", "5 USD", "W225"),
    ("money", "¥", "W225"),
    ("money", "CNY", "W225"),
    ("money", "0.00005", "W226"),
    ("percent", "%", "W225"),
    ("percent", "thirty %", "W225"),
    ("length", "90", "W221"),
    ("length", "1.5 days", "W221"),
    ("length", "-1 day", "W221"),
    ("length", "9 moons", "W221"),
    ("length", "90 Days", "W221"),
    ("length", "1234567 days", "W221"),
    ("date", "31.03.2026", "W228"),
    ("date", "26-03-31", "W228"),
    ("date", "2026-03-311", "W228"),
    ("date", "today", "W228"),
    ("date", "２０２６-03-31", "W228"),
    ("date", "2026-02-30", "W229"),
    ("date", "2025-02-29", "W229"),
    ("date", "2026-13-01", "W229"),
    ("date", "0000-01-01", "W229"),
    ("datetime", "2026-03-31 9", "W228"),
    ("datetime", "2026-03-31 09:00 Uhr", "W228"),
    ("datetime", "2026-03-31 25:00", "W229"),
    ("datetime", "2026-03-31 09:61", "W229"),
    ("datetime", "2026-02-30 09:00", "W229"),
    ("datetime", "2026-03-31 09:00+99:00", "W229"),
    ("choice", "D", "W205"),
    ("choice", "a", "W205"),
    ("yes_no", "Y", "W230"),
    ("yes_no", "2", "W230"),
    ("tags", "高潜、没有的", "W205"),
]


@pytest.mark.parametrize("reader", [STRICT, LENIENT], ids=["strict", "lenient"])
@pytest.mark.parametrize("kind, text, code", BAD)
def test_text_that_is_no_value_has_a_code(kind: str, text: str, code: str, reader: Reader) -> None:
    assert mistake(kind, text, reader) == code


@pytest.mark.parametrize("reader", [Reader(SHANGHAI), Reader(NEW_YORK)], ids=["Shanghai", "New York"])
@pytest.mark.parametrize("text", ["0001-01-01 00:00", "0001-01-01", "9999-12-31 23:59:59", "9999-12-31"])
def test_datetime_at_the_ends_of_time_is_read_or_refused_but_never_breaks(text: str, reader: Reader) -> None:
    """Programs write them for "never": in one zone they still have an instant in UTC, in the other none."""
    with suppress(ValueMistake):
        assert isinstance(read("datetime", text, reader), datetime)


@pytest.mark.parametrize(
    "reader, text", [(Reader(SHANGHAI), "0001-01-01"), (Reader(NEW_YORK), "9999-12-31 23:59:59")]
)
def test_datetime_without_an_instant_in_utc_does_not_exist(text: str, reader: Reader) -> None:
    assert mistake("datetime", text, reader) == "W229"


def test_mistake_names_the_field_and_the_text() -> None:
    with pytest.raises(ValueMistake) as caught:
        read("choice", "D")

    facts = caught.value.facts
    assert (facts["value"], facts["known"]) == ("D", "A、B")
    assert facts["field"].startswith("字段")


@pytest.mark.parametrize(
    "currency, text, value",
    [("USD", "$5", 5), ("EUR", "5 €", 5), ("GBP", "£5", 5), ("CHF", "CHF 5", 5), ("JPY", "500円", 500)],
)
def test_money_is_in_the_currency_of_the_workspace(currency: str, text: str, value: int) -> None:
    assert read("money", text, Reader(SHANGHAI, currency)) == Decimal(value)


@pytest.mark.parametrize("currency, text", [("USD", "¥5"), ("EUR", "$5"), ("CHF", "€5"), ("USD", "CNY 5")])
def test_money_of_another_currency_is_refused(currency: str, text: str) -> None:
    assert mistake("money", text, Reader(SHANGHAI, currency, lenient=True)) == "W225"


@pytest.mark.parametrize("text", ["", "days", "3", "3  days", " 3 days", "3 days ", "three days", "３ days"])
def test_text_that_is_no_length(text: str) -> None:
    assert parse_length(text) is None


@pytest.mark.parametrize(
    "text, amount, unit",
    [
        ("1 minute", 1, "minutes"),
        ("2 hours", 2, "hours"),
        ("3 weeks", 3, "weeks"),
        ("12 months", 12, "months"),
        ("2 quarters", 2, "quarters"),
        ("1 year", 1, "years"),
        ("3 小时", 3, "hours"),
        ("2 周", 2, "weeks"),
        ("6 个月", 6, "months"),
        ("1 个季度", 1, "quarters"),
        ("5 年", 5, "years"),
        ("0 days", 0, "days"),
    ],
)
def test_lengths_in_both_languages(text: str, amount: int, unit: str) -> None:
    assert parse_length(text) == Length(amount, Unit(unit))
