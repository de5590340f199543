"""Why no example could be made for something that there is to try in a workflow."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from engine.model.operands import Aggregate, FieldValue, Rank
from engine.model.predicates import EachUnit, Leaf, Trend, subject_of
from engine.model.workflow import Workflow
from engine.suggestions.branches import Asked, asked_at_once, steps_at_once
from engine.suggestions.coverage import Aim, Point


class Why(StrEnum):
    """The reason, as far as it can be told."""

    NEVER = "never"
    LINKED = "linked"
    HISTORY = "history"
    CHANGED = "changed"
    TOGETHER = "together"
    LATER = "later"
    OTHER = "other"


_ONCE_PER = "once_per"
_ANSWERS = {Aim.YES, Aim.NO, Aim.UNKNOWN}


def why_missing(point: Point, workflow: Workflow, unread: Collection[str], *, starts: bool) -> Why:
    """`unread` are the paths of conditions that no example could be made for; `starts`: one could start."""
    asked = [one for one in asked_at_once(workflow) if isinstance(one, Asked)]
    around = [one for one in asked if _decides(one.leaf, point)]
    if point.path == _ONCE_PER:
        return Why.TOGETHER  # that the table has a length for the record: what else looks there says no too
    for one in around:
        if one.leaf.path in unread:
            return _why_unread(one, workflow)
    if not starts:
        return Why.NEVER
    if point.aim in _ANSWERS:
        return Why.TOGETHER
    at_once = {one.path for one in steps_at_once(workflow.steps)}
    is_later = not any(path == point.path or path.startswith(f"{point.path}/") for path in at_once)
    return Why.LATER if is_later and point.aim in {Aim.BRANCH, Aim.STEP} else Why.OTHER


def _decides(leaf: Leaf, point: Point) -> bool:
    """Whether a point is a condition, or stands in the branch that it opens."""
    if leaf.path == point.path:
        return True
    step = leaf.path.partition("/if")[0]
    is_branch = leaf.path.startswith("actions/") and "/if" in leaf.path
    return is_branch and (point.path == step or point.path.startswith(f"{step}/"))


def _why_unread(asked: Asked, workflow: Workflow) -> Why:
    subject = subject_of(asked.leaf)
    if isinstance(subject, FieldValue):
        if subject.links or subject.module is not workflow.module:
            return Why.LINKED
        return Why.CHANGED if subject.field in asked.changes else Why.OTHER
    if isinstance(asked.leaf.tests[0], Trend | EachUnit) or isinstance(subject, Aggregate | Rank):
        return Why.HISTORY
    return Why.OTHER
