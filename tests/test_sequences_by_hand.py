"""Corners of sequences, with dates worked out on paper: what LANGUAGE says of days, goals, people and waits.

Nights are at 01:00 in Shanghai (17:00 UTC of the day before) unless a story says otherwise.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.nights_of_sequences import CALL, Opened, opener

pytestmark = pytest.mark.usefixtures("each_store")


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    return opener(tmp_path / "company")


# --- days (Meaning 3 and 9) -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "length, begins, until",
    [
        # Clocks go on on Sunday, 29 March 2026: 01:00 is 00:00 UTC before, 23:00 UTC after.
        ("7 days", "2026-03-27", "2026-04-02T23:00:00Z"),
        ("36 hours", "2026-03-28", "2026-03-29T12:00:00Z"),
        # They go back on Sunday, 25 October 2026.
        ("2 days", "2026-10-24", "2026-10-26T00:00:00Z"),
        ("48 hours", "2026-10-24", "2026-10-25T23:00:00Z"),
    ],
)
def test_wait_over_a_change_of_the_clock_ends_at_the_same_wall_time(
    opened: Opened, length: str, begins: str, until: str
) -> None:
    company = opened(f"actions: [wait: {length}, add_tag: 高潜]", f"{begins} 01:00", "Europe/Berlin")

    company.nights(begins)

    assert company.enrollment()["until"] == until


def test_night_of_the_same_wall_time_is_the_one_that_goes_on(opened: Opened) -> None:
    company = opened("actions: [wait: 2 days, add_tag: 高潜]", "2026-03-28 01:00", "Europe/Berlin")

    company.nights("2026-03-28", "2026-03-29")
    assert company.state() == ("waiting", "actions/0")
    company.nights("2026-03-30")

    assert company.done_at("actions/1") == "2026-03-29T23:00:00Z"


def test_month_from_the_last_of_january_ends_on_the_last_of_february(opened: Opened) -> None:
    company = opened("actions: [wait: 1 month, add_tag: 高潜]", "2026-01-31 01:00")

    company.nights("2026-01-31", "2026-02-27")
    assert company.state() == ("waiting", "actions/0")
    company.nights("2026-02-28")

    assert company.done_at("actions/1") == "2026-02-27T17:00:00Z"


def test_within_working_days_leaves_out_the_weekend(opened: Opened) -> None:
    """From Thursday, 2 April 2026: Friday is the first, Monday the second."""
    company = opened(
        "actions:\n  - wait_until: {field: 沉默状态, is: 已沉默}\n    within: 2 working days\n"
        "    otherwise: [{add_tag: 高潜}]",
        "2026-04-02 01:00",
    )

    company.nights("2026-04-02", "2026-04-03", "2026-04-04", "2026-04-05")
    assert company.enrollment()["until"] == "2026-04-05T17:00:00Z"
    assert company.state() == ("waiting", "actions/0")
    company.nights("2026-04-06")

    assert company.done_at("actions/0/otherwise/0") == "2026-04-05T17:00:00Z"


# --- goal and stop rules (Meaning 8) ----------------------------------------------------------------

GOAL = "goal: {if: {count_of: 订单, since: start, at_least: 1}, within: 9 days, then: [{add_tag: 低价值}]}\n"
STOP = "stop_when: [{if: {field: 是否继续维护, is: 否, if_missing: no_match}, because: 不再维护}]\n"
FOLLOWED = (
    "  - wait_until: {count_of: 跟进记录, since: start, at_least: 1}\n    within: 7 days\n"
    "    otherwise: [{notify: {to: supervisor, text: 没有人跟进}}]\n"
)


def test_goal_on_the_night_of_the_deadline_comes_first(opened: Opened) -> None:
    company = opened(f"{GOAL}actions:\n{FOLLOWED}  - add_tag: 高潜", "2026-03-31 01:00")
    company.nights("2026-03-31")
    company.order("C1", "2026-04-06")

    company.nights("2026-04-07")

    assert company.journal() == [("actions/0", "wait"), ("goal/if", "stop"), ("goal/then/0", "update")]
    assert company.enrollment()["goal_at"] == "2026-04-06T17:00:00Z"
    assert company.told() == []
    assert company.told("C2") == [("S8", "没有人跟进")]


def test_goal_comes_before_a_stop_rule_that_is_true_too(opened: Opened) -> None:
    company = opened(f"{GOAL}{STOP}actions: [wait: 7 days, add_tag: 高潜]", "2026-03-31 01:00")
    company.nights("2026-03-31")
    company.order("C1", "2026-04-01")
    company.change("C1", 是否继续维护="否")

    company.nights("2026-04-02")

    assert (company.enrollment()["state"], company.enrollment()["reason"]) == ("goal", "goal")
    assert ("stop_when/0/if", "stop") not in company.journal()


def test_goal_after_its_time_ends_but_is_no_success(opened: Opened) -> None:
    company = opened(f"{GOAL}actions: [wait: 30 days, add_tag: 高潜]", "2026-03-31 01:00")
    company.nights("2026-03-31", "2026-04-09")
    company.order("C1", "2026-04-09")

    company.nights("2026-04-10")

    found = company.enrollment()
    assert (found["state"], found["goal_by"]) == ("goal", "2026-04-08T17:00:00Z")
    assert found["goal_at"] is None or found["goal_at"] > found["goal_by"]
    assert ("goal/then/0", "update") in company.journal()


def test_what_is_waited_for_and_the_deadline_on_one_night_is_no_otherwise(opened: Opened) -> None:
    company = opened(f"actions:\n{FOLLOWED}  - add_tag: 高潜", "2026-03-31 01:00")
    company.nights("2026-03-31", "2026-04-06")
    company.visit("C1", "2026-04-06 18:00")

    company.nights("2026-04-07")

    assert company.journal() == [("actions/0", "wait"), ("actions/0/woke", "woke"), ("actions/1", "update")]
    assert company.told() == []


def test_what_is_true_already_is_not_waited_for(opened: Opened) -> None:
    company = opened(
        "actions:\n  - wait_until: {field: 沉默状态, is: 正常跟进}\n    within: 7 days\n"
        "    otherwise: [{stop: 没有等到}]\n  - add_tag: 高潜",
        "2026-03-31 01:00",
    )

    company.nights("2026-03-31")

    assert company.state() == ("done", None)
    assert company.journal() == [("actions/1", "update")]


# --- questions (Meaning 12) -------------------------------------------------------------------------

ASK = (
    "actions:\n  - name: 去留\n    ask: {to: supervisor, question: 继续吗？, within: 5 days}\n"
    "    answers: [{answer: 继续, then: [{add_tag: 高潜}]}, {answer: 放弃, then: [{add_tag: 低价值}]}]\n"
)


def test_answer_in_time_counts_though_it_is_seen_at_the_deadline(opened: Opened) -> None:
    company = opened(f"{ASK}    otherwise: [{{add_tag: 决策慢}}]", "2026-03-31 01:00")
    company.nights("2026-03-31")
    company.set_clock(company.moment("2026-04-04 23:00"))
    (ask,) = company.rows("asks", record="C1")
    company.desk.decide(ask["id"], "放弃")

    company.nights("2026-04-05")

    assert [one[0] for one in company.journal()] == [
        "actions/0", "actions/0/answers/1/then/0", "actions/0/woke",
    ]  # fmt: skip
    assert [one[0] for one in company.journal("C2")] == [
        "actions/0",
        "actions/0/otherwise/0",
        "actions/0/woke",
    ]


def test_question_whose_time_is_over_has_expired_though_its_otherwise_stops(opened: Opened) -> None:
    company = opened(f"{ASK}    otherwise: [{{stop: 没有决定}}]", "2026-03-31 01:00")

    company.nights("2026-03-31", "2026-04-05")

    assert company.state() == ("stopped", None)
    assert [one["state"] for one in company.rows("asks", record="C1")] == ["expired"]


def test_goal_withdraws_the_question(opened: Opened) -> None:
    company = opened(f"{GOAL}{ASK}", "2026-03-31 01:00")
    company.nights("2026-03-31")
    company.order("C1", "2026-04-01")

    company.nights("2026-04-02")

    assert [one["state"] for one in company.rows("asks", record="C1")] == ["withdrawn"]
    assert [one["state"] for one in company.rows("asks", record="C2")] == ["open"]


# --- people (Meaning 18) ----------------------------------------------------------------------------


def test_task_goes_to_who_is_the_owner_when_it_is_made(opened: Opened) -> None:
    company = opened(f"actions: [wait: 3 days, {CALL}]", "2026-03-31 01:00")
    company.nights("2026-03-31")
    company.change("C1", 负责人="S2")

    company.nights("2026-04-03")

    assert company.tasks() == [("C1", "S2", "2026-04-06"), ("C2", "S1", "2026-04-06")]


def test_supervisor_who_has_left_is_stood_in_for(opened: Opened) -> None:
    """S8 above S1 has left: S9 above S8 is told. Nobody is above S2: the fallback person, S9."""
    company = opened("actions: [wait: 3 days, {notify: {to: supervisor, text: 请看}}]", "2026-03-31 01:00")
    company.change("C2", 负责人="S2")
    company.nights("2026-03-31")
    company.bring("员工", [{"编号": "S8", "姓名": "主管八", "在职": "否"}])

    company.nights("2026-04-03")

    assert company.told("C1") == [("S9", "请看")]
    assert company.told("C2") == [("S9", "请看")]
