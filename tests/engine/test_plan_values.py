"""Values as they stand at each step: what is written, and what later steps see of it (Meaning 10)."""

from __future__ import annotations

from itertools import product

import pytest

from engine.model.effects import Column, Draft, Fixed, Notice, Text
from engine.model.entities import FieldType
from engine.model.operands import Added, Cell, FieldValue, First, Operand, Pick, RecordKey, Tagged
from engine.model.predicates import Compare, Leaf, TextPart, leaves
from tests.engine.drafts import A, B, change, operand, update, values_of
from tests.engine.small import draft_of

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
