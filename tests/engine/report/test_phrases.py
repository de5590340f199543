"""Conditions read back in words, in both languages."""

from __future__ import annotations

import pytest

from engine.load import load_document
from engine.model.diagnostics import Problems
from engine.model.document import Mapping, node_at
from engine.report.phrases import Phrases
from engine.texts import Texts
from tests.engine.small import node_of, workspace_with

WORKSPACE = workspace_with("actions: [{stop: x}]\n")
CUSTOMERS = WORKSPACE.model.modules["customers"]


def phrase(condition: str, language: str) -> str:
    node = node_of(condition)
    assert isinstance(node, Mapping)
    return Phrases(Texts.of(language), WORKSPACE.model).condition(node, CUSTOMERS)


BEFORE_2026 = "Signed is before 1 January 2026"
MORE_AND_MOST = "额度 is more than 1 and is at most 9"
ALSO_EMPTY = "额度 is at least 5 (also when empty)"


@pytest.mark.parametrize(
    "condition, zh, en",
    [
        ("{field: 客户层级, is: A}", "客户层级是 A", "Tier is A"),
        ("{field: tier, is: A}", "客户层级是 A", "Tier is A"),
        ("{field: 客户等级, is: A}", "客户层级是 A", "Tier is A"),
        ("{field: Tier, is: [A, B]}", "客户层级是 A 或 B", "Tier is A or B"),
        ("{field: 客户层级, is_not: C}", "客户层级不是 C", "Tier is not C"),
        ("{field: 签约日期, is_empty: true}", "签约日期为空", "Signed is empty"),
        ("{field: 签约日期, is_empty: false}", "签约日期不为空", "Signed is not empty"),
        ("{field: 签约日期, is_empty: True}", "签约日期为空", "Signed is empty"),
        ("{field: 客户名称, contains: 机械}", "客户名称包含“机械”", 'Name contains "机械"'),
        ("{field: 客户名称, starts_with: 北}", "客户名称以“北”开头", 'Name starts with "北"'),
        ("{field: 客户名称, ends_with: 厂}", "客户名称以“厂”结尾", 'Name ends with "厂"'),
        (
            "{field: 签约日期, on_or_after: 2026-01-01}",
            "签约日期在 2026年1月1日或之后",
            "Signed is on or after 1 January 2026",
        ),
        (
            "{field: 签约日期, before: 2026-01-01}",
            "签约日期在 2026年1月1日之前",
            "Signed is before 1 January 2026",
        ),
        ("{field: 额度, at_least: 100}", "额度至少为 100", "额度 is at least 100"),
        (
            "{field: 额度, more_than: 1, at_most: 9}",
            "额度大于 1 且至多为 9",
            "额度 is more than 1 and is at most 9",
        ),
        (
            "{field: 额度, at_least: 5, if_missing: match}",
            "额度至少为 5（空着也算）",
            "额度 is at least 5 (also when empty)",
        ),
        ("{field: 额度, at_least: 5, if_missing: no_match}", "额度至少为 5", "额度 is at least 5"),
        ("{field: 额度, at_least: 100000}", "额度至少为 100,000", "额度 is at least 100,000"),
    ],
)
def test_field_and_its_comparison(condition: str, zh: str, en: str) -> None:
    assert (phrase(condition, "zh"), phrase(condition, "en")) == (zh, en)


@pytest.mark.parametrize(
    "written, zh, en",
    [
        ("90 days", "90 天", "90 days"),
        ("1 day", "1 天", "1 day"),
        ("90 天", "90 天", "90 days"),
        ("1 month", "1 个月", "1 month"),
        ("2 小时", "2 小时", "2 hours"),
    ],
)
def test_length_is_said_in_the_language_of_the_reader(written: str, zh: str, en: str) -> None:
    condition = f"{{time_since: 签约日期, at_least: {written}}}"

    assert phrase(condition, "zh") == f"距签约日期已满 {zh}"
    assert phrase(condition, "en") == f"Signed was at least {en} ago"


BOTH = "{all: [{field: 金额, at_least: 5}, {field: 下单日期, is_empty: false}]}"
WITH_BOTH = "where (Amount is at least 5, and Date is not empty)"


@pytest.mark.parametrize(
    "condition, zh, en",
    [
        ("{count_of: 订单, is: 0}", "没有订单", "there are no Order records"),
        (
            "{count_of: 订单, during: last 90 days, is: 0}",
            "近 90 天内没有订单",
            "there are no Order records in the last 90 days",
        ),
        (
            "{count_of: orders, since: 2026-01-01, at_least: 2}",
            "自 2026年1月1日起订单至少 2 条",
            "there are at least 2 Order records since 1 January 2026",
        ),
        (
            "{sum_of: 订单.金额, during: last 12 months, more_than: 100}",
            "近 12 个月内订单的金额合计大于 100",
            "the total Amount of Order records in the last 12 months is more than 100",
        ),
        (
            "{count_of: 订单, where: {field: 金额, at_least: 5}, is: 0}",
            "没有金额至少为 5 的订单",
            "there are no Order records where Amount is at least 5",
        ),
        (
            f"{{count_of: 订单, during: last 1 month, where: {BOTH}, is: 0}}",
            "近 1 个月内没有（金额至少为 5，并且下单日期不为空）的订单",
            f"there are no Order records in the last month {WITH_BOTH}",
        ),
    ],
)
def test_related_records_with_period_and_condition(condition: str, zh: str, en: str) -> None:
    assert (phrase(condition, "zh"), phrase(condition, "en")) == (zh, en)


@pytest.mark.parametrize(
    "condition, zh, en",
    [
        (
            "{field: 额度, at_least: {table: 门槛.额度}}",
            "额度至少为“门槛.额度”",
            '额度 is at least "门槛.额度"',
        ),
        (
            "{time_since: 签约日期, at_least: {table: 门槛.沉默}}",
            "距签约日期已满“门槛.沉默”",
            'Signed was at least "门槛.沉默" ago',
        ),
        (
            "{count_of: 订单, during: {table: 门槛.沉默}, is: 0}",
            "在“门槛.沉默”内没有订单",
            'there are no Order records within "门槛.沉默"',
        ),
        (
            "{field: 签约日期, before: {field: 最近访问}}",
            "签约日期在最近访问之前",
            "Signed is before 最近访问",
        ),
        ("{field: 客户名称, is: {field: name}}", "客户名称与客户名称相同", "Name equals Name"),
    ],
)
def test_tables_and_other_fields_go_by_their_names(condition: str, zh: str, en: str) -> None:
    assert (phrase(condition, "zh"), phrase(condition, "en")) == (zh, en)


X, Z = "{field: 客户层级, is: A}", "{field: 签约日期, is_empty: true}"


@pytest.mark.parametrize(
    "condition, zh, en",
    [
        (f"{{all: [{X}, {Z}]}}", "客户层级是 A，并且签约日期为空", "Tier is A, and Signed is empty"),
        (f"{{any: [{X}, {Z}]}}", "客户层级是 A，或者签约日期为空", "Tier is A, or Signed is empty"),
        (
            f"{{none: [{X}, {Z}]}}",
            "以下都不成立：客户层级是 A；签约日期为空",
            "none of these: Tier is A; Signed is empty",
        ),
        (
            f"{{all: [{X}, {{any: [{X}, {Z}]}}]}}",
            "客户层级是 A，并且（客户层级是 A，或者签约日期为空）",
            "Tier is A, and (Tier is A, or Signed is empty)",
        ),
        (f"{{all: [{X}]}}", "客户层级是 A", "Tier is A"),
    ],
)
def test_groups(condition: str, zh: str, en: str) -> None:
    assert (phrase(condition, "zh"), phrase(condition, "en")) == (zh, en)


def test_names_that_nobody_knows_are_said_as_written() -> None:
    assert phrase("{field: 负责人.区域, is: 华东}", "zh") == "负责人的区域是“华东”"
    assert phrase("{count_of: 发票, is: 0}", "zh") == "没有发票"


def test_condition_at_a_path_of_a_file() -> None:
    root = load_document(f"conditions:\n  all:\n    - {X}\n    - {Z}\n", "a.yaml", Problems()).root
    phrases = Phrases(Texts.of("zh"), WORKSPACE.model)

    assert phrases.of(node_at(root, "conditions/all/1"), "conditions/all/1", CUSTOMERS) == "签约日期为空"
    assert phrases.of(node_at(root, "conditions/all/7"), "conditions/all/7", CUSTOMERS) == "conditions/all/7"
    assert phrases.of(None, "conditions/all/0", CUSTOMERS) == "conditions/all/0"


def test_any_that_needs_two_says_so() -> None:
    condition = f"{{any: [{X}, {Z}], needs: 2}}"

    assert phrase(condition, "zh") == "以下至少 2 条成立：客户层级是 A；签约日期为空"
    assert phrase(condition, "en") == "at least 2 of these: Tier is A; Signed is empty"
    assert phrase(f"{{any: [{X}, {Z}], needs: 1}}", "en") == "Tier is A, or Signed is empty"


@pytest.mark.parametrize("period", ["last 90 days", "近 90 天", "近90天", "最近 90 天"])
def test_rolling_period_is_said_in_the_language_of_the_reader(period: str) -> None:
    condition = f"{{count_of: 订单, during: {period}, is: 0}}"

    assert phrase(condition, "zh") == "近 90 天内没有订单"
    assert phrase(condition, "en") == "there are no Order records in the last 90 days"


@pytest.mark.parametrize(
    "written, zh, en",
    [
        ("本月", "本月", "this month"),
        ("previous quarter", "上季度", "the previous quarter"),
        ("去年", "上年", "the previous year"),
    ],
)
def test_calendar_periods_are_told_in_the_readers_language(written: str, zh: str, en: str) -> None:
    condition = f"{{count_of: 订单, during: {written}, is: 0}}"

    assert zh in phrase(condition, "zh")
    assert en in phrase(condition, "en")


@pytest.mark.parametrize(
    "written, zh, en",
    [
        ("today", "今天", "today"),
        ("3 天后", "3 天后", "3 days from now"),
        ("start of year", "本年第一天", "the first day of the year"),
        ("月底", "本月最后一天", "the last day of the month"),
    ],
)
def test_moments_are_told_in_the_readers_language(written: str, zh: str, en: str) -> None:
    condition = f"{{field: 签约日期, before: {written}}}"

    assert zh in phrase(condition, "zh")
    assert en in phrase(condition, "en")


@pytest.mark.parametrize(
    "condition, zh, en",
    [
        (
            "{field: 负责人.在职, is: 否}",
            "负责人的在职为“否”",
            "负责人 在职 is no",
        ),
        (
            "{time_until: 签约日期, yearly: true, at_most: 2 days}",
            "离每年的签约日期不超过 2 天",
            "the yearly Signed is at most 2 days away",
        ),
        (
            "{time_since: 签约日期, at_least: 60 days, less_than: 90 days}",
            "距签约日期已满 60 天且不到 90 天",
            "Signed was at least 60 days and less than 90 days ago",
        ),
        (
            "{time_since: 签约日期, more_than: {field: 唤醒次数, times: 2}}",
            "距签约日期超过唤醒次数的 2 倍",
            "Signed was more than 2 times 唤醒次数 ago",
        ),
        ("{band_of: 健康度, is: 红}", "健康度的等级是“红”", 'the band of 健康度 is "红"'),
        ("{count_of: 订单, is: 1}", "订单正好 1 条", "there is exactly 1 Order record"),
        ("{count_of: 订单, at_least: 1}", "有订单", "there is at least one Order record"),
        (
            "{count_of: 订单, at_least: 2, at_most: 5}",
            "订单至少 2 且至多 5 条",
            "there are at least 2 and at most 5 Order records",
        ),
        (
            "{count_of: 订单, during: last 3 years, except: last 1 years, is: 0}",
            "近 3 年内（近 1 年除外）没有订单",
            "there are no Order records in the last 3 years (without the last year)",
        ),
        (
            "{count_of: 订单, latest: 3, where: {field: 金额, less_than: 5}, is: 3}",
            "最近 3 条订单中，金额小于 5 的正好 3 条",
            "among the latest 3 Order records there are exactly 3 where Amount is less than 5",
        ),
        (
            "{count_of: 订单, since: start, is: 0}",
            "启动后没有订单",
            "there are no Order records since the start",
        ),
        (
            "{count_of: 订单, since: {step: 复跟}, is: 0}",
            "步骤“复跟”之后没有订单",
            'there are no Order records since step "复跟"',
        ),
        (
            "{share_of: 订单, where: {field: 金额, less_than: 5}, during: this month, at_least: 30%}",
            "本月订单中，金额小于 5 的占比至少为 30 %",
            "among Order records this month, the share where Amount is less than 5, is at least 30 %",
        ),
        (
            "{average_of: 订单.金额, at_least: 5}",
            "订单的金额平均值至少为 5",
            "the average Amount of Order records is at least 5",
        ),
        (
            "{largest_of: 订单.金额, more_than: 5}",
            "订单中最大的金额大于 5",
            "the largest Amount of Order records is more than 5",
        ),
        (
            "{latest_of: 订单.下单日期, before: start of year}",
            "订单中最近的下单日期在本年第一天之前",
            "the latest Date of Order records is before the first day of the year",
        ),
        (
            "{distinct_of: 订单.金额, at_least: 3}",
            "订单中不同金额的个数至少为 3",
            "the number of different Amount values of Order records is at least 3",
        ),
        (
            "{sum_of: 订单.金额, per: month, in_a_row: 3, falls_by: 5 %}",
            "连续 3 个月，订单的金额合计都比前一个月下降至少 5 %",
            "the total Amount of Order records fell by at least 5 % from the month before, 3 months in a row",
        ),
        (
            "{count_of: 订单, per: quarter, rises_by: 1}",
            "上个季度订单的条数比前一个季度上升至少 1",
            "last quarter the number of Order records rose by at least 1 from the quarter before",
        ),
        (
            "{count_of: 订单, per: month, in_a_row: 2, at_least: 3}",
            "连续 2 个月，订单的条数都至少为 3",
            "the number of Order records is at least 3, 2 months in a row",
        ),
        (
            "{usual_gap_of: 订单, at_most: 30 days}",
            "订单的通常间隔至多为 30 天",
            "the usual gap between Order records is at most 30 days",
        ),
        (
            "{expected_next_of: 订单, before: today}",
            "预计下一次订单的日期在今天之前",
            "the expected date of the next of the Order records is before today",
        ),
        (
            "{rank_of: 额度, top: 20 %, in_each: 客户层级}",
            "额度在相同的客户层级中排在前 20 %",
            "额度 is in the top 20 % within the same Tier",
        ),
        (
            "{rank_of: 额度, bottom: 10, among: 老客}",
            "额度在名单“老客”中排在后 10 名",
            '额度 is in the bottom 10 within the segment "老客"',
        ),
        ("{step: 首触, is: overdue}", "步骤“首触”已逾期", 'step "首触" is overdue'),
        (
            "{step: 首触, is_not: [done, 放弃]}",
            "步骤“首触”的结果不是“已完成”和“放弃”中的任何一个",
            'the result of step "首触" is none of "done" and "放弃"',
        ),
        ("{segment: 老客}", "在名单“老客”上", 'it is in the segment "老客"'),
        (
            "{field: 标签, has: [高潜, 低价值]}",
            "标签里有“高潜”或“低价值”",
            'Tags includes "高潜" or "低价值"',
        ),
        (
            "{field: 标签, has_none: [高潜, 低价值]}",
            "标签里没有“高潜”和“低价值”中的任何一个",
            'Tags includes none of "高潜" and "低价值"',
        ),
        (
            "{none: [{field: 额度, at_least: 5, if_missing: no_match}]}",
            "以下都不成立：额度至少为 5（空着不算）",
            "none of these: 额度 is at least 5 (not when empty)",
        ),
    ],
)
def test_the_rest_of_the_language(condition: str, zh: str, en: str) -> None:
    assert (phrase(condition, "zh"), phrase(condition, "en")) == (zh, en)
