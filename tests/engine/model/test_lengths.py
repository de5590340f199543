"""Lengths as people write them, in Chinese and English, and as they are shown."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.entities import FieldType
from engine.model.lengths import parse_length, show_length
from engine.model.moments import Length, Unit
from engine.model.values import Reader, Show, ValueMistake
from tests.engine.small import SHANGHAI, one_field

SPELLINGS = [
    ("1 minute", "一分钟", "1分钟"),
    ("30 minutes", "三十分钟", "30 分钟", "半小时", "半个小时"),
    ("24 hours", "二十四小时", "24小时", "24 个小时"),
    ("1 day", "一天", "1 天", "1日"),
    ("2 days", "两天", "二天", "2天"),
    ("15 days", "十五天", "15 天", "半个月"),
    ("20 days", "二十天", "二十 天"),
    ("90 days", "九十天", "90 天", "90日"),
    ("105 days", "一百零五天"),
    ("110 days", "一百一十天"),
    ("180 days", "一百八十天", "180天"),
    ("200 days", "两百天", "二百天"),
    ("365 days", "三百六十五天"),
    ("1 week", "一周", "一个星期", "1星期"),
    ("2 weeks", "两周", "2 个星期"),
    ("3 months", "三个月", "3个月", "3 月"),
    ("6 months", "六个月", "半年"),
    ("12 months", "十二个月"),
    ("1 quarter", "一个季度", "1季度"),
    ("10 years", "十年", "10 年"),
    ("1 working day", "一个工作日", "1工作日"),
    ("5 working days", "五个工作日", "5 个工作日", "5 工作日"),
    ("4 working hours", "四个工作小时", "4 工作小时"),
]


@pytest.mark.parametrize("spellings", SPELLINGS, ids=[one[0] for one in SPELLINGS])
def test_spellings_read_equal_and_show_equal(spellings: tuple[str, ...]) -> None:
    english, *chinese = spellings
    length = parse_length(english)

    assert length is not None
    for spelling in chinese:
        assert parse_length(spelling) == length, spelling
    assert show_length(length, "en") == english


@given(st.integers(0, 999_999), st.sampled_from(list(Unit)))
def test_what_is_shown_reads_as_the_same_length(amount: int, unit: Unit) -> None:
    length = Length(amount, unit)

    assert [parse_length(show_length(length, language)) for language in ("zh", "en")] == [length, length]


@pytest.mark.parametrize(
    "text",
    ["三月", "十二月", "一百八天", "二十零天", "十两天", "两十天", "零三天", "几天", "天", "三", "半天",
     "1.5 days", "-3 days", "3 fortnights", "5 business days", "working days", "5 working weeks",
     "5 workingdays", "３天", ""],
)  # fmt: skip
def test_text_that_is_no_length(text: str) -> None:
    assert parse_length(text) is None


def test_working_days_stand_in_tables_and_not_in_records() -> None:
    """A record keeps minutes, in which five working days would be a week."""
    field = one_field("length")

    assert Reader(SHANGHAI, working_lengths=True).read(field, "5 个工作日") == Length(5, Unit.WORKING_DAYS)
    with pytest.raises(ValueMistake) as caught:
        Reader(SHANGHAI).read(field, "5 个工作日")
    assert caught.value.code == "W521"


@pytest.mark.parametrize("language, shown", [("zh", "5 个工作日"), ("en", "5 working days")])
def test_value_of_working_days_is_shown_as_written(language: str, shown: str) -> None:
    show = Show(language, "CNY", ZoneInfo("Asia/Shanghai"))

    assert show.value(FieldType.LENGTH, Length(5, Unit.WORKING_DAYS)) == shown
