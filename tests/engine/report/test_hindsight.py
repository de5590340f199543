"""What a past run did with a record, as it is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.company import Company
from tests.engine.report.shop import ACTIONS, HEAD, ONE, company, told

# --- a past run ---------------------------------------------------------------------------------------


def verdict(found: Company, record: str, run: int) -> Any:
    return found.answer("explain", "workflow", "--record", record, "--run", str(run))


def test_a_past_run_tells_what_it_did_with_a_record(past: Company) -> None:
    lines = told(past, "explain", "workflow", "--record", "C1", "--run", "1")

    assert lines[0] == "条件 · 甲（C1）"
    assert lines[1].startswith("第 1 次运行：2026-03-31 01:00，版本 ")
    assert lines[2:5] == ["结论：启动了", "", "做了什么"]
    assert "更新字段  行业：（空） → 机械" in lines
    assert any(line.startswith("新建任务  看 x@example.com（") for line in lines)


def test_a_past_run_tells_why_a_record_could_not_be_processed(past: Company) -> None:
    lines = told(past, "explain", "workflow", "--record", "C2", "--run", "1", "--lang", "en")

    assert verdict(past, "C2", 1)["verdict"] == "failed"
    assert "Verdict: could not be processed, nothing was done" in lines
    assert any("备用邮箱" in line for line in lines[lines.index("Why") :])


@pytest.mark.parametrize(
    "record, run, fate, earlier, later",
    [
        ("C1", 1, "started", None, None),
        ("C1", 2, "not_started", {"on": "2026-03-31", "run": 1}, None),
        ("C3", 1, "not_started", None, None),
        ("C4", 1, "not_started", None, {"on": "2026-04-01", "run": 2}),
        ("C4", 2, "started", None, None),
    ],
)
def test_the_fate_of_a_record_in_a_run(
    past: Company, record: str, run: int, fate: str, earlier: Any, later: Any
) -> None:
    answer = verdict(past, record, run)

    assert (answer["verdict"], answer["earlier"], answer["later"]) == (fate, earlier, later)


def test_why_a_record_did_not_start_is_what_it_answered_then(past: Company) -> None:
    # given: C3 would match today
    past.bring("客户", [{"编号": "C3", "客户层级": "A"}])

    lines = told(past, "explain", "workflow", "--record", "C3", "--run", "1")

    assert lines[2:5] == ["结论：没有启动（不符合）", "", "当时的条件"]
    assert lines[5].startswith("✗ 客户层级是 A 或 B  实际：C")
    assert lines[5].endswith("workflow.yaml:6")
    assert lines[6:] == ["要符合，须：客户层级是 A 或 B"]


def test_an_earlier_start_is_told_and_not_taken_for_the_reason(past: Company) -> None:
    # given: C1 started in run 1, and no longer meets the conditions when run 3 comes
    past.bring("客户", [{"编号": "C1", "客户层级": "C"}])
    past.call("run", at="2026-04-02T01:00")

    lines = told(past, "explain", "workflow", "--record", "C1", "--run", "3")

    assert verdict(past, "C1", 3)["verdict"] == "not_started"
    assert lines[2:4] == ["结论：没有启动（不符合）", "之前启动过：2026-03-31（运行 1）"]


def test_a_record_that_has_started_before_is_told_so(past: Company) -> None:
    lines = told(past, "explain", "workflow", "--record", "C1", "--run", "2")

    assert lines[2:4] == ["结论：没有启动（已经做过或无需再做）", "之前启动过：2026-03-31（运行 1）"]


def test_a_run_that_recorded_nothing_is_asked_again_and_it_is_said_so(tmp_path: Path) -> None:
    found = company(tmp_path, {"workflow.yaml": HEAD + ACTIONS, "+workspace.yaml": "recording: none\n"})
    found.bring("客户", [ONE, {**ONE, "编号": "C3", "客户层级": "C"}])
    found.call("run")

    lines = told(found, "explain", "workflow", "--record", "C3", "--run", "1")

    assert "那次运行看了 2 条，启动 1 条，处理不了 0 条。" in lines
    assert any("没有留下" in line and "重算" in line for line in lines)
    assert "重算的结论：不符合" in lines
    assert any(line.startswith("✗ 客户层级是 A 或 B") for line in lines)
    assert verdict(found, "C3", 1)["recorded"] is None


def test_a_letter_is_told_at_the_step_and_the_record_that_it_is_from(tmp_path: Path) -> None:
    first, second = (
        f'{{notify: {{to: owner, text: "{word} {{{{ 编号 }}}}"}}}}' for word in ("早上好", "晚上好")
    )
    found = company(tmp_path, {"workflow.yaml": f"{HEAD}actions: [{first}, {second}]\n"})
    found.bring("客户", [ONE, {**ONE, "编号": "C2"}])
    found.call("run")

    lines = told(found, "explain", "workflow", "--record", "C2", "--run", "1")

    letters = [one.split("“")[1].split("”")[0] for one in lines if one.startswith("通知")]
    assert letters == ["早上好 C2", "晚上好 C2"]


def test_a_held_run_did_nothing_with_a_record(tmp_path: Path) -> None:
    steps, guards = (
        "actions: [{create_task: {subject: 看, to: owner}}]\n",
        "guards: {creates: {at_most: 1}}\n",
    )
    found = company(tmp_path, {"workflow.yaml": HEAD + steps, "+workspace.yaml": guards})
    found.bring("客户", [ONE, {**ONE, "编号": "C2"}])
    assert found.call("run")[0] == 1

    lines = told(found, "explain", "workflow", "--record", "C1", "--run", "1")

    assert verdict(found, "C1", 1)["verdict"] == "held"
    assert "要新建 2 条记录，超过上限 1" in lines


def test_a_held_run_knows_nothing_of_a_record_that_is_not_there(tmp_path: Path) -> None:
    files = {"workflow.yaml": HEAD + ACTIONS, "+workspace.yaml": "guards: {creates: {at_most: 0}}\n"}
    found = company(tmp_path, files)
    found.bring("客户", [{**ONE, "备用邮箱": "x@example.com"}])
    assert found.call("run")[0] == 1

    code, _, err = found.call("explain", "workflow", "--record", "X", "--run", "1")

    assert (code, err.splitlines()[0]) == (2, "错误 W915 “客户”里没有编号或名称是“X”的记录。")


def test_a_run_that_is_not_there_or_of_another_workflow_is_wrong_usage(past: Company) -> None:
    code, _, err = past.call("explain", "workflow", "--record", "C1", "--run", "9")
    assert (code, err.splitlines()[0]) == (2, "错误 W621 没有第 9 次运行。")

    past.write({"other.yaml": HEAD.replace("workflow", "other") + ACTIONS})
    code, _, err = past.call("explain", "other", "--record", "C1", "--run", "1")
    assert (code, err.splitlines()[0]) == (2, "错误 W622 第 1 次运行是“workflow”的，不是“other”的。")


def test_a_workflow_that_is_gone_is_known_to_the_ledger(past: Company) -> None:
    (past.root / "workflow.yaml").unlink()

    lines = told(past, "explain", "workflow", "--record", "C3", "--run", "1")

    assert verdict(past, "C1", 1)["verdict"] == "started"
    assert lines[0] == "workflow · C3"
    assert lines[5].startswith("✗ 客户层级是 A 或 B  实际：C")


def test_a_record_that_nobody_knows_is_wrong_usage(past: Company) -> None:
    code, _, err = past.call("explain", "workflow", "--record", "X", "--run", "1")

    assert (code, err.splitlines()[0]) == (2, "错误 W915 “客户”里没有编号或名称是“X”的记录。")


def test_a_record_goes_by_its_name_too(past: Company) -> None:
    """By what it alone is called, or its key in other letters; of namesakes the keys are told."""
    past.bring("客户", [{**ONE, "编号": key, "客户名称": "同名"} for key in ("N1", "N2")])
    past.bring("客户", [{"编号": "C1", "客户名称": "独一家"}])
    asked = ("explain", "workflow", "--run", "1", "--record")

    by_key = past.answer(*asked, "C1")

    assert past.answer(*asked, "c1") == by_key
    assert past.answer(*asked, "独一家")["record"] == "C1"
    assert past.answer("plan", "workflow", "--record", "独一家")["records"][0]["id"] == "C1"
    assert past.answer("explain", "workflow", "--record", "c1")["record"] == "C1"
    for command in (asked, ("explain", "workflow", "--record"), ("plan", "workflow", "--record")):
        said = past.call(*command, "同名", "--lang", "en")
        assert (said.code, said.out) == (2, "")
        assert 'error W631 客户 has more than one record called "同名": N1, N2.' in said.err
