"""Days as people name them. What is expected was read off a calendar."""

from __future__ import annotations

from datetime import date

import pytest

from engine.named_days import day_named
from tests.engine.small import clock_at

THURSDAY = clock_at("2026-04-02T09:00")
MONDAY = clock_at("2026-03-30T00:10")


@pytest.mark.parametrize(
    "text, on_thursday, on_monday",
    [
        ("2026-03-24", date(2026, 3, 24), date(2026, 3, 24)),
        ("2026年3月24日", date(2026, 3, 24), date(2026, 3, 24)),
        (" 2026-03-24 ", date(2026, 3, 24), date(2026, 3, 24)),
        ("今天", date(2026, 4, 2), date(2026, 3, 30)),
        ("昨天", date(2026, 4, 1), date(2026, 3, 29)),
        ("前天", date(2026, 3, 31), date(2026, 3, 28)),
        ("3 天前", date(2026, 3, 30), date(2026, 3, 27)),
        ("2 weeks ago", date(2026, 3, 19), date(2026, 3, 16)),
        ("周二", date(2026, 3, 31), date(2026, 3, 24)),
        ("星期四", date(2026, 4, 2), date(2026, 3, 26)),
        ("上周二", date(2026, 3, 24), date(2026, 3, 24)),
        ("上个星期日", date(2026, 3, 29), date(2026, 3, 29)),
        ("上礼拜天", date(2026, 3, 29), date(2026, 3, 29)),
        ("上上周一", date(2026, 3, 16), date(2026, 3, 16)),
        ("本周一", date(2026, 3, 30), date(2026, 3, 30)),
        ("这周三", date(2026, 4, 1), date(2026, 4, 1)),
        ("last Tuesday", date(2026, 3, 31), date(2026, 3, 24)),
        ("Last Thursday", date(2026, 3, 26), date(2026, 3, 26)),
        ("4月1日", date(2026, 4, 1), date(2025, 4, 1)),
        ("3/24", date(2026, 3, 24), date(2026, 3, 24)),
        ("2026-3-24", date(2026, 3, 24), date(2026, 3, 24)),
        ("2026/3/24", date(2026, 3, 24), date(2026, 3, 24)),
        ("2025 年 12 月 31 日", date(2025, 12, 31), date(2025, 12, 31)),
        ("monday", date(2026, 3, 30), date(2026, 3, 30)),
        ("last monday", date(2026, 3, 30), date(2026, 3, 23)),
    ],
)
def test_a_day_is_meant_from_where_one_stands(text: str, on_thursday: date, on_monday: date) -> None:
    assert (day_named(text, THURSDAY), day_named(text, MONDAY)) == (on_thursday, on_monday)


@pytest.mark.parametrize(
    "text",
    ["", " ", "start", "开始", "2026-02-30", "9999999 years ago", "上上上周二",
     "周八", "last", "last last monday", "next monday", "dienstag", "13月1日", "2/30", "2026/2/30", "下周二"],
)  # fmt: skip
def test_what_means_nothing_is_no_day(text: str) -> None:
    assert day_named(text, THURSDAY) is None
