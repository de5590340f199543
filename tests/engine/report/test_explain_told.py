"""What explain says of one record: names where the file writes names, and the keys of the contract."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.company import Company
from tests.engine.report.shop import ONE, company, told

HEAD = """\
id: workflow
name: 条件
module: 客户
trigger: {every: day, at: "01:00"}
actions: [{add_tag: 高潜}]
"""
RECORD = {**ONE, "毛利率": "40", "签约日期": "2026-03-01", "协办人": "S1"}


def asked(tmp_path: Path, condition: str) -> Company:
    files = {"workflow.yaml": f"{HEAD}conditions: {condition}\n"}
    found = company(tmp_path, files)
    found.bring("员工", [{"编号": "S2", "姓名": "张三"}])
    found.bring("客户", [RECORD])
    return found


@pytest.mark.parametrize(
    "condition, actual",
    [
        ("{field: 负责人, is_not: [王一, 张三]}", "实际：王一；要求 不是“王一”和“张三”中的任何一个"),
        ("{field: 负责人, is: 张三}", "实际：王一；要求 是“张三”"),
        ("{field: 负责人, is_not: {field: 协办人}}", "实际：王一；要求 王一"),
        ("{field: 负责人.上级, is: 张三}", "实际：（空）；要求 是“张三”"),
    ],
)
def test_colleagues_go_by_their_names(tmp_path: Path, condition: str, actual: str) -> None:
    found = asked(tmp_path, condition)

    lines = told(found, "explain", "workflow", "--record", "C1")

    (line,) = [one for one in lines if "实际：" in one]
    assert actual in line


@pytest.mark.parametrize(
    "condition, field, actual, required",
    [
        ("{field: 客户层级, is: [A, B, C]}", "tier", "A", ["A", "B", "C"]),
        ("{field: 客户等级, is_not: B}", "tier", "A", "B"),
        ("{field: 负责人, is_not: [张三, 王一]}", "owner", "S1", ["S2", "S1"]),
        ("{field: 负责人.姓名, is: 王一}", "owner.name", "王一", "王一"),
        ("{field: 毛利率, at_least: 5 %, less_than: 41 %}", "margin", 40, {"at_least": 5, "less_than": 41}),
        ("{field: 协办人, is: {field: 负责人}}", "deputy", "S1", "S1"),
        ("{field: 行业, is_empty: true}", "industry", None, {"is_empty": True}),
        ("{field: 客户名称, contains: 甲}", "name", "甲", "甲"),
        ("{field: 签约日期, before: today}", "signed", "2026-03-01", "2026-03-31"),
        ("{time_since: 签约日期, at_least: 90 days}", "signed", "2026-03-01", "90 days"),
        ("{count_of: 订单, at_least: 3}", "订单", 0, 3),
        ("{sum_of: 订单.金额, at_least: 3}", "订单.amount", 0, 3),
    ],
)
def test_a_condition_of_the_trace_has_its_field_and_what_is_required(
    tmp_path: Path,
    condition: str,
    field: str,
    actual: Any,
    required: Any,
) -> None:
    found = asked(tmp_path, condition)

    (one,) = found.answer("explain", "workflow", "--record", "C1")["conditions"]

    assert (one["field"], one["actual"], one["required"]) == (field, actual, required)
    assert {"path", "file", "line", "verdict", "short"} <= set(one)
