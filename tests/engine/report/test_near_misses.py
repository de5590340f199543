"""A dry run tells who misses only one condition, by how much, and what the undecided lack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.company import Company
from tests.engine.report.shop import HEAD, ONE, company, told

STEPS = "actions: [{update_field: {行业: 机械}}]\n"
TABLE = """
复核门槛:
  by: [客户层级]
  columns: {复核: length}
  rows:
    - {客户层级: A, 复核: 30 days}
    - {客户层级: B, 复核: 60 days}
"""


def shop(tmp_path: Path, *leaves: str, **files: str) -> Company:
    conditions = "".join(f"    - {one}\n" for one in leaves)
    head = HEAD.partition("conditions:")[0] + f"conditions:\n  all:\n{conditions}"
    return company(tmp_path, {"workflow.yaml": head + STEPS, **files})


def rows(found: Company, key: str, values: list[Any]) -> None:
    found.bring("客户", [{**ONE, "编号": f"C{n}", key: one} for n, one in enumerate(values, start=1)])


def funnel(found: Company) -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = found.answer("plan", "workflow")["funnel"]
    return answer


def near(step: dict[str, Any]) -> list[tuple[str, int, int]]:
    return [(one["measure"], one["within"], one["count"]) for one in step["near"]]


def test_a_date_is_missed_by_days_with_the_length_of_each_tier(tmp_path: Path) -> None:
    found = shop(
        tmp_path, "{time_since: 复核日期, at_least: {table: 复核门槛.复核}}", **{"+tables.yaml": TABLE}
    )
    # 31 March: 30 days before is 1 March, 60 days before 30 January
    days = [
        ("A", "2026-03-01"),
        ("A", "2026-03-02"),
        ("A", "2026-03-04"),
        ("A", "2026-03-09"),
        ("B", "2026-02-06"),
    ]
    customers = [
        {**ONE, "编号": f"C{n}", "客户层级": tier, "复核日期": day} for n, (tier, day) in enumerate(days)
    ]
    found.bring("客户", customers)

    (step,) = funnel(found)

    assert (step["passed"], step["only_this"]) == (1, 4)
    assert near(step) == [("days", 3, 2), ("days", 7, 3), ("days", 30, 4)]


@pytest.mark.parametrize(
    "leaf, key, values, wanted",
    [
        # 100 is asked: 96 lies 4 % below, 91 lies 9 %, 50 half
        ("{field: 潜力, at_least: 100}", "潜力", [100, 96, 91, 50], [(5, 1), (10, 2), (20, 2)]),
        ("{field: 潜力, less_than: 100}", "潜力", [99, 100, 104, 119], [(5, 2), (10, 2), (20, 3)]),
    ],
)
def test_a_number_is_missed_by_a_share_of_what_is_asked(
    tmp_path: Path, leaf: str, key: str, values: list[int], wanted: list[tuple[int, int]]
) -> None:
    found = shop(tmp_path, leaf)
    rows(found, key, values)

    (step,) = funnel(found)

    assert near(step) == [("share", within, count) for within, count in wanted]


def test_a_count_is_missed_by_whole_things(tmp_path: Path) -> None:
    found = shop(tmp_path, "{count_of: 订单, is: 0}")
    rows(found, "行业", ["食品"] * 3)
    orders = [{"编号": f"O{n}", "客户": customer} for n, customer in enumerate(["C1", "C2", "C2"])]
    found.bring("订单", orders)

    (step,) = funnel(found)

    assert (step["passed"], near(step)) == (1, [("count", 1, 1), ("count", 2, 2), ("count", 3, 2)])


def test_what_is_missing_is_told_once_although_a_table_asks_for_it_too(tmp_path: Path) -> None:
    found = shop(
        tmp_path,
        "{field: 客户层级, is: [A, B]}",
        "{time_since: 复核日期, at_least: {table: 复核门槛.复核}}",
        **{"+tables.yaml": TABLE},
    )
    customers = [
        {**ONE, "编号": "C1", "客户层级": "", "复核日期": "2026-01-01"},
        {**ONE, "编号": "C2", "客户层级": "", "复核日期": "2026-01-01"},
        {**ONE, "编号": "C3", "客户层级": "A", "复核日期": ""},
    ]
    found.bring("客户", customers)

    plan = found.answer("plan", "workflow")
    lines = told(found, "plan", "workflow")

    assert [(one["field"], one["count"]) for one in plan["missing"]] == [("tier", 2), ("reviewed", 1)]
    start = next(n for n, one in enumerate(lines) if one.startswith("无法判断"))
    assert [one.split() for one in lines[start : start + 3]] == [
        ["无法判断", "3"],
        ["缺客户层级", "2"],
        ["缺复核日期", "1"],
    ]


def test_near_misses_are_read_aloud(tmp_path: Path) -> None:
    found = shop(tmp_path, "{time_since: 复核日期, at_least: 30 days}")
    rows(found, "复核日期", ["2026-03-02", "2026-03-03", "2026-03-25"])

    lines = told(found, "plan", "workflow")

    assert any(one.endswith("差 3 天以内 2、差 30 天以内 3") for one in lines)


def test_without_the_funnel_only_who_matches_is_told(tmp_path: Path) -> None:
    found = shop(tmp_path, "{field: 客户层级, is: [A, B]}")
    rows(found, "客户层级", ["A", "B", "C", ""])

    bare, whole = found.answer("plan", "workflow", "--no-funnel"), found.answer("plan", "workflow")
    lines = told(found, "plan", "workflow", "--no-funnel")

    assert (bare["matched"], bare["checked"], bare["not_matched"], bare["undecided"]) == (2, 4, None, None)
    assert (bare["funnel"], bare["missing"]) == ([], [])
    assert bare["records"] == [one for one in whole["records"] if one["verdict"] == "match"]
    assert not any("不符合" in one or "每个条件" in one for one in lines)
