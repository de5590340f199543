"""Runs tell whom an exclusion or a stop rule kept from starting, with the reasons and the numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.company import Company, stories_in

WORKFLOW = """\
id: workflow
name: 条件
module: 客户
trigger: {every: day, at: "01:00"}
once_per: customer
stop_when: [{if: {field: 是否继续维护, is: 否, if_missing: no_match}, because: 不再维护}]
actions: [{add_tag: 高潜}]
"""
WHOLE = "exclusions: [{if: {field: 行业, is: 同行, if_missing: no_match}, from: everything}]\n"


def test_runs_tell_whom_an_exclusion_or_a_stop_rule_kept_out(tmp_path: Path) -> None:
    # given: one record starts, one is excluded, one is stopped
    found = Company(stories_in(tmp_path / "company"))
    found.write({"workflow.yaml": WORKFLOW, "+workspace.yaml": WHOLE})
    rows = [{"编号": "C1"}, {"编号": "C2", "行业": "同行"}, {"编号": "C3", "是否继续维护": "否"}]
    found.bring("客户", [{"客户名称": "甲", **one} for one in rows])

    # when
    lines = [line.strip() for line in found.call("run").out.splitlines()]
    (again,) = found.answer("run", at="2026-04-01T01:00")
    runs = found.answer("runs")

    # then
    assert "没有启动：行业是“同行” 1、不再维护 1" in lines
    assert (again["excluded"], again["stopped"]) == (1, 1)
    wanted = [
        {"kind": "excluded", "because": "exclusions/0/if", "count": 1},
        {"kind": "stopped", "because": "不再维护", "count": 1},
    ]
    assert again["barred"] == wanted
    assert [one["barred"] for one in runs] == [wanted, wanted]
    assert found.call("runs").out.splitlines()[1].endswith("排除 1、停止规则或目标 1")


def test_runs_count_whom_the_limit_put_off(tmp_path: Path) -> None:
    # given: three meet the conditions, their owner gets one a day, and one more is excluded
    limit = "limit: {per_owner_per_day: 1, first: {highest: 潜力}}\n"
    found = Company(stories_in(tmp_path / "company"))
    found.write({"workflow.yaml": f"{WORKFLOW}{limit}", "+workspace.yaml": WHOLE})
    rows = [{"编号": f"C{number}", "行业": "机械", "负责人": "S1"} for number in (1, 2, 3)]
    found.bring("员工", [{"编号": "S1", "姓名": "王一"}])
    found.bring("客户", [{"客户名称": "甲", **one} for one in (*rows, {"编号": "C4", "行业": "同行"})])

    # when
    found.call("run")
    zh, en = (found.call("runs", "--lang", one).out.splitlines()[1] for one in ("zh", "en"))

    # then
    assert zh.endswith("排除 1、改天再做 2")
    assert en.endswith("1 excluded, 2 put off")


SEQUENCE = """\
id: sequence
name: 序列
module: 客户
trigger: {every: day, at: "01:00"}
once_per: customer
actions: [{wait: 3 days}, {add_tag: 高潜}]
"""


@pytest.mark.usefixtures("each_store")
def test_runs_tell_who_started_them_and_enrollments_how_long_they_wait(tmp_path: Path) -> None:
    # given: one waits; then nobody is there for a week
    found = Company(stories_in(tmp_path / "company"))
    found.write({"workflow.yaml": SEQUENCE})
    found.bring("客户", [{"编号": "C1", "客户名称": "甲"}])
    found.call("start", "--once", at="2026-03-31T01:00")
    waiting = found.call("enrollments").out.splitlines()[1]
    found.call("start", "--once", at="2026-04-07T09:00")

    # when
    zh, en = (found.call("runs", "--lang", one).out.splitlines()[1:] for one in ("zh", "en"))

    # then
    assert waiting.split()[2:] == ["C1", "2026-03-31", "等待中", "2026-04-03", "01:00"]
    causes = [line.split()[2:4] for line in zh]
    missed = [["到时间", "错过"]] * 6
    assert causes == [
        ["到时间", "完成"], *missed, ["等待到期", "完成"], ["每日查看", "完成"], ["到时间", "完成"],
    ]  # fmt: skip
    assert {line.split()[2] for line in en} == {"clock", "daily", "time"}
    (woken,) = [line.split() for line in zh if "每日查看" in line]
    assert woken[3:] == ["完成", "2026-04-07", "01:00", "0", "1", "0"]
    assert zh[1].endswith("只补 12 小时以内的，这一次错过得太久，没有补。")

    # and what became of every time of the workflow
    slots = {"workflow": "sequence", "first": "2026-04-01T01:00", "last": "2026-04-06T01:00"}
    assert {**slots, "state": "missed", "slots": 6} in found.answer("runs", "--slots")
    since = found.answer("runs", "--slots", "--since", "2026-04-05", "--until", "2026-04-06")
    assert [(one["state"], one["slots"]) for one in since] == [("missed", 2)]
    assert [row["run"] for row in found.answer("runs", "--until", "2026-03-31")] == [1]


@pytest.mark.parametrize(
    "language, ended, why",
    [
        ("zh", "workspace.yaml 的 exclusions 排除了这条记录", "被 exclusions 排除，到此结束：行业是“同行”"),
        ("en", "The exclusions of workspace.yaml keep", "excluded by exclusions; it ends here: "),
    ],
)
def test_whoever_waits_and_is_excluded_ends_with_a_sentence(
    tmp_path: Path, language: str, ended: str, why: str
) -> None:
    # given: a customer waits in a workflow
    found = Company(stories_in(tmp_path / "company"))
    waiting = WORKFLOW.replace("actions: [", "actions: [{wait: 3 days}, ")
    found.write({"workflow.yaml": waiting, "+workspace.yaml": WHOLE})
    found.bring("客户", [{"编号": "C1", "客户名称": "甲"}])
    found.call("run")

    # when: it becomes one that the workspace excludes
    found.bring("客户", [{"编号": "C1", "客户名称": "甲", "行业": "同行"}])
    planned = found.call("plan", "workflow", "--lang", language, at="2026-04-01T01:00").out
    found.call("run", at="2026-04-01T01:00")
    enrollments, journal = (found.call(one, "--lang", language).out for one in ("enrollments", "journal"))

    # then
    assert why in planned
    assert ended[:20] in enrollments
    assert why[:20] in journal
    assert "exclusions/0" not in enrollments + planned
    assert [one["state"] for one in found.answer("enrollments")] == ["stopped"]
