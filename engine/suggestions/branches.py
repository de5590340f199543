"""What is asked on the first night of a workflow: its conditions, and those of branches come to at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from engine.actions.add_tag import AddTag
from engine.actions.choose import Choose
from engine.actions.if_then import IfThen
from engine.actions.remove_tag import RemoveTag
from engine.actions.update_field import UpdateField
from engine.model.entities import Field, Module
from engine.model.operands import FieldValue, Operand, Tagged
from engine.model.predicates import Leaf, NoneOf, Predicate, leaves
from engine.model.workflow import Step, Workflow
from engine.suggestions.boundaries import Changes


@dataclass(frozen=True)
class Asked:
    """A condition, what has to hold so that it is asked, and what steps before it have made of fields."""

    leaf: Leaf
    outer: tuple[Predicate, ...] = ()
    changes: Changes = field(default_factory=dict)


@dataclass(frozen=True)
class TagOff:
    """A step that takes a tag off: it does something only for a record that has it."""

    step: RemoveTag
    outer: tuple[Predicate, ...]


def asked_at_once(workflow: Workflow) -> Iterator[Asked | TagOff]:
    """In the order of the file."""
    if workflow.condition is not None:
        yield from (Asked(leaf) for leaf in leaves(workflow.condition))
    yield from _in_steps(workflow.steps, workflow.module, (), {})


def steps_at_once(steps: Sequence[Step]) -> Iterator[Step]:
    """The steps that are come to before anything is waited for."""
    for step in steps:
        yield step
        if hasattr(step.action, "resume"):
            return
        for inner in _branches(step):
            yield from steps_at_once(inner[1])


def _in_steps(
    steps: Sequence[Step], module: Module, outer: tuple[Predicate, ...], before: Changes
) -> Iterator[Asked | TagOff]:
    changes = dict(before)
    for step in steps:
        action = step.action
        if hasattr(action, "resume"):
            return
        if isinstance(action, RemoveTag):
            yield TagOff(action, outer)
        for predicate in _predicates(step):
            yield from (Asked(leaf, outer, dict(changes)) for leaf in leaves(predicate))
        for holding, inner in _branches(step):
            yield from _in_steps(inner, module, (*outer, *holding), changes)
        changes |= _made_by(step, module)


def _predicates(step: Step) -> Sequence[Predicate]:
    if isinstance(step.action, Choose):
        return [one.predicate for one in step.action.cases]
    return [step.action.predicate] if isinstance(step.action, IfThen) else []


def _branches(step: Step) -> Iterator[tuple[tuple[Predicate, ...], Sequence[Step]]]:
    """The lists of steps inside a step, each with what has to hold."""
    failed: list[Predicate] = []
    if isinstance(step.action, Choose):
        for case in step.action.cases:
            yield (*_none(failed), case.predicate), case.then
            failed.append(case.predicate)
        yield _none(failed), step.action.otherwise
    elif isinstance(step.action, IfThen):
        yield (step.action.predicate,), step.action.then
        yield _none([step.action.predicate]), step.action.otherwise


def _none(predicates: Sequence[Predicate]) -> tuple[Predicate, ...]:
    return (NoneOf("", tuple(predicates)),) if predicates else ()


def _made_by(step: Step, module: Module) -> dict[Field, Operand]:
    """What a step makes of fields."""
    action = step.action
    if isinstance(action, UpdateField):
        return dict(action.changes)
    if isinstance(action, AddTag | RemoveTag):
        return {action.field: Tagged(FieldValue(action.field, module), action.tag, action.field)}
    return {}
