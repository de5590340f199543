"""Conditions read back in words, in both languages."""

from __future__ import annotations

import pytest

from engine.load import load_document
from engine.model.diagnostics import Problems
from engine.model.document import Mapping
from engine.report.phrases import Phrases
from engine.texts import Texts
from tests.engine.small import node_of, workspace_with

WORKSPACE = workspace_with("actions: [{stop: x}]\n")
CUSTOMERS = WORKSPACE.model.modules["customers"]


def phrase(condition: str, language: str) -> str:
    node = node_of(condition)
    assert isinstance(node, Mapping)
    return Phrases(Texts.of(language), WORKSPACE.model).condition(node, CUSTOMERS)


@pytest.mark.parametrize(
    "condition, zh, en",
    [
        ("{field: 客户层级, is: A}", "客户层级 是 A", "Tier is A"),
        ("{field: tier, is: A}", "客户层级 是 A", "Tier is A"),
        ("{field: 客户等级, is: A}", "客户层级 是 A", "Tier is A"),
        ("{field: Tier, is: [A, B]}", "客户层级 是 A、B", "Tier is A or B"),
        ("{field: 客户层级, is_not: C}", "客户层级 不是 C", "Tier is not C"),
        ("{field: 签约日期, is_empty: true}", "签约日期 为空", "Signed is empty"),
        ("{field: 签约日期, is_empty: false}", "签约日期 不为空", "Signed is not empty"),
        ("{field: 签约日期, is_empty: True}", "签约日期 为空", "Signed is empty"),
        ("{field: 客户名称, contains: 机械}", "客户名称 包含 机械", "Name contains 机械"),
        ("{field: 客户名称, starts_with: 北}", "客户名称 以 北 开头", "Name starts with 北"),
        ("{field: 客户名称, ends_with: 厂}", "客户名称 以 厂 结尾", "Name ends with 厂"),
        (
            "{field: 签约日期, on_or_after: 2026-01-01}",
            "签约日期 在 2026-01-01 或以后",
            "Signed on or after 2026-01-01",
        ),
        ("{field: 签约日期, before: 2026-01-01}", "签约日期 在 2026-01-01 之前", "Signed before 2026-01-01"),
        ("{field: 额度, at_least: 100}", "额度 至少 100", "额度 at least 100"),
        ("{field: 额度, more_than: 1, at_most: 9}", "额度 大于 1、至多 9", "额度 more than 1 and at most 9"),
        ("{field: 额度, at_least: 5, if_missing: match}", "额度 至少 5", "额度 at least 5"),
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

    assert phrase(condition, "zh") == f"距 签约日期 至少 {zh}"
    assert phrase(condition, "en") == f"time since Signed at least {en}"


BOTH = "{all: [{field: 金额, at_least: 5}, {field: 下单日期, is_empty: false}]}"
WITH_BOTH = "with Amount at least 5 and Date is not empty"


@pytest.mark.parametrize(
    "condition, zh, en",
    [
        ("{count_of: 订单, is: 0}", "订单 的条数 是 0", "number of Order records is 0"),
        (
            "{count_of: 订单, during: last 90 days, is: 0}",
            "近 90 天 内 订单 的条数 是 0",
            "number of Order records within the last 90 days is 0",
        ),
        (
            "{count_of: orders, since: 2026-01-01, at_least: 2}",
            "自 2026-01-01 起 订单 的条数 至少 2",
            "number of Order records since 2026-01-01 at least 2",
        ),
        (
            "{sum_of: 订单.金额, during: last 12 months, more_than: 100}",
            "近 12 个月 内 订单的金额 合计 大于 100",
            "sum of Order Amount within the last 12 months more than 100",
        ),
        (
            "{count_of: 订单, where: {field: 金额, at_least: 5}, is: 0}",
            "订单 的条数（其中 金额 至少 5） 是 0",
            "number of Order records with Amount at least 5 is 0",
        ),
        (
            f"{{count_of: 订单, during: last 1 month, where: {BOTH}, is: 0}}",
            "近 1 个月 内 订单 的条数（其中 金额 至少 5，并且 下单日期 不为空） 是 0",
            f"number of Order records within the last 1 month {WITH_BOTH} is 0",
        ),
    ],
)
def test_related_records_with_period_and_condition(condition: str, zh: str, en: str) -> None:
    assert (phrase(condition, "zh"), phrase(condition, "en")) == (zh, en)


@pytest.mark.parametrize(
    "condition, zh, en",
    [
        ("{field: 额度, at_least: {table: 门槛.额度}}", "额度 至少 门槛.额度", "额度 at least 门槛.额度"),
        (
            "{time_since: 签约日期, at_least: {table: 门槛.沉默}}",
            "距 签约日期 至少 门槛.沉默",
            "time since Signed at least 门槛.沉默",
        ),
        (
            "{count_of: 订单, during: {table: 门槛.沉默}, is: 0}",
            "门槛.沉默 内 订单 的条数 是 0",
            "number of Order records within 门槛.沉默 is 0",
        ),
        (
            "{field: 签约日期, before: {field: 最近访问}}",
            "签约日期 在 最近访问 之前",
            "Signed before 最近访问",
        ),
        ("{field: 客户名称, is: {field: name}}", "客户名称 是 客户名称", "Name is Name"),
    ],
)
def test_tables_and_other_fields_go_by_their_names(condition: str, zh: str, en: str) -> None:
    assert (phrase(condition, "zh"), phrase(condition, "en")) == (zh, en)


X, Z = "{field: 客户层级, is: A}", "{field: 签约日期, is_empty: true}"


@pytest.mark.parametrize(
    "condition, zh, en",
    [
        (f"{{all: [{X}, {Z}]}}", "客户层级 是 A，并且 签约日期 为空", "Tier is A and Signed is empty"),
        (f"{{any: [{X}, {Z}]}}", "（客户层级 是 A 或 签约日期 为空）", "(Tier is A or Signed is empty)"),
        (
            f"{{none: [{X}, {Z}]}}",
            "没有一条成立：客户层级 是 A；签约日期 为空",
            "none of: Tier is A; Signed is empty",
        ),
        (
            f"{{all: [{X}, {{any: [{X}, {Z}]}}]}}",
            "客户层级 是 A，并且 （客户层级 是 A 或 签约日期 为空）",
            "Tier is A and (Tier is A or Signed is empty)",
        ),
        (f"{{all: [{X}]}}", "客户层级 是 A", "Tier is A"),
    ],
)
def test_groups(condition: str, zh: str, en: str) -> None:
    assert (phrase(condition, "zh"), phrase(condition, "en")) == (zh, en)


def test_names_that_nobody_knows_are_said_as_written() -> None:
    assert phrase("{field: 负责人.区域, is: 华东}", "zh") == "负责人.区域 是 华东"
    assert phrase("{count_of: 发票, is: 0}", "zh") == "发票 的条数 是 0"


def test_condition_at_a_path_of_a_file() -> None:
    root = load_document(f"conditions:\n  all:\n    - {X}\n    - {Z}\n", "a.yaml", Problems()).root
    phrases = Phrases(Texts.of("zh"), WORKSPACE.model)

    assert phrases.at(root, "conditions/all/1", CUSTOMERS) == "签约日期 为空"
    assert phrases.at(root, "conditions/all/7", CUSTOMERS) == "conditions/all/7"
    assert phrases.at(None, "conditions/all/0", CUSTOMERS) == "conditions/all/0"


def test_any_that_needs_two_says_so() -> None:
    condition = f"{{any: [{X}, {Z}], needs: 2}}"

    assert phrase(condition, "zh") == "（至少 2 条成立：客户层级 是 A；签约日期 为空）"
    assert phrase(condition, "en") == "(at least 2 of: Tier is A; Signed is empty)"
    assert phrase(f"{{any: [{X}, {Z}], needs: 1}}", "en") == "(Tier is A or Signed is empty)"


@pytest.mark.parametrize("period", ["last 90 days", "近 90 天", "近90天", "最近 90 天"])
def test_rolling_period_is_said_in_the_language_of_the_reader(period: str) -> None:
    condition = f"{{count_of: 订单, during: {period}, is: 0}}"

    assert phrase(condition, "zh") == "近 90 天 内 订单 的条数 是 0"
    assert phrase(condition, "en") == "number of Order records within the last 90 days is 0"


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
