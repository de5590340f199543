"""Which questions may have the answer unknown, so that somebody must be told (LANGUAGE, Meaning 2)."""

from __future__ import annotations

from engine.model.colleagues import Drawn
from engine.model.moments import Length
from engine.model.operands import (
    START,
    Added,
    Aggregate,
    Constant,
    Enrolled,
    EnrollmentPart,
    FieldValue,
    First,
    Lot,
    MomentValue,
    Operand,
    Pick,
)
from engine.model.predicates import Elapsed, Empty, Fate, HasTags, Leaf, Predicate, Test, leaves, operands_of


def may_be_unknown(predicate: Predicate) -> bool:
    """Whether some record may leave the question open."""
    return any(_leaf_may(leaf) for leaf in leaves(predicate))


def _leaf_may(leaf: Leaf) -> bool:
    return leaf.if_missing is None and any(_test_may(test) for test in leaf.tests)


def _test_may(test: Test) -> bool:
    if isinstance(test, Empty | HasTags):
        return False
    if isinstance(test, Fate):
        return bool(test.path)  # a step that an enrollment may have come past, or not
    asked = operands_of(test)
    if isinstance(test, Elapsed) and isinstance(test.length, Length):
        asked = asked[:1]
    return any(may_be_missing(one) for one in asked)


def may_be_missing(operand: Operand) -> bool:
    """Whether some record may lack the value.

    A required field of our own tables is always there; a company's own table promises nothing.
    """
    if isinstance(operand, Constant):
        return operand.value is None
    if isinstance(operand, Enrolled):
        return operand.part is EnrollmentPart.UNTIL
    if isinstance(operand, Lot | MomentValue | Added):
        return False
    if isinstance(operand, Drawn):
        return not operand.pool
    if isinstance(operand, Pick):
        return may_be_missing(operand.open) or may_be_missing(operand.shut)
    if isinstance(operand, First):
        return all(may_be_missing(one) for one in operand.operands)
    if isinstance(operand, Aggregate):
        window = operand.window
        is_fixed = window is None or window.period is not None or window.since == START
        return not (operand.function.of_nothing_is_zero and is_fixed)
    if isinstance(operand, FieldValue):
        return bool(operand.links) or bool(operand.module.table) or not operand.field.required
    return True
