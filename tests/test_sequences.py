"""Sequences over several nights: who waits, what wakes them, what they do then, when they end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.company import Company, stories_in

HEAD = """id: wake
name: 唤醒
module: 客户
trigger: {every: day, at: "01:00"}
conditions: {field: 沉默状态, is: 正常跟进}
once_per: customer
"""
FIRST = "2026-03-31T01:00"


@pytest.fixture
def company(each_store: str, tmp_path: Path) -> Company:
    found = Company(stories_in(tmp_path))
    found.bring("员工", [{"编号": "S9", "姓名": "主管"}, {"编号": "S1", "姓名": "业务员", "上级": "S9"}])
    found.bring(
        "客户",
        [{"编号": key, "客户名称": f"样例{key}", "负责人": "S1", "客户层级": "B"} for key in ("C1", "C2")],
    )
    return found


def night(company: Company, at: str) -> list[dict[str, Any]]:
    return [one for one in company.answer("run", "wake", at=at) if one["cause"] == "look"]


def journal(company: Company, record: str = "C1") -> list[tuple[str, str]]:
    rows = company.answer("journal", "--record", record)
    return sorted((one["path"], one["kind"]) for one in rows)


def enrollment(company: Company, record: str = "C1") -> dict[str, Any]:
    (found,) = company.answer("enrollments", "--record", record)
    return dict(found)


def test_a_wait_is_over_at_the_same_time_of_day(company: Company) -> None:
    company.write({"wake.yaml": HEAD + "actions: [add_tag: 高潜, wait: 7 days, add_tag: 决策慢]\n"})

    night(company, FIRST)
    assert enrollment(company)["state"] == "waiting"
    assert enrollment(company)["until"] == "2026-04-06T17:00:00Z"
    assert night(company, "2026-04-07T00:59") == []
    (woken,) = night(company, "2026-04-07T01:00")

    assert (woken["woken"], woken["effects"]) == (2, {"woke": 2, "update": 2})
    assert enrollment(company)["state"] == "done"
    assert journal(company) == [
        ("actions/0", "update"), ("actions/1", "wait"), ("actions/1/woke", "woke"), ("actions/2", "update"),
    ]  # fmt: skip


def test_what_is_waited_for_is_looked_at_daily_and_at_the_deadline(company: Company) -> None:
    company.write(
        {
            "wake.yaml": HEAD
            + "actions:\n"
            + "  - wait_until: {count_of: 跟进记录, since: start, at_least: 1}\n    within: 7 days\n"
            + "    otherwise: [{notify: {to: supervisor, text: '{{ 客户名称 }} 没有人跟进'}}]\n"
            + "  - add_tag: 高潜\n"
        }
    )
    company.bring("跟进记录", [{"编号": "F0", "客户": "C1", "跟进时间": "2026-03-30 10:00"}])

    night(company, FIRST)
    assert night(company, "2026-04-01T01:00") == []
    company.bring("跟进记录", [{"编号": "F1", "客户": "C1", "跟进时间": "2026-04-02 10:00"}])
    (early,) = night(company, "2026-04-03T01:00")
    (late,) = night(company, "2026-04-07T01:00")

    assert (early["woken"], late["woken"]) == (1, 1)
    assert journal(company, "C1") == [
        ("actions/0", "wait"), ("actions/0/woke", "woke"), ("actions/1", "update"),
    ]  # fmt: skip
    assert journal(company, "C2") == [
        ("actions/0", "wait"), ("actions/0/otherwise/0", "notice"), ("actions/0/woke", "woke"),
        ("actions/1", "update"),
    ]  # fmt: skip
    letters = {(one["recipient"], one["body"]) for one in company.answer("outbox")}
    assert letters == {("S9", "样例C2 没有人跟进")}


def test_goal_and_stop_rules_are_looked_at_before_anything_else(company: Company) -> None:
    company.write(
        {
            "wake.yaml": HEAD
            + "goal: {if: {count_of: 订单, since: start, at_least: 1}, within: 60 days,"
            + " then: [{update_field: {沉默唤醒次数: 0}}]}\n"
            + "stop_when: [{if: {field: 是否继续维护, is: 否, if_missing: no_match}, because: 不再维护}]\n"
            + "actions: [wait: 7 days, add_tag: 高潜]\n"
        }
    )

    night(company, FIRST)
    company.bring("订单", [{"编号": "O1", "客户": "C1", "下单日期": "2026-04-02", "金额": "10"}])
    company.bring("客户", [{"编号": "C2", "客户名称": "样例C2", "是否继续维护": "否"}])
    (woken,) = night(company, "2026-04-07T01:00")

    assert woken["woken"] == 2
    first, second = enrollment(company, "C1"), enrollment(company, "C2")
    assert (first["state"], first["reason"]) == ("goal", "goal")
    assert first["goal_at"] == "2026-04-06T17:00:00Z"
    assert first["goal_by"] == "2026-05-29T17:00:00Z"
    assert (second["state"], second["reason"]) == ("stopped", "不再维护")
    assert journal(company, "C1") == [("actions/0", "wait"), ("goal/if", "stop"), ("goal/then/0", "update")]
    assert journal(company, "C2") == [("actions/0", "wait"), ("stop_when/0/if", "stop")]


ASK = (
    "actions:\n"
    "  - ask: {to: supervisor, question: '继续维护 {{ 客户名称 }} 还是放弃？', within: 5 days}\n"
    "    answers:\n"
    "      - {answer: 继续, then: [{add_tag: 高潜}]}\n"
    "      - {answer: 放弃, then: [{add_tag: 低价值}]}\n"
    "    otherwise: [{notify: {to: owner, text: 没有决定}}]\n"
    "  - add_tag: 决策慢\n"
)


def test_a_question_is_put_answered_and_followed(company: Company) -> None:
    company.write({"wake.yaml": HEAD + ASK})

    night(company, FIRST)
    first, second = sorted(company.answer("asks", "--open"), key=lambda one: one["id"])
    assert (first["person"], first["question"], first["answers"]) == (
        "S9",
        "继续维护 样例C1 还是放弃？",
        ["继续", "放弃"],
    )
    assert first["until"] == "2026-04-04T17:00:00Z"
    company.answer("decide", str(first["id"]), "放弃", "--by", "主管", at="2026-04-01T09:00")
    (soon,) = night(company, "2026-04-01T10:00")
    (late,) = night(company, "2026-04-05T01:00")

    assert (soon["woken"], late["woken"]) == (1, 1)
    assert [row[0] for row in journal(company, "C1")] == [
        "actions/0", "actions/0/answers/1/then/0", "actions/0/woke", "actions/1",
    ]  # fmt: skip
    assert [row[0] for row in journal(company, "C2")] == [
        "actions/0", "actions/0/otherwise/0", "actions/0/woke", "actions/1",
    ]  # fmt: skip
    states = {
        one["record"]: (one["state"], one["answer"], one["decided_by"]) for one in company.answer("asks")
    }
    assert states == {"C1": ("answered", "放弃", "S9"), "C2": ("expired", None, None)}
    assert second["state"] == "open"


@pytest.mark.parametrize(
    "words, code, told",
    [
        (("7", "继续"), 2, "W670"),
        (("1", "维持"), 2, "W671"),
        (("1", "继续", "--by", "业务员"), 2, "W672"),
        (("1", "继续", "--by", "S9"), 0, ""),
    ],
)
def test_only_who_was_asked_decides_and_only_what_was_asked(
    company: Company, words: tuple[str, ...], code: int, told: str
) -> None:
    company.write({"wake.yaml": HEAD + ASK})
    night(company, FIRST)

    done = company.call("decide", *words, at="2026-04-01T09:00")

    assert done.code == code
    assert told in done.err


def test_the_first_answer_counts_and_nobody_answers_when_time_is_over(company: Company) -> None:
    company.write({"wake.yaml": HEAD + ASK})
    night(company, FIRST)
    company.answer("decide", "1", "继续", at="2026-04-01T09:00")

    again = company.call("decide", "1", "放弃", at="2026-04-01T09:05")
    late = company.call("decide", "2", "放弃", at="2026-04-05T01:00")

    assert again.code == late.code == 2
    assert "已经由 S9 回答“继续”" in again.err
    assert "时间已过" in late.err


CALL = "create_task: {subject: 打电话, to: owner, due: in 3 days}"


def done(company: Company, key: str, at: str) -> None:
    company.bring("任务", [{"编号": key, "状态": "已完成"}], at=at)


@pytest.mark.parametrize(
    "fate, tags", [("done", "C1"), ("open", "C2"), ("overdue", "C2"), ("[open, done]", "C1 C2")]
)
def test_what_became_of_a_task(company: Company, fate: str, tags: str) -> None:
    company.write(
        {
            "wake.yaml": HEAD
            + f"actions:\n  - name: 电话\n    {CALL}\n  - wait: 7 days\n"
            + f"  - if: {{step: 电话, is: {fate}}}\n    then: [{{add_tag: 高潜}}]\n"
        }
    )
    night(company, FIRST)
    done(company, "W1-0", "2026-04-02T01:00")

    night(company, "2026-04-07T01:00")

    assert [
        key for key in ("C1", "C2") if ("actions/2/then/0", "update") in journal(company, key)
    ] == tags.split()


def test_a_step_is_unknown_before_it_is_reached_and_that_counts_as_no(company: Company) -> None:
    company.write(
        {
            "wake.yaml": HEAD
            + "actions:\n  - if: {field: 客户名称, is: 样例C1}\n"
            + f"    then: [{{name: 电话, {CALL}}}]\n  - wait: 1 day\n"
            + "  - if: {step: 电话, is_not: done}\n    then: [{add_tag: 高潜}]\n"
            + "    else: [{add_tag: 决策慢}]\n"
        }
    )
    night(company, FIRST)

    night(company, "2026-04-01T01:00")

    assert ("actions/2/then/0", "update") in journal(company, "C1")
    assert ("actions/2/else/0", "update") in journal(company, "C2")


def test_what_is_counted_since_an_earlier_step(company: Company) -> None:
    company.write(
        {
            "wake.yaml": HEAD
            + f"actions:\n  - wait: 3 days\n  - name: 电话\n    {CALL}\n"
            + "  - wait_until: {count_of: 跟进记录, since: {step: 电话}, at_least: 1}\n    within: 7 days\n"
            + "    otherwise: [{add_tag: 低价值}]\n  - add_tag: 高潜\n"
        }
    )
    night(company, FIRST)
    company.bring("跟进记录", [{"编号": "F1", "客户": "C1", "跟进时间": "2026-04-01 10:00"}])
    night(company, "2026-04-03T01:00")
    assert night(company, "2026-04-05T01:00") == []
    company.bring("跟进记录", [{"编号": "F2", "客户": "C2", "跟进时间": "2026-04-05 10:00"}])

    night(company, "2026-04-06T01:00")
    assert enrollment(company, "C2")["state"] == "done"
    night(company, "2026-04-10T01:00")

    assert ("actions/2/otherwise/0", "update") in journal(company, "C1")
    assert ("actions/2/otherwise/0", "update") not in journal(company, "C2")


def test_a_task_is_done_when_what_it_is_for_has_happened(company: Company) -> None:
    company.write(
        {
            "wake.yaml": HEAD
            + "actions:\n  - create_task: {subject: 打电话, to: owner,"
            + " done_when: {count_of: 跟进记录, since: start, at_least: 1}}\n"
        }
    )
    night(company, FIRST)
    company.bring("跟进记录", [{"编号": "F1", "客户": "C2", "跟进时间": "2026-04-01 10:00"}])

    night(company, "2026-04-02T01:00")

    path = company.root / "tasks.csv"
    company.done("export", "任务", "--out", str(path))
    text = path.read_text(encoding="utf-8-sig")
    assert ("W1-0" in text, text.count("待办"), text.count("已完成")) == (True, 1, 1)
    assert "W2-0" in next(line for line in text.splitlines() if "已完成" in line)


def test_a_goal_is_watched_past_the_end(company: Company) -> None:
    company.write(
        {
            "wake.yaml": HEAD
            + "goal: {if: {count_of: 订单, since: start, at_least: 1}, within: 10 days}\n"
            + "actions: [add_tag: 高潜]\n"
        }
    )
    night(company, FIRST)
    company.bring("订单", [{"编号": "O1", "客户": "C1", "下单日期": "2026-04-02", "金额": "10"}])
    night(company, "2026-04-03T01:00")
    company.bring("订单", [{"编号": "O2", "客户": "C2", "下单日期": "2026-04-12", "金额": "10"}])
    night(company, "2026-04-13T01:00")

    assert enrollment(company, "C1")["goal_at"] == "2026-04-02T17:00:00Z"
    assert (enrollment(company, "C2")["state"], enrollment(company, "C2")["goal_at"]) == ("done", None)


def test_plan_shows_who_waits_and_what_they_would_do(company: Company) -> None:
    company.write({"wake.yaml": HEAD + "actions: [wait: 7 days, add_tag: 高潜, wait: 1 day]\n"})
    night(company, FIRST)
    company.bring("客户", [{"编号": "C3", "客户名称": "样例C3"}], at="2026-04-01T01:00")
    night(company, "2026-04-01T01:00")

    planned = company.answer("plan", "wake", at="2026-04-07T01:00")
    _, text, _ = company.call("plan", "wake", at="2026-04-07T01:00")
    (woken,) = night(company, "2026-04-07T01:00")

    assert (planned["waiting"], planned["woken"], planned["matched"]) == (3, 2, 0)
    assert [(one["id"], one["path"]) for one in planned["waking"]] == [
        ("C1", "actions/0"),
        ("C2", "actions/0"),
    ]
    kinds = [one["kind"] for one in planned["waking"][0]["effects"]]
    assert kinds == ["woke", "update", "wait"]
    assert woken["effects"] == {"woke": 2, "update": 2, "wait": 2}
    assert "正在等待的 3 条，其中 2 条现在接着走" in text
    assert "不再等：时间到了" in text


def test_the_whole_night_is_rehearsed_with_those_that_wait(company: Company) -> None:
    company.write({"wake.yaml": HEAD + "actions: [wait: 7 days, update_field: {沉默唤醒次数: {add: 1}}]\n"})
    after = HEAD.replace("id: wake", "id: after").replace(
        "{field: 沉默状态, is: 正常跟进}", "{field: 沉默唤醒次数, is: 1}"
    )
    company.write({"after.yaml": after + "priority: 900\nactions: [add_tag: 高潜]\n"})
    night(company, FIRST)

    rehearsed = {one["workflow"]: one for one in company.answer("plan", "--night", at="2026-04-07T01:00")}

    assert rehearsed["wake"]["woken"] == 2
    assert rehearsed["after"]["matched"] == 2
    assert company.answer("enrollments", "--workflow", "after") == []
