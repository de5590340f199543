"""Words that wait are read, checked and planned up to the first wait; they do not run yet."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.model.effects import Ask, Column, Fixed, Start, Update, Wait
from engine.model.entities import FieldType
from engine.model.operands import Constant
from engine.model.workflow import ControlGroup
from engine.workspace import workspace_of_sources
from tests.engine.small import clock_at, draft_of, files_with, workspace_with

END = "stop_when: [{if: {field: 沉默状态, is: 沉默}, because: 沉默了}]\n"
TAG = "  - add_tag: 高潜\n"


def paths(actions: str, *answers: bool) -> list[str]:
    return [batch.path for batch in draft_of(actions).batches if batch.gate.is_open(answers)]


def until(actions: str, at: str = "2026-03-31T01:00") -> Any:
    (batch,) = [one for one in draft_of(actions, clock_at(at)).batches if isinstance(one, Wait | Ask)]
    return batch.until


@pytest.mark.parametrize(
    "length, at, instant",
    [
        ("7 days", "2026-03-31T01:00", "2026-04-06T17:00:00Z"),
        ("1 month", "2026-01-31T01:00", "2026-02-27T17:00:00Z"),
        ("36 hours", "2026-03-31T01:00", "2026-04-01T05:00:00Z"),
        ("2 周", "2026-03-31T09:30", "2026-04-14T01:30:00Z"),
    ],
)
def test_wait_ends_at_the_same_time_of_day(length: str, at: str, instant: str) -> None:
    assert until(f"  - wait: {length}\n", at) == Fixed(instant, FieldType.DATETIME)


def test_wait_may_be_as_long_as_a_table_says() -> None:
    column = until("  - wait: {table: 门槛.沉默}\n")

    assert isinstance(column, Column)
    assert column.type is FieldType.LENGTH


def test_nothing_is_planned_behind_a_wait() -> None:
    assert paths(f"{TAG}  - wait: 7 days\n{TAG}") == ["actions/0", "actions/1"]


def test_who_need_not_wait_goes_on_at_once() -> None:
    actions = (
        "  - wait_until: {field: 客户层级, is: A}\n    within: 7 days\n    otherwise: [{stop: 没有等到}]\n"
        f"{TAG}"
    )

    assert paths(actions, True) == ["actions/1"]
    assert paths(actions, False) == ["actions/0"]


def test_question_waits_for_every_answer() -> None:
    actions = (
        "  - ask: {to: supervisor, question: 做吗？, within: 5 days}\n"
        "    answers: [{answer: 做, then: [{add_tag: 高潜}]}, {answer: 不做, then: [{stop: 不做}]}]\n"
        f"{TAG}"
    )

    (batch,) = draft_of(actions).batches

    assert isinstance(batch, Ask)
    assert (batch.path, batch.answers) == ("actions/0", ("做", "不做"))


def test_start_of_a_workflow_does_not_wait_itself() -> None:
    start, update = draft_of(f"  - start_workflow: other\n{TAG}").batches

    assert isinstance(start, Start)
    assert isinstance(update, Update)
    assert start.workflow == "other"


def test_draft_knows_that_it_takes_more_than_a_night() -> None:
    assert draft_of("  - wait: 7 days\n").waits
    assert not draft_of(f"  - start_workflow: other\n{TAG}").waits


def test_steps_behind_a_wait_are_checked_all_the_same() -> None:
    files = files_with(f"{END}actions:\n  - wait: 7 days\n  - add_tag: 没有\n")

    found = workspace_of_sources(Path("nowhere"), files).diagnostics

    assert [(one.code, one.at.line) for one in found if one.severity == "error"] == [("W205", 8)]


def test_goal_stops_and_control_group_are_read() -> None:
    body = (
        "goal: {if: {count_of: 订单, since: start, at_least: 1}, within: 60 days, then: [{add_tag: 高潜}]}\n"
        f"{END}control_group: {{share: 12.5 %, group: 春季}}\nactions:\n{TAG}"
    )
    workflow = workspace_with(body).workflows[0]

    assert workflow.goal is not None
    assert isinstance(workflow.goal.within, Constant)
    assert [step.path for step in workflow.goal.then] == ["goal/then/0"]
    assert [one.because for one in workflow.stops] == ["沉默了"]
    assert workflow.control == ControlGroup(Decimal("12.5"), "春季")
