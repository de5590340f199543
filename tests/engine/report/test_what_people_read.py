"""What plans, examples and past runs say to people: values in their words, reasons with their places."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.company import Company
from tests.engine.report.shop import ACTIONS, EXCLUSIONS, HEAD, ONE, company, line_of, told

# --- plan and explain ---------------------------------------------------------------------------------


def test_values_of_a_plan_are_in_the_zone_and_the_units_of_the_reader(tmp_path: Path) -> None:
    found = company(tmp_path, {"workflow.yaml": HEAD + ACTIONS})
    found.bring("客户", [{**ONE, "处理时间": "2026-03-30 08:00", "毛利率": "40", "常规间隔": "20 days"}])

    zh = told(found, "plan", "workflow")
    en = told(found, "plan", "workflow", "--lang", "en")

    before = "处理时间：2026-03-30 08:00 → 2026-03-31 01:00；毛利率：40 % → 30 %；常规间隔：20 天 → 30 天"
    assert any(line.startswith(before) for line in zh)
    assert any("常规间隔: 20 days → 30 days" in line for line in en)


def test_what_already_is_so_is_said_by_explain_and_is_no_effect(tmp_path: Path) -> None:
    found = company(tmp_path, {"workflow.yaml": HEAD + ACTIONS})
    found.bring("客户", [{**ONE, "行业": "机械", "毛利率": "40"}])

    answer = found.answer("explain", "workflow", "--record", "C1")

    assert "已经如此，不用再改：行业 机械" in told(found, "explain", "workflow", "--record", "C1")
    assert answer["unchanged"] == [{"path": "actions/0", "field": "industry", "value": "机械"}]
    assert "industry" not in answer["effects"][0]["changes"]


def test_a_record_to_which_nothing_happens_says_what_already_is_so(tmp_path: Path) -> None:
    # A step beside the update, so that the record starts although nothing would change.
    stop = "{if: {field: 客户层级, is: B}, then: [{stop: 好}]}"
    steps = f"actions: [{{update_field: {{协办人: {{clear: true}}}}}}, {stop}]\n"
    found = company(tmp_path, {"workflow.yaml": HEAD + steps})
    found.bring("客户", [ONE])

    assert "已经如此，不用再改：协办人 （空）" in told(found, "plan", "workflow")


def test_the_exclusion_that_held_is_named_with_its_place(tmp_path: Path) -> None:
    # given: one exclusion each, and both questions have an answer
    found = company(tmp_path, {"workflow.yaml": HEAD + ACTIONS, "+workspace.yaml": EXCLUSIONS})
    low = {**ONE, "编号": "C2", "客户名称": "乙", "毛利率": "3"}
    found.bring("客户", [{**ONE, "沉默状态": "放弃维护", "毛利率": "40"}, low])
    first, second = (line_of(found.root / "workspace.yaml", text) for text in ("放弃维护", "less_than"))

    # when
    plan = told(found, "plan", "workflow")
    effects = [one["effects"] for one in found.answer("plan", "workflow")["records"]]
    found.answer("run")
    journal = told(found, "journal", "--record", "C2", "--lang", "en")

    # then: the step before writes a margin of 30 %, but exclusions look at the record as it was
    given_up = f"exclusions 不让这条记录收到这一类：沉默状态是“放弃维护”（workspace.yaml:{first}）"
    too_low = f"exclusions 不让这条记录收到这一类：毛利率小于 5 %（workspace.yaml:{second}）"
    assert {f"没有做：{given_up}", f"没有做：{too_low}", f"1  {given_up}", f"1  {too_low}"} <= set(plan)
    kept_back = [[one["because"] for one in some if one["kind"] == "skipped"] for some in effects]
    assert kept_back == [["exclusions/0/if"], ["exclusions/1/if"]]
    assert any("exclusions keep this from the record: " in line for line in journal)


def test_a_branch_that_cannot_be_told_names_its_condition(tmp_path: Path) -> None:
    only_tasks = "exclusions: [{if: {field: 行业, is: 同行}, from: tasks}]\n"
    found = company(tmp_path, {"workflow.yaml": HEAD + ACTIONS, "+workspace.yaml": only_tasks})
    found.bring("客户", [ONE])
    line = line_of(found.root / "workspace.yaml", "同行")

    plan = told(found, "plan", "workflow")

    assert f"没有做：无法判断，按不符合处理：行业是“同行”（workspace.yaml:{line}）" in plan


def test_a_night_is_not_told_to_rehearse_the_night(tmp_path: Path) -> None:
    early = HEAD.replace("workflow", "early") + "priority: 1\nactions: [{update_field: {客户层级: B}}]\n"
    found = company(tmp_path, {"workflow.yaml": HEAD + ACTIONS, "early.yaml": early})
    found.bring("客户", [ONE])

    assert "plan --night" in found.call("plan", "workflow").out
    night = found.call("plan", "--night").out

    assert "plan --night" not in night
    assert night.splitlines()[0] == "试运行整晚：2 个流程，按先后顺序"
    assert night.splitlines()[-1] == "正式运行今晚的全部流程：wakeline run"


def test_a_night_with_nothing_due_says_so(tmp_path: Path) -> None:
    by_hand = HEAD.replace('{every: day, at: "01:00"}', "{when: by_hand}")
    found = company(tmp_path, {"workflow.yaml": by_hand + ACTIONS})

    assert told(found, "plan", "--night") == ["没有到时间的流程。"]
    assert found.answer("plan", "--night") == []


# --- days and lists --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "signed, zh, en",
    [
        ("2026-03-31", "2026年3月31日（今天）；还差 2 天", "31 March 2026 (today); 2 days short"),
        ("2026-03-30", "2026年3月30日（1 天前）；还差 1 天", "30 March 2026 (1 day ago); 1 day short"),
    ],
)
def test_days_are_told_as_people_count_them(tmp_path: Path, signed: str, zh: str, en: str) -> None:
    since = HEAD.replace("{field: 客户层级, is: [A, B]}", "{time_since: 签约日期, at_least: 2 days}")
    found = company(tmp_path, {"workflow.yaml": since + ACTIONS})
    found.bring("客户", [{**ONE, "签约日期": signed}])

    assert zh in found.call("explain", "workflow", "--record", "C1").out
    assert en in found.call("explain", "workflow", "--record", "C1", "--lang", "en").out


WINDOWS = """\
门槛:
  by: [客户层级]
  columns: {看多久: length, 至少: number}
  rows: [{客户层级: A, 看多久: 60 days, 至少: 2}]
"""


@pytest.mark.parametrize(
    "asked, zh, en, required",
    [
        (
            "at_least: 1",
            "实际：0；要求 60 天内至少 1；还差 1",
            "asked for: at least 1 within 60 days",
            1,
        ),
        (
            "is: 3",
            "实际：0；要求 60 天内正好 3；还差 3",
            "asked for: exactly 3 within 60 days",
            3,
        ),
        ("at_least: {table: 门槛.至少}", "实际：0；要求 2；还差 2", "actual: 0; asked for: 2; 2 short", "2"),
    ],
)
def test_a_count_is_held_against_a_count_and_not_against_the_days(
    tmp_path: Path, asked: str, zh: str, en: str, required: object
) -> None:
    """The days that a table lets it look back stand beside what is asked for."""
    count = f"{{count_of: 跟进记录, during: {{table: 门槛.看多久}}, {asked}}}"
    head = HEAD.replace("{field: 客户层级, is: [A, B]}", count)
    found = company(tmp_path, {"workflow.yaml": head + ACTIONS, "tables.yaml": WINDOWS})
    found.bring("客户", [ONE])
    explain = ("explain", "workflow", "--record", "C1")

    (answer,) = found.answer(*explain)["conditions"]

    assert zh in found.done(*explain)
    assert en in found.done(*explain, "--lang", "en")
    assert (answer["actual"], str(answer["required"])) == (0, str(required))
    assert answer["within"] == (None if "table" in asked else "60 days")


def test_a_segment_names_the_owner(tmp_path: Path) -> None:
    segment = "甲类:\n  module: 客户\n  conditions: {field: 客户层级, is: A}\n"
    columns = "  list: {columns: [客户名称, 负责人]}\n"
    found = company(tmp_path, {"segments.yaml": segment + columns})
    found.bring("客户", [ONE])

    assert told(found, "segment", "甲类")[-1].split() == ["C1", "甲", "王一"]
    assert found.answer("segment", "甲类")["records"][0]["owner"] == "S1"


def test_lists_name_people_and_created_records(past: Company) -> None:
    journal = told(past, "journal", "--record", "C1")

    assert any("看 x@example.com（" in line for line in journal)


def test_outbox_tells_subject_or_text_in_one_column(tmp_path: Path) -> None:
    found = company(tmp_path, {"workflow.yaml": HEAD + "actions: [{notify: {to: owner, text: 请看}}]\n"})
    found.bring("客户", [ONE])
    found.answer("run")

    assert told(found, "outbox")[1].split() == ["1", "workflow", "inbox", "王一", "请看", "已发"]
    assert told(found, "outbox", "--inbox")[1].split() == ["1", "王一", "2026-03-31", "01:00", "请看"]
