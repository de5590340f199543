"""Tasks, notices and messages become batches of effects, and how many."""

from __future__ import annotations

import pytest

from engine.model.colleagues import Present
from engine.model.effects import Branch, Create, Fixed, Message, Notice, Skipped, Text, Update
from engine.model.entities import FieldType
from engine.model.operands import FieldValue, First, RecordKey
from tests.engine.drafts import NESTED, A, open_paths, operand
from tests.engine.small import draft_of

# --- tasks and notices --------------------------------------------------------------------------------------


def test_task_has_constants_columns_and_texts() -> None:
    draft = draft_of(
        '  - create_task: {subject: "回访 {{ 客户名称 }}", to: owner, due: in 3 days, text: 请打电话}\n'
    )

    nobody, task = draft.batches

    assert isinstance(nobody, Skipped)
    assert isinstance(task, Create)
    assert task.module.key == "tasks"
    assert set(task.values) == {"customer", "assignee", "subject", "due", "text"}
    assert task.values["due"] == Fixed("2026-04-03", FieldType.DATE)
    assert task.values["text"] == Fixed("请打电话", FieldType.TEXT)
    assert isinstance(task.values["subject"], Text)
    assert isinstance(operand(draft, task.values["customer"]), RecordKey)


def test_tasks_of_one_draft_have_different_numbers() -> None:
    task = "create_task: {subject: x, to: owner}"
    draft = draft_of(f"  - {task}\n  - if: {A}\n    then: [{{{task}}}, {{{task}}}]\n    else: [{{{task}}}]\n")

    numbers = [batch.number for batch in draft.batches if isinstance(batch, Create)]

    assert len(set(numbers)) == 4
    assert numbers == sorted(numbers)


def test_notice_to_two_people_is_two_batches() -> None:
    draft = draft_of("  - notify: {to: [owner, supervisor, {person: S9}], text: x, urgent: true}\n")

    notices = [batch for batch in draft.batches if isinstance(batch, Notice)]

    assert [one.path for one in notices] == ["actions/0/to/0", "actions/0/to/1", "actions/0/to/2"]
    assert [one.urgent for one in notices] == [True] * 3
    assert isinstance(operand(draft, notices[2].to), Present)


def test_who_was_told_by_the_same_step_is_not_told_again() -> None:
    draft = draft_of("  - notify: {to: [owner, supervisor], text: x}\n")

    (again,) = draft.branches

    assert again.path == "actions/0/to/1/again"
    assert open_paths(draft, True) == ["actions/0/to/0"]
    assert open_paths(draft, False) == ["actions/0/to/0", "actions/0/to/1"]


def test_fallback_person_stands_behind_every_person() -> None:
    from engine.plan import plan_effects
    from tests.engine.small import NIGHT, changed, files_with, workspace_with

    files = files_with("actions: [{notify: {to: supervisor, text: x}}]\n")
    workspace = workspace_with(
        "", changed(files, "workspace.yaml", "time_zone", "fallback_person: S9\ntime_zone")
    )
    draft = plan_effects(workspace.workflows[0], workspace.model, NIGHT)

    found = operand(draft, draft.batches[0].to)  # type: ignore[union-attr]  # known from the case

    assert isinstance(found, First)
    assert len(found.operands) == 2


# --- send_template ------------------------------------------------------------------------------------------


SEND = """\
  - send_template: {template: 唤醒, to: customer, via: [email, sms]}
    otherwise: [{add_tag: 低价值}]
"""


def test_template_goes_by_the_first_way_in_the_order_of_via() -> None:
    draft = draft_of(SEND)

    assert [one.path for one in draft.branches] == ["actions/0/via/email", "actions/0/via/sms"]
    for email, sms, channel in [(True, True, "email"), (True, False, "email"), (False, True, "sms")]:
        opened = [batch for batch in draft.batches if batch.gate.is_open((email, sms))]
        assert [one.channel for one in opened if isinstance(one, Message)] == [channel]
        assert len(opened) == 1


def test_unreachable_customer_is_noted_and_gets_the_otherwise() -> None:
    draft = draft_of(SEND)

    opened = [batch for batch in draft.batches if batch.gate.is_open((False, False))]

    assert [type(one) for one in opened] == [Skipped, Update]
    assert isinstance(opened[0], Skipped)
    assert (opened[0].reason, opened[1].path) == ("W602", "actions/0/otherwise/0")


def test_message_has_address_subject_and_body() -> None:
    draft = draft_of(SEND)

    email, sms = (batch for batch in draft.batches if isinstance(batch, Message))

    assert (email.template, email.path, sms.path) == ("唤醒", "actions/0", "actions/0")
    assert isinstance(operand(draft, email.address), FieldValue)
    assert isinstance(email.subject, Text)
    assert sms.body == Fixed("近况可好？", FieldType.TEXT)


def test_order_of_via_is_the_order_of_the_questions() -> None:
    draft = draft_of("  - send_template: {template: 唤醒, to: customer, via: [sms, email]}\n")

    assert [one.path.rsplit("/", 1)[1] for one in draft.branches] == ["sms", "email"]


# --- how many batches ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "actions, batches, branches",
    [
        ("  - add_tag: 高潜\n", 1, 0),
        ("  - update_field: {备注: x, 额度: 1, 客户层级: A}\n", 1, 0),
        ("  - stop: x\n", 1, 0),
        ("  - notify: {to: [owner, supervisor], text: x}\n", 2, 1),
        (f"  - if: {A}\n    then: [{{add_tag: 高潜}}]\n", 1, 1),
        (NESTED, 6, 3),
        ("  - send_template: {template: 唤醒, to: customer, via: email}\n", 2, 1),
        (SEND, 4, 2),
    ],
)
def test_number_of_batches(actions: str, batches: int, branches: int) -> None:
    draft = draft_of(actions)

    assert (len(draft.batches), len(draft.branches)) == (batches, branches)
    assert all(isinstance(one, Branch) for one in draft.branches)


@pytest.mark.parametrize(
    "actions, only",
    [("  - add_tag: 高潜\n", True), ("  - add_tag: 高潜\n  - stop: x\n", False), (SEND, False)],
)
def test_draft_knows_whether_it_only_sets_fields(actions: str, only: bool) -> None:
    assert draft_of(actions).only_updates == only
