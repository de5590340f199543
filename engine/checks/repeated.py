"""Sees steps that a later one makes vain: a field set twice in a row, a tag put on and taken off again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from engine.actions.add_tag import AddTag
from engine.actions.remove_tag import RemoveTag
from engine.actions.start_workflow import StartWorkflow
from engine.actions.update_field import UpdateField
from engine.checks.nouns import nouns_in
from engine.checks.steps import branches_of, fields_written, may_end, takes_time
from engine.model.diagnostics import Problems
from engine.model.document import Document
from engine.model.entities import Field
from engine.model.workflow import Step, Workflow, all_steps
from engine.shapes.reading import Reading

_Written: TypeAlias = tuple[Field, str]
"""A field, or a field and one of its tags."""


def note_repeated(workflow: Workflow, document: Document, reading: Reading) -> None:  # noqa: ARG001 - as all of its kind
    """Every list of steps, also within others."""
    then = () if workflow.goal is None else workflow.goal.then
    for steps in (workflow.steps, then):
        _note(steps, reading.problems)


def _note(steps: Sequence[Step], problems: Problems) -> None:
    """What was written and has not been looked at since is in vain when it is written again."""
    unread: dict[_Written, Step] = {}
    for step in steps:
        for branch in branches_of(step):
            _note(branch.steps, problems)
        written = dict(_written_by(step))
        read = _is_seen_by_others(step)
        unread = {one: at for one, at in unread.items() if not (read or _looks_at(step, one[0]))}
        for one, kind in written.items():
            if one in unread:
                problems.warning(step.at, "W530", **_facts(one, kind, unread[one], step))
        unread |= dict.fromkeys(written, step)


def _written_by(step: Step) -> Iterator[tuple[_Written, str]]:
    action = step.action
    if isinstance(action, UpdateField):
        yield from (((field, ""), "") for field, _ in action.changes)
    elif isinstance(action, AddTag | RemoveTag):
        yield (action.field, action.tag), type(action).name


def _looks_at(step: Step, field: Field) -> bool:
    """Whether a step uses the value of a field, or only some records come to what it writes there."""
    action = step.action
    if isinstance(action, UpdateField):
        return any(field in nouns_in(value) for _, value in action.changes)
    if isinstance(action, AddTag | RemoveTag):
        return False
    return field in nouns_in(action) or field in fields_written((step,))


def _is_seen_by_others(step: Step) -> bool:
    """Whether people or other workflows may see the record as it is then."""
    starts = any(isinstance(one.action, StartWorkflow) for one in all_steps((step,)))
    return starts or may_end(step) or takes_time(step, inside=True)


def _facts(written: _Written, kind: str, earlier: Step, step: Step) -> dict[str, object]:
    field, tag = written
    if kind and type(earlier.action) is type(step.action):
        kind = "twice"
    return {"kind": kind, "field": field.labels.told, "value": tag, "line": earlier.at.line}
