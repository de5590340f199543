"""Examples over several nights: what goes on, what people do between, what ends it, and what is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.examples import Outcome, try_examples
from engine.model.diagnostics import Problems
from tests.company import Company, stories_in
from tests.engine.small import BASE, changed, workspace_with

pytestmark = pytest.mark.usefixtures("each_store")

DONE = changed(BASE, "model.yaml", "text: 说明}", "text: 说明, done: {状态: 已完成}}")
DUE = "      due: {label: 截止日期, type: date}"
STATUS = "      status: {label: 状态, type: choice, options: [待办, 已完成]}"
DONE = changed(DONE, "model.yaml", DUE, f"{DUE}\n{STATUS}")
HEAD = """id: wake
name: 唤醒
module: 客户
status: paused
trigger: {every: day, at: "01:00"}
conditions: {time_since: 签约日期, at_least: 90 days}
"""
ONCE = "once_per: {field: 签约日期}\n"
GIVEN = "客户层级: A, 签约日期: 90 days ago"
CALL = "{name: 电话, create_task: {subject: 打电话, to: owner, due: in 3 days}}"
ANSWERS = "answers: [{answer: 留, then: [{add_tag: 高潜}]}, {answer: 放, then: [{add_tag: 低价值}]}]"
ASK = (
    f"{{ask: {{to: supervisor, question: 留吗？, within: 5 days}}, {ANSWERS},"
    " otherwise: [{notify: {to: owner, text: 没人答}}]}"
)


def outcome(
    actions: str, later: str, *, expect: str = "started", given: str = GIVEN, more: str = ONCE
) -> Outcome:
    """One example of a workflow, tried; steps and days are written as lists on a line."""
    days = f"given: {{{given}}}, expect: {expect}, later: [{later}]"
    tests = f"tests:\n  - {{name: 一, today: 2026-03-31, {days}}}\n"
    files = {**DONE, "wake.yaml": f"{HEAD}{more}actions: [{actions}]\n{tests}"}
    workspace, problems = workspace_with("", files), Problems()
    assert workspace.workflows, workspace.diagnostics
    (found,) = try_examples(workspace, workspace.workflows[0], problems)
    assert problems.found == []
    return found


def kinds(found: Outcome) -> list[tuple[int, str]]:
    """The day and the kind of each difference."""
    return [(one.day, str(each.kind)) for one in (found, *found.later) for each in one.differences]


def holds(actions: str, later: str, **more: str) -> bool:
    return outcome(actions, later, **more).passed


# --- what goes on -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "later, is_so",
    [
        # a wait of 7 days is over on day 7, whichever nights are looked at
        ("{after: 7 days, expect: [add_tag]}", True),
        ("{after: 6 days, expect: nothing}, {after: 7 days, expect: [add_tag: 高潜]}", True),
        ("{after: 6 days, expect: [add_tag]}", False),
        ("{after: 7 days, expect: nothing}", False),
        ("{after: 7 days, expect: [add_tag: 低价值]}", False),
        # an effect is told once, on the first day after it
        ("{after: 30 days, expect: [add_tag]}, {after: 31 days, expect: nothing}", True),
        ("{after: 1 week, expect: [add_tag]}", True),
        ("{after: 5 working days, expect: [add_tag]}", True),  # Tuesday to Tuesday
        ("{after: 4 working days, expect: nothing}", True),
    ],
)
def test_what_waits_goes_on_when_its_time_is_over(later: str, is_so: bool) -> None:
    assert holds("wait: 7 days, add_tag: 高潜", later) is is_so


@pytest.mark.parametrize(
    "expect, is_so", [("nothing", False), ("started", True), ("[wait: 7 days]", True), ("[wait]", True)]
)
def test_a_first_night_that_only_waits_has_started(expect: str, is_so: bool) -> None:
    assert holds("wait: 7 days", "{after: 1 day, expect: nothing}", expect=expect) is is_so


@pytest.mark.parametrize(
    "expect, is_so",
    [
        ("[add_tag]", True),  # waits need not be listed, ...
        ("[add_tag, wait]", True),
        ("[add_tag, {wait: {until: 2026-04-10}}]", True),  # ... but where one is, they are compared
        ("[add_tag, {wait: 7 days}]", True),
        ("[add_tag, {wait: 8 days}]", False),
        ("[add_tag, wait, wait]", False),
    ],
)
def test_waits_are_listed_all_or_not_at_all(expect: str, is_so: bool) -> None:
    later = f"{{after: 3 days, expect: {expect}}}"

    assert holds("wait: 3 days, add_tag: 高潜, wait: 7 days, add_tag: 低价值", later) is is_so


def test_what_is_waited_for_is_looked_at_every_night_between() -> None:
    """A date that gets old by itself: 100 days are over on day 10, and on no night before."""
    step = "{wait_until: {time_since: 签约日期, at_least: 100 days, if_missing: no_match}, within: 60 days}"

    found = outcome(f"{step}, {CALL}", "{after: 30 days, expect: [{create_task: {due: 2026-04-13}}]}")

    assert kinds(found) == []


# --- what people do -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "later, is_so",
    [
        ("{after: 2 days, answer: 放, expect: [add_tag: 低价值]}", True),
        ("{after: 2 days, answer: 留, expect: [add_tag: 高潜]}", True),
        ("{after: 2 days, answer: 留, expect: [add_tag: 低价值]}", False),
        ("{after: 4 days, expect: nothing}, {after: 5 days, expect: [notify: {to: owner}]}", True),
        ("{after: 4 days, answer: 放, expect: [add_tag]}", True),
    ],
)
def test_questions_are_answered_or_time_is_over(later: str, is_so: bool) -> None:
    assert holds(ASK, later, expect="[ask: {to: supervisor}]") is is_so


@pytest.mark.parametrize(
    "later",
    [
        "{after: 5 days, answer: 放, expect: [notify]}",  # too late, like for anybody
        "{after: 2 days, answer: 放, expect: [add_tag]}, {after: 3 days, answer: 放, expect: nothing}",
    ],
)
def test_an_answer_to_no_open_question_is_a_mistake_of_the_example(later: str) -> None:
    found = outcome(ASK, later)

    assert [kind for _, kind in kinds(found)] == ["no_question"]


def test_given_changes_the_record_and_adds_records_on_its_day() -> None:
    asked = "{sum_of: 订单.金额, at_least: 30, if_missing: no_match}"
    actions = f"{{wait: 3 days}}, {{if: {asked}, then: [{{add_tag: 高潜}}]}}"
    one = "{after: 1 day, given: {订单: [{金额: 10}]}, expect: nothing}"
    two = "{after: 2 days, given: {订单: [{金额: 20}]}, expect: nothing}"

    assert holds(actions, f"{one}, {two}, {{after: 3 days, expect: [add_tag]}}")
    assert holds(actions, f"{one}, {{after: 3 days, expect: nothing}}")


def test_a_fixed_field_stays_until_a_later_day_fixes_it_anew() -> None:
    actions = (
        "{wait: 3 days}, {if: {field: 成交额, at_least: 30, if_missing: no_match}, then: [{add_tag: 高潜}]}"
    )
    given = f"{GIVEN}, 成交额: 10"

    assert holds(actions, "{after: 3 days, expect: nothing}", given=given)
    assert holds(actions, "{after: 3 days, given: {成交额: 30}, expect: [add_tag]}", given=given)
    orders = "{after: 3 days, given: {订单: [{金额: 50}]}, expect: nothing}"
    assert holds(actions, orders, given=given)


DONE_SOON = "{wait_until: {step: 电话, is: done, if_missing: no_match}, within: 7 days}"
TASK = f"{CALL}, {DONE_SOON}, {{add_tag: 高潜}}"


@pytest.mark.parametrize(
    "given, differences",
    [
        ("任务: [{主题: 打电话, 状态: 已完成}]", []),
        ("任务: [{状态: 已完成}]", []),
        # nothing fits: told, instead of one more task that nobody waits for
        ("任务: [{主题: 写信, 状态: 已完成}]", [(2, "no_task"), (2, "verdict")]),
        # without the fields of `done` a row is a new task
        ("任务: [{主题: 打电话}]", [(2, "verdict")]),
    ],
)
def test_a_row_that_says_a_task_is_done_changes_the_task_of_the_workflow(
    given: str, differences: list[tuple[int, str]]
) -> None:
    found = outcome(TASK, f"{{after: 2 days, given: {{{given}}}, expect: [add_tag]}}")

    assert kinds(found) == differences


def test_colleagues_are_changed_by_their_names() -> None:
    actions = "{wait: 3 days}, {notify: {to: owner, text: 看}}"

    assert holds(actions, "{after: 3 days, expect: [notify: {to: owner}]}")
    assert holds(
        actions, "{after: 2 days, given: {员工: [{姓名: owner, 在职: 否}]}, expect: nothing},"
        " {after: 3 days, expect: [notify: {to: supervisor}]}",
    )  # fmt: skip


# --- what ends it -------------------------------------------------------------------------------------------

GOAL = ONCE + (
    "goal: {if: {count_of: 订单, since: start, at_least: 1}, within: 10 days,"
    " then: [{update_field: {唤醒次数: 0}}]}\n"
)
STOP = ONCE + "stop_when: [{if: {field: 备注, is: 不要, if_missing: no_match}, because: 拒绝}]\n"
ORDER = "given: {订单: [{下单日期: today, 金额: 1}]}"
WAIT = "wait: 7 days, add_tag: 高潜"


@pytest.mark.parametrize(
    "more, later, is_so",
    [
        (GOAL, f"{{after: 3 days, {ORDER}, expect: goal}}", True),
        (GOAL, f"{{after: 3 days, {ORDER}, expect: [update_field: {{唤醒次数: 0}}, goal]}}", True),
        (GOAL, f"{{after: 3 days, {ORDER}, expect: [goal]}}", False),
        (GOAL, f"{{after: 3 days, {ORDER}, expect: stopped}}", False),
        (GOAL, f"{{after: 3 days, {ORDER}, expect: goal}}, {{after: 9 days, expect: nothing}}", True),
        # past the end of the steps it is watched for ten days, and no longer
        (GOAL, f"{{after: 7 days, expect: [add_tag]}}, {{after: 10 days, {ORDER}, expect: goal}}", True),
        (GOAL, f"{{after: 7 days, expect: [add_tag]}}, {{after: 11 days, {ORDER}, expect: nothing}}", True),
        (STOP, "{after: 3 days, given: {备注: 不要}, expect: stopped}", True),
        (STOP, "{after: 3 days, given: {备注: 不要}, expect: [stop: 拒绝]}", True),
        (STOP, "{after: 3 days, given: {备注: 不要}, expect: [stop: 别的]}", False),
        (STOP, "{after: 3 days, given: {备注: 要}, expect: stopped}", False),
    ],
)
def test_goal_and_stop_rules_end_it(more: str, later: str, is_so: bool) -> None:
    assert holds(WAIT, later, more=more, given=f"{GIVEN}, 唤醒次数: 2") is is_so


# --- starting again -----------------------------------------------------------------------------------------


def test_the_selection_runs_on_every_night_too() -> None:
    given = "客户层级: A, 签约日期: 89 days ago"

    assert holds("add_tag: 高潜", "{after: 1 day, expect: started}", expect="nothing", given=given)
    assert holds("add_tag: 高潜", "{after: 20 days, expect: [add_tag]}", expect="nothing", given=given)


def test_a_new_value_of_the_field_starts_again_once_the_first_time_is_over() -> None:
    again = "{after: 2 days, given: {签约日期: 95 days ago}, expect: nothing}"

    assert holds("wait: 7 days, add_tag: 高潜", f"{again}, {{after: 7 days, expect: started}}")
    assert holds("wait: 7 days, add_tag: 高潜", "{after: 20 days, expect: [add_tag]}")


def test_an_episode_is_over_after_a_night_that_says_no() -> None:
    counts, again = "update_field: {唤醒次数: {add: 1}}", "expect: [update_field: {唤醒次数: 2}]"
    no = "{after: 2 days, given: {签约日期: today}, expect: nothing}"

    assert holds(counts, f"{no}, {{after: 3 days, given: {{签约日期: 91 days ago}}, {again}}}", more="")
    assert holds(counts, "{after: 3 days, given: {签约日期: 91 days ago}, expect: nothing}", more="")


def test_on_days_without_its_clock_a_workflow_starts_nothing() -> None:
    monday = HEAD.replace("every: day", "every: monday")
    given = "客户层级: A, 签约日期: 89 days ago"
    tests = "tests:\n  - {{name: 一, today: 2026-03-31, given: {{{}}}, expect: nothing, later: [{}]}}\n"
    later = "{after: 5 days, expect: nothing}, {after: 6 days, expect: started}"  # Monday 6 April
    files = {**DONE, "wake.yaml": f"{monday}{ONCE}actions: [add_tag: 高潜]\n{tests.format(given, later)}"}
    workspace, problems = workspace_with("", files), Problems()

    (found,) = try_examples(workspace, workspace.workflows[0], problems)

    assert kinds(found) == []


# --- what is told -------------------------------------------------------------------------------------------

TOLD = """id: wake
name: 唤醒
module: 客户
trigger: {every: day, at: "01:00"}
conditions: {field: 沉默状态, is: 正常跟进}
once_per: customer
actions: [wait: 7 days, add_tag: 高潜, notify: {to: owner, text: 看}]
tests:
  - name: 一
    today: 2026-03-31
    given: {客户层级: A}
    expect: started
    later:
      - {after: 3 days, expect: nothing}
      - {after: 7 days, expect: [add_tag: 决策慢, notify]}
      - {after: 8 days, expect: [add_tag]}
      - {after: 9 days, expect: nothing}
"""


@pytest.fixture
def failing(tmp_path: Path) -> Company:
    found = Company(stories_in(tmp_path))
    found.write({"wake.yaml": TOLD})
    return found


@pytest.mark.parametrize(
    "language, lines",
    [
        (
            "zh",
            [
                "✗ wake · 一",
                "wake.yaml:15  第 7 天：期望 add_tag: 决策慢，实际 add_tag: 高潜",
                "wake.yaml:16  第 8 天：期望：add_tag；实际：什么也没有发生",
            ],
        ),
        (
            "en",
            [
                "✗ wake · 一",
                "wake.yaml:15  day 7: expected add_tag: 决策慢, got add_tag: 高潜",
                "wake.yaml:16  day 8: expected: add_tag; got: nothing happened",
            ],
        ),
    ],
)
def test_differences_tell_the_day(failing: Company, language: str, lines: list[str]) -> None:
    code, told, _ = failing.call("test", "--lang", language)

    assert code == 1
    assert [line.strip() for line in told.splitlines()][:-1] == lines


def test_machines_get_the_days_beside_the_keys_they_know(failing: Company) -> None:
    code, told, _ = failing.call("test", "--format", "json")
    found: dict[str, Any] = json.loads(told)[0]

    assert code == 1
    assert [(one["kind"], one["day"], one["line"]) for one in found["differences"]] == [
        ("detail", 7, 15),
        ("verdict", 8, 16),
    ]
    # after a day of another kind than expected, the rest would only repeat it
    assert [(one["day"], one["passed"], one["expected"]) for one in found["later"]] == [
        (3, True, "nothing"),
        (7, False, "add_tag: 决策慢；notify"),
        (8, False, "add_tag"),
    ]
    assert {"workflow", "name", "passed", "expected", "got", "file", "line"} <= set(found)
