"""What stands before a record that meets the conditions, and how far one has come."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.company import Company
from tests.engine.report.shop import HEAD, ONE, company, told

MAIL = "actions: [{send_template: {template: 优惠, to: customer, via: email}}]\n"
OFFER = """\
name: 优惠
class: commercial
versions: [{email: {subject: 优惠, text: "{{ 客户名称 }}：退订请回复 TD"}}]
"""
ACCOUNT = "email: {kind: smtp, host: 127.0.0.1, port: 25, security: none, from: crm@example.cn}"
"""Nothing is sent here: nobody has to be there."""
KNOWN = {**ONE, "邮箱": "c1@example.cn", "邮件同意": "是"}
EXPLAIN = ("explain", "workflow", "--record", "C1")


def gates(found: Company, **where: str) -> list[str]:
    return [one["kind"] for one in found.answer(*EXPLAIN, **where)["gates"]]


def by_mail(tmp_path: Path, files: dict[str, str]) -> Company:
    found = company(tmp_path, {"templates/优惠.yaml": OFFER, **files})
    found.bring("客户", [KNOWN])
    with_account(found)
    return found


def with_account(found: Company) -> None:
    """A mail account instead of a file."""
    settings = (found.root / "workspace.yaml").read_text(encoding="utf-8")
    found.write({"workspace.yaml": re.sub(r"email: \{.*\}", ACCOUNT, settings)})


@pytest.fixture
def post(tmp_path: Path) -> Company:
    return by_mail(tmp_path, {"workflow.yaml": HEAD + MAIL})


def test_the_next_time_stands_before_everything(post: Company) -> None:
    assert "下一次运行：2026-04-01 01:00" in told(post, *EXPLAIN, at="2026-03-31T10:00")


@pytest.mark.parametrize(
    "language, due, next_run",
    [
        ("zh", "正到时间：2026-03-31 01:00 这一次还没有运行。", "下一次运行：2026-04-01 01:00"),
        (
            "en",
            "It is time: the run of 2026-03-31 01:00 has not been done yet.",
            "Next run: 2026-04-01 01:00",
        ),
    ],
)
def test_at_its_very_moment_a_run_is_still_to_come_until_it_was_done(
    post: Company, language: str, due: str, next_run: str
) -> None:
    asked = (*EXPLAIN, "--lang", language)
    before, kinds = told(post, *asked), gates(post)
    post.done("run")
    after = told(post, *asked)

    assert (due in before, next_run in before, kinds) == (True, False, ["due", "letter"])
    assert (due in after, next_run in after, gates(post)[0]) == (False, True, "not_due")


def test_a_workflow_that_rests_is_never_due(post: Company) -> None:
    post.done("pause", "workflow", "--by", "李四")

    assert gates(post)[:2] == ["rests", "not_due"]


def test_a_letter_of_a_night_waits_for_the_end_of_quiet_hours(post: Company) -> None:
    lines = told(post, *EXPLAIN, at="2026-03-31T10:00")

    (line,) = (one for one in lines if one.startswith("给 c1@example.cn 的信会等到 2026-04-01 09:"))
    assert line.endswith("那时是安静时段。")


def test_a_letter_waits_for_room_in_the_budget(tmp_path: Path) -> None:
    day = HEAD.replace("once_per: customer", "once_per: day").replace('"01:00"', '"10:00"')
    budget = {"workflow.yaml": day + MAIL, "+workspace.yaml": "contact_budget: {per_30_days: 1}\n"}
    found = company(tmp_path, {"templates/优惠.yaml": OFFER, **budget})
    found.bring("客户", [KNOWN])
    assert gates(found, at="2026-03-31T09:30") == ["not_due"]
    found.call("run", at="2026-03-31T10:00")
    with_account(found)

    lines = told(found, *EXPLAIN, at="2026-04-01T09:30")

    assert any("这位客户最近收到的推广信够多了" in one for one in lines)


def test_a_pause_and_a_guard_stand_before_a_record(tmp_path: Path) -> None:
    guards = {"workflow.yaml": HEAD + MAIL, "+workspace.yaml": "guards: {messages: {at_most: 0}}\n"}
    found = by_mail(tmp_path, guards)
    assert found.call("run").code == 1
    found.call("pause", "workflow", "--by", "李四", "--because", "先看看")

    lines = told(found, *EXPLAIN)

    assert "流程已由 李四 暂停：先看看" in lines
    assert any(one.startswith("第 1 次运行停下等人确认：要发 1 封信") for one in lines)
    assert gates(found) == ["rests", "not_due", "held", "letter"]


def test_what_goes_into_a_file_waits_for_nothing(tmp_path: Path) -> None:
    found = company(tmp_path, {"templates/优惠.yaml": OFFER, "workflow.yaml": HEAD + MAIL})
    found.bring("客户", [KNOWN])

    assert gates(found, at="2026-03-31T00:30") == ["not_due"]
    found.call("run", at="2026-03-31T01:00")
    assert [one["state"] for one in found.rows("outbox")] == ["sent"]


def test_a_past_night_tells_that_the_workflow_rested(post: Company) -> None:
    post.call("run", at="2026-03-30T01:00")
    post.call("pause", "workflow", "--by", "李四", "--because", "先看看", at="2026-03-30T09:00")
    post.call("start", "--once", at="2026-03-31T01:00")

    lines = told(post, *EXPLAIN, "--run", "2026-03-31", at="2026-03-31T09:00")

    assert "那次运行的状态：跳过" in lines
    assert "流程已由 李四 暂停：先看看" in lines


def test_a_past_night_that_was_held_tells_what_bars_the_record_besides(tmp_path: Path) -> None:
    steps = "actions: [{update_field: {行业: 机械}}]\n"
    steps += "stop_when: [{because: 不再维护, if: {field: 客户名称, is: 甲}}]\n"
    guards = "guards: {updates: {at_most: 0}}\n"
    found = company(tmp_path, {"workflow.yaml": HEAD + steps, "+workspace.yaml": guards})
    found.bring("客户", [ONE, {**ONE, "编号": "C2", "客户名称": "乙"}])
    assert found.call("run").code == 1

    lines = told(found, *EXPLAIN, "--run", "last")

    assert "结论：整次运行停下等人确认，什么也没有做" in lines
    assert "不启动，因为：不再维护" in lines


WAITS = """\
actions:
  - update_field: {行业: 机械}
  - wait_until: {field: 沉默状态, is: 已沉默}
    within: 7 days
  - add_tag: 高潜
  - notify: {to: owner, text: 好了}
stop_when: [{because: 放弃, if: {field: 客户层级, is: C}}]
"""


def test_the_steps_taken_and_to_come_are_told_with_their_places(tmp_path: Path) -> None:
    found = company(tmp_path, {"workflow.yaml": HEAD + WAITS})
    found.bring("客户", [ONE])
    assert found.answer(*EXPLAIN)["course"] is None
    found.call("run")

    lines = told(found, *EXPLAIN, at="2026-04-01T09:00")
    course = found.answer(*EXPLAIN, at="2026-04-01T09:00")["course"]

    start = lines.index("进展（2026-03-31 启动，运行 1）")
    assert lines[start + 1].startswith("更新字段  行业：（空） → 机械")
    assert lines[start + 3].startswith("正等着：")
    assert "最晚到 2026-04-07" in lines[start + 3]
    assert lines[start + 4] == "接下来"
    assert lines[start + 5].endswith("（workflow.yaml:11）")
    assert lines[start + 6].endswith("（workflow.yaml:12）")
    assert (course["path"], course["to_come"]) == ("actions/1", ["actions/2", "actions/3"])


def test_what_is_over_says_how_it_ended(tmp_path: Path) -> None:
    found = company(tmp_path, {"workflow.yaml": HEAD + WAITS})
    found.bring("客户", [ONE])
    found.call("run")
    found.bring("客户", [{"编号": "C1", "客户层级": "C"}])
    found.call("run", at="2026-04-01T01:00")
    found.call("start", "--once", at="2026-04-01T01:05")

    assert "已结束：提前结束：放弃" in told(found, *EXPLAIN, at="2026-04-02T09:00")
