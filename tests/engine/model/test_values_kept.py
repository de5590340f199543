"""A value is kept in a table and shown to people (Meaning 16 and 19)."""

from __future__ import annotations

from datetime import UTC, date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.entities import FieldType
from engine.model.moments import Length, Unit
from engine.model.values import Show, days_between, from_stored, plain, show_length, stored_instant, to_stored
from tests.engine.model.times import utc
from tests.engine.small import NEW_YORK, SHANGHAI, kept

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
