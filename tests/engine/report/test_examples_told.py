"""What a failed example says: what was expected, what came instead, and where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.company import Company
from tests.engine.report.shop import ACTIONS, HEAD, company, told

# --- examples -----------------------------------------------------------------------------------------


def failing(tmp_path: Path, expect: str, given: str = "客户层级: A") -> tuple[Company, list[str]]:
    """What is told of one example; its `expect` stands in line 13 of the file."""
    tests = f"tests:\n  - {{name: 一, today: 2026-03-31, given: {{{given}}},\n     expect: {expect}}}\n"
    found = company(tmp_path, {"workflow.yaml": HEAD + ACTIONS + tests})
    return found, told(found, "test")


@pytest.mark.parametrize(
    "expect, line",
    [
        (
            "[update_field: {毛利率: 20 %}, add_tag, create_task]",
            "update_field 的“毛利率”：期望 20 %，实际 30 %",
        ),
        (
            "[update_field: {处理时间: 2026-03-31 01:00}, add_tag, create_task]",
            "update_field 的“处理时间”：期望 2026-03-31 01:00，实际 2026-03-31 12:00",
        ),
        (
            "[update_field: {沉默状态: 正常跟进}, add_tag, create_task]",
            "update_field 没有改“沉默状态”，也许本来就是这个值：期望 正常跟进",
        ),
        ("[update_field, add_tag: 决策慢, create_task]", "期望 add_tag: 决策慢，实际 add_tag: 高潜"),
        (
            "[update_field, add_tag, create_task: {due: in 5 days}]",
            "create_task 的“due”：期望 in 5 days，实际 2026-04-03",
        ),
        (
            "[update_field, add_tag, create_task: {负责人: supervisor}]",
            "create_task 的“负责人”：期望 supervisor，实际 owner",
        ),
        ("[update_field, add_tag, create_task, notify: {to: owner}]", "没有出现：notify: {to: owner}"),
        ("[update_field, create_task]", "多出来：add_tag: 高潜"),
        (
            "[add_tag, update_field, create_task]",
            "顺序不同：期望 add_tag、update_field、create_task，实际 update_field、add_tag、create_task",
        ),
        ("nothing", "期望：什么也不发生；实际：启动了"),
        ("undecided", "期望：无法判断；实际：启动了"),
        ("stopped", "期望：停下；实际：启动了"),
    ],
)
def test_a_failed_example_tells_each_difference_with_its_place(
    tmp_path: Path, expect: str, line: str
) -> None:
    _, lines = failing(tmp_path, expect)

    assert lines[:2] == ["✗ workflow · 一", f"workflow.yaml:13  {line}"]
    assert lines[-1] == "0 个通过，1 个失败"


@pytest.mark.parametrize(
    "given, expect, line",
    [
        ("客户层级: C", "started", "期望：启动；实际：不符合：客户层级是 A 或 B（workflow.yaml:6）"),
        ("", "[notify]", "期望：notify；实际：无法判断：客户层级是 A 或 B（workflow.yaml:6）"),
    ],
)
def test_an_example_that_did_not_start_tells_why(tmp_path: Path, given: str, expect: str, line: str) -> None:
    _, lines = failing(tmp_path, expect, given)

    assert lines == ["✗ workflow · 一", f"workflow.yaml:13  {line}", "0 个通过，1 个失败"]


def test_what_was_done_against_expectation_is_written_as_in_the_file(tmp_path: Path) -> None:
    _, lines = failing(tmp_path, "nothing")

    assert lines[2:-1] == [
        '做了：update_field: {处理时间: "2026-03-31 12:00", 毛利率: 30 %, 常规间隔: 30 天, 行业: 机械}',
        "做了：add_tag: 高潜",
        "做了：create_task: {状态: 待办, 主题: 看, 类型: 关怀, 截止日期: 2026-04-03, 负责人: owner}",
    ]


def test_of_two_steps_of_a_word_the_one_that_fits_is_not_missing(tmp_path: Path) -> None:
    expect = "[update_field, add_tag, create_task: {类型: 沉默唤醒-首触}, create_task: {类型: 关怀}]"
    _, lines = failing(tmp_path, expect)

    assert lines[1:-1] == ["workflow.yaml:13  没有出现：create_task: {类型: 沉默唤醒-首触}"]


def test_json_of_an_example_keeps_its_keys_and_adds_the_differences(tmp_path: Path) -> None:
    found, _ = failing(tmp_path, "[update_field: {毛利率: 20 %}, add_tag, create_task]")

    code, out, _ = found.call("test", "--format", "json", "--lang", "en")
    (one,) = json.loads(out)

    assert code == 1
    assert {"workflow", "name", "passed", "expected", "got", "file", "line"} <= set(one)
    message = '"毛利率" of update_field: expected 20 %, got 30 %'
    assert one["differences"] == [{"kind": "detail", "day": 0, "line": 13, "message": message}]
    assert one["expected"] == "update_field: {毛利率: 20 %}; add_tag; create_task"
