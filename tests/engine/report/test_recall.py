"""Why (not) this record, asked long after the night: what its run has recorded, and how runs are named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.company import Company
from tests.engine.report.shop import HEAD, ONE, company, told

STEPS = "actions: [{update_field: {行业: 机械}}]\n"
SILENT = """\
conditions:
  all:
    - {field: 客户层级, is: [A, B]}
    - any:
        - {time_since: 复核日期, at_least: 90 days}
        - {field: 行业, is: 机械}
"""


def asked(found: Company, record: str, run: str) -> Any:
    return found.answer("explain", "workflow", "--record", record, "--run", run)


def answers(found: Company, record: str, run: str = "1") -> list[str]:
    return [one["verdict"] for one in asked(found, record, run)["recorded"]["conditions"]]


def shop(tmp_path: Path, conditions: str = SILENT, more: str = "", **settings: str) -> Company:
    head = HEAD.partition("conditions:")[0] + conditions
    files = {"workflow.yaml": head + more + STEPS}
    if settings:
        files["+workspace.yaml"] = "".join(f"{name}: {value}\n" for name, value in settings.items())
    return company(tmp_path, files)


def test_the_distance_to_a_match_is_that_of_the_night(tmp_path: Path) -> None:
    found = shop(tmp_path)
    found.bring("客户", [{**ONE, "复核日期": "2026-01-07", "行业": "食品"}])
    found.call("run", at="2026-03-31T01:00")
    found.bring("客户", [{"编号": "C1", "复核日期": "2026-04-20"}])

    night = asked(found, "C1", "1")["recorded"]
    lines = told(found, "explain", "workflow", "--record", "C1", "--run", "1", at="2026-05-01T09:00")

    assert (night["verdict"], night["conditions"][1]["days_ago"]) == ("no_match", 83)
    assert (night["conditions"][1]["short"], night["conditions"][1]["actual"]) == (7, "2026-01-07")
    assert any("2026年1月7日（83 天前）；还差 7 天" in line for line in lines)


def test_what_would_have_to_change_is_each_of_the_ways_there_are(tmp_path: Path) -> None:
    found = shop(tmp_path)
    found.bring("客户", [{**ONE, "复核日期": "2026-03-01", "行业": "食品"}])
    found.call("run")

    assert asked(found, "C1", "1")["recorded"]["needs"] == [
        ["conditions/all/1/any/0"],
        ["conditions/all/1/any/1"],
    ]
    assert told(found, "explain", "workflow", "--record", "C1")[-1] == (
        "要符合，须：距复核日期已满 90 天；或者行业是“机械”"
    )


def test_a_condition_that_lacks_its_value_was_not_answered(tmp_path: Path) -> None:
    found = shop(tmp_path)
    found.bring("客户", [ONE])
    found.call("run")

    assert answers(found, "C1") == ["yes", "unknown", "unknown"]
    assert asked(found, "C1", "1")["recorded"]["verdict"] == "undecided"


def test_without_room_for_values_the_answers_are_kept_and_the_values_of_today_shown(tmp_path: Path) -> None:
    found = shop(tmp_path, recording="{details_of: 0}")
    found.bring("客户", [{**ONE, "客户层级": "C"}])
    found.call("run")
    found.bring("客户", [{"编号": "C1", "客户层级": "B"}])

    night = asked(found, "C1", "1")["recorded"]
    lines = told(found, "explain", "workflow", "--record", "C1", "--run", "1")

    assert (night["has_values"], night["conditions"][0]["verdict"]) == (False, "no")
    assert "当时每个条件的回答；看到的数值没有留下，标“现在”的是今天的" in lines
    assert any(line.startswith("✗ 客户层级是 A 或 B") and "现在：B" in line for line in lines)
    assert not any("实际" in line or "还差" in line for line in lines)


def test_values_are_kept_of_matches_first_and_then_of_near_misses(tmp_path: Path) -> None:
    found = shop(tmp_path, recording="{details_of: 2}")
    rows = [
        {"编号": "C1", "客户层级": "C", "行业": "机械"},  # misses one
        {"编号": "C2", "客户层级": "C", "行业": "机械"},  # misses one, too
        {"编号": "C3", "客户层级": "A", "行业": "机械"},  # matches
        {"编号": "C4", "客户层级": "C", "复核日期": "2026-03-01", "行业": "食品"},  # misses two
    ]
    found.bring("客户", [{**ONE, **row} for row in rows])
    found.call("run")

    kept = [asked(found, f"C{n}", "1")["recorded"]["has_values"] for n in (1, 2, 3, 4)]
    assert kept == [True, False, True, False]


def test_a_record_that_is_gone_is_explained_from_what_was_recorded(tmp_path: Path) -> None:
    found = shop(tmp_path)
    found.bring("客户", [{**ONE, "客户层级": "C", "行业": "机械"}])
    found.call("run")
    with found.place.look() as database:
        database.execute("DELETE FROM customers")

    lines = told(found, "explain", "workflow", "--record", "C1", "--run", "1")

    assert lines[0] == "条件 · C1"
    assert lines[2] == "结论：没有启动（不符合）"
    assert any(line.startswith("✗ 客户层级是 A 或 B") and "实际：C" in line for line in lines)


def test_a_record_that_is_gone_is_meant_by_its_key_in_any_capitals(past: Company) -> None:
    with past.place.look() as database:
        database.execute("DELETE FROM customers WHERE id = 'C3'")

    answer = past.answer("explain", "workflow", "--record", " c3", "--run", "1")

    assert (answer["record"], answer["recorded"]["verdict"]) == ("C3", "no_match")
    assert past.call("explain", "workflow", "--record", "c33", "--run", "1").code == 2


@pytest.mark.parametrize("run", [(), ("--run", "last")])
def test_of_a_record_that_is_gone_the_last_run_that_knew_it_is_named(
    past: Company, run: tuple[str, ...]
) -> None:
    with past.place.look() as database:
        database.execute("DELETE FROM customers WHERE id = 'C3'")
    past.call("run", "workflow", at="2026-04-01T09:00")

    said = past.call("explain", "workflow", "--record", "c3", *run)

    assert said.code == 2
    assert "“客户”里已经没有“C3”了。" in said.err
    assert "写 --run 2 再问一次" in said.err


def test_a_file_that_changed_is_explained_by_the_version_that_ran(tmp_path: Path) -> None:
    found = shop(tmp_path)
    found.bring("客户", [{**ONE, "客户层级": "C", "行业": "机械"}])
    found.call("run")
    path = found.root / "workflow.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("[A, B]", "[C]"), encoding="utf-8")

    lines = told(found, "explain", "workflow", "--record", "C1", "--run", "1")

    assert any(line.startswith("✗ 客户层级是 A 或 B") for line in lines)


BARRED = """\
stop_when:
  - {because: 不再维护, if: {field: 沉默状态, is: 放弃维护}}
limit: {per_owner_per_day: 1}
"""


def test_what_stood_before_the_conditions_is_told(tmp_path: Path) -> None:
    found = shop(tmp_path, "conditions: {field: 客户层级, is: A}\n", BARRED)
    rows = [
        {"编号": "C1"},
        {"编号": "C2"},
        {"编号": "C3", "沉默状态": "放弃维护"},
        {"编号": "C4", "行业": "机械"},
    ]
    found.bring("客户", [{**ONE, **row} for row in rows])
    found.call("run")

    verdicts = {f"C{n}": asked(found, f"C{n}", "1")["recorded"]["verdict"] for n in (1, 2, 3, 4)}
    lines = {n: told(found, "explain", "workflow", "--record", f"C{n}", "--run", "1") for n in (2, 3, 4)}

    assert verdicts == {"C1": "match", "C2": "deferred", "C3": "stopped", "C4": "already"}
    assert "符合条件，但当晚的名额已满（流程的上限，或一个人一天的任务数），改天再做。" in lines[2]
    assert "不启动，因为：不再维护" in lines[3]
    assert "条件符合，但字段已经是要改成的值，无需再做。" in lines[4]


# --- which run ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("run", ["2026-03-31", "1", " 2026-03-31 ", "第 1 次", "第1次运行", "3月31日"])
def test_a_run_is_named_by_its_number_or_its_day(past: Company, run: str) -> None:
    assert asked(past, "C3", run)["run"] == 1


def test_the_newest_run_is_the_last(past: Company) -> None:
    assert asked(past, "C3", "LAST")["run"] == asked(past, "C3", "上次")["run"] == 2


@pytest.mark.parametrize("run", ["昨天", "上周二", "last Tuesday", "8 天前"])
def test_a_night_is_named_as_people_name_days(past: Company, run: str) -> None:
    """Seen from the Wednesday after for `昨天`, from the one a week later for the others."""
    at = "2026-04-01T09:00" if run == "昨天" else "2026-04-07T09:00" if "last" in run else "2026-04-08T09:00"

    answer = past.answer("explain", "workflow", "--record", "C3", "--run", run, at=at)

    assert (answer["run"], answer["on_day"]) == (1, "2026-03-31")


def test_a_night_by_the_clock_goes_before_a_run_by_hand_of_that_day(past: Company) -> None:
    past.call("run", "workflow", at="2026-03-31T15:00")

    assert asked(past, "C3", "2026-03-31")["run"] == 1


@pytest.mark.parametrize(
    "run, code, sentence, hint",
    [
        ("2026-03-30", "W678", "“workflow”在 2026-03-30 没有运行过。", "最近的日子：2026-03-31"),
        ("2026-05-01", "W678", "2026-05-01 还没有到。", "最近一次运行：2026-04-01"),
        ("9", "W621", "没有第 9 次运行。", "“workflow”最近的一次是第 2 次（2026-04-01）。"),
        (
            "哪天",
            "W679",
            "“哪天”不是一次运行。",
            "写运行的编号，或哪一天（2026-03-31、昨天、上周二），或“上次”。",
        ),
        ("9" * 30, "W621", f"没有第 {'9' * 30} 次运行。", "“workflow”最近的一次是第 2 次（2026-04-01）。"),
    ],
)
def test_a_night_that_never_was_is_told_with_the_nearest(
    past: Company, run: str, code: str, sentence: str, hint: str
) -> None:
    said = past.call("explain", "workflow", "--record", "C1", "--run", run)

    assert said.code == 2
    assert said.err.splitlines()[0] == f"错误 {code} {sentence}"
    assert hint in said.err


def test_before_the_first_run_there_is_none(tmp_path: Path) -> None:
    found = shop(tmp_path)
    found.bring("客户", [ONE])

    said = found.call("explain", "workflow", "--record", "C1", "--run", "last")

    assert (said.code, said.err.splitlines()[0]) == (2, "错误 W678 “workflow”还没有运行过。")


def test_a_run_of_events_looks_at_their_records_alone(tmp_path: Path) -> None:
    head = HEAD.replace('{every: day, at: "01:00"}', "{when: created}")
    found = company(tmp_path, {"workflow.yaml": head + STEPS})
    found.bring("客户", [{**ONE, "编号": "C1"}], at="2026-03-31T09:00")
    found.call("start", "--once", at="2026-03-31T09:30")
    found.bring(
        "客户", [{**ONE, "编号": "C2"}, {**ONE, "编号": "C3", "客户层级": "C"}], at="2026-03-31T10:00"
    )
    found.call("start", "--once", at="2026-03-31T10:05")

    lines = told(found, "explain", "workflow", "--record", "C1", "--run", "last")

    assert lines[-1] == "那次运行没有轮到这条记录：它只处理有事发生的、正在等待的，或要撤销的记录。"
    assert asked(found, "C2", "last")["recorded"]["verdict"] == "match"
    assert asked(found, "C3", "last")["recorded"]["verdict"] == "no_match"


def test_a_run_that_carried_a_record_on_did_not_start_it(tmp_path: Path) -> None:
    steps = "actions: [{wait: 2 days}, {update_field: {行业: 机械}}]\n"
    found = company(tmp_path, {"workflow.yaml": HEAD + steps})
    found.bring("客户", [ONE, {**ONE, "编号": "C2", "客户层级": "C"}])
    found.call("run", at="2026-03-31T01:00")
    found.call("start", "--once", at="2026-04-02T01:05")
    (number,) = (str(one["run"]) for one in found.rows("runs") if one["woken"])

    lines = told(found, "explain", "workflow", "--record", "C1", "--run", number)

    assert asked(found, "C1", number)["verdict"] == "went_on"
    assert lines[2] == "结论：接着走了"
    assert "做了什么" in lines
    assert told(found, "explain", "workflow", "--record", "C2", "--run", number)[-1].startswith(
        "那次运行没有轮到这条记录"
    )


def test_an_empty_name_of_a_run_is_none(past: Company) -> None:
    said = past.call("explain", "workflow", "--record", "C1", "--run", "")

    assert (said.code, "选项 --run 后面要写一个值" in said.err) == (2, True)
