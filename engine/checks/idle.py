"""Sees parts without effect: a control group where nobody is disturbed, branches that do the same."""

from __future__ import annotations

from collections.abc import Iterator

from engine.actions.add_tag import AddTag
from engine.actions.choose import Choose
from engine.actions.if_then import IfThen
from engine.actions.remove_tag import RemoveTag
from engine.actions.split import Split
from engine.actions.stop import Stop
from engine.actions.update_field import UpdateField
from engine.model.document import Document, Node, node_at, plain_value
from engine.model.entities import Field
from engine.model.operands import First
from engine.model.workflow import Step, Workflow, all_steps
from engine.shapes.reading import Reading

_FOR_ALL = (UpdateField, AddTag, RemoveTag, IfThen, Choose, Split, Stop)
"""What the control group gets as well (Meaning 13), and what only leads to it."""


def note_idle(workflow: Workflow, document: Document, reading: Reading) -> None:
    """Nothing here is wrong; it only looks as if it did something."""
    steps = list(all_steps(workflow.steps))
    assert document.root is not None
    if workflow.control is not None and all(isinstance(one.action, _FOR_ALL) for one in steps):
        reading.problems.warning(document.root.key("control_group").span, "W593", kind="control")
    for step in steps:
        for field in _kept(step):
            reading.problems.warning(step.at, "W593", kind="kept", field=field.labels.told)
        if isinstance(step.action, Split) and len(step.action.cases) == 1:
            reading.problems.warning(step.at.start(), "W593", kind="whole")
        written = [plain_value(one) for one in _alternatives(step, document)]
        if len(written) > 1 and all(one == written[0] for one in written[1:]):
            kind = "split" if isinstance(step.action, Split) else "if"
            reading.problems.warning(step.at.start(), "W593", kind=kind)


def _alternatives(step: Step, document: Document) -> list[Node]:
    """The lists of steps of which each record gets one."""
    paths: list[str] = []
    if isinstance(step.action, IfThen):
        paths = [f"{step.path}/then", f"{step.path}/else"]
    elif isinstance(step.action, Split):
        paths = [f"{step.path}/split/{number}/then" for number in range(len(step.action.cases))]
    nodes = [node_at(document.root, one) for one in paths]
    found = [one for one in nodes if one is not None]
    return found if len(found) == len(paths) else []


def _kept(step: Step) -> Iterator[Field]:
    """Fields that a step sets to themselves; to add 0 is no such thing, it makes 0 of nothing."""
    for field, value in step.action.changes if isinstance(step.action, UpdateField) else ():
        if isinstance(value, First) and value.operands[0] == value.operands[-1]:
            yield field
