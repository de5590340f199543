"""Sees a silence of orders, or of contacts, that is tested alone (REQUIREMENTS 2.5: silence is both)."""

from __future__ import annotations

from engine.actions.create_task import CreateTask
from engine.actions.send_template import SendTemplate
from engine.checks.dealings import KINDS, is_about, is_of_the_last
from engine.checks.places import places_of
from engine.checks.possible import parts_of
from engine.model.document import Document
from engine.model.moments import Length, Unit
from engine.model.operands import Aggregate, Cell, Constant, FieldValue, Function, Operand
from engine.model.predicates import Compare, Comparison, Elapsed, Leaf, Test
from engine.model.workflow import Workflow, all_steps
from engine.shapes.reading import Reading

_SILENCE = Length(30, Unit.DAYS)
"""Shorter gaps are a rhythm, not a silence."""


def note_silence(workflow: Workflow, document: Document, reading: Reading) -> None:
    """A workflow by the clock that writes or sets tasks after a silence of one kind, without the other.

    Contacts alone are a care rhythm; only a commercial letter should not go to whom has ordered yesterday.
    """
    actions = [step.action for step in all_steps(workflow.steps)]
    templates = [reading.templates.get(one.template) for one in actions if isinstance(one, SendTemplate)]
    writes = any(isinstance(one, SendTemplate | CreateTask) for one in actions)
    sells = any(one is not None and one.kind == "commercial" for one in templates)
    if not workflow.fires or not writes:
        return
    asked = {kind for kind in KINDS if is_about(workflow.condition, kind)}
    for part in parts_of(workflow.condition):
        found = [kind for kind in KINDS if isinstance(part, Leaf) and _is_silence(part, kind)]
        other = "contact" if found == ["order"] else "order"
        at = places_of(document)(part.path)
        if len(found) == 1 and other not in asked and at is not None and (other == "contact" or sells):
            reading.problems.warning(at, "W586", kind=found[0], relation=_relation(other, workflow, reading))
            return


def _relation(kind: str, workflow: Workflow, reading: Reading) -> str:
    """The related records of that kind with a day to count by, to propose in the remedy."""
    known = reading.model.relations(workflow.module)
    return next((one.name for one in known if one.module.happens_on and is_about(one, kind)), "")


def _is_silence(leaf: Leaf, kind: str) -> bool:
    return any(is_about(test.operand, kind) and _is_long_gap(test) for test in leaf.tests)


def _is_long_gap(test: Test) -> bool:
    """`time_since … at_least`, or none in a period."""
    if isinstance(test, Elapsed):
        grows = test.comparison in {Comparison.AT_LEAST, Comparison.MORE_THAN}
        is_past = not test.ahead and not test.yearly and _is_last(test.operand)
        return grows and is_past and _is_long(test.length)
    operand = test.operand
    if not isinstance(operand, Aggregate) or operand.function is not Function.COUNT:
        return False
    if operand.where is not None or operand.except_ is not None or operand.latest is not None:
        return False
    window = operand.window
    length = None if window is None else window.cell or (window.period and window.period.length)
    return isinstance(test, Compare) and asks_for_none(test) and _is_long(length)


def _is_last(operand: Operand) -> bool:
    """The day of the latest one, computed or kept."""
    if isinstance(operand, FieldValue):
        return is_of_the_last(operand.field)
    return isinstance(operand, Aggregate) and operand.function is Function.LATEST


def asks_for_none(test: Compare) -> bool:
    """Whether something is to be 0."""
    value = test.to.value if isinstance(test.to, Constant) else None
    bounds = {Comparison.IS: 0, Comparison.AT_MOST: 0, Comparison.LESS_THAN: 1}
    return value is not None and bounds.get(test.comparison) == value


def _is_long(length: object) -> bool:
    """Of a table's cells one is enough."""
    if isinstance(length, Cell):
        return any(_is_long(value) for _, value in length.rows)
    return isinstance(length, Length) and length.minutes >= _SILENCE.minutes
