"""Nights that need more than a plan and records: reasons, journals, control groups, what `explain` says.

Every value is worked out by hand from the definition of the language.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.company import Company, stories_in

pytestmark = pytest.mark.usefixtures("each_store")

HEAD = 'id: workflow\nname: 条件\nmodule: 客户\ntrigger: {every: day, at: "01:00"}\n'
STAFF = [{"编号": "S1", "姓名": "王一"}, {"编号": "S9", "姓名": "总管九"}]
TODAY, TOMORROW = "2026-03-31T01:00", "2026-04-01T01:00"


def company(root: Path, files: dict[str, str]) -> Company:
    found = Company(stories_in(root))
    found.write(files)
    found.bring("员工", STAFF)
    return found


def effects_by_record(plan: dict[str, Any]) -> dict[str, list[str]]:
    """What happens to each record that starts: the kinds of effects, or why not."""
    return {
        one["id"]: [effect.get("reason", effect["kind"]) for effect in one["effects"]]
        for one in plan["records"]
        if one["verdict"] == "match"
    }


# --- control group ----------------------------------------------------------------------------------

CONTROL = (
    HEAD
    + """
once_per: day
control_group: 10 %
guard: {at_most: 1000, share: 100 %}
actions:
  - update_field: {沉默唤醒次数: {add: 1}}
  - create_task: {subject: 回访, to: owner, due: today}
  - send_template: {template: 问候, to: customer, via: sms}
  - notify: {to: owner, text: "{{ 客户名称 }}"}
"""
)
COUNT = 300
MANY = [
    {"编号": f"C{n:03}", "客户名称": f"甲{n}", "负责人": "S1", "电话": f"138{n:08}"} for n in range(COUNT)
]
LEFT_ALONE = ["update", "W607", "W607", "W607"]
TREATED = ["update", "create", "message", "notice"]


def test_control_group_gets_its_fields_updated_and_nothing_else(tmp_path: Path) -> None:
    # given
    found = company(tmp_path, {"workflow.yaml": CONTROL})
    found.bring("客户", MANY)

    # when
    first = effects_by_record(found.answer("plan", "workflow", at=TODAY))
    ran = found.answer("run", at=TODAY)[0]
    second = effects_by_record(found.answer("plan", "workflow", at=TOMORROW))

    # then
    alone = {key for key, effects in first.items() if effects == LEFT_ALONE}
    assert {tuple(one) for one in first.values()} == {tuple(LEFT_ALONE), tuple(TREATED)}
    assert COUNT * 0.05 < len(alone) < COUNT * 0.15
    assert second == first
    treated = COUNT - len(alone)
    assert (ran["effects"]["update"], ran["effects"]["create"]) == (COUNT, treated)
    assert (ran["effects"]["message"], ran["effects"]["notice"]) == (treated, treated)
    told = [one for one in found.answer("journal", "--limit", "5000") if one["kind"] == "skipped"]
    assert {one["record"] for one in told} == alone
    marked = [one["record"] for one in found.answer("enrollments", "--limit", "5000") if one["control"]]
    assert set(marked) == alone


def test_control_group_counts_in_the_limit(tmp_path: Path) -> None:
    found = company(tmp_path, {"workflow.yaml": CONTROL + "limit: {per_owner_per_day: 100}\n"})
    found.bring("客户", MANY)

    plan = found.answer("plan", "workflow", at=TODAY)

    assert (plan["matched"], plan["deferred"]) == (100, 200)
    kinds = Counter(tuple(one) for one in effects_by_record(plan).values())
    assert set(kinds) == {tuple(LEFT_ALONE), tuple(TREATED)}


# --- reasons ----------------------------------------------------------------------------------------

STOPPED = (
    HEAD
    + """
conditions: {field: 客户层级, is: A}
goal: {if: {time_since: 最近下单日期, at_most: 30 days, if_missing: no_match}, within: 60 days}
stop_when: [{if: {field: 是否继续维护, is: 否, if_missing: no_match}, because: 不再维护}]
actions: [{update_field: {沉默唤醒次数: 1}}]
"""
)
EXCLUDE = "exclusions: [{if: {field: 行业, is: 同行}, from: everything}]\n"


@pytest.fixture
def stopped(tmp_path: Path) -> Company:
    """T1 is given up, T3 has ordered, T4 is excluded, T5 does not fit."""
    found = company(tmp_path, {"workflow.yaml": STOPPED, "+workspace.yaml": EXCLUDE})
    rows: list[dict[str, object]] = [
        {"编号": "T1", "客户名称": "甲", "客户层级": "A", "是否继续维护": "否"},
        {"编号": "T2", "客户名称": "乙", "客户层级": "A", "是否继续维护": "是"},
        {"编号": "T3", "客户名称": "丙", "客户层级": "A"},
        {"编号": "T4", "客户名称": "丁", "客户层级": "A", "行业": "同行", "是否继续维护": "否"},
        {"编号": "T5", "客户名称": "戊", "客户层级": "B", "是否继续维护": "否"},
    ]
    found.bring("客户", rows)
    found.bring("订单", [{"编号": "O1", "客户": "T3", "下单日期": "2026-03-01", "金额": "1"}])
    return found


def test_who_is_kept_from_starting_is_counted_and_named(stopped: Company) -> None:
    plan = stopped.answer("plan", "workflow")

    counts = {name: plan[name] for name in ("checked", "matched", "not_matched", "stopped", "excluded")}
    assert counts == {"checked": 5, "matched": 1, "not_matched": 1, "stopped": 2, "excluded": 1}
    because = {one["id"]: one.get("because") for one in plan["records"] if one["verdict"] != "match"}
    assert because["T1"] == "不再维护"
    assert because["T3"]
    assert because["T4"]


@pytest.mark.parametrize(
    "record, verdict, told",
    [
        ("T1", "stopped", "不再维护"),
        ("T3", "stopped", "距最近下单日期不超过 30 天"),
        ("T4", "excluded", "行业是“同行”"),
    ],
)
def test_explain_gives_the_reason(stopped: Company, record: str, verdict: str, told: str) -> None:
    found = stopped.answer("explain", "workflow", "--record", record)
    text = stopped.done("explain", "workflow", "--record", record)

    assert told in text
    assert found["verdict"] == verdict
    assert found["effects"] == []
    assert found["because"]  # as `plan` says it


def test_who_is_stopped_has_not_started(stopped: Company) -> None:
    stopped.answer("run")

    assert [one["record"] for one in stopped.answer("enrollments")] == ["T2"]
    assert stopped.answer("explain", "workflow", "--record", "T1")["already"] is None


def test_plan_tells_the_reasons_with_their_numbers(stopped: Company) -> None:
    lines = [line.strip() for line in stopped.done("plan", "workflow").splitlines()]

    assert any(line.startswith("不再维护") and line.endswith(" 1") for line in lines)
    assert any(line.startswith("行业是“同行”") and line.endswith(" 1") for line in lines)


def test_what_an_exclusion_keeps_back_is_in_the_journal(tmp_path: Path) -> None:
    # given
    only_tasks = "exclusions: [{if: {field: 沉默状态, is: 放弃维护}, from: tasks}]\n"
    actions = "actions: [{create_task: {subject: 看, to: owner}}, {update_field: {沉默唤醒次数: 1}}]\n"
    found = company(tmp_path, {"workflow.yaml": HEAD + actions, "+workspace.yaml": only_tasks})
    found.bring("客户", [{"编号": "C1", "客户名称": "甲", "负责人": "S1", "沉默状态": "放弃维护"}])

    # when
    found.answer("run")

    # then
    told = [(one["kind"], (one["details"] or {}).get("reason")) for one in found.answer("journal")]
    assert sorted(told, key=repr) == [("skipped", "W620"), ("update", None)]


# --- what explain says ------------------------------------------------------------------------------

RHYTHM = "      rhythm: {label: 自身间隔, type: length, computed: {usual_gap_of: 订单}}\n"
SCORE = """
健康度:
  module: 客户
  dimensions:
    - {name: 甲, weight: 50, indicators: [{field: 毛利率, worst: 0 %, best: 100 %}]}
    - {name: 乙, weight: 50, indicators: [{count_of: 订单, worst: 0, best: 10}]}
  bands: [{name: 绿, at_least: 70}, {name: 黄, at_least: 40}, {name: 红}]
"""
# C1 has orders of 1,000 on 10 December, 700 on 10 January, 600 on 10 February and 500 on 12 March:
# 31, 31 and 30 days apart.
# Its margin is 40 %, and 4 of 10 orders are 40 too. C2 has a potential of 200, C1 100, C3 50.
TOLD = {
    "{field: 负责人.上级.区域, is: 华北}": ["实际：华东"],
    "{time_until: 签约日期, at_most: 30 days}": ["实际：2026年5月1日", "31 天"],
    "{time_until: 复核日期, yearly: true, at_most: 3 days}": ["4 天"],
    "{band_of: 健康度, is: 绿}": ["实际：黄"],
    "{field: 健康度, at_least: 70}": ["实际：40", "还差 30"],
    "{count_of: 订单, during: last 90 days, except: this month, at_least: 3}": ["实际：2", "还差 1"],
    "{share_of: 订单, where: {field: 品类, is: 整机, if_missing: no_match}, at_least: 50 %}": ["实际：25 %"],
    "{average_of: 订单.金额, at_least: 5000}": ["实际：¥700.00", "还差 ¥4,300.00"],
    "{largest_of: 订单.金额, at_least: 5000}": ["实际：¥1,000.00"],
    "{smallest_of: 订单.金额, at_least: 5000}": ["实际：¥500.00"],
    "{latest_of: 订单.下单日期, before: 2026-01-01}": ["实际：2026年3月12日"],
    "{earliest_of: 订单.下单日期, on_or_after: start of year}": ["实际：2025年12月10日"],
    "{distinct_of: 订单.品类, at_least: 3}": ["实际：2"],
    "{sum_of: 订单.金额, per: month, in_a_row: 2, falls_by: 30 %}": ["¥1,000.00 → ¥700.00 → ¥600.00"],
    "{usual_gap_of: 订单, at_most: 5 days}": ["实际：31 天"],
    "{expected_next_of: 订单, on_or_before: today}": ["实际：2026年4月12日"],
    "{rank_of: 潜力, top: 20 %}": ["第 2 名", "3"],
    "{time_since: 最近下单日期, at_least: {field: 常规间隔, times: 2}}": ["19 天前", "180 天"],
    "{time_since: 最近下单日期, at_least: {field: 自身间隔, times: 2}}": ["19 天前", "62 天"],
    "{time_since: 最近下单日期, at_least: {table: 沉默门槛.无订单}}": ["19 天前", "90 天", "还差 71 天"],
    "{field: 潜力, at_least: {table: 目标.金额}}": ["实际：¥100.00", "¥30,000.00", "还差 ¥29,900.00"],
}


@pytest.fixture(scope="module")
def explained(each_store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The lines of one explanation with all conditions in it, behind that of the `any` they stand in."""
    with Company.lasting(stories_in(tmp_path_factory.mktemp("explained"))) as found:
        yield told_of(found)


def told_of(found: Company) -> list[str]:
    model = (found.root / "model.yaml").read_text(encoding="utf-8")
    signed = "      signed: {label: 签约日期"
    leaves = "".join(f"    - {condition}\n" for condition in TOLD)
    workflow = f"{HEAD}conditions:\n  any:\n{leaves}actions: [{{update_field: {{沉默唤醒次数: 1}}}}]\n"
    found.write({"model.yaml": model.replace(signed, RHYTHM + signed), "scores.yaml": SCORE})
    found.write({"workflow.yaml": workflow})
    found.bring("员工", [{"编号": "S8", "姓名": "主管八", "区域": "华东"}, {"编号": "S9", "姓名": "总管九"}])
    found.bring("员工", [{"编号": "S1", "姓名": "王一", "上级": "S8"}])
    first = {"编号": "C1", "客户名称": "甲", "客户层级": "B", "行业": "机械", "负责人": "S1"}
    dates = {"签约日期": "2026-05-01", "复核日期": "1990-04-04", "常规间隔": "90 天"}
    others = [{"编号": "C2", "客户名称": "乙", "潜力": "200"}, {"编号": "C3", "客户名称": "丙", "潜力": "50"}]
    found.bring("客户", [{**first, **dates, "毛利率": "40 %", "潜力": "100"}, *others])
    days = [("2025-12-10", 1000, "整机"), ("2026-01-10", 700, "配件"), ("2026-02-10", 600, "配件")]
    rows = [*days, ("2026-03-12", 500, "")]
    orders = [
        {"编号": f"O{n}", "客户": "C1", "下单日期": day, "金额": amount, "品类": kind}
        for n, (day, amount, kind) in enumerate(rows)
    ]
    found.bring("订单", orders)
    text = found.done("explain", "workflow", "--record", "C1")
    lines = (line for line in text.splitlines() if line.rstrip().rpartition(":")[0].endswith("workflow.yaml"))
    return list(lines)[1:]


@pytest.mark.parametrize("number", range(len(TOLD)), ids=list(TOLD))
def test_explain_says_what_is_there_and_what_is_missing(explained: list[str], number: int) -> None:
    line = explained[number]

    assert line.strip().startswith("✗")
    for part in list(TOLD.values())[number]:
        assert part in line


# --- names of colleagues ----------------------------------------------------------------------------

BY_NAME = (
    HEAD
    + """
conditions: {field: 负责人, is_not: 张伟, if_missing: match}
actions:
  - notify: {to: {person: 李不在}, text: 请看}
  - create_record: {module: 任务, fields: {主题: 拜访, 负责人: 王一}}
"""
)
NAMESAKES = [{"编号": "S5", "姓名": "张伟"}, {"编号": "S6", "姓名": "张伟"}]


def test_a_name_nobody_bears_or_several_is_told_at_its_place(tmp_path: Path) -> None:
    # given
    found = company(tmp_path, {"workflow.yaml": BY_NAME})
    found.bring("员工", NAMESAKES)
    found.bring("客户", [{"编号": "C1", "客户名称": "甲", "负责人": "S6"}, {"编号": "C2", "客户名称": "乙"}])

    # when
    plan = found.answer("plan", "workflow")
    said = found.done("plan", "workflow")
    told = found.call("check", "--data").out
    ran = found.answer("run")[0]

    # then
    names = [(one["code"], one["name"], one["line"]) for one in plan["warnings"] if one["kind"] == "name"]
    assert names == [("W631", "张伟", "6"), ("W630", "李不在", "8")]
    assert "提醒：员工里没有“李不在”" in said
    assert "workflow.yaml:8" in said
    assert "员工里不止一个“张伟”：编号 S5、S6。" in told
    assert [one["code"] for one in ran["warnings"]] == ["W631", "W630"]
    by_record = {one["id"]: one for one in plan["records"]}
    assert set(by_record) == {"C2"}, "both of that name are meant"
    notice, task = by_record["C2"]["effects"]
    assert notice["to"] == "S9", "the fallback person"
    assert task["values"]["assignee"] == "S1"


def test_a_name_that_is_nobody_or_several_writes_nothing(tmp_path: Path) -> None:
    # given
    text = HEAD + "actions:\n  - update_field: {协办人: 李不在}\n  - update_field: {负责人: 张伟}\n"
    found = company(tmp_path, {"workflow.yaml": text})
    found.bring("员工", NAMESAKES)
    found.bring("客户", [{"编号": "C1", "客户名称": "甲", "负责人": "S1", "协办人": "S9"}])

    # when
    plan = found.answer("plan", "workflow")

    # then
    assert (plan["records"], plan["effects"]) == ([], {"update": 0}), "nothing is left to do"
    assert [one["code"] for one in plan["warnings"] if one["kind"] == "name"] == ["W630", "W631"]


def test_what_check_calls_an_error_is_neither_planned_nor_run(tmp_path: Path) -> None:
    text = HEAD + 'actions: [{notify: {to: owner, text: "｛｛ 客户名称 ｝｝你好"}}]\n'
    found = company(tmp_path, {"workflow.yaml": text})
    found.bring("客户", [{"编号": "C1", "客户名称": "甲", "负责人": "S1"}])

    for command in ("check", "plan workflow", "run workflow"):
        code, out, err = found.call(*command.split())
        assert (code, "W113" in out + err) == (1, True), command
    assert found.answer("outbox") == []
