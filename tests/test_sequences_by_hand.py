"""Corners of sequences, with dates worked out on paper: what LANGUAGE says of days, goals, people and waits.

Nights are at 01:00 in Shanghai (17:00 UTC of the day before) unless a story says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from engine.workspace import open_workspace
from tests.at_desk import AtDesk
from tests.company import stories_in, write_files

pytestmark = pytest.mark.usefixtures("each_store")

HEAD = """name: 序列
module: 客户
trigger: {every: day, at: "01:00"}
conditions: {field: 沉默状态, is: 正常跟进}
once_per: customer
"""
STAFF = (
    {"编号": "S9", "姓名": "总管九"},
    {"编号": "S8", "姓名": "主管八", "上级": "S9"},
    {"编号": "S1", "姓名": "王一", "上级": "S8"},
    {"编号": "S2", "姓名": "李二"},
)
CALL = "{name: 电话, create_task: {subject: 打电话, to: owner, due: in 3 days}}"


class Nights(AtDesk):
    """A company whose nights go by; no two stories share one. It begins with C1 and C2 of S1."""

    def __init__(self, root: Path, files: Mapping[str, str], at: str, zone: str) -> None:
        path = stories_in(root) / "workspace.yaml"
        path.write_text(path.read_text("utf-8").replace("Asia/Shanghai", zone), "utf-8")
        write_files(root, files)
        super().__init__(root, datetime.fromisoformat(at))
        assert self.problems == []
        self.bring("员工", STAFF)
        self.bring("客户", [{"编号": key, "客户名称": f"样例{key}", "负责人": "S1"} for key in ("C1", "C2")])

    def edit(self, files: Mapping[str, str]) -> None:
        """Files that are changed while records wait."""
        write_files(self.root, files)
        self.desk.workspace = open_workspace(self.root, [])

    def moment(self, text: str) -> datetime:
        """Of the wall clock; a day alone is its 01:00."""
        told = text if " " in text else f"{text} 01:00"
        return datetime.fromisoformat(told).replace(tzinfo=self.desk.clock.zone).astimezone(UTC)

    def change(self, key: str, **fields: str) -> None:
        self.bring("客户", [{"编号": key, "客户名称": f"样例{key}", **fields}])

    def order(self, key: str, day: str) -> None:
        self.bring("订单", [{"编号": f"O {key} {day}", "客户": key, "下单日期": day, "金额": "10"}])

    def visit(self, key: str, at: str) -> None:
        self.bring("跟进记录", [{"编号": f"F {key} {at}", "客户": key, "跟进时间": at}])

    def nights(self, *moments: str) -> None:
        for one in moments:
            self.night(self.moment(one))

    def enrollment(self, record: str = "C1", workflow: str = "wake") -> dict[str, Any]:
        (found,) = self.rows("enrollments", record=record, workflow=workflow)
        return found

    def state(self, record: str = "C1", workflow: str = "wake") -> tuple[str, str | None]:
        found = self.enrollment(record, workflow)
        return found["state"], found["path"]

    def journal(self, record: str = "C1", workflow: str = "wake") -> list[tuple[str, str]]:
        return sorted(
            (one["path"], one["kind"]) for one in self.rows("journal", record=record, workflow=workflow)
        )

    def done_at(self, path: str, record: str = "C1") -> str:
        """The night in which a step was done, by the moment of its run, UTC."""
        (run,) = [one["run"] for one in self.rows("journal", record=record) if one["path"] == path]
        (found,) = self.rows("runs", run=run)
        return str(found["at"])

    def told(self, record: str = "C1") -> list[tuple[str, str]]:
        return sorted((one["recipient"], one["body"]) for one in self.rows("outbox", record=record))

    def tasks(self) -> list[tuple[str, str, str]]:
        """Of which customer, whose, by when."""
        rows = self.exported("任务").values()
        return sorted((one["客户"], one["负责人"], one["截止日期"]) for one in rows)


Opened: TypeAlias = Callable[..., Nights]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    """`opened(rest of the file wake, at, …)`: a company with that workflow."""

    def open_it(text: str, at: str, zone: str = "Asia/Shanghai", **more: str) -> Nights:
        files = {"wake.yaml": f"id: wake\n{HEAD}{text}\n"}
        files |= {name.replace("_yaml", ".yaml"): one for name, one in more.items()}
        return Nights(tmp_path / "company", files, at, zone)

    return open_it


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


# --- what changes during a wait ---------------------------------------------------------------------


def excluded_from(kind: str) -> str:
    return f"exclusions: [{{if: {{field: 行业, is: 同行, if_missing: no_match}}, from: {kind}}}]\n"


def test_record_excluded_from_tasks_during_a_wait_gets_none_but_goes_on(opened: Opened) -> None:
    more = {"+workspace_yaml": excluded_from("tasks")}
    company = opened(f"actions: [wait: 3 days, {CALL}, add_tag: 高潜]", "2026-03-31 01:00", **more)
    company.nights("2026-03-31")
    company.change("C1", 行业="同行")

    company.nights("2026-04-03")

    assert company.tasks() == [("C2", "S1", "2026-04-06")]
    assert company.journal()[2:] == [("actions/1", "skipped"), ("actions/2", "update")]


def test_nothing_more_is_done_for_a_record_excluded_from_everything(opened: Opened) -> None:
    more = {"+workspace_yaml": excluded_from("everything")}
    company = opened(f"actions: [wait: 3 days, {CALL}, add_tag: 高潜]", "2026-03-31 01:00", **more)
    company.nights("2026-03-31")
    company.change("C1", 行业="同行")

    company.nights("2026-04-03")

    assert company.tasks() == [("C2", "S1", "2026-04-06")]
    assert {"actions/1", "actions/2"}.isdisjoint(
        path for path, kind in company.journal() if kind != "skipped"
    )
    assert company.enrollment()["state"] == "stopped"


LETTER = (
    "{send_template: {template: 问候, to: customer, via: email},"
    " otherwise: [{notify: {to: owner, text: 打电话}}]}"
)


def test_no_letter_to_a_customer_who_has_opted_out_during_the_wait(opened: Opened) -> None:
    company = opened(f"actions: [wait: 3 days, {LETTER}]", "2026-03-31 01:00")
    for key in ("C1", "C2"):
        company.change(key, 邮箱=f"{key.lower()}@example.com", 邮件同意="是")
    company.nights("2026-03-31")
    company.change("C1", 邮件同意="否")

    company.nights("2026-04-03")

    assert company.told("C1") == [("S1", "打电话")]
    assert [one for one, _ in company.told("C2")] == ["c2@example.com"]


def test_customers_wait_in_different_branches_each_its_own_time(opened: Opened) -> None:
    company = opened(
        "actions:\n  - if: {field: 客户层级, is: A, if_missing: no_match}\n"
        "    then: [wait: 3 days, add_tag: 高潜]\n    else: [wait: 5 days, add_tag: 决策慢]\n"
        "  - add_tag: 低价值",
        "2026-03-31 01:00",
    )
    company.change("C1", 客户层级="A")
    company.nights("2026-03-31", "2026-04-02")
    assert company.state("C1") == ("waiting", "actions/0/then/0")
    assert company.state("C2") == ("waiting", "actions/0/else/0")
    company.change("C1", 客户层级="B")  # the branch was chosen when it was come to

    company.nights("2026-04-03")
    assert (company.state("C1")[0], company.state("C2")[0]) == ("done", "waiting")
    company.nights("2026-04-04", "2026-04-05")

    assert ("actions/0/then/1", "update") in company.journal("C1")
    assert ("actions/0/else/1", "update") in company.journal("C2")
    assert company.done_at("actions/1", "C2") == "2026-04-04T17:00:00Z"


def test_customer_waits_in_two_workflows_at_once(opened: Opened) -> None:
    """`other` runs first, by its id, and its stop ends nothing but itself."""
    other = f"id: other\n{HEAD}actions: [wait: 2 days, {{update_field: {{沉默状态: 已沉默}}}}, stop: 够了]\n"
    company = opened(
        "stop_when: [{if: {field: 沉默状态, is: 放弃维护}, because: 放弃}]\n"
        "actions:\n  - wait: 2 days\n  - if: {field: 沉默状态, is: 已沉默}\n    then: [{add_tag: 高潜}]\n"
        "  - wait: 1 day\n  - add_tag: 决策慢",
        "2026-03-31 01:00",
        other_yaml=other,
    )

    company.nights("2026-03-31", "2026-04-02")

    assert company.state(workflow="other")[0] == "stopped"
    assert company.state() == ("waiting", "actions/2")
    assert ("actions/1/then/0", "update") in company.journal()  # it sees what `other` wrote (Meaning 10)
    company.nights("2026-04-03")
    assert company.state() == ("done", None)


# --- once (Meaning 7) -------------------------------------------------------------------------------


def test_customer_that_fits_again_while_it_waits_does_not_start_again(opened: Opened) -> None:
    company = opened("actions: [wait: 5 days, add_tag: 高潜]", "2026-03-31 01:00")
    company.nights("2026-03-31")
    company.change("C1", 沉默状态="已沉默")
    company.nights("2026-04-01")
    company.change("C1", 沉默状态="正常跟进")

    company.nights("2026-04-02", "2026-04-05", "2026-04-06")

    assert company.enrollment()["started_at"] == "2026-03-30T17:00:00Z"
    assert company.state() == ("done", None)


def test_new_value_of_a_field_starts_only_when_the_wait_for_the_old_one_is_over(opened: Opened) -> None:
    company = opened("actions: [wait: 5 days, add_tag: 高潜]", "2026-03-31 01:00")
    text = (company.root / "wake.yaml").read_text("utf-8")
    company.edit({"wake.yaml": text.replace("once_per: customer", "once_per: {field: 签约日期}")})
    company.change("C1", 签约日期="2026-01-01")
    company.nights("2026-03-31")
    company.change("C1", 签约日期="2026-03-30")
    company.nights("2026-04-01", "2026-04-04")
    assert len(company.rows("enrollments", record="C1")) == 1

    company.nights("2026-04-05", "2026-04-06")

    first, second = company.rows("enrollments", record="C1")
    assert (first["state"], second["state"]) == ("done", "waiting")
    assert second["started_at"] == "2026-04-04T17:00:00Z"  # what waits is looked at before records start
    assert len(company.rows("enrollments", record="C2")) == 1


def test_paused_workflow_does_nothing_at_its_deadline_and_goes_on_when_it_is_active_again(
    opened: Opened,
) -> None:
    company = opened(f"actions: [wait: 3 days, {CALL}]", "2026-03-31 01:00")
    text = (company.root / "wake.yaml").read_text("utf-8")
    company.nights("2026-03-31")
    company.edit({"wake.yaml": f"{text}status: paused\n"})
    company.nights("2026-04-02", "2026-04-03", "2026-04-04")
    assert company.tasks() == []

    company.edit({"wake.yaml": text})
    company.nights("2026-04-06", "2026-04-07")

    assert company.state() == ("done", None)
    assert company.tasks() == [("C1", "S1", "2026-04-09"), ("C2", "S1", "2026-04-09")]


# --- steps see what earlier steps did (Meaning 5 and 10) --------------------------------------------


@pytest.mark.parametrize("fate", ["is: open", "is_not: done"])
def test_step_sees_the_task_that_was_just_given(opened: Opened, fate: str) -> None:
    company = opened(
        f"actions:\n  - {CALL}\n  - if: {{step: 电话, {fate}}}\n    then: [{{add_tag: 高潜}}]\n"
        "    else: [{add_tag: 低价值}]",
        "2026-03-31 01:00",
    )

    company.nights("2026-03-31")

    assert ("actions/1/then/0", "update") in company.journal()


def test_unknown_in_a_step_counts_as_no_and_is_journalled(opened: Opened) -> None:
    """Meaning 2; the step was never come to, so what became of it is unknown (Meaning 5)."""
    company = opened(
        f"actions:\n  - if: {{field: 客户层级, is: A, if_missing: no_match}}\n    then: [{CALL}]\n"
        "  - wait: 1 day\n"
        "  - if: {step: 电话, is: done}\n    then: [{add_tag: 高潜}]\n  - add_tag: 低价值",
        "2026-03-31 01:00",
    )

    company.nights("2026-03-31", "2026-04-01")

    assert company.state() == ("done", None)
    assert ("actions/2/if", "skipped") in company.journal()
