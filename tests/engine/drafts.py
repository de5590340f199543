"""Drafts of small workflows, taken apart."""

from __future__ import annotations

from engine.model.effects import Change, Column, Draft, Update
from engine.model.operands import FieldValue, First, Operand

A = "{field: 客户层级, is: A}"
B = "{field: 客户层级, is: B}"
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
