"""Steps become batches of effects: gates, and values as they stand at each step (Meaning 10)."""

from __future__ import annotations

from itertools import product

import pytest

from engine.model.colleagues import Present
from engine.model.effects import (
    Branch,
    Change,
    Column,
    Create,
    Draft,
    Fixed,
    Message,
    Notice,
    Skipped,
    Stop,
    Text,
    Update,
)
from engine.model.entities import FieldType
from engine.model.operands import (
    Added,
    Cell,
    FieldValue,
    First,
    Operand,
    Pick,
    RecordKey,
    Tagged,
)
from engine.model.predicates import Compare, Leaf, TextPart, leaves
from tests.engine.small import draft_of

A = "{field: 客户层级, is: A}"
B = "{field: 客户层级, is: B}"


def open_paths(draft: Draft, *answers: bool) -> list[str]:
    """The steps that are done for these answers of the branches."""
    return [batch.path for batch in draft.batches if batch.gate.is_open(answers)]


def operand(draft: Draft, part: object) -> Operand:
    assert isinstance(part, Column)
    return next(one.operand for one in draft.wanted if one.name == part.name)


def values_of(found: Operand) -> list[FieldValue]:
    """The fields of which the first that is not missing counts."""
    assert isinstance(found, First)
    return [one for one in found.operands if isinstance(one, FieldValue)]


def update(draft: Draft, number: int = 0) -> Update:
    batch = [one for one in draft.batches if isinstance(one, Update)][number]
    assert isinstance(batch, Update)
    return batch


def change(draft: Draft, number: int = 0) -> Change:
    return update(draft, number).changes[0]


# --- gates --------------------------------------------------------------------------------------------------


def test_steps_without_branches_concern_everybody_in_file_order() -> None:
    draft = draft_of("  - update_field: {备注: x}\n  - add_tag: 高潜\n  - notify: {to: owner, text: x}\n")

    assert draft.branches == ()
    assert open_paths(draft) == ["actions/0", "actions/1", "actions/2"]
    assert all(batch.gate.is_always_open for batch in draft.batches)


def test_if_has_two_sides() -> None:
    draft = draft_of(
        f"  - if: {A}\n    then: [{{add_tag: 高潜}}]\n    else: [{{add_tag: 低价值}}]\n"
        f"  - update_field: {{备注: x}}\n"
    )

    assert [one.path for one in draft.branches] == ["actions/0/if"]
    assert open_paths(draft, True) == ["actions/0/then/0", "actions/1"]
    assert open_paths(draft, False) == ["actions/0/else/0", "actions/1"]


NESTED = f"""\
  - if: {A}
    then:
      - if: {B}
        then: [{{update_field: {{备注: 一}}}}]
        else: [{{update_field: {{备注: 二}}}}]
      - add_tag: 高潜
    else:
      - if: {B}
        then: [{{update_field: {{备注: 三}}}}]
        else: [{{update_field: {{备注: 四}}}}]
  - notify: {{to: owner, text: x}}
"""


@pytest.mark.parametrize(
    "outer, inner, paths",
    [
        (True, True, ["actions/0/then/0/then/0", "actions/0/then/1", "actions/1"]),
        (True, False, ["actions/0/then/0/else/0", "actions/0/then/1", "actions/1"]),
        (False, True, ["actions/0/else/0/then/0", "actions/1"]),
        (False, False, ["actions/0/else/0/else/0", "actions/1"]),
    ],
)
def test_nested_ifs_open_one_way_through(outer: bool, inner: bool, paths: list[str]) -> None:
    """Both inner questions are the same; a side that is not taken decides nothing, whatever its answer."""
    draft = draft_of(NESTED)

    assert [one.path for one in draft.branches] == [
        "actions/0/if",
        "actions/0/then/0/if",
        "actions/0/else/0/if",
    ]
    for ignored in (True, False):
        answers = (outer, inner, ignored) if outer else (outer, ignored, inner)
        assert open_paths(draft, *answers) == paths


def test_stop_ends_everything_for_the_records_behind_its_gate() -> None:
    draft = draft_of(
        f"  - if: {A}\n    then: [{{stop: 够了}}, {{add_tag: 高潜}}]\n    else: [{{add_tag: 低价值}}]\n"
        f"  - update_field: {{备注: x}}\n"
    )

    assert open_paths(draft, True) == ["actions/0/then/0"]
    assert open_paths(draft, False) == ["actions/0/else/0", "actions/1"]
    assert [batch.reason for batch in draft.batches if isinstance(batch, Stop)] == ["够了"]


def test_stop_on_top_leaves_nothing_after_it() -> None:
    draft = draft_of(
        f"  - add_tag: 高潜\n  - stop: 够了\n  - add_tag: 低价值\n  - if: {A}\n"
        f"    then: [{{update_field: {{备注: x}}}}]\n"
    )

    for answer in (True, False):
        assert open_paths(draft, answer) == ["actions/0", "actions/1"]


def test_stops_in_different_branches_end_only_their_own() -> None:
    draft = draft_of(
        f"  - if: {A}\n    then: [{{stop: 甲}}]\n  - if: {B}\n    then: [{{stop: 乙}}, {{add_tag: 高潜}}]\n"
        f"  - add_tag: 低价值\n"
    )

    assert open_paths(draft, True, True) == ["actions/0/then/0"]
    assert open_paths(draft, True, False) == ["actions/0/then/0"]
    assert open_paths(draft, False, True) == ["actions/1/then/0"]
    assert open_paths(draft, False, False) == ["actions/2"]


def test_stop_deep_inside_ends_the_outer_lists_too() -> None:
    draft = draft_of(
        f"  - if: {A}\n    then:\n      - if: {B}\n        then: [{{stop: 深}}]\n      - add_tag: 高潜\n"
        f"  - add_tag: 低价值\n"
    )

    assert open_paths(draft, True, True) == ["actions/0/then/0/then/0"]
    assert open_paths(draft, True, False) == ["actions/0/then/1", "actions/1"]
    assert open_paths(draft, False, False) == open_paths(draft, False, True) == ["actions/1"]


# --- values -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written, stored, kind",
    [
        ("{沉默状态: 沉默}", "沉默", "choice"),
        ("{唤醒次数: 3}", 30_000, "number"),
        ("{额度: 12.5}", 125_000, "money"),
        ("{邮件同意: 否}", 0, "yes_no"),
        ("{签约日期: today}", "2026-03-31", "date"),
        ("{签约日期: in 3 days}", "2026-04-03", "date"),
        ("{签约日期: 2026-01-01}", "2026-01-01", "date"),
        ("{最近访问: now}", "2026-03-30T17:00:00Z", "datetime"),
        ("{最近访问: 2026-03-31 09:00}", "2026-03-31T01:00:00Z", "datetime"),
        ("{备注: {clear: true}}", None, "text"),
    ],
)
def test_written_value_is_the_same_for_every_record(written: str, stored: object, kind: str) -> None:
    one = change(draft_of(f"  - update_field: {written}\n"))

    assert one.after == Fixed(stored, FieldType(kind))  # type: ignore[arg-type]  # narrower than the table's type
    assert isinstance(one.before, Column)


def test_value_of_another_field_is_a_column() -> None:
    draft = draft_of("  - update_field: {备注: {field: 客户名称}}\n")

    found = operand(draft, change(draft).after)

    assert [one.field.key for one in values_of(found)] == ["name", "unused"]


def test_column_is_computed_once_however_often_it_is_asked_for() -> None:
    draft = draft_of(
        '  - notify: {to: owner, text: "{{ 客户名称 }}"}\n'
        '  - notify: {to: owner, text: "又是 {{ 客户名称 }}"}\n'
    )

    assert sorted(type(one.operand).__name__ for one in draft.wanted) == ["FieldValue", "Present"]


def test_table_cell_is_a_column_and_never_clears() -> None:
    draft = draft_of("  - update_field: {额度: {table: 门槛.额度}}\n")

    found = operand(draft, change(draft).after)

    assert [one.field.key for one in values_of(found)] == ["limit"]
    assert isinstance(found, First)
    assert isinstance(found.operands[0], Cell)


def test_number_of_a_colleague_is_not_the_record_s_own() -> None:
    draft = draft_of("  - notify: {to: owner, text: \"{{ owner.id | or('-') }}\"}\n")

    (found,) = [one.operand for one in draft.wanted if isinstance(one.operand, RecordKey)]

    assert (found.module.key, [one.key for one in found.links]) == ("staff", ["owner"])


def test_text_to_look_for_is_composed_as_records_are() -> None:
    """An escape in quotes is the one way to write e and its accent apart."""
    draft = draft_of('  - if: {field: 客户名称, contains: "e\\u0301"}\n    then: [{add_tag: 高潜}]\n')

    (test,) = next(iter(leaves(draft.branches[0].predicate))).tests

    assert isinstance(test, TextPart)
    assert test.text == "\u00e9"


def test_add_counts_from_what_the_field_holds() -> None:
    draft = draft_of("  - update_field: {唤醒次数: {add: 1}}\n")

    found = operand(draft, change(draft).after)

    assert isinstance(found, Added)
    assert (found.amount, isinstance(found.operand, FieldValue)) == (1, True)


def test_add_twice_adds_up() -> None:
    draft = draft_of("  - update_field: {唤醒次数: {add: 1}}\n  - update_field: {唤醒次数: {add: 2}}\n")

    second = operand(draft, change(draft, 1).after)

    assert isinstance(second, Added)
    assert isinstance(second.operand, Added)
    assert (second.operand.amount, second.amount) == (1, 2)
    assert change(draft, 1).before == change(draft, 0).after
    assert [(one.field.key, one.before, one.after) for one in draft.writes] == [
        ("wakes", change(draft, 0).before, change(draft, 1).after)
    ]


def test_tags_are_added_to_those_before() -> None:
    draft = draft_of("  - add_tag: 高潜\n  - add_tag: 低价值\n")

    second = operand(draft, change(draft, 1).after)

    assert isinstance(second, Tagged)
    assert isinstance(second.operand, Tagged)
    assert (second.operand.tag, second.tag) == ("高潜", "低价值")


# --- later steps see earlier ones ---------------------------------------------------------------------------


def test_later_step_sees_what_was_written() -> None:
    draft = draft_of('  - update_field: {备注: 新}\n  - notify: {to: owner, text: "{{ 备注 }}"}\n')

    notice = draft.batches[1]

    assert isinstance(notice, Notice)
    assert isinstance(notice.text, Text)
    assert notice.text.parts == {("备注",): Fixed("新", FieldType.TEXT)}


def test_fields_of_one_step_are_set_at_once() -> None:
    """Two fields can change places: both values are those before the step."""
    draft = draft_of("  - update_field: {负责人: {field: 协办人}, 协办人: {field: 负责人}}\n")

    after = [values_of(operand(draft, one.after)) for one in update(draft).changes]

    assert [[one.field.key for one in both] for both in after] == [["deputy", "owner"], ["owner", "deputy"]]


def test_question_after_a_write_asks_for_the_new_value() -> None:
    draft = draft_of(f"  - update_field: {{客户层级: A}}\n  - if: {A}\n    then: [{{add_tag: 高潜}}]\n")

    asked = draft.branches[0].predicate

    assert isinstance(asked, Leaf)
    test = asked.tests[0]
    assert isinstance(test, Compare)
    assert test.operand == test.to


def test_write_inside_a_branch_is_seen_by_its_records_only() -> None:
    draft = draft_of(
        f"  - if: {A}\n"
        f'    then: [{{update_field: {{备注: 新}}}}, {{notify: {{to: owner, text: "{{{{ 备注 }}}}"}}}}]\n'
        '  - notify: {to: owner, text: "{{ 备注 }}"}\n'
    )

    found = operand(draft, _shown(draft, "actions/1"))

    assert isinstance(found, Pick)
    assert (found.gate, found.type) == (draft.batches[0].gate, FieldType.TEXT)
    assert isinstance(found.shut, FieldValue)
    assert [one.operand for one in draft.wanted].count(found) == 1


def _shown(draft: Draft, path: str) -> object:
    notice = next(batch for batch in draft.batches if batch.path == path)
    assert isinstance(notice, Notice)
    assert isinstance(notice.text, Text)
    return notice.text.parts["备注",]


def test_question_after_a_branch_sees_what_was_written_there() -> None:
    draft = draft_of(
        f"  - if: {A}\n    then: [{{update_field: {{客户层级: B}}}}]\n  - if: {B}\n"
        f"    then: [{{add_tag: 高潜}}]\n"
    )

    asked = draft.branches[1].predicate

    assert isinstance(asked, Leaf)
    assert isinstance(asked.tests[0], Compare)
    assert isinstance(asked.tests[0].operand, Pick)


@pytest.mark.parametrize("answers", list(product([True, False], repeat=2)))
def test_final_value_is_the_last_write_that_was_reached(answers: tuple[bool, bool]) -> None:
    draft = draft_of(
        f"  - update_field: {{备注: 零}}\n  - if: {A}\n    then: [{{update_field: {{备注: 一}}}}]\n"
        f"  - if: {B}\n    then: [{{update_field: {{备注: 二}}}}]\n"
    )

    final = operand(draft, draft.writes[0].after)

    assert _resolved(final, answers) == ("二" if answers[1] else "一" if answers[0] else "零")


def _resolved(found: Operand, answers: tuple[bool, ...]) -> object:
    while isinstance(found, Pick):
        found = found.open if found.gate.is_open(answers) else found.shut
    return getattr(found, "value", found)


def test_write_after_a_stop_reaches_only_those_who_went_on() -> None:
    draft = draft_of(f"  - if: {A}\n    then: [{{stop: x}}]\n  - update_field: {{备注: 新}}\n")

    final = operand(draft, draft.writes[0].after)

    assert isinstance(_resolved(final, (True,)), FieldValue)
    assert _resolved(final, (False,)) == "新"


def test_columns_know_the_branches_they_need() -> None:
    """A column that picks by a branch is worked out after the branch."""
    draft = draft_of(
        f"  - if: {A}\n    then: [{{update_field: {{备注: 新}}}}]\n"
        f'  - notify: {{to: owner, text: "{{{{ 备注 }}}}"}}\n'
    )

    for one in draft.wanted:
        if isinstance(one.operand, Pick):
            assert one.after == len(draft.branches)


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
