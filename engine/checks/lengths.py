"""Sees lengths that are hardly meant: none at all where something takes time, longer than anybody lives."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.actions.ask import Ask
from engine.actions.create_task import CreateTask
from engine.actions.wait import Wait
from engine.actions.wait_until import WaitUntil
from engine.checks.places import Places, places_of
from engine.checks.steps import steps_of
from engine.model.below import below
from engine.model.diagnostics import Problems
from engine.model.document import Document, Mapping, Node, Scalar
from engine.model.lengths import parse_length
from engine.model.moments import Length, Unit
from engine.model.operands import Aggregate, Constant, MomentValue, Operand, Rank, UsualGap
from engine.model.predicates import Leaf
from engine.model.scores import Score
from engine.model.workflow import Step, Workflow
from engine.shapes.reading import Reading
from engine.shapes.times import LAST

_LONGEST = Length(100, Unit.YEARS)
"""Nobody is a customer for longer, and nothing waits so long."""
_AROUND = re.compile(r"^in +| +ago$|前$|后$")


def note_lengths(workflow: Workflow, document: Document, reading: Reading) -> None:
    """What a workflow waits for, and until when its tasks are due."""
    places, problems = places_of(document), reading.problems
    for step in steps_of(workflow):
        for word, path, operand in _lasting(step):
            _note(operand, word, places.node(path), problems)
        _note_due(step, places, reading)
    if workflow.goal is not None:
        _note(workflow.goal.within, "goal", places.node("goal/within"), problems)


def _lasting(step: Step) -> Iterator[tuple[str, str, Operand]]:
    """The lengths that a step takes: what they are, where they stand."""
    action = step.action
    if isinstance(action, Wait):
        yield "wait", f"{step.path}/wait", action.length
    elif isinstance(action, WaitUntil):
        yield "within", f"{step.path}/within", action.within
    elif isinstance(action, Ask):
        yield "ask", f"{step.path}/ask/within", action.within


def _note(operand: Operand, kind: str, node: Node | None, problems: Problems) -> None:
    length = operand.value if isinstance(operand, Constant) else None
    if isinstance(length, Length) and isinstance(node, Scalar):
        if length.amount == 0:
            problems.warning(node.span, "W531", kind=kind, value=node.text)
        elif _is_too_long(length):
            problems.warning(node.span, "W558", value=node.text)


def _note_due(step: Step, places: Places, reading: Reading) -> None:
    """A task that is late when it is given; how old a fixed day is depends on when the workflow runs."""
    tasks = reading.model.tasks
    if not isinstance(step.action, CreateTask) or tasks is None:
        return
    due = step.action.values.get(tasks.fields.get("due", ""))
    node = places.node(f"{step.path}/{CreateTask.name}/due")
    if not isinstance(due, MomentValue) or not isinstance(node, Scalar):
        return
    moment = due.moment
    if moment.offset is not None and moment.sign < 0 and moment.offset.amount > 0:
        reading.problems.warning(node.span, "W531", kind="due", value=node.text)
    elif moment.offset is not None and _is_too_long(moment.offset):
        reading.problems.warning(node.span, "W558", value=node.text)


def note_long(leaf: Leaf, places: Places, problems: Problems) -> None:
    """A condition about a length that no record reaches, or that all of them stay below."""
    node = places.node(leaf.path)
    if not isinstance(node, Mapping) or not any(map(_is_too_long, _lengths(leaf.tests))):
        return
    for _, written in node.entries:
        if isinstance(written, Scalar):
            length = parse_length(_AROUND.sub("", LAST.sub("", written.text)))
            if length is not None and _is_too_long(length):
                problems.warning(written.span, "W558", value=written.text)


def _lengths(noun: object) -> Iterator[Length]:
    """Those written in a condition itself; what it asks of related records is a condition of its own."""
    if isinstance(noun, Length):
        yield noun
    elif not isinstance(noun, Score | Rank | UsualGap):
        for one in below(noun.windows if isinstance(noun, Aggregate) else noun):
            yield from _lengths(one)


def _is_too_long(length: Length) -> bool:
    return length.minutes > _LONGEST.minutes
