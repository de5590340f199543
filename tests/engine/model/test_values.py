"""One value of a field: read from text, kept in a table, shown to people (Meaning 16 and 19)."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.entities import FieldType
from engine.model.moments import Length, Unit
from engine.model.values import (
    Reader,
    Show,
    ValueMistake,
    days_between,
    from_stored,
    parse_length,
    plain,
    show_length,
    stored_instant,
    to_stored,
)
from tests.engine.small import NEW_YORK, SHANGHAI, kept, one_field

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


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- reading ------------------------------------------------------------------------------------------------

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


# --- keeping ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind, text, stored",
    [
        ("text", "甲", "甲"),
        ("number", "12.5", 125_000),
        ("money", "0.0001", 1),
        ("money", "-3", -30_000),
        ("percent", "30 %", 300_000),
        ("length", "90 days", 129_600),
        ("date", "2026-03-31", "2026-03-31"),
        ("date", "0099-03-31", "0099-03-31"),
        ("datetime", "2026-03-31 09:00", "2026-03-31T01:00:00Z"),
        ("yes_no", "是", 1),
        ("yes_no", "否", 0),
        ("text", "", None),
    ],
)
def test_kept_forms(kind: str, text: str, stored: Any) -> None:
    assert kept(kind, text) == stored


def test_tags_are_kept_between_bars() -> None:
    assert to_stored(("高潜", "低价值")) == "|高潜|低价值|"
    assert to_stored(()) is None


def test_instants_of_early_years_are_kept_with_four_digits() -> None:
    assert stored_instant(utc("0099-01-01T00:00")) == "0099-01-01T00:00:00Z"


EXACT = st.integers(-9 * 10**17, 9 * 10**17).map(lambda whole: Decimal(whole) / 10_000)
WORD = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="|"), min_size=1, max_size=20)
VALUES = st.one_of(
    *(st.tuples(st.just(FieldType(kind)), EXACT) for kind in ("number", "money", "percent")),
    *(st.tuples(st.just(FieldType(kind)), WORD) for kind in ("text", "email", "phone", "choice", "link")),
    st.tuples(st.just(FieldType.DATE), st.dates()),
    st.tuples(
        st.just(FieldType.DATETIME),
        st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(microsecond=0)),
    ),
    st.tuples(st.just(FieldType.YES_NO), st.booleans()),
    st.tuples(st.just(FieldType.TAGS), st.lists(WORD, min_size=1, max_size=4).map(tuple)),
    st.tuples(st.just(FieldType.LENGTH), st.integers(0, 10**6).map(lambda days: Length(days, Unit.DAYS))),
)


@given(VALUES)
def test_value_comes_back_from_its_kept_form(pair: tuple[FieldType, Any]) -> None:
    kind, value = pair

    assert from_stored(kind, to_stored(value)) == value


@given(st.sampled_from(list(FieldType)))
def test_missing_value_is_kept_as_nothing(kind: FieldType) -> None:
    assert to_stored(None) is None
    assert from_stored(kind, None) is None


@pytest.mark.parametrize(
    "value, seen",
    [
        (Decimal("12.50"), 12.5),
        (Decimal("12.00"), 12),
        (date(2026, 3, 31), "2026-03-31"),
        (utc("2026-03-31T01:00"), "2026-03-31T01:00:00+00:00"),
        (Length(90, Unit.DAYS), "90 days"),
        (("高潜",), ["高潜"]),
        (True, True),
        (None, None),
        ("甲", "甲"),
    ],
)
def test_plain_form_for_machines(value: Any, seen: Any) -> None:
    assert plain(value) == seen
    assert type(plain(value)) is type(seen)


def test_days_between_two_days() -> None:
    assert days_between(date(2024, 2, 28), date(2024, 3, 1)) == 2


# --- showing ------------------------------------------------------------------------------------------------

ZH = Show("zh", "CNY", SHANGHAI)
EN = Show("en", "CNY", SHANGHAI)
SHOWN = [
    ("money", Decimal("1234.5"), "¥1,234.50", "¥1,234.50"),
    ("money", Decimal("-1234.5"), "-¥1,234.50", "-¥1,234.50"),
    ("money", Decimal(0), "¥0.00", "¥0.00"),
    ("money", Decimal("0.005"), "¥0.01", "¥0.01"),
    ("money", Decimal("0.0049"), "¥0.00", "¥0.00"),
    ("money", Decimal("-0.005"), "-¥0.01", "-¥0.01"),
    ("money", Decimal("-0.0049"), "¥0.00", "¥0.00"),
    ("money", Decimal("999.995"), "¥1,000.00", "¥1,000.00"),
    ("money", Decimal(10**9), "¥1,000,000,000.00", "¥1,000,000,000.00"),
    ("number", Decimal("12.50"), "12.5", "12.5"),
    ("number", Decimal("-0.25"), "-0.25", "-0.25"),
    ("number", Decimal(1000), "1000", "1000"),
    ("number", Decimal("0.0001"), "0.0001", "0.0001"),
    ("percent", Decimal(30), "30 %", "30 %"),
    ("percent", Decimal("-12.5"), "-12.5 %", "-12.5 %"),
    ("date", date(2026, 3, 31), "2026年3月31日", "31 March 2026"),
    ("date", date(2026, 12, 1), "2026年12月1日", "1 December 2026"),
    ("datetime", utc("2026-03-31T01:05"), "2026年3月31日 09:05", "31 March 2026 09:05"),
    ("datetime", utc("2026-03-31T16:00"), "2026年4月1日 00:00", "1 April 2026 00:00"),
    ("yes_no", True, "是", "yes"),
    ("yes_no", False, "否", "no"),
    ("tags", ("高潜", "低价值"), "高潜、低价值", "高潜, 低价值"),
    ("tags", ("高潜",), "高潜", "高潜"),
    ("length", Length(90, Unit.DAYS), "90 天", "90 days"),
    ("length", Length(1, Unit.DAYS), "1 天", "1 day"),
    ("length", Length(2, Unit.HOURS), "2 小时", "2 hours"),
    ("length", Length(90, Unit.MINUTES), "90 分钟", "90 minutes"),
    ("text", "甲", "甲", "甲"),
    ("choice", "A", "A", "A"),
    ("number", None, "", ""),
    ("tags", (), "", ""),
]


@pytest.mark.parametrize("kind, value, zh, en", SHOWN)
def test_value_is_shown_in_both_languages(kind: str, value: Any, zh: str, en: str) -> None:
    assert (ZH.value(FieldType(kind), value), EN.value(FieldType(kind), value)) == (zh, en)


@pytest.mark.parametrize(
    "currency, shown",
    [("CNY", "¥5.00"), ("USD", "$5.00"), ("GBP", "£5.00"), ("EUR", "€5.00"), ("CHF", "CHF 5.00")],
)
def test_money_shows_the_sign_of_its_currency(currency: str, shown: str) -> None:
    assert Show("en", currency, SHANGHAI).value(FieldType.MONEY, Decimal(5)) == shown


@pytest.mark.parametrize(
    "instant, shown",
    [
        ("2026-03-08T06:59", "8 March 2026 01:59"),
        ("2026-03-08T07:00", "8 March 2026 03:00"),
        ("2026-11-01T05:30", "1 November 2026 01:30"),
        ("2026-11-01T06:30", "1 November 2026 01:30"),
    ],
)
def test_instant_is_shown_on_the_wall_of_the_zone(instant: str, shown: str) -> None:
    assert Show("en", "USD", NEW_YORK).value(FieldType.DATETIME, utc(instant)) == shown


@pytest.mark.parametrize(
    "length, zh, en",
    [
        (Length(3, Unit.MONTHS), "3 个月", "3 months"),
        (Length(1, Unit.MONTHS), "1 个月", "1 month"),
        (Length(2, Unit.WEEKS), "2 周", "2 weeks"),
        (Length(1, Unit.QUARTERS), "1 个季度", "1 quarter"),
        (Length(1, Unit.YEARS), "1 年", "1 year"),
    ],
)
def test_lengths_are_said_in_both_languages(length: Length, zh: str, en: str) -> None:
    assert (show_length(length, "zh"), show_length(length, "en")) == (zh, en)


@given(EXACT)
def test_shown_number_reads_back_as_the_same_number(number: Decimal) -> None:
    assert Decimal(ZH.value(FieldType.NUMBER, number)) == number
